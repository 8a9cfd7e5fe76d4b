"""The columns that a list can show, as data: their headings, and what their cells read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask_babel import LazyString

# So that a page of a hundred rows weighs no more than 300 kB.
MOST_COLUMNS = 18


@dataclass(frozen=True)
class Column:
    """A column of a list; `sort` is the key of its order, None where it has none."""

    key: str
    label: LazyString | str
    sort: str | None = None
    numeric: bool = False
    css: str = ""
    # The first click on a header sorts by this direction: figures and dates from the greatest.
    falling_first: bool = False
    # Whether it shows where nobody has chosen columns.
    default: bool = False
    # Attributes of the model that its cell reads; nothing else is loaded for it.
    reads: tuple[str, ...] = ()
    # What it is called where it is chosen, when its heading is short.
    full: LazyString | None = None

    @property
    def title(self) -> str:
        return str(self.full or self.label)


def default_keys(columns: Iterable[Column]) -> tuple[str, ...]:
    """The columns of a list that nobody has arranged."""
    return tuple(column.key for column in columns if column.default)


def arranged(keys: Sequence[str], columns: Sequence[Column]) -> tuple[str, ...]:
    """Keys as a list may show them: those it has, each once, its first column before all.

    For what was stored: a column that the list has lost since is left out. () where it has none
    of them.
    """
    first, known = columns[0].key if columns else "", {column.key for column in columns}
    kept = [key for key in dict.fromkeys(keys) if key in known]
    return (first, *(key for key in kept if key != first))[:MOST_COLUMNS] if kept else ()
