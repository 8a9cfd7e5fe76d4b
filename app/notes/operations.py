"""What can be done to notes: written, edited by their author, removed, and brought back."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.accounts.models import Account
from app.core.db import utcnow
from app.core.merge import merge
from app.core.rules import Refused
from app.extensions import db
from app.history.actions import Action, Part
from app.history.models import Batch
from app.history.operations import Changes, open_batch, record
from app.history.undoing import Way, register
from app.notes.models import Note
from app.notes.queries import Owner, removed_in
from app.permissions import Permission, Role

REMOVED = "note_removed"


def may_change(note: Note, account: Account) -> bool:
    """Its author may edit or remove a note, and an administrator."""
    return note.author_id == account.id or any(role.name == Role.ADMIN for role in account.roles)


def write_note(owner: Owner, text: str, *, by: Account) -> Note:
    """Add a note to a company, to one of its sites, or to a contact."""
    column, identity = owner.column
    note = Note(text=text, author_id=by.id, **{column: identity})
    db.session.add(note)
    db.session.flush()
    _record(Action.NOTE_ADDED, note, owner, {"note": (None, text)}, by)
    return note


def edit_note(note: Note, owner: Owner, text: str, *, base: str | None, by: Account) -> Note:
    """Change a note; Stale when it was changed since `base` was shown, Refused to others."""
    _check(note, by)
    before = note.text
    merged = merge(base={"text": base}, mine={"text": text}, theirs={"text": before})
    if merged["text"] != before:
        note.text, note.edited_at = merged["text"], utcnow()
        db.session.flush()
        _record(Action.NOTE_EDITED, note, owner, {"note": (before, note.text)}, by)
    return note


def remove_note(note: Note, owner: Owner, *, by: Account) -> Batch:
    """Put a note in the bin; the batch brings it back."""
    _check(note, by)
    batch = open_batch(REMOVED, subject=owner.subject, by=by)
    batch.item_count = 1
    note.trashed_at, note.trash_batch_id = utcnow(), batch.id
    db.session.flush()
    _record(Action.NOTE_REMOVED, note, owner, {"note": (note.text, None)}, by, batch)
    return batch


def restore_note(batch: Batch, *, by: Account) -> None:
    """Bring back the note that a batch removed."""
    note, owner = removed_in(batch)
    if note is None or note.trashed_at is None:
        raise Refused("batch", _l("Cette note n’est plus à la corbeille."))
    note.trashed_at, note.trash_batch_id = None, None
    db.session.flush()
    _record(Action.NOTE_RESTORED, note, owner, {"note": (None, note.text)}, by, batch)


def _check(note: Note, by: Account) -> None:
    if not may_change(note, by):
        raise Refused("text", _l("Seul l’auteur d’une note peut la modifier ou la supprimer."))


def _record(
    action: Action, note: Note, owner: Owner, changes: Changes, by: Account,
    batch: Batch | None = None,
) -> None:  # fmt: skip
    record(
        action, subject=owner.subject, subject_id=owner.id, by=by, changes=changes,
        part=(Part.NOTE, note.id), batch=batch,
    )  # fmt: skip


register(Way(REMOVED, whole=restore_note, needs=Permission.EDIT))
