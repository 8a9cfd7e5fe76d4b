"""Many people at once, in real threads on a database of their own: one wins, the others are told."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app.companies.models import Company
from app.contacts.models import Contact
from app.core.submissions import new_key
from app.extensions import db
from app.history.actions import Action
from app.history.models import Batch, HistoryEntry
from app.permissions import Role
from app.tags.models import Tag, company_tag
from tests import own
from tests.conftest import account_named
from tests.factories import make_company, make_contact, make_tag, new_siren
from tests.pages import dialog_errors, filled

pytestmark = pytest.mark.own_database
PEOPLE = 8
Deed = Callable[[FlaskClient, int], TestResponse]
BULK = "/crm/companies/bulk/"


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Flask]:
    """The product on a database of its own, with eight managers and the factories' admin."""
    people = {f"person{number}": Role.MANAGER for number in range(PEOPLE)}
    folder = tmp_path_factory.mktemp("crowd")
    with own.own_product(folder, f"crowd_{worker_id}", {"admin": Role.ADMIN, **people}) as crowd_:
        yield crowd_


@pytest.fixture(autouse=True)
def looking(crowd: Flask) -> Iterator[None]:
    """The test itself looks from a context of its own."""
    with crowd.app_context():
        yield
        db.session.rollback()


def signed_in(crowd: Flask, number: int) -> FlaskClient:
    return own.signed_in(crowd, f"person{number}")


def at_once(crowd: Flask, prepare: Callable[[FlaskClient, int], Any], deed: Callable[..., TestResponse]) -> list[TestResponse]:  # fmt: skip
    """Everybody prepares, waits for the others, then does the deed; their answers."""
    barrier = threading.Barrier(PEOPLE)

    def one(number: int) -> TestResponse:
        person = signed_in(crowd, number)
        prepared = prepare(person, number)
        barrier.wait(30)
        return deed(person, prepared)

    db.session.commit()
    with ThreadPoolExecutor(PEOPLE) as pool:
        answers = list(pool.map(one, range(PEOPLE)))
    db.session.expire_all()
    return answers


def statuses(answers: list[TestResponse]) -> dict[int, int]:
    return dict(Counter(answer.status_code for answer in answers))


def posting(path: str) -> Callable[[FlaskClient, Any], TestResponse]:
    return lambda person, form: person.post(path, data=form)


def form_of(path: str, **typed: Any) -> Callable[[FlaskClient, int], dict[str, Any]]:
    """The pop-up as each person has filled it in; a text may hold {n}, their number."""

    def fill(person: FlaskClient, number: int) -> dict[str, Any]:
        mine = {name: value.format(n=number) for name, value in typed.items()}
        return filled(person.get(path).text, **mine)

    return fill


def with_key(form: dict[str, Any]) -> Callable[[FlaskClient, int], dict[str, Any]]:
    """The same form, opened by each person."""
    return lambda _person, _n: {**form, "key": new_key()}


def tag_first(crowd: Flask, ids: list[str], label: str) -> None:
    db.session.commit()
    form = {"key": new_key(), "ids": ids, "tag_text": label}
    assert signed_in(crowd, 0).post(BULK + "add_tag", data=form).status_code == 303


def count(*conditions: Any) -> int:
    return db.session.scalar(select(func.count()).where(*conditions)) or 0


# ---- making the same thing


def test_one_siren_makes_one_company_and_the_others_are_told(crowd: Flask) -> None:
    siren = new_siren()
    path = "/crm/companies/new"
    answers = at_once(crowd, form_of(path, name="Maison {n}", siren=siren), posting(path))
    assert statuses(answers) == {303: 1, 422: PEOPLE - 1}
    for answer in answers:
        if answer.status_code == 422:
            said = dialog_errors(answer.text)["siren"]
            assert "déjà celui de « Maison " in said or "vient d’être enregistré" in said
    company = db.session.scalars(select(Company).where(Company.siren == siren)).one()
    made = HistoryEntry.action == Action.CREATED, HistoryEntry.subject_id == company.id
    assert count(*made) == 1


def test_one_siren_makes_one_company_and_one_contact_within_it(crowd: Flask) -> None:
    siren, path = new_siren(), "/crm/contacts/new"
    step = {"new_company": "y", "company-name": "Tuilerie {n}", "company-siren": siren}
    answers = at_once(crowd, form_of(path, last_name=f"Du {siren}", **step), posting(path))
    assert statuses(answers) == {303: 1, 422: PEOPLE - 1}
    company = db.session.scalars(select(Company).where(Company.siren == siren)).one()
    for answer in answers:
        if answer.status_code == 422:
            assert "company-siren" in dialog_errors(answer.text)
            assert f'name="use_company" value="{company.id}"' in answer.text
    assert count(Contact.last_name == f"Du {siren}", Contact.company_id == company.id) == 1
    assert count(Contact.last_name == f"Du {siren}") == company.contact_count == 1


