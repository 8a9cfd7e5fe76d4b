"""From a search that found nothing to the form that adds it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.companies.presets import preset_of as company_preset
from app.contacts.presets import preset_of as contact_preset
from tests.factories import new_siren, siret_of
from tests.pages import parse

SignIn = Callable[[str], FlaskClient]
SIREN = "552100554"


@pytest.mark.parametrize(
    ("q", "label", "values"),
    [
        ("Maison Zéphyr", "Ajouter l’entreprise « Maison Zéphyr »", {"name": "Maison Zéphyr"}),
        ("552 100 554", "Ajouter l’entreprise dont le SIREN est 552\u00a0100\u00a0554", {"siren": SIREN}),
        (
            siret_of(SIREN), "Ajouter l’entreprise dont le SIREN est 552\u00a0100\u00a0554",
            {"siren": SIREN, "siret": siret_of(SIREN)},
        ),
    ],
)  # fmt: skip
def test_what_a_new_company_takes_from_a_search(q: str, label: str, values: dict[str, str]) -> None:
    preset = company_preset(q)
    assert preset is not None
    assert (preset.label, preset.values) == (label, values)


@pytest.mark.parametrize("q", ["01 42 68 53 00", "552100555", "a@b.fr", "%", "41000"])
def test_a_number_or_an_address_is_no_company_s_name(q: str) -> None:
    assert company_preset(q) is None


@pytest.mark.parametrize(
    ("q", "values"),
    [
        ("Dupont", {"last_name": "Dupont"}),
        ("Ève  de La Tour", {"first_name": "Ève", "last_name": "de La Tour"}),
        ("Eve@Acme.FR", {"email": "Eve@acme.fr"}),
    ],
)
def test_what_a_new_contact_takes_from_a_search(q: str, values: dict[str, str]) -> None:
    preset = contact_preset(q)
    assert preset is not None
    assert preset.values == values


@pytest.mark.parametrize("q", ["06 12 34 56 78", "a@", "@"])
def test_a_number_is_no_person_s_name(q: str) -> None:
    assert contact_preset(q) is None


def fields(person: FlaskClient, path: str, **asked: str) -> dict[str, str]:
    page = parse(person.get(path, query_string=asked).text)
    inputs = [one for one in page.all("input", id=None) if one.attributes.get("value")]
    return {one.attributes["id"]: one.attributes["value"] for one in inputs}


def test_the_form_opens_filled_in(login_as: SignIn) -> None:
    siren = new_siren()
    shown = fields(login_as("editor"), "/crm/companies/new", name='A "B" <i>', siren=siren)
    assert shown["name"] == 'A "B" <i>'
    assert shown["siren"].replace("\u00a0", "") == siren
    shown = fields(login_as("editor"), "/crm/contacts/new", first_name="Ève", last_name="Doe")
    assert (shown["first_name"], shown["last_name"]) == ("Ève", "Doe")


@pytest.mark.parametrize(
    "asked", [{"siren": "123"}, {"name": "x" * 5000}, {"name": "\x00"}, {"siret": "%"}]
)
def test_what_a_field_cannot_take_is_left_out(login_as: SignIn, asked: dict[str, Any]) -> None:
    shown = fields(login_as("editor"), "/crm/companies/new", **asked)
    assert not shown.keys() & {"name", "siren", "siret"}
