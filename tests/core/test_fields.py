"""Fields of forms: what is typed is parsed, told in French where it cannot be, and kept."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict
from wtforms import Form

from app.core.fields import (
    AmountField,
    CheckField,
    ChoiceField,
    LineField,
    LinesField,
    NafField,
    PickField,
    email_field,
    phone_field,
    siren_field,
    website_field,
    year_field,
)

NAMES = {1: "La Poste", 2: "Banque d’Été"}


class Sample(Form):
    line = LineField("Ligne", longest=10, required=True)
    lines = LinesField("Lignes", longest=20)
    siren = siren_field("SIREN")
    phone = phone_field("Téléphone")
    email = email_field("E-mail")
    website = website_field("Site")
    amount = AmountField("Montant")
    year = year_field("Année", first=1980, last=2030)
    kind = ChoiceField("Genre", options=lambda: [("a", "A"), ("b", "B")], blank="—")
    number = ChoiceField("Nombre", options=lambda: [(1, "Un"), (2, "Deux")], coerce=int, blank="—")
    nomenclature = ChoiceField("Liste", options=lambda: [("rev2", "2"), ("2025", "25")], blank=None)
    naf = NafField("NAF", nomenclature="nomenclature", name_of=lambda *_: "")
    pick = PickField("Choix", name_of=lambda identity: NAMES.get(identity, ""), source="pick")
    check = CheckField("Case")


@pytest.fixture(autouse=True)
def speaking(app: Flask) -> None:
    """Messages are in the reader's language: there must be an application."""


def sent(**typed: Any) -> Sample:
    return Sample(MultiDict({"line": "x", **typed}))


def data(name: str, **typed: Any) -> Any:
    form = sent(**typed)
    assert form.validate(), form.errors
    return form[name].data


def message(name: str, **typed: Any) -> str:
    form = sent(**typed)
    assert not form.validate()
    assert set(form.errors) == {name}
    return str(form[name].errors[0])


@pytest.mark.parametrize(
    ("name", "typed", "stored"),
    [
        ("line", "  a \u00a0 b\u200b\n", "a b"),
        ("lines", "\r\n a\r\nb  \r\n", "a\nb"),
        ("siren", "356 000 000", "356000000"),
        ("phone", "01.42.68.53.00", "+33142685300"),
        ("email", " A@B.EXAMPLE ", "A@b.example"),
        ("website", "a.example", "https://a.example"),
        ("amount", "1 234 567 €", 1_234_567),
        ("year", " 2024 ", 2024),
        ("kind", "a", "a"),
        ("kind", "", None),
        ("number", "2", 2),
        ("check", "y", True),
        ("check", "0", False),
    ],
)
def test_what_is_typed_is_stored_as_the_parser_says(name: str, typed: str, stored: Any) -> None:
    assert data(name, **{name: typed}) == stored


LINES = ["lines", "siren", "phone", "email", "website", "amount", "year", "naf", "pick"]
BLANKS = [(name, blank) for name in LINES for blank in ("", " \u00a0 ", None)]
BLANKS += [(name, blank) for name in ("kind", "number") for blank in ("", None)]


@pytest.mark.parametrize(("name", "blank"), BLANKS)
def test_blank_is_nothing(name: str, blank: str | None) -> None:
    assert data(name, **({name: blank} if blank is not None else {})) is None


@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        ("line", "", "Ce champ est obligatoire."),
        ("line", "a" * 11, "Ce texte compte 11 caractères : 10 au plus."),
        ("lines", "a" * 21, "20 au plus"),
        ("siren", "12", "9 chiffres"),
        ("year", "1979", "Une année entre 1980 et 2030"),
        ("year", "²", "Une année entre"),
        ("kind", "c", "Choisissez une valeur de la liste."),
        ("number", "x", "Choisissez une valeur de la liste."),
        ("number", "3", "Choisissez une valeur de la liste."),
        ("naf", "abc", "NAF"),
        ("pick", "abc", "Choisissez une valeur parmi les propositions."),
    ],
)
def test_what_cannot_be_is_told_in_french(name: str, typed: str, said: str) -> None:
    assert said in message(name, **{name: typed}).replace("\u00a0", " ")


@given(typed=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60))
def test_no_text_breaks_a_field_and_a_refused_one_stays_as_typed(app: Flask, typed: str) -> None:
    with app.test_request_context():
        names = ("siren", "phone", "email", "website", "amount", "year", "naf", "lines")
        form = sent(**dict.fromkeys(names, typed))
        form.validate()
        for name in names:
            assert form[name]._value() == typed


def test_stored_values_are_shown_as_people_write_them() -> None:
    form = Sample(data={"siren": "356000000", "phone": "+33142685300", "amount": 1234})
    shown = [form[name]._value() for name in ("siren", "phone", "amount", "email")]
    plain = [text.replace("\u00a0", " ").replace("\u202f", " ") for text in shown]
    assert plain == ["356 000 000", "01 42 68 53 00", "1 234 €", ""]


def test_a_stored_value_that_the_list_lost_stays_choosable() -> None:
    form = Sample(MultiDict({"line": "x", "kind": "z"}), data={"kind": "z"})
    assert form.validate(), form.errors
    assert form.kind.data == "z"
    assert ("z", "z") in (form.kind.choices or [])


# ---- what was chosen with a searching picker


@pytest.mark.parametrize("text", ["La Poste", "la poste", " LA  POSTE ", None])
def test_what_was_chosen_is_taken(text: str | None) -> None:
    given = {"pick": "1"} | ({"pick_text": text} if text is not None else {})
    assert data("pick", **given) == 1


def test_an_emptied_box_chooses_nothing() -> None:
    assert data("pick", pick="1", pick_text=" ") is None


@pytest.mark.parametrize(
    ("pick", "text"), [("", "Inventée"), ("1", "Autre nom"), ("3", "Disparue"), ("2", "La Poste")]
)
def test_a_text_that_was_not_chosen_is_refused(pick: str, text: str) -> None:
    said = message("pick", pick=pick, pick_text=text).replace("\u00a0", " ")
    assert said == f"« {text} » n’a pas été choisi parmi les propositions."


def test_a_required_choice_is_asked_for() -> None:
    class Required(Form):
        pick = PickField("Choix", name_of=str, source="pick", required=True)

    form = Required(MultiDict({"pick": ""}))
    assert not form.validate()
    assert form.errors == {"pick": ["Ce champ est obligatoire."]}


@pytest.mark.parametrize(
    ("value", "text", "stored"),
    [
        ("62.01Z", "62.01Z · Programmation", "62.01Z"),
        ("62.01Z", None, "62.01Z"),
        ("62.01Z", "7022 z", "70.22Z"),
        ("62.01Z", "", None),
        ("", "Conseil (70.22Z)", "70.22Z"),
    ],
)
def test_the_naf_code_is_what_stands_in_the_box(
    value: str, text: str | None, stored: str | None
) -> None:
    given = {"naf": value} | ({"naf_text": text} if text is not None else {})
    assert data("naf", **given) == stored


def test_a_naf_code_is_of_the_nomenclature_said() -> None:
    assert data("naf", naf="62.10Y", nomenclature="2025") == "62.10Y"
    assert "NAF" in message("naf", naf="62.10Y", nomenclature="rev2")
