"""The change log of the lists: which records were written. Triggers alone fill it."""

from __future__ import annotations

from sqlalchemy import ARRAY, BigInteger, Identity, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base


class ListChange(Base):
    """On PostgreSQL one row a statement that wrote, with all the ids; on SQLite, whose triggers
    fire for each row, one row an id. Row 0 is the log's own: see `xid`."""

    __tablename__ = "list_change"
    # On SQLite seq says all: no row goes into the index.
    __table_args__ = (Index(None, "xid", sqlite_where=text("xid > 0")),)

    seq: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), Identity(), primary_key=True
    )
    # The table that was written; a table of links stands for the links of its owners.
    kind: Mapped[str] = mapped_column(String(20))
    # None: all of them (TRUNCATE).
    record_ids: Mapped[list[int] | None] = mapped_column(
        ARRAY(Integer).with_variant(Integer, "sqlite")
    )
    # PostgreSQL: the transaction that wrote; 0 on SQLite, where seq is the order of commits.
    # Row 0: older transactions than this one may be gone from the log.
    xid: Mapped[int] = mapped_column(BigInteger, server_default="0")
    # Random: tells this row from another of the same number in a restored base.
    mark: Mapped[int] = mapped_column(BigInteger)
