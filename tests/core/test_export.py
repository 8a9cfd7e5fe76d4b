"""Files that a French Excel opens right, in which nothing that was typed ever runs."""

import sys
import tracemalloc
from collections.abc import Iterable, Iterator
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.core.export import csvfile
from app.core.export.cells import BETWEEN, Chunk, chunk_of
from app.core.export.csvfile import csv_stream, quoted, texts_as_cells
from app.core.export.texts import GUARD, csv_text, without_controls
from app.core.export.xlsxfile import xlsx_stream
from tests.exports import COLUMNS, csv_rows, read_back, row, sheet_of

pytestmark = pytest.mark.usefixtures("french")


def stream_of(fmt: str, chunks: Iterable[Chunk]) -> Iterator[bytes]:
    """The file of the columns in either format."""
    if fmt == "csv":
        return csv_stream(COLUMNS, chunks)
    return xlsx_stream(COLUMNS, chunks, title="Feuille")


def csv_bytes(*rows: list[str]) -> bytes:
    return b"".join(csv_stream(COLUMNS, [chunk_of(rows)]))


def test_csv_has_a_bom_semicolons_and_crlf():
    data = csv_bytes(row(name="Été", siren="356000000"))
    assert data == (
        b"\xef\xbb\xbf"
        + '"Nom";"SIREN";"Montant";"Jour";"Instant";"Code"\r\n"Été";"356000000";"";"";"";""\r\n'.encode()
    )


def test_csv_without_records_has_its_headings():
    assert b"".join(csv_stream(COLUMNS, [])).count(b"\r\n") == 1


def test_csv_values_read_as_in_france():
    rows = csv_rows(
        row(amount="12.5", day="2026-11-25", moment="2026-07-01 22:30:59"),
        row(amount="-3", day="0980-01-02", moment="2026-01-01 22:30:00.5"),
    )
    # The 2nd of July in Paris.
    assert rows[0][2:5] == ["12,5", "25/11/2026", "02/07/2026 00:30"]
    assert rows[1][2:5] == ["-3", "02/01/0980", "01/01/2026 23:30"]


def test_a_label_stands_for_each_code():
    rows = csv_rows(row(code="a"), row(code="b"), row(code=""), row(code="a"))
    assert [cells[5] for cells in rows] == ["'=A", "'=B", "", "'=A"]
    sheet = sheet_of(row(code="a"), row(code="b"))
    assert [sheet.cell(place, 6).value for place in (2, 3)] == ["=A", "=B"]


