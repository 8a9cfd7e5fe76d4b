"""The other language: every label has its English, and nothing of Flask-AppBuilder stays English
on a French page."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import flask_appbuilder
from babel.messages.catalog import Catalog, Message
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import force_locale, gettext

from tests.filled import fill, names_of
from tests.labels import ROOT, catalogue
from tests.test_french import PAGES, texts
from tools import translations

LoginAs = Callable[[str], FlaskClient]
PLACES = re.compile(r"%\(\w+\)[sd]|(?<!%)\{\w+\}|%%")


def read(language: str) -> Catalog:
    path = ROOT / "app/translations" / language / "LC_MESSAGES/messages.po"
    with path.open("rb") as file:
        return read_po(file, locale=language)


def forms(texts_: str | tuple[str, ...] | list[str]) -> list[str]:
    return [texts_] if isinstance(texts_, str) else list(texts_)


def test_the_labels_are_found_wherever_they_stand() -> None:
    ids = {str(message.id) for message in catalogue()}
    assert len(ids) > 600
    assert "Chercher dans la liste" in ids  # In _frames/, which pybabel leaves out by itself.
    assert "Copier %(what)s" in ids  # In _macros/.
    assert {place for message in catalogue() for place, _line in message.locations} >= {
        "app/navigation.py",
        "app/templates/_frames/list.html",
    }


def test_the_tool_reads_what_this_test_reads() -> None:
    """Else « make messages » would drop labels that this test has found."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    assert methods == translations.SOURCES
    assert options == translations.OPTIONS
    assert {message.id for message in catalogue() if isinstance(message.id, str)} == {
        message.id for message in translations.labels() if isinstance(message.id, str)
    }


def test_every_label_has_its_english_and_no_label_is_left_over() -> None:
    stored = read("en")
    missing = [
        message.id for message in catalogue() if message.id and not all(english_of(stored, message))
    ]
    left_over = [
        message.id for message in stored if message.id and catalogue().get(message.id) is None
    ]
    assert missing == []
    assert left_over == []
    assert not [message.id for message in stored if message.fuzzy and message.id]
    assert not stored.obsolete


def english_of(stored: Catalog, message: Message) -> list[str]:
    found = stored.get(message.id, message.context)
    return forms(found.string) if found is not None else [""]


def test_the_english_has_the_same_places_to_fill_in() -> None:
    stored, wrong = read("en"), []
    for message in catalogue():
        french = forms(message.id) if message.id else []
        for theirs, ours in zip(french, english_of(stored, message), strict=False):
            if sorted(PLACES.findall(theirs)) != sorted(PLACES.findall(ours)):
                wrong.append(theirs)
    assert not wrong


def test_the_english_is_written_as_english() -> None:
    wrong = [
        text
        for message in read("en")
        for text in (forms(message.string) if message.id else [])
        if re.search(r"[«»\u00a0\u202f]|\s[;:!?]|\w'\w|\.\.\.|[àâçèêëîïôûù]", text)
    ]
    assert not wrong


def test_catalogues_are_sound() -> None:
    assert [fault for _path, one in translations.catalogues() for fault in translations.faults(one, catalogue())] == []  # fmt: skip


# ---- Flask-AppBuilder's own


def fab_labels() -> set[str]:
    """Its messages, from its French catalogue: the keys are English."""
    folder = Path(flask_appbuilder.__file__).parent / "translations/fr/LC_MESSAGES"
    with (folder / "messages.mo").open("rb") as file:
        return {str(message.id) for message in read_mo(file) if message.id}


def test_no_page_shows_a_label_of_fab_in_english(app: Flask, login_as: LoginAs) -> None:
    with app.test_request_context(), force_locale("fr"):
        alike = {text for text in fab_labels() if gettext(text) == text}
    assert len(fab_labels()) > 50
    # Where both are the same, it must be a word of both languages.
    words = {
        "Actions",
        "Administration",
        "Description",
        "Menu",
        "Message",
        "Page",
        "Permission",
        "Relation",
    }
    names, admin = names_of(fill()), login_as("admin")
    shown: set[str] = set()
    for address in PAGES:
        shown |= {text.strip() for text in texts(admin.get(address.format(**names)).text)}
    assert shown & alike <= words
    assert shown & fab_labels() <= words


# ---- switching


def test_a_person_switches_to_english_and_back(login_as: LoginAs) -> None:
    person = login_as("editor")
    french = person.get("/crm/companies/").text
    assert '<html lang="fr">' in french
    assert "Ajouter une entreprise" in french
    assert person.get("/lang/en").status_code == 302
    page = person.get("/crm/companies/").text
    assert '<html lang="en">' in page
    assert "Add a company" in page
    assert "Search the list" in page
    assert "Ajouter une entreprise" not in page
    person.get("/lang/fr")
    assert "Ajouter une entreprise" in person.get("/crm/companies/").text


# What reads the same as a label but is a name: of the official lists, of what the test made, or
# a label that a page joins with its colon by itself.
NAMES = {"Compte", "Partenaire", "Région", "Département", "E-mail\u00a0:"}


def test_an_english_page_shows_no_french_label(login_as: LoginAs) -> None:
    stored = read("en")
    differing = {
        str(message.id)
        for message in catalogue()
        if isinstance(message.id, str)
        and message.id
        and english_of(stored, message) != [message.id]
    }
    names, person = names_of(fill()), login_as("admin")
    person.get("/lang/en")
    wrong = {}
    for address in PAGES:
        shown = {text.strip() for text in texts(person.get(address.format(**names)).text)}
        if found := shown & differing - NAMES:
            wrong[address] = found
    assert not wrong
