"""What is typed is text, kept whole: nothing in it is run, nothing is cut off."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from tests.companies.test_create import add, editor_client, only_company
from tests.factories import new_siren
from tests.pages import dialog_errors, filled, parse

__all__ = ["editor_client"]  # Fixtures.
HOSTILE = ["<script>alert(1)</script>", "=1+1", "שלום\u202e", "😀", "O'Brien \"&\" Fils", "{{ 7*7 }}", "%s %(x)s"]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_any_name_is_stored_and_shown_as_text(editor_client: FlaskClient, name: str) -> None:
    answer = add(editor_client, name=name, siren=new_siren())
    assert answer.status_code == 303
    company = only_company()
    assert company.name == name.replace("\u202e", "")
    for path in (answer.location, "/crm/companies/", f"{answer.location}edit"):
        page = editor_client.get(path)
        assert page.status_code == 200
        assert "<script>alert" not in page.text


def test_a_name_of_300_characters_is_refused_and_kept_whole(
    login_as: Callable[[str], FlaskClient],
) -> None:
    """No maxlength in the form: the browser would cut off what is pasted without a word."""
    editor = login_as("editor")
    page = editor.get("/crm/companies/new").text
    assert "maxlength" not in parse(page).one("input", name="name").attributes
    answer = editor.post("/crm/companies/new", data=filled(page, name="x" * 300))
    assert answer.status_code == 422
    assert "300" in dialog_errors(answer.text)["name"]
    assert parse(answer.text).one("input", name="name").attributes["value"] == "x" * 300
