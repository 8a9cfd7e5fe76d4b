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

from app.jobs.models import Job
from app.jobs.work import Work

# Whether the account that asked has a right now: (permission, view) → bool.
May = Callable[[str, str], bool]


@dataclass(frozen=True)
class Kind:
    """What to know of a kind of job. `said` puts the number of records changed into words;
    `stopped` is called when it ends before its end, in the transaction that says so."""

    name: str
    run: Callable[[Work], None]
    title: Callable[[Job], str]
    allowed: Callable[[Job, May], bool]
    said: Callable[[Job, int], str]
    stopped: Callable[[Job], None] = lambda _job: None


KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    KINDS[kind.name] = kind
