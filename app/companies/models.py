"""Companies and establishments: the tables, and what a row can say about itself."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import Account
from app.core.db import Base, SortKey, UtcDateTime, utcnow
from app.core.geo import plain_position
from app.reference.models import Sector
from app.tags.models import Tag, company_tag

LIVE = text("trashed_at IS NULL")


def live_index(name: str, *columns: Any, unique: bool = False) -> Index:
    """An index over the rows that are not in the bin, the only ones that lists read."""
    return Index(name, *columns, unique=unique, sqlite_where=LIVE, postgresql_where=LIVE)


def filled_index(table: str, column: str) -> Index:
    """An index over the rows that have a value: who removes what they name finds them by it."""
    filled = text(f"{column} IS NOT NULL")
    return Index(f"ix_{table}_{column}", column, sqlite_where=filled, postgresql_where=filled)


def sort_indexes(table: str, column: str) -> tuple[Index, Index]:
    """Both directions of a sort whose blanks come last either way, ties broken by id."""
    blank_last = text(f"({column} IS NULL)")
    return (
        live_index(f"ix_{table}_{column}_up", blank_last, column, "id"),
        live_index(
            f"ix_{table}_{column}_down", blank_last, text(f"{column} DESC"), text("id DESC")
        ),
    )


class NoSiren(StrEnum):
    """Why a company has no SIREN."""

    FOREIGN = "foreign"
    ASSOCIATION = "association"
    BEING_CREATED = "being_created"


class Precision(StrEnum):
    """How sure a site's position is, the surest first; by hand stands outside the order."""

    EXACT = "exact"
    STREET = "street"
    LOCALITY = "locality"
    COMMUNE = "commune"
    HAND = "hand"


