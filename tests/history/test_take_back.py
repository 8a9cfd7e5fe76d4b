"""The history narrowed to a person, a field or days, and a change taken back."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select, update

from app.accounts.models import Account
from app.companies.models import Company
from app.companies.operations import form_values, update_company
from app.companies.sites import add_establishment, update_establishment
from app.contacts.operations import update_contact
from app.extensions import db
from app.history.models import HistoryEntry, HistoryValue
from tests.factories import make_company, make_contact
from tests.pages import parse

SignIn = Callable[[str], FlaskClient]


@pytest.fixture
def company(admin: Account) -> Company:
    return make_company(name="Alba", acronym="ALB")


def change(company: Company, by: Account, **values: Any) -> int:
    """Change a company; the id of the line about it."""
    update_company(company, values, base=form_values(company), by=by)
    db.session.commit()
    newest = select(HistoryEntry.id).order_by(HistoryEntry.id.desc()).limit(1)
    return db.session.scalars(newest).one()


def shown(client: FlaskClient, company: Company, **query: object) -> str:
    answer = client.get(f"/crm/companies/{company.id}/history", query_string=query)
    assert answer.status_code == 200
    entries = parse(answer.text).all("li", css="history__entry")
    return " | ".join(entry.text for entry in entries)


def taken_back(client: FlaskClient, path: str, base: dict[str, Any]) -> Any:
    return client.post(f"{path}/take-back", data={"base": json.dumps(base)})


def test_by_person_field_and_days(
    login_as: SignIn, company: Company, editor: Account, admin: Account
) -> None:
    with time_machine.travel(datetime(2026, 3, 1, 12, tzinfo=UTC), tick=False):
        change(company, editor, acronym="AAA")
    with time_machine.travel(datetime(2026, 5, 1, 22, 30, tzinfo=UTC), tick=False):
        change(company, admin, website="https://alba.example/")  # The 2nd of May in Paris.
    reader = login_as("reader")
    assert "AAA" in shown(reader, company, by=editor.id)
    assert "alba.example" not in shown(reader, company, by=editor.id)
    assert "alba.example" in shown(reader, company, field="website")
    assert "AAA" not in shown(reader, company, field="website")
    assert "alba.example" in shown(reader, company, since="2026-05-02", until="2026-05-02")
    assert "alba.example" not in shown(reader, company, until="2026-05-01")
    assert shown(reader, company, field="zz") == ""


@pytest.mark.parametrize(
    "query",
    [
        {"by": "x"}, {"by": "-1"}, {"since": "hier"}, {"until": "2026-02-30"}, {"since": "0001-01-01"},
        {"since": "2026-02-02", "until": "2026-02-01"}, {"before": "x"},
    ],
)  # fmt: skip
def test_a_filter_that_cannot_be_is_told(
    login_as: SignIn, company: Company, query: dict[str, str]
) -> None:
    url = f"/crm/companies/{company.id}/history"
    assert login_as("reader").get(url, query_string=query).status_code == 400


@pytest.mark.parametrize(
    ("field", "old", "new"),
    [
        ("acronym", "ALB", "NEW"), ("turnover", None, 1_000_000), ("phone", None, "+33254000000"),
        ("headcount_year", None, 2024),
    ],
)  # fmt: skip
def test_a_change_is_taken_back(
    login_as: SignIn, company: Company, admin: Account, field: str, old: Any, new: Any
) -> None:
    line = change(company, admin, **{field: new})
    client, path = login_as("editor"), f"/crm/companies/{company.id}/history/{line}"
    assert client.get(f"{path}/take-back").status_code == 200
    assert taken_back(client, path, {field: new}).status_code == 303
    db.session.refresh(company)
    assert getattr(company, field) == old
    assert len(shown(client, company).split(" | ")) >= 3  # It is a line of its own.


def test_related_records_come_back(login_as: SignIn, company: Company, admin: Account) -> None:
    parent = make_company(name="Maison mère")
    line = change(company, admin, parent_id=parent.id)
    path = f"/crm/companies/{company.id}/history/{line}"
    assert taken_back(login_as("editor"), path, {"parent_id": parent.id}).status_code == 303
    db.session.refresh(company)
    assert company.parent_id is None


def test_what_changed_since_is_shown_and_a_later_change_is_asked_about(
    login_as: SignIn, company: Company, admin: Account
) -> None:
    line = change(company, admin, acronym="NEW")
    change(company, admin, acronym="LATER")
    client, path = login_as("editor"), f"/crm/companies/{company.id}/history/{line}"
    page = client.get(f"{path}/take-back").text
    assert all(text in page for text in ("ALB", "NEW", "LATER", "modifié depuis"))
    answer = taken_back(client, path, {"acronym": "NEW"})  # Shown before the later change.
    assert answer.status_code == 409
    assert taken_back(client, path, {"acronym": "LATER"}).status_code == 303
    db.session.refresh(company)
    assert company.acronym == "ALB"


def test_a_site_s_change_is_taken_back(login_as: SignIn, company: Company, admin: Account) -> None:
    site = add_establishment(company, {"trade_name": "Agence"}, by=admin)
    update_establishment(site, {"sign": "Pont"}, base={"sign": None}, by=admin)
    db.session.commit()
    line = db.session.scalars(select(HistoryEntry.id).order_by(HistoryEntry.id.desc())).first()
    path = f"/crm/companies/{company.id}/history/{line}"
    assert taken_back(login_as("editor"), path, {"sign": "Pont"}).status_code == 303
    db.session.refresh(site)
    assert site.sign is None


def test_a_contact_comes_back_to_its_company(
    login_as: SignIn, company: Company, admin: Account
) -> None:
    contact = make_contact(company_id=company.id)
    update_contact(contact, {"company_id": None}, base={"company_id": company.id}, by=admin)
    db.session.commit()
    line = db.session.scalars(
        select(HistoryEntry.id)
        .where(HistoryEntry.subject_kind == "contact", HistoryEntry.action == "updated")
        .order_by(HistoryEntry.id.desc())
    ).first()
    path = f"/crm/contacts/{contact.id}/history/{line}"
    assert taken_back(login_as("editor"), path, {"company_id": None}).status_code == 303
    db.session.refresh(contact)
    assert contact.company_id == company.id


def test_lines_of_others_and_other_deeds_are_not_taken_back(
    login_as: SignIn, company: Company, admin: Account
) -> None:
    other = make_company()
    line = change(company, admin, acronym="NEW")
    made = db.session.scalars(
        select(HistoryEntry.id).where(
            HistoryEntry.subject_id == company.id, HistoryEntry.action == "created"
        )
    ).first()
    client = login_as("editor")
    for path in (
        f"/crm/companies/{other.id}/history/{line}",
        f"/crm/companies/{company.id}/history/{made}",
        f"/crm/companies/{company.id}/history/999999",
    ):
        assert client.get(f"{path}/take-back").status_code == 404


def test_an_erased_value_does_not_come_back(
    login_as: SignIn, company: Company, admin: Account
) -> None:
    line = change(company, admin, acronym="NEW")
    db.session.execute(
        update(HistoryValue)
        .where(HistoryValue.entry_id == line)
        .values(old_value=None, new_value=None, erased_at=datetime.now(UTC))
    )
    db.session.commit()
    path = f"/crm/companies/{company.id}/history/{line}/take-back"
    assert login_as("editor").get(path).status_code == 404


def test_a_reader_takes_nothing_back(login_as: SignIn, company: Company, admin: Account) -> None:
    change(company, admin, acronym="NEW")
    page = login_as("reader").get(f"/crm/companies/{company.id}/history").text
    assert "take-back" not in page
