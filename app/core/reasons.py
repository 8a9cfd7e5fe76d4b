"""Why a search found a record whose row does not show the words: where they are (requirement B1)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

from flask_babel import LazyString

from app.core.text import folded_once


@dataclass(frozen=True)
class Reason:
    """« SIRET du siège » and the number, whose fragment the row marks; `value` is '' where the
    row may say where the word is, and not what is written there."""

    label: str
    value: str


@dataclass(frozen=True)
class Place:
    """A value of a record that a search looks into: how it reads, how it is searched (folded),
    and the keys of the columns whose cells show it."""

    label: LazyString | str
    value: str
    searched: str
    columns: frozenset[str] = frozenset()
    is_private: bool = False

    def holds(self, word: str) -> bool:
        return word in self.searched

    def reason(self) -> Reason:
        return Reason(str(self.label), "" if self.is_private else self.value)


class _Stored(Place):
    """The place of a stored value, which is folded and written only where that is asked: of most
    rows the cells show all the words."""

    def __init__(
        self,
        label: LazyString | str,
        columns: frozenset[str],
        is_private: bool,
        show: Callable[[], str],
        search: Callable[[], Iterable[str | None]],
    ) -> None:
        self.__dict__.update(label=label, columns=columns, is_private=is_private)
        self.__dict__.update(_show=show, _search=search)

    @cached_property
    def value(self) -> str:
        return str(self.__dict__["_show"]())

    @cached_property
    def searched(self) -> str:
        return folded_once(self.__dict__["_search"]())


def place(
    label: LazyString | str,
    value: str | None,
    *columns: str,
    show: Callable[[str], str] = str,
    search: Callable[[str], Iterable[str | None]] = lambda value: [value],
    is_private: bool = False,
) -> list[Place]:
    """The place of a stored value, nothing where there is none.

    `show` gives how it reads, `search` the pieces that the record's search text holds of it.
    """
    if not value:
        return []
    named = frozenset(columns)
    return [_Stored(label, named, is_private, partial(show, value), partial(search, value))]


def unseen(words: Sequence[str], places: Iterable[Place], shown: Collection[str]) -> list[str]:
    """The words that no cell of the row shows; `shown` are the keys of the list's columns."""
    seen = [one for one in places if one.columns.intersection(shown)]
    return [word for word in words if not any(one.holds(word) for one in seen)]


def explained(words: Sequence[str], places: Iterable[Place]) -> tuple[list[Reason], list[str]]:
    """The first places that hold the words, each word told once, and the words that none holds."""
    found, left = [], list(words)
    for one in places:
        if told := [word for word in left if one.holds(word)]:
            found.append(one.reason())
            left = [word for word in left if word not in told]
        if not left:
            break
    return found, left
