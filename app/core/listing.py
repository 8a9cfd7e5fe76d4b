"""A list as data: search, facets, order and page, read from and written to the address.

The same Listing serves the rows, the count, the facets, the selection, the bulk actions, the
export, and the way from sheet to sheet: whatever is asked of a list is asked in one place.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Select, case, false, func, select
from sqlalchemy.orm import InstrumentedAttribute
from werkzeug.datastructures import MultiDict

from app.core.facets import Conditions, Facet
from app.core.ids import is_id
from app.core.listcolumns import MOST_COLUMNS, Column, arranged
from app.core.matching import holds, match
from app.core.text import search_words, sort_key
from app.extensions import db

PAGE_SIZES = (25, 50, 100)
DEFAULT_SIZE = 25
LONGEST_QUERY = 200
MOST_VALUES = 100
LAST_PAGE = 1_000_000
# More records than this are not counted before they are shown, nor put in order by name.
LONG = 1_000
LAST_CHARACTER = "\x7f"  # After any character of a sort key.


class BadQuery(ValueError):
    """The address of a list holds something that the list does not know."""

    def __init__(self, message: LazyString | str) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return str(self.message)


@dataclass(frozen=True)
class Sort:
    """One order of a list, in both directions; ties are broken by id in each."""

    key: str
    up: tuple[Any, ...]
    down: tuple[Any, ...]


def sort_on(key: str, column: Any, identity: Any, *, blanks: bool = False) -> Sort:
    """An order on a column; with `blanks`, rows without a value come last either way."""
    last = (column.is_(None),) if blanks else ()
    return Sort(key, (*last, column, identity), (*last, column.desc(), identity.desc()))


@dataclass(frozen=True)
class ListSpec:
    """What a list is made of: its model, orders, facets, and where its words are looked up."""

    kind: str
    model: Any
    sorts: tuple[Sort, ...]
    default_sort: str
    facets: tuple[Facet, ...]
    # Conditions that every door goes through: what is live and what the reader may see.
    scope: Callable[[], list[ColumnElement[bool]]]
    # Ids of the records that bear exactly this identifier (digits only).
    exact: Callable[[str], list[int]]
    sort_name: InstrumentedAttribute[Any]
    # The column that holds the words, where it is not the indexed search text.
    text: InstrumentedAttribute[Any] | None = None
    # What an address may choose columns from; () where the list's columns are its own.
    columns: tuple[Column, ...] = ()

    def facet(self, key: str) -> Facet | None:
        return next((facet for facet in self.facets if facet.key == key), None)

    def sort(self, key: str) -> Sort | None:
        return next((sort for sort in self.sorts if sort.key == key), None)


@dataclass(frozen=True)
class Listing:
    """What is asked of a list. `sort` is a key, '-' before it for the other direction;
    '' is the list's own order, or by relevance when there is a search. `columns` are the keys of
    what is shown, () for what the person or the list shows. `view` is the id of the saved view
    that the address comes from, 0 for none of them, None where the address does not say."""

    spec: ListSpec
    q: str = ""
    sort: str = ""
    page: int = 1
    size: int = DEFAULT_SIZE
    filters: tuple[tuple[str, tuple[str, ...]], ...] = field(default=())
    columns: tuple[str, ...] = ()
    view: int | None = None

    @classmethod
    def parse(cls, args: MultiDict[str, str], spec: ListSpec) -> Listing:
        """Read an address; BadQuery where it holds a name or value that the list lacks."""
        known = {"q", "sort", "page", "size", *(facet.key for facet in spec.facets)}
        known |= {"columns", "view"} if spec.columns else set()
        refuse_unknown(args, known)
        return cls(
            spec,
            q=parse_q(args.get("q", "")),
            sort=_parse_sort(args.get("sort", ""), spec),
            page=parse_number(args.get("page", "1"), 1, LAST_PAGE),
            size=_parse_size(args.get("size", str(DEFAULT_SIZE))),
            filters=_parse_filters(args, spec),
            columns=_parse_columns(args.get("columns", ""), spec),
            view=_parse_view(args.get("view", "")),
        )

    def values(self, key: str) -> tuple[str, ...]:
        return dict(self.filters).get(key, ())

    def args(self) -> list[tuple[str, str]]:
        """The address's parameters: only what differs from a bare list."""
        pairs = [("q", self.q)] if self.q else []
        pairs += [(key, value) for key, values in self.filters for value in values]
        pairs += [("sort", self.sort)] if self.sort else []
        pairs += [("columns", ",".join(self.columns))] if self.columns else []
        pairs += [("view", str(self.view))] if self.view is not None else []
        pairs += [("size", str(self.size))] if self.size != DEFAULT_SIZE else []
        pairs += [("page", str(self.page))] if self.page > 1 else []
        return pairs

    @property
    def query_string(self) -> str:
        return urlencode(self.args(), safe=",")

    def on_page(self, page: int) -> Listing:
        return replace(self, page=page)

    def sorted_by(self, sort: str) -> Listing:
        return replace(self, sort=sort, page=1)

    def sized(self, size: int) -> Listing:
        return replace(self, size=size, page=1)

    def showing(self, columns: Sequence[str]) -> Listing:
        """The same records with these columns, the first always there; () for the usual ones."""
        return replace(self, columns=arranged(columns, self.spec.columns))

    def in_view(self, view: int | None) -> Listing:
        return replace(self, view=view)

    def searching(self, q: str) -> Listing:
        return replace(self, q=q, page=1)

    def cleared(self) -> Listing:
        return replace(self, q="", filters=(), page=1)

    def with_values(self, key: str, values: Sequence[str]) -> Listing:
        others = [(name, chosen) for name, chosen in self.filters if name != key]
        if values:
            others.append((key, tuple(values)))
        return replace(self, filters=tuple(sorted(others)), page=1)

    def toggled(self, key: str, value: str) -> Listing:
        chosen = self.values(key)
        kept = tuple(other for other in chosen if other != value)
        return self.with_values(key, kept if value in chosen else (*chosen, value))

    @property
    def active_sort(self) -> str:
        """The order in force; '' where rows come by relevance."""
        return self.sort or ("" if self.q else self.spec.default_sort)

    def conditions(self, *, without: str = "") -> list[ColumnElement[bool]]:
        """What a record must be to show, leaving out one block's own choice."""
        return [*self.spec.scope(), *self._matches(), *self.chosen(without=without)]

    def chosen(self, *, without: str = "") -> list[ColumnElement[bool]]:
        """What the choices in the blocks ask for."""
        return [
            facet.condition(values)
            for key, values in self.filters
            if key != without and (facet := self.spec.facet(key)) is not None
        ]

    def _matches(self) -> list[ColumnElement[bool]]:
        words = search_words(self.q)
        if self.q and not words:
            return [false()]  # An emoji, a dash: nothing that a record could hold.
        if self.spec.text is not None:
            return [holds(self.spec.text, word) for word in words]
        return match(self.spec.model, words)

    def row_conditions(self) -> list[ColumnElement[bool]]:
        """The same as conditions() but for the scope, each read off the row it is asked of, not off
        an index of all rows: for those who come along row after row."""
        text = self.spec.model.search_text if self.spec.text is None else self.spec.text
        return [*(holds(text, word) for word in search_words(self.q)), *self.chosen()]

    def order(self) -> tuple[Any, ...]:
        sort = self.spec.sort(self.active_sort.removeprefix("-"))
        if sort is not None:
            return sort.down if self.active_sort.startswith("-") else sort.up
        return self.by_relevance(is_long=self._is_long())

    def _is_long(self) -> bool:
        return self.count(at_most=LONG + 1) > LONG

    def by_relevance(self, *, is_long: bool) -> tuple[Any, ...]:
        """The order of the tiers, as one."""
        bears, begins, _rest = (tier for tier, _order in self.tiers(is_long=is_long))
        name, identity = self.spec.sort_name, self.spec.model.id
        rank = case((bears, 0), (begins, 1), else_=2)
        if not is_long:
            return (rank, name, identity)
        named = bears | begins
        return (rank, case((named, name)), case((named, identity), else_=-identity))

    def tiers(self, *, is_long: bool) -> list[tuple[ColumnElement[bool], tuple[Any, ...]]]:
        """What comes first by relevance, and the order within: the record that bears exactly what
        was typed, names that begin so, then the rest. Each leaves out those before it.

        All by name; but the rest of more than LONG records comes newest first. By name it would
        have to be read whole before its first row is known: names that hold a word often stand
        together, far from the beginning, and nobody reads so many by the alphabet.
        """
        start, digits = sort_key(self.q), "".join(search_words(self.q))
        exact = self.spec.exact(digits) if digits.isdecimal() else []
        name, identity = self.spec.sort_name, self.spec.model.id
        begins = (name >= start) & (name < start + LAST_CHARACTER) if start else false()
        bears = identity.in_(exact) if exact else false()
        by_name = (name, identity)
        return [
            (bears, by_name),
            (begins & ~bears, by_name),
            (~begins & ~bears, (identity.desc(),) if is_long else by_name),
        ]

    def ids(self) -> Select[int]:
        """Ids of all records that match, in order."""
        return select(self.spec.model.id).where(*self.conditions()).order_by(*self.order())

    def all_ids(self) -> tuple[int, ...]:
        return tuple(db.session.scalars(self.ids()).all())

    def page_ids(self) -> list[int]:
        return self.window((self.page - 1) * self.size, self.size)

    def window(self, start: int, length: int) -> list[int]:
        """Ids of the records from one place of the list on; the first is place 0."""
        if self.active_sort:
            return list(db.session.scalars(self.ids().limit(length).offset(start)).all())
        return self._relevant_window(start, length)

    def _relevant_window(self, start: int, length: int) -> list[int]:
        """The same by relevance: tier after tier, each in the order of an index, since ordering
        all that match by their tier would read all of them."""
        found: list[int] = []
        model, conditions = self.spec.model, self.conditions()
        for tier, order in self.tiers(is_long=self._is_long()):
            if len(found) == length:
                break
            here = select(model.id).where(*conditions, tier).order_by(*order)
            page = here.limit(length - len(found)).offset(start)
            ids = list(db.session.scalars(page).all())
            found += ids
            if start and not ids:
                start -= self._count([*conditions, tier])
            else:
                start = 0
        return found

    def count(self, *, at_most: int | None = None) -> int:
        """How many records match; counting stops at `at_most` where it is given."""
        return self._count(self.conditions(), at_most)

    def _count(self, conditions: Conditions, at_most: int | None = None) -> int:
        statement = select(func.count()).select_from(self.spec.model).where(*conditions)
        if at_most is not None:
            some = select(self.spec.model.id).where(*conditions).limit(at_most).subquery()
            statement = select(func.count()).select_from(some)
        return db.session.scalar(statement) or 0


