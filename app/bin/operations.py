"""Deleting to the bin, coming back, and taking any deed back: a batch goes as one and returns as
one, or record by record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from app.accounts.models import Account
from app.bin.clashes import clashes
from app.bin.kinds import HELD, MODELS, Kind, kind_of, oldest, waiting
from app.companies.models import Company, Establishment
from app.contacts.kept import refresh_many
from app.contacts.models import Contact
from app.contacts.operations import recount
from app.core.db import utcnow
from app.core.rules import Refused
from app.core.sets import among, put_rows
from app.extensions import db
from app.history.actions import Action, Subject
from app.history.models import Batch, HistoryEntry
from app.history.operations import open_batch, record_many
from app.history.undoing import WAYS, Way, register
from app.images.operations import REMOVED, SET, record_of, undo_image
from app.jobs.models import ENDS, Job
from app.notes.models import Note
from app.permissions import BulkRight, Permission

JUST_TAKEN = _l(
    "Une autre fiche vient de prendre le même SIREN, le même SIRET ou le même compte : recommencez."
)


def what_goes_with(subject: Subject, ids: Sequence[int]) -> dict[str, int]:
    """How many sites, contacts, notes and account links a deletion touches."""
    counts = {"sites": 0, "contacts": 0, "notes": 0, "accounts": 0}
    if subject is Subject.COMPANY:
        live_sites = among(Establishment.company_id, ids), Establishment.trashed_at.is_(None)
        counts["sites"] = _count(*live_sites)
        counts["contacts"] = _count(among(Contact.company_id, ids), Contact.trashed_at.is_(None))
        sites = select(Establishment.id).where(*live_sites)
        # Each by its own index: one condition with « or » would read every note.
        counts["notes"] = _count(among(Note.company_id, ids), Note.trashed_at.is_(None))
        counts["notes"] += _count(Note.establishment_id.in_(sites), Note.trashed_at.is_(None))
    else:
        counts["accounts"] = _count(among(Contact.id, ids), Contact.account_id.is_not(None))
        counts["notes"] = _count(among(Note.contact_id, ids), Note.trashed_at.is_(None))
    return counts


def _count(*conditions: Any) -> int:
    return db.session.scalar(select(func.count()).where(*conditions)) or 0


def trash(
    subject: Subject, ids: Sequence[int], *, by: Account, batch: Batch | None = None
) -> Batch:
    """Put a selection in the bin as one batch: companies with their sites, or contacts; with
    `batch`, one more part of it.

    Contacts of a company that goes stay, and are tied to it again when it comes back.
    """
    model = MODELS[subject]
    batch = batch or open_trash(subject, ids, by=by)
    live = list(
        db.session.scalars(
            select(model.id)
            .where(among(model.id, ids), model.trashed_at.is_(None))
            .order_by(model.id)  # Rows are locked in the order of their ids, by everybody.
            .with_for_update()
        )
    )
    gone = {"trashed_at": utcnow(), "trash_batch_id": batch.id}
    put_rows(model, among(model.id, live), **gone)
    if model is Company:
        mine = among(Establishment.company_id, live) & Establishment.trashed_at.is_(None)
        put_rows(Establishment, mine, **gone)
    batch.item_count += len(live)
    record_many(Action.TRASHED, subject=subject, subject_ids=live, by=by, changes={}, batch=batch)
    _after(model, live)
    return batch


def open_trash(subject: Subject, ids: Sequence[int], *, by: Account) -> Batch:
    """The batch that a deletion of these records will be."""
    label = _label(MODELS[subject], ids)
    return open_batch(f"trash_{subject}", subject=subject, by=by, label=label)


def _label(model: Any, ids: Sequence[int]) -> str | None:
    if len(ids) != 1:
        return None
    found = db.session.get(model, ids[0])
    return str(found)[:200] if found is not None else None


def _after(model: Any, ids: Sequence[int]) -> None:
    """Contacts show their company only while it is live; companies count their live contacts."""
    db.session.flush()
    db.session.expire_all()
    if model is Company:
        tied = select(Contact.id).where(among(Contact.company_id, ids))
        refresh_many(db.session.scalars(tied).all())
    else:
        companies = select(Contact.company_id).where(among(Contact.id, ids)).distinct()
        recount(db.session.scalars(companies).all())


# ---- coming back


def restore(batch: Batch, *, by: Account) -> None:
    """Bring a batch back from the bin; Refused where something took the place of each record."""
    _all_or_clash(batch, touched(batch), by=by)


def restore_some(batch: Batch, ids: Sequence[int], *, by: Account) -> int:
    """Bring some records of a batch back, the rest of it stays in the bin; answer how many came.
    Refused as undo() does, and where something took the place of each of them."""
    way = check_undo(batch)
    if way.in_parts is None:
        raise Refused("batch", _l("Cette action s’annule en entier."))
    back = _all_or_clash(batch, ids, by=by)
    _settle(batch, by=by)
    return back


def _all_or_clash(batch: Batch, ids: Sequence[int], *, by: Account) -> int:
    back = _restore(batch, ids, by=by)
    if not back:
        raise Refused("batch", _why_none(batch, ids))
    return back


def _why_none(batch: Batch, ids: Sequence[int]) -> Any:
    found = clashes(Subject(batch.subject_kind), ids)
    if found:
        return next(iter(found.values())).message
    return _l("Ces fiches ne sont plus à la corbeille.")


def _restore(batch: Batch, ids: Sequence[int], *, by: Account) -> int:
    """Bring records of a batch back from the bin, but for those whose place something took;
    answer how many came."""
    model, subject = MODELS[Subject(batch.subject_kind)], Subject(batch.subject_kind)
    held = db.session.scalars(waiting(batch, ids).with_for_update()).all()
    kept = clashes(subject, held)
    back = [identity for identity in held if identity not in kept]
    live = {"trashed_at": None, "trash_batch_id": None}
    try:
        with db.session.begin_nested():
            put_rows(model, among(model.id, back), **live)
            if model is Company:
                mine = Establishment.trash_batch_id == batch.id
                put_rows(Establishment, mine & among(Establishment.company_id, back), **live)
    except IntegrityError as error:  # Somebody took it at this very moment.
        raise Refused("batch", JUST_TAKEN) from error
    record_many(Action.RESTORED, subject=subject, subject_ids=back, by=by, changes={}, batch=batch)
    _after(model, back)
    return len(back)


# ---- taking back


def undo(batch: Batch, *, by: Account) -> int:
    """Take a batch back, once; answer how many records were left as they are: changed since, or
    kept in the bin by what took their place. Refused where it was taken back already, or cannot
    be, or where nothing at all would come back from the bin."""
    way, left = check_undo(batch), 0
    if way.whole is not None:
        way.whole(batch, by=by)
    else:
        ids = touched(batch)
        back = take_back(batch, ids, by=by)
        left = len(ids) - back
        if kind_of(batch) and not back:
            raise Refused("batch", _why_none(batch, ids))
    _settle(batch, by=by)
    return left


def _settle(batch: Batch, *, by: Account) -> None:
    """The batch is taken back, unless the bin holds some of it still."""
    if not is_held(batch):
        close_undo(batch, by=by)
    db.session.flush()


def check_undo(batch: Batch) -> Way:
    """How a batch is taken back. Refused where it was already, is still being done, has left the
    bin, or is of a kind that nobody takes back."""
    if batch.is_undone:
        raise Refused("batch", _l("Cette action a déjà été annulée."))
    under_way = Job.batch_id == batch.id, Job.state.not_in(ENDS)
    if db.session.scalar(select(Job.id).where(*under_way).limit(1)) is not None:
        raise Refused(
            "batch", _l("Cette action est encore en cours : arrêtez d’abord le traitement.")
        )
    if kind_of(batch) and (batch.purged_at is not None or batch.created_at < oldest()):
        raise Refused("batch", _l("Ce lot a quitté la corbeille : il est supprimé définitivement."))
    if batch.kind not in WAYS:
        raise Refused("batch", _l("Cette action ne s’annule pas."))
    return WAYS[batch.kind]


def is_held(batch: Batch) -> bool:
    """Whether the bin holds something of a batch."""
    if kind_of(batch) not in HELD:
        return False
    return db.session.scalar(waiting(batch).limit(1)) is not None


def close_undo(batch: Batch, *, by: Account) -> None:
    batch.undone_at, batch.undone_by_id = utcnow(), by.id
    db.session.flush()


def touched(batch: Batch) -> list[int]:
    """Ids of the records that a batch changed, in order; of a deletion, those still in the bin."""
    if batch.kind in {Kind.COMPANY, Kind.CONTACT}:
        return list(db.session.scalars(waiting(batch)))
    subject = HistoryEntry.subject_kind == batch.subject_kind
    lines = select(HistoryEntry.subject_id).where(HistoryEntry.batch_id == batch.id, subject)
    return list(db.session.scalars(lines.distinct().order_by(HistoryEntry.subject_id)))


def take_back(batch: Batch, ids: Sequence[int], *, by: Account) -> int:
    """Take some of the records of a batch back; answer how many are as they were again."""
    in_parts = WAYS[batch.kind].in_parts
    if in_parts is None:
        raise ValueError(f"{batch.kind} is taken back as a whole")
    return in_parts(batch, ids, by=by)


def why_left(batch: Batch) -> str:
    """The code of why records of a batch are as they were left (jobs/words.py)."""
    return "taken" if kind_of(batch) else "changed_since"


def _undo_image(batch: Batch, *, by: Account) -> None:
    model = MODELS[Subject(batch.subject_kind)]
    held = select(model).where(model.id == record_of(batch)).with_for_update(key_share=True)
    bearer = db.session.scalars(held.execution_options(populate_existing=True)).first()
    if bearer is None or bearer.is_trashed:
        raise Refused("batch", _l("Cette fiche est à la corbeille : restaurez-la d’abord."))
    undo_image(batch, bearer, by=by)


for kind in (Kind.COMPANY, Kind.CONTACT):
    register(Way(kind, in_parts=_restore, needs=BulkRight.TRASH, names_record=True))
for image_kind in (SET, REMOVED):
    register(Way(image_kind, whole=_undo_image, needs=Permission.EDIT, names_record=True))
