"""« Modifier »: what is saved, what follows a change, and what stays as it was."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.accounts.models import Account
from app.bin.operations import trash
from app.companies.models import Company, Precision
from app.companies.operations import form_values
from app.companies.sites import add_establishment
from app.contacts.models import Contact
from app.contacts.queries import CONTACTS
from app.core.listing import Listing
from app.core.rules import Refused
from app.extensions import db
from app.history.actions import Action, Subject
from app.history.models import HistoryEntry
from tests.companies.editing import address, change, changes, lines, opened, send
from tests.factories import make_company, make_contact, new_siren, siret_of
from tests.pages import dialog_errors, filled

SignIn = Callable[[str], FlaskClient]


@pytest.fixture
def company(admin: Account) -> Company:
    return make_company(name="Maison Alba", city="Blois", postal_code="41000", phone="+33254000000")


@pytest.fixture
def editor_client(login_as: SignIn) -> FlaskClient:
    return login_as("editor")


# ---- one person


def test_the_pop_up_shows_what_is_stored_and_saves_what_was_typed(
    editor_client: FlaskClient, company: Company
) -> None:
    form = opened(editor_client, company)
    assert (form["name"], form["city"], form["phone"]) == ("Maison Alba", "Blois", "02\u00a054\u00a000\u00a000\u00a000")  # fmt: skip
    answer = send(editor_client, company, form, name="Maison Aubé")
    assert answer.status_code == 303
    assert answer.location == f"/crm/companies/{company.id}/"
    db.session.refresh(company)
    assert (company.name, company.phone) == ("Maison Aubé", "+33254000000")


def test_nothing_changed_writes_nothing(editor_client: FlaskClient, company: Company) -> None:
    before, moment = company.version, company.updated_at
    count = db.session.scalar(select(func.count()).select_from(HistoryEntry))
    assert send(editor_client, company, opened(editor_client, company)).status_code == 303
    db.session.refresh(company)
    assert (company.version, company.updated_at) == (before, moment)
    assert db.session.scalar(select(func.count()).select_from(HistoryEntry)) == count


def test_the_history_bears_old_and_new_values(company: Company, editor: Account) -> None:
    change(company, editor, name="Maison Aubé", turnover=1000, city="Tours", postal_code="37000")
    (own,) = lines(company)
    assert own.actor_id == editor.id
    assert changes(own) == {"name": ("Maison Alba", "Maison Aubé"), "turnover": (None, "1000")}
    (site,) = lines(company, Action.SITE_UPDATED)
    assert changes(site)["city"] == ("Blois", "Tours")
    assert changes(site)["postal_code"] == ("41000", "37000")


def test_a_blank_field_is_emptied(editor_client: FlaskClient, company: Company) -> None:
    send(editor_client, company, opened(editor_client, company), phone="  ")
    db.session.refresh(company)
    assert company.phone is None
    assert changes(lines(company)[0]) == {"phone": ("+33254000000", None)}


def test_a_refused_form_keeps_all_that_was_typed(
    editor_client: FlaskClient, company: Company
) -> None:
    form = opened(editor_client, company)
    answer = send(editor_client, company, form, name="Nouveau nom", phone="12", turnover="3,5 M€")
    assert answer.status_code == 422
    assert set(dialog_errors(answer.text)) == {"phone"}
    again = filled(answer.text)
    assert (again["name"], again["phone"], again["turnover"]) == ("Nouveau nom", "12", "3,5 M€")
    db.session.refresh(company)
    assert company.name == "Maison Alba"


# ---- SIREN and SIRET


def test_a_siren_changes_with_its_siret(company: Company, admin: Account) -> None:
    first, second = company.siren or "", new_siren()
    change(company, admin, siret=siret_of(first))
    change(company, admin, siren=second, siret=siret_of(second))
    head = company.head_office
    assert head is not None
    assert (company.siren, head.siren, head.siret) == (second, second, siret_of(second))
    db.session.expire_all()
    assert form_values(company)["siret"] == siret_of(second)


def test_a_siren_alone_cannot_leave_its_siret_behind(company: Company, admin: Account) -> None:
    change(company, admin, siret=siret_of(company.siren or ""))
    with pytest.raises(Refused) as refusal:
        change(company, admin, siren=new_siren())
    assert refusal.value.field == "siret"


def test_a_siren_can_be_taken_away_with_a_reason(company: Company, admin: Account) -> None:
    add_establishment(company, {"city": "Tours"}, by=admin)
    change(company, admin, siren=None, no_siren_reason="being_created")
    assert [site.siren for site in company.establishments] == [None, None]
    change(company, admin, siren="552100554", no_siren_reason=None)
    assert [site.siren for site in company.establishments] == ["552100554", "552100554"]


def test_a_siren_does_not_change_under_other_sites(company: Company, admin: Account) -> None:
    add_establishment(company, {"siret": siret_of(company.siren or "", 2)}, by=admin)
    with pytest.raises(Refused) as refusal:
        change(company, admin, siren=new_siren())
    assert refusal.value.field == "siren"


def test_the_siren_of_another_company_is_refused(
    editor_client: FlaskClient, company: Company
) -> None:
    other = make_company(name="Déjà là")
    answer = send(editor_client, company, opened(editor_client, company), siren=other.siren or "")
    assert answer.status_code == 422
    assert "Déjà là" in dialog_errors(answer.text)["siren"]


def test_a_company_that_never_said_why_it_has_no_siren_can_be_corrected(
    company: Company, admin: Account
) -> None:
    db.session.execute(
        Company.__table__.update().where(Company.id == company.id).values(siren=None)
    )
    db.session.expire_all()
    change(company, admin, name="Nouveau nom")
    assert company.name == "Nouveau nom"


# ---- what follows


def found_contacts(**asked: Any) -> list[int]:
    return list(Listing(CONTACTS, **asked).all_ids())


def test_contacts_follow_a_renamed_company(company: Company, admin: Account) -> None:
    other = make_company(name="Entre les deux")
    theirs = make_contact(company_id=company.id)
    between = make_contact(company_id=other.id)
    assert found_contacts(sort="company") == [between.id, theirs.id]
    change(company, admin, name="Aubé", acronym="MAUB")
    assert found_contacts(q="aube") == found_contacts(q="maub") == [theirs.id]
    assert found_contacts(q="alba") == []
    assert found_contacts(sort="company") == [theirs.id, between.id]


def test_contacts_follow_a_company_that_moved(company: Company, admin: Account) -> None:
    contact = make_contact(company_id=company.id)
    assert contact.department_code == "41"
    change(company, admin, city="Ajaccio", postal_code="20000")
    db.session.refresh(contact)
    assert contact.department_code == "2A"
    assert found_contacts(q="ajaccio") == [contact.id]


def test_a_new_town_forgets_the_old_position_and_commune(company: Company, admin: Account) -> None:
    change(company, admin, commune_code="41018")
    head = company.head_office
    assert head is not None
    head.latitude, head.longitude, head.position_precision = 47.6, 1.3, Precision.EXACT
    db.session.commit()
    change(company, admin, city="Tours", postal_code="37000")
    assert (head.latitude, head.longitude, head.position_precision) == (None, None, None)
    assert (head.commune_code, company.department_code) == (None, "37")


def test_the_same_town_in_another_writing_keeps_them(company: Company, admin: Account) -> None:
    change(company, admin, city="BLOIS", commune_code="41018")
    head = company.head_office
    assert head is not None
    head.latitude, head.longitude, head.position_precision = 47.6, 1.3, Precision.EXACT
    db.session.commit()
    change(company, admin, city="Blois", phone=None)
    assert (head.latitude, head.commune_code) == (47.6, "41018")


def test_the_head_office_follows_the_country(company: Company, admin: Account) -> None:
    change(company, admin, siren=None, no_siren_reason="foreign", country="BE")
    assert company.head_office is not None
    assert company.head_office.country == "BE"
    assert company.department_code is None


# ---- a parent in the bin


def test_a_parent_in_the_bin_stays_tied_unless_another_is_chosen(
    editor_client: FlaskClient, company: Company, admin: Account
) -> None:
    parent, other = make_company(name="Mère"), make_company(name="Autre mère")
    change(company, admin, parent_id=parent.id)
    trash(Subject.COMPANY, [parent.id], by=admin)
    db.session.commit()
    send(editor_client, company, opened(editor_client, company), name="Fille")
    db.session.refresh(company)
    assert (company.name, company.parent_id) == ("Fille", parent.id)
    form = opened(editor_client, company)
    send(editor_client, company, form, parent_id=str(other.id), parent_id_text=other.name)
    db.session.refresh(company)
    assert company.parent_id == other.id


def test_a_company_in_the_bin_cannot_become_a_parent(company: Company, admin: Account) -> None:
    gone = make_company()
    trash(Subject.COMPANY, [gone.id], by=admin)
    with pytest.raises(Refused):
        change(company, admin, parent_id=gone.id)


def test_an_edit_touches_no_contact(company: Company, admin: Account) -> None:
    contact = make_contact(company_id=company.id)
    before = contact.version
    change(company, admin, turnover=5)
    assert db.session.scalar(select(Contact.version).where(Contact.id == contact.id)) == before


@pytest.mark.parametrize(("role", "status"), [("manager", 200), ("editor", 200), ("reader", 403), ("student", 403)])  # fmt: skip
def test_who_may_open_the_pop_up(
    login_as: SignIn, company: Company, role: str, status: int
) -> None:
    assert login_as(role).get(address(company)).status_code == status
