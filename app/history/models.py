"""The history: entries that nobody can alter, and batches that one undo takes back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Account
from app.core.db import Base, UtcDateTime, utcnow

ABOUT_CONTACT = text("object_kind = 'contact'")


class Batch(Base):
    """Changes made by one deed on many records: what one undo takes back."""

    __tablename__ = "batch"
    __table_args__ = (Index(None, "kind", "undone_at", "created_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    subject_kind: Mapped[str] = mapped_column(String(20))
    label: Mapped[str | None] = mapped_column(String(200))
    item_count: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    created_by_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="RESTRICT"))
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id", ondelete="RESTRICT"))
    # When the last of what it put in the bin was removed for good.
    purged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    created_by: Mapped[Account] = relationship(Account, foreign_keys=[created_by_id], viewonly=True)

    @property
    def is_undone(self) -> bool:
        return self.undone_at is not None


class HistoryEntry(Base):
    """One line: who did what to which record, when. Triggers refuse UPDATE and DELETE.

    `subject_*` is the sheet that shows the line; `object_*`, where there is one, the part of
    it that changed (a site, a note, a tag). What is personal lies in HistoryValue, which an
    erasure may blank; the line itself stays for ever.
    """

    __tablename__ = "history_entry"
    __table_args__ = (
        Index(None, "subject_kind", "subject_id", "id"),
        Index(None, "batch_id"),
        Index(None, "actor_id", "id"),
        # Who removes a person for good finds what other sheets say of them.
        Index(
            "ix_history_entry_about_contact",
            "object_id",
            sqlite_where=ABOUT_CONTACT,
            postgresql_where=ABOUT_CONTACT,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id", ondelete="RESTRICT"))
    action: Mapped[str] = mapped_column(String(40))
    subject_kind: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[int]
    object_kind: Mapped[str | None] = mapped_column(String(20))
    object_id: Mapped[int | None]
    # Of a batch; no foreign key, see decision 0009: batches are never removed.
    batch_id: Mapped[int | None]

    actor: Mapped[Account | None] = relationship(Account, viewonly=True)
    values: Mapped[list[HistoryValue]] = relationship(
        primaryjoin=lambda: HistoryEntry.id == HistoryValue.entry_id,
        foreign_keys=lambda: HistoryValue.entry_id,
        back_populates="entry", order_by="HistoryValue.id", viewonly=True,
    )  # fmt: skip


class HistoryValue(Base):
    """One field of an entry: its value before and after, as text frozen at that moment.

    `old_ref` and `new_ref` hold the record's id where the value names another record.
    A trigger lets an erasure blank the values, and nothing else.
    """

    __tablename__ = "history_value"
    __table_args__ = (Index(None, "entry_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    # Of an entry; no foreign key, see decision 0009: triggers keep every entry.
    entry_id: Mapped[int]
    field: Mapped[str] = mapped_column(String(40))
    old_value: Mapped[str | None] = mapped_column(Text)
    new_value: Mapped[str | None] = mapped_column(Text)
    old_ref: Mapped[int | None]
    new_ref: Mapped[int | None]
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    entry: Mapped[HistoryEntry] = relationship(
        primaryjoin=lambda: HistoryEntry.id == HistoryValue.entry_id,
        foreign_keys=lambda: HistoryValue.entry_id,
        back_populates="values", viewonly=True,
    )  # fmt: skip
