"""Ids of rows: as an address or a form writes them, and in lists too long for one statement."""

from __future__ import annotations

import sys
import zlib
from array import array
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise

DIGITS = 9
PART = 500


def is_id(text: str) -> bool:
    """Whether a text is a whole number that a row's id may be: one that its column can hold."""
    return text.isascii() and text.isdecimal() and len(text) <= DIGITS


def parts(ids: Sequence[int], size: int = PART) -> Iterator[Sequence[int]]:
    """The ids in their order, so many at a time: a statement takes no more parameters."""
    for start in range(0, len(ids), size):
        yield ids[start : start + size]


def packed(ids: Sequence[int]) -> bytes:
    """Ids in their order, in about two bytes each where they follow each other."""
    steps = array("i", (after - before for before, after in pairwise((0, *ids))))
    if sys.byteorder == "big":
        steps.byteswap()
    return zlib.compress(steps.tobytes(), 1)


def unpacked(data: bytes) -> list[int]:
    """What packed() was given."""
    steps = array("i", zlib.decompress(data))
    if sys.byteorder == "big":
        steps.byteswap()
    return list(accumulate(steps))
