"""The pages and the actions that « Aller à… » offers: what the person signed in may open and do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from flask import url_for
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.core.text import fold
from app.navigation import navigation
from app.permissions import Permission, View

May = Callable[[Permission, View], bool]


@dataclass(frozen=True)
class Entry:
    """A line of the palette: a place to go, or (`dialog`) a pop-up to open where one is."""

    key: str
    label: str
    url: str
    icon: str
    detail: str = ""
    dialog: bool = False
    # Other words that a person may type for it.
    synonyms: str = ""

    def answers(self, words: Sequence[str]) -> bool:
        text = fold(f"{self.label} {self.detail} {self.synonyms}")
        return all(word in text for word in words)


@dataclass(frozen=True)
class Action:
    label: LazyString
    synonyms: LazyString
    endpoint: str
    permission: Permission
    view: View
    icon: str


ACTIONS = (
    Action(
        _l("Ajouter une entreprise"), _l("nouvelle entreprise, créer, société"),
        "CompanyView.new", Permission.ADD, View.COMPANY, "plus",
    ),
    Action(
        _l("Ajouter un contact"), _l("nouveau contact, créer, personne"),
        "ContactView.new", Permission.ADD, View.CONTACT, "user-plus",
    ),
    Action(
        _l("Ajouter un tag"), _l("nouveau tag, créer, étiquette"),
        "TagView.new", Permission.ADD, View.TAG, "tag",
    ),
    Action(
        _l("Exporter toutes les entreprises"), _l("tout exporter, télécharger, Excel, CSV"),
        "CompanyView.export_all", Permission.EXPORT, View.COMPANY, "download",
    ),
    Action(
        _l("Exporter tous les contacts"), _l("tout exporter, télécharger, Excel, CSV"),
        "ContactView.export_all", Permission.EXPORT, View.CONTACT, "download",
    ),
)  # fmt: skip


def actions(may: May) -> list[Entry]:
    keys = Entry(
        "action:shortcuts", _("Raccourcis clavier"),
        url_for("ProfileView.show", _anchor="shortcuts-title"), "help-circle",
    )  # fmt: skip
    records = [
        Entry(
            f"action:{one.endpoint}", str(one.label), url_for(one.endpoint), one.icon,
            dialog=True, synonyms=str(one.synonyms),
        )
        for one in ACTIONS
        if may(one.permission, one.view)
    ]  # fmt: skip
    return [*records, keys]


def pages() -> list[Entry]:
    """The Administration menu, and the pages that everybody has."""
    own = [
        Entry("page:home", _("Accueil"), url_for("HomeView.index"), "home"),
        Entry("page:profile", _("Mon profil"), url_for("ProfileView.show"), "user"),
    ]
    found = [
        Entry(f"page:{item.url}", item.label, item.url, item.icon or "list", section.title)
        for section in navigation()
        for item in section.items
    ]
    return [*found, *own]


def answering(entries: Iterable[Entry], words: Sequence[str]) -> list[Entry]:
    """Those that the words name; those that begin so come first."""
    found = [entry for entry in entries if entry.answers(words)]
    return sorted(found, key=lambda entry: not (words and fold(entry.label).startswith(words[0])))
