"""Where a search found contacts whose rows do not show its words."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import and_, select

from app.companies.models import Company, Establishment
from app.companies.queries import live as live_companies
from app.contacts.models import Contact
from app.core.phones import format_phone, phone_search_forms
from app.core.reasons import Place, Reason, explained, place, unseen
from app.extensions import db

Found = dict[int, list[Reason]]


def reasons(ids: Sequence[int], words: Sequence[str], shown: Collection[str]) -> Found:
    """Why each contact of a page was found, for those whose cells do not show all the words.

    `words` are folded (search_words), `shown` the keys of the list's columns. One statement.
    Of personal coordinates it says which, and never what is in them: a list shows none.
    """
    if not (ids and words):
        return {}
    found: Found = {}
    for row in _rows(ids):
        places = _places(row)
        told, rest = explained(unseen(words, places, shown), places)
        if rest:
            told.append(Reason(_("Autre information de la fiche"), ""))
        if told:
            found[row.id] = told
    return found


def _rows(ids: Sequence[int]) -> Sequence[Any]:
    statement = (
        select(
            Contact.id, Contact.first_name, Contact.last_name, Contact.email, Contact.phone,
            Contact.mobile, Contact.personal_email, Contact.personal_phone, Contact.job_title,
            Contact.job_function, Contact.department,
            Company.name.label("company"), Company.acronym, Company.city.label("company_city"),
            Establishment.id.label("site"), Establishment.city, Establishment.trade_name,
            Establishment.sign,
        )
        .outerjoin(Company, and_(Company.id == Contact.company_id, *live_companies()))
        .outerjoin(
            Establishment,
            (Establishment.id == Contact.establishment_id) & Company.id.is_not(None),
        )
        .where(Contact.id.in_(ids))
    )  # fmt: skip
    return db.session.execute(statement).all()


def _places(row: Any) -> list[Place]:
    """In the order in which a person would name them."""
    # One cell shows the first of two values.
    function = ("job_function",) if not row.job_function else ()
    reach = ("reach",) if not row.phone else ()
    site = ("site",) if not row.trade_name else ()
    named = ("site",) if not (row.trade_name or row.sign) else ()
    city = row.city if row.site else row.company_city
    return [
        *place(_l("Nom"), row.last_name, "last_name"),
        *place(_l("Prénom"), row.first_name, "first_name"),
        *place(_l("Entreprise"), row.company, "company"),
        *place(_l("Sigle de l’entreprise"), row.acronym),
        *place(_l("Fonction"), row.job_function, "job_function"),
        *place(_l("Poste"), row.job_title, "job_title", *function),
        *place(_l("Service"), row.department, "department"),
        *place(_l("Ville"), city, "city", *named),
        *place(_l("Nom commercial de son site"), row.trade_name, "site"),
        *place(_l("Enseigne de son site"), row.sign, *site),
        *place(_l("E-mail"), row.email, "reach", "email"),
        *_phone(_l("Téléphone"), row.phone, "reach", "phone"),
        *_phone(_l("Téléphone mobile"), row.mobile, "mobile", *reach),
        *place(_l("E-mail personnel"), row.personal_email, is_private=True),
        *place(
            _l("Téléphone personnel"), row.personal_phone,
            search=phone_search_forms, is_private=True,
        ),
    ]  # fmt: skip


def _phone(label: Any, phone: str | None, *columns: str) -> list[Place]:
    return place(label, phone, *columns, show=format_phone, search=phone_search_forms)
