"""Merging two contacts: posts, notes, tags and the answers about being contacted follow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from app.contacts.kept import refresh_many
from app.contacts.models import Consent, ConsentEvent, Contact, Post
from app.contacts.operations import recount
from app.core.db import utcnow
from app.core.formats import in_paris
from app.extensions import db
from app.merges.fields import CONTACT_GROUPS, PLACE
from app.merges.ledger import Ledger
from app.notes.models import Note

# What was answered about being contacted is no field of the form.
ANSWERS = (("consent",), ("do_not_contact_at",))
# The most restrictive answer first.
RESTRICTIVE = (Consent.NO, Consent.UNKNOWN, Consent.YES)


def follow(kept: Contact, merged: Contact, values: Mapping[str, Any], ledger: Ledger) -> Any:
    """Bring all that is the merged contact's to the one that is kept, whose fields become
    `values`. The most restrictive of the two answers about being contacted holds."""
    values = dict(values) | _restrictive(kept, merged)
    _follow_posts(kept, merged, values, ledger)
    ledger.put_fields(kept, values, [*(group.fields for group in CONTACT_GROUPS), *ANSWERS])
    for model in (Note, ConsentEvent):
        ledger.put_where(model, "contact_id", merged.id, kept.id)
    ledger.put_where(Contact, "merged_into_id", merged.id, kept.id, Contact.id != merged.id)
    return {}


def _restrictive(kept: Contact, merged: Contact) -> dict[str, Any]:
    answers = {kept.consent, merged.consent}
    forbidden = [at for at in (kept.do_not_contact_at, merged.do_not_contact_at) if at]
    return {
        "consent": next(one.value for one in RESTRICTIVE if one in answers),
        "do_not_contact_at": min(forbidden) if forbidden else None,
    }


def _current(contact_id: int) -> Post | None:
    held = select(Post).where(Post.contact_id == contact_id, Post.ended_on.is_(None))
    return db.session.scalars(held.order_by(Post.id.desc())).first()


def _follow_posts(
    kept: Contact, merged: Contact, values: Mapping[str, Any], ledger: Ledger
) -> None:
    """Former posts are all kept. Of two current ones, that of the place which was chosen goes on;
    the other is closed, or left behind where it is the same company's."""
    mine, theirs = _current(kept.id), _current(merged.id)
    goes_on, other = (mine, theirs)
    if tuple(values[f] for f in PLACE) != tuple(getattr(kept, f) for f in PLACE):
        goes_on, other = theirs, mine
    left_behind = []
    if goes_on is not None and other is not None:
        if other.company_id == goes_on.company_id:
            left_behind = [other.id]
        else:
            today = in_paris(utcnow()).date()
            ended = max(today, other.started_on or today)
            ledger.put(Post, [other.id], {"ended_on": (None, ended)})
    if left_behind and other is mine:
        ledger.put(Post, left_behind, {"contact_id": (kept.id, merged.id)})
    going = [post.id for post in _posts(merged.id) if post.id not in left_behind]
    ledger.put(Post, going, {"contact_id": (merged.id, kept.id)})


def _posts(contact_id: int) -> list[Post]:
    held = select(Post).where(Post.contact_id == contact_id).order_by(Post.id)
    return list(db.session.scalars(held))


def return_all(_kept: Contact, _merged: Contact, data: Mapping[str, Any]) -> None:
    Ledger(data["moves"]).take_back()


def refresh_both(kept: Contact, merged: Contact) -> None:
    db.session.expire_all()
    refresh_many([kept.id, merged.id])
    ids = {kept.company_id, merged.company_id}
    posts = select(Post.company_id).where(Post.contact_id.in_([kept.id, merged.id]))
    recount(ids | set(db.session.scalars(posts)))
