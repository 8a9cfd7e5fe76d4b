"""Which pairs of a whole base are worth comparing: records that share a key, found by sorting.

Each record keeps its keys beside it (keys.py); a million records have some fifteen million. They
are sorted a slice at a time, and the records of one key are paired. A key that many records share
tells little: keys of the biggest blocks are left out, so many that what is left to compare stays
in proportion to the base. Memory: about 10 bytes a key and 8 a pair.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt

Ids = npt.NDArray[np.uint32]
Pairs = npt.NDArray[np.uint64]

# The most records of one key that are paired.
BIGGEST_BLOCK = 60
PAIRS_A_RECORD = 4
FREE_PAIRS = 200_000
SLICES = 16
_ROWS = 20_000
_LOW = np.uint64(0xFFFFFFFF)
_SHIFT = np.uint64(32)


@dataclass(frozen=True)
class Candidates:
    """`pairs` are first id << 32 | second id, in order, each once; `ids` all records, in order;
    `left_out` how many keys were too common to be paired."""

    ids: Ids
    pairs: Pairs
    left_out: int


def candidates(
    records: Iterable[tuple[int, str, bool]], sure: Iterable[tuple[int, int]] = ()
) -> Candidates:
    """The pairs of records (id, keys, whether it is numbered), by id. Two numbered records are
    no pair: each has a SIREN of its own. `sure` pairs are added whatever their keys."""
    ids, keys, owners, numbered = _read(records)
    limit, left_out = _limit(keys, owners, numbered, len(ids))
    found = [_paired(*block, numbered, limit) for block in _sliced(keys, owners)]
    places = np.unique(np.concatenate(found)) if found else np.empty(0, np.uint64)
    pairs = (ids[places >> _SHIFT].astype(np.uint64) << _SHIFT) | ids[places & _LOW]
    more = np.array([first << 32 | second for first, second in sure], np.uint64)
    return Candidates(ids, np.unique(np.concatenate([pairs, more])), left_out)


def _read(records: Iterable[tuple[int, str, bool]]) -> tuple[Ids, Ids, Ids, npt.NDArray[np.bool_]]:
    """(ids; keys; the place in ids of the record of each key; whether each record is numbered)."""
    ids, numbered = array("I"), bytearray()
    keys: list[Any] = []
    owners: list[Any] = []
    rows = iter(records)
    while some := list(islice(rows, _ROWS)):
        counts = np.array([(len(row[1]) + 1) // 9 for row in some], np.uint32)
        places = np.arange(len(ids), len(ids) + len(some), dtype=np.uint32)
        # Eight digits and a space each: fromhex() passes over the spaces.
        text = " ".join(row[1] for row in some)
        keys.append(np.frombuffer(bytes.fromhex(text), ">u4").astype(np.uint32))
        owners.append(np.repeat(places, counts))
        ids.extend(row[0] for row in some)
        numbered.extend(bool(row[2]) for row in some)
    empty = np.empty(0, np.uint32)
    return (
        np.frombuffer(ids, np.uint32) if ids else empty,
        np.concatenate(keys) if keys else empty,
        np.concatenate(owners) if owners else empty,
        np.frombuffer(numbered, np.bool_) if numbered else np.empty(0, np.bool_),
    )


def _sliced(keys: Ids, owners: Ids) -> Iterator[tuple[Pairs, Sequence[Any]]]:
    """Slice after slice of the keys: (key << 32 | place, in order; (starts, sizes) of blocks)."""
    for number in range(SLICES):
        here = keys % SLICES == number
        rows = (keys[here].astype(np.uint64) << _SHIFT) | owners[here]
        rows.sort()
        if len(rows):
            starts = np.flatnonzero(np.diff(rows >> _SHIFT, prepend=np.uint64(2**32)))
            yield rows, (starts, np.diff(starts, append=len(rows)))


def _limit(
    keys: Ids, owners: Ids, numbered: npt.NDArray[np.bool_], records: int
) -> tuple[int, int]:
    """The size of the biggest blocks that are paired, and how many are bigger."""
    costs, counts = np.zeros(BIGGEST_BLOCK + 2), np.zeros(BIGGEST_BLOCK + 2, np.int64)
    for rows, (starts, sizes) in _sliced(keys, owners):
        own = np.add.reduceat(numbered[rows & _LOW].astype(np.int64), starts)
        pairs = (sizes * (sizes - 1) - own * (own - 1)) // 2
        at = np.minimum(sizes, BIGGEST_BLOCK + 1)
        useful = pairs > 0
        costs += np.bincount(at, pairs, minlength=BIGGEST_BLOCK + 2)
        counts += np.bincount(at[useful], minlength=BIGGEST_BLOCK + 2)
    most = PAIRS_A_RECORD * records + FREE_PAIRS
    within = np.cumsum(costs[: BIGGEST_BLOCK + 1]) <= most
    limit = max(2, int(np.count_nonzero(within)) - 1)
    return limit, int(counts[limit + 1 :].sum())


def _paired(
    rows: Pairs, blocks: Sequence[Any], numbered: npt.NDArray[np.bool_], limit: int
) -> Pairs:
    """The pairs of the blocks up to a size, place << 32 | place, in order."""
    _starts, sizes = blocks
    kept = rows[np.repeat((sizes > 1) & (sizes <= limit), sizes)]
    keys, places = kept >> _SHIFT, kept & _LOW
    found = []
    for step in range(1, limit):
        same = keys[step:] == keys[:-step]
        if not same.any():
            break
        first, second = places[:-step][same], places[step:][same]
        useful = (first != second) & ~(numbered[first] & numbered[second])
        found.append((first[useful] << _SHIFT) | second[useful])
    return np.unique(np.concatenate(found)) if found else np.empty(0, np.uint64)
