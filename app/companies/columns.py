"""The columns of the list of companies. A column that a file can have too bears its key there."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.core.listcolumns import Column

COLUMNS: tuple[Column, ...] = (
    Column("name", _l("Nom"), sort="name", default=True, reads=("name", "acronym", "logo_id")),
    Column("acronym", _l("Sigle"), reads=("acronym",)),
    Column(
        "city", _l("Ville"), sort="city", css="col-city", default=True,
        reads=("city", "department_code"),
    ),
    Column("department", _l("Département"), css="col-text", reads=("department_code",)),
    Column("postal_code", _l("Code postal"), css="col-code", reads=("establishments",)),
    Column("address", _l("Adresse du siège"), css="col-text", reads=("establishments",)),
    Column("country", _l("Pays"), css="col-text", reads=("country",)),
    Column(
        "sector", _l("Secteur"), sort="sector", css="col-sector", default=True, reads=("sector",)
    ),
    Column(
        "headcount", _l("Effectif"), css="col-headcount", default=True, reads=("headcount_code",)
    ),
    Column("siren", _l("SIREN"), css="col-code", reads=("siren",)),
    Column("siret", _l("SIRET du siège"), css="col-code", reads=("establishments",)),
    Column("rna", _l("Numéro RNA"), css="col-code", reads=("rna",)),
    Column("legal_form", _l("Forme juridique"), css="col-text", reads=("legal_form_code",)),
    Column("naf_code", _l("Code NAF"), css="col-code", reads=("naf_code",)),
    Column(
        "naf_label", _l("Activité (NAF)"), css="col-text", reads=("naf_code", "naf_nomenclature")
    ),
    Column("turnover", _l("Chiffre d’affaires"), numeric=True, reads=("turnover",)),
    Column("share_capital", _l("Capital social"), numeric=True, reads=("share_capital",)),
    Column("phone", _l("Téléphone"), css="col-code", reads=("phone",)),
    Column("email", _l("E-mail"), css="col-text", reads=("email",)),
    Column("website", _l("Site internet"), css="col-text", reads=("website",)),
    Column("parent", _l("Société mère"), css="col-text", reads=("parent",)),
    Column(
        "contacts", _l("Contacts"), sort="contacts", numeric=True, falling_first=True,
        default=True, reads=("contact_count",),
    ),
    Column(
        "sites", _l("Établ."), sort="sites", numeric=True, falling_first=True, default=True,
        reads=("site_count",), full=_l("Établissements ouverts"),
    ),
    Column("tags", _l("Tags"), css="col-tags", default=True, reads=("tags",)),
    Column(
        "completeness", _l("Fiche"), css="col-completeness", default=True, reads=("completeness",),
        full=_l("Complétude de la fiche"),
    ),
    Column(
        "agreement", _l("Convention"), sort="agreement", css="col-code",
        reads=("agreement_missing",), full=_l("Prête pour une convention"),
    ),
    Column(
        "offer", _l("Offre"), sort="offer", css="col-code", reads=("offer_missing",),
        full=_l("Prête pour une offre"),
    ),
    Column("verified_at", _l("Vérifiée le"), css="col-changed", reads=("verified_at",)),
    Column("created_at", _l("Créée le"), css="col-changed", reads=("created_at",)),
    Column(
        "updated_at", _l("Modifiée"), sort="changed", css="col-changed", falling_first=True,
        default=True, reads=("updated_at",), full=_l("Modifiée le"),
    ),
)  # fmt: skip
