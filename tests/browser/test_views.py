"""The columns of a list and its saved views, by mouse, finger and keyboard, with and without scripts."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser import axe
from tests.browser.conftest import DESKTOP, Open, Visit
from tests.browser.records import Records
from tests.browser.site import Site
from tests.browser.steps import (
    COMPANIES,
    CONTACTS,
    await_total,
    button,
    choose_facet,
    dialog,
    hide_facets,
    open_list,
    press,
    query,
    ready,
    search,
    show_facets,
)

WIDE = pytest.mark.parametrize("width", [DESKTOP], ids=["desktop"])

MODIFIED = "modifiée"


@pytest.fixture
def mine(visit: Open, records: Records, width: int) -> Visit:
    """A manager who has arranged nothing yet."""
    username = records.word("vues")
    records.account(username)
    return visit(username, width)


def headings(page: Page) -> list[str]:
    texts: list[str] = page.locator("#list thead th:not(.datatable__check)").evaluate_all(
        "heads => heads.map(head => head.textContent.trim())"
    )
    return texts


def open_views(page: Page) -> Locator:
    press(page, page.locator("#views-button"))
    panel = page.locator("#views-menu")
    expect(panel).to_be_visible()
    return panel


def choose(page: Page, item: str) -> None:
    """An entry of the menu « Vues »."""
    press(page, open_views(page).get_by_text(item, exact=True))


def save_as(page: Page, name: str) -> None:
    choose(page, "Enregistrer sous…")
    dialog(page).get_by_label("Nom de la vue").fill(name)
    press(page, dialog(page).get_by_role("button", name="Enregistrer", exact=True))
    expect(page.locator(".view-state__name")).to_contain_text(name)
    ready(page)


def open_columns(page: Page) -> Locator:
    press(page, page.locator("#columns-button"))
    form = dialog(page).locator("[data-columns]")
    form.wait_for()
    return form


def order(form: Locator) -> list[str]:
    keys: list[str] = form.locator("[data-column]").evaluate_all(
        "rows => rows.map(row => row.dataset.column)"
    )
    return keys


def apply(page: Page, form: Locator) -> None:
    press(page, form.get_by_role("button", name="Appliquer"))
    expect(dialog(page)).to_be_hidden()
    ready(page)


# ---- columns


def test_columns_are_chosen_ordered_and_found_again(mine: Visit) -> None:
    page = mine.page
    open_list(page)
    form = open_columns(page)
    axe.check(mine)
    form.get_by_label("SIREN", exact=True).check()
    form.get_by_label("Tags", exact=True).uncheck()
    press(page, form.get_by_role("button", name="Descendre Ville"))
    expect(form.get_by_role("button", name="Descendre Ville")).to_be_focused()
    expect(page.locator("#live")).to_have_text(re.compile(r"^Ville\s: place 3 sur 30$"))
    apply(page, form)
    expected = [
        "Nom",
        "Secteur",
        "Ville",
        "Effectif",
        "Contacts",
        "Établ.",
        "Fiche",
        "Modifiée",
        "SIREN",
    ]
    assert headings(page) == expected
    assert query(page)["columns"][0].startswith("name,sector,city,")
    open_list(page)
    assert "columns" not in query(page)
    assert headings(page) == expected
    press(page, open_columns(page).get_by_role("button", name="Revenir aux colonnes d’origine"))
    expect(page.locator("#list thead th").nth(2)).to_contain_text("Ville")
    ready(page)
    assert headings(page)[1:3] == ["Ville", "Secteur"]


@WIDE
def test_columns_stay_while_one_searches_filters_and_pages(mine: Visit, records: Records) -> None:
    word = records.word("Colonnade")
    records.companies(word, 30, city="Nantes", postal_code="44000")
    page = mine.page
    open_list(page, f"{COMPANIES}?columns=name,siren,city")
    search(page, word, 30)
    show_facets(page)
    choose_facet(page, "Ville", "Nantes")
    hide_facets(page)
    expect(page.locator(".chip__text")).to_have_text(re.compile("Nantes"))
    press(page, page.locator("#page-next"))
    expect(page.locator(".pages__range")).to_contain_text("26–30")
    assert headings(page) == ["Nom", "SIREN", "Ville"]
    form = open_columns(page)
    form.get_by_label("SIREN", exact=True).uncheck()
    apply(page, form)
    assert headings(page) == ["Nom", "Ville"]
    assert (query(page)["q"], query(page)["city"], query(page)["page"]) == (
        [word],
        ["Nantes"],
        ["2"],
    )


def test_columns_are_put_in_order_by_the_keyboard(visit: Open) -> None:
    page = visit("reader").page
    open_list(page)
    page.locator("#columns-button").press("Enter")
    form = dialog(page).locator("[data-columns]")
    expect(form.locator("#column-city")).to_be_focused()
    assert order(form)[:4] == ["name", "city", "sector", "headcount"]
    page.keyboard.press("Alt+ArrowDown")
    assert order(form)[:4] == ["name", "sector", "city", "headcount"]
    expect(form.locator("#column-city")).to_be_focused()
    page.keyboard.press("Alt+ArrowUp")
    page.keyboard.press("Alt+ArrowUp")  # The name stays first.
    assert order(form)[:3] == ["name", "city", "sector"]
    page.keyboard.press("ArrowDown")
    expect(form.locator("#column-sector")).to_be_focused()
    page.keyboard.press("Space")
    expect(form.locator("#column-sector")).not_to_be_checked()
    page.keyboard.press("Tab")
    expect(form.get_by_role("button", name="Monter Secteur")).to_be_focused()
    page.keyboard.press("ArrowUp")
    assert order(form)[:3] == ["name", "sector", "city"]
    page.keyboard.press("Escape")
    button(page, "Abandonner").press("Enter")
    expect(page.locator("#columns-button")).to_be_focused()


def test_columns_are_dragged(visit: Open) -> None:
    page = visit("reader").page
    open_list(page)
    form = open_columns(page)
    grip = form.locator('[data-column="tags"] [data-columns-grip]')
    target = form.locator('[data-column="city"]').bounding_box()
    assert target is not None
    grip.hover()
    page.mouse.down()
    page.mouse.move(target["x"] + 20, target["y"] + 4, steps=12)
    page.mouse.up()
    assert order(form)[:3] == ["name", "tags", "city"]
    apply(page, form)
    assert headings(page)[:3] == ["Nom", "Tags", "Ville"]


def test_enter_applies_the_columns(visit: Open) -> None:
    page = visit("reader").page
    open_list(page)
    form = open_columns(page)
    form.get_by_label("Retrouver ces colonnes").uncheck()
    form.get_by_label("Secteur", exact=True).uncheck()
    form.get_by_label("Secteur", exact=True).press("Enter")
    expect(dialog(page)).to_be_hidden()
    assert "Secteur" not in headings(page)


# ---- views


@WIDE
def test_a_view_is_saved_left_changed_and_come_back_to(mine: Visit, records: Records) -> None:
    word = records.word("Vestibule")
    records.companies(f"{word} un", 2)
    records.companies(f"{word} deux", 3)
    page = mine.page
    open_list(page)
    search(page, word, 5)
    save_as(page, "Tous les vestibules")
    assert query(page)["q"] == [word]
    expect(page.locator(".view-state")).not_to_contain_text(MODIFIED)
    search(page, f"{word} deux", 3)
    expect(page.locator(".view-state")).to_contain_text(MODIFIED)
    axe.check(mine)
    press(page, page.locator("#view-back"))
    await_total(page, 5)
    ready(page)
    expect(page.locator(".view-state")).not_to_contain_text(MODIFIED)
    search(page, f"{word} un", 2)
    press(page, page.locator("#view-replace"))
    expect(page.locator(".view-state")).not_to_contain_text(MODIFIED)
    ready(page)
    choose(page, "Toutes les fiches")
    expect(page.locator(".view-state")).to_have_count(0)
    ready(page)
    choose(page, "Tous les vestibules")
    await_total(page, 2)


def test_the_menu_of_views(mine: Visit, records: Records) -> None:
    page = mine.page
    open_list(page, f"{CONTACTS}?consent=yes")
    save_as(page, "Volontaires")
    open_views(page)
    axe.check(mine)
    page.keyboard.press("Escape")
    expect(page.locator("#views-button")).to_be_focused()
    choose(page, "Renommer…")
    axe.check(mine)
    field = dialog(page).get_by_label("Nom de la vue")
    expect(field).to_be_focused()
    field.fill("")
    mine.expect_problem("422")
    press(page, dialog(page).get_by_role("button", name="Enregistrer", exact=True))
    expect(dialog(page).locator("[data-error-summary]")).to_be_focused()
    field.fill("Les volontaires")
    press(page, dialog(page).get_by_role("button", name="Enregistrer", exact=True))
    expect(page.locator(".view-state__name")).to_contain_text("Les volontaires")
    ready(page)
    choose(page, "Partager…")
    axe.check(mine)
    dialog(page).get_by_label("Lecteur du CRM").check()
    press(page, dialog(page).get_by_role("button", name="Enregistrer", exact=True))
    expect(dialog(page)).to_be_hidden()
    ready(page)
    expect(open_views(page)).to_contain_text("partagée")
    page.keyboard.press("Escape")
    choose(page, "Supprimer…")
    axe.check(mine)
    press(page, button(page, "Supprimer la vue"))
    expect(page.locator(".view-state")).to_have_count(0)
    ready(page)
    expect(open_views(page)).not_to_contain_text("Les volontaires")


@WIDE
def test_a_view_that_opens_first(mine: Visit, records: Records) -> None:
    word = records.word("Perron")
    records.companies(word, 2)
    page = mine.page
    open_list(page)
    search(page, word, 2)
    save_as(page, "Perrons")
    choose(page, "L’ouvrir par défaut")
    ready(page)
    open_list(page)
    await_total(page, 2)
    assert query(page)["q"] == [word]
    search(
        page, "", int(page.locator("#list").get_attribute("data-total") or 0) + records_more(page)
    )
    assert "q" not in query(page)
    page.reload()
    ready(page)
    assert "q" not in query(page), "what one sees is what one sees again"
    choose(page, "Toutes les fiches")
    ready(page)
    expect(page.locator(".view-state")).to_have_count(0)
    page.reload()
    expect(page.locator(".view-state")).to_have_count(0)


def records_more(page: Page) -> int:
    """How many records the whole list has beyond those that show."""
    shown = int(page.locator("#list").get_attribute("data-total") or 0)
    whole = page.request.get(
        f"{COMPANIES}?view=0", headers={"HX-Request": "true", "HX-Target": "list"}
    )
    found = re.search(r'data-total="(\d+)"', whole.text())
    assert found is not None
    return int(found[1]) - shown


def test_a_reader_copies_the_address_and_saves_for_themselves(
    visit: Open, records: Records
) -> None:
    owner, word = records.word("proprietaire"), records.word("Corniche")
    records.account(owner)
    records.companies(word, 2)
    page = visit(owner).page
    open_list(page)
    search(page, word, 2)
    save_as(page, f"Corniches de {owner}")
    choose(page, "Partager…")
    dialog(page).get_by_label("Lecteur du CRM").check()
    press(page, dialog(page).get_by_role("button", name="Enregistrer", exact=True))
    expect(dialog(page)).to_be_hidden()
    ready(page)
    copied = open_views(page).get_by_text("Copier l’adresse").get_attribute("data-copy")
    reader = visit("reader").page
    reader.goto(copied or "")
    ready(reader)
    await_total(reader, 2)
    expect(reader.locator(".view-state")).to_contain_text("partagée par")
    search(reader, f"{word} introuvable", 0)
    expect(reader.locator("#view-back")).to_be_visible()
    expect(reader.locator("#view-replace")).to_have_count(0)
    expect(open_views(reader).get_by_text("Renommer…")).to_have_count(0)


@WIDE
def test_the_selection_stays_when_columns_change(mine: Visit, records: Records) -> None:
    word = records.word("Balustrade")
    records.companies(word, 3)
    page = mine.page
    open_list(page)
    search(page, word, 3)
    page.locator("[data-select-all]").check()
    form = open_columns(page)
    form.get_by_label("Secteur", exact=True).uncheck()
    apply(page, form)
    expect(page.locator("[data-bulk-count]")).to_contain_text("3")


def test_columns_and_views_without_scripts(browser: Browser, site: Site, records: Records) -> None:
    username = records.word("sansjs")
    records.account(username)
    context = browser.new_context(
        base_url=site.url, java_script_enabled=False, viewport={"width": DESKTOP, "height": 900}
    )
    context.add_cookies([site.cookie_of(username)])  # type: ignore[list-item]
    page = context.new_page()
    page.goto(f"{COMPANIES}?q=paris")
    page.get_by_role("link", name="Colonnes").click()
    page.get_by_label("SIREN", exact=True).check()
    page.get_by_role("button", name="Descendre Ville").click()
    expect(page.get_by_label("SIREN", exact=True)).to_be_checked()
    page.get_by_role("button", name="Appliquer").click()
    heads = page.locator("#list thead th:not(.datatable__check)").all_inner_texts()
    assert [head.strip().lower() for head in heads][:3] == ["nom", "secteur", "ville"]
    assert heads[-1].strip().lower() == "siren"
    page.locator("#views-button").hover()
    page.get_by_role("link", name="Enregistrer sous…").click()
    page.get_by_label("Nom de la vue").fill("Paris")
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(page.locator(".view-state__name")).to_contain_text("Paris")
    assert query(page)["q"] == ["paris"]
    context.close()
