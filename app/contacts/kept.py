"""What is kept beside contacts, for many at once: worked out as for one (operations.copy_place),
and stored in one statement a thousand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Integer, Table, select, update
from sqlalchemy.orm import Session, joinedload, raiseload

from app.contacts.models import Contact
from app.contacts.operations import copy_place
from app.core.ids import parts
from app.core.sets import Types, among, given_rows
from app.extensions import db

TABLE: Table = Contact.__table__
KEPT = (
    "search_text", "duplicate_keys", "department_code", "sort_last", "sort_first",
    "sort_company", "sort_function",
)  # fmt: skip
KINDS: Types = {"id": Integer(), **{name: TABLE.c[name].type for name in KEPT}}
AT_ONCE = 1000


def refresh_many(contact_ids: Sequence[int]) -> None:
    """Bring what lists search and sort by into line with the contacts and their companies."""
    for part in parts(sorted(contact_ids), AT_ONCE):
        if rows := _changed(part):
            new = given_rows(rows, KINDS)
            values = {name: new.c[name] for name in KEPT}
            db.session.execute(update(TABLE).where(TABLE.c.id == new.c.id).values(values))
    db.session.expire_all()


def _changed(contact_ids: Sequence[int]) -> list[tuple[Any, ...]]:
    """Id and KEPT of each contact that keeps something else. They are read in a session of their
    own, in the same transaction: setting them there writes nothing."""
    db.session.flush()
    statement = (
        select(Contact)
        .where(among(Contact.id, contact_ids))
        .options(joinedload(Contact.company), joinedload(Contact.establishment), raiseload("*"))
    )
    here = db.session.connection()
    with Session(here, autoflush=False, join_transaction_mode="rollback_only") as reader:
        pairs = [(contact.id, *_kept(contact)) for contact in reader.scalars(statement)]
    return [(identity, *after) for identity, before, after in pairs if after != before]


def _kept(contact: Contact) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """What the contact keeps, and what it should keep."""
    before = tuple(getattr(contact, name) for name in KEPT)
    company = contact.live_company
    copy_place(contact, company, contact.establishment if company is not None else None)
    return before, tuple(getattr(contact, name) for name in KEPT)
