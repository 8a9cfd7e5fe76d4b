"""The company and the site of a contact, made in the contact's own pop-up (requirement F1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app.accounts.models import Account
from app.bin.operations import trash
from app.companies.models import Company, Establishment
from app.contacts.models import Contact, Post
from app.core.submissions import Submission
from app.extensions import db
from app.history.actions import Action, Subject
from app.history.models import Batch, HistoryEntry
from app.permissions import Permission, View
from tests.conftest import account_named
from tests.factories import make_company, make_contact, new_siren, siret_of
from tests.pages import dialog_errors, filled, parse

SignIn = Callable[[str], FlaskClient]
NEW = "/crm/contacts/new"
SIREN = "732829320"


@pytest.fixture
def editor_client(login_as: SignIn) -> FlaskClient:
    return login_as("editor")


def add(client: FlaskClient, address: str = NEW, **typed: Any) -> TestResponse:
    """Fields of the steps are named with « __ » for « - »."""
    named = {name.replace("__", "-"): value for name, value in typed.items()}
    return client.post(address, data=filled(client.get(address).text, **named))


def at(company: Company) -> dict[str, str]:
    return {"company_id": str(company.id), "company_id_text": company.name}


NEW_COMPANY: dict[str, str] = {
    "last_name": "Évrard",
    "job_title": "Directrice",
    "new_company": "y",
    "company__name": "Tuilerie du Val",
    "company__siren": "732 829 320",
    "company__siret": "732 829 320 00074",
    "company__address": "3 quai des Écluses",
    "company__postal_code": "41000",
    "company__city": "Blois",
}  # fmt: skip


def all_of(model: Any) -> list[Any]:
    db.session.expire_all()
    return list(db.session.scalars(select(model).order_by(model.id)))


def lines() -> list[tuple[str, str]]:
    entries = all_of(HistoryEntry)
    return [(entry.subject_kind, entry.action) for entry in entries if entry.actor_id is not None]


# ---- a new company


def test_a_company_its_head_office_the_contact_and_the_post_are_made_at_once(
    editor_client: FlaskClient, editor: Account
) -> None:
    before = len(lines())
    answer = add(editor_client, **NEW_COMPANY)
    assert answer.status_code == 303, dialog_errors(answer.text)
    (company,), (contact,), (post,) = all_of(Company), all_of(Contact), all_of(Post)
    (head,) = company.establishments
    assert answer.location == f"/crm/contacts/{contact.id}/"
    assert (company.name, company.siren, company.contact_count) == ("Tuilerie du Val", SIREN, 1)
    assert (head.siret, head.city, head.is_head_office) == (f"{SIREN}00074", "Blois", True)
    assert (contact.company_id, contact.establishment_id) == (company.id, head.id)
    assert (post.contact_id, post.company_id, post.establishment_id) == (
        contact.id,
        company.id,
        head.id,
    )
    assert (contact.department_code, contact.sort_company) == ("41", company.sort_name)
    assert lines()[before:] == [
        (Subject.COMPANY, Action.CREATED),
        (Subject.COMPANY, Action.SITE_ADDED),
        (Subject.CONTACT, Action.CREATED),
        (Subject.COMPANY, Action.CONTACT_ATTACHED),
    ]
    (batch,) = all_of(Batch)
    assert {entry.batch_id for entry in all_of(HistoryEntry)[-4:]} == {batch.id}


def test_a_company_without_siren_says_why(editor_client: FlaskClient) -> None:
    typed = NEW_COMPANY | {"company__siren": "", "company__siret": ""}
    answer = add(editor_client, **typed)
    assert set(dialog_errors(answer.text)) == {"company-siren"}
    assert add(editor_client, **typed, company__no_siren_reason="being_created").status_code == 303
    assert all_of(Company)[0].no_siren_reason == "being_created"


REFUSED = [
    ("company__name", " ", "obligatoire"),
    ("company__siren", "732 829 321", "SIREN"),
    ("company__siret", "356 000 000 00048", "doit commencer par le SIREN"),
    ("company__website", "pas un site", "site"),
    ("last_name", "", "obligatoire"),
]


@pytest.mark.parametrize(("field", "typed", "said"), REFUSED)
def test_a_refusal_in_any_step_writes_nothing_and_keeps_what_was_typed(
    editor_client: FlaskClient, field: str, typed: str, said: str
) -> None:
    sent = NEW_COMPANY | {"first_name": "Claire", field: typed}
    answer = add(editor_client, **sent)
    name = field.replace("__", "-")
    assert answer.status_code == 422
    errors = dialog_errors(answer.text)
    assert set(errors) == {name}
    assert said in errors[name]
    again = filled(answer.text)
    assert {key: again[key.replace("__", "-")] for key in sent} == sent
    assert parse(answer.text).one("a", href=f"#{name}").text == errors[name]
    assert [all_of(model) for model in (Company, Contact, Post)] == [[], [], []]
    assert all_of_keys() == 0


def all_of_keys() -> int:
    return db.session.scalar(select(func.count()).select_from(Submission)) or 0


def test_each_point_is_counted(editor_client: FlaskClient) -> None:
    answer = add(editor_client, new_company="y", company__siren="1", company__siret="2")
    assert list(dialog_errors(answer.text)) == [
        "last_name", "company-name", "company-siren", "company-siret",
    ]  # fmt: skip
    assert "4 points sont à corriger" in parse(answer.text).one(css="error-summary__title").text


def test_what_stands_in_a_step_that_is_not_taken_is_not_asked(editor_client: FlaskClient) -> None:
    answer = add(editor_client, last_name="Seule", company__siren="faux", site__siret="faux")
    assert answer.status_code == 303
    assert all_of(Company) == []


def test_a_double_submit_makes_one_company(editor_client: FlaskClient) -> None:
    page = editor_client.get(NEW).text
    sent = filled(page, **{name.replace("__", "-"): value for name, value in NEW_COMPANY.items()})
    first, second = (editor_client.post(NEW, data=sent) for _ in range(2))
    assert first.location == second.location
    assert (len(all_of(Company)), len(all_of(Contact))) == (1, 1)


def test_a_siren_that_is_taken_shows_its_sheet_and_offers_the_company(
    editor_client: FlaskClient,
) -> None:
    there = make_company(name="Tuilerie du Val", siren=SIREN, city="Blois")
    answer = add(editor_client, **NEW_COMPANY)
    assert answer.status_code == 422
    assert set(dialog_errors(answer.text)) == {"company-siren"}
    notice = parse(answer.text).one(css="notice--warning")
    assert notice.one("a").attributes["href"] == f"/crm/companies/{there.id}/"
    assert notice.one("button", name="use_company").attributes["value"] == str(there.id)
    # Taken: the contact goes there, at the site that is then chosen, and nothing typed is lost.
    sent = filled(answer.text) | {"use_company": str(there.id)}
    chosen = editor_client.post(NEW, data=sent)
    assert chosen.status_code == 422
    assert dialog_errors(chosen.text) == {}
    again = filled(chosen.text)
    assert (again["company_id"], again["company_id_text"]) == (str(there.id), there.name)
    assert "new_company" not in again
    assert (again["last_name"], again["job_title"]) == ("Évrard", "Directrice")
    offered = [one.attributes["value"] for one in parse(chosen.text).one("select", id="establishment_id").all("option")]  # fmt: skip
    assert offered == ["", str(there.establishments[0].id)]
    assert editor_client.post(NEW, data=again).status_code == 303
    (contact,) = all_of(Contact)
    assert (contact.company_id, len(all_of(Company))) == (there.id, 1)


def test_enter_in_a_field_does_not_take_the_company_that_exists(editor_client: FlaskClient) -> None:
    make_company(siren=SIREN)
    page = parse(add(editor_client, **NEW_COMPANY).text)
    first = page.one("form", css="dialog__form").all("button", type="submit")[0]
    assert "name" not in first.attributes


def test_a_company_in_the_bin_is_shown_and_not_offered(
    editor_client: FlaskClient, admin: Account
) -> None:
    gone = make_company(siren=SIREN)
    trash(Subject.COMPANY, [gone.id], by=admin)
    db.session.commit()
    answer = add(editor_client, **NEW_COMPANY)
    assert "à la corbeille" in dialog_errors(answer.text)["company-siren"]
    assert parse(answer.text).all("button", name="use_company") == []


@pytest.mark.parametrize("chosen", ["", "abc", "999999", "9" * 30])
def test_a_company_that_is_not_there_cannot_be_taken(
    editor_client: FlaskClient, chosen: str
) -> None:
    assert add(editor_client, last_name="A", use_company=chosen).status_code == 400


# ---- who may


@pytest.fixture
def secretary(app: Flask) -> None:
    """Somebody of a role of the school's own: they keep contacts, and only read companies."""
    roles = app.appbuilder.sm
    role = roles.add_role("Secrétariat")
    for view in (View.CONTACT, View.COMPANY, View.PICK):
        for right in (Permission.LIST, Permission.SHOW):
            roles.add_permission_role(role, roles.add_permission_view_menu(right, view))
    for right in (Permission.ADD, Permission.EDIT):
        roles.add_permission_role(role, roles.add_permission_view_menu(right, View.CONTACT))
    account = account_named("reader")
    account.roles = [role]
    db.session.commit()


