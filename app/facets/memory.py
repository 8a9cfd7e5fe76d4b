"""One list in the memory of this process: loaded in the background, caught up before each use."""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Connection, select

from app.core.books import TooWide
from app.core.columns import Ids
from app.core.totals import Known
from app.core.valuecounts import ValueCounts
from app.facets.changelog import LogPosition, OutOfReach, changes, is_kept, newest
from app.facets.definition import Definition, KeptLinks
from app.facets.reader import Reader, chunks, ids_where
from app.facets.store import ListStore, Question

log = logging.getLogger(__name__)

RETRY_SECONDS = 30
MOST_HITS = 4_000_000  # Ids of past searches that are kept, 8 bytes each.
ASKED_AT_ONCE = 5_000  # Ids in one statement: within what both databases take.
# So few written records can be looked up again among the hits of a past search.
MOST_MENDED = 500

Conditions = Sequence[ColumnElement[bool]]


class NotReady(Exception):
    """The memory cannot answer now."""


class ListMemory:
    """What is held of one list, and how far it has been kept up."""

    def __init__(self, definition: Definition, reader: Reader) -> None:
        self.definition, self._reader = definition, reader
        self.lock = threading.Lock()
        self._store: ListStore | None = None
        self._position = LogPosition(0, 0)
        self._hits = PastSearches()
        self._loading = False
        self._loader: threading.Thread | None = None
        self._not_before = 0.0
        self.load_seconds = 0.0

    @property
    def nbytes(self) -> int:
        return (self._store.nbytes if self._store else 0) + self._hits.nbytes

    @property
    def is_ready(self) -> bool:
        return self._store is not None

    def count(
        self, question: Question, search: Conditions, others: Conditions, *, asked: str
    ) -> dict[str, ValueCounts]:
        """Counts of the facets held, for the choices of facets held, the conditions of the
        search whose words are `asked`, and `others`, which the base alone can tell.

        Raises NotReady; then it is being loaded, or the log is not kept.
        """
        if self._store is None:
            self.start()
            raise NotReady
        with self._reader.snapshot() as connection:
            with self.lock:
                self._catch_up(connection)
                past = self._hits
                known = past.of(asked) if search and not others else None
            hits = self._found(connection, known, [*search, *others])
        with self.lock:
            if known is not None and hits is not None:
                past.keep(asked, known.version, hits)
            if self._store is None:
                raise NotReady
            return self._store.count(question, hits)

    def found(self, question: Question, search: Conditions, *, asked: str) -> Known | None:
        """The rows that the choices and the search let through; None where what the search finds
        was not looked up before. Raises NotReady as count() does."""
        if self._store is None:
            self.start()
            raise NotReady
        with self._reader.snapshot() as connection:
            with self.lock:
                self._catch_up(connection)
                known = self._hits.of(asked) if search else None
            if known is not None and known.ids is None:
                return None
            hits = self._found(connection, known, search)
        with self.lock:
            if self._store is None:
                raise NotReady
            return self._store.found(question, hits)

    def _found(
        self, connection: Connection, known: PastSearch | None, conditions: Conditions
    ) -> Ids | None:
        if known is not None:
            return known.mended(connection, self.definition, conditions)
        return ids_where(connection, self.definition.table, *conditions) if conditions else None

    # ---- keeping up

    def _catch_up(self, connection: Connection) -> None:
        """Apply what was committed since; all is read before anything changes."""
        store = self._store
        if store is None:
            raise NotReady
        try:
            position, written = changes(connection, self._position, self.definition.watched)
        except OutOfReach:
            self._store = None
            self._load_aside()
            raise NotReady from None
        rows = written.get(self.definition.table.name)
        fresh = None if rows is None else read_rows(connection, self.definition, rows)
        linked = [
            (
                each,
                written[each.table.name],
                *read_links(connection, each, written[each.table.name]),
            )
            for each in self.definition.links
            if each.table.name in written
        ]
        try:
            if rows is not None and fresh is not None:
                store.change_rows(rows, *fresh)
                self._hits.note(rows)
            for each, changed, owners, values in linked:
                store.change_links(each.facet.key, changed, owners, values)
        except BaseException:
            self._store = None  # Half changed: better none.
            raise
        self._position = position

    # ---- loading

    def load(self) -> None:
        """Read all of the list. Raises NotReady where the log is not kept."""
        began = time.perf_counter()
        with self._reader.snapshot() as connection:
            if not is_kept(connection, self.definition.watched):
                raise NotReady("triggers of the change log are missing")
            position, store = newest(connection), loaded(connection, self.definition)
        with self.lock:
            self._store, self._position, self._hits = store, position, PastSearches()
        self.load_seconds = time.perf_counter() - began

    def start(self) -> None:
        """Load in the background what is not loaded."""
        if self._store is None:
            self._load_aside()

    def _load_aside(self) -> None:
        """Load in a thread of its own, unless one does or failed a moment ago."""
        if self._loading or time.monotonic() < self._not_before:
            return
        self._loading = True
        name = f"facets-{self.definition.kind}"
        self._loader = threading.Thread(target=self._try_to_load, name=name, daemon=True)
        self._loader.start()

    def _try_to_load(self) -> None:
        try:
            self.load()
        except TooWide:
            log.exception("the counts of %s cannot be kept in memory", self.definition.kind)
            self._not_before = float("inf")
        except Exception:
            # The base counts meanwhile, slower and as well.
            log.exception("the counts of %s are not kept in memory", self.definition.kind)
            self._not_before = time.monotonic() + RETRY_SECONDS
        finally:
            self._loading = False

    def wait(self) -> None:
        """Until nothing is being loaded."""
        if self._loader is not None:
            self._loader.join()

    def after_fork(self) -> None:
        """In a child process: the thread that was loading stayed with the parent."""
        self._loading, self._loader = False, None


