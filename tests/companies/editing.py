"""Editing a company as people do: the pop-up opened, filled in, sent."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.accounts.models import Account
from app.companies.models import Company
from app.companies.operations import form_values, update_company
from app.extensions import db
from app.history.actions import Action, Subject
from app.history.models import HistoryEntry
from tests.pages import filled


def address(company: Company) -> str:
    return f"/crm/companies/{company.id}/edit"


def opened(client: FlaskClient, company: Company) -> dict[str, Any]:
    """The pop-up as a person has it before their eyes, ready to be sent."""
    return filled(client.get(address(company)).text)


def send(client: FlaskClient, company: Company, form: dict[str, Any], **typed: Any) -> TestResponse:
    return client.post(address(company), data={**form, **typed})


def change(company: Company, by: Account, **values: Any) -> Company:
    db.session.refresh(company)
    base = form_values(company)
    update_company(company, {**base, **values}, base=base, by=by)
    db.session.commit()
    return company


def lines(company: Company, action: Action = Action.UPDATED) -> list[HistoryEntry]:
    statement = select(HistoryEntry).where(
        HistoryEntry.subject_kind == Subject.COMPANY,
        HistoryEntry.subject_id == company.id,
        HistoryEntry.action == action,
    )
    return list(db.session.scalars(statement.order_by(HistoryEntry.id)))


def changes(entry: HistoryEntry) -> dict[str, tuple[str | None, str | None]]:
    return {value.field: (value.old_value, value.new_value) for value in entry.values}
