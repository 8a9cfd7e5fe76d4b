"""A company among its parents and subsidiaries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, literal, select
from sqlalchemy.orm import aliased, raiseload

from app.companies.models import Company
from app.companies.operations import DEEPEST_GROUP
from app.companies.queries import live
from app.extensions import db

MOST_SHOWN = 50


@dataclass(frozen=True)
class Group:
    """From the top down to the company, then what is right under it."""

    above: Sequence[Company]
    below: Sequence[Company]
    below_count: int

    def __bool__(self) -> bool:
        return bool(self.above or self.below)


def group_of(company: Company) -> Group:
    """The group of a company; what lies in the bin breaks the chain. Three statements."""
    under = [Company.parent_id == company.id, *live()]
    below = db.session.scalars(
        select(Company).where(*under).options(raiseload("*"))
        .order_by(Company.sort_name, Company.id).limit(MOST_SHOWN)
    ).all()  # fmt: skip
    count = len(below)
    if count == MOST_SHOWN:
        count = db.session.scalar(select(func.count()).select_from(Company).where(*under)) or 0
    return Group(_above(company), below, count)


def _above(company: Company) -> Sequence[Company]:
    if company.parent_id is None:
        return []
    start = select(Company.id, Company.parent_id, literal(1).label("step"))
    chain = start.where(Company.id == company.parent_id, *live()).cte("chain", recursive=True)
    higher = aliased(Company)
    chain = chain.union_all(
        select(higher.id, higher.parent_id, chain.c.step + 1)
        .join(chain, higher.id == chain.c.parent_id)
        .where(higher.trashed_at.is_(None), chain.c.step < DEEPEST_GROUP)
    )
    statement = select(Company).join(chain, Company.id == chain.c.id).options(raiseload("*"))
    return db.session.scalars(statement.order_by(chain.c.step.desc())).all()
