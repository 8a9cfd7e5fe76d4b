"""Bulk actions on companies as the pop-ups send them, and what they leave behind."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import insert, select
from werkzeug.test import TestResponse

from app.companies.models import Company, Establishment
from app.core.submissions import new_key
from app.doctor import examine
from app.duplicates.keys import company_keys
from app.extensions import db
from app.history.models import Batch, HistoryEntry
from app.reference.models import Sector

BULK = "/crm/companies/bulk/"


def do(client: FlaskClient, action: str, ids: list[int], **form: Any) -> TestResponse:
    query = form.pop("query", "")
    sent = {"key": new_key(), "ids": ",".join(map(str, ids)), **form}
    return client.post(f"{BULK}{action}?{query}", data=sent)


def company(pk: int) -> Company:
    return db.session.get_one(Company, pk, populate_existing=True)


def last_batch() -> Batch:
    db.session.expire_all()
    return db.session.scalars(select(Batch).order_by(Batch.id.desc()).limit(1)).one()


def told(batch: Batch) -> dict[int, dict[str, tuple[str | None, str | None]]]:
    """What the batch wrote in the history: {record: {field: (before, after)}}."""
    lines = select(HistoryEntry).where(
        HistoryEntry.batch_id == batch.id, HistoryEntry.subject_kind == batch.subject_kind
    )
    return {
        line.subject_id: {value.field: (value.old_value, value.new_value) for value in line.values}
        for line in db.session.scalars(lines)
    }


def sectors() -> tuple[int, int]:
    first, second = db.session.scalars(select(Sector.id).order_by(Sector.id).limit(2))
    return first, second


def unsound() -> list[str]:
    """What the doctor finds; it looks from a session of its own, so all is committed first."""
    db.session.commit()
    return [f"{found.title}: {found.problem}" for found in examine() if found.problem]


def many(number: int) -> list[int]:
    """Plain companies, sound ones, faster than one by one."""
    names = [f"Masse {n:05}" for n in range(number)]
    rows = [
        {
            "name": name, "no_siren_reason": "being_created", "sort_name": name.lower(),
            "search_text": name.lower(), "completeness": 8,
            "duplicate_keys": company_keys(name, None, None, websites=[], emails=[], phones=[]),
            "agreement_missing": 8, "offer_missing": 5,
        }
        for name in names
    ]  # fmt: skip
    table, site = Company.__table__, Establishment.__table__
    ids = list(db.session.scalars(insert(table).returning(table.c.id), rows))
    db.session.execute(insert(site), [{"company_id": pk, "is_head_office": True} for pk in ids])
    db.session.execute(table.update().where(table.c.id.in_(ids[:1])).values(site_count=1))
    db.session.execute(table.update().values(site_count=1))
    db.session.commit()
    return ids
