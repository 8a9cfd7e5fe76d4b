"""Two contacts are made one, and two again."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.accounts.models import Account
from app.contacts.association import link_account
from app.contacts.models import Consent, ConsentEvent, Contact, Post
from app.contacts.operations import forbid_contact, note_consent
from app.core.rules import Refused
from app.extensions import db
from app.notes.models import Note
from app.tags.models import Module
from app.tags.operations import add_to
from tests.conftest import account_named
from tests.factories import make_company, make_contact, make_tag
from tests.merges.doing import dump, merge, take_back


def posts(contact: Contact) -> list[tuple[str, bool]]:
    found = db.session.scalars(select(Post).where(Post.contact_id == contact.id).order_by(Post.id))
    return [(post.company.name, post.is_current) for post in found]


@pytest.fixture
def kept(admin: Account) -> Contact:
    return make_contact(first_name="Zoé", last_name="Martel", email="zoe@forges.example")


@pytest.fixture
def double(admin: Account) -> Contact:
    """The same person, entered again with the names the other way round."""
    company = make_company(name="Forges de Loire")
    found = make_contact(
        first_name="Martel", last_name="Zoé", phone="+33254000000", company_id=company.id,
        job_title="Directrice",
    )  # fmt: skip
    db.session.add(Note(contact_id=found.id, text="Vue au salon.", author_id=admin.id))
    add_to(make_tag("Jury", Module.CONTACT), [found.id], by=admin)
    note_consent(found, Consent.NO, means="phone", wording="Non merci", by=admin)
    link_account(found, account_named("graduate"), by=admin)
    db.session.commit()
    return found


def test_all_that_is_the_double_s_follows(kept: Contact, double: Contact, admin: Account) -> None:
    merge(kept, double, admin)
    assert (kept.first_name, kept.last_name, kept.phone) == ("Zoé", "Martel", "+33254000000")
    assert kept.account_id == account_named("graduate").id
    assert posts(kept) == [("Forges de Loire", True)]
    assert (kept.job_title, kept.consent) == ("Directrice", "no")
    assert [str(tag) for tag in kept.tags] == ["Jury"]
    answers = db.session.scalars(select(ConsentEvent).where(ConsentEvent.contact_id == kept.id))
    assert [one.wording for one in answers] == ["Non merci"]
    assert kept.company is not None
    assert kept.company.contact_count == 1


def test_taking_back_leaves_everything_as_it_was(
    kept: Contact, double: Contact, admin: Account
) -> None:
    before = dump()
    batch = merge(kept, double, admin)
    take_back(batch, admin)
    assert dump() == before


@pytest.mark.parametrize("choice", ["kept", "merged"])
def test_of_two_jobs_one_goes_on(choice: str, double: Contact, admin: Account) -> None:
    company = make_company(name="Autre maison")
    mine = make_contact(first_name="Zoé", last_name="Martel", company_id=company.id)
    before = dump()
    batch = merge(mine, double, admin, company_id=choice)
    goes_on = "Autre maison" if choice == "kept" else "Forges de Loire"
    assert dict(posts(mine)) == {
        "Autre maison": choice == "kept",
        "Forges de Loire": choice == "merged",
    }
    assert mine.company is not None
    assert mine.company.name == goes_on
    take_back(batch, admin)
    assert dump() == before


def test_one_job_at_one_company_stays_one(double: Contact, admin: Account) -> None:
    mine = make_contact(
        first_name="Zoé", last_name="Martel", company_id=double.company_id, job_title="Gérante"
    )
    before = dump()
    batch = merge(mine, double, admin, company_id="merged")
    assert (mine.job_title, posts(mine)) == ("Directrice", [("Forges de Loire", True)])
    take_back(batch, admin)
    assert dump() == before


def test_the_most_restrictive_answer_holds(kept: Contact, double: Contact, admin: Account) -> None:
    note_consent(kept, Consent.YES, means="phone", wording="Oui", by=admin)
    forbid_contact(double, True, by=admin)
    db.session.commit()
    merge(kept, double, admin)
    assert kept.consent == "no"
    assert kept.do_not_contact_at is not None


def test_two_accounts_must_be_chosen_between(
    kept: Contact, double: Contact, admin: Account
) -> None:
    link_account(kept, account_named("student"), by=admin)
    db.session.commit()
    with pytest.raises(Refused) as refusal:
        merge(kept, double, admin)
    assert refusal.value.field == "account_id"
    db.session.rollback()
    before = dump()
    batch = merge(kept, double, admin, account_id="merged")
    assert kept.account_id == account_named("graduate").id
    take_back(batch, admin)
    assert dump() == before