@pytest.mark.parametrize(
    "text",
    [
        "=1+1", "+33", "-2", "@SUM(A1)", "|cmd", "%x", "\tx", "\rx", "\nx",
        "＝1+1", "＋1", "－1", "＠x", " =1", "\u00a0=1", "\u200b=1", "\ufeff=1", "\x00=1",
        "\u202e@x", "\u3000-1", "\u3164=1", " \u200b\t =HYPERLINK(\"http://x\")", "﹦1", "\u0301=1",
    ],
)  # fmt: skip
def test_csv_no_text_may_run(text):
    assert csv_text(text).startswith("'")
    # Alone, and among texts that need no look.
    for rows in ([row(name=text)], [row(name="Alba"), row(name=text), row(name="Brio")]):
        assert csv_rows(*rows)[len(rows) // 2][0].startswith("'")


@given(st.text())
@example("'=1")
@example("a=1")
def test_csv_first_sign_of_any_text_is_harmless(text):
    shown = csv_text(text)
    assert not shown.startswith(tuple("=+-@|%\t\r\n"))
    shown.encode()


@given(st.text(alphabet=st.characters(categories=("L", "N", "P", "Zs")), max_size=30))
@example("'a")
def test_csv_a_text_is_written_as_it_is_but_for_one_mark(text):
    assert csv_text(text) in {text, f"'{text}", f"{text}{GUARD}"}


WORDS = st.sampled_from(
    ["", "0", "01000", "356000000", "35600000000048", "12 rue X", "Étoile & Fils", "=1", "-2",
     "3/4", "1E5", 'dit "oui"', "a\nb", "62.01Z", "é", "\u00a0x", "1e5", "12e", "0,5", "x\r", "Mai 68",
     "8 mai", "vrai", "Vraie", "01 23 45 67 89", "'=1", "''", "12 ", "3, rue", "5 €", "12:30"]
)  # fmt: skip


@given(st.lists(st.one_of(WORDS, st.text(max_size=12).filter(lambda t: BETWEEN not in t))))
@example(["01000", "31000"])
@example(["1E5"])
@example(["0", "00"])
@example(["a", '"'])
def test_csv_many_texts_at_once_are_each_what_one_alone_would_be(texts):
    expected = [quoted(csv_text(text)) for text in texts or [""]]
    assert list(texts_as_cells(BETWEEN.join(texts))) == expected


@pytest.mark.parametrize("rest", ["1", " mai", "E5"])
def test_csv_what_is_taken_as_plain_is_plain_for_every_first_sign(rest):
    """All of Unicode: nothing that may run, or that Excel would change, goes by unseen."""
    for number in range(sys.maxunicode + 1):
        text = chr(number) + rest
        if text.isprintable() and csvfile._is_plain(text):
            assert csv_text(text) == text, hex(number)


@pytest.mark.parametrize(
    "text",
    ["01000", "005520135", "35600000000048", "3/4", "10-12", "2026-11-25", "1E5", "00", "12:30",
     "1,5", "1 000", "10 %", "5 €", "VRAI", "faux", "mai 68", "Mars 2025", "8 mai 1945", "1 mai",
     "25.11.2026", "nov-26", "25 nov. 2026", "(5)", "1,5e-3", "2026-11-25T10:00:00"],
)  # fmt: skip
def test_csv_what_a_spreadsheet_would_turn_into_something_else_stays_text(text):
    """A cell that ends with a figure space is text for Excel; other readers strip it."""
    assert csv_text(text) == text + GUARD
    assert csv_rows(row(name=text), row(name="Alba"))[0][0] == text + GUARD


def test_csv_the_mark_is_a_blank_that_readers_strip():
    assert GUARD.isspace()


@pytest.mark.parametrize(
    "text",
    ["31000", "356000000", "0", "01 23 45 67 89", "62.01Z", "3 rue X", "2A", "W751000000", "Maine",
     "Vraiment", "8 rue de mai 1945", "Mars", "juin", "1er mai", "Société 2025", "3, rue X"],
)  # fmt: skip
def test_csv_other_texts_are_plain(text):
    assert csv_text(text) == text
    assert csv_rows(row(name=text), row(name="Alba"))[0][0] == text


def test_csv_quotes_and_line_breaks_survive():
    text = 'dit "bonjour"; puis\nà la ligne'
    assert csv_rows(row(name=text))[0][0] == text
    assert csv_rows(row(name='"'), row(name="Alba"))[0][0] == '"'
    assert csv_rows(row(name="a\r\nb\rc"))[0][0] == "a\nb\nc"


@pytest.mark.parametrize("fmt", ["csv", "xlsx"])
def test_rows_come_in_the_order_of_the_file(fmt):
    texts = chunk_of([row(name=name) for name in "ABC"])
    chunk = Chunk(3, texts.columns, order=[2, 0])
    if fmt == "csv":
        lines = b"".join(csv_stream(COLUMNS, [chunk])).decode("utf-8-sig").splitlines()
        assert [line[1] for line in lines[1:]] == ["C", "A"]
    else:
        sheet = sheet_of(chunk)
        assert [sheet.cell(place, 1).value for place in (2, 3)] == ["C", "A"]
        assert sheet.max_row == 3


@pytest.mark.parametrize("fmt", ["csv", "xlsx"])
def test_memory_does_not_grow_with_records(fmt):
    def peak(count: int) -> int:
        chunks = (
            chunk_of([row(name=f"Nom {at + place} " + "x" * 500) for place in range(100)])
            for at in range(0, count, 100)
        )
        tracemalloc.start()
        for _piece in stream_of(fmt, chunks):
            pass
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    peak(100)
    assert peak(10_000) < peak(1_000) + 500_000


@pytest.mark.parametrize("fmt", ["csv", "xlsx"])
def test_the_first_piece_leaves_before_any_record_is_read(fmt):
    def chunks() -> Iterator[Chunk]:
        raise AssertionError("read too early")
        yield

    assert next(stream_of(fmt, chunks()))


def test_no_label_is_asked_twice():
    asked: list[str] = []

    def label(code: str) -> str:
        asked.append(code)
        return code

    column = replace(COLUMNS[5], labels=lambda: label)
    b"".join(csv_stream([column], [chunk_of([["a"], ["b"], ["a"]]), chunk_of([["b"]])]))
    assert asked == ["a", "b"]


@given(st.text().filter(lambda text: BETWEEN not in text and text == text.strip()))
@example("'=1")
@example("''=1")
@example("01000")
def test_csv_a_text_reads_back_as_it_was(text):
    """By the two rules of the documentation: strip blanks, take an apostrophe off a formula."""
    assert read_back(csv_rows(row(name=text))[0][0]) == without_controls(text)


def test_csv_every_line_has_all_its_fields():
    rows = csv_rows(row(name="a;b", siren='"'), row(name="c\nd", siren=';"='))
    assert [cells[:2] for cells in rows] == [["a;b", '"'], ["c\nd", ';"=']]
    assert {len(cells) for cells in rows} == {len(COLUMNS)}
