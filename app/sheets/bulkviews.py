"""The bar of the checked rows: each action's pop-up, what it would do, and doing it, in the request
or as a job (requirements B3, B4, B7)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import (
    abort,
    flash,
    g,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose
from flask_babel import gettext as _

from app.core.crmview import saved
from app.core.flashes import flash_undo
from app.core.formats import format_number
from app.core.http import wanted_region, wants_fragment
from app.core.listing import BadQuery, Listing
from app.core.listpage import BulkAction
from app.core.popups import PopupViews
from app.core.rules import Refused
from app.core.selection import Selection, SelectionChanged, read_selection
from app.core.submissions import AlreadySubmitted, Submission, claim
from app.extensions import db
from app.history.actions import Subject
from app.history.models import Batch
from app.jobs.notices import follow
from app.jobs.operations import most_in_request
from app.jobs.words import reason
from app.sheets.bulk import GROUPS, Bulk, BulkForm, Outcome, Values, done
from app.sheets.bulkjobs import ask_bulk


def flash_batch(text: str, batch: Batch) -> None:
    """Say what was done, with the way to take it back where something was."""
    flash_undo(text, url_for("BinView.undo", pk=batch.id) if batch.item_count else None)


class ActionViews(PopupViews):
    """A list whose checked rows something can be done with."""

    subject: Subject
    bulks: tuple[Bulk, ...] = ()

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        rights = {str(bulk.right) for bulk in self.bulks} - set(self.base_permissions)
        self.base_permissions += sorted(rights)

    def bulk_actions(self) -> Sequence[BulkAction]:
        """The declared actions that the person signed in may do, in the order of the bar."""
        return [
            BulkAction(
                name=bulk.name,
                label=str(bulk.short or bulk.label),
                icon=bulk.icon,
                url=self.url_of("bulk", name=bulk.name),
                group=bulk.group.value,
                group_label=str(GROUPS.get(bulk.group, "")),
                danger=bulk.is_dangerous,
            )
            for bulk in self.bulks
            if self.may(bulk.right)
        ]

    @expose("/bulk/<name>", methods=["GET", "POST"])
    def bulk(self, name: str) -> ResponseReturnValue:
        """The pop-up of an action, and the action on the selection that its form sends."""
        bulk = self._declared(name)
        if not self.may(bulk.right):
            return self.refuse_stranger()
        form = bulk.form()
        if request.method == "GET":
            form.prepare()
            # The rows are checked in the list: without it there is nothing to act on.
            return (
                self._popup(bulk, form, 200) if wants_fragment() else redirect(self.url_of("list"))
            )
        try:
            selection = read_selection(request.form, request.args, self.spec)
        except SelectionChanged as change:
            return self.selection_changed(change)
        if not form.validate():
            return self._popup(bulk, form, 422)

        def do(used: Submission) -> str:
            values = form.values()
            batch = bulk.begin(values, selection.ids, g.user)
            if len(selection) <= most_in_request():
                self._do(bulk, selection, values, batch)
                return self.back_to_list()
            used.result = url = self._ask(bulk, selection, values, batch)
            db.session.commit()
            return url

        return self.done_once(form, do, lambda: self._popup(bulk, form, 422))

    def _declared(self, name: str) -> Bulk:
        found = next((bulk for bulk in self.bulks if bulk.name == name), None)
        return found if found is not None else abort(404)

    def done_once(
        self, form: BulkForm, do: Callable[[Submission], str],
        refused: Callable[[], ResponseReturnValue],
    ) -> ResponseReturnValue:  # fmt: skip
        """Do what the pop-up asks and go where `do` answers, once however often the form arrives;
        `do` commits. `refused` draws the pop-up with what stands in the way."""
        try:
            url = do(claim(form.key.data or "", account_id=g.user.id))
        except AlreadySubmitted as again:
            db.session.rollback()
            return saved(again.result or self.back_to_list())
        except Refused as refusal:
            message = str(refusal.message)
            db.session.rollback()
            form.refuse(refusal.field, message)
            return refused()
        return saved(url)

    def _do(self, bulk: Bulk, selection: Selection, values: Values, batch: Batch) -> None:
        outcome = done(bulk, self.subject, selection.ids, values, by=g.user, batch=batch)
        db.session.commit()
        flash_batch(bulk.said(outcome.changed, values), batch)
        self._tell_refused(outcome)

    def _tell_refused(self, outcome: Outcome) -> None:
        for code, number in outcome.refused.items():
            flash(reason(code, number), "warning")

    def _ask(self, bulk: Bulk, selection: Selection, values: Values, batch: Batch) -> str:
        back = self.back_to_list()
        job = ask_bulk(bulk, self.subject, selection.ids, values, by=g.user, batch=batch, back=back)
        follow(job, session)
        return url_for("JobView.show", pk=job.id)

    @expose("/bulk/<name>/preview", methods=["POST"])
    def bulk_preview(self, name: str) -> ResponseReturnValue:
        """What the action would do to the selection, as the pop-up says it before."""
        bulk = self._declared(name)
        if not self.may(bulk.right):
            return self.refuse_stranger()
        try:
            selection = read_selection(request.form, request.args, self.spec)
        except SelectionChanged as change:
            return self.selection_changed(change)
        form = bulk.form()
        text = bulk.foreseen(selection.ids, form.values(), g.user) if form.validate() else ""
        return make_response({"text": text})

    def _popup(self, bulk: Bulk, form: BulkForm, status: int) -> ResponseReturnValue:
        page = render_template(
            "sheets/bulk.html",
            form=form,
            bulk=bulk,
            is_fragment=wants_fragment(),
            cancel_url=self.back_to_list(),
            action_url=self.url_of("bulk", name=bulk.name),
            preview_url=self.url_of("bulk_preview", name=bulk.name),
            module=self.subject.value,
            most_in_request=most_in_request(),
        )
        return page, status

    def refuse_stranger(self) -> ResponseReturnValue:
        if not g.user.is_authenticated:
            return redirect(url_for("AuthDBView.login", next=self.url_of("list")))
        return abort(403)

    def selection_changed(self, change: SelectionChanged) -> ResponseReturnValue:
        message = _(
            "La liste a changé : %(found)s fiches correspondent maintenant, au lieu de %(confirmed)s. "
            "Rien n’a été fait ; vérifiez, puis recommencez.",
            found=format_number(change.found),
            confirmed=format_number(change.confirmed),
        )
        if wants_fragment() and wanted_region() != "dialog":
            return make_response({"message": message}, 409)
        page = render_template(
            "errors/changed.html",
            message=message,
            url=self.back_to_list(),
            is_fragment=wants_fragment(),
        )
        return page, 409

    def back_to_list(self) -> str:
        """The list as it was when the action was asked."""
        try:
            return self._address(Listing.parse(request.args, self.spec))
        except BadQuery:
            return self.url_of("list")
