"""The form of a company (requirements D2): its own fields, and its head office's address."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from flask_babel import lazy_gettext as _l

from app.companies.models import NoSiren
from app.companies.operations import EDITABLE, FORM_FIELDS
from app.companies.queries import company_name
from app.companies.sites import DETAILS
from app.core.amounts import format_amount
from app.core.crmform import CrmForm
from app.core.db import utcnow
from app.core.fields import (
    DIGITS,
    AmountField,
    ChoiceField,
    DayField,
    HiddenLineField,
    LineField,
    LinesField,
    NafField,
    PickField,
    email_field,
    phone_field,
    rna_field,
    siren_field,
    siret_field,
    website_field,
    year_field,
)
from app.core.formats import format_date, format_datetime
from app.core.identifiers import format_rna, format_siren, format_siret
from app.core.phones import format_phone
from app.core.sets import INSTANT
from app.core.web import format_website
from app.places.words import format_position, precision_label
from app.reference.queries import (
    country_choices,
    country_name,
    headcount_choices,
    headcount_label,
    legal_form_choices,
    legal_form_label,
    naf_label,
    sector_choices,
)

NO_SIREN = (
    (NoSiren.FOREIGN.value, _l("Entreprise étrangère")),
    (NoSiren.ASSOCIATION.value, _l("Association sans SIREN")),
    (NoSiren.BEING_CREATED.value, _l("En cours de création")),
)
NOMENCLATURES = (("rev2", _l("NAF rév. 2 (2008)")), ("2025", _l("NAF 2025")))


def _countries() -> list[tuple[str, str]]:
    choices = list(country_choices())
    return sorted(choices, key=lambda choice: choice[0] != "FR")


def address_fields(
    label: Any,
) -> tuple[LinesField, LineField, LineField, HiddenLineField, ChoiceField]:
    """Street, postal code, town, its commune's code and the country: told in this order, at the
    place of the form where they are made."""
    return (
        LinesField(
            label, longest=400,
            description=_l("Numéro et rue, complément ; 3 lignes au plus, sans la ville"),
        ),
        LineField(_l("Code postal"), longest=12, render_kw=DIGITS),
        LineField(_l("Ville"), longest=120),
        HiddenLineField(_l("Commune (code Insee)"), longest=5),
        ChoiceField(_l("Pays"), options=_countries, blank=None),
    )  # fmt: skip


class CompanyForm(CrmForm):
    """Everything that the pop-ups Ajouter and Modifier ask of a company."""

    names: tuple[str, ...] = FORM_FIELDS

    name = LineField(_l("Raison sociale"), longest=200, required=True)
    acronym = LineField(_l("Sigle"), longest=40)
    parent_id = PickField(
        _l("Société mère"), name_of=company_name, source="CompanyView.pick",
        placeholder=_l("Chercher une entreprise…"),
    )  # fmt: skip
    siren = siren_field(_l("SIREN"))
    no_siren_reason = ChoiceField(
        _l("Sans SIREN, parce que"), options=lambda: NO_SIREN, blank=_l("—")
    )
    siret = siret_field(_l("SIRET du siège"))
    rna = rna_field(_l("Numéro RNA"))
    foreign_number = LineField(
        _l("Numéro national"), longest=40, description=_l("Numéro au registre de son pays")
    )
    legal_form_code = ChoiceField(
        _l("Forme juridique"), options=legal_form_choices, blank=_l("Non renseignée")
    )
    headcount_code = ChoiceField(
        _l("Effectif"), options=headcount_choices, blank=_l("Non renseigné")
    )
    headcount_year = year_field(_l("Année de l’effectif"), first=1980, last=utcnow().year + 1)
    sector_id = ChoiceField(
        _l("Secteur d’activité"), options=sector_choices, coerce=int, blank=_l("Non renseigné")
    )
    naf_code = NafField(
        _l("Code NAF"), nomenclature="naf_nomenclature", name_of=naf_label,
        placeholder=_l("Code ou activité : 62.01Z, conseil…"),
    )  # fmt: skip
    naf_nomenclature = ChoiceField(
        _l("Nomenclature NAF"), options=lambda: NOMENCLATURES, blank=None
    )
    turnover = AmountField(_l("Chiffre d’affaires"))
    share_capital = AmountField(_l("Capital social"))
    website = website_field(_l("Site internet"))
    phone = phone_field(_l("Téléphone"))
    email = email_field(_l("E-mail"))
    address, postal_code, city, commune_code, country = address_fields(
        _l("Adresse du siège social")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.follow()

    def follow(self) -> None:
        """Read the NAF code in the nomenclature chosen beside it."""
        if "naf_code" not in self._fields:
            return  # A form of other fields only.
        asked = self.naf_nomenclature.data
        self.naf_code.asked = asked if asked in dict(NOMENCLATURES) else "rev2"

    def values(self) -> dict[str, Any]:
        """Without a NAF code, no nomenclature is kept."""
        values = super().values()
        if "naf_code" in values and values["naf_code"] is None:
            values["naf_nomenclature"] = None
        return values


class CompanySheetForm(CompanyForm):
    """What is corrected on the sheet itself: the pop-up's fields and the description."""

    names = EDITABLE

    description = LinesField(_l("Description"), longest=10_000, rows=6)


class SiteForm(CrmForm):
    """A site's details (requirement C10)."""

    names = DETAILS

    trade_name = LineField(_l("Nom commercial"), longest=200)
    sign = LineField(_l("Enseigne"), longest=200)
    siret = siret_field(_l("SIRET"))
    phone = phone_field(_l("Téléphone"))
    fax = phone_field(_l("Fax"))
    email = email_field(_l("E-mail"))
    website = website_field(_l("Site internet"))
    address, postal_code, city, commune_code, country = address_fields(_l("Adresse"))
    opened_on = DayField(_l("Ouvert le"))


class CloseForm(CrmForm):
    """On which day a site closed."""

    names = ("closed_on",)

    closed_on = DayField(_l("Fermé le"), required=True)


def _amount(value: Any) -> str:
    return format_amount(int(value))


def _day(value: Any) -> str:
    return format_date(date.fromisoformat(str(value)))


def _moment(value: Any) -> str:
    return format_datetime(datetime.strptime(str(value), INSTANT).replace(tzinfo=UTC))


# By field; a value of the history is the text of what was stored.
_SHOWN: dict[str, Callable[[Any], Any]] = {
    "siren": format_siren,
    "siret": format_siret,
    "rna": format_rna,
    "parent_id": company_name,
    "phone": format_phone,
    "fax": format_phone,
    "website": format_website,
    "turnover": _amount,
    "share_capital": _amount,
    "opened_on": _day,
    "closed_on": _day,
    "verified_at": _moment,
    "legal_form_code": legal_form_label,
    "headcount_code": headcount_label,
    "country": country_name,
    "position": format_position,
    "precision": precision_label,
    "no_siren_reason": lambda value: str(dict(NO_SIREN).get(value, value)),
    "naf_nomenclature": lambda value: str(dict(NOMENCLATURES).get(value, value)),
}


def show_value(field: str, value: Any) -> str:
    """How a stored value of a company reads."""
    if value is None or value == "":
        return ""
    if field == "sector_id":
        return str(dict(sector_choices()).get(value, value))
    show = _SHOWN.get(field)
    return str(show(value)) if show else str(value)
