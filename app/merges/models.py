"""What a merge moved, so that it can be taken back exactly."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base


class SheetMerge(Base):
    """One merge of two sheets of a module: which was kept, which became a part of it, and every
    row that followed. Its batch says who and when."""

    __tablename__ = "sheet_merge"
    __table_args__ = (Index(None, "module", "kept_id"), Index(None, "module", "merged_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("batch.id", ondelete="RESTRICT"), unique=True)
    module: Mapped[str] = mapped_column(String(10))
    kept_id: Mapped[int]
    merged_id: Mapped[int]
    # ledger.Move.to_json(), in the order in which they were made; "people" and "folded" besides
    # for companies (companies.py).
    moved: Mapped[dict[str, Any]] = mapped_column(JSON)
