"""Who has taken, meanwhile, what a record in the bin needs to come back.

A SIRET needs no look of its own: the database holds that it begins with the SIREN of its company,
so whoever took a SIRET has the SIREN too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import aliased

from app.accounts.models import Account
from app.companies.models import Company
from app.contacts.models import Contact, written_name
from app.core.identifiers import format_siren
from app.core.sets import among
from app.extensions import db
from app.history.actions import Subject
from app.tags.models import Tag, TagAlias


class Taken(StrEnum):
    """What another record has: only one live record may have it."""

    SIREN = "siren"
    ACCOUNT = "account"
    LABEL = "label"


@dataclass(frozen=True)
class Clash:
    """A record in the bin, what it lacks to come back, and the live record that has it."""

    record_id: int
    taken: Taken
    value: str
    holder_id: int
    holder: str

    @property
    def message(self) -> LazyString:
        values = {"name": self.holder, "value": self.value}
        if self.taken is Taken.SIREN:
            values["value"] = format_siren(self.value)
            return _l("« %(name)s » porte maintenant le même SIREN (%(value)s).", **values)
        if self.taken is Taken.LABEL:
            return _l("Un tag « %(name)s » existe de nouveau.", **values)
        return _l("« %(name)s » a maintenant le compte utilisateur de %(value)s.", **values)


def clashes(subject: Subject, ids: Sequence[int]) -> dict[int, Clash]:
    """What keeps records in the bin, by their id."""
    found: dict[int, Clash] = {}
    for kind, statement in _statements(subject, ids):
        for row in db.session.execute(statement):
            found.setdefault(row[0], Clash(row[0], kind, row[1], row[2], row[3]))
    return found


def _statements(subject: Subject, ids: Sequence[int]) -> list[tuple[Taken, Any]]:
    if subject is Subject.COMPANY:
        return [(Taken.SIREN, _siren(ids))]
    if subject is Subject.TAG:
        return [(Taken.LABEL, _label(ids)), (Taken.LABEL, _former_label(ids))]
    return [(Taken.ACCOUNT, _account(ids))]


def _siren(ids: Sequence[int]) -> Any:
    gone, live = aliased(Company), aliased(Company)
    return (
        select(gone.id, gone.siren, live.id, live.name)
        .join(live, live.siren == gone.siren)
        .where(among(gone.id, ids), gone.trashed_at.is_not(None), live.trashed_at.is_(None))
        .order_by(gone.id)
    )


def _account(ids: Sequence[int]) -> Any:
    gone, live = aliased(Contact), aliased(Contact)
    return (
        select(gone.id, Account.first_name + " " + Account.last_name, live.id, written_name(live))
        .join(live, live.account_id == gone.account_id)
        .join(Account, Account.id == gone.account_id)
        .where(among(gone.id, ids), gone.trashed_at.is_not(None), live.trashed_at.is_(None))
        .order_by(gone.id)
    )


def _label(ids: Sequence[int]) -> Any:
    gone, live = aliased(Tag), aliased(Tag)
    return (
        select(gone.id, gone.label, live.id, live.label)
        .join(live, (live.module == gone.module) & (live.folded == gone.folded))
        .where(among(gone.id, ids), gone.trashed_at.is_not(None), live.trashed_at.is_(None))
        .order_by(gone.id)
    )


def _former_label(ids: Sequence[int]) -> Any:
    """A label that a live tag bore before gives that tag: it is taken too."""
    gone, live = aliased(Tag), aliased(Tag)
    alias = (TagAlias.module == gone.module) & (TagAlias.folded == gone.folded)
    return (
        select(gone.id, gone.label, live.id, live.label)
        .join(TagAlias, alias)
        .join(live, live.id == TagAlias.tag_id)
        .where(among(gone.id, ids), gone.trashed_at.is_not(None), live.trashed_at.is_(None))
        .order_by(gone.id)
    )
