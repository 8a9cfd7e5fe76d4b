"""Pairs that may be the same, as the last scan found them, and those found different."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, UtcDateTime, utcnow


class NotSame(Base):
    """Two records of one module that are not the same; the smaller id stands first."""

    __tablename__ = "not_same"
    __table_args__ = (
        CheckConstraint("first_id < second_id", name="ids_are_in_order"),
        Index(None, "module", "first_id", "second_id", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    module: Mapped[str] = mapped_column(String(10))
    first_id: Mapped[int]
    second_id: Mapped[int]
    said_by_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="RESTRICT"))
    said_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)


class DuplicatePair(Base):
    """Two records that may be the same; the smaller id stands first. What says so now: the next
    scan scores it again, or removes it. Pairs in NotSame stay here, shown to nobody."""

    __tablename__ = "duplicate_pair"
    __table_args__ = (
        CheckConstraint("first_id < second_id", name="ids_are_in_order"),
        Index(None, "module", "first_id", "second_id", unique=True),
        Index(None, "module", "second_id"),
        Index(None, "module", "score"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    module: Mapped[str] = mapped_column(String(10))
    first_id: Mapped[int]
    second_id: Mapped[int]
    # 0 to 100.
    score: Mapped[int]
    # rules.Reason.to_json(), the weightiest first.
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    found_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
