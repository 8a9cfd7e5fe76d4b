"""The address of a list is its state: what is written is read back, and nothing else is."""

from __future__ import annotations

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from app.companies.queries import COMPANIES
from app.contacts.queries import CONTACTS
from app.core.datefacets import DateFacet
from app.core.days import FIRST_DAY, LAST_DAY
from app.core.facets import BucketFacet, ColumnFacet, Facet
from app.core.listing import (
    LAST_PAGE,
    PAGE_SIZES,
    BadQuery,
    Listing,
    ListSpec,
)
from app.core.valuecounts import BLANK
from app.tags.views import TAGS

SPECS = {"companies": COMPANIES, "contacts": CONTACTS, "tags": TAGS}
WRITTEN = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40)
IDS = st.integers(0, 999_999_999).map(str)
DAYS = st.dates(FIRST_DAY, LAST_DAY)
STRETCHES = st.one_of(
    st.tuples(DAYS, DAYS).map(lambda pair: f"{min(pair)}..{max(pair)}"),
    DAYS.map(lambda day: f"{day}.."),
    DAYS.map(lambda day: f"..{day}"),
)


def values_of(facet: Facet) -> st.SearchStrategy[list[str]]:
    if isinstance(facet, BucketFacet):
        one = st.sampled_from([bucket.value for bucket in facet.buckets])
    elif isinstance(facet, ColumnFacet) and not facet.numeric:
        one = WRITTEN.map(lambda text: text[: facet.longest]).filter(
            lambda text: text not in {"", BLANK}
        )
    elif isinstance(facet, DateFacet):
        one = st.sampled_from([span.value for span in facet.spans]) | STRETCHES
    else:
        one = IDS
    if facet.blank is not None:
        one = one | st.just(BLANK)
    return st.lists(one, min_size=1, max_size=4, unique=True)


@st.composite
def listings(draw: st.DrawFn) -> Listing:
    spec = draw(st.sampled_from(list(SPECS.values())))
    listing = Listing(
        spec,
        q=" ".join(draw(WRITTEN).split()),
        sort=draw(st.sampled_from(["", *(f"{d}{s.key}" for s in spec.sorts for d in ("", "-"))])),
        size=draw(st.sampled_from(PAGE_SIZES)),
    )
    for facet in draw(st.lists(st.sampled_from(spec.facets), unique_by=lambda each: each.key)):
        listing = listing.with_values(facet.key, draw(values_of(facet)))
    if spec.columns:
        keys = st.sampled_from([column.key for column in spec.columns])
        listing = listing.showing(draw(st.lists(keys, unique=True, max_size=25)))
        listing = listing.in_view(draw(st.none() | st.integers(0, 999_999_999)))
    return listing.on_page(draw(st.integers(1, LAST_PAGE)))


def read(spec: ListSpec, pairs: list[tuple[str, str]]) -> Listing:
    return Listing.parse(MultiDict(pairs), spec)


@given(listing=listings())
def test_what_is_written_into_an_address_is_read_back(listing: Listing) -> None:
    assert read(listing.spec, listing.args()) == listing


@given(listing=listings(), data=st.data())
def test_choosing_a_value_twice_changes_nothing_but_the_page(
    listing: Listing, data: st.DataObject
) -> None:
    facet = data.draw(st.sampled_from(listing.spec.facets))
    (value,) = data.draw(values_of(facet).map(lambda values: values[:1]))
    twice = listing.toggled(facet.key, value).toggled(facet.key, value)
    assert twice.page == 1
    assert {key: set(values) for key, values in twice.filters} == {
        key: set(values) for key, values in listing.filters
    }


@given(
    pairs=st.lists(
        st.tuples(
            st.sampled_from(
                ["q", "sort", "page", "size", "tag", "city", "contacts", "columns", "view", "x"]
            ),
            st.one_of(
                WRITTEN,
                IDS,
                st.just("\x00"),
                st.sampled_from(["name", "city,tags", "tags,tags", "25", "with"]),
            ),
        ),
        max_size=6,
    )
)
def test_any_address_is_read_or_refused_in_words(app: Flask, pairs: list[tuple[str, str]]) -> None:
    with app.app_context():
        try:
            listing = read(COMPANIES, pairs)
        except BadQuery as refusal:
            assert str(refusal).endswith(".")  # noqa: PT017  # Only some addresses are refused.
        else:
            assert read(COMPANIES, listing.args()) == listing


