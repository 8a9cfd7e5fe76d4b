"""Reading notes, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from sqlalchemy import ColumnElement, Select, bindparam, select
from sqlalchemy.orm import joinedload

from app.extensions import db
from app.history.actions import Action, Subject
from app.history.models import Batch, HistoryEntry
from app.notes.models import Note

SHOWN = 100


@dataclass(frozen=True)
class Owner:
    """The sheet that a note stands on, and the site of it where it is about one."""

    subject: Subject
    id: int
    site_id: int | None = None

    @property
    def column(self) -> tuple[str, int]:
        """The one column of a note that names what it is about, and what stands there."""
        if self.site_id is not None:
            return "establishment_id", self.site_id
        return f"{self.subject}_id", self.id

    def condition(self) -> ColumnElement[bool]:
        name, identity = self.column
        found: ColumnElement[bool] = getattr(Note, name) == identity
        return found


def notes_of(owner: Owner) -> list[Note]:
    name, identity = owner.column
    return list(db.session.scalars(_notes(name), {"owner": identity}))


@cache
def _notes(column: str) -> Select[Note]:
    """Made once: every sheet asks for it."""
    return (
        select(Note)
        .where(getattr(Note, column) == bindparam("owner"), Note.trashed_at.is_(None))
        .options(joinedload(Note.author))
        .order_by(Note.created_at.desc(), Note.id.desc())
        .limit(SHOWN)
    )


def note_of(owner: Owner, identity: int) -> Note | None:
    """A live note, if it is this owner's."""
    statement = select(Note).where(
        Note.id == identity, owner.condition(), Note.trashed_at.is_(None)
    )
    return db.session.scalars(statement.options(joinedload(Note.author))).first()


def removed_in(batch: Batch) -> tuple[Note | None, Owner]:
    """The note that a batch put in the bin, and the sheet it stood on."""
    line = db.session.scalars(
        select(HistoryEntry).where(
            HistoryEntry.batch_id == batch.id, HistoryEntry.action == Action.NOTE_REMOVED
        )
    ).one()
    owner = Owner(Subject(line.subject_kind), line.subject_id)
    return db.session.get(Note, line.object_id), owner
