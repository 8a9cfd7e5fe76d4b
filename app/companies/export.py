"""All fields of companies' sheets as columns of a file (requirements B5, B6)."""

from __future__ import annotations

from flask import has_request_context, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, ScalarSelect, Table, Text, and_, cast, func, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from app.accounts.models import Account
from app.companies.forms import NO_SIREN
from app.companies.models import Company, Establishment
from app.companies.queries import live
from app.core.export.columns import (
    FEW,
    TEXT_PATTERN,
    ExportColumn,
    ExportGroup,
    ExportSpec,
    Join,
    Make,
    Read,
    ready,
)
from app.core.identifiers import vat_of_siren
from app.core.phones import format_phone
from app.reference.models import Sector
from app.reference.queries import (
    NOMENCLATURES,
    country_name,
    department_label,
    headcount_label,
    legal_form_label,
    naf_label,
)
from app.tags.models import Module, company_tag
from app.tags.queries import live_tags

EUROS = "#,##0\\ €"
# A French number in E.164: nine digits after the country's.
FRENCH, FRENCH_LENGTH = "+33", 12


def phone_text(e164: str) -> str:
    """A phone as it is dialled from France, with plain spaces: people search the file for it."""
    if len(e164) == FRENCH_LENGTH and e164.startswith(FRENCH):
        # What format_phone() says too, at a tenth of the time: nearly all numbers are French.
        return f"0{e164[3]} {e164[4:6]} {e164[6:8]} {e164[8:10]} {e164[10:]}"
    shown = format_phone(e164).replace("\u00a0", " ")
    return f"00{shown[1:]}" if shown.startswith("+") else shown


def sheet_addresses(kind: str) -> Make:
    """Addresses of sheets from their ids; `kind` is companies or contacts."""

    def make() -> Read:
        root = request.url_root if has_request_context() else "/"
        return lambda pk: f"{root}crm/{kind}/{pk}/"

    return make


def yes_no(value: str) -> str:
    """From a boolean as either database writes it."""
    return _("Oui") if value in {"1", "true"} else _("Non")


def address_text(address: str) -> str:
    return ", ".join(address.splitlines())


def tag_ids(
    links: Table, owner: ColumnElement[int], identity: InstrumentedAttribute[int]
) -> ScalarSelect[str]:
    """The ids of a record's tags, with commas."""
    found = func.aggregate_strings(cast(links.c.tag_id, Text), ",")
    return select(found).where(owner == identity).scalar_subquery()


def tag_labels(module: Module) -> Make:
    """Labels of tags from their ids, by label."""

    def make() -> Read:
        # Texts, not records: a record is read anew in each transaction, and a chunk is one.
        labels = {pk: tag.label for pk, tag in live_tags(module).items()}
        place = {pk: number for number, pk in enumerate(labels)}

        def read(ids: str) -> str:
            found = sorted(filter(labels.__contains__, ids.split(",")), key=place.__getitem__)
            return ", ".join([labels[pk] for pk in found])

        return read

    return make


def full_name(account: type[Account]) -> ColumnElement[str]:
    name: ColumnElement[str] = account.first_name + " " + account.last_name
    return name


def _reason(code: str) -> str:
    return str(dict(NO_SIREN).get(code, code))


def _naf(text: str) -> str:
    nomenclature, _colon, code = text.partition(":")
    return naf_label(nomenclature, code)


def _nomenclature(code: str) -> str:
    return NOMENCLATURES.get(code, code)


_parent = aliased(Company)
_verifier = aliased(Account)
HEAD = Join(
    Establishment,
    and_(
        Establishment.company_id == Company.id,
        Establishment.is_head_office,
        Establishment.trashed_at.is_(None),
    ),
)
# Unless its sheet lies in the bin.
PARENT = Join(_parent, and_(_parent.id == Company.parent_id, _parent.trashed_at.is_(None)))
VERIFIER = Join(_verifier, _verifier.id == Company.verified_by_id)
SECTOR = Join(Sector, Sector.id == Company.sector_id)

