"""Where a search found companies whose rows do not show its words: of themselves, of their sites."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, func, or_, select

from app.companies.models import Company, Establishment
from app.core.formats import of_town
from app.core.identifiers import format_siren, format_siret
from app.core.phones import format_phone, phone_search_forms
from app.core.reasons import Place, Reason, explained, place, unseen
from app.core.text import folded_once
from app.core.web import domain_of, format_website
from app.extensions import db

# Of a company with thousands of sites the likeliest are read; the row then says no more than
# that the word stands on the sheet.
SITES_READ = 50

Found = dict[int, list[Reason]]
SITE = (
    Establishment.siret, Establishment.trade_name, Establishment.sign, Establishment.phone,
    Establishment.email, Establishment.postal_code, Establishment.city,
)  # fmt: skip
OWN = (
    Company.name, Company.acronym, Company.siren, Company.rna, Company.foreign_number,
    Company.phone.label("own_phone"), Company.email.label("own_email"), Company.website,
)  # fmt: skip
HEAD_OFFICE = Establishment.is_head_office & Establishment.trashed_at.is_(None)


def reasons(ids: Sequence[int], words: Sequence[str], shown: Collection[str]) -> Found:
    """Why each company of a page was found, for those whose cells do not show all the words.

    `words` are folded (search_words), `shown` the keys of the list's columns. Two statements.
    """
    if not (ids and words):
        return {}
    found: Found = {}
    left: dict[int, list[str]] = {}
    for row in _own(ids):
        if _is_in_name(row, words):
            continue
        places = _places(row)
        missing = unseen(words, places, shown)
        found[row.id], rest = explained(missing, places)
        if rest:
            left[row.id] = rest
    if left:
        _explain_by_sites(left, found)
    return {identity: told for identity, told in found.items() if told}


def _is_in_name(row: Any, words: Sequence[str]) -> bool:
    """Whether the name's cell, which every list shows, holds all the words: of most rows no more
    need be looked at."""
    texts = [folded_once([text]) for text in (row.name, row.acronym) if text]
    return all(any(word in text for text in texts) for word in words)


def _own(ids: Sequence[int]) -> Sequence[Any]:
    statement = (
        select(Company.id, *OWN, *SITE)
        .outerjoin(Establishment, (Establishment.company_id == Company.id) & HEAD_OFFICE)
        .where(Company.id.in_(ids))
    )
    return db.session.execute(statement).all()


def _places(row: Any) -> list[Place]:
    """Of the company and its head office, in the order in which a person would name them."""
    return [
        *place(_l("Raison sociale"), row.name, "name"),
        *place(_l("Sigle"), row.acronym, "name", "acronym"),
        *place(_l("SIREN"), row.siren, "siren", show=format_siren),
        *place(_l("RNA"), row.rna, "rna"),
        *place(_l("Numéro national"), row.foreign_number),
        *place(_l("Ville"), row.city, "city"),
        *place(_l("Code postal"), row.postal_code, "postal_code"),
        *_phone(_l("Téléphone"), row.own_phone, "phone"),
        *place(_l("E-mail"), row.own_email, "email"),
        *place(
            _l("Site internet"), row.website, "website",
            show=format_website, search=lambda website: [domain_of(website)],
        ),
        *place(_l("SIRET du siège"), row.siret, "siret", show=format_siret),
        *place(_l("Nom commercial du siège"), row.trade_name),
        *place(_l("Enseigne du siège"), row.sign),
        *_phone(_l("Téléphone du siège"), row.phone),
        *place(_l("E-mail du siège"), row.email),
    ]  # fmt: skip


def _phone(label: Any, phone: str | None, *columns: str) -> list[Place]:
    return place(label, phone, *columns, show=format_phone, search=phone_search_forms)


def _explain_by_sites(left: dict[int, list[str]], found: Found) -> None:
    places: dict[int, list[Place]] = {identity: [] for identity in left}
    for site in _sites(left):
        places[site.company_id] += _site_places(site)
    for identity, words in left.items():
        told, rest = explained(words, places[identity])
        found[identity] += told
        if rest:
            found[identity].append(Reason(_("Autre information de la fiche"), ""))


def _sites(left: dict[int, list[str]]) -> Sequence[Any]:
    """The live sites of the companies, at most SITES_READ of each, the likeliest first."""
    words = {word for words in left.values() for word in words}
    place_ = func.row_number().over(
        partition_by=Establishment.company_id,
        order_by=(_likely(words).desc(), Establishment.id),
    )
    sites = (
        select(Establishment.id, Establishment.company_id, *SITE, place_.label("place"))
        .where(
            Establishment.company_id.in_(left),
            Establishment.trashed_at.is_(None),
            ~Establishment.is_head_office,
        )
        .subquery()
    )
    statement = select(sites).where(sites.c.place <= SITES_READ)
    return db.session.execute(statement.order_by(sites.c.company_id, sites.c.place)).all()


def _likely(words: Iterable[str]) -> ColumnElement[bool]:
    """Whether a column holds a word as it is: that accents are as good is looked at afterwards."""
    return or_(
        *(
            func.coalesce(func.lower(column).contains(word, autoescape=True), False)
            for column in SITE
            for word in words
        )
    )


def _site_places(site: Any) -> list[Place]:
    of_site = _("du site %(of_town)s", of_town=of_town(site.city)) if site.city else _("d’un site")
    return [
        *place(_("Ville d’un site"), site.city),
        *place(_("Nom commercial %(of_site)s", of_site=of_site), site.trade_name),
        *place(_("Enseigne %(of_site)s", of_site=of_site), site.sign),
        *place(_("SIRET %(of_site)s", of_site=of_site), site.siret, show=format_siret),
        *_phone(_("Téléphone %(of_site)s", of_site=of_site), site.phone),
        *place(_("E-mail %(of_site)s", of_site=of_site), site.email),
        *place(_("Code postal %(of_site)s", of_site=of_site), site.postal_code),
    ]
