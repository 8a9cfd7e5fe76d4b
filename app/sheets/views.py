"""The views that a company's and a contact's sheets share: their addresses, tags."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from flask import abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _
from sqlalchemy import select

from app.core.crmview import saved
from app.core.flashes import flash_undo
from app.core.formats import format_number
from app.core.http import MergedInto, wants_fragment, wants_json
from app.core.listing import Listing
from app.core.listpage import BulkAction
from app.core.rules import Refused
from app.core.selection import SelectionChanged, read_selection
from app.duplicates.pairs import doubles_of
from app.extensions import db
from app.images.views import ImageViews
from app.listviews.views import ViewsOfList
from app.permissions import Permission, View, method
from app.sheets.addresses import merge_url
from app.sheets.exportviews import ExportViews
from app.sheets.historyviews import HistoryViews
from app.sheets.inplace import InPlaceViews
from app.sheets.listhistory import ListHistoryViews
from app.sheets.notes import NoteViews
from app.sheets.printviews import PrintViews
from app.sheets.tabs import Tab
from app.sheets.travel import CAME_FROM, came_from, kept, travel
from app.tags.models import Module
from app.tags.operations import bulk_add, bulk_remove, ensure_tag
from app.tags.queries import live_tags


@dataclass(frozen=True)
class Possible:
    """How many doubles a sheet may have, where they are shown, and whether that is the
    comparison of the two."""

    count: int
    url: str
    compares: bool = False


TabPart = tuple[str, str, str, int | None]
TAG = method(Permission.TAG)


class SheetViews(
    PrintViews, ExportViews, ListHistoryViews, InPlaceViews, NoteViews, HistoryViews, ImageViews,
    ViewsOfList,
):  # fmt: skip
    """Addresses and tags of one sheet (requirements C5, E7)."""

    def sheet_url(self, pk: int, tab: str = "") -> str:
        """A sheet's address, which keeps the list that the person came from."""
        parts = {"tab": tab} if tab else {}
        return self.url_of("sheet", pk=pk, **parts, **kept())

    def address_of(self, pk: int) -> str:
        return self.sheet_url(pk)

    def gone(self, pk: int) -> NoReturn:
        """No sheet is here: one that was merged leads to the one it is a part of, else 404."""
        model = self.spec.model
        into = db.session.scalar(select(model.merged_into_id).where(model.id == pk))
        if into is None:
            abort(404)
        here = {**(request.view_args or {}), "pk": into}
        address = url_for(request.endpoint or "", **here)
        if wants_json():
            raise MergedInto(into, address)
        flash(_("La fiche demandée a été fusionnée dans celle-ci."), "info")
        abort(redirect(address, 302))

    def may_merge(self) -> bool:
        return bool(self.appbuilder.sm.has_access(Permission.MERGE, View.MERGE))

    def may_compare(self) -> bool:
        return self.may(Permission.EDIT) and self.may_merge()

    def bulk_actions(self) -> Sequence[BulkAction]:
        """Those of the list, and « Fusionner… » for two checked rows."""
        actions = super().bulk_actions()
        if not self.may_compare():
            return actions
        merging = BulkAction(
            "merge", _("Fusionner…"), "arrow-merge", self.url_of("compare"), group="merge",
            group_label=_("Doublons"), exactly=2, otherwise=_two_alone("{count}"),
        )  # fmt: skip
        return [*actions, merging]

    @expose("/compare", methods=["POST"])
    @has_access
    @permission_name(method(Permission.EDIT))
    def compare(self) -> ResponseReturnValue:
        """« Fusionner… »: the two checked sheets side by side, the first of the list kept."""
        if not self.may_compare():
            abort(403)
        try:
            ids = read_selection(request.form, request.args, self.spec).ids
        except SelectionChanged as change:
            return self.selection_changed(change)
        if len(ids) != 2:
            flash(_two_alone(format_number(len(ids))), "warning")
            return redirect(self.back_to_list(), 303)
        return redirect(merge_url(self.subject, *ids), 303)

    def doubles(self, pk: int) -> Possible | None:
        """« 1 doublon possible », for who may see the pairs: the comparison of the two for who
        may merge them, else the page of the pairs of this sheet."""
        may = self.appbuilder.sm.has_access
        if not (may(Permission.LIST, View.DUPLICATE) and self.may(Permission.LIST)):
            return None
        found = doubles_of(self.subject, pk)
        if found is None:
            return None
        if found.count == 1 and self.may_compare():
            return Possible(1, merge_url(self.subject, pk, found.other_id), compares=True)
        return Possible(found.count, url_for("PairView.list", module=self.subject, of=pk))

    def kept(self) -> dict[str, str]:
        return kept()

    def tabs_of(self, pk: int, current: str, parts: Iterable[TabPart]) -> list[Tab]:
        """The tabs of a sheet from their parts: key, label, icon, count."""
        return [
            Tab(key, label, icon, self.sheet_url(pk, key), count, key == current)
            for key, label, icon, count in parts
        ]

    def way(self, pk: int, tab: str) -> dict[str, Any]:
        """The neighbours of a sheet in the list it was opened from, and the way back there; its
        possible doubles."""
        listing = came_from(self.spec)

        def neighbour(identity: int, page: Listing) -> str:
            parts = {"tab": tab} if tab else {}
            return self.url_of("sheet", pk=identity, **parts, **{CAME_FROM: page.query_string})

        return {
            "travel": travel(listing, pk, neighbour),
            "list_url": self._address(listing) if listing else self.url_of("list"),
            "doubles": self.doubles(pk),
            # For the keys of the sheet, and for « Aller à… », which remembers what was opened.
            "record_key": f"{self.subject}:{pk}",
            "edit_key_url": self.url_of("edit", pk=pk, **kept()) if self.may("can_edit") else "",
        }

    @expose("/<int:pk>/tags", methods=["GET", "POST"])
    @has_access
    @permission_name(TAG)
    def tags(self, pk: int) -> ResponseReturnValue:
        """The pop-up « Ajouter un tag », and the tag it names."""
        record_ = self.load(pk, lock=request.method == "POST")
        error = None
        if request.method == "POST":
            try:
                label = request.form.get("tag_text", "")
                tag = ensure_tag(Module(self.subject), label, by=g.user)
                batch = bulk_add(tag, [record_.id], by=g.user)
                url = url_for("BinView.undo", pk=batch.id) if batch.item_count else None
                said = _("Tag « %(label)s » ajouté.", label=batch.label)
                db.session.commit()
                flash_undo(said, url)
                return saved(self.sheet_url(pk))
            except Refused as refusal:
                db.session.rollback()
                error = str(refusal.message)
        page = render_template(
            "sheets/add_tag.html",
            is_fragment=wants_fragment(),
            cancel_url=self.sheet_url(pk),
            module=self.subject.value,
            name=str(record_),
            choices=[] if wants_fragment() else live_tags(Module(self.subject)).values(),
            error=error,
        )
        return page, 422 if error else 200

    @expose("/<int:pk>/tags/<int:tag_id>/remove", methods=["POST"])
    @has_access
    @permission_name(TAG)
    def drop_tag(self, pk: int, tag_id: int) -> ResponseReturnValue:
        record_ = self.load(pk, lock=True)
        tag = next((tag for tag in record_.tags if tag.id == tag_id), None)
        if tag is not None:
            batch = bulk_remove(tag, [record_.id], by=g.user)
            said, url = (
                _("Tag « %(label)s » retiré.", label=tag),
                url_for("BinView.undo", pk=batch.id),
            )
            db.session.commit()
            flash_undo(said, url)
        return redirect(self.sheet_url(pk), 303)


def _two_alone(count: str) -> str:
    return _(
        "Une fusion réunit deux fiches\u00a0: cochez-en deux. Fiches cochées\u00a0: %(count)s.",
        count=count,
    )
