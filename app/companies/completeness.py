"""How complete a company's sheet is, by purpose: the one list of what is asked.

Sources: the host organisation's particulars of an internship agreement (Code de l'éducation,
art. D124-4) and what the school's offers show. It warns; it never blocks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, FromClause, case, literal

from app.companies.models import Company


@dataclass(frozen=True, eq=False)
class Item:
    """One thing that a purpose asks for; `field` names the spot of the sheet where it is filled
    ('' where a contact or the logo does)."""

    key: str
    label: LazyString
    field: str
    is_filled: Callable[[Company], object]
    for_agreement: bool = True
    for_offer: bool = False


def _head_siret(company: Company) -> object:
    return company.head_office and company.head_office.siret


def _head_address(company: Company) -> object:
    head = company.head_office
    return head and head.address and head.city


ITEMS: tuple[Item, ...] = (
    Item("name", _l("raison sociale"), "name", lambda c: c.name, for_offer=True),
    Item("siret", _l("SIRET du siège"), "siret", _head_siret, for_offer=True),
    Item("address", _l("adresse du siège"), "address", _head_address),
    Item("naf", _l("code NAF"), "naf_code", lambda c: c.naf_code),
    Item("headcount", _l("effectif"), "headcount_code", lambda c: c.headcount_code),
    Item("legal_form", _l("forme juridique"), "legal_form_code", lambda c: c.legal_form_code),
    Item("website", _l("site internet"), "website", lambda c: c.website),
    Item("description", _l("description"), "description", lambda c: c.description, for_offer=True),
    Item("signatory", _l("signataire avec fonction et e-mail"), "", lambda c: c.has_signatory),
    Item(
        "sector", _l("secteur d’activité"), "sector_id", lambda c: c.sector_id,
        for_agreement=False, for_offer=True,
    ),
    Item("logo", _l("logo"), "", lambda c: c.logo_id, for_agreement=False, for_offer=True),
    Item(
        "contact", _l("contact avec e-mail"), "", lambda c: c.has_reachable_contact,
        for_agreement=False, for_offer=True,
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Completeness:
    """Percent of all that is asked, and what is missing."""

    percent: int
    missing: tuple[Item, ...]

    @property
    def purposes(self) -> list[tuple[LazyString, list[Item]]]:
        """Each purpose as it reads, and what is missing for it."""
        return [
            (_l("Prête pour une convention"), [i for i in self.missing if i.for_agreement]),
            (_l("Prête pour une offre"), [i for i in self.missing if i.for_offer]),
        ]


def completeness(company: Company) -> Completeness:
    """Measure a company, from itself and its sites already loaded."""
    missing = tuple(item for item in ITEMS if not item.is_filled(company))
    return Completeness(
        percent=round(100 * (len(ITEMS) - len(missing)) / len(ITEMS)),
        missing=missing,
    )


# ---- what is stored of it, so that lists find, sort and count by it

# The columns that measure() sets.
STORED = (
    "completeness", "agreement_missing", "offer_missing", "has_head_siret", "has_head_address",
)  # fmt: skip


def measure(company: Company) -> None:
    """Store how complete a company is, worked out as its sheet shows it."""
    found = completeness(company)
    company.completeness = found.percent
    company.agreement_missing = sum(item.for_agreement for item in found.missing)
    company.offer_missing = sum(item.for_offer for item in found.missing)
    company.has_head_siret = bool(_head_siret(company))
    company.has_head_address = bool(_head_address(company))


# The percent of each number of filled items.
STEPS = tuple(round(100 * filled / len(ITEMS)) for filled in range(len(ITEMS) + 1))


def item_of(field: str) -> Item | None:
    """What is asked that a field of the company fills."""
    return next((item for item in ITEMS if item.field == field), None)


def item_named(key: str) -> Item:
    return next(item for item in ITEMS if item.key == key)


def moved(
    table: FromClause, steps: Mapping[Item, ColumnElement[int]]
) -> dict[str, ColumnElement[Any]]:
    """What is stored once so many more of each item are filled (1, 0, or -1 for fewer): for
    statements that fill an item of many companies, where measuring each would mean to read it
    with its sites."""
    filled = case({found: number for number, found in enumerate(STEPS)}, value=table.c.completeness)
    after = filled + _sum(list(steps.values()))
    return {
        "completeness": case(dict(enumerate(STEPS)), value=after, else_=table.c.completeness),
        "agreement_missing": table.c.agreement_missing
        - _sum([step for item, step in steps.items() if item.for_agreement]),
        "offer_missing": table.c.offer_missing
        - _sum([step for item, step in steps.items() if item.for_offer]),
    }


def _sum(steps: list[ColumnElement[int]]) -> ColumnElement[int]:
    return reduce(add, steps, literal(0))