def refuse_unknown(args: Iterable[str], known: Collection[str]) -> None:
    """BadQuery where an address has a parameter that the page does not know."""
    if unknown := sorted(set(args) - set(known)):
        raise BadQuery(_l("Paramètre inconnu : « %(name)s ».", name=unknown[0][:40]))


def parse_q(value: str) -> str:
    value = " ".join(value.replace("\x00", " ").split())
    if len(value) > LONGEST_QUERY:
        raise BadQuery(_l("La recherche est trop longue : 200 caractères au plus."))
    return value.encode("utf-8", "ignore").decode()


def _parse_sort(value: str, spec: ListSpec) -> str:
    if value and spec.sort(value.removeprefix("-")) is None:
        raise BadQuery(_l("La liste ne se trie pas ainsi."))
    return value


def parse_number(value: str, least: int, most: int) -> int:
    if not is_id(value):
        raise BadQuery(_l("Le numéro de page doit être un nombre entier à partir de 1."))
    number = int(value)
    if not least <= number <= most:
        raise BadQuery(_l("Le numéro de page doit être un nombre entier à partir de 1."))
    return number


def _parse_size(value: str) -> int:
    if value not in {str(size) for size in PAGE_SIZES}:
        raise BadQuery(_l("La taille de page doit être 25, 50 ou 100."))
    return int(value)


