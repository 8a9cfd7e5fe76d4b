"""« Aller à… »: Ctrl K from anywhere (requirement A2)."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser import axe
from tests.browser.conftest import PHONE, Open
from tests.browser.records import Records
from tests.browser.steps import COMPANIES, await_total, dialog, open_list, press, started


def palette(page: Page) -> Locator:
    return page.locator("#palette")


def options(page: Page) -> Locator:
    return palette(page).get_by_role("option")


def open_palette(page: Page) -> None:
    started(page)
    page.keyboard.press("Control+k")
    expect(page.locator("#palette-input")).to_be_focused()


def test_it_finds_records_and_marks_what_was_typed(visit: Open, records: Records) -> None:
    word = records.word("Palettine")
    records.company(name=f"{word} Énergies", acronym="PNE")
    records.contact(first_name="Zoé", last_name=word)
    one = visit("reader")
    page = one.page
    page.goto("/profile/")
    open_palette(page)
    page.keyboard.type(word.lower(), delay=20)
    expect(options(page).filter(has_text=word).locator("mark").first).to_have_text(word)
    groups = palette(page).get_by_role("group")
    expect(groups).to_have_count(3)
    assert [one.get_attribute("aria-label") for one in groups.all()] == [
        "Entreprises", "Contacts", "Chercher dans les listes",
    ]  # fmt: skip
    axe.check(one)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Zoé {word}")


def test_nothing_found_says_so_and_searches_in_the_lists(visit: Open) -> None:
    one = visit("reader")
    page = one.page
    page.goto("/")
    open_palette(page)
    page.keyboard.type("corbeille")  # Not for a reader.
    expect(options(page).first).to_have_text("Rien ne correspond à « corbeille ».")
    expect(page.locator("#live")).to_have_text("Rien ne correspond à « corbeille ».")
    axe.check(one)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/crm/companies/\?q=corbeille$"))


def test_what_is_not_there_is_added_filled_in(visit: Open, records: Records) -> None:
    word = records.word("Introuvable")
    page = visit("editor").page
    page.goto("/")
    open_palette(page)
    page.keyboard.type(f"Maison {word}")
    press(page, options(page).filter(has_text="Ajouter l’entreprise"))
    expect(dialog(page).get_by_label("Raison sociale")).to_have_value(f"Maison {word}")


def test_the_sheets_opened_lately_come_first_and_only_for_who_opened_them(
    visit: Open, records: Records
) -> None:
    word = records.word("Souvenir")
    company, contact = records.company(name=word), records.contact(first_name="Ute", last_name=word)
    page = visit("reader").page
    for address in (f"{COMPANIES}{company}/", f"/crm/contacts/{contact}/", "/"):
        page.goto(address)
        started(page)
    assert word not in page.evaluate("JSON.stringify({...localStorage})")
    open_palette(page)
    group = palette(page).get_by_role("group", name="Ouverts dernièrement")
    expect(group.get_by_role("option")).to_have_count(2)
    expect(group.get_by_role("option").first).to_contain_text(f"Ute {word}")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Ute {word}")
    open_palette(page)  # Where one is already is no place to go.
    expect(group.get_by_role("option")).to_have_count(1)
    expect(group.get_by_role("option").first).to_contain_text(word)
    other = visit("editor").page
    other.goto("/")
    open_palette(other)
    expect(options(other).first).to_be_visible()
    expect(palette(other).get_by_role("group", name="Ouverts dernièrement")).to_have_count(0)


def test_enter_waits_for_the_answer_to_what_is_typed(visit: Open, records: Records) -> None:
    word = records.word("Impatient")
    records.company(name=word)
    page = visit("reader").page
    page.goto("/")
    open_palette(page)
    expect(options(page).first).to_be_visible()
    page.keyboard.type(word)
    page.keyboard.press("Enter")  # At once: the line shown is not that one yet.
    expect(page.get_by_role("heading", level=1)).to_have_text(word)


def test_a_ctrl_k_pressed_before_the_scripts_start_is_not_lost(visit: Open) -> None:
    page = visit("reader").page
    page.route("**/js/main.js*", lambda route: (page.wait_for_timeout(400), route.continue_())[1])
    page.goto("/", wait_until="commit")
    page.locator("#palette").wait_for(state="attached")
    page.keyboard.press("Control+k")
    expect(page.locator("#palette-input")).to_be_focused()


def test_an_action_opens_its_pop_up_where_one_is(visit: Open) -> None:
    page = visit("editor").page
    open_list(page, f"{COMPANIES}?q=lyon")
    address = page.url
    open_palette(page)
    page.keyboard.type("ajouter un contact")
    expect(options(page).first).to_have_text("Ajouter un contact")
    page.keyboard.press("Enter")
    expect(dialog(page).get_by_role("heading", level=2)).to_have_text("Ajouter un contact")
    assert page.url == address
    page.keyboard.press("Escape")
    open_palette(page)
    page.keyboard.type("raccourcis")
    expect(options(page).first).to_have_text("Raccourcis clavier")
    page.keyboard.press("Enter")
    expect(dialog(page).get_by_role("heading", level=2)).to_have_text("Raccourcis clavier")


def test_a_server_that_does_not_answer_is_told_and_enter_asks_again(visit: Open) -> None:
    one = visit("reader")
    one.expect_problem("ERR_FAILED")
    page = one.page
    page.goto("/")
    started(page)
    page.route(re.compile(r"/crm/jump\?q="), lambda route: route.abort(), times=1)
    open_palette(page)
    page.keyboard.type("contacts")
    expect(palette(page)).to_contain_text("Le serveur ne répond pas")
    expect(page.locator("#palette-input")).to_have_value("contacts")
    page.keyboard.press("Enter")
    expect(options(page).filter(has_text="Contacts").first).to_be_visible()


def test_it_opens_by_tap(visit: Open, records: Records) -> None:
    word = records.word("Doigtier")
    records.company(name=word)
    one = visit("reader", PHONE)
    page = one.page
    page.goto("/")
    started(page)
    page.locator("[data-palette-open]").tap()
    page.locator("#palette-input").fill(word)
    expect(options(page).first).to_contain_text(word)
    axe.check(one)
    options(page).first.tap()
    expect(page.get_by_role("heading", level=1)).to_have_text(word)


def test_over_a_form_it_stays_shut(visit: Open) -> None:
    page = visit("editor").page
    open_list(page)
    press(page, page.get_by_role("link", name="Ajouter une entreprise"))
    dialog(page).get_by_label("Raison sociale").fill("À moitié")
    page.keyboard.press("Control+k")
    expect(palette(page)).to_be_hidden()
    expect(dialog(page).get_by_label("Raison sociale")).to_have_value("À moitié")


def test_on_the_stock_screens_it_works_too(visit: Open) -> None:
    page = visit("admin").page
    page.goto("/users/list/")
    started(page)
    page.keyboard.press("Control+k")
    page.keyboard.type("ajouter un tag")
    expect(options(page).first).to_have_text("Ajouter un tag")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/crm/tags/new$"))
    page.goto(f"{COMPANIES}?q=zzzz")
    await_total(page, 0)
