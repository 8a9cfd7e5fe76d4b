"""Actions › Imprimer: one sheet at once, a selection as a job (requirements C2, E4)."""

from __future__ import annotations

from collections.abc import Sequence

from flask import g, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _

from app.core.http import wants_fragment
from app.core.listpage import BulkAction
from app.core.selection import SelectionChanged, read_selection
from app.core.submissions import Submission
from app.extensions import db
from app.history.actions import Action
from app.history.operations import record
from app.jobs.notices import follow
from app.permissions import Permission, method
from app.sheets.bulk import BulkForm, Group
from app.sheets.bulkviews import ActionViews
from app.sheets.printjobs import KEPT, MOST_SHEETS, Printing, ask_print

PRINT = method(Permission.PRINT)


class PrintViews(ActionViews):
    """A list whose sheets can be printed."""

    printing: Printing

    @expose("/<int:pk>/print", methods=["POST"])
    @has_access
    @permission_name(PRINT)
    def print(self, pk: int) -> ResponseReturnValue:
        """The sheet as a PDF; that it was printed is part of its history."""
        pdf = self.printing.pdf(self.load(pk), g.user)
        record(Action.PRINTED, subject=self.subject, subject_id=pk, by=g.user)
        db.session.commit()
        answer = make_response(pdf)
        answer.mimetype = "application/pdf"
        answer.headers["Content-Disposition"] = f'inline; filename="fiche-{pk}.pdf"'
        return answer

    def bulk_actions(self) -> Sequence[BulkAction]:
        found = super().bulk_actions()
        if not self.may(Permission.PRINT):
            return found
        url, label = self.url_of("print_selection"), _("Imprimer la sélection")
        return [*found, BulkAction("print", label, "printer", url, Group.FIRST.value)]

    @expose("/bulk/print", methods=["GET", "POST"])
    def print_selection(self) -> ResponseReturnValue:
        """« Imprimer la sélection »: the pop-up over the list, then the job."""
        if not self.may(Permission.PRINT):
            return self.refuse_stranger()
        form = BulkForm()
        if request.method == "GET":
            form.prepare()
            # The rows are checked in the list: without it there is nothing to print.
            return (
                self._print_page(form, 200) if wants_fragment() else redirect(self.url_of("list"))
            )
        try:
            selection = read_selection(request.form, request.args, self.spec)
        except SelectionChanged as change:
            return self.selection_changed(change)

        def do(used: Submission) -> str:
            job = ask_print(self.subject, selection.ids, by=g.user, back=self.back_to_list())
            used.result = url = url_for("JobView.show", pk=job.id)
            db.session.commit()
            follow(job, session)
            return url

        return self.done_once(form, do, lambda: self._print_page(form, 422))

    def _print_page(self, form: BulkForm, status: int) -> ResponseReturnValue:
        page = render_template(
            "sheets/print.html",
            form=form,
            most=MOST_SHEETS,
            days=KEPT.days,
            action_url=self.url_of("print_selection"),
            cancel_url=self.back_to_list(),
            is_fragment=wants_fragment(),
        )
        return page, status
