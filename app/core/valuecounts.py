"""How many records bear each value of a search block. No SQL and no domain here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

# The value of a block for records that have none of its values. A lone dash is also what people
# type where they have nothing to say: stored as such, it counts as nothing.
BLANK = "-"

Mask = NDArray[np.bool_]
Tally = NDArray[np.int64]  # Rows of each code.


class ValueCounts(Protocol):
    """The values of a search block that are borne, most frequent first, then by value."""

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[tuple[str, int]]: ...

    def first(self, number: int) -> list[tuple[str, int]]: ...

    def of(self, value: str) -> int:
        """Rows that bear the value, 0 for one that is unknown."""
        ...

    def among(self, values: Iterable[str]) -> ValueCounts:
        """The counts of these values only."""
        ...


class ListedCounts:
    """Counts that are given as a list, in their order."""

    def __init__(self, pairs: Sequence[tuple[str, int]]) -> None:
        self._pairs = pairs

    def __len__(self) -> int:
        return len(self._pairs)

    def __iter__(self) -> Iterator[tuple[str, int]]:
        return iter(self._pairs)

    def first(self, number: int) -> list[tuple[str, int]]:
        return list(self._pairs[:number])

    @cached_property
    def _by_value(self) -> dict[str, int]:
        return dict(self._pairs)

    def of(self, value: str) -> int:
        return self._by_value.get(value, 0)

    def among(self, values: Iterable[str]) -> ValueCounts:
        kept = set(values)
        return ListedCounts([(value, count) for value, count in self._pairs if value in kept])


class ValueBook(Protocol):
    """What knows which value a code stands for."""

    def value(self, code: int) -> str: ...

    def code(self, value: str) -> int: ...

    def allowed(self, values: Sequence[str]) -> Mask: ...

    def ranks(self) -> NDArray[np.int64]:
        """Places of the codes in the order of their values."""
        ...


class TalliedCounts:
    """Counts as an array by code: a million companies are not made into a million texts to
    show eight of them. Code 0 stands for no value, and counts where the block says so."""

    def __init__(self, tally: Tally, book: ValueBook, *, blank: bool) -> None:
        self._tally, self._book, self._blank = tally.copy(), book, blank
        if not blank:
            self._tally[0] = 0

    def __len__(self) -> int:
        return int(np.count_nonzero(self._tally))

    def __iter__(self) -> Iterator[tuple[str, int]]:
        return iter(self.first(len(self._tally)))

    def first(self, number: int) -> list[tuple[str, int]]:
        codes, ranks = np.flatnonzero(self._tally), self._book.ranks()
        # One key orders by count, then by value, so that the top alone need be sorted.
        keys = self._tally[codes] * len(ranks) - ranks[codes]
        if number < len(codes):
            top = np.argpartition(-keys, number)[:number]
            codes, keys = codes[top], keys[top]
        codes = codes[np.argsort(-keys)]
        return [(self._book.value(c), int(self._tally[c])) for c in codes.tolist()]

    def of(self, value: str) -> int:
        code = self._book.code(value)
        known = code < len(self._tally) and (code > 0 or value == BLANK)
        return int(self._tally[code]) if known else 0

    def among(self, values: Iterable[str]) -> ValueCounts:
        kept = self._book.allowed(list(values))[: len(self._tally)]
        tally = np.where(kept, self._tally[: len(kept)], 0)
        return TalliedCounts(tally, self._book, blank=self._blank)
