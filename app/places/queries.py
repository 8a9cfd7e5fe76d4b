"""Reading places: the commune of an address, the sites that a map shows."""

from __future__ import annotations

import re

from sqlalchemy import func, or_, select

from app.companies.models import Company, Establishment, Precision
from app.core.departments import department_of
from app.core.text import fold
from app.extensions import db
from app.reference.models import Commune
from app.reference.queries import communes_of_postal_code

# What the post adds to a town's name: « CEDEX 1 », « Cédex », « SP 07 » are of its sorting offices.
_CEDEX = re.compile(r"\bC[EÉ]DEX\b.*", re.IGNORECASE)
# « Paris 15 », « Lyon 3e arrondissement »: the number of a part of the town.
_PART = re.compile(r"\s+\d{1,2}\s*(?:er?|[eè]me)?(?:\s+arr\w*\.?)?$", re.IGNORECASE)
_SAINTS = {"st": "saint", "ste": "sainte"}


def is_cedex(city: str | None) -> bool:
    return bool(city and _CEDEX.search(city))


def town_of(city: str | None) -> str:
    """The town's own name, without what the post adds: « NANTES » of « NANTES CEDEX 1 »."""
    return _CEDEX.sub("", city or "").strip(" ,-")


def town_key(city: str | None) -> str:
    """What the writings of a town's name have in common: « saintnazaire » of « ST-NAZAIRE CEDEX »."""
    words = re.findall("[a-z0-9]+", fold(_PART.sub("", town_of(city))))
    return "".join(_SAINTS.get(word, word) for word in words)


def department_of_site(site: Establishment) -> str | None:
    return department_of(site.commune_code, site.postal_code, town_of(site.city))


def commune_of(site: Establishment) -> Commune | None:
    """By its INSEE code, else the one of the postal code's communes that bears the city's name,
    else the only one of the department that bears it: a CEDEX code is no commune's."""
    if site.commune_code:
        return db.session.get(Commune, site.commune_code)
    if not site.postal_code:
        return None
    key = town_key(site.city)
    served = communes_of_postal_code(site.postal_code)
    found = [each for each in served if town_key(each.name) == key]
    if not found and key:
        found = _namesakes(key, department_of_site(site))
    if not found and len(served) == 1 and not key:
        found = served
    return found[0] if len(found) == 1 else None


def _namesakes(key: str, department: str | None) -> list[Commune]:
    statement = select(Commune).where(
        func.replace(Commune.sort_name, " ", "") == key,
        Commune.department == department,
        Commune.kind == "C",
    )
    return list(db.session.scalars(statement.limit(2)))


def site_on_map(pk: int, *, lock: bool = False) -> Establishment | None:
    """A live site of a live company; `lock` keeps its company until the transaction ends, as
    every change of a site does."""
    site = db.session.scalars(
        select(Establishment).where(Establishment.id == pk, Establishment.trashed_at.is_(None))
    ).first()
    if site is None:
        return None
    statement = select(Company).where(Company.id == site.company_id, Company.trashed_at.is_(None))
    if lock:
        statement = statement.with_for_update(key_share=True)
    company = db.session.scalars(statement.execution_options(populate_existing=lock)).first()
    if company is None:
        return None
    if lock:
        db.session.refresh(site)
    return site


def sites_to_locate() -> list[int]:
    """Live, open sites with a street whose position is unknown, or no better than their commune."""
    rough = or_(
        Establishment.position_precision.is_(None),
        Establishment.position_precision == Precision.COMMUNE,
    )
    statement = (
        select(Establishment.id)
        .join(Company, Establishment.company_id == Company.id)
        .where(
            rough,
            Establishment.trashed_at.is_(None),
            Company.trashed_at.is_(None),
            Establishment.closed_on.is_(None),
            Establishment.address.is_not(None),
            Establishment.city.is_not(None),
        )
    )
    return list(db.session.scalars(statement.order_by(Establishment.id)))
