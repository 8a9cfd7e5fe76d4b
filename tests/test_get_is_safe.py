"""Looking changes nothing: whatever is opened, the database stays as it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, select

from app.extensions import db
from tests.crawl import crawl
from tests.filled import empty_tables, fill, names_of

LoginAs = Callable[[str], FlaskClient]
# Large lists that no page changes row by row: their sizes are compared.
LISTS = {"commune", "commune_postal_code", "naf_code"}
WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE", "TRUNCATE", "ALTER", "CREATE", "DROP")


def dump() -> dict[str, Any]:
    """All rows of all tables."""
    found: dict[str, Any] = {}
    for table in db.metadata.sorted_tables:
        rows = [tuple(row) for row in db.session.execute(select(table))]
        found[table.name] = len(rows) if table.name in LISTS else sorted(rows, key=repr)
    db.session.rollback()
    return found


@contextmanager
def writing() -> Iterator[list[str]]:
    """The statements that write, as they are sent."""
    sent: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.lstrip().upper().startswith(WRITES):
            sent.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def test_opening_every_page_changes_nothing(app: Flask, login_as: LoginAs) -> None:
    filled = fill()
    assert empty_tables() == []
    names, before = names_of(filled), dump()
    admin, opened, failed = login_as("admin"), 0, []
    with writing() as sent:
        for address, response in crawl(admin, names):
            opened += 1
            if response.status_code >= 500:
                failed.append(address)
    assert sent == []
    assert failed == []
    assert dump() == before
    assert opened > 200


def test_addresses_that_look_like_deeds_do_none(login_as: LoginAs) -> None:
    """What is posted elsewhere cannot be had by opening, whatever is written in the address."""
    filled = fill()
    names, before = names_of(filled), dump()
    admin = login_as("admin")
    for address in (
        "/crm/companies/{company}/print", "/crm/companies/{company}/tags/{tag}/remove",
        "/crm/companies/bulk/trash/preview?ids={company}", "/jobs/{job}/cancel",
        "/crm/companies/export?format=csv", "/crm/companies/{company}/edit?name=Autre",
        "/crm/companies/{company}/tags?tag_text=Autre", "/crm/tags/{tag}/delete?confirm=1",
        "/crm/bin/{trash_batch}/restore", "/crm/bin/{trash_batch}/undo", "/users/delete/{student}",
        "/users/edit/{student}?active=", "/roles/delete/{own_role}", "/reference/sectors/delete/1",
        "/profile/sign-out-everywhere", "/logout/", "/users/action/resetpasswords/{student}",
    ):  # fmt: skip
        response = admin.get(address.format(**names))
        assert response.status_code in {200, 302, 400, 404, 405}, address
    assert dump() == before
    assert admin.get("/crm/companies/").status_code == 200  # Still signed in.
