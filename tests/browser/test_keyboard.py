"""Lists and sheets by the keys alone; and without them, for who has switched them off (WCAG 2.1.4)."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser import axe
from tests.browser.conftest import Open
from tests.browser.records import Records
from tests.browser.steps import (
    COMPANIES,
    CONTACTS,
    await_total,
    button,
    dialog,
    open_list,
    press,
    started,
)


@pytest.fixture(scope="session")
def three(records: Records) -> tuple[str, list[int]]:
    word = records.word("Clavecin")
    return word, records.companies(word, 3, city="Nantes")


def keys(page: Page, *pressed: str) -> None:
    for key in pressed:
        page.keyboard.press(key)


def row(page: Page, record: int) -> str:
    return f'#list tr[data-id="{record}"] .who__name'


def test_the_keys_walk_the_rows_check_and_open(visit: Open, three: tuple[str, list[int]]) -> None:
    word, ids = three
    one = visit("editor")
    page = one.page
    open_list(page, f"{COMPANIES}?q={word}")
    keys(page, "j")
    expect(page.locator(row(page, ids[0]))).to_be_focused()
    assert page.locator(row(page, ids[0])).evaluate("link => link.matches(':focus-visible')")
    keys(page, "j", "j", "j")
    expect(page.locator(row(page, ids[2]))).to_be_focused()
    expect(page.locator("#live")).to_have_text("Dernière ligne de la page")
    keys(page, "k", "x")
    expect(page.locator(f'[data-select-row][value="{ids[1]}"]')).to_be_checked()
    expect(page.locator("[data-bulk-count]")).to_have_text("1 sélectionnée")
    axe.check(one)
    keys(page, "x")
    expect(page.locator("[data-bulk]")).to_be_hidden()
    expect(page.locator(row(page, ids[1]))).to_be_focused()
    keys(page, "Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{word} 02")
    started(page)
    keys(page, "j")
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{word} 03")
    started(page)
    keys(page, "j")
    expect(page.locator("#live")).to_have_text("Dernière fiche de la liste")
    keys(page, "k")
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{word} 02")


def test_the_way_back_goes_on_from_the_row_that_was_opened(
    visit: Open, three: tuple[str, list[int]]
) -> None:
    word, ids = three
    page = visit("reader").page
    open_list(page, f"{COMPANIES}?q={word}")
    press(page, page.locator(row(page, ids[1])))
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{word} 02")
    page.go_back()
    started(page)
    keys(page, "j")
    expect(page.locator(row(page, ids[2]))).to_be_focused()


def test_the_keys_search_and_add(visit: Open, three: tuple[str, list[int]]) -> None:
    word, ids = three
    page = visit("editor").page
    open_list(page, f"{COMPANIES}?q=autre")
    keys(page, "/")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type(word)  # What was there was selected.
    await_total(page, 3)
    keys(page, "ArrowDown")
    expect(page.locator(row(page, ids[0]))).to_be_focused()
    keys(page, "n")
    expect(dialog(page).get_by_role("heading", level=2)).to_have_text("Ajouter une entreprise")


def test_e_corrects_the_row_and_comes_back_to_the_list(visit: Open, records: Records) -> None:
    word = records.word("Viole")
    ids = records.companies(word, 2)
    page = visit("editor").page
    open_list(page, f"{COMPANIES}?q={word}&sort=-name")
    keys(page, "e")
    expect(page.locator("#live")).to_have_text("Choisissez d’abord une ligne avec j ou k.")
    keys(page, "j", "e")
    form = dialog(page).locator("form.dialog__form")
    form.get_by_label("Sigle").fill("VDG")
    keys(page, "Control+Enter")
    expect(dialog(page)).to_be_hidden()
    expect(page).to_have_url(re.compile(rf"/crm/companies/\?q={word}&sort=-name$"))
    expect(page.locator(f'#list tr[data-id="{ids[1]}"]')).to_contain_text("VDG")
    assert records.value(ids[1], "acronym") == "VDG"


def test_e_corrects_the_sheet(visit: Open, three: tuple[str, list[int]]) -> None:
    page = visit("editor").page
    page.goto(f"{COMPANIES}{three[1][0]}/")
    started(page)
    keys(page, "e")
    expect(dialog(page).get_by_role("heading", level=2)).to_have_text("Modifier l’entreprise")
    keys(page, "Escape")
    expect(page.locator("#sheet-actions-button")).to_be_focused()


def test_the_keys_do_nothing_for_who_may_not(visit: Open, three: tuple[str, list[int]]) -> None:
    word, ids = three
    page = visit("reader").page
    open_list(page, f"{COMPANIES}?q={word}")
    keys(page, "j", "n", "e", "x")
    expect(page.locator(row(page, ids[0]))).to_be_focused()
    expect(dialog(page)).to_be_hidden()
    page.goto(f"{COMPANIES}{ids[0]}/")
    started(page)
    keys(page, "e")
    expect(dialog(page)).to_be_hidden()


def test_the_keys_go_to_the_lists(visit: Open) -> None:
    page = visit("reader").page
    page.goto("/")
    started(page)
    keys(page, "g", "c")
    expect(page).to_have_url(re.compile(f"{CONTACTS}$"))
    started(page)
    keys(page, "g", "z", "e")  # No such place: the next letter stands alone.
    expect(page).to_have_url(re.compile(f"{CONTACTS}$"))
    keys(page, "g", "e")
    expect(page).to_have_url(re.compile(f"{COMPANIES}$"))


def test_letters_typed_in_a_field_a_pop_up_or_with_ctrl_are_no_shortcuts(
    visit: Open, three: tuple[str, list[int]]
) -> None:
    word, ids = three
    page = visit("editor").page
    open_list(page, f"{COMPANIES}?q={word}")
    page.locator("#q").focus()
    page.keyboard.press("End")
    page.keyboard.type(" jnx?")
    expect(page.locator("#q")).to_have_value(f"{word} jnx?")
    page.locator("#q").fill(word)
    await_total(page, 3)
    keys(page, "ArrowDown")
    for chord in ("Control+j", "Alt+j", "Shift+J"):
        keys(page, chord)
    expect(page.locator(row(page, ids[0]))).to_be_focused()
    keys(page, "?")
    keys(page, "j", "n")
    expect(dialog(page).get_by_role("heading", level=2)).to_have_text("Raccourcis clavier")
    keys(page, "Escape", "Control+k")
    page.keyboard.type("nj")
    expect(page.locator("#palette-input")).to_have_value("nj")


def test_the_pop_up_shows_what_the_role_may_do_and_switches_the_keys_off(
    visit: Open, records: Records, three: tuple[str, list[int]]
) -> None:
    username = records.word("dictee")
    records.account(username)
    one = visit(username)
    page = one.page
    open_list(page, f"{COMPANIES}?q={three[0]}")
    assert page.locator("#q").get_attribute("aria-keyshortcuts") == "/"
    keys(page, "?")
    expect(dialog(page)).to_contain_text("Ajouter une fiche")
    axe.check(one)
    switch = dialog(page).get_by_role("switch", name="Raccourcis à une touche")
    expect(switch).to_be_checked()
    press(page, switch)
    expect(page.locator("#live")).to_have_text("Raccourcis à une touche désactivés")
    keys(page, "Escape", "j", "?", "n")
    expect(dialog(page)).to_be_hidden()
    assert page.locator("#q").get_attribute("aria-keyshortcuts") is None
    page.reload()
    started(page)
    keys(page, "j", "?")
    expect(dialog(page)).to_be_hidden()
    elsewhere = visit(username).page  # Another machine: it is the account's choice.
    elsewhere.goto("/profile/")
    expect(elsewhere.locator("main")).to_contain_text("Les raccourcis à une touche sont désactivés")
    press(elsewhere, button(elsewhere, "Activer les raccourcis à une touche"))
    expect(elsewhere.locator("main")).to_contain_text("Les raccourcis à une touche sont activés")
    started(elsewhere)
    keys(elsewhere, "?")
    expect(dialog(elsewhere).get_by_role("switch")).to_be_checked()


def test_the_menu_of_the_account_shows_the_keys(visit: Open) -> None:
    one = visit("reader")
    page = one.page
    page.goto("/")
    press(page, page.locator("#menu-account-button"))
    press(page, page.locator("#menu-account").get_by_role("link", name="Raccourcis clavier"))
    expect(dialog(page).get_by_role("heading", level=2)).to_have_text("Raccourcis clavier")
    expect(dialog(page)).not_to_contain_text("Ajouter une fiche")  # Not for a reader.
    axe.check(one)


def test_a_switch_that_could_not_be_kept_goes_back(visit: Open) -> None:
    one = visit("reader")
    page = one.page
    one.expect_problem("ERR_FAILED")
    page.goto("/")
    started(page)
    page.route(re.compile("/profile/shortcuts"), lambda route: route.abort())
    keys(page, "?")
    press(page, dialog(page).get_by_role("switch"))
    expect(page.locator("#live")).to_contain_text("Le serveur ne répond pas")
    expect(dialog(page).get_by_role("switch")).to_be_checked()
