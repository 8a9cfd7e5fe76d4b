"""User accounts: FAB's user with a category, and what a profile page shows of a person."""

from __future__ import annotations

from enum import StrEnum

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import CheckConstraint, ForeignKey, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Base


class Category(StrEnum):
    """What a person is to the school."""

    STUDENT = "student"
    GRADUATE = "graduate"
    TEACHER = "teacher"
    RECRUITER = "recruiter"
    STAFF = "staff"


class Account(User):
    """A user account. It shares FAB's table and has no discriminator: our relations and
    queries name Account only, since FAB's own relations hand out plain User objects."""

    __tablename__ = "ab_user"
    __table_args__ = (
        CheckConstraint(
            "category IN ('student', 'graduate', 'teacher', 'recruiter', 'staff')",
            name="category_is_known",
        ),
        {"extend_existing": True},
    )

    category: Mapped[str] = mapped_column(String(16), default="staff", server_default="staff")
    # Sessions carry the epoch they began in; raising it ends them all.
    session_epoch: Mapped[int] = mapped_column(default=0, server_default="0")
    search_text: Mapped[str] = mapped_column(String(400), default="", server_default="")
    # Whether single letters are shortcuts: who speaks to the machine, or types by accident, switches them off
    # (WCAG 2.1.4), once for all the machines that they use.
    key_shortcuts: Mapped[bool] = mapped_column(default=True, server_default=text("true"))

    profile: Mapped[Profile | None] = relationship(back_populates="account", uselist=False)

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def initials(self) -> str:
        return (self.first_name[:1] + self.last_name[:1]).upper()


class Profile(Base):
    """What the school knows of an account's holder, beside the account itself."""

    __tablename__ = "profile"

    account_id: Mapped[int] = mapped_column(
        ForeignKey("ab_user.id", ondelete="CASCADE"), primary_key=True
    )
    civility: Mapped[str | None] = mapped_column(String(4))
    programme: Mapped[str | None] = mapped_column(String(120))
    # Year of graduation, expected for a student, reached for a graduate.
    year: Mapped[int | None]
    phone: Mapped[str | None] = mapped_column(String(20))

    account: Mapped[Account] = relationship(back_populates="profile")
