"""A contact whose company, or the site where they work, is made in the same deed (F1).

The company, its head office, the contact and their post go into one transaction, each with its
history: either all are there, or nothing is. The caller commits.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.accounts.models import Account
from app.companies.models import Company
from app.companies.operations import create_company
from app.companies.queries import live
from app.companies.sites import add_establishment
from app.contacts.models import Contact
from app.contacts.operations import create_contact, form_values, update_contact
from app.core.merge import Clash, Stale, Values, merge
from app.core.rules import Refused
from app.extensions import db
from app.history.actions import Subject
from app.history.models import Batch
from app.history.operations import open_batch

COMPANY, SITE = "company", "site"


@dataclass(frozen=True)
class Place:
    """What is made for a contact: a company with its head office, or a site of the company that
    was chosen; None for what is there already. The values are those of the operations."""

    company: Values | None = None
    site: Values | None = None

    def announced(self) -> dict[str, Any]:
        """The contact's values by the names of what does not exist yet."""
        if self.company is not None:
            return {"company_id": self.company["name"], "establishment_id": self.company["name"]}
        if self.site is not None:
            names = [self.site.get(name) for name in ("trade_name", "sign", "siret", "city")]
            return {"establishment_id": next(filter(None, names), "")}
        return {}

    def open_batch(self, by: Account) -> Batch | None:
        """The deed that the lines of all that is made have in common; None where only the contact
        is written."""
        if self.company is None and self.site is None:
            return None
        return open_batch("made_within", subject=Subject.CONTACT, by=by)


def create_contact_within(values: Values, place: Place, *, by: Account) -> Contact:
    """Make a contact and the place where they work; a refusal in a step names its field, such as
    « company-siren »."""
    batch = place.open_batch(by)
    made = _made(values, place, by=by, batch=batch)
    return create_contact({**values, **made}, by=by, batch=batch)


def update_contact_within(
    contact: Contact, values: Values, place: Place, *, base: Values, by: Account
) -> Contact:
    """Store what the form changed, making the place first; Stale before anything is made. The
    caller has locked the contact's row."""
    theirs = form_values(contact)
    merge(base=base, mine={**values, **place.announced()}, theirs=theirs)
    _expect_company(values, place, base=base, theirs=theirs)
    batch = place.open_batch(by)
    made = _made(values, place, by=by, batch=batch)
    return update_contact(contact, {**values, **made}, base=base, by=by, batch=batch)


def _expect_company(values: Values, place: Place, *, base: Values, theirs: Values) -> None:
    """A new site is one of the company that the form shows: Stale where another person has moved
    the contact meanwhile, which merge() would follow."""
    shown, now = base.get("company_id"), theirs["company_id"]
    mine = values.get("company_id")
    if place.site is not None and mine == shown != now:
        raise Stale([Clash("company_id", shown, mine, now)], theirs)


def _made(values: Values, place: Place, *, by: Account, batch: Batch | None) -> dict[str, Any]:
    """Make what is missing; the contact's values that name it."""
    if place.company is not None:
        with _refused_at(COMPANY):
            company = create_company(place.company, by=by, batch=batch)
        head = company.head_office
        return {"company_id": company.id, "establishment_id": head.id if head else None}
    if place.site is not None:
        company = _kept(values.get("company_id"))
        with _refused_at(SITE):
            site = add_establishment(company, place.site, by=by, batch=batch)
        return {"establishment_id": site.id}
    return {}


def _kept(company_id: int | None) -> Company:
    """The company that gets a site, until the transaction ends: of two first sites made at once,
    one only is its head office."""
    if company_id is None:
        raise Refused("company_id", _l("Choisissez l’entreprise de ce nouvel établissement."))
    company = db.session.scalars(
        select(Company)
        .where(Company.id == company_id, *live())
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).first()
    if company is None:
        raise Refused("company_id", _l("Cette entreprise n’existe plus : choisissez-en une autre."))
    return company


@contextmanager
def _refused_at(step: str) -> Iterator[None]:
    """A refusal of what is inside is told at the step's own field."""
    try:
        yield
    except Refused as refusal:
        field = f"{step}-{refusal.field}"
        raise Refused(field, refusal.message, refusal.existing) from refusal
