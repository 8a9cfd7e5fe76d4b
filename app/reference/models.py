"""Reference data: the tables. Codes are text and are kept for as long as a record may bear them."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Base


class NafCode(Base):
    """A principal activity (APE), in the nomenclature of 2008 or in that of 2025."""

    __tablename__ = "naf_code"
    __table_args__ = (
        UniqueConstraint("nomenclature", "code"),
        CheckConstraint("nomenclature IN ('rev2', '2025')", name="nomenclature_is_known"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    #: rev2 or 2025
    nomenclature: Mapped[str] = mapped_column(String(4))
    #: with its dot: 62.01Z
    code: Mapped[str] = mapped_column(String(6))
    label: Mapped[str] = mapped_column(String(200))
    #: A to U; blank for NAF 2025
    section: Mapped[str] = mapped_column(String(1), default="")
    search_text: Mapped[str] = mapped_column(Text)

    def __str__(self) -> str:
        return f"{self.code} · {self.label}"


class LegalForm(Base):
    """Insee's « catégorie juridique », third level."""

    __tablename__ = "legal_form"

    code: Mapped[str] = mapped_column(String(4), primary_key=True)
    label: Mapped[str] = mapped_column(String(200))
    parent_label: Mapped[str] = mapped_column(String(200))

    def __str__(self) -> str:
        return self.label


class HeadcountBand(Base):
    """Insee's « tranche d'effectif salarié »."""

    __tablename__ = "headcount_band"

    code: Mapped[str] = mapped_column(String(2), primary_key=True)
    label: Mapped[str] = mapped_column(String(60))
    #: employees; none for a unit that employs nobody
    minimum: Mapped[int | None]
    #: employees; none for the last band too
    maximum: Mapped[int | None]
    #: the smallest band is 0
    position: Mapped[int]

    def __str__(self) -> str:
        return self.label


class Sector(Base):
    """A sector of activity in the school's own words: an administrator edits this list."""

    __tablename__ = "sector"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    label: Mapped[str] = mapped_column(String(100))
    sort_name: Mapped[str] = mapped_column(String(200), index=True)

    def __str__(self) -> str:
        return self.label


class Department(Base):
    __tablename__ = "department"

    #: 01 to 95, 2A, 2B, 971 to 989
    code: Mapped[str] = mapped_column(String(3), primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    #: the region's name
    region: Mapped[str] = mapped_column(String(60))

    def __str__(self) -> str:
        return f"{self.code} · {self.name}"


class Commune(Base):
    """A commune, or an arrondissement of Paris, Lyon or Marseille."""

    __tablename__ = "commune"
    __table_args__ = (CheckConstraint("kind IN ('C', 'A')", name="kind_is_known"),)

    code_insee: Mapped[str] = mapped_column(String(5), primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    #: folded name, postal codes, INSEE code
    search_text: Mapped[str] = mapped_column(Text)
    sort_name: Mapped[str] = mapped_column(String(200), index=True)
    #: C commune, A arrondissement
    kind: Mapped[str] = mapped_column(String(1))
    department: Mapped[str] = mapped_column(ForeignKey("department.code"), index=True)
    population: Mapped[int | None]
    #: degrees, WGS 84: the middle of the commune, good to place a town on a map
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]

    postal_codes: Mapped[list[CommunePostalCode]] = relationship(
        back_populates="commune", order_by="CommunePostalCode.postal_code"
    )

    def __str__(self) -> str:
        return self.name


class CommunePostalCode(Base):
    """Which communes a postal code serves: one to 46 of them, and Paris has 21 codes."""

    __tablename__ = "commune_postal_code"

    postal_code: Mapped[str] = mapped_column(String(5), primary_key=True)
    code_insee: Mapped[str] = mapped_column(
        ForeignKey("commune.code_insee"), primary_key=True, index=True
    )

    commune: Mapped[Commune] = relationship(back_populates="postal_codes")


class Country(Base):
    __tablename__ = "country"

    #: ISO 3166-1
    alpha2: Mapped[str] = mapped_column(String(2), primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    sort_name: Mapped[str] = mapped_column(String(200), index=True)

    def __str__(self) -> str:
        return self.name
