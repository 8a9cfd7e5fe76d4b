"""The Administration menu: what the person signed in may open, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, url_for
from flask_babel import LazyString, get_locale
from flask_babel import lazy_gettext as _l

from app.core.http import is_signed_in
from app.jump.shortcuts import shortcut_sections
from app.permissions import Permission, View


@dataclass(frozen=True)
class Item:
    label: str
    url: str
    icon: str | None = None


@dataclass(frozen=True)
class Section:
    title: str
    items: list[Item]


Entry = tuple[LazyString, str, str, str, str | None]

# title → (label, endpoint, permission, view, icon)
MENU: tuple[tuple[LazyString, tuple[Entry, ...]], ...] = (
    (
        _l("CRM"),
        (
            (_l("Entreprises"), "CompanyView.list", Permission.LIST, View.COMPANY, "building"),
            (_l("Contacts"), "ContactView.list", Permission.LIST, View.CONTACT, "users"),
            (_l("Gestion des tags"), "TagView.list", Permission.LIST, View.TAG, "tags"),
            (_l("Doublons"), "PairView.list", Permission.LIST, View.DUPLICATE, "copy"),
            (_l("Corbeille"), "BinView.list", Permission.LIST, View.BIN, "trash"),
            (_l("Mes traitements"), "JobView.list", Permission.LIST, View.JOB, "list-check"),
        ),
    ),
    (
        _l("Sécurité"),
        (
            (_l("Utilisateurs"), "AccountAdmin.list", Permission.LIST, "UserDBModelView", "user"),
            (_l("Rôles"), "RoleAdmin.list", Permission.LIST, "RoleModelView", "lock"),
        ),
    ),
    (
        _l("Référentiels"),
        (
            (_l("Secteurs d’activité"), "SectorAdmin.list", Permission.LIST, "SectorAdmin", None),
            (_l("Codes NAF"), "NafCodeAdmin.list", Permission.LIST, "NafCodeAdmin", None),
            (_l("Formes juridiques"), "LegalFormAdmin.list", Permission.LIST, "LegalFormAdmin", None),
            (_l("Tranches d’effectif"), "HeadcountBandAdmin.list", Permission.LIST, "HeadcountBandAdmin", None),
            (_l("Départements"), "DepartmentAdmin.list", Permission.LIST, "DepartmentAdmin", None),
            (_l("Pays"), "CountryAdmin.list", Permission.LIST, "CountryAdmin", None),
        ),
    ),
)  # fmt: skip


def navigation() -> list[Section]:
    """The menu of the person signed in; empty for who may open none of it."""
    if not is_signed_in():
        return []
    may = current_app.appbuilder.sm.has_access  # type: ignore[attr-defined]
    sections = [
        Section(
            str(title),
            [
                Item(str(label), url_for(endpoint), icon)
                for label, endpoint, permission, view, icon in entries
                if may(str(permission), str(view))
            ],
        )
        for title, entries in MENU
    ]
    return [section for section in sections if section.items]


def _context() -> dict[str, Any]:
    locale = get_locale()
    return {"navigation": navigation(), "page_lang": locale.language if locale else "fr"}


def init_app(app: Flask) -> None:
    app.context_processor(_context)
    app.jinja_env.globals.update(shortcut_sections=shortcut_sections)
