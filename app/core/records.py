"""The records of a page as plain values: what the cells of its columns read, and nothing else.

Objects of the ORM cost a page three times as much: each one notes every column and relation that
it was made without. A record that is read here is shown and thrown away, never changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, Select, bindparam, select
from sqlalchemy.orm import aliased

from app.core.listcolumns import Column
from app.extensions import db

# The ids of a page, in statements that are made once.
IDS: BindParameter[int] = bindparam("ids", expanding=True)


class NotReadError(LookupError):
    """A cell reads what its column does not name in `reads`."""


class Record:
    """What was read of one record, under the names that its model has for it."""

    def __init__(self, values: Iterable[tuple[str, Any]]) -> None:
        self.__dict__.update(values)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)  # Templates ask everything whether it is HTML.
        raise NotReadError(f"{name} is read, and named by none of the columns")


@dataclass(frozen=True)
class One:
    """A relation to at most one record: what is read of that one, None where there is none."""

    relation: Any
    reads: tuple[str, ...]
    record: type[Record] = Record


@dataclass(frozen=True)
class Many:
    """Records that several rows may have: a statement that gives, for the rows whose ids are IDS,
    the row's id and then what is read, in order."""

    statement: Select[*tuple[Any, ...]]
    reads: tuple[str, ...]


class Reader:
    """Reads the rows of one model; `relations` says what is read of each relation, by its name."""

    def __init__(
        self, model: Any, relations: Mapping[str, One | Many], record: type[Record] = Record
    ) -> None:
        self.model = model
        self.record = record
        self.ones = {name: one for name, one in relations.items() if isinstance(one, One)}
        self.manies = {name: many for name, many in relations.items() if isinstance(many, Many)}
        # By what is read: made once, whatever the page.
        self._statements: dict[tuple[str, ...], Select[Any]] = {}

    def rows(self, ids: Sequence[int], columns: Sequence[Column]) -> list[Any]:
        """The records with what the cells of the columns read, in the order of the ids."""
        names = sorted({name for column in columns for name in column.reads})
        plain = tuple(name for name in names if name not in self.manies)
        found = {record.id: record for record in self._read(plain, ids)}
        for name in self.manies.keys() & set(names):
            self._add(name, found)
        return [found[identity] for identity in ids if identity in found]

    def _read(self, names: tuple[str, ...], ids: Sequence[int]) -> Iterable[Any]:
        statement = self._statements.get(names)
        if statement is None:
            statement = self._statements[names] = self._statement(names)
        own = ("id", *(name for name in names if name not in self.ones))
        ones = [(name, self.ones[name]) for name in names if name in self.ones]
        for values in db.session.execute(statement, {"ids": ids}):
            record = self.record(zip(own, values, strict=False))
            place = len(own)
            for name, one in ones:
                end = place + 1 + len(one.reads)
                record.__dict__[name] = _one(one, values[place:end])
                place = end
            yield record

    def _statement(self, names: tuple[str, ...]) -> Select[Any]:
        own = [getattr(self.model, name) for name in names if name not in self.ones]
        statement = select(self.model.id, *own).where(self.model.id.in_(IDS))
        for one in (self.ones[name] for name in names if name in self.ones):
            target = aliased(one.relation.property.mapper.class_)
            read = [getattr(target, name) for name in one.reads]
            statement = statement.add_columns(target.id, *read).outerjoin(
                one.relation.of_type(target)
            )
        return statement

    def _add(self, name: str, found: Mapping[int, Any]) -> None:
        many = self.manies[name]
        lists: dict[int, list[Record]] = {identity: [] for identity in found}
        for identity, *values in db.session.execute(many.statement, {"ids": list(found)}):
            lists[identity].append(Record(zip(many.reads, values, strict=True)))
        for identity, record in found.items():
            record.__dict__[name] = lists[identity]


def _one(one: One, values: Sequence[Any]) -> Record | None:
    if values[0] is None:
        return None
    return one.record(zip(("id", *one.reads), values, strict=True))
