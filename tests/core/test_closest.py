"""What to leave out of a search that finds nothing."""

from __future__ import annotations

import pytest

from app.accounts.models import Account
from app.companies.queries import COMPANIES
from app.core.closest import COUNTED, MOST_TRIED, WayOut, ways_out
from app.core.listing import Listing
from tests.factories import make_company


def ways(q: str = "", **filters: str) -> list[WayOut]:
    chosen = tuple(sorted((key, (value,)) for key, value in filters.items()))
    listing = Listing(COMPANIES, q=q, filters=chosen, sort="city", page=3)
    assert listing.count() == 0
    return ways_out(listing, lambda one: one.query_string)


def told(found: list[WayOut]) -> list[tuple[str, str]]:
    return [(way.label, way.found) for way in found]


@pytest.fixture(autouse=True)
def base(admin: Account) -> None:
    for number in range(2):
        make_company(name=f"Moulin {number}", city="Blois", postal_code="41000")
    make_company(name="Forge", city="Tours", postal_code="37000")


def test_a_filter_that_is_in_the_way_is_named() -> None:
    (way,) = ways("moulin", city="Tours")[:1]
    assert (way.label, way.found) == ("Sans le filtre Ville : Tours", "2 résultats")
    assert way.url == "q=moulin&sort=city"  # On its first page, in the same order.


def test_a_word_that_is_in_the_way_is_named_as_it_was_typed() -> None:
    assert told(ways("forge Élan")) == [("Sans « Élan »", "1 résultat")]


def test_only_what_gives_results_is_offered() -> None:
    assert ways("introuvable") == []
    assert told(ways("moulin forge")) == [
        ("Sans « moulin »", "1 résultat"),
        ("Sans « forge »", "2 résultats"),
    ]


def test_together_when_no_single_one_is_enough() -> None:
    assert told(ways("moulin", city="Tours", department="75")) == [
        ("Sans aucun filtre", "2 résultats")
    ]


def test_without_the_search_when_the_filters_alone_have_some() -> None:
    assert told(ways("introuvable", city="Tours")) == [
        ("Sans la recherche « introuvable »", "1 résultat")
    ]


def test_a_word_and_the_filters_when_neither_alone_is_enough() -> None:
    assert told(ways("moulin élan", department="75", sector="1")) == [
        ("Sans aucun filtre ni « élan »", "2 résultats")
    ]


def test_the_groups_of_a_number_are_not_words() -> None:
    assert ways("01 23 45 67 89") == []


def test_counting_stops(admin: Account) -> None:
    for number in range(COUNTED + 2):
        make_company(name=f"Clone {number}")
    assert told(ways("clone introuvable")) == [("Sans « introuvable »", "plus de 100 résultats")]


def test_trying_stops() -> None:
    many = " ".join(f"mot{letter}" for letter in "abcdefghijkl")
    assert len(many.split()) > MOST_TRIED
    assert ways(many) == []
