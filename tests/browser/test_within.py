"""« Ajouter un contact » makes the company and the site too, as steps of the same pop-up."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser import axe
from tests.browser.conftest import Open
from tests.browser.records import Records
from tests.browser.steps import CONTACTS, dialog, open_list, pick, press
from tests.factories import new_siren

TAKEN = "status of 422"


def open_new(page: Page, last_name: str) -> None:
    open_list(page, CONTACTS)
    press(page, page.get_by_role("link", name="Ajouter un contact"))
    dialog(page).locator("#last_name").fill(last_name)


def submit(page: Page) -> None:
    press(page, dialog(page).get_by_role("button", name="Ajouter", exact=True))


def test_the_company_is_made_on_the_way(visit: Open, records: Records, width: int) -> None:
    word, name, siren = records.word("Tuilerie"), records.word("Duval"), new_siren()
    one = visit("editor", width)
    page = one.page
    open_new(page, name)
    step = dialog(page).locator("#company-name")
    expect(step).to_be_hidden()
    pick(page, "Entreprise", word, f"Créer l’entreprise «\u00a0{word}\u00a0»")
    expect(step).to_be_focused()
    expect(step).to_have_value(word)
    expect(dialog(page).locator("#company_id")).to_be_hidden()
    dialog(page).locator("#company-siren").fill("123")
    dialog(page).locator("#company-postal_code").fill("37000")
    expect(dialog(page).locator("#company-city")).to_have_attribute("list", re.compile("towns"))
    one.expect_problem(TAKEN)
    submit(page)
    expect(dialog(page).locator("[data-error-summary]")).to_be_focused()
    axe.check(one)
    press(page, dialog(page).locator("[data-error-summary] a"))
    expect(dialog(page).locator("#company-siren")).to_be_focused()
    dialog(page).locator("#company-siren").fill(siren)
    submit(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)
    expect(page.locator("#main")).to_contain_text(word)
    assert records.number_named(word) == 1


def test_the_company_that_is_there_already_is_taken_and_gets_a_site(
    visit: Open, records: Records
) -> None:
    word, name, siren = records.word("Verrerie"), records.word("Durand"), new_siren()
    records.company(name=word, siren=siren, city="Blois")
    one = visit("editor")
    page = one.page
    open_new(page, name)
    dialog(page).get_by_label("Nouvelle entreprise, à créer avec ce contact").check()
    dialog(page).locator("#company-name").fill("La même")
    dialog(page).locator("#company-siren").fill(siren)
    expect(dialog(page).locator(".step__beside")).to_contain_text(word)
    one.expect_problem(TAKEN)
    dialog(page).locator("#last_name").press("Enter")  # Never takes what is about to be offered.
    offer = dialog(page).locator(".notice").get_by_role("button", name="Utiliser cette entreprise")
    axe.check(one)
    offer.click()
    expect(dialog(page).locator(".notice--success")).to_be_focused()
    expect(dialog(page).get_by_role("combobox", name="Entreprise")).to_have_value(word)
    expect(dialog(page).locator("#last_name")).to_have_value(name)
    box = dialog(page).get_by_label("Nouvel établissement, à ajouter à cette entreprise")
    box.focus()
    page.keyboard.press("Space")
    expect(dialog(page).locator("#establishment_id")).to_be_hidden()
    dialog(page).locator("#site-city").fill("Tours")
    axe.check(one)
    submit(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)
    page.get_by_role("link", name="Coordonnées").click()
    expect(page.locator("#main")).to_contain_text("Tours")
