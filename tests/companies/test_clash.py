"""Two people who edit one company: their changes merge, or the three values are shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.accounts.models import Account
from app.companies.models import Company
from app.extensions import db
from tests.companies.editing import change, lines, opened, send
from tests.factories import make_company
from tests.pages import dialog_errors, filled, parse

SignIn = Callable[[str], FlaskClient]


@pytest.fixture
def company(admin: Account) -> Company:
    return make_company(name="Maison Alba", city="Blois", postal_code="41000", phone="+33254000000")


@pytest.fixture
def editor_client(login_as: SignIn) -> FlaskClient:
    return login_as("editor")


def two_forms(client: FlaskClient, company: Company) -> tuple[dict[str, Any], dict[str, Any]]:
    return opened(client, company), opened(client, company)


def test_different_fields_of_two_people_merge(editor_client: FlaskClient, company: Company) -> None:
    mine, theirs = two_forms(editor_client, company)
    assert send(editor_client, company, theirs, city="Tours").status_code == 303
    assert send(editor_client, company, mine, name="Maison Aubé").status_code == 303
    db.session.refresh(company)
    assert (company.name, company.city) == ("Maison Aubé", "Tours")


def test_the_same_change_by_two_people_is_no_clash(
    editor_client: FlaskClient, company: Company
) -> None:
    mine, theirs = two_forms(editor_client, company)
    send(editor_client, company, theirs, name="Maison Aubé")
    assert send(editor_client, company, mine, name="Maison Aubé").status_code == 303
    assert len(lines(company)) == 1


@pytest.fixture
def clash(editor_client: FlaskClient, company: Company) -> TestResponse:
    """Both changed the name; they changed the city too, and I the phone."""
    mine, theirs = two_forms(editor_client, company)
    send(editor_client, company, theirs, name="La leur", city="Tours")
    answer = send(editor_client, company, mine, name="La mienne", phone="02 54 11 11 11")
    assert answer.status_code == 409
    return answer


def test_the_same_field_shows_the_three_values(clash: TestResponse, company: Company) -> None:
    (question,) = parse(clash.text).all("fieldset", css="conflict__field")
    assert question.one("legend").text == "Raison sociale"
    assert question.one(css="conflict__before").text == "Avant : Maison Alba"
    assert [each.text for each in question.all(css="conflict__value")] == ["La mienne", "La leur"]
    assert len(question.all("input", name="keep-name")) == 2
    db.session.refresh(company)
    assert company.name == "La leur"


def test_nothing_typed_is_lost_in_a_clash(clash: TestResponse) -> None:
    again = filled(clash.text)
    assert (again["name"], again["phone"]) == ("La mienne", "02 54 11 11 11")
    assert again["city"] == "Tours"


@pytest.mark.parametrize(("answer", "kept"), [("mine", "La mienne"), ("theirs", "La leur")])
def test_the_value_chosen_is_saved_with_the_rest(
    clash: TestResponse, editor_client: FlaskClient, company: Company, answer: str, kept: str
) -> None:
    saved = send(editor_client, company, filled(clash.text), **{"keep-name": answer})
    assert saved.status_code == 303
    db.session.refresh(company)
    assert (company.name, company.phone, company.city) == (kept, "+33254111111", "Tours")


def test_a_clash_without_an_answer_asks_again(
    clash: TestResponse, editor_client: FlaskClient, company: Company
) -> None:
    again = send(editor_client, company, filled(clash.text))
    assert again.status_code == 409
    assert "La leur" in again.text
    db.session.refresh(company)
    assert company.name == "La leur"


def test_a_third_person_meanwhile_is_asked_about_too(
    clash: TestResponse, editor_client: FlaskClient, company: Company, manager: Account
) -> None:
    change(company, manager, name="Encore une autre")
    again = send(editor_client, company, filled(clash.text), **{"keep-name": "mine"})
    assert again.status_code == 409
    (question,) = parse(again.text).all("fieldset", css="conflict__field")
    assert question.all(css="conflict__value")[1].text == "Encore une autre"


# field: mine as typed, how mine reads, theirs as stored, how theirs reads
VALUES: dict[str, tuple[str, str, Any, str]] = {
    "siren": ("552 100 554", "552 100 554", "356000000", "356 000 000"),
    "turnover": ("2 M€", "2 000 000 €", 1000, "1 000 €"),
    "phone": ("0254111111", "02 54 11 11 11", "+33254222222", "02 54 22 22 22"),
    "headcount_code": ("12", "20 à 49", "11", "10 à 19"),
    "website": ("a.example", "a.example", "https://b.example", "b.example"),
    "country": ("BE", "Belgique", "DE", "Allemagne"),
}


@pytest.mark.parametrize("field", VALUES)
def test_the_three_values_read_in_french(
    editor_client: FlaskClient, company: Company, manager: Account, field: str
) -> None:
    typed, mine, stored, theirs = VALUES[field]
    form = opened(editor_client, company)
    change(company, manager, **{field: stored})
    answer = send(editor_client, company, form, **{field: typed})
    assert answer.status_code == 409
    (question,) = parse(answer.text).all("fieldset", css="conflict__field")
    shown = [each.text for each in question.all(css="conflict__value")]
    assert mine in shown[0]
    assert theirs in shown[1]


def test_a_clash_of_parents_shows_their_names(
    editor_client: FlaskClient, company: Company, manager: Account
) -> None:
    mine, theirs = make_company(name="Groupe A"), make_company(name="Groupe B")
    form = opened(editor_client, company)
    change(company, manager, parent_id=theirs.id)
    answer = send(editor_client, company, form, parent_id=str(mine.id), parent_id_text=mine.name)
    (question,) = parse(answer.text).all("fieldset", css="conflict__field")
    assert [each.text for each in question.all(css="conflict__value")] == ["Groupe A", "Groupe B"]
    kept = send(editor_client, company, filled(answer.text), **{"keep-parent_id": "theirs"})
    assert kept.status_code == 303
    db.session.refresh(company)
    assert company.parent_id == theirs.id


def test_their_parent_taken_away_can_be_kept(
    editor_client: FlaskClient, company: Company, manager: Account
) -> None:
    first, mine = make_company(name="Premier"), make_company(name="Le mien")
    change(company, manager, parent_id=first.id)
    form = opened(editor_client, company)
    change(company, manager, parent_id=None)
    answer = send(editor_client, company, form, parent_id=str(mine.id), parent_id_text=mine.name)
    assert answer.status_code == 409
    kept = send(editor_client, company, filled(answer.text), **{"keep-parent_id": "theirs"})
    assert kept.status_code == 303, dialog_errors(kept.text)
    db.session.refresh(company)
    assert company.parent_id is None


def test_what_they_alone_changed_comes_into_the_box_of_the_picker(
    editor_client: FlaskClient, company: Company, manager: Account
) -> None:
    theirs = make_company(name="Groupe B")
    form = opened(editor_client, company)
    change(company, manager, parent_id=theirs.id, name="La leur")
    answer = send(editor_client, company, form, name="La mienne")
    assert answer.status_code == 409
    again = filled(answer.text)
    assert (again["parent_id"], again["parent_id_text"]) == (str(theirs.id), "Groupe B")


@pytest.mark.parametrize(
    "base", ["[]", "{", "null", '"a"', '{"name": {"a": 1}}', '{"name": []}', "[" * 100_000]
)
def test_a_form_whose_base_was_spoilt_is_refused(
    editor_client: FlaskClient, company: Company, base: str
) -> None:
    answer = send(editor_client, company, opened(editor_client, company), name="B", base=base)
    assert answer.status_code == 400
    assert "Le formulaire est incomplet" in answer.text


def test_a_form_without_base_overwrites_nothing(
    editor_client: FlaskClient, company: Company
) -> None:
    answer = send(editor_client, company, opened(editor_client, company), name="B", base="")
    assert answer.status_code == 409
    db.session.refresh(company)
    assert company.name == "Maison Alba"
