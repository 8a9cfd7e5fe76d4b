"""The address and the queries of FAB's generated lists: which filters and orders they know,
and how the rows are read. See admin.py for the screens."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_appbuilder.models.filters import BaseFilter, Filters
from flask_appbuilder.models.sqla.filters import (
    FilterContains,
    FilterEqual,
    FilterRelationManyToManyEqual,
    FilterStartsWith,
    SQLAFilterConverter,
    get_field_setup_query,
)
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import lazy_gettext as _l
from sqlalchemy import func
from sqlalchemy.orm import selectinload
from werkzeug.datastructures import MultiDict

from app.core.ids import is_id
from app.core.listing import BadQuery
from app.core.text import search_words

PAGE_SIZES = (25, 50, 75, 100)
LONGEST_VALUE = 200
MOST_VALUES = 20
_FILTER = re.compile(r"_flt_([0-9])_(\w+)")


def _bad_filter() -> BadQuery:
    return BadQuery(_l("Un filtre de l’adresse porte une valeur inconnue."))


class Contains(FilterContains):  # type: ignore[misc]
    """Anywhere in the value; `%` and `_` are ordinary characters."""

    def apply(self, query: Any, value: str) -> Any:
        query, field = get_field_setup_query(query, self.model, self.column_name)
        return query.filter(field.icontains(value, autoescape=True))


class StartsWith(FilterStartsWith):  # type: ignore[misc]
    def apply(self, query: Any, value: str) -> Any:
        query, field = get_field_setup_query(query, self.model, self.column_name)
        return query.filter(field.istartswith(value, autoescape=True))


class HasWords(BaseFilter):  # type: ignore[misc]
    """Every word, whatever case and accents, in a folded column."""

    name = _l("Contient")

    def apply(self, query: Any, value: str) -> Any:
        query, field = get_field_setup_query(query, self.model, self.column_name)
        words = search_words(value)
        return query.filter(*[field.contains(word, autoescape=True) for word in words])


class IsYes(BaseFilter):  # type: ignore[misc]
    """A yes or no, given as y or n."""

    name = _l("Est")

    def apply(self, query: Any, value: str) -> Any:
        if value not in {"y", "n"}:
            raise _bad_filter()
        query, field = get_field_setup_query(query, self.model, self.column_name)
        return query.filter(field.is_(value == "y"))


class HasOne(FilterRelationManyToManyEqual):  # type: ignore[misc]
    """Related to the record of this id."""

    def apply(self, query: Any, value: str) -> Any:
        if not is_id(value):
            raise _bad_filter()
        return super().apply(query, value)


class SafeFilterConverter(SQLAFilterConverter):  # type: ignore[misc]
    """Which filters a column has; a column of a kind that is not named here has none."""

    conversion_table = (
        ("is_relation_many_to_many", [HasOne]),
        ("is_text", [HasWords]),
        ("is_string", [Contains, StartsWith, FilterEqual]),
        ("is_boolean", [IsYes]),
    )

    def convert(self, col_name: str) -> Any:
        if col_name == "search_text":
            return [HasWords(col_name, self.datamodel)]
        known = any(getattr(self.datamodel, test)(col_name) for test, _ in self.conversion_table)
        return super().convert(col_name) if known else None


class SafeInterface(SQLAInterface):  # type: ignore[misc]
    """FAB's access to a table: counts plainly, and loads the relations that the list shows."""

    filter_converter_class = SafeFilterConverter

    def __init__(self, obj: Any, load: Sequence[str] = ()) -> None:
        super().__init__(obj)
        self.load = tuple(load)

    def query(
        self,
        filters: Filters | None = None,
        order_column: str = "",
        order_direction: str = "",
        page: int | None = None,
        page_size: int | None = None,
        **_more: Any,
    ) -> tuple[int, list[Any]]:
        if not page_size:
            raise RuntimeError("unpaged load of an administration list")
        found = self.apply_filters(self.session.query(self.obj), filters)
        count = found.order_by(None).with_entities(func.count(self.get_pk())).scalar()
        loads = [selectinload(getattr(self.obj, name)) for name in self.load]
        ordered = self.apply_order_by(found, order_column, order_direction, add_pk=True)
        return count, self.apply_pagination(ordered, page, page_size).options(*loads).all()


@dataclass(frozen=True)
class AdminListing:
    """What the address of a generated list asks for; `page` counts from 0, as FAB does."""

    order: tuple[str, str]
    page: int
    size: int
    filters: tuple[tuple[str, int, list[str]], ...]

    @classmethod
    def parse(cls, args: MultiDict[str, str], view: Any) -> AdminListing:
        """Read an address; BadQuery where it holds a name or value that the list lacks."""
        name = type(view).__name__
        filters = tuple(filter(None, (_read_filter(key, args, view) for key in args)))
        known = {f"{prefix}_{name}" for prefix in ("_oc", "_od", "page", "psize")}
        if unknown := sorted(
            key for key in args if key not in known and not key.startswith("_flt_")
        ):
            raise BadQuery(_l("Paramètre inconnu : « %(name)s ».", name=unknown[0][:40]))
        return cls(
            order=_read_order(args.get(f"_oc_{name}"), args.get(f"_od_{name}"), view),
            page=_read_number(args.get(f"page_{name}", "0")),
            size=_read_size(args.get(f"psize_{name}"), view),
            filters=filters,
        )


def _read_filter(
    key: str, args: MultiDict[str, str], view: Any
) -> tuple[str, int, list[str]] | None:
    if not key.startswith("_flt_"):
        return None
    match = _FILTER.fullmatch(key)
    choices = view.search_filters_of(match[2]) if match else []
    values = [value for value in args.getlist(key) if value.strip()]
    if match is None or int(match[1]) >= len(choices) or len(values) > MOST_VALUES:
        raise _bad_filter()
    if any(len(value) > LONGEST_VALUE or not value.isprintable() for value in values):
        raise _bad_filter()
    return (match[2], int(match[1]), values) if values else None


def _read_order(column: str | None, direction: str | None, view: Any) -> tuple[str, str]:
    if column is None and direction is None:
        return view.base_order or ("", "")
    if column not in view.order_columns or direction not in {"asc", "desc"}:
        raise BadQuery(_l("La liste ne se trie pas ainsi."))
    return str(column), str(direction)


def _read_number(value: str) -> int:
    if not (value.isascii() and value.isdecimal() and len(value) <= 6):
        raise BadQuery(_l("Le numéro de page doit être un nombre entier."))
    return int(value)


def _read_size(value: str | None, view: Any) -> int:
    if value is not None and value not in {str(size) for size in PAGE_SIZES}:
        raise BadQuery(_l("La taille de page doit être 25, 50, 75 ou 100."))
    return int(value) if value is not None else view.page_size
