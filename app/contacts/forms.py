"""The form of a contact (requirements E5)."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from app.companies.models import Establishment
from app.companies.queries import company_name, live_sites
from app.companies.steps import CompanyStep, SiteStep
from app.contacts.models import Civility
from app.contacts.operations import EDITABLE, FORM_FIELDS
from app.contacts.within import Place
from app.core.crmform import CrmForm
from app.core.fields import (
    CheckField,
    ChoiceField,
    LineField,
    LinesField,
    PickField,
    email_field,
    phone_field,
)
from app.core.phones import format_phone
from app.core.steps import StepField
from app.extensions import db
from app.reference.queries import country_choices, country_name

CIVILITIES = ((Civility.MRS.value, _l("Mme")), (Civility.MR.value, _l("M.")))


def site_label(site: Establishment) -> str:
    """« Blagnac — siège, 2 rond-point Émile-Dewoitine, 31700 Blagnac »."""
    head = f"{site.label} — {_l('siège')}" if site.is_head_office else site.label
    return ", ".join([head, *(line for line in site.address_lines if line != site.label)])


def company_field() -> PickField:
    """Where a contact works, found by typing."""
    return PickField(
        _l("Entreprise"), name_of=company_name, source="CompanyView.pick",
        placeholder=_l("Chercher une entreprise : nom, SIREN, ville…"),
    )  # fmt: skip


def site_field() -> ChoiceField:
    """At which of the company's sites: its choices are those of the company chosen above it."""
    return ChoiceField(
        _l("Adresse (établissement)"), options=lambda: (), coerce=int, blank=_l("Non renseigné"),
        follows=("company_id", "ContactView.site_field"),
    )  # fmt: skip


