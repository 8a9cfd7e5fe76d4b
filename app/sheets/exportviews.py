"""« Tout exporter » and Actions › Exporter: which columns, which format, then the file
(requirements B5, B6)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Response, g, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import LazyString
from flask_babel import gettext as _

from app.core.export.answer import MOST_IN_ORDER, Export, checked_format, file_response
from app.core.export.choice import ALL, CHOSEN, SCREEN, Choice, ColumnSet, Offer
from app.core.export.columns import ExportSpec
from app.core.http import wants_fragment
from app.core.listing import Listing
from app.core.listpage import BulkAction, Button
from app.core.rules import Refused
from app.core.selection import SelectionChanged, confirmed_results, read_selection
from app.extensions import db
from app.history.actions import LIST_NUMBERS, Action, Subject
from app.history.operations import record
from app.listviews.operations import set_export_choice
from app.listviews.queries import choice_of, views_of
from app.permissions import BulkRight, Permission, method
from app.sheets.bulk import Group
from app.sheets.bulkviews import ActionViews

EXPORT = method(Permission.EXPORT)
# Fields that say which rows are checked.
SELECTION = ("ids", "all", "count", "except")


class ExportViews(ActionViews):
    """A list that can be taken along as a file."""

    export_spec: ExportSpec
    export_title: LazyString

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.base_permissions.append(BulkRight.EXPORT.value)

    def list_buttons(self) -> Sequence[Button]:
        buttons = super().list_buttons()
        if not self.may(Permission.EXPORT):
            return buttons
        url = self.url_of("export_all")
        return [
            Button(_("Tout exporter"), url, "download", dialog=True, follows_list=True),
            *buttons,
        ]

    def bulk_actions(self) -> Sequence[BulkAction]:
        found = super().bulk_actions()
        if not self.may(BulkRight.EXPORT):
            return found
        url = self.url_of("export_selection")
        return [*found, BulkAction("export", _("Exporter"), "download", url, Group.FIRST.value)]

    @expose("/export", methods=["GET", "POST"])
    @has_access
    @permission_name(EXPORT)
    def export_all(self) -> ResponseReturnValue:
        """« Tout exporter »: the pop-up, then the file of all records."""
        shown, everything = Listing.parse(request.args, self.spec), Listing(self.spec)
        offer, count = self._offer(shown), everything.count()
        if request.method == "GET":
            return self._export_page(offer, offer.shown(self._last_choice()), count=count)
        return self._exported(offer, everything, None, count, query="")

    @expose("/bulk/export", methods=["GET", "POST"])
    def export_selection(self) -> ResponseReturnValue:
        """« Exporter »: the pop-up over the list, then the file of the checked rows, or of all
        results."""
        if not self.may(BulkRight.EXPORT):
            return self.refuse_stranger()
        shown = Listing.parse(request.args, self.spec)
        offer = self._offer(shown)
        if request.method == "GET":
            # The rows are checked in the list: without it there is nothing to export.
            if not wants_fragment():
                return redirect(self._address(shown), 302)
            return self._export_page(offer, offer.shown(self._last_choice()), count=None)
        try:
            ids, count = self._selected(shown)
        except SelectionChanged as change:
            return self.selection_changed(change)
        query = request.query_string.decode("utf-8", "replace")
        return self._exported(offer, shown, ids, count, query=query)

    def _selected(self, shown: Listing) -> tuple[Sequence[int] | None, int]:
        """The ids of the checked rows, None for all results; and how many there are."""
        number = confirmed_results(request.form, shown)
        if number is not None:
            return None, number
        selection = read_selection(request.form, request.args, self.spec)
        return selection.ids, len(selection)

    def _offer(self, shown: Listing) -> Offer:
        """The sets of columns that the person may take as they are."""
        spec, arrangement = self.export_spec, self.arrange(shown)
        sets = [
            ColumnSet(SCREEN, _("Colonnes à l’écran"), spec.shown_by(arrangement.columns)),
            ColumnSet(ALL, _("Toutes les colonnes"), tuple(one.key for one in spec.columns)),
        ]
        sets += [
            ColumnSet(
                f"view-{view.id}", _("Vue « %(name)s »", name=view.name),
                spec.shown_by(view.column_keys),
            )
            for view in views_of(self.spec.kind, g.user)
            if view.columns
        ]  # fmt: skip
        return Offer(spec, sets)

    def _last_choice(self) -> Choice:
        kept = choice_of(self.spec.kind, g.user)
        return Choice.read(kept.export if kept is not None else "")

    def _posted_choice(self) -> Choice:
        """What the form says; who chose no columns this time keeps those of last time."""
        form = request.form
        fmt, chosen = checked_format(form.get("format", "")), form.get("set", SCREEN)
        keys = form.getlist("columns") if chosen == CHOSEN else self._last_choice().keys
        return Choice(chosen, tuple(keys), fmt)

    def _exported(
        self,
        offer: Offer,
        listing: Listing,
        ids: Sequence[int] | None,
        count: int,
        *,
        query: str,
    ) -> ResponseReturnValue:
        choice = self._posted_choice()
        try:
            columns = offer.columns(choice)
        except Refused as refusal:
            return self._export_page(offer, choice, count=count, error=str(refusal.message))
        export = Export(self.export_spec, columns, choice.fmt, listing, count, ids)
        return self._recorded(export, choice, query)

    def _recorded(self, export: Export, choice: Choice, query: str) -> Response:
        """The file; that it was asked for is stored before its first byte leaves."""
        response = file_response(export)
        set_export_choice(self.spec.kind, choice.stored(), by=g.user)
        values = {
            "count": export.count,
            "query": query,
            "format": export.fmt,
            "columns": ",".join(column.key for column in export.columns),
        }
        changes = {field: (None, value) for field, value in values.items() if value != ""}
        number = LIST_NUMBERS[self.spec.kind]
        record(Action.EXPORTED, subject=Subject.LIST, subject_id=number, by=g.user, changes=changes)
        db.session.commit()
        return response

    def _export_page(
        self, offer: Offer, choice: Choice, *, count: int | None, error: str = ""
    ) -> ResponseReturnValue:
        """The pop-up; `count` is None for a selection, which the list itself counts."""
        page: Any = render_template(
            "sheets/export.html",
            offer=offer,
            choice=choice,
            count=count,
            is_long=count is not None and count > MOST_IN_ORDER,
            title=_("Exporter la sélection") if count is None else str(self.export_title),
            error=error,
            # The form comes back with what was checked in the list.
            selection=[(name, value) for name in SELECTION for value in request.form.getlist(name)],
            past_url=self.url_of("list_history") if self.may(Permission.HISTORY) else "",
            cancel_url=self.back_to_list(),
            is_fragment=wants_fragment(),
        )
        return page, 422 if error else 200
