"""Time what a worker does aside: a tag put on 10,000 companies and taken off, with history.

    PASSERELLE_DATA=/tmp/bench python -m bench.heavy

Each is one transaction, rolled back at the end: the base stays as it was.
"""

from __future__ import annotations

import os
import time

from sqlalchemy import select

from app import create_app
from app.accounts.models import Account
from app.companies.models import Company
from app.companies.queries import live
from app.extensions import db
from app.history.actions import Subject
from app.sheets.bulk import DECLARED, done
from bench.generate import USERNAME

TAGGED = 10_000
TIMES = 5


def timed(name: str, ids: list[int], by: Account) -> tuple[float, float, int]:
    """Milliseconds, milliseconds of processor time in this process, records that changed."""
    bulk = DECLARED[Subject.COMPANY, name]
    values = {"tag": "Mesure du jour"}
    began, used = time.perf_counter(), time.process_time()
    batch = bulk.begin(values, ids, by)
    outcome = done(bulk, Subject.COMPANY, ids, values, by=by, batch=batch)
    db.session.flush()
    seconds = time.perf_counter() - began
    return seconds * 1000, (time.process_time() - used) * 1000, outcome.changed


def main() -> None:
    os.environ.setdefault("PASSERELLE_DEMO", "1")
    application = create_app()
    with application.test_request_context(method="POST"):
        for _ in range(TIMES):
            by = db.session.scalars(select(Account).where(Account.username == USERNAME)).one()
            ids = list(db.session.scalars(select(Company.id).where(*live()).limit(TAGGED)))
            for name in ("add_tag", "remove_tag"):
                took, used, changed = timed(name, ids, by)
                print(f"{name}: {changed:,} records in {took:.0f} ms, {used:.0f} ms of CPU here")
            db.session.rollback()


if __name__ == "__main__":
    main()
