"""The macros of a list's cells, put end to end: they draw what they draw one by one."""

from __future__ import annotations

import pytest
from jinja2 import DictLoader, Environment
from markupsafe import Markup

from app.core.cells import Rows
from app.core.records import NotReadError, Record

SHARED = "{% macro mail(row, page, label) -%}<td>{{ label }}{{ row.mail }}</td>{%- endmacro %}"
OWN = """{% from "shared.html" import mail %}
{% macro name(row, page, label) -%}
  {%- set mail = row.name|upper -%}
  <th data-label="{{ label }}">{{ mail }}{{ page.mark }}</th>
{%- endmacro %}
{% macro note(row) -%}not a cell{%- endmacro %}"""


@pytest.fixture
def rows() -> Rows:
    loader = DictLoader({"own.html": OWN, "shared.html": SHARED})
    return Rows(Environment(loader=loader, autoescape=True))


def drawn(rows: Rows, *keys: str) -> str:
    row = Record({"name": "<b>", "mail": "a&b"}.items())
    labels = {"name": Markup("Nom&nbsp;1"), "mail": "<Mail>"}
    return str(rows.drawing("own.html", keys)(row, {"mark": "!"}, labels))


def test_cells_come_in_the_order_of_the_columns_escaped_once(rows: Rows) -> None:
    name = '<th data-label="Nom&nbsp;1">&lt;B&gt;!</th>'
    mail = "<td>&lt;Mail&gt;a&amp;b</td>"
    assert drawn(rows, "name", "mail") == name + mail
    assert drawn(rows, "mail", "name") == mail + name


def test_a_choice_of_columns_is_made_ready_once(rows: Rows) -> None:
    assert rows.drawing("own.html", ["name"]) is rows.drawing("own.html", ["name"])


def test_only_macros_of_cells_are_columns(rows: Rows) -> None:
    with pytest.raises(KeyError):
        rows.drawing("own.html", ["note"])


def test_a_cell_that_reads_what_its_column_does_not_name_fails(rows: Rows) -> None:
    with pytest.raises(NotReadError):
        rows.drawing("own.html", ["mail"])(Record({"name": "Alba"}.items()), {}, {"mail": ""})