def test_whoever_may_not_add_companies_is_offered_none(secretary: None, login_as: SignIn) -> None:
    client = login_as("reader")
    contact = make_contact()
    for address in (NEW, f"/crm/contacts/{contact.id}/edit"):
        page = client.get(address)
        assert page.status_code == 200
        for box in ("new_company", "new_site"):
            assert parse(page.text).all(name=box) == []
            assert add(client, address, last_name="Évrard", **{box: "y"}).status_code == 403
    assert all_of(Company) == []
    assert add(client, last_name="Évrard").status_code == 303


# ---- a new site


def test_a_site_is_added_to_the_company_that_is_chosen(editor_client: FlaskClient) -> None:
    siren = new_siren()
    company = make_company(siren=siren, city="Blois")
    answer = add(
        editor_client, last_name="Évrard", **at(company), new_site="y",
        site__trade_name="Atelier", site__siret=siret_of(siren, 2), site__postal_code="37000",
        site__city="Tours",
    )  # fmt: skip
    assert answer.status_code == 303, dialog_errors(answer.text)
    head, site = all_of(Establishment)
    (contact,), (post,) = all_of(Contact), all_of(Post)
    assert (site.company_id, site.is_head_office, site.country) == (company.id, False, "FR")
    assert contact.establishment_id == post.establishment_id == site.id
    assert (contact.department_code, head.is_head_office) == ("37", True)


