"""The columns by themselves, against counting by hand."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, time
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.books import (
    LARGEST_NUMBER,
    NO_INSTANT,
    BucketBook,
    DayBook,
    NumberBook,
    TextBook,
    TooWide,
)
from app.core.columns import PAGE, Places
from app.core.days import FIRST_DAY, LAST_DAY, Days
from app.core.formats import PARIS
from app.core.valuecounts import BLANK, ListedCounts
from app.facets.store import ListStore, Question

CITIES = (None, "Lyon", "Évreux", "Nîmes", "")
# Ids near and far, so that positions are not ids.
IDS = st.sampled_from([1, 2, 3, PAGE - 1, PAGE, 5 * PAGE + 7, 2**31 - 1])
# Days around the ends of what an address can name, and one without.
DAYS = (
    date(1950, 1, 1),
    FIRST_DAY,
    date(2026, 3, 29),
    date(2026, 3, 30),
    LAST_DAY,
    date(2200, 1, 1),
)
STRETCHES = ("2026-03-29..2026-03-29", "2026-03-30..", "..2026-03-29", "1970-01-01..2099-12-31")
ROW = st.fixed_dictionaries(
    {
        "live": st.booleans(),
        "city": st.sampled_from(CITIES),
        "sector": st.sampled_from([-1, 0, 7, 300, 70_000]),
        "state": st.integers(0, 7),
        "seen": st.none() | st.sampled_from(DAYS),
    }
)
LINKS = st.sets(st.sampled_from([1, 2, 9, 260]))
KNOWN = st.none() | st.sets(st.sampled_from(["1", "2", "9", "260", "77"])).map(sorted)
WRITE = st.one_of(
    st.tuples(st.just("rows"), st.dictionaries(IDS, st.none() | ROW, min_size=1)),
    st.tuples(st.just("links"), st.dictionaries(IDS, LINKS, min_size=1)),
)
STATES = ("low", "middle", "high")
KEYS = ("city", "sector", "state", "seen", "tag")
CHOICES = st.fixed_dictionaries(
    {},
    optional={
        "city": st.lists(st.sampled_from(["Lyon", "Nîmes", "Nulle part", BLANK]), min_size=1),
        "sector": st.lists(st.sampled_from(["7", "300", "999999", BLANK]), min_size=1),
        "state": st.lists(st.sampled_from(STATES), min_size=1),
        "seen": st.lists(st.sampled_from([*STRETCHES, BLANK]), min_size=1),
        "tag": st.lists(st.sampled_from(["1", "9", "77", BLANK]), min_size=1),
    },
)


class ByHand:
    """The same, as dictionaries of sets."""

    def __init__(self) -> None:
        self.rows: dict[int, dict[str, Any]] = {}
        self.links: dict[int, set[int]] = {}

    def values(self, identity: int, known: list[str] | None) -> dict[str, set[str]]:
        row = self.rows[identity]
        tags = {str(tag) for tag in self.links.get(identity, ())}
        return {
            "city": {row["city"] or BLANK},
            "sector": {BLANK if row["sector"] < 0 else str(row["sector"])},
            "state": {name for place, name in enumerate(STATES) if row["state"] >> place & 1},
            "seen": stretches(row["seen"]),
            "tag": (tags if known is None else tags & set(known)) or {BLANK},
        }

    def count(
        self, chosen: dict[str, list[str]], hits: set[int] | None, known: list[str] | None
    ) -> dict[str, Counter[str]]:
        found: dict[str, Counter[str]] = {key: Counter() for key in KEYS}
        for identity, row in self.rows.items():
            if row["live"] and (hits is None or identity in hits):
                values = self.values(identity, known)
                missed = [key for key, some in chosen.items() if not values[key] & set(some)]
                for key, counter in found.items():
                    if not set(missed) - {key}:
                        counter.update(values[key])
        return found


def stretches(day: date | None) -> set[str]:
    """Those of STRETCHES that the day lies in."""
    if day is None:
        return {BLANK}
    read = {text: Days.read(text) for text in STRETCHES}
    return {
        text
        for text, days in read.items()
        if days and (days.first or date.min) <= day <= (days.last or date.max)
    }


def new_store() -> ListStore:
    books = {
        "city": TextBook(blank=True),
        "sector": NumberBook(blank=True),
        "state": BucketBook(STATES),
        "seen": DayBook(),
    }
    return ListStore(books, ["tag"])


def seconds(day: date | None) -> int:
    """Some instant of a day in Paris, its very first second for odd days."""
    if day is None:
        return NO_INSTANT
    hour = time(0, 0) if day.day % 2 else time(23, 59, 59)
    return int(datetime.combine(day, hour, PARIS).timestamp())


def write_rows(store: ListStore, rows: dict[int, dict[str, Any] | None]) -> None:
    there = {identity: row for identity, row in rows.items() if row is not None}
    values = {
        key: [row[key] for row in there.values()] for key in ("city", "sector", "state", "seen")
    }
    values["city"] = [city or None for city in values["city"]]
    values["seen"] = [seconds(day) for day in values["seen"]]
    store.change_rows(
        np.array(sorted(rows), dtype=np.int64),
        np.array(list(there), dtype=np.int64),
        np.array([row["live"] for row in there.values()], dtype=np.bool_),
        values,
    )


def write_links(store: ListStore, links: dict[int, set[int]]) -> None:
    pairs = [(owner, value) for owner, values in links.items() for value in values]
    store.change_links(
        "tag",
        np.array(sorted(links), dtype=np.int64),
        np.array([owner for owner, _value in pairs], dtype=np.int64),
        np.array([value for _owner, value in pairs], dtype=np.int64),
    )


ASKED = st.tuples(CHOICES, st.none() | st.sets(IDS), KNOWN)


@settings(max_examples=150, deadline=None)
@given(st.lists(WRITE, max_size=12), st.lists(ASKED, max_size=4))
def test_counts_are_those_by_hand(
    writes: list[tuple[str, Any]],
    asked: list[tuple[dict[str, list[str]], set[int] | None, list[str] | None]],
) -> None:
    store, hand = new_store(), ByHand()
    for kind, changed in writes:
        if kind == "rows":
            write_rows(store, changed)
            hand.rows |= changed
            hand.rows = {i: row for i, row in hand.rows.items() if row is not None}
        else:
            write_links(store, changed)
            hand.links |= changed
    for chosen, hits, known in [({}, None, None), *asked]:
        ids = None if hits is None else np.array(sorted(hits), dtype=np.int64)
        shown = {"seen": [*STRETCHES, BLANK], **({} if known is None else {"tag": known})}
        counted = store.count(Question(chosen, shown), ids)
        for key, counter in hand.count(chosen, hits, known).items():
            assert {v: n for v, n in counted[key] if n} == dict(counter), (key, chosen, hits)
            assert all(counted[key].of(value) == number for value, number in counter.items())
            assert counted[key].of("12345") == 0


def test_only_the_blocks_that_are_asked_are_counted() -> None:
    store = new_store()
    write_rows(store, {1: {"live": True, "city": "Lyon", "sector": 7, "state": 1, "seen": None}})
    question = Question({"city": ["Nîmes"], "sector": ["7"]}, keys=["city"])
    assert {key: list(counts) for key, counts in store.count(question, None).items()} == {
        "city": [("Lyon", 1)]
    }


def test_the_most_frequent_come_first_then_by_value() -> None:
    book = TextBook()
    codes = book.encode(["Nîmes", "Lyon", "Évreux", "Lyon", None, "Albi"])
    counts = book.counts(np.bincount(codes, minlength=book.size))
    expected = [("Lyon", 2), ("Albi", 1), ("Nîmes", 1), ("Évreux", 1)]
    assert list(counts) == expected
    assert [counts.first(number) for number in range(6)] == [expected[:n] for n in range(6)]
    assert len(counts) == 4


def test_numbers_are_ordered_as_numbers() -> None:
    book = NumberBook()
    tally = np.bincount(book.encode([10, 9, 100, 9, -1]), minlength=book.size)
    assert list(book.counts(tally)) == [("9", 2), ("10", 1), ("100", 1)]


def test_counts_stay_as_they_were_when_values_are_added() -> None:
    """They are read after the lock is let go."""
    book = TextBook()
    counts = book.counts(np.bincount(book.encode(["b", "b", "c"]), minlength=book.size))
    book.encode(["a", "d"])
    assert (list(counts), counts.of("a")) == ([("b", 2), ("c", 1)], 0)
    assert list(counts.among(["c", "d"])) == [("c", 1)]


def test_listed_counts() -> None:
    counts = ListedCounts([("b", 0), ("a", 2)])
    assert (list(counts), counts.first(1), len(counts)) == ([("b", 0), ("a", 2)], [("b", 0)], 2)
    assert (counts.of("a"), counts.of("z"), list(counts.among(["a"]))) == (2, 0, [("a", 2)])


@pytest.mark.parametrize("number", [LARGEST_NUMBER + 1, -2])
def test_numbers_that_cannot_be_codes(number: int) -> None:
    assert NumberBook().encode([LARGEST_NUMBER])
    with pytest.raises(TooWide):
        NumberBook().encode([1, number])


def test_wide_holes_between_ids_cost_nothing() -> None:
    places = Places()
    ids = np.array([1, 2_000_000_000, 2**31 - 1, PAGE + 1])
    positions = places.made(ids)
    assert len(set(positions.tolist())) == 4
    assert positions.max() < places.length == 4 * PAGE
    assert places.known(np.array([2**31 - 1, 1_000_000_000])).tolist() == [positions[2]]


def test_links_that_are_written_again_and_again_take_no_more_room() -> None:
    store = new_store()
    write_rows(
        store, {n: {"live": True, "city": None, "sector": -1, "state": 0, "seen": None}
                for n in range(1, 101)},
    )  # fmt: skip
    sizes = []
    for turn in range(1_200):
        write_links(store, {owner: {1, 2 + turn % 2} for owner in range(1, 101)})
        sizes.append(store.nbytes)
    assert store.count(Question(), None)["tag"].first(9) == [("1", 100), ("3", 100)]
    assert max(sizes[600:]) <= max(sizes[:600])
    assert store.count(Question({"tag": ["3"]}), None)["sector"].first(2) == [(BLANK, 100)]
    assert store.count(Question({"tag": ["2"]}), np.array([5]))["tag"].of("3") == 1


def test_days_are_those_of_paris() -> None:
    """Midnight there is at 23:00 UTC in winter, at 22:00 in summer."""
    moments = [
        datetime(2026, 1, 14, 22, 59, 59, tzinfo=UTC), datetime(2026, 1, 14, 23, tzinfo=UTC),
        datetime(2026, 7, 14, 21, 59, 59, tzinfo=UTC), datetime(2026, 7, 14, 22, tzinfo=UTC),
    ]  # fmt: skip
    book = DayBook()
    codes = book.encode([int(moment.timestamp()) for moment in moments])
    known = [f"{day}..{day}" for day in ("2026-01-14", "2026-01-15", "2026-07-14", "2026-07-15")]
    counts = book.counts(np.bincount(codes, minlength=book.size), known)
    assert [number for _value, number in counts] == [1, 1, 1, 1]
