"""Rows that change hands in a merge: each change is written down, and can be taken back where the
row is still as the merge left it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Table, select

from app.core.sets import among, put_rows
from app.extensions import db

Pairs = Mapping[str, tuple[Any, Any]]


class Ledger:
    """The moves of one merge, in order: {"table", "ids", "values": {column: [before, after]}}."""

    def __init__(self, moves: Iterable[dict[str, Any]] = ()) -> None:
        self.moves = list(moves)

    def put(self, model: Any, ids: Sequence[int], values: Pairs) -> None:
        """Change rows, which all held the first value of each pair, to the second."""
        if not ids or not values:
            return
        put_rows(model, among(model.id, ids), **{name: pair[1] for name, pair in values.items()})
        self.moves.append(
            {
                "table": model.__tablename__,
                "ids": list(ids),
                "values": {name: [_plain(v) for v in pair] for name, pair in values.items()},
            }
        )

    def put_fields(
        self, record: Any, values: Mapping[str, Any], groups: Iterable[Sequence[str]]
    ) -> None:
        """Change fields of one row, each group of fields on its own, so that each can be taken
        back where the others have changed since; the groups name all that `values` holds."""
        for fields in groups:
            pairs = {field: (getattr(record, field), values[field]) for field in fields}
            if any(before != after for before, after in pairs.values()):
                self.put(type(record), [record.id], pairs)

    def put_where(self, model: Any, column: str, before: int, after: int, *extra: Any) -> None:
        """Change a column of all the rows that hold a value, of those that meet the conditions."""
        held = select(model.id).where(getattr(model, column) == before, *extra).order_by(model.id)
        self.put(model, list(db.session.scalars(held)), {column: (before, after)})

    def take_back(self) -> None:
        """Undo the moves, the last first; a row that changed since is left as it is."""
        for move in reversed(self.moves):
            table = db.metadata.tables[move["table"]]
            pairs = {
                name: tuple(_typed(table, name, v) for v in pair)
                for name, pair in move["values"].items()
            }
            still = [
                table.c[name].is_not_distinct_from(after) for name, (_old, after) in pairs.items()
            ]
            before = {name: old for name, (old, _new) in pairs.items()}
            put_rows(table, among(table.c.id, move["ids"]), *still, **before)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, (date, datetime)) else value


def _typed(table: Table, column: str, value: Any) -> Any:
    if value is None:
        return None
    kind = table.c[column].type.python_type
    return kind.fromisoformat(value) if kind in {date, datetime} else value
