"""Time the tabs of one very large company: 500 sites, 5,000 contacts, 20,000 lines of history.

    PASSERELLE_DATA=/tmp/giant python -m bench.sheet             # an empty base gets the company
    PASSERELLE_DATA=/tmp/giant python -m bench.sheet             # the next time it is measured at once

Prints a table as bench.measure does, which it uses; exit status 1 when a tab's median is over 150 ms.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from datetime import timedelta

from flask_migrate import upgrade
from sqlalchemy import select

from app import create_app
from app.companies import operations as company_operations
from app.companies.models import Company, Establishment
from app.contacts import operations as contact_operations
from app.contacts.models import Consent, Contact, Post
from app.contacts.operations import copy_place
from app.demo.load import is_empty
from app.demo.writing import Row, insert_records, insert_rows, next_id
from app.extensions import db
from app.history.actions import Action, Subject
from app.history.models import HistoryEntry, HistoryValue
from app.notes.models import Note
from bench import generate
from bench.measure import Measured, Operation, database, machine, measure, page, served

SITES, CONTACTS, LINES = 500, 5_000, 20_000
POSTS = 300
AROUND, SAMPLES, MOST_MS = 100, 40, 150  # Other sheets, requests for each tab, milliseconds.
CITIES = ("Blois", "Tours", "Orléans", "Bourges", "Chartres")


def enlarge(
    company: Company, contact: Contact, *, sites: int, contacts: int, lines: int, by: int
) -> None:
    """Give a company that many sites, contacts and lines of history more, and one of its contacts
    as many lines, former posts and notes. Flushes; the counts and search texts are right."""
    made = _sites(company, sites)
    insert_records(made)
    db.session.expire(company)
    people = _contacts(company, contacts)
    insert_records(people)
    insert_records(_posts_of(people))
    insert_records(_former_posts(contact, made[:POSTS]))
    insert_records([Note(id=n, contact_id=contact.id, text=f"Note {n}", author_id=by, created_at=generate.NOW)
                    for n in _ids(Note, len(made[:POSTS]))])  # fmt: skip
    for subject, field in ((company, "acronym"), (contact, "job_title")):
        _tell(subject, field, lines, by)
    contact_operations.recount([company.id])
    company_operations.refresh(company)


def _ids(model: type, count: int) -> range:
    start = next_id(model.__table__)  # type: ignore[attr-defined]
    return range(start, start + count)


def _sites(company: Company, count: int) -> list[Establishment]:
    return [
        Establishment(
            id=number, company_id=company.id, siren=company.siren, is_head_office=False,
            siret=generate.siret(company.siren or "", 100 + place), trade_name=f"Agence {place}",
            address=f"{place} quai de la Loire", postal_code="41000", city=CITIES[place % 5],
            country="FR", created_at=generate.NOW, updated_at=generate.NOW,
        ) for place, number in enumerate(_ids(Establishment, count))
    ]  # fmt: skip


def _contacts(company: Company, count: int) -> list[Contact]:
    sites = company.establishments
    people = [
        Contact(
            id=number, civility="mme", first_name="Claire", last_name=f"Évrard {place}",
            email=f"c{number}@grande.example", job_title=f"Responsable {place % 50}",
            company_id=company.id, establishment_id=sites[place % len(sites)].id if place % 2 else None,
            signs_agreements=place % 10 == 0, consent=list(Consent)[place % 3],
            created_at=generate.NOW, updated_at=generate.NOW,
        ) for place, number in enumerate(_ids(Contact, count))
    ]  # fmt: skip
    of = {site.id: site for site in sites}
    for person in people:
        copy_place(person, company, of.get(person.establishment_id or 0))
    return people


def _posts_of(people: Sequence[Contact]) -> list[Post]:
    return [
        Post(id=number, contact_id=person.id, company_id=person.company_id,
             establishment_id=person.establishment_id, title=person.job_title)
        for number, person in zip(_ids(Post, len(people)), people, strict=True)
    ]  # fmt: skip


def _former_posts(contact: Contact, sites: Sequence[Establishment]) -> list[Post]:
    ended = generate.NOW.date() - timedelta(days=100)
    return [
        Post(id=number, contact_id=contact.id, company_id=site.company_id, title=f"Poste {number}",
             establishment_id=site.id, ended_on=ended)
        for number, site in zip(_ids(Post, len(sites)), sites, strict=True)
    ]  # fmt: skip


def _tell(record: Company | Contact, field: str, count: int, by: int) -> None:
    kind = Subject.COMPANY if isinstance(record, Company) else Subject.CONTACT
    entries: list[Row] = []
    values: list[Row] = []
    for place, number in enumerate(_ids(HistoryEntry, count)):
        at = generate.NOW - timedelta(hours=count - place)
        entries.append({"id": number, "at": at, "actor_id": by, "action": Action.UPDATED,
                        "subject_kind": kind, "subject_id": record.id})  # fmt: skip
        values.append(
            {
                "entry_id": number,
                "field": field,
                "old_value": f"V{place}",
                "new_value": f"V{place + 1}",
            }
        )
    insert_rows(HistoryEntry.__table__, entries)
    insert_rows(HistoryValue.__table__, values)


def tabs(company: int, contact: int) -> Iterator[str]:
    """The addresses of everything that the two sheets show."""
    for tab in (
        "",
        "contacts",
        "establishments",
        "history",
        "edit",
        "map",
        "history?field=acronym",
    ):
        yield f"/crm/companies/{company}/{tab}"
    for tab in ("", "coordinates", "history", "relations", "edit"):
        yield f"/crm/contacts/{contact}/{tab}"


def _prepare() -> tuple[int, int]:
    """The company and the contact; made where the base is empty."""
    os.environ.setdefault("PASSERELLE_DEMO", "1")
    application = create_app()
    with application.app_context():
        upgrade(directory=str(generate.ROOT / "migrations"))
        fresh = is_empty()
        db.session.remove()
    if fresh:
        generate.in_empty_base(_fill)
    with application.app_context():
        contact = db.session.scalars(select(Contact).order_by(Contact.id).limit(1)).one()
        assert contact.company_id is not None
        return contact.company_id, contact.id


def _fill() -> str:
    generate.fill(AROUND)
    contact = db.session.scalars(select(Contact).order_by(Contact.id).limit(1)).one()
    company = db.session.get_one(Company, contact.company_id)
    by = contact.created_by_id
    assert by is not None
    enlarge(company, contact, sites=SITES, contacts=CONTACTS, lines=LINES, by=by)
    db.session.commit()
    generate.settle()
    return "One large company"


def main() -> int:
    numbers = _prepare()
    engine, _total = database()
    print(
        f"{SITES} sites, {CONTACTS:,} contacts, {LINES:,} lines of history · {engine} · {machine()}\n"
    )
    print("| page | p50 ms | p95 ms | CPU ms | kB | SQL | n |")
    print("|---|--:|--:|--:|--:|--:|--:|")
    measured: list[Measured] = []
    with served() as server:
        for address in tabs(*numbers):
            measured.append(measure(server, Operation(address, page(address)), SAMPLES))
            print(measured[-1].row, flush=True)
    print(f"\nLoad of the machine over the last 5 minutes: {os.getloadavg()[1]:.1f}.")
    return int(any(one.median > MOST_MS for one in measured))


if __name__ == "__main__":
    sys.exit(main())
