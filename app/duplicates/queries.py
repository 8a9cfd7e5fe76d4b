"""The records that one may be a double of, for a form, an import or a program: never a page.

All through the scope of the lists; who may see what is the caller's to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.sql.base import ExecutableOption

from app.core.sets import among
from app.duplicates.candidates import likeliest, sharing
from app.duplicates.facts import CompanyFacts, ContactFacts
from app.duplicates.models import NotSame
from app.duplicates.modules import MODULES
from app.duplicates.rules import LIKELY, SHOWN, Likeness
from app.extensions import db

# So many candidates are shown beside a form.
MOST_SHOWN = 5


@dataclass(frozen=True)
class Likely:
    """A record that may be the same one, and why."""

    id: int
    likeness: Likeness


def likely_companies(
    facts: CompanyFacts, limit: int = MOST_SHOWN, *, least: int = SHOWN
) -> list[Likely]:
    """Live companies that may be the same as these facts, the likeliest first."""
    return likely("company", facts, limit, least)


def likely_contacts(
    facts: ContactFacts, limit: int = MOST_SHOWN, *, least: int = SHOWN
) -> list[Likely]:
    """Live contacts that may be the same as these facts, the likeliest first."""
    return likely("contact", facts, limit, least)


def likely(module: str, facts: Any, limit: int = MOST_SHOWN, least: int = SHOWN) -> list[Likely]:
    """Live records of the module that may be the same as these facts, the likeliest first."""
    compared = MODULES[module]
    found = _compared(module, facts, compared.questions(facts), compared.sure(facts))
    return _first([one for one, _other in found if one.likeness.score >= least], limit)


def newly_likely(module: str, before: Any, now: Any, limit: int = MOST_SHOWN) -> list[Likely]:
    """Live records that may be the same as a record whose facts are now these, and were not, or
    less surely, as they were before."""
    if now == before:
        return []
    compared = MODULES[module]
    if _points_alone(before, now):
        old = set(compared.points(before))
        fresh_points = [each for each in compared.points(now) if each not in old]
        found = _compared(module, now, fresh_points, ())
    else:
        found = _compared(module, now, compared.questions(now), compared.sure(now))
    fresh = (
        one
        for one, other in found
        if (grade := _grade(one.likeness)) and grade > _grade(compared.compare(before, other))
    )
    return _first(fresh, limit)


def _points_alone(before: Any, now: Any) -> bool:
    """Whether only phones and the like are other ones: these speak for who shares them, and for
    nobody else. One that is gone may have spoken against somebody."""
    points = {name: getattr(now, name) for name in now.POINTS}
    gone = any(getattr(before, name) and not kept for name, kept in points.items())
    return not gone and replace(before, **points) == now


def _grade(likeness: Likeness | None) -> int:
    """0 for nobody, 1 for who is shown, 2 for who is asked about."""
    score = likeness.score if likeness else 0
    return (score >= SHOWN) + (score >= LIKELY)


def _first(found: Iterable[Likely], limit: int) -> list[Likely]:
    return sorted(found, key=lambda one: (-one.likeness.score, -one.id))[:limit]


def _compared(
    module: str, facts: Any, questions: Sequence[str], sure: Iterable[int]
) -> Iterator[tuple[Likely, Any]]:
    """Who answers a question, or is sure to be asked, and how like these facts it is; with its own
    facts. Nobody who was said to be someone else."""
    compared = MODULES[module]
    ids = likeliest(sharing(compared.model, questions), sure, facts.id)
    if not ids:
        return
    apart = _said_apart(module, facts.id) if facts.id is not None else set()
    asked = [one for one in ids if one not in apart]
    live = select(compared.model.id).where(among(compared.model.id, asked), *compared.live())
    for identity, other in compared.facts(db.session.scalars(live)).items():
        if likeness := compared.compare(facts, other):
            yield Likely(identity, likeness), other


def _said_apart(module: str, own: int) -> set[int]:
    """Ids that a person has said not to be the same."""
    pairs = select(NotSame.first_id, NotSame.second_id).where(
        NotSame.module == module, or_(NotSame.first_id == own, NotSame.second_id == own)
    )
    return {identity for pair in db.session.execute(pairs) for identity in pair} - {own}


def live_rows(module: str, ids: Iterable[int], *options: ExecutableOption) -> Mapping[int, Any]:
    """The live records of these ids, by id: what tells them apart is shown."""
    compared = MODULES[module]
    rows = select(compared.model).where(among(compared.model.id, list(ids)), *compared.live())
    return {record.id: record for record in db.session.scalars(rows.options(*options))}
