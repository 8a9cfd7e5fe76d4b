"""What the rules of likeness compare, and reading it from the base, for many records at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, select

from app.companies.models import Company, Establishment
from app.contacts.models import Contact
from app.core.sets import among
from app.core.text import fold
from app.duplicates.keys import direct_email, own_domain
from app.duplicates.names import acronyms, name_words, person_words
from app.extensions import db

NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True)
class CompanyFacts:
    """A company as the rules see it; a form's one that is not stored has no id.

    `domains` are its own (never facebook.com or gmail.com), `emails` whole addresses in lower
    case, `phones` E.164; sites' values are among them. `city` is the head office's, folded. POINTS speak for two companies that
    share one, and tell nothing of others.
    """

    POINTS: ClassVar = ("acronym", "domains", "emails", "phones")

    name: str
    id: int | None = None
    acronym: str | None = None
    siren: str | None = None
    sirets: frozenset[str] = NOTHING
    rna: str | None = None
    foreign_number: str | None = None
    country: str = "FR"
    domains: frozenset[str] = NOTHING
    emails: frozenset[str] = NOTHING
    phones: frozenset[str] = NOTHING
    city: str = ""
    other_names: frozenset[str] = NOTHING
    parent_id: int | None = None

    @cached_property
    def words(self) -> tuple[str, ...]:
        return name_words(self.name)

    @cached_property
    def shorts(self) -> frozenset[str]:
        return acronyms(self.name, self.acronym)

    @cached_property
    def declared(self) -> str:
        """The acronym somebody typed, as `shorts` has it; '' where nobody did."""
        return "".join(fold(self.acronym).split()) if self.acronym else ""


@dataclass(frozen=True)
class ContactFacts:
    """A contact as the rules see it. `phones` may be a company's switchboard; `mobiles` are the
    person's own; `emails` never a mailbox that several people read. POINTS as a company's."""

    POINTS: ClassVar = ("emails", "phones", "mobiles")

    last_name: str
    id: int | None = None
    first_name: str | None = None
    civility: str | None = None
    emails: frozenset[str] = NOTHING
    phones: frozenset[str] = NOTHING
    mobiles: frozenset[str] = NOTHING
    company_id: int | None = None
    establishment_id: int | None = None
    account_id: int | None = None
    job: str = ""

    @cached_property
    def first(self) -> tuple[str, ...]:
        return person_words(self.first_name)

    @cached_property
    def last(self) -> tuple[str, ...]:
        return person_words(self.last_name)


def company_of(values: Mapping[str, Any], sites: Iterable[Mapping[str, Any]] = ()) -> CompanyFacts:
    """The facts of a company's stored values (by the names of its columns, `city` the head
    office's) and of its sites'."""
    places = list(sites)
    rows = [values, *places]
    addresses = [address for row in rows if (address := row.get("email"))]
    hosts = [address for row in rows if (address := row.get("website"))] + addresses
    return CompanyFacts(
        id=values.get("id"), name=values.get("name") or "", acronym=values.get("acronym"),
        siren=values.get("siren"), rna=values.get("rna"),
        foreign_number=values.get("foreign_number"), country=values.get("country") or "FR",
        sirets=_all(row.get("siret") for row in rows), phones=_all(row.get("phone") for row in rows),
        domains=_all(map(own_domain, hosts)), emails=_all(map(str.lower, addresses)),
        city=_town(values.get("city") or ""), parent_id=values.get("parent_id"),
        other_names=_all(row.get(key) for row in places for key in ("trade_name", "sign")),
    )  # fmt: skip


def contact_of(values: Mapping[str, Any]) -> ContactFacts:
    """The facts of a contact's stored values, by the names of its columns."""
    emails = (values.get("email"), values.get("personal_email"))
    return ContactFacts(
        id=values.get("id"), last_name=values.get("last_name") or "",
        first_name=values.get("first_name"), civility=values.get("civility"),
        emails=_all(direct_email(address) for address in emails),
        phones=_all([values.get("phone")]),
        mobiles=_all([values.get("mobile"), values.get("personal_phone")]),
        company_id=values.get("company_id"), establishment_id=values.get("establishment_id"),
        account_id=values.get("account_id"),
        job=fold(values.get("job_function") or values.get("job_title") or ""),
    )  # fmt: skip


def _all(values: Iterable[str | None]) -> frozenset[str]:
    return frozenset(filter(None, values))


# A scan reads a million companies of some thousand towns.
_town = lru_cache(maxsize=65_536)(fold)


_COMPANY = (
    Company.id, Company.name, Company.acronym, Company.siren, Company.rna, Company.foreign_number,
    Company.country, Company.website, Company.phone, Company.email, Company.city,
    Company.parent_id,
)  # fmt: skip
_SITE = (
    Establishment.company_id, Establishment.siret, Establishment.trade_name, Establishment.sign,
    Establishment.phone, Establishment.email, Establishment.website,
)  # fmt: skip
_CONTACT = (
    Contact.id, Contact.civility, Contact.first_name, Contact.last_name, Contact.email,
    Contact.personal_email, Contact.phone, Contact.mobile, Contact.personal_phone,
    Contact.company_id, Contact.establishment_id, Contact.account_id, Contact.job_title,
    Contact.job_function,
)  # fmt: skip


def company_facts(ids: Iterable[int]) -> dict[int, CompanyFacts]:
    """The facts of companies, by id, in two statements whatever their number; the bin's too."""
    wanted = list(ids)
    sites = _sites_of(wanted)
    rows = _read(_COMPANY, among(Company.id, wanted))
    return {row["id"]: company_of(row, sites.get(row["id"], ())) for row in rows}


def _sites_of(company_ids: Sequence[int]) -> dict[int, list[Mapping[str, Any]]]:
    sites: dict[int, list[Mapping[str, Any]]] = {}
    live = Establishment.trashed_at.is_(None)
    for site in _read(_SITE, among(Establishment.company_id, company_ids), live):
        sites.setdefault(site["company_id"], []).append(site)
    return sites


def contact_facts(ids: Iterable[int]) -> dict[int, ContactFacts]:
    """The facts of contacts, by id, in one statement; the bin's too."""
    return {row["id"]: contact_of(row) for row in _read(_CONTACT, among(Contact.id, list(ids)))}


def company_edited(pk: int, values: Mapping[str, Any]) -> tuple[CompanyFacts, CompanyFacts]:
    """The facts of a stored company as they are, and once these values are written."""
    row, sites = next(_read(_COMPANY, Company.id == pk)), _sites_of([pk]).get(pk, ())
    return company_of(row, sites), company_of({**row, **values}, sites)


def contact_edited(pk: int, values: Mapping[str, Any]) -> tuple[ContactFacts, ContactFacts]:
    """The facts of a stored contact as they are, and once these values are written."""
    row = next(_read(_CONTACT, Contact.id == pk))
    return contact_of(row), contact_of({**row, **values})


def _read(columns: Sequence[Any], *where: ColumnElement[bool]) -> Iterator[dict[str, Any]]:
    """Rows as plain dictionaries: a scan reads them by the million, and asks each a dozen times."""
    names = [column.key for column in columns]
    for row in db.session.execute(select(*columns).where(*where)):
        yield dict(zip(names, row, strict=True))
