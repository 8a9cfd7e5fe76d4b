"""Putting whole tables into a base fast: no index and no trigger meanwhile, then all of them again."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Self

from sqlalchemy import ColumnDefault, Engine, inspect

from app.core.db import Base

TABLES = (
    "tag", "company", "establishment", "contact", "post", "company_tag", "contact_tag",
    "history_entry", "history_value",
)  # fmt: skip
SEARCHED = ("company", "contact")
Row = Sequence[Any]


class Bulk:
    """One transaction on a connection of its own; what it took off it puts back at the end."""

    def __init__(self, engine: Engine) -> None:
        self._connection = engine.connect()
        raw = self._connection.connection.dbapi_connection
        self._sink = SqliteSink(raw) if isinstance(raw, sqlite3.Connection) else PostgresSink(raw)
        self._readers: dict[type[Base], tuple[tuple[str, ...], Callable[[Base], Row]]] = {}

    def __enter__(self) -> Self:
        self._sink.begin()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_details: object) -> None:
        if kind is None:
            self._sink.finish()
        self._connection.close()

    def put(self, records: Sequence[Base]) -> None:
        """Records of one class that never met a session, with their ids."""
        if not records:
            return
        columns, read = self._reader(type(records[0]))
        self.put_rows(records[0].__tablename__, columns, map(read, records))

    def put_rows(self, table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
        self._sink.put(table, columns, rows)

    def _reader(self, model: type[Base]) -> tuple[tuple[str, ...], Callable[[Base], Row]]:
        if model not in self._readers:
            attributes = list(inspect(model).column_attrs)
            names = tuple(attribute.columns[0].name for attribute in attributes)
            pairs = [(each.key, _default(each.columns[0])) for each in attributes]

            def read(record: Base) -> Row:
                state = record.__dict__
                return [
                    default if (value := state.get(key)) is None else value
                    for key, default in pairs
                ]

            self._readers[model] = (names, read)
        return self._readers[model]


def _default(column: Any) -> Any:
    default = column.default
    return default.arg if isinstance(default, ColumnDefault) and default.is_scalar else None


class SqliteSink:
    """Indexes and triggers are dropped, and made again from what the catalogue says of them."""

    def __init__(self, raw: sqlite3.Connection) -> None:
        self.raw = raw
        self.again: list[str] = []

    def begin(self) -> None:
        marks = ",".join("?" * len(TABLES))
        made = self.raw.execute(
            "SELECT type, name, sql FROM sqlite_master WHERE type IN ('index', 'trigger')"
            f" AND sql IS NOT NULL AND tbl_name IN ({marks})", TABLES,
        ).fetchall()  # fmt: skip
        self.raw.execute("PRAGMA foreign_keys=OFF")
        self.raw.execute("BEGIN IMMEDIATE")
        for kind, name, sql in sorted(made, reverse=True):
            self.raw.execute(f"DROP {kind} {name}")
            self.again.append(sql)

    def put(self, table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
        marks = ",".join("?" * len(columns))
        statement = f"INSERT INTO {table} ({','.join(columns)}) VALUES ({marks})"
        self.raw.executemany(statement, rows)

    def finish(self) -> None:
        for table in SEARCHED:
            for index in (f"{table}_search", f"{table}_search_keys"):
                self.raw.execute(f"INSERT INTO {index}({index}) VALUES ('rebuild')")
        for sql in reversed(self.again):
            self.raw.execute(sql)
        self.raw.execute("COMMIT")
        self.raw.execute("PRAGMA foreign_keys=ON")


class PostgresSink:
    """COPY with no trigger at work (the role must be a superuser), and indexes made at the end."""

    def __init__(self, raw: Any) -> None:
        self.raw = raw
        self.again: list[str] = []

    def begin(self) -> None:
        self.raw.execute("SET statement_timeout = 0")
        self.raw.execute("SET maintenance_work_mem = '512MB'")
        self.raw.execute("SET session_replication_role = replica")
        made = self.raw.execute(
            "SELECT i.indexrelid::regclass, pg_get_indexdef(i.indexrelid) FROM pg_index i"
            " LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid"
            " WHERE c.oid IS NULL AND i.indrelid = ANY(%s::regclass[])", (list(TABLES),),
        ).fetchall()  # fmt: skip
        for name, sql in made:
            self.raw.execute(f"DROP INDEX {name}")
            self.again.append(sql)

    def put(self, table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
        with self.raw.cursor().copy(f"COPY {table} ({','.join(columns)}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)

    def finish(self) -> None:
        for sql in self.again:
            self.raw.execute(sql)
        for table in TABLES:
            if not table.endswith("_tag"):
                self.raw.execute(
                    f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"
                )
        self.raw.commit()
        self.raw.execute("RESET ALL")
