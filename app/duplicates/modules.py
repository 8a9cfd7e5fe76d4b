"""The two modules whose records may be doubles: how each is read, asked for and compared."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, select

from app.companies.models import Company, Establishment
from app.companies.queries import live as live_companies
from app.contacts.models import Contact
from app.contacts.queries import live as live_contacts
from app.duplicates.candidates import (
    READ,
    company_points,
    company_questions,
    contact_points,
    contact_questions,
)
from app.duplicates.facts import CompanyFacts, ContactFacts, company_facts, contact_facts
from app.duplicates.rules import Likeness, compare_companies, compare_contacts
from app.extensions import db
from app.permissions import View


@dataclass(frozen=True)
class Compared:
    """`facts` are read by ids and compared two by two; `questions` ask the index of keys for what
    may be the same as some facts, `points` do so about their POINTS alone; `sure` gives ids that
    are compared whatever their keys. `live` is the scope of the lists."""

    model: Any
    live: Callable[[], list[ColumnElement[bool]]]
    facts: Callable[[Iterable[int]], dict[int, Any]]
    compare: Callable[[Any, Any], Likeness | None]
    questions: Callable[[Any], list[str]]
    points: Callable[[Any], list[str]]
    sure: Callable[[Any], list[int]]
    view: View
    name: LazyString


def _by_numbers(facts: CompanyFacts) -> list[int]:
    """Companies that have the SIREN, a SIRET, or the SIREN inside one."""
    sirens = {siret[:9] for siret in facts.sirets} | ({facts.siren} if facts.siren else set())
    found: list[int] = []
    if sirens:
        found += db.session.scalars(
            select(Company.id).where(Company.siren.in_(sorted(sirens))).limit(READ)
        )
    if facts.sirets:
        found += db.session.scalars(
            select(Establishment.company_id)
            .where(
                Establishment.siret.in_(sorted(facts.sirets)), Establishment.trashed_at.is_(None)
            )
            .limit(READ)
        )
    return found


def _colleagues(facts: ContactFacts) -> list[int]:
    """The contacts of the company, whose names may be written in any way."""
    if facts.company_id is None:
        return []
    there = select(Contact.id).where(Contact.company_id == facts.company_id).order_by(Contact.id)
    return list(db.session.scalars(there.limit(READ)))


MODULES: Mapping[str, Compared] = {
    "company": Compared(
        Company, live_companies, company_facts, compare_companies, company_questions,
        company_points, _by_numbers,
        View.COMPANY, _l("entreprises"),
    ),
    "contact": Compared(
        Contact, live_contacts, contact_facts, compare_contacts, contact_questions,
        contact_points, _colleagues,
        View.CONTACT, _l("contacts"),
    ),
}  # fmt: skip
