"""The columns of the list of contacts. A column that a file can have too bears its key there.

Personal coordinates are in none of them: they stand on the sheet alone.
"""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.core.listcolumns import Column

COLUMNS: tuple[Column, ...] = (
    Column(
        "last_name", _l("Nom"), sort="last_name", default=True, reads=("last_name", "first_name", "photo_id")
    ),
    Column("first_name", _l("Prénom"), sort="first_name", default=True, reads=("first_name",)),
    Column("civility", _l("Civilité"), reads=("civility",)),
    Column(
        "company", _l("Entreprise"), sort="company", css="col-company", default=True,
        reads=("company",),
    ),
    Column(
        "job_function", _l("Fonction"), sort="function", css="col-function", default=True,
        reads=("job_function", "job_title"),
    ),
    Column("job_title", _l("Poste"), css="col-function", reads=("job_title",)),
    Column("department", _l("Service / département"), css="col-text", reads=("department",)),
    Column("signs_agreements", _l("Signe les conventions"), reads=("signs_agreements",)),
    Column("site", _l("Établissement"), css="col-text", reads=("company", "establishment")),
    Column("city", _l("Ville"), css="col-city", reads=("company", "establishment")),
    Column("department_code", _l("Département"), css="col-text", reads=("department_code",)),
    Column(
        "reach", _l("Coordonnées"), css="col-reach", default=True,
        reads=("email", "phone", "mobile"), full=_l("Coordonnées (e-mail et téléphone)"),
    ),
    Column("email", _l("E-mail"), css="col-text", reads=("email",)),
    Column("phone", _l("Téléphone"), css="col-code", reads=("phone",)),
    Column("mobile", _l("Téléphone mobile"), css="col-code", reads=("mobile",)),
    Column(
        "consent", _l("Consentement"), css="col-consent", default=True,
        reads=("consent", "do_not_contact_at"),
    ),
    Column("do_not_contact", _l("Ne pas contacter"), reads=("do_not_contact_at",)),
    Column("account", _l("Compte utilisateur"), css="col-text", reads=("account",)),
    Column("tags", _l("Tags"), css="col-tags", default=True, reads=("tags",)),
    Column("created_at", _l("Créé le"), css="col-changed", reads=("created_at",)),
    Column(
        "updated_at", _l("Modifié"), sort="changed", css="col-changed", falling_first=True,
        default=True, reads=("updated_at",), full=_l("Modifié le"),
    ),
)  # fmt: skip
