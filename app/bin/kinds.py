"""What can lie in the bin, for how long, and as whose batch it went there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import Select, literal, select

from app.companies.models import Company
from app.contacts.models import Contact, written_name
from app.core.db import utcnow
from app.core.sets import among
from app.history.actions import Subject
from app.history.models import Batch
from app.images.operations import REMOVED as IMAGE_REMOVED
from app.notes.models import Note
from app.notes.operations import REMOVED as NOTE_REMOVED
from app.tags.models import Tag

KEPT_DAYS = 30
# Records of a batch that are named where there are many.
NAMED = 3
MODELS: dict[Subject, type[Company] | type[Contact]] = {
    Subject.COMPANY: Company,
    Subject.CONTACT: Contact,
}


class Kind(StrEnum):
    """The kinds of batches that put something in the bin."""

    COMPANY = "trash_company"
    CONTACT = "trash_contact"
    TAG = "trash_tag"
    NOTE = NOTE_REMOVED
    IMAGE = IMAGE_REMOVED


# Where what lies in the bin bears its batch's id; pictures wait in their own store.
HELD: dict[Kind, type[Company] | type[Contact] | type[Tag] | type[Note]] = {
    Kind.COMPANY: Company,
    Kind.CONTACT: Contact,
    Kind.TAG: Tag,
    Kind.NOTE: Note,
}


class Naming(NamedTuple):
    """What names a record of a kind, what tells it apart, and the order."""

    name: Any
    about: Any
    order: Any


def naming(kind: Kind) -> Naming:
    employer = select(Company.name).where(Company.id == Contact.company_id).scalar_subquery()
    return {
        Kind.COMPANY: Naming(Company.name, Company.city, Company.sort_name),
        Kind.CONTACT: Naming(written_name(Contact), employer, Contact.sort_last),
        Kind.TAG: Naming(Tag.label, literal(""), Tag.folded),
        Kind.NOTE: Naming(Note.text, literal(""), Note.id),
    }[kind]


def waiting(batch: Batch, ids: Sequence[int] | None = None) -> Select[int]:
    """Ids of what the bin holds of a batch (of these, where they are given), in order."""
    model = HELD[Kind(batch.kind)]
    held = select(model.id).where(model.trash_batch_id == batch.id).order_by(model.id)
    return held if ids is None else held.where(among(model.id, ids))


def kind_of(batch: Batch) -> Kind | None:
    """What the batch put in the bin; None for a deed of another kind."""
    return Kind(batch.kind) if batch.kind in set(Kind) else None


def oldest() -> datetime:
    """What went before this instant leaves the bin."""
    return utcnow() - timedelta(days=KEPT_DAYS)


def gone_on(batch: Batch) -> datetime:
    """When the batch leaves the bin for good."""
    return batch.created_at + timedelta(days=KEPT_DAYS)
