"""Random writes by raw SQL, and counting the slow way to compare with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from flask import g
from sqlalchemy import Connection, delete, insert, literal, select, update

from app.companies.models import Company
from app.companies.queries import COMPANIES
from app.contacts.models import Contact
from app.contacts.queries import CONTACTS
from app.core.counting import counts_by_base
from app.core.datefacets import DateFacet
from app.core.db import utcnow
from app.core.listing import Listing, ListSpec
from app.core.valuecounts import BLANK, ValueCounts
from app.extensions import db
from app.facets import FacetMemory
from app.facets.store import Question
from app.reference.models import Sector
from app.tags.models import LINKS, Tag

COMPANY, CONTACT = Company.__table__, Contact.__table__
WORDS = ("conseil", "boulangerie", "énergie", "nord", "atelier")
CITIES = (None, "Lyon", "Évreux", "Nîmes", "Aix-en-Provence", "", BLANK)
# Just before and after midnight in Paris, in winter and in summer; far away; with microseconds.
MOMENTS = (
    datetime(2026, 1, 14, 22, 59, 59, 999_700, UTC), datetime(2026, 1, 14, 23, tzinfo=UTC),
    datetime(2026, 7, 14, 21, 59, 59, 999_999, UTC), datetime(2026, 7, 14, 22, tzinfo=UTC),
    datetime(1969, 12, 31, 22, tzinfo=UTC), datetime(1969, 12, 31, 23, tzinfo=UTC),
    datetime(1931, 5, 2, tzinfo=UTC), datetime(2099, 12, 31, 23, tzinfo=UTC),
    datetime(2250, 1, 1, tzinfo=UTC),
)  # fmt: skip
STRETCHES = (
    "2026-01-15..2026-01-15", "2026-01-14..2026-01-14", "2026-07-15..", "..2026-07-14",
    "1970-01-01..1970-01-01", "..1970-01-01", "2099-12-31..", "1970-01-01..2099-12-31",
)  # fmt: skip
TAGS = {"company": range(1, 8), "contact": range(8, 12)}


def add_tags(connection: Connection) -> None:
    connection.execute(
        insert(Tag.__table__),
        [{"id": number, "module": module, "label": f"Tag {number}", "folded": f"tag {number}",
          "created_at": utcnow(), "version": 1} for module, ids in TAGS.items() for number in ids],
    )  # fmt: skip


class Writer:
    """One who changes companies, contacts and their tags at random, whatever the door."""

    def __init__(self, connection: Connection, seed: int) -> None:
        self.connection, self.random = connection, Random(seed)
        self.sectors = list(connection.scalars(select(Sector.id))) or [None]
        self.moves = (
            self.add_companies, self.add_companies, self.add_contacts, self.change_companies,
            self.change_contacts, self.bin_or_restore, self.remove, self.link, self.link,
            self.unlink, self.relink, self.bin_or_restore_tag,
        )  # fmt: skip

    def step(self) -> None:
        self.random.choice(self.moves)()

    def words(self) -> str:
        return " ".join(self.random.sample(WORDS, 2))

    def company(self) -> dict[str, Any]:
        choice = self.random.choice
        return {
            "search_text": self.words(), "city": choice(CITIES), "sector_id": choice([None, *self.sectors[:5]]),
            "department_code": choice((None, "69", "2A", "971")), "legal_form_code": choice((None, "5710", "5499")),
            "headcount_code": choice((None, "00", "12", "53")), "contact_count": choice((0, 0, 1, 4)),
            "completeness": choice((0, 49, 50, 80, 81, 100)), "verified_at": choice((None, self.moment())),
            "naf_code": choice((None, "62.01Z", "01.11Y", "", "99.99Q")), "country": choice(("FR", "BE")),
            "phone": choice((None, "", "+33240000000")), "has_signatory": choice((True, False)),
            "agreement_missing": choice((0, 1, 8)), "offer_missing": choice((0, 1, 5)),
            "has_head_siret": choice((True, False)), "has_head_address": choice((True, False)),
            "created_at": self.moment(), "updated_at": self.moment(),
            "trashed_at": choice((None, None, None, utcnow())),
        }  # fmt: skip

    def moment(self) -> datetime:
        """An instant at an edge, or somewhere in the two years before now."""
        days = self.random.choice((0, 1, 6, 7, 29, 30, 364, 365, 366, 700))
        return self.random.choice((utcnow() - timedelta(days=days), *MOMENTS))

    def contact(self) -> dict[str, Any]:
        choice = self.random.choice
        return {
            "search_text": self.words(), "company_id": choice([None, *self.some("company", 3)]),
            "job_function": choice((None, "Direction", "Achats", "Études")),
            "sort_company": choice((None, "a", "b")), "consent": choice(("yes", "no", "unknown")),
            "do_not_contact_at": choice((None, None, utcnow())), "department_code": choice((None, "69", "01")),
            "phone": choice((None, "+33240000000")), "mobile": choice((None, "", "+33600000000")),
            "created_at": self.moment(), "updated_at": self.moment(),
            "trashed_at": choice((None, None, None, utcnow())),
        }  # fmt: skip

    def some(self, kind: str, most: int) -> list[int]:
        table = COMPANY if kind == "company" else CONTACT
        ids = list(self.connection.scalars(select(table.c.id).order_by(table.c.id)))
        return self.random.sample(ids, min(len(ids), self.random.randint(0, most)))

    def add_companies(self) -> None:
        rows = [
            {"name": "Une entreprise", **self.company()} for _ in range(self.random.randint(1, 12))
        ]
        self.connection.execute(insert(COMPANY), rows)

    def add_contacts(self) -> None:
        rows = [
            {"last_name": "Évrard", "signs_agreements": False, **self.contact()}
            for _ in range(self.random.randint(1, 12))
        ]
        self.connection.execute(insert(CONTACT), rows)

    def change_companies(self) -> None:
        ids = self.some("company", 15)
        values = self.company()
        fields = self.random.sample(sorted(values), 3)
        self.connection.execute(
            update(COMPANY).where(COMPANY.c.id.in_(ids)).values({f: values[f] for f in fields})
        )

    def change_contacts(self) -> None:
        ids = self.some("contact", 15)
        values = self.contact()
        fields = self.random.sample(sorted(values), 3)
        self.connection.execute(
            update(CONTACT).where(CONTACT.c.id.in_(ids)).values({f: values[f] for f in fields})
        )

    def bin_or_restore(self) -> None:
        table = self.random.choice((COMPANY, CONTACT))
        ids = self.some(table.name, 20)
        moment = self.random.choice((None, utcnow()))
        self.connection.execute(update(table).where(table.c.id.in_(ids)).values(trashed_at=moment))

    def bin_or_restore_tag(self) -> None:
        """Its links stay meanwhile."""
        tag = self.random.choice((*TAGS["company"], *TAGS["contact"]))
        moment = self.random.choice((None, utcnow()))
        self.connection.execute(
            update(Tag.__table__).where(Tag.__table__.c.id == tag).values(trashed_at=moment)
        )

    def remove(self) -> None:
        ids = self.some("company", 3)
        self.connection.execute(
            update(CONTACT).where(CONTACT.c.company_id.in_(ids)).values(company_id=None)
        )
        self.connection.execute(delete(COMPANY).where(COMPANY.c.id.in_(ids)))
        self.connection.execute(delete(CONTACT).where(CONTACT.c.id.in_(self.some("contact", 2))))

    def link(self) -> None:
        kind = self.random.choice(("company", "contact"))
        links, tag = LINKS[kind], self.random.choice(TAGS[kind])
        table = COMPANY if kind == "company" else CONTACT
        bearing = select(links.c[f"{kind}_id"]).where(links.c.tag_id == tag)
        chosen = select(table.c.id, literal(tag)).where(
            table.c.id.in_(self.some(kind, 20)), table.c.id.not_in(bearing)
        )
        self.connection.execute(insert(links).from_select([f"{kind}_id", "tag_id"], chosen))

    def unlink(self) -> None:
        kind = self.random.choice(("company", "contact"))
        links = LINKS[kind]
        self.connection.execute(delete(links).where(links.c[f"{kind}_id"].in_(self.some(kind, 10))))

    def relink(self) -> None:
        """Links change owner, as when two sheets are merged."""
        kind = self.random.choice(("company", "contact"))
        links, owner = LINKS[kind], LINKS[kind].c[f"{kind}_id"]
        pair = self.some(kind, 2)
        if len(pair) == 2:
            self.connection.execute(delete(links).where(owner == pair[1]))
            self.connection.execute(
                update(links).where(owner == pair[0]).values({owner.name: pair[1]})
            )


def queries(spec: ListSpec, random: Random) -> Iterator[Listing]:
    """The bare list, a search, and lists with search and choices at random."""
    yield Listing(spec)
    yield Listing(spec, q="conseil")
    for _ in range(3):
        listing = Listing(spec, q=random.choice(("", "énergie", "nord atel", "é!", "…")))
        for facet in random.sample(spec.facets, random.randint(0, 3)):
            values = [value for value, _count in facet.counts([])] or ["1"]
            values += random.sample(STRETCHES, 2) if isinstance(facet, DateFacet) else []
            values += ["7"] if facet.key == "tag" else []  # It may lie in the bin.
            listing = listing.with_values(facet.key, random.sample(values, min(len(values), 2)))
        yield listing


def counted(memory: FacetMemory, listing: Listing) -> Mapping[str, ValueCounts]:
    """What a page would show, as a request of its own: nothing is left open or remembered."""
    counts = memory.counts(listing)
    _end_request()
    return counts


def held(memory: FacetMemory, listing: Listing) -> Mapping[str, ValueCounts]:
    """What memory alone says; nothing where it is not ready."""
    counts = memory._from_memory(listing)
    _end_request()
    return counts


def alone(memory: FacetMemory) -> Mapping[str, ValueCounts]:
    """All companies, without the session of a request."""
    companies = memory.memory("company")
    assert companies is not None
    return companies.count(Question(), [], [], asked="")


def _end_request() -> None:
    db.session.rollback()
    g.pop("live_tags", None)


def compare(memory: FacetMemory, random: Random) -> None:
    """Everything that memory says is what the base counts, all blocks at once and one alone; and
    as many records are found by a value as it is said to have."""
    for spec in (COMPANIES, CONTACTS):
        for listing in queries(spec, random):
            found, by_base = memory._from_memory(listing), counts_by_base(listing)
            assert set(found) == set(by_base) == {facet.key for facet in spec.facets}
            for key, counts in by_base.items():
                assert list(found[key]) == list(counts), (listing.args(), key)
            facet = random.choice(spec.facets)
            conditions = listing.conditions(without=facet.key)
            alone = facet.counts(conditions, listing.values(facet.key))
            assert alone == list(found[facet.key]), (listing.args(), facet.key)
            for value, number in random.sample(alone, min(len(alone), 2)):
                asked = [*conditions, facet.condition([value])]
                assert listing._count(asked) == number, (listing.args(), facet.key, value)
    _end_request()
