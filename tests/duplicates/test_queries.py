"""Who is found for what a form says, in both databases' ways."""

from __future__ import annotations

from typing import Any

import pytest

from app.accounts.models import Account
from app.companies.models import Company
from app.contacts.models import Contact
from app.duplicates.facts import company_facts, company_of, contact_of
from app.duplicates.queries import likely_companies, likely_contacts
from app.duplicates.rules import Code
from tests.factories import make_company, make_contact

FOUND = "Électricité Vauquelin & Fils"


def found(**values: Any) -> list[tuple[int, set[Code]]]:
    likely = likely_companies(company_of(values))
    return [(one.id, {reason.code for reason in one.likeness.reasons}) for one in likely]


@pytest.fixture
def known(editor: Account) -> Company:
    return make_company(
        name=FOUND, by=editor, siren="552081317", siret="55208131766522", acronym="EVF",
        city="Blois", postal_code="41000", phone="+33254000000",
        website="https://www.vauquelin.example",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ({"name": "ELECTRICITE VAUQUELIN ET FILS SARL"}, Code.SAME_NAME),
        ({"name": "Vauquelin Fils Électricité"}, Code.SAME_NAME),
        ({"name": "Electricité Vauqelin & Fils"}, Code.CLOSE_NAME),
        ({"name": "Electricité Vauqeulin"}, Code.CLOSE_NAME),
        ({"name": "EVF"}, Code.ACRONYM),
        ({"name": "Autre nom", "siren": "552081317"}, Code.SAME_SIREN),
        ({"name": "", "siret": "55208131766522"}, Code.SAME_SIRET),
        ({"name": "Autre", "website": "http://vauquelin.example/rh"}, Code.SAME_DOMAIN),
        ({"name": "Autre", "email": "contact@vauquelin.example"}, Code.SAME_DOMAIN),
        ({"name": "Autre", "phone": "+33254000000"}, Code.SAME_PHONE),
    ],
)
def test_a_company_is_found_by(known: Company, typed: dict[str, Any], why: Code) -> None:
    [(identity, reasons)] = found(**typed)
    assert identity == known.id
    assert why in reasons


@pytest.mark.parametrize(
    "typed",
    [
        {"name": "Électricité Générale"},
        {"name": "Fils"},
        {"name": ""},
        {"name": "Autre", "email": "vauquelin@gmail.com"},
        {"name": "Électricité Vaucanson & Fils"},
        {"name": FOUND, "siren": "732829320", "city": "Lille"},
    ],
)
def test_another_company_is_not(known: Company, typed: dict[str, Any]) -> None:
    assert found(**typed) == []


def test_neither_itself_nor_the_bin_is_found(known: Company, manager: Account) -> None:
    from app.bin.operations import trash
    from app.history.actions import Subject

    assert likely_companies(company_facts([known.id])[known.id]) == []
    trash(Subject.COMPANY, [known.id], by=manager)
    assert found(name=FOUND) == []


def people(**values: Any) -> list[int]:
    return [one.id for one in likely_contacts(contact_of(values))]


@pytest.fixture
def person(known: Company, editor: Account) -> Contact:
    return make_contact(
        last_name="Vandenbroucke", by=editor, first_name="Jean-Pierre", company_id=known.id,
        email="jp.vandenbroucke@vauquelin.example", mobile="+33639980001",
    )  # fmt: skip


@pytest.mark.parametrize(
    "typed",
    [
        {"first_name": "Jean-Pierre", "last_name": "VANDENBROUCKE"},
        {"first_name": "Vandenbroucke", "last_name": "Jean Pierre"},
        {"first_name": "Jean", "last_name": "Vandenbroucke", "company_id": True},
        {"first_name": "J.-P.", "last_name": "Vandenbrouke", "company_id": True},
        {"first_name": "X", "last_name": "Y", "email": "JP.Vandenbroucke@vauquelin.example"},
        {"last_name": "", "mobile": "+33639980001"},
        {"last_name": "Vandenbroucke", "mobile": "+33639980001"},
        {"first_name": "Jean-Pierre", "last_name": "Autre", "mobile": "+33639980001"},
    ],
)
def test_a_person_is_found_by(person: Contact, typed: dict[str, Any]) -> None:
    if typed.get("company_id"):
        typed = {**typed, "company_id": person.company_id}
    assert people(**typed) == [person.id]


@pytest.mark.parametrize(
    "typed",
    [
        {"first_name": "Marie", "last_name": "Vandenbroucke", "company_id": True},
        {"first_name": "Jean-Pierre", "last_name": "Martin", "company_id": True},
        {"first_name": "Paul", "last_name": "Autre", "email": "contact@vauquelin.example"},
        {"first_name": "Paul", "last_name": "Autre", "mobile": "+33639980001", "company_id": True},
        {"last_name": "Autre", "mobile": "+33639980001"},
        {"last_name": ""},
    ],
)
def test_another_person_is_not(person: Contact, typed: dict[str, Any]) -> None:
    if typed.get("company_id"):
        typed = {**typed, "company_id": person.company_id}
    assert people(**typed) == []