SITE_REFUSED = [
    ({}, {"site-trade_name": "au moins un nom"}),
    ({"site__siret": "356 000 000 00048"}, {"site-siret": "doit commencer par le SIREN"}),
    ({"site__siret": "12"}, {"site-siret": "14 chiffres"}),
]


@pytest.mark.parametrize(("typed", "said"), SITE_REFUSED)
def test_a_site_is_refused_at_its_own_fields(
    editor_client: FlaskClient, typed: dict[str, str], said: dict[str, str]
) -> None:
    company = make_company()
    answer = add(editor_client, last_name="Évrard", **at(company), new_site="y", **typed)
    assert answer.status_code == 422
    errors = dialog_errors(answer.text)
    assert set(errors) == set(said)
    assert all(text in errors[name] for name, text in said.items())
    assert len(all_of(Establishment)) == 1
    assert filled(answer.text)["company_id"] == str(company.id)


def test_a_site_wants_a_company(editor_client: FlaskClient) -> None:
    answer = add(editor_client, last_name="Évrard", new_site="y", site__city="Tours")
    assert set(dialog_errors(answer.text)) == {"company_id"}
    assert all_of(Establishment) == []


def test_a_site_of_a_company_that_went_to_the_bin_meanwhile_is_refused(
    editor_client: FlaskClient, admin: Account
) -> None:
    company = make_company()
    sent = at(company) | {"company_id_text": None}
    trash(Subject.COMPANY, [company.id], by=admin)
    db.session.commit()
    answer = add(editor_client, last_name="A", **sent, new_site="y", site__city="Tours")
    assert "n’existe plus" in dialog_errors(answer.text)["company_id"]


# ---- correcting a contact