class Company(Base):
    """One sheet per head office; the company's places are its establishments."""

    __tablename__ = "company"
    __table_args__ = (
        CheckConstraint("siren IS NULL OR length(siren) = 9", name="siren_has_9_digits"),
        CheckConstraint("parent_id IS NULL OR parent_id <> id", name="is_not_its_own_parent"),
        CheckConstraint("length(name) > 0", name="name_is_not_blank"),
        CheckConstraint(
            "no_siren_reason IS NULL OR"
            " (siren IS NULL AND no_siren_reason IN ('foreign', 'association', 'being_created'))",
            name="no_siren_reason_is_known",
        ),
        UniqueConstraint("id", "siren", name="uq_company_id_siren"),
        live_index("uq_company_siren_live", "siren", unique=True),
        # Whoever saves a SIREN asks after the bin too.
        Index("ix_company_siren", "siren"),
        live_index("ix_company_sort_name", "sort_name", "id"),
        live_index("ix_company_contact_count", "contact_count", "id"),
        live_index("ix_company_site_count", "site_count", "id"),
        live_index("ix_company_agreement_missing", "agreement_missing", "id"),
        live_index("ix_company_offer_missing", "offer_missing", "id"),
        live_index("ix_company_updated_at", "updated_at", "id"),
        *sort_indexes("company", "city_sort"),
        *sort_indexes("company", "sector_sort"),
        live_index("ix_company_department_code", "department_code", "id"),
        live_index("ix_company_sector_id", "sector_id", "id"),
        # Few companies have a parent: over all of them SQLite would think it of no help.
        Index(
            "ix_company_parent_id",
            "parent_id",
            "sort_name",
            "id",
            sqlite_where=text("parent_id IS NOT NULL"),
            postgresql_where=text("parent_id IS NOT NULL"),
        ),
        filled_index("company", "logo_id"),
        filled_index("company", "merged_into_id"),
        Index("ix_company_trash_batch_id", "trash_batch_id"),
        # The narrowest index: it counts the live rows, which SQLite counts by no partial one.
        Index("ix_company_trashed_at", "trashed_at"),
        # An id is never given again: the history of one that is gone stays.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    acronym: Mapped[str | None] = mapped_column(String(40))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("company.id", ondelete="SET NULL"))
    siren: Mapped[str | None] = mapped_column(String(9))
    no_siren_reason: Mapped[str | None] = mapped_column(String(16))
    country: Mapped[str] = mapped_column(String(2), default="FR", server_default="FR")
    foreign_number: Mapped[str | None] = mapped_column(String(40))
    rna: Mapped[str | None] = mapped_column(String(10))
    # INSEE's 4-digit code of the legal category; codes that the list lost are kept.
    legal_form_code: Mapped[str | None] = mapped_column(String(4))
    # INSEE's band of the number of employees, and the year it was counted.
    headcount_code: Mapped[str | None] = mapped_column(String(2))
    headcount_year: Mapped[int | None]
    sector_id: Mapped[int | None] = mapped_column(ForeignKey("sector.id", ondelete="SET NULL"))
    naf_code: Mapped[str | None] = mapped_column(String(6))
    naf_nomenclature: Mapped[str | None] = mapped_column(String(4))
    # Whole euros.
    turnover: Mapped[int | None] = mapped_column(BigInteger)
    share_capital: Mapped[int | None] = mapped_column(BigInteger)
    website: Mapped[str | None] = mapped_column(String(500))
    phone: Mapped[str | None] = mapped_column(String(20))
    email: Mapped[str | None] = mapped_column(String(254))
    description: Mapped[str | None] = mapped_column(Text)
    logo_id: Mapped[int | None] = mapped_column(ForeignKey("image.id", ondelete="SET NULL"))
    verified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    verified_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("ab_user.id", ondelete="RESTRICT")
    )
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id", ondelete="RESTRICT"))
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    updated_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id", ondelete="RESTRICT"))
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    trashed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    trash_batch_id: Mapped[int | None] = mapped_column(ForeignKey("batch.id", ondelete="RESTRICT"))
    merged_into_id: Mapped[int | None] = mapped_column(
        ForeignKey("company.id", ondelete="RESTRICT")
    )

    # Kept beside by the operations, so that lists sort, search and count without joins.
    search_text: Mapped[str] = mapped_column(Text, default="", server_default="")
    # By which likely doubles are found: app/duplicates/keys.py.
    duplicate_keys: Mapped[str] = mapped_column(Text, default="", server_default="")
    sort_name: Mapped[str] = mapped_column(SortKey, default="", server_default="")
    city: Mapped[str | None] = mapped_column(String(120))
    city_sort: Mapped[str | None] = mapped_column(SortKey)
    department_code: Mapped[str | None] = mapped_column(String(3))
    sector_sort: Mapped[str | None] = mapped_column(SortKey)
    contact_count: Mapped[int] = mapped_column(default=0, server_default="0")
    site_count: Mapped[int] = mapped_column(default=0, server_default="0")
    # Among the company's live contacts: one whom an agreement can name (Contact.is_signatory),
    # one who has an e-mail.
    has_signatory: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    has_reachable_contact: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    # Percent of what an internship agreement and an offer ask for; how many items each still
    # lacks (0: ready, which a row that was never measured is not).
    completeness: Mapped[int] = mapped_column(default=0, server_default="0")
    agreement_missing: Mapped[int] = mapped_column(default=1, server_default="1")
    offer_missing: Mapped[int] = mapped_column(default=1, server_default="1")
    has_head_siret: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    has_head_address: Mapped[bool] = mapped_column(default=False, server_default=text("false"))

    establishments: Mapped[list[Establishment]] = relationship(
        back_populates="company",
        foreign_keys="Establishment.company_id",
        order_by="(Establishment.is_head_office.desc(), Establishment.id)",
    )
    parent: Mapped[Company | None] = relationship(
        remote_side=[id], foreign_keys=[parent_id], viewonly=True
    )
    sector: Mapped[Sector | None] = relationship(viewonly=True)
    verified_by: Mapped[Account | None] = relationship(
        Account, foreign_keys=[verified_by_id], viewonly=True
    )
    tags: Mapped[list[Tag]] = relationship(
        secondary=company_tag,
        secondaryjoin=lambda: (Tag.id == company_tag.c.tag_id) & Tag.trashed_at.is_(None),
        order_by=Tag.folded,
        viewonly=True,
    )

    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return self.name

    @property
    def is_trashed(self) -> bool:
        return self.trashed_at is not None

    @property
    def head_office(self) -> Establishment | None:
        """The site that is the head office, from the sites already loaded."""
        return next((site for site in self.establishments if site.is_head_office), None)


