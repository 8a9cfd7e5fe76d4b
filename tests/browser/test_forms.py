"""The pop-ups: what is typed is saved once, refused with its reasons, and never lost."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser import axe
from tests.browser.conftest import DESKTOP, Open
from tests.browser.records import Records
from tests.browser.steps import (
    COMPANIES,
    CONTACTS,
    button,
    dialog,
    open_edit,
    open_list,
    pick,
    press,
    sheet_action,
)
from tests.factories import new_siren, siret_of

PHONE_BEFORE, PHONE_MINE, PHONE_THEIRS = "+33140000001", "01 40 00 00 02", "+33140000003"
SHOWN_MINE = "01\u00a040\u00a000\u00a000\u00a002"


def submit(page: Page, name: str) -> None:
    press(page, dialog(page).get_by_role("button", name=name, exact=True))


def field(page: Page, label: str) -> Any:
    return dialog(page).get_by_label(re.compile(rf"^{re.escape(label)}( \*)?$"))


def edit(page: Page, company: int) -> None:
    page.goto(f"{COMPANIES}{company}/")
    open_edit(page)


def test_correcting_a_phone(visit: Open, records: Records, width: int) -> None:
    company = records.company(name=records.word("Corrigée"), phone=PHONE_BEFORE)
    one = visit("editor", width)
    page = one.page
    page.goto(f"{COMPANIES}{company}/")
    sheet_action(page, "Modifier")
    expect(dialog(page).get_by_role("heading", name="Modifier l’entreprise")).to_be_visible()
    expect(field(page, "Raison sociale")).to_be_focused()
    axe.check(one)
    field(page, "Téléphone").fill(PHONE_MINE)
    submit(page, "Modifier")
    expect(dialog(page)).to_be_hidden()
    expect(page.locator(".sheet__facts")).to_contain_text(SHOWN_MINE)
    assert records.value(company, "phone") == "+33140000002"
    press(page, page.get_by_role("link", name="Historique des actions"))
    expect(page.locator(".history").first).to_contain_text(SHOWN_MINE)


def test_a_refused_form_says_why_and_keeps_what_was_typed(
    visit: Open, records: Records, width: int
) -> None:
    word = records.word("Refusée")
    one = visit("editor", width)
    page = one.page
    open_list(page)
    press(page, page.get_by_role("link", name="Ajouter une entreprise"))
    field(page, "Raison sociale").fill(word)
    field(page, "SIREN").fill("123 456 789")
    field(page, "E-mail").fill("pas une adresse")
    one.expect_problem("status of 422")
    submit(page, "Ajouter")
    summary = dialog(page).locator("[data-error-summary]")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("2 points sont à corriger")
    expect(field(page, "SIREN")).to_have_attribute("aria-invalid", "true")
    for label, typed in (
        ("Raison sociale", word),
        ("SIREN", "123 456 789"),
        ("E-mail", "pas une adresse"),
    ):
        expect(field(page, label)).to_have_value(typed)
    axe.check(one)
    press(page, summary.get_by_role("link").first)
    expect(field(page, "SIREN")).to_be_focused()
    field(page, "SIREN").fill(new_siren())
    field(page, "E-mail").fill("accueil@refusee.example")
    submit(page, "Ajouter")
    expect(page.get_by_role("heading", level=1)).to_have_text(word)
    assert records.number_named(word) == 1


def test_a_taken_siren_leads_to_the_sheet_that_has_it(visit: Open, records: Records) -> None:
    word, siren = records.word("Première"), new_siren()
    records.company(name=word, siren=siren)
    one = visit("editor")
    page = one.page
    open_list(page)
    page.get_by_role("link", name="Ajouter une entreprise").click()
    field(page, "Raison sociale").fill("Autre")
    field(page, "SIREN").fill(siren)
    one.expect_problem("status of 422")
    submit(page, "Ajouter")
    expect(dialog(page).get_by_role("link", name=word, exact=True)).to_have_attribute(
        "href", re.compile(rf"{COMPANIES}\d+/")
    )
    axe.check(one)


@pytest.mark.parametrize(
    ("choice", "kept"), [("Votre valeur", "+33140000002"), ("Sa valeur", "+33140000003")]
)
def test_two_people_correct_the_same_field(
    visit: Open, records: Records, choice: str, kept: str
) -> None:
    company = records.company(name=records.word("Disputée"), phone=PHONE_BEFORE)
    mine, theirs = visit("editor"), visit("manager")
    edit(mine.page, company)
    edit(theirs.page, company)
    field(theirs.page, "Téléphone").fill(PHONE_THEIRS)
    field(theirs.page, "Sigle").fill("DSP")
    submit(theirs.page, "Modifier")
    expect(dialog(theirs.page)).to_be_hidden()
    page = mine.page
    field(page, "Téléphone").fill(PHONE_MINE)
    field(page, "E-mail").fill("moi@disputee.example")
    mine.expect_problem("status of 409")
    submit(page, "Modifier")
    conflict = dialog(page).locator(".conflict")
    expect(conflict).to_be_focused()
    for shown in ("01 40 00 00 01", "01 40 00 00 02", "01 40 00 00 03"):
        expect(conflict).to_contain_text(shown)
    axe.check(mine)
    press(page, conflict.get_by_text(choice))
    submit(page, "Modifier")
    expect(dialog(page)).to_be_hidden()
    assert records.value(company, "phone") == kept
    assert records.value(company, "acronym") == "DSP"  # Their other change stays,
    assert records.value(company, "email") == "moi@disputee.example"  # and mine.


def test_a_double_click_makes_one_company(visit: Open, records: Records) -> None:
    word = records.word("Unique")
    one = visit("editor")
    page = one.page

    def slowly(route: Route) -> None:
        time.sleep(0.3)
        route.continue_()

    open_list(page)
    page.route(re.compile("companies/new$"), slowly)
    page.get_by_role("link", name="Ajouter une entreprise").click()
    field(page, "Raison sociale").fill(word)
    field(page, "SIREN").fill(new_siren())
    dialog(page).get_by_role("button", name="Ajouter", exact=True).dblclick()
    expect(page.get_by_role("heading", level=1)).to_have_text(word)
    assert records.number_named(word) == 1


def test_a_session_that_ends_meanwhile_loses_nothing(visit: Open, records: Records) -> None:
    company = records.company(name=records.word("Patiente"))
    username = records.word("distrait")
    records.account(username)
    one = visit(username)
    page = one.page
    edit(page, company)
    field(page, "Téléphone").fill(PHONE_MINE)
    cookies = page.context.cookies()
    page.context.clear_cookies()
    one.expect_problem("status of 400")
    submit(page, "Modifier")
    notice = dialog(page).locator(".dialog__problem")
    expect(notice).to_be_focused()
    expect(notice).to_contain_text("Votre session a expiré")
    expect(field(page, "Téléphone")).to_have_value(PHONE_MINE)
    axe.check(one)
    page.context.add_cookies(cookies)  # type: ignore[arg-type]  # Signed in again in another tab.
    submit(page, "Modifier")
    expect(dialog(page)).to_be_hidden()
    assert records.value(company, "phone") == "+33140000002"


@pytest.mark.parametrize("cause", ["error", "silence"])
def test_a_failing_server_loses_nothing(
    visit: Open, records: Records, cause: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.companies import views

    company = records.company(name=records.word("Tenace"))
    one = visit("editor")
    page = one.page
    edit(page, company)
    field(page, "Téléphone").fill(PHONE_MINE)
    with monkeypatch.context() as broken:
        if cause == "error":
            broken.setattr(views, "update_company", None)
            one.expect_problem("status of 500")
        else:
            page.route(re.compile("/edit$"), lambda route: route.abort())
            one.expect_problem("ERR_FAILED")
        submit(page, "Modifier")
        notice = dialog(page).locator(".dialog__problem")
        expect(notice).to_be_focused()
        expect(notice).to_contain_text(
            "Une erreur s’est produite" if cause == "error" else "Le serveur ne répond pas"
        )
    expect(field(page, "Téléphone")).to_have_value(PHONE_MINE)
    axe.check(one)
    page.unroute(re.compile("/edit$"))
    submit(page, "Modifier")
    expect(dialog(page)).to_be_hidden()
    assert records.value(company, "phone") == "+33140000002"


def test_a_company_then_its_contact(visit: Open, records: Records, width: int) -> None:
    parent, word = records.word("Holding"), records.word("Filiale")
    records.company(name=f"{parent} Participations")
    siren = new_siren()
    one = visit("editor", width)
    page = one.page
    open_list(page)
    press(page, page.get_by_role("link", name="Ajouter une entreprise"))
    field(page, "Raison sociale").fill(word)
    axe.check(one)
    field(page, "SIREN").fill(siren)
    field(page, "SIRET du siège").fill(siret_of(siren))
    pick(page, "Société mère", parent, f"{parent} Participations")
    pick(page, "Code NAF", "62.01", "Programmation informatique")
    field(page, "Adresse du siège social").fill("3 rue des Écoles")
    field(page, "Code postal").fill("75005")
    field(page, "Ville").fill("Paris")
    submit(page, "Ajouter")
    expect(page.get_by_role("heading", level=1)).to_have_text(word)
    facts = page.locator(".sheet__facts")
    for shown in (f"{parent} Participations", "62.01Z", "3 rue des Écoles", "75005 Paris"):
        expect(facts).to_contain_text(shown)

    open_list(page, CONTACTS)
    press(page, page.get_by_role("link", name="Ajouter un contact"))
    # Another person at each width: the same one again would be asked about.
    first, last = ("Élodie", "de La Tour") if width == DESKTOP else ("Barnabé", "du Moulin")
    field(page, "Prénom").fill(first)
    axe.check(one)
    field(page, "Nom").fill(last)
    field(page, "E-mail").fill(f"{last.replace(' ', '.')}@filiale.example")
    sites = field(page, "Adresse (établissement)")
    expect(sites.get_by_role("option")).to_have_count(1)
    pick(page, "Entreprise", word, word)
    expect(sites.get_by_role("option")).to_have_count(
        2
    )  # The site's drop-down follows the company.
    sites.select_option(index=1)
    submit(page, "Ajouter")
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{first} {last}")
    expect(page.locator(".sheet__subtitle")).to_contain_text(word)
    expect(page.locator(".sheet__facts")).to_contain_text("3 rue des Écoles, 75005 Paris")
    press(page, page.get_by_role("link", name=word).first)
    expect(page.locator(".tabs")).to_contain_text("Contacts1")


def test_a_picker_says_what_is_expected(visit: Open, records: Records) -> None:
    company = records.company(name=records.word("Choisie"))
    one = visit("editor")
    page = one.page
    edit(page, company)
    box = dialog(page).get_by_role("combobox", name="Code NAF")
    box.fill("zzzz")
    expect(dialog(page).get_by_text("Aucun résultat. Essayez un autre mot.")).to_be_visible()
    axe.check(one)
    page.keyboard.press("Escape")  # Closes the list, not the pop-up.
    expect(dialog(page)).to_be_visible()
    page.keyboard.press("Tab")
    expect(box).to_have_attribute("aria-invalid", "true")
    expect(box).to_have_value("zzzz")
    axe.check(one)
    box.fill("86.10")
    page.keyboard.press("Enter")  # Before the answer: nothing is sent.
    expect(dialog(page).locator(".picker__option")).to_have_count(1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    submit(page, "Modifier")
    expect(page.locator(".sheet__facts")).to_contain_text("86.10Z")


def test_ctrl_enter_saves(visit: Open, records: Records) -> None:
    company = records.company(name=records.word("Pressée"))
    page = visit("editor").page
    edit(page, company)
    field(page, "Téléphone").fill(PHONE_MINE)
    page.keyboard.press("Control+Enter")
    expect(dialog(page)).to_be_hidden()
    expect(page.locator(".sheet__facts")).to_contain_text(SHOWN_MINE)


def test_the_contact_pop_up(visit: Open, records: Records, width: int) -> None:
    contact = records.contact(first_name="Maud", last_name=records.word("Tardieu"))
    one = visit("editor", width)
    page = one.page
    page.goto(f"{CONTACTS}{contact}/")
    open_edit(page)
    axe.check(one)
    field(page, "Téléphone").fill("06 12 34 56")
    one.expect_problem("status of 422")
    submit(page, "Modifier")
    expect(dialog(page).locator("[data-error-summary]")).to_be_focused()
    axe.check(one)
    field(page, "Téléphone").fill("06 12 34 56 78")
    submit(page, "Modifier")
    expect(dialog(page)).to_be_hidden()
    assert records.contact_value(contact, "phone") == "+33612345678"


def test_the_tags_screen(visit: Open, records: Records, width: int) -> None:
    label = records.word("filleul ")
    one = visit("manager", width)
    page = one.page
    open_list(page, "/crm/tags/")
    press(page, page.get_by_role("link", name="Ajouter un tag"))
    field(page, "Libellé").fill(label)
    axe.check(one)
    submit(page, "Ajouter")
    page.locator("#q").fill(label)
    press(page, page.get_by_role("link", name=f"Supprimer {label}"))
    expect(dialog(page).get_by_role("heading")).to_have_text(
        re.compile(f"Supprimer le tag «.{label}.»")
    )
    expect(dialog(page).get_by_role("button", name="Annuler")).to_be_focused()
    axe.check(one)
    submit(page, "Supprimer")
    expect(page.locator("[data-toast]")).to_contain_text("supprimé")
    press(page, button(page, "Annuler"))
    page.locator("#q").fill(label)
    expect(page.locator("#list")).to_have_attribute("data-total", "1")
