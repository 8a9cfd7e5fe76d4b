"""Reading the records of an export, a chunk at a time, each in a transaction of its own.

What is guaranteed: the records are those that were there when the export began, each once, as it
is when its chunk is read; those deleted meanwhile are left out. However slowly the file is
fetched, no transaction stays open and no lock is held.

The database itself joins the texts of a column: to make forty objects of Python for each record
would take longer than the rest of the export.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from sqlalchemy import (
    ARRAY,
    BindParameter,
    ColumnElement,
    Engine,
    Integer,
    Select,
    String,
    Text,
    any_,
    bindparam,
    cast,
    column,
    func,
    select,
)
from sqlalchemy.orm import Session

from app.core.db import READS_ONLY, SQLITE_CACHE
from app.core.export.cells import BETWEEN, Chunk
from app.core.export.columns import ExportColumn, ExportSpec
from app.core.listing import Listing
from app.core.sets import is_sqlite
from app.extensions import db

# Records of a chunk: enough to be worth a transaction, and some 400 kB; fewer where texts are long.
CHUNK = 1_000
LARGE = 4_000_000
# What SQLite keeps of the file meanwhile, in KiB.
READ_ONCE = 2_000
# Ids that are taken from the database at a time.
MANY = 20_000


def ids_of(listing: Listing) -> Sequence[int]:
    """The ids of all that a list finds, in its order: 4 bytes each."""
    statement = listing.ids().execution_options(yield_per=MANY)
    ids = array("i")
    for some in db.session.scalars(statement).partitions():
        ids.extend(some)
    db.session.commit()
    return ids


class Reader:
    """Reads columns of records."""

    def __init__(self, spec: ExportSpec, columns: Sequence[ExportColumn]) -> None:
        self.spec, self.columns = spec, columns
        self.bind = db.session.get_bind()
        self.is_sqlite = is_sqlite()

    def of_ids(self, ids: Sequence[int]) -> Iterator[Chunk]:
        """The records of the ids, in their order."""
        return self._ahead(self._chunks_of_ids(ids))

    def of_all(self) -> Iterator[Chunk]:
        """All records within the scope, by id: as they lie in the database, so the fastest way."""
        return self._ahead(self._chunks_of_all())

    def _chunks_of_ids(self, ids: Sequence[int]) -> Iterator[Chunk]:
        part = _Part(self, self._is_among())
        start, size = 0, CHUNK
        while start < len(ids):
            some = list(ids[start : start + size])
            with self.session() as session:
                chunk, found = part.read(session, ids=json.dumps(some) if self.is_sqlite else some)
            start += size
            if found:
                size = _next_size(chunk)
                place = {identity: number for number, identity in enumerate(found)}
                order = [place[identity] for identity in some if identity in place]
                yield Chunk(chunk.count, chunk.columns, order)

    def _chunks_of_all(self) -> Iterator[Chunk]:
        identity, size = self.spec.model.id, CHUNK
        part = _Part(self, identity.between(bindparam("first"), bindparam("last")))
        live = select(identity).where(*self.spec.scope())
        some = live.where(identity >= bindparam("first"), identity <= bindparam("latest"))
        some_ids = some.order_by(identity).limit(bindparam("size")).subquery()
        with self.session() as session:
            latest = session.scalar(select(func.max(live.subquery().c.id)))
        first = 0
        while latest is not None and first <= latest:
            with self.session() as session:
                asked = {"first": first, "latest": latest, "size": size}
                last = session.scalar(select(func.max(some_ids.c.id)), asked)
                if last is None:
                    break
                chunk, _found = part.read(session, first=first, last=last)
            first, size = last + 1, _next_size(chunk)
            yield chunk

    def _is_among(self) -> ColumnElement[bool]:
        """One parameter however many the ids, so that the statement stays the same."""
        identity, ids = self.spec.model.id, bindparam("ids", type_=ARRAY(Integer))
        if not self.is_sqlite:
            equal: ColumnElement[bool] = identity == any_(ids)
            return equal
        given = func.json_each(bindparam("ids")).table_valued(column("value", Integer))
        among: ColumnElement[bool] = identity.in_(select(given.c.value))
        return among

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A session of its own on a transaction that takes no lock; its end is the end of both."""
        with Session(self.bind, join_transaction_mode="create_savepoint") as session:
            connection = session.connection(execution_options={READS_ONLY: True})
            if not self.is_sqlite:
                yield session
                return
            # What is read once need not be kept: the file is larger than any memory for it.
            connection.exec_driver_sql(f"PRAGMA cache_size=-{READ_ONCE}")
            try:
                yield session
            finally:
                connection.exec_driver_sql(f"PRAGMA cache_size=-{SQLITE_CACHE}")

    def _ahead(self, chunks: Iterator[Chunk]) -> Iterator[Chunk]:
        """On a server, one chunk is read while the one before it is being written.

        SQLite reads within this process: a thread would only wait for its turn.
        """
        if self.is_sqlite or not isinstance(self.bind, Engine):
            return chunks
        return _read_ahead(chunks)


class _Part:
    """The records that meet a condition, in one row: how many, their ids, each column's texts."""

    def __init__(self, reader: Reader, where: ColumnElement[bool]) -> None:
        self.spec, self.columns, self.where = reader.spec, reader.columns, where
        self.usual, self.clean = self._statement(clean=False), self._statement(clean=True)

    def read(self, session: Session, **values: Any) -> tuple[Chunk, Sequence[int]]:
        """The chunk and the ids of its records."""
        count, ids, *texts = session.execute(self.usual, values).one()
        if any(text.count(BETWEEN) != count - 1 for text in texts if count):
            count, ids, *texts = session.execute(self.clean, values).one()
        return Chunk(count, texts), list(map(int, ids.split(BETWEEN))) if count else []

    def _statement(self, *, clean: bool) -> Select[Any]:
        texts = [self._joined(one.reads, clean=clean) for one in self.columns]
        found: list[Any] = [func.count(), self._joined(self.spec.model.id, clean=False), *texts]
        statement = select(*found).select_from(self.spec.model)
        steps = [step for one in self.columns if one.via for step in one.via.path()]
        for join in dict.fromkeys(steps):
            statement = statement.join(join.target, join.on, isouter=True)
        return statement.where(*self.spec.scope(), self.where)

    def _joined(self, value: Any, *, clean: bool) -> ColumnElement[str]:
        text: Any = func.coalesce(value if _is_text(value) else cast(value, Text), _written(""))
        between: Any = _written(BETWEEN)
        if clean:
            text = func.replace(text, BETWEEN, "")
        return func.aggregate_strings(text, between)


def _is_text(value: Any) -> bool:
    return isinstance(getattr(value, "type", None), String)


def _written(text: str) -> BindParameter[str]:
    """A text that stands in the statement: SQLite fetches a parameter anew for each record, which
    takes it a third of the time."""
    return bindparam(None, text, Text, literal_execute=True)


def _read_ahead(chunks: Iterator[Chunk]) -> Iterator[Chunk]:
    with ThreadPoolExecutor(max_workers=1) as reader:
        coming = reader.submit(next, chunks, None)
        while (chunk := coming.result()) is not None:
            coming = reader.submit(next, chunks, None)
            yield chunk


def _next_size(chunk: Chunk) -> int:
    """How many records to read next, by what those before took."""
    average = sum(map(len, chunk.columns)) / max(chunk.count, 1)
    return max(1, min(CHUNK, int(LARGE / max(average, 1))))
