"""From sheet to sheet through the list one came from; the address carries that list's query."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qsl

from flask import request
from werkzeug.datastructures import MultiDict

from app.core.finding import find_window
from app.core.listing import Listing, ListSpec

# The parameter of a sheet's address that holds the query of the list it was opened from.
CAME_FROM = "list"


@dataclass(frozen=True)
class Travel:
    """The records before and after this one in the list it was opened from."""

    position: int
    total: int
    # Whether the list has no more than `total`.
    is_exact: bool
    previous_url: str | None
    next_url: str | None


def came_from(spec: ListSpec) -> Listing | None:
    """The list that the address names; BadQuery where it is not one."""
    query = request.args.get(CAME_FROM)
    if query is None:
        return None
    return Listing.parse(MultiDict(parse_qsl(query, keep_blank_values=True)), spec)


def kept() -> dict[str, str]:
    """What the links of a sheet pass on, so that the way back is not lost."""
    query = request.args.get(CAME_FROM)
    return {} if query is None else {CAME_FROM: query}


def travel(
    listing: Listing | None, pk: int, address: Callable[[int, Listing], str]
) -> Travel | None:
    """The neighbours of a record in its list; None when it is no longer on that page.

    `address` makes a sheet's address from its id and the page of the list that holds it.
    """
    if listing is None:
        return None
    start = (listing.page - 1) * listing.size
    first = max(start - 1, 0)
    found = find_window(listing, first, listing.size + 2)
    window, total = found.ids, found.total
    if pk not in window:
        return None
    place = window.index(pk)
    offset = first + place

    def neighbour(step: int) -> str | None:
        if not 0 <= place + step < len(window):
            return None
        page = (offset + step) // listing.size + 1
        return address(window[place + step], listing.on_page(page))

    return Travel(offset + 1, total.number, total.is_exact, neighbour(-1), neighbour(1))
