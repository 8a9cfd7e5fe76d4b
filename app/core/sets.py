"""Ids and rows that go to the database as one parameter: the statement is the same for one record
and for a hundred thousand, and what is done to them is done by the database."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    DateTime,
    FromClause,
    Integer,
    String,
    Table,
    any_,
    bindparam,
    cast,
    column,
    func,
    literal,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.types import TypeEngine

from app.extensions import db

Types = Mapping[str, TypeEngine[Any]]
Found = ColumnElement[Any] | InstrumentedAttribute[Any]

# An instant as a text: what SQLite stores, and PostgreSQL reads and writes alike.
INSTANT = "%Y-%m-%d %H:%M:%S.%f"
POSTGRES_INSTANT = "YYYY-MM-DD HH24:MI:SS.US"


def is_sqlite() -> bool:
    return db.session.get_bind().dialect.name == "sqlite"


def among(found: Found, ids: Iterable[int]) -> ColumnElement[bool]:
    """The condition that a column holds one of the ids, however many they are."""
    if is_sqlite():
        return found.in_(select(_json_ids(ids).c.value))
    return found == any_(bindparam(None, list(ids), type_=ARRAY(Integer)))


def _json_ids(ids: Iterable[int]) -> Any:
    return func.json_each(json.dumps(list(ids))).table_valued(column("value", Integer))


def id_rows(ids: Sequence[int]) -> FromClause:
    """The ids as a table of one column, `id`."""
    if is_sqlite():
        given = _json_ids(ids)
        return select(given.c.value.label("id")).subquery("given")
    array = bindparam(None, list(ids), type_=ARRAY(Integer))
    return func.unnest(array).table_valued(column("id", Integer), name="given").render_derived()


def given_rows(rows: Iterable[Sequence[Any]], types: Types) -> FromClause:
    """Rows as a table: a column a name, in the order of the rows' values. Values are numbers,
    texts, None, and instants written as INSTANT says."""
    data = json.dumps(list(rows), ensure_ascii=False)
    if is_sqlite():
        each = func.json_each(data).table_valued(column("value", String))
        read = [
            func.json_extract(each.c.value, f"$[{place}]", type_=kind).label(name)
            for place, (name, kind) in enumerate(types.items())
        ]
    else:
        each = func.jsonb_array_elements(cast(literal(data), JSONB)).table_valued(
            column("value", JSONB)
        )
        read = [
            cast(each.c.value[place].astext, kind).label(name)
            for place, (name, kind) in enumerate(types.items())
        ]
    return select(*read).subquery("given")


def put_rows(model: Any, *conditions: ColumnElement[bool], **values: Any) -> None:
    """Set columns of the rows of a model, or of a table, that meet the conditions. Whoever has a
    form of one open is told that it changed: the version, where there is one, goes up."""
    table: Table = getattr(model, "__table__", model)
    version = {"version": table.c.version + 1} if "version" in table.c else {}
    db.session.execute(update(table).where(*conditions).values(**values, **version))


def as_text(value: ColumnElement[Any]) -> ColumnElement[str]:
    """A column's value as the history writes it: a number in digits, an instant as INSTANT says."""
    if isinstance(getattr(value.type, "impl_instance", value.type), DateTime) and not is_sqlite():
        return func.to_char(value, POSTGRES_INSTANT, type_=String())
    return cast(value, String)
