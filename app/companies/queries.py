"""Reading companies: the list's definition, rows, the sheet, the picker."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Select, bindparam, select
from sqlalchemy.orm import joinedload, raiseload, selectinload

from app.companies.columns import COLUMNS
from app.companies.models import Company, Establishment
from app.core.datefacets import DateFacet
from app.core.facets import Bucket, BucketFacet, ColumnFacet, LinkFacet, labelled, lacks
from app.core.finding import some_of
from app.core.identifiers import format_siren
from app.core.listing import LAST_CHARACTER, Listing, ListSpec, sort_on
from app.core.matching import holds
from app.core.picks import Pick
from app.core.records import IDS, Many, One, Reader, Record
from app.core.text import search_words, sort_key
from app.extensions import db
from app.reference.queries import (
    country_name,
    department_label,
    headcount_label,
    headcount_place,
    legal_form_label,
    naf_label,
    sector_choices,
)
from app.tags.models import Module, company_tag
from app.tags.queries import labels as tag_labels
from app.tags.queries import live_ids as live_tag_ids
from app.tags.queries import tags_of_rows


def live() -> list[ColumnElement[bool]]:
    """The companies that lists, pickers, counts and sheets may show."""
    return [Company.trashed_at.is_(None)]


def company_name(identity: int) -> str:
    """The name of a live company, '' where there is none."""
    statement = select(Company.name).where(Company.id == identity, *live())
    return db.session.scalar(statement) or ""


def bearers_of(digits: str) -> list[int]:
    """Ids of the live companies that bear this SIREN, or a site's SIRET."""
    if len(digits) == 9:
        return list(db.session.scalars(select(Company.id).where(Company.siren == digits, *live())))
    if len(digits) == 14:
        statement = select(Establishment.company_id).where(
            Establishment.siret == digits, Establishment.trashed_at.is_(None)
        )
        return list(db.session.scalars(statement))
    return []


def _naf_text(code: str) -> str:
    """« 62.01Z · Programmation informatique »: no code stands in both nomenclatures."""
    label = naf_label("rev2", code) or naf_label("2025", code)
    return f"{code} · {label}" if label else code


def _sector_labels(_values: Iterable[str]) -> dict[str, str]:
    return {str(identity): str(label) for identity, label in sector_choices()}


COMPANIES = ListSpec(
    kind="company",
    model=Company,
    sorts=(
        sort_on("name", Company.sort_name, Company.id),
        sort_on("city", Company.city_sort, Company.id, blanks=True),
        sort_on("sector", Company.sector_sort, Company.id, blanks=True),
        sort_on("contacts", Company.contact_count, Company.id),
        sort_on("sites", Company.site_count, Company.id),
        sort_on("agreement", Company.agreement_missing, Company.id),
        sort_on("offer", Company.offer_missing, Company.id),
        sort_on("changed", Company.updated_at, Company.id),
    ),
    default_sort="name",
    facets=(
        LinkFacet(
            "tag", _l("Tags"), Company.id, company_tag, "company_id", "tag_id",
            tag_labels(Module.COMPANY), known=live_tag_ids(Module.COMPANY), blank=_l("Sans tag"),
        ),
        ColumnFacet(
            "department", _l("Département"), Company.department_code, labelled(department_label),
            longest=3, blank=_l("Sans département"),
        ),
        ColumnFacet("city", _l("Ville"), Company.city, labelled(str), blank=_l("Sans ville")),
        ColumnFacet(
            "sector", _l("Secteur"), Company.sector_id, _sector_labels, numeric=True,
            blank=_l("Sans secteur"),
        ),
        ColumnFacet(
            "legal_form", _l("Forme juridique"), Company.legal_form_code, labelled(legal_form_label),
            longest=4, blank=_l("Sans forme juridique"),
        ),
        ColumnFacet(
            "headcount", _l("Effectif"), Company.headcount_code, labelled(headcount_label),
            longest=2, blank=_l("Sans effectif"), order=headcount_place,
        ),
        BucketFacet(
            "contacts", _l("Contacts"),
            (
                Bucket("with", _l("Avec contact"), Company.contact_count > 0),
                Bucket("without", _l("Sans contact"), Company.contact_count == 0),
            ),
            Company,
        ),
        BucketFacet(
            "completeness", _l("Complétude"),
            (
                Bucket("low", _l("Moins de 50 %"), Company.completeness < 50),
                Bucket("middle", _l("De 50 à 80 %"), Company.completeness.between(50, 80)),
                Bucket("high", _l("Plus de 80 %"), Company.completeness > 80),
            ),
            Company,
        ),
        BucketFacet(
            "ready", _l("Fiche prête"),
            (
                Bucket("agreement", _l("Prête pour une convention"), Company.agreement_missing == 0),
                Bucket("no_agreement", _l("À compléter pour une convention"), Company.agreement_missing > 0),
                Bucket("offer", _l("Prête pour une offre"), Company.offer_missing == 0),
                Bucket("no_offer", _l("À compléter pour une offre"), Company.offer_missing > 0),
            ),
            Company,
        ),
        BucketFacet(
            "missing", _l("À compléter"),
            (
                Bucket("siren", _l("Sans SIREN"), lacks(Company.siren)),
                Bucket("siret", _l("Sans SIRET du siège"), ~Company.has_head_siret),
                Bucket("address", _l("Sans adresse du siège"), ~Company.has_head_address),
                Bucket("phone", _l("Sans téléphone"), lacks(Company.phone)),
                Bucket("email", _l("Sans e-mail"), lacks(Company.email)),
                Bucket("website", _l("Sans site internet"), lacks(Company.website)),
                Bucket("description", _l("Sans description"), lacks(Company.description)),
                Bucket("logo", _l("Sans logo"), Company.logo_id.is_(None)),
                Bucket("signatory", _l("Sans signataire complet"), ~Company.has_signatory),
                Bucket("contact", _l("Sans contact avec e-mail"), ~Company.has_reachable_contact),
            ),
            Company,
        ),
        BucketFacet(
            "verified", _l("Vérification"),
            (
                Bucket("yes", _l("Vérifiée"), Company.verified_at.is_not(None)),
                Bucket("no", _l("Non vérifiée"), Company.verified_at.is_(None)),
            ),
            Company,
        ),
        ColumnFacet(
            "naf", _l("Code NAF"), Company.naf_code, labelled(_naf_text), longest=6,
            blank=_l("Sans code NAF"), folded=True,
        ),
        ColumnFacet(
            "country", _l("Pays"), Company.country, labelled(country_name), longest=2, folded=True
        ),
        DateFacet("created", _l("Création"), Company.created_at, folded=True),
        DateFacet("changed", _l("Dernière modification"), Company.updated_at, folded=True),
        DateFacet(
            "verified_on", _l("Dernière vérification"), Company.verified_at, blank=_l("Jamais vérifiée"),
            folded=True,
        ),
    ),
    scope=live,
    exact=bearers_of,
    sort_name=Company.sort_name,
    columns=COLUMNS,
)  # fmt: skip


