"""The logo or the photo of a sheet: the pop-up that sets it, taking it away, and the file itself
(requirements C4, E6)."""

from __future__ import annotations

import logging
from typing import Any

from flask import Response, abort, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.core.crmview import saved
from app.core.errors import InvalidValue
from app.core.flashes import flash_undo
from app.core.http import request_number, send_as_file, wants_fragment
from app.core.popups import PopupViews
from app.extensions import db
from app.history.actions import Subject
from app.history.models import Batch
from app.images import queries, store
from app.images.decoding import HEAVIEST, MOST_PIXELS, Picture, Size, TooHeavy, read_picture
from app.images.forms import ACCEPTED, ImageForm
from app.images.operations import ImageChanged, image_id_of, remove_image, set_image
from app.permissions import Permission, method

log = logging.getLogger(__name__)
SHOW, EDIT = method(Permission.SHOW), method(Permission.EDIT)

# What is said of each kind's picture once it is set for the first time, replaced, removed.
DONE: dict[Subject, tuple[LazyString, LazyString, LazyString]] = {
    Subject.COMPANY: (_l("Logo ajouté."), _l("Logo remplacé."), _l("Logo retiré.")),
    Subject.CONTACT: (_l("Photo ajoutée."), _l("Photo remplacée."), _l("Photo retirée.")),
}
NOT_STORED = _l("L’image n’a pas pu être enregistrée, peut-être faute de place. Prévenez un administrateur.")  # fmt: skip


class ImageViews(PopupViews):
    """What a sheet with a picture offers; who may see the sheet sees the picture."""

    subject: Subject

    def image_url(self, record_: Any, size: str = Size.LARGE) -> str | None:
        """The address of a record's picture; None where it has none."""
        image_id = image_id_of(record_, self.subject)
        if image_id is None:
            return None
        return self.url_of("picture", pk=record_.id, image_id=image_id, size=size)

    @expose("/<int:pk>/image/<int:image_id>/<any(small,large):size>")
    @has_access
    @permission_name(SHOW)
    def picture(self, pk: int, image_id: int, size: str) -> ResponseReturnValue:
        """The file. Its address never holds another picture, so a browser's copy stays good."""
        image = queries.image_borne(self.spec, self.subject, pk, image_id)
        if image is None:
            abort(404)
        answer = Response(mimetype=image.mime)
        answer.set_etag(f"{image.sha256[:32]}-{size}")
        answer.headers["Content-Disposition"] = "inline"
        if answer.make_conditional(request).status_code != 304:
            data = store.read(image.sha256, Size(size))
            if data is None:
                log.error("picture %s: its file is missing", image_id)
                abort(404)
            answer.data = data
        send_as_file()
        return answer

    @expose("/<int:pk>/image", methods=["GET", "POST"])
    @has_access
    @permission_name(EDIT)
    def image(self, pk: int) -> ResponseReturnValue:
        """The pop-up « Ajouter une photo », and the file that it sends."""
        record_, form = self.load(pk), ImageForm()
        if not form.is_submitted():
            form.seen.data = image_id_of(record_, self.subject) or ""
            return self._image_page(form, record_, 200)
        if not form.file.data:
            return self._refused(form, record_, _("Choisissez une image."), 422)
        db.session.rollback()  # Nothing is written yet: nobody waits while it is decoded.
        try:
            picture = self._read(form)
        except InvalidValue as refusal:
            status = 413 if isinstance(refusal, TooHeavy) else 422
            return self._refused(form, self.load(pk), str(refusal), status)
        return self._set(form, pk, picture)

    def _read(self, form: ImageForm) -> Picture:
        is_photo = self.subject is Subject.CONTACT
        return read_picture(form.bytes(), is_photo=is_photo, window=form.window())

    def _set(self, form: ImageForm, pk: int, picture: Picture) -> ResponseReturnValue:
        record_, seen = self.load(pk, lock=True), form.seen_id()
        try:
            batch = set_image(record_, picture, subject=self.subject, seen=seen, by=g.user)
        except ImageChanged as change:
            form.seen.data = change.current or ""
            return self._image_page(form, record_, 409)
        except OSError as error:
            db.session.rollback()
            log.error("picture not stored %s: %s", request_number(), error)  # noqa: TRY400  # No trace needed.
            return self._refused(form, self.load(pk), str(NOT_STORED), 507)
        db.session.commit()
        self._tell(batch, int(seen is not None))
        return saved(self.address_of(pk))

    @expose("/<int:pk>/image/<int:image_id>/remove", methods=["POST"])
    @has_access
    @permission_name(EDIT)
    def drop_image(self, pk: int, image_id: int) -> ResponseReturnValue:
        """Take away the picture that the sheet showed; without asking, since it comes back."""
        record_ = self.load(pk, lock=True)
        try:
            batch = remove_image(record_, subject=self.subject, seen=image_id, by=g.user)
        except ImageChanged:
            abort(409)
        db.session.commit()
        self._tell(batch, 2)
        return redirect(self.address_of(pk), 303)

    def _tell(self, batch: Batch | None, deed: int) -> None:
        """Say what was done, with the way to take it back; nothing for a second click."""
        if batch is not None:
            flash_undo(str(DONE[self.subject][deed]), url_for("BinView.undo", pk=batch.id))

    def _refused(
        self, form: ImageForm, record_: Any, message: str, status: int
    ) -> ResponseReturnValue:
        form.file.errors = (message,)
        return self._image_page(form, record_, status)

    def _image_page(self, form: ImageForm, record_: Any, status: int) -> ResponseReturnValue:
        page = render_template(
            "images/form.html",
            form=form,
            name=str(record_),
            is_photo=self.subject is Subject.CONTACT,
            image_url=self.image_url(record_),
            has_changed=status == 409,
            accepted=ACCEPTED,
            heaviest=HEAVIEST,
            most_pixels=MOST_PIXELS,
            cancel_url=self.address_of(record_.id),
            is_fragment=wants_fragment(),
        )
        return page, status
