"""The columns of one list: which rows are live, what they bear, and how many bear what."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

import numpy as np

from app.core.books import Book
from app.core.columns import Column, Ids, Links, Places, Positions, grown
from app.core.totals import FEW, Known
from app.core.valuecounts import Mask, Tally, ValueCounts

Chosen = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Question:
    """What is asked of the columns, each by the key of its facet."""

    # The values chosen in each block.
    chosen: Chosen = field(default_factory=dict)
    # The values that count, where they are not all that are borne: of links, those whose records
    # are not in the bin; of days, the stretches that the block shows.
    known: Chosen = field(default_factory=dict)
    # The blocks to count; None: all.
    keys: Collection[str] | None = None


def padded(tally: Tally, size: int) -> Tally:
    return tally if len(tally) >= size else np.pad(tally, (0, size - len(tally)))


class ListStore:
    """Not safe for threads by itself: its owner holds a lock around each call."""

    def __init__(self, books: Mapping[str, Book], links: Sequence[str]) -> None:
        self._places = Places()
        self._live: Mask = np.zeros(0, dtype=np.bool_)
        self._columns = {key: Column(book) for key, book in books.items()}
        self._links = {key: Links() for key in links}
        self._all: dict[str, Column | Links] = {**self._columns, **self._links}
        # Of the live rows, per column, kept in step: an unfiltered list counts nothing.
        self._totals = {
            key: np.zeros(column.book.size, dtype=np.int64) for key, column in self._all.items()
        }
        self._live_count = 0

    @property
    def nbytes(self) -> int:
        arrays = [*self._totals.values(), self._live]
        return sum(a.nbytes for a in arrays) + sum(c.nbytes for c in self._all.values())

    # ---- writing

    def load_rows(self, ids: Ids, live: Mask, values: Mapping[str, Sequence[Any]]) -> None:
        """Put rows (each id once) in; recount() follows the last call."""
        positions = self._made(ids)
        self._live[positions] = live
        for key, column in self._columns.items():
            column.write(positions, values[key])

    def load_links(self, key: str, owners: Ids, values: Ids) -> None:
        """Put all links of a facet in, once; recount() follows."""
        self._links[key].write(np.zeros(0, dtype=np.int64), self._made(owners), values)

    def recount(self) -> None:
        positions = np.flatnonzero(self._live)
        self._live_count = len(positions)
        self._totals = {key: column.tally(positions) for key, column in self._all.items()}

    def change_rows(
        self, changed: Ids, ids: Ids, live: Mask, values: Mapping[str, Sequence[Any]]
    ) -> None:
        """`changed` (each id once) were written; `ids` are those of them that are there now."""
        positions = self._made(changed)
        self._account(positions, -1)
        self._live[positions] = False
        self.load_rows(ids, live, values)
        self._account(positions, 1)

    def change_links(self, key: str, changed: Ids, owners: Ids, values: Ids) -> None:
        """Records (each id once) whose links were written, and the links that they have now."""
        positions = self._made(changed)
        self._account(positions, -1, only=key)
        self._links[key].write(positions, self._made(owners), values)
        self._account(positions, 1, only=key)

    def _made(self, ids: Ids) -> Positions:
        positions = self._places.made(ids)
        length = self._places.length
        self._live = grown(self._live, length)
        for column in self._all.values():
            column.reserve(length)
        return positions

    def _account(self, positions: Positions, sign: int, *, only: str = "") -> None:
        """Take rows off the totals before they change, and put them back after."""
        live = positions[self._live[positions]]
        for key in (only,) if only else self._all:
            tally = self._all[key].tally(live)
            self._totals[key] = padded(self._totals[key], len(tally))
            self._totals[key][: len(tally)] += sign * tally
        if not only:
            self._live_count += sign * len(live)

    # ---- counting

    def count(self, asked: Question, hits: Ids | None) -> dict[str, ValueCounts]:
        """Of each facet asked, counts of its values among the live rows that `hits` holds (None:
        all) and that the other facets' choices let through: its own choice does not count."""
        keys = [key for key in self._all if asked.keys is None or key in asked.keys]
        start = None if hits is None else self._live_among(hits)
        masks = {key: self._mask(key, start, asked) for key in asked.chosen}
        rest = self._selected(start, masks, "")
        found = self._counted([key for key in keys if key not in masks], rest, asked)
        for key in masks.keys() & keys:
            found |= self._counted([key], self._selected(start, masks, key), asked)
        return found

    def found(self, asked: Question, hits: Ids | None) -> Known:
        """The live rows that `hits` holds (None: all) and that the choices let through."""
        start = None if hits is None else self._live_among(hits)
        masks = {key: self._mask(key, start, asked) for key in asked.chosen}
        selected = self._selected(start, masks, "")
        if selected is None:
            return Known(self._live_count)
        few = self._places.ids(selected).tolist() if len(selected) <= FEW else None
        return Known(len(selected), few)

    def _live_among(self, hits: Ids) -> Positions:
        positions = self._places.known(hits)
        return positions[self._live[positions]]

    def _mask(self, key: str, start: Positions | None, asked: Question) -> Mask:
        if key in self._links:
            return self._links[key].mask(asked.chosen[key], start, asked.known.get(key))
        return self._columns[key].mask(asked.chosen[key], start)

    def _selected(
        self, start: Positions | None, masks: Mapping[str, Mask], without: str
    ) -> Positions | None:
        """Rows that all blocks but one let through; None is all live ones."""
        others = [mask for key, mask in masks.items() if key != without]
        if not others:
            return start
        both: Mask = reduce(np.logical_and, others)
        if start is None:
            return np.flatnonzero(both & self._live[: len(both)])
        return start[both]

    def _counted(
        self, keys: Sequence[str], selected: Positions | None, asked: Question
    ) -> dict[str, ValueCounts]:
        found = {}
        for key, tally in self._tallies(keys, selected).items():
            known = asked.known.get(key)
            if key in self._links:
                tally = self._with_hidden(key, tally, selected, known)
            found[key] = self._all[key].book.counts(tally, known)
        return found

    def _with_hidden(
        self, key: str, tally: Tally, selected: Positions | None, known: Sequence[str] | None
    ) -> Tally:
        """Rows that bear nothing but values that do not show are rows without a value."""
        links = self._links[key]
        if known is None or not tally[~links.shown(known)[: len(tally)]].any():
            return tally  # None of the rows bears one.
        hidden = links.hidden(known)
        hidden = hidden[self._live[hidden]]
        if selected is not None:
            hidden = np.intersect1d(hidden, selected, assume_unique=True)
        tally = tally.copy()
        tally[0] += len(hidden)
        return tally

    def _tallies(self, keys: Sequence[str], selected: Positions | None) -> dict[str, Tally]:
        if selected is None:
            return {key: self._totals[key] for key in keys}
        if 2 * len(selected) <= self._live_count:
            return {key: self._all[key].tally(selected) for key in keys}
        others = self._live.copy()
        others[selected] = False
        rest, found = np.flatnonzero(others), {}
        for key in keys:
            tally = self._all[key].tally(rest)
            found[key] = padded(self._totals[key], len(tally)) - padded(
                tally, len(self._totals[key])
            )
        return found
