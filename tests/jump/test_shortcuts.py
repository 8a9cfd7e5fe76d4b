"""The keys of lists and sheets: what each role is shown, and the switch that each person has."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from app.accounts.models import Account
from app.extensions import db
from tests.conftest import account_named
from tests.pages import parse

SignIn = Callable[[str], FlaskClient]


def shown(person: FlaskClient) -> list[str]:
    return [
        line.text for line in parse(person.get("/profile/").text).one("main").all(css="keys__what")
    ]


@pytest.mark.parametrize(
    ("label", "people"),
    [
        ("Chercher", {"reader", "editor", "admin"}),
        ("Aller aux contacts", {"reader", "editor", "admin"}),
        ("Cocher ou décocher la ligne", {"editor", "admin"}),
        ("Modifier la fiche", {"editor", "admin"}),
        ("Ajouter une fiche", {"editor", "admin"}),
    ],
)
def test_a_key_is_shown_to_those_whom_it_serves(
    login_as: SignIn, label: str, people: set[str]
) -> None:
    assert {
        name for name in ("reader", "editor", "admin") if label in shown(login_as(name))
    } == people


def test_a_student_has_no_lists_and_no_keys(login_as: SignIn) -> None:
    page = login_as("student").get("/profile/").text
    assert "data-shortcuts-open" not in page
    assert 'id="shortcuts-title"' not in page


def test_each_person_switches_their_own_keys(login_as: SignIn, editor: Account) -> None:
    reader = login_as("reader")
    assert account_named("reader").key_shortcuts
    answer = reader.post("/profile/shortcuts", data={"on": "0"})
    assert answer.status_code == 303
    assert answer.location == "/profile/#shortcuts-title"
    db.session.expire_all()
    assert not account_named("reader").key_shortcuts
    assert account_named("editor").key_shortcuts
    page = parse(reader.get("/profile/").text)
    assert page.one("template", id="shortcuts").attributes["data-on"] == "0"
    assert "désactivés" in page.one("section", aria_labelledby="shortcuts-title").text
    reader.post("/profile/shortcuts", data={"on": "1"})
    db.session.expire_all()
    assert account_named("reader").key_shortcuts


def test_the_pop_up_s_own_switch_stays_on_its_page(login_as: SignIn) -> None:
    answer = login_as("reader").post(
        "/profile/shortcuts", data={"on": "0"}, headers={"HX-Request": "true"}
    )
    assert (answer.status_code, answer.data) == (204, b"")


@pytest.mark.parametrize("form", [{}, {"on": ""}, {"on": "yes"}, {"on": "2"}])
def test_anything_else_changes_nothing(login_as: SignIn, form: dict[str, str]) -> None:
    assert login_as("reader").post("/profile/shortcuts", data=form).status_code == 400
    db.session.expire_all()
    assert account_named("reader").key_shortcuts