class Establishment(Base):
    """A site of a company. The database itself holds that its SIRET begins with the
    company's SIREN: `siren` is the company's (composite key), and the check compares."""

    __tablename__ = "establishment"
    __table_args__ = (
        ForeignKeyConstraint(
            ["company_id", "siren"],
            ["company.id", "company.siren"],
            name="fk_establishment_company_id_siren",
            onupdate="CASCADE",
        ),
        CheckConstraint("siret IS NULL OR length(siret) = 14", name="siret_has_14_digits"),
        CheckConstraint(
            "siret IS NULL OR (siren IS NOT NULL AND substr(siret, 1, 9) = siren)",
            name="siret_begins_with_siren",
        ),
        CheckConstraint(
            "position_precision IS NULL OR"
            " position_precision IN ('exact', 'street', 'locality', 'commune', 'hand')",
            name="precision_is_known",
        ),
        CheckConstraint(
            "(latitude IS NULL) = (longitude IS NULL)"
            " AND coalesce(latitude, 0) BETWEEN -90 AND 90"
            " AND coalesce(longitude, 0) BETWEEN -180 AND 180",
            name="position_is_on_earth",
        ),
        UniqueConstraint("id", "company_id", name="uq_establishment_id_company_id"),
        live_index("uq_establishment_siret_live", "siret", unique=True),
        Index(
            "uq_establishment_head_office_live",
            "company_id",
            unique=True,
            sqlite_where=text("is_head_office AND trashed_at IS NULL"),
            postgresql_where=text("is_head_office AND trashed_at IS NULL"),
        ),
        Index("ix_establishment_company_id", "company_id", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("company.id", ondelete="RESTRICT"))
    siren: Mapped[str | None] = mapped_column(String(9))
    siret: Mapped[str | None] = mapped_column(String(14))
    is_head_office: Mapped[bool] = mapped_column(default=False)
    trade_name: Mapped[str | None] = mapped_column(String(200))
    sign: Mapped[str | None] = mapped_column(String(200))
    phone: Mapped[str | None] = mapped_column(String(20))
    fax: Mapped[str | None] = mapped_column(String(20))
    email: Mapped[str | None] = mapped_column(String(254))
    website: Mapped[str | None] = mapped_column(String(500))
    # Up to three lines: complement, street, special delivery; never the town.
    address: Mapped[str | None] = mapped_column(String(400))
    postal_code: Mapped[str | None] = mapped_column(String(12))
    city: Mapped[str | None] = mapped_column(String(120))
    commune_code: Mapped[str | None] = mapped_column(String(5))
    country: Mapped[str] = mapped_column(String(2), default="FR", server_default="FR")
    # Degrees, WGS 84.
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    position_precision: Mapped[str | None] = mapped_column(String(10))
    # What was found for the address, kept while the position is one that was put by hand.
    found_latitude: Mapped[float | None]
    found_longitude: Mapped[float | None]
    found_precision: Mapped[str | None] = mapped_column(String(10))
    opened_on: Mapped[date | None]
    closed_on: Mapped[date | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    trashed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    trash_batch_id: Mapped[int | None] = mapped_column(ForeignKey("batch.id", ondelete="RESTRICT"))

    company: Mapped[Company] = relationship(
        back_populates="establishments", foreign_keys=[company_id]
    )

    __mapper_args__ = {"version_id_col": version}

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """What tells the site apart: its trade name or sign, else its town."""
        return self.trade_name or self.sign or self.city or self.company.name

    @property
    def town_line(self) -> str:
        return " ".join(part for part in (self.postal_code, self.city) if part)

    @property
    def address_lines(self) -> list[str]:
        """The postal address, a line an item; empty where nothing is known."""
        lines = (self.address or "").splitlines()
        return [line for line in (*lines, self.town_line) if line]

    @property
    def position_values(self) -> dict[str, str | None]:
        """The position as the history keeps it."""
        if self.latitude is None or self.longitude is None:
            return {"position": None, "precision": None}
        return {
            "position": plain_position(self.latitude, self.longitude),
            "precision": self.position_precision,
        }

    def forget_position(self) -> dict[str, tuple[str | None, str | None]]:
        """The address is another place: neither what was found nor what was put by hand holds.
        What the history says of it: only what a person did is worth a word."""
        known, by_hand = self.position_values, self.position_precision == Precision.HAND
        self.latitude = self.longitude = self.position_precision = None
        self.found_latitude = self.found_longitude = self.found_precision = None
        return {field: (value, None) for field, value in known.items()} if by_hand else {}
