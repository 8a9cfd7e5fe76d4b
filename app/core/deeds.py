"""What a posted form does: its one operation and the commit, or the reasons why not.

Each reason is told at its field, all that was typed stays in the form, and nothing of a refused
deed stays in the base.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import g

from app.core.crmform import CrmForm, Show
from app.core.merge import Stale
from app.core.rules import Refused
from app.core.submissions import LONGEST_RESULT, AlreadySubmitted, claim
from app.extensions import db


@dataclass(frozen=True)
class Existing:
    """The record that stands in the way of a form, for its page to link to or restore."""

    id: int
    name: str
    trash_batch_id: int | None

    @classmethod
    def of(cls, found: Any) -> Existing | None:
        return cls(found.id, str(found), found.trash_batch_id) if found is not None else None


def done(form: CrmForm, do: Callable[[], Any]) -> bool:
    """Do what the form asks and store it; False where it is refused. The record that stands in
    the way is then g.existing."""
    if not form.validate():
        return False
    try:
        do()
    except Refused as refusal:
        # What it names is read before the rollback, which expires it.
        g.existing = Existing.of(refusal.existing)
        message = str(refusal.message)
        db.session.rollback()
        form.refuse(Refused(refusal.field, message))
        return False
    db.session.commit()
    return True


def done_to(form: CrmForm, do: Callable[[], str]) -> str | None:
    """Do what the form asks: the address that `do` answers, None where the form is refused."""
    address = ""

    def kept() -> None:
        nonlocal address
        address = do()

    return address if done(form, kept) else None


def done_once(form: CrmForm, do: Callable[[], str]) -> str | None:
    """done_to(), once however often the form arrives: the second arrival is answered the first
    one's address, or '' where it is too long to keep."""

    def claimed() -> str:
        used = claim(form.key.data or "", account_id=g.user.id)
        address = do()
        used.result = address if len(address) <= LONGEST_RESULT else ""
        return address

    try:
        return done_to(form, claimed)
    except AlreadySubmitted as again:
        db.session.rollback()
        return again.result


def store(form: CrmForm, update: Callable[[], Any], show: Show) -> tuple[int, list[Any]]:
    """Store what the form changed, as a status: 204; 422 where it is refused; 409 where another
    person changed the same fields, with what the form then asks (CrmForm.clash)."""
    try:
        return (204 if done(form, update) else 422), []
    except Stale as stale:
        db.session.rollback()
        return 409, form.clash(stale.clashes, stale.theirs, show)