def test_a_contact_moves_to_a_company_that_is_made_for_it(editor_client: FlaskClient) -> None:
    before = make_company(name="Ancienne")
    contact = make_contact(company_id=before.id)
    typed = {name: value for name, value in NEW_COMPANY.items() if name != "last_name"}
    answer = add(editor_client, f"/crm/contacts/{contact.id}/edit", **typed)
    assert answer.status_code == 303, dialog_errors(answer.text)
    left, reached = all_of(Post)
    company = db.session.scalars(select(Company).where(Company.siren == SIREN)).one()
    assert (left.company_id, left.ended_on is None) == (before.id, False)
    assert (reached.company_id, reached.ended_on) == (company.id, None)
    assert contact.company_id == company.id
    assert [one.contact_count for one in all_of(Company)] == [0, 1]


def test_a_contact_s_site_is_made_where_they_work(editor_client: FlaskClient) -> None:
    company = make_company()
    contact = make_contact(company_id=company.id)
    address = f"/crm/contacts/{contact.id}/edit"
    assert add(editor_client, address, new_site="y", site__city="Tours").status_code == 303
    (post,) = all_of(Post)
    assert post.establishment_id == all_of(Establishment)[-1].id == contact.establishment_id
    (batch,) = all_of(Batch)
    assert {entry.batch_id for entry in all_of(HistoryEntry)[-2:]} == {batch.id}


def test_two_people_who_move_a_contact_are_asked_before_anything_is_made(
    editor_client: FlaskClient,
) -> None:
    contact, theirs = make_contact(), make_company(name="La sienne")
    address = f"/crm/contacts/{contact.id}/edit"
    page = editor_client.get(address).text
    assert add(editor_client, address, **at(theirs)).status_code == 303
    typed = {name.replace("__", "-"): value for name, value in NEW_COMPANY.items()}
    asked = editor_client.post(address, data=filled(page, **typed))
    assert asked.status_code == 409
    assert [one.text for one in parse(asked.text).all(css="conflict__value")][:2] == [
        "Tuilerie du Val", "La sienne",
    ]  # fmt: skip
    assert len(all_of(Company)) == 1
    keep = {"keep-company_id": "mine", "keep-establishment_id": "mine"}
    assert editor_client.post(address, data=filled(asked.text) | keep).status_code == 303
    db.session.expire_all()
    assert contact.company is not None
    assert contact.company.name == "Tuilerie du Val"


def test_a_new_site_does_not_follow_a_contact_whom_another_person_moved(
    editor_client: FlaskClient,
) -> None:
    mine, theirs = make_company(name="La mienne"), make_company(name="La sienne")
    contact = make_contact(company_id=mine.id)
    address = f"/crm/contacts/{contact.id}/edit"
    page = editor_client.get(address).text
    assert add(editor_client, address, **at(theirs)).status_code == 303
    sent = filled(page, new_site="y", **{"site-city": "Tours"})
    asked = editor_client.post(address, data=sent)
    assert asked.status_code == 409
    assert len(all_of(Establishment)) == 2
    keep = {"keep-company_id": "mine"}
    assert editor_client.post(address, data=filled(asked.text) | keep).status_code == 303
    db.session.expire_all()
    site = all_of(Establishment)[-1]
    assert (contact.company_id, contact.establishment_id) == (mine.id, site.id)
    assert (site.company_id, site.city) == (mine.id, "Tours")


def test_whoever_prefers_the_other_person_s_company_makes_none(editor_client: FlaskClient) -> None:
    contact, theirs = make_contact(), make_company(name="La sienne")
    address = f"/crm/contacts/{contact.id}/edit"
    page = editor_client.get(address).text
    assert add(editor_client, address, **at(theirs)).status_code == 303
    typed = {name.replace("__", "-"): value for name, value in NEW_COMPANY.items()}
    asked = editor_client.post(address, data=filled(page, **typed))
    keep = {"keep-company_id": "theirs", "keep-establishment_id": "theirs"}
    assert editor_client.post(address, data=filled(asked.text) | keep).status_code == 303
    assert len(all_of(Company)) == 1
    db.session.expire_all()
    assert (contact.company_id, contact.job_title) == (theirs.id, "Directrice")
