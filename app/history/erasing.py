"""Blanking what the history holds of records that are gone for good: its lines stay, without a
value (decision 0003). The one change that the database lets the history have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, literal_column, select, update

from app.core.db import utcnow
from app.core.sets import among
from app.extensions import db
from app.history.actions import Part, Subject
from app.history.models import Batch, HistoryEntry, HistoryValue
from app.history.undoing import WAYS


def erase(subject: Subject, ids: Sequence[int]) -> None:
    """Blank every value on lines about these records, and, of people, those that name them on the
    sheets of others; the labels of batches that name them go too."""
    own = HistoryEntry.subject_kind == subject, among(HistoryEntry.subject_id, ids)
    _blank(select(HistoryEntry.id).where(*own))
    if subject is Subject.CONTACT:
        # As it is written in the condition of the index.
        is_named = literal_column("object_kind") == literal_column("'contact'")
        _blank(select(HistoryEntry.id).where(is_named, among(HistoryEntry.object_id, ids)))
    _unname(select(HistoryEntry.batch_id).where(*own, HistoryEntry.batch_id.is_not(None)))


def erase_notes(batch: Batch, ids: Sequence[int]) -> None:
    """Blank the text of notes that a batch removed, wherever the history of their sheets has it."""
    removed = select(HistoryEntry.subject_kind, HistoryEntry.subject_id, HistoryEntry.object_id)
    lines = removed.where(
        HistoryEntry.batch_id == batch.id,
        HistoryEntry.object_kind == Part.NOTE,
        among(HistoryEntry.object_id, ids),
    )
    for subject, subject_id, note_id in db.session.execute(lines.distinct()).all():
        about = (
            HistoryEntry.subject_kind == subject,
            HistoryEntry.subject_id == subject_id,
            HistoryEntry.object_kind == Part.NOTE,
            HistoryEntry.object_id == note_id,
        )
        _blank(select(HistoryEntry.id).where(*about))


def _blank(entries: Select[Any]) -> None:
    db.session.execute(
        update(HistoryValue)
        .where(HistoryValue.entry_id.in_(entries), HistoryValue.erased_at.is_(None))
        .values(old_value=None, new_value=None, old_ref=None, new_ref=None, erased_at=utcnow())
        .execution_options(synchronize_session=False)
    )


def _unname(batches: Select[Any]) -> None:
    naming = [kind for kind, way in WAYS.items() if way.names_record]
    db.session.execute(
        update(Batch)
        .where(Batch.id.in_(batches), Batch.kind.in_(naming), Batch.label.is_not(None))
        .values(label=None)
        .execution_options(synchronize_session=False)
    )
