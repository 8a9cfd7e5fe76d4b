"""What is kept beside companies, for many at once: counts of their contacts, and how complete the
sheets are, in one statement whatever their number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Boolean, ColumnElement, Integer, Table, cast, or_, select, update
from sqlalchemy.orm.util import identity_key

from app.companies.completeness import item_named, moved
from app.companies.models import Company
from app.core.sets import Types, among, given_rows
from app.extensions import db

TABLE: Table = Company.__table__
# How many contacts, whether one can sign agreements, whether one has an e-mail.
Counts = tuple[int, bool, bool]
COUNTED = ("contact_count", "has_signatory", "has_reachable_contact")
# What is asked of people, by the column that says whether it is there.
PEOPLE = {"has_signatory": "signatory", "has_reachable_contact": "contact"}
FOLLOWING = ("completeness", "agreement_missing", "offer_missing")
KINDS: Types = dict(
    zip(("id", *COUNTED), (Integer(), Integer(), Boolean(), Boolean()), strict=True)
)


def hold(company_ids: Sequence[int]) -> None:
    """Keep companies until the transaction ends: whoever counts what belongs to them waits for
    others who do, so that two newcomers at once are both counted."""
    statement = select(Company.id).where(among(Company.id, company_ids)).order_by(Company.id)
    db.session.execute(statement.with_for_update(key_share=True))


def refresh_counts(company_ids: Sequence[int], contact_counts: Mapping[int, Counts]) -> None:
    """Store the counts that the contacts' domain made. Completeness asks for people too; nobody
    edited the sheets: their versions stay."""
    rows = [(each, *contact_counts.get(each, (0, False, False))) for each in company_ids]
    new = given_rows(rows, KINDS)
    steps = {
        item_named(key): _one(new.c[name]) - _one(TABLE.c[name]) for name, key in PEOPLE.items()
    }
    db.session.execute(
        update(TABLE)
        .where(
            TABLE.c.id == new.c.id,
            or_(*(TABLE.c[name].is_distinct_from(new.c[name]) for name in COUNTED)),
        )
        .values(
            **{name: new.c[name] for name in COUNTED},
            **moved(TABLE, steps),
        )
    )
    _forget(company_ids)


def _one(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return cast(condition, Integer)


def _forget(company_ids: Iterable[int]) -> None:
    """What the session holds of the companies is read anew when it is asked for."""
    for company_id in company_ids:
        held = db.session.identity_map.get(identity_key(Company, company_id))
        if held is not None:
            db.session.expire(held, [*COUNTED, *FOLLOWING])
