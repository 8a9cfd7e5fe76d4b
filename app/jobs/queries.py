"""Reading jobs: a person's own, or everybody's for who may see them."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.core.db import utcnow
from app.extensions import db
from app.jobs.models import Job, State
from app.jobs.operations import STALE

SHOWN = 100


def jobs_of(account_id: int | None) -> list[Job]:
    """The latest jobs of an account (None: of all), newest first."""
    statement = select(Job).options(joinedload(Job.asked_by)).order_by(Job.id.desc()).limit(SHOWN)
    if account_id is not None:
        statement = statement.where(Job.asked_by_id == account_id)
    return list(db.session.scalars(statement))


def job_for(pk: int, account_id: int | None) -> Job | None:
    """One job, if the account asked for it (None: whoever did)."""
    statement = select(Job).where(Job.id == pk).options(joinedload(Job.batch))
    if account_id is not None:
        statement = statement.where(Job.asked_by_id == account_id)
    return db.session.scalars(statement).first()


def waits_in_vain(job: Job) -> bool:
    """Whether a job has waited so long, with no other being done, that nobody may be there."""
    if job.state != State.WAITING or utcnow() - job.asked_at < STALE:
        return False
    heard = Job.state == State.RUNNING, Job.heartbeat_at > utcnow() - STALE
    return db.session.scalar(select(Job.id).where(*heard).limit(1)) is None
