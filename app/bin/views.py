"""« Corbeille »: what was deleted, bringing it back, removing it for good; and « Annuler »."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from urllib.parse import urlsplit, urlunsplit

from flask import (
    abort,
    flash,
    g,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_appbuilder import BaseView, expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _
from sqlalchemy import select

from app.bin import contents, queries, words
from app.bin.joining import give_tag, restore_without
from app.bin.kinds import HELD, Kind, gone_on, kind_of
from app.bin.operations import restore_some, undo, why_left
from app.bin.purgejob import ask_purge, said
from app.bin.purging import purge_chosen
from app.bin.rights import Sight, may_undo, sight_of
from app.bin.undojob import ask_undo
from app.core.crmview import saved
from app.core.flashes import flash_undo
from app.core.http import wants_fragment
from app.core.ids import is_id
from app.core.listing import BadQuery
from app.core.listpage import Pages
from app.core.rules import Refused
from app.extensions import db
from app.history.actions import Subject
from app.history.models import Batch
from app.history.undoing import way_of
from app.jobs.notices import follow
from app.jobs.operations import most_in_request
from app.jobs.words import reason
from app.permissions import Permission, View, method
from app.sheets.addresses import merge_url, sheet_url

LIST, PURGE = map(method, (Permission.LIST, Permission.PURGE))
LISTS = {
    Subject.COMPANY: "CompanyView.list",
    Subject.CONTACT: "ContactView.list",
    Subject.TAG: "TagView.list",
}
# More than this is not removed for good while somebody waits for the page.
MOST_PURGED = 500


class BinView(BaseView):
    """Administration › CRM › Corbeille."""

    route_base = "/crm/bin"
    class_permission_name = View.BIN.value
    default_view = "list"

    # ---- reading

    @expose("/")
    @has_access
    @permission_name(LIST)
    def list(self) -> ResponseReturnValue:
        asked, sight = queries.Asked.parse(request.args), self._sight()
        found = queries.batches(asked, sight)
        pages = Pages(asked, url_for("BinView.list"), found.total, len(found.rows))
        return render_template(
            "bin/list.html", asked=asked, found=found, pages=pages, words=words,
            people=queries.people(sight), gone_on=gone_on, may_restore=self._may_undo,
            is_own=sight.only_of is not None,
        )  # fmt: skip

    @expose("/<int:pk>/")
    @has_access
    @permission_name(LIST)
    def show(self, pk: int) -> ResponseReturnValue:
        """The records of a batch: one, some or all of them come back."""
        batch = self._batch(pk)
        asked = queries.Asked.parse({k: v for k, v in request.args.items() if k == "page"})
        held = contents.held_in(batch, page=asked.page, size=contents.PAGE)
        count = contents.count_held(batch)
        pages = Pages(
            asked.sized(contents.PAGE).on_page(asked.page),
            url_for("BinView.show", pk=pk), count, len(held), sizes=(contents.PAGE,),
        )  # fmt: skip
        subject = Subject(batch.subject_kind)
        return render_template(
            "bin/show.html", batch=batch, held=held, pages=pages, count=count, words=words,
            gone_on=gone_on(batch), holder_url=partial(_holder_url, subject),
            in_parts=_is_in_parts(batch), is_tag=kind_of(batch) is Kind.TAG, merges=self._may_merge(),
            may_restore=self._may_undo(batch), may_purge=self._may(PURGE) and kind_of(batch) in HELD,
        )  # fmt: skip

    # ---- coming back

    @expose("/<int:pk>/restore", methods=["POST"])
    @has_access
    @permission_name(LIST)
    def restore(self, pk: int) -> ResponseReturnValue:
        """The whole batch; the records that are checked; or the one of a row's button."""
        self._batch_to_restore(pk)
        if "one" not in request.args and request.form.get("checked") != "1":
            return self._take_back(pk, "")
        ids = self._chosen("one" if "one" in request.args else "ids")
        if not ids:
            flash(_("Cochez au moins une fiche."), "warning")
            return redirect(self._after(pk), 303)
        batch = self._locked(pk)
        try:
            back = restore_some(batch, ids, by=g.user)
            left = len(ids) - back
            db.session.commit()
        except Refused as refusal:
            self._give_up(refusal)
        else:
            flash(words.restored(back), "success")
            if left:
                flash(reason("taken", left), "warning")
        return redirect(self._after(pk), 303)

    @expose("/<int:pk>/records/<int:record_id>/join", methods=["POST"])
    @has_access
    @permission_name(LIST)
    def join(self, pk: int, record_id: int) -> ResponseReturnValue:
        """Bring a record back without what another one has, and open the merge of the two; a tag
        gives its records to the one that has its label."""
        if kind_of(self._batch_to_restore(pk)) is Kind.TAG:
            return self._give_tag(pk)
        try:
            batch = self._locked(pk)
            subject = Subject(batch.subject_kind)
            back = restore_without(batch, record_id, by=g.user)
            db.session.commit()
        except Refused as refusal:
            self._give_up(refusal)
            return redirect(self._after(pk), 303)
        flash(words.restored_without(back), "success")
        if self._may_merge():
            return redirect(merge_url(subject, back.clash.holder_id, record_id), 303)
        return redirect(sheet_url(subject, record_id), 303)

    def _give_tag(self, pk: int) -> ResponseReturnValue:
        try:
            given = give_tag(self._locked(pk), by=g.user)
            number, label, url = given.item_count, given.label, url_for("BinView.undo", pk=given.id)
            db.session.commit()
        except Refused as refusal:
            self._give_up(refusal)
        else:
            flash_undo(words.tag_given(label or "", number), url if number else None)
        return redirect(self._after(pk), 303)

    @expose("/<int:pk>/undo", methods=["POST"])
    def undo(self, pk: int) -> ResponseReturnValue:
        """The button « Annuler » of what one has just done oneself."""
        if not g.user.is_authenticated:
            return redirect(url_for("AuthDBView.login"))
        batch = db.session.get(Batch, pk)
        if batch is None:
            abort(404)
        if not self._may_undo(batch):
            abort(403)
        return self._take_back(pk, self._back(batch))

    def _take_back(self, pk: int, url: str) -> ResponseReturnValue:
        """Where to go afterwards: `url`, '' for the bin or what is left of the batch there."""
        batch = self._locked(pk)
        try:
            if batch.item_count > most_in_request() and _is_in_parts(batch):
                return self._take_back_aside(batch, url or url_for("BinView.list"))
            left, why = undo(batch, by=g.user), why_left(batch)
            db.session.commit()
            flash(_("L’action a été annulée.") if url else _("C’est restauré."), "success")
            if left:
                flash(reason(why, left), "warning")
        except Refused as refusal:
            self._give_up(refusal)
        return redirect(url or self._after(pk), 303)

    def _take_back_aside(self, batch: Batch, url: str) -> ResponseReturnValue:
        job = ask_undo(batch, by=g.user, back=url)
        db.session.commit()
        follow(job, session)
        return redirect(url_for("JobView.show", pk=job.id), 303)

    # ---- going for good

    @expose("/<int:pk>/purge", methods=["GET", "POST"])
    @has_access
    @permission_name(PURGE)
    def purge(self, pk: int) -> ResponseReturnValue:
        """« Supprimer définitivement »: what is lost, then its removal."""
        batch = self._batch(pk)
        if kind_of(batch) not in HELD:
            abort(404)
        given = self._chosen() if request.values.getlist("ids") else None
        ids = contents.ids_of(batch, given)
        if request.method == "GET" or request.form.get("sure") != "1":
            return self._purge_page(batch, ids, given)
        if len(ids) > MOST_PURGED:
            job = ask_purge(batch, ids, by=g.user)
            db.session.commit()
            follow(job, session)
            return saved(url_for("JobView.show", pk=job.id))
        gone = purge_chosen(batch.id, ids, by=g.user)
        db.session.commit()
        flash(said(None, gone), "success")
        return saved(self._after(pk))

    def _purge_page(
        self, batch: Batch, ids: Sequence[int], given: Sequence[int] | None
    ) -> ResponseReturnValue:
        losses = contents.losses(batch, ids)
        names = contents.names_of(batch, ids)
        return render_template(
            "bin/purge.html", batch=batch, ids=given or (), what=words.what(batch, len(ids)),
            title=words.names(queries.Shown(batch, len(ids), names)),
            lost=words.lost(losses), left=words.left_without(losses),
            is_fragment=wants_fragment(), cancel_url=url_for("BinView.show", pk=batch.id),
            action_url=url_for("BinView.purge", pk=batch.id),
        )  # fmt: skip

    # ---- what all of them do

    def _may(self, right: str) -> bool:
        return bool(self.appbuilder.sm.has_access(f"can_{right}", View.BIN.value))

    def _may_merge(self) -> bool:
        return bool(self.appbuilder.sm.has_access(Permission.MERGE, View.MERGE))

    def _may_undo(self, batch: Batch) -> bool:
        return may_undo(batch, g.user.id, self.appbuilder.sm.has_access)

    def _sight(self) -> Sight:
        return sight_of(g.user.id, self.appbuilder.sm.has_access)

    def _batch(self, pk: int) -> Batch:
        batch = queries.batch_of(pk, self._sight())
        return batch if batch is not None else abort(404)

    def _batch_to_restore(self, pk: int) -> Batch:
        batch = self._batch(pk)
        return batch if self._may_undo(batch) else abort(403)

    @staticmethod
    def _chosen(name: str = "ids") -> Sequence[int]:
        ids = request.values.getlist(name)
        if not all(is_id(one) for one in ids):
            raise BadQuery(_("Cochez des fiches de la liste."))
        return [int(one) for one in ids]

    @staticmethod
    def _locked(pk: int) -> Batch:
        """Read anew: another person may have taken it back while this one waited for the lock."""
        statement = select(Batch).where(Batch.id == pk).with_for_update()
        batch = db.session.scalars(statement.execution_options(populate_existing=True)).first()
        return batch if batch is not None else abort(404)

    @staticmethod
    def _give_up(refusal: Refused) -> None:
        message = str(refusal.message)
        db.session.rollback()
        flash(message, "danger")

    def _after(self, pk: int) -> str:
        """The page of the batch while the bin holds some of it, else the bin."""
        there = queries.batch_of(pk, self._sight()) is not None
        return url_for("BinView.show", pk=pk) if there else url_for("BinView.list")

    def _back(self, batch: Batch) -> str:
        here = urlsplit(request.referrer or "")
        if here.netloc == request.host:
            return urlunsplit(("", "", "/" + here.path.lstrip("/"), here.query, ""))
        return url_for(LISTS[Subject(batch.subject_kind)])


def _holder_url(subject: Subject, held: contents.Held) -> str:
    """The sheet of who has what a record needs."""
    clash = held.clash
    if clash is None:
        return ""
    if subject is Subject.TAG:
        return url_for("TagView.list", q=clash.holder)
    return sheet_url(subject, clash.holder_id)


def _is_in_parts(batch: Batch) -> bool:
    way = way_of(batch)
    return way is not None and way.in_parts is not None
