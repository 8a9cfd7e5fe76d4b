"""Ids and rows in one parameter: the same on both databases, whatever they hold."""

from __future__ import annotations

import pytest
from sqlalchemy import Boolean, Integer, String, Table, select, update

from app.accounts.models import Account
from app.companies.models import Company
from app.core.db import UtcDateTime, utcnow
from app.core.sets import INSTANT, among, as_text, given_rows, id_rows
from app.extensions import db
from tests.factories import make_company

TABLE: Table = Company.__table__
ODD = "l’œuf ‑ « \"'\\ {}[] é 中文 😀 %_ --"


@pytest.mark.parametrize("size", [0, 1, 40_000])
def test_a_column_is_among_any_number_of_ids(admin: Account, size: int) -> None:
    company = make_company()
    ids = [company.id, *range(1_000_000, 1_000_000 + size)]
    assert list(db.session.scalars(select(Company.id).where(among(Company.id, ids)))) == [
        company.id
    ]
    assert db.session.scalars(select(Company.id).where(among(Company.id, ids[1:]))).all() == []


def test_ids_are_rows(admin: Account) -> None:
    given = id_rows([3, 1, 2])
    assert sorted(db.session.scalars(select(given.c.id))) == [1, 2, 3]
    assert db.session.scalars(select(id_rows([]).c.id)).all() == []


def test_rows_keep_their_values_and_their_types(admin: Account) -> None:
    now = utcnow()
    types = {"id": Integer(), "text": String(), "flag": Boolean(), "at": UtcDateTime()}
    rows = [(1, ODD, True, now.strftime(INSTANT)), (2, None, False, None), (3, "", None, None)]
    new = given_rows(rows, types)
    found = [tuple(row) for row in db.session.execute(select(new).order_by(new.c.id))]
    assert found == [(1, ODD, True, now), (2, None, False, None), (3, "", None, None)]


def test_columns_are_set_from_rows(admin: Account) -> None:
    first, second, third = (make_company().id for _ in range(3))
    types = {"id": Integer(), "acronym": String(), "year": Integer()}
    new = given_rows([(first, ODD[:20], 2024), (second, None, None)], types)
    db.session.execute(
        update(TABLE)
        .where(TABLE.c.id == new.c.id)
        .values(acronym=new.c.acronym, headcount_year=new.c.year)
    )
    rows = select(TABLE.c.acronym, TABLE.c.headcount_year).order_by(TABLE.c.id)
    mine = rows.where(among(TABLE.c.id, [first, second, third]))
    assert [tuple(row) for row in db.session.execute(mine)] == [(ODD[:20], 2024), (None, None), (None, None)]  # fmt: skip


def test_a_value_as_the_history_writes_it_is_read_back(admin: Account) -> None:
    company, now = make_company(headcount_year=2024), utcnow()
    company.verified_at = now
    db.session.flush()
    written = select(as_text(TABLE.c.verified_at), as_text(TABLE.c.headcount_year))
    row = db.session.execute(written.where(TABLE.c.id == company.id)).one()
    assert tuple(row) == (now.strftime(INSTANT), "2024")
