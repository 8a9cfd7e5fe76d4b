"""What a text may be in a cell: nothing that runs, nothing that a file or Excel would spoil."""

from __future__ import annotations

import re
import unicodedata

# Excel's own limit: characters of a cell, in UTF-16 units.
LONGEST_CELL = 32_767
_TRIGGERS = frozenset("=+-@|%")
_BLANKS = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp", "Mn"})
# Blank in most fonts, though their category says letter or symbol.
_BLANK_LETTERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
# XML 1.0 has no place for these, and no other control than tab and line feed says anything.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
# Stands after a text that a spreadsheet would turn into something else: a space as wide as a digit,
# which no country writes in numbers. (French ones hold U+00A0 and U+202F: LibreOffice takes these
# for part of the number.) Whoever reads the file strips it with other blanks.
GUARD = "\u2007"
MONTH = (
    "(?:janv(?:ier)?|févr(?:ier)?|mars|avr(?:il)?|mai|juin|juil(?:let)?|août|sept(?:embre)?|"
    "oct(?:obre)?|nov(?:embre)?|déc(?:embre)?)"
)
TRUTH = "(?:vrai|faux|true|false)"
# Numbers that stay what they are, and telephones.
_KEPT = re.compile(r"0|[1-9][0-9]{0,10}|0[0-9](?: [0-9]{2}){4}")
# What a French Excel or LibreOffice turns into another value when it opens a CSV: zeros are lost
# (01000), digits rounded or shown as 3,56E+13 (SIRET); dates (3/4, mai 2026), hours (12:30),
# powers (1E5), amounts (1 000, 5 €, 10 %), truths (VRAI).
_TURNED = re.compile(
    r"(?=.*[0-9])[0-9 .,:/()%€$£\u00a0\u202f-]+"
    r"|[0-9]+(?:[.,][0-9]+)?e[+-]?[0-9]+"
    r"|[0-9]{4}-[0-9]{2}-[0-9]{2}t[0-9:.]+z?"
    rf"|(?:[0-9]{{1,2}}[ -])?{MONTH}\.?[ -][0-9]{{2,4}}|[0-9]{{1,2}}[ -]{MONTH}\.?|{TRUTH}",
    re.IGNORECASE,
)
# « _x0041_ » in a workbook is read as « A »; this writes its first underscore.
_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")


def csv_text(text: str) -> str:
    """A text as a CSV cell: never a formula, never turned into a number or a date.

    What may run begins with an apostrophe, and so does what would be taken for such a text.
    """
    text = without_controls(text)
    if _may_run(text.lstrip("'")):
        return f"'{text}"
    return f"{text}{GUARD}" if is_turned(text) else text


def is_turned(text: str) -> bool:
    """Whether a spreadsheet would show something else."""
    return not _KEPT.fullmatch(text) and _TURNED.fullmatch(text) is not None


def cell_text(text: str, tail: str) -> str:
    """What a cell of a workbook can hold of a text; what is cut ends with `tail`."""
    text = without_controls(text)
    if len(text) * 2 <= LONGEST_CELL:
        return text
    units = text.encode("utf-16-le")
    if len(units) // 2 <= LONGEST_CELL:
        return text
    kept = units[: 2 * (LONGEST_CELL - len(tail))]
    return kept.decode("utf-16-le", "ignore") + tail


def xml_text(text: str) -> str:
    """A text between two tags of a workbook."""
    text = _ESCAPE.sub("_x005F_", text) if "_x" in text else text
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def without_controls(text: str) -> str:
    return _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _may_run(text: str) -> bool:
    """Whether a spreadsheet may take the text for a formula, whatever blanks come first.

    Source: OWASP, CSV Injection; with the full-width signs, which Excel reads like the others.
    """
    if text[:1] in {"\t", "\r", "\n"}:
        return True
    first = next((char for char in text if not _is_blank(char)), "")
    return unicodedata.normalize("NFKC", first)[:1] in _TRIGGERS if first else False


def _is_blank(char: str) -> bool:
    return unicodedata.category(char) in _BLANKS or char in _BLANK_LETTERS
