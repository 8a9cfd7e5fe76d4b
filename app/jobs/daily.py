"""What the product has done every day, by the same workers as what people ask for.

    register_daily(Daily("empty_bin", is_due=…))

A worker with nothing in hand looks now and then; a job of the kind is asked for, by nobody, when
there is something to do and none was asked for today (by the clock of Paris).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import func, select

from app.core.db import utcnow
from app.core.formats import in_paris, midnight
from app.core.sets import is_sqlite
from app.extensions import db
from app.jobs.models import Job
from app.jobs.operations import ask

LOOK_SECONDS = 300.0
# Of two workers that look at once one asks; any number that nothing else takes.
ASKING_LOCK = 2_026_112_6


@dataclass(frozen=True)
class Daily:
    """A kind of job, and whether there is something for it to do: a quick look."""

    kind: str
    is_due: Callable[[], bool]


DAILY: dict[str, Daily] = {}


def register_daily(daily: Daily) -> None:
    DAILY[daily.kind] = daily


def ask_due() -> list[Job]:
    """Ask for the jobs of the day that have something to do. The caller commits."""
    wanted = [daily for daily in DAILY.values() if not _was_asked(daily) and daily.is_due()]
    if not wanted:
        return []
    if not is_sqlite():
        db.session.execute(select(func.pg_advisory_xact_lock(ASKING_LOCK)))
    return [ask(daily.kind, by=None, arguments={}) for daily in wanted if not _was_asked(daily)]


def _was_asked(daily: Daily) -> bool:
    today = midnight(in_paris(utcnow()).date())
    asked = Job.kind == daily.kind, Job.asked_by_id.is_(None), Job.asked_at >= today
    return db.session.scalar(select(Job.id).where(*asked).limit(1)) is not None


class Looks:
    """How often a worker looks: at its start, then every few minutes."""

    def __init__(self) -> None:
        self.last = -LOOK_SECONDS

    def are_due(self) -> bool:
        """Whether it is time to look again; counts as having looked."""
        now = time.monotonic()
        if now - self.last < LOOK_SECONDS:
            return False
        self.last = now
        return True
