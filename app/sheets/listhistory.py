"""What was done with a whole list: who exported what, which views are shared (requirement C12)."""

from __future__ import annotations

from urllib.parse import parse_qsl

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from app.accounts.queries import ROLE_LABELS
from app.core.export.columns import ExportSpec
from app.core.formats import format_number
from app.core.listing import BadQuery, Listing
from app.core.popups import PopupViews
from app.history.actions import LIST_NUMBERS, Subject
from app.history.queries import history_page
from app.permissions import Permission, Role, method
from app.sheets.historyviews import asked_of_address


class ListHistoryViews(PopupViews):
    """A list whose exports and shared views can be looked up."""

    export_spec: ExportSpec

    @expose("/history")
    @has_access
    @permission_name(method(Permission.HISTORY))
    def list_history(self) -> ResponseReturnValue:
        page = history_page(
            Subject.LIST,
            LIST_NUMBERS[self.spec.kind],
            show=self._shown,
            asked=asked_of_address(),
            take_back=lambda _entry: None,
        )
        args = {name: value for name, value in request.args.items() if name != "before"}
        return render_template(
            "sheets/list_history.html",
            page=page,
            title=_("Historique de la liste « %(name)s »", name=self.crm_title),
            list_url=self.url_of("list"),
            clear_url=self.url_of("list_history"),
            older_url=self.url_of("list_history", **args, before=page.older_than),
        )

    def _shown(self, field: str, stored: str) -> str:
        """A value of a line in words."""
        read = {
            "module": lambda _text: str(self.crm_title),
            "count": lambda text: format_number(int(text)),
            "format": str.upper,
            "query": self._query_in_words,
            "columns": self._columns_in_words,
            "roles": lambda text: ", ".join(map(_role, text.split(","))),
        }.get(field, str)
        return read(stored)

    def _columns_in_words(self, stored: str) -> str:
        labels = {column.key: str(column.label) for column in self.export_spec.columns}
        keys = stored.split(",")
        if set(keys) >= set(labels):
            return _("Toutes les colonnes")
        return ", ".join(labels.get(key, key) for key in keys)

    def _query_in_words(self, stored: str) -> str:
        """« étoile » ; Ville : Lyon. As it is stored where the list no longer knows it."""
        try:
            listing = Listing.parse(MultiDict(parse_qsl(stored)), self.spec)
        except BadQuery:
            return stored
        parts = [_("« %(words)s »", words=listing.q)] if listing.q else []
        parts += [f"{chip.label}\u00a0: {chip.value}" for chip in self.blocks_of(listing).chips()]
        return "\u202f; ".join(parts) or _("Toutes les fiches")


def _role(name: str) -> str:
    known = set(Role)
    return str(ROLE_LABELS[Role(name)]) if name in known else name
