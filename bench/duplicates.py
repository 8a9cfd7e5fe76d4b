"""How well the search for doubles finds and how seldom it is wrong, on labelled pairs; how fast.

    python -m bench.duplicates                             # precision and recall, on a base of its own
    PASSERELLE_DATA=… python -m bench.duplicates --time    # on a base that bench.generate filled

The real names of the demonstration's companies (app/demo/data) and invented people go into the
base; each is then asked for as somebody may write it anew: with a mistake, without its SIREN,
under its acronym. Those that must find nothing are asked for too: namesakes of other towns with
another SIREN, families at one company. Always the same ones. Among the first five that the form
shows, recall counts the doubles found, precision what was shown that is one.
"""

from __future__ import annotations

import argparse
import csv
import os
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from flask_migrate import upgrade
from sqlalchemy import func, select

from app import create_app
from app.companies import operations as company_operations
from app.companies.models import Company, Establishment
from app.contacts import operations as contact_operations
from app.contacts.models import Contact
from app.core.db import utcnow
from app.core.text import fold
from app.demo.people import Inventor, Person
from app.demo.writing import insert_records, next_id
from app.duplicates.facts import company_of, contact_of
from app.duplicates.names import acronyms, name_words, person_words
from app.duplicates.queries import likely_companies, likely_contacts
from app.extensions import db

ROOT = Path(__file__).resolve().parents[1]
NAMES = ROOT / "app/demo/data/companies.csv"
TOWNS = ("Blois", "Lyon", "Nantes", "Lille", "Tours", "Rennes", "Nice", "Metz", "Pau", "Dijon")
FORMS = ("SAS", "SARL", "S.A.", "Groupe", "EURL", "Société", "SASU")
BARS = {"companies": (0.97, 0.90), "contacts": (0.95, 0.90)}
# Of all that may be asked; each takes some milliseconds.
FORMS_ASKED = 2_000
Values = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """One form: what it says, and the ids that it is a double of (none: it must find nothing)."""

    kind: str
    values: Values
    right: frozenset[int] = frozenset()


@dataclass
class Score:
    """What the first five shown were worth."""

    wanted: int = 0
    found: int = 0
    shown: int = 0
    right: int = 0
    times: list[float] = field(default_factory=list)
    missed: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    wrong: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def recall(self) -> float:
        return self.found / self.wanted

    @property
    def precision(self) -> float:
        return self.right / self.shown

    def add(self, asked: Asked, shown: Sequence[int], seconds: float) -> None:
        right = [each for each in shown if each in asked.right]
        self.times.append(seconds * 1000)
        self.shown += len(shown)
        self.right += len(right)
        self.wrong[asked.kind] += len(shown) - len(right)
        if asked.right:
            self.wanted += 1
            self.found += bool(right)
            self.missed[asked.kind] += not right


def measure(asked: Sequence[Asked], find: Callable[[Values], Sequence[int]]) -> Score:
    score = Score()
    for one in asked:
        began = time.perf_counter()
        shown = find(one.values)
        score.add(one, shown, time.perf_counter() - began)
    return score


def found_companies(values: Values) -> list[int]:
    return [one.id for one in likely_companies(company_of(values))]


def found_contacts(values: Values) -> list[int]:
    return [one.id for one in likely_contacts(contact_of(values))]


# ---- mistakes


def typo(random: Random, text: str) -> str:
    """One letter lost, doubled, changed or swapped with the next, inside a word of five or more."""
    places = [
        place for place in range(1, len(text) - 2)
        if text[place - 1 : place + 3].isalpha() and _word_at(text, place) >= 5
    ]  # fmt: skip
    if not places:
        return text
    place = random.choice(places)
    here, after = text[place], text[place + 1]
    letter = random.choice("aeinorst")
    new = random.choice(("", here * 2, letter if letter != here.lower() else "u", None))
    if new is None:
        return text[:place] + after + here + text[place + 2 :]
    return text[:place] + new + text[place + 1 :]


def _word_at(text: str, place: int) -> int:
    before = len(text[:place].rsplit(" ", 1)[-1])
    return before + len(text[place:].split(" ", 1)[0])


# ---- companies


def load_companies(random: Random, limit: int | None = None) -> list[Company]:
    """The demonstration's companies, in towns of our own, two of three with a site and a phone."""
    with NAMES.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    if limit:
        rows = random.sample(rows, limit)
    number, site = next_id(Company.__table__), next_id(Establishment.__table__)
    companies = [_company(random, row, number + place) for place, row in enumerate(rows)]
    for place, company in enumerate(companies):
        company.establishments[0].id = site + place
        company_operations.refresh(company)
    insert_records(companies)
    insert_records([company.establishments[0] for company in companies])
    return companies


