"""How many records a list finds: the exact number where it is known at once, else up to a limit.

To count the 80,000 companies that a common word finds takes longer than to show the first of
them. Such a page says « plus de 1 000 »; its search blocks, which are counted exactly and come
after it, bring the number along (templates/_frames/_facets.html, static/js/listing.js).
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app

from app.core.listing import LONG, Listing

# The key of app.extensions under which there may be a function of the listing that gives what is
# Known of it without the base being asked, or None.
KNOWN = "known"
# So many ids are given with their number: the base then need only put them in order.
FEW = 5_000
# At 1,000,000 companies so many are found, with their sort keys, within some milliseconds.
COUNTED_AT_ONCE = LONG


@dataclass(frozen=True)
class Total:
    """`number` records are found; where it is not exact, there are more."""

    number: int
    is_exact: bool = True


@dataclass(frozen=True)
class Known:
    """How many records a list finds, and their ids, in no order, where they are FEW."""

    number: int
    ids: list[int] | None = None


def known_of(listing: Listing) -> Known | None:
    """What is known of a list without counting."""
    knows = current_app.extensions.get(KNOWN)
    known: Known | None = knows(listing) if knows is not None else None
    return known


def total_of(listing: Listing) -> Total:
    """The number as it is said at once."""
    known = known_of(listing)
    if known is not None:
        return Total(known.number)
    number = listing.count(at_most=COUNTED_AT_ONCE + 1)
    return Total(min(number, COUNTED_AT_ONCE), is_exact=number <= COUNTED_AT_ONCE)


def exact_total(listing: Listing) -> int:
    """The number, whatever it takes."""
    known = known_of(listing)
    return listing.count() if known is None else known.number
