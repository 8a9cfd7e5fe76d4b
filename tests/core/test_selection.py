"""Checked rows, or all results: read again through the scope, in the list's order."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import insert
from werkzeug.datastructures import MultiDict

from app.accounts.models import Account
from app.bin.operations import trash
from app.companies.models import Company
from app.companies.queries import COMPANIES
from app.core.ids import PART
from app.core.listing import BadQuery
from app.core.selection import MOST_IDS, SelectionChanged, read_selection
from app.extensions import db
from app.history.actions import Subject
from tests.factories import make_company


@pytest.fixture
def three(admin: Account) -> list[Company]:
    return [make_company(name=name, city="Blois") for name in ("Brio", "Alba", "Cléo")]


def chosen(query: dict[str, str] | None = None, **form: Any) -> tuple[int, ...]:
    return read_selection(MultiDict(form), MultiDict(query or {}), COMPANIES).ids


def ids(companies: list[Company], order: str) -> tuple[int, ...]:
    by_name = {company.name[0]: company.id for company in companies}
    return tuple(by_name[letter] for letter in order)


@pytest.mark.parametrize(("sort", "order"), [("name", "ABC"), ("-name", "CBA")])
def test_the_selection_is_in_the_list_s_order(three: list[Company], sort: str, order: str) -> None:
    given = [str(company.id) for company in three]
    assert chosen({"sort": sort}, ids=given) == ids(three, order)
    assert chosen({"sort": sort}, ids=",".join(given)) == ids(three, order)
    assert chosen({"sort": sort}, all="1", count="3") == ids(three, order)


def test_the_same_row_twice_is_once(three: list[Company]) -> None:
    one = str(three[0].id)
    assert chosen(ids=[one, f"{one},{one}"]) == (three[0].id,)


def test_checked_rows_stay_chosen_whatever_the_search_became(three: list[Company]) -> None:
    assert chosen({"q": "alba"}, ids=str(three[0].id)) == (three[0].id,)


def test_all_results_are_those_of_the_query(three: list[Company]) -> None:
    assert chosen({"q": "alba"}, all="1", count="1") == ids(three, "A")


@pytest.mark.parametrize("count", ["0", "2", "4", "999999999"])
def test_all_results_are_refused_when_the_count_changed(three: list[Company], count: str) -> None:
    with pytest.raises(SelectionChanged) as change:
        chosen(all="1", count=count)
    assert (change.value.confirmed, change.value.found) == (int(count), 3)


def test_what_is_out_of_scope_is_refused(three: list[Company], admin: Account) -> None:
    trash(Subject.COMPANY, [three[0].id], by=admin)
    with pytest.raises(SelectionChanged):
        chosen(ids=[str(company.id) for company in three])
    with pytest.raises(SelectionChanged):
        chosen(ids="999999999")


@pytest.mark.parametrize(
    "form",
    [{}, {"ids": ""}, {"ids": ",,"}, {"ids": "1,a"}, {"ids": "١"}, {"ids": "9999999999"},
     {"all": "1"}, {"all": "1", "count": ""}, {"all": "1", "count": "-1"},
     {"ids": ",".join(map(str, range(1, MOST_IDS + 2)))}],
)  # fmt: skip
def test_what_means_nothing_is_refused(three: list[Company], form: dict[str, str]) -> None:
    with pytest.raises(BadQuery):
        chosen(**form)


def test_a_wrong_query_is_refused(three: list[Company]) -> None:
    with pytest.raises(BadQuery):
        chosen({"sort": "password"}, ids=str(three[0].id))


def test_more_than_the_database_takes_at_once_is_read_all_the_same(admin: Account) -> None:
    rows = [{"name": f"N{n}", "sort_name": f"n{n:05}"} for n in range(PART * 3)]
    db.session.execute(insert(Company), rows)
    made = db.session.query(Company.id).order_by(Company.sort_name.desc()).all()
    expected = tuple(identity for (identity,) in made)
    assert chosen({"sort": "-name"}, ids=",".join(map(str, sorted(expected)))) == expected
