"""Companies and sites of the demonstration: what the register says, and invented coordinates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from app.accounts.models import Account
from app.companies.models import Company, Establishment, Precision
from app.companies.operations import refresh
from app.demo import files
from app.demo.people import Inventor, domain_of_company
from app.demo.writing import insert_records
from app.extensions import db
from app.reference import lists
from app.reference.models import Commune, Sector
from app.reference.queries import naf_label

SCHOOLS_SECTOR = "enseignement"
SHARE_WITH_WEBSITE = 0.7
SHARE_WITH_PHONE = 0.6
SHARE_WITH_EMAIL = 0.5
SHARE_DESCRIBED = 0.5
SHARE_VERIFIED = 0.3
DISCLAIMER = (
    "Fiche de démonstration : les personnes, les notes et les coordonnées en .example sont "
    "inventées."
)


@dataclass
class Staging:
    """Where the companies' lines find their sectors, their communes and who made them."""

    invent: Inventor
    staff: Sequence[Account]
    sectors: dict[str, Sector]
    communes: dict[str, Commune]
    ids: dict[str, int] = field(default_factory=dict)


def plan_companies(invent: Inventor, staff: Sequence[Account]) -> list[Company]:
    """All companies with their sites and ids, not yet in the database."""
    lines, sites = files.companies(), defaultdict(list)
    for site in sorted(files.sites(), key=lambda site: not site.is_head_office):
        sites[site.siren].append(site)
    ids = {line.siren: identity for identity, line in enumerate(lines, start=1)}
    staging = Staging(invent, staff, _sectors(), _communes(), ids)
    companies = [_company(staging, line) for line in lines]
    numbers = iter(range(1, 1_000_000))
    for company, line in zip(companies, lines, strict=True):
        company.establishments = [
            _site(staging, company, site, next(numbers)) for site in sites[line.siren]
        ]
    return companies


def insert_companies(companies: Sequence[Company]) -> None:
    """Work out what is kept beside and write it all, parents before their subsidiaries."""
    for company in companies:
        refresh(company)
    parents = {company.id: company.parent_id for company in companies}
    insert_records(sorted(companies, key=lambda company: len(list(_above(company.id, parents)))))
    insert_records([site for company in companies for site in company.establishments])


def _above(company_id: int, parents: dict[int, int | None]) -> Iterator[int]:
    above = parents[company_id]
    while above is not None:
        yield above
        above = parents[above]


def _sectors() -> dict[str, Sector]:
    """Division of NAF rév. 2 → sector, and the schools' own."""
    known = {sector.code: sector for sector in db.session.scalars(select(Sector))}
    divisions = {
        division: known[entry.code]
        for entry in lists.sectors()
        if entry.code in known
        for division in entry.naf_divisions
    }
    schools = known.get(SCHOOLS_SECTOR)
    return divisions | ({SCHOOLS_SECTOR: schools} if schools else {})


def _communes() -> dict[str, Commune]:
    codes = {site.commune_code for site in files.sites() if site.commune_code}
    statement = select(Commune).where(Commune.code_insee.in_(codes))
    return {commune.code_insee: commune for commune in db.session.scalars(statement)}


def _company(staging: Staging, line: files.CompanyLine) -> Company:
    invent = staging.invent
    sector = staging.sectors.get(line.naf[:2] if line.naf else SCHOOLS_SECTOR)
    created = invent.moment(800, 20)
    company = Company(
        id=staging.ids[line.siren],
        name=line.name,
        acronym=line.acronym,
        siren=line.siren,
        country="FR",
        rna=line.rna,
        legal_form_code=line.legal_form,
        headcount_code=line.headcount,
        headcount_year=line.headcount_year,
        sector_id=sector.id if sector and (line.naf or line.is_school) else None,
        naf_code=line.naf,
        naf_nomenclature="rev2" if line.naf else None,
        turnover=line.turnover,
        share_capital=line.share_capital,
        parent_id=staging.ids[line.parent] if line.parent else None,
        created_at=created,
        created_by_id=invent.random.choice(staging.staff).id,
    )
    company.updated_at, company.updated_by_id = created, company.created_by_id
    _add_coordinates(invent, company, line)
    return company


def _add_coordinates(invent: Inventor, company: Company, line: files.CompanyLine) -> None:
    """The schools' own; for the others invented ones, so that there is something to search by."""
    domain = domain_of_company(line.name)
    company.website = line.website
    company.phone = line.phone
    if not line.is_school:
        company.website = f"https://www.{domain}" if invent.chance(SHARE_WITH_WEBSITE) else None
        company.phone = invent.landline() if invent.chance(SHARE_WITH_PHONE) else None
    company.email = f"contact@{domain}" if invent.chance(SHARE_WITH_EMAIL) else None
    if invent.chance(SHARE_DESCRIBED):
        company.description = _description(line)


def _description(line: files.CompanyLine) -> str:
    activity = naf_label("rev2", line.naf) or "Établissement d’enseignement supérieur"
    return f"{activity}.\n\n{DISCLAIMER}"


def _site(staging: Staging, company: Company, line: files.SiteLine, number: int) -> Establishment:
    commune = staging.communes.get(line.commune_code or "")
    site = Establishment(
        id=number,
        company_id=company.id,
        siren=company.siren,
        siret=line.siret,
        is_head_office=line.is_head_office,
        trade_name=line.trade_name,
        sign=line.sign,
        address=line.address,
        postal_code=line.postal_code,
        city=line.city,
        commune_code=line.commune_code,
        country="FR",
        opened_on=line.opened_on,
        closed_on=line.closed_on,
        created_at=company.created_at,
        updated_at=company.created_at,
    )
    if line.latitude is not None:
        site.latitude, site.longitude = line.latitude, line.longitude
        site.position_precision = Precision.STREET
    elif commune is not None and commune.latitude is not None:
        site.latitude, site.longitude = commune.latitude, commune.longitude
        site.position_precision = Precision.COMMUNE
    return site


def mark_verified(invent: Inventor, companies: Sequence[Company], staff: Sequence[Account]) -> None:
    """Sheets that somebody has checked: among those that have an address and a contact."""
    for company in companies:
        head = company.head_office
        if head is None or not head.city or not company.contact_count:
            continue
        if invent.chance(SHARE_VERIFIED):
            company.verified_at = invent.after(company.created_at)
            company.verified_by_id = invent.random.choice(staff).id
