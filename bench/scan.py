"""Time the search for duplicates over a whole base, and the memory it takes.

    PASSERELLE_DATA=/tmp/bench python -m bench.scan company

It reads alone: the base stays as it was.
"""

from __future__ import annotations

import os
import resource
import sys
import time

import numpy as np

from app import create_app
from app.duplicates import scan
from app.duplicates.rules import Likeness


def scored(module: str) -> tuple[int, int, int, dict[tuple[int, int], Likeness]]:
    """(records, candidate pairs, keys left out, pairs found)."""
    with scan._reading():
        found = scan._candidates(module)
    pairs: dict[tuple[int, int], Likeness] = {}
    for _after, _upto, part in scan._parts(found, 0):
        with scan._reading():
            pairs |= scan._scored(module, part)
    return len(found.ids), len(found.pairs), found.left_out, pairs


def main() -> None:
    os.environ.setdefault("PASSERELLE_DEMO", "1")
    module = sys.argv[1] if len(sys.argv) > 1 else "company"
    with create_app().app_context():
        began, used = time.perf_counter(), time.process_time()
        records, candidates, left_out, pairs = scored(module)
        wall, cpu = time.perf_counter() - began, time.process_time() - used
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    scores = np.array([likeness.score for likeness in pairs.values()] or [0])
    print(
        f"{module}: {records:,} records, {candidates:,} candidate pairs, {left_out:,} keys left out,"
        f" {len(pairs):,} pairs (median score {np.median(scores):.0f}) in {wall:.0f} s,"
        f" {cpu:.0f} s of CPU, {memory:.0f} MB"
    )


if __name__ == "__main__":
    main()
