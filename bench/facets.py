"""Time the exact counts of all search blocks, and what the change log costs writers.

    PASSERELLE_DATA=/tmp/facets python -m bench.facets 1000000
    PASSERELLE_DATABASE_URL=postgresql://… python -m bench.facets 1000000

An empty base is filled first, by plain SQL, with as many companies and two tags each; --contacts
adds as many contacts. « conseil » is in 2.4 % of the companies, « industrie » in 10 %. Cold is a
search never asked before, on a base that the machine has in its cache; warm is the same again,
or again after a record was written.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import g
from flask_migrate import upgrade
from sqlalchemy import Connection, text
from sqlalchemy.engine import make_url

from app import create_app
from app.companies.queries import COMPANIES
from app.contacts.queries import CONTACTS
from app.core.counting import MEANS, counts_by_base
from app.core.facetblocks import FacetBlock, FacetBlocks
from app.core.listing import Listing
from app.extensions import db
from app.facets import FacetMemory
from app.reference.operations import sync_reference

ROOT = Path(__file__).resolve().parents[1]
CHUNK = 100_000
TAGS = 60
BULK = 10_000

# h: a number that looks drawn at random (Park and Miller's generator), the same each time.
NUMBERS = """
WITH RECURSIVE numbers(n) AS (
  SELECT CAST(:first AS bigint) UNION ALL SELECT n + 1 FROM numbers WHERE n < :last),
drawn AS (SELECT n, (n * 48271) % 2147483647 AS h FROM numbers)
"""
COMPANY_SQL = """
INSERT INTO company (id, name, search_text, sort_name, city, department_code, sector_id,
  legal_form_code, headcount_code, naf_code, phone, contact_count, completeness, verified_at,
  trashed_at, created_at, updated_at)
{numbers}
SELECT n, 'Entreprise ' || n,
  CASE WHEN h % 1000 < 24 THEN 'conseil ' ELSE '' END
    || CASE WHEN h / 1000 % 10 = 0 THEN 'industrie ' ELSE '' END || 'entreprise ' || n,
  'entreprise ' || n, 'Commune ' || (h % 173 * (h / 7 % 199)), CAST(1 + h / 3 % 95 AS varchar(3)),
  (SELECT min(id) FROM sector) + h / 11 % 20, CAST(5000 + h / 13 % 250 AS varchar(4)),
  CAST(10 + h / 17 % 15 AS varchar(2)), 'NAF' || (h / 41 % 700),
  CASE WHEN h / 43 % 2 = 0 THEN '+33240000000' END,
  CASE WHEN h / 19 % 3 = 0 THEN 0 ELSE 2 END, h / 23 % 101,
  CASE WHEN h / 29 % 10 = 0 THEN {day} END,
  CASE WHEN h / 31 % 200 = 0 THEN CAST('2026-01-01 00:00:00' AS {timestamp}) END, {day}, {day}
FROM drawn"""
# Some day of the three years before the end of 2026.
DAYS = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%S', 1704063600 + (h / 5 % 94694400), 'unixepoch')",
    "postgresql": "TIMESTAMP '2024-01-01' + (h / 5 % 94694400) * INTERVAL '1 second'",
}
LINK_SQL = """
INSERT INTO company_tag (company_id, tag_id) {numbers}
SELECT n, 1 + h % 30 FROM drawn UNION ALL SELECT n, 31 + h / 30 % 30 FROM drawn"""
CONTACT_SQL = """
INSERT INTO contact (id, last_name, search_text, sort_last, sort_company, company_id, job_function,
  consent, department_code, signs_agreements, created_at, updated_at)
{numbers}
SELECT n, 'Nom', 'personne ' || n, 'nom', 'entreprise', 1 + h % :total, 'Fonction ' || (h / 3 % 40),
  CASE WHEN h % 2 = 0 THEN 'yes' ELSE 'unknown' END, CAST(1 + h / 3 % 95 AS varchar(3)), false,
  {day}, {day}
