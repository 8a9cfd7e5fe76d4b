"""Dates and numbers as pages show them: in the reader's language, in Paris time.

Instants are aware datetimes (core.db.utcnow); a naive one raises ValueError.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from babel import Locale
from babel import dates as babel_dates
from babel import numbers as babel_numbers
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _

from app.core.db import utcnow
from app.core.text import fold

PARIS = ZoneInfo("Europe/Paris")
NBSP = "\u00a0"
_FRENCH = Locale("fr", "FR")
_DAYS_IN_WORDS = 7


def _locale() -> Locale:
    """The reader's language; French outside a request (a job, an export)."""
    return get_locale() or _FRENCH


def in_paris(moment: datetime) -> datetime:
    """An aware instant at the clock of Paris."""
    if moment.tzinfo is None:
        raise ValueError("a naive datetime has no instant: say its zone")
    return moment.astimezone(PARIS)


def midnight(day: date) -> datetime:
    """The instant at which a day begins in Paris."""
    return datetime.combine(day, time(), PARIS)


def _day(value: date) -> date:
    return in_paris(value).date() if isinstance(value, datetime) else value


def format_date(value: date) -> str:
    """25/11/2026; an instant gives the day it is in Paris."""
    day = _day(value)
    return f"{day.day:02}/{day.month:02}/{day.year:04}"


def format_date_long(value: date) -> str:
    """25 novembre 2026; the first of a month is « 1er » in French, which CLDR leaves out."""
    day, locale = _day(value), _locale()
    written = babel_dates.format_date(day, "d MMMM y", locale=locale)
    first = locale.language == "fr" and day.day == 1
    return f"1er{written[1:]}" if first else written


def format_time(moment: datetime) -> str:
    """14:05, in Paris."""
    there = in_paris(moment)
    return f"{there.hour:02}:{there.minute:02}"


def format_datetime(moment: datetime) -> str:
    """25/11/2026 à 14:05, in Paris."""
    return _("%(date)s à %(time)s", date=format_date(moment), time=format_time(moment))


def format_number(value: int | Decimal) -> str:
    """1 234 and 1 234,5 in French, with a narrow no-break space; at most 3 decimals."""
    if isinstance(value, int) and -1000 < value < 1000:
        return str(value)  # Nothing to group: most figures of a list, at no cost.
    return babel_numbers.format_decimal(value, locale=_locale())


def format_percent(share: float | Decimal, decimals: int = 1) -> str:
    """12,5 % for 0.125, with a no-break space in French; decimals that are zero are left out."""
    step = Decimal(1).scaleb(-decimals)
    percent = (Decimal(str(share)) * 100).quantize(step, ROUND_HALF_UP)
    shown = format_number(percent.normalize() + 0)
    return f"{shown}{NBSP}%" if _locale().language == "fr" else f"{shown}%"


def format_relative(moment: datetime, now: datetime | None = None) -> str:
    """à l’instant, il y a 5 minutes, il y a 3 heures, hier, il y a 4 jours, then the date.

    An instant in the future, but for a clock a minute off, gives its date and time.
    """
    now = now or utcnow()
    seconds = _seconds_between(moment, now)
    if seconds < -60:
        return format_datetime(moment)
    if seconds < 3600:
        return _minutes_ago(int(seconds // 60))
    days = (_day(now) - _day(moment)).days
    if days == 0:
        return ngettext("il y a %(num)s heure", "il y a %(num)s heures", int(seconds // 3600))
    return _days_ago(days) or format_date(moment)


def _seconds_between(moment: datetime, now: datetime) -> float:
    # In UTC: two Paris times would be subtracted by their clocks, an hour off at a change of time.
    return (now.astimezone(UTC) - in_paris(moment).astimezone(UTC)).total_seconds()


def _minutes_ago(minutes: int) -> str:
    if minutes < 1:
        return _("à l’instant")
    return ngettext("il y a %(num)s minute", "il y a %(num)s minutes", minutes)


def _days_ago(days: int) -> str | None:
    if days == 1:
        return _("hier")
    if days < _DAYS_IN_WORDS:
        return ngettext("il y a %(num)s jour", "il y a %(num)s jours", days)
    return None


_ARTICLE = re.compile(r"(le|les) (?=\S)", re.IGNORECASE)
_VOWEL = re.compile("[aeiou]|y(?![aeiou])")


def of_town(town: str) -> str:
    """« de Lyon », « d’Amiens », « du Havre », « des Ulis »: a town after a noun, in French.

    Before an h it is « de »: nothing in the name tells which one is aspirated.
    """
    article = _ARTICLE.match(town)
    if article and len(article[1]) == len("le"):
        return _("du %(town)s", town=town[article.end() :])
    if article:
        return _("des %(town)s", town=town[article.end() :])
    if _VOWEL.match(fold(town)):
        return _("d’%(town)s", town=town)
    return _("de %(town)s", town=town)
