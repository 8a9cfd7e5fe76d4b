"""Conditions that a record's search text holds words, for the trigram index of each database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import (
    ColumnClause,
    ColumnElement,
    Integer,
    TableClause,
    column,
    func,
    select,
    table,
)
from sqlalchemy import text as sql_text

from app.extensions import db

TRIGRAM = 3


def match(model: Any, words: Sequence[str]) -> list[ColumnElement[bool]]:
    """Conditions that a record's search text holds every word, anywhere.

    Words of three characters or more go to the trigram index of the database; `%`, `_` and
    quotes are ordinary characters.
    """
    if db.engine.dialect.name != "sqlite":
        return [holds(model.search_text, word) for word in words]
    found = [holds(model.search_text, word) for word in words if len(word) < TRIGRAM]
    if phrases := [word for word in words if len(word) >= TRIGRAM]:
        found.append(model.id.in_(select(rowid(model)).where(in_trigram_index(model, phrases))))
    return found


def holds(text: Any, word: str) -> ColumnElement[bool]:
    """That a text holds a word. Both are folded: SQLite's LIKE, which levels case, takes longer."""
    if db.engine.dialect.name == "sqlite":
        return func.instr(text, word) > 0
    condition: ColumnElement[bool] = text.contains(word, autoescape=True)
    return condition


def rowid(model: Any) -> ColumnClause[int]:
    """The ids in SQLite's index over the search texts of a table."""
    return cast("ColumnClause[int]", trigram_table(model).c.rowid)


def trigram_table(model: Any) -> TableClause:
    """SQLite's index over the search texts of a table."""
    return table(_index_name(model), column("rowid", Integer))


def in_trigram_index(model: Any, phrases: Sequence[str]) -> ColumnElement[bool]:
    """That a row of that index holds all the phrases, each of three characters or more."""
    name = _index_name(model)
    asked = " AND ".join('"' + phrase.replace('"', '""') + '"' for phrase in phrases)
    parameter = f"{name}_match"
    matches = sql_text(f"{name} MATCH :{parameter}").bindparams(**{parameter: asked})
    return cast("ColumnElement[bool]", matches)


def _index_name(model: Any) -> str:
    return f"{model.__tablename__}_search"
