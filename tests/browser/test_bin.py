"""« Corbeille »: some records of a batch come back, others go for good."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from app.bin.operations import trash
from app.history.actions import Subject
from tests.browser import axe
from tests.browser.conftest import Open
from tests.browser.records import Records
from tests.browser.steps import button, dialog, press, started, toast
from tests.conftest import account_named


def deleted(records: Records, word: str, number: int) -> int:
    """Companies of these names, deleted together; the batch's id."""
    ids = records.companies(word, number)
    with records.context():
        return trash(Subject.COMPANY, ids, by=account_named("manager")).id


def test_some_of_a_deletion_come_back(visit: Open, records: Records, width: int) -> None:
    word = records.word("Alizé")
    deleted(records, word, 4)
    one = visit("manager", width)
    page = one.page
    page.goto("/crm/bin/")
    started(page)
    page.get_by_label("Nom d’une fiche").fill(word)
    page.get_by_label("Nom d’une fiche").press("Enter")
    expect(page).to_have_url(re.compile("[?&]q=Aliz"))
    expect(page.get_by_role("row").filter(has_text="4 entreprises")).to_have_count(1)
    axe.check(one)
    press(page, page.get_by_role("link", name="4 entreprises"))
    for number in (1, 3):
        page.get_by_role("checkbox", name=f"{word} 0{number}").check()
    axe.check(one)
    press(page, button(page, "Restaurer les fiches cochées"))
    toast(page, "2 fiches restaurées.")
    expect(page.get_by_role("heading", level=1)).to_have_text("2 entreprises")
    press(page, button(page, "Tout restaurer"))
    toast(page, "C’est restauré.")
    assert records.number_named(f"{word} 02") == 1


def test_what_goes_for_good_is_confirmed(visit: Open, records: Records, width: int) -> None:
    word = records.word("Tramontane")
    batch = deleted(records, word, 1)
    one = visit("admin", width)
    page = one.page
    page.goto(f"/crm/bin/{batch}/")
    press(page, page.get_by_role("link", name="Supprimer définitivement"))
    expect(dialog(page).get_by_role("heading")).to_contain_text(
        "Supprimer définitivement 1 entreprise"
    )
    expect(dialog(page)).to_contain_text("1 établissement")
    expect(dialog(page).get_by_role("button", name="Annuler")).to_be_focused()
    axe.check(one)
    press(page, dialog(page).get_by_role("button", name="Supprimer définitivement"))
    toast(page, "1 élément supprimé définitivement.")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Corbeille")
