"""A job: what was asked, how far it is, what came of it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Account
from app.core.db import Base, UtcDateTime, utcnow
from app.history.models import Batch


class State(StrEnum):
    """Where a job stands. The last three are ends."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


ENDS = (State.DONE, State.FAILED, State.CANCELLED)


class Job(Base):
    """Progress counts records: `done` of `total`. `report` is what the asker reads: how many
    changed, were left as they were, were refused and why (app/jobs/report.py)."""

    __tablename__ = "job"
    __table_args__ = (
        CheckConstraint(
            "state IN ('waiting', 'running', 'done', 'failed', 'cancelled')", name="state_is_known"
        ),
        CheckConstraint("state <> 'running' OR worker IS NOT NULL", name="running_has_a_worker"),
        Index(None, "asked_by_id", "id"),
        Index(None, "state", "id"),
        Index(None, "batch_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(10), default=State.WAITING)
    arguments: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    # The records, fixed when the job was asked; gone once it has ended (core.ids.packed).
    items: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    # What a kind without items keeps between its parts: where it is.
    memo: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    report: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int | None]
    # What one undo takes back, where the job changes records.
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("batch.id", ondelete="RESTRICT"))
    # Nobody: what the product has done every day (app/jobs/daily.py).
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id", ondelete="RESTRICT"))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancel_asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Who works on it, and since when it has not been heard of.
    worker: Mapped[str | None] = mapped_column(String(100))
    heartbeat_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # How many times it was taken up without getting a part done.
    attempts: Mapped[int] = mapped_column(default=0)

    asked_by: Mapped[Account | None] = relationship(Account, viewonly=True)
    batch: Mapped[Batch | None] = relationship(Batch, viewonly=True)

    @property
    def has_ended(self) -> bool:
        return self.state in ENDS