@dataclass(frozen=True)
class PastSearch:
    """What a search found once, and what was written from then to `version`. `ids` is None
    where nothing is known, or too much was written."""

    version: int
    ids: Ids | None
    since: Ids

    def mended(self, connection: Connection, definition: Definition, search: Conditions) -> Ids:
        """Ids that the search finds in the connection's snapshot, which is of `version`."""
        if self.ids is None:
            return ids_where(connection, definition.table, *search)
        if not len(self.since):
            return self.ids
        written = definition.table.c.id.in_(self.since.tolist())
        again = ids_where(connection, definition.table, *search, written)
        return np.concatenate([np.setdiff1d(self.ids, self.since, assume_unique=True), again])


class PastSearches:
    """The latest searches and what they found. Used under the lock of the list's memory."""

    def __init__(self) -> None:
        self._found: OrderedDict[str, tuple[int, Ids]] = OrderedDict()
        self._version = 0
        self._written: dict[int, Ids] = {}  # version → ids that were written to reach it

    @property
    def nbytes(self) -> int:
        return sum(ids.nbytes for _version, ids in self._found.values())

    def note(self, written: Ids) -> None:
        """Records were written: what was found before may be so no more."""
        self._version += 1
        self._written[self._version] = written
        self._written.pop(self._version - MOST_MENDED, None)

    def of(self, asked: str) -> PastSearch:
        found, nothing = self._found.get(asked), np.zeros(0, dtype=np.int64)
        if found is None:
            return PastSearch(self._version, None, nothing)
        steps = [self._written.get(step) for step in range(found[0] + 1, self._version + 1)]
        known = [step for step in steps if step is not None]
        if len(known) < len(steps) or sum(map(len, known)) > MOST_MENDED:
            return PastSearch(self._version, None, nothing)
        return PastSearch(self._version, found[1], np.unique(np.concatenate([nothing, *known])))

    def keep(self, asked: str, version: int, ids: Ids) -> None:
        if asked in self._found and self._found[asked][0] > version:
            return  # Somebody else looked later.
        self._found[asked] = (version, ids)
        self._found.move_to_end(asked)
        while sum(len(ids) for _version, ids in self._found.values()) > MOST_HITS:
            self._found.popitem(last=False)


# ---- reading

Rows = tuple[Ids, Any, Mapping[str, Sequence[Any]]]


def as_columns(definition: Definition, rows: Sequence[Sequence[Any]]) -> Rows:
    """Ids, liveness and values by facet, of rows as definition.rows() gives them."""
    # Not zip(*rows): an iterator for each of many rows keeps the garbage collector busy.
    values = {
        each.facet.key: list(map(itemgetter(place), rows))
        for place, each in enumerate(definition.columns, start=2)
    }
    ids = np.fromiter(map(itemgetter(0), rows), np.int64, len(rows))
    return ids, np.fromiter(map(itemgetter(1), rows), np.bool_, len(rows)), values


def as_links(rows: Sequence[Sequence[int]]) -> tuple[Any, Any]:
    """Owners and values, in 32 bits: there are many."""
    owners = np.fromiter(map(itemgetter(0), rows), np.int32, len(rows))
    return owners, np.fromiter(map(itemgetter(1), rows), np.int32, len(rows))


def loaded(connection: Connection, definition: Definition) -> ListStore:
    books = {each.facet.key: each.make_book() for each in definition.columns}
    store = ListStore(books, [each.facet.key for each in definition.links])
    for rows in chunks(connection, definition.rows()):
        store.load_rows(*as_columns(definition, rows))
    for each in definition.links:
        parts = [as_links(rows) for rows in chunks(connection, select(each.owner, each.value))]
        if parts:
            owners, values = map(np.concatenate, zip(*parts, strict=True))
            store.load_links(each.facet.key, owners, values)
    store.recount()
    return store


def read_rows(connection: Connection, definition: Definition, ids: Ids) -> Rows:
    identity, rows = definition.table.c.id, list[Sequence[Any]]()
    for start in range(0, len(ids), ASKED_AT_ONCE):
        asked = ids[start : start + ASKED_AT_ONCE].tolist()
        rows += connection.execute(definition.rows().where(identity.in_(asked))).all()
    return as_columns(definition, rows)


def read_links(connection: Connection, links: KeptLinks, ids: Ids) -> tuple[Ids, Ids]:
    rows = list[Sequence[int]]()
    for start in range(0, len(ids), ASKED_AT_ONCE):
        asked = ids[start : start + ASKED_AT_ONCE].tolist()
        rows += connection.execute(
            select(links.owner, links.value).where(links.owner.in_(asked))
        ).all()
    return as_links(rows)
