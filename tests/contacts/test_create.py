"""« Ajouter un contact »: what the pop-up takes, refuses, and keeps of what was typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.accounts.models import Account
from app.bin.operations import trash
from app.companies.models import Company, Establishment
from app.companies.sites import add_establishment
from app.contacts.models import Contact, Post
from app.contacts.operations import FORM_FIELDS, create_contact, form_values
from app.core.rules import Refused
from app.extensions import db
from app.history.actions import Subject
from tests.factories import make_company, make_contact
from tests.pages import dialog_errors, filled, parse

SignIn = Callable[[str], FlaskClient]
NEW = "/crm/contacts/new"
FRAGMENT = {"HX-Request": "true", "HX-Target": "dialog"}


@pytest.fixture
def company(admin: Account) -> Company:
    return make_company(name="Maison Alba", city="Blois")


@pytest.fixture
def editor_client(login_as: SignIn) -> FlaskClient:
    return login_as("editor")


def head_of(company: Company) -> Establishment:
    assert company.head_office is not None
    return company.head_office


def add(client: FlaskClient, **typed: Any) -> TestResponse:
    return client.post(NEW, data=filled(client.get(NEW).text, **typed))


def at(company: Company) -> dict[str, str]:
    """The company as the picker leaves it in the form."""
    return {"company_id": str(company.id), "company_id_text": company.name}


def contacts() -> list[Contact]:
    db.session.expire_all()
    return list(db.session.scalars(select(Contact)))


TYPED: dict[str, tuple[str, Any]] = {
    "civility": ("mme", "mme"),
    "first_name": (" Anne-Laure ", "Anne-Laure"),
    "last_name": ("de la Tour d’Auvergne", "de la Tour d’Auvergne"),
    "email": ("mailto:Anne@Alba.EXAMPLE", "Anne@alba.example"),
    "phone": ("02 54 00 00 01", "+33254000001"),
    "mobile": ("+33 (0)6 12 34 56 78", "+33612345678"),
    "job_title": ("Directrice", "Directrice"),
    "job_function": ("Direction générale", "Direction générale"),
    "department": ("Siège", "Siège"),
    "signs_agreements": ("y", True),
}


def test_all_fields_are_stored_as_people_type_them(
    editor_client: FlaskClient, company: Company
) -> None:
    head = head_of(company)
    typed = {name: pair[0] for name, pair in TYPED.items()}
    answer = add(editor_client, **typed, **at(company), establishment_id=str(head.id))
    assert answer.status_code == 303, dialog_errors(answer.text)
    (made,) = contacts()
    assert answer.location == f"/crm/contacts/{made.id}/"
    stored = form_values(made)
    assert {name: stored[name] for name in TYPED} == {name: pair[1] for name, pair in TYPED.items()}
    assert (made.company_id, made.establishment_id) == (company.id, head.id)


@pytest.mark.parametrize("name", ["DUPONT", "dupont", "McDonald", "d’Été", "N’Guyen", "李"])
def test_names_are_stored_as_typed(editor_client: FlaskClient, name: str) -> None:
    assert add(editor_client, last_name=name).status_code == 303
    assert [contact.last_name for contact in contacts()] == [name]


def test_a_last_name_is_all_it_takes(editor_client: FlaskClient) -> None:
    assert add(editor_client, last_name="Seule").status_code == 303
    (made,) = contacts()
    assert (made.full_name, made.consent, made.company_id) == ("Seule", "unknown", None)
    assert db.session.scalars(select(Post)).all() == []


REFUSED = [
    ("last_name", "  ", "obligatoire"),
    ("last_name", "a" * 101, "100 au plus"),
    ("first_name", "a" * 101, "100 au plus"),
    ("email", "pas une adresse", "@"),
    ("phone", "12", "chiffres"),
    ("mobile", "abc", "téléphone"),
    ("job_title", "a" * 121, "120 au plus"),
    ("civility", "sir", "Choisissez une valeur de la liste"),
    ("company_id_text", "Inventée", "n’a pas été choisi"),
    ("establishment_id", "999999", "Choisissez une valeur de la liste"),
    ("establishment_id", "abc", "Choisissez une valeur de la liste"),
]


@pytest.mark.parametrize(("field", "typed", "said"), REFUSED)
def test_a_value_that_is_refused_is_told_at_its_field(
    editor_client: FlaskClient, field: str, typed: str, said: str
) -> None:
    answer = add(editor_client, **{"last_name": "Évrard", "first_name": "Claire", field: typed})
    assert answer.status_code == 422
    errors = dialog_errors(answer.text)
    assert set(errors) == {field.removesuffix("_text")}
    assert said in errors[field.removesuffix("_text")]
    assert contacts() == []


def test_what_was_typed_is_kept(editor_client: FlaskClient, company: Company) -> None:
    answer = add(editor_client, last_name="Évrard", email="faux", job_title="Chef", **at(company))
    again = filled(answer.text)
    assert (again["last_name"], again["email"], again["job_title"]) == ("Évrard", "faux", "Chef")
    assert (again["company_id"], again["company_id_text"]) == (str(company.id), "Maison Alba")


def test_each_field_of_the_pop_up_is_there_once(editor_client: FlaskClient) -> None:
    form = parse(editor_client.get(NEW, headers=FRAGMENT).text).one("form")
    names = [one.attributes["name"] for one in form.all(name=None)]
    assert len(names) == len(set(names))
    assert {*FORM_FIELDS, "key", "base"} <= set(names)


def test_a_double_submit_makes_one_row(editor_client: FlaskClient) -> None:
    form = filled(editor_client.get(NEW).text, last_name="Évrard")
    first, second = (editor_client.post(NEW, data=form) for _ in range(2))
    assert first.location == second.location
    assert len(contacts()) == 1


# ---- the company and its sites


def test_a_site_of_another_company_is_refused(editor_client: FlaskClient, company: Company) -> None:
    foreign = head_of(make_company(name="Autre"))
    answer = add(editor_client, last_name="A", **at(company), establishment_id=str(foreign.id))
    assert answer.status_code == 422
    assert set(dialog_errors(answer.text)) == {"establishment_id"}


def test_the_operation_refuses_a_site_of_another_company_too(
    admin: Account, company: Company
) -> None:
    foreign = head_of(make_company(name="Autre"))
    for company_id in (company.id, None):
        values = {"last_name": "A", "company_id": company_id, "establishment_id": foreign.id}
        with pytest.raises(Refused) as refusal:
            create_contact(values, by=admin)
        assert refusal.value.field == "establishment_id"


def test_a_company_in_the_bin_is_refused(
    editor_client: FlaskClient, company: Company, admin: Account
) -> None:
    trash(Subject.COMPANY, [company.id], by=admin)
    db.session.commit()
    answer = add(editor_client, last_name="A", company_id=str(company.id), company_id_text=None)
    assert answer.status_code == 422
    assert "n’existe plus" in dialog_errors(answer.text)["company_id"]
    assert "Maison Alba" not in answer.text


def test_the_drop_down_offers_the_open_sites_of_the_company(
    editor_client: FlaskClient, company: Company, admin: Account
) -> None:
    shop = add_establishment(company, {"trade_name": "Boutique", "city": "Tours"}, by=admin)
    closed = add_establishment(company, {"trade_name": "Fermée"}, by=admin)
    closed.closed_on = company.created_at.date()
    db.session.commit()
    page = editor_client.get(f"/crm/contacts/site-field?company_id={company.id}").text
    offered = [one.attributes["value"] for one in parse(page).all("option")]
    assert offered == ["", str(head_of(company).id), str(shop.id)]
    assert "Blois — siège" in page


@pytest.mark.parametrize("query", ["", "?company_id=", "?company_id=abc", "?company_id=999999999", "?company_id=" + "9" * 30])  # fmt: skip
def test_the_drop_down_bears_anything(editor_client: FlaskClient, query: str) -> None:
    answer = editor_client.get(f"/crm/contacts/site-field{query}")
    assert answer.status_code == 200
    assert len(parse(answer.text).all("option")) == 1


def test_opened_from_a_company_the_pop_up_says_it(
    editor_client: FlaskClient, company: Company
) -> None:
    form = filled(editor_client.get(f"{NEW}?company_id={company.id}").text)
    assert (form["company_id"], form["company_id_text"]) == (str(company.id), "Maison Alba")


def test_opened_from_a_company_in_the_bin_the_pop_up_says_none(
    editor_client: FlaskClient, company: Company, admin: Account
) -> None:
    trash(Subject.COMPANY, [company.id], by=admin)
    db.session.commit()
    form = filled(editor_client.get(f"{NEW}?company_id={company.id}").text)
    assert (form["company_id"], form["company_id_text"]) == ("", "")


def test_the_contact_s_department_is_its_site_s(admin: Account, company: Company) -> None:
    shop = add_establishment(company, {"city": "Ajaccio", "postal_code": "20000"}, by=admin)
    contact = make_contact(company_id=company.id, establishment_id=shop.id)
    assert contact.department_code == "2A"


@pytest.mark.parametrize(("role", "status"), [("editor", 200), ("reader", 403), ("student", 403)])
def test_who_may_open_the_pop_up(login_as: SignIn, role: str, status: int) -> None:
    assert login_as(role).get(NEW).status_code == status
