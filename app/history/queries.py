"""Reading the history, in sentences, by day."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import joinedload, selectinload

from app.accounts.models import Account
from app.core.formats import format_date_long, format_datetime, format_time, in_paris, midnight
from app.core.text import sort_key
from app.extensions import db
from app.history.actions import FIELDS, SENTENCES, Action, Subject
from app.history.models import HistoryEntry, HistoryValue

PAGE = 50
LONGEST_SHOWN = 300

# How a field's stored value reads, given by the domain whose history it is.
Show = Callable[[str, str], str]
Change = tuple[str, str, str]
# The address that takes a line back, None where nothing can be.
TakeBack = Callable[[HistoryEntry], str | None]


@dataclass(frozen=True)
class Line:
    """One action as it reads: when, who, what, and each value before and after."""

    time: str
    exact: str
    who: str
    sentence: str
    changes: list[Change]
    take_back_url: str | None
    # The name of the merged sheet whose line it is, '' for the record's own.
    origin: str = ""


@dataclass(frozen=True)
class Asked:
    """Which lines are asked for: by whom ('' anybody's), of which field, within which days
    (both included, at the clock of Paris), and below which id."""

    by: str = ""
    field: str = ""
    since: date | None = None
    until: date | None = None
    before: int | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = []
        if self.by:
            found.append(HistoryEntry.actor_id == int(self.by))
        if self.field:
            values = select(HistoryValue.entry_id).where(HistoryValue.field == self.field)
            found.append(
                HistoryEntry.id.in_(values.where(HistoryValue.entry_id == HistoryEntry.id))
            )
        if self.since:
            found.append(HistoryEntry.at >= midnight(self.since))
        if self.until:
            found.append(HistoryEntry.at < midnight(self.until + timedelta(days=1)))
        if self.before is not None:
            found.append(HistoryEntry.id < self.before)
        return found

    @property
    def is_narrowed(self) -> bool:
        return bool(self.by or self.field or self.since or self.until)


@dataclass(frozen=True)
class HistoryPage:
    """Lines by day, newest first, and the id to ask for older ones from (None: no older);
    what may be asked for: people and fields that the record's history names."""

    days: list[tuple[str, list[Line]]]
    older_than: int | None
    asked: Asked
    people: list[tuple[str, str]]
    fields: list[tuple[str, str]]


def history_page(
    subject: Subject, subject_id: int, *, show: Show, asked: Asked, take_back: TakeBack,
    merged: Mapping[int, str] | None = None,
) -> HistoryPage:  # fmt: skip
    """The newest lines about a record that are asked for, among them those of the records that
    were merged into it (`merged`: id → name), which nobody takes back one by one."""
    origins = merged or {}
    about = HistoryEntry.subject_id.in_([subject_id, *origins])
    mine = HistoryEntry.subject_kind == subject, about

    def line(entry: HistoryEntry) -> Line:
        origin = origins.get(entry.subject_id)
        return _line(entry, show, take_back if origin is None else lambda _entry: None, origin)

    statement = (
        select(HistoryEntry)
        .where(*mine, *asked.conditions())
        .options(joinedload(HistoryEntry.actor), selectinload(HistoryEntry.values))
        .order_by(HistoryEntry.id.desc())
        .limit(PAGE + 1)
    )
    entries = db.session.scalars(statement).all()
    shown = entries[:PAGE]
    older = shown[-1].id if len(entries) > PAGE else None
    return HistoryPage(_by_day(shown, line), older, asked, _people(mine), _fields(mine))


def _people(mine: Sequence[ColumnElement[bool]]) -> list[tuple[str, str]]:
    actors = select(HistoryEntry.actor_id).where(*mine)
    accounts = select(Account).where(Account.id.in_(actors)).order_by(Account.last_name, Account.id)
    return [(str(account.id), account.full_name) for account in db.session.scalars(accounts)]


def _fields(mine: Sequence[ColumnElement[bool]]) -> list[tuple[str, str]]:
    entries = select(HistoryEntry.id).where(*mine)
    names = select(HistoryValue.field).where(HistoryValue.entry_id.in_(entries)).distinct()
    found = [(name, str(FIELDS.get(name, name))) for name in db.session.scalars(names)]
    return sorted(found, key=lambda pair: sort_key(pair[1]))


def entry_of(subject: Subject, subject_id: int, identity: int) -> HistoryEntry | None:
    """One line, if it is about this record."""
    entry = db.session.get(HistoryEntry, identity, options=[selectinload(HistoryEntry.values)])
    is_mine = entry is not None and (entry.subject_kind, entry.subject_id) == (subject, subject_id)
    return entry if is_mine else None


def _by_day(
    entries: Sequence[HistoryEntry], line: Callable[[HistoryEntry], Line]
) -> list[tuple[str, list[Line]]]:
    days = groupby(entries, key=lambda entry: in_paris(entry.at).date())
    return [(format_date_long(day), [line(entry) for entry in lines]) for day, lines in days]


def _line(entry: HistoryEntry, show: Show, take_back: TakeBack, origin: str | None = None) -> Line:
    sentence = SENTENCES.get(Action(entry.action)) if entry.action in set(Action) else None
    return Line(
        format_time(entry.at),
        format_datetime(entry.at),
        entry.actor.full_name if entry.actor is not None else _("Passerelle"),
        str(sentence or entry.action),
        [_change(value, show) for value in entry.values],
        take_back(entry),
        origin or "",
    )


def _change(value: HistoryValue, show: Show) -> Change:
    label = str(FIELDS.get(value.field, value.field))
    if value.erased_at is not None:
        erased = _("valeur effacée")
        return label, erased, erased
    return (
        label,
        _text(value.field, value.old_value, show),
        _text(value.field, value.new_value, show),
    )


def _text(field: str, stored: str | None, show: Show) -> str:
    if stored is None:
        return ""
    try:
        text = show(field, stored)
    except ValueError:  # Stored under rules that have changed since: it reads as it was stored.
        text = stored
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + "…"
