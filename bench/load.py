"""Fill an empty base from CSV files, so that other products can be measured on the same data.

    PASSERELLE_DATA=/tmp/bench python -m bench.load CSV_FOLDER
    PASSERELLE_DATABASE_URL=postgresql://… python -m bench.load CSV_FOLDER

The folder holds company, establishment, contact, tag, company_tags and contact_tags. Search texts,
sort keys, counts and completeness come from the product's own operations; rows go in as COPY or
plain SQL, and the indexes and triggers are made again when all is in. About 0.3 ms of CPU for a
company and its contact.
"""

from __future__ import annotations

import argparse
import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path
from typing import Any

from sqlalchemy import select

from app.accounts.operations import AccountValues, create_account
from app.companies import operations as company_operations
from app.companies.models import Company, Establishment
from app.contacts import operations as contact_operations
from app.contacts.models import Contact, Post
from app.core.text import fold
from app.extensions import db
from app.history.actions import Action, Subject
from app.history.models import HistoryEntry, HistoryValue
from app.permissions import Role
from app.reference.models import Sector
from app.tags.models import LINKS, Module, Tag
from bench.bulk import Bulk
from bench.generate import PASSWORD, USERNAME, in_empty_base, settle

CHUNK = 5_000
FIRST_LINES = 100  # The first ids of the history are those of the account.
# Legal forms and headcounts of the files, by Insee's codes.
LEGAL_FORMS = {
    "SARL": "5499", "SAS": "5710", "SA": "5599", "EURL": "5498", "SASU": "5720", "SNC": "5202",
    "Association": "9220", "EI": "1000", "SCOP": "5458", "Établissement public": "7389",
}  # fmt: skip
HEADCOUNTS = {"0": "00", "1-9": "02", "10-49": "12", "50-249": "22", "250-999": "32", "1000+": "51"}
Line = dict[str, str]


