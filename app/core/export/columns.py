"""The columns of an export, as data: what each reads from the database, and how that is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from flask_babel import LazyString
from sqlalchemy import ColumnElement

Kind = Literal["text", "number", "date", "datetime"]
Read = Callable[[str], str]
# Called when an export begins, before its first byte: it may ask the database.
Make = Callable[[], Read]

TEXT_PATTERN = "@"
PATTERNS: dict[Kind, str] = {
    "text": "",
    "number": "0.###",
    "date": "dd/mm/yyyy",
    "datetime": "dd/mm/yyyy hh:mm",
}


@dataclass(frozen=True, eq=False)
class Join:
    """A table that columns read beside the records' own; `after` is joined before it."""

    target: Any
    on: ColumnElement[bool]
    after: Join | None = None

    def path(self) -> Iterator[Join]:
        """The joins that it takes to get there, in order."""
        if self.after is not None:
            yield from self.after.path()
        yield self


@dataclass(frozen=True)
class ExportColumn:
    """A column of an export.

    `reads` is an SQL expression: a text, a number, a date or an instant, as `kind` says. It
    arrives as the text that the database writes, "" where there is nothing. `labels` turn each
    distinct text into the one that is shown, `each` turns every text that is not blank.
    `pattern` is Excel's number format where the kind's own does not do; "@" for identifiers.
    `width` is in characters. A column that is `always` there cannot be left out.
    """

    key: str
    label: LazyString
    reads: Any
    kind: Kind = "text"
    pattern: str = ""
    width: int = 18
    via: Join | None = None
    labels: Make | None = None
    each: Make | None = None
    always: bool = False


@dataclass(frozen=True)
class ExportGroup:
    """Columns that are chosen under one heading."""

    label: LazyString
    columns: tuple[ExportColumn, ...]


@dataclass(frozen=True)
class ExportSpec:
    """What can be exported of a kind of record. `stem` begins the file's name; `stand_for` says
    which columns hold what a list shows in one of its own (by key)."""

    kind: str
    stem: str
    model: Any
    scope: Callable[[], list[ColumnElement[bool]]]
    groups: tuple[ExportGroup, ...]
    stand_for: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @cached_property
    def columns(self) -> tuple[ExportColumn, ...]:
        return tuple(column for group in self.groups for column in group.columns)

    def with_keys(self, keys: Iterable[str]) -> tuple[ExportColumn, ...]:
        """The columns of these keys in this order, each once, then those that are always there.

        KeyError where there is no such column.
        """
        known = {column.key: column for column in self.columns}
        always = [column.key for column in self.columns if column.always]
        return tuple(known[key] for key in dict.fromkeys([*keys, *always]))

    def shown_by(self, keys: Iterable[str]) -> tuple[str, ...]:
        """Keys of the columns that hold what the columns of a list show."""
        named = [one for key in keys for one in self.stand_for.get(key, (key,))]
        known = {column.key for column in self.columns}
        return tuple(key for key in dict.fromkeys(named) if key in known)


def ready(read: Read) -> Make:
    """A function that needs no preparation."""
    return lambda: read


# Texts that are shown as they are, of which few are distinct.
FEW: Make = ready(str)


# The hours of five years; no list of codes has as many.
MOST_KEPT = 50_000


class Once(dict[str, str]):
    """What a function makes of each distinct text, made once while few texts are distinct."""

    def __init__(self, make: Read) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, text: str) -> str:
        if len(self) >= MOST_KEPT:
            self.clear()
        self[text] = made = self._make(text)
        return made
