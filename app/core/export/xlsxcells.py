"""How stored texts become the cells of a workbook's rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from flask_babel import gettext as _

from app.core.export.cells import (
    BETWEEN,
    Cells,
    each,
    french_date,
    hour_in_paris,
    is_printable,
    once,
)
from app.core.export.columns import MOST_KEPT, ExportColumn
from app.core.export.texts import LONGEST_CELL, cell_text, xml_text

BLANK = "<c/>"
# Excel counts days from here. It believes in a 29 February 1900: earlier dates are texts.
DAY_ZERO, FIRST_DAY = date(1899, 12, 30), date(1900, 3, 1)
# « 59:59 » in days.
SECONDS = {f"{s // 60:02}:{s % 60:02}": s / 86_400 for s in range(3600)}
# A text so long in characters still fits in UTF-16 units.
SURELY_FITS = LONGEST_CELL // 2


def cells_of(column: ExportColumn, style: int) -> Cells:
    """How the texts of a column are written; for one export, since it remembers labels."""
    writer = _Writer(style)
    if column.labels is not None:
        return once(column.labels(), writer.text)
    if column.kind == "number":
        return writer.numbers
    if column.kind == "date":
        return once(writer.date)
    if column.kind == "datetime":
        return writer.instants
    if column.each is not None:
        turned = each(column.each())
        return lambda texts: writer.texts(turned(texts))
    return writer.texts


class _Writer:
    """The cells of one column; `style` is the number of its format."""

    def __init__(self, style: int) -> None:
        self._value = f'<c s="{style}"><v>'
        self._text = f'<c s="{style}" t="inlineStr"><is><t>'
        self._spaced = f'<c s="{style}" t="inlineStr"><is><t xml:space="preserve">'
        self._tail = f" … [{_('tronqué')}]"
        self._hours = _Hours()

    def texts(self, texts: str) -> Sequence[str]:
        """What text() makes of each; at once for all of them where nothing is out of the way."""
        if not is_printable(texts) or _has_outer_spaces(texts) or "_x" in texts:
            return list(map(self.text, texts.split(BETWEEN)))
        if "&" in texts or "<" in texts or ">" in texts:
            texts = xml_text(texts)
        before, found = self._text, texts.split(BETWEEN)
        if len(texts) > SURELY_FITS and max(map(len, found)) > SURELY_FITS:
            return list(map(self.text, found))
        return [f"{before}{text}</t></is></c>" if text else BLANK for text in found]

    def text(self, text: str) -> str:
        text = cell_text(text, self._tail)
        before = self._text if text == text.strip() else self._spaced
        return f"{before}{xml_text(text)}</t></is></c>" if text else BLANK

    def numbers(self, texts: str) -> Sequence[str]:
        before = self._value
        return [f"{before}{text}</v></c>" if text else BLANK for text in texts.split(BETWEEN)]

    def date(self, text: str) -> str:
        if not text:
            return BLANK
        day = date.fromisoformat(text)
        if day < FIRST_DAY:
            return self.text(french_date(text))
        return f"{self._value}{(day - DAY_ZERO).days}</v></c>"

    def instants(self, texts: str) -> Sequence[str]:
        """Excel knows no zones: an instant is at the clock of Paris, to the second."""
        return [self._instant(text) if text else BLANK for text in texts.split(BETWEEN)]

    def _instant(self, text: str) -> str:
        day = self._hours[text[:13]] + SECONDS[text[14:19]]
        return f"{self._value}{day:.9f}</v></c>"


class _Hours(dict[str, float]):
    """Days that Excel has counted at « 2026-07-01 22 » in UTC."""

    def __missing__(self, text: str) -> float:
        if len(self) >= MOST_KEPT:
            self.clear()
        moment = hour_in_paris(text)
        self[text] = days = (moment.date() - DAY_ZERO).days + moment.hour / 24
        return days


def _has_outer_spaces(texts: str) -> bool:
    edged = f"{BETWEEN}{texts}{BETWEEN}"
    return f" {BETWEEN}" in edged or f"{BETWEEN} " in edged
