"""Marking what a search found: where it is written so, and without losing a character."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup, escape

from app.core.highlight import fold_with_places, mark, spans
from app.core.text import fold, search_words

MARKS = re.compile("</?mark>")
# Texts as records hold them: accents (joined or apart), ligatures, numbers in groups, HTML, odd marks.
PIECES = st.sampled_from(
    ["é", "E\u0301", "œ", "Æ", "ß", "’", "'", "-", "–", " ", "\u00a0", "  ", ".", "&", " & ", "%", " +",
     "@", "0", "1 2", "356\u00a0000\u00a0000", "01.42", "S.N.C.F.", "<b>", "</mark>", "\"", "日本", "😀",
     "\u200d", "\u00ad", "a", "B", "c", "Œuvre", "100 %"]
)  # fmt: skip
TEXTS = st.lists(PIECES | st.characters(exclude_categories=["Cs"]), max_size=25).map("".join)


@given(TEXTS)
def test_the_folded_characters_are_those_of_fold_and_come_from_rising_places(text: str) -> None:
    folded, places = fold_with_places(text)
    assert folded == fold(text)
    assert len(folded) == len(places)
    assert list(places) == sorted(places)
    assert all(0 <= place < len(text) for place in places)


@given(TEXTS, TEXTS)
def test_without_its_marks_the_text_is_whole_and_escaped(text: str, asked: str) -> None:
    marked = mark(text, search_words(asked))
    assert isinstance(marked, Markup)
    assert MARKS.sub("", marked) == escape(text)


@given(TEXTS, st.data())
def test_any_fragment_of_what_is_written_is_marked(text: str, data: st.DataObject) -> None:
    words = fold(text).split()
    if not words:
        return
    word = data.draw(st.sampled_from(words))
    start = data.draw(st.integers(0, len(word) - 1))
    fragment = word[start : data.draw(st.integers(start + 1, len(word)))]
    folded, places = fold_with_places(text)
    found = spans(text, [fragment])
    marked = {place for span in found for place in range(*span)}
    for at in range(len(folded)):
        if folded.startswith(fragment, at):
            assert marked >= set(range(places[at], places[at + len(fragment) - 1] + 1))
    assert found
    for (start, end), (following, _end) in pairwise(found):
        assert start < end < following  # In order, and none touches the next.


@pytest.mark.parametrize(
    ("text", "asked", "expected"),
    [
        ("L’Œuvre d’Hébé", "oeuv", "L’<mark>Œuv</mark>re d’Hébé"),
        ("L’Œuvre d’Hébé", "l'oeuvre", "<mark>L</mark>’<mark>Œuvre</mark> d’Hébé"),
        ("Cœur", "o", "C<mark>œ</mark>ur"),
        ("E\u0301cole", "e", "<mark>E\u0301</mark>col<mark>e</mark>"),
        ("Saint‑Étienne", "saint etienne", "<mark>Saint</mark>‑<mark>Étienne</mark>"),
        ("S.N.C.F.", "sncf", "<mark>S.N.C.F</mark>."),
        ("H & M", "h&m", "<mark>H &amp; M</mark>"),
        ("100 % local", "100%", "<mark>100 %</mark> local"),
        ("Canal +", "canal+", "<mark>Canal +</mark>"),
        ("356\u00a0000\u00a0000", "356 000 000", "<mark>356\u00a0000\u00a0000</mark>"),
        ("356\u00a0000\u00a0000", "5600", "3<mark>56\u00a000</mark>0\u00a0000"),
        ("01\u00a042\u00a068\u00a053\u00a000", "+33 1 42", "<mark>01\u00a042</mark>\u00a068\u00a053\u00a000"),
        ("01\u00a042\u00a068\u00a053\u00a000", "0033142", "<mark>01\u00a042</mark>\u00a068\u00a053\u00a000"),
        ("Accueil@Acme.fr", "acme.fr", "Accueil@<mark>Acme.fr</mark>"),
        ("banane", "ana nan", "b<mark>anan</mark>e"),  # Fragments that overlap are one.
        ("<b>gras</b>", "b", "&lt;<mark>b</mark>&gt;gras&lt;/<mark>b</mark>&gt;"),
        ("Blois", "tours", "Blois"),
        ("", "tours", ""),
    ],
)  # fmt: skip
def test_what_was_typed_is_marked_as_it_is_written(text: str, asked: str, expected: str) -> None:
    assert mark(text, search_words(asked)) == expected


def test_without_a_search_a_text_is_only_escaped() -> None:
    assert mark("A & B") == "A &amp; B"
    assert mark(None, ["a"]) == mark(None) == ""
    assert mark(48, ["4"]) == "<mark>4</mark>8"
    assert mark(Markup("<i>b</i>"), ["b"]) == "<i>b</i>"
    assert mark("a", [""]) == "a"
