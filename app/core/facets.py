"""Search blocks: what their values ask for, and how many records each value has.

To add a block to a list, add one line to `facets=(…)` of its ListSpec (companies/queries.py,
contacts/queries.py); the block, its counts, its search, its chips, its address and what memory
holds of it follow from that line. No migration, no template, no script:

- ColumnFacet: the values of a column of the list's own table, as many as there are. `labels`
  says how they read, `blank` how « no value » reads (« Sans ville »); `order` puts them in an
  order of their own; `finds` is for values that are themselves records, too many to be read.
- LinkFacet: values reached through a table of links, such as tags.
- BucketFacet: a few conditions that have names. On columns of the list's own table they are
  counted from memory; another table, a function or the clock is asked of the base each time.
- DateFacet (core/datefacets.py): an instant, by spans that have names and by own dates.

Then say in tests/companies/test_facets.py (or contacts/) what finds a record by it: a test
fails as long as a block is not tried.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from flask_babel import LazyString
from sqlalchemy import (
    ColumnElement,
    Select,
    Table,
    and_,
    case,
    exists,
    false,
    func,
    literal,
    not_,
    or_,
    select,
    true,
)
from sqlalchemy.orm import InstrumentedAttribute

from app.core.ids import is_id
from app.core.valuecounts import BLANK
from app.extensions import db

Conditions = Sequence[ColumnElement[bool]]
Pairs = list[tuple[str, int]]
Labels = Callable[[Iterable[str]], dict[str, str]]
Cases = Sequence[tuple[str, ColumnElement[bool]]]
Statement = Select[*tuple[Any, ...]]
# What a text column holds where it holds nothing.
NOTHING = ("", BLANK)


class Facet(Protocol):
    """A search block: what a value of it asks for, and how many records each value has."""

    @property
    def key(self) -> str: ...

    @property
    def title(self) -> LazyString: ...

    @property
    def blank(self) -> LazyString | None:
        """How the value BLANK reads: records that have none; None where it is no value."""
        ...

    @property
    def folded(self) -> bool:
        """Whether the block is closed until somebody opens it."""
        ...

    def accepts(self, value: str) -> bool:
        """Whether the value can stand in an address at all."""
        ...

    def condition(self, values: Sequence[str]) -> ColumnElement[bool]:
        """Any of the values (values of one block are ORed)."""
        ...

    def counts(self, conditions: Conditions, chosen: Sequence[str] = ()) -> Pairs:
        """Each value, and each chosen one, with its count under the conditions."""
        ...

    def labels(self, values: Iterable[str]) -> dict[str, str]:
        """How the values read, but for BLANK."""
        ...


def labelled(label: Callable[[str], str]) -> Labels:
    """How values read that are read one by one."""
    return lambda values: {value: label(value) for value in values}


def lacks(*columns: InstrumentedAttribute[Any]) -> ColumnElement[bool]:
    """That a record holds nothing in any of these text columns; never NULL."""
    return and_(*(or_(column.is_(None), column.in_(NOTHING)) for column in columns))


# ---- values that are found in the base, most frequent first


@runtime_checkable
class OpenFacet(Protocol):
    """A block whose values are those that are borne."""

    @property
    def key(self) -> str: ...

    @property
    def numeric(self) -> bool: ...

    @property
    def blank(self) -> LazyString | None: ...

    def tallies(self, conditions: Conditions) -> Sequence[Statement]:
        """Statements of (value, records); NULL, '' and BLANK are no value."""
        ...


def tallied(facet: OpenFacet, rows: Iterable[Any]) -> Pairs:
    """Rows of (value, records), as the statements give them, in order; ties by value, and
    numbers as numbers."""
    sums: dict[str, int] = {}
    for value, number in rows:
        known = BLANK if value is None or value in NOTHING else str(value)
        sums[known] = sums.get(known, 0) + number
    if facet.blank is None or not sums.get(BLANK):
        sums.pop(BLANK, None)
    return sorted(sums.items(), key=lambda p: (-p[1], len(p[0]) if facet.numeric else 0, p[0]))


def _rows(statements: Iterable[Statement]) -> Iterable[Any]:
    for statement in statements:
        yield from db.session.execute(statement)


@dataclass(frozen=True)
class ColumnFacet:
    """Values of a column, grouped."""

    key: str
    title: LazyString
    column: InstrumentedAttribute[Any]
    labels: Labels
    numeric: bool = False
    longest: int = 120
    # Which rows have a value that may show; never NULL.
    among: ColumnElement[bool] = field(default_factory=true)
    blank: LazyString | None = None
    folded: bool = False
    # Where a value stands in the block; None: by how many records bear it.
    order: Callable[[str], Any] | None = None
    # The values (ids) that words find, where reading the labels of all would take too long.
    finds: Callable[[Sequence[str]], Statement] | None = None

    def accepts(self, value: str) -> bool:
        if value == BLANK:
            return self.blank is not None
        if self.numeric:
            return is_id(value) and str(int(value)) == value
        return 0 < len(value) <= self.longest and "\x00" not in value

    def condition(self, values: Sequence[str]) -> ColumnElement[bool]:
        chosen = [value for value in values if value != BLANK]
        found = self.column.in_([int(each) for each in chosen] if self.numeric else chosen)
        some = found & self.among
        return or_(some, not_(self.shown)) if BLANK in values else some

    @property
    def shown(self) -> ColumnElement[bool]:
        """Whether a row has a value that shows; never NULL."""
        written = [] if self.numeric else [self.column.not_in(NOTHING)]
        return and_(self.column.is_not(None), *written, self.among)

    def tallies(self, conditions: Conditions) -> list[Statement]:
        value = self.column if self.blank is None else case((self.among, self.column))
        among = [self.among] if self.blank is None else []
        return [select(value, func.count()).where(*among, *conditions).group_by(value)]

    def counts(self, conditions: Conditions, _chosen: Sequence[str] = ()) -> Pairs:
        return tallied(self, _rows(self.tallies(conditions)))


@dataclass(frozen=True)
class LinkFacet:
    """Values reached through a table of links, such as tags."""

    key: str
    title: LazyString
    identity: InstrumentedAttribute[int]
    links: Table
    owner_column: str
    value_column: str
    labels: Labels
    # The ids that `labels` knows: links to others, which lie in the bin, are as if not there.
    known: Select[int]
    blank: LazyString | None = None
    folded: bool = False
    numeric: bool = field(default=True, init=False)

    @property
    def owner(self) -> ColumnElement[int]:
        return self.links.c[self.owner_column]

    @property
    def value(self) -> ColumnElement[int]:
        return self.links.c[self.value_column]

    def accepts(self, value: str) -> bool:
        if value == BLANK:
            return self.blank is not None
        return is_id(value) and str(int(value)) == value

    def condition(self, values: Sequence[str]) -> ColumnElement[bool]:
        chosen = [int(value) for value in values if value != BLANK]
        linked = select(self.owner).where(self.value.in_(chosen), self.value.in_(self.known))
        some = self.identity.in_(linked) if chosen else false()
        return or_(some, self._bare) if BLANK in values else some

    @property
    def _bare(self) -> ColumnElement[bool]:
        # NOT EXISTS: PostgreSQL would go through a long NOT IN (…) for each row.
        return ~exists().where(self.owner == self.identity, self.value.in_(self.known))

    def tallies(self, conditions: Conditions) -> list[Statement]:
        model = self.identity.class_
        borne = (
            select(self.value, func.count())
            .join(model, self.identity == self.owner)
            .where(self.value.in_(self.known), *conditions)
            .group_by(self.value)
        )
        none = select(literal(None), func.count()).select_from(model).where(self._bare, *conditions)
        return [borne] if self.blank is None else [borne, none]

    def counts(self, conditions: Conditions, _chosen: Sequence[str] = ()) -> Pairs:
        return tallied(self, _rows(self.tallies(conditions)))


# ---- values that are known beforehand, all shown in their own order


@runtime_checkable
class ClosedFacet(Protocol):
    """A block whose values are named conditions on the rows of its model."""

    @property
    def key(self) -> str: ...

    @property
    def model(self) -> Any: ...

    def cases(self, chosen: Sequence[str]) -> Cases:
        """Its values, and the chosen ones that are not among them, each with its condition."""
        ...


def summed(
    facets: Mapping[str, tuple[ClosedFacet, Sequence[str]]], conditions: Conditions
) -> dict[str, Pairs]:
    """Counts of closed blocks and their chosen values, by key, in one statement."""
    cases = {key: facet.cases(chosen) for key, (facet, chosen) in facets.items()}
    sums = [
        func.sum(case((each, 1), else_=0)) for named in cases.values() for _value, each in named
    ]
    models = {facet.model for facet, _chosen in facets.values()}
    if not sums:
        return {key: [] for key in facets}
    (model,) = models
    row = iter(db.session.execute(select(*sums).select_from(model).where(*conditions)).one())
    return {key: [(value, next(row) or 0) for value, _ in named] for key, named in cases.items()}


@dataclass(frozen=True)
class Bucket:
    """A named condition, as a value of a block."""

    value: str
    label: LazyString
    condition: ColumnElement[bool]


@dataclass(frozen=True)
class BucketFacet:
    """A fixed set of named conditions, all shown, in their own order."""

    key: str
    title: LazyString
    buckets: tuple[Bucket, ...]
    model: type[Any]
    folded: bool = False
    blank: LazyString | None = None

    def accepts(self, value: str) -> bool:
        return any(bucket.value == value for bucket in self.buckets)

    def condition(self, values: Sequence[str]) -> ColumnElement[bool]:
        return or_(false(), *(each.condition for each in self.buckets if each.value in values))

    def cases(self, _chosen: Sequence[str] = ()) -> Cases:
        return [(bucket.value, bucket.condition) for bucket in self.buckets]

    def counts(self, conditions: Conditions, chosen: Sequence[str] = ()) -> Pairs:
        return summed({self.key: (self, chosen)}, conditions)[self.key]

    def labels(self, _values: Iterable[str]) -> dict[str, str]:
        return {bucket.value: str(bucket.label) for bucket in self.buckets}
