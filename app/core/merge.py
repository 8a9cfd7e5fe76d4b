"""Two people at once: different fields merge, the same field is asked about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Clash:
    """One field that both changed: its value before, mine, and theirs (stored now)."""

    field: str
    before: Any
    mine: Any
    theirs: Any


class Stale(Exception):
    """Somebody else changed fields of this form since it was opened, and differently."""

    def __init__(self, clashes: list[Clash], theirs: Values) -> None:
        super().__init__(", ".join(clash.field for clash in clashes))
        self.clashes = clashes
        self.theirs = theirs


def merge(*, base: Values, mine: Values, theirs: Values) -> dict[str, Any]:
    """The values to store: mine where I changed them, else theirs; Stale where both did.

    `base` is what the form showed when it was opened, `theirs` what is stored now.
    """
    merged, clashes = {}, []
    for field, value in mine.items():
        before, now = base.get(field), theirs.get(field)
        i_changed, they_changed = value != before, now != before
        if i_changed and they_changed and value != now:
            clashes.append(Clash(field, before, value, now))
        merged[field] = value if i_changed else now
    if clashes:
        raise Stale(clashes, theirs)
    return merged


def merged_changes(*, base: Values, mine: Values, theirs: Values) -> dict[str, Any]:
    """What is to be written: the merged values that differ from those stored; Stale as merge()."""
    merged = merge(base=base, mine=mine, theirs=theirs)
    return {field: value for field, value in merged.items() if value != theirs[field]}