class Loader:
    """Companies with their sites first, then contacts, who copy from their company."""

    def __init__(self, folder: Path, bulk: Bulk, sectors: list[Sector], account_id: int) -> None:
        self.folder, self.bulk, self.account_id = folder, bulk, account_id
        self.sectors = sectors
        self.staff = self._count_staff()
        # What a contact copies of its company, and no more: there are many.
        self.companies: dict[int, Company] = {}
        self.history = FIRST_LINES

    def _lines(self, name: str) -> Iterator[Line]:
        with (self.folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            yield from csv.DictReader(file)

    def _count_staff(self) -> Counter[int]:
        return Counter(int(line["company_id"]) for line in self._lines("contact"))

    def run(self) -> None:
        self._tags()
        sites = groupby(self._lines("establishment"), key=itemgetter("company_id"))
        companies = (self._company(line, list(next(sites)[1])) for line in self._lines("company"))
        for part in parts(companies):
            self._write(part)
        for people in parts(map(self._contact, self._lines("contact"))):
            self.bulk.put(people)
            self.bulk.put([self._post(contact) for contact in people])
            self._tell(Subject.CONTACT, people, "last_name")
        for module in Module:
            self._links(module)

    def _tags(self) -> None:
        """Each label once for companies and once for contacts."""
        lines = list(self._lines("tag"))
        now = "2026-01-01 00:00:00.000000"
        for shift, module in enumerate(Module):
            self.bulk.put(
                [Tag(id=shift * len(lines) + int(line["id"]), module=module, label=line["name"],
                     folded=fold(line["name"]), created_at=now, created_by_id=self.account_id)
                 for line in lines]
            )  # fmt: skip
        self.tag_count = len(lines)

    def _links(self, module: Module) -> None:
        shift = self.tag_count * list(Module).index(module)
        pairs = (
            (int(line[f"{module}_id"]), shift + int(line["tag_id"]))
            for line in self._lines(f"{module}_tags")
        )
        for part in parts(pairs):
            self.bulk.put_rows(LINKS[module].name, (f"{module}_id", "tag_id"), part)

    def _company(self, line: Line, sites: Sequence[Line]) -> Company:
        identity = int(line["id"])
        staff = self.staff[identity]
        company = Company(
            id=identity, name=line["name"], acronym=line["acronym"], siren=line["siren"],
            country="FR", legal_form_code=LEGAL_FORMS[line["legal_form"]],
            headcount_code=HEADCOUNTS[line["headcount"]], headcount_year=2024,
            sector_id=self._sector(line).id, naf_code=line["naf"], naf_nomenclature="rev2",
            turnover=int(line["turnover"]), share_capital=int(line["capital"]),
            website=line["website"], phone=line["phone"], email=line["email"],
            contact_count=staff, has_signatory=False, has_reachable_contact=staff > 0,
            created_at=moment(line["created_at"]), created_by_id=self.account_id,
            updated_at=moment(line["updated_at"]), updated_by_id=self.account_id,
        )  # fmt: skip
        company.establishments = [_site(company, site) for site in sites]
        company_operations.refresh(company)
        return company

    def _sector(self, line: Line) -> Sector:
        return self.sectors[int(line["sector_id"]) % len(self.sectors)]

    def _write(self, companies: Sequence[Company]) -> None:
        self.bulk.put(companies)
        self.bulk.put([site for company in companies for site in company.establishments])
        self._tell(Subject.COMPANY, companies, "name")
        for company in companies:
            self.companies[company.id] = Company(
                name=company.name, acronym=company.acronym, city=company.city,
                sort_name=company.sort_name, department_code=company.department_code,
            )  # fmt: skip

    def _contact(self, line: Line) -> Contact:
        contact = Contact(
            id=int(line["id"]), civility="mme" if line["civility"] == "Mme" else "m",
            first_name=line["first_name"], last_name=line["last_name"], email=line["email"],
            mobile=line["phone"], job_title=line["job_title"], job_function=line["function"],
            department=line["service"], company_id=int(line["company_id"]),
            signs_agreements=False, consent="yes" if line["consent"] == "1" else "no",
            created_at=moment(line["created_at"]), created_by_id=self.account_id,
            updated_at=moment(line["updated_at"]), updated_by_id=self.account_id,
        )  # fmt: skip
        contact_operations.copy_place(contact, self.companies[int(line["company_id"])], None)
        return contact

    def _post(self, contact: Contact) -> Post:
        return Post(id=contact.id, contact_id=contact.id, company_id=contact.company_id,
                    title=contact.job_title, function=contact.job_function,
                    department=contact.department)  # fmt: skip

    def _tell(self, subject: Subject, records: Sequence[Any], field: str) -> None:
        """One line of history each: who made it."""
        first, self.history = self.history + 1, self.history + len(records)
        numbered = list(enumerate(records, start=first))
        self.bulk.put_rows(
            HistoryEntry.__tablename__,
            ("id", "at", "actor_id", "action", "subject_kind", "subject_id"),
            [(number, record.created_at, self.account_id, str(Action.CREATED), str(subject), record.id)
             for number, record in numbered],
        )  # fmt: skip
        self.bulk.put_rows(
            HistoryValue.__tablename__,
            ("id", "entry_id", "field", "new_value"),
            [(number, number, field, getattr(record, field)) for number, record in numbered],
        )


def _site(company: Company, line: Line) -> Establishment:
    return Establishment(
        id=int(line["id"]), company_id=company.id, siren=company.siren, siret=line["siret"],
        is_head_office=line["siret"][9:13] == "0001", trade_name=line["trade_name"],
        phone=line["phone"], email=line["email"], address=line["address"],
        postal_code=line["postcode"], city=line["city"], country="FR",
        created_at=company.created_at, updated_at=company.created_at,
    )  # fmt: skip


def moment(written: str) -> Any:
    """An instant as both databases take it: UTC without a zone. Microseconds are written, since
    SQLAlchemy compares them as text on SQLite."""
    return f"{written[:19]}.000000"


def parts(items: Iterable[Any]) -> Iterator[list[Any]]:
    left = iter(items)
    while part := list(islice(left, CHUNK)):
        yield part


def load(folder: Path) -> str:
    account = create_account(
        AccountValues(USERNAME, f"{USERNAME}@ecole.example", "Claire", "Évrard", roles=[Role.MANAGER]),
        PASSWORD, by=None,
    )  # fmt: skip
    account_id = account.id
    # refresh() finds them in the session without asking: no transaction stands in the way.
    sectors = list(db.session.scalars(select(Sector).order_by(Sector.id)))
    db.session().expire_on_commit = False
    db.session.commit()
    with Bulk(db.engine) as bulk:
        Loader(folder, bulk, sectors, account_id).run()
    settle()
    return "loaded"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("folder", type=Path, help="where the CSV files lie")
    folder = parser.parse_args().folder
    in_empty_base(lambda: load(folder))


if __name__ == "__main__":
    main()
