"""The keys that act on our pages, as data: keyboard.js does what they say."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app, url_for
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from app.permissions import Permission, View

Right = tuple[Permission, View]
COMPANIES: Right = (Permission.LIST, View.COMPANY)
CONTACTS: Right = (Permission.LIST, View.CONTACT)


@dataclass(frozen=True)
class Shortcut:
    """`keys` are pressed one after the other, « + » between two that are held together; it is
    shown to who has one of the `rights` (none: to all). `endpoint` is where it leads."""

    keys: tuple[str | LazyString, ...]
    label: LazyString
    rights: tuple[Right, ...] = ()
    endpoint: str = ""


@dataclass(frozen=True)
class Line:
    """A shortcut as the pop-up shows it; `url` where it leads, '' where it acts."""

    keys: tuple[str, ...]
    label: str
    url: str


ENTER = _l("Entrée")
SECTIONS: tuple[tuple[LazyString, tuple[Shortcut, ...]], ...] = (
    (
        _l("Partout"),
        (
            Shortcut(("Ctrl", "+", "K"), _l("Aller à une entreprise, un contact, une page…")),
            Shortcut(("g", "a"), _l("Aller à l’accueil"), endpoint="HomeView.index"),
            Shortcut(("g", "e"), _l("Aller aux entreprises"), (COMPANIES,), "CompanyView.list"),
            Shortcut(("g", "c"), _l("Aller aux contacts"), (CONTACTS,), "ContactView.list"),
            Shortcut(("Ctrl", "+", "Z"), _l("Annuler l’action que l’avis vient d’annoncer")),
            Shortcut(("?",), _l("Afficher ces raccourcis")),
        ),
    ),
    (
        _l("Dans une liste"),
        (
            Shortcut(("/",), _l("Chercher")),
            Shortcut(("j",), _l("Ligne suivante")),
            Shortcut(("k",), _l("Ligne précédente")),
            Shortcut((ENTER,), _l("Ouvrir la fiche")),
            Shortcut(
                ("x",),
                _l("Cocher ou décocher la ligne"),
                ((Permission.EXPORT, View.COMPANY), (Permission.EXPORT, View.CONTACT)),
            ),
            Shortcut(
                ("e",),
                _l("Modifier la fiche"),
                ((Permission.EDIT, View.COMPANY), (Permission.EDIT, View.CONTACT)),
            ),
            Shortcut(
                ("n",),
                _l("Ajouter une fiche"),
                ((Permission.ADD, View.COMPANY), (Permission.ADD, View.CONTACT)),
            ),
        ),
    ),
    (
        _l("Sur une fiche"),
        (
            Shortcut(("j",), _l("Fiche suivante de la liste")),
            Shortcut(("k",), _l("Fiche précédente de la liste")),
            Shortcut(
                ("e",),
                _l("Modifier"),
                ((Permission.EDIT, View.COMPANY), (Permission.EDIT, View.CONTACT)),
            ),
        ),
    ),
)


def shortcut_sections() -> list[tuple[str, list[Line]]]:
    """(title, lines) of what the person signed in may do by keys."""
    may = current_app.appbuilder.sm.has_access  # type: ignore[attr-defined]
    return [
        (
            str(title),
            [
                _line(one)
                for one in shortcuts
                if not one.rights or any(may(str(right), str(view)) for right, view in one.rights)
            ],
        )
        for title, shortcuts in SECTIONS
    ]


def _line(one: Shortcut) -> Line:
    url = url_for(one.endpoint) if one.endpoint else ""
    return Line(tuple(str(key) for key in one.keys), str(one.label), url)
