"""Workers as they run: processes of their own on one base, of which one is killed (kill -9)."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select, update

from app.companies.models import Company
from app.extensions import db
from app.history.actions import Subject
from app.jobs.cli import work_until
from app.jobs.models import Job, State
from app.jobs.operations import ask
from app.jobs.runner import Worker
from app.jobs.work import Work
from app.permissions import Role
from app.sheets import printjobs, printstore
from app.sheets.printjobs import ask_print
from tests.conftest import account_named
from tests.factories import make_company
from tests.jobs.conftest import Counting, Register, asked, job_of
from tests.own import own_product

pytestmark = pytest.mark.own_database
PATIENCE = 20.0


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Flask]:
    """The product on a base of its own: processes see only what is committed."""
    folder = tmp_path_factory.mktemp("workers")
    with own_product(folder, f"workers_{worker_id}", {"editor": Role.EDITOR}) as application:
        yield application


@pytest.fixture(autouse=True)
def looking(product: Flask) -> Iterator[None]:
    with product.app_context():
        yield
        db.session.rollback()
        db.session.query(Job).delete()
        db.session.commit()


def forked(run: Callable[[], None]) -> int:
    """A process that runs this and ends; it never comes back into the tests."""
    db.session.remove()
    db.engine.dispose()  # A connection is of one process.
    child = os.fork()
    if child:
        return child
    try:
        run()
    finally:
        os._exit(0)


def awaited(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not is_so():
        db.session.rollback()
        assert time.monotonic() < end, "it never came"
        time.sleep(0.02)


def test_a_worker_that_is_killed_loses_no_record_and_does_none_twice(
    product: Flask, kind: Register, tmp_path: Path
) -> None:
    done = tmp_path / "done"

    def stuck_in_the_second_part(work: Work) -> None:
        for number, ids in enumerate(work.parts(3)):
            if number == 1:
                done.touch()
                time.sleep(PATIENCE)
            work.keep(len(ids), changed=len(ids))

    kind(stuck_in_the_second_part)
    pk = asked()

    def work() -> None:
        with product.app_context():
            Worker().work()

    child = forked(work)
    awaited(done.exists)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    assert (job_of(pk).state, job_of(pk).done) == (State.RUNNING, 3)
    db.session.rollback()
    run = Counting()
    kind(run)
    assert Worker().work() is True  # At once: its process is known to have ended.
    assert run.parts == [[4, 5, 6], [7]]
    job = job_of(pk)
    assert (job.state, job.done, job.report) == (State.DONE, 7, {"changed": 5, "unchanged": 2})


def test_two_workers_share_a_queue_and_each_job_is_done_once(
    product: Flask, kind: Register, tmp_path: Path
) -> None:
    def note(work: Work) -> None:
        for ids in work.parts(3):
            with (tmp_path / str(work.job_id)).open("a") as file:
                file.write(f"{os.getpid()}:{','.join(map(str, ids))}\n")
            time.sleep(0.05)
            work.keep(len(ids), changed=len(ids))

    kind(note)
    editor = account_named("editor")
    jobs = [ask("test", by=editor, arguments={}, ids=range(1, 8)).id for _ in range(6)]
    db.session.commit()
    children = [
        forked(lambda: work_until(product, lambda: False, once=True)) for _number in range(2)
    ]
    for child in children:
        os.waitpid(child, 0)
    assert set(db.session.scalars(select(Job.state))) == {State.DONE}
    workers = set()
    for pk in jobs:
        lines = (tmp_path / str(pk)).read_text().splitlines()
        assert [line.partition(":")[2] for line in lines] == ["1,2,3", "4,5,6", "7"]
        workers |= {int(line.partition(":")[0]) for line in lines}
    assert workers == set(children)


def test_a_printing_that_is_killed_goes_on_and_nobody_waits_for_the_base(
    product: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(product.config, "DATA_FOLDER", tmp_path)
    monkeypatch.setattr(printjobs, "PART", 2)
    by = account_named("editor")
    ids = [make_company(by, name=f"Maison {number}").id for number in range(5)]
    pk = ask_print(Subject.COMPANY, ids, by=by, back="/").id
    db.session.commit()
    seen = tmp_path / "seen"

    def stuck(*_args: object) -> None:
        seen.touch()
        time.sleep(PATIENCE)

    def work() -> None:
        with product.app_context():
            keep, printjobs.bind = (
                printjobs.bind,
                lambda sheets, file: (
                    keep(sheets, file) if not list(printstore.folder_of(pk).glob("0*")) else stuck()
                ),
            )
            Worker().work()

    child = forked(work)
    awaited(seen.exists)
    # The second part is being made: whoever writes meanwhile does so at once.
    db.session.execute(update(Company).where(Company.id == ids[4]).values(acronym="M4"))
    db.session.commit()
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    assert (job_of(pk).state, job_of(pk).done) == (State.RUNNING, 2)
    db.session.rollback()
    assert Worker().work() is True
    assert (job_of(pk).state, job_of(pk).report) == (State.DONE, {"changed": 5})
    pages = [page.extract_text() for page in PdfReader(printstore.file_of(pk)).pages]
    assert [f"Maison {number}" in page for number, page in enumerate(pages)] == [True] * 5
    assert [path.name for path in printstore.folder_of(pk).iterdir()] == ["whole.pdf"]
