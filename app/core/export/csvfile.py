"""CSV that a French Excel opens right: UTF-8 with BOM, semicolons, CRLF, decimal commas, dates as
dd/mm/yyyy. All fields are quoted: a program that splits at commas finds no formula after one
either.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from app.core.export.cells import (
    BETWEEN,
    Cells,
    Chunk,
    each,
    french_date,
    hour_in_paris,
    once,
)
from app.core.export.columns import ExportColumn, Once
from app.core.export.texts import GUARD, MONTH, TRUTH, csv_text
from app.core.formats import format_date

BOM = b"\xef\xbb\xbf"
FIELDS, LINES = '";"', '"\r\n"'
# How nearly all texts begin: with a letter, but that of a month or a truth; with a number and a
# word; or they are a number that stays what it is, a telephone, blank. A text that is printable and
# begins so is what csv_text() makes of it. Both cases are written out and the two letters that no
# month begins with come first, which takes half the time.
_END = rf"(?:{BETWEEN}|\Z)"
_OTHER_WORD = (
    "[bceghiklpqruw-zBCEGHIKLPQRUW-Zß-öø-ÿÀ-ÖØ-ÞœŒ]|[aA](?:[^vVoO]|[vV][^rR])|[dD][^éÉ]"
    "|[fF][^éÉaA]|[jJ][^aAuU]|[mM][^aA]|[nN][^oO]|[oO][^cC]|[sS][^eE]|[tTvV][^rR]"
)
_LETTER = "[a-zA-Z]"
_PLAIN = (
    rf"{_OTHER_WORD}|{_END}|[1-9][0-9]{{0,10}}{_END}|0{_END}|0[0-9](?: [0-9]{{2}}){{4}}{_END}"
    rf"|[0-9]+(?:, ?| )(?:{_OTHER_WORD}|(?!(?i:{MONTH})\b){_LETTER})"
    rf"|(?!(?i:{MONTH}|{TRUTH})\b){_LETTER}"
)
_is_plain = re.compile(rf"(?:{_PLAIN})").match
_NOT_PLAIN = re.compile(rf"{BETWEEN}(?!{_PLAIN})")
# Numbers from this length on are shown as 3,56E+13.
LONG_NUMBER = 12


def csv_stream(columns: Sequence[ExportColumn], chunks: Iterable[Chunk]) -> Iterator[bytes]:
    """The file in pieces: the headings at once, then a piece for each chunk."""
    headings = FIELDS.join(quoted(csv_text(str(column.label))) for column in columns)
    yield BOM + f'"{headings}"\r\n'.encode()
    writers = [cells_of(column) for column in columns]
    for chunk in chunks:
        cells = [write(texts) for write, texts in zip(writers, chunk.columns, strict=True)]
        lines = chunk.in_order(list(map(FIELDS.join, zip(*cells, strict=True))))
        yield f'"{LINES.join(lines)}"\r\n'.encode()


def quoted(text: str) -> str:
    """A text inside the quotes of its field."""
    return text.replace('"', '""')


def cells_of(column: ExportColumn) -> Cells:
    """How the texts of a column are written; for one export, since it remembers labels."""
    if column.labels is not None:
        return once(column.labels(), _cell)
    if column.kind == "number":
        return lambda texts: texts.replace(".", ",").split(BETWEEN)
    if column.kind == "date":
        return once(french_date)
    if column.kind == "datetime":
        return _instants()
    if column.each is not None:
        turned = each(column.each())
        return lambda texts: texts_as_cells(turned(texts))
    return texts_as_cells


def texts_as_cells(texts: str) -> Sequence[str]:
    """What csv_text() and quoted() make of each; at once for all of them where none needs it."""
    bare = texts.replace(BETWEEN, "")
    if not bare:
        return [""] * (len(texts) + 1)
    if bare.isascii() and bare.isdigit():
        return _numbers_as_cells(texts.split(BETWEEN))
    if bare.isprintable() and not _NOT_PLAIN.search(BETWEEN + texts):
        return (quoted(texts) if '"' in texts else texts).split(BETWEEN)
    return list(map(_cell, texts.split(BETWEEN)))


def _numbers_as_cells(found: Sequence[str]) -> Sequence[str]:
    """Texts of digits, or blank: those that a spreadsheet would turn are guarded."""
    return [
        text + GUARD if len(text) >= LONG_NUMBER or (text[:1] == "0" and len(text) > 1) else text
        for text in found
    ]


def _cell(text: str) -> str:
    return quoted(text if text.isprintable() and _is_plain(text) else csv_text(text))


def _instants() -> Cells:
    """Instants in UTC at the clock of Paris, to the minute."""
    hours = Once(_hour_of_paris)
    return lambda texts: [
        f"{hours[text[:13]]}:{text[14:16]}" if text else "" for text in texts.split(BETWEEN)
    ]


def _hour_of_paris(text: str) -> str:
    moment = hour_in_paris(text)
    return f"{format_date(moment.date())} {moment.hour:02}"
