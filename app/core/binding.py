"""Several PDF made into one, as a binder does: bookmarks, and page numbers from end to end."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import BinaryIO

from flask_babel import get_locale
from flask_babel import gettext as _
from pypdf import PdfReader, PdfWriter
from pypdf.generic import NameObject, TextStringObject
from reportlab.pdfbase import pdfmetrics  # type: ignore[import-untyped]
from reportlab.pdfbase.ttfonts import TTFont  # type: ignore[import-untyped]
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]

from app.core.formats import format_number
from app.core.pdf import FONT_FOLDER, FONT_REGULAR

# Where _frames/print.html leaves room in its foot, in points: the end of the number, and its line.
NUMBER_RIGHT, NUMBER_LINE, NUMBER_SIZE = 545.9, 40.99, 7.5
NUMBER_COLOUR = "#5b6775"
_FONT = "PageNumber"


def bind(sheets: Iterable[tuple[str, bytes]], into: BinaryIO) -> None:
    """Sheets one after the other, each with a bookmark of its name."""
    writer = PdfWriter()
    for name, pdf in sheets:
        writer.append(io.BytesIO(pdf), outline_item=name, import_outline=False)
    writer.write(into)


def bind_parts(
    parts: Iterable[Path], into: BinaryIO, *, title: str, beat: Callable[[], None]
) -> int:
    """What bind() made, in one numbered file; return how many pages. `beat` is called now and
    then: many pages take long."""
    writer = PdfWriter()
    for part in parts:
        beat()
        writer.append(part)
    count = len(writer.pages)
    numbers = PdfReader(io.BytesIO(_numbers(count)))
    for page, number in zip(writer.pages, numbers.pages, strict=True):
        beat()
        page.merge_page(number)
        page.compress_content_streams()  # It was taken apart to add to it.
    writer.add_metadata({"/Title": title})
    writer.page_mode = "/UseOutlines"  # Readers show the bookmarks.
    language = TextStringObject(str(get_locale() or "fr"))
    writer.root_object[NameObject("/Lang")] = language
    writer.write(into)
    return count


def _numbers(count: int) -> bytes:
    """Pages that hold nothing but their numbers."""
    if _FONT not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(TTFont(_FONT, str(FONT_FOLDER / FONT_REGULAR)))
    output, total = io.BytesIO(), format_number(count)
    canvas = Canvas(output)
    for number in range(1, count + 1):
        canvas.setFont(_FONT, NUMBER_SIZE)
        canvas.setFillColor(NUMBER_COLOUR)
        text = f"{_('Page')} {format_number(number)} / {total}"
        canvas.drawRightString(NUMBER_RIGHT, NUMBER_LINE, text)
        canvas.showPage()
    canvas.save()
    return output.getvalue()
