"""What becomes of texts on paper: no box, no markup, no line too long."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask_babel import Babel
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from app.core.pdf import LONGEST_TEXT, _glyphs, legible, passage


@pytest.fixture(autouse=True)
def french() -> Iterator[None]:
    app = Flask("pdf")
    Babel(app, default_locale="fr")
    with app.test_request_context():
        yield


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Œuvre Łódź Győr ẞ € ½", "Œuvre Łódź Győr ẞ € ½"),
        ("Ελλάδα Жуков Հայ", "Ελλάδα Жуков Հայ"),
        ("a\u00a0b\u202fc", "a\u00a0b\u202fc"),
        ("☎ ★ ❤️ → ✓", "☎ ★ ❤ → ✓"),
        ("🚀", "[émoji]"),
        ("👩🏽‍💻 🇫🇷 1️⃣ 😀", "[émoji] [émoji] [émoji] [émoji]"),
        ("北京", "BeiJing"),
        ("محمد", "mhmd"),
        ("שלום", "slvm"),
        ("𝐆𝐫𝐚𝐬", "Gras"),
        ("＜b＞", "&lt;b&gt;"),
        ("＆lt;", "&amp;lt;"),
        ("a\u200bb\u202ec\ufeffd\u00ade\x07", "abcde"),
        ("\ue000", "[signe]"),
    ],
)
def test_legible(text, shown):
    assert legible(text).lower() == shown.lower()


@given(st.text())
def test_every_character_that_comes_out_is_in_the_fonts(text):
    for char in legible(str(escape(text))):
        assert char in "\t\n\r" or char < "\x80" or ord(char) in _glyphs()


@given(st.text())
def test_no_text_becomes_markup(text):
    page = legible(f"<p>{escape(text)}</p>")
    inside = page.removeprefix("<p>").removesuffix("</p>")
    assert "<" not in inside
    assert ">" not in inside


def test_a_long_word_is_cut_between_entities_and_never_in_markup():
    address = "x" * 100
    page = legible(f'<a href="{address}">{"&amp;" * 100}{"é" * 61}</a>')
    assert address in page
    text = page.partition(">")[2].removesuffix("</a>")
    assert max(len(word.replace("&amp;", "&")) for word in text.split()) == 60
    assert text.replace(" ", "") == "&amp;" * 100 + "é" * 61


def test_a_passage_keeps_its_lines():
    found = passage("un\r\ndeux\n\ntrois")
    assert found is not None
    assert found.lines == ("un", "deux", "", "trois")
    assert found.remark is None


@pytest.mark.parametrize("text", [None, "", " \n "])
def test_a_blank_passage_is_none(text):
    assert passage(text) is None


def test_a_passage_too_long_says_what_is_left_out():
    found = passage("a" * (LONGEST_TEXT + 1500))
    assert found is not None
    assert len(found.lines[0]) == LONGEST_TEXT
    assert found.remark == "[Texte coupé\u00a0: 1\u202f500 caractères ne sont pas imprimés.]"
