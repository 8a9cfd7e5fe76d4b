"""Working jobs: one takes what waits longest, does it part by part, and says what came of it.

Any number may run, on any machine that reaches the base. A job belongs to who claimed it last: one
that was thought dead and comes back cannot store anything any more (operations.NotOurs).
"""

from __future__ import annotations

import logging
import os
import secrets
import socket
from collections.abc import Callable
from typing import Any, cast

from flask import current_app
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from app.accounts.models import Account
from app.core.rules import Refused
from app.extensions import db
from app.jobs.kinds import KINDS, Kind, tell_stopped
from app.jobs.models import Job, State
from app.jobs.operations import MOST_ATTEMPTS, NotOurs, claim, finish, release
from app.jobs.report import Report
from app.jobs.work import Ended, Interrupted, Work

log = logging.getLogger(__name__)

FORBIDDEN, FAILED, REFUSED, GIVEN_UP, UNKNOWN = (
    "forbidden", "failed", "refused", "given_up", "unknown",
)  # fmt: skip


def new_name() -> str:
    """Who works: the machine and the process, and a word that no other has."""
    return f"{socket.gethostname()[:60]}/{os.getpid()}/{secrets.token_hex(4)}"


class Worker:
    """`stopping` says whether it is time to go."""

    def __init__(self, stopping: Callable[[], bool] = lambda: False) -> None:
        self.name, self.stopping = new_name(), stopping

    def work(self) -> bool:
        """Do one job, or as much of it as there is time for; False where nothing waited."""
        job_id = claim(self.name, dead=dead_workers())
        db.session.commit()
        if job_id is None:
            return False
        try:
            self._do(db.session.get_one(Job, job_id))
            db.session.commit()
        except NotOurs:
            db.session.rollback()
            log.warning("job %s was taken up by another worker", job_id)
        finally:
            db.session.remove()
        return True

    def _do(self, job: Job) -> None:
        kind = KINDS.get(job.kind)
        if kind is None or job.attempts > MOST_ATTEMPTS:
            self._stop(
                job,
                State.FAILED,
                _ended(Report.read(job.report), UNKNOWN if kind is None else GIVEN_UP),
            )
            return
        work = Work(job, self.name, check=self._check, commit=db.session.commit)
        try:
            work.go_on()
            kind.run(work)
            finish(work.job_id, self.name, State.DONE, work.report)
        except Interrupted:
            db.session.rollback()
            release(work.job_id, self.name, failed=False)
        except (OperationalError, InterfaceError) as error:
            self._try_again(work, error)
        except Exception as error:
            self._end(work, error)

    def _check(self, work: Work) -> None:
        if self.stopping():
            raise Interrupted
        job = db.session.get_one(Job, work.job_id)
        if not may_have(job, KINDS[job.kind]):
            raise Ended(FORBIDDEN)

    def _end(self, work: Work, error: Exception) -> None:
        """Say why a job ended before its end; what had been stored stays."""
        db.session.rollback()
        if isinstance(error, NotOurs):
            raise error
        state, report = _outcome(work, error)
        self._stop(db.session.get_one(Job, work.job_id), state, report)

    def _stop(self, job: Job, state: State, report: Report) -> None:
        tell_stopped(job)
        finish(job.id, self.name, state, report)

    def _try_again(self, work: Work, error: DBAPIError) -> None:
        """The base was busy or away: the job waits, and the part is done again."""
        log.warning("job %s: %s", work.job_id, error.orig)
        db.session.rollback()
        release(work.job_id, self.name, failed=True)


def _outcome(work: Work, error: Exception) -> tuple[State, Report]:
    if isinstance(error, Ended):
        state = State.FAILED if error.why else State.CANCELLED
        return state, _ended(work.report, error.why)
    if isinstance(error, Refused):
        return State.FAILED, _ended(work.report, REFUSED, str(error.message))
    log.error("job %s failed", work.job_id, exc_info=error)
    return State.FAILED, _ended(work.report, FAILED)


def _ended(report: Report, why: str, message: str = "") -> Report:
    return Report(report.changed, report.unchanged, report.refused, why, message)


def may_have(job: Job, kind: Kind) -> bool:
    """Whether who asked may still have this done: the account, and its rights, as they are now.
    What nobody asked for is the product's own."""
    if job.asked_by_id is None:
        return True
    fresh = select(Account).where(Account.id == job.asked_by_id)
    account = db.session.scalars(fresh.execution_options(populate_existing=True)).one()
    security = cast(Any, current_app).appbuilder.sm

    def may(permission: str, view: str) -> bool:
        return bool(security.may(account, permission, view))

    return bool(account.is_active) and kind.allowed(job, may)


def dead_workers() -> list[str]:
    """Workers of this machine whose process has ended with a job in hand."""
    running = select(Job.worker).where(Job.state == State.RUNNING).distinct()
    return [name for name in db.session.scalars(running) if name and _has_ended(name)]


def _has_ended(name: str) -> bool:
    machine, process, _word = name.rsplit("/", 2)
    if machine != socket.gethostname()[:60] or not process.isdecimal():
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
