"""The notes of a sheet (requirements C7, C11, E8): written, edited and removed where they stand."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import abort, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _

from app.core.deeds import done_once
from app.core.flashes import flash_undo
from app.core.http import wants_fragment
from app.core.inplace import in_place
from app.core.popups import PopupViews
from app.extensions import db
from app.history.actions import Subject
from app.notes.forms import NoteForm
from app.notes.models import Note
from app.notes.operations import edit_note, may_change, remove_note, write_note
from app.notes.queries import Owner, note_of, notes_of
from app.permissions import Permission, method
from app.sheets.travel import kept

EDIT = method(Permission.EDIT)


class NoteViews(PopupViews):
    """A kind of record on whose sheet notes are written."""

    subject: Subject

    def sheet_url(self, pk: int, tab: str = "") -> str:
        raise NotImplementedError

    def notes_url(self, owner: Owner) -> str:
        """The page on which the notes of an owner are read."""
        return self.sheet_url(owner.id)

    def notes_context(self, owner: Owner) -> dict[str, Any]:
        """What sheets/_notes.html reads."""
        form = NoteForm(formdata=None)
        form.prepare()
        return {
            "notes": notes_of(owner),
            "note_form": form if self.may(Permission.EDIT) else None,
            "notes_address": self.url_of("write", pk=owner.id, site=owner.site_id, **kept()),
            "note_address": partial(self._note_address, owner),
            "may_change_note": lambda note: self.may(Permission.EDIT) and may_change(note, g.user),
        }

    def _note_address(self, owner: Owner, endpoint: str, note: Note) -> str:
        return self.url_of(endpoint, pk=owner.id, note_id=note.id, site=owner.site_id, **kept())

    def owner_named(self, pk: int) -> Owner:
        """The record of an address, kept where something is posted, and its site; or 404."""
        self.load(pk, lock=request.method == "POST")
        return Owner(self.subject, pk)

    def _note(self, owner: Owner, note_id: int) -> Note:
        """A note that the person may change; 404, or 403."""
        note = note_of(owner, note_id) or abort(404)
        return note if may_change(note, g.user) else abort(403)

    @expose("/<int:pk>/notes/", methods=["GET", "POST"])
    @has_access
    @permission_name(EDIT)
    def write(self, pk: int) -> ResponseReturnValue:
        """Write a note: from the sheet itself, or on a page of its own."""
        owner, form = self.owner_named(pk), NoteForm()
        if not form.is_submitted():
            form.prepare()
            return self._note_page(owner, form, 200)
        url = self.notes_url(owner)

        def write() -> str:
            write_note(owner, form.text.data, by=g.user)
            return url

        if done_once(form, write) is None:
            return self._note_page(owner, form, 422)
        return make_response("", 204) if wants_fragment() else redirect(url, 303)

    def _note_page(self, owner: Owner, form: NoteForm, status: int) -> ResponseReturnValue:
        page = render_template(
            "_frames/inplace.html", form=form, is_fragment=wants_fragment(), conflicts=(),
            cancel_url=self.notes_url(owner), form_title=_("Écrire une note"),
        )  # fmt: skip
        return page, status

    @expose("/<int:pk>/notes/<int:note_id>", methods=["GET", "POST"])
    @has_access
    @permission_name(EDIT)
    def note(self, pk: int, note_id: int) -> ResponseReturnValue:
        """Correct a note where it stands."""
        owner = self.owner_named(pk)
        note = self._note(owner, note_id)
        stored = {"text": note.text}
        form = NoteForm(data=stored)

        def update() -> None:
            base = form.base_values().get("text")
            edit_note(note, owner, form.text.data, base=base, by=g.user)

        return in_place(
            form, stored, update, back=self.notes_url(owner), show=lambda _field, text: text or "",
            title=_("Modifier la note"),
        )  # fmt: skip

    @expose("/<int:pk>/notes/<int:note_id>/remove", methods=["POST"])
    @has_access
    @permission_name(EDIT)
    def remove(self, pk: int, note_id: int) -> ResponseReturnValue:
        owner = self.owner_named(pk)
        batch = remove_note(self._note(owner, note_id), owner, by=g.user)
        db.session.commit()
        flash_undo(_("Note supprimée."), url_for("BinView.undo", pk=batch.id))
        return redirect(self.notes_url(owner), 303)
