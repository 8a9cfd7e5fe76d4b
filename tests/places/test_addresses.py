"""From an address to a question, and from the answers to a position that may be believed."""

from __future__ import annotations

from typing import Any

import pytest

from app.companies.models import Establishment, Precision
from app.places.addresses import believable, question_of
from app.places.geocoder import Hit
from app.places.queries import commune_of, town_key, town_of

pytestmark = pytest.mark.usefixtures("app")
BLOIS = {"postal_code": "41000", "city": "Blois", "commune_code": "41018"}


def site(**values: Any) -> Establishment:
    return Establishment(**{"country": "FR", **values})


def at_blois(address: str | None, **more: Any) -> Establishment:
    return site(address=address, **{**BLOIS, **more})


def hit(**values: Any) -> Hit:
    told: dict[str, Any] = {
        "label": "3 Quai des Écluses 41000 Blois", "latitude": 47.586092, "longitude": 1.335947,
        "kind": "housenumber", "score": 0.95, "postal_code": "41000", "commune_code": "41018",
        "city": "Blois",
    }  # fmt: skip
    return Hit(**{**told, **values})


# ---- the question


@pytest.mark.parametrize(
    ("address", "asked"),
    [
        ("3 quai des Écluses", "3 quai des Écluses 41000 Blois"),
        ("Bâtiment B\n3 quai des Écluses", "3 quai des Écluses 41000 Blois"),
        ("3 quai des Écluses\nBP 41234", "3 quai des Écluses 41000 Blois"),
        ("3 quai des Écluses BP 1234", "3 quai des Écluses 41000 Blois"),
        ("3, quai des Écluses", "3, quai des Écluses 41000 Blois"),
        ("2e étage, 12 bis, rue Nationale", "12 bis, rue Nationale 41000 Blois"),
        ("Porte 4\n3 quai des Écluses\nCS 70012", "3 quai des Écluses 41000 Blois"),
        ("12 B rue Nationale", "12 bis rue Nationale 41000 Blois"),
        ("12T, rue Nationale", "12 ter, rue Nationale 41000 Blois"),
        ("Tour Ariane\nPlace de la Pyramide", "Place de la Pyramide 41000 Blois"),
        ("Chez Mme Martin\nLe Bourg", "Le Bourg 41000 Blois"),
        ("À l’attention de M. Petit, 4 rue du Port", "4 rue du Port 41000 Blois"),
        ("  3   quai\tdes Écluses ", "3 quai des Écluses 41000 Blois"),
        ("BP 12", "41000 Blois"),
        ("(Le Port)", "Le Port) 41000 Blois"),
        ("", "41000 Blois"),
        (None, "41000 Blois"),
    ],
)
def test_what_is_asked_of_an_address(address: str | None, asked: str) -> None:
    assert question_of(at_blois(address)) == asked


@pytest.mark.parametrize(
    ("postal_code", "city", "asked"),
    [
        ("44021", "NANTES CEDEX 1", "46 bis rue X NANTES"),
        ("44021", "Nantes Cédex", "46 bis rue X Nantes"),
        ("44156", "Ancenis", "46 bis rue X Ancenis"),  # A CEDEX code that does not say so.
        ("75015", "Paris 15", "46 bis rue X 75015 Paris 15"),
        ("92042", "Paris La Défense Cedex", "46 bis rue X Paris La Défense"),
        (None, "Blois", "46 bis rue X Blois"),
    ],
)
def test_a_cedex_code_is_left_out(postal_code: str | None, city: str, asked: str) -> None:
    assert question_of(site(address="46 bis rue X", postal_code=postal_code, city=city)) == asked


@pytest.mark.parametrize(
    "place",
    [
        site(address="3 rue X", city="Bruxelles", country="BE"),
        site(address="[ND]", postal_code="41000", city="Blois"),
        site(address="3 rue X", postal_code="41000", city="[NON-DIFFUSIBLE]"),
        site(address="3 rue X", postal_code="41000"),
        site(address="3 rue X", postal_code="41000", city="Cedex 9"),
        site(),
        site(city="«»"),
    ],
)
def test_what_is_not_asked_about(place: Establishment) -> None:
    assert question_of(place) is None


def test_a_question_is_as_short_as_the_service_wants_it() -> None:
    asked = question_of(at_blois("3 rue " + "x" * 390))
    assert asked is not None
    assert len(asked) == 200


# ---- the commune


