"""Emptying the bin: what leaves it for good, with all that is its own.

A part at a time, each of which the caller commits: what was killed in between goes on where it
was, since what is gone is in the bin no more. What came back from it is never looked at: it bears
the batch's id no longer, and rows are locked before they go.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Select, delete, or_, select

from app.accounts.models import Account
from app.bin.kinds import HELD, Kind, kind_of, oldest, waiting
from app.bin.operations import is_held
from app.companies import bulk as company_bulk
from app.companies.models import Company, Establishment
from app.contacts import bulk as contact_bulk
from app.contacts.kept import refresh_many
from app.contacts.models import Contact, Post
from app.core.db import utcnow
from app.core.sets import among, put_rows
from app.duplicates.models import DuplicatePair, NotSame
from app.extensions import db
from app.history.actions import Action, Subject
from app.history.bulk import set_values
from app.history.erasing import erase, erase_notes
from app.history.models import Batch
from app.history.operations import record_many
from app.merges.models import SheetMerge
from app.notes.models import Note
from app.tags.models import Tag

# Records of a part: a company may have hundreds of sites and notes.
PART = 200
Ids = Sequence[int]

# What becomes of the rows that name a record that goes, by table and column. The database itself
# sees to those that it removes or empties with it; a test walks its foreign keys against this.
WITH_IT = {
    "company_tag.company_id", "company_tag.tag_id", "contact_tag.contact_id", "contact_tag.tag_id",
    "note.company_id", "note.establishment_id", "note.contact_id", "post.contact_id",
    "consent_event.contact_id", "tag_alias.tag_id",
}  # fmt: skip
REMOVED_HERE = {
    "establishment.company_id", "post.company_id", "post.establishment_id",
    "company.merged_into_id", "contact.merged_into_id", "tag.merged_into_id",
}  # fmt: skip
# Rows about two records, which they name by no foreign key.
PAIRS: dict[Any, tuple[Any, Any]] = {
    NotSame: (NotSame.first_id, NotSame.second_id),
    DuplicatePair: (DuplicatePair.first_id, DuplicatePair.second_id),
    SheetMerge: (SheetMerge.kept_id, SheetMerge.merged_id),
}
FREED_HERE = {"contact.company_id", "contact.establishment_id", "company.parent_id"}


def due() -> Select[int]:
    """Batches whose days in the bin are over, the oldest first."""
    return (
        select(Batch.id)
        .where(
            Batch.kind.in_(HELD),
            Batch.undone_at.is_(None),
            Batch.purged_at.is_(None),
            Batch.created_at < oldest(),
        )
        .order_by(Batch.id)
    )


def next_due() -> int | None:
    return db.session.scalar(due().limit(1))


def purge_part(batch_id: int, *, by: Account | None) -> int:
    """Remove some of what a batch put in the bin for good; answer how much went: 0 when nothing is
    left, which is then written down. The batch is kept, so that who restores it waits."""
    batch = _held_batch(batch_id)
    return _purge(batch, waiting(batch).limit(PART), by=by) if batch is not None else 0


def purge_chosen(batch_id: int, ids: Ids, *, by: Account) -> int:
    """Remove these of a batch's records for good, those of them that are still in the bin."""
    batch = _held_batch(batch_id)
    if batch is None or kind_of(batch) not in HELD:
        return 0
    return _purge(batch, waiting(batch, ids), by=by)


def _held_batch(batch_id: int) -> Batch | None:
    """The batch, locked and read anew; None where it was taken back."""
    statement = select(Batch).where(Batch.id == batch_id, Batch.undone_at.is_(None))
    locked = statement.with_for_update().execution_options(populate_existing=True)
    return db.session.scalars(locked).first()


