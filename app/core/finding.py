"""The records of one page of a list, and how many there are, whatever the size of the base.

A database asked for « the first 25 by name of all that match » has to guess how many match: where
it guesses wrong it sorts 80,000 rows, or walks through a million to find three. So it is asked in
two steps, each of which reads a bounded number of rows:

1. Up to COUNTED_AT_ONCE records that match, in no order. When that is all of them, they are put in
   order, and their number is known.
2. Else records that match are frequent: walking along the order finds a page of them soon.

Only where a walk of WALKED rows was too short is the whole question asked. `Listing.window()` says
what the answer must be; tests/core/test_finding.py compares.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, Select, UnaryExpression, false, func, select
from sqlalchemy.sql import operators, visitors
from sqlalchemy.sql.util import ClauseAdapter

from app.core.listing import Listing
from app.core.matching import TRIGRAM, holds, in_trigram_index, rowid, trigram_table
from app.core.sets import among
from app.core.text import search_words
from app.core.totals import COUNTED_AT_ONCE, Known, Total, known_of, total_of
from app.extensions import db

WALKED = 20_000
# Within so many rows of its beginning, a list is walked along; beyond, the base finds its way.
NEAR = 2_000


@dataclass(frozen=True)
class Found:
    """A page's ids, and how many records the list has."""

    ids: list[int]
    total: Total


def find(listing: Listing) -> Found:
    """The page that the listing asks for."""
    return find_window(listing, (listing.page - 1) * listing.size, listing.size)


def find_window(listing: Listing, start: int, length: int) -> Found:
    """Ids from one place of the list on (the first is place 0), and how many records it has."""
    if not listing.q and not listing.filters:
        return _whole_list(listing, start, length)
    known = known_of(listing)
    if known is not None and known.ids is not None:
        return Found(_in_order(listing, known, start, length), Total(known.number))
    total = Total(COUNTED_AT_ONCE, is_exact=False) if known is None else Total(known.number)
    if known is None or known.number <= COUNTED_AT_ONCE:
        some = first_in_order(listing)
        if len(some) <= COUNTED_AT_ONCE:
            return Found(some[start : start + length], Total(len(some)))
    ids = _walk(listing, start + length) if start + length <= NEAR else None
    return Found(listing.window(start, length) if ids is None else ids[start:], total)


def _in_order(listing: Listing, known: Known, start: int, length: int) -> list[int]:
    """A part of the records known in the list's order; one that was put in the bin meanwhile is
    left out."""
    model = listing.spec.model
    rows = select(model.id).where(among(model.id, known.ids or ()), *listing.spec.scope())
    page = rows.order_by(*_order(listing, is_long=known.number > COUNTED_AT_ONCE))
    return list(db.session.scalars(page.limit(length).offset(start)))


def _order(listing: Listing, *, is_long: bool) -> tuple[Any, ...]:
    return listing.order() if listing.active_sort else listing.by_relevance(is_long=is_long)


def _whole_list(listing: Listing, start: int, length: int) -> Found:
    """A page far from the beginning is read from the nearer end."""
    total = total_of(listing)
    if not total.is_exact or 2 * start < total.number:
        return Found(listing.window(start, length), total)
    after = max(total.number - start - length, 0)
    keys = [(column, not falls) for column, falls in order_keys(listing.order())]
    rows = select(listing.spec.model.id).where(*listing.conditions()).order_by(*_ordered(keys))
    ids = db.session.scalars(rows.limit(max(total.number - start - after, 0)).offset(after))
    return Found(list(ids)[::-1], total)


# ---- orders, taken apart

Key = tuple[ColumnElement[Any], bool]  # What to order by, and whether it falls.


def order_keys(order: Iterable[Any]) -> list[Key]:
    return [
        (each.element, True)
        if isinstance(each, UnaryExpression) and each.modifier is operators.desc_op
        else (each, False)
        for each in order
    ]


def _ordered(keys: Iterable[Key]) -> list[ColumnElement[Any]]:
    return [column.desc() if falls else column for column, falls in keys]


# ---- the first step: some of what matches


