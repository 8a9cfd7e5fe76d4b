"""Reading the change log: what was written since, and whether anything may have been missed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain

import numpy as np
from sqlalchemy import Connection, text

from app.core.columns import Ids

# More written records than this are read anew in the background, not while somebody waits.
MOST_CHANGES = 20_000


class OutOfReach(Exception):
    """The log does not tell, or not soon enough, what was written since."""


@dataclass(frozen=True)
class LogPosition:
    """How far the log has been read."""

    seq: int
    mark: int
    # PostgreSQL: transactions before this one were over; those rows of later ones that were read.
    horizon: int = 0
    seen: Mapping[int, int] = field(default_factory=dict)


# Number and mark of the last row; what the log says of our own last row.
SQLITE_STATE = text("""
SELECT seq, mark, 0, 0, (SELECT mark FROM list_change WHERE seq = :seq)
FROM list_change ORDER BY seq DESC LIMIT 1""")
SQLITE_ROWS = text("SELECT seq, kind, record_ids, 0 FROM list_change WHERE seq > :seq")
POSTGRES_STATE = text("""
SELECT seq, mark, pg_snapshot_xmin(pg_current_snapshot())::text::bigint,
       (SELECT xid FROM list_change WHERE seq = 0),
       (SELECT mark FROM list_change WHERE seq = :seq)
FROM list_change ORDER BY seq DESC LIMIT 1""")
POSTGRES_ROWS = text("""
SELECT seq, kind, record_ids, xid FROM list_change
WHERE xid >= :horizon AND seq > 0 AND seq <> ALL(:seen)""")
SQLITE_TRIGGERS = text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
POSTGRES_TRIGGERS = text(
    "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')"
)


def is_kept(connection: Connection, tables: Sequence[str]) -> bool:
    """Whether the triggers that fill the log are all there."""
    sqlite = connection.dialect.name == "sqlite"
    names = set(connection.scalars(SQLITE_TRIGGERS if sqlite else POSTGRES_TRIGGERS))
    events = ("insert", "delete", "update", "owner", *(() if sqlite else ("truncate",)))
    return names >= {f"{table}_log_{event}" for table in tables for event in events}


def newest(connection: Connection) -> LogPosition:
    """Where the log stands in this snapshot. Raises OutOfReach without a log."""
    return _since(connection, LogPosition(-1, 0))


def _since(connection: Connection, position: LogPosition) -> LogPosition:
    sqlite = connection.dialect.name == "sqlite"
    state = connection.execute(
        SQLITE_STATE if sqlite else POSTGRES_STATE, {"seq": position.seq}
    ).first()
    if state is None:
        raise OutOfReach
    seq, mark, horizon, floor, own_mark = state
    starts = position.seq < 0
    if not starts and (own_mark != position.mark or not floor <= position.horizon <= horizon):
        raise OutOfReach
    seen = {} if sqlite else _open(connection, horizon) if starts else position.seen
    return LogPosition(seq, mark, horizon, seen)


def _open(connection: Connection, horizon: int) -> dict[int, int]:
    """Rows whose transactions may have been open when others, before them, were read."""
    rows = connection.execute(POSTGRES_ROWS, {"horizon": horizon, "seen": []})
    return {seq: xid for seq, _kind, _ids, xid in rows}


def changes(
    connection: Connection, position: LogPosition, kinds: Sequence[str]
) -> tuple[LogPosition, dict[str, Ids]]:
    """Where the log stands now, and the ids (each once) written since, by kind.

    Raises OutOfReach when rows may be gone unread, when the base is another one, or when so
    much was written that reading it would keep people waiting.
    """
    now = _since(connection, position)
    if connection.dialect.name == "sqlite":
        if now.seq - position.seq > MOST_CHANGES:
            raise OutOfReach
        fresh = connection.execute(SQLITE_ROWS, {"seq": position.seq}).all()
        return now, _gathered([(kind, [one]) for _seq, kind, one, _xid in fresh], kinds)
    fresh = connection.execute(
        POSTGRES_ROWS, {"horizon": position.horizon, "seen": list(position.seen)}
    ).all()
    seen = {**position.seen, **{seq: xid for seq, _kind, _ids, xid in fresh}}
    seen = {seq: xid for seq, xid in seen.items() if xid >= now.horizon}
    written = [(kind, ids) for _seq, kind, ids, _xid in fresh]
    return replace(now, seen=seen), _gathered(written, kinds)


def _gathered(
    written: Sequence[tuple[str, list[int] | None]], kinds: Sequence[str]
) -> dict[str, Ids]:
    by_kind: dict[str, list[list[int]]] = {}
    for kind, ids in written:
        if kind in kinds:
            if ids is None:
                raise OutOfReach
            by_kind.setdefault(kind, []).append(ids)
    found = {
        kind: np.unique(np.fromiter(chain.from_iterable(lists), dtype=np.int64))
        for kind, lists in by_kind.items()
    }
    if sum(len(ids) for ids in found.values()) > MOST_CHANGES:
        raise OutOfReach
    return found
