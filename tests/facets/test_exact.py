"""What memory counts is what the base counts, whoever wrote, and by whatever door."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from random import Random

import pytest
from flask import Flask
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import IntegrityError, OperationalError

from app.bin.operations import restore, trash, undo
from app.companies.queries import COMPANIES
from app.core.listing import Listing
from app.core.valuecounts import BLANK
from app.extensions import db
from app.facets import FacetMemory, reader
from app.facets.store import Question
from app.history.actions import Subject
from app.reference.models import Sector
from app.tags.models import company_tag
from app.tags.operations import bulk_add, bulk_remove, restore_tag, trash_tag
from tests.conftest import account_named
from tests.facets.writing import COMPANY, Writer, add_tags, alone, compare, counted
from tests.factories import make_company, make_contact, make_tag

pytestmark = pytest.mark.own_database


@pytest.mark.parametrize("seed", range(3))
def test_after_random_writes(
    new_memory: Callable[[], FacetMemory], seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was kept up from an empty base, and what is loaded from the result."""
    monkeypatch.setattr(reader, "FETCHED", 7)
    random, memory = Random(seed), new_memory()
    with db.engine.begin() as connection:
        add_tags(connection)
    for _ in range(9):
        with db.engine.begin() as connection:
            writer = Writer(connection, random.randrange(10**9))
            for _ in range(random.randint(1, 4)):
                writer.step()
        compare(memory, random)
    compare(new_memory(), random)


def test_after_operations(own: Flask, memory: FacetMemory) -> None:
    by, random = account_named("admin"), Random(1)
    company = make_company(name="Électricité Lefèvre", city="Nîmes", postal_code="30000")
    ids = [company.id, *(make_company(name=f"Atelier {n}", city="Lyon").id for n in range(5))]
    make_contact(company_id=company.id, email="claire@mail.example")
    tag = make_tag("Partenaire")
    compare(memory, random)

    def commit() -> None:
        db.session.commit()
        compare(memory, random)

    tagged = bulk_add(tag, ids, by=by)
    commit()
    batch = trash(Subject.COMPANY, ids[:3], by=by)
    commit()
    restore(batch, by=by)
    commit()
    bulk_remove(tag, ids[:2], by=by)
    commit()
    undo(tagged, by=by)
    commit()
    gone = trash_tag(tag, by=by)
    commit()
    restore_tag(gone, by=by)
    commit()


def test_a_tag_in_the_bin_is_not_counted(own: Flask, memory: FacetMemory) -> None:
    company, tag = make_company(), make_tag("Partenaire")
    bulk_add(tag, [company.id], by=account_named("admin"))
    db.session.commit()
    assert list(counted(memory, Listing(COMPANIES))["tag"]) == [(str(tag.id), 1)]
    trash_tag(tag, by=account_named("admin"))
    db.session.commit()
    assert list(counted(memory, Listing(COMPANIES))["tag"]) == [(BLANK, 1)]
    compare(memory, Random(0))


def test_what_the_base_does_by_itself_is_seen(own: Flask, memory: FacetMemory) -> None:
    """Foreign keys take links along, and blank what refers to a row that goes."""
    with db.engine.begin() as connection:
        add_tags(connection)
        sector = connection.execute(
            insert(Sector.__table__)
            .values(code="zz", label="Un secteur", sort_name="zz")
            .returning(Sector.id)
        ).scalar_one()
        writer = Writer(connection, 3)
        writer.add_companies()
        ids = list(connection.scalars(select(COMPANY.c.id)))
        connection.execute(update(COMPANY).values(sector_id=sector, trashed_at=None))
        connection.execute(insert(company_tag), [{"company_id": i, "tag_id": 2} for i in ids])
    counts = counted(memory, Listing(COMPANIES))
    assert counts["sector"].of(str(sector)) == counts["tag"].of("2") == len(ids)
    with db.engine.begin() as connection:
        connection.execute(delete(COMPANY).where(COMPANY.c.id == ids[0]))
        connection.execute(delete(Sector.__table__).where(Sector.id == sector))
    counts = counted(memory, Listing(COMPANIES))
    assert (counts["sector"].of(str(sector)), counts["tag"].of("2")) == (0, len(ids) - 1)
    with db.engine.begin() as connection:
        connection.execute(text("DELETE FROM tag WHERE id = 2"))
    compare(memory, Random(3))
    assert counted(memory, Listing(COMPANIES))["tag"].of("2") == 0


def test_only_what_is_committed_counts(own: Flask, memory: FacetMemory) -> None:
    def verified() -> int:
        return alone(memory)["verified"].of("no")

    connection = db.engine.connect()
    Writer(connection, 1).add_companies()
    number = connection.scalar(select(COMPANY.c.id).limit(1))
    connection.execute(update(COMPANY).values(verified_at=None, trashed_at=None))
    assert number is not None
    assert verified() == 0
    connection.rollback()
    assert verified() == 0
    connection.close()
    make_company()
    assert verified() == 1


def test_several_threads(own: Flask, memory: FacetMemory) -> None:
    """Every answer, whatever is written meanwhile, is of one state of the base."""
    with db.engine.begin() as connection:
        add_tags(connection)
        Writer(connection, 0).add_companies()
    held = memory.memory("company")
    assert held is not None
    wrong: list[object] = []
    done, engine = threading.Event(), db.engine

    def write(seed: int) -> None:
        for step in range(25):
            # Two may meet on the same rows, and PostgreSQL then lets one go.
            with suppress(IntegrityError, OperationalError), engine.begin() as connection:
                Writer(connection, seed * 1_000 + step).step()

    def read() -> None:
        while not done.is_set():
            counts = held.count(Question(), [], [], asked="")
            sums = {sum(count for _value, count in counts[key])
                    for key in ("contacts", "completeness", "verified")}  # fmt: skip
            if len(sums) != 1:
                wrong.append(sums)

    def guarded(act: Callable[[], None]) -> Callable[[], None]:
        def run() -> None:
            try:
                act()
            except Exception as error:
                wrong.append(error)

        return run

    writers = [threading.Thread(target=guarded(lambda s=seed: write(s))) for seed in (1, 2)]
    readers = [threading.Thread(target=guarded(read)) for _ in range(3)]
    for thread in (*writers, *readers):
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    for thread in readers:
        thread.join()
    assert not wrong
    compare(memory, Random(0))


def test_another_process_holds_the_same(own: Flask, new_memory: Callable[[], FacetMemory]) -> None:
    """Two memories, as two processes have them, agree after each has counted between writes."""
    first, second = new_memory(), new_memory()
    random = Random(9)
    with db.engine.begin() as connection:
        add_tags(connection)
    for step in range(10):
        with db.engine.begin() as connection:
            Writer(connection, step).step()
        compare(first if step % 3 else second, random)
    compare(first, random)
    compare(second, random)
