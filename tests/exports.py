"""Columns and files of an export without a database."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

import openpyxl
from flask_babel import lazy_gettext as _l

from app.core.export.cells import Chunk, chunk_of
from app.core.export.columns import ExportColumn, ready
from app.core.export.csvfile import csv_stream
from app.core.export.texts import GUARD, csv_text
from app.core.export.xlsxfile import xlsx_stream

COLUMNS = (
    ExportColumn("name", _l("Nom"), None),
    ExportColumn("siren", _l("SIREN"), None, pattern="@"),
    ExportColumn("amount", _l("Montant"), None, "number"),
    ExportColumn("day", _l("Jour"), None, "date"),
    ExportColumn("moment", _l("Instant"), None, "datetime"),
    ExportColumn("code", _l("Code"), None, labels=ready(lambda code: code and f"={code.upper()}")),
)
KEYS = [column.key for column in COLUMNS]


def row(**texts: str) -> list[str]:
    """The stored texts of a record; those that are not given are blank."""
    assert texts.keys() <= set(KEYS)
    return [texts.get(key, "") for key in KEYS]


def chunks(*rows: Sequence[str] | Chunk) -> list[Chunk]:
    """Rows in one chunk; a chunk is taken as it is."""
    ready_made = [one for one in rows if isinstance(one, Chunk)]
    plain = [one for one in rows if not isinstance(one, Chunk)]
    return [*ready_made, *([chunk_of(plain)] if plain else [])]


def csv_rows(*rows: Sequence[str] | Chunk) -> list[list[str]]:
    """The cells as a reader of CSV finds them, without the headings."""
    text = b"".join(csv_stream(COLUMNS, chunks(*rows))).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))[1:]


def workbook(*rows: Sequence[str] | Chunk) -> bytes:
    return b"".join(xlsx_stream(COLUMNS, chunks(*rows), title="Feuille"))


def sheet_of(*rows: Sequence[str] | Chunk) -> Any:
    return openpyxl.load_workbook(io.BytesIO(workbook(*rows))).active


def read_back(cell: str) -> str:
    """What a cell of CSV was made of, by the rules that are written down for whoever reads it."""
    cell = cell.removesuffix(GUARD)
    text = cell.removeprefix("'")
    return text if text != cell and csv_text(text) != text else cell
