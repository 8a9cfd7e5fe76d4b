"""How Alembic runs: on the application's own engine, with all models known."""

from __future__ import annotations

from typing import Any

from alembic import context
from flask import current_app
from sqlalchemy.engine import Connection
from sqlalchemy.types import TypeEngine

from app.core.db import UtcDateTime
from app.extensions import db
from app.schema import import_models

SEARCH_SUFFIX = "_search"


def include_name(name: str | None, kind: str, _parents: Any) -> bool:
    """The trigram indexes of SQLite are tables to it, and no model's."""
    return not (kind == "table" and name is not None and SEARCH_SUFFIX in name)


def include_object(thing: Any, name: str | None, kind: str, _reflected: bool, _other: Any) -> bool:
    """Not the search indexes of PostgreSQL, made by hand, nor an index of the other engine."""
    if kind != "index" or name is None:
        return True
    wanted = getattr(thing, "_ddl_if", None)
    foreign = wanted is not None and wanted.dialect != engine.dialect.name
    return not (foreign or name.endswith(("_trigram", "_duplicate_keys")))


def render_item(kind: str, thing: Any, autogen: Any) -> Any:
    if kind == "type" and isinstance(thing, UtcDateTime):
        return "sa.DateTime()"
    return False


def compare_type(
    _context: Any, _column: Any, _metadata_column: Any, inspected: TypeEngine[Any], wanted: Any
) -> bool | None:
    return False if isinstance(wanted, UtcDateTime) else None


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=db.metadata,
        render_as_batch=True,
        compare_type=compare_type,
        include_name=include_name,
        include_object=include_object,
        render_item=render_item,
    )
    with context.begin_transaction():
        context.run_migrations()


import_models()
engine = current_app.extensions["migrate"].db.engine
with engine.connect() as connection:
    run(connection)
