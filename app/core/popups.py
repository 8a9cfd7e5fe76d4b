"""The pop-ups « Ajouter » and « Modifier » of one kind of record: they lose nothing that was
typed, make one row of a double click, and ask when two people changed the same field."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from flask import g, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import LazyString
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from app.core.crmform import CrmForm
from app.core.crmview import BACK, CrmModelView, saved
from app.core.deeds import done_once, store
from app.core.http import wants_fragment
from app.core.listing import Listing
from app.core.submissions import is_used
from app.permissions import Permission, View


class Waits(Exception):
    """Saving waits for an answer to the question beside the form; nothing was written."""


class PopupViews(CrmModelView):
    """A list with the forms that add to it and correct it (requirements B11, C3, E5, G1)."""

    form_template = ""
    edit_title_text: LazyString

    def address_of(self, pk: int) -> str:
        """Where one sees a record: after it is saved, and when its form is given up."""
        raise NotImplementedError

    def after_edit(self, pk: int) -> str:
        """Where one was when the record's form was opened: on its sheet, or in the list."""
        if BACK not in request.args:
            return self.address_of(pk)
        query = parse_qsl(request.args[BACK], keep_blank_values=True)
        return self._address(Listing.parse(MultiDict(query), self.spec))

    def show_value(self, field: str, value: Any) -> str:
        """How a stored value reads, for the question about a clash."""
        raise NotImplementedError

    def form_context(self, _form: Any) -> dict[str, Any]:
        """What the form's template reads besides the form."""
        return {}

    def beside_new(self, _form: CrmForm | None, _seen: str | None = None) -> Any:
        """What stands beside the form of a new record: its likely doubles (duplicates/panel.py).
        `_form` is None before anything was typed; `_seen` says what was seen when it is saved."""
        return None

    def beside_edited(self, _form: CrmForm, _found: Any, _seen: str) -> Any:
        """The question whether the edit made the record a double; None where there is none."""
        return None

    def form_page(
        self, form: CrmForm, status: int, found: Any = None, **more: Any
    ) -> ResponseReturnValue:
        """The form of a new record, or of the one that was found."""
        page = render_template(
            self.form_template,
            form=form,
            form_title=self.add_title_text if found is None else self.edit_title_text,
            submit=_("Ajouter") if found is None else _("Modifier"),
            cancel_url=self.url_of("list") if found is None else self.after_edit(found.id),
            is_fragment=wants_fragment(),
            existing=g.get("existing"),
            may_restore=self.appbuilder.sm.has_access(Permission.RESTORE, View.BIN),
            duplicates=self._beside(form) if found is None else g.get("beside"),
            **self.form_context(form),
            **more,
        )
        return page, status

    def _beside(self, form: CrmForm) -> Any:
        if "beside" in g:
            return g.beside
        return self.beside_new(form if form.is_submitted() else None)

    def added(self, form: CrmForm, create: Callable[[], Any]) -> ResponseReturnValue:
        """Make the record that the posted form describes, once."""
        if not is_used(form.key.data or "") and form.validate():
            g.beside = self.beside_new(form, request.form.get("confirmed", ""))
            if g.beside is not None and g.beside.is_question:
                return self.form_page(form, 422)
        url = done_once(form, lambda: self.address_of(create().id))
        return self.form_page(form, 422) if url is None else saved(url or self.url_of("list"))

    def edited(
        self, form: CrmForm, found: Any, stored: dict[str, Any], update: Callable[[], Any]
    ) -> ResponseReturnValue:
        """Show the form of a record, or store what the posted one changed.

        `stored` holds the values that the form was made with; `update` merges and writes.
        """
        if not form.is_submitted():
            form.prepare(stored)
            return self.form_page(form, 200, found)
        form.settle(request.form)
        url = self.after_edit(found.id)  # What is stored is read anew when it is asked for again.

        def asked_then_updated() -> None:
            g.beside = self.beside_edited(form, found, request.form.get("confirmed", ""))
            if g.beside is not None:
                raise Waits
            update()

        try:
            status, conflicts = store(form, asked_then_updated, self.show_value)
        except Waits:
            return self.form_page(form, 422, found)
        if status == 204:
            return saved(url)
        return self.form_page(form, status, found, conflicts=conflicts)