def _parse_columns(value: str, spec: ListSpec) -> tuple[str, ...]:
    keys = tuple(value.split(",")) if value else ()
    known = {column.key for column in spec.columns}
    if unknown := [key for key in keys if key not in known]:
        raise BadQuery(_l("La liste n’a pas de colonne « %(name)s ».", name=unknown[0][:40]))
    if len(set(keys)) < len(keys):
        raise BadQuery(_l("Une colonne est demandée deux fois."))
    if keys and len({spec.columns[0].key, *keys}) > MOST_COLUMNS:
        raise BadQuery(_l("Une liste montre 18 colonnes au plus."))
    return arranged(keys, spec.columns)


def _parse_view(value: str) -> int | None:
    if value and not is_id(value):
        raise BadQuery(_l("Le numéro de la vue n’est pas valable."))
    return int(value) if value else None


def _parse_filters(
    args: MultiDict[str, str], spec: ListSpec
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    filters = []
    for facet in spec.facets:
        values = tuple(dict.fromkeys(value for value in args.getlist(facet.key) if value))
        if len(values) > MOST_VALUES or not all(facet.accepts(value) for value in values):
            raise BadQuery(_l("Un filtre porte une valeur inconnue : %(name)s.", name=facet.title))
        if values:
            filters.append((facet.key, values))
    return tuple(sorted(filters))
