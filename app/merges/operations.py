"""Merging two sheets and taking it back. One transaction; the caller commits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, NamedTuple

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError

from app.accounts.models import Account
from app.companies.models import Company, Establishment
from app.contacts.models import Contact
from app.core.db import utcnow
from app.core.rules import Refused
from app.core.sets import among, put_rows
from app.extensions import db
from app.history.actions import Action, Subject
from app.history.models import Batch
from app.history.operations import Named, diff, named, open_batch, record, record_many
from app.history.undoing import Way, register
from app.merges import companies, contacts
from app.merges.fields import GROUPS, chosen, is_open
from app.merges.ledger import Ledger
from app.merges.models import SheetMerge
from app.permissions import Permission, View
from app.reference.models import Sector
from app.tags.models import LINKS

KEPT_DAYS = 90


class _Module(NamedTuple):
    model: Any
    follow: Any
    return_all: Any
    refresh_both: Any


MODULES: Mapping[str, _Module] = {
    Subject.COMPANY: _Module(
        Company, companies.follow, companies.return_all, companies.refresh_both
    ),
    Subject.CONTACT: _Module(Contact, contacts.follow, contacts.return_all, contacts.refresh_both),
}


class AlreadyMerged(Exception):
    """The sheet is a part of another one already: of `into`."""

    def __init__(self, into: int) -> None:
        super().__init__(str(into))
        self.into = into


class GoneError(Exception):
    """One of the two sheets lies in the bin, or is no more."""


def hold(subject: Subject, ids: tuple[int, int]) -> dict[int, Any]:
    """The two sheets, locked in the order of their ids and read anew; AlreadyMerged, or
    GoneError."""
    model = MODULES[subject].model
    statement = select(model).where(model.id.in_(ids)).order_by(model.id).with_for_update()
    found = db.session.scalars(statement.execution_options(populate_existing=True))
    held = {record_.id: record_ for record_ in found}
    for record_ in held.values():
        if record_.merged_into_id is not None:
            raise AlreadyMerged(record_.merged_into_id)
    if len(held) < 2 or any(record_.is_trashed for record_ in held.values()):
        raise GoneError
    return held


def merge_sheets(
    subject: Subject, kept: Any, merged: Any, choices: Mapping[str, str], *, by: Account
) -> Batch:
    """Make one sheet of two that `hold` answered: `merged` becomes a part of `kept`, with all that
    is its own, and its address leads there. `choices` says, by the name of a group of fields,
    whose values are kept; Refused where one that must be made is missing, or a rule forbids it."""
    batch = open_batch(f"merge_{subject}", subject=subject, by=by, label=str(kept)[:200])
    batch.item_count = 1
    values = _values(subject, kept, merged, choices)
    before = _told({field: getattr(kept, field) for field in values})
    names = Named(kept.id, str(kept)), Named(merged.id, str(merged))
    _leave(subject, merged.id, kept.id, batch)
    ledger = Ledger()
    try:
        with db.session.begin_nested():
            rest = MODULES[subject].follow(kept, merged, values, ledger)
    except IntegrityError as error:
        raise Refused(
            "merge", _l("Une autre fiche vient de prendre ce numéro : recommencez.")
        ) from error
    rest |= {"moves": ledger.moves, "tags": _copy_tags(subject, kept.id, merged.id)}
    log = SheetMerge(
        batch_id=batch.id, module=subject, kept_id=kept.id, merged_id=merged.id, moved=rest
    )
    db.session.add(log)
    db.session.flush()
    MODULES[subject].refresh_both(kept, merged)
    _touch(kept, by)
    changes = diff(before, _told({field: getattr(kept, field) for field in values}))
    _record(subject, names, changes, rest, by=by, batch=batch)
    return batch


def _values(subject: Subject, kept: Any, merged: Any, choices: Mapping[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for group in GROUPS[subject]:
        choice = choices.get(group.name, "")
        if group.must and not choice and is_open(group, kept, merged):
            raise Refused(
                group.name, _l("Choisissez ce qui est gardé : les deux fiches diffèrent.")
            )
        values |= chosen(group, kept, merged, choice)
    return values


# Fields that name another record, by their name in the history.
_NAMES: Mapping[str, Any] = {
    "sector_id": Sector, "parent_id": Company, "company_id": Company,
    "establishment_id": Establishment, "account_id": Account,
}  # fmt: skip


def _told(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as the history keeps them: a record by its name, a picture by its number."""
    told: dict[str, Any] = {}
    for field, value in values.items():
        model = _NAMES.get(field)
        told[field.removesuffix("_id")] = named(model, value) if model is not None else value
    return told


