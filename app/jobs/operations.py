"""What can be done with jobs: asking, cancelling, and what a worker writes of them. The caller
commits; what a worker writes holds only while the job is still its own."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any

from flask import current_app
from flask_babel import lazy_gettext as _l
from sqlalchemy import CursorResult, and_, func, or_, select, update

from app.accounts.models import Account
from app.core.db import utcnow
from app.core.ids import packed
from app.core.rules import Refused
from app.extensions import db
from app.history.models import Batch
from app.jobs.models import Job, State
from app.jobs.report import Report

# More records than this are not dealt with while somebody waits for the page; tests set fewer.
MOST_IN_REQUEST = 5_000
# A job not heard of for so long is taken up by another worker. Parts take a second or two.
STALE = timedelta(seconds=60)
MOST_ATTEMPTS = 5


def most_in_request() -> int:
    return int(current_app.config.get("MOST_IN_REQUEST", MOST_IN_REQUEST))


class NotOurs(Exception):
    """Another worker has taken the job up: what this one has just done must not be stored."""


def ask(
    kind: str,
    *,
    by: Account | None,
    arguments: Mapping[str, Any],
    ids: Sequence[int] | None = None,
    batch: Batch | None = None,
) -> Job:
    """Have a job done by the next worker. `ids` are the records, fixed here in this order; `by` is
    None for what the product does by itself."""
    job = Job(
        kind=kind, arguments=dict(arguments), report={}, memo={},
        asked_by_id=by.id if by is not None else None,
        items=packed(ids) if ids is not None else None,
        total=len(ids) if ids is not None else None,
        batch_id=batch.id if batch is not None else None,
    )  # fmt: skip
    db.session.add(job)
    db.session.flush()
    return job


def cancel(job: Job) -> None:
    """Ask that a job ends after the part that is being done; one that waits ends here.
    Refused where it has ended. The caller has locked the row."""
    if job.has_ended:
        raise Refused("job", _l("Ce traitement est déjà terminé."))
    job.cancel_asked_at = job.cancel_asked_at or utcnow()
    if job.state == State.WAITING:
        job.state, job.ended_at, job.items = State.CANCELLED, utcnow(), None
    db.session.flush()


# ---- what a worker writes


def claim(worker: str, *, dead: Collection[str] = ()) -> int | None:
    """Take up the job that has waited longest, or one whose worker is not heard of any more;
    its id, None where there is nothing to do. `dead` are workers known to have ended."""
    now = utcnow()
    # Who asks for work has none: a job in its own name is one that it could not give back.
    lost = or_(Job.heartbeat_at < now - STALE, Job.worker.in_([worker, *dead]))
    free = or_(Job.state == State.WAITING, and_(Job.state == State.RUNNING, lost))
    first = select(Job.id).where(free).order_by(Job.id).limit(1).with_for_update(skip_locked=True)
    taken = (
        update(Job)
        .where(Job.id == first.scalar_subquery(), free)
        .values(
            state=State.RUNNING, worker=worker, heartbeat_at=now, attempts=Job.attempts + 1,
            started_at=func.coalesce(Job.started_at, now),
        )
        .returning(Job.id)
        .execution_options(synchronize_session=False)
    )  # fmt: skip
    return db.session.scalar(taken)


def keep(job_id: int, worker: str, *, done: int, report: Report, memo: Mapping[str, Any]) -> bool:
    """Store how far a job is, in the transaction of what was done; answer whether its asker
    wants it to end. Raises NotOurs where another worker has taken it up."""
    values = {
        "done": done, "report": report.stored(), "memo": dict(memo), "heartbeat_at": utcnow(),
        "attempts": 0,
    }  # fmt: skip
    kept = _own(job_id, worker).values(values).returning(Job.cancel_asked_at)
    row = db.session.execute(kept).first()
    if row is None:
        raise NotOurs
    return row.cancel_asked_at is not None


def beat(job_id: int, worker: str) -> bool:
    """Say that the worker is still there, in the middle of a part; answer as keep() does. It says
    nothing of how far the job is, nor that the part did not fail before."""
    heard = _own(job_id, worker).values(heartbeat_at=utcnow()).returning(Job.cancel_asked_at)
    row = db.session.execute(heard).first()
    if row is None:
        raise NotOurs
    return row.cancel_asked_at is not None


def finish(job_id: int, worker: str, state: State, report: Report) -> None:
    """End a job. Raises NotOurs as keep() does."""
    values = {"state": state, "report": report.stored(), "ended_at": utcnow(), "items": None}
    _only_once(db.session.execute(_own(job_id, worker).values(values)))


def release(job_id: int, worker: str, *, failed: bool) -> None:
    """Leave a job to the next worker, as far as it has come; whether it counts as a failed
    attempt. Raises NotOurs as keep() does."""
    values = {"state": State.WAITING, "worker": None, "attempts": Job.attempts if failed else 0}
    _only_once(db.session.execute(_own(job_id, worker).values(values)))


def _own(job_id: int, worker: str) -> Any:
    mine = Job.id == job_id, Job.worker == worker, Job.state == State.RUNNING
    return update(Job).where(*mine).execution_options(synchronize_session=False)


def _only_once(result: Any) -> None:
    if not isinstance(result, CursorResult) or result.rowcount != 1:
        raise NotOurs
