"""Tags and their former labels."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, String, Table
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Base, UtcDateTime, utcnow


class Module(StrEnum):
    """The part of the CRM that a tag belongs to; it never changes."""

    COMPANY = "company"
    CONTACT = "contact"


class Tag(Base):
    """A label, unique within its module whatever the case, accents and spaces."""

    __tablename__ = "tag"
    __table_args__ = (
        CheckConstraint("module IN ('company', 'contact')", name="module_is_known"),
        CheckConstraint("length(folded) > 0", name="label_is_not_blank"),
        Index(
            "uq_tag_module_folded_live",
            "module",
            "folded",
            unique=True,
            sqlite_where=Column("trashed_at").is_(None),
            postgresql_where=Column("trashed_at").is_(None),
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    module: Mapped[str] = mapped_column(String(10))
    label: Mapped[str] = mapped_column(String(60))
    folded: Mapped[str] = mapped_column(String(80))
    colour: Mapped[str] = mapped_column(String(12), default="blue", server_default="blue")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id", ondelete="RESTRICT"))
    trashed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    trash_batch_id: Mapped[int | None] = mapped_column(ForeignKey("batch.id", ondelete="RESTRICT"))
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("tag.id", ondelete="RESTRICT"))
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    aliases: Mapped[list[TagAlias]] = relationship(back_populates="tag")

    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return self.label


class TagAlias(Base):
    """A label that a tag bore before: typing or importing it gives the tag."""

    __tablename__ = "tag_alias"
    __table_args__ = (Index(None, "module", "folded", unique=True), Index(None, "tag_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    module: Mapped[str] = mapped_column(String(10))
    label: Mapped[str] = mapped_column(String(60))
    folded: Mapped[str] = mapped_column(String(80))
    tag_id: Mapped[int] = mapped_column(ForeignKey("tag.id", ondelete="CASCADE"))

    tag: Mapped[Tag] = relationship(back_populates="aliases")


def tag_links(owner: str) -> Table:
    """The table that links a module's records ("company" or "contact") to their tags."""
    name = f"{owner}_tag"
    return Table(
        name,
        Base.metadata,
        Column(
            f"{owner}_id", Integer, ForeignKey(f"{owner}.id", ondelete="CASCADE"), primary_key=True
        ),
        Column("tag_id", Integer, ForeignKey("tag.id", ondelete="CASCADE"), primary_key=True),
        Index(f"ix_{name}_tag_id_{owner}_id", "tag_id", f"{owner}_id"),
    )


# The links live with the tags, so that tags are counted and merged without knowing the owners.
company_tag = tag_links("company")
contact_tag = tag_links("contact")
LINKS: dict[str, Table] = {Module.COMPANY: company_tag, Module.CONTACT: contact_tag}
# The module of the pairs of tags in duplicates.models.NotSame.
NOT_SAME = "tag"