def _purge(batch: Batch, chosen: Select[int], *, by: Account | None) -> int:
    ids = list(db.session.scalars(chosen.with_for_update()))
    if ids:
        PURGERS[Kind(batch.kind)](batch, ids, by)
        db.session.flush()
        db.session.expire_all()
    if not is_held(batch):
        batch.purged_at = utcnow()
        db.session.flush()
    return len(ids)


def _companies(batch: Batch, ids: Ids, by: Account | None) -> None:
    ids = with_merged(Company, ids)
    _free_contacts(ids, by)
    _free_daughters(ids, by)
    _forget(Subject.COMPANY, batch, ids, by)
    _delete(Post, among(Post.company_id, ids))
    _delete(Establishment, among(Establishment.company_id, ids))
    _delete_merged(Company, ids)


def _free_contacts(ids: Ids, by: Account | None) -> None:
    """Those who worked there stay, at no company."""
    tied = list(db.session.scalars(select(Contact.id).where(among(Contact.company_id, ids))))
    rows = [(identity, None, None) for identity in tied]
    set_values(contact_bulk.SETTINGS[contact_bulk.SET_COMPANY], rows, by=by, batch=None)
    left = among(Contact.id, tied), Contact.company_id.is_not(None)  # In the bin themselves.
    put_rows(Contact, *left, company_id=None, establishment_id=None)
    refresh_many(tied)


def _free_daughters(ids: Ids, by: Account | None) -> None:
    daughters = db.session.scalars(select(Company.id).where(among(Company.parent_id, ids)))
    rows = [(identity, None) for identity in daughters]
    set_values(company_bulk.SETTINGS["set_parent"], rows, by=by, batch=None)


def _contacts(batch: Batch, ids: Ids, by: Account | None) -> None:
    ids = with_merged(Contact, ids)
    _forget(Subject.CONTACT, batch, ids, by)
    _delete_merged(Contact, ids)


def _tags(batch: Batch, ids: Ids, by: Account | None) -> None:
    """Their labels stay in the history of those who bore them: a tag is nobody's own."""
    record_many(Action.PURGED, subject=Subject.TAG, subject_ids=ids, by=by, changes={}, batch=batch)
    ids = with_merged(Tag, ids)
    _forget_pairs(Subject.TAG, ids)
    _delete_merged(Tag, ids)


def _notes(batch: Batch, ids: Ids, _by: Account | None) -> None:
    erase_notes(batch, ids)
    _delete(Note, among(Note.id, ids))


PURGERS: dict[Kind, Callable[[Batch, Ids, Account | None], None]] = {
    Kind.COMPANY: _companies,
    Kind.CONTACT: _contacts,
    Kind.TAG: _tags,
    Kind.NOTE: _notes,
}


def with_merged(model: Any, ids: Ids) -> list[int]:
    """The records, and those that were merged into them, at any remove: they are parts of them."""
    found, layer = list(ids), list(ids)
    while layer:
        merged = select(model.id).where(among(model.merged_into_id, layer))
        layer = [one for one in db.session.scalars(merged) if one not in found]
        found += layer
    return found


def _forget(subject: Subject, batch: Batch, ids: Ids, by: Account | None) -> None:
    """The history keeps that they were, and that they are gone, and no value of theirs."""
    erase(subject, ids)
    record_many(Action.PURGED, subject=subject, subject_ids=ids, by=by, changes={}, batch=batch)
    _forget_pairs(subject, ids)


def _forget_pairs(subject: Subject, ids: Ids) -> None:
    for model, columns in PAIRS.items():
        either = or_(*(among(column, ids) for column in columns))
        _delete(model, either & (model.module == subject.value))


def _delete_merged(model: Any, ids: Ids) -> None:
    """SQLite looks at each row as it goes: none may name one that went before it."""
    put_rows(model, among(model.id, ids), model.merged_into_id.is_not(None), merged_into_id=None)
    _delete(model, among(model.id, ids))


def _delete(model: Any, condition: Any) -> None:
    db.session.execute(delete(model).where(condition).execution_options(synchronize_session=False))
