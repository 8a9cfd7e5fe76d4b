"""Values corrected where they stand, notes, and what is not lost when something goes wrong."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import axe
from tests.browser.conftest import DESKTOP, Open
from tests.browser.records import Records
from tests.browser.steps import dialog, press, started


@pytest.fixture
def company(records: Records) -> int:
    word = records.word("Surplace")
    return records.company(name=word, phone="+33254000000", acronym="SUR")


def opened(page: Page, company: int, tab: str = "") -> None:
    page.goto(f"/crm/companies/{company}/{tab}")
    started(page)


def spot(page: Page, name: str) -> Locator:
    return page.locator(f'[data-inplace$="/fields/{name}"]').first


def edit(page: Page, name: str) -> Locator:
    """Open the small form of a value; its first control."""
    press(page, spot(page, name).locator("[data-inplace-value], .inplace__unset").first)
    control = spot(page, name).locator("input:not([type=hidden]), select, textarea").first
    expect(control).to_be_focused()
    return control


def test_a_value_is_corrected_and_the_page_follows(
    visit: Open, records: Records, company: int, width: int
) -> None:
    one = visit("editor", width)
    page = one.page
    opened(page, company)
    edit(page, "acronym").fill("NEUF")
    axe.check(one)
    page.keyboard.press("Enter")
    expect(page.locator(".sheet__acronym")).to_contain_text("NEUF")
    expect(spot(page, "acronym").locator("form")).to_have_count(0)
    assert records.value(company, "acronym") == "NEUF"
    one.expect_problem("status of 422")
    edit(page, "phone").fill("02 54 11 22")
    page.keyboard.press("Enter")
    expect(spot(page, "phone").locator(".field__error").first).to_contain_text("10 chiffres")
    page.keyboard.press("Escape")
    expect(spot(page, "phone")).to_contain_text("02 54 00 00 00")


def test_tab_saves_and_goes_to_the_next_value(visit: Open, records: Records, company: int) -> None:
    page = visit("editor").page
    opened(page, company)
    edit(page, "phone").fill("0254112233")
    page.keyboard.press("Tab")
    expect(spot(page, "email").locator("input[type=text]")).to_be_focused()
    page.keyboard.type("accueil@exemple.fr")
    page.keyboard.press("Shift+Tab")
    expect(spot(page, "phone").locator("input[type=text]")).to_be_focused()
    page.keyboard.press("Escape")
    assert records.value(company, "phone") == "+33254112233"
    assert records.value(company, "email") == "accueil@exemple.fr"


def test_leaving_saves(visit: Open, records: Records, company: int) -> None:
    page = visit("editor").page
    opened(page, company)
    edit(page, "website").fill("exemple.fr")
    page.locator("#sheet-title").click()
    expect(spot(page, "website")).to_contain_text("exemple.fr")
    expect(spot(page, "website").locator("form")).to_have_count(0)
    assert records.value(company, "website") == "https://exemple.fr"


def test_two_people_at_one_value(visit: Open, records: Records, company: int) -> None:
    one = visit("editor")
    page = one.page
    opened(page, company)
    control = edit(page, "acronym")
    records.change(company, acronym="LEUR")
    control.fill("MIEN")
    one.expect_problem("status of 409")
    page.keyboard.press("Enter")
    expect(spot(page, "acronym").get_by_text("LEUR", exact=True)).to_be_visible()
    axe.check(one)
    page.get_by_role("radio", name="Votre valeur").check()
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(page.locator(".sheet__acronym")).to_contain_text("MIEN")
    assert records.value(company, "acronym") == "MIEN"


def test_a_lost_connection_keeps_what_was_typed(
    visit: Open, records: Records, company: int
) -> None:
    one = visit("editor")
    page = one.page
    opened(page, company)
    control = edit(page, "acronym")
    control.fill("TAPÉ")
    one.expect_problem("Failed to load resource")
    page.context.set_offline(True)
    page.keyboard.press("Enter")
    expect(spot(page, "acronym").locator("[data-inplace-problem]")).to_contain_text("ne répond pas")
    expect(control).to_have_value("TAPÉ")
    page.context.set_offline(False)
    page.keyboard.press("Enter")
    expect(page.locator(".sheet__acronym")).to_contain_text("TAPÉ")


def test_what_is_missing_opens_where_it_stands(visit: Open, company: int) -> None:
    page = visit("editor", DESKTOP).page
    opened(page, company)
    press(page, page.locator(".completeness").get_by_role("link", name="effectif").first)
    expect(spot(page, "headcount_code").locator("select")).to_be_focused()


def test_a_note_is_written_kept_and_brought_back(visit: Open, company: int) -> None:
    one = visit("editor")
    page = one.page
    opened(page, company)
    page.locator("[data-note-text]").fill("À rappeler en mars")
    page.goto("/crm/companies/")
    opened(page, company)
    expect(page.locator("[data-note-text]")).to_have_value("À rappeler en mars")
    edit(page, "acronym").fill("NOTE")
    page.keyboard.press("Enter")
    expect(page.locator(".sheet__acronym")).to_contain_text("NOTE")
    expect(page.locator("[data-note-text]")).to_have_value("À rappeler en mars")
    page.locator("[data-note-text]").press("Control+Enter")
    expect(page.locator(".note__text")).to_have_text("À rappeler en mars")
    expect(page.locator("[data-note-text]")).to_have_value("")
    axe.check(one)
    press(page, page.locator(".note .inplace__pencil"))
    expect(page.locator(".note textarea")).to_be_focused()
    page.keyboard.type(", en avril")  # One writes on where the text ends.
    page.keyboard.press("Control+Enter")
    expect(page.locator(".note__text")).to_have_text("À rappeler en mars, en avril")
    press(page, page.get_by_role("button", name="Supprimer la note"))
    expect(page.locator(".note__text")).to_have_count(0)
    press(page, page.locator("[data-toast]").get_by_role("button", name="Annuler"))
    expect(page.locator(".note__text")).to_have_text("À rappeler en mars, en avril")


def test_a_site_is_added_and_its_town_is_found(
    visit: Open, records: Records, company: int, width: int
) -> None:
    one = visit("editor", width)
    page = one.page
    opened(page, company, "establishments")
    press(page, page.get_by_role("link", name="Ajouter un établissement"))
    form = dialog(page)
    form.get_by_label("Nom commercial").fill("Boutique")
    form.get_by_label("Code postal").fill("37000")
    expect(form.get_by_label("Ville")).to_have_value("Tours")
    axe.check(one)
    press(page, form.get_by_role("button", name="Ajouter", exact=True))
    expect(page.locator("#site-title")).to_have_text("Boutique")
    press(page, page.get_by_role("link", name="Notes", exact=True))
    page.locator("[data-note-text]").fill("Digicode 12")
    page.locator("[data-note-text]").press("Control+Enter")
    expect(page.locator(".note__text")).to_have_text("Digicode 12")
    axe.check(one)
    press(page, page.locator("#site-actions-button"))
    press(page, page.locator("#site-actions").get_by_text("En faire le siège"))
    expect(page.locator("#site-title")).to_contain_text("siège")


def test_an_account_is_found_and_tied(visit: Open, records: Records) -> None:
    contact = records.contact(first_name="Étienne", last_name=records.word("Liable"))
    username = records.word("diplome")
    records.account(username)
    one = visit("editor")
    page = one.page
    page.goto(f"/crm/contacts/{contact}/")
    press(page, page.get_by_role("link", name="Associer à un compte utilisateur"))
    dialog(page).get_by_label("Chercher un compte").fill(username)
    choice = dialog(page).get_by_role("radio", name=username.capitalize())
    expect(choice).to_be_visible()
    axe.check(one)
    choice.check()
    press(page, dialog(page).get_by_role("button", name="Associer", exact=True))
    expect(page.get_by_role("link", name="Voir le profil utilisateur")).to_be_visible()
    press(page, page.get_by_role("button", name="Dissocier"))
    expect(page.get_by_role("link", name="Associer à un compte utilisateur")).to_be_visible()


def test_a_change_is_taken_back_from_the_history(
    visit: Open, records: Records, company: int
) -> None:
    records.change(company, acronym="FAUX")
    one = visit("editor")
    page = one.page
    opened(page, company, "history")
    axe.check(one)
    press(page, page.get_by_role("link", name="Annuler cette modification").first)
    expect(dialog(page).get_by_text("FAUX").first).to_be_visible()
    axe.check(one)
    press(page, dialog(page).get_by_role("button", name="Remettre les anciennes valeurs"))
    expect(page.locator(".sheet__acronym")).to_contain_text("SUR")
