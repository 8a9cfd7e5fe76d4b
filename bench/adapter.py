"""Passerelle beside other products: what a harness that measures several of them needs to know.

The harness makes an `Adapter` of each; see README.md for where this file goes. The base has been
filled by bench/load.py from the same CSV files as the others'.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

ROOT = Path(__file__).resolve().parents[1]
USERNAME, PASSWORD = "mesure", "Pont-levis 42 de Blois"
COMPANIES, CONTACTS = "/crm/companies/", "/crm/contacts/"
# Several processes answer in no order.
LONGEST_START, KNOWN_IN_A_ROW = 300, 6


class Adapter:
    """`page` rows a page, as the other products show."""

    name, page = "Passerelle", 50

    def __init__(self, python: str) -> None:
        self.python = python

    def server(self, db: str, port: int) -> tuple[list[str], Path, dict[str, str]]:
        """The command that serves the product over a base ("pg:NAME", "sqlite:PATH"), where it is
        run, and its environment."""
        kind, _, where = db.partition(":")
        url = (
            os.environ.get(
                "PASSERELLE_DATABASE_URL", f"postgresql://postgres@127.0.0.1:5544/{where}"
            )
            if kind == "pg"
            else f"sqlite:///{where}"
        )
        data = Path(tempfile.gettempdir()) / "passerelle-measured"
        environment = {
            "PASSERELLE_DATABASE_URL": url,
            "PASSERELLE_DATA": str(data),
            "PASSERELLE_DEMO": "1",
        }
        # As it is served: a connection that nobody uses ends after two seconds, so that eight
        # clients who signed in one by one do not all stay with the process that was idle then.
        command = [self.python, "-m", "gunicorn", "--config", "python:app.serving", "--timeout", "3600",
                   "--bind", f"127.0.0.1:{port}", "app:create_app()"]  # fmt: skip
        return command, ROOT, environment

    def login(self, session: Any) -> None:
        fields = _fields(session.get("/login/").text, "password")
        reply = session.post("/login/", _with(fields, username=USERNAME, password=PASSWORD))
        assert reply.status in {302, 303}, reply.status
        _await_counts(session)

    def reads(self, asked: Any) -> dict[str, str | Callable[[int], str]]:
        """Addresses by operation; of one record, as a function of its id."""

        def listed(**values: Any) -> str:
            return f"{COMPANIES}?{urlencode({**values, 'size': self.page})}"

        return {
            "list_first": listed(),
            "list_middle": listed(page=asked.n // 2 // self.page),
            "sort_name": listed(sort="name"),
            "search_common": listed(q=asked.common),
            "search_rare": listed(q=asked.rare),
            "search_unaccented": listed(q=asked.unaccented),
            "search_fragment": listed(q=asked.fragment),
            "search_siren": listed(q=asked.siren),
            # load.py gives the sector of place n among ours, whose ids begin at 1.
            "filter_tag_sector": listed(tag=asked.tag, sector=asked.sector + 1),
            "open_company": lambda pk: f"{COMPANIES}{pk}/",
            "open_contact_form": lambda pk: f"/crm/contacts/{pk}/edit",
            "autocomplete": f"{COMPANIES}pick?q={quote(asked.fragment)}",
        }

    def found(self, op: str, text: str) -> int | None:
        """How many records the page says there are; one more than it counted, where it stopped."""
        if op == "autocomplete":
            return len(json.loads(text)["results"])
        total = re.search(r'data-total="(\d+)"\s*(data-least)?', text)
        return int(total[1]) + bool(total[2]) if total else None

    def edit(self, session: Any, pk: int, value: str) -> None:
        """The form of a company, and its answer; the history tells the change."""
        path = f"{COMPANIES}{pk}/edit"
        fields = _fields(session.get(path).text, "acronym")
        reply = session.post(path, _with(fields, acronym=value[:20]))
        assert reply.status == 303, (reply.status, reply.text[:2000])

    def export(self, session: Any, fmt: str) -> Any:
        """All companies with the columns that the pop-up offers first."""
        path = f"{COMPANIES}export"
        fields = _fields(session.get(path).text, "format")
        reply = session.post(path, _with(fields, format=fmt))
        assert reply.status == 200, (reply.status, reply.text[:500])
        return reply

    # 10,000 records are tagged by a worker aside, which bench/heavy.py times; files are not imported.
    bulk_tag = import_csv = None


def _await_counts(session: Any) -> None:
    """Until every process has read the columns of its search blocks, aside, after its start: then
    a list knows its exact number. That is no part of a page; a base is opened once a day."""
    end, known = time.monotonic() + LONGEST_START, 0
    while known < KNOWN_IN_A_ROW and time.monotonic() < end:
        pages = [session.get(path).text for path in (COMPANIES, CONTACTS)]
        known = 0 if any("data-least" in page for page in pages) else known + 1
        time.sleep(0 if known else 0.5)


def _fields(html: str, holds: str) -> list[tuple[str, str]]:
    """The fields of the form that has a field of this name, as a browser would send them."""
    from web import Form  # The harness's own.

    return list(Form(html, holds).fields)


def _with(fields: list[tuple[str, str]], **values: str) -> list[tuple[str, str]]:
    return [pair for pair in fields if pair[0] not in values] + list(values.items())
