"""« Fusionner avec… », and the tags of the whole list that look alike."""

from __future__ import annotations

from flask import abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.core.crmview import CrmModelView, saved
from app.core.deeds import done_once
from app.core.flashes import flash_undo
from app.core.formats import format_number
from app.core.http import wants_fragment
from app.core.ids import is_id
from app.core.rules import Refused
from app.extensions import db
from app.permissions import Permission, method
from app.tags.forms import MergeForm
from app.tags.merging import merge_tags, say_not_same
from app.tags.models import Module, Tag
from app.tags.offers import alike_tags
from app.tags.operations import find_tag, usage
from app.tags.queries import live_tags

EDIT = method(Permission.EDIT)


class MergeViews(CrmModelView):
    """The part of « Gestion des tags » that makes one tag of two."""

    @expose("/<int:pk>/merge", methods=["GET", "POST"])
    @has_access
    @permission_name(EDIT)
    def merge(self, pk: int) -> ResponseReturnValue:
        """The pop-up that asks into which tag, and the merge."""
        tag = db.session.get(Tag, pk)
        if tag is not None and tag.merged_into_id is not None:
            return self._merged_already(tag)
        tag = self.load(pk)
        form = MergeForm()
        if not form.is_submitted():
            form.prepare()
            form.into_text.process(None, self._asked(tag))
            return self._merge_page(form, tag, 200)

        def merge() -> str:
            self._merge(tag, form.into_text.data)
            return self.url_of("list")

        url = done_once(form, merge)
        return self._merge_page(form, tag, 422) if url is None else saved(url)

    def _asked(self, tag: Tag) -> str | None:
        """The label of the tag that the address proposes, where it is one of the module's."""
        into = request.args.get("into", "")
        other = live_tags(Module(tag.module)).get(into) if into != str(tag.id) else None
        return other.label if other is not None else None

    def _merge(self, tag: Tag, label: str) -> None:
        survivor = find_tag(Module(tag.module), label)
        if survivor is None:
            message = _l("Le tag « %(label)s » n’existe pas.", label=label)
            raise Refused("into_text", message)
        batch = merge_tags(tag, survivor, by=g.user)
        said = _("Tag « %(label)s » fusionné avec « %(into)s ».", label=tag, into=survivor)
        flash_undo(said, url_for("BinView.undo", pk=batch.id))

    def _merged_already(self, tag: Tag) -> ResponseReturnValue:
        survivor = db.session.get(Tag, tag.merged_into_id)
        said = _("Le tag « %(label)s » est déjà fusionné avec « %(into)s ».", label=tag, into=survivor)  # fmt: skip
        flash(said, "warning")
        return saved(self.url_of("list"))

    def _merge_page(self, form: MergeForm, tag: Tag, status: int) -> ResponseReturnValue:
        label = form.into_text.data
        into = find_tag(Module(tag.module), label) if label else None
        page = render_template(
            "tags/merge.html",
            form=form,
            tag=tag,
            into=into.id if into is not None else "",
            others=[one for one in live_tags(Module(tag.module)).values() if one.id != tag.id],
            foreseen=self._foreseen(tag, form.into_text.data),
            cancel_url=self.url_of("list"),
            is_fragment=wants_fragment(),
        )
        return page, status

    @expose("/<int:pk>/merge/foreseen", methods=["POST"])
    @has_access
    @permission_name(EDIT)
    def merge_foreseen(self, pk: int) -> ResponseReturnValue:
        """What the merge would touch, while the other tag is chosen."""
        tag, form = db.session.get(Tag, pk) or abort(404), MergeForm()
        # An answer that comes after the merge is about nothing, and no mistake of the person's.
        foreseen = [] if tag.trashed_at else self._foreseen(tag, form.into_text.data)
        return render_template("tags/_foreseen.html", foreseen=foreseen)

    def _foreseen(self, tag: Tag, label: str | None) -> list[str]:
        survivor = find_tag(Module(tag.module), label) if label else None
        if survivor is None or survivor.id == tag.id:
            return []
        count = usage(tag, survivor)
        will = (
            _("%(n)s fiches porteront « %(label)s ».", n=format_number(count), label=survivor)
            if count > 1
            else _("1 fiche portera « %(label)s ».", label=survivor)
            if count
            else _("Aucune fiche ne porte ces tags.")
        )
        kept = _("« %(label)s » devient un ancien libellé : le taper donnera « %(into)s ».", label=tag, into=survivor)  # fmt: skip
        return [will, kept]

    # ---- over the whole list

    @expose("/alike")
    @has_access
    @permission_name(EDIT)
    def alike(self) -> ResponseReturnValue:
        """« Tags qui se ressemblent »: the fold of the list, or a page of its own."""
        fragment = wants_fragment() or "HX-Request" in request.headers
        return render_template(
            "tags/alike.html", pairs=alike_tags(), view=self, is_fragment=fragment,
            list_url=self.url_of("list"),
        )  # fmt: skip

    @expose("/<int:pk>/not-same", methods=["POST"])
    @has_access
    @permission_name(EDIT)
    def not_same(self, pk: int) -> ResponseReturnValue:
        """« Ce ne sont pas les mêmes », remembered for everybody."""
        tag, other = self.load(pk), request.form.get("other", "")
        if not is_id(other):
            abort(400)
        first, second = sorted((tag, self.load(int(other))), key=lambda each: each.id)
        try:
            say_not_same(first, second, by=g.user)
        except Refused as refusal:
            db.session.rollback()
            flash(str(refusal.message), "warning")
        else:
            db.session.commit()
            flash(_("C’est noté : ces deux tags ne seront plus proposés."), "success")
        return redirect(self.url_of("list"), 303)
