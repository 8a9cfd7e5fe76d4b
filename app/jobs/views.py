"""« Mes traitements »: what takes long, how far it is, what came of it."""

from __future__ import annotations

from typing import Any, cast

from flask import (
    Flask,
    abort,
    current_app,
    flash,
    g,
    redirect,
    render_template,
    send_file,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_appbuilder import BaseView, expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _
from sqlalchemy import select

from app.core.http import is_signed_in, wanted_region, wants_fragment
from app.core.rules import Refused
from app.extensions import db
from app.jobs import queries, words
from app.jobs.kinds import Offered, offer_of, offered_to, tell_stopped
from app.jobs.models import Job
from app.jobs.notices import ended, forget, is_following
from app.jobs.operations import cancel
from app.permissions import Permission, View, method

LIST, SHOW, CANCEL = (
    method(permission) for permission in (Permission.LIST, Permission.SHOW, Permission.CANCEL)
)


class JobView(BaseView):
    """CRM › Mes traitements. Who did not ask for a job gets 404, but for the administrators."""

    route_base = "/jobs"
    class_permission_name = View.JOB.value
    default_view = "list"

    def __init__(self) -> None:
        super().__init__()
        self.base_permissions.append(Permission.SEE_ALL.value)

    @expose("/")
    @has_access
    @permission_name(LIST)
    def list(self) -> ResponseReturnValue:
        return render_template(
            "jobs/list.html", jobs=queries.jobs_of(self._whose()), words=words, all=self._sees_all()
        )

    @expose("/<int:pk>/")
    @has_access
    @permission_name(SHOW)
    def show(self, pk: int) -> ResponseReturnValue:
        """A job's page; asked by its own script, the part that changes."""
        job = queries.job_for(pk, self._whose())
        if job is None:
            abort(404)
        if job.has_ended:
            forget(job, session)  # They are reading what the notice would lead to.
        return render_template(
            "jobs/show.html",
            job=job,
            words=words,
            lines=words.report_lines(job) if job.has_ended else [],
            in_vain=queries.waits_in_vain(job),
            undo_url=_undo_url(job),
            offered=_offered(job),
            fragment=wanted_region() == "job",
        )

    @expose("/<int:pk>/cancel", methods=["POST"])
    @has_access
    @permission_name(CANCEL)
    def cancel(self, pk: int) -> ResponseReturnValue:
        job = self._held(pk)
        try:
            cancel(job)
            if job.has_ended:  # It waited: no worker will say so.
                tell_stopped(job)
            db.session.commit()
            flash(_("Le traitement s’arrête : ce qui est fait reste fait."), "success")
        except Refused as refusal:
            message = str(refusal.message)
            db.session.rollback()
            flash(message, "info")
        return redirect(url_for("JobView.show", pk=pk), 303)

    @expose("/<int:pk>/file")
    @has_access
    @permission_name(SHOW)
    def file(self, pk: int) -> ResponseReturnValue:
        """The file that came of a job, for who asked for it alone."""
        job = queries.job_for(pk, g.user.id)
        offer = offer_of(job) if job is not None else None
        if job is None or offer is None:
            abort(404)
        if _offered(job) is None:
            abort(403)
        if offer.is_over:
            abort(410)
        return send_file(
            offer.path, mimetype=offer.media, as_attachment=True, download_name=offer.name
        )

    @expose("/notices")
    @has_access
    @permission_name(LIST)
    def notices(self) -> ResponseReturnValue:
        """The jobs of this session that have ended since it was last asked, as toasts."""
        notices = [notice(job) for job in ended(session, g.user.id)]
        return {"notices": notices, "follows": is_following(session)}

    def _held(self, pk: int) -> Job:
        statement = select(Job).where(Job.id == pk).with_for_update()
        if (whose := self._whose()) is not None:
            statement = statement.where(Job.asked_by_id == whose)
        job = db.session.scalars(statement.execution_options(populate_existing=True)).first()
        return job if job is not None else abort(404)

    def _sees_all(self) -> bool:
        return bool(self.appbuilder.sm.has_access(Permission.SEE_ALL.value, View.JOB.value))

    def _whose(self) -> int | None:
        return None if self._sees_all() else g.user.id


def notice(job: Job) -> dict[str, Any]:
    """What a toast says of a job that has ended, with the way to its report and back."""
    offer = _offered(job)
    return {
        "text": f"{words.title_of(job)} — {words.state_words(job)}",
        "url": url_for("JobView.show", pk=job.id),
        "url_text": _("Voir le compte rendu"),
        "undo_url": _undo_url(job),
        "file_url": url_for("JobView.file", pk=job.id) if offer and not offer.is_over else None,
        "file_text": offer.label if offer else None,
    }


def _offered(job: Job) -> Offered | None:
    """The file of a job, for who is signed in."""
    return offered_to(g.user.id, job, cast(Any, current_app).appbuilder.sm.has_access)


def _undo_url(job: Job) -> str | None:
    """Where what a job has done is taken back, once it has ended and if it changed something."""
    batch = job.batch
    if batch is None or not job.has_ended or not batch.item_count or batch.is_undone:
        return None
    return url_for("BinView.undo", pk=batch.id)


def _context() -> dict[str, Any]:
    """For the frame of the pages: what has ended meanwhile, and whether to go on asking."""

    def notices() -> list[dict[str, Any]]:
        if wants_fragment() or not is_signed_in() or not is_following(session):
            return []
        return [notice(job) for job in ended(session, g.user.id)]

    return {"job_notices": notices, "follows_jobs": lambda: is_following(session)}


def init_app(app: Flask) -> None:
    app.context_processor(_context)
