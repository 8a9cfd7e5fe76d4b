"""Notes: plain text with its author; exactly one owner."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Account
from app.core.db import Base, UtcDateTime, utcnow

BINNED = text("trash_batch_id IS NOT NULL")


class Note(Base):
    """A note belongs to one company, one establishment or one contact."""

    __tablename__ = "note"
    __table_args__ = (
        CheckConstraint(
            "(CASE WHEN company_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN establishment_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN contact_id IS NULL THEN 0 ELSE 1 END) = 1",
            name="has_one_owner",
        ),
        Index(None, "company_id", "id"),
        Index(None, "establishment_id", "id"),
        Index(None, "contact_id", "id"),
        Index(
            "ix_note_trash_batch_id",
            "trash_batch_id",
            sqlite_where=BINNED,
            postgresql_where=BINNED,
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int | None] = mapped_column(ForeignKey("company.id", ondelete="CASCADE"))
    establishment_id: Mapped[int | None] = mapped_column(
        ForeignKey("establishment.id", ondelete="CASCADE")
    )
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    text: Mapped[str] = mapped_column(Text)
    author_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="RESTRICT"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    edited_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    trashed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    trash_batch_id: Mapped[int | None] = mapped_column(ForeignKey("batch.id", ondelete="RESTRICT"))
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    author: Mapped[Account] = relationship(Account, viewonly=True)

    __mapper_args__ = {"version_id_col": version}
