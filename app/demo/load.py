"""Filling an empty base with the demonstration."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from app.accounts.models import Account
from app.bin.operations import trash
from app.companies.models import Company
from app.contacts.models import Contact
from app.core.db import utcnow
from app.demo import accounts, companies, contacts, journal, labels, pictures
from app.demo.people import inventor
from app.extensions import db
from app.history.actions import Subject
from app.history.models import HistoryEntry
from app.reference.models import Sector
from app.tags.models import Module, Tag
from app.tags.operations import trash_tag

MODELS = (Company, Contact, Account, HistoryEntry)
TRASHED_COMPANIES = (3, 1)
TRASHED_CONTACTS = 5


class NotEmpty(Exception):
    """The base holds companies, contacts, accounts or a history: nothing is added to it."""


def is_empty() -> bool:
    """Whether nobody has used the base yet; reference data and roles do not count."""
    return all(db.session.scalar(select(model.id).limit(1)) is None for model in MODELS)


def load_demo(password: str) -> None:
    """Fill the base; the accounts of accounts.SHOWN get the password.

    Needs the roles and the reference data. Raises NotEmpty, and outside the demonstration
    core.rules.Refused for a weak password. Flushes; the caller commits. Only the dates depend on
    the day it is called.
    """
    if not is_empty():
        raise NotEmpty
    now = utcnow()
    people = accounts.make_accounts(inventor("accounts", now), password)
    firms = companies.plan_companies(inventor("companies", now), people.staff)
    known = contacts.plan_people(inventor("contacts", now), firms, people.staff)
    contacts.link_accounts(inventor("links", now), known, people.others)
    contacts.count_in_companies(known, firms)
    companies.mark_verified(inventor("verified", now), firms, people.staff)
    lines = journal.Journal()
    staff_ids = [account.id for account in people.staff]
    for records in (firms, known.contacts):
        journal.tell_corrections(inventor("corrections", now), lines, records, staff_ids)
    pictures.add_pictures(inventor("pictures", now), lines, firms, known.contacts, people.staff)
    companies.insert_companies(firms)
    known.posts += contacts.plan_posts_of_accounts(inventor("posts", now), people.others, firms)
    contacts.insert_people(known)
    _tell(lines, firms, known)
    sheets: dict[Module, Sequence[Company] | Sequence[Contact]] = {
        Module.COMPANY: firms,
        Module.CONTACT: known.contacts,
    }
    labels.add_tags(inventor("tags", now), lines, people.staff, sheets)
    labels.add_notes(inventor("notes", now), lines, people.staff, sheets)
    lines.write()
    db.session.expire_all()
    _fill_bin(people.manager)


def _tell(lines: journal.Journal, firms: Sequence[Company], known: contacts.People) -> None:
    journal.tell_companies(lines, firms, list(db.session.scalars(select(Sector))))
    journal.tell_people(lines, known.contacts, known.consents, firms)


def _fill_bin(manager: Account) -> None:
    """A few sheets and a tag in the bin, put there as a person does."""
    lonely = select(Company.id).where(Company.contact_count < 2, Company.parent_id.is_(None))
    for count in TRASHED_COMPANIES:
        live = lonely.where(Company.trashed_at.is_(None)).order_by(Company.id.desc())
        trash(Subject.COMPANY, db.session.scalars(live.limit(count)).all(), by=manager)
    unreachable = Contact.account_id.is_(None), Contact.email.is_(None)
    people = select(Contact.id).where(*unreachable).order_by(Contact.id.desc())
    trash(Subject.CONTACT, db.session.scalars(people.limit(TRASHED_CONTACTS)).all(), by=manager)
    tag = db.session.scalars(
        select(Tag).where(Tag.module == Module.CONTACT).order_by(Tag.id.desc())
    ).first()
    if tag is not None:
        trash_tag(tag, by=manager)
    db.session.flush()
