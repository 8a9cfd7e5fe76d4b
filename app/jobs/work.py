"""A job as its function sees it: for whom, with what, on which records, and what to store of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from app.accounts.models import Account
from app.core.db import READS_ONLY
from app.core.ids import parts, unpacked
from app.extensions import db
from app.history.models import Batch
from app.jobs.models import Job
from app.jobs.operations import beat, keep
from app.jobs.report import Report

PART = 1_000
# Between two parts others get the base: SQLite has one writer at a time.
PAUSE = 0.02
# How often a long part says that its worker is still there.
BEAT_SECONDS = 5.0


class Ended(Exception):
    """The job ends here: `why` is the report's code, '' where its asker cancelled it."""

    def __init__(self, why: str = "") -> None:
        super().__init__(why)
        self.why = why


class Interrupted(Exception):
    """The worker is asked to stop: another one goes on with the job."""


@contextmanager
def reading() -> Iterator[None]:
    """Reading outside the transaction of a part: SQLite's only writer is not kept waiting."""
    db.session.rollback()
    db.session.connection(execution_options={READS_ONLY: True})
    try:
        yield
    finally:
        db.session.rollback()


class Work:
    """Done in parts, each in a transaction of its own together with how far the job is: a part
    is done and counted, or neither, whatever happens to the worker."""

    def __init__(
        self, job: Job, worker: str, *, check: Callable[[Work], None], commit: Callable[[], None]
    ) -> None:
        self.job_id, self.worker = job.id, worker
        self.arguments: Mapping[str, Any] = job.arguments
        self.memo: dict[str, Any] = dict(job.memo)
        self.done, self.report = job.done, Report.read(job.report)
        self._by, self._batch = job.asked_by_id, job.batch_id
        self._ids = unpacked(job.items) if job.items is not None else []
        self._cancelled = job.cancel_asked_at is not None
        self._check, self._commit = check, commit
        self._heard = time.monotonic()

    @property
    def by(self) -> Account:
        """Who asked."""
        if self._by is None:
            raise ValueError("nobody asked for the job")
        return db.session.get_one(Account, self._by)

    @property
    def batch(self) -> Batch:
        """What one undo takes back."""
        if self._batch is None:
            raise ValueError("the job has no batch")
        return db.session.get_one(Batch, self._batch)

    def parts(self, size: int = PART) -> Iterator[Sequence[int]]:
        """What is left of the job's records, some at a time; keep() follows each."""
        for part in parts(self._ids[self.done :], size):
            self.go_on()
            yield part

    def go_on(self) -> None:
        """Before each part: Ended where the asker cancelled or may no more, Interrupted where the
        worker is to stop."""
        if self._cancelled:
            raise Ended
        self._check(self)

    def beat(self) -> None:
        """Within a part that may take long, before anything of it is written: go_on(), and another
        worker does not take the job for lost. Nothing of the base is held after it."""
        if time.monotonic() - self._heard < BEAT_SECONDS:
            return
        self._cancelled = beat(self.job_id, self.worker)
        self._commit()
        self._heard = time.monotonic()
        self.go_on()
        self._commit()

    def keep(
        self,
        done: int,
        *,
        changed: int,
        unchanged: int = 0,
        refused: Mapping[str, int] | None = None,
    ) -> None:
        """Store a part that is done, and with it that `done` more records are dealt with."""
        report = self.report.with_part(changed, unchanged, refused or {})
        self._cancelled = keep(
            self.job_id, self.worker, done=self.done + done, report=report, memo=self.memo
        )
        self._commit()
        self._heard = time.monotonic()
        self.done, self.report = self.done + done, report
        time.sleep(PAUSE)
