"""A list too long to be counted before it is shown: what its page says, and what comes after."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from app.accounts.models import Account
from app.core import crmview, finding, listing, totals
from tests.factories import make_company
from tests.pages import parse, rows

SignIn = Callable[[str], FlaskClient]
FACETS = {"HX-Request": "true", "HX-Target": "facets"}
MADE = 60
MOST = 30


@pytest.fixture
def client(admin: Account, login_as: SignIn, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """Signed in, before sixty companies of which thirty are counted at once."""
    monkeypatch.setattr(listing, "LONG", MOST)
    for module in (finding, totals, crmview):
        monkeypatch.setattr(module, "COUNTED_AT_ONCE", MOST)
    for number in range(MADE):
        make_company(name=f"Conseil {number:02}")
    return login_as("admin")


def test_it_says_that_there_are_more(client: FlaskClient) -> None:
    page = client.get("/crm/companies/?q=conseil").text
    region = parse(page).one(data_total=None).attributes
    assert (region["data-total"], "data-least" in region) == (str(MOST), True)
    assert "Plus de 30 résultats" in region["data-announce"]
    assert "plus de 30" in parse(page).one(id="list-total").text
    assert "1–25 sur plus de 30" in page


def test_one_goes_on_from_page_to_page_and_never_past_the_end(client: FlaskClient) -> None:
    seen: list[int] = []
    for number in (1, 2, 3):
        page = client.get(f"/crm/companies/?q=conseil&page={number}").text
        seen += rows(page)
        assert ('rel="next"' in page) == (number < 3)
    assert len(seen) == len(set(seen)) == MADE
    beyond = client.get("/crm/companies/?q=conseil&page=9")
    assert (beyond.status_code, "page=3" in beyond.location) == (302, True)


def test_the_search_blocks_bring_the_number(client: FlaskClient) -> None:
    fragment = client.get("/crm/companies/?q=conseil", headers=FACETS).text
    counted = parse(fragment).one("template", data_counted=None).attributes
    assert counted["data-total"] == counted["data-words"] == str(MADE)
    assert counted["data-select"] == "Sélectionner les 60 résultats"
    assert "1–25 sur 60" in fragment


def test_a_list_that_is_counted_says_its_number(client: FlaskClient) -> None:
    page = client.get("/crm/companies/?q=conseil+07").text
    assert "data-least" not in parse(page).one(data_total=None).attributes
    fragment = client.get("/crm/companies/?q=conseil+07", headers=FACETS).text
    assert "data-counted" not in fragment


def test_a_sheet_says_its_place_in_such_a_list(client: FlaskClient) -> None:
    first = rows(client.get("/crm/companies/?q=conseil").text)[0]
    sheet = client.get(f"/crm/companies/{first}/?list=q%3Dconseil").text
    assert "1 sur plus de 30" in sheet
