"""The job of an action on more records than a page waits for: the same function, part by part."""

from __future__ import annotations

from collections.abc import Sequence

from app.accounts.models import Account
from app.history.actions import VIEWS, Subject
from app.history.models import Batch
from app.jobs.kinds import Kind, May, register
from app.jobs.models import Job
from app.jobs.operations import ask
from app.jobs.work import Work
from app.sheets.bulk import DECLARED, Bulk, Values, done, records

KIND = "bulk"


def ask_bulk(
    bulk: Bulk, subject: Subject, ids: Sequence[int], values: Values, *,
    by: Account, batch: Batch, back: str,
) -> Job:  # fmt: skip
    """Have an action done aside; `back` is the address of the list it was asked from."""
    arguments = {"subject": subject.value, "action": bulk.name, "values": values, "back": back}
    return ask(KIND, by=by, arguments=arguments, ids=ids, batch=batch)


def _asked(job: Job) -> tuple[Bulk, Subject]:
    subject = Subject(job.arguments["subject"])
    return DECLARED[subject, job.arguments["action"]], subject


def _run(work: Work) -> None:
    subject = Subject(work.arguments["subject"])
    bulk = DECLARED[subject, work.arguments["action"]]
    for ids in work.parts():
        values = work.arguments["values"]
        outcome = done(bulk, subject, ids, values, by=work.by, batch=work.batch)
        work.keep(
            len(ids), changed=outcome.changed, unchanged=outcome.unchanged, refused=outcome.refused
        )


def _title(job: Job) -> str:
    """« Ajouter un tag : 12 000 entreprises »"""
    bulk, subject = _asked(job)
    return f"{bulk.label}\u00a0: {records(subject, job.total or 0)}"


def _allowed(job: Job, may: May) -> bool:
    bulk, subject = _asked(job)
    return may(bulk.right, VIEWS[subject].value)


def _said(job: Job, changed: int) -> str:
    return _asked(job)[0].said(changed, job.arguments["values"])


register(Kind(KIND, _run, _title, _allowed, _said))
