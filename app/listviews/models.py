"""Saved views of a list, and how each person has arranged it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Account
from app.core.db import Base, UtcDateTime, utcnow

LONGEST_NAME = 80


class SavedView(Base):
    """A query string of one list under a name; private, or shared with the roles that it names."""

    __tablename__ = "saved_view"
    __table_args__ = (Index(None, "owner_id", "module", "name", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"))
    # The list, by the kind of its records: company, contact.
    module: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    # The search, the filters and the order, without page, size and columns.
    query: Mapped[str] = mapped_column(Text)
    # Keys of the columns, with commas.
    columns: Mapped[str] = mapped_column(Text, default="")
    # Names of the roles, with commas; None while it is private.
    shared_with: Mapped[str | None] = mapped_column(String(120))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)

    owner: Mapped[Account] = relationship(Account, viewonly=True)

    def __str__(self) -> str:
        return self.name

    @property
    def column_keys(self) -> tuple[str, ...]:
        return tuple(self.columns.split(",")) if self.columns else ()

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles that it is shared with; () while it is private."""
        return tuple(self.shared_with.split(",")) if self.shared_with else ()


class ListChoice(Base):
    """How one person has arranged one list: its columns, and the view that it opens with."""

    __tablename__ = "list_choice"
    __table_args__ = (Index(None, "view_id"),)

    account_id: Mapped[int] = mapped_column(
        ForeignKey("ab_user.id", ondelete="CASCADE"), primary_key=True
    )
    module: Mapped[str] = mapped_column(String(10), primary_key=True)
    # Keys with commas; '' where the person has chosen none.
    columns: Mapped[str] = mapped_column(Text, default="")
    view_id: Mapped[int | None] = mapped_column(ForeignKey("saved_view.id", ondelete="SET NULL"))
    # What the person exported last: columns and format (core/export/choice.py); '' for nothing.
    export: Mapped[str] = mapped_column(Text, default="")

    @property
    def column_keys(self) -> tuple[str, ...]:
        return tuple(self.columns.split(",")) if self.columns else ()