def test_one_form_makes_one_row_and_everybody_is_led_to_it(crowd: Flask) -> None:
    path = "/crm/companies/new"
    person = signed_in(crowd, 0)
    form = filled(person.get(path).text, name="Une seule fois", no_siren_reason="being_created")
    answers = at_once(crowd, lambda _person, _n: form, lambda _p, f: signed_in(crowd, 0).post(path, data=f))  # fmt: skip
    assert statuses(answers) == {303: PEOPLE}
    company = db.session.scalars(select(Company).where(Company.name == "Une seule fois")).one()
    assert {answer.location for answer in answers} == {f"/crm/companies/{company.id}/"}


def test_one_label_makes_one_tag(crowd: Flask) -> None:
    path = "/crm/tags/new"
    answers = at_once(crowd, form_of(path, label="Salon unique"), posting(path))
    assert statuses(answers) == {303: 1, 422: PEOPLE - 1}
    assert count(Tag.folded == "salon unique") == 1


def test_the_same_new_tag_on_the_same_rows_is_there_once(crowd: Flask) -> None:
    ids = [str(make_company().id) for _ in range(20)]
    form = {"ids": ids, "tag_text": "Vu ensemble"}
    answers = at_once(crowd, with_key(form), posting(BULK + "add_tag"))
    assert statuses(answers) == {303: PEOPLE}
    tag = db.session.scalars(select(Tag).where(Tag.label == "Vu ensemble")).one()
    assert count(company_tag.c.tag_id == tag.id) == 20
    lines = HistoryEntry.action == Action.TAG_ADDED, HistoryEntry.object_id == tag.id
    assert count(*lines) == 20
    batches = db.session.scalars(select(Batch.item_count).where(Batch.label == "Vu ensemble"))
    assert sum(batches) == 20


def test_a_tag_comes_off_once(crowd: Flask) -> None:
    tag, ids = make_tag("À retirer"), [str(make_company().id) for _ in range(20)]
    tag_first(crowd, ids, tag.label)
    form = {"ids": ids, "tag_text": tag.label}
    answers = at_once(crowd, with_key(form), posting(BULK + "remove_tag"))
    assert statuses(answers) == {303: PEOPLE}
    lines = HistoryEntry.action == Action.TAG_REMOVED, HistoryEntry.object_id == tag.id
    assert count(*lines) == 20


# ---- editing the same thing


def test_the_same_field_is_saved_once_and_the_others_are_asked(crowd: Flask) -> None:
    company = make_company(name="Avant")
    path = f"/crm/companies/{company.id}/edit"
    answers = at_once(crowd, form_of(path, name="Nom {n}"), posting(path))
    assert statuses(answers) == {303: 1, 409: PEOPLE - 1}
    winner = next(n for n, answer in enumerate(answers) if answer.status_code == 303)
    assert company.name == f"Nom {winner}"
    lines = HistoryEntry.action == Action.UPDATED, HistoryEntry.subject_id == company.id
    assert count(*lines, HistoryEntry.subject_kind == "company") == 1


FIELDS = ("name", "acronym", "turnover", "share_capital", "foreign_number", "headcount_year", "city", "postal_code")  # fmt: skip


def test_different_fields_are_all_saved(crowd: Flask) -> None:
    company = make_company(name="Avant", city="Blois")
    path = f"/crm/companies/{company.id}/edit"

    def prepare(person: FlaskClient, number: int) -> dict[str, Any]:
        return filled(person.get(path).text, **{FIELDS[number]: f"201{number}"})

    answers = at_once(crowd, prepare, posting(path))
    assert statuses(answers) == {303: PEOPLE}
    head = company.head_office
    assert head is not None
    stored = [
        getattr(head if name in {"city", "postal_code"} else company, name) for name in FIELDS
    ]
    assert [str(value) for value in stored] == [f"201{number}" for number in range(PEOPLE)]


def test_newcomers_at_once_are_all_counted(crowd: Flask) -> None:
    company = make_company(name="Accueillante")
    path = f"/crm/contacts/new?company_id={company.id}"
    answers = at_once(crowd, form_of(path, last_name="Personne {n}"), posting(path))
    assert statuses(answers) == {303: PEOPLE}
    assert company.contact_count == count(Contact.company_id == company.id) == PEOPLE


