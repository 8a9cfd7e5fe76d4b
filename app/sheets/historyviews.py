"""« Historique des actions » of a sheet: filtered, and a change taken back (requirement C12)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _
from sqlalchemy import select

from app.core.crmform import CrmForm
from app.core.crmview import saved
from app.core.http import wants_fragment
from app.core.ids import is_id
from app.core.listing import BadQuery
from app.core.merge import Stale
from app.core.popups import PopupViews
from app.core.rules import Refused
from app.extensions import db
from app.history.actions import FIELDS, Subject
from app.history.models import HistoryEntry
from app.history.queries import Asked, entry_of, history_page
from app.permissions import Permission, method
from app.sheets.travel import kept

# What a line put back would store, by field, and what it stored: (old, new).
Change = Mapping[str, tuple[Any, Any]]


class HistoryViews(PopupViews):
    """A kind of record whose history is read and taken back line by line."""

    subject: Subject

    def sheet_url(self, pk: int, tab: str = "") -> str:
        raise NotImplementedError

    def changed_by(self, entry: HistoryEntry) -> Change:
        """The fields of a line as the operation takes them; {} where it cannot be taken back."""
        raise NotImplementedError

    def stored_now(self, found: Any, entry: HistoryEntry) -> Mapping[str, Any]:
        """What the record, or the part of it that the line is about, holds now."""
        raise NotImplementedError

    def put_back(
        self, found: Any, entry: HistoryEntry, values: Mapping[str, Any], base: Mapping[str, Any]
    ) -> Any:
        """The one operation that stores the old values."""
        raise NotImplementedError

    def history_context(self, pk: int) -> dict[str, Any]:
        asked = asked_of_address()
        page = history_page(
            self.subject, pk, show=self.show_value, asked=asked, take_back=self._taking_back(pk),
            merged=self._merged_into(pk),
        )  # fmt: skip
        args = {name: value for name, value in request.args.items() if name != "before"}
        older = self.url_of("sheet", pk=pk, tab="history", **args, before=page.older_than)
        return {"page": page, "tab_url": self.sheet_url(pk, "history"), "older_url": older}

    def _merged_into(self, pk: int) -> Mapping[int, str]:
        """The sheets that are a part of this one, by their ids: what was done to them is a part
        of its history, until the merge is taken back."""
        model = self.spec.model
        merged = select(model).where(model.merged_into_id == pk).order_by(model.id)
        return {one.id: str(one) for one in db.session.scalars(merged)}

    def _taking_back(self, pk: int) -> Callable[[HistoryEntry], str | None]:
        may = self.may(Permission.EDIT)

        def address(entry: HistoryEntry) -> str | None:
            if not may or not self.changed_by(entry):
                return None
            return self.url_of("take_back", pk=pk, entry_id=entry.id, **kept())

        return address

    @expose("/<int:pk>/history/<int:entry_id>/take-back", methods=["GET", "POST"])
    @has_access
    @permission_name(method(Permission.EDIT))
    def take_back(self, pk: int, entry_id: int) -> ResponseReturnValue:
        """Put the values back that a line replaced; what changed since is shown and asked."""
        found = self.load(pk, lock=request.method == "POST")
        entry = entry_of(self.subject, pk, entry_id)
        change = self.changed_by(entry) if entry is not None else {}
        if entry is None or not change:
            abort(404)
        now, form = self.stored_now(found, entry), CrmForm()
        if not form.is_submitted():
            form.prepare({field: now.get(field) for field in change})
            return self._take_back_page(pk, form, change, now, 200)
        try:
            values = {field: old for field, (old, _new) in change.items()}
            self.put_back(found, entry, values, form.base_values())
        except (Stale, Refused) as error:
            stale = isinstance(error, Stale)
            message = _("La fiche vient de changer : vérifiez les valeurs.") if stale else ""
            message = message or str(getattr(error, "message", ""))
            db.session.rollback()
            now = self.stored_now(self.load(pk), entry)
            form.prepare({field: now.get(field) for field in change})
            return self._take_back_page(pk, form, change, now, 409 if stale else 422, message)
        db.session.commit()
        return saved(self.sheet_url(pk, "history"))

    def _take_back_page(
        self, pk: int, form: CrmForm, change: Change, now: Mapping[str, Any], status: int,
        message: str = "",
    ) -> ResponseReturnValue:  # fmt: skip
        def shown(field: str, value: Any) -> str:
            return "" if value is None else self.show_value(field, value)

        rows = [
            (
                FIELDS.get(field.removesuffix("_id"), field), shown(field, old), shown(field, new),
                shown(field, now.get(field)), now.get(field) != new,
            )
            for field, (old, new) in change.items()
        ]  # fmt: skip
        page = render_template(
            "sheets/take_back.html", form=form, rows=rows, error_message=message,
            is_fragment=wants_fragment(), cancel_url=self.sheet_url(pk, "history"),
        )  # fmt: skip
        return page, status


def asked_of_address() -> Asked:
    """What the address asks of the history; BadQuery where it cannot be understood."""
    by, before = request.args.get("by", ""), request.args.get("before", "")
    if (by and not is_id(by)) or (before and not is_id(before)):
        raise BadQuery(_("L’adresse de l’historique n’est pas valable."))
    since, until = _day("since"), _day("until")
    if since and until and until < since:
        raise BadQuery(_("La date de fin précède la date de début."))
    field = request.args.get("field", "")[:40].replace("\x00", "")
    return Asked(by, field, since, until, int(before) if before else None)


def _day(name: str) -> date | None:
    value = request.args.get(name, "")
    try:
        day = date.fromisoformat(value) if value else None
    except ValueError:
        day = date.min
    if day is not None and not 1900 <= day.year <= 2200:
        raise BadQuery(_("Une date est attendue, par exemple 2026-12-31."))
    return day
