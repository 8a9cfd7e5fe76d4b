"""Setting columns of many records at once, each with its line in the history, and taking it back.

A handful of statements, whatever the number of records: the database finds what changes, writes the
lines and their values before and after, and sets the columns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    FromClause,
    Integer,
    String,
    Table,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    update,
)

from app.accounts.models import Account
from app.core.db import utcnow
from app.core.sets import among, as_text, given_rows
from app.extensions import db
from app.history.actions import Action, Subject
from app.history.models import Batch, HistoryEntry, HistoryValue
from app.history.operations import write_lines, write_values

# A record's id, then a value for each field: number, text, None, or an instant (core.sets.INSTANT).
Row = Sequence[Any]
LINE: Table = HistoryEntry.__table__
VALUE: Table = HistoryValue.__table__


@dataclass(frozen=True)
class Reference:
    """What a column refers to: the id there, and the label that the history freezes."""

    identity: ColumnElement[int]
    label: ColumnElement[str]


@dataclass(frozen=True)
class Field:
    """A column that a bulk action sets; `name` is how the history calls it."""

    name: str
    column: Column[Any]
    refers: Reference | None = None

    def told(self, value: ColumnElement[Any]) -> ColumnElement[str]:
        """A value as the history writes it."""
        if self.refers is None:
            return as_text(value)
        return select(self.refers.label).where(self.refers.identity == value).scalar_subquery()

    def ref(self, value: ColumnElement[Any]) -> ColumnElement[int | None]:
        return value if self.refers is not None else cast(null(), Integer)

    def stored(self, text: str | None, ref: int | None) -> Any:
        """What the column holds when the history says so."""
        if self.refers is not None:
            return ref
        return int(text) if text is not None and isinstance(self.column.type, Integer) else text


# More columns that follow, by name, from the table of the new values.
Following = Callable[[FromClause], Mapping[str, Any]]


@dataclass(frozen=True)
class Setting:
    """Fields of one kind of record, and what is kept beside them."""

    subject: Subject
    table: Table
    fields: tuple[Field, ...]
    action: Action = Action.UPDATED
    following: Following = lambda _new: {}
    # Whether the sheet counts as changed (its date, and by whom).
    dated: bool = True

    def given(self, rows: Iterable[Row]) -> FromClause:
        columns = {field.name: field.column.type for field in self.fields}
        return given_rows(rows, {"id": Integer(), **columns})

    def differs(self, new: FromClause) -> ColumnElement[bool]:
        pairs = ((field.column, new.c[field.name]) for field in self.fields)
        return or_(*(column.is_distinct_from(value) for column, value in pairs))

    def changing(self, rows: Iterable[Row]) -> int:
        """How many live records the rows would change."""
        new = self.given(rows)
        joined = self.table.join(new, new.c.id == self.table.c.id)
        live = self.table.c.trashed_at.is_(None)
        count = select(func.count()).select_from(joined).where(live, self.differs(new))
        return db.session.scalar(count) or 0


def set_values(
    setting: Setting, rows: Sequence[Row], *, by: Account | None, batch: Batch | None
) -> list[int]:
    """Give each record of the rows (each id once) its values; answer the ids of those that
    really changed, each with its line. Records in the bin are left alone."""
    table, new = setting.table, setting.given(rows)
    joined = table.join(new, new.c.id == table.c.id)
    changed = list(
        db.session.scalars(
            select(table.c.id)
            .select_from(joined)
            # The ids once more: else SQLite, where it knows no counts, reads the whole table.
            .where(among(table.c.id, [row[0] for row in rows]))
            .where(table.c.trashed_at.is_(None), setting.differs(new))
            .order_by(table.c.id)  # Everybody locks in this order.
            .with_for_update(of=table, key_share=True)
        )
    )
    if changed:
        _record(setting, new, changed, by, batch)
        _write(setting, new, changed, by)
        db.session.expire_all()
    return changed


def _record(
    setting: Setting,
    new: FromClause,
    changed: Sequence[int],
    by: Account | None,
    batch: Batch | None,
) -> None:
    table = setting.table
    about = select(table.c.id, cast(null(), Integer)).where(among(table.c.id, changed))
    lines = write_lines(
        setting.action, about.order_by(table.c.id), subject=setting.subject, by=by, batch=batch
    )
    joined = LINE.join(table, table.c.id == LINE.c.subject_id).join(new, new.c.id == table.c.id)
    for field in setting.fields:
        old, value = field.column, new.c[field.name]
        write_values(
            select(
                LINE.c.id, literal(field.name, String),
                field.told(old), field.told(value), field.ref(old), field.ref(value),
            )
            .select_from(joined)
            .where(among(LINE.c.id, lines), old.is_distinct_from(value))
        )  # fmt: skip


def _write(setting: Setting, new: FromClause, changed: Sequence[int], by: Account | None) -> None:
    table = setting.table
    values = {field.column.name: new.c[field.name] for field in setting.fields}
    who = by.id if by is not None else None
    dated = {"updated_at": utcnow(), "updated_by_id": who} if setting.dated else {}
    db.session.execute(
        update(table)
        .where(table.c.id == new.c.id, among(table.c.id, changed))
        .values(**values, **dated, **setting.following(new), version=table.c.version + 1)
    )


# ---- taking back


def rows_before(setting: Setting, batch: Batch, ids: Sequence[int]) -> list[Row]:
    """The rows that bring records back to what they held before the batch: those whose values
    are still the ones that it gave them."""
    written = _written(setting, batch, ids)
    found: list[Row] = []
    for identity, *values in db.session.execute(_present(setting, list(written))):
        row = [identity]
        for field, text, ref in zip(setting.fields, values[::2], values[1::2], strict=True):
            before, after = written[identity].get(field.name, ((text, ref), (text, ref)))
            if field.stored(text, ref) != field.stored(*after):
                break
            row.append(field.stored(*before))
        else:
            found.append(row)
    return _without_lost_references(setting, found)


Told = tuple[str | None, int | None]


def _written(
    setting: Setting, batch: Batch, ids: Sequence[int]
) -> dict[int, dict[str, tuple[Told, Told]]]:
    """What the batch wrote, by record and field: the value before and after."""
    lines = (
        select(LINE.c.subject_id, VALUE)
        .join(VALUE, VALUE.c.entry_id == LINE.c.id)
        .where(
            LINE.c.batch_id == batch.id,
            LINE.c.subject_kind == setting.subject,
            among(LINE.c.subject_id, ids),
            VALUE.c.field.in_([field.name for field in setting.fields]),
        )
    )
    found: dict[int, dict[str, tuple[Told, Told]]] = {}
    erased = set()
    for line in db.session.execute(lines):
        pair = (line.old_value, line.old_ref), (line.new_value, line.new_ref)
        found.setdefault(line.subject_id, {})[line.field] = pair
        if line.erased_at is not None:
            erased.add(line.subject_id)
    return {identity: values for identity, values in found.items() if identity not in erased}


def _present(setting: Setting, ids: Sequence[int]) -> Any:
    table = setting.table
    shown: list[ColumnElement[Any]] = [table.c.id]
    for field in setting.fields:
        shown += [as_text(field.column), field.ref(field.column)]
    statement = select(*shown).where(among(table.c.id, ids), table.c.trashed_at.is_(None))
    return statement.order_by(table.c.id).with_for_update(of=table, key_share=True)


def _without_lost_references(setting: Setting, rows: list[Row]) -> list[Row]:
    """Rows whose values still exist: a sector may have been removed meanwhile."""
    for place, field in enumerate(setting.fields, start=1):
        if field.refers is None:
            continue
        wanted = {row[place] for row in rows} - {None}
        there = select(field.refers.identity).where(among(field.refers.identity, wanted))
        known = {None, *db.session.scalars(there)}
        rows = [row for row in rows if row[place] in known]
    return rows