def _company(random: Random, row: dict[str, str], number: int) -> Company:
    known, now = random.random() < 0.66, utcnow()
    company = Company(
        id=number, name=row["name"], acronym=row["acronym"] or None, siren=row["siren"],
        country="FR", website=f"https://www.societe{number}.example" if known else None,
        phone=f"+331990{number:05}" if known else None, created_at=now, updated_at=now,
        contact_count=0,
    )  # fmt: skip
    company.establishments = [
        Establishment(company_id=number, siren=row["siren"], is_head_office=True,
                      city=random.choice(TOWNS), country="FR", created_at=now, updated_at=now)
    ]  # fmt: skip
    return company


def ask_companies(random: Random, companies: Sequence[Company]) -> list[Asked]:
    same: dict[tuple[str, ...], set[int]] = defaultdict(set)
    for company in companies:
        same[_words(company.name)].add(company.id)
    asked: list[Asked] = []
    for company in companies:
        right = frozenset(same[_words(company.name)])
        doubles = _company_doubles(random, company)
        asked += [Asked(kind, values, right) for kind, values in doubles.items()]
        elsewhere = random.choice([town for town in TOWNS if town != company.city])
        asked.append(
            Asked("namesake elsewhere, other SIREN",
                  {"name": company.name, "city": elsewhere, "siren": f"{random.randrange(10**9):09}"})
        )  # fmt: skip
    return asked


def _words(name: str) -> tuple[str, ...]:
    return tuple(sorted(name_words(name)))


def _company_doubles(random: Random, company: Company) -> dict[str, Values]:
    """The company as it may be typed anew, by the kind of what is different; its town half of
    the time, its SIREN never but where that is the kind."""
    name, here = company.name, {"city": company.city} if random.random() < 0.5 else {}
    words = name.split()
    turned = " ".join([*words[1:], words[0]])
    doubles: dict[str, Values] = {
        "no SIREN": {"name": name, **here},
        "typo": {"name": typo(random, name), **here},
        "case and accents": {"name": fold(name).title(), **here},
        "legal form added": {"name": f"{name} {random.choice(FORMS)}", **here},
        "word order": {"name": turned, **here},
        "SIREN, other name": {"name": "À renommer", "siren": company.siren},
    }
    short = next((each for each in sorted(acronyms(name, company.acronym)) if len(each) > 2), "")
    if len(words) > 2 and short:
        doubles["acronym"] = {"name": short.upper(), **here}
    if company.website:
        doubles["website, other name"] = {"name": "À renommer", "website": company.website}
        doubles["phone and typo"] = {"name": typo(random, name), "phone": company.phone}
    return doubles


# ---- contacts


