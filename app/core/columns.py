"""Columns in memory that count the values of any selection of rows. No SQL and no domain here.

A row is known by its id and kept at a position; each column holds one small code a row, 0 where
the row has no value. Counting is one `bincount` over the codes of the selected positions, of the
smaller side: what is selected, or what is not and is then taken off the totals.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.core.books import Book, NumberBook
from app.core.valuecounts import BLANK, Mask, Tally

Ids = NDArray[np.int64]
Positions = NDArray[np.int64]
Array = NDArray[Any]

PAGE_BITS = 14
PAGE = 1 << PAGE_BITS
PAGES = 1 << (31 - PAGE_BITS)  # Ids are 32-bit integers.


def grown(array: Array, length: int) -> Array:
    """The array with room for so many, zeros added; room is made ahead of need."""
    if length <= len(array):
        return array
    larger = np.zeros(length + length // 8, dtype=array.dtype)
    larger[: len(array)] = array
    return larger


def _widened(array: Array, largest: int) -> Array:
    wanted = np.min_scalar_type(largest)
    return array if array.dtype.itemsize >= wanted.itemsize else array.astype(wanted)


class Column:
    """One code a position."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self._codes: Array = np.zeros(0, dtype=np.uint8)

    def reserve(self, length: int) -> None:
        self._codes = grown(self._codes, length)

    def write(self, positions: Positions, values: Sequence[Any]) -> None:
        codes = self.book.encode(values)
        self._codes = _widened(self._codes, self.book.size - 1)
        self._codes[positions] = codes

    def tally(self, positions: Positions) -> Tally:
        return np.bincount(self._codes[positions], minlength=self.book.size)

    def mask(self, values: Sequence[str], positions: Positions | None) -> Mask:
        """For each of the positions, or for all there are, whether it bears one of the values."""
        codes = self._codes if positions is None else self._codes[positions]
        found: Mask = self.book.allowed(values)[codes]
        return found

    @property
    def nbytes(self) -> int:
        return self._codes.nbytes


class Links:
    """Any number of codes a position: its links stand together in one long array. Those that are
    rewritten go to the end, and what they leave is blanked, then swept together now and then."""

    def __init__(self) -> None:
        self.book = NumberBook(blank=True)
        self._first: Array = np.zeros(0, dtype=np.int32)
        self._size: Array = np.zeros(0, dtype=np.uint16)
        self._owners: Array = np.zeros(0, dtype=np.int32)
        self._codes: Array = np.zeros(0, dtype=np.uint8)
        self._used = self._blanks = 0

    def reserve(self, length: int) -> None:
        self._first, self._size = grown(self._first, length), grown(self._size, length)

    def write(self, changed: Positions, owners: Positions, values: Ids) -> None:
        """Give the changed positions (each once) these links instead of those they have."""
        self._blank(changed)
        codes = self.book.encode(values)
        order = np.argsort(owners, kind="stable")
        owners, codes = owners[order], codes[order]
        start, end = self._used, self._used + len(codes)
        self._codes = grown(_widened(self._codes, self.book.size - 1), end)
        self._owners = grown(self._owners, end)
        self._codes[start:end], self._owners[start:end] = codes, owners
        ones, firsts, sizes = np.unique(owners, return_index=True, return_counts=True)
        self._size = _widened(self._size, int(sizes.max(initial=0)))
        self._first[ones], self._size[ones] = start + firsts, sizes
        self._used = end
        if self._blanks > PAGE + self._used // 4:
            self._sweep()

    def _blank(self, positions: Positions) -> None:
        places = self._places(positions)
        self._codes[places] = 0
        self._size[positions] = 0
        self._blanks += len(places)

    def _sweep(self) -> None:
        kept = np.flatnonzero(self._codes[: self._used])
        self._codes, self._owners = self._codes[kept], self._owners[kept]
        owners, firsts = np.unique(self._owners, return_index=True)
        self._first[owners] = firsts
        self._used, self._blanks = len(kept), 0

    def _places(self, positions: Positions) -> NDArray[np.int64]:
        """Where the links of the positions stand."""
        sizes = self._size[positions].astype(np.int64)
        ends = np.cumsum(sizes)
        shifts = self._first[positions] - (ends - sizes)
        places: NDArray[np.int64] = np.repeat(shifts, sizes) + np.arange(
            ends[-1] if len(ends) else 0
        )
        return places

    def tally(self, positions: Positions) -> Tally:
        """Code 0 counts the positions that have no link at all."""
        tally = np.bincount(self._codes[self._places(positions)], minlength=self.book.size)
        tally[0] = np.count_nonzero(self._size[positions] == 0)
        return tally

    def mask(
        self, values: Sequence[str], positions: Positions | None, known: Sequence[str] | None = None
    ) -> Mask:
        """As a column's; links to values that are not among the `known` are as if not there."""
        chosen = self.book.allowed(values)
        if known is not None:
            chosen &= self.shown(known)
        chosen[0] = False
        linked = chosen[self._codes[: self._used]]
        found = np.zeros(len(self._first), dtype=np.bool_)
        found[self._owners[: self._used][linked]] = True
        if BLANK in values:
            found |= self._size == 0
            if known is not None:
                found[self.hidden(known)] = True
        return found if positions is None else found[positions]

    def shown(self, known: Sequence[str]) -> Mask:
        """By code, whether it is a known value; 0 is, for blanked places are nobody's."""
        return self.book.allowed([*known, BLANK])

    def hidden(self, known: Sequence[str]) -> Positions:
        """Positions that have links, and none of them to a known value."""
        unknown = np.flatnonzero(~self.shown(known)[self._codes[: self._used]])
        owners, numbers = np.unique(self._owners[unknown], return_counts=True)
        found: Positions = owners[numbers == self._size[owners]].astype(np.int64)
        return found

    @property
    def nbytes(self) -> int:
        return sum(a.nbytes for a in (self._first, self._size, self._owners, self._codes))


class Places:
    """Where the row of an id is kept: pages of ids get room as they come, so that ids with wide
    holes between them cost no memory."""

    def __init__(self) -> None:
        self._slots = np.full(PAGES, -1, dtype=np.int32)
        self._pages = 0

    @property
    def length(self) -> int:
        return self._pages * PAGE

    def known(self, ids: Ids) -> Positions:
        """Positions of those of the ids that have one."""
        slots = self._slots[ids >> PAGE_BITS].astype(np.int64)
        found: Positions = (slots << PAGE_BITS) | (ids & (PAGE - 1))
        return found if found.size == 0 or slots.min() >= 0 else found[slots >= 0]

    def ids(self, positions: Positions) -> Ids:
        """The ids of positions that were given out."""
        pages = np.flatnonzero(self._slots >= 0)
        of_slot = np.empty(self._pages, dtype=np.int64)
        of_slot[self._slots[pages]] = pages
        found: Ids = (of_slot[positions >> PAGE_BITS] << PAGE_BITS) | (positions & (PAGE - 1))
        return found

    def made(self, ids: Ids) -> Positions:
        """Positions of all the ids, with room made for the new ones."""
        pages = ids >> PAGE_BITS
        new = np.unique(pages[self._slots[pages] < 0])
        self._slots[new] = np.arange(self._pages, self._pages + len(new))
        self._pages += len(new)
        return self.known(ids)
