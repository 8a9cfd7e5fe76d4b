"""The change log: nothing is missed, and where something may have been, all is read again."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from sqlalchemy import insert, text, update

from app.companies.queries import COMPANIES
from app.core.db import utcnow
from app.core.listing import Listing
from app.extensions import db
from app.facets import FacetMemory, changelog, init_app
from app.facets.changelog import OutOfReach, changes
from app.facets.memory import ListMemory, NotReady
from tests.facets.writing import COMPANY, Writer, add_tags, alone, compare, counted, held
from tests.factories import make_company

pytestmark = pytest.mark.own_database
WATCHED = ("company", "company_tag")


@pytest.fixture
def postgres(own: Flask, on_sqlite: bool) -> None:
    if on_sqlite:
        pytest.skip("transactions of SQLite commit one after the other")


def companies(memory: FacetMemory) -> ListMemory:
    found = memory.memory("company")
    assert found is not None
    return found


def from_memory(memory: FacetMemory, listing: Listing | None = None) -> Any:
    return held(memory, listing or Listing(COMPANIES))


def total(memory: FacetMemory) -> int:
    """Live companies, by the memory alone."""
    return sum(count for _value, count in alone(memory)["verified"])


def wait_until_ready(memory: FacetMemory) -> None:
    deadline = time.monotonic() + 20
    while not companies(memory).is_ready:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def total_at_last(memory: FacetMemory) -> int:
    """The total once the memory answers: what it has just loaded may be out of reach already,
    while a transaction elsewhere on the server holds the horizon."""
    for _ in range(100):
        wait_until_ready(memory)
        try:
            return total(memory)
        except NotReady:
            time.sleep(0.1)
    return total(memory)


def company(name: str = "Une entreprise", **values: Any) -> dict[str, Any]:
    return {"name": name, "created_at": utcnow(), "updated_at": utcnow(), **values}


def write(sql: str, **values: Any) -> None:
    with db.engine.begin() as connection:
        connection.execute(text(sql), values)


def read(sql: str) -> Any:
    with db.engine.connect() as connection:
        return connection.scalar(text(sql))


# ---- PostgreSQL: commits in another order than the log's


def test_a_transaction_that_commits_late(memory: FacetMemory, postgres: None) -> None:
    with db.engine.connect() as late, db.engine.connect() as quick:
        late.execute(insert(COMPANY).values(company("Premier écrit")))
        quick.execute(insert(COMPANY).values(company("Premier validé")))
        quick.commit()
        assert total(memory) == 1
        quick.execute(insert(COMPANY).values(company("Encore un")))
        quick.commit()
        assert total(memory) == 2
        late.commit()
        assert total(memory) == 3
    compare(memory, Random(0))


def test_a_savepoint_and_a_late_reader(
    new_memory: Callable[[], FacetMemory], postgres: None
) -> None:
    """A memory that was loaded while a transaction was open sees it once it commits."""
    with db.engine.connect() as late:
        late.execute(insert(COMPANY).values(company("Gardé")))
        with late.begin_nested() as part:
            late.execute(insert(COMPANY).values(company("Abandonné")))
            part.rollback()
        with late.begin_nested():
            late.execute(insert(COMPANY).values(company("Gardé aussi")))
        memory = new_memory()
        assert total(memory) == 0
        late.commit()
        assert total(memory) == 2


def test_pruning_beyond_an_open_transaction_is_noticed(memory: FacetMemory, postgres: None) -> None:
    """What a late transaction wrote may be pruned at once: whoever has not read it reads all."""
    with db.engine.connect() as late:
        late.execute(insert(COMPANY).values(company("En retard")))
        write("INSERT INTO company (name, created_at, updated_at) VALUES ('x', now(), now())")
        assert total(memory) == 1
        late.commit()
    write(
        "INSERT INTO list_change (kind, record_ids, xid, mark)"
        " SELECT '', '{}', pg_current_xact_id()::text::bigint, 1 FROM generate_series(1, 10001)"
    )
    write("SELECT prune_list_change((SELECT max(seq) FROM list_change))")
    assert read("SELECT count(*) FROM list_change WHERE seq > 0") <= 10_001
    assert from_memory(memory) == {}
    assert total_at_last(memory) == 2


def test_pruning_up_to_what_was_read_last_is_noticed(memory: FacetMemory, postgres: None) -> None:
    """The last row that was read is still there; an older one, unread, is not."""
    with db.engine.connect() as late:
        late.execute(insert(COMPANY).values(company("En retard")))
        write("INSERT INTO company (name, created_at, updated_at) VALUES ('x', now(), now())")
        assert total(memory) == 1
        last = companies(memory)._position.seq
        late.commit()
    write("SELECT prune_list_change((SELECT max(seq) + 10000 FROM list_change))")
    assert read("SELECT min(seq) FROM list_change WHERE seq > 0") == last
    assert from_memory(memory) == {}
    assert total_at_last(memory) == 2


def test_one_writer_prunes_and_none_waits(own: Flask, postgres: None) -> None:
    with db.engine.connect() as first, db.engine.connect() as second:
        fill = text(
            "INSERT INTO list_change (kind, xid, mark) SELECT '', 1, 1 FROM generate_series(1, 10010)"
        )
        first.execute(fill)
        first.commit()
        prune = text("SELECT prune_list_change((SELECT max(seq) FROM list_change))")
        first.execute(prune)
        second.execute(text("SET LOCAL lock_timeout = '1s'"))
        second.execute(prune)
        second.rollback()
        first.rollback()


def test_truncate(memory: FacetMemory, postgres: None) -> None:
    make_company()
    assert total(memory) == 1
    write("TRUNCATE company CASCADE")
    assert from_memory(memory) == {}
    wait_until_ready(memory)
    assert total(memory) == 0


# ---- too much, too late, another base


def test_too_many_changes_are_read_aside(
    memory: FacetMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changelog, "MOST_CHANGES", 5)
    with db.engine.begin() as connection:
        connection.execute(insert(COMPANY), [company(str(number)) for number in range(6)])
    counts = counted(memory, Listing(COMPANIES))  # By the base, meanwhile.
    assert dict(counts["verified"]) == {"yes": 0, "no": 6}
    wait_until_ready(memory)
    assert total(memory) == 6


def test_a_log_that_lost_what_was_read_last(memory: FacetMemory) -> None:
    make_company()
    assert total(memory) == 1
    write("DELETE FROM list_change WHERE seq > 0")
    assert from_memory(memory) == {}
    wait_until_ready(memory)
    assert total(memory) == 1


def test_a_base_restored_beside_us(memory: FacetMemory) -> None:
    """A row of the same number was written by another history."""
    make_company()
    assert total(memory) == 1
    write("UPDATE list_change SET mark = mark + 1")
    assert from_memory(memory) == {}
    wait_until_ready(memory)
    assert total(memory) == 1


def test_a_cluster_whose_transactions_are_younger(memory: FacetMemory, postgres: None) -> None:
    position = companies(memory)._position
    older = replace(position, horizon=position.horizon + 1_000_000)
    with db.engine.connect() as connection, pytest.raises(OutOfReach):
        changes(connection, older, WATCHED)


def test_the_log_stays_short_on_sqlite(memory: FacetMemory, on_sqlite: bool) -> None:
    if not on_sqlite:
        pytest.skip("PostgreSQL prunes: see above")
    with db.engine.begin() as connection:
        connection.execute(insert(COMPANY), [company(str(number)) for number in range(260)])
    numbers = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 200)"
    write(
        f"{numbers} INSERT INTO tag (module, label, folded, created_at)"
        " SELECT 'company', x, x, '2026-01-01' FROM n"
    )
    write("INSERT INTO company_tag SELECT company.id, tag.id FROM company CROSS JOIN tag")
    assert read("SELECT count(*) FROM list_change") <= 50_001
    write("DELETE FROM company_tag")
    assert read("SELECT count(*) FROM list_change") <= 50_001
    assert from_memory(memory) == {}
    wait_until_ready(memory)
    assert total(memory) == 260


def test_without_its_triggers_nothing_is_held(own: Flask, dropped_trigger: None) -> None:
    memory = FacetMemory(own, COMPANIES)
    memory.warm()
    assert not companies(memory).is_ready
    make_company()
    assert dict(counted(memory, Listing(COMPANIES))["verified"]) == {"yes": 0, "no": 1}
    memory.close()


def test_what_is_not_loaded_is_counted_by_the_base_and_loaded_aside(own: Flask) -> None:
    make_company()
    memory = FacetMemory(own, COMPANIES)
    assert from_memory(memory) == {}  # And it begins to load, as start() makes it.
    memory.start()
    assert dict(counted(memory, Listing(COMPANIES))["verified"]) == {"yes": 0, "no": 1}
    wait_until_ready(memory)
    assert total(memory) == 1
    memory.close()


@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection", "ignore:autogenerate skipping")
def test_the_model_is_what_the_migration_makes(own: Flask) -> None:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        found = compare_metadata(context, db.metadata)
    assert [each for each in found if "list_change" in str(each)] == []


# ---- processes


def test_a_forked_process_goes_on_by_itself(own: Flask, memory: FacetMemory) -> None:
    """The way of a server that loads first: children share what was loaded, then keep up."""
    with db.engine.begin() as connection:
        add_tags(connection)
        Writer(connection, 0).add_companies()
    before = total(memory)
    db.session.remove()
    db.engine.dispose()
    memory.close()
    reading, writing = os.pipe()
    if (child := os.fork()) == 0:
        try:
            db.engine.dispose(close=False)
            with db.engine.begin() as connection:
                connection.execute(insert(COMPANY).values(company()))
            os.write(writing, str(total(memory)).encode())
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    assert os.read(reading, 20) == str(before + 1).encode()
    for end in (reading, writing):
        os.close(end)
    with db.engine.begin() as connection:
        connection.execute(update(COMPANY).values(city="Lyon"))
    assert total(memory) == before + 1
    compare(memory, Random(0))


@pytest.mark.parametrize(
    ("testing", "setting", "url", "expected"),
    [
        (False, None, "sqlite:///x.sqlite", True),
        (True, None, "sqlite:///x.sqlite", False),
        (False, False, "sqlite:///x.sqlite", False),
        (True, True, "postgresql+psycopg://nowhere/x", True),
        (False, None, "sqlite://", False),
        (False, None, "sqlite:///:memory:", False),
    ],
)
def test_when_lists_are_held(testing: bool, setting: bool | None, url: str, expected: bool) -> None:
    app = Flask("facets")
    app.config.update(TESTING=testing, SQLALCHEMY_DATABASE_URI=url)
    if setting is not None:
        app.config["FACETS_FROM_MEMORY"] = setting
    init_app(app, COMPANIES)
    assert ("facet_counts" in app.extensions) == expected


def test_a_position_says_what_was_read_only_as_long_as_it_must(
    memory: FacetMemory, postgres: None
) -> None:
    """Rows read are remembered while older transactions run, and no longer."""
    with db.engine.connect() as late:
        late.execute(insert(COMPANY).values(company("En retard")))
        for _ in range(3):
            make_company()
            total(memory)
        assert len(companies(memory)._position.seen) >= 3
    for _ in range(150):  # Transactions of other databases of the server hold the horizon too.
        make_company()
        total(memory)
        if len(companies(memory)._position.seen) <= 1:
            break
        time.sleep(0.2)
    assert len(companies(memory)._position.seen) <= 1
