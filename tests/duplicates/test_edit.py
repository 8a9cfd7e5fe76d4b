"""« Modifier » asks once where it makes a record a likely double (D1, F1)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.companies.models import Company
from app.companies.operations import create_company
from app.contacts.models import Contact
from app.duplicates.facts import CompanyFacts, company_facts
from app.duplicates.modules import MODULES
from app.duplicates.operations import set_apart
from app.duplicates.queries import likely_companies, newly_likely
from app.duplicates.rules import LIKELY, SHOWN
from app.extensions import db
from tests.conftest import account_named
from tests.factories import make_company, make_contact
from tests.security.pages import form_with

SignIn = Callable[[str], FlaskClient]
pytestmark = pytest.mark.usefixtures("app")
QUESTION = "Cette fiche existe peut-être déjà"


@pytest.fixture
def known() -> Company:
    return make_company(name="Électricité Vauquelin", city="Blois")


@pytest.fixture
def other() -> Company:
    """It has no SIREN: a different one would tell the two apart."""
    given = {"name": "Plomberie Sautereau", "city": "Blois", "country": "FR"}
    made = create_company({**given, "no_siren_reason": "being_created"}, by=account_named("admin"))
    db.session.commit()
    return made


def facts_of(company: Company) -> CompanyFacts:
    return company_facts([company.id])[company.id]


def edit(
    person: FlaskClient, record: Company | Contact, *, confirmed: str = "", **typed: Any
) -> TestResponse:
    """Open the form, type, and save."""
    module, field = (
        ("companies", "name") if isinstance(record, Company) else ("contacts", "last_name")
    )
    address = f"/crm/{module}/{record.id}/edit"
    form = form_with(person.get(address).text, field)
    return person.post(address, data={**form, **typed, "confirmed": confirmed})


def test_an_edit_that_makes_a_double_asks_once_and_keeps_what_was_typed(
    login_as: SignIn, known: Company, other: Company
) -> None:
    editor, typed = login_as("editor"), "ELECTRICITE VAUQUELIN SARL"
    asked = edit(editor, other, name=typed)
    assert asked.status_code == 422
    assert QUESTION in asked.text
    assert f'value="{typed}"' in asked.text
    assert f"/crm/companies/{known.id}/" in asked.text
    seen = str(known.id)
    assert edit(editor, other, name=typed, confirmed=seen).status_code == 303
    db.session.expire_all()
    assert other.name == typed


def test_what_was_alike_before_is_asked_about_no_more(
    login_as: SignIn, known: Company, other: Company
) -> None:
    editor = login_as("editor")
    assert edit(editor, other, name=known.name, confirmed=str(known.id)).status_code == 303
    assert edit(editor, other, phone="02 54 00 00 11").status_code == 303
    assert edit(editor, other, acronym="EV").status_code == 303


def test_an_edit_that_makes_a_doubtful_likeness_a_sure_one_asks(
    login_as: SignIn, known: Company, other: Company
) -> None:
    editor = login_as("editor")
    assert edit(editor, known, phone="02 54 00 00 12").status_code == 303
    assert edit(editor, other, name="Électricité Vauquelain", city="Tours").status_code == 303
    doubtful = {one.id: one.likeness.score for one in likely_companies(facts_of(other))}
    assert SHOWN <= doubtful[known.id] < LIKELY
    assert QUESTION in edit(editor, other, phone="02 54 00 00 12").text


def test_of_a_new_phone_only_who_shares_it_is_compared(
    monkeypatch: pytest.MonkeyPatch, other: Company
) -> None:
    """A sheet like it from before is not read again; one that shares the phone is."""
    make_company(name="Plomberie Sautereau & Fils", city="Blois")
    sharer = make_company(name="Sauterau Plomberie", city="Blois", phone="+33254000012")
    compared = MODULES["company"]
    read: list[int] = []

    def facts(ids: Iterable[int]) -> dict[int, Any]:
        found = compared.facts(ids)
        read.extend(found)
        return found

    monkeypatch.setitem(MODULES, "company", replace(compared, facts=facts))  # type: ignore[arg-type]
    before = facts_of(other)
    now = replace(before, phones=frozenset(("+33254000012",)))
    assert [one.id for one in newly_likely("company", before, now)] == [sharer.id]
    assert read == [sharer.id]


def test_what_somebody_said_apart_is_not_asked_about(
    login_as: SignIn, known: Company, other: Company
) -> None:
    set_apart("company", (known.id, other.id), by=account_named("editor"))
    db.session.commit()
    assert edit(login_as("editor"), other, name=known.name).status_code == 303


def test_a_contact_who_gets_the_address_of_another_is_asked_about(login_as: SignIn) -> None:
    first = make_contact(first_name="Jean", last_name="Vandenbroucke", email="jv@forges.example")
    second = make_contact(first_name="J.", last_name="Vandenbrouck", email="autre@forges.example")
    editor = login_as("editor")
    asked = edit(editor, second, email="JV@forges.example")
    assert (asked.status_code, QUESTION in asked.text) == (422, True)
    assert form_with(asked.text, "last_name")["confirmed"] in (str(first.id), [str(first.id)])
    seen = str(first.id)
    assert edit(editor, second, email="JV@forges.example", confirmed=seen).status_code == 303


def test_a_taken_siren_is_refused_and_never_asked_about(login_as: SignIn, known: Company) -> None:
    taken = make_company(name="Tout autre maison").siren
    asked = edit(login_as("editor"), known, siren=taken)
    assert asked.status_code == 422
    assert QUESTION not in asked.text


def test_a_value_corrected_in_place_asks_nothing(
    login_as: SignIn, known: Company, other: Company
) -> None:
    editor = login_as("editor")
    address = f"/crm/companies/{other.id}/fields/name"
    form = form_with(editor.get(address).text, "name")
    answer = editor.post(address, data={**form, "name": known.name})
    assert QUESTION not in answer.text
    db.session.expire_all()
    assert other.name == known.name
