"""The company or the site of a contact, made in the contact's own pop-up (requirement F1): what
its sheet cannot do without; the rest is completed there."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.companies.forms import CompanyForm, SiteForm
from app.core.fields import ChoiceField
from app.core.steps import Step
from app.reference.queries import country_choices


class CompanyStep(Step):
    """A company and its head office: fields of CompanyForm, in its order."""

    name = CompanyForm.name
    siren = CompanyForm.siren
    no_siren_reason = CompanyForm.no_siren_reason
    siret = CompanyForm.siret
    legal_form_code = CompanyForm.legal_form_code
    sector_id = CompanyForm.sector_id
    website = CompanyForm.website
    address = CompanyForm.address
    postal_code = CompanyForm.postal_code
    city = CompanyForm.city
    commune_code = CompanyForm.commune_code
    country = CompanyForm.country


class SiteStep(Step):
    """One more site of a company: fields of SiteForm, in its order."""

    trade_name = SiteForm.trade_name
    sign = SiteForm.sign
    siret = SiteForm.siret
    address = SiteForm.address
    postal_code = SiteForm.postal_code
    city = SiteForm.city
    commune_code = SiteForm.commune_code
    country = ChoiceField(_l("Pays"), options=country_choices, blank=_l("Celui de l’entreprise"))
