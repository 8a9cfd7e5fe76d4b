"""Ids of the records that share keys with one, likeliest first: bounded work, whatever the base.

Each question (a key, or two that a record must both keep) takes AT_MOST records at the most, as
the index gives them; all questions go in one statement. A record that answers many questions, and
rare ones, is the likelier: READ of them are read and compared by the rules.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import Any

from sqlalchemy import String, bindparam, column, func, select, true
from sqlalchemy.dialects.postgresql import ARRAY

from app.core.sets import is_sqlite
from app.duplicates.facts import CompanyFacts, ContactFacts
from app.duplicates.keys import (
    acronym_keys,
    asked_contact_keys,
    asked_name_keys,
    asked_point_keys,
    asked_words,
    contact_point_keys,
    domain_keys,
)
from app.duplicates.names import weight
from app.extensions import db

AT_MOST = 150
READ = 80


def company_questions(facts: CompanyFacts) -> list[str]:
    """What to ask the index for a company's doubles."""
    words = asked_words(facts.name)
    pairs = [f"{one} {other}" for (_w, one), (_v, other) in combinations(words, 2)]
    telling = [key for word, key in words if weight(word) == 1.0 or len(words) == 1]
    names = asked_name_keys(facts.name, facts.acronym, facts.city) if words else []
    return list(dict.fromkeys((*company_points(facts), *names, *pairs, *telling)))


def company_points(facts: CompanyFacts) -> list[str]:
    """The questions about its POINTS alone."""
    return [
        *domain_keys(facts.domains),
        *contact_point_keys((), facts.emails, facts.phones),
        *acronym_keys(facts.declared),
    ]


def contact_questions(facts: ContactFacts) -> list[str]:
    """What to ask the index for a person's doubles."""
    names = asked_contact_keys(facts.first_name, facts.last_name) if facts.last_name else []
    return list(dict.fromkeys((*contact_points(facts), *names)))


def contact_points(facts: ContactFacts) -> list[str]:
    """The questions about its POINTS alone."""
    return asked_point_keys(facts.emails, facts.mobiles | facts.phones)


def sharing(model: Any, questions: Sequence[str]) -> Mapping[int, float]:
    """Ids of the records that answer the questions, and how much that tells of each."""
    found: dict[int, float] = defaultdict(float)
    if not questions:
        return found
    answers = _on_sqlite(model, questions) if is_sqlite() else _on_postgres(model, questions)
    for ids in answers:
        for identity in ids:
            found[identity] += 1 / (8 + len(ids))
    return found


def likeliest(found: Mapping[int, float], sure: Iterable[int], without: int | None) -> list[int]:
    """The ids to read: those that are sure to be compared, then the likeliest of the others."""
    told = sorted(found, key=lambda identity: -found[identity])[:READ]
    ids = dict.fromkeys([*sure, *told])
    return [identity for identity in ids if identity != without]


def _on_sqlite(model: Any, questions: Sequence[str]) -> list[list[int]]:
    asked = func.json_each(json.dumps(list(questions))).table_valued("value", name="asked")
    index = getattr(func, f"{model.__tablename__}_search_keys")
    some = index(asked.c.value).table_valued(column("rowid"), name="kept")
    few = select(some.c.rowid).limit(AT_MOST).correlate(asked).subquery("few")
    ids = select(func.json_group_array(few.c.rowid)).correlate(asked).scalar_subquery()
    return [json.loads(row[0]) for row in db.session.execute(select(ids).select_from(asked))]


def _on_postgres(model: Any, questions: Sequence[str]) -> list[list[int]]:
    array = bindparam(None, list(questions), type_=ARRAY(String))
    asked = func.unnest(array).table_valued(column("question", String), name="asked")
    asked = asked.render_derived()
    kept = func.string_to_array(model.duplicate_keys, " ", type_=ARRAY(String))
    wanted = func.string_to_array(asked.c.question, " ", type_=ARRAY(String))
    few = select(model.id).where(kept.contains(wanted)).limit(AT_MOST).lateral("few")
    statement = select(asked.c.question, few.c.id).join_from(asked, few, onclause=true())
    answers: dict[str, list[int]] = {}
    for question, identity in db.session.execute(statement):
        answers.setdefault(question, []).append(identity)
    return list(answers.values())
