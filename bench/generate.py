"""Fill an empty base with N companies and N contacts, always the same ones.

    PASSERELLE_DATA=/tmp/bench python -m bench.generate 100000
    PASSERELLE_DATABASE_URL=postgresql://… python -m bench.generate 100000

French names, valid SIRENs and SIRETs, 1.5 sites a company, about two tags a sheet, one line of
history each. What the product keeps beside (search texts, sort keys, counts) is worked out by its
own operations, and all its indexes and triggers are in place while the rows go in.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Any

from flask_migrate import upgrade
from sqlalchemy import select, text
from stdnum import luhn

from app import create_app
from app.accounts.operations import AccountValues, create_account, sync_security
from app.companies import operations as company_operations
from app.companies.models import Company, Establishment
from app.contacts import operations as contact_operations
from app.contacts.models import Consent, Contact, Post
from app.core.text import fold
from app.demo.jobs import job
from app.demo.load import is_empty
from app.demo.people import Inventor, domain_of_company
from app.demo.writing import Row, insert_records, insert_rows
from app.extensions import db
from app.history.actions import Action, Subject
from app.history.models import HistoryEntry, HistoryValue
from app.permissions import Role
from app.reference import lists
from app.reference.models import Sector
from app.reference.operations import sync_reference
from app.tags.models import LINKS, Module, Tag
from bench.words import (
    ACTIVITIES,
    COMPANY_TAGS,
    CONTACT_TAGS,
    HEADCOUNTS,
    LEGAL_FORMS,
    QUALITIES,
    STREETS,
)  # fmt: skip

USERNAME, PASSWORD = "mesure", "Pont-levis 42 de Blois"
CHUNK = 5_000
NOW = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
RARE_EVERY = 50_000  # One company in so many bears the rare word.
ROOT = Path(__file__).resolve().parents[1]


def siren(number: int) -> str:
    stem = f"{10_000_000 + number * 7_919 % 80_000_000:08}"
    return stem + luhn.calc_check_digit(stem)


def siret(of_siren: str, nic: int) -> str:
    stem = f"{of_siren}{nic:04}"
    return stem + luhn.calc_check_digit(stem)


class Generator:
    """Companies and contacts, chunk after chunk: a contact works in a company of its chunk."""

    def __init__(self, total: int, account_id: int) -> None:
        self.total, self.account_id = total, account_id
        self.random = Random(42)
        self.invent = Inventor(self.random, NOW)
        # Plain data: what the session loaded is gone with the first commit.
        self.communes = [each for each in lists.communes()
                         if each.kind == "C" and each.latitude and each.postal_codes]  # fmt: skip
        self.weights = list(accumulate(each.population or 1 for each in self.communes))
        self.activities = [each for each in lists.naf_entries()
                           if each.nomenclature == "rev2" and len(each.code) == 6]  # fmt: skip
        known = {sector.code: sector.id for sector in db.session.scalars(select(Sector))}
        self.sectors = {d: known[e.code] for e in lists.sectors() for d in e.naf_divisions}
        self.site_id = 0

    def companies(self, numbers: Sequence[int]) -> list[Company]:
        return [self._company(number) for number in numbers]

    def _company(self, number: int) -> Company:
        choice, name = self.random.choice, self._name(number)
        naf, domain = choice(self.activities), domain_of_company(f"{name} {number}")
        made = self._moment()
        company = Company(
            id=number, name=name, siren=siren(number), country="FR",
            acronym="".join(word[0] for word in name.split())[:8] if number % 3 == 0 else None,
            legal_form_code=self._weighted(LEGAL_FORMS), headcount_code=self._weighted(HEADCOUNTS),
            headcount_year=2024, sector_id=self.sectors.get(naf.code[:2]), naf_code=naf.code,
            naf_nomenclature="rev2", turnover=self.random.randrange(10**8),
            share_capital=self.random.randrange(10**6), website=f"https://www.{domain}",
            email=f"contact@{domain}", phone=self.invent.landline(),
            description=f"{naf.label}." if number % 2 else None, contact_count=0,
            has_signatory=False, has_reachable_contact=False,
            created_at=made, created_by_id=self.account_id, updated_at=self._moment(made),
            updated_by_id=self.account_id,
        )  # fmt: skip
        company.establishments = [self._site(company, nic) for nic in range(1, 2 + number % 2)]
        return company

    def _name(self, number: int) -> str:
        choice, draw = self.random.choice, self.random.random()
        last = self.invent.person().last_name
        if number % RARE_EVERY == 777:
            return f"Xylophages Associés {number}"
        if draw < 0.08:
            return f"Cabinet {last} Conseil"
        if draw < 0.5:
            return f"{choice(ACTIVITIES)} {last} & Fils"
        if draw < 0.8:
            return f"{choice(ACTIVITIES)} {choice(QUALITIES)} {last}"
        return f"Société {last} {choice(ACTIVITIES)} {number}"

    def _site(self, company: Company, nic: int) -> Establishment:
        self.site_id += 1
        commune = self.random.choices(self.communes, cum_weights=self.weights)[0]
        return Establishment(
            id=self.site_id, company_id=company.id, siren=company.siren,
            siret=siret(company.siren or "", nic), is_head_office=nic == 1,
            address=f"{self.random.randrange(1, 200)} {self.random.choice(STREETS)}",
            postal_code=self.random.choice(commune.postal_codes),
            city=commune.name, commune_code=commune.code_insee, country="FR",
            latitude=commune.latitude, longitude=commune.longitude, position_precision="commune",
            created_at=company.created_at, updated_at=company.created_at,
        )  # fmt: skip

    def contacts(self, companies: Sequence[Company]) -> list[Contact]:
        """As many as there are companies; some companies have several, some none."""
        return [self._contact(company.id, self.random.choice(companies)) for company in companies]

    def _contact(self, number: int, company: Company) -> Contact:
        person = self.invent.person()
        work, made = job(self.invent, person.civility), self._moment()
        contact = Contact(
            id=number, civility=person.civility, first_name=person.first_name,
            last_name=person.last_name, email=person.address_at(f"mail{number % 97}.example", str(number)),
            phone=self.invent.landline(), mobile=self.invent.mobile() if number % 2 else None,
            job_title=work.title, job_function=work.function, department=work.department,
            signs_agreements=work.signs, company_id=company.id,
            establishment_id=self.random.choice(company.establishments).id if number % 4 else None,
            consent=self.random.choice(list(Consent)), created_at=made,
            created_by_id=self.account_id, updated_at=self._moment(made),
            updated_by_id=self.account_id,
        )  # fmt: skip
        company.contact_count += 1
        company.has_reachable_contact = True
        company.has_signatory |= contact.signs_agreements
        return contact

    def tags_of(self, numbers: Sequence[int], count: int) -> Iterator[tuple[int, int]]:
        """About two a record, the first tags much more used than the last."""
        for number in numbers:
            wanted = self.random.choice((0, 1, 2, 2, 3, 4))
            places = {int(self.random.random() ** 2 * count) for _ in range(wanted)}
            yield from ((number, place) for place in sorted(places))

    def _weighted(self, shares: dict[str, int]) -> str:
        return self.random.choices(list(shares), weights=list(shares.values()))[0]

    def _moment(self, after: datetime | None = None) -> datetime:
        """Within two years before NOW, or between a moment and NOW."""
        span = (NOW - after).total_seconds() if after else 730 * 86_400
        return NOW - timedelta(seconds=int(self.random.random() * span))


def fill(total: int) -> None:
    """Write everything, committing chunk by chunk: memory does not grow with the total."""
    account = create_account(
        AccountValues(USERNAME, f"{USERNAME}@ecole.example", "Claire", "Évrard", roles=[Role.MANAGER]),
        PASSWORD, by=None,
    )  # fmt: skip
    tags = _insert_tags(account.id)
    db.session.commit()
    generator, history = Generator(total, account.id), 10
    for start in range(1, total + 1, CHUNK):
        numbers = range(start, min(start + CHUNK, total + 1))
        history = _fill_chunk(generator, numbers, tags, history)
        db.session.commit()
        db.session.expunge_all()
        print(f"\r{numbers[-1]:>9,} / {total:,}", end="", flush=True)
    print()


def _insert_tags(account_id: int) -> dict[Module, list[int]]:
    labels = [(Module.COMPANY, label) for label in COMPANY_TAGS]
    labels += [(Module.CONTACT, label) for label in CONTACT_TAGS]
    insert_records(
        [Tag(id=number, module=module, label=label, folded=fold(label), created_at=NOW,
             created_by_id=account_id) for number, (module, label) in enumerate(labels, start=1)]
    )  # fmt: skip
    return {
        module: [number for number, (of, _label) in enumerate(labels, start=1) if of == module]
        for module in Module
    }


def _fill_chunk(
    generator: Generator, numbers: range, tags: dict[Module, list[int]], history: int
) -> int:
    """Write one chunk; answer the last id of the history."""
    sectors = db.session.scalars(select(Sector)).all()  # Held: refresh() asks for them.
    companies = generator.companies(numbers)
    contacts = generator.contacts(companies)
    for company in companies:
        company_operations.refresh(company)
    insert_records(companies)
    insert_records([site for company in companies for site in company.establishments])
    held = [*db.session.scalars(select(Company).where(Company.id.in_(numbers))),
            *db.session.scalars(select(Establishment).where(Establishment.company_id.in_(numbers)))]  # fmt: skip
    for contact in contacts:
        contact_operations.refresh(contact)
    del held, sectors
    insert_records(contacts)
    insert_records([_post(contact) for contact in contacts])
    for module, ids in tags.items():
        pairs = generator.tags_of(numbers, len(ids))
        insert_rows(LINKS[module], [{f"{module}_id": n, "tag_id": ids[p]} for n, p in pairs])
    history = _tell(Subject.COMPANY, companies, "name", generator.account_id, history)
    return _tell(Subject.CONTACT, contacts, "last_name", generator.account_id, history)


def _post(contact: Contact) -> Post:
    return Post(id=contact.id, contact_id=contact.id, company_id=contact.company_id,
                establishment_id=contact.establishment_id, title=contact.job_title,
                function=contact.job_function, department=contact.department)  # fmt: skip


def _tell(subject: Subject, records: Sequence[Any], field: str, by: int, last: int) -> int:
    entries: list[Row] = []
    values: list[Row] = []
    for number, record in enumerate(records, start=last + 1):
        entries.append({"id": number, "at": record.created_at, "actor_id": by,
                        "action": Action.CREATED, "subject_kind": subject, "subject_id": record.id})  # fmt: skip
        values.append({"entry_id": number, "field": field, "new_value": getattr(record, field)})
    insert_rows(HistoryEntry.__table__, entries)
    insert_rows(HistoryValue.__table__, values)
    return last + len(records)


def settle() -> None:
    """What a base in use has had done: statistics for the planner, and a merged trigram index."""
    if db.engine.dialect.name == "sqlite":
        for table in ("company", "contact"):
            db.session.execute(
                text(f"INSERT INTO {table}_search({table}_search) VALUES ('optimize')")
            )
        db.session.execute(text("ANALYZE"))
        db.session.commit()
        return
    db.session.commit()
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET statement_timeout = 0"))
        connection.execute(text("VACUUM ANALYZE"))


def in_empty_base(work: Callable[[], str]) -> None:
    """Prepare the base that the settings name, which holds nothing yet, and fill it; print what
    `work` says was done, and in which time."""
    os.environ.setdefault("PASSERELLE_DEMO", "1")
    application = create_app()
    with application.app_context():
        upgrade(directory=str(ROOT / "migrations"))
        if not is_empty():
            raise SystemExit("The base is not empty: name another one.")
        sync_security()
        sync_reference()
        db.session.commit()
        began = time.perf_counter()
        said = work()
        print(f"{said} in {time.perf_counter() - began:.0f} s")


def _fill(total: int) -> str:
    fill(total)
    settle()
    return f"{total:,} companies and contacts"


def asked_by_command(doc: str | None, work: Callable[[int], str]) -> None:
    """in_empty_base() with the number that the command line gives."""
    parser = argparse.ArgumentParser(description=doc.splitlines()[0] if doc else "")
    parser.add_argument("total", type=int, help="number of companies, and of contacts")
    total = parser.parse_args().total
    in_empty_base(lambda: work(total))


if __name__ == "__main__":
    asked_by_command(__doc__, _fill)
