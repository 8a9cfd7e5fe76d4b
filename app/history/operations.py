"""Writing the history: beside each change, in its transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, insert, literal, select

from app.accounts.models import Account
from app.core.db import utcnow
from app.core.sets import id_rows
from app.extensions import db
from app.history.actions import Action, Part, Subject
from app.history.models import Batch, HistoryEntry, HistoryValue


@dataclass(frozen=True)
class Named:
    """A value that names another record: its id, and its label frozen at that moment."""

    id: int | None
    label: str


Changes = Mapping[str, tuple[Any, Any]]


def named(model: Any, identity: int | None) -> Named | None:
    """A record by its id, for a value that names it; None where there is none."""
    found = db.session.get(model, identity) if identity is not None else None
    return Named(found.id, str(found)) if found is not None else None


def _as_text(value: Any) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "1" if value else "0"
    return value.label if isinstance(value, Named) else str(value)


def value_row(entry_id: int, field: str, old: Any, new: Any) -> dict[str, Any]:
    return {
        "entry_id": entry_id,
        "field": field,
        "old_value": _as_text(old),
        "new_value": _as_text(new),
        "old_ref": old.id if isinstance(old, Named) else None,
        "new_ref": new.id if isinstance(new, Named) else None,
    }


def record(
    action: Action,
    *,
    subject: Subject,
    subject_id: int,
    by: Account | None,
    changes: Changes | None = None,
    part: tuple[Part, int] | None = None,
    batch: Batch | None = None,
    at: datetime | None = None,
) -> HistoryEntry:
    """Write one line with the values that changed; flush, so that the line has its id."""
    entry = HistoryEntry(
        at=at or utcnow(),
        actor_id=by.id if by is not None else None,
        action=action,
        subject_kind=subject,
        subject_id=subject_id,
        object_kind=part[0] if part else None,
        object_id=part[1] if part else None,
        batch_id=batch.id if batch is not None else None,
    )
    db.session.add(entry)
    db.session.flush()
    rows = [value_row(entry.id, field, *pair) for field, pair in (changes or {}).items()]
    if rows:
        db.session.execute(insert(HistoryValue), rows)
    return entry


def record_many(
    action: Action,
    *,
    subject: Subject,
    subject_ids: Iterable[int],
    by: Account | None,
    changes: Changes,
    batch: Batch | None = None,
    part: tuple[Part, int] | None = None,
) -> int:
    """Write the same line on many records, a statement for all; return how many lines.

    For deeds that changed the same field the same way everywhere, such as a tag added.
    """
    chosen = list(subject_ids)
    if not chosen:
        return 0
    given = id_rows(chosen)
    owner, object_id = given.c.id, literal(part[1] if part else None, Integer)
    ids = write_lines(
        action, select(owner, object_id), subject=subject, by=by, batch=batch,
        part=part[0] if part else None,
    )  # fmt: skip
    for field, (old, new) in changes.items():
        row = value_row(0, field, old, new)
        write_values(select(id_rows(ids).c.id, *_literals(row)))
    return len(ids)


def _literals(row: Mapping[str, Any]) -> list[ColumnElement[Any]]:
    return [literal(row[name], HistoryValue.__table__.c[name].type) for name in VALUE_COLUMNS]


VALUE_COLUMNS = ("field", "old_value", "new_value", "old_ref", "new_ref")


def write_lines(
    action: Action,
    about: Select[Any],
    *,
    subject: Subject,
    by: Account | None,
    batch: Batch | None,
    part: Part | None = None,
) -> list[int]:
    """Write a line for each row of a statement (subject's id, the part's id or null), in one
    statement; return the lines' ids."""
    table = HistoryEntry.__table__
    rows = about.subquery("about")
    common = {
        "at": utcnow(),
        "actor_id": by.id if by is not None else None,
        "action": action,
        "subject_kind": subject,
        "object_kind": part,
        "batch_id": batch.id if batch is not None else None,
    }
    values = [literal(value, table.c[name].type) for name, value in common.items()]
    lines = select(*values, rows.c[0], rows.c[1])
    names = [*common, "subject_id", "object_id"]
    return list(db.session.scalars(insert(table).from_select(names, lines).returning(table.c.id)))


def write_values(rows: Select[Any]) -> None:
    """Write the values of lines: rows of a line's id and VALUE_COLUMNS, in one statement."""
    table = HistoryValue.__table__
    db.session.execute(insert(table).from_select(["entry_id", *VALUE_COLUMNS], rows))


def open_batch(kind: str, *, subject: Subject, by: Account, label: str | None = None) -> Batch:
    """Begin a deed on many records that one undo will take back."""
    batch = Batch(kind=kind, subject_kind=subject, label=label, created_by_id=by.id)
    db.session.add(batch)
    db.session.flush()
    return batch


def readable_changes(
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    readable: Callable[[dict[str, Any]], dict[str, Any]],
) -> dict[str, tuple[Any, Any]]:
    """The fields whose value differs, as the history keeps them: of the others nothing is read."""
    pairs = diff(before, after).items()
    return diff(
        readable({field: old for field, (old, _new) in pairs}),
        readable({field: new for field, (_old, new) in pairs}),
    )


def diff(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """The fields whose value differs, with the value before and after."""
    return {
        field: (before.get(field), value)
        for field, value in after.items()
        if before.get(field) != value
    }