REFUSED = [
    ([("page", "0")], "numéro de page"),
    ([("page", "-1")], "numéro de page"),
    ([("page", str(10**20))], "numéro de page"),
    ([("page", "١")], "numéro de page"),
    ([("page", "")], "numéro de page"),
    ([("page", "1.5")], "numéro de page"),
    ([("size", "7")], "taille de page"),
    ([("size", "1000000")], "taille de page"),
    ([("sort", "password")], "ne se trie pas"),
    ([("sort", "--name")], "ne se trie pas"),
    ([("sort", "name desc")], "ne se trie pas"),
    ([("q", "a" * 10_000)], "trop longue"),
    ([("password", "x")], "Paramètre inconnu : « password »"),
    ([("columns", "password")], "pas de colonne « password »"),
    ([("columns", "name,city,city")], "demandée deux fois"),
    ([("columns", ",")], "pas de colonne"),
    ([("view", "x")], "numéro de la vue"),
    ([("view", "-1")], "numéro de la vue"),
    ([("view", str(10**12))], "numéro de la vue"),
    ([("tag", "abc")], "Tags"),
    ([("tag", "-1")], "Tags"),
    ([("tag", str(10**12))], "Tags"),
    ([("city", "a" * 121)], "Ville"),
    ([("city", "Blois\x00")], "Ville"),
    ([("contacts", "some")], "Contacts"),
    ([("completeness", ""), ("completeness", "all")], "Complétude"),
    ([("city", f"Ville {n}") for n in range(5000)], "Ville"),
    ([("tag", str(n)) for n in range(5000)], "Tags"),
]


@pytest.mark.parametrize(("pairs", "said"), REFUSED)
def test_what_the_list_does_not_know_is_refused(
    app: Flask, pairs: list[tuple[str, str]], said: str
) -> None:
    with pytest.raises(BadQuery) as refusal:
        read(COMPANIES, pairs)
    assert said in str(refusal.value).replace("\u00a0", " ")


def test_a_new_search_filter_order_or_size_begins_at_page_one() -> None:
    listing = Listing(COMPANIES, page=9)
    changed = [
        listing.searching("x"), listing.sorted_by("-name"), listing.sized(50), listing.cleared(),
        listing.toggled("city", "Blois"),
    ]  # fmt: skip
    assert [each.page for each in changed] == [1] * 5


def test_without_order_asked_a_search_is_by_relevance_and_a_list_by_its_own() -> None:
    assert Listing(COMPANIES).active_sort == "name"
    assert Listing(COMPANIES, q="poste").active_sort == ""
    assert Listing(COMPANIES, q="poste", sort="-city").active_sort == "-city"


HOSTILE = [
    "%", "_", "%%__", "'", '"', '""', "' OR 1=1 --", "a'b\"c", "\\", "100%", "x_y", "*", "()",
    "NEAR(a b)", "a AND b", "-", "--", "^", "😀", "👩‍👩‍👧", "שלום", "\u202eabc", "\x00", "a\x00b",
    "中文", "œ", "e", "st", "\ud7ff", ";", "1" * 200, "a " * 100, "\u0301", "ﬁ", "٣", "+33", "@", ".",
]  # fmt: skip


@pytest.mark.parametrize("q", HOSTILE)
@pytest.mark.parametrize("name", SPECS)
def test_no_search_fails(app: Flask, name: str, q: str) -> None:
    listing = read(SPECS[name], [("q", q)])
    assert listing.count() == len(listing.all_ids())
    assert listing.page_ids() == list(listing.all_ids()[: listing.size])


@pytest.mark.parametrize("name", SPECS)
def test_every_order_of_every_list_can_be_read_by_the_database(app: Flask, name: str) -> None:
    spec = SPECS[name]
    for sort in spec.sorts:
        assert set(Listing(spec, sort=sort.key).all_ids()) == set(
            Listing(spec, sort=f"-{sort.key}").all_ids()
        )