def load_contacts(
    random: Random, companies: Sequence[Company], number: int
) -> list[tuple[Contact, Person]]:
    """People at the companies, about three at each of those that have some."""
    invent, first = Inventor(random, utcnow()), next_id(Contact.__table__)
    places = random.sample(list(companies), max(1, number // 3))
    made = []
    for identity in range(first, first + number):
        person, company = invent.person(), random.choice(places)
        now = utcnow()
        contact = Contact(
            id=identity, civility=person.civility, first_name=person.first_name,
            last_name=person.last_name, company_id=company.id, phone=company.phone,
            email=person.address_at(f"societe{company.id}.example", str(identity)),
            mobile=f"+3363998{identity % 10_000:04}" if random.random() < 0.6 else None,
            created_at=now, updated_at=now,
        )  # fmt: skip
        contact_operations.copy_place(contact, company, None)
        made.append((contact, person))
    insert_records([contact for contact, _person in made])
    return made


def ask_contacts(random: Random, people: Sequence[tuple[Contact, Person]]) -> list[Asked]:
    same: dict[Any, set[int]] = defaultdict(set)
    for contact, _person in people:
        same[_who(contact)].add(contact.id)
    asked: list[Asked] = []
    for contact, _person in people:
        right = frozenset(same[_who(contact)])
        doubles = _contact_doubles(random, contact)
        asked += [Asked(kind, values, right) for kind, values in doubles.items()]
        asked += _strangers(random, contact, [other for other, _p in people])
    return asked


def _who(contact: Contact) -> tuple[Any, ...]:
    words = (*person_words(contact.first_name), *person_words(contact.last_name))
    return (tuple(sorted(words)), contact.company_id)


def _contact_doubles(random: Random, contact: Contact) -> dict[str, Values]:
    first, last = contact.first_name or "", contact.last_name
    here = {"company_id": contact.company_id}
    doubles: dict[str, Values] = {
        "same name, other e-mail": {"first_name": first, "last_name": last, **here,
                                    "email": f"autre{contact.id}@perso.example"},
        "names swapped": {"first_name": last, "last_name": first, **here},
        "typo in the last name": {"first_name": first, "last_name": typo(random, last), **here},
        "typo in the first name": {"first_name": typo(random, first), "last_name": last, **here},
        "case and accents": {"first_name": fold(first), "last_name": last.upper(), **here},
        "initial": {"first_name": f"{first[0]}.", "last_name": last, **here},
        "compound": {"first_name": f"{first}-Marie", "last_name": last, **here},
        "e-mail, new name": {"first_name": first, "last_name": "Nouveau", "email": contact.email},
    }  # fmt: skip
    if contact.mobile:
        doubles["moved, same mobile"] = {"first_name": first, "last_name": last,
                                         "mobile": contact.mobile, "company_id": 0}  # fmt: skip
    return doubles


def _strangers(random: Random, contact: Contact, all_of_them: Sequence[Contact]) -> list[Asked]:
    """A namesake elsewhere with an address and a mobile of their own; a brother or sister."""
    here = {"company_id": contact.company_id, "phone": contact.phone}
    taken = {fold(one.first_name or "")[:3] for one in all_of_them
             if one.company_id == contact.company_id}  # fmt: skip
    given = [each for each in ("Zéphyrin", "Wandrille", "Ysoline", "Quitterie", "Ulrich")
             if fold(each)[:3] not in taken]  # fmt: skip
    return [
        Asked("namesake elsewhere", {
            "first_name": contact.first_name, "last_name": contact.last_name, "company_id": 0,
            "email": f"homonyme{contact.id}@ailleurs.example", "mobile": f"+33699{contact.id:06}"}),
        Asked("family at one company", {
            "first_name": random.choice(given), "last_name": contact.last_name, **here}),
    ]  # fmt: skip


# ---- the report


def said(title: str, score: Score) -> str:
    times = sorted(score.times)
    recall, precision = BARS[title]
    whole = (
        f"{title}: recall {score.recall:.3f} (bar {recall}), precision {score.precision:.3f} "
        f"(bar {precision}), {len(times)} forms, {statistics.median(times):.1f} ms p50, "
        f"{times[int(len(times) * 0.95)]:.1f} ms p95"
    )
    kinds = [
        f"    {kind}: missed {score.missed[kind]}, shown wrongly {score.wrong[kind]}"
        for kind in sorted({*score.missed, *score.wrong})
    ]
    return "\n".join([whole, *kinds])


def holds(title: str, score: Score) -> bool:
    recall, precision = BARS[title]
    return score.recall >= recall and score.precision >= precision


def label(random: Random, companies: int | None, contacts: int) -> dict[str, Score]:
    """Fill the base (the caller's session) and measure both modules on it."""
    sheets = load_companies(random, companies)
    people = load_contacts(random, sheets, contacts)
    db.session.flush()
    db.session.expunge_all()
    return {
        "companies": measure(_some(random, ask_companies(random, sheets)), found_companies),
        "contacts": measure(_some(random, ask_contacts(random, people)), found_contacts),
    }


def _some(random: Random, asked: Sequence[Asked]) -> Sequence[Asked]:
    return random.sample(asked, min(FORMS_ASKED, len(asked)))


def timed() -> None:
    """How long the search takes on the base that is there: names as they are, and mistyped."""
    random = Random(42)
    for title, model, columns, find in (
        ("companies", Company, ("name", "city"), found_companies),
        ("contacts", Contact, ("first_name", "last_name", "company_id"), found_contacts),
    ):
        last = db.session.scalar(select(func.max(model.id))) or 0
        ids = [random.randrange(1, last + 1) for _ in range(100)]
        fields = [getattr(model, name) for name in columns]
        rows = db.session.execute(select(*fields).where(model.id.in_(ids))).mappings().all()
        for kind in ("as it is", "mistyped"):
            named = "name" if title == "companies" else "last_name"
            asked = [{**row, named: typo(random, row[named])} if kind == "mistyped" else dict(row)
                     for row in rows]  # fmt: skip
            times = sorted(measure([Asked(kind, values) for values in asked], find).times)
            print(f"{title} of {last:,}, {kind}: {statistics.median(times):.1f} ms p50, "
                  f"{times[int(len(times) * 0.95)]:.1f} ms p95, {times[-1]:.1f} ms at most")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument(
        "--time", action="store_true", help="time the search on the base that is there"
    )
    only_time = parser.parse_args().time
    if not only_time:
        os.environ["PASSERELLE_DATA"] = tempfile.mkdtemp(prefix="passerelle-duplicates-")
    os.environ.setdefault("PASSERELLE_DEMO", "1")
    with create_app().app_context():
        if only_time:
            timed()
            return
        upgrade(directory=str(ROOT / "migrations"))
        scores = label(Random(42), None, 3000)
        for title, score in scores.items():
            print(said(title, score))
        if not all(holds(title, score) for title, score in scores.items()):
            raise SystemExit(1)


if __name__ == "__main__":
    main()
