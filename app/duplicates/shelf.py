"""Facts that a scan has read already, packed: a record stands in many pairs, and reading it anew
for each part is most of the work.

A record that changes while the scan runs is scored as it was; the next scan sees it, as it sees
those that came meanwhile.
"""

from __future__ import annotations

import marshal
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping
from dataclasses import fields
from typing import Any

from app.duplicates.facts import CompanyFacts, ContactFacts

# Some 250 bytes each.
KEPT = 500_000
# What the rules work out of the facts is kept with them.
_NAMES = {
    CompanyFacts: (*(each.name for each in fields(CompanyFacts)), "words", "shorts", "declared"),
    ContactFacts: (*(each.name for each in fields(ContactFacts)), "first", "last"),
}


class Shelf:
    """The facts of records by id, read by `read` where they are not there yet."""

    def __init__(self, read: Callable[[Collection[int]], Mapping[int, Any]]) -> None:
        self._read = read
        # A plain dictionary looks for its first key through all that were deleted before.
        self._packed: OrderedDict[int, tuple[type[Any], bytes]] = OrderedDict()

    def facts(self, ids: Collection[int]) -> dict[int, Any]:
        known = {identity: self._packed[identity] for identity in ids if identity in self._packed}
        found = {identity: _unpacked(*packed) for identity, packed in known.items()}
        fresh = self._read([identity for identity in ids if identity not in known])
        for identity, facts in fresh.items():
            found[identity] = facts
            self._keep(identity, facts)
        return found

    def _keep(self, identity: int, facts: Any) -> None:
        if len(self._packed) >= KEPT:
            self._packed.popitem(last=False)
        kind = type(facts)
        values = tuple(getattr(facts, name) for name in _NAMES[kind])
        self._packed[identity] = kind, marshal.dumps(values)


def _unpacked(kind: type[Any], packed: bytes) -> Any:
    """Without the constructor, which of a frozen class takes as long as the comparison."""
    facts = object.__new__(kind)
    facts.__dict__.update(zip(_NAMES[kind], marshal.loads(packed), strict=True))  # noqa: S302 (ours)
    return facts
