"""Both sheets by a person who has no mouse: each thing that can be done on them."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.records import Records
from tests.browser.steps import COMPANIES, CONTACTS, dialog, focus, started

# What has the focus, and whether it can be seen that it has.
SEEN = """() => {
  const one = document.activeElement, style = getComputedStyle(one);
  return one !== document.body && (style.outlineStyle !== "none" || style.boxShadow !== "none");
}"""


@pytest.fixture
def company(records: Records) -> int:
    return records.company(name=records.word("Clavecin"), phone="+33254000000", acronym="CLA")


def reach(page: Page, text: str) -> None:
    """From the top of the page, to what bears this text; the focus can be seen there."""
    page.locator("#main").evaluate("one => one.focus()")
    focus(page, text)
    assert page.evaluate(SEEN), f"nothing shows that « {text} » has the focus"


def use(page: Page, text: str, key: str = "Enter") -> None:
    reach(page, text)
    page.keyboard.press(key)


def choose(page: Page, menu: str, entry: str, *, nth: int = 1) -> None:
    """An entry of a drop-down menu, the nth of that name, by the arrows."""
    reach(page, menu)
    for _ in range(nth - 1):
        focus(page, menu)
    page.keyboard.press("Enter")
    for _ in range(8):
        page.keyboard.press("ArrowDown")
        if entry in page.evaluate("document.activeElement.textContent"):
            break
    page.keyboard.press("Enter")


def test_a_company_is_kept_without_a_mouse(visit: Open, records: Records, company: int) -> None:
    page = visit("editor").page
    page.goto(f"{COMPANIES}{company}/")
    started(page)
    use(page, "Modifier\u00a0: Téléphone")
    expect(page.locator("#main input:focus")).to_be_visible()
    page.keyboard.press("Control+A")
    page.keyboard.type("02 54 11 22 33")
    page.keyboard.press("Enter")
    expect(page.locator('[data-inplace$="/fields/phone"]').first).to_contain_text("02 54 11 22 33")
    assert page.evaluate("document.activeElement !== document.body")  # One goes on from there.
    use(page, "Modifier\u00a0: Téléphone")
    expect(page.locator("#main input:focus")).to_be_visible()
    page.keyboard.type("9")
    page.keyboard.press("Escape")
    expect(page.locator('[data-inplace$="/fields/phone"] form')).to_have_count(0)
    assert records.value(company, "phone") == "+33254112233"

    reach(page, "Écrire une note")
    page.keyboard.type("À rappeler en mars")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".note__text")).to_have_text("À rappeler en mars")
    use(page, "Supprimer la note")
    expect(page.locator(".note__text")).to_have_count(0)
    use(page, "Annuler")
    expect(page.locator(".note__text")).to_have_text("À rappeler en mars")

    use(page, "Établissements")
    use(page, "Ajouter un établissement")
    expect(dialog(page)).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog(page)).to_be_hidden()
    assert "Ajouter un établissement" in page.evaluate("document.activeElement.textContent")
    page.keyboard.press("Enter")
    focus(page, "Nom commercial")
    page.keyboard.type("Atelier")
    focus(page, "Code postal")
    page.keyboard.type("37000")
    expect(dialog(page).get_by_label("Ville")).to_have_value("Tours")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#site-title")).to_have_text("Atelier")
    choose(page, "Actions", "En faire le siège", nth=2)
    expect(page.locator("#site-title")).to_contain_text("siège")


def test_a_contact_is_kept_without_a_mouse(visit: Open, records: Records, company: int) -> None:
    contact = records.contact(last_name=records.word("Octave"), company_id=company)
    username = records.word("ancienne")
    records.account(username)
    page = visit("editor").page
    page.goto(f"{CONTACTS}{contact}/")
    started(page)
    use(page, "Associer à un compte utilisateur")
    focus(page, "Chercher un compte")
    page.keyboard.type(username)
    expect(dialog(page).get_by_role("radio", name=username.capitalize())).to_be_visible()
    focus(page, username.capitalize())
    page.keyboard.press("Space")
    focus(page, "Associer")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Voir le profil utilisateur")).to_be_visible()

    use(page, "Noter le choix")
    expect(dialog(page)).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog(page)).to_be_hidden()

    choose(page, "Actions", "Modifier")
    expect(dialog(page).locator("form.dialog__form")).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog(page)).to_be_hidden()
    use(page, "Historique des actions")
    expect(page).to_have_url(re.compile("/history$"))
    use(page, "Relations dans l’entreprise")
    expect(page).to_have_url(re.compile("/relations$"))
