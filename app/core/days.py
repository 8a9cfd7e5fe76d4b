"""Stretches of days, as a search block's value says them: « 2026-01-01..2026-03-31 »."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.core.db import utcnow
from app.core.formats import PARIS, format_date, in_paris

# What an address can name: wide enough for a record's life, narrow enough to count.
FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(2099, 12, 31)
# French schools: from 1 September to 31 August.
SCHOOL_YEAR_BEGINS = 9
_WRITTEN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def today() -> date:
    """The day it is in Paris."""
    return in_paris(utcnow()).date()


def read_day(text: str) -> date | None:
    """A day written 2026-03-31 that an address can name, or None."""
    if not _WRITTEN.fullmatch(text):
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if FIRST_DAY <= day <= LAST_DAY else None


@dataclass(frozen=True)
class Days:
    """From one day to another, both included; None is without end. In an address
    « 2026-01-01..2026-03-31 », « 2026-01-01.. », « ..2026-03-31 »."""

    first: date | None
    last: date | None

    @classmethod
    def read(cls, text: str) -> Days | None:
        """The stretch that a text says; None where it says none: malformed, without any day,
        with one that does not exist, or with its end before its start."""
        first, dots, last = text.partition("..")
        days = cls(read_day(first), read_day(last))
        wrong = not dots or str(days) != text or days == cls(None, None) or days.is_backwards
        return None if wrong else days

    @property
    def is_backwards(self) -> bool:
        return self.first is not None and self.last is not None and self.last < self.first

    def __str__(self) -> str:
        return f"{self.first or ''}..{self.last or ''}"

    @property
    def label(self) -> str:
        if self.first is None or self.last is None:
            if self.first is not None:
                return _("À partir du %(day)s", day=format_date(self.first))
            return _("Jusqu’au %(day)s", day=format_date(self.last)) if self.last else ""
        if self.first == self.last:
            return _("Le %(day)s", day=format_date(self.first))
        first, last = format_date(self.first), format_date(self.last)
        return _("Du %(first)s au %(last)s", first=first, last=last)

    def bounds(self) -> tuple[datetime | None, datetime | None]:
        """The instants from which and before which it is, by the clock of Paris."""
        after = self.last + timedelta(days=1) if self.last else None
        return _midnight(self.first), _midnight(after)


def _midnight(day: date | None) -> datetime | None:
    return datetime.combine(day, time(), PARIS) if day else None


@dataclass(frozen=True)
class Span:
    """A stretch of days that has a name, and moves with the day on which it is asked."""

    value: str
    label: LazyString
    days: Callable[[date], Days]


def _last(number: int) -> Callable[[date], Days]:
    return lambda day: Days(day - timedelta(days=number - 1), day)


def _year(day: date) -> Days:
    return Days(date(day.year, 1, 1), date(day.year, 12, 31))


def _school_year(day: date) -> Days:
    year = day.year - (day.month < SCHOOL_YEAR_BEGINS)
    return Days(
        date(year, SCHOOL_YEAR_BEGINS, 1), date(year + 1, SCHOOL_YEAR_BEGINS, 1) - timedelta(days=1)
    )


def _before_a_year(day: date) -> Days:
    leap = (day.month, day.day) == (2, 29)
    return Days(
        None, day.replace(year=day.year - 1, day=28 if leap else day.day) - timedelta(days=1)
    )


SPANS = (
    Span("today", _l("Aujourd’hui"), _last(1)),
    Span("7d", _l("7 derniers jours"), _last(7)),
    Span("30d", _l("30 derniers jours"), _last(30)),
    Span("year", _l("Cette année"), _year),
    Span("school_year", _l("Cette année scolaire"), _school_year),
    Span("older", _l("Il y a plus d’un an"), _before_a_year),
)
