"""A company and a contact with everything that can be tied to them."""

from __future__ import annotations

import pytest

from app.accounts.models import Account
from app.companies.models import Company
from app.companies.sites import add_establishment
from app.contacts.models import Contact
from app.core.db import utcnow
from app.extensions import db
from app.notes.models import Note
from app.tags.models import Module
from app.tags.operations import add_to
from tests.conftest import account_named
from tests.factories import make_company, make_contact, make_tag, new_siren, siret_of


@pytest.fixture
def full(admin: Account) -> Company:
    """A company with all that can be tied to it."""
    siren = new_siren()
    company = make_company(
        name="Maison Alba", siren=siren, siret=siret_of(siren), city="Blois", postal_code="41000"
    )
    site = add_establishment(company, {"siret": siret_of(siren, 2), "city": "Tours"}, by=admin)
    closed = add_establishment(company, {"siret": siret_of(siren, 3)}, by=admin)
    closed.closed_on = utcnow().date()
    contact = make_contact(
        company_id=company.id,
        establishment_id=site.id,
        email="a@b.example",
        signs_agreements=True,
        job_title="Directrice",
    )
    contact.account_id = account_named("graduate").id
    make_company(name="Filiale", parent_id=company.id)
    add_to(make_tag("Partenaire"), [company.id], by=admin)
    add_to(make_tag("VIP", Module.CONTACT), [contact.id], by=admin)
    for owner in ({"company_id": company.id}, {"establishment_id": site.id}, {"contact_id": contact.id}):  # fmt: skip
        db.session.add(Note(text="À garder", author_id=admin.id, **owner))
    db.session.commit()
    return company


@pytest.fixture
def person(full: Company) -> Contact:
    """The contact of the full company."""
    return db.session.query(Contact).one()
