"""Reading the bin: the batches that can come back, newest first, and what they hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from app.accounts.models import Account
from app.bin.kinds import HELD, NAMED, Kind, naming, oldest
from app.bin.rights import Sight
from app.companies.models import Company, Establishment
from app.contacts.models import Contact
from app.core.ids import is_id
from app.core.listing import PAGE_SIZES, BadQuery
from app.core.matching import holds
from app.core.paging import PageAsked
from app.core.text import search_words
from app.extensions import db
from app.history.models import Batch
from app.notes.models import Note
from app.tags.models import Tag

# As they are named in an address.
KINDS: Mapping[str, Kind] = {
    "company": Kind.COMPANY,
    "contact": Kind.CONTACT,
    "tag": Kind.TAG,
    "note": Kind.NOTE,
    "image": Kind.IMAGE,
}


@dataclass(frozen=True, kw_only=True)
class Asked(PageAsked):
    """What an address asks of the bin: words of a name, what was deleted, by whom; the page."""

    sizes = PAGE_SIZES

    kind: str = ""
    by: str = ""
    size: int = PAGE_SIZES[0]

    @classmethod
    def parse(cls, args: Mapping[str, str]) -> Asked:
        """Read an address; BadQuery where it holds what the bin does not know."""
        kind, by = args.get("kind", ""), args.get("by", "")
        if kind not in {"", *KINDS} or (by and not is_id(by)):
            raise BadQuery(_l("L’adresse de la corbeille n’est pas valable."))
        return cls.read(args, kind=kind, by=by)

    @property
    def is_narrowed(self) -> bool:
        return bool(self.q or self.kind or self.by)


@dataclass(frozen=True)
class Shown:
    """A batch as a row of the bin: how many records it holds, and the names of the first."""

    batch: Batch
    count: int
    names: Sequence[str]


@dataclass(frozen=True)
class Found:
    rows: Sequence[Shown]
    total: int


def batches(asked: Asked, sight: Sight) -> Found:
    """The deletions of the last days that hold something still, of those that the person sees."""
    conditions = [*_in_bin(sight), *_narrowed(asked)]
    total = db.session.scalar(select(func.count()).select_from(Batch).where(*conditions)) or 0
    statement = (
        select(Batch)
        .where(*conditions)
        .options(joinedload(Batch.created_by))
        .order_by(Batch.id.desc())
        .limit(asked.size)
        .offset((asked.page - 1) * asked.size)
    )
    return Found(_shown(db.session.scalars(statement).all()), total)


def batch_of(pk: int, sight: Sight) -> Batch | None:
    """One batch of the bin, if the person sees it and it holds something still."""
    statement = select(Batch).where(Batch.id == pk, *_in_bin(sight))
    return db.session.scalars(statement.options(joinedload(Batch.created_by))).first()


def people(sight: Sight) -> list[tuple[str, str]]:
    """Who deleted what the bin holds: (id, name), by name; nobody for whoever sees their own alone."""
    if sight.only_of is not None:
        return []
    authors = select(Batch.created_by_id).where(*_in_bin(sight))
    statement = select(Account).where(Account.id.in_(authors))
    found = db.session.scalars(statement.order_by(Account.last_name, Account.id))
    return [(str(account.id), account.full_name) for account in found]


def _in_bin(sight: Sight) -> list[ColumnElement[bool]]:
    own = [] if sight.only_of is None else [Batch.created_by_id == sight.only_of]
    held = [and_(Batch.kind == kind, _holds_any(model)) for kind, model in HELD.items()]
    return [
        Batch.kind.in_(list(Kind)),
        Batch.undone_at.is_(None),
        Batch.purged_at.is_(None),
        Batch.created_at >= oldest(),
        Batch.subject_kind.in_(sight.subjects),
        *own,
        or_(Batch.kind == Kind.IMAGE, *held),
    ]


def _holds_any(model: Any, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists(select(model.id).where(model.trash_batch_id == Batch.id, *conditions))


def _narrowed(asked: Asked) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if asked.kind:
        found.append(Batch.kind == KINDS[asked.kind])
    if asked.by:
        found.append(Batch.created_by_id == int(asked.by))
    if asked.q:
        found.append(_named(search_words(asked.q)))
    return found


def _named(words: Sequence[str]) -> ColumnElement[bool]:
    """Batches that hold a record whose text holds every word; of a note, its sheet's; a picture
    goes by the name it was deleted under."""
    if not words:
        return false()
    by_text = [
        and_(Batch.kind == kind, _holds_any(model, *(holds(model.search_text, w) for w in words)))
        for kind, model in ((Kind.COMPANY, Company), (Kind.CONTACT, Contact))
    ]
    tags = _holds_any(Tag, *(holds(Tag.folded, word) for word in words))
    # Labels are kept as they were typed: SQLite levels the case of plain letters only.
    label = [func.lower(Batch.label).contains(word, autoescape=True) for word in words]
    return or_(
        *by_text,
        and_(Batch.kind == Kind.TAG, tags),
        and_(Batch.kind == Kind.NOTE, _on_sheet(words)),
        and_(Batch.kind == Kind.IMAGE, *label),
    )


def _on_sheet(words: Sequence[str]) -> ColumnElement[bool]:
    owner = aliased(Company)
    companies = select(Note.id).join(
        owner, or_(owner.id == Note.company_id, owner.id == _company_of_site())
    )
    people_ = select(Note.id).join(Contact, Contact.id == Note.contact_id)
    mine = Note.trash_batch_id == Batch.id
    return or_(
        exists(companies.where(mine, *(holds(owner.search_text, word) for word in words))),
        exists(people_.where(mine, *(holds(Contact.search_text, word) for word in words))),
    )


def _company_of_site() -> Any:
    site = select(Establishment.company_id).where(Establishment.id == Note.establishment_id)
    return site.scalar_subquery()


# ---- what a batch holds, in a few words


def _shown(found: Sequence[Batch]) -> list[Shown]:
    held: dict[int, tuple[int, list[str]]] = {}
    for kind in HELD:
        if ids := [batch.id for batch in found if batch.kind == kind]:
            for batch_id, count, name in db.session.execute(_first(kind, ids)):
                held.setdefault(batch_id, (count, []))[1].append(name)
    return [Shown(batch, *held.get(batch.id, (1, [batch.label or ""]))) for batch in found]


def _first(kind: Kind, ids: Sequence[int]) -> Select[Any]:
    """(batch, how many it holds, name) of the first few records of each batch."""
    naming_, model = naming(kind), HELD[kind]
    rows = (
        select(
            model.trash_batch_id.label("batch"),
            func.count().over(partition_by=model.trash_batch_id).label("held"),
            naming_.name.label("name"),
            func.row_number()
            .over(partition_by=model.trash_batch_id, order_by=(naming_.order, model.id))
            .label("place"),
        )
        .where(model.trash_batch_id.in_(ids))
        .subquery()
    )
    first = select(rows.c.batch, rows.c.held, rows.c.name).where(rows.c.place <= NAMED)
    return first.order_by(rows.c.batch, rows.c.place)
