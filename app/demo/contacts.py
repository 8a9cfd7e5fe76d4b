"""Contacts, posts and consents of the demonstration: all of them invented."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import select

from app.accounts.models import Account, Category
from app.companies.models import Company, Establishment
from app.contacts.models import Consent, ConsentEvent, Contact, Post
from app.contacts.operations import refresh
from app.demo.jobs import internship, job
from app.demo.people import PERSONAL_DOMAIN, Inventor, Person, domain_of_company
from app.demo.writing import insert_records
from app.extensions import db

CONTACTS = 2_500
LINKED = 45
SHARE_WITHOUT_COMPANY = 0.05
MEANS = ("email", "phone", "form", "meeting")
WORDING = "Souhaitez-vous être contacté par l’école à propos des stages, des offres et de ses événements ?"


@dataclass
class People:
    """The contacts with their posts and answers, ids given, not yet in the database."""

    contacts: list[Contact] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)
    consents: list[ConsentEvent] = field(default_factory=list)


def plan_people(invent: Inventor, companies: Sequence[Company], staff: Sequence[Account]) -> People:
    """2,500 people, most of them at companies of which much is known."""
    people = People()
    weights = [_weight(company) for company in companies]
    employers = invent.random.choices(companies, weights=weights, k=CONTACTS)
    for identity, employer in enumerate(employers, start=1):
        company = None if invent.chance(SHARE_WITHOUT_COMPANY) else employer
        contact = _contact(invent, identity, company, staff)
        people.contacts.append(contact)
        _add_posts(invent, people, contact, companies)
        _add_consent(invent, people, contact, staff)
    return people


def _weight(company: Company) -> float:
    """Sheets of which more is known get more contacts, and not every company has any."""
    head = company.head_office
    known = sum(map(bool, (head and head.address, head and head.city, head and head.siret)))
    return (1 + 3 * known) * (company.id % 3 > 0) + 20 * (len(company.establishments) > 1)


def _contact(
    invent: Inventor, identity: int, company: Company | None, staff: Sequence[Account]
) -> Contact:
    person = invent.person()
    work = job(invent, person.civility)
    created = invent.after(company.created_at) if company else invent.moment(700, 1)
    contact = Contact(
        id=identity,
        civility=person.civility if invent.chance(0.95) else None,
        first_name=person.first_name if invent.chance(0.98) else None,
        last_name=person.last_name,
        job_title=work.title,
        job_function=work.function,
        department=work.department,
        signs_agreements=work.signs and company is not None,
        created_at=created,
        updated_at=created,
        created_by_id=invent.random.choice(staff).id,
    )
    contact.updated_by_id = contact.created_by_id
    if company is not None:
        contact.company_id = company.id
        contact.establishment_id = _site_of(invent, company)
    _add_coordinates(invent, contact, person, company)
    return contact


def _site_of(invent: Inventor, company: Company) -> int | None:
    open_sites = [site for site in company.establishments if site.closed_on is None]
    if not open_sites or invent.chance(0.25):
        return None
    return invent.random.choice(open_sites).id


def _add_coordinates(
    invent: Inventor, contact: Contact, person: Person, company: Company | None
) -> None:
    if company is not None and invent.chance(0.85):
        contact.email = person.address_at(domain_of_company(company.name))
    contact.phone = invent.landline() if invent.chance(0.6) else None
    contact.mobile = invent.mobile() if invent.chance(0.4) else None
    if invent.chance(0.15):
        contact.personal_email = person.address_at(PERSONAL_DOMAIN, str(contact.id))
        contact.personal_phone = invent.mobile()
    if invent.chance(0.1):
        contact.description = invent.random.choice(
            (
                "Intervient chaque année au forum des métiers.",
                "Ancien maître de stage, à inviter aux jurys de fin d’année.",
                "Préfère être joint par e-mail.",
                "Membre du conseil de perfectionnement.",
            )
        )


def _add_posts(
    invent: Inventor, people: People, contact: Contact, companies: Sequence[Company]
) -> None:
    start = invent.day(2015, 2024)
    if invent.chance(0.25):
        former = invent.random.choice(companies)
        title = job(invent, contact.civility or "mme").title
        since = start - timedelta(days=invent.random.randint(400, 2_500))
        people.posts.append(
            Post(contact_id=contact.id, company_id=former.id, title=title,
                 started_on=since.replace(day=1), ended_on=start)
        )  # fmt: skip
    if contact.company_id is not None:
        people.posts.append(
            Post(contact_id=contact.id, company_id=contact.company_id,
                 establishment_id=contact.establishment_id, title=contact.job_title,
                 function=contact.job_function, department=contact.department,
                 started_on=start if invent.chance(0.8) else None)
        )  # fmt: skip


def _add_consent(
    invent: Inventor, people: People, contact: Contact, staff: Sequence[Account]
) -> None:
    """Two in five said yes, one in eight no, the others were not asked."""
    draw = invent.random.random()
    if draw > 0.525:
        return
    contact.consent = Consent.YES if draw < 0.4 else Consent.NO
    answered = invent.after(contact.created_at)
    if contact.consent == Consent.NO and invent.chance(0.3):
        contact.do_not_contact_at = answered
    people.consents.append(
        ConsentEvent(contact_id=contact.id, consent=contact.consent, at=answered,
                     means=invent.random.choice(MEANS), wording=WORDING,
                     noted_by_id=invent.random.choice(staff).id)
    )  # fmt: skip


def link_accounts(invent: Inventor, people: People, accounts: Sequence[Account]) -> None:
    """Graduates and recruiters whom the CRM knows too: the same name, linked to their account."""
    alike = [each for each in accounts if each.category in {Category.GRADUATE, Category.RECRUITER}]
    employed = [contact for contact in people.contacts if contact.company_id is not None]
    free = invent.random.sample(employed, len(employed))
    for account in alike[:LINKED]:
        civility = account.profile.civility if account.profile else None
        # Their jobs are worded for their civility already.
        contact = next(each for each in free if each.civility == civility)
        free.remove(contact)
        contact.first_name, contact.last_name = account.first_name, account.last_name
        contact.email, contact.account_id = account.email, account.id


def plan_posts_of_accounts(
    invent: Inventor, accounts: Sequence[Account], companies: Sequence[Company]
) -> list[Post]:
    """Internships of students, jobs of graduates and recruiters."""
    posts = []
    for account in accounts:
        civility = account.profile.civility if account.profile else None
        company = invent.random.choice(companies)
        post = Post(account_id=account.id, company_id=company.id)
        if account.category == Category.STUDENT:
            post.title = internship(invent, civility or "mme")
            post.started_on = invent.day(invent.now.year - 2, invent.now.year - 1)
            post.ended_on = post.started_on + timedelta(days=180)
        elif account.category in {Category.GRADUATE, Category.RECRUITER}:
            work = job(invent, civility or "mme")
            post.title, post.function = work.title, work.function
            post.started_on = invent.day(2016, invent.now.year - 1)
        else:
            continue
        posts.append(post)
    return posts


def count_in_companies(people: People, companies: Sequence[Company]) -> None:
    """What companies keep of their contacts, before either is in the database."""
    employed = [contact for contact in people.contacts if contact.company_id is not None]
    counts = Counter(contact.company_id for contact in employed)
    reachable = {contact.company_id for contact in employed if contact.email}
    signing = {each.company_id for each in employed if each.is_signatory}
    for company in companies:
        company.contact_count = counts[company.id]
        company.has_reachable_contact = company.id in reachable
        company.has_signatory = company.id in signing


def insert_people(people: People) -> None:
    """Work out what is kept beside, from the companies now in the database, and write it all."""
    held = [
        *db.session.scalars(select(Company)),  # Held, so that refresh() finds them in memory.
        *db.session.scalars(select(Establishment)),
    ]
    for contact in people.contacts:
        refresh(contact)
    del held
    for records in (people.contacts, people.posts, people.consents):
        for identity, record in enumerate(records, start=1):
            record.id = identity
        insert_records(records)
