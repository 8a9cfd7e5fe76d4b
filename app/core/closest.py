"""Ways out of a search that finds nothing: what to leave out, and how much there would be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from flask_babel import gettext as _

from app.core.facetvalues import value_labels
from app.core.formats import format_number
from app.core.listing import Listing
from app.core.text import search_words

# Each costs a question to the base, which stops counting at COUNTED.
MOST_TRIED = 8
COUNTED = 100


@dataclass(frozen=True)
class WayOut:
    """« Sans le filtre Ville : Blois », the list without it, « 12 résultats »."""

    label: str
    url: str
    found: str


def ways_out(listing: Listing, address: Callable[[Listing], str]) -> list[WayOut]:
    """The nearest lists that are not empty, the least changed first; [] where none is near.

    `listing` finds nothing; `address` gives the address of a list.
    """
    ways: list[WayOut] = []
    tries = islice(chain(_nearer(listing), _farther(listing, ways)), MOST_TRIED)
    for label, nearer in tries:
        if count := nearer.count(at_most=COUNTED + 1):
            ways.append(WayOut(label, address(nearer), _found(count)))
    return ways


def _found(count: int) -> str:
    if count > COUNTED:
        return _("plus de %(count)s résultats", count=COUNTED)
    return _("1 résultat") if count == 1 else _("%(count)s résultats", count=format_number(count))


def _nearer(listing: Listing) -> Iterator[tuple[str, Listing]]:
    """What may be left out, one thing at a time; all the filters, or the whole search, last."""
    for key, values in listing.filters:
        facet = listing.spec.facet(key)
        if facet is None:
            continue
        labels = value_labels(facet, values)
        read = ", ".join(labels[value] for value in values)
        label = _("Sans le filtre %(title)s : %(values)s", title=facet.title, values=read)
        yield label, listing.with_values(key, ())
    for word, rest in _fewer_words(listing.q):
        yield _("Sans « %(word)s »", word=word), listing.searching(rest)
    if len(listing.filters) > 1 and listing.q:
        yield _("Sans aucun filtre"), listing.cleared().searching(listing.q)
    if listing.filters and listing.q:
        yield _("Sans la recherche « %(text)s »", text=listing.q), listing.searching("")


def _farther(listing: Listing, ways: Sequence[WayOut]) -> Iterator[tuple[str, Listing]]:
    """Where no single thing was enough, a word together with all the filters."""
    if ways or not listing.filters:
        return
    for word, rest in _fewer_words(listing.q):
        label = _("Sans aucun filtre ni « %(word)s »", word=word)
        yield label, listing.cleared().searching(rest)


def _fewer_words(q: str) -> Iterator[tuple[str, str]]:
    """(word, the search without it) for each word of several; the groups of a number are one."""
    typed = q.split()
    asked = search_words(q)
    if len(asked) < 2:
        return
    for place, word in enumerate(typed):
        rest = " ".join([*typed[:place], *typed[place + 1 :]])
        kept = search_words(rest)
        if kept and len(kept) < len(asked) and set(kept) < set(asked):
            yield word, rest
