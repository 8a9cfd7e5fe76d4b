"""« Voir sur la carte » in a browser: the outline at once, the street map when it is asked for, the
marker moved by mouse and keyboard; with the outside on this machine, and with none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from app.companies.models import Establishment
from app.extensions import db
from app.places import geocoder
from tests.browser import axe
from tests.browser.conftest import DESKTOP, PHONE, Open, Visit
from tests.browser.records import Records
from tests.browser.site import Site
from tests.browser.steps import button, dialog, press, started
from tests.browser.test_pages import sideways
from tests.places.outside import Outside, answer, feature, running

HERE = (47.586092, 1.335947)
ADDRESS = {
    "address": "3 quai des Écluses", "postal_code": "41000", "city": "Blois", "commune_code": "41018",
}  # fmt: skip


@pytest.fixture
def outside(site: Site, monkeypatch: pytest.MonkeyPatch) -> Iterator[Outside]:
    """The product with a street map and an address service that are on this machine. Tests name it
    before `visit`: it must be there until the last page is closed."""
    with running() as servers:
        servers.answers(answer(feature()))
        monkeypatch.setattr(geocoder, "PACE", 0)
        monkeypatch.setitem(site.app.config, "TILES_URL", servers.tiles_url)
        monkeypatch.setitem(site.app.config, "GEOCODER_URL", servers.geocoder)
        yield servers


@pytest.fixture
def company(records: Records) -> int:
    return records.company(name=records.word("Cartographe"), **ADDRESS)


@pytest.fixture
def placed(records: Records, company: int) -> int:
    """A company whose head office has been found, exactly."""
    put(records, company, *HERE, "exact")
    return company


def put(records: Records, company: int, latitude: float, longitude: float, precision: str) -> None:
    def change() -> None:
        site = head_office(company)
        site.latitude, site.longitude, site.position_precision = latitude, longitude, precision

    records.read(change)


def head_office(company: int) -> Establishment:
    return db.session.scalars(
        select(Establishment).where(Establishment.company_id == company)
    ).one()


def stored(records: Records, company: int) -> tuple[Any, ...]:
    def read() -> tuple[Any, ...]:
        site = head_office(company)
        return site.latitude, site.longitude, site.position_precision

    return records.read(read)


def open_map(page: Page, company: int) -> Locator:
    page.goto(f"/crm/companies/{company}/")
    press(page, page.get_by_role("link", name="Voir sur la carte").first)
    panel = dialog(page)
    panel.locator(".map__drawing").wait_for()
    return panel


def show_plan(page: Page) -> Locator:
    """The street map, with its marker where it has one."""
    press(page, button(page, "Afficher le plan"))
    plan = dialog(page).locator("[data-map-plan]")
    plan.locator(".leaflet-tile-loaded").first.wait_for()
    return plan


def open_correction(page: Page) -> Locator:
    press(page, dialog(page).get_by_text("Corriger la position", exact=True))
    form = dialog(page).locator("form[data-map-edit]")
    form.wait_for()
    return form


def coordinates(page: Page) -> tuple[float, float]:
    """What the two fields say."""
    fields = (dialog(page).get_by_label(name).input_value() for name in ("Latitude", "Longitude"))
    latitude, longitude = (float(text.replace(",", ".")) for text in fields)
    return latitude, longitude


# ---- what is fetched, and when


def test_nothing_is_fetched_for_the_plan_before_it_is_asked_for(
    outside: Outside, visit: Open, placed: int
) -> None:
    page = visit("reader").page
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    panel = open_map(page, placed)
    expect(panel.locator(".map__mark circle")).to_have_count(2)
    page.wait_for_load_state("networkidle")
    assert not [url for url in asked if "leaflet" in url or not url.startswith(page_origin(page))]
    assert outside.tiles_asked == []
    plan = show_plan(page)
    expect(plan.locator("img.leaflet-tile-loaded").nth(3)).to_be_attached()
    assert len(outside.tiles_asked) >= 4
    assert all(path.startswith("/tiles/17/") for path in outside.tiles_asked)
    assert sum("leaflet.js" in url for url in asked) == 1
    expect(plan.locator(".map__pin")).to_have_count(1)
    expect(plan.locator(".leaflet-control-attribution")).to_have_text("© IGN")
    expect(panel.locator(".map__drawing")).to_be_hidden()
    expect(plan).to_be_focused()
    press(page, button(page, "Revenir à la carte de France"))
    expect(panel.locator(".map__drawing")).to_be_visible()
    expect(button(page, "Afficher le plan")).to_be_focused()
    assert outside.asked == []  # No address was asked about.


def page_origin(page: Page) -> str:
    return "/".join(page.url.split("/")[:3])


def test_the_plan_is_moved_and_zoomed_by_keys(outside: Outside, visit: Open, placed: int) -> None:
    page = visit("reader").page
    open_map(page, placed)
    plan = show_plan(page)
    pin = plan.locator(".map__pin")
    before = pin.bounding_box()
    page.keyboard.press("ArrowRight")
    after = pin.bounding_box()
    assert before
    assert after
    assert after["x"] < before["x"] - 40
    page.keyboard.press("+")
    plan.locator('img[src*="/tiles/18/"].leaflet-tile-loaded').first.wait_for()
    page.keyboard.press("-")
    press(page, plan.get_by_role("button", name="Réduire"))
    plan.locator('img[src*="/tiles/16/"].leaflet-tile-loaded').first.wait_for()
    assert pin.get_attribute("tabindex") is None  # A reader moves no marker.
    page.keyboard.press("Escape")
    expect(dialog(page)).to_be_hidden()
    expect(page.get_by_role("link", name="Voir sur la carte").first).to_be_focused()


def test_a_town_s_centre_is_shown_as_an_area(outside: Outside, visit: Open, company: int) -> None:
    page = visit("reader").page
    panel = open_map(page, company)
    expect(panel.get_by_text("Centre de la commune")).to_be_visible()
    plan = show_plan(page)
    expect(plan.locator("path.map__around")).to_have_count(1)
    assert any(path.startswith("/tiles/13/") for path in outside.tiles_asked)


# ---- without network


@pytest.mark.parametrize("failure", ["refused", "broken", "blocked"])
def test_where_the_tiles_do_not_answer_the_outline_stays(
    outside: Outside,
    visit: Open,
    placed: int,
    site: Site,
    monkeypatch: pytest.MonkeyPatch,
    failure: str,
) -> None:
    one = visit("reader")
    page = one.page
    one.expect_problem("Failed to load resource")  # Chromium writes it itself, once.
    if failure == "refused":
        closed = "http://127.0.0.1:9/{z}/{x}/{y}.png"
        monkeypatch.setitem(site.app.config, "TILES_URL", closed)
    elif failure == "broken":
        outside.tiles = False
    else:
        page.route("**/tiles/**", lambda route: route.abort())
    panel = open_map(page, placed)
    press(page, button(page, "Afficher le plan"))
    expect(panel.get_by_role("status")).to_contain_text("Le plan ne répond pas")
    expect(panel.locator(".map__drawing")).to_be_visible()
    expect(panel.locator(".map__pin")).to_have_count(0)
    assert len(one.problems) <= 1
    outside.tiles = True
    if failure == "broken":  # And it may be asked again.
        show_plan(page)
        expect(panel.get_by_role("status")).to_be_empty()


def test_tiles_that_never_come_are_given_up(outside: Outside, visit: Open, placed: int) -> None:
    page = visit("reader").page
    page.route("**/tiles/**", lambda _route: None)
    panel = open_map(page, placed)
    page.clock.install()
    press(page, button(page, "Afficher le plan"))
    expect(panel.get_by_role("status")).to_have_text("Chargement du plan…")
    page.clock.fast_forward(7000)
    expect(panel.get_by_role("status")).to_contain_text("Le plan ne répond pas")
    expect(panel.locator(".map__drawing")).to_be_visible()


def test_without_services_the_map_is_whole_and_coordinates_can_be_typed(
    visit: Open, company: int, records: Records
) -> None:
    page = visit("editor").page
    panel = open_map(page, company)
    expect(button(page, "Afficher le plan")).to_have_count(0)
    form = open_correction(page)
    form.get_by_label("Latitude").fill("47,59")
    form.get_by_label("Longitude").fill("1,34")
    press(page, button(page, "Enregistrer la position"))
    expect(panel.get_by_text("Placé à la main", exact=True)).to_be_visible()
    assert stored(records, company) == (47.59, 1.34, "hand")


# ---- put right


def test_an_address_is_found_when_an_editor_asks(
    outside: Outside, visit: Open, company: int, records: Records
) -> None:
    page = visit("editor").page
    panel = open_map(page, company)
    show_plan(page)
    press(page, button(page, "Situer l’adresse"))
    said = panel.locator(".notice")
    expect(said).to_contain_text("3 Quai des Écluses 41000 Blois (position exacte)")
    expect(panel.get_by_text("47,586092°")).to_be_visible()
    # The plan that was on show is shown again, at the new place.
    panel.locator('img[src*="/tiles/17/"].leaflet-tile-loaded').first.wait_for()
    assert stored(records, company) == (*HERE, "exact")
    assert [each["q"] for each in outside.asked] == ["3 quai des Écluses 41000 Blois"]


def test_the_marker_is_dragged_saved_and_taken_back(
    outside: Outside, visit: Open, placed: int, records: Records
) -> None:
    page = visit("editor").page
    panel = open_map(page, placed)
    open_correction(page)
    plan = show_plan(page)
    box = plan.locator(".map__pin").bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 60, y + 30, steps=6)
    page.mouse.up()
    latitude, longitude = coordinates(page)
    assert latitude < HERE[0]
    assert longitude > HERE[1]
    press(page, button(page, "Enregistrer la position"))
    expect(panel.get_by_text("Placé à la main", exact=True)).to_be_visible()
    assert stored(records, placed) == (latitude, longitude, "hand")
    panel.locator(".map__pin").wait_for()
    press(page, button(page, "Revenir à la position trouvée"))
    expect(panel.get_by_text("Position exacte")).to_be_visible()
    assert stored(records, placed) == (*HERE, "exact")


def test_the_marker_is_moved_by_keys_by_a_click_and_by_typing(
    outside: Outside, visit: Open, placed: int
) -> None:
    page = visit("editor").page
    open_map(page, placed)
    open_correction(page)
    plan = show_plan(page)
    pin = plan.locator(".map__pin")
    pin.focus()
    page.keyboard.press("ArrowUp")
    north = coordinates(page)
    assert north[0] > HERE[0]
    assert north[1] == pytest.approx(HERE[1], abs=1e-5)
    page.keyboard.press("Shift+ArrowLeft")
    assert HERE[1] - 1e-4 < coordinates(page)[1] < HERE[1]
    expect(dialog(page).get_by_role("status")).to_contain_text("Repère")
    plan.click(position={"x": 40, "y": 40})
    clicked = coordinates(page)
    assert clicked[0] > north[0]
    assert clicked[1] < HERE[1]
    dialog(page).get_by_label("Longitude").fill(f"{HERE[1]:.6f}")
    dialog(page).get_by_label("Latitude").fill(f"{HERE[0]:.6f}".replace(".", ","))
    box, frame = pin.bounding_box(), plan.bounding_box()
    assert box
    assert frame
    assert box["x"] + box["width"] / 2 == pytest.approx(frame["x"] + frame["width"] / 2, abs=3)
    page.keyboard.press("Escape")  # What was moved is not lost without a question.
    expect(dialog(page).get_by_role("alertdialog")).to_be_visible()


def test_a_place_that_is_not_known_can_be_put_by_hand(
    outside: Outside, visit: Open, records: Records
) -> None:
    company = records.company(
        name=records.word("Introuvable"), address="Le Bourg", city="Nulle part"
    )
    page = visit("editor").page
    open_map(page, company)
    press(page, dialog(page).get_by_text("Placer à la main", exact=True))
    plan = show_plan(page)
    expect(plan.locator(".map__pin")).to_have_count(0)
    plan.click(position={"x": 150, "y": 150})
    expect(plan.locator(".map__pin")).to_have_count(1)
    latitude, longitude = coordinates(page)
    press(page, button(page, "Enregistrer la position"))
    expect(dialog(page).get_by_text("Placé à la main", exact=True)).to_be_visible()
    assert stored(records, company) == (latitude, longitude, "hand")


def test_two_people_at_once(outside: Outside, visit: Open, placed: int, records: Records) -> None:
    one = visit("editor")
    page = one.page
    open_map(page, placed)
    form = open_correction(page)
    put(records, placed, 47.6, 1.31, "hand")
    form.get_by_label("Latitude").fill("47,61")
    one.expect_problem("status of 409")
    press(page, button(page, "Enregistrer la position"))
    expect(dialog(page).get_by_role("alert")).to_contain_text("a changé entre-temps")
    expect(dialog(page).get_by_label("Latitude")).to_have_value("47,61")
    press(page, button(page, "Enregistrer la position"))
    expect(dialog(page).get_by_text("Placé à la main", exact=True)).to_be_visible()
    assert stored(records, placed)[0] == 47.61


# ---- for everybody


def look(visit: Visit) -> None:
    axe.check(visit)
    assert sideways(visit.page) == []


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_the_map_s_pop_ups_are_for_everybody(
    outside: Outside, visit: Open, placed: int, width: int
) -> None:
    one = visit("editor", width)
    page = one.page
    open_map(page, placed)
    look(one)
    show_plan(page)
    look(one)
    open_correction(page)
    dialog(page).locator(".map__pin").wait_for()
    look(one)
    one.expect_problem("status of 422")
    dialog(page).get_by_label("Latitude").fill("nord")
    press(page, button(page, "Enregistrer la position"))
    expect(dialog(page).locator(".field__error")).to_be_visible()
    look(one)


def test_the_map_is_a_page_too(
    outside: Outside, visit: Open, placed: int, records: Records
) -> None:
    site = records.read(lambda: head_office(placed).id)
    one = visit("editor")
    one.page.goto(f"/crm/places/{site}/map")
    started(one.page)
    press(one.page, button(one.page, "Afficher le plan"))
    one.page.locator(".leaflet-tile-loaded").first.wait_for()
    look(one)
    press(one.page, button(one.page, "Situer l’adresse"))
    expect(one.page.locator("[data-toast]")).to_contain_text("Trouvé")
