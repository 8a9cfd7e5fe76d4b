"""Many contacts at once: where they work and as what; posts, counts and search follow, one undo
takes it back and leaves what was changed since."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.accounts.models import Account
from app.companies.models import Company
from app.companies.sites import add_establishment
from app.contacts.models import Contact, Post
from app.contacts.operations import form_values, update_contact
from app.core.submissions import new_key
from app.extensions import db
from tests.companies.bulking import last_batch, told, unsound
from tests.factories import make_company, make_contact
from tests.pages import parse

SignIn = Callable[[str], FlaskClient]
BULK = "/crm/contacts/bulk/"


@pytest.fixture
def old(admin: Account) -> Company:
    return make_company(name="Ancienne maison")


@pytest.fixture
def three(old: Company) -> list[int]:
    names = ("Alard", "Brun", "Caron")
    return [make_contact(last_name=name, company_id=old.id).id for name in names]


@pytest.fixture
def client(login_as: SignIn) -> FlaskClient:
    return login_as("editor")


def do(client: FlaskClient, action: str, ids: list[int], **form: Any) -> TestResponse:
    sent = {"key": new_key(), "ids": ",".join(map(str, ids)), **form}
    return client.post(f"{BULK}{action}", data=sent)


def undo(client: FlaskClient, pk: int) -> str:
    client.post(f"/crm/bin/{pk}/undo")
    return parse(client.get("/crm/contacts/").text).text


def contact(pk: int) -> Contact:
    return db.session.get_one(Contact, pk, populate_existing=True)


def posts(pk: int) -> list[tuple[int, bool]]:
    """Of a contact, oldest first: the company, and whether it is the present one."""
    found = db.session.scalars(select(Post).where(Post.contact_id == pk).order_by(Post.id))
    return [(post.company_id, post.is_current) for post in found]


def place(company: Company, site: int | None = None) -> dict[str, str]:
    chosen = {"company_id": str(company.id), "company_id_text": company.name}
    return {**chosen, "establishment_id": str(site or "")}


def test_contacts_move_to_another_company_and_back(
    client: FlaskClient, old: Company, three: list[int], admin: Account
) -> None:
    new = make_company(name="Nouvelle maison")
    site = add_establishment(new, {"trade_name": "Agence", "city": "Tours"}, by=admin)
    db.session.commit()
    assert do(client, "set_company", three[:2], **place(new, site.id)).status_code == 303
    batch = last_batch()
    assert set(told(batch)) == set(three[:2])
    for pk in three[:2]:
        moved = contact(pk)
        assert (moved.company_id, moved.establishment_id) == (new.id, site.id)
        assert posts(pk) == [(old.id, False), (new.id, True)]
        assert "tours" in moved.search_text
    db.session.refresh(new)
    db.session.refresh(old)
    assert (old.contact_count, new.contact_count) == (1, 2)
    assert unsound() == []
    assert "L’action a été annulée" in undo(client, batch.id)
    assert [posts(pk) for pk in three] == [[(old.id, True)]] * 3
    assert unsound() == []


def test_what_was_changed_since_is_left(
    client: FlaskClient, old: Company, three: list[int], admin: Account
) -> None:
    new, third = make_company(), make_company()
    do(client, "set_company", three[:2], **place(new))
    batch = last_batch()
    later = contact(three[0])
    update_contact(later, {"company_id": third.id}, base=form_values(later), by=admin)
    db.session.commit()
    undo(client, batch.id)
    assert [contact(pk).company_id for pk in three] == [third.id, old.id, old.id]
    assert unsound() == []


def test_contacts_are_detached_and_tied_again(
    client: FlaskClient, old: Company, three: list[int]
) -> None:
    assert do(client, "set_company", three, clear="1").status_code == 303
    assert [contact(pk).company_id for pk in three] == [None] * 3
    assert [posts(pk) for pk in three] == [[(old.id, False)]] * 3
    undo(client, last_batch().id)
    assert [contact(pk).company_id for pk in three] == [old.id] * 3
    assert unsound() == []


@pytest.mark.parametrize(
    ("action", "field"), [("set_function", "job_function"), ("set_department", "department")]
)
def test_a_text_is_set_found_and_erased(
    client: FlaskClient, three: list[int], action: str, field: str
) -> None:
    assert do(client, action, three, **{field: " Ressources  humaines "}).status_code == 303
    assert {getattr(contact(pk), field) for pk in three} == {"Ressources humaines"}
    assert all("ressources humaines" in contact(pk).search_text for pk in three)
    assert do(client, action, three, clear="1").status_code == 303
    assert {getattr(contact(pk), field) for pk in three} == {None}
    undo(client, last_batch().id)
    assert {getattr(contact(pk), field) for pk in three} == {"Ressources humaines"}
    assert unsound() == []


def test_a_site_of_another_company_is_refused(
    client: FlaskClient, old: Company, three: list[int], admin: Account
) -> None:
    new = make_company()
    site = add_establishment(old, {"trade_name": "Agence"}, by=admin)
    db.session.commit()
    answer = do(client, "set_company", three, **place(new, site.id))
    assert answer.status_code == 422
    assert [contact(pk).company_id for pk in three] == [old.id] * 3


@pytest.mark.parametrize("action", ["consent", "set_consent", "do_not_contact"])
def test_consent_is_never_given_in_bulk(client: FlaskClient, three: list[int], action: str) -> None:
    assert do(client, action, three, consent="yes").status_code == 404
    assert {contact(pk).consent for pk in three} == {"unknown"}


@pytest.mark.parametrize("role", ["reader", "student"])
def test_who_may_not_moves_nobody(
    login_as: SignIn, old: Company, three: list[int], role: str
) -> None:
    new = make_company()
    assert do(login_as(role), "set_company", three, **place(new)).status_code == 403
    assert [contact(pk).company_id for pk in three] == [old.id] * 3
