"""What the tests of security look at: the views and routes of an application, its SQL, its tables."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask, current_app
from flask_appbuilder import Model
from sqlalchemy import event, select

from app.core.admin import SafeModelView
from app.extensions import db
from tests.conftest import account_named

UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}


def views(app: Flask) -> list[Any]:
    return list(app.appbuilder.baseviews)  # type: ignore[attr-defined]


def safe_views(app: Flask) -> list[SafeModelView]:
    return [view for view in views(app) if isinstance(view, SafeModelView)]


def address(rule: Any, **given: Any) -> str:
    """An address of a rule, its arguments filled with likely values."""
    values = {"pk": 1, "tag_id": 1, "tab": "history", "filename": "css/tokens.css"}
    values |= {
        "image_id": 1,
        "size": "small",
        "site_id": 1,
        "note_id": 1,
        "entry_id": 1,
        "key": "city",
    }
    values |= {"other_id": 2, "record_id": 1, "module": "company"}
    values |= {"first": 1, "second": 2, "way": "apart"}
    values |= {"locale": "fr", "name": "nope"} | given
    return str(rule.build({name: values[name] for name in rule.arguments}, append_unknown=False)[1])


def addresses(app: Flask, methods: set[str]) -> list[str]:
    rules = sorted(app.url_map.iter_rules(), key=str)
    return [address(rule) for rule in rules if methods & (rule.methods or set())]


@contextmanager
def statements() -> Iterator[list[str]]:
    """The SQL that runs meanwhile."""
    seen: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            seen.append(statement)

    connection = db.session.connection()
    event.listen(connection, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(connection, "before_cursor_execute", note)


def give_rights(username: str, *pairs: tuple[str, str]) -> None:
    """A role of the school's own with these rights, for one of the cast."""
    sm = current_app.appbuilder.sm  # type: ignore[attr-defined]
    rows = [sm.add_permission_view_menu(right, view) for right, view in pairs]
    account = account_named(username)
    account.roles = [*account.roles, sm.add_role("Secrétariat", rows)]  # type: ignore[attr-defined]
    db.session.commit()


def dump() -> dict[str, list[tuple[Any, ...]]]:
    return {
        table.name: sorted(map(tuple, db.session.execute(select(table)).all()), key=repr)
        for table in Model.metadata.sorted_tables
        if not table.name.startswith(("naf_", "commune"))
    }
