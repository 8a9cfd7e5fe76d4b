"""« Modifier » a contact: merging, consent left alone, a company that lies in the bin."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.accounts.models import Account
from app.bin.operations import restore, trash
from app.companies.models import Company
from app.contacts.models import Consent, ConsentEvent, Contact
from app.contacts.operations import form_values, note_consent, update_contact
from app.core.db import utcnow
from app.extensions import db
from app.history.actions import Action, Subject
from app.history.models import Batch, HistoryEntry
from tests.factories import make_company, make_contact
from tests.pages import dialog_errors, filled, parse

SignIn = Callable[[str], FlaskClient]


@pytest.fixture
def company(admin: Account) -> Company:
    return make_company(name="Maison Alba", city="Blois")


@pytest.fixture
def contact(company: Company) -> Contact:
    head = company.head_office
    assert head is not None
    return make_contact(
        email="claire@alba.example", company_id=company.id, establishment_id=head.id
    )


@pytest.fixture
def editor_client(login_as: SignIn) -> FlaskClient:
    return login_as("editor")


def opened(client: FlaskClient, contact: Contact) -> dict[str, Any]:
    return filled(client.get(f"/crm/contacts/{contact.id}/edit").text)


def send(client: FlaskClient, contact: Contact, form: dict[str, Any], **typed: Any) -> TestResponse:
    answer = client.post(f"/crm/contacts/{contact.id}/edit", data={**form, **typed})
    db.session.expire_all()
    return answer


def change(contact: Contact, by: Account, **values: Any) -> Contact:
    db.session.refresh(contact)
    base = form_values(contact)
    update_contact(contact, {**base, **values}, base=base, by=by)
    db.session.commit()
    return contact


def lines(contact: Contact) -> list[dict[str, tuple[str | None, str | None]]]:
    statement = select(HistoryEntry).where(
        HistoryEntry.subject_kind == Subject.CONTACT, HistoryEntry.subject_id == contact.id,
        HistoryEntry.action == Action.UPDATED,
    )  # fmt: skip
    return [
        {value.field: (value.old_value, value.new_value) for value in entry.values}
        for entry in db.session.scalars(statement.order_by(HistoryEntry.id))
    ]


def test_what_was_typed_is_saved_and_has_its_line(
    editor_client: FlaskClient, contact: Contact
) -> None:
    form = opened(editor_client, contact)
    assert send(editor_client, contact, form, last_name="Aubert", email="").status_code == 303
    assert (contact.last_name, contact.email) == ("Aubert", None)
    assert lines(contact) == [
        {"last_name": ("Évrard", "Aubert"), "email": ("claire@alba.example", None)}
    ]


def test_nothing_changed_writes_nothing(editor_client: FlaskClient, contact: Contact) -> None:
    before = contact.version
    assert send(editor_client, contact, opened(editor_client, contact)).status_code == 303
    assert contact.version == before
    assert lines(contact) == []


def test_different_fields_of_two_people_merge(editor_client: FlaskClient, contact: Contact) -> None:
    mine, theirs = (opened(editor_client, contact) for _ in range(2))
    send(editor_client, contact, theirs, job_title="Directrice")
    assert send(editor_client, contact, mine, first_name="Clara").status_code == 303
    assert (contact.first_name, contact.job_title) == ("Clara", "Directrice")


def test_the_same_field_shows_the_three_values_and_saves_the_choice(
    editor_client: FlaskClient, contact: Contact
) -> None:
    mine, theirs = (opened(editor_client, contact) for _ in range(2))
    send(editor_client, contact, theirs, last_name="Leur")
    answer = send(editor_client, contact, mine, last_name="Mien", phone="0254111111")
    assert answer.status_code == 409
    (question,) = parse(answer.text).all("fieldset", css="conflict__field")
    assert question.one(css="conflict__before").text == "Avant : Évrard"
    assert [each.text for each in question.all(css="conflict__value")] == ["Mien", "Leur"]
    saved = send(editor_client, contact, filled(answer.text), **{"keep-last_name": "theirs"})
    assert saved.status_code == 303
    assert (contact.last_name, contact.phone) == ("Leur", "+33254111111")


def test_a_clash_of_companies_shows_their_names_and_offers_the_right_sites(
    editor_client: FlaskClient, contact: Contact, manager: Account
) -> None:
    mine, theirs = make_company(name="La mienne"), make_company(name="La leur")
    form = opened(editor_client, contact)
    change(contact, manager, company_id=theirs.id, establishment_id=None)
    picked = {"company_id": str(mine.id), "company_id_text": mine.name, "establishment_id": ""}
    answer = send(editor_client, contact, form, **picked)
    assert answer.status_code == 409
    (question,) = parse(answer.text).all("fieldset", css="conflict__field")
    assert [each.text for each in question.all(css="conflict__value")] == ["La mienne", "La leur"]
    saved = send(editor_client, contact, filled(answer.text), **{"keep-company_id": "theirs"})
    assert saved.status_code == 303, dialog_errors(saved.text)
    assert contact.company_id == theirs.id


def test_a_box_is_unticked(editor_client: FlaskClient, contact: Contact, admin: Account) -> None:
    change(contact, admin, signs_agreements=True)
    form = opened(editor_client, contact)
    assert form["signs_agreements"] == "y"
    del form["signs_agreements"]
    assert send(editor_client, contact, form).status_code == 303
    assert contact.signs_agreements is False


def test_an_edit_never_touches_consent(
    editor_client: FlaskClient, contact: Contact, admin: Account
) -> None:
    note_consent(contact, Consent.YES, means="phone", wording="Oui.", by=admin)
    contact.do_not_contact_at = utcnow()
    db.session.commit()
    form = opened(editor_client, contact)
    assert "consent" not in form
    send(editor_client, contact, form, last_name="Aubert", consent="no", do_not_contact_at="")
    assert contact.last_name == "Aubert"
    assert (contact.consent, contact.do_not_contact_at is None) == ("yes", False)
    assert len(db.session.scalars(select(ConsentEvent)).all()) == 1


def test_consent_is_logged_each_time(contact: Contact, admin: Account, editor: Account) -> None:
    note_consent(contact, Consent.YES, means="phone", wording="Au forum.", by=admin)
    note_consent(contact, Consent.NO, means="email", wording="Ne plus écrire.", by=editor)
    db.session.commit()
    events = db.session.scalars(select(ConsentEvent).order_by(ConsentEvent.id)).all()
    assert [(e.consent, e.means, e.wording, e.noted_by_id) for e in events] == [
        ("yes", "phone", "Au forum.", admin.id),
        ("no", "email", "Ne plus écrire.", editor.id),
    ]
    assert contact.consent == "no"


# ---- a company in the bin


@pytest.fixture
def tied(contact: Contact, company: Company, admin: Account) -> Contact:
    """A contact whose company lies in the bin."""
    trash(Subject.COMPANY, [company.id], by=admin)
    db.session.commit()
    return contact


def test_the_pop_up_does_not_name_a_company_in_the_bin(
    editor_client: FlaskClient, tied: Contact
) -> None:
    page = editor_client.get(f"/crm/contacts/{tied.id}/edit").text
    assert "Maison Alba" not in page
    assert filled(page)["company_id"] == ""


def test_another_field_is_saved_and_the_tie_kept(
    editor_client: FlaskClient, tied: Contact, company: Company, admin: Account
) -> None:
    site = tied.establishment_id
    saved = send(editor_client, tied, opened(editor_client, tied), email="neuf@a.example")
    assert saved.status_code == 303, dialog_errors(saved.text)
    assert tied.email == "neuf@a.example"
    assert (tied.company_id, tied.establishment_id) == (company.id, site)
    assert lines(tied) == [{"email": ("claire@alba.example", "neuf@a.example")}]
    restore(company_batch(company), by=admin)
    db.session.commit()
    assert tied.live_company is company


def company_batch(company: Company) -> Any:
    return db.session.get_one(Batch, company.trash_batch_id)


def test_another_company_can_be_chosen(editor_client: FlaskClient, tied: Contact) -> None:
    other = make_company(name="Nouvelle")
    form = opened(editor_client, tied)
    picked = {"company_id": str(other.id), "company_id_text": other.name}
    assert send(editor_client, tied, form, **picked).status_code == 303
    assert (tied.company_id, tied.establishment_id) == (other.id, None)
    assert [(post.company_id, post.is_current) for post in tied.posts if post.is_current] == [
        (other.id, True)
    ]


@pytest.mark.parametrize(("role", "status"), [("editor", 200), ("reader", 403), ("student", 403)])
def test_who_may_open_the_pop_up(
    login_as: SignIn, contact: Contact, role: str, status: int
) -> None:
    assert login_as(role).get(f"/crm/contacts/{contact.id}/edit").status_code == status


def test_a_contact_in_the_bin_cannot_be_edited(
    editor_client: FlaskClient, contact: Contact, admin: Account
) -> None:
    form = opened(editor_client, contact)
    trash(Subject.CONTACT, [contact.id], by=admin)
    db.session.commit()
    assert send(editor_client, contact, form, last_name="B").status_code == 404
    assert contact.last_name == "Évrard"
