"""Reading what one batch holds: its records, page by page, and what goes for good with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select

from app.bin.clashes import Clash, clashes
from app.bin.kinds import HELD, NAMED, Kind, naming, waiting
from app.companies.models import Company, Establishment
from app.contacts.models import ConsentEvent, Contact, Post
from app.core.sets import among
from app.extensions import db
from app.history.actions import Subject
from app.history.models import Batch
from app.notes.models import Note
from app.tags.models import LINKS

PAGE = 50


@dataclass(frozen=True)
class Held:
    """A record in the bin: its name, what tells it apart, and what keeps it from coming back."""

    id: int
    name: str
    about: str
    clash: Clash | None


def count_held(batch: Batch) -> int:
    model = HELD.get(Kind(batch.kind))
    if model is None:
        return 1
    held = select(func.count()).where(model.trash_batch_id == batch.id)
    return db.session.scalar(held) or 0


def held_in(batch: Batch, *, page: int, size: int = PAGE) -> list[Held]:
    """The records of a batch, by name."""
    kind = Kind(batch.kind)
    if kind not in HELD:
        return []
    rows = db.session.execute(_rows(kind, batch).limit(size).offset((page - 1) * size)).all()
    found: dict[int, Clash] = {}
    if kind in {Kind.COMPANY, Kind.CONTACT, Kind.TAG}:
        found = clashes(Subject(batch.subject_kind), [row[0] for row in rows])
    return [Held(row[0], row[1], row[2] or "", found.get(row[0])) for row in rows]


def _rows(kind: Kind, batch: Batch) -> Any:
    """(id, name, what tells it apart) of what the batch holds, in order."""
    model, naming_ = HELD[kind], naming(kind)
    held = select(model.id, naming_.name, naming_.about).where(model.trash_batch_id == batch.id)
    return held.order_by(naming_.order, model.id)


def names_of(batch: Batch, ids: Sequence[int]) -> list[str]:
    """The names of the first few of these records."""
    kind = Kind(batch.kind)
    first = _rows(kind, batch).where(among(HELD[kind].id, ids)).limit(NAMED)
    return [row[1] for row in db.session.execute(first)]


def ids_of(batch: Batch, ids: Sequence[int] | None = None) -> list[int]:
    """What the batch holds (of these, where they are given), in order."""
    return list(db.session.scalars(waiting(batch, ids)))


# ---- what is lost


def losses(batch: Batch, ids: Sequence[int]) -> dict[str, int]:
    """What goes for good with these records, by kind of thing, and who is left without them."""
    kind = Kind(batch.kind)
    if kind is Kind.COMPANY:
        return _with_companies(ids)
    if kind is Kind.CONTACT:
        return _with_contacts(ids)
    if kind is Kind.TAG:
        return {"bearers": sum(_count(link, among(link.c.tag_id, ids)) for link in LINKS.values())}
    return {}


def _with_companies(ids: Sequence[int]) -> dict[str, int]:
    sites = select(Establishment.id).where(among(Establishment.company_id, ids))
    notes = _count(Note, among(Note.company_id, ids))
    return {
        "sites": _count(Establishment, among(Establishment.company_id, ids)),
        "notes": notes + _count(Note, Note.establishment_id.in_(sites)),
        "posts": _count(Post, among(Post.company_id, ids)),
        "images": _count(Company, among(Company.id, ids) & Company.logo_id.is_not(None)),
        "contacts": _count(Contact, among(Contact.company_id, ids) & Contact.trashed_at.is_(None)),
    }


def _with_contacts(ids: Sequence[int]) -> dict[str, int]:
    mine = among(Contact.id, ids)
    return {
        "notes": _count(Note, among(Note.contact_id, ids)),
        "posts": _count(Post, among(Post.contact_id, ids)),
        "consents": _count(ConsentEvent, among(ConsentEvent.contact_id, ids)),
        "images": _count(Contact, mine & Contact.photo_id.is_not(None)),
        "accounts": _count(Contact, mine & Contact.account_id.is_not(None)),
    }


def _count(table: Any, condition: ColumnElement[bool]) -> int:
    counted = select(func.count()).select_from(table).where(condition)
    return db.session.scalar(counted) or 0
