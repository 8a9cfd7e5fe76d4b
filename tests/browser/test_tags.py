"""« Gestion des tags » and the box of tags of a sheet, by keyboard, on both screens."""

from __future__ import annotations

from playwright.sync_api import expect

from app.tags.models import Module
from app.tags.operations import create_tag
from tests.browser import axe
from tests.browser.conftest import Open
from tests.browser.records import Records
from tests.browser.steps import dialog, press, started, toast
from tests.conftest import account_named


def tags(records: Records, *labels: str) -> list[int]:
    with records.context():
        by = account_named("manager")
        return [create_tag(Module.COMPANY, label, by=by).id for label in labels]


def test_two_tags_that_look_alike_become_one(visit: Open, records: Records, width: int) -> None:
    word = records.word("Zéphyr")
    tags(records, word, f"{word}s")
    one = visit("manager", width)
    page = one.page
    page.goto("/crm/tags/")
    started(page)
    fold = page.get_by_text("Tags qui se ressemblent")
    fold.click()
    axe.check(one)
    press(page, page.locator("li", has_text=f"{word}s").get_by_role("link", name="Fusionner"))
    expect(dialog(page)).to_contain_text("devient un ancien libellé")
    axe.check(one)
    dialog(page).get_by_role("button", name="Fusionner").click()
    toast(page, "fusionné avec")


def test_near_tags_come_before_a_new_one(visit: Open, records: Records, width: int) -> None:
    word = records.word("Mistral")
    tags(records, word)
    (company,) = records.companies(word, 1)
    one = visit("manager", width)
    page = one.page
    page.goto(f"/crm/companies/{company}/")
    started(page)
    press(page, page.get_by_role("link", name="Ajouter un tag"))
    box = dialog(page).get_by_role("combobox", name="Tag")
    box.fill(f"{word}s")
    options = dialog(page).get_by_role("option")
    expect(options.first).to_contain_text(word)
    expect(options.last).to_have_text(f"Créer le tag « {word}s »")
    axe.check(one)
    box.press("ArrowDown")
    box.press("Enter")
    expect(box).to_have_value(word)
    box.press("Enter")
    toast(page, f"Tag « {word} » ajouté.")
    expect(page.locator(".sheet__tags")).to_contain_text(word)
