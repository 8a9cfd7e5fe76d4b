"""Marking in a text the fragments that a search has found in it.

A search compares folded texts, in which « Œuvre » is oeuvre and « 356 000 000 » one number; here
each folded character remembers the place it comes from, so that what is marked is what was written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from markupsafe import Markup, escape

from app.core.text import CLOSINGS, FOLDED, STRAY_DOT, fold

# A folded character, and its place in the text.
Placed = tuple[str, int]
Span = tuple[int, int]
Piece = tuple[str, bool]

_NOTHING, _OPEN, _CLOSE = Markup(""), Markup("<mark>"), Markup("</mark>")
_FRENCH_PREFIX = "0033"


class _Ones(dict[int, bool]):
    """Whether a character is folded to one and no more."""

    def __missing__(self, code: int) -> bool:
        return len(FOLDED[code]) == 1


_IS_ONE = _Ones((code, len(FOLDED[code]) == 1) for code in range(256))


def fold_with_places(text: str) -> tuple[str, Sequence[int]]:
    """fold(text), and for each of its characters the place in `text` that it comes from."""
    return (folded := fold(text)), _places(text, folded)


def _places(text: str, folded: str) -> Sequence[int]:
    one_for_one = len(folded) == len(text) and all(map(_IS_ONE.__getitem__, map(ord, text)))
    if one_for_one and folded == text.translate(FOLDED):
        return range(len(text))  # As most names are.
    return [place for _char, place in _placed(text)]


def _placed(text: str) -> list[Placed]:
    """As fold() does it, each character with its place."""
    chars = [(char, place) for place, one in enumerate(text) for char in FOLDED[ord(one)]]
    chars = _single_spaces(chars)
    written = _joined(chars)
    for found in STRAY_DOT.finditer(written):
        chars[found.start()] = (" ", chars[found.start()][1])
    chars = _single_spaces(chars)
    for pattern, unwanted in CLOSINGS:
        chars = _closed_up(chars, pattern, unwanted)
    return chars


def _joined(chars: Sequence[Placed]) -> str:
    return "".join(char for char, _place in chars)


def _single_spaces(chars: Sequence[Placed]) -> list[Placed]:
    """As " ".join(text.split())."""
    kept: list[Placed] = []
    for char, place in chars:
        if char != " " or (kept and kept[-1][0] != " "):
            kept.append((char, place))
    if kept and kept[-1][0] == " ":
        kept.pop()
    return kept


def _closed_up(chars: list[Placed], pattern: re.Pattern[str], unwanted: str) -> list[Placed]:
    """The characters but those of `unwanted` where the pattern is found."""
    gone = {
        at
        for found in pattern.finditer(_joined(chars))
        for at in range(*found.span())
        if chars[at][0] in unwanted
    }
    return [one for at, one in enumerate(chars) if at not in gone] if gone else chars


def spans(text: str, words: Sequence[str]) -> list[Span]:
    """Where `text` holds a word of `words` (folded, see text.search_words): [start, end) places,
    in order, those that touch or overlap made one."""
    wanted = [form for word in words for form in _forms(word) if form]
    folded = fold(text)
    if not any(word in folded for word in wanted):
        return []  # The most frequent case, and the cheap one.
    places = _places(text, folded)
    found = sorted(
        (places[at], _end(text, places[at + len(word) - 1]))
        for word in wanted
        for at in _occurrences(folded, word)
    )
    return list(_merged(found))


def _forms(word: str) -> tuple[str, ...]:
    """A phone half typed with 0033 is shown with its 0."""
    rest = word.removeprefix(_FRENCH_PREFIX)
    return (word, f"0{rest}") if word != rest and rest.isdecimal() else (word,)


def _occurrences(folded: str, word: str) -> Iterator[int]:
    at = folded.find(word)
    while at >= 0:
        yield at
        at = folded.find(word, at + 1)


def _end(text: str, place: int) -> int:
    """The place after a character and the accents that follow it apart."""
    place += 1
    while place < len(text) and not FOLDED[ord(text[place])]:
        place += 1
    return place


def _merged(found: Sequence[Span]) -> Iterator[Span]:
    start = end = -1
    for first, last in found:
        if first > end:
            if end > 0:
                yield start, end
            start, end = first, last
        else:
            end = max(end, last)
    if end > 0:
        yield start, end


def mark(text: object, words: Sequence[str] = ()) -> Markup:
    """The text as HTML, what the words found in it between <mark> and </mark>.

    `words` are folded, as search_words() gives them. Without its marks the answer is the text,
    escaped; None gives nothing, and HTML (a Markup) comes back as it is.
    """
    if text is None:
        return _NOTHING
    if not words or isinstance(text, Markup):
        return escape(text)
    written: list[Markup] = []
    for piece, found in pieces(str(text), words):
        written += (_OPEN, escape(piece), _CLOSE) if found else (escape(piece),)
    return _NOTHING.join(written)


def pieces(text: str, words: Sequence[str]) -> list[Piece]:
    """The text cut into pieces, each with whether the words found it: for what is no HTML."""
    cut: list[Piece] = []
    done = 0
    for start, end in spans(text, words):
        cut += [(text[done:start], False), (text[start:end], True)]
        done = end
    cut.append((text[done:], False))
    return [piece for piece in cut if piece[0]]
