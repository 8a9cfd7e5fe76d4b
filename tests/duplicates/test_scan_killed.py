"""A worker that scans is killed (kill -9) between what it has found and the commit; another one,
a process too, goes on: the result is an undisturbed scan's."""

from __future__ import annotations

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
from tests.killed import Process, ended, kill, worker
from tests.own import own_product

pytestmark = pytest.mark.own_database
NAMES = ("Menuiserie Alphonse", "Librairie Barnabé", "Fonderie Cunégonde", "Verrerie Dagobert",
         "Tuilerie Ermengarde")  # fmt: skip
CODE = "from app.duplicates import scan; scan.PART = 1; scan.store = stuck(scan.store, 2)"


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


def scanned(process: Process, number: int) -> Job:
    ended(process)
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
    kill(worker(product, CODE, begun), begun)
    half = db.session.get_one(Job, number, populate_existing=True)
    # Two parts with their count, and nothing of the third.
    assert (half.state, half.report, len(found())) == (State.RUNNING, {"changed": 2}, 2)
    assert 0 < half.done < (half.total or 0)
    resumed = scanned(worker(product, CODE), number)
    assert (resumed.state, resumed.done) == (State.DONE, resumed.total)
    result, report, lines = found(), resumed.report, report_lines(resumed)
    assert (len(result), report) == (len(NAMES), {"changed": len(NAMES)})
    db.session.execute(delete(DuplicatePair))
    again = asked()
    undisturbed = scanned(worker(product, CODE), again)
    assert found() == result
    assert (undisturbed.report, report_lines(undisturbed)) == (report, lines)
