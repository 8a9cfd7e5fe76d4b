"""Consent: three states, each answer kept with its means and wording; « ne pas contacter » wins."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.accounts.models import Account
from app.contacts.models import ConsentEvent, Contact
from app.contacts.operations import forbid_contact, form_values, update_contact
from app.core.submissions import new_key
from app.extensions import db
from tests.factories import make_contact

SignIn = Callable[[str], FlaskClient]


@pytest.fixture
def contact() -> Contact:
    return make_contact(last_name="Évrard")


def answered(consent: str, **more: str) -> dict[str, str]:
    usual = {"key": new_key(), "base": "{}", "means": "phone", "wording": "Voulez-vous ?"}
    return {**usual, "consent": consent, **more}


def test_an_answer_is_noted_once(login_as: SignIn, contact: Contact) -> None:
    editor, url = login_as("editor"), f"/crm/contacts/{contact.id}/consent"
    form = answered("yes")
    for _twice in range(2):
        assert editor.post(url, data=form).status_code == 303
    db.session.refresh(contact)
    events = db.session.scalar(select(func.count()).select_from(ConsentEvent))
    assert (contact.consent, events) == ("yes", 1)
    page = editor.get(f"/crm/contacts/{contact.id}/").text
    for text in ("Souhaite être contacté", "par téléphone", "Voulez-vous", "Oui"):
        assert text in page


@pytest.mark.parametrize(
    "wrong", [{"consent": "maybe"}, {"means": "fax"}, {"wording": ""}, {"wording": "x" * 301}]
)
def test_half_an_answer_is_refused(
    login_as: SignIn, contact: Contact, wrong: dict[str, str]
) -> None:
    url = f"/crm/contacts/{contact.id}/consent"
    answer = login_as("editor").post(url, data={**answered("no"), **wrong})
    assert answer.status_code == 422
    db.session.refresh(contact)
    assert contact.consent == "unknown"


def test_nobody_may_contact_whatever_the_consent(login_as: SignIn, contact: Contact) -> None:
    editor, url = login_as("editor"), f"/crm/contacts/{contact.id}"
    editor.post(f"{url}/consent", data=answered("yes"))
    assert editor.post(f"{url}/do-not-contact", data={"forbid": "1"}).status_code == 303
    page = editor.get(f"{url}/").text
    assert "badge-state--danger" in page
    assert "Autoriser à nouveau le contact" in page
    listed = editor.get("/crm/contacts/?consent=never").text
    assert "Évrard" in listed
    assert "Évrard" not in editor.get("/crm/contacts/?consent=yes").text.split("<tbody")[-1]
    editor.post(f"{url}/do-not-contact", data={"forbid": "0"})
    assert "badge-state--danger" not in editor.get(f"{url}/").text


def test_no_other_edit_touches_it(contact: Contact, admin: Account) -> None:
    forbid_contact(contact, True, by=admin)
    update_contact(contact, {"last_name": "Autre"}, base=form_values(contact), by=admin)
    assert contact.do_not_contact_at is not None
    assert contact.consent == "unknown"


def test_forbidding_twice_is_one_line(contact: Contact, admin: Account, login_as: SignIn) -> None:
    forbid_contact(contact, True, by=admin)
    first = contact.do_not_contact_at
    forbid_contact(contact, True, by=admin)
    assert contact.do_not_contact_at == first
    db.session.commit()
    page = login_as("reader").get(f"/crm/contacts/{contact.id}/history").text
    assert page.count("Ne pas contacter") >= 1