FROM drawn"""


def fill(total: int, *, contacts: bool) -> None:
    statements = [COMPANY_SQL, LINK_SQL, *([CONTACT_SQL] if contacts else [])]
    with db.engine.begin() as connection, without_search_triggers(connection):
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET statement_timeout = 0"))
        _add_tags(connection)
        name = connection.dialect.name
        kind = "text" if name == "sqlite" else "timestamp"
        for statement in statements:
            sql = text(statement.format(numbers=NUMBERS, timestamp=kind, day=DAYS[name]))
            for first in range(1, total + 1, CHUNK):
                last = min(first + CHUNK - 1, total)
                values = {"first": first, "last": last, "total": total}
                connection.execute(sql, {k: v for k, v in values.items() if k in sql._bindparams})
    settle()


def _add_tags(connection: Connection) -> None:
    connection.execute(
        text(
            "INSERT INTO tag (id, module, label, folded, created_at)"
            " VALUES (:id, 'company', :label, :label, '2026-01-01 00:00:00')"
        ),
        [{"id": number, "label": f"tag {number}"} for number in range(1, TAGS + 2)],
    )


@contextmanager
def without_search_triggers(connection: Connection) -> Iterator[None]:
    """SQLite fills a trigram index four times faster in one statement than row by row."""
    if connection.dialect.name != "sqlite":
        yield
        return
    rows = connection.execute(
        text(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%_search_%'"
        )
    ).all()
    for name, _sql in rows:
        connection.exec_driver_sql(f"DROP TRIGGER {name}")
    yield
    for _name, sql in rows:
        connection.exec_driver_sql(sql)
    for table in ("company", "contact"):
        connection.exec_driver_sql(f"INSERT INTO {table}_search({table}_search) VALUES ('rebuild')")


def settle() -> None:
    if db.engine.dialect.name == "sqlite":
        with db.engine.begin() as connection:
            connection.execute(text("ANALYZE"))
        return
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET statement_timeout = 0"))
        connection.execute(text("VACUUM ANALYZE"))


# ---- measuring


def shown(listing: Listing) -> list[FacetBlock]:
    """What a page takes: the blocks with the labels, counts and addresses of their values."""
    g.pop("live_tags", None)  # Each request reads the tags' labels once.
    return FacetBlocks(listing, list_url="/", facet_url=lambda key: f"/facets/{key}").all()


def found(listing: Listing, key: str, words: str) -> FacetBlock:
    """What a search in one block takes."""
    g.pop("live_tags", None)
    return FacetBlocks(listing, list_url="/", facet_url=str).one(key, text=words, shown=50)


def milliseconds(act: Callable[[], object], times: int = 1) -> float:
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        act()
        taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken)


def touch() -> None:
    """One record is written, and its search text too."""
    db.session.rollback()  # Outside requests a session holds the right to write on SQLite.
    with db.engine.begin() as connection:
        connection.execute(
            text("UPDATE company SET completeness = 100 - completeness, search_text = search_text || 'a' WHERE id = 4")
        )  # fmt: skip


def check(memory: FacetMemory, listing: Listing) -> None:
    held = memory.counts(listing)
    for key, counts in counts_by_base(listing).items():
        if list(held[key]) != list(counts):
            raise SystemExit(f"{key}: memory and base differ for {listing.args()}")


def measure(memory: FacetMemory, name: str, listing: Listing, *, compare: bool) -> None:
    total = listing.count()
    cold = milliseconds(lambda: shown(listing))
    warm = milliseconds(lambda: shown(listing), 9)

    def after_a_write() -> float:
        touch()
        return milliseconds(lambda: shown(listing))

    written = statistics.median(after_a_write() for _ in range(3))
    base = "        –"
    if compare:
        base = f"{milliseconds(lambda: counts_by_base(listing)):9,.0f}"
        check(memory, listing)
    print(f"{name:28}{total:>10,}{cold:9.1f}{warm:9.1f}{written:9.1f}{base}", flush=True)
    db.session.rollback()


def queries() -> Iterator[tuple[str, Listing]]:
    sector = str(db.session.scalar(text("SELECT min(id) + 3 FROM sector")))
    both = Listing(COMPANIES).with_values("tag", ["3"]).with_values("sector", [sector])
    yield "no query", Listing(COMPANIES)
    yield "conseil", Listing(COMPANIES, q="conseil")
    yield "industrie", Listing(COMPANIES, q="industrie")
    yield "rare: entreprise 77777", Listing(COMPANIES, q="entreprise 77777")
    yield "tag + sector", both
    yield "not verified", Listing(COMPANIES).with_values("verified", ["no"])
    yield "made this year", Listing(COMPANIES).with_values("created", ["year"])
    yield (
        "without tag or phone",
        (Listing(COMPANIES).with_values("tag", ["-"]).with_values("missing", ["phone"])),
    )
    yield "industrie + tag + sector", both.searching("industrie")
    if db.session.scalar(text("SELECT min(id) FROM contact")):
        yield "contacts, no query", Listing(CONTACTS)
        yield "contacts, consent", Listing(CONTACTS).with_values("consent", ["yes"])


def searches() -> Iterator[tuple[str, Listing, str, str]]:
    yield "town « commune 12 »", Listing(COMPANIES), "city", "commune 12"
    yield "the same, industrie", Listing(COMPANIES, q="industrie"), "city", "commune 12"
    if db.session.scalar(text("SELECT min(id) FROM contact")):
        yield "company « conseil »", Listing(CONTACTS), "company", "conseil"
        yield "company « 77777 »", Listing(CONTACTS), "company", "77777"
        yield "company « e »", Listing(CONTACTS), "company", "e"


def measure_searches() -> None:
    print(f"\n{'search in a block, ms':28}{'values':>10}{'cold':>9}{'warm':>9}")
    for name, listing, key, words in searches():
        cold = milliseconds(lambda a=(listing, key, words): found(*a))
        warm = milliseconds(lambda a=(listing, key, words): found(*a), 5)
        block = found(listing, key, words)
        print(f"{name:28}{len(block.choices) + block.more:>10,}{cold:9.1f}{warm:9.1f}", flush=True)
        db.session.rollback()


# ---- what writers pay


BULK_WRITES = {
    "tag 10,000": f"INSERT INTO company_tag SELECT id, {TAGS + 1} FROM company WHERE id <= {BULK}",
    "untag 10,000": f"DELETE FROM company_tag WHERE tag_id = {TAGS + 1}",
    "change 10,000": f"UPDATE company SET sector_id = NULL, version = version + 1 WHERE id <= {BULK}",
}


def bulk(statement: str) -> float:
    """Milliseconds of a statement that is undone after, the best of five."""
    best = float("inf")
    for _ in range(5):
        with db.engine.connect() as connection:
            if statement.startswith("DELETE"):
                connection.execute(text(BULK_WRITES["tag 10,000"]))
            best = min(best, milliseconds(lambda c=connection: c.execute(text(statement))))
            connection.rollback()
    return best


def measure_writers() -> None:
    print(f"\n{'statement, ms':28}{'with log':>10}{'without':>9}")
    with_log = {name: bulk(statement) for name, statement in BULK_WRITES.items()}
    with log_switched_off():
        for name, statement in BULK_WRITES.items():
            print(f"{name:28}{with_log[name]:>10.1f}{bulk(statement):>9.1f}")


@contextmanager
def log_switched_off() -> Iterator[None]:
    if db.engine.dialect.name == "sqlite":
        with db.engine.begin() as connection:
            rows = connection.execute(
                text(
                    "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%_log_%'"
                )
            ).all()
            for name, _sql in rows:
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
        yield
        with db.engine.begin() as connection:
            for _name, sql in rows:
                connection.exec_driver_sql(sql)
        return
    for switch in ("DISABLE", "ENABLE"):
        with db.engine.begin() as connection:
            for table in ("company", "company_tag"):
                connection.exec_driver_sql(f"ALTER TABLE {table} {switch} TRIGGER USER")
        if switch == "DISABLE":
            yield


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("total", type=int, help="companies in a base that is filled")
    parser.add_argument("--contacts", action="store_true", help="as many contacts too")
    parser.add_argument("--compare", action="store_true", help="time GROUP BY too")
    arguments = parser.parse_args()
    os.environ.setdefault("PASSERELLE_DEMO", "1")
    application = create_app()
    with application.app_context():
        upgrade(directory=str(ROOT / "migrations"))
        sync_reference()
        db.session.commit()
        if not db.session.scalar(text("SELECT min(id) FROM company")):
            db.session.rollback()
            seconds = (
                milliseconds(lambda: fill(arguments.total, contacts=arguments.contacts)) / 1000
            )
            print(f"filled in {seconds:.0f} s")
        memory = FacetMemory(application, COMPANIES, CONTACTS)
        application.extensions[MEANS] = memory.counts
        with application.test_request_context():  # Labels are in a reader's language.
            report(memory, compare=arguments.compare)
        measure_writers()


def report(memory: FacetMemory, *, compare: bool) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    memory.warm()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    print(
        f"{make_url(db.engine.url).get_backend_name()}, peak while loading: {peak / 1024:.0f} MiB more"
    )
    for kind in ("company", "contact"):
        held = memory.memory(kind)
        if held is not None:
            print(f"{kind}: loaded in {held.load_seconds:.2f} s, {held.nbytes / 2**20:.1f} MiB")
    print(f"\n{'query, ms':28}{'found':>10}{'cold':>9}{'warm':>9}{'written':>9}{'base':>9}")
    for name, listing in queries():
        measure(memory, name, listing, compare=compare)
    measure_searches()


if __name__ == "__main__":
    main()
