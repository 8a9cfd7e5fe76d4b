"""The map's pages: who may do what, what leaves the server and when, what is said."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.companies.models import Establishment
from app.companies.sites import add_establishment
from app.extensions import db
from app.places import geocoder as geocoder_module
from app.places.operations import seen_of
from tests.conftest import account_named
from tests.factories import make_company, make_contact
from tests.pages import parse
from tests.places.outside import Outside, answer, feature

LoginAs = Callable[[str], FlaskClient]
IN_DIALOG = {"HX-Request": "true", "HX-Target": "dialog"}
IGN = "https://data.geopf.fr"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(geocoder_module, "PACE", 0)


@pytest.fixture
def site(app: Flask) -> Establishment:
    company = make_company(
        name="Chocolaterie des Écluses", address="3 quai des Écluses", postal_code="41000",
        city="Blois", commune_code="41018",
    )  # fmt: skip
    assert company.head_office is not None
    return company.head_office


def seen(site: Establishment) -> str:
    """What a page that is opened now holds."""
    db.session.refresh(site)
    return seen_of(site)


def url(site: Establishment, deed: str, query: str = "") -> str:
    return f"/crm/places/{site.id}/{deed}{query}"


def locate(client: FlaskClient, site: Establishment, query: str = "") -> str:
    """« Situer l’adresse » in the pop-up, which follows to the map; the map as it then is."""
    form = {"seen": seen(site)}
    response = client.post(
        url(site, "locate", query), data=form, headers=IN_DIALOG, follow_redirects=True
    )
    assert response.status_code == 200, response.text
    return response.text


def stored(site: Establishment) -> tuple[Any, ...]:
    db.session.refresh(site)
    return site.latitude, site.longitude, site.position_precision


# ---- nothing leaves before a person asks


@pytest.mark.usefixtures("connected")
def test_opening_the_map_asks_nobody(
    login_as: LoginAs, site: Establishment, connected: Outside
) -> None:
    contact = make_contact(company_id=site.company_id, establishment_id=site.id)
    editor = login_as("editor")
    for address in (
        f"/crm/companies/{site.company_id}/",
        f"/crm/companies/{site.company_id}/map",
        f"/crm/contacts/{contact.id}/map",
        url(site, "map"),
        url(site, "position"),
    ):
        assert editor.get(address).status_code == 200
    assert connected.asked == connected.tiles_asked == []


def test_an_editor_who_asks_sends_the_address_and_no_name(
    login_as: LoginAs, site: Establishment, connected: Outside
) -> None:
    page = locate(login_as("editor"), site)
    assert [each["q"] for each in connected.asked] == ["3 quai des Écluses 41000 Blois"]
    assert stored(site) == (47.586092, 1.335947, "exact")
    assert "Trouvé" in page
    assert "Position exacte" in page
    assert "47,586092°\u00a0N" in page


def test_the_address_of_a_person_s_home_never_leaves(
    login_as: LoginAs, site: Establishment, connected: Outside
) -> None:
    contact = make_contact(company_id=site.company_id, establishment_id=site.id)
    contact.personal_address, contact.personal_city = "9 rue du Port", "Amboise"
    contact.personal_postal_code = "37400"
    db.session.commit()
    editor = login_as("editor")
    panel = editor.get(f"/crm/contacts/{contact.id}/map", headers=IN_DIALOG).text
    locate(editor, site, f"?contact={contact.id}")
    assert "Amboise" not in panel
    assert [each["q"] for each in connected.asked] == ["3 quai des Écluses 41000 Blois"]


def test_nothing_is_asked_of_an_address_that_is_withheld(
    login_as: LoginAs, site: Establishment, connected: Outside
) -> None:
    site.address = "[ND]"
    db.session.commit()
    editor = login_as("editor")
    assert "Situer l’adresse" not in editor.get(url(site, "map")).text
    assert "ne peut pas être cherchée" in locate(editor, site)
    assert connected.asked == []


def test_nobody_s_transaction_is_open_while_the_service_is_asked(
    login_as: LoginAs, site: Establishment, connected: Outside, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_meanwhile = []

    def search(_self: Any, _question: str) -> tuple[()]:
        open_meanwhile.append(db.session().in_transaction())
        return ()

    monkeypatch.setattr(geocoder_module.Geocoder, "search", search)
    locate(login_as("editor"), site)
    assert open_meanwhile == [False]


def test_the_tests_reach_nothing_outside() -> None:
    with socket.socket() as line, pytest.raises(AssertionError, match="a test tried to reach"):
        line.connect(("192.0.2.1", 80))


# ---- what is said


@pytest.mark.parametrize(
    ("told", "words", "precision"),
    [
        (answer(feature("street", 0.7)), "au niveau de la rue", "street"),
        (answer(feature("locality", 0.7)), "au niveau du lieu-dit", "locality"),
        (answer(), "au centre de Blois", "commune"),
        (answer(feature(score=0.2)), "au centre de Blois", "commune"),
        (
            answer(feature(postcode="26100", citycode="26281", city="Romans")),
            "au centre de Blois",
            "commune",
        ),
    ],
)
def test_how_sure_the_position_is_is_said_in_words(
    login_as: LoginAs,
    site: Establishment,
    connected: Outside,
    told: Any,
    words: str,
    precision: str,
) -> None:
    connected.answers(told)
    assert words in locate(login_as("editor"), site)
    assert stored(site)[2] == precision


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"<html>Portail</html>", 200), (b"", 500), (b"", 429), (b" " * 300_000, 200), (b"slow", 200)],
)
def test_where_the_service_fails_a_sentence_says_so_and_nothing_changes(
    login_as: LoginAs, site: Establishment, connected: Outside, monkeypatch: pytest.MonkeyPatch,
    body: bytes, status: int,
) -> None:  # fmt: skip
    connected.answers(body, status)
    if body == b"slow":
        monkeypatch.setattr(geocoder_module, "STEP", 0.3)
        connected.slow = 10
    page = locate(login_as("editor"), site)
    assert "Le service d’adresses ne répond pas" in page
    assert stored(site) == (None, None, None)
    assert "<path" in page  # The outline is still there.


def test_a_rougher_answer_leaves_what_was_known(
    login_as: LoginAs, site: Establishment, connected: Outside
) -> None:
    editor = login_as("editor")
    locate(editor, site)
    connected.answers(answer(feature("municipality", 0.9)))
    geocoder_module._client.cache_clear()
    assert "la position n’a pas changé" in locate(editor, site)
    assert stored(site)[2] == "exact"


def test_without_a_pop_up_the_map_is_a_page_with_the_outcome(
    login_as: LoginAs, site: Establishment, connected: Outside
) -> None:
    editor = login_as("editor")
    sent = editor.post(url(site, "locate"), data={"seen": seen(site)})
    assert (sent.status_code, sent.location) == (303, url(site, "map"))
    page = editor.get(sent.location).text
    assert "<html" in page
    assert "Trouvé" in page


def test_a_contact_s_map_is_what_one_comes_back_to(
    login_as: LoginAs, site: Establishment, connected: Outside
) -> None:
    contact = make_contact(company_id=site.company_id, establishment_id=site.id)
    editor = login_as("editor")
    panel = parse(editor.get(f"/crm/contacts/{contact.id}/map").text)
    [form] = [
        each for each in panel.all("form") if "/locate" in (each.attributes.get("action") or "")
    ]
    action = form.attributes["action"] or ""
    sent = editor.post(action, data={"seen": seen(site)})
    assert sent.location == f"/crm/contacts/{contact.id}/map"
    assert stored(site)[2] == "exact"  # One position for the site, and no copy.


@pytest.mark.parametrize("contact", ["x", "-1", "9" * 30, "1 or 1=1", ""])
def test_a_strange_contact_leads_to_the_site_s_own_map(
    login_as: LoginAs, site: Establishment, contact: str
) -> None:
    sent = login_as("editor").post(
        url(site, "found"), query_string={"contact": contact}, data={"seen": seen(site)}
    )
    assert sent.location == url(site, "map")


# ---- who, where, with which settings


def test_a_reader_sees_the_place_and_no_deed(
    login_as: LoginAs, site: Establishment, connected: Outside
) -> None:
    page = login_as("reader").get(url(site, "map"), headers=IN_DIALOG).text
    assert "Afficher le plan" in page
    assert "Itinéraire" in page
    for deed in ("Situer l’adresse", "Corriger la position", "Revenir à la position", "<form"):
        assert deed not in page


@pytest.mark.parametrize("person", ["reader", "student"])
@pytest.mark.parametrize("deed", ["locate", "position", "found"])
def test_who_may_not_edit_moves_nothing(
    login_as: LoginAs, site: Establishment, connected: Outside, person: str, deed: str
) -> None:
    form = {"seen": seen(site), "latitude": "47.6", "longitude": "1.3"}
    assert login_as(person).post(url(site, deed), data=form).status_code == 403
    assert stored(site) == (None, None, None)
    assert connected.asked == []


@pytest.mark.parametrize("deed", ["map", "position"])
def test_a_site_that_is_not_there(login_as: LoginAs, site: Establishment, deed: str) -> None:
    editor = login_as("editor")
    assert editor.get(f"/crm/places/999999/{deed}").status_code == 404
    assert editor.get(f"/crm/places/{10**20}/{deed}").status_code == 404
    site.company.trashed_at = site.created_at
    db.session.commit()
    assert editor.get(url(site, deed)).status_code == 404


def test_another_site_than_the_head_office_has_a_map(
    login_as: LoginAs, site: Establishment
) -> None:
    values = {"trade_name": "Boutique", "city": "Tours", "postal_code": "37000", "country": "FR"}
    other = add_establishment(site.company, values, by=account_named("admin"))
    db.session.commit()
    reader = login_as("reader")
    page = reader.get(url(other, "map")).text
    assert "Chocolaterie des Écluses — Boutique" in page
    assert "Tours (37 · Indre-et-Loire)" in page
    tab = reader.get(f"/crm/companies/{site.company_id}/establishments?site={other.id}").text
    assert parse(tab).all("a", href=url(other, "map"), data_dialog=None)


def policy_of(client: FlaskClient, address: str) -> str:
    policy: str = client.get(address).headers["Content-Security-Policy"]
    return policy


def test_only_pages_with_a_map_may_show_the_tiles_of_that_one_host(
    login_as: LoginAs, app: Flask, site: Establishment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "TILES_URL", f"{IGN}/wmts?z={{z}}&x={{x}}&y={{y}}")
    contact = make_contact(company_id=site.company_id)
    editor = login_as("editor")
    company = f"/crm/companies/{site.company_id}"
    for address in (f"{company}/", f"{company}/establishments", f"{company}/map",
                    f"/crm/contacts/{contact.id}/", f"/crm/contacts/{contact.id}/map",
                    url(site, "map"), url(site, "position")):  # fmt: skip
        assert f"img-src 'self' data: {IGN};" in policy_of(editor, address), address
        assert "connect-src 'self';" in policy_of(editor, address)
    for address in ("/", "/crm/companies/", "/crm/tags/", f"{company}/edit", "/profile/"):
        assert "geopf" not in policy_of(editor, address), address


def test_without_services_there_is_no_button_for_them_and_the_map_is_still_there(
    login_as: LoginAs, site: Establishment
) -> None:
    editor = login_as("editor")
    page = editor.get(url(site, "map")).text
    assert "<path" in page
    assert "<circle" in page
    assert "Corriger la position" in page
    assert "Afficher le plan" not in page
    assert "Situer l’adresse" not in page
    assert "img-src 'self' data:;" in policy_of(editor, url(site, "map"))
    assert "Saisissez les coordonnées" in editor.get(url(site, "position")).text
    assert "ne peut pas être cherchée" in locate(editor, site)


def test_the_twin_in_words(login_as: LoginAs, site: Establishment) -> None:
    site.latitude, site.longitude, site.position_precision = 47.586092, -1.5, "street"
    db.session.commit()
    page = login_as("reader").get(url(site, "map")).text
    for words in (
        "3 quai des Écluses", "Blois (41 · Loir-et-Cher)", "Au niveau de la rue",
        "47,586092°\u00a0N\u202f; 1,5°\u00a0O", 'data-copy="47.586092, -1.5"',
    ):  # fmt: skip
        assert words in page
    [link] = parse(page).all(
        "a", href="https://www.openstreetmap.org/directions?to=47.586092%2C-1.5"
    )
    assert link.attributes["rel"] == "noopener noreferrer nofollow"


def test_the_printed_sheet_has_no_map(login_as: LoginAs, site: Establishment) -> None:
    site.latitude, site.longitude, site.position_precision = 47.59, 1.34, "hand"
    db.session.commit()
    printed = login_as("reader").post(f"/crm/companies/{site.company_id}/print")
    assert printed.mimetype == "application/pdf"
    assert b"geopf" not in printed.data
