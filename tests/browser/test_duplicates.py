"""The records that a new one may be a double of stand beside its form while one types."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser import axe
from tests.browser.conftest import Open
from tests.browser.records import Records
from tests.browser.steps import COMPANIES, bulk, check_row, dialog, open_list, press

FOLD = ".duplicates__fold"


def test_typing_shows_the_candidate_and_the_keyboard_reaches_it(
    visit: Open, records: Records, width: int
) -> None:
    # Both widths write to one base, and their words may not be alike.
    word = records.word("Vauquelinerie" if width > 768 else "Tournebroche")
    known = records.company(name=f"{word} Générale", city="Blois")
    one = visit("editor", width)
    page = one.page
    open_list(page, COMPANIES)
    press(page, page.get_by_role("link", name="Ajouter une entreprise"))
    dialog(page).locator("#name").press_sequentially(f"{word.lower()} generale sarl", delay=5)
    summary = dialog(page).locator("summary", has_text="1 fiche ressemblante")
    expect(summary).to_be_visible()
    expect(page.locator("#live")).to_contain_text("1 fiche ressemblante")
    expect(dialog(page).locator("#name")).to_be_focused()
    is_folded = dialog(page).locator(FOLD).get_attribute("open") is None
    assert is_folded == (width < 768)
    summary.focus()
    if is_folded:
        page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    link = dialog(page).locator(f"{FOLD} a")
    expect(link).to_be_focused()
    expect(link).to_have_attribute("href", f"/crm/companies/{known}/")
    axe.check(one)
    dialog(page).locator("#name").fill("Zzyzx")
    expect(dialog(page).locator(FOLD)).to_have_count(0)


def test_two_checked_rows_open_side_by_side(visit: Open, records: Records, width: int) -> None:
    word = records.word("Chantepleurerie" if width > 768 else "Escarbouclerie")
    ids = [records.company(name=f"{word} {end}") for end in ("Un", "Deux", "Trois")]
    one = visit("manager", width)
    page = one.page
    open_list(page, f"{COMPANIES}?q={word}")
    for record in ids:
        check_row(page, record)
    bulk(page, "Fusionner…")
    note = page.locator("[data-toast]")
    expect(note).to_contain_text("cochez-en deux")
    expect(note.locator(".toast-note__icon--failed")).to_be_visible()
    expect(note.locator(".toast-note__icon").first).to_be_hidden()
    check_row(page, ids[2])
    bulk(page, "Fusionner…")
    expect(page.get_by_role("heading", name="Fusionner deux fiches")).to_be_visible()
    axe.check(one)
