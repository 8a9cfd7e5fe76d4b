"""Filling an empty database fast: whole tables by executemany, with ids of our own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import ColumnDefault, Table, func, insert, inspect, select, text

from app.core.db import Base
from app.extensions import db

Row = dict[str, Any]
BATCH = 1_000


def row_of(record: Base) -> Row:
    """A record's columns, with the defaults of those that nothing was given for.

    For records that never met a session: their rules (`refresh`) have run, their rows go in bulk.
    """
    row: Row = {}
    for attribute in inspect(type(record)).column_attrs:
        column, value = attribute.columns[0], getattr(record, attribute.key)
        if value is None and isinstance(column.default, ColumnDefault) and column.default.is_scalar:
            value = column.default.arg
        row[column.name] = value
    return row


def insert_records(records: Sequence[Base]) -> None:
    """Insert records of one class, which bear their ids."""
    if records:
        insert_rows(records[0].__table__, map(row_of, records))


def insert_rows(table: Table, rows: Iterable[Row]) -> None:
    """Insert rows that have the same columns; PostgreSQL's counter of ids follows."""
    left = iter(rows)
    while batch := list(islice(left, BATCH)):
        db.session.execute(insert(table), batch)
    _advance_counter(table)


def next_id(table: Table) -> int:
    """The first id that the table has not given out."""
    return (db.session.scalar(select(func.max(table.c.id))) or 0) + 1


def _advance_counter(table: Table) -> None:
    if "id" not in table.c or db.engine.dialect.name != "postgresql":
        return
    last = db.session.scalar(select(func.max(table.c.id)))
    if last is not None:
        db.session.execute(
            text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :last)"),
            {"name": f'"{table.name}"', "last": last},
        )
