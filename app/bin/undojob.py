"""Taking back a batch of more records than a page waits for: as a job, part by part."""

from __future__ import annotations

from flask_babel import gettext as _

from app.accounts.models import Account
from app.bin.operations import check_undo, close_undo, is_held, take_back, touched, why_left
from app.bin.rights import may_undo
from app.core.formats import format_number
from app.extensions import db
from app.history.models import Batch
from app.jobs.kinds import Kind, May, register
from app.jobs.models import Job
from app.jobs.operations import ask
from app.jobs.work import Work

KIND = "undo"


def ask_undo(batch: Batch, *, by: Account, back: str) -> Job:
    """Have a batch taken back aside; Refused as undo() does. It counts as taken back from here
    on, so that nobody asks twice."""
    check_undo(batch)
    close_undo(batch, by=by)
    return ask(KIND, by=by, arguments={"batch": batch.id, "back": back}, ids=touched(batch))


def _batch(job: Job) -> Batch:
    return db.session.get_one(Batch, job.arguments["batch"])


def _run(work: Work) -> None:
    for ids in work.parts():
        batch = db.session.get_one(Batch, work.arguments["batch"])
        back = take_back(batch, ids, by=work.by)
        left = len(ids) - back
        work.keep(len(ids), changed=back, refused={why_left(batch): left} if left else {})
    _reopen(db.session.get_one(Batch, work.arguments["batch"]))


def _stopped(job: Job) -> None:
    """It can be asked for again: what is taken back already is then left as it is."""
    _reopen(_batch(job), whole=True)


def _reopen(batch: Batch, *, whole: bool = False) -> None:
    """The batch counts as taken back no longer: as a `whole`, or since the bin holds some of it."""
    if whole or is_held(batch):
        batch.undone_at, batch.undone_by_id = None, None
        db.session.flush()


def _title(job: Job) -> str:
    return _("Annuler une action : %(n)s fiches", n=format_number(job.total or 0))


def _allowed(job: Job, may: May) -> bool:
    return job.asked_by_id is not None and may_undo(_batch(job), job.asked_by_id, may)


def _said(_job: Job, changed: int) -> str:
    if not changed:
        return _("Aucune fiche n’a changé.")
    if changed == 1:
        return _("1 fiche est comme avant.")
    return _("%(n)s fiches sont comme avant.", n=format_number(changed))


register(Kind(KIND, _run, _title, _allowed, _said, _stopped))