GROUPS = (
    ExportGroup(_l("Identité"), (
        ExportColumn("name", _l("Raison sociale"), Company.name, width=40),
        ExportColumn("acronym", _l("Sigle"), Company.acronym),
        ExportColumn("siren", _l("SIREN"), Company.siren, pattern=TEXT_PATTERN, width=12),
        ExportColumn(
            "siret", _l("SIRET du siège"), Establishment.siret, pattern=TEXT_PATTERN, via=HEAD
        ),
        ExportColumn(
            "vat", _l("Numéro de TVA"), Company.siren, pattern=TEXT_PATTERN,
            each=ready(vat_of_siren),
        ),
        ExportColumn(
            "no_siren_reason", _l("Sans SIREN, parce que"), Company.no_siren_reason,
            labels=ready(_reason),
        ),
        ExportColumn("country", _l("Pays"), Company.country, labels=ready(country_name)),
        ExportColumn(
            "foreign_number", _l("Numéro national"), Company.foreign_number, pattern=TEXT_PATTERN
        ),
        ExportColumn("rna", _l("Numéro RNA"), Company.rna, pattern=TEXT_PATTERN, width=14),
    )),
    ExportGroup(_l("Activité"), (
        ExportColumn(
            "legal_form_code", _l("Forme juridique (code)"), Company.legal_form_code,
            pattern=TEXT_PATTERN, labels=FEW,
        ),
        ExportColumn(
            "legal_form", _l("Forme juridique"), Company.legal_form_code, width=30,
            labels=ready(legal_form_label),
        ),
        ExportColumn(
            "headcount", _l("Effectif"), Company.headcount_code, labels=ready(headcount_label)
        ),
        ExportColumn(
            "headcount_year", _l("Année de l’effectif"), Company.headcount_year, "number", width=10
        ),
        ExportColumn(
            "sector", _l("Secteur d’activité"), Sector.label, width=30, via=SECTOR, labels=FEW
        ),
        ExportColumn(
            "naf_code", _l("Code NAF"), Company.naf_code, pattern=TEXT_PATTERN, width=10, labels=FEW
        ),
        ExportColumn(
            "naf_label", _l("Activité (NAF)"), Company.naf_nomenclature + ":" + Company.naf_code,
            width=40, labels=ready(_naf),
        ),
        ExportColumn(
            "naf_nomenclature", _l("Nomenclature NAF"), Company.naf_nomenclature,
            labels=ready(_nomenclature),
        ),
        ExportColumn("turnover", _l("Chiffre d’affaires"), Company.turnover, "number", EUROS),
        ExportColumn("share_capital", _l("Capital social"), Company.share_capital, "number", EUROS),
    )),
    ExportGroup(_l("Coordonnées"), (
        ExportColumn("website", _l("Site internet"), Company.website, width=30),
        ExportColumn(
            "phone", _l("Téléphone"), Company.phone, pattern=TEXT_PATTERN, each=ready(phone_text)
        ),
        ExportColumn("email", _l("E-mail"), Company.email, width=30),
        ExportColumn(
            "address", _l("Adresse du siège"), Establishment.address, width=40, via=HEAD,
            each=ready(address_text),
        ),
        ExportColumn(
            "postal_code", _l("Code postal"), Establishment.postal_code, pattern=TEXT_PATTERN,
            width=12, via=HEAD,
        ),
        ExportColumn("city", _l("Ville"), Establishment.city, width=24, via=HEAD),
        ExportColumn(
            "commune_code", _l("Commune (code Insee)"), Establishment.commune_code,
            pattern=TEXT_PATTERN, width=12, via=HEAD,
        ),
        ExportColumn(
            "address_country", _l("Pays du siège"), Establishment.country, via=HEAD,
            labels=ready(country_name),
        ),
        ExportColumn(
            "department", _l("Département"), Company.department_code,
            labels=ready(department_label),
        ),
    )),
    ExportGroup(_l("Suivi"), (
        ExportColumn("parent", _l("Société mère"), _parent.name, width=30, via=PARENT),
        ExportColumn(
            "tags", _l("Tags"), tag_ids(company_tag, company_tag.c.company_id, Company.id),
            width=30, labels=tag_labels(Module.COMPANY),
        ),
        ExportColumn("contacts", _l("Contacts"), Company.contact_count, "number", width=10),
        ExportColumn("sites", _l("Établissements ouverts"), Company.site_count, "number", width=10),
        ExportColumn(
            "completeness", _l("Complétude (%)"), Company.completeness, "number", width=10
        ),
        ExportColumn(
            "agreement", _l("À compléter pour une convention"), Company.agreement_missing, "number",
            width=10,
        ),
        ExportColumn(
            "offer", _l("À compléter pour une offre"), Company.offer_missing, "number", width=10
        ),
        ExportColumn("description", _l("Description"), Company.description, width=60),
        ExportColumn("verified_at", _l("Vérifiée le"), Company.verified_at, "datetime"),
        ExportColumn(
            "verified_by", _l("Vérifiée par"), full_name(_verifier), via=VERIFIER, labels=FEW
        ),
        ExportColumn("created_at", _l("Créée le"), Company.created_at, "datetime"),
        ExportColumn("updated_at", _l("Modifiée le"), Company.updated_at, "datetime"),
        ExportColumn(
            "url", _l("Adresse de la fiche"), Company.id, width=40,
            each=sheet_addresses("companies"),
        ),
    )),
)  # fmt: skip

COMPANY_EXPORT = ExportSpec("company", "entreprises", Company, live, GROUPS)
