"""The records that one may be a double of, for a form, an import or a program: never a page.

All through the scope of the lists; who may see what is the caller's to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.sql.base import ExecutableOption

from app.core.sets import among
from app.duplicates.candidates import likeliest, sharing
from app.duplicates.facts import CompanyFacts, ContactFacts
from app.duplicates.models import NotSame
from app.duplicates.modules import MODULES
from app.duplicates.rules import SHOWN, Likeness
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
    found = sharing(compared.model, compared.questions(facts))
    apart = _said_apart(module, facts.id) if facts.id is not None else set()
    asked = [one for one in likeliest(found, compared.sure(facts), facts.id) if one not in apart]
    live = select(compared.model.id).where(among(compared.model.id, asked), *compared.live())
    likely = [
        Likely(identity, likeness)
        for identity, other in compared.facts(db.session.scalars(live)).items()
        if (likeness := compared.compare(facts, other)) and likeness.score >= least
    ]
    return sorted(likely, key=lambda one: (-one.likeness.score, -one.id))[:limit]


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
