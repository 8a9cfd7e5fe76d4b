"""What stands beside the form of a new record, and when saving asks once more (D1, F1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import current_app
from flask.testing import FlaskClient
from limits import RateLimitItemPerMinute

from app.accounts.models import Account
from app.companies.forms import CompanyForm
from app.companies.models import Company
from app.core.submissions import new_key
from app.duplicates import views
from app.duplicates.panel import UNSEEN, company_panel
from app.extensions import db
from tests.factories import make_company, make_contact, siret_of
from tests.pages import parse

SignIn = Callable[[str], FlaskClient]
SIREN = "552081317"


@pytest.fixture
def known(editor: Account) -> Company:
    return make_company(
        name="Électricité Vauquelin", siren=SIREN, siret=siret_of(SIREN), city="Blois", by=editor
    )


def live(client: FlaskClient, module: str = "companies", **values: Any) -> Any:
    return client.post(f"/crm/{module}/duplicates", data=values)


def test_a_candidate_says_why_it_is_there_and_what_tells_it_apart(
    login_as: SignIn, known: Company
) -> None:
    answer = live(login_as("editor"), name="electricite vauqelin sarl", city="Blois")
    link = parse(answer.text).one("a")
    assert link.attributes["href"] == f"/crm/companies/{known.id}/"
    assert link.attributes["target"] == "_blank"
    for part in ("1 fiche ressemblante", "nom proche à ", "même ville", "552\u00a0081\u00a0317",
                 "0 contact"):  # fmt: skip
        assert part in answer.text


@pytest.mark.parametrize(
    "typed", [SIREN, siret_of(SIREN), f"FR 27 {SIREN}".replace("27", "03"), " 552 081 317 "]
)
def test_the_siren_is_found_inside_what_is_pasted(
    login_as: SignIn, known: Company, typed: str
) -> None:
    assert "même SIREN" in live(login_as("editor"), name="x", siren=typed).text


@pytest.mark.parametrize("name", ["", "\x00", "%_\"'", "🙂" * 300, "x" * 5000, "OR AND NOT *"])
def test_odd_text_finds_nothing_and_breaks_nothing(
    login_as: SignIn, known: Company, name: str
) -> None:
    answer = live(login_as("editor"), name=name, siren=name, phone=name, company_id=name)
    assert answer.status_code == 200
    assert str(known.id) not in [a.attributes["href"] for a in parse(answer.text).all("a")]


def test_who_may_not_see_sheets_learns_only_that_there_is_one(known: Company) -> None:
    form_data = {"name": "Électricité Vauquelin"}
    with current_app.test_request_context(method="POST", data=form_data):
        panel = company_panel(CompanyForm(), may=lambda *_right: False, seen="")
        assert (panel.unseen, panel.candidates, panel.confirmed) == (True, (), UNSEEN)
        assert panel.is_question
        again = company_panel(CompanyForm(), may=lambda *_right: False, seen=UNSEEN)
        assert not again.is_question


def test_contacts_are_not_counted_for_who_may_not_list_them(known: Company) -> None:
    with current_app.test_request_context(method="POST", data={"name": known.name}):
        form = CompanyForm()
        [seen] = company_panel(form, may=lambda *_right: True).candidates
        [limited] = company_panel(form, may=lambda _right, view: view == "Company").candidates
        assert any("contact" in each for each in seen.details)
        assert not any("contact" in each for each in limited.details)


def test_too_many_searches_are_told_to_wait(
    login_as: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "PER_PERSON", RateLimitItemPerMinute(2, namespace="test-duplicates"))
    client = login_as("editor")
    statuses = [live(client, name="x").status_code for _time in range(3)]
    assert statuses == [200, 200, 429]


# ---- saving


def add(client: FlaskClient, module: str, **values: Any) -> Any:
    return client.post(f"/crm/{module}/new", data={"key": new_key(), "country": "FR", **values})


def twin() -> dict[str, str]:
    return {"name": "ELECTRICITE VAUQUELIN", "city": "Blois", "no_siren_reason": "being_created"}


def test_saving_a_likely_double_asks_once(login_as: SignIn, known: Company) -> None:
    client = login_as("editor")
    asked = add(client, "companies", **twin())
    assert asked.status_code == 422
    assert "Cette fiche existe peut-être déjà" in asked.text
    seen = parse(asked.text).one("input", name="confirmed").attributes["value"]
    assert seen == str(known.id)
    assert add(client, "companies", confirmed=seen, **twin()).status_code == 303


def test_what_was_seen_while_typing_is_not_asked_again(login_as: SignIn, known: Company) -> None:
    client = login_as("editor")
    page = parse(live(client, **twin()).text)
    seen = page.one("input", name="confirmed").attributes["value"]
    assert add(client, "companies", confirmed=seen, **twin()).status_code == 303


def test_a_double_click_is_not_asked_about_its_own_first_half(
    login_as: SignIn, known: Company
) -> None:
    client, key = login_as("editor"), new_key()
    form = {**twin(), "name": "Toute nouvelle"}
    first, second = (add(client, "companies", **{**form, "key": key}) for _time in range(2))
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.location == second.location
    assert db.session.query(Company).filter_by(name="Toute nouvelle").count() == 1


def test_a_taken_siren_is_refused_and_never_asked_about(login_as: SignIn, known: Company) -> None:
    answer = add(login_as("editor"), "companies", name=known.name, siren=SIREN)
    assert answer.status_code == 422
    assert "Ce SIREN est déjà celui de" in answer.text
    assert "existe peut-être" not in answer.text


def test_a_colleague_of_that_name_is_asked_about(login_as: SignIn, known: Company) -> None:
    person = make_contact(first_name="Jean", last_name="Vandenbroucke", company_id=known.id)
    form = {"first_name": "VANDENBROUCKE", "last_name": "Jean", "company_id": str(known.id),
            "company_id_text": known.name}  # fmt: skip
    client = login_as("editor")
    asked = add(client, "contacts", **form)
    assert asked.status_code == 422
    assert "nom et prénom inversés" in asked.text
    assert add(client, "contacts", confirmed=str(person.id), **form).status_code == 303


@pytest.mark.parametrize("confirmed", ["x", "-1", "9" * 40, ",,,", "<b>"])
def test_a_forged_confirmation_confirms_nothing(
    login_as: SignIn, known: Company, confirmed: str
) -> None:
    assert add(login_as("editor"), "companies", confirmed=confirmed, **twin()).status_code == 422
