"""Stretches of days: how an address writes them, the spans that have names, how they read."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from app.core.days import FIRST_DAY, LAST_DAY, SPANS, Days, read_day, today
from app.core.formats import PARIS

DAYS = st.dates(FIRST_DAY, LAST_DAY)
TODAY = date(2026, 11, 25)


@given(st.none() | DAYS, st.none() | DAYS)
def test_what_is_written_is_read_back(first: date | None, last: date | None) -> None:
    days = Days(first, last)
    is_one = days != Days(None, None) and not days.is_backwards
    assert Days.read(str(days)) == (days if is_one else None)


@given(st.text(max_size=30))
def test_any_text_is_a_stretch_as_it_would_be_written_or_none(text: str) -> None:
    days = Days.read(text)
    assert days is None or str(days) == text


@pytest.mark.parametrize(
    "text",
    ["", "..", ".", "2026-01-01", "2026-01-01...2026-02-01", "2026-02-30..", "..2026-13-01",
     "2026-03-01..2026-02-01", "1969-12-31..", "..2100-01-01", "20260101..20260201", "2026-1-1..",
     "2026-W01-1..", " 2026-01-01..", "2026-01-01.. ", "2026-01-01..2026-02-01..", "-..",
     "٢٠٢٦-٠١-٠١..", "0000-00-00..", "9999-12-31..", "2026-01-01..x", "x..2026-01-01"],
)  # fmt: skip
def test_what_is_no_stretch_of_days(text: str) -> None:
    assert Days.read(text) is None


def test_a_day_lasts_from_midnight_to_midnight_in_paris() -> None:
    start, end = Days(date(2026, 3, 29), date(2026, 3, 29)).bounds()
    assert (start, end) == (
        datetime(2026, 3, 28, 23, tzinfo=UTC),
        datetime(2026, 3, 29, 22, tzinfo=UTC),  # The clocks went forward.
    )
    assert Days(None, date(2026, 1, 1)).bounds()[0] is None
    assert Days(date(2026, 1, 1), None).bounds()[1] is None


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 1, 14, 22, 59, tzinfo=UTC), date(2026, 1, 14)),
        (datetime(2026, 1, 14, 23, 0, tzinfo=UTC), date(2026, 1, 15)),
        (datetime(2026, 7, 14, 22, 0, tzinfo=UTC), date(2026, 7, 15)),
    ],
)
def test_today_is_the_day_in_paris(moment: datetime, day: date) -> None:
    with time_machine.travel(moment, tick=False):
        assert today() == day


EXPECTED = {
    "today": "2026-11-25..2026-11-25",
    "7d": "2026-11-19..2026-11-25",
    "30d": "2026-10-27..2026-11-25",
    "year": "2026-01-01..2026-12-31",
    "school_year": "2026-09-01..2027-08-31",
    "older": "..2025-11-24",
}


def test_the_spans_that_have_names() -> None:
    assert {span.value: str(span.days(TODAY)) for span in SPANS} == EXPECTED


@given(DAYS.filter(lambda day: day.year < 2099 and day >= date(1972, 1, 1)))
def test_a_span_is_a_stretch_whatever_the_day(day: date) -> None:
    spans = {span.value: span.days(day) for span in SPANS}
    assert all(Days.read(str(days)) == days for days in spans.values())
    around = [days for value, days in spans.items() if value != "older"]
    assert all(days.first and days.last and days.first <= day <= days.last for days in around)
    older = spans["older"].last
    assert older is not None
    assert timedelta(365) < day - older <= timedelta(367)


def test_the_day_after_a_leap_day_and_the_first_of_the_school_year() -> None:
    spans = {span.value: span for span in SPANS}
    assert str(spans["older"].days(date(2028, 2, 29))) == "..2027-02-27"
    assert str(spans["school_year"].days(date(2026, 8, 31))) == "2025-09-01..2026-08-31"
    assert str(spans["school_year"].days(date(2026, 9, 1))) == "2026-09-01..2027-08-31"


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("2026-01-01..2026-03-31", "Du 01/01/2026 au 31/03/2026"),
        ("2026-01-01..", "À partir du 01/01/2026"),
        ("..2026-03-31", "Jusqu’au 31/03/2026"),
        ("2026-03-31..2026-03-31", "Le 31/03/2026"),
    ],
)
def test_how_a_stretch_reads(app: Flask, text: str, label: str) -> None:
    days = Days.read(text)
    assert days is not None
    assert days.label == label


def test_a_day_outside_what_can_be_counted_is_none() -> None:
    assert read_day("1970-01-01") == FIRST_DAY
    assert read_day("1969-12-31") is read_day("2100-01-01") is None
    assert Days(FIRST_DAY, LAST_DAY).bounds()[0] == datetime(1970, 1, 1, tzinfo=PARIS)