class ContactForm(CrmForm):
    """Everything that the pop-ups Ajouter and Modifier ask of a contact."""

    names: tuple[str, ...] = FORM_FIELDS

    civility = ChoiceField(_l("Civilité"), options=lambda: CIVILITIES, blank=_l("—"))
    first_name = LineField(_l("Prénom"), longest=100)
    last_name = LineField(_l("Nom"), longest=100, required=True)
    email = email_field(_l("E-mail"))
    phone = phone_field(_l("Téléphone"))
    mobile = phone_field(_l("Téléphone mobile"))
    job_title = LineField(_l("Poste"), longest=120)
    job_function = LineField(_l("Fonction"), longest=120)
    department = LineField(_l("Service / département"), longest=120)
    company_id = company_field()
    new_company = CheckField(_l("Nouvelle entreprise, à créer avec ce contact"))
    company = StepField(
        CompanyStep, switch="new_company", label=_l("Nouvelle entreprise"),
        default={"country": "FR"},
    )  # fmt: skip
    establishment_id = site_field()
    new_site = CheckField(_l("Nouvel établissement, à ajouter à cette entreprise"))
    site = StepField(SiteStep, switch="new_site", label=_l("Nouvel établissement"))
    signs_agreements = CheckField(_l("Signe les conventions de stage"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.follow()

    def follow(self) -> None:
        """Let the drop-down offer the sites of the company chosen above it."""
        if "company_id" not in self._fields:
            return  # A form of other fields only.
        sites = live_sites(self.company_id.data) if self.company_id.data else []
        keep = self.establishment_id.data
        offered = [
            (site.id, site_label(site)) for site in sites if not site.closed_on or site.id == keep
        ]
        self.establishment_id.choices = [("", self.establishment_id.blank), *offered]

    def makes(self, switch: str) -> bool:
        """Whether the box of a step is there and ticked."""
        return switch in self._fields and bool(self[switch].data)

    def use_company(self, company_id: int) -> None:
        """Choose a company that exists, instead of making one."""
        self._put("company_id", company_id)
        self._put("establishment_id", None)
        for switch in ("new_company", "new_site"):
            if switch in self._fields:
                self._put(switch, False)
        self.follow()

    def place(self) -> Place:
        """What is to be made with the contact."""
        if self.makes("new_company"):
            return Place(company=self.company.form.values())
        return Place(site=self.site.form.values()) if self.makes("new_site") else Place()

    def validate(self, extra_validators: Any = None) -> bool:
        """What a step takes the place of is neither asked nor checked."""
        left: set[str] = set()
        if self.makes("new_company"):
            left = {"company_id", "establishment_id", "new_site", "site"}
        elif self.makes("new_site"):
            left = {"establishment_id"}
        fields = self._fields
        self._fields = OrderedDict(pair for pair in fields.items() if pair[0] not in left)
        try:
            return super().validate(extra_validators)
        finally:
            self._fields = fields

    def settle(self, choices: Mapping[str, str]) -> None:
        """Whoever prefers the other person's company, or site, makes none of their own."""
        for name, step in (("company_id", "new_company"), ("establishment_id", "new_site")):
            if choices.get(f"keep-{name}") == "theirs" and step in self._fields:
                self._put(step, False)
        super().settle(choices)


class ContactSheetForm(ContactForm):
    """What is corrected on the sheet itself: the pop-up's fields, the personal coordinates and
    the description."""

    names = EDITABLE
    # What is made with a contact is made in the pop-up.
    new_company = company = new_site = site = None  # type: ignore[assignment]

    personal_email = email_field(_l("E-mail personnel"))
    personal_phone = phone_field(_l("Téléphone personnel"))
    personal_address = LinesField(
        _l("Adresse personnelle"), longest=400,
        description=_l("Numéro et rue, complément ; 3 lignes au plus, sans la ville"),
    )  # fmt: skip
    personal_postal_code = LineField(_l("Code postal"), longest=12)
    personal_city = LineField(_l("Ville"), longest=120)
    personal_country = ChoiceField(_l("Pays"), options=country_choices, blank=_l("Non renseigné"))
    description = LinesField(_l("Description"), longest=10_000, rows=6)


CONSENTS = {"yes": _l("Oui"), "no": _l("Non"), "unknown": _l("Non demandé")}
MEANS = {
    "email": _l("par courriel"),
    "phone": _l("par téléphone"),
    "meeting": _l("de vive voix"),
    "form": _l("par formulaire"),
    "post": _l("par courrier"),
    "import": _l("à l’import"),
}


class ConsentForm(CrmForm):
    """What the person answered, and how they were asked."""

    names = ("consent", "means", "wording")

    consent = ChoiceField(
        _l("Souhaite être contacté par l’école"),
        options=lambda: tuple(CONSENTS.items()),
        blank=None,
    )
    means = ChoiceField(
        _l("Réponse reçue"),
        options=lambda: [pair for pair in MEANS.items() if pair[0] != "import"],
        blank=None,
    )
    wording = LineField(
        _l("Question posée"), longest=300, required=True,
        description=_l("Les mots employés : ils sont gardés comme preuve du consentement."),
    )  # fmt: skip

    @staticmethod
    def usual_wording() -> str:
        return str(_l("Acceptez-vous que l’école vous contacte ?"))


def _company_shown(value: int | str) -> str:
    """A company by its id; one that is about to be made, by its name."""
    return value if isinstance(value, str) else company_name(value)


def _site_name(identity: int | str) -> str:
    if isinstance(identity, str):
        return identity
    site = db.session.get(Establishment, identity)
    return site_label(site) if site is not None else ""


_SHOWN: dict[str, Callable[[Any], Any]] = {
    "phone": format_phone,
    "mobile": format_phone,
    "personal_phone": format_phone,
    "civility": lambda value: dict(CIVILITIES).get(value, value),
    "consent": lambda value: CONSENTS.get(value, value),
    "do_not_contact": lambda value: _l("Oui") if value in {True, "1"} else _l("Non"),
    "signs_agreements": lambda value: _l("Oui") if value in {True, "1"} else _l("Non"),
    "company_id": _company_shown,
    "personal_country": country_name,
    "establishment_id": _site_name,
}


def show_value(field: str, value: Any) -> str:
    """How a stored value of a contact reads."""
    if value is None or value == "":
        return ""
    show = _SHOWN.get(field)
    return str(show(value)) if show else str(value)
