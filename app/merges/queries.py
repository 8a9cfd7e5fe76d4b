"""What a merge would move, and with which sheets one may merge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from app.companies.models import Company, Establishment
from app.companies.queries import pick_companies
from app.companies.queries import picks_of as company_picks
from app.contacts.models import Contact, Post
from app.contacts.queries import pick_contacts
from app.contacts.queries import picks_of as contact_picks
from app.core.picks import Pick
from app.duplicates.facts import company_facts, contact_facts
from app.duplicates.queries import likely_companies, likely_contacts
from app.extensions import db
from app.history.actions import Subject
from app.notes.models import Note
from app.tags.models import LINKS


@dataclass(frozen=True)
class Follows:
    """How many rows of a kind go over to the sheet that is kept: the words for one, for many."""

    count: int
    one: LazyString
    many: LazyString


def what_follows(subject: Subject, merged_id: int) -> Sequence[Follows]:
    """What belongs to a sheet, and so goes over with it."""
    tags = LINKS[subject]
    counts = (
        *(_of_company(merged_id) if subject is Subject.COMPANY else _of_contact(merged_id)),
        Follows(_count(tags.c[f"{subject}_id"] == merged_id), _l("tag"), _l("tags")),
    )
    return [one for one in counts if one.count]


def _of_company(pk: int) -> tuple[Follows, ...]:
    return (
        Follows(
            _count(Establishment.company_id == pk, Establishment.trashed_at.is_(None)),
            _l("établissement"), _l("établissements"),
        ),
        Follows(
            _count(Contact.company_id == pk, Contact.trashed_at.is_(None)),
            _l("contact"), _l("contacts"),
        ),
        Follows(_count(Note.company_id == pk, Note.trashed_at.is_(None)), _l("note"), _l("notes")),
        Follows(_count(Company.parent_id == pk), _l("filiale"), _l("filiales")),
    )  # fmt: skip


def _of_contact(pk: int) -> tuple[Follows, ...]:
    return (
        Follows(_count(Post.contact_id == pk), _l("poste"), _l("postes")),
        Follows(_count(Note.contact_id == pk, Note.trashed_at.is_(None)), _l("note"), _l("notes")),
    )


def _count(*conditions: Any) -> int:
    return db.session.scalar(select(func.count()).where(*conditions)) or 0


def candidates(subject: Subject, pk: int, q: str) -> Sequence[Pick]:
    """Sheets found by the words; without words, those that are most like the sheet."""
    if subject is Subject.COMPANY:
        if q:
            return pick_companies(q)
        facts = company_facts([pk]).get(pk)
        return company_picks([one.id for one in likely_companies(facts)]) if facts else []
    if q:
        return pick_contacts(q)
    person = contact_facts([pk]).get(pk)
    return contact_picks([one.id for one in likely_contacts(person)]) if person else []
