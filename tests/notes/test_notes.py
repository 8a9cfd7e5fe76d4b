"""Notes: written once, edited and removed by their author, brought back, kept in the history."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.accounts.models import Account
from app.bin.operations import undo
from app.companies.models import Company, Establishment
from app.companies.sites import add_establishment
from app.core.merge import Stale
from app.core.rules import Refused
from app.core.submissions import new_key
from app.extensions import db
from app.history.actions import Action, Subject
from app.history.models import HistoryEntry
from app.notes.models import Note
from app.notes.operations import edit_note, remove_note, write_note
from app.notes.queries import Owner, notes_of
from tests.factories import make_company, make_contact

SignIn = Callable[[str], FlaskClient]


@pytest.fixture
def company() -> Company:
    return make_company(name="Blois Conseil")


@pytest.fixture
def owner(company: Company) -> Owner:
    return Owner(Subject.COMPANY, company.id)


@pytest.fixture
def site(company: Company, admin: Account) -> Establishment:
    return add_establishment(company, {"trade_name": "Agence"}, by=admin)


def actions(owner: Owner) -> list[str]:
    statement = (
        select(HistoryEntry.action)
        .where(
            HistoryEntry.subject_kind == owner.subject, HistoryEntry.subject_id == owner.id
        )
        .order_by(HistoryEntry.id)
    )  # fmt: skip
    return list(db.session.scalars(statement))[-4:]


def test_a_note_lives_and_comes_back(owner: Owner, editor: Account) -> None:
    note = write_note(owner, "À rappeler", by=editor)
    edit_note(note, owner, "À rappeler en mars", base="À rappeler", by=editor)
    batch = remove_note(note, owner, by=editor)
    assert notes_of(owner) == []
    undo(batch, by=editor)
    assert [note.text for note in notes_of(owner)] == ["À rappeler en mars"]
    assert note.edited_at is not None
    assert actions(owner) == [
        Action.NOTE_ADDED, Action.NOTE_EDITED, Action.NOTE_REMOVED, Action.NOTE_RESTORED,
    ]  # fmt: skip


def test_only_its_author_and_administrators_change_a_note(
    owner: Owner, editor: Account, manager: Account, admin: Account
) -> None:
    note = write_note(owner, "À rappeler", by=editor)
    with pytest.raises(Refused):
        edit_note(note, owner, "X", base="À rappeler", by=manager)
    with pytest.raises(Refused):
        remove_note(note, owner, by=manager)
    assert edit_note(note, owner, "X", base="À rappeler", by=admin).text == "X"


def test_two_people_at_one_note_are_asked(owner: Owner, editor: Account, admin: Account) -> None:
    note = write_note(owner, "Un", by=editor)
    edit_note(note, owner, "Deux", base="Un", by=admin)
    with pytest.raises(Stale):
        edit_note(note, owner, "Trois", base="Un", by=editor)


def test_a_note_is_written_from_the_sheet_once(login_as: SignIn, company: Company) -> None:
    editor, key = login_as("editor"), new_key()
    url = f"/crm/companies/{company.id}/notes/"
    for _twice in range(2):
        answer = editor.post(url, data={"key": key, "base": "{}", "text": "Vu au <forum>"})
        assert answer.status_code == 303
    assert len(db.session.scalars(select(Note).where(Note.company_id == company.id)).all()) == 1
    assert "Vu au &lt;forum&gt;" in editor.get(f"/crm/companies/{company.id}/").text


@pytest.mark.parametrize("text", ["", "  \n ", "x" * 10_001])
def test_an_empty_or_endless_note_is_refused(login_as: SignIn, company: Company, text: str) -> None:
    url = f"/crm/companies/{company.id}/notes/"
    answer = login_as("editor").post(url, data={"key": new_key(), "base": "{}", "text": text})
    assert answer.status_code == 422


def test_notes_of_a_site_are_the_site_s(login_as: SignIn, site: Establishment) -> None:
    editor = login_as("editor")
    url = f"/crm/companies/{site.company_id}/notes/?site={site.id}"
    answer = editor.post(url, data={"key": new_key(), "base": "{}", "text": "Digicode 12"})
    assert answer.status_code == 303
    assert f"site={site.id}" in answer.location
    assert "Digicode 12" in editor.get(answer.location).text
    assert "Digicode 12" not in editor.get(f"/crm/companies/{site.company_id}/").text
    assert "Digicode 12" in editor.get(f"/crm/companies/{site.company_id}/history").text


@pytest.mark.parametrize("site_id", ["0", "zz", "99999999", "-1", "1e9"])
def test_notes_of_no_site_are_not_found(login_as: SignIn, company: Company, site_id: str) -> None:
    editor = login_as("editor")
    assert editor.get(f"/crm/companies/{company.id}/notes/?site={site_id}").status_code == 404


def test_a_note_of_another_sheet_is_not_found(
    login_as: SignIn, owner: Owner, company: Company, admin: Account
) -> None:
    note = write_note(owner, "À rappeler", by=admin)
    contact = make_contact()
    client = login_as("admin")
    assert client.get(f"/crm/contacts/{contact.id}/notes/{note.id}").status_code == 404
    assert client.get(f"/crm/companies/{make_company().id}/notes/{note.id}").status_code == 404
    assert client.get(f"/crm/companies/{company.id}/notes/{note.id}").status_code == 200


def test_removing_from_the_sheet_offers_the_way_back(
    login_as: SignIn, owner: Owner, company: Company, editor: Account
) -> None:
    note = write_note(owner, "À rappeler", by=editor)
    client = login_as("editor")
    url = f"/crm/companies/{company.id}/notes/{note.id}/remove"
    page = client.post(url, follow_redirects=True).text
    assert "Note supprimée." in page
    way_back = re.search(r"/crm/bin/\d+/undo", page)
    assert way_back is not None
    assert client.post(way_back[0]).status_code == 303
    assert "À rappeler" in client.get(f"/crm/companies/{company.id}/").text


def test_a_reader_reads_and_does_not_write(
    login_as: SignIn, owner: Owner, company: Company, admin: Account
) -> None:
    write_note(owner, "À rappeler", by=admin)
    page = login_as("reader").get(f"/crm/companies/{company.id}/").text
    assert "À rappeler" in page
    assert "data-note-form" not in page