@pytest.mark.parametrize(
    ("city", "key"),
    [
        ("ST-NAZAIRE CEDEX 2", "saintnazaire"), ("Saint-Nazaire", "saintnazaire"),
        ("L’Isle-d’Abeau", "lisledabeau"), ("L ISLE D ABEAU", "lisledabeau"),
        ("Paris 15e arrondissement", "paris"), ("LYON 03", "lyon"), ("Paris 1er arr.", "paris"),
        ("Ste Foy lès Lyon", "saintefoyleslyon"), ("", ""), (None, ""),
    ],
)  # fmt: skip
def test_the_writings_of_a_town(city: str | None, key: str) -> None:
    assert town_key(city) == key


def test_a_town_without_what_the_post_adds() -> None:
    assert town_of("NANTES CEDEX 1") == "NANTES"
    assert town_of("Cedex") == town_of(None) == ""


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"postal_code": "44021", "city": "NANTES CEDEX 1"}, "44109"),
        ({"postal_code": "44156", "city": "Ancenis"}, None),  # Is now Ancenis-Saint-Géréon.
        ({"postal_code": "44600", "city": "ST NAZAIRE"}, "44184"),
        ({"postal_code": "75715", "city": "PARIS CEDEX 15"}, "75056"),
        ({"postal_code": "69003", "city": "Lyon 03"}, "69123"),
        ({"postal_code": "92042", "city": "Paris La Défense Cedex"}, None),
        ({"postal_code": "99999", "city": "Blois"}, None),
        ({"city": "Blois"}, None),
    ],
)
def test_the_commune_of_an_address(values: dict[str, str], code: str | None) -> None:
    found = commune_of(site(**values))
    assert (found.code_insee if found else None) == code


# ---- what is believed


@pytest.mark.parametrize(
    ("found", "precision"),
    [
        (hit(), Precision.EXACT),
        (hit(score=0.8), Precision.EXACT),
        (hit(score=0.79), Precision.STREET),  # That number? That street, rather.
        (hit(kind="street", score=0.61), Precision.STREET),
        (hit(kind="locality", score=0.7), Precision.LOCALITY),
        (hit(kind="municipality", score=0.55), Precision.COMMUNE),
        (hit(commune_code="", postal_code="41000"), Precision.EXACT),
        (hit(city="BLOIS", commune_code="41018", postal_code=""), Precision.EXACT),
    ],
)
def test_how_sure_a_hit_is(found: Hit, precision: Precision) -> None:
    believed = believable(at_blois("3 quai des Écluses"), [found])
    assert believed is not None
    assert (believed.precision, believed.label) == (precision, found.label)
    assert (believed.latitude, believed.longitude) == (found.latitude, found.longitude)


@pytest.mark.parametrize(
    "found",
    [
        hit(score=0.59),
        hit(kind="street", score=0.3),
        hit(kind="municipality", score=0.4),
        hit(kind="poi"),
        hit(postal_code="26100", commune_code="26281", city="Romans-sur-Isère"),
        hit(postal_code="37000", commune_code="37261", city="Tours"),
        hit(postal_code="41100", commune_code="41269", city="Vendôme"),  # Its department, another town.
        hit(postal_code="", commune_code="", city="Blois"),
    ],
)  # fmt: skip
def test_what_is_not_believed_leaves_the_commune_s_centre(found: Hit) -> None:
    believed = believable(at_blois("3 quai des Écluses"), [found])
    assert believed is not None
    assert (believed.precision, believed.label) == (Precision.COMMUNE, "Blois")
    assert (believed.latitude, believed.longitude) == pytest.approx((47.58, 1.33), abs=0.03)


def test_the_first_one_that_is_believed_wins() -> None:
    elsewhere = hit(postal_code="26100", commune_code="26281", city="Romans", score=0.99)
    street = hit(kind="street", score=0.7, label="la rue")
    believed = believable(at_blois("3 quai des Écluses"), [elsewhere, street, hit()])
    assert believed is not None
    assert believed.label == "la rue"


def test_a_cedex_town_that_is_no_commune_is_found_in_its_department() -> None:
    place = site(address="1 place X", postal_code="92042", city="Paris La Défense Cedex")
    near = hit(postal_code="92800", commune_code="92062", city="Puteaux")
    far = hit(postal_code="75001", commune_code="75101", city="Paris")
    assert believable(place, [far]) is None
    found = believable(place, [far, near])
    assert found is not None
    assert found.precision is Precision.EXACT


def test_overseas_codes_are_departments_too() -> None:
    place = site(address="1 rue X", postal_code="97400", city="Saint-Denis", country="RE")
    there = hit(postal_code="97400", commune_code="97411", city="Saint-Denis")
    homonym = hit(postal_code="93200", commune_code="93066", city="Saint-Denis")
    found = believable(place, [homonym, there])
    assert found is not None
    assert found.precision is Precision.EXACT
