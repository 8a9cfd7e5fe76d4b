"""The bin of someone who does not keep it: what they deleted themselves."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from app.accounts.models import Account
from app.companies.models import Company
from app.extensions import db
from app.history.actions import Subject
from app.history.models import Batch
from app.notes.models import Note
from app.notes.operations import remove_note
from app.notes.queries import Owner
from tests.factories import make_company

LoginAs = Callable[[str], FlaskClient]


@pytest.fixture
def company() -> Company:
    return make_company(name="Faïencerie des Quais")


def removed(company: Company, by: Account) -> Batch:
    note = Note(company_id=company.id, text=f"Note de {by.username}", author_id=by.id)
    db.session.add(note)
    db.session.flush()
    batch = remove_note(note, Owner(Subject.COMPANY, company.id), by=by)
    db.session.commit()
    return batch


def rows(person: FlaskClient) -> list[str]:
    return re.findall(r'data-id="(\d+)"', person.get("/crm/bin/").text)


def test_an_editor_sees_their_own_deletions_and_a_manager_all(
    login_as: LoginAs, company: Company, editor: Account, manager: Account
) -> None:
    own, others = str(removed(company, editor).id), str(removed(company, manager).id)
    assert rows(login_as("editor")) == [own]
    assert rows(login_as("manager")) == [others, own]
    page = login_as("editor").get("/crm/bin/").text
    assert "Ce que vous supprimez" in page
    assert 'name="by"' not in page
    assert f"/crm/bin/{own}/restore" in page


def test_an_editor_restores_their_own_and_nobody_else_s(
    login_as: LoginAs, company: Company, editor: Account, manager: Account
) -> None:
    own, others = removed(company, editor).id, removed(company, manager).id
    person = login_as("editor")
    assert person.post(f"/crm/bin/{others}/restore").status_code == 404
    assert person.post(f"/crm/bin/{own}/restore").status_code == 303
    assert rows(person) == []
    assert person.get(f"/crm/bin/{own}/").status_code == 404
    back = db.session.query(Note).filter_by(text="Note de editor").one()
    assert back.trashed_at is None


def test_the_menu_leads_there(login_as: LoginAs) -> None:
    assert 'href="/crm/bin/"' in login_as("editor").get("/").text
    assert 'href="/crm/bin/"' not in login_as("reader").get("/").text
