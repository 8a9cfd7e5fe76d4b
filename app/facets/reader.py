"""Reading the base beside the requests: connections of its own that see committed rows only,
each use of one a single snapshot."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, cast

import numpy as np
from sqlalchemy import ColumnElement, Connection, Table, create_engine, event, func, select
from sqlalchemy.engine import Engine, make_url

from app.core.columns import Ids

FETCHED = 20_000
# Before the numbers in what PostgreSQL's array_send gives: four numbers about the array, one of
# its only dimension; then a length and a value each (src/backend/utils/adt/arrayfuncs.c).
ARRAY_HEAD = 20


def _sqlite_connect(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    for pragma in ("query_only=ON", "busy_timeout=5000"):
        connection.execute(f"PRAGMA {pragma}")


def _sqlite_begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


class Reader:
    """A read-only way to a database."""

    def __init__(self, url: str, options: dict[str, Any]) -> None:
        self._engine = self._make(url, options)

    @staticmethod
    def _make(url: str, options: dict[str, Any]) -> Engine:
        sizes = {"pool_size": 2, "max_overflow": 8, "pool_timeout": 10}
        arguments = {"connect_args": options.get("connect_args", {}), **sizes}
        if make_url(url).get_backend_name() == "sqlite":
            engine = create_engine(url, **arguments)
            event.listen(engine, "connect", _sqlite_connect)
            event.listen(engine, "begin", _sqlite_begin)
            return engine
        return create_engine(
            url,
            isolation_level="REPEATABLE READ",
            execution_options={"postgresql_readonly": True},
            pool_pre_ping=True,
            **arguments,
        )

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """A connection whose statements all see the base as the first of them did."""
        with self._engine.connect() as connection:
            yield connection

    def dispose(self, *, close: bool = True) -> None:
        self._engine.dispose(close=close)


def ids_where(connection: Connection, table: Table, *conditions: ColumnElement[bool]) -> Ids:
    """Ids that meet the conditions, as one value: rows of one number each cost more than it."""
    if connection.dialect.name == "sqlite":
        joined = connection.scalar(select(func.group_concat(table.c.id)).where(*conditions))
        return np.fromstring(joined or "", dtype=np.int64, sep=",")
    sent = connection.scalar(select(func.array_send(func.array_agg(table.c.id))).where(*conditions))
    if sent is None:
        return np.zeros(0, dtype=np.int64)
    return np.frombuffer(sent, dtype=">i4", offset=ARRAY_HEAD)[1::2].astype(np.int64)


def chunks(connection: Connection, statement: Any) -> Iterator[Sequence[Any]]:
    """A long answer, some thousands of rows at a time. SQLite's come as the driver gives them: an
    object of SQLAlchemy's for each of a million rows would take a third of the time."""
    if connection.dialect.name != "sqlite":
        result = connection.execute(statement, execution_options={"yield_per": FETCHED})
        yield from result.partitions()
        return
    with connection.execute(statement) as result:
        cursor = cast(Any, result.cursor)
        while rows := cursor.fetchmany(FETCHED):
            yield rows
