"""A merge and its way back, and all rows that they may touch."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from app.accounts.models import Account
from app.bin.operations import undo
from app.companies.models import Company
from app.extensions import db
from app.history.actions import Subject
from app.history.models import Batch
from app.merges.operations import hold, merge_sheets

TABLES = (
    "company", "establishment", "contact", "post", "note", "consent_event", "company_tag",
    "contact_tag",
)  # fmt: skip
# What rightly does not come back: versions, dates.
MOVES_ON = {"version", "updated_at", "updated_by_id"}


def merge(kept: Any, merged: Any, by: Account, **choices: str) -> Batch:
    """`merged` becomes a part of `kept`, two companies or two contacts."""
    subject = Subject.COMPANY if isinstance(kept, Company) else Subject.CONTACT
    held = hold(subject, (kept.id, merged.id))
    batch = merge_sheets(subject, held[kept.id], held[merged.id], choices, by=by)
    db.session.commit()
    db.session.expire_all()
    return batch


def take_back(batch: Batch, by: Account) -> None:
    undo(batch, by=by)
    db.session.commit()
    db.session.expire_all()


def dump() -> dict[str, list[tuple[Any, ...]]]:
    db.session.flush()
    found = {}
    for name in TABLES:
        table = db.metadata.tables[name]
        columns = [column for column in table.c if column.name not in MOVES_ON]
        rows = db.session.execute(select(*columns))
        found[name] = sorted((tuple(row) for row in rows), key=repr)
    return found
