"""The history of the demonstration: lines of the past months, gathered first, written in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from app.companies.models import Company
from app.companies.operations import COMPANY_FIELDS, SITE_FIELDS
from app.contacts.models import ConsentEvent, Contact
from app.contacts.operations import PERSON_FIELDS
from app.demo.people import Inventor
from app.demo.writing import Row, insert_rows, next_id
from app.history.actions import Action, Part, Subject
from app.history.models import HistoryEntry, HistoryValue
from app.history.operations import Changes, Named, diff, value_row
from app.reference.models import Sector

_RELATIONS = {"parent_id", "sector_id"}


@dataclass(frozen=True)
class _Line:
    at: datetime
    actor_id: int | None
    action: Action
    subject: Subject
    subject_id: int
    changes: Changes
    part: tuple[Part, int] | None


@dataclass
class Journal:
    """Lines in any order; `write` puts them in that of time, which is that of their ids too."""

    lines: list[_Line] = field(default_factory=list)

    def add(
        self, action: Action, subject: Subject, subject_id: int, *, at: datetime,
        by: int | None, changes: Changes | None = None, part: tuple[Part, int] | None = None,
    ) -> None:  # fmt: skip
        self.lines.append(_Line(at, by, action, subject, subject_id, changes or {}, part))

    def write(self) -> None:
        ordered = sorted(self.lines, key=lambda line: line.at)
        first = next_id(HistoryEntry.__table__)
        entries = list(enumerate(ordered, start=first))
        insert_rows(HistoryEntry.__table__, (_entry_row(*entry) for entry in entries))
        insert_rows(
            HistoryValue.__table__,
            (
                value_row(identity, name, *pair)
                for identity, line in entries
                for name, pair in line.changes.items()
            ),
        )


def _entry_row(identity: int, line: _Line) -> Row:
    return {
        "id": identity,
        "at": line.at,
        "actor_id": line.actor_id,
        "action": line.action,
        "subject_kind": line.subject,
        "subject_id": line.subject_id,
        "object_kind": line.part[0] if line.part else None,
        "object_id": line.part[1] if line.part else None,
    }


def tell_companies(
    journal: Journal, companies: Sequence[Company], sectors: Sequence[Sector]
) -> None:
    """Each sheet's creation, its sites, and that somebody checked it."""
    names = {company.id: company.name for company in companies}
    labels = {sector.id: sector.label for sector in sectors}
    for company in companies:
        made = {f: getattr(company, f) for f in COMPANY_FIELDS if f not in _RELATIONS}
        if company.parent_id is not None:
            made["parent"] = Named(company.parent_id, names[company.parent_id])
        if company.sector_id is not None:
            made["sector"] = Named(company.sector_id, labels[company.sector_id])
        by, at = company.created_by_id, company.created_at
        journal.add(Action.CREATED, Subject.COMPANY, company.id, at=at, by=by,
                    changes=diff({}, _given(made)))  # fmt: skip
        _tell_sites(journal, company)
        if company.verified_at is not None:
            journal.add(Action.VERIFIED, Subject.COMPANY, company.id, at=company.verified_at,
                        by=company.verified_by_id)  # fmt: skip


def _tell_sites(journal: Journal, company: Company) -> None:
    for site in company.establishments:
        made = {f: getattr(site, f) for f in SITE_FIELDS}
        named = {"establishment": (None, Named(site.id, site.label))}
        journal.add(Action.SITE_ADDED, Subject.COMPANY, company.id, at=company.created_at,
                    by=company.created_by_id, changes={**named, **diff({}, _given(made))},
                    part=(Part.ESTABLISHMENT, site.id))  # fmt: skip


def tell_people(
    journal: Journal, contacts: Sequence[Contact], consents: Sequence[ConsentEvent],
    companies: Sequence[Company],
) -> None:  # fmt: skip
    """Each contact's creation, the company it joined, the account it was linked to, its answer."""
    names = {company.id: company.name for company in companies}
    for contact in contacts:
        fields = (*PERSON_FIELDS, "job_title", "job_function", "department")
        made = {f: getattr(contact, f) for f in fields}
        if contact.company_id is not None:
            made["company"] = Named(contact.company_id, names[contact.company_id])
        by, at = contact.created_by_id, contact.created_at
        journal.add(Action.CREATED, Subject.CONTACT, contact.id, at=at, by=by,
                    changes=diff({}, _given(made)))  # fmt: skip
        _tell_ties(journal, contact)
    for event in consents:
        journal.add(Action.CONSENT_NOTED, Subject.CONTACT, event.contact_id, at=event.at,
                    by=event.noted_by_id, changes={"consent": ("unknown", event.consent)})  # fmt: skip


def _tell_ties(journal: Journal, contact: Contact) -> None:
    person = Named(contact.id, contact.full_name)
    by, at = contact.created_by_id, contact.created_at
    if contact.company_id is not None:
        journal.add(Action.CONTACT_ATTACHED, Subject.COMPANY, contact.company_id, at=at, by=by,
                    changes={"contact": (None, person)}, part=(Part.CONTACT, contact.id))  # fmt: skip
    if contact.account_id is not None:
        account = Named(contact.account_id, contact.full_name)
        journal.add(Action.ACCOUNT_LINKED, Subject.CONTACT, contact.id, at=at, by=by,
                    changes={"account": (None, account)}, part=(Part.ACCOUNT, account.id or 0))  # fmt: skip


def _given(values: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in values.items() if value is not None}


def tell_corrections(
    invent: Inventor, journal: Journal, records: Sequence[Company | Contact], staff_ids: Sequence[int],
) -> None:  # fmt: skip
    """Numbers corrected since, and sheets printed: what a history looks like after some months."""
    for record in records:
        subject = Subject.COMPANY if isinstance(record, Company) else Subject.CONTACT
        if record.phone is not None and invent.chance(0.2):
            _correct_phone(invent, journal, record, subject, invent.random.choice(staff_ids))
        if invent.chance(0.08):
            journal.add(Action.PRINTED, subject, record.id, at=invent.after(record.created_at),
                        by=invent.random.choice(staff_ids))  # fmt: skip


def _correct_phone(
    invent: Inventor, journal: Journal, record: Company | Contact, subject: Subject, by: int
) -> None:
    at, before = invent.after(record.created_at), invent.landline()
    if before == record.phone:
        return
    record.updated_at, record.updated_by_id, record.version = at, by, 2
    journal.add(Action.UPDATED, subject, record.id, at=at, by=by,
                changes={"phone": (before, record.phone)})  # fmt: skip