class CompanyRow(Record):
    """A company of a page."""

    __str__ = Company.__str__
    head_office = Company.head_office


class ParentRow(Record):
    """The parent of a company of a page."""

    is_trashed = Company.is_trashed


ROWS = Reader(
    Company,
    {
        "sector": One(Company.sector, ("label",)),
        "parent": One(Company.parent, ("name", "trashed_at"), ParentRow),
        "tags": Many(tags_of_rows(Module.COMPANY), ("label", "colour")),
        # Of many sites, only the head office is shown.
        "establishments": Many(
            select(
                Establishment.company_id, Establishment.is_head_office, Establishment.siret,
                Establishment.address, Establishment.postal_code,
            ).where(
                Establishment.company_id.in_(IDS),
                Establishment.is_head_office,
                Establishment.trashed_at.is_(None),
            ),
            ("is_head_office", "siret", "address", "postal_code"),
        ),
    },
    CompanyRow,
)  # fmt: skip


def with_sites(pk: int) -> Company | None:
    """One live company with its sites, sector, parent and tags."""
    return db.session.scalars(_with_sites(), {"pk": pk}).first()


@cache
def _with_sites() -> Select[Company]:
    """Made once: to work out how a sheet is read takes longer than to read it."""
    return (
        select(Company)
        .where(Company.id == bindparam("pk"), *live())
        .options(
            selectinload(Company.establishments),
            selectinload(Company.tags),
            joinedload(Company.sector),
            joinedload(Company.parent),
            joinedload(Company.verified_by),
        )
    )


def pick_companies(q: str, *, limit: int = 20) -> list[Pick]:
    """Live companies found by the words; the exact identifier, then names that begin so."""
    words, start = search_words(q), sort_key(q)
    if not words:
        return []
    digits = "".join(words)
    exact = bearers_of(digits) if digits.isdecimal() else []
    begins = select(Company.id).where(
        *live(),
        Company.sort_name >= start,
        Company.sort_name < start + LAST_CHARACTER,
        *(holds(Company.search_text, word) for word in words),
    )
    ids = exact + list(db.session.scalars(begins.order_by(Company.sort_name).limit(limit)))
    if len(ids) < limit:
        # The rest unsorted: twenty of many thousands are enough to choose from or type on.
        ids += some_of(Listing(COMPANIES, q=q), limit + len(ids))
    return picks_of(list(dict.fromkeys(ids))[:limit])


def picks_of(ids: Sequence[int]) -> list[Pick]:
    """The live companies among these, as a picker names them, in the order of the ids."""
    statement = select(Company).where(Company.id.in_(ids), *live()).options(raiseload("*"))
    found = {company.id: company for company in db.session.scalars(statement)}
    return [_pick(found[identity]) for identity in ids if identity in found]


def _pick(company: Company) -> Pick:
    details = (company.city, format_siren(company.siren) if company.siren else None)
    return Pick(str(company.id), company.name, " · ".join(part for part in details if part))


def live_sites(company_id: int) -> list[Establishment]:
    """The sites of a company that are not in the bin: head office first, closed ones last."""
    return list(
        db.session.scalars(
            select(Establishment)
            .where(Establishment.company_id == company_id, Establishment.trashed_at.is_(None))
            .order_by(
                Establishment.closed_on.is_not(None),
                Establishment.is_head_office.desc(),
                Establishment.id,
            )
        )
    )
