"""Which values a search block shows: the most frequent, those that words find, how they read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from flask_babel import gettext as _

from app.core.facets import ColumnFacet, Facet, OpenFacet
from app.core.text import fold, sort_key
from app.core.valuecounts import BLANK, ValueCounts
from app.extensions import db

# Records that words may find in one block: looking at more would keep people waiting.
MOST_FOUND = 20_000


@dataclass(frozen=True)
class Counted:
    """The counts of a block whose values are in the base, under the present query and over the
    whole list: what only the latter has is shown with 0."""

    present: ValueCounts
    whole: ValueCounts

    def among(self, values: Sequence[str]) -> Counted:
        return Counted(self.present.among(values), self.whole.among(values))

    @property
    def number(self) -> int:
        """How many values the block has at all."""
        return len(self.whole) - (self.whole.of(BLANK) > 0)

    def top(self, most: int) -> list[str]:
        """At most so many values: those of the present query first, the most frequent first."""
        first = [value for value, _count in self.present.first(most + 1) if value != BLANK][:most]
        if len(first) == most:
            return first
        taken = {BLANK, *first}
        rest = [value for value, _count in self.whole.first(most + 1) if value not in taken]
        return [*first, *rest[: most - len(first)]]

    def others(self, shown: Iterable[str]) -> int:
        """How many values of the block are not among those shown."""
        return max(0, self.number - sum(v != BLANK and self.whole.of(v) > 0 for v in shown))


def block_values(facet: Facet, counted: Counted, most: int) -> list[str]:
    """The values that a block shows by itself: all of those that have an order of their own,
    else at most so many, by frequency and then by the alphabet."""
    order = facet.order if isinstance(facet, ColumnFacet) else None
    if order is not None:
        return sorted(counted.top(counted.number), key=order)
    values = counted.top(most)
    labels = value_labels(facet, values)
    places = {value: sort_key(labels[value]) for value in values}
    return sorted(values, key=lambda v: (-counted.present.of(v), -counted.whole.of(v), places[v]))


def found_values(facet: Facet, whole: ValueCounts, text: str) -> tuple[list[str], bool]:
    """The values of a block whose label (or code) holds all the words, in any writing; and
    whether there were so many that some were left out."""
    words = fold(text).split()
    if not words:
        return [], False
    if isinstance(facet, ColumnFacet) and facet.finds is not None:
        ids = db.session.scalars(facet.finds(words).limit(MOST_FOUND + 1)).all()
        return [str(identity) for identity in ids[:MOST_FOUND]], len(ids) > MOST_FOUND
    values = [value for value, _count in whole if value != BLANK]
    labels = facet.labels(values)
    texts = {value: _text(facet, value, labels.get(value, value)) for value in values}
    return [value for value, text in texts.items() if all(word in text for word in words)], False


def _text(facet: Facet, value: str, label: str) -> str:
    """What the words are looked for in: the label, and the code that it stands for."""
    is_code = label != value and not (isinstance(facet, OpenFacet) and facet.numeric)
    return f"{_folded(value)} {_folded(label)}" if is_code else _folded(label)


@lru_cache(maxsize=65_536)
def _folded(text: str) -> str:
    return fold(text)


def value_labels(facet: Facet, values: Sequence[str]) -> dict[str, str]:
    """How values read, be they of records that are no more."""
    known = facet.labels([value for value in values if value != BLANK])
    found = {value: known.get(value) or _unknown(facet, value) for value in values}
    return {**found, BLANK: str(facet.blank)} if BLANK in found else found


def _unknown(facet: Facet, value: str) -> str:
    if isinstance(facet, OpenFacet) and facet.numeric and value != BLANK:
        return _("Valeur supprimée (n° %(number)s)", number=value)
    return value
