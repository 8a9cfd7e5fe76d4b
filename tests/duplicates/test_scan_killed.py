"""A worker that scans is killed (kill -9) between what it has found and the commit; another one,
a process too, goes on: the result is an undisturbed scan's."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select

from app.companies.operations import create_company
from app.duplicates import scan
from app.duplicates.models import DuplicatePair
from app.extensions import db
from app.jobs.models import Job, State
from app.jobs.words import report_lines
from app.permissions import Role
from tests.conftest import account_named
from tests.factories import make_company
from tests.own import own_product

pytestmark = pytest.mark.own_database
PATIENCE = 60.0
NAMES = ("Menuiserie Alphonse", "Librairie Barnabé", "Fonderie Cunégonde", "Verrerie Dagobert",
         "Tuilerie Ermengarde")  # fmt: skip
WORKER = """
import sys, time
from pathlib import Path
from app import create_app
from app.duplicates import scan
from app.extensions import db
from app.jobs.runner import Worker
from tests.conftest import settings

url, folder, begun = sys.argv[1:]
scan.PART = 1
store, parts = scan.store, 0

def storing(*given):
    global parts
    kept, parts = store(*given), parts + 1
    if begun and parts == 3:
        db.session.flush()
        Path(begun).touch()
        time.sleep(600)
    return kept

scan.store = storing
with create_app(settings(url, Path(folder))).app_context():
    assert Worker().work()
"""


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Flask]:
    folder = tmp_path_factory.mktemp("scanned")
    people = {"admin": Role.ADMIN, "manager": Role.MANAGER}
    with own_product(folder, f"scanned_{worker_id}", people) as application:
        yield application


@pytest.fixture(autouse=True)
def looking(product: Flask) -> Iterator[None]:
    with product.app_context():
        yield
        db.session.rollback()


def worker(product: Flask, begun: str = "") -> subprocess.Popen[bytes]:
    """A process that does the job that waits; with `begun`, it stops in the middle of the third
    part, and says so by this file."""
    url = db.engine.url.render_as_string(hide_password=False)
    given = [url, str(product.config["DATA_FOLDER"]), begun]
    db.session.commit()  # What is open here would keep the other process waiting.
    return subprocess.Popen(
        [sys.executable, "-c", WORKER, *given], stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.getcwd()},
    )  # fmt: skip


def scanned(process: subprocess.Popen[bytes], number: int) -> Job:
    _out, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, said.decode()
    return db.session.get_one(Job, number, populate_existing=True)


def asked() -> int:
    number = scan.ask_scan("company", by=account_named("manager")).id
    db.session.commit()
    return number


def found() -> dict[tuple[int, int], Any]:
    rows = db.session.scalars(select(DuplicatePair).where(DuplicatePair.module == "company"))
    return {(row.first_id, row.second_id): (row.score, row.reasons) for row in rows}


def nameless_doubles() -> None:
    for name in NAMES:
        make_company(name=name, city="Blois", postal_code="41000")
        given = {"name": f"{name} SARL", "city": "Blois", "postal_code": "41000", "country": "FR",
                 "no_siren_reason": "being_created"}  # fmt: skip
        create_company(given, by=account_named("admin"))
    db.session.commit()


def test_a_scan_that_is_killed_ends_as_if_it_had_not_been(product: Flask, tmp_path: Path) -> None:
    nameless_doubles()
    number, begun = asked(), tmp_path / "begun"
    killed = worker(product, str(begun))
    end = time.monotonic() + PATIENCE
    while not begun.exists():
        assert killed.poll() is None, killed.communicate()[1].decode()
        assert time.monotonic() < end, "it never came to the third part"
        time.sleep(0.02)
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    assert killed.returncode == -signal.SIGKILL
    half = db.session.get_one(Job, number, populate_existing=True)
    # Two parts with their count, and nothing of the third.
    assert (half.state, half.report, len(found())) == (State.RUNNING, {"changed": 2}, 2)
    assert 0 < half.done < (half.total or 0)
    resumed = scanned(worker(product), number)
    assert (resumed.state, resumed.done) == (State.DONE, resumed.total)
    result, report, lines = found(), resumed.report, report_lines(resumed)
    assert (len(result), report) == (len(NAMES), {"changed": len(NAMES)})
    db.session.execute(delete(DuplicatePair))
    again = asked()
    undisturbed = scanned(worker(product), again)
    assert found() == result
    assert (undisturbed.report, report_lines(undisturbed)) == (report, lines)
