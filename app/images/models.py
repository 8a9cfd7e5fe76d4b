"""What the database knows of a stored picture; the bytes lie in the data folder."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, UtcDateTime, utcnow


class Image(Base):
    """A picture, named by the SHA-256 of its re-encoded bytes; width and height in pixels."""

    __tablename__ = "image"
    # An id is never given again: what was undone long ago names it still.
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    mime: Mapped[str] = mapped_column(String(20))
    width: Mapped[int]
    height: Mapped[int]
    byte_count: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id", ondelete="RESTRICT"))
    # When a record took it or let it go last: one that nobody bears stays as long as the bin's.
    used_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
