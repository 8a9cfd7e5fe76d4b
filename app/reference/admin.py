"""The generated screens of the reference lists, for administrators."""

from __future__ import annotations

import re
from typing import Any

from flask_appbuilder import AppBuilder
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from app.core.admin import AdminForm, SafeInterface, SafeModelView
from app.core.fields import LineField
from app.core.rules import Refused
from app.core.text import fold, sort_key
from app.extensions import db
from app.reference.models import (
    Country,
    Department,
    HeadcountBand,
    LegalForm,
    NafCode,
    Sector,
)
from app.reference.queries import NOMENCLATURES
from app.reference.signals import sector_removed, sector_renamed

CODE_LENGTH = 40


class SectorForm(AdminForm):
    label = LineField(_l("Libellé"), longest=100, required=True)


class SectorAdmin(SafeModelView):
    """The school's sectors of activity: the one list of reference that it edits."""

    datamodel: SQLAInterface = SafeInterface(Sector)
    route_base = "/reference/sectors"
    list_title = _l("Secteurs d’activité")
    show_title = _l("Secteur d’activité")
    add_title = _l("Ajouter un secteur")
    edit_title = _l("Modifier un secteur")
    label_columns = {"label": _l("Libellé"), "code": _l("Code")}
    list_columns = ["label", "code"]
    show_columns = list_columns
    order_columns = list_columns
    base_order = ("sort_name", "asc")
    search_columns = ["label"]
    add_columns = edit_columns = ["label"]
    add_form = edit_form = SectorForm

    def values_of(self, item: Sector) -> dict[str, Any]:
        return {"label": item.label}

    def create(self, values: dict[str, Any]) -> None:
        label = values["label"]
        _check_is_new(label, None)
        code = _free_code(label)
        db.session.add(Sector(code=code, label=label, sort_name=sort_key(label)))
        db.session.flush()

    def change(self, item: Sector, values: dict[str, Any]) -> None:
        label = values["label"]
        _check_is_new(label, item.id)
        item.label, item.sort_name = label, sort_key(label)
        db.session.flush()
        sector_renamed.send(item)

    def remove(self, item: Sector) -> None:
        """The companies that bore it then have no sector."""
        sector_removed.send(item)
        db.session.delete(item)
        db.session.flush()


def _check_is_new(label: str, besides: int | None) -> None:
    statement = select(Sector.id).where(Sector.sort_name == sort_key(label))
    if besides is not None:
        statement = statement.where(Sector.id != besides)
    if db.session.scalar(statement.limit(1)) is not None:
        raise Refused("label", _l("Ce secteur existe déjà : choisissez un autre libellé."))


def _free_code(label: str) -> str:
    """A code made of the label, with a number where another sector has it."""
    base = re.sub("[^a-z0-9]+", "-", fold(label)).strip("-")[: CODE_LENGTH - 4] or "secteur"
    alike = select(func.count()).where(Sector.code.startswith(base, autoescape=True))
    count = db.session.scalar(alike) or 0
    return base if count == 0 else f"{base}-{count + 1}"


class ReadOnlyAdmin(SafeModelView):
    """A list that changes with a release only."""

    base_permissions = ["can_list", "can_show"]
    include_route_methods = {"list", "show"}


class NafCodeAdmin(ReadOnlyAdmin):
    datamodel: SQLAInterface = SafeInterface(NafCode)
    route_base = "/reference/naf"
    list_title = _l("Codes NAF")
    show_title = _l("Code NAF")
    label_columns = {
        "nomenclature": _l("Nomenclature"),
        "code": _l("Code"),
        "label": _l("Libellé"),
        "search_text": _l("Code ou libellé"),
    }
    formatters_columns = {"nomenclature": lambda code: NOMENCLATURES.get(code, code)}
    list_columns = ["code", "label", "nomenclature"]
    show_columns = list_columns
    order_columns = list_columns
    base_order = ("code", "asc")
    search_columns = ["search_text"]


class LegalFormAdmin(ReadOnlyAdmin):
    datamodel: SQLAInterface = SafeInterface(LegalForm)
    route_base = "/reference/legal-forms"
    list_title = _l("Formes juridiques")
    show_title = _l("Forme juridique")
    label_columns = {"code": _l("Code Insee"), "label": _l("Libellé")}
    list_columns = ["code", "label"]
    show_columns = list_columns
    order_columns = list_columns
    base_order = ("code", "asc")
    search_columns = list_columns


class HeadcountBandAdmin(ReadOnlyAdmin):
    datamodel: SQLAInterface = SafeInterface(HeadcountBand)
    route_base = "/reference/headcounts"
    list_title = _l("Tranches d’effectif")
    show_title = _l("Tranche d’effectif")
    label_columns = {"code": _l("Code Insee"), "label": _l("Libellé")}
    list_columns = ["code", "label"]
    show_columns = list_columns
    order_columns = ["code"]
    base_order = ("position", "asc")
    search_columns = ["label"]


class DepartmentAdmin(ReadOnlyAdmin):
    datamodel: SQLAInterface = SafeInterface(Department)
    route_base = "/reference/departments"
    list_title = _l("Départements")
    show_title = _l("Département")
    label_columns = {"code": _l("Code"), "name": _l("Nom"), "region": _l("Région")}
    list_columns = ["code", "name", "region"]
    show_columns = list_columns
    order_columns = list_columns
    base_order = ("code", "asc")
    search_columns = ["code", "name", "region"]


class CountryAdmin(ReadOnlyAdmin):
    datamodel: SQLAInterface = SafeInterface(Country)
    route_base = "/reference/countries"
    list_title = _l("Pays")
    show_title = _l("Pays")
    label_columns = {"alpha2": _l("Code ISO"), "name": _l("Nom")}
    list_columns = ["alpha2", "name"]
    show_columns = list_columns
    order_columns = ["alpha2"]
    base_order = ("sort_name", "asc")
    search_columns = ["name", "alpha2"]


SCREENS: tuple[tuple[type[SafeModelView], str, LazyString], ...] = (
    (SectorAdmin, "Sectors", _l("Secteurs d’activité")),
    (NafCodeAdmin, "NAF codes", _l("Codes NAF")),
    (LegalFormAdmin, "Legal forms", _l("Formes juridiques")),
    (HeadcountBandAdmin, "Headcounts", _l("Tranches d’effectif")),
    (DepartmentAdmin, "Departments", _l("Départements")),
    (CountryAdmin, "Countries", _l("Pays")),
)


def register(appbuilder: AppBuilder) -> None:
    """Give each list its screen, in the menu's section « Référentiels »."""
    for screen, name, label in SCREENS:
        appbuilder.add_view(
            screen,
            name,
            label=label,
            category="Reference",
            category_label=_l("Référentiels"),
        )