def test_no_two_people_make_a_circle_of_parents(crowd: Flask) -> None:
    ring = [make_company(name=f"Anneau {number}") for number in range(PEOPLE)]
    ids = [company.id for company in ring]

    def prepare(person: FlaskClient, number: int) -> tuple[str, dict[str, Any]]:
        path, above = f"/crm/companies/{ids[number]}/edit", (number + 1) % PEOPLE
        picked = {"parent_id": str(ids[above]), "parent_id_text": f"Anneau {above}"}
        return path, filled(person.get(path).text, **picked)

    answers = at_once(crowd, prepare, lambda person, ready: person.post(ready[0], data=ready[1]))
    assert statuses(answers) == {303: PEOPLE - 1, 422: 1}
    refused = next(answer for answer in answers if answer.status_code == 422)
    assert "sa propre société mère" in dialog_errors(refused.text)["parent_id"]


# ---- linking the same account


def linking(crowd: Flask, pairs: list[tuple[int, int]]) -> list[TestResponse]:
    """Person n ties the n-th contact to the n-th account."""

    def prepare(_person: FlaskClient, number: int) -> tuple[str, dict[str, str]]:
        contact, account = pairs[number]
        return f"/crm/contacts/{contact}/account", {"account": str(account)}

    return at_once(crowd, prepare, lambda person, ready: person.post(ready[0], data=ready[1]))


def test_one_account_is_tied_to_one_contact_and_the_others_are_told(crowd: Flask) -> None:
    account = account_named("admin").id
    contacts = [make_contact(last_name=f"Prétendant {n}").id for n in range(PEOPLE)]
    answers = linking(crowd, [(contact, account) for contact in contacts])
    assert statuses(answers) == {303: 1, 422: PEOPLE - 1}
    (holder,) = db.session.scalars(select(Contact).where(Contact.account_id == account))
    assert holder.id in contacts
    for answer in answers:
        if answer.status_code == 422:
            assert "déjà associé à" in answer.text or "vient d’être associé" in answer.text
    linked = HistoryEntry.action == Action.ACCOUNT_LINKED
    assert count(linked, HistoryEntry.subject_kind == "account", HistoryEntry.subject_id == account) == 1  # fmt: skip
    assert count(linked, HistoryEntry.subject_kind == "contact", HistoryEntry.subject_id.in_(contacts)) == 1  # fmt: skip


def test_one_contact_is_tied_to_one_account_and_the_others_are_told(crowd: Flask) -> None:
    contact = make_contact(last_name="Convoitée").id
    accounts = [account_named(f"person{number}").id for number in range(PEOPLE)]
    answers = linking(crowd, [(contact, account) for account in accounts])
    assert statuses(answers) == {303: 1, 422: PEOPLE - 1}
    winner = next(n for n, answer in enumerate(answers) if answer.status_code == 303)
    assert db.session.get_one(Contact, contact).account_id == accounts[winner]
    assert all("a déjà un compte" in a.text for a in answers if a.status_code == 422)
    linked = HistoryEntry.action == Action.ACCOUNT_LINKED
    assert count(linked, HistoryEntry.subject_id == contact, HistoryEntry.subject_kind == "contact") == 1  # fmt: skip


# ---- taking back, deleting


def test_a_batch_is_taken_back_once(crowd: Flask) -> None:
    ids = [str(make_company().id) for _ in range(10)]
    tag_first(crowd, ids, "À annuler")
    batch = db.session.scalars(select(Batch).where(Batch.label == "À annuler")).one()

    def undo(person: FlaskClient, _ready: Any) -> TestResponse:
        person.post(f"/crm/bin/{batch_id}/undo")
        return person.get("/crm/companies/")

    batch_id = batch.id
    answers = at_once(crowd, lambda _person, _n: None, undo)
    assert sum("L’action a été annulée." in answer.text for answer in answers) == 1
    assert sum("déjà été annulée" in answer.text for answer in answers) == PEOPLE - 1
    identity = db.session.scalar(select(Tag.id).where(Tag.label == "À annuler"))
    lines = HistoryEntry.action == Action.TAG_REMOVED, HistoryEntry.object_id == identity
    assert count(*lines) == 10
    assert batch.is_undone


def test_what_is_deleted_by_all_goes_once(crowd: Flask) -> None:
    ids = [str(make_company().id) for _ in range(10)]
    answers = at_once(crowd, with_key({"ids": ids}), posting(BULK + "trash"))
    assert set(statuses(answers)) <= {303, 409}
    wanted = [int(identity) for identity in ids]
    assert count(Company.id.in_(wanted), Company.trashed_at.is_not(None)) == 10
    lines = HistoryEntry.action == Action.TRASHED, HistoryEntry.subject_id.in_(wanted)
    assert count(*lines, HistoryEntry.subject_kind == "company") == 10
