"""Empty lists say what to do, by right: nothing yet, nothing found, no right."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from tests.factories import make_company, make_contact
from tests.pages import Element, parse

SignIn = Callable[[str], FlaskClient]
LISTS = {"companies": "entreprise", "contacts": "contact"}


def empty(person: FlaskClient, address: str) -> Element:
    return parse(person.get(address).text).one(css="empty-state")


def links(state: Element) -> list[str]:
    return [link.text for link in state.all("a")]


@pytest.mark.parametrize("kind", LISTS)
def test_where_there_is_nothing_yet_who_may_adds(login_as: SignIn, kind: str) -> None:
    state = empty(login_as("editor"), f"/crm/{kind}/")
    (link,) = state.all("a")
    assert link.text.startswith("Ajouter un")
    assert "data-dialog" in link.attributes


@pytest.mark.parametrize("kind", LISTS)
def test_where_there_is_nothing_yet_a_reader_is_told_whom_to_ask(
    login_as: SignIn, kind: str
) -> None:
    state = empty(login_as("reader"), f"/crm/{kind}/")
    assert links(state) == []
    assert "demandez à un éditeur, à un gestionnaire ou à un administrateur" in state.text


def test_the_first_page_says_it_too(login_as: SignIn) -> None:
    page = parse(login_as("reader").get("/").text)
    said = [line.text for line in page.all(css="home__nothing")]
    assert len(said) == len(LISTS)
    assert "demandez à un éditeur" in said[0]
    page = parse(login_as("editor").get("/").text)
    assert [line.text for line in page.all(css="home__nothing")] == [
        "Aucune entreprise pour l’instant.", "Aucun contact pour l’instant.",
    ]  # fmt: skip
    make_company()
    make_contact()
    assert not parse(login_as("editor").get("/").text).all(css="home__nothing")


@pytest.mark.parametrize(
    ("query", "title", "wanted"),
    [
        ("q=absente", "Aucun résultat pour « absente »", ["Effacer la recherche", "Ajouter l’entreprise « absente »"]),
        ("city=Blois", "Aucun résultat", ["Sans le filtre Ville : Blois 1 résultat", "Effacer les filtres"]),
        ("q=maison&city=Blois", "Aucun résultat pour « maison »",
         ["Sans le filtre Ville : Blois 1 résultat", "Effacer la recherche et les filtres", "Ajouter l’entreprise « maison »"]),
    ],
)  # fmt: skip
def test_where_nothing_is_found_the_ways_out_are_named(
    login_as: SignIn, query: str, title: str, wanted: list[str]
) -> None:
    make_company(name="Maison", city="Tours")
    state = empty(login_as("editor"), f"/crm/companies/?{query}")
    assert state.one("h2").text == title
    assert links(state) == wanted


def test_a_reader_is_offered_no_way_to_add(login_as: SignIn) -> None:
    make_company()
    assert links(empty(login_as("reader"), "/crm/companies/?q=absente")) == ["Effacer la recherche"]


def test_what_was_searched_is_text(login_as: SignIn) -> None:
    make_company()
    page = login_as("editor").get("/crm/companies/", query_string={"q": "<img src=x>é"}).text
    assert "<img" not in page
    assert "&lt;img src=x&gt;é" in page


def test_without_the_right_one_is_told_whom_to_ask(login_as: SignIn) -> None:
    answer = login_as("student").get("/crm/companies/")
    assert answer.status_code == 403
    page = parse(answer.text).one("main")
    assert "demandez-le à un administrateur" in page.text
    assert page.one("a").text == "Revenir à l’accueil"
