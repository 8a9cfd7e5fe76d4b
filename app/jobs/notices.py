"""The jobs that a person has asked for in this session: when one ends, the next page says so.

Their numbers are kept in the session itself, so that who has asked for none costs no query, and
looking writes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from app.extensions import db
from app.jobs.models import ENDS, Job

KEY = "jobs"
MOST = 20


def follow(job: Job, session: Any) -> None:
    """Tell the person, on whatever page they are, when the job has ended."""
    session[KEY] = [*session.get(KEY, []), job.id][-MOST:]


def forget(job: Job, session: Any) -> None:
    if job.id in session.get(KEY, []):
        session[KEY] = [known for known in session[KEY] if known != job.id]


def is_following(session: Any) -> bool:
    return bool(session.get(KEY))


def ended(session: Any, account_id: int) -> Sequence[Job]:
    """The jobs followed that have ended; they are followed no more."""
    known = session.get(KEY, [])
    if not known:
        return []
    mine = Job.id.in_(known), Job.asked_by_id == account_id
    jobs = db.session.scalars(select(Job).where(*mine).order_by(Job.id)).all()
    session[KEY] = [job.id for job in jobs if job.state not in ENDS]
    return [job for job in jobs if job.state in ENDS]