def _leave(subject: Subject, merged_id: int, kept_id: int, batch: Batch) -> None:
    """The merged sheet leaves the lists: its numbers are free for the one that is kept."""
    model = MODULES[subject].model
    gone = {"trashed_at": utcnow(), "trash_batch_id": batch.id}
    put_rows(model, model.id == merged_id, **gone, merged_into_id=kept_id)
    if subject is Subject.COMPANY:
        mine = Establishment.company_id == merged_id, Establishment.trashed_at.is_(None)
        put_rows(Establishment, *mine, **gone)


def _copy_tags(subject: Subject, kept_id: int, merged_id: int) -> list[int]:
    """The kept sheet bears the merged one's tags too; those that it did not bear before."""
    links = LINKS[subject]
    owner = links.c[f"{subject}_id"]
    mine = select(links.c.tag_id).where(owner == kept_id)
    fresh = select(links.c.tag_id).where(owner == merged_id, links.c.tag_id.not_in(mine))
    ids = sorted(db.session.scalars(fresh))
    if ids:
        rows = [{owner.name: kept_id, "tag_id": one} for one in ids]
        db.session.execute(insert(links), rows)
    return ids


def _touch(kept: Any, by: Account) -> None:
    kept.updated_at, kept.updated_by_id = utcnow(), by.id
    db.session.flush()


def _record(
    subject: Subject,
    names: tuple[Named, Named],
    changes: Mapping[str, Any],
    rest: Mapping[str, Any],
    *,
    by: Account,
    batch: Batch,
) -> None:
    """In the history of both, and of the contacts whose company it was."""
    kept, merged = names
    record(
        Action.MERGED, subject=subject, subject_id=kept.id or 0, by=by, batch=batch,
        changes={"merged": (None, merged), **changes},
    )  # fmt: skip
    record(
        Action.MERGED_AWAY, subject=subject, subject_id=merged.id or 0, by=by, batch=batch,
        changes={"merged_into": (None, kept)},
    )  # fmt: skip
    people = [who for who, _site in rest.get("people", {}).get("contact", ())]
    record_many(
        Action.UPDATED, subject=Subject.CONTACT, subject_ids=people, by=by, batch=batch,
        changes={"company": (merged, kept)},
    )  # fmt: skip


# ---- back


def unmerge(batch: Batch, *, by: Account) -> None:
    """Make two sheets of one again: what followed goes back, unless it changed hands since.
    Refused after KEPT_DAYS, and where one of the sheets is no more or lies in the bin."""
    if batch.created_at < utcnow() - timedelta(days=KEPT_DAYS):
        raise Refused("batch", _l("Cette fusion date de plus de 90 jours : elle ne s’annule plus."))
    log = db.session.scalars(select(SheetMerge).where(SheetMerge.batch_id == batch.id)).first()
    subject = Subject(batch.subject_kind)
    held = _hold_back(subject, log)
    if log is None or held is None:
        raise Refused("batch", _l("Une des deux fiches n’existe plus, ou est à la corbeille."))
    kept, merged = held
    names = Named(kept.id, str(kept)), Named(merged.id, str(merged))
    try:
        with db.session.begin_nested():
            MODULES[subject].return_all(kept, merged, log.moved)
            _come_back(subject, merged.id, batch)
    except IntegrityError as error:
        raise Refused(
            "batch",
            _l("Une autre fiche a pris entre-temps un numéro ou un compte de la fiche fusionnée."),
        ) from error
    links = LINKS[subject]
    borne = links.c[f"{subject}_id"] == kept.id, among(links.c.tag_id, log.moved["tags"])
    db.session.execute(delete(links).where(*borne))
    MODULES[subject].refresh_both(kept, merged)
    _touch(kept, by)
    for one, other in (names, names[::-1]):
        record(
            Action.UNMERGED, subject=subject, subject_id=one.id or 0, by=by, batch=batch,
            changes={"merged": (other, None)},
        )  # fmt: skip


def _hold_back(subject: Subject, log: SheetMerge | None) -> tuple[Any, Any] | None:
    if log is None:
        return None
    model = MODULES[subject].model
    both = select(model).where(model.id.in_((log.kept_id, log.merged_id))).order_by(model.id)
    locked = both.with_for_update().execution_options(populate_existing=True)
    found = {record_.id: record_ for record_ in db.session.scalars(locked)}
    kept, merged = found.get(log.kept_id), found.get(log.merged_id)
    if kept is None or merged is None or kept.is_trashed or merged.merged_into_id != kept.id:
        return None
    return kept, merged


def _come_back(subject: Subject, merged_id: int, batch: Batch) -> None:
    model = MODULES[subject].model
    live = {"trashed_at": None, "trash_batch_id": None}
    put_rows(model, model.id == merged_id, **live, merged_into_id=None)
    if subject is Subject.COMPANY:
        mine = Establishment.company_id == merged_id, Establishment.trash_batch_id == batch.id
        put_rows(Establishment, *mine, **live)


for one in MODULES:
    register(
        Way(
            f"merge_{one}", whole=unmerge, needs=Permission.MERGE, view=View.MERGE,
            names_record=True,
        )
    )  # fmt: skip
