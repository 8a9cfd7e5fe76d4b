"""What memory answers of searches and of facets, and what it leaves to the base."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, func, insert, select, text

from app.companies.models import Company, Establishment
from app.companies.queries import COMPANIES
from app.core.facets import Bucket, BucketFacet, Facet
from app.core.listing import Listing, ListSpec
from app.extensions import db
from app.facets import FacetMemory
from app.facets.definition import define
from tests.facets.test_log import company, from_memory, read, write
from tests.facets.writing import COMPANY, counted
from tests.factories import make_company

pytestmark = pytest.mark.own_database


# ---- searches


def searched(memory: FacetMemory, q: str) -> int:
    return int(from_memory(memory, Listing(COMPANIES, q=q))["verified"].of("no"))


def test_a_search_is_not_asked_twice_and_follows_what_is_written(
    own: Flask, memory: FacetMemory
) -> None:
    asked: list[str] = []

    def listen(_c: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        asked.extend([statement] if "search" in statement else [])

    event.listen(memory._reader._engine, "before_cursor_execute", listen)
    ids = [make_company(name=f"Cabinet {word}").id for word in ("Conseil", "Conseil", "Autre")]
    assert searched(memory, "conseil") == 2
    first = len(asked)
    assert searched(memory, "conseil") == 2
    assert len(asked) == first
    write("UPDATE company SET search_text = 'autre chose' WHERE id = :id", id=ids[0])
    assert searched(memory, "conseil") == 1
    write("UPDATE company SET search_text = 'du conseil' WHERE id = :id", id=ids[2])
    assert searched(memory, "conseil") == 2
    write("DELETE FROM establishment")
    write("DELETE FROM company WHERE id = :id", id=ids[1])
    assert searched(memory, "conseil") == 1


def test_a_search_after_many_writes(own: Flask, memory: FacetMemory) -> None:
    with db.engine.begin() as connection:
        rows = [company(str(n), search_text="conseil") for n in range(700)]
        connection.execute(insert(COMPANY), rows)
    assert searched(memory, "conseil") == 700
    write("UPDATE company SET search_text = 'autre' WHERE id % 2 = 0")
    kept = read("SELECT count(*) FROM company WHERE search_text = 'conseil'")
    assert searched(memory, "conseil") == kept < 700


# ---- facets that memory does not hold


def spec_with(*facets: Facet) -> ListSpec:
    return replace(COMPANIES, facets=(*COMPANIES.facets, *facets))


def bucket(key: str, condition: Any) -> BucketFacet:
    return BucketFacet(key, "x", (Bucket("yes", "x", condition),), Company)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "condition",
    [
        Company.verified_at > func.now(),
        Company.id.in_(select(Establishment.company_id)),
        text("siren IS NULL"),
    ],
    ids=["clock", "other table", "bare text"],
)
def test_what_may_change_by_itself_is_asked_of_the_base(own: Flask, condition: Any) -> None:
    spec = spec_with(bucket("odd", condition))
    memory = FacetMemory(own, spec)
    memory.warm()
    first = make_company(city="Lyon").id
    make_company(city="Nîmes")
    db.session.rollback()
    write("UPDATE company SET siren = NULL, verified_at = '2100-01-01' WHERE id <> :id", id=first)
    write("DELETE FROM establishment WHERE company_id = :id", id=first)
    listing = Listing(spec).with_values("odd", ["yes"])
    assert "odd" not in from_memory(memory, listing)
    counts = counted(memory, listing)
    for facet in spec.facets:
        expected = facet.counts(listing.conditions(without=facet.key))
        assert sorted(counts[facet.key]) == sorted(expected)
    assert counts["odd"].of("yes") == sum(number for _value, number in counts["verified"]) == 1
    memory.close()


def test_another_tables_column_is_not_the_lists_own() -> None:
    odd = bucket("odd", Establishment.siret.is_(None))
    definition = define(spec_with(odd))
    assert definition is not None
    assert not definition.keeps(odd)


def test_a_facet_on_the_tables_own_values_is_held_without_a_word(own: Flask) -> None:
    spec = spec_with(bucket("no_siren", Company.siren.is_(None)))
    memory = FacetMemory(own, spec)
    memory.warm()
    make_company()
    write("UPDATE company SET siren = NULL")
    assert from_memory(memory, Listing(spec))["no_siren"].of("yes") == 1
    memory.close()


def test_another_scope_than_the_one_held_is_counted_by_the_base(
    own: Flask, memory: FacetMemory
) -> None:
    make_company(city="Lyon")
    make_company(city="Nîmes")
    narrow = replace(COMPANIES, scope=lambda: [*COMPANIES.scope(), Company.city == "Lyon"])
    assert from_memory(memory, Listing(narrow)) == {}
    assert list(counted(memory, Listing(narrow))["city"]) == [("Lyon", 1)]
