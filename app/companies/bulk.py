"""What can be done to many companies at once: one statement each for what changes, its history and
what is kept beside, as one batch that one undo takes back. `batch.item_count` counts what changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import (
    ColumnElement,
    FromClause,
    Integer,
    Table,
    case,
    cast,
    func,
    literal,
    select,
)
from sqlalchemy.orm import aliased

from app.accounts.models import Account
from app.companies.completeness import item_of, moved
from app.companies.models import Company
from app.companies.operations import DEEPEST_GROUP, PARENTS_LOCK
from app.core.db import utcnow
from app.core.formats import in_paris
from app.core.rules import Refused
from app.core.sets import INSTANT, among, is_sqlite
from app.extensions import db
from app.history.actions import Action, Subject
from app.history.bulk import Field, Reference, Setting, rows_before, set_values
from app.history.models import Batch
from app.history.undoing import Way, register
from app.permissions import BulkRight
from app.reference.models import Sector

TABLE: Table = Company.__table__
SECTOR: Table = Sector.__table__
ABOVE = aliased(TABLE, name="above")
PERSON: Table = Account.__table__

LOOP = "loop"
# Reasons for which a record of a selection is left alone, as the report says them.
Refusals = Mapping[str, int]


def _more_filled(new: FromClause, *fields: str) -> dict[str, ColumnElement[Any]]:
    """How complete the companies are, once these fields hold their new values."""
    steps = {
        item: _is_filled(new.c[NAMES.get(field, field)]) - _is_filled(TABLE.c[field])
        for field in fields
        if (item := item_of(field)) is not None
    }
    return moved(TABLE, steps)


def _is_filled(value: ColumnElement[Any]) -> ColumnElement[int]:
    return cast(case((value.is_not(None), 1), else_=0), Integer)


# The history's names of columns that refer to other tables.
NAMES = {"sector_id": "sector", "parent_id": "parent"}


def _follow_sector(new: FromClause) -> Mapping[str, Any]:
    key = select(SECTOR.c.sort_name).where(SECTOR.c.id == new.c.sector).scalar_subquery()
    return {"sector_sort": key, **_more_filled(new, "sector_id")}


def _code(name: str) -> Field:
    return Field(name, TABLE.c[name])


def _setting(*names: str, **more: Any) -> Setting:
    fields = tuple(_code(name) for name in names)

    def follow(new: FromClause) -> Mapping[str, Any]:
        return _more_filled(new, *names)

    return Setting(Subject.COMPANY, TABLE, fields, following=follow, **more)


def _verifying(action: Action) -> Setting:
    by = Reference(PERSON.c.id, PERSON.c.first_name + " " + PERSON.c.last_name)
    fields = (_code("verified_at"), Field("verified_by", TABLE.c.verified_by_id, by))
    return Setting(Subject.COMPANY, TABLE, fields, action=action, dated=False)


# By the kind of the batch, which is also the name of the action.
SETTINGS: dict[str, Setting] = {
    "set_sector": Setting(
        Subject.COMPANY, TABLE,
        (Field("sector", TABLE.c.sector_id, Reference(SECTOR.c.id, SECTOR.c.label)),),
        following=_follow_sector,
    ),
    "set_headcount": _setting("headcount_code", "headcount_year"),
    "set_legal_form": _setting("legal_form_code"),
    "set_naf": _setting("naf_code", "naf_nomenclature"),
    "set_parent": Setting(
        Subject.COMPANY, TABLE,
        (Field("parent", TABLE.c.parent_id, Reference(ABOVE.c.id, ABOVE.c.name)),),
    ),
    "verify": _verifying(Action.VERIFIED),
    "unverify": _verifying(Action.UNVERIFIED),
}  # fmt: skip


def set_fields(ids: Sequence[int], values: Sequence[Any], *, by: Account, batch: Batch) -> Refusals:
    """Give companies the values of the fields of the batch's kind; None empties a field.

    Refused where a value is no more: a sector that was removed, a parent in the bin.
    """
    setting, refused = SETTINGS[batch.kind], dict[str, int]()
    check_values(batch.kind, values)
    if batch.kind == "set_parent" and values[0] is not None:
        ids, refused = _below(values[0], ids)
    rows = [(identity, *values) for identity in ids]
    batch.item_count += len(set_values(setting, rows, by=by, batch=batch))
    db.session.flush()
    return refused


def check_values(kind: str, values: Sequence[Any]) -> None:
    """Refused where a value refers to what is no more."""
    if kind == "set_sector" and values[0] is not None and not db.session.get(Sector, values[0]):
        raise Refused("sector_id", _l("Ce secteur n’existe plus : choisissez-en un autre."))
    if kind == "set_parent" and values[0] is not None:
        parent = db.session.get(Company, values[0])
        if parent is None or parent.is_trashed:
            raise Refused(
                "parent_id", _l("Cette société mère n’existe plus : choisissez-en une autre.")
            )


def changing(kind: str, ids: Sequence[int], values: Sequence[Any]) -> int:
    """How many companies set_fields() would change."""
    return SETTINGS[kind].changing([(identity, *values) for identity in ids])


def verify(ids: Sequence[int], *, by: Account, batch: Batch) -> Refusals:
    """Mark sheets as verified now by who asks; those that were today, by the same person, stay."""
    return set_fields(
        unverified(ids, by=by), (utcnow().strftime(INSTANT), by.id), by=by, batch=batch
    )


def unverified(ids: Sequence[int], *, by: Account) -> list[int]:
    """Those that the person has not marked as verified today."""
    midnight = in_paris(utcnow()).replace(hour=0, minute=0, second=0, microsecond=0)
    mine = Company.verified_by_id == by.id, Company.verified_at >= midnight
    done = set(db.session.scalars(select(Company.id).where(among(Company.id, ids), *mine)))
    return [identity for identity in ids if identity not in done]


# ---- parents: no company is above itself


def _below(parent_id: int, ids: Sequence[int]) -> tuple[list[int], dict[str, int]]:
    """The ids that may come under a parent: neither itself nor what is above it."""
    _one_at_a_time()
    above, chain = parent_id, list[int]()
    while above is not None and len(chain) <= DEEPEST_GROUP:
        chain.append(above)
        above = db.session.scalar(select(Company.parent_id).where(Company.id == above))
    if len(chain) > DEEPEST_GROUP:
        raise Refused("parent_id", _l("Cette chaîne de sociétés mères est trop longue."))
    allowed = [identity for identity in ids if identity not in chain]
    refused = len(ids) - len(allowed)
    return allowed, {LOOP: refused} if refused else {}


def _one_at_a_time() -> None:
    """Two people who each put one company under the other make a circle too."""
    if not is_sqlite():
        db.session.execute(select(func.pg_advisory_xact_lock(PARENTS_LOCK)))


def _check_no_circle(ids: Sequence[int]) -> None:
    """Refused where one of the companies has come to be above itself."""
    first = select(
        TABLE.c.id.label("start"), TABLE.c.parent_id.label("above"), literal(1).label("step")
    )
    chain = first.where(among(TABLE.c.id, ids), TABLE.c.parent_id.is_not(None)).cte(recursive=True)
    further = (
        select(chain.c.start, TABLE.c.parent_id, chain.c.step + 1)
        .join(TABLE, TABLE.c.id == chain.c.above)
        .where(
            TABLE.c.parent_id.is_not(None), chain.c.above != chain.c.start,
            chain.c.step < DEEPEST_GROUP,
        )
    )  # fmt: skip
    chain = chain.union_all(further)
    circle = select(chain.c.start).where(chain.c.above == chain.c.start).limit(1)
    if db.session.scalar(circle) is not None:
        raise Refused(
            "batch",
            _l("Des sociétés mères ont changé depuis : une entreprise serait la sienne. Corrigez-la d’abord."),
        )  # fmt: skip


# ---- taking back


def take_back(batch: Batch, ids: Sequence[int], *, by: Account) -> int:
    """Bring companies of a batch back to what they held, unless it has changed since; answer
    how many. Refused where that would put a company above itself."""
    if batch.kind == "set_parent":
        _one_at_a_time()
    setting = replace(SETTINGS[batch.kind], action=Action.UPDATED)
    restored = set_values(setting, rows_before(setting, batch, ids), by=by, batch=None)
    if batch.kind == "set_parent":
        _check_no_circle(restored)
    return len(restored)


for kind in SETTINGS:
    needs = BulkRight.VERIFY if kind in {"verify", "unverify"} else BulkRight.SET_FIELDS
    register(Way(kind, in_parts=take_back, needs=needs))
