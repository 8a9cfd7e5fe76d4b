"""All fields of contacts' sheets as columns of a file (requirements B5, B6).

Personal coordinates leave only with the person's consent, and never under « Ne pas contacter »:
the database itself leaves them out. Both choices always go along.
"""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, and_, case, func
from sqlalchemy.orm import aliased

from app.accounts.models import Account
from app.accounts.queries import category_label
from app.companies.export import (
    address_text,
    full_name,
    phone_text,
    sheet_addresses,
    tag_ids,
    tag_labels,
    yes_no,
)
from app.companies.models import Company, Establishment
from app.contacts.forms import CIVILITIES, CONSENTS
from app.contacts.models import Consent, Contact
from app.contacts.queries import live
from app.core.export.columns import (
    TEXT_PATTERN,
    ExportColumn,
    ExportGroup,
    ExportSpec,
    Join,
    ready,
)
from app.reference.queries import country_name, department_label
from app.tags.models import Module, contact_tag

_account = aliased(Account)
# A company or a site that lies in the bin is not named.
COMPANY = Join(Company, and_(Company.id == Contact.company_id, Company.trashed_at.is_(None)))
SITE = Join(
    Establishment,
    and_(
        Establishment.id == Contact.establishment_id,
        Establishment.trashed_at.is_(None),
        Company.id.is_not(None),
    ),
    after=COMPANY,
)
ACCOUNT = Join(_account, _account.id == Contact.account_id)
SITE_LABEL = func.coalesce(
    func.nullif(Establishment.trade_name, ""),
    func.nullif(Establishment.sign, ""),
    func.nullif(Establishment.city, ""),
    case((Establishment.id.is_not(None), Company.name)),
)
MAY_BE_REACHED_AT_HOME = and_(Contact.consent == Consent.YES, Contact.do_not_contact_at.is_(None))


def _personal(column: Any) -> ColumnElement[Any]:
    return case((MAY_BE_REACHED_AT_HOME, column))


def _civility(code: str) -> str:
    return str(dict(CIVILITIES).get(code, ""))


def _consent(code: str) -> str:
    return str(CONSENTS.get(code, code))


def _account_text(text: str) -> str:
    """« Léa Évrard (Diplômé) »: the name, and after a line feed the category."""
    name, _line, category = text.rpartition("\n")
    return f"{name.strip()} ({category_label(category)})"


GROUPS = (
    ExportGroup(_l("Personne"), (
        ExportColumn("civility", _l("Civilité"), Contact.civility, width=9, labels=ready(_civility)),
        ExportColumn("last_name", _l("Nom"), Contact.last_name, width=24),
        ExportColumn("first_name", _l("Prénom"), Contact.first_name),
        ExportColumn("email", _l("E-mail"), Contact.email, width=32),
        ExportColumn(
            "phone", _l("Téléphone"), Contact.phone, pattern=TEXT_PATTERN, each=ready(phone_text)
        ),
        ExportColumn(
            "mobile", _l("Téléphone mobile"), Contact.mobile, pattern=TEXT_PATTERN,
            each=ready(phone_text),
        ),
    )),
    ExportGroup(_l("Poste"), (
        ExportColumn("job_function", _l("Fonction"), Contact.job_function, width=24),
        ExportColumn("job_title", _l("Poste"), Contact.job_title, width=24),
        ExportColumn("department", _l("Service / département"), Contact.department, width=24),
        ExportColumn(
            "signs_agreements", _l("Signe les conventions"), Contact.signs_agreements,
            labels=ready(yes_no),
        ),
        ExportColumn("company", _l("Entreprise"), Company.name, width=32, via=COMPANY),
        ExportColumn(
            "siren", _l("SIREN"), Company.siren, pattern=TEXT_PATTERN, width=12, via=COMPANY
        ),
        ExportColumn("site", _l("Établissement"), SITE_LABEL, width=24, via=SITE),
        ExportColumn(
            "address", _l("Adresse de l’établissement"), Establishment.address, width=40, via=SITE,
            each=ready(address_text),
        ),
        ExportColumn(
            "postal_code", _l("Code postal"), Establishment.postal_code, pattern=TEXT_PATTERN,
            width=12, via=SITE,
        ),
        ExportColumn("city", _l("Ville"), Establishment.city, width=24, via=SITE),
        ExportColumn(
            "country", _l("Pays"), Establishment.country, via=SITE, labels=ready(country_name)
        ),
        ExportColumn(
            "department_code", _l("Département"), Contact.department_code,
            labels=ready(department_label),
        ),
    )),
    ExportGroup(_l("Consentement"), (
        ExportColumn(
            "consent", _l("Souhaite être contacté"), Contact.consent, labels=ready(_consent),
            always=True,
        ),
        ExportColumn(
            "do_not_contact", _l("Ne pas contacter"), Contact.do_not_contact_at.is_not(None),
            labels=ready(yes_no), always=True,
        ),
    )),
    ExportGroup(_l("Coordonnées personnelles"), (
        ExportColumn(
            "personal_email", _l("E-mail personnel"), _personal(Contact.personal_email), width=32
        ),
        ExportColumn(
            "personal_phone", _l("Téléphone personnel"), _personal(Contact.personal_phone),
            pattern=TEXT_PATTERN, each=ready(phone_text),
        ),
        ExportColumn(
            "personal_address", _l("Adresse personnelle"), _personal(Contact.personal_address),
            width=40, each=ready(address_text),
        ),
        ExportColumn(
            "personal_postal_code", _l("Code postal personnel"),
            _personal(Contact.personal_postal_code), pattern=TEXT_PATTERN, width=12,
        ),
        ExportColumn("personal_city", _l("Ville personnelle"), _personal(Contact.personal_city)),
        ExportColumn(
            "personal_country", _l("Pays personnel"), _personal(Contact.personal_country),
            labels=ready(country_name),
        ),
    )),
    ExportGroup(_l("Suivi"), (
        ExportColumn(
            "tags", _l("Tags"), tag_ids(contact_tag, contact_tag.c.contact_id, Contact.id),
            width=30, labels=tag_labels(Module.CONTACT),
        ),
        ExportColumn(
            "account", _l("Compte utilisateur"), full_name(_account) + "\n" + _account.category,
            width=30, via=ACCOUNT, each=ready(_account_text),
        ),
        ExportColumn("description", _l("Description"), Contact.description, width=60),
        ExportColumn("created_at", _l("Créé le"), Contact.created_at, "datetime"),
        ExportColumn("updated_at", _l("Modifié le"), Contact.updated_at, "datetime"),
        ExportColumn(
            "url", _l("Adresse de la fiche"), Contact.id, width=40,
            each=sheet_addresses("contacts"),
        ),
    )),
)  # fmt: skip

CONTACT_EXPORT = ExportSpec(
    "contact", "contacts", Contact, live, GROUPS, {"reach": ("email", "phone", "mobile")}
)
