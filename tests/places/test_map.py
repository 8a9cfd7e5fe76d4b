"""« Voir sur la carte »: where the mark is, how sure it is, and what is said without one."""

import re
from collections.abc import Iterator

import pytest
from flask import render_template

from app.companies.models import Establishment
from app.places.map import map_panel, position_of
from app.reference.outline import project
from tests.factories import make_company, make_contact

TOULOUSE = (43.6047, 1.4442)


@pytest.fixture(autouse=True)
def within_a_request(app) -> Iterator[None]:
    with app.test_request_context("/crm/companies/1/map"):
        yield


def site(**values) -> Establishment:
    address = {"address": "2 rue X", "postal_code": "31700", "city": "Blagnac", "country": "FR"}
    return Establishment(**{**address, **values})


def placed(precision: str | None) -> Establishment:
    latitude, longitude = TOULOUSE
    return site(latitude=latitude, longitude=longitude, position_precision=precision)


@pytest.mark.parametrize(
    ("precision", "words"),
    [
        ("exact", "Position exacte"),
        ("street", "Au niveau de la rue"),
        ("locality", "Au niveau du lieu-dit"),
        ("hand", "Placé à la main"),
        ("commune", "Centre de la commune"),
        (None, "Centre de la commune"),
    ],
)
def test_the_site_s_own_position(precision, words):
    panel = map_panel("Étoile", placed(precision))
    x, y = project(*TOULOUSE)
    assert (panel["mark"].x, panel["mark"].y) == (round(x, 1), round(y, 1))
    assert panel["position"].precision_words == words
    assert panel["trouble"] is None


@pytest.mark.parametrize(
    "values",
    [
        {"commune_code": "31069"},
        {"commune_code": None},
        {"commune_code": None, "city": "BLAGNAC"},
        {"commune_code": None, "city": None, "postal_code": "31770"},  # Colomiers alone.
    ],
)
def test_else_the_centre_of_the_commune(values):
    position = position_of(site(**values))
    assert position is not None
    assert position.precision == "commune"
    assert position.latitude == pytest.approx(43.63, abs=0.05)
    assert position.longitude == pytest.approx(1.37, abs=0.06)
    assert map_panel("Étoile", site(**values))["mark"].rough


def test_an_arrondissement_is_in_its_city():
    position = position_of(site(commune_code="75115", postal_code="75015", city="Paris"))
    assert position is not None
    assert (position.latitude, position.longitude) == pytest.approx((48.86, 2.34), abs=0.05)


@pytest.mark.parametrize(
    ("place", "words"),
    [
        (None, "L’adresse n’est pas renseignée"),
        (site(address=None, postal_code=None, city=None), "L’adresse n’est pas renseignée"),
        (site(country="BE", city="Bruxelles"), "à l’étranger (Belgique)"),
        (site(postal_code=None, city="Nulle part"), "La commune n’est pas reconnue"),
        (site(postal_code="31700", city="Atlantide"), "La commune n’est pas reconnue"),
        (
            site(commune_code="98818", postal_code="98800", city="Nouméa"),
            "La commune n’est pas reconnue",
        ),
        (site(latitude=0.0, longitude=-30.0), "Ce lieu est hors de la carte"),
    ],
)
def test_without_a_mark_it_says_why(place, words):
    panel = map_panel("Étoile", place)
    assert panel["mark"] is None
    assert words in panel["trouble"]


@pytest.mark.parametrize("country", ["FR", "RE"])
def test_overseas_departments_are_insets(country):
    panel = map_panel("Étoile", site(country=country, commune_code="97411", city="Saint-Denis"))
    assert panel["mark"] is not None
    frame = next(inset for inset in panel["insets"] if inset.code == "974")
    assert frame.holds((panel["mark"].x, panel["mark"].y))


def rendered(place: Establishment | None, *, fragment: bool = True) -> str:
    panel = map_panel("L’Étoile <b>", place)
    return render_template("places/map.html", is_fragment=fragment, **panel)


def test_the_panel_shows_the_outline_the_mark_and_the_address_in_words():
    page = rendered(placed("exact"))
    assert page.count("<path") > 95
    assert page.count("<circle") == 2
    assert 'role="img"' in page
    assert "2 rue X, 31700 Blagnac" in page  # In the name of the picture.
    assert 'data-copy="2 rue X\n31700 Blagnac"' in page
    assert "Position exacte" in page
    assert "L’Étoile &lt;b&gt;" in page


def test_the_panel_asks_nothing_of_the_network_and_has_no_inline_style():
    page = rendered(placed("exact"))
    [link] = re.findall(r"[^\"]*https?://[^\"]*", page)  # One that a person may follow.
    assert link.startswith("https://www.openstreetmap.org/directions?to=")
    assert f'<a href="{link}"' in page
    assert "style=" not in page
    assert not re.search(r"\son\w+=", page)
    assert len(page.encode()) < 150_000


def test_without_a_place_the_outline_still_shows_with_a_sentence():
    page = rendered(None)
    assert "<path" in page
    assert "<circle" not in page
    assert "Carte de France, sans repère" in page
    assert "L’adresse n’est pas renseignée" in page
    assert "Non renseigné" in page


def test_it_is_a_page_too(login_as, app):
    company = make_company(address="2 rue X", postal_code="31700", city="Blagnac")
    contact = make_contact(company_id=company.id, establishment_id=company.head_office.id)
    client = login_as("reader")
    for path in (f"companies/{company.id}", f"contacts/{contact.id}"):
        page = client.get(f"/crm/{path}/map")
        assert page.status_code == 200
        assert "<h1" in page.text
        assert "Centre de la commune" in page.text
        part = client.get(f"/crm/{path}/map", headers={"HX-Request": "true", "HX-Target": "dialog"})
        assert "<html" not in part.text
        assert 'id="dialog-title"' in part.text
