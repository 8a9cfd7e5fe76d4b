"""Records for the journeys: made by the product's own operations, under names that nobody else bears."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any, TypeVar

from flask import Flask
from sqlalchemy import func, select

from app.accounts.models import Account, Category
from app.companies.models import Company
from app.companies.sites import add_establishment
from app.contacts.models import Contact
from app.extensions import db
from app.permissions import Role
from app.tags.models import Module, Tag
from app.tags.operations import add_to
from tests.conftest import add_account
from tests.factories import make_company, make_contact, make_tag, siret_of

T = TypeVar("T")
_words = count(1)


@dataclass(frozen=True)
class Records:
    """Makes records and looks them up, outside any request."""

    app: Flask

    @contextmanager
    def context(self) -> Iterator[None]:
        with self.app.app_context():
            yield
            db.session.commit()
            db.session.remove()

    def word(self, stem: str) -> str:
        """A word that no record holds yet."""
        return f"{stem}{next(_words)}"

    def company(self, **values: Any) -> int:
        with self.context():
            return make_company(**values).id

    def companies(self, stem: str, number: int, **values: Any) -> list[int]:
        """« Stem 01 », « Stem 02 » …, in that order."""
        with self.context():
            return [
                make_company(name=f"{stem} {at:02}", **values).id for at in range(1, number + 1)
            ]

    def contact(self, **values: Any) -> int:
        with self.context():
            return make_contact(**values).id

    def site_of(self, company_id: int, **values: Any) -> int:
        with self.context():
            company = db.session.get_one(Company, company_id)
            given = {"siret": siret_of(company.siren, 7), "country": "FR", **values}
            admin = db.session.scalars(select(Account).where(Account.username == "admin")).one()
            return add_establishment(company, given, by=admin).id

    def tag(self, label: str, on: list[int] | None = None) -> int:
        with self.context():
            tag = make_tag(label, Module.COMPANY)
            if on:
                admin = db.session.scalars(select(Account).where(Account.username == "admin")).one()
                add_to(tag, on, by=admin)
            return tag.id

    def account(self, username: str) -> None:
        """A manager of its own, for what ends all the sessions of an account."""
        with self.context():
            add_account(username, Role.MANAGER, Category.STAFF)

    def read(self, question: Callable[[], T]) -> T:
        with self.context():
            return question()

    def value(self, company_id: int, name: str) -> Any:
        return self.read(lambda: getattr(db.session.get_one(Company, company_id), name))

    def contact_value(self, contact_id: int, name: str) -> Any:
        return self.read(lambda: getattr(db.session.get_one(Contact, contact_id), name))

    def number_named(self, name: str) -> int:
        """Companies of this name, the bin's not counted."""
        statement = select(func.count()).where(Company.name == name, Company.trashed_at.is_(None))
        return self.read(lambda: db.session.scalar(statement) or 0)

    def in_sector(self, ids: list[int]) -> int:
        """How many of these companies are in a sector."""
        statement = select(func.count()).where(Company.id.in_(ids), Company.sector_id.is_not(None))
        return self.read(lambda: db.session.scalar(statement) or 0)

    def tagged(self, label: str) -> int:
        """Live companies that bear the tag."""
        statement = (
            select(func.count(Company.id))
            .join(Company.tags)
            .where(Tag.label == label, Company.trashed_at.is_(None))
        )
        return self.read(lambda: db.session.scalar(statement) or 0)

    def change(self, company_id: int, **values: Any) -> None:
        """Another person's correction, made behind the browser's back."""
        from app.companies.operations import form_values, update_company

        with self.context():
            company = db.session.get_one(Company, company_id)
            stored = form_values(company)
            admin = db.session.scalars(select(Account).where(Account.username == "admin")).one()
            update_company(company, {**stored, **values}, base=stored, by=admin)
