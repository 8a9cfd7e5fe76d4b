"""From the values of a column in memory to small codes, and back. No SQL and no domain here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from app.core.days import FIRST_DAY, LAST_DAY, Days
from app.core.formats import PARIS
from app.core.valuecounts import BLANK, ListedCounts, Mask, TalliedCounts, Tally, ValueCounts

Values = Sequence[Any] | NDArray[Any]
Codes = NDArray[np.int64]

# A number is its own code up to here; a histogram of that length takes 128 MB.
LARGEST_NUMBER = (1 << 24) - 2
# Stands for no instant among seconds since 1970.
NO_INSTANT = -(1 << 62)


class TooWide(ValueError):
    """A column holds numbers that cannot be their own codes."""


class Book(Protocol):
    """How the values of a column become codes."""

    @property
    def size(self) -> int:
        """One more than the largest code."""
        ...

    def encode(self, values: Values) -> Codes: ...

    def allowed(self, values: Sequence[str]) -> Mask:
        """By code, whether it is one of the values."""
        ...

    def counts(self, tally: Tally, known: Sequence[str] | None = None) -> ValueCounts:
        """Of the `known` values, or of all of them."""
        ...


class _PlainBook:
    """What books have in common whose code is one value; code 0 stands for none, which is a
    value of its own (BLANK) where the block asks for it."""

    size: int
    blank: bool

    def code(self, value: str) -> int:
        raise NotImplementedError

    def value(self, code: int) -> str:
        raise NotImplementedError

    def ranks(self) -> Codes:
        raise NotImplementedError

    def allowed(self, values: Sequence[str]) -> Mask:
        found = np.zeros(self.size, dtype=np.bool_)
        codes = [code for value in values if 0 < (code := self.code(value)) < self.size]
        found[codes] = True
        found[0] = self.blank and BLANK in values
        return found

    def counts(self, tally: Tally, known: Sequence[str] | None = None) -> ValueCounts:
        counts = TalliedCounts(tally, self, blank=self.blank)
        return counts if known is None else counts.among([*known, BLANK])


class NumberBook(_PlainBook):
    """Ids of other records: the code is the number and one; -1 stands for no value."""

    def __init__(self, *, blank: bool = False) -> None:
        self.blank, self.size = blank, 1

    def encode(self, values: Values) -> Codes:
        codes = np.asarray(values, dtype=np.int64) + 1
        if len(codes) and (codes.min() < 0 or codes.max() > LARGEST_NUMBER + 1):
            raise TooWide("numbers from 0 to 16,777,214 can be counted")
        self.size = max(self.size, int(codes.max(initial=0)) + 1)
        return codes

    def code(self, value: str) -> int:
        return 0 if value == BLANK else int(value) + 1

    def value(self, code: int) -> str:
        return str(code - 1) if code else BLANK

    def ranks(self) -> Codes:
        return np.arange(self.size, dtype=np.int64)


class TextBook(_PlainBook):
    """Texts, numbered as they come; None, '' and BLANK stand for no value."""

    def __init__(self, *, blank: bool = False) -> None:
        self._codes = _Numbering()
        self._ranks = np.zeros(1, dtype=np.int64)
        self.blank, self.size = blank, 1

    def encode(self, values: Values) -> Codes:
        codes = np.fromiter(map(self._codes.__getitem__, values), np.int64, len(values))
        self.size = len(self._codes.known)
        return codes

    def code(self, value: str) -> int:
        return self._codes.get(value, 0)

    def value(self, code: int) -> str:
        return self._codes.known[code]

    def ranks(self) -> Codes:
        """Counts may be read while another thread adds values: what is there is taken once, and
        put in place once it is whole."""
        values = self._codes.known[: self.size]
        if len(self._ranks) < len(values):
            ranks = np.empty(len(values), dtype=np.int64)
            ranks[sorted(range(len(values)), key=values.__getitem__)] = np.arange(len(values))
            self._ranks = ranks
        return self._ranks


class _Numbering(dict[Any, int]):
    """Gives each new key the next number; what says nothing has 0. `known` lists the keys by
    number."""

    def __init__(self) -> None:
        super().__init__({None: 0, "": 0, BLANK: 0})
        self.known = [BLANK]

    def __missing__(self, key: str) -> int:
        self[key] = number = len(self.known)
        self.known.append(key)
        return number


class BucketBook:
    """Named conditions, which may overlap: the code holds one bit for each that is met."""

    def __init__(self, values: Sequence[str]) -> None:
        self.values = tuple(values)
        self.size = 1 << len(self.values)
        codes = np.arange(self.size)
        self._met = {value: (codes >> place) & 1 == 1 for place, value in enumerate(self.values)}

    def encode(self, values: Values) -> Codes:
        return np.asarray(values, dtype=np.int64)

    def allowed(self, values: Sequence[str]) -> Mask:
        found = np.zeros(self.size, dtype=np.bool_)
        for value in values:
            found |= self._met[value]
        return found

    def counts(self, tally: Tally, _known: Sequence[str] | None = None) -> ValueCounts:
        return ListedCounts([(v, int(tally[met].sum())) for v, met in self._met.items()])


class DayBook:
    """Instants, given as seconds since 1970 (UTC), by the day that they are in Paris.

    Values are stretches of days (core.days.Days as text), and BLANK. A code is a day's number;
    0 stands for no instant, 1 for all days before the first that an address can name, and the
    largest for all those after the last. No clock here: « today » is the business of who asks.
    """

    def __init__(self) -> None:
        self.size = 1

    def encode(self, values: Values) -> Codes:
        seconds = np.asarray(values, dtype=np.int64)
        codes = np.searchsorted(_midnights(), seconds, side="right") + 1
        codes[seconds == NO_INSTANT] = 0
        self.size = max(self.size, int(codes.max(initial=0)) + 1)
        return codes

    def allowed(self, values: Sequence[str]) -> Mask:
        found = np.zeros(self.size, dtype=np.bool_)
        for value in values:
            found[_codes_of(value)] = True
        return found

    def counts(self, tally: Tally, known: Sequence[str] | None = None) -> ValueCounts:
        return ListedCounts([(value, int(tally[_codes_of(value)].sum())) for value in known or ()])


def _codes_of(value: str) -> slice:
    """The codes of a stretch of days; KeyError for a text that says none."""
    if value == BLANK:
        return slice(0, 1)
    days = Days.read(value)
    if days is None:
        raise KeyError(value)
    start = 1 if days.first is None else (days.first - FIRST_DAY).days + 2
    return slice(start, None if days.last is None else (days.last - FIRST_DAY).days + 3)


@cache
def _midnights() -> Codes:
    """When each day begins in Paris, in seconds since 1970, up to the day after the last."""
    first = datetime.combine(FIRST_DAY, datetime.min.time())
    number = (LAST_DAY - FIRST_DAY).days + 2
    starts = (first + timedelta(days=day) for day in range(number))
    return np.fromiter(
        (start.replace(tzinfo=PARIS).timestamp() for start in starts), np.int64, number
    )
