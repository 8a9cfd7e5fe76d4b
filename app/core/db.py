"""Base class, column types and connection rules shared by all tables."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from typing import Any

from flask import has_request_context, request
from flask_appbuilder.models.sqla import Model
from sqlalchemy import DateTime, Dialect, Engine, String, event
from sqlalchemy.dialects.postgresql import VARCHAR
from sqlalchemy.engine import Connection
from sqlalchemy.types import TypeDecorator

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# Option of a connection: the transaction that begins will not write, whatever the request may.
READS_ONLY = "reads_only"
# What SQLite keeps of the file for each connection, in KiB.
SQLITE_CACHE = 65_536


def utcnow() -> datetime:
    """This instant, aware, in UTC: the only clock of the product (tests move it)."""
    return datetime.now(UTC)


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware in Python, UTC without zone in both databases."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime cannot be stored: say its zone")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.replace(tzinfo=UTC) if value is not None else None


# A key made by core.text.sort_key: it is compared byte by byte, on both databases.
SortKey = String(200).with_variant(VARCHAR(200, collation="C"), "postgresql")


class Base(Model):
    """Ancestor of our tables (FAB's tables have Model itself)."""

    __abstract__ = True
    __table_args__: Any = {}


def _sqlite_pragmas(connection: Any, _record: Any) -> None:
    if not isinstance(connection, sqlite3.Connection):
        return
    connection.isolation_level = None  # Else the driver, not SQLAlchemy, opens transactions.
    cursor = connection.cursor()
    for pragma in (
        "foreign_keys=ON",
        "recursive_triggers=ON",  # Else INSERT OR REPLACE walks round the history's triggers.
        "journal_mode=WAL",
        "busy_timeout=5000",
        "synchronous=FULL",
        f"cache_size=-{SQLITE_CACHE}",
        "mmap_size=1073741824",
        "temp_store=MEMORY",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _writes() -> bool:
    """A command or a request that may write; a page being read never does."""
    return not has_request_context() or request.method not in SAFE_METHODS


def _begin(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        # A reader that turns writer fails at once when another has written meanwhile, whatever
        # the time-out; so whoever may write takes the write lock from the start.
        reads = connection.get_execution_options().get(READS_ONLY)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if _writes() and not reads else "BEGIN")


def install_connection_rules(engine: Engine) -> None:
    """Make each connection of an engine keep foreign keys, WAL and honest transactions."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _sqlite_pragmas)
        event.listen(engine, "begin", _begin)
