"""The task bar: the Administration menu, the theme, the way out; and what each role sees."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser import axe
from tests.browser.conftest import DESKTOP, PHONE, Open
from tests.browser.records import Records
from tests.browser.site import Site
from tests.browser.steps import COMPANIES, button, press, ready, search


def administration(page: Page) -> None:
    expect(page.locator("#menu-administration")).to_be_visible()
    expect(button(page, "Administration")).to_have_attribute("aria-expanded", "true")


def test_the_menu_opens_on_hover_and_leads_to_the_companies(visit: Open) -> None:
    one = visit("editor")
    page = one.page
    page.goto("/")
    button(page, "Administration").hover()
    administration(page)
    # Moving onto the panel keeps it open.
    link = page.locator("#menu-administration").get_by_role("link", name="Entreprises")
    link.hover()
    page.wait_for_timeout(400)
    administration(page)
    page.mouse.move(700, 600)
    expect(button(page, "Administration")).to_have_attribute("aria-expanded", "false")
    button(page, "Administration").hover()
    link.click()
    expect(page).to_have_url(re.compile("/crm/companies/$"))


def test_the_menu_opens_on_click_and_esc_closes_it(visit: Open) -> None:
    page = visit("admin").page
    page.goto("/")
    button(page, "Administration").click()
    administration(page)
    page.keyboard.press("Escape")
    expect(page.locator("#menu-administration")).to_be_hidden()
    button(page, "Administration").click()
    administration(page)
    page.locator("h1").click()
    expect(page.locator("#menu-administration")).to_be_hidden()


def test_the_menu_opens_on_focus_and_the_arrows_walk_it(visit: Open) -> None:
    page = visit("editor").page
    page.goto("/")
    for _ in range(4):  # Skip link, brand, Accueil, Administration.
        page.keyboard.press("Tab")
    expect(button(page, "Administration")).to_be_focused()
    administration(page)
    page.keyboard.press("Escape")
    expect(page.locator("#menu-administration")).to_be_hidden()
    expect(button(page, "Administration")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    contacts = page.locator("#menu-administration").get_by_role("link", name="Contacts")
    expect(contacts).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/crm/contacts/$"))


def test_the_menu_opens_by_tap_on_a_phone(visit: Open) -> None:
    one = visit("admin", PHONE)
    page = one.page
    page.goto("/")
    button(page, "Menu").tap()
    button(page, "Administration").tap()
    administration(page)
    axe.check(one)
    page.locator("#menu-administration").get_by_role("link", name="Entreprises").tap()
    expect(page).to_have_url(re.compile("/crm/companies/$"))


def test_open_menus_break_no_rule(visit: Open, width: int) -> None:
    one = visit("admin", width)
    page = one.page
    page.goto("/")
    if width == DESKTOP:
        button(page, "Administration").click()
        axe.check(one)
    press(page, page.locator("#menu-account-button"))
    expect(page.locator("#menu-account")).to_be_visible()
    axe.check(one)


def test_the_theme_is_kept(visit: Open) -> None:
    page = visit("reader").page
    page.goto("/")
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    press(page, page.locator("#menu-account-button"))
    press(page, page.get_by_role("radio", name="Sombre"))
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    dark = page.evaluate(ground)
    assert dark != light
    page.goto(COMPANIES)
    assert page.evaluate(ground) == dark
    press(page, page.locator("#menu-account-button"))
    expect(page.get_by_role("radio", name="Sombre")).to_be_checked()
    press(page, page.get_by_role("radio", name="Système"))
    page.reload()
    assert page.evaluate(ground) == light
    page.emulate_media(color_scheme="dark")
    page.reload()
    assert page.evaluate(ground) == dark
    press(page, page.locator("#menu-account-button"))
    press(page, page.get_by_role("radio", name="Clair"))
    page.reload()
    assert page.evaluate(ground) == light


def test_signing_in_and_out(visit: Open, site: Site, width: int) -> None:
    one = visit(None, width)
    page = one.page
    one.expect_problem("status of 422")
    page.goto(COMPANIES)
    expect(page).to_have_url(re.compile(r"/login/\?next="))
    page.get_by_label("Identifiant").fill("editor")
    page.get_by_label("Mot de passe", exact=True).fill("mauvais mot de passe")
    press(page, button(page, "Se connecter"))
    expect(page.locator("main")).to_contain_text("incorrect")
    page.get_by_label("Identifiant").fill("editor")
    page.get_by_label("Mot de passe", exact=True).fill(site.password)
    press(page, button(page, "Afficher le mot de passe"))
    expect(page.get_by_label("Mot de passe", exact=True)).to_have_attribute("type", "text")
    press(page, button(page, "Se connecter"))
    expect(page).to_have_url(re.compile("/crm/companies/$"))  # Where one wanted to go.
    press(page, page.locator("#menu-account-button"))
    press(page, button(page, "Se déconnecter"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Se connecter")
    page.goto(COMPANIES)
    expect(page).to_have_url(re.compile("/login/"))


def test_signing_out_everywhere_ends_the_other_sessions(visit: Open, records: Records) -> None:
    username = records.word("partout")
    records.account(username)
    here, elsewhere = visit(username), visit(username)
    elsewhere.page.goto("/profile/")
    expect(elsewhere.page.get_by_role("heading", level=1)).to_be_visible()
    here.page.goto("/profile/")
    press(
        here.page,
        here.page.get_by_role("main").get_by_role("button", name="Se déconnecter partout"),
    )
    expect(here.page).to_have_url(re.compile("/login/"))
    elsewhere.page.goto(COMPANIES)
    expect(elsewhere.page).to_have_url(re.compile("/login/"))


@pytest.mark.parametrize(
    ("username", "may_edit", "may_delete"),
    [("manager", True, True), ("editor", True, False), ("reader", False, False)],
)
def test_what_a_role_may_not_do_is_not_shown(
    visit: Open, records: Records, username: str, may_edit: bool, may_delete: bool
) -> None:
    word = records.word("Droiture")
    company = records.company(name=word)
    page = visit(username).page
    page.goto(COMPANIES)
    ready(page)
    search(page, word, 1)
    assert page.get_by_role("link", name="Ajouter une entreprise").count() == int(may_edit)
    assert page.locator("[data-bulk] #bulk-do-add_tag").count() == int(may_edit)
    assert page.locator("[data-bulk] #bulk-do-trash").count() == int(may_delete)
    page.goto(f"{COMPANIES}{company}/")
    assert page.locator("#sheet-actions", has_text="Modifier").count() == int(may_edit)
    assert page.get_by_role("link", name="Ajouter un tag").count() == int(may_edit)
    menu = page.locator("#menu-administration")
    # An editor's holds the notes and pictures that they deleted themselves.
    assert menu.locator("a", has_text="Corbeille").count() == int(may_edit)
    assert menu.locator("a", has_text="Utilisateurs").count() == 0


def test_a_student_has_a_profile_and_nothing_else(visit: Open) -> None:
    one = visit("etudiant")
    page = one.page
    page.goto("/")
    expect(page).to_have_url(re.compile("/profile/$"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Théo Rivière")
    assert button(page, "Administration").count() == 0
    assert page.locator("#palette").count() == 0
    one.expect_problem("status of 403")
    page.goto(COMPANIES)
    expect(page.get_by_role("heading", level=1)).to_have_text("Vous n’avez pas accès à cette page")
