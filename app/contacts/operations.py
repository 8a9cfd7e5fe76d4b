"""What can be done to a contact. Each function keeps the rules, writes the history and
flushes; the caller (a view, a command, an import) commits."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from app.accounts.models import Account
from app.companies.kept import hold, refresh_counts
from app.companies.models import Company, Establishment
from app.companies.signals import company_renamed, site_changed
from app.contacts.models import Consent, ConsentEvent, Contact, Post
from app.core.db import utcnow
from app.core.departments import department_of
from app.core.formats import in_paris
from app.core.merge import Values, merged_changes
from app.core.phones import phone_search_forms
from app.core.rules import Refused
from app.core.sets import among
from app.core.text import folded_once, sort_key
from app.duplicates.keys import contact_keys
from app.extensions import db
from app.history.actions import Action, Part, Subject
from app.history.models import Batch
from app.history.operations import Named, diff, named, readable_changes, record

PERSON_FIELDS = ("civility", "first_name", "last_name", "email", "phone", "mobile")
POST_FIELDS = ("job_title", "job_function", "department", "company_id", "establishment_id")
FORM_FIELDS = (*PERSON_FIELDS, *POST_FIELDS, "signs_agreements")
COORDINATES = (
    "personal_email", "personal_phone", "personal_address", "personal_postal_code",
    "personal_city", "personal_country",
)  # fmt: skip
# Fields that name another record, by their name in the history; those that are yes or no.
RELATED = {"company": "company_id", "establishment": "establishment_id"}
SWITCHES = ("signs_agreements",)
# What may be corrected, in the pop-up or where it stands on the sheet.
EDITABLE = (*FORM_FIELDS, *COORDINATES, "description")


def form_values(contact: Contact) -> dict[str, Any]:
    """What the forms of a contact show: EDITABLE.

    A company that lies in the bin is not shown; it stays tied unless another one is chosen.
    """
    values = {field: getattr(contact, field) for field in EDITABLE}
    company = db.session.get(Company, contact.company_id) if contact.company_id else None
    if company is not None and company.is_trashed:
        values |= {"company_id": None, "establishment_id": None}
    return values


def create_contact(values: Values, *, by: Account, batch: Batch | None = None) -> Contact:
    """Make a contact and, where a company is given, the post there; Refused by the rules.
    `batch` is the deed that this is a part of."""
    check_place(values)
    now = utcnow()
    given = {k: values[k] for k in EDITABLE if values.get(k) is not None}
    contact = Contact(
        **given, created_at=now, created_by_id=by.id, updated_at=now, updated_by_id=by.id
    )
    db.session.add(contact)
    db.session.flush()
    made = _readable({k: values.get(k) for k in FORM_FIELDS})
    record(
        Action.CREATED, subject=Subject.CONTACT, subject_id=contact.id, by=by,
        changes=diff({"signs_agreements": False}, made), batch=batch,
    )  # fmt: skip
    if contact.company_id is not None:
        _open_post(contact, by=by, batch=batch)
    refresh(contact)
    recount([contact.company_id])
    return contact


def update_contact(
    contact: Contact, values: Values, *, base: Values, by: Account, batch: Batch | None = None
) -> Contact:
    """Store what the form changed; Stale when others changed the same fields meanwhile.

    A change of company closes the post there and opens one at the new company; a change of
    title, function, department or site at the same company corrects the current post.
    """
    before = form_values(contact)
    changed = merged_changes(base=base, mine=values, theirs=before)
    if not changed:
        return contact
    after, left = before | changed, contact.company_id
    check_place(after)
    if "company_id" in changed:
        changed["establishment_id"] = after["establishment_id"]
    for field, value in changed.items():
        setattr(contact, field, value)
    contact.updated_at, contact.updated_by_id = utcnow(), by.id
    db.session.flush()
    changes = readable_changes(before, after, _readable)
    record(
        Action.UPDATED, subject=Subject.CONTACT, subject_id=contact.id, by=by, changes=changes,
        batch=batch,
    )  # fmt: skip
    _follow_post(contact, left, by=by, batch=batch)
    refresh(contact)
    recount([left, contact.company_id])
    return contact


def check_place(values: Values) -> None:
    company_id, site_id = values.get("company_id"), values.get("establishment_id")
    if company_id is not None:
        company = db.session.get(Company, company_id)
        if company is None or company.is_trashed:
            raise Refused(
                "company_id", _l("Cette entreprise n’existe plus : choisissez-en une autre.")
            )
    if site_id is not None:
        site = db.session.get(Establishment, site_id)
        if site is None or site.company_id != company_id or site.trashed_at is not None:
            raise Refused(
                "establishment_id",
                _l("Cet établissement n’est pas de cette entreprise : choisissez-en un autre."),
            )


def _readable(values: Values) -> dict[str, Any]:
    readable = {k: v for k, v in values.items() if k not in {"company_id", "establishment_id"}}
    if "company_id" in values:
        readable["company"] = named(Company, values["company_id"])
    if "establishment_id" in values:
        readable["establishment"] = named(Establishment, values["establishment_id"])
    return readable


# ---- posts


def _post_fields(contact: Contact) -> dict[str, Any]:
    return {
        "establishment_id": contact.establishment_id,
        "title": contact.job_title,
        "function": contact.job_function,
        "department": contact.department,
    }


def _open_post(
    contact: Contact, *, by: Account, batch: Batch | None, since: date | None = None
) -> Post:
    if contact.company_id is None:
        raise ValueError("a post is at a company")
    post = Post(
        contact_id=contact.id, company_id=contact.company_id, started_on=since,
        **_post_fields(contact),
    )  # fmt: skip
    db.session.add(post)
    db.session.flush()
    _record_company(Action.CONTACT_ATTACHED, contact, contact.company_id, by=by, batch=batch)
    return post


def _follow_post(contact: Contact, left: int | None, *, by: Account, batch: Batch | None) -> None:
    """Keep the current post in step with what the contact's form now says; `left` is the id
    of the company where the contact was."""
    current = db.session.scalars(
        select(Post)
        .where(Post.contact_id == contact.id, Post.ended_on.is_(None))
        .order_by(Post.id.desc())
    ).first()
    if left == contact.company_id:
        if current is not None:
            for field, value in _post_fields(contact).items():
                setattr(current, field, value)
        return
    today = in_paris(utcnow()).date()
    if current is not None:
        current.ended_on = max(today, current.started_on or today)
        _record_company(Action.CONTACT_DETACHED, contact, current.company_id, by=by, batch=batch)
    if contact.company_id is not None:
        since = today if current is not None else None
        _open_post(contact, by=by, batch=batch, since=since)


def _record_company(
    action: Action, contact: Contact, company_id: int, *, by: Account, batch: Batch | None
) -> None:
    person = Named(contact.id, contact.full_name)
    pair = (None, person) if action == Action.CONTACT_ATTACHED else (person, None)
    record(
        action, subject=Subject.COMPANY, subject_id=company_id, by=by,
        changes={"contact": pair}, part=(Part.CONTACT, contact.id), batch=batch,
    )  # fmt: skip


# ---- consent


def note_consent(
    contact: Contact, consent: Consent, *, means: str, wording: str, by: Account
) -> ConsentEvent:
    """Note what the person answered, and how; the log keeps each answer."""
    before = contact.consent
    contact.consent = consent
    event = ConsentEvent(
        contact_id=contact.id, consent=consent, means=means, wording=wording, noted_by_id=by.id
    )
    db.session.add(event)
    db.session.flush()
    record(
        Action.CONSENT_NOTED, subject=Subject.CONTACT, subject_id=contact.id, by=by,
        changes={"consent": (before, consent)},
    )  # fmt: skip
    return event


def forbid_contact(contact: Contact, forbidden: bool, *, by: Account) -> Contact:
    """Note that nobody may contact the person, whatever their consent, or that it is over."""
    before = contact.do_not_contact_at is not None
    if before != forbidden:
        contact.do_not_contact_at = utcnow() if forbidden else None
        db.session.flush()
        record(
            Action.CONSENT_NOTED, subject=Subject.CONTACT, subject_id=contact.id, by=by,
            changes={"do_not_contact": (before, forbidden)},
        )  # fmt: skip
    return contact


# ---- what is kept beside


def refresh(contact: Contact) -> None:
    """Bring what lists search and sort by into line with the contact and its company."""
    company = db.session.get(Company, contact.company_id) if contact.company_id else None
    if company is not None and company.is_trashed:
        company = None
    site = (
        db.session.get(Establishment, contact.establishment_id)
        if company is not None and contact.establishment_id
        else None
    )
    copy_place(contact, company, site)
    db.session.flush()


def copy_place(contact: Contact, company: Company | None, site: Establishment | None) -> None:
    """What lists search and sort by, from the contact and where they work; no base is asked."""
    contact.search_text = search_text(contact, company, site)
    contact.duplicate_keys = contact_keys(
        contact.first_name, contact.last_name, emails=(contact.email, contact.personal_email),
        phones=(contact.phone, contact.mobile, contact.personal_phone),
    )  # fmt: skip
    contact.department_code = department(company, site)
    contact.sort_last = sort_key(contact.last_name)
    contact.sort_first = sort_key(contact.first_name or "") or None
    contact.sort_company = company.sort_name if company is not None else None
    contact.sort_function = sort_key(contact.job_function or contact.job_title or "") or None


def department(company: Company | None, site: Establishment | None) -> str | None:
    """The department where a contact works: of the site, else of the head office."""
    if site is not None and site.country == "FR":
        return department_of(site.commune_code, site.postal_code, site.city)
    return company.department_code if company is not None and site is None else None


def search_text(contact: Contact, company: Company | None, site: Establishment | None) -> str:
    """All that a person may type to find the contact, folded, each piece once."""
    pieces: list[str | None] = [
        contact.first_name, contact.last_name, contact.full_name, contact.email,
        contact.personal_email, contact.job_title, contact.job_function, contact.department,
    ]  # fmt: skip
    if company is not None:
        pieces += [company.name, company.acronym, (site.city if site else company.city)]
    if site is not None:
        pieces += [site.trade_name, site.sign]
    for phone in (contact.phone, contact.mobile, contact.personal_phone):
        pieces += phone_search_forms(phone) if phone else ()
    return folded_once(pieces)


def recount(company_ids: Iterable[int | None]) -> None:
    """Count the live contacts of companies again, and who among them signs or can be written to."""
    ids = sorted({identity for identity in company_ids if identity is not None})
    if not ids:
        return
    hold(ids)
    rows = db.session.execute(
        select(
            Contact.company_id,
            func.count(),
            func.count().filter(Contact.is_signatory),
            func.count().filter(Contact.email.is_not(None)),
        )
        .where(among(Contact.company_id, ids), Contact.trashed_at.is_(None))
        .group_by(Contact.company_id)
    )
    counts = {row[0]: (row[1], row[2] > 0, row[3] > 0) for row in rows if row[0] is not None}
    refresh_counts(ids, counts)


@site_changed.connect
def follow_site(site: Establishment) -> None:
    """A site's new town or department is found in the contacts who work there too."""
    for contact in db.session.scalars(select(Contact).where(Contact.establishment_id == site.id)):
        refresh(contact)


@company_renamed.connect
def follow_company(company: Company) -> None:
    """A company's new name or town is found and sorted by in its contacts too."""
    for contact in db.session.scalars(select(Contact).where(Contact.company_id == company.id)):
        refresh(contact)
