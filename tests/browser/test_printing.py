"""Printing the checked sheets: the pop-up, the job, its notice, and the file."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect
from pypdf import PdfReader
from sqlalchemy import func, select

from app.extensions import db
from app.jobs.models import Job
from app.jobs.runner import Worker
from tests.browser import axe
from tests.browser.conftest import Open
from tests.browser.records import Records
from tests.browser.steps import (
    COMPANIES,
    CONTACTS,
    bulk,
    check_row,
    dialog,
    is_phone,
    open_list,
    press,
    toast,
)


def work(records: Records) -> None:
    """What the worker beside the server does."""
    with records.app.app_context():
        while Worker().work():
            pass


def jobs(records: Records) -> int:
    with records.context():
        return db.session.scalar(select(func.count()).select_from(Job)) or 0


def file_of(page: Page, link: str) -> PdfReader:
    with page.expect_download() as download:
        press(page, page.get_by_role("link", name=link))
    assert download.value.suggested_filename.startswith("fiches-entreprises-")
    return PdfReader(Path(download.value.path()))


def test_the_checked_sheets_are_printed(visit: Open, records: Records, width: int) -> None:
    word = records.word("Alizé")
    ids = records.companies(word, 3)
    one = visit("reader", width)
    page = one.page
    open_list(page, f"{COMPANIES}?q={word}&sort=-name")
    check_row(page, ids[0])
    check_row(page, ids[2])
    bulk(page, "Imprimer la sélection")
    expect(dialog(page)).to_contain_text("2 entreprises")
    expect(dialog(page).get_by_text("réduisez la sélection")).to_be_hidden()
    axe.check(one)
    before = jobs(records)
    confirm = dialog(page).get_by_role("button", name="Imprimer", exact=True)
    if is_phone(page):
        confirm.tap()
    else:
        confirm.dblclick()  # One job all the same.
    expect(page.get_by_role("heading", level=1)).to_have_text("Imprimer : 2 entreprises")
    expect(page.locator("#job")).to_have_attribute("data-job-state", "En attente")
    work(records)
    expect(page.locator("#job")).to_have_attribute("data-job-state", "Terminé")
    expect(page.locator("#job")).to_contain_text("2 fiches imprimées.")
    axe.check(one)
    reader = file_of(page, "Télécharger le PDF")
    first, second = (sheet.extract_text() for sheet in reader.pages)
    assert f"{word} 03" in first  # In the list's order.
    assert f"{word} 01" in second
    assert "Page 2 / 2" in second
    assert jobs(records) == before + 1


def test_a_notice_offers_the_file_wherever_one_is(visit: Open, records: Records) -> None:
    word = records.word("Zéphyr")
    records.companies(word, 2)
    one = visit("editor")
    page = one.page
    open_list(page, f"{COMPANIES}?q={word}")
    press(page, page.locator("[data-select-all]"))
    bulk(page, "Imprimer la sélection")
    press(page, dialog(page).get_by_role("button", name="Imprimer", exact=True))
    page.wait_for_url("**/jobs/*/")
    page.goto(CONTACTS)
    work(records)
    note = toast(page, "Imprimer : 2 entreprises — Terminé")
    axe.check(one)
    assert len(file_of(page, "Télécharger le PDF").pages) == 2
    press(page, note.get_by_role("link", name="Voir le compte rendu"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Imprimer : 2 entreprises")


def test_too_many_sheets_are_refused_in_the_pop_up(visit: Open) -> None:
    one = visit("editor")
    page = one.page
    open_list(page)
    press(page, page.locator("[data-select-all]"))
    press(page, page.locator("[data-select-results]").first)
    bulk(page, "Imprimer la sélection")
    expect(dialog(page).get_by_text("réduisez la sélection")).to_be_visible()
    one.expect_problem("422")
    press(page, dialog(page).get_by_role("button", name="Imprimer", exact=True))
    expect(dialog(page).get_by_role("alert")).to_contain_text("On imprime 200 fiches au plus")
    expect(dialog(page)).to_contain_text("entreprises")  # The number is still there.
    axe.check(one)
