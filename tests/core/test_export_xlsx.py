"""Workbooks that Excel and LibreOffice open, made as they are sent."""

import io
import zipfile
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from app.core.export import xlsxcells, xlsxfile
from app.core.export.cells import BETWEEN, chunk_of
from app.core.export.texts import LONGEST_CELL, cell_text
from app.core.export.xlsxfile import column_name, xlsx_stream
from tests.exports import COLUMNS, row, sheet_of, workbook

pytestmark = pytest.mark.usefixtures("french")


def test_xlsx_texts_are_texts_never_formulas_nor_links():
    texts = ["=1+1", "+33", "-2", "@x", "http://exemple.example/", "{=1}", "mailto:a@b"]
    sheet = sheet_of(*(row(name=text) for text in texts))
    cells = [sheet.cell(place, 1) for place in range(2, 2 + len(texts))]
    assert [cell.value for cell in cells] == texts
    assert {cell.data_type for cell in cells} == {"s"}
    assert all(cell.hyperlink is None for cell in cells)


@pytest.mark.parametrize("letter", ["a", "🚀"])
def test_xlsx_a_text_too_long_for_a_cell_says_so(letter):
    value = sheet_of(row(name=letter * 40_000)).cell(2, 1).value
    assert value.endswith(" … [tronqué]")
    assert len(value.encode("utf-16-le")) // 2 <= LONGEST_CELL
    assert value.startswith(letter * 16_000)


def test_xlsx_the_longest_text_that_fits_is_whole():
    assert cell_text("a" * LONGEST_CELL, " …") == "a" * LONGEST_CELL


def test_xlsx_keeps_zeros_numbers_and_dates():
    sheet = sheet_of(
        row(siren="005520135", amount="12.5", day="2026-11-25", moment="2026-07-01 22:30:59.9")
    )
    siren, amount, day, instant = (sheet.cell(2, place) for place in (2, 3, 4, 5))
    assert (siren.value, siren.data_type, siren.number_format) == ("005520135", "s", "@")
    assert (amount.value, amount.data_type, amount.number_format) == (12.5, "n", "0.###")
    assert (day.value.date(), day.number_format) == (date(2026, 11, 25), "dd/mm/yyyy")
    assert (instant.value, instant.number_format) == (
        datetime(2026, 7, 2, 0, 30, 59),  # noqa: DTZ001  # Excel knows no zones.
        "dd/mm/yyyy hh:mm",
    )


@pytest.mark.parametrize("day", ["1850-01-02", "1900-02-28"])
def test_xlsx_a_day_that_excel_counts_wrongly_is_text(day):
    year, month, date_ = day.split("-")
    assert sheet_of(row(day=day)).cell(2, 4).value == f"{date_}/{month}/{year}"
    assert sheet_of(row(day="1900-03-01")).cell(2, 4).value.date() == date(1900, 3, 1)


def test_xlsx_a_blank_cell_is_empty_and_moves_no_other():
    sheet = sheet_of(row(siren="1"), row(name="a", moment="2026-01-01 00:00:00"))
    assert [cell.value for cell in sheet[2]] == [None, "1", None, None, None, None]
    assert sheet.cell(3, 1).value == "a"
    assert sheet.cell(3, 2).value is None


def test_xlsx_header_is_frozen_and_filters():
    sheet = sheet_of(row(name="a"), row(name="b"))
    assert sheet.title == "Feuille"
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:F3"
    assert [cell.value for cell in sheet[1]] == [
        "Nom", "SIREN", "Montant", "Jour", "Instant", "Code"
    ]  # fmt: skip
    assert sheet["A1"].font.bold
    assert sheet.column_dimensions["A"].width == COLUMNS[0].width


def test_xlsx_without_records_opens():
    assert sheet_of().max_row == 1


@given(st.lists(st.text(max_size=12).filter(lambda text: BETWEEN not in text), min_size=1))
@example(["a & b", "<b>", "x > y", " a", "b ", "_x0041_", "a\tb\nc", "", "🚀", "\u00a0x"])
@example(["]]>", "&amp;", "'", '"'])
def test_xlsx_many_texts_at_once_are_each_what_one_alone_would_be(texts):
    writer = xlsxcells._Writer(2)
    assert list(writer.texts(BETWEEN.join(texts))) == [writer.text(text) for text in texts]


TEXTS = [
    "a & b <c> d",
    " deux  espaces ",
    "_x0041_",
    'dit "oui"',
    "l’été œuvre",
    "🚀 日本",
    "a\nb\tc",
]


def test_xlsx_texts_read_back_as_they_were():
    data = workbook(*(row(name=text) for text in TEXTS))
    found = [line[0] for line in openpyxl.load_workbook(io.BytesIO(data)).active.values]
    # This library leaves « _x005F_ » to whoever reads.
    assert [text.replace("_x005F_", "_") for text in found[1:]] == TEXTS
    rows = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    assert [line[0] for line in rows[1:]] == TEXTS


def test_xlsx_characters_that_xml_refuses_are_dropped():
    text = "a\x00\x0b\x1f\ud800\ufffeb\tc\r\nd"
    archive = zipfile.ZipFile(io.BytesIO(workbook(row(name=text))))
    assert b"\x00" not in archive.read("xl/worksheets/sheet1.xml")
    assert sheet_of(row(name=text)).cell(2, 1).value == "ab\tc\nd"


def sheets_of(data: bytes) -> dict[str, list[Any]]:
    book = openpyxl.load_workbook(io.BytesIO(data))
    return {sheet.title: [line[0] for line in sheet.values] for sheet in book}


@pytest.mark.parametrize("limit", ["MOST_ROWS", "FULL_SHEET"])
def test_xlsx_what_one_sheet_does_not_hold_goes_on_in_another(monkeypatch, limit):
    monkeypatch.setattr(xlsxfile, limit, 2 if limit == "MOST_ROWS" else 1)
    chunks = [chunk_of([row(name=one) for one in pair]) for pair in ("ab", "cd", "e")]
    data = b"".join(xlsx_stream(COLUMNS, chunks, title="Fiches"))
    found = sheets_of(data)
    filled = {name: texts for name, texts in found.items() if texts != ["Nom"]}
    assert list(filled.values()) == [["Nom", *"ab"], ["Nom", *"cd"], ["Nom", "e"]]
    assert list(filled)[-1].startswith("Fiches ")


def test_the_limit_of_a_sheet_is_that_of_excel():
    assert xlsxfile.MOST_ROWS == 1_048_575


@pytest.mark.parametrize(
    ("number", "name"), [(1, "A"), (26, "Z"), (27, "AA"), (52, "AZ"), (53, "BA"), (703, "AAA")]
)
def test_columns_are_named_as_in_excel(number, name):
    assert column_name(number) == name
