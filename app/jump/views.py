"""« Aller à… »: one address that answers what the palette shows, group by group (requirement A2)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flask import abort, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import BaseView, expose
from flask_babel import gettext as _

from app.companies.presets import preset_of as company_preset
from app.contacts.presets import preset_of as contact_preset
from app.core.highlight import pieces
from app.core.http import is_signed_in
from app.core.ids import is_id
from app.core.listing import BadQuery
from app.core.picks import typed
from app.core.text import fold, search_words
from app.jump import records
from app.jump.entries import Entry, actions, answering, pages
from app.navigation import navigation
from app.permissions import Permission, View
from app.tags.models import Module

MOST_RECENT = 8
Group = tuple[str, list[Entry]]
LISTS = {"company": "CompanyView", "contact": "ContactView"}


class JumpView(BaseView):
    """For whoever may open something of the CRM; each source asks for its own right."""

    route_base = "/crm/jump"

    @expose("")
    def jump(self) -> ResponseReturnValue:
        """`{"groups": [{"title", "results": [{"key", "label", "detail", "icon", "url", "dialog"}]}]}`.

        Label and detail are pieces: [text, whether what was typed found it]. Without words:
        the records of `recent` (company:12,contact:5), then actions and pages.
        """
        if not is_signed_in():
            return redirect(url_for("AuthDBView.login"))
        if not navigation():
            abort(403)
        q = typed()
        words = search_words(q)
        groups = self._found(q, words) if words else self._offered() if not q else []
        return jsonify(
            groups=[
                {"title": title, "results": [_result(entry, words) for entry in entries]}
                for title, entries in groups
                if entries
            ]
        )

    def _may(self, permission: Permission, view: View) -> bool:
        return bool(self.appbuilder.sm.has_access(permission, view))

    def _kinds(self) -> list[records.Kind]:
        """The kinds of record that the person may find, and open."""
        return [
            kind
            for kind in records.KINDS.values()
            if self._may(Permission.LIST, kind.view) and self._may(Permission.SHOW, kind.view)
        ]

    def _offered(self) -> list[Group]:
        kinds = [kind.key for kind in self._kinds()]
        lately = [_sheet(kind, pick) for kind, pick in records.recent(_recent(), kinds)]
        return [
            (_("Ouverts dernièrement"), lately),
            (_("Actions"), actions(self._may)),
            (_("Pages"), pages()),
        ]

    def _found(self, q: str, words: Sequence[str]) -> list[Group]:
        kinds = self._kinds()
        sheets = {
            kind.key: [_sheet(kind, pick) for pick in records.found(kind, q)] for kind in kinds
        }
        groups = [
            (_("Entreprises"), sheets.get("company", [])),
            (_("Contacts"), sheets.get("contact", [])),
            (_("Tags"), [entry for kind in kinds for entry in _tags(kind, q)]),
            (_("Pages"), answering(pages(), words)),
            (_("Actions"), [*answering(actions(self._may), words), *self._additions(q, sheets)]),
        ]
        return [*_likeliest_first(groups, q), (_("Chercher dans les listes"), _lists(kinds, q))]

    def _additions(self, q: str, sheets: dict[str, list[Entry]]) -> list[Entry]:
        """« Ajouter l’entreprise « Acme » », where no record is found that could be it."""
        presets = (
            ("company", View.COMPANY, company_preset),
            ("contact", View.CONTACT, contact_preset),
        )
        return [
            Entry(
                f"add:{key}", preset.label, url_for(f"{LISTS[key]}.new", **preset.values), "plus",
                dialog=True,
            )
            for key, view, preset_of in presets
            if self._may(Permission.ADD, view) and not sheets.get(key)
            if (preset := preset_of(q)) is not None
        ]  # fmt: skip


def _recent() -> list[tuple[str, int]]:
    """What the browser remembers of the sheets opened lately: ids, and no name."""
    asked = [part.partition(":") for part in request.args.get("recent", "").split(",") if part]
    if len(asked) > MOST_RECENT or any(
        kind not in records.KINDS or not is_id(identity) for kind, _colon, identity in asked
    ):
        raise BadQuery(_("La liste des fiches ouvertes dernièrement n’est pas valable."))
    return [(kind, int(identity)) for kind, _colon, identity in asked]


def _sheet(kind: records.Kind, pick: Any) -> Entry:
    url = url_for(f"{LISTS[kind.key]}.sheet", pk=pick.id)
    return Entry(f"{kind.key}:{pick.id}", pick.label, url, kind.icon, pick.detail)


def _tags(kind: records.Kind, q: str) -> Iterable[Entry]:
    detail = _("Tag des entreprises") if kind.key == "company" else _("Tag des contacts")
    for pick in records.found_tags(Module(kind.key), q):
        url = url_for(f"{LISTS[kind.key]}.list", tag=pick.id)
        yield Entry(f"tag:{pick.id}", pick.label, url, "tag", detail)


def _lists(kinds: Sequence[records.Kind], q: str) -> list[Entry]:
    labels = {
        "company": _("Chercher « %(text)s » dans les entreprises", text=q),
        "contact": _("Chercher « %(text)s » dans les contacts", text=q),
    }
    return [
        Entry(f"list:{one.key}", labels[one.key], url_for(f"{LISTS[one.key]}.list", q=q), "search")
        for one in kinds
    ]


def _likeliest_first(groups: Sequence[Group], q: str) -> list[Group]:
    """A group one of whose names begins as what was typed comes before those found otherwise."""
    start = fold(q)
    return sorted(
        groups, key=lambda group: not any(fold(one.label).startswith(start) for one in group[1])
    )


def _result(entry: Entry, words: Sequence[str]) -> dict[str, Any]:
    return {
        "key": entry.key,
        "label": pieces(entry.label, words),
        "detail": pieces(entry.detail, words),
        "icon": entry.icon,
        "url": entry.url,
        "dialog": entry.dialog,
    }
