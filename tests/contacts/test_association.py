"""A contact and the account of the same person: likely ones first, one ↔ one, both histories."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.accounts.models import Account
from app.contacts.association import (
    accounts_found,
    link_account,
    suggestions,
    unlink_account,
)
from app.contacts.models import Contact, Post
from app.core.rules import Refused
from app.extensions import db
from app.history.models import HistoryEntry
from tests.conftest import account_named
from tests.factories import make_company, make_contact

SignIn = Callable[[str], FlaskClient]


@pytest.fixture
def graduate(app: Flask) -> Account:
    return account_named("graduate")


@pytest.fixture
def student(app: Flask) -> Account:
    return account_named("student")


def namesake(account: Account, **values: object) -> Contact:
    given = {"first_name": account.first_name.upper(), "last_name": account.last_name}
    return make_contact(**{**given, **values})


def test_the_same_e_mail_comes_before_the_same_name(graduate: Account, student: Account) -> None:
    contact = namesake(student, email=graduate.email.upper())
    found = suggestions(contact)
    assert [one.account.id for one in found] == [graduate.id, student.id]
    assert [[str(reason) for reason in one.reasons] for one in found] == [
        ["même e-mail"], ["même nom"],
    ]  # fmt: skip


def test_a_name_in_the_other_order_at_the_same_company(graduate: Account) -> None:
    company = make_company()
    db.session.add(Post(account_id=graduate.id, company_id=company.id))
    contact = make_contact(
        first_name=graduate.last_name, last_name=graduate.first_name, company_id=company.id
    )
    (found,) = suggestions(contact)
    assert [str(reason) for reason in found.reasons] == ["même nom", "même entreprise"]


def test_nobody_is_suggested_for_a_stranger(app: Flask) -> None:
    assert suggestions(make_contact(first_name="Zzyzx", last_name="Qwfp")) == []
    assert suggestions(make_contact(first_name=None, last_name="Lefèvre")) == []


def test_accounts_are_found_by_any_word(graduate: Account) -> None:
    found = accounts_found(f"{graduate.last_name[:4].upper()} {graduate.email}")
    assert [one.account.id for one in found] == [graduate.id]
    assert accounts_found("%%%") == []
    assert accounts_found("") == []


def test_one_account_one_contact(graduate: Account, admin: Account) -> None:
    first, second = namesake(graduate), namesake(graduate)
    link_account(first, graduate, by=admin)
    link_account(first, graduate, by=admin)  # Twice is once.
    with pytest.raises(Refused) as refusal:
        link_account(second, graduate, by=admin)
    assert refusal.value.existing is first
    with pytest.raises(Refused):
        link_account(first, account_named("student"), by=admin)
    unlink_account(first, by=admin)
    link_account(second, graduate, by=admin)
    assert suggestions(first)[0].taken_by is second


def test_both_histories_tell_it(graduate: Account, admin: Account) -> None:
    contact = namesake(graduate)
    link_account(contact, graduate, by=admin)
    unlink_account(contact, by=admin)
    for kind, identity in (("contact", contact.id), ("account", graduate.id)):
        lines = select(HistoryEntry.action).where(
            HistoryEntry.subject_kind == kind, HistoryEntry.subject_id == identity
        )
        actions = db.session.scalars(lines.order_by(HistoryEntry.id)).all()
        assert actions[-2:] == ["account_linked", "account_unlinked"]


def test_from_the_sheet_and_back(login_as: SignIn, graduate: Account) -> None:
    contact = namesake(graduate)
    editor, url = login_as("editor"), f"/crm/contacts/{contact.id}"
    assert "Associer à un compte utilisateur" in editor.get(f"{url}/").text
    assert graduate.email in editor.get(f"{url}/account").text
    assert editor.post(f"{url}/account", data={"account": graduate.id}).status_code == 303
    page = editor.get(f"{url}/").text
    assert f"/accounts/{graduate.id}/" in page
    assert "Voir le profil utilisateur" in page
    assert editor.post(f"{url}/account/unlink").status_code == 303
    assert "Associer à un compte utilisateur" in editor.get(f"{url}/").text


def test_a_refusal_names_who_has_the_account(
    login_as: SignIn, graduate: Account, admin: Account
) -> None:
    holder = namesake(graduate, last_name="Porteur")
    link_account(holder, graduate, by=admin)
    db.session.commit()
    contact = namesake(graduate)
    answer = login_as("editor").post(
        f"/crm/contacts/{contact.id}/account", data={"account": graduate.id}
    )
    assert answer.status_code == 422
    assert f"/crm/contacts/{holder.id}/" in answer.text


@pytest.mark.parametrize("chosen", ["", "zz", "-1", "999999", "1e5"])
def test_no_account_is_no_choice(login_as: SignIn, chosen: str) -> None:
    contact = make_contact()
    answer = login_as("editor").post(
        f"/crm/contacts/{contact.id}/account", data={"account": chosen}
    )
    assert answer.status_code == 422


def test_the_search_answers_a_fragment(login_as: SignIn, graduate: Account) -> None:
    contact = make_contact()
    headers = {"HX-Request": "true", "HX-Target": "accounts-found"}
    url = f"/crm/contacts/{contact.id}/account?q={graduate.last_name}"
    text = login_as("editor").get(url, headers=headers).text
    assert graduate.email in text
    assert "<html" not in text
    assert "<form" not in text
