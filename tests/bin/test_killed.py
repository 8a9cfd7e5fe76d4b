"""A deletion of many, done aside, whose worker is killed (kill -9): whole parts, and the rest follows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.bin.operations import open_trash
from app.companies.models import Company
from app.extensions import db
from app.history.actions import Action, Subject
from app.history.models import HistoryEntry
from app.jobs.models import Job, State
from app.permissions import Role
from app.sheets.bulk import DECLARED
from app.sheets.bulkjobs import ask_bulk
from tests.conftest import account_named
from tests.factories import make_company
from tests.killed import ended, kill, worker
from tests.own import own_product

pytestmark = pytest.mark.own_database
CODE = """
from app.jobs.work import Work
from app.sheets import bulkjobs
Work.parts.__defaults__ = (2,)
bulkjobs.done = stuck(bulkjobs.done, 1)
"""


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Flask]:
    folder = tmp_path_factory.mktemp("deleted")
    with own_product(folder, f"deleted_{worker_id}", {"admin": Role.ADMIN}) as application:
        yield application


@pytest.fixture(autouse=True)
def looking(product: Flask) -> Iterator[None]:
    with product.app_context():
        yield
        db.session.rollback()


def job_of(number: int) -> Job:
    return db.session.get_one(Job, number, populate_existing=True)


def gone(ids: list[int]) -> tuple[int, int]:
    """How many are in the bin, and how many lines of the history say so."""
    trashed = select(func.count()).where(Company.id.in_(ids), Company.trashed_at.is_not(None))
    mine = HistoryEntry.action == Action.TRASHED, HistoryEntry.subject_id.in_(ids)
    lines = select(func.count()).where(*mine, HistoryEntry.subject_kind == Subject.COMPANY)
    return db.session.scalar(trashed) or 0, db.session.scalar(lines) or 0


def test_a_deletion_that_is_killed_is_ended_by_the_next(product: Flask, tmp_path: Path) -> None:
    admin, ids = account_named("admin"), [make_company().id for _ in range(5)]
    batch = open_trash(Subject.COMPANY, ids, by=admin)
    bulk = DECLARED[Subject.COMPANY, "trash"]
    number = ask_bulk(bulk, Subject.COMPANY, ids, {}, by=admin, batch=batch, back="/").id
    begun = tmp_path / "begun"
    kill(worker(product, CODE, begun), begun)
    half = job_of(number)
    assert (half.state, half.done, half.report) == (State.RUNNING, 2, {"changed": 2})
    assert gone(ids) == (2, 2)
    ended(worker(product, CODE))
    whole = job_of(number)
    assert (whole.state, whole.done, whole.report) == (State.DONE, 5, {"changed": 5})
    assert gone(ids) == (5, 5)
    db.session.refresh(batch)
    assert batch.item_count == 5
