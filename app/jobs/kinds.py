"""The kinds of jobs, each registered where its domain is: what a worker runs, who may have it run,
and how it reads.

    register(Kind("scan", run=scan, title=…, allowed=lambda _job, may: may("can_scan", "Company")))

    def scan(work: Work) -> None:
        for ids in work.parts():              # what is left of the job's records
            changed = …                       # by operations, which do not commit
            work.keep(len(ids), changed=changed)   # stored together with how far the job is
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.core.db import utcnow
from app.jobs.models import Job
from app.jobs.work import Work

# Whether the account that asked has a right now: (permission, view) → bool.
May = Callable[[str, str], bool]


@dataclass(frozen=True)
class Offered:
    """The file that came of a job, for who asked for it; it is kept `until` then."""

    path: Path
    # What the browser calls it, and what its button says.
    name: str
    label: str
    media: str
    until: datetime

    @property
    def is_over(self) -> bool:
        return utcnow() >= self.until or not self.path.is_file()


@dataclass(frozen=True)
class Kind:
    """What to know of a kind of job. `said` puts the number of records changed into words;
    `stopped` is called when it ends before its end, in the transaction that says so; `offers`
    is asked of one that has ended."""

    name: str
    run: Callable[[Work], None]
    title: Callable[[Job], str]
    allowed: Callable[[Job, May], bool]
    said: Callable[[Job, int], str]
    stopped: Callable[[Job], None] = lambda _job: None
    offers: Callable[[Job], Offered | None] = lambda _job: None


KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    KINDS[kind.name] = kind


def tell_stopped(job: Job) -> None:
    """Have a job's kind put away what it had begun."""
    if kind := KINDS.get(job.kind):
        kind.stopped(job)


def offer_of(job: Job) -> Offered | None:
    """The file that came of a job that has ended."""
    kind = KINDS.get(job.kind)
    return kind.offers(job) if kind is not None and job.has_ended else None


def offered_to(account_id: int, job: Job, may: May) -> Offered | None:
    """The same, for who asked for the job and may still have it done."""
    if job.asked_by_id != account_id or (offer := offer_of(job)) is None:
        return None
    return offer if KINDS[job.kind].allowed(job, may) else None