def first_in_order(listing: Listing) -> list[int]:
    """Ids in the list's order: of all that match, or of one more than COUNTED_AT_ONCE of them."""
    # Where they are more, the order serves nobody.
    keys = order_keys(_order(listing, is_long=False))
    columns = [column.label(f"k{place}") for place, (column, _) in enumerate(keys)]
    some = _matches(listing, columns).limit(COUNTED_AT_ONCE + 1).subquery()
    order = [(some.c[f"k{place}"], falls) for place, (_, falls) in enumerate(keys)]
    return list(db.session.scalars(select(some.c.id).order_by(*_ordered(order))))


def some_of(listing: Listing, number: int) -> list[int]:
    """Ids of so many records that match, in no order."""
    return list(db.session.scalars(_matches(listing, []).limit(number)))


def _matches(listing: Listing, columns: Sequence[ColumnElement[Any]]) -> Select[Any]:
    """Records that match, with some columns, in the order in which the base meets them. SQLite
    reads no more of its trigram index than is asked for where that index leads."""
    model, phrases = listing.spec.model, _leading_phrases(listing)
    if not phrases:
        return select(model.id.label("id"), *columns).where(*listing.conditions())
    others = [word for word in search_words(listing.q) if word not in phrases]
    return (
        select(model.id.label("id"), *columns)
        .join_from(trigram_table(model), model, model.id == rowid(model))
        .where(in_trigram_index(model, phrases), *listing.spec.scope(), *listing.chosen())
        .where(*(holds(model.search_text, word) for word in others))
    )


def _leading_phrases(listing: Listing) -> list[str]:
    """The words that SQLite's trigram index can be asked for; none on PostgreSQL, whose planner
    finds its index by itself."""
    if listing.spec.text is not None or db.engine.dialect.name != "sqlite":
        return []
    return [word for word in search_words(listing.q) if len(word) >= TRIGRAM]


# ---- the second step: along the order


def _walk(listing: Listing, length: int) -> list[int] | None:
    """The first ids in the list's order; None where they are too far apart to be met by a walk."""
    if listing.active_sort:
        return _along(listing, listing.order(), None, length)
    ids: list[int] = []
    *first, (rest, _newest_first) = listing.tiers(is_long=True)
    for tier, by_name in first:
        more = _along(listing, by_name, tier, length - len(ids))
        if more is None:
            return None
        ids += more
        if len(ids) == length:
            return ids
    more = _newest(listing, rest, length - len(ids))
    return None if more is None else ids + more


def _newest(listing: Listing, tier: ColumnElement[bool], length: int) -> list[int] | None:
    """Ids, the greatest first. SQLite's trigram index is read backwards: nothing is walked past."""
    if _leading_phrases(listing):
        rows = _matches(listing, []).where(tier).order_by(rowid(listing.spec.model).desc())
        return list(db.session.scalars(rows.limit(length)))
    return _along(listing, (listing.spec.model.id.desc(),), tier, length)


def _along(
    listing: Listing, order: Sequence[Any], tier: ColumnElement[bool] | None, length: int
) -> list[int] | None:
    """Some ids along an order; None where WALKED rows were walked and did not suffice."""
    if tier is not None and tier.compare(false()):
        return []
    model = listing.spec.model
    scope = [*listing.spec.scope(), *([] if tier is None else [tier])]
    asked = listing.row_conditions()
    keys = order_keys(order)
    needed = {column.key: column for condition in asked for column in _columns(condition, model)}
    walk = (
        select(model.id, *(column for key, column in needed.items() if key != "id"))
        .where(*scope)
        .order_by(*_ordered(keys))
        .limit(WALKED)
        .subquery()
    )
    adapt = ClauseAdapter(walk).traverse
    found = select(walk.c.id).where(*(adapt(condition) for condition in asked)).limit(length)
    ids = list(db.session.scalars(found))
    return ids if len(ids) == length or _is_short(model, scope) else None


def _is_short(model: Any, scope: Sequence[ColumnElement[bool]]) -> bool:
    """Whether a walk met all there is to meet."""
    rows: Select[int] = select(model.id).where(*scope).limit(WALKED)
    return (db.session.scalar(select(func.count()).select_from(rows.subquery())) or 0) < WALKED


def _columns(condition: ColumnElement[bool], model: Any) -> list[Column[Any]]:
    return [
        each
        for each in visitors.iterate(condition)
        if isinstance(each, Column) and each.table is model.__table__
    ]
