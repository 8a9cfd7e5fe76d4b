"""Counts of all search blocks of a list: from memory where it is ready, else by the base."""

from __future__ import annotations

import logging
import os
import threading
import weakref
from collections.abc import Collection, Sequence
from dataclasses import replace

from flask import Flask
from sqlalchemy import and_
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from app.core.books import TooWide
from app.core.counting import MEANS, Counts, counts_by_base
from app.core.datefacets import DateFacet
from app.core.facets import Facet, LinkFacet
from app.core.listing import Listing, ListSpec
from app.core.totals import KNOWN, Known
from app.core.valuecounts import ListedCounts, ValueCounts
from app.facets.definition import define
from app.facets.memory import Conditions, ListMemory, NotReady
from app.facets.reader import Reader
from app.facets.store import Question

log = logging.getLogger(__name__)

SETTING = "FACETS_FROM_MEMORY"


class FacetMemory:
    """The lists that this process holds, all over one database."""

    def __init__(self, app: Flask, *specs: ListSpec) -> None:
        url, self._lists = app.config["SQLALCHEMY_DATABASE_URI"], dict[str, ListMemory]()
        self._reader = Reader(url, app.config.get("SQLALCHEMY_ENGINE_OPTIONS", {}))
        for spec in specs:
            if (definition := define(spec)) is not None:
                self._lists[spec.kind] = ListMemory(definition, self._reader)
        _ALL.add(self)

    def warm(self) -> None:
        """Load every list now, before the first request or before the server forks: the
        processes then share what was loaded. A list that cannot be loaded is left to the base."""
        for memory in self._lists.values():
            try:
                memory.load()
            except (NotReady, SQLAlchemyError, TooWide):
                log.exception("the counts of %s are not kept", memory.definition.kind)
        self._reader.dispose()  # Connections do not outlive a fork.

    def start(self) -> None:
        """Load every list in the background: a process that has begun to serve need not wait."""
        for memory in self._lists.values():
            memory.start()

    def memory(self, kind: str) -> ListMemory | None:
        return self._lists.get(kind)

    def locks(self) -> list[threading.Lock]:
        return [memory.lock for memory in self._lists.values()]

    def after_fork(self) -> None:
        for memory in self._lists.values():
            memory.after_fork()
        self._reader.dispose(close=False)

    def close(self) -> None:
        for memory in self._lists.values():
            memory.wait()
        self._reader.dispose()

    def counts(self, listing: Listing, keys: Collection[str] | None = None) -> Counts:
        """Counts of the blocks of these keys (None: of all), those of the values that may show."""
        found = self._from_memory(listing, keys)
        asked = [facet.key for facet in listing.spec.facets if keys is None or facet.key in keys]
        rest = [key for key in asked if key not in found]
        return {**found, **counts_by_base(listing, rest)} if rest else found

    def known(self, listing: Listing) -> Known | None:
        """What the list finds, and how many; None where only the base can tell."""
        memory = self._memory_of(listing)
        if memory is None:
            return None
        try:
            question, search, others = _question(memory, listing, ())
            return None if others else memory.found(question, search, asked=listing.q)
        except NotReady:
            return None
        except (SQLAlchemyError, TooWide):
            log.exception("what the list of %s finds did not come from memory", listing.spec.kind)
            return None

    def _from_memory(self, listing: Listing, keys: Collection[str] | None = None) -> Counts:
        memory = self._memory_of(listing)
        if memory is None:
            return {}
        try:
            return _asked(memory, listing, keys)
        except NotReady:
            return {}
        except (SQLAlchemyError, TooWide):
            log.exception("the counts of %s did not come from memory", listing.spec.kind)
            return {}

    def _memory_of(self, listing: Listing) -> ListMemory | None:
        """What is held of a list; None where the reader's scope is another than what is held."""
        memory = self._lists.get(listing.spec.kind)
        if memory is None or not memory.definition.scope.compare(and_(*listing.spec.scope())):
            return None
        return memory


def _asked(memory: ListMemory, listing: Listing, keys: Collection[str] | None) -> Counts:
    question, search, others = _question(memory, listing, keys)
    found = memory.count(question, search, others, asked=listing.q)
    facets = {facet.key: facet for facet in listing.spec.facets}
    return {key: _named(facets[key], counts, listing) for key, counts in found.items()}


def _question(
    memory: ListMemory, listing: Listing, keys: Collection[str] | None
) -> tuple[Question, Conditions, Conditions]:
    """The choices that memory can tell, the conditions of the search, and those of other choices;
    `keys` are the blocks to count, None for all of them."""
    held = {each.key: each for each in listing.spec.facets if memory.definition.keeps(each)}
    chosen = {key: listing.values(key) for key in held if listing.values(key)}
    others = [
        facet.condition(listing.values(facet.key))
        for facet in listing.spec.facets
        if facet.key not in held and listing.values(facet.key)
    ]
    question = Question(
        {key: _without_clock(held[key], values) for key, values in chosen.items()},
        {
            key: known
            for key, each in held.items()
            if (keys is None or key in keys or key in chosen)
            and (known := _known(each, listing)) is not None
        },
        [key for key in held if keys is None or key in keys],
    )
    search = replace(listing, filters=()).conditions() if listing.q else []
    return question, search, others


def _without_clock(facet: Facet, values: Sequence[str]) -> Sequence[str]:
    if isinstance(facet, DateFacet):
        return [facet.resolved(value) for value in values]
    return values


def _known(facet: Facet, listing: Listing) -> Sequence[str] | None:
    """The values that count, where they are not all those that are borne."""
    if isinstance(facet, DateFacet):
        return _without_clock(facet, facet.shown(listing.values(facet.key)))
    # Links to what lies in the bin stay, and do not show.
    return list(facet.labels(())) if isinstance(facet, LinkFacet) else None


def _named(facet: Facet, counts: ValueCounts, listing: Listing) -> ValueCounts:
    """Days counted by their stretches, under the names that the block gives these."""
    if not isinstance(facet, DateFacet):
        return counts
    names = facet.shown(listing.values(facet.key))
    return ListedCounts([(name, number) for name, (_, number) in zip(names, counts, strict=True)])


def init_app(app: Flask, *specs: ListSpec) -> None:
    """Hold the lists in memory, unless FACETS_FROM_MEMORY says no: it is on, except in tests,
    whose transaction no other connection sees."""
    url = make_url(app.config["SQLALCHEMY_DATABASE_URI"])
    in_file = url.get_backend_name() != "sqlite" or url.database not in {None, "", ":memory:"}
    if in_file and app.config.get(SETTING, not app.testing):
        memory = FacetMemory(app, *specs)
        app.extensions["facet_memory"] = memory
        app.extensions[MEANS] = memory.counts
        app.extensions[KNOWN] = memory.known


# ---- forks: no array is copied to a child half written

_ALL: weakref.WeakSet[FacetMemory] = weakref.WeakSet()
_held: list[threading.Lock] = []


def _before_fork() -> None:
    _held.extend(lock for memory in list(_ALL) for lock in memory.locks())
    for lock in _held:
        lock.acquire()


def _after_fork() -> None:
    while _held:
        _held.pop().release()


def _after_fork_in_child() -> None:
    _after_fork()
    for memory in list(_ALL):
        memory.after_fork()


os.register_at_fork(
    before=_before_fork, after_in_parent=_after_fork, after_in_child=_after_fork_in_child
)
