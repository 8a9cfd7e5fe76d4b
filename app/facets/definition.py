"""What of a list can be kept in memory: values that its own table and its links give.

Each facet becomes one SQL expression that the database itself works out, so that what a
condition means is decided in one place; memory holds the results.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial, reduce
from operator import add
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, Table, and_, case, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import functions, selectable
from sqlalchemy.sql.elements import TextClause, True_
from sqlalchemy.sql.visitors import iterate

from app.core.books import NO_INSTANT, Book, BucketBook, DayBook, NumberBook, TextBook
from app.core.datefacets import DateFacet
from app.core.facets import BucketFacet, ColumnFacet, Facet, LinkFacet
from app.core.listing import ListSpec

MOST_BUCKETS = 12  # A histogram of 4,096 combinations.
# Those whose answer is a matter of their arguments alone.
TIMELESS = {"coalesce", "length"}


@dataclass(frozen=True)
class KeptColumn:
    facet: Facet
    # A number for number, bucket and day books, text or NULL for a text book.
    expression: ColumnElement[Any]
    make_book: Callable[[], Book]


@dataclass(frozen=True)
class KeptLinks:
    facet: Facet
    table: Table
    owner: ColumnElement[int]
    value: ColumnElement[int]


@dataclass(frozen=True)
class Definition:
    """The parts of a list that memory holds."""

    kind: str
    table: Table
    scope: ColumnElement[bool]
    columns: tuple[KeptColumn, ...]
    links: tuple[KeptLinks, ...]

    @property
    def watched(self) -> tuple[str, ...]:
        """Tables whose changes matter, as the change log names them."""
        return (self.table.name, *dict.fromkeys(each.table.name for each in self.links))

    def keeps(self, facet: Facet) -> bool:
        """Whether this very facet is held: one that was made anew may mean something else."""
        held = [each.facet for each in self.columns] + [each.facet for each in self.links]
        return any(each is facet for each in held)

    def rows(self) -> Select[Any]:
        """id, 1 or 0 for live, then the columns' values."""
        live = case((self.scope, 1), else_=0)
        return select(self.table.c.id, live, *(each.expression for each in self.columns))


def define(spec: ListSpec) -> Definition | None:
    """What memory holds of a list, or None where who sees what is not a matter of its table."""
    table: Table = spec.model.__table__
    scope = and_(*spec.scope())
    if not _stays(scope, table):
        return None
    columns = (_column(facet, table) for facet in spec.facets)
    links = [_links(facet, table) for facet in spec.facets if type(facet) is LinkFacet]
    return Definition(
        spec.kind,
        table,
        scope,
        tuple(each for each in columns if each is not None),
        tuple(each for each in links if each is not None),
    )


def _column(facet: Facet, table: Table) -> KeptColumn | None:
    # The very classes: a descendant may mean something else by its values.
    if type(facet) is ColumnFacet:
        kept = _of_column(facet)
    elif type(facet) is BucketFacet and len(facet.buckets) <= MOST_BUCKETS:
        kept = _of_buckets(facet)
    elif type(facet) is DateFacet and _stays(facet.column.expression, table):
        seconds = functions.coalesce(Seconds(facet.column.expression), NO_INSTANT)
        return KeptColumn(facet, seconds, DayBook)
    else:
        return None
    return kept if _stays(kept.expression, table) else None


def _of_column(facet: ColumnFacet) -> KeptColumn:
    column: ColumnElement[Any] = facet.column.expression
    blank, always = facet.blank is not None, isinstance(facet.among, True_)
    if facet.numeric:
        number = case((facet.shown, column), else_=-1)
        return KeptColumn(facet, number, partial(NumberBook, blank=blank))
    # What says nothing is left to the book.
    text = column if always else case((facet.among, column))
    return KeptColumn(facet, text, partial(TextBook, blank=blank))


class Seconds(functions.GenericFunction[int]):
    """An instant (UtcDateTime) as whole seconds since 1970, those that have begun."""

    type = BigInteger()
    inherit_cache = True


@compiles(Seconds, "sqlite")
def _sqlite_seconds(element: Seconds, compiler: Any, **options: Any) -> str:
    # Cut before it is read: SQLite would round 59.9996 to the next minute.
    return f"CAST(strftime('%s', substr({compiler.process(element.clauses, **options)}, 1, 19)) AS INTEGER)"


@compiles(Seconds, "postgresql")
def _postgresql_seconds(element: Seconds, compiler: Any, **options: Any) -> str:
    return (
        f"CAST(floor(extract(epoch FROM {compiler.process(element.clauses, **options)})) AS BIGINT)"
    )


def _of_buckets(facet: BucketFacet) -> KeptColumn:
    bits: ColumnElement[Any] = reduce(
        add,
        (case((each.condition, 1 << place), else_=0) for place, each in enumerate(facet.buckets)),
    )
    return KeptColumn(facet, bits, partial(BucketBook, [each.value for each in facet.buckets]))


def _links(facet: LinkFacet, table: Table) -> KeptLinks | None:
    if facet.identity.expression.compare(table.c.id):
        columns = facet.links.c
        return KeptLinks(
            facet, facet.links, columns[facet.owner_column], columns[facet.value_column]
        )
    return None


def _stays(expression: ColumnElement[Any], table: Table) -> bool:
    """Whether an expression is the same as long as its row is: it reads no other table, and no
    clock."""
    return all(_is_settled(element, table) for element in iterate(expression))


def _is_settled(element: Any, table: Table) -> bool:
    if isinstance(element, (TextClause, selectable.SelectBase)):
        return False
    if isinstance(element, functions.FunctionElement):
        return getattr(element, "name", "") in TIMELESS
    owner = getattr(element, "table", None)
    return owner is None or owner.name == table.name
