"""Contacts, posts and consent: the tables, and what a row can say about itself."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Text,
    and_,
    func,
    or_,
)
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Account
from app.companies.models import (
    Company,
    Establishment,
    filled_index,
    live_index,
    sort_indexes,
)
from app.core.db import Base, SortKey, UtcDateTime, utcnow
from app.tags.models import Tag, contact_tag

SITE_BELONGS_TO_COMPANY = (
    ["establishment_id", "company_id"],
    ["establishment.id", "establishment.company_id"],
)


class Civility(StrEnum):
    """How a person is addressed."""

    MRS = "mme"
    MR = "m"


class Consent(StrEnum):
    """Whether the person wishes to be contacted by the school."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Contact(Base):
    """A person of the CRM. Where they work now is copied here from the current post, so
    that lists sort and filter without joins; the posts keep the past."""

    __tablename__ = "contact"
    __table_args__ = (
        ForeignKeyConstraint(*SITE_BELONGS_TO_COMPANY, name="fk_contact_site_of_company"),
        CheckConstraint("length(last_name) > 0", name="last_name_is_not_blank"),
        CheckConstraint("civility IS NULL OR civility IN ('mme', 'm')", name="civility_is_known"),
        CheckConstraint("consent IN ('yes', 'no', 'unknown')", name="consent_is_known"),
        CheckConstraint(
            "establishment_id IS NULL OR company_id IS NOT NULL", name="site_has_a_company"
        ),
        live_index("uq_contact_account_id_live", "account_id", unique=True),
        live_index("ix_contact_sort_last", "sort_last", "sort_first", "id"),
        *sort_indexes("contact", "sort_first"),
        *sort_indexes("contact", "sort_company"),
        *sort_indexes("contact", "sort_function"),
        live_index("ix_contact_updated_at", "updated_at", "id"),
        Index("ix_contact_company_id", "company_id", "id"),
        Index("ix_contact_establishment_id", "establishment_id", "id"),
        filled_index("contact", "photo_id"),
        filled_index("contact", "merged_into_id"),
        Index("ix_contact_trash_batch_id", "trash_batch_id"),
        # The narrowest index: it counts the live rows, which SQLite counts by no partial one.
        Index("ix_contact_trashed_at", "trashed_at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    civility: Mapped[str | None] = mapped_column(String(4))
    first_name: Mapped[str | None] = mapped_column(String(100))
    last_name: Mapped[str] = mapped_column(String(100))
    # Professional coordinates.
    email: Mapped[str | None] = mapped_column(String(254))
    phone: Mapped[str | None] = mapped_column(String(20))
    mobile: Mapped[str | None] = mapped_column(String(20))
    # Personal coordinates: never sent out, never exported without consent.
    personal_email: Mapped[str | None] = mapped_column(String(254))
    personal_phone: Mapped[str | None] = mapped_column(String(20))
    personal_address: Mapped[str | None] = mapped_column(String(400))
    personal_postal_code: Mapped[str | None] = mapped_column(String(12))
    personal_city: Mapped[str | None] = mapped_column(String(120))
    personal_country: Mapped[str | None] = mapped_column(String(2))
    description: Mapped[str | None] = mapped_column(Text)
    photo_id: Mapped[int | None] = mapped_column(ForeignKey("image.id", ondelete="SET NULL"))
    consent: Mapped[str] = mapped_column(String(8), default="unknown", server_default="unknown")
    # « Ne pas contacter » wins over consent everywhere.
    do_not_contact_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id", ondelete="RESTRICT"))
    company_id: Mapped[int | None] = mapped_column(ForeignKey("company.id", ondelete="RESTRICT"))
    establishment_id: Mapped[int | None]
    job_title: Mapped[str | None] = mapped_column(String(120))
    job_function: Mapped[str | None] = mapped_column(String(120))
    department: Mapped[str | None] = mapped_column(String(120))
    signs_agreements: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id", ondelete="RESTRICT"))
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    updated_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id", ondelete="RESTRICT"))
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    trashed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    trash_batch_id: Mapped[int | None] = mapped_column(ForeignKey("batch.id", ondelete="RESTRICT"))
    merged_into_id: Mapped[int | None] = mapped_column(
        ForeignKey("contact.id", ondelete="RESTRICT")
    )

    search_text: Mapped[str] = mapped_column(Text, default="", server_default="")
    # By which likely doubles are found: app/duplicates/keys.py.
    duplicate_keys: Mapped[str] = mapped_column(Text, default="", server_default="")
    sort_last: Mapped[str] = mapped_column(SortKey, default="", server_default="")
    sort_first: Mapped[str | None] = mapped_column(SortKey)
    sort_company: Mapped[str | None] = mapped_column(SortKey)
    sort_function: Mapped[str | None] = mapped_column(SortKey)
    # Of the site where the contact works, else of the company's head office.
    department_code: Mapped[str | None] = mapped_column(String(3))

    company: Mapped[Company | None] = relationship(foreign_keys=[company_id], viewonly=True)
    establishment: Mapped[Establishment | None] = relationship(
        primaryjoin=lambda: Establishment.id == Contact.establishment_id,
        foreign_keys=lambda: Contact.establishment_id,
        viewonly=True,
    )
    account: Mapped[Account | None] = relationship(
        Account, foreign_keys=[account_id], viewonly=True
    )
    tags: Mapped[list[Tag]] = relationship(
        secondary=contact_tag,
        secondaryjoin=lambda: (Tag.id == contact_tag.c.tag_id) & Tag.trashed_at.is_(None),
        order_by=Tag.folded,
        viewonly=True,
    )
    posts: Mapped[list[Post]] = relationship(
        back_populates="contact", order_by="(Post.ended_on.desc(), Post.id.desc())", viewonly=True
    )

    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        return " ".join(part for part in (self.first_name, self.last_name) if part)

    @hybrid_property
    def is_signatory(self) -> bool:
        """Whether an internship agreement can name the person who signs it: with their title or
        function, and an address to send it to."""
        return bool(self.signs_agreements and self.email and (self.job_title or self.job_function))

    @is_signatory.inplace.expression
    @classmethod
    def _is_signatory(cls) -> ColumnElement[bool]:
        says_what = or_(cls.job_title.is_not(None), cls.job_function.is_not(None))
        return and_(cls.signs_agreements, cls.email.is_not(None), says_what)

    @property
    def is_trashed(self) -> bool:
        return self.trashed_at is not None

    @property
    def live_company(self) -> Company | None:
        """The company, unless its sheet lies in the bin."""
        return self.company if self.company is not None and not self.company.is_trashed else None

    @property
    def live_site(self) -> Establishment | None:
        """The site where the contact works, unless it or its company lies in the bin."""
        site = self.establishment
        if site is None or site.trashed_at is not None or self.live_company is None:
            return None
        return site


def written_name(contact: Any) -> ColumnElement[str]:
    """Contact.full_name in SQL, of the model, an alias or the table's columns."""
    return func.trim(func.coalesce(contact.first_name + " ", "") + contact.last_name)


class Post(Base):
    """A person's job at a company, from–to; the person is a contact or a user account."""

    __tablename__ = "post"
    __table_args__ = (
        ForeignKeyConstraint(*SITE_BELONGS_TO_COMPANY, name="fk_post_site_of_company"),
        CheckConstraint("(contact_id IS NULL) <> (account_id IS NULL)", name="has_one_person"),
        CheckConstraint(
            "ended_on IS NULL OR started_on IS NULL OR ended_on >= started_on",
            name="ends_after_it_starts",
        ),
        Index(None, "contact_id", "id"),
        Index(None, "account_id", "id"),
        Index(None, "company_id", "id"),
        Index(None, "establishment_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"))
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id", ondelete="RESTRICT"))
    establishment_id: Mapped[int | None]
    title: Mapped[str | None] = mapped_column(String(120))
    function: Mapped[str | None] = mapped_column(String(120))
    department: Mapped[str | None] = mapped_column(String(120))
    started_on: Mapped[date | None]
    ended_on: Mapped[date | None]
    # The bulk action that opened or closed it: its undo takes exactly that back.
    opened_batch_id: Mapped[int | None] = mapped_column(ForeignKey("batch.id", ondelete="RESTRICT"))
    closed_batch_id: Mapped[int | None] = mapped_column(ForeignKey("batch.id", ondelete="RESTRICT"))

    contact: Mapped[Contact | None] = relationship(back_populates="posts", viewonly=True)
    account: Mapped[Account | None] = relationship(Account, viewonly=True)
    company: Mapped[Company] = relationship(foreign_keys=[company_id], viewonly=True)
    establishment: Mapped[Establishment | None] = relationship(
        primaryjoin=lambda: Establishment.id == Post.establishment_id,
        foreign_keys=lambda: Post.establishment_id,
        viewonly=True,
    )

    @property
    def is_current(self) -> bool:
        return self.ended_on is None


class ConsentEvent(Base):
    """One answer about being contacted: what, when, how, in which words, noted by whom."""

    __tablename__ = "consent_event"
    __table_args__ = (
        CheckConstraint("consent IN ('yes', 'no', 'unknown')", name="consent_is_known"),
        Index(None, "contact_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    consent: Mapped[str] = mapped_column(String(8))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    means: Mapped[str] = mapped_column(String(20))
    wording: Mapped[str] = mapped_column(String(300))
    noted_by_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="RESTRICT"))

    noted_by: Mapped[Account] = relationship(Account, viewonly=True)
