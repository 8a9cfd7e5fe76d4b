"""The company that is made with a contact is looked for like one that is made on its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.companies.models import Company
from app.contacts.models import Contact
from app.extensions import db
from tests.factories import make_company, make_contact
from tests.pages import Element, filled, parse

SignIn = Callable[[str], FlaskClient]
NEW = "/crm/contacts/new"
LIVE = "/crm/companies/duplicates?step=company"
TYPED = {
    "last_name": "Évrard",
    "new_company": "y",
    "company-name": "Tuilerie du Val",
    "company-no_siren_reason": "being_created",
    "company-city": "Blois",
}


@pytest.fixture
def client(login_as: SignIn) -> FlaskClient:
    return login_as("editor")


@pytest.fixture
def there() -> Company:
    return make_company(name="SARL Tuilerie du Val", city="Blois")


def step_of(html: str) -> Element:
    return parse(html).one(css="step__beside")


def posted(client: FlaskClient, html: str, **typed: Any) -> Any:
    return client.post(NEW, data=filled(html, **typed))


def test_the_step_is_searched_while_one_types(client: FlaskClient, there: Company) -> None:
    page = client.get(NEW).text
    part = step_of(page)
    assert part.attributes["data-duplicates"] == LIVE
    watched = part.attributes["data-duplicates-watch"].split()
    assert {"company-name", "company-siren", "company-website", "company-city"} <= set(watched)
    found = parse(client.post(LIVE, data=filled(page, **TYPED)).text)
    assert found.one("a").attributes["href"] == f"/crm/companies/{there.id}/"
    use = found.one("button", name="use_company")
    assert use.attributes["value"] == str(there.id)
    assert use.text == "Utiliser cette entreprise SARL Tuilerie du Val"
    # Of the step, and never of the contact's own form.
    assert found.one("input").attributes["name"] == "company-confirmed"


def test_a_company_form_of_its_own_is_not_the_step(client: FlaskClient, there: Company) -> None:
    assert client.post("/crm/companies/duplicates", data=TYPED).text.count("<a ") == 0
    found = client.post("/crm/companies/duplicates", data={"name": there.name, "city": "Blois"})
    assert "use_company" not in found.text
    assert found.text.count("<a ") == 1


def test_saving_waits_until_the_likely_company_has_been_seen(
    client: FlaskClient, there: Company
) -> None:
    asked = posted(client, client.get(NEW).text, **TYPED)
    assert asked.status_code == 422
    assert "existe peut-être déjà" in parse(asked.text).one(css="notice--warning").text
    assert there.name in step_of(asked.text).text
    assert db.session.scalars(select(Contact)).all() == []
    assert posted(client, asked.text).status_code == 303
    assert {one.name for one in db.session.scalars(select(Company))} == {
        "SARL Tuilerie du Val", "Tuilerie du Val",
    }  # fmt: skip


def test_the_likely_company_can_be_taken(client: FlaskClient, there: Company) -> None:
    asked = posted(client, client.get(NEW).text, **TYPED)
    chosen = posted(client, asked.text, use_company=str(there.id))
    assert posted(client, chosen.text).status_code == 303
    db.session.expire_all()
    (contact,) = db.session.scalars(select(Contact))
    assert (contact.company_id, there.contact_count) == (there.id, 1)


def test_a_step_that_is_not_taken_is_not_searched(client: FlaskClient, there: Company) -> None:
    typed = TYPED | {"new_company": None}
    assert posted(client, client.get(NEW).text, **typed).status_code == 303


def test_a_company_that_is_made_while_a_contact_is_edited_asks_once_too(
    client: FlaskClient, there: Company
) -> None:
    contact = make_contact(last_name="Évrard")
    address = f"/crm/contacts/{contact.id}/edit"
    asked = client.post(address, data=filled(client.get(address).text, **TYPED))
    assert asked.status_code == 422
    assert "existe peut-être déjà" in parse(asked.text).one(css="notice--warning").text
    assert there.name in step_of(asked.text).text
    assert not parse(asked.text).all(css="dialog__aside")
    assert client.post(address, data=filled(asked.text)).status_code == 303
    db.session.expire_all()
    assert contact.company_id not in (None, there.id)
