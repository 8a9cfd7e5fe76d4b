"""Keeping what a part of a scan has found. The caller commits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, insert, select, update

from app.core.db import utcnow
from app.core.sets import among
from app.duplicates.models import DuplicatePair, NotSame
from app.duplicates.rules import Likeness
from app.extensions import db

Couple = tuple[int, int]
Scored = Mapping[Couple, Likeness]


@dataclass(frozen=True)
class Kept:
    """How many pairs nobody has judged a part has, and how many of them are new."""

    pairs: int
    new: int


def store(module: str, after: int, upto: int, scored: Scored) -> Kept:
    """Put these pairs in the place of those kept whose first id lies after one and up to another:
    new ones are added, known ones scored anew, the others go."""
    known = _known(module, after, upto)
    gone = [known[couple].id for couple in known if couple not in scored]
    if gone:
        db.session.execute(delete(DuplicatePair).where(among(DuplicatePair.id, gone)))
    fresh = {couple: likeness for couple, likeness in scored.items() if couple not in known}
    if fresh:
        rows = [_row(module, couple, likeness) for couple, likeness in fresh.items()]
        db.session.execute(insert(DuplicatePair), rows)
    for couple, likeness in scored.items():
        if couple in known and known[couple].score != likeness.score:
            _rescore(known[couple].id, likeness)
    judged = _judged(module, after, upto)
    return Kept(len(scored.keys() - judged), len(fresh.keys() - judged))


def _known(module: str, after: int, upto: int) -> dict[Couple, Any]:
    pair = DuplicatePair
    columns = pair.id, pair.first_id, pair.second_id, pair.score
    here = pair.module == module, pair.first_id > after, pair.first_id <= upto
    rows = db.session.execute(select(*columns).where(*here))
    return {(row.first_id, row.second_id): row for row in rows}


def _judged(module: str, after: int, upto: int) -> set[Couple]:
    here = NotSame.module == module, NotSame.first_id > after, NotSame.first_id <= upto
    rows = db.session.execute(select(NotSame.first_id, NotSame.second_id).where(*here))
    return {(first, second) for first, second in rows}


def _row(module: str, couple: Couple, likeness: Likeness) -> dict[str, Any]:
    first, second = couple
    reasons = [reason.to_json() for reason in likeness.reasons]
    return {
        "module": module, "first_id": first, "second_id": second, "score": likeness.score,
        "reasons": reasons, "found_at": utcnow(),
    }  # fmt: skip


def _rescore(identity: int, likeness: Likeness) -> None:
    values = {"score": likeness.score, "reasons": [each.to_json() for each in likeness.reasons]}
    db.session.execute(update(DuplicatePair).where(DuplicatePair.id == identity).values(**values))
