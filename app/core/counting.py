"""Counts of the search blocks of a list, wherever they come from."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from flask import current_app
from sqlalchemy import String, cast, literal, select, union_all

from app.core.facets import ClosedFacet, Conditions, OpenFacet, Pairs, Statement, summed, tallied
from app.core.listing import Listing
from app.core.valuecounts import ListedCounts, ValueCounts
from app.extensions import db

# The key of app.extensions under which a quicker means of counting may be found.
MEANS = "facet_counts"
Counts = Mapping[str, ValueCounts]


def facet_counts(listing: Listing, keys: Collection[str] | None = None) -> Counts:
    """Counts of the blocks of these keys (None: of all), made without the block's own choice."""
    means = current_app.extensions.get(MEANS, counts_by_base)
    counts: Counts = means(listing, keys)
    return counts


def counts_by_base(listing: Listing, keys: Collection[str] | None = None) -> Counts:
    """The same by GROUP BY: one statement for all blocks whose values are in the base, one for
    those whose values are conditions, and one for each of these with a choice of its own."""
    facets = [each for each in listing.spec.facets if keys is None or each.key in keys]
    found = _tallied(listing, [each for each in facets if isinstance(each, OpenFacet)])
    found |= _summed(listing, [each for each in facets if isinstance(each, ClosedFacet)])
    for facet in facets:
        if facet.key not in found:
            conditions = listing.conditions(without=facet.key)
            found[facet.key] = facet.counts(conditions, listing.values(facet.key))
    return {key: ListedCounts(pairs) for key, pairs in found.items()}


def _tallied(listing: Listing, facets: Sequence[OpenFacet]) -> dict[str, Pairs]:
    rows: dict[str, list[tuple[Any, int]]] = {facet.key: [] for facet in facets}
    parts = [
        part for facet in facets for part in _as_text(facet, listing.conditions(without=facet.key))
    ]
    for key, value, number in db.session.execute(union_all(*parts)) if parts else ():
        rows[key].append((value, number))
    return {facet.key: tallied(facet, rows[facet.key]) for facet in facets}


def _as_text(facet: OpenFacet, conditions: Conditions) -> Iterator[Statement]:
    """The statements of a block with its key before each row, and its values as texts."""
    for statement in facet.tallies(conditions):
        value, number = statement.subquery().c
        yield select(literal(facet.key), cast(value, String), number)


def _summed(listing: Listing, facets: Sequence[ClosedFacet]) -> dict[str, Pairs]:
    apart = [facet for facet in facets if listing.values(facet.key)]
    together = {facet.key: (facet, ()) for facet in facets if not listing.values(facet.key)}
    found = summed(together, listing.conditions())
    for facet in apart:
        asked = {facet.key: (facet, listing.values(facet.key))}
        found |= summed(asked, listing.conditions(without=facet.key))
    return found
