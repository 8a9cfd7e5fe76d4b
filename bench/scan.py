"""Time the search for duplicates over a whole base, and the memory it takes.

    PASSERELLE_DATA=/tmp/bench python -m bench.scan company
    PASSERELLE_DATA=/tmp/bench python -m bench.scan company --keep

It reads alone, the base stays as it was; with --keep it is the whole job, storing included. In a
base that bench.planted filled it also says how many of the doubles hidden there are found.
"""

from __future__ import annotations

import argparse
import os
import resource
import time
from collections.abc import Collection

import numpy as np
from sqlalchemy import func, select

from app import create_app
from app.duplicates import scan
from app.duplicates.models import DuplicatePair
from app.duplicates.modules import MODULES
from app.duplicates.shelf import Shelf
from app.extensions import db
from app.jobs.runner import Worker
from app.jobs.work import reading
from bench.planted import planted

Couple = tuple[int, int]


def scored(module: str) -> dict[Couple, int]:
    """The score of each pair found; what there is to compare is printed on the way."""
    with reading():
        found = scan._candidates(module)
    print(
        f"{module}: {len(found.ids):,} records, {len(found.pairs):,} candidate pairs after"
        f" {time.process_time():.0f} s of CPU, {found.left_out:,} keys left out"
    )
    pairs: dict[Couple, int] = {}
    shelf = Shelf(MODULES[module].facts)
    for _after, _upto, part in scan._parts(found, 0):
        with reading():
            likenesses = scan._scored(module, shelf, part)
        pairs |= {couple: likeness.score for couple, likeness in likenesses.items()}
    return pairs


def kept(module: str) -> dict[Couple, int]:
    """The same by a worker, as « Chercher les doublons » has it done; the pairs stay."""
    scan.ask_scan(module, by=None)
    db.session.commit()
    if not Worker().work():
        raise SystemExit("Nothing was scanned.")
    pair = DuplicatePair
    rows = db.session.execute(
        select(pair.first_id, pair.second_id, pair.score).where(pair.module == module)
    )
    return {(row[0], row[1]): row[2] for row in rows}


def recall(module: str, pairs: Collection[Couple]) -> str:
    last = db.session.scalar(select(func.max(MODULES[module].model.id))) or 0
    hidden = planted(last)
    return f"{sum(couple in pairs for couple in hidden):,} of {len(hidden):,} hidden doubles found"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("module", choices=list(MODULES), nargs="?", default="company")
    parser.add_argument("--keep", action="store_true", help="the whole job, storing included")
    given = parser.parse_args()
    os.environ.setdefault("PASSERELLE_DEMO", "1")
    with create_app().app_context():
        began, used = time.perf_counter(), time.process_time()
        pairs = kept(given.module) if given.keep else scored(given.module)
        wall, cpu = time.perf_counter() - began, time.process_time() - used
        found = recall(given.module, pairs)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    median = np.median(list(pairs.values()) or [0])
    print(
        f"{given.module}: {len(pairs):,} pairs (median score {median:.0f}), {found}, in"
        f" {wall:.0f} s, {cpu:.0f} s of CPU, {memory:.0f} MB"
    )


if __name__ == "__main__":
    main()
