"""A template as a PDF: our fonts inside, nothing fetched, every character legible.

xhtml2pdf reads files only from the folder of our fonts and never opens a connection, whatever
a record holds; besides, templates escape all that people typed. It renders one document at a
time in a process, so what goes in is bounded: see passage().
"""

from __future__ import annotations

import io
import logging
import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from anyascii import anyascii
from flask import render_template
from flask_babel import get_locale
from flask_babel import gettext as _
from markupsafe import escape
from reportlab.pdfbase.ttfonts import TTFontFace  # type: ignore[import-untyped]
from xhtml2pdf import pisa
from xhtml2pdf.config.resources import ResourceAccessPolicy

from app.core.db import utcnow
from app.core.formats import format_datetime, format_number

# Its warnings quote the sheet: names of people have no place in a log. Failures are raised.
logging.getLogger("xhtml2pdf").setLevel(logging.CRITICAL)

FONT_FOLDER = Path(__file__).resolve().parent.parent / "static" / "vendor"
FONT_REGULAR, FONT_BOLD = "dejavu-sans.ttf", "dejavu-sans-bold.ttf"
# Characters of one text, and lines of one table, that a sheet prints. 100,000 characters in
# one paragraph take xhtml2pdf four seconds.
LONGEST_TEXT = 10_000
MOST_ROWS = 1_000

_EMOJI = re.compile(
    "[\U0001f1e6-\U0001f1ff]{2}"
    "|[0-9#*]\ufe0f?\u20e3"
    "|(?:[\u2190-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff])"
    "(?:[\ufe0e\ufe0f\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]"
    "|\u200d[\u2190-\u2bff\U0001f000-\U0001faff])*"
)
# Written from right to left and joined: the renderer does neither, so their letters, which the
# fonts have, would come out backwards and apart.
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Mn", "Me"})
# A word as long as a line cannot be set: it is cut where no markup and no entity is.
_LONG_WORD = re.compile(r"((?:&[#\w]+;|[^\s<>&]){60})(?=[^\s<>])")


@dataclass(frozen=True)
class Passage:
    """A text as it is printed: its lines, and a remark where some of it is left out."""

    lines: tuple[str, ...]
    remark: str | None = None


def passage(text: str | None, most: int = LONGEST_TEXT) -> Passage | None:
    """A text of any length, cut after `most` characters; None for a blank one."""
    if not text or not text.strip():
        return None
    if len(text) <= most:
        return Passage(tuple(text.splitlines()))
    remark = _(
        "[Texte coupé : %(n)s caractères ne sont pas imprimés.]", n=format_number(len(text) - most)
    )
    return Passage((*text[:most].rstrip().splitlines(),), remark)


def render_pdf(
    template: str, *, printed_by: str, numbered: bool = True, **context: object
) -> bytes:
    """The PDF of a template that extends _frames/print.html; not `numbered`, its pages are to be
    bound with others (core/binding.py).

    Raises RuntimeError when the document cannot be rendered, FileNotFoundError without fonts.
    """
    html = render_template(
        template,
        printed_at=format_datetime(utcnow()),
        printed_by=printed_by,
        numbered=numbered,
        font_regular=FONT_REGULAR,
        font_bold=FONT_BOLD,
        page_lang=str(get_locale() or "fr"),
        **context,
    )
    output = io.BytesIO()
    result = pisa.CreatePDF(  # type: ignore[no-untyped-call]
        legible(html),
        dest=output,
        encoding="utf-8",
        capacity=-1,  # In memory: its temporary files stay open until they are collected.
        # Relative names are looked up beside this file, which need not exist.
        path=str(FONT_FOLDER / "sheet.html"),
        resource_policy=ResourceAccessPolicy.server(FONT_FOLDER, allow_remote=False),
    )
    if result.err:
        raise RuntimeError(f"{template} cannot be rendered: {result.err} errors")
    return output.getvalue()


def legible(html: str) -> str:
    """The page with each character that the fonts cannot show replaced by what they can.

    Emoji become « [émoji] », other alphabets than Latin, Greek, Cyrillic and their kin are
    written in Latin letters, marks that do not show go.
    """
    html = _EMOJI.sub(_emoji, html)
    html = html.translate(_Replacements())
    return re.sub(r">[^<]+<", lambda text: _LONG_WORD.sub(r"\1 ", text[0]), html)


def _emoji(found: re.Match[str]) -> str:
    """The sign itself where the fonts draw it (☎, ★, €…), else a word."""
    first = found[0][0]
    if len(found[0].rstrip("\ufe0e\ufe0f")) == 1 and _is_drawn(first):
        return first
    return f"[{_('émoji')}]" if first > "\u2fff" or len(found[0]) > 1 else _in_letters(first)


class _Replacements(dict[int, str]):
    """For str.translate: what stands for each character, made when it is first met."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        self[code] = char if _is_drawn(char) else _in_letters(char)
        return self[code]


def _is_drawn(char: str) -> bool:
    if char in "\t\n\r":
        return True
    if unicodedata.category(char) in {"Cc", "Cf", "Cs"} or _RIGHT_TO_LEFT.match(char):
        return False
    # Beyond U+FFFF the renderer writes codes that readers cannot turn back into text.
    return char <= "\uffff" and ord(char) in _glyphs()


def _in_letters(char: str) -> str:
    """Safe in HTML, since the full-width « ＜ » stands for « < »."""
    if unicodedata.category(char) in _UNSEEN:
        return ""
    plain = unicodedata.normalize("NFKC", char)
    if plain == char or not all(_is_drawn(each) for each in plain):
        plain = anyascii(char)
    return str(escape(plain)) if plain else f"[{_('signe')}]"


@cache
def _glyphs() -> frozenset[int]:
    """The characters that both fonts draw."""
    faces = (TTFontFace(str(FONT_FOLDER / name)) for name in (FONT_REGULAR, FONT_BOLD))
    regular, bold = (frozenset(face.charToGlyph) for face in faces)
    return regular & bold
