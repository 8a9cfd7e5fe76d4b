"""Exporting from a list: the checked rows, chosen columns, everything."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import openpyxl
from playwright.sync_api import expect

from tests.browser import axe
from tests.browser.conftest import Open
from tests.browser.records import Records
from tests.browser.steps import (
    COMPANIES,
    bulk,
    check_row,
    dialog,
    open_list,
    press,
    total,
)


def test_exporting_the_checked_rows(visit: Open, records: Records) -> None:
    word = records.word("Harmattan")
    ids = records.companies(word, 3, phone="+33140000000")
    one = visit("editor")
    page = one.page
    open_list(page, f"{COMPANIES}?q={word}&sort=-name")
    check_row(page, ids[0])
    check_row(page, ids[2])
    bulk(page, "Exporter")
    expect(dialog(page)).to_contain_text("2 entreprises")
    press(page, dialog(page).get_by_label("Toutes les colonnes"))
    axe.check(one)
    with page.expect_download() as download:
        press(page, dialog(page).get_by_role("button", name="Exporter"))
    file = io.BytesIO(Path(download.value.path()).read_bytes())
    assert download.value.suggested_filename.endswith(".xlsx")
    sheet = openpyxl.load_workbook(file, read_only=True).worksheets[0]
    head, *rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    assert [row[0] for row in rows] == [f"{word} 03", f"{word} 01"]  # In the list's order.
    phone = rows[0][head.index("Téléphone")]
    assert isinstance(phone, str)
    assert re.sub(r"\s", "", phone) == "0140000000"
    # And once more, the page still being there.
    expect(dialog(page)).to_be_hidden()
    bulk(page, "Exporter")
    with page.expect_download():
        press(page, dialog(page).get_by_role("button", name="Exporter"))


def test_choosing_columns_to_export(visit: Open, records: Records) -> None:
    word = records.word("Tramontane")
    records.companies(word, 2)
    one = visit("editor")
    page = one.page
    open_list(page, f"{COMPANIES}?q={word}&columns=name,siren")
    press(page, page.get_by_role("link", name="Tout exporter"))
    shown = dialog(page).get_by_label("Colonnes à l’écran")
    expect(shown).to_have_accessible_description("Raison sociale, SIREN")
    press(page, shown)
    box = dialog(page).get_by_role("checkbox", name="Raison sociale")
    expect(box).to_be_hidden()
    press(page, dialog(page).get_by_label("Choisir…"))
    expect(box).to_be_visible()
    # Another visit has left its own choice.
    dialog(page).locator("[data-export-box]:checked").evaluate_all(
        "all => all.map((b) => b.click())"
    )
    group = dialog(page).get_by_role("group", name="Identité")
    press(page, group.get_by_role("button"))
    expect(group.get_by_role("checkbox", name="Numéro RNA")).to_be_checked()
    axe.check(one)
    press(page, group.get_by_role("button", name="Tout décocher"))
    expect(dialog(page).get_by_role("button", name="Exporter")).to_be_disabled()
    press(page, dialog(page).get_by_role("checkbox", name="Ville"))
    with page.expect_download() as download:
        press(page, dialog(page).get_by_role("button", name="Exporter"))
    file = io.BytesIO(Path(download.value.path()).read_bytes())
    sheet = openpyxl.load_workbook(file, read_only=True).worksheets[0]
    assert [cell.value for cell in next(sheet.iter_rows())] == ["Ville"]
    press(page, page.get_by_role("link", name="Tout exporter"))
    expect(dialog(page).get_by_label("Choisir…")).to_be_checked()
    page.keyboard.press("Escape")  # Nothing is lost: no question is asked.
    expect(dialog(page)).to_be_hidden()


def test_exporting_everything_as_csv(visit: Open) -> None:
    one = visit("editor")
    page = one.page
    open_list(page)
    number = total(page)
    press(page, page.get_by_role("link", name="Tout exporter"))
    expect(dialog(page).get_by_role("heading")).to_have_text("Exporter toutes les entreprises")
    axe.check(one)
    press(page, dialog(page).get_by_label("CSV pour Excel"))
    with page.expect_download() as download:
        press(page, dialog(page).get_by_role("button", name="Exporter"))
    expect(dialog(page)).to_be_hidden()
    raw = Path(download.value.path()).read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert len(rows) == number + 1
    assert {len(row) for row in rows} == {len(rows[0])}
