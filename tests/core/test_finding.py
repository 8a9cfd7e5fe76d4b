"""A page found in two steps is the page that the whole question gives, however long the list."""

from __future__ import annotations

import pytest
from flask import Flask

from app.accounts.models import Account
from app.companies.queries import COMPANIES
from app.contacts.queries import CONTACTS
from app.core import finding, listing, totals
from app.core.finding import find, find_window
from app.core.listing import Listing, ListSpec
from app.core.totals import KNOWN, Known, Total
from tests.factories import make_company, make_contact

SPECS = {"companies": COMPANIES, "contacts": CONTACTS}
NAMES = ("Conseil Ardent", "Cabinet Conseil", "Zénith Conseil", "Conseil Béryl", "Le Conseil",
         "Boulangerie", "Atelier du Conseil", "Conseils & Cie")  # fmt: skip


@pytest.fixture(params=[1_000, 3], ids=["few", "many"])
def most(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many are counted at once: all that there are, or fewer."""
    number: int = request.param
    monkeypatch.setattr(listing, "LONG", number)
    for module in (finding, totals):
        monkeypatch.setattr(module, "COUNTED_AT_ONCE", number)
    return number


@pytest.fixture
def base(admin: Account) -> None:
    for place, name in enumerate(NAMES):
        company = make_company(name=name, city="Blois" if place % 2 else "Agen")
        make_contact(last_name=name.split()[0], first_name="Conseil", company_id=company.id)


QUESTIONS = [
    {}, {"q": "conseil"}, {"q": "cons"}, {"q": "co"}, {"q": "c"}, {"q": "conseil ard"},
    {"q": "conseil", "sort": "-name"}, {"q": "le conseil"}, {"sort": "-changed"}, {"q": "zzz"},
    {"q": "co conseil"}, {"q": "—"},
]  # fmt: skip


@pytest.mark.usefixtures("base", "most")
@pytest.mark.parametrize("name", SPECS)
@pytest.mark.parametrize("asked", QUESTIONS, ids=str)
def test_each_page_is_that_of_the_whole_question(
    app: Flask, name: str, asked: dict[str, str]
) -> None:
    sort = asked.get("sort", "")
    if name == "contacts":
        sort = sort.replace("name", "last_name")
    whole = Listing(SPECS[name], q=asked.get("q", ""), sort=sort)
    for start in (0, 1, 2, 5, 20):
        assert find_window(whole, start, 3).ids == whole.window(start, 3), start
    assert whole.window(0, 50) == list(whole.all_ids())


@pytest.mark.usefixtures("base")
def test_a_filtered_page_is_that_of_the_whole_question(app: Flask, most: int) -> None:
    for q in ("", "conseil"):
        filtered = Listing(COMPANIES, q=q, filters=(("city", ("Blois",)),))
        assert find_window(filtered, 0, 50).ids == list(filtered.all_ids())
        assert len(find(filtered).ids) == filtered.count()


@pytest.mark.usefixtures("base")
def test_counting_stops_at_a_limit(app: Flask, most: int) -> None:
    found = find(Listing(COMPANIES, q="conseil"))
    assert found.total == (Total(7) if most > 7 else Total(most, is_exact=False))
    assert find(Listing(COMPANIES, q="boulangerie")).total == Total(1)


@pytest.mark.usefixtures("base", "most")
def test_walking_too_far_is_given_up(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "WALKED", 2)
    for sort in ("", "name", "-name", "city"):
        listed = Listing(COMPANIES, q="conseil", sort=sort)
        assert find_window(listed, 0, 50).ids == list(listed.all_ids())


@pytest.mark.usefixtures("base", "most")
def test_what_is_known_needs_no_counting(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    for q in ("", "conseil"):
        listed = Listing(COMPANIES, q=q, filters=(("city", ("Agen", "Blois")),))
        ids = list(listed.all_ids())
        for known in (Known(len(ids), sorted(ids)), Known(len(ids))):
            monkeypatch.setitem(app.extensions, KNOWN, lambda _listing, known=known: known)
            assert find_window(listed, 1, 4) == finding.Found(ids[1:5], Total(len(ids)))


@pytest.mark.usefixtures("base")
@pytest.mark.parametrize("name", SPECS)
def test_the_last_pages_are_read_from_the_end(
    app: Flask, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec: ListSpec = SPECS[name]
    monkeypatch.setitem(app.extensions, KNOWN, lambda _listing: Known(len(NAMES)))
    for key in (sign + sort.key for sort in spec.sorts for sign in ("", "-")):
        listed = Listing(spec, sort=key)
        whole = list(listed.all_ids())
        for start in range(10):
            assert find_window(listed, start, 3).ids == whole[start : start + 3], (key, start)
