"""Fill an empty base with N companies and N contacts among which doubles are hidden, to scan it.

    PASSERELLE_DATA=/tmp/bench python -m bench.planted 100000
    PASSERELLE_DATABASE_URL=postgresql://… python -m bench.planted 100000

The names of bench.generate; every second company has no SIREN, which is what a scan takes its time
for. Each five-hundredth company and contact is the one before it, written anew: bench.scan says
how many of these it finds. Sheets hold what the search for doubles reads and no more: no text to
search in, no tag, no history.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate
from random import Random
from typing import Any

from app.companies.models import Company, Establishment
from app.contacts.models import Contact
from app.core.db import Base
from app.core.text import fold, sort_key
from app.demo.people import Inventor, domain_of_company
from app.duplicates.keys import asked_point_keys, company_keys, contact_keys, domain_keys
from app.extensions import db
from app.reference import lists
from bench.bulk import Bulk
from bench.duplicates import typo
from bench.generate import CHUNK, NOW, asked_by_command, settle, siren, siret
from bench.words import ACTIVITIES, QUALITIES

EVERY = 500
MOMENT = "2026-01-01 00:00:00.000000"
Values = dict[str, Any]


def planted(last: int) -> list[tuple[int, int]]:
    """The pairs that a base of so many companies, or contacts, hides."""
    return [(number - 1, number) for number in range(EVERY, last + 1, EVERY)]


class Planter:
    """Rows as they go into the tables, always the same ones."""

    def __init__(self) -> None:
        self.random = Random(42)
        self.invent = Inventor(self.random, NOW)
        communes = [each for each in lists.communes() if each.kind == "C"]
        self.towns = [each.name for each in communes]
        self.weights = list(accumulate(each.population or 1 for each in communes))

    def companies(self, numbers: Iterable[int]) -> list[Values]:
        made: list[Values] = []
        for number in numbers:
            company = self._company(number)
            if number % EVERY == 0:
                self._write_anew(made[-1], company)
            company["sort_name"] = sort_key(company["name"])
            company["duplicate_keys"] = _keys_of(company)
            made.append(company)
        return made

    def _company(self, number: int) -> Values:
        name = self._name(number)
        domain = domain_of_company(f"{name} {number}")
        return {
            "id": number, "name": name, "siren": siren(number) if number % 2 else None,
            "no_siren_reason": None if number % 2 else "being_created",
            "acronym": "".join(word[0] for word in name.split())[:8] if number % 3 == 0 else None,
            "website": f"https://www.{domain}", "email": f"contact@{domain}",
            "phone": f"+331{self.random.randrange(10**8):08}",
            "city": self.random.choices(self.towns, cum_weights=self.weights)[0],
        }  # fmt: skip

    def _name(self, number: int) -> str:
        choice, draw = self.random.choice, self.random.random()
        last = self.invent.person().last_name
        if draw < 0.08:
            return f"Cabinet {last} Conseil"
        if draw < 0.5:
            return f"{choice(ACTIVITIES)} {last} & Fils"
        if draw < 0.8:
            return f"{choice(ACTIVITIES)} {choice(QUALITIES)} {last}"
        return f"Société {last} {choice(ACTIVITIES)} {number}"

    def _write_anew(self, first: Values, double: Values) -> None:
        """A mistake and the phone; a legal form; another order and the site; nothing but case."""
        kind, name = double["id"] // EVERY % 4, first["name"]
        double |= {"acronym": first["acronym"], "city": first["city"]}
        if kind == 0:
            double |= {"name": typo(self.random, name), "phone": first["phone"]}
        elif kind == 1:
            double["name"] = f"{name} SARL"
        elif kind == 2:
            words = name.split()
            double |= {"name": " ".join([*words[1:], words[0]]), "website": first["website"]}
        else:
            double["name"] = fold(name).upper()

    def contacts(self, numbers: Sequence[int]) -> list[Values]:
        """As many as there are companies; some companies have several, some none."""
        made: list[Values] = []
        for number in numbers:
            contact = self._contact(number, self.random.choice(numbers))
            if number % EVERY == 0:
                same = ("civility", "first_name", "company_id", "mobile")
                contact |= {name: made[-1][name] for name in same}
                contact["last_name"] = typo(self.random, made[-1]["last_name"])
            contact["sort_last"] = sort_key(contact["last_name"])
            contact["duplicate_keys"] = contact_keys(
                contact["first_name"], contact["last_name"],
                emails=[contact["email"]], phones=[contact["phone"], contact["mobile"]],
            )  # fmt: skip
            made.append(contact)
        return made

    def _contact(self, number: int, company: int) -> Values:
        person = self.invent.person()
        return {
            "id": number, "civility": person.civility, "first_name": person.first_name,
            "last_name": person.last_name, "company_id": company,
            "email": person.address_at(f"mail{number % 97}.example", str(number)),
            "phone": f"+331{self.random.randrange(10**8):08}",
            "mobile": f"+336{self.random.randrange(10**8):08}" if number % 2 else None,
        }  # fmt: skip


def _keys_of(company: Values) -> str:
    """What the product keeps; the domain's checks apart, which take longer than all the rest."""
    names = company_keys(
        company["name"], company["acronym"], company["city"], websites=(), emails=(), phones=()
    )
    hosts = {company["website"].removeprefix("https://www."), company["email"].partition("@")[2]}
    points = asked_point_keys([company["email"]], [company["phone"]])
    return " ".join(sorted({*names.split(), *points, *domain_keys(hosts)}))


def site_of(company: Values) -> Values:
    number = company["siren"]
    return {
        "id": company["id"], "company_id": company["id"], "is_head_office": True,
        "city": company["city"], "siren": number, "siret": siret(number, 1) if number else None,
    }  # fmt: skip


def put(bulk: Bulk, model: type[Base], rows: Sequence[Values]) -> None:
    """Rows with what each column holds where nothing is said."""
    columns = model.metadata.tables[model.__tablename__].columns
    usual: Values = {
        each.name: each.default.arg
        for each in columns
        if each.default is not None and each.default.is_scalar
    }
    usual |= {"created_at": MOMENT, "updated_at": MOMENT}
    names = [each.name for each in columns]
    lines = ([row.get(name, usual.get(name)) for name in names] for row in rows)
    bulk.put_rows(model.__tablename__, names, lines)


def fill(total: int) -> str:
    planter = Planter()
    db.session.commit()
    with Bulk(db.engine) as bulk:
        for start in range(1, total + 1, CHUNK):
            numbers = range(start, min(start + CHUNK, total + 1))
            companies = planter.companies(numbers)
            put(bulk, Company, companies)
            put(bulk, Establishment, [site_of(company) for company in companies])
            put(bulk, Contact, planter.contacts(numbers))
    settle()
    return f"{total:,} companies and contacts"


if __name__ == "__main__":
    asked_by_command(__doc__, fill)
