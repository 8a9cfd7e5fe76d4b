"""Posts follow the contact's company, and companies count the people who are there."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from app.accounts.models import Account
from app.bin.operations import restore, trash
from app.companies.models import Company
from app.contacts.models import Contact, Post
from app.contacts.operations import form_values, update_contact
from app.extensions import db
from app.history.actions import Action, Subject
from app.history.models import HistoryEntry
from tests.factories import make_company, make_contact

DAY = datetime(2026, 11, 25, 23, 30, tzinfo=UTC)  # In Paris it is already the 26th.
TODAY = date(2026, 11, 26)


@pytest.fixture
def first(admin: Account) -> Company:
    return make_company(name="Première")


@pytest.fixture
def second(admin: Account) -> Company:
    return make_company(name="Seconde")


def change(contact: Contact, by: Account, **values: Any) -> None:
    base = form_values(contact)
    update_contact(contact, {**base, **values}, base=base, by=by)
    db.session.commit()


def posts(contact: Contact) -> list[Post]:
    statement = select(Post).where(Post.contact_id == contact.id).order_by(Post.id)
    return list(db.session.scalars(statement))


def test_a_new_contact_opens_a_post(first: Company) -> None:
    contact = make_contact(company_id=first.id, job_title="Chef", department="RH")
    (post,) = posts(contact)
    assert (post.company_id, post.title, post.department) == (first.id, "Chef", "RH")
    assert (post.started_on, post.ended_on) == (None, None)


def test_another_company_closes_the_post_and_opens_one(
    first: Company, second: Company, admin: Account
) -> None:
    contact = make_contact(company_id=first.id, job_title="Chef")
    with time_machine.travel(DAY, tick=False):
        change(contact, admin, company_id=second.id, job_title="Directrice")
    old, new = posts(contact)
    assert (old.company_id, old.title, old.ended_on) == (first.id, "Chef", TODAY)
    assert (new.company_id, new.title) == (second.id, "Directrice")
    assert (new.started_on, new.ended_on) == (TODAY, None)


def test_two_changes_on_one_day_end_no_post_before_it_begins(
    first: Company, second: Company, admin: Account
) -> None:
    contact = make_contact(company_id=first.id)
    change(contact, admin, company_id=second.id)
    change(contact, admin, company_id=first.id)
    assert [post.company_id for post in posts(contact)] == [first.id, second.id, first.id]
    assert [post.is_current for post in posts(contact)] == [False, False, True]


def test_leaving_without_a_new_company_closes_the_post(first: Company, admin: Account) -> None:
    contact = make_contact(company_id=first.id)
    change(contact, admin, company_id=None)
    (post,) = posts(contact)
    assert not post.is_current
    assert contact.company_id is None


def test_another_title_at_the_same_company_corrects_the_post(
    first: Company, admin: Account
) -> None:
    contact = make_contact(company_id=first.id, job_title="Chef")
    site = first.head_office
    assert site is not None
    change(contact, admin, job_title="Directrice", establishment_id=site.id)
    (post,) = posts(contact)
    assert (post.title, post.establishment_id, post.is_current) == ("Directrice", site.id, True)


def test_the_site_left_behind_does_not_follow(
    first: Company, second: Company, admin: Account
) -> None:
    site = first.head_office
    assert site is not None
    contact = make_contact(company_id=first.id, establishment_id=site.id)
    change(contact, admin, company_id=second.id, establishment_id=None)
    assert [post.establishment_id for post in posts(contact)] == [site.id, None]


def test_both_companies_have_a_line_about_it(
    first: Company, second: Company, admin: Account
) -> None:
    contact = make_contact(company_id=first.id)
    change(contact, admin, company_id=second.id)
    statement = select(HistoryEntry).where(HistoryEntry.object_kind == "contact")
    found = [
        (entry.subject_id, entry.action, entry.object_id)
        for entry in db.session.scalars(statement.order_by(HistoryEntry.id))
    ]
    assert found == [
        (first.id, Action.CONTACT_ATTACHED, contact.id),
        (first.id, Action.CONTACT_DETACHED, contact.id),
        (second.id, Action.CONTACT_ATTACHED, contact.id),
    ]


# ---- counts


def counts(company: Company) -> tuple[int, bool, bool]:
    db.session.refresh(company)
    return company.contact_count, company.has_signatory, company.has_reachable_contact


NOBODY = (0, False, False)
SIGNATORY = {"email": "a@b.example", "job_title": "Directrice", "signs_agreements": True}


def test_a_company_counts_its_contacts(first: Company) -> None:
    assert counts(first) == NOBODY
    make_contact(company_id=first.id)
    assert counts(first) == (1, False, False)
    make_contact(company_id=first.id, email="a@b.example")
    assert counts(first) == (2, False, True)
    make_contact(company_id=first.id, **SIGNATORY)
    assert counts(first) == (3, True, True)


def test_a_signatory_without_e_mail_signs_nothing(first: Company) -> None:
    make_contact(company_id=first.id, **(SIGNATORY | {"email": None}))
    make_contact(company_id=first.id, email="a@b.example")
    assert counts(first) == (2, False, True)


@pytest.mark.parametrize("says_what", ["job_title", "job_function"])
def test_a_signatory_needs_a_title_or_a_function(
    first: Company, admin: Account, says_what: str
) -> None:
    contact = make_contact(company_id=first.id, **(SIGNATORY | {"job_title": None}))
    assert counts(first) == (1, False, True)
    assert not contact.is_signatory
    change(contact, admin, **{says_what: "Direction"})
    assert counts(first) == (1, True, True)
    assert contact.is_signatory


def test_a_contact_who_moves_is_counted_where_they_are(
    first: Company, second: Company, admin: Account
) -> None:
    contact = make_contact(company_id=first.id, **SIGNATORY)
    change(contact, admin, company_id=second.id)
    assert (counts(first), counts(second)) == (NOBODY, (1, True, True))
    change(contact, admin, email=None)
    assert counts(second) == (1, False, False)


def test_a_contact_in_the_bin_is_not_counted_until_restored(first: Company, admin: Account) -> None:
    contact = make_contact(company_id=first.id, **SIGNATORY)
    full = first.completeness
    batch = trash(Subject.CONTACT, [contact.id], by=admin)
    db.session.commit()
    assert counts(first) == NOBODY
    assert first.completeness < full
    restore(batch, by=admin)
    db.session.commit()
    assert counts(first) == (1, True, True)
    assert first.completeness == full


def test_a_company_counts_the_same_after_the_bin(first: Company, admin: Account) -> None:
    make_contact(company_id=first.id, email="a@b.example")
    batch = trash(Subject.COMPANY, [first.id], by=admin)
    restore(batch, by=admin)
    db.session.commit()
    assert counts(first) == (1, False, True)


def test_counting_is_no_edit_of_the_company(first: Company) -> None:
    version, moment = first.version, first.updated_at
    make_contact(company_id=first.id, email="a@b.example")
    db.session.refresh(first)
    assert (first.version, first.updated_at) == (version, moment)
