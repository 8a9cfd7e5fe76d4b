"""Whatever an address says of a search block is refused in words, or finds what it counts."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from app.companies.queries import COMPANIES
from app.contacts.queries import CONTACTS
from app.core.counting import facet_counts
from app.core.facetblocks import FacetBlocks
from app.core.facets import Facet, lacks
from app.core.listing import BadQuery, Listing, ListSpec
from app.core.valuecounts import BLANK
from app.tags.views import TAGS
from tests.factories import make_company, make_contact

SignIn = Callable[[str], FlaskClient]
SPECS = {"companies": COMPANIES, "contacts": CONTACTS, "tags": TAGS}
PARAMETERS = [(name, facet.key) for name, spec in SPECS.items() for facet in spec.facets]
# What stands in some block of some list, and what nearly does.
NEARLY = st.sampled_from(
    ["with", "yes", "no", "low", "7d", "today", "older", "siren", BLANK, "--", "- ", "0", "1", "007",
     "1.0", "+1", "-1", "٣", "999999999", "1000000000", str(10**30), "2026-01-01..", "..2026-01-01",
     "2026-01-01..2026-02-01", "2026-02-01..2026-01-01", "2026-02-30..", "..", "7d..", "FR", "75",
     "2A", "62.01Z", "%", "_", "'", '"', "\\", "' OR 1=1 --", "Blois", "BLOIS", "ŒUF", "a" * 121, " ",
     "null", "None", "\u202e", "\ud7ff", "😀"]
)  # fmt: skip
ANY = st.one_of(NEARLY, st.text(st.characters(exclude_categories=["Cs"]), max_size=130))


def parsed(spec: ListSpec, key: str, values: list[str]) -> Listing | str:
    """The listing, or why there is none."""
    try:
        return Listing.parse(MultiDict([(key, value) for value in values]), spec)
    except BadQuery as refusal:
        return str(refusal)


@pytest.mark.parametrize(("name", "key"), PARAMETERS)
def test_any_value_is_refused_in_words_or_finds_what_it_counts(
    app: Flask, name: str, key: str
) -> None:
    spec = SPECS[name]
    make_contact(company_id=make_company(city="Blois", naf_code="62.01Z").id, job_function="RH")

    @settings(max_examples=25, deadline=None)
    @given(values=st.lists(ANY, min_size=1, max_size=3))
    def check(values: list[str]) -> None:
        listing = parsed(spec, key, values)
        if isinstance(listing, str):
            assert str(spec.facet(key).title) in listing  # type: ignore[union-attr]
            assert listing.endswith(".")
            return
        for value in listing.values(key):
            one = Listing(spec).with_values(key, [value])
            assert one.count() == facet_counts(one, [key])[key].of(value)
        blocks = FacetBlocks(listing, list_url="/list/", facet_url=lambda key: f"/{key}")
        chosen = [choice.value for choice in blocks.one(key).choices if choice.selected]
        assert set(chosen) == set(listing.values(key))
        assert len(blocks.chips()) == len(listing.values(key))

    check()


@pytest.mark.parametrize(("name", "key"), PARAMETERS)
@pytest.mark.parametrize("region", ["", "list", "facets"])
def test_thousands_of_values_are_refused_at_once(
    login_as: SignIn, name: str, key: str, region: str
) -> None:
    headers = {"HX-Request": "true", "HX-Target": region} if region else {}
    reader, query = login_as("reader"), "&".join(f"{key}={number}" for number in range(5_000))
    began = time.perf_counter()
    answer = reader.get(f"/crm/{name}/?{query}", headers=headers)
    assert answer.status_code == 400
    assert "Cette demande n’est pas valable" in answer.text
    assert time.perf_counter() - began < 2


def test_the_key_of_a_block_is_its_own_and_none_of_the_list() -> None:
    own = {"q", "sort", "page", "size", "columns", "view", "in", "shown", "from", "to"}
    for spec in SPECS.values():
        keys = [facet.key for facet in spec.facets]
        assert len(set(keys)) == len(keys)
        assert not own & set(keys)
        assert all(key.replace("_", "").isalpha() for key in keys)


def test_what_lacks_and_what_has_are_all(app: Flask) -> None:
    make_contact(email="a@b.example")
    make_contact(email=None)
    model = CONTACTS.model
    lacking, having = lacks(model.email), ~lacks(model.email)
    listing = Listing(CONTACTS)
    assert listing._count([lacking]) == listing._count([having]) == 1


def test_every_block_has_a_title_and_values_that_read(app: Flask) -> None:
    def labelled(facet: Facet) -> dict[str, str]:
        blocks = FacetBlocks(Listing(spec), list_url="/", facet_url=str)
        return {choice.value: choice.label for choice in blocks.one(facet.key).choices}

    make_contact(company_id=make_company(legal_form_code="5710", headcount_code="12").id)
    for spec in SPECS.values():
        for facet in spec.facets:
            assert str(facet.title)
            assert all(labelled(facet).values())
