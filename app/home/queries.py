"""What the first page and the profiles show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager

from app.accounts.models import Account
from app.companies.models import Company
from app.contacts.models import Contact, Post
from app.extensions import db

RECENT = 6


@dataclass(frozen=True)
class Recent:
    """A sheet that changed lately; `detail` tells namesakes apart."""

    id: int
    name: str
    detail: str | None
    changed_at: datetime


def company_count() -> int:
    return db.session.scalar(select(func.count()).where(Company.trashed_at.is_(None))) or 0


def contact_count() -> int:
    return db.session.scalar(select(func.count()).where(Contact.trashed_at.is_(None))) or 0


def recent_companies() -> Sequence[Recent]:
    statement = (
        select(Company.id, Company.name, Company.city, Company.updated_at)
        .where(Company.trashed_at.is_(None))
        .order_by(Company.updated_at.desc(), Company.id.desc())
        .limit(RECENT)
    )
    return [Recent(*row) for row in db.session.execute(statement)]


def recent_contacts() -> Sequence[Recent]:
    """The company's name goes along only while its sheet is live."""
    company = select(Company.name).where(
        Company.id == Contact.company_id, Company.trashed_at.is_(None)
    )
    statement = (
        select(Contact, company.scalar_subquery())
        .where(Contact.trashed_at.is_(None))
        .order_by(Contact.updated_at.desc(), Contact.id.desc())
        .limit(RECENT)
    )
    return [
        Recent(contact.id, contact.full_name, name, contact.updated_at)
        for contact, name in db.session.execute(statement)
    ]


def posts_of(account: Account) -> Sequence[Post]:
    """An account's posts at companies whose sheet is live, the present ones first."""
    statement = (
        select(Post)
        .join(Post.company)
        .options(contains_eager(Post.company))
        .where(Post.account_id == account.id, Company.trashed_at.is_(None))
        .order_by(Post.ended_on.is_not(None), Post.started_on.desc().nulls_last(), Post.id.desc())
    )
    return db.session.scalars(statement).all()


def contact_of(account: Account) -> Contact | None:
    """The live contact that is tied to an account."""
    statement = select(Contact).where(
        Contact.account_id == account.id, Contact.trashed_at.is_(None)
    )
    return db.session.scalars(statement).first()
