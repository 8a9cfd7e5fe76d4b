"""Where a search found what a row does not show, in words."""

from __future__ import annotations

from app.core.reasons import Place, Reason, explained, place, unseen

NAME = Place("Nom", "Acme", "acme", frozenset({"name"}))
PHONE = Place("Téléphone", "01 42", "0142 003342")
TOWN = Place("Ville", "Aix", "aix", frozenset({"city"}))


def test_a_word_is_unseen_where_no_column_shown_holds_it() -> None:
    assert unseen(["acm", "aix", "42"], [NAME, PHONE, TOWN], {"name"}) == ["aix", "42"]
    assert unseen(["acm", "aix"], [NAME, PHONE, TOWN], {"name", "city"}) == []


def test_each_word_is_told_once_by_the_first_place_that_holds_it() -> None:
    again = Place("Fax", "01 42", "0142")
    found, left = explained(["42", "aix", "zz"], [NAME, PHONE, again, TOWN])
    assert found == [Reason("Téléphone", "01 42"), Reason("Ville", "Aix")]
    assert left == ["zz"]


def test_a_private_value_is_named_and_never_shown() -> None:
    (secret,) = place("E-mail personnel", "lo@perso.example", is_private=True)
    assert explained(["perso"], [secret]) == ([Reason("E-mail personnel", "")], [])


def test_nothing_has_no_place() -> None:
    assert place("Fax", None) == place("Fax", "") == []
