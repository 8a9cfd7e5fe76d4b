"""Several people at the bin at once, on a database of their own; and a worker that is killed."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.bin import purging
from app.bin.kinds import KEPT_DAYS
from app.bin.operations import trash
from app.companies.models import Company
from app.core.db import utcnow
from app.core.submissions import new_key
from app.extensions import db
from app.history.actions import Action, Subject
from app.history.models import Batch, HistoryEntry
from app.permissions import Role
from tests.conftest import account_named
from tests.factories import make_company
from tests.own import own_product, signed_in
from tests.pages import filled

pytestmark = pytest.mark.own_database
PEOPLE = 4
PATIENCE = 20.0


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Flask]:
    folder = tmp_path_factory.mktemp("bin")
    with own_product(folder, f"bin_{worker_id}", {"admin": Role.ADMIN}) as application:
        yield application


@pytest.fixture(autouse=True)
def looking(place: Flask) -> Iterator[None]:
    with place.app_context():
        yield
        db.session.rollback()


def deleted(number: int, *, days_ago: int = 0) -> tuple[int, list[int]]:
    """A batch of that many companies, deleted so long ago."""
    ids = [make_company().id for _ in range(number)]
    batch = trash(Subject.COMPANY, ids, by=account_named("admin"))
    batch.created_at = utcnow() - timedelta(days=days_ago)
    batch_id = batch.id
    db.session.commit()
    return batch_id, ids


def at_once(*deeds: Callable[[], Any]) -> list[Any]:
    """The deeds, all begun at the same moment; what each answers."""
    barrier = threading.Barrier(len(deeds))

    def one(deed: Callable[[], Any]) -> Any:
        barrier.wait(30)
        return deed()

    db.session.commit()
    with ThreadPoolExecutor(len(deeds)) as pool:
        answers = list(pool.map(one, deeds))
    db.session.expire_all()
    return answers


def lines(batch_id: int, action: Action) -> int:
    mine = HistoryEntry.batch_id == batch_id, HistoryEntry.action == action
    return db.session.scalar(select(func.count()).where(*mine)) or 0


def live(ids: list[int]) -> int:
    mine = Company.id.in_(ids), Company.trashed_at.is_(None)
    return db.session.scalar(select(func.count()).where(*mine)) or 0


def left(ids: list[int]) -> int:
    return db.session.scalar(select(func.count()).where(Company.id.in_(ids))) or 0


def test_one_restores_and_the_others_are_told(place: Flask) -> None:
    batch_id, ids = deleted(6)
    people = [signed_in(place, "admin") for _ in range(PEOPLE)]

    def restoring(person: FlaskClient) -> Callable[[], int]:
        return lambda: person.post(f"/crm/bin/{batch_id}/restore").status_code

    answers = at_once(*(restoring(person) for person in people))
    assert set(answers) <= {303, 404}  # 404: it was no longer in the bin when they asked.
    assert 303 in answers
    assert (live(ids), lines(batch_id, Action.RESTORED)) == (6, 6)


def test_each_record_comes_back_once_when_two_restore_parts_that_overlap(place: Flask) -> None:
    batch_id, ids = deleted(6)
    chosen = ids[:4], ids[2:]

    def restoring(person: FlaskClient, some: list[int]) -> Callable[[], int]:
        form = {"checked": "1", "ids": some}
        return lambda: person.post(f"/crm/bin/{batch_id}/restore", data=form).status_code

    at_once(*(restoring(signed_in(place, "admin"), some) for some in chosen))
    assert (live(ids), lines(batch_id, Action.RESTORED)) == (6, 6)
    assert db.session.get_one(Batch, batch_id).is_undone


def test_what_comes_back_while_the_bin_is_emptied_is_not_lost(place: Flask) -> None:
    """Either it came back, or it was gone: never half of it."""
    batch_id, ids = deleted(6)
    person = signed_in(place, "admin")

    def purge() -> int:
        with place.app_context():
            gone = purging.purge_chosen(batch_id, ids, by=account_named("admin"))
            db.session.commit()
            return gone

    _answer, gone = at_once(lambda: person.post(f"/crm/bin/{batch_id}/restore"), purge)
    assert gone in {0, 6}
    assert (live(ids), left(ids)) == ((6, 6) if gone == 0 else (0, 0))


def test_who_edits_what_was_deleted_meanwhile_is_told(place: Flask) -> None:
    pk = make_company(name="Maison Alba").id
    db.session.commit()
    editor = signed_in(place, "admin")
    form = filled(editor.get(f"/crm/companies/{pk}/edit").text, phone="0254000000")
    trash(Subject.COMPANY, [pk], by=account_named("admin"))
    db.session.commit()
    answer = editor.post(f"/crm/companies/{pk}/edit", data=form)
    assert answer.status_code == 404
    assert "La fiche a peut-être été supprimée" in answer.text
    db.session.expire_all()
    assert db.session.get_one(Company, pk).phone is None


def test_deleting_twice_what_two_have_checked_makes_one_deletion_each(place: Flask) -> None:
    ids = [make_company().id for _ in range(5)]
    db.session.commit()
    people = [signed_in(place, "admin") for _ in range(2)]

    def deleting(person: FlaskClient) -> Callable[[], int]:
        form = {"key": new_key(), "ids": [str(one) for one in ids]}
        return lambda: person.post("/crm/companies/bulk/trash", data=form).status_code

    assert set(at_once(*(deleting(person) for person in people))) <= {303, 409}
    mine = HistoryEntry.action == Action.TRASHED, HistoryEntry.subject_id.in_(ids)
    assert db.session.scalar(select(func.count()).where(*mine)) == 5


def test_a_worker_killed_while_emptying_loses_nothing_and_another_ends_it(
    place: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(purging, "PART", 2)
    batch_id, ids = deleted(6, days_ago=KEPT_DAYS + 1)
    begun = tmp_path / "begun"
    db.session.remove()
    db.engine.dispose()  # A connection is of one process.
    child = os.fork()
    if child == 0:
        try:
            with place.app_context():
                purging.purge_part(batch_id, by=None)
                db.session.commit()
                purging.purge_part(batch_id, by=None)
                begun.touch()
                time.sleep(PATIENCE)  # In the middle of the second part.
        finally:
            os._exit(0)
    end = time.monotonic() + PATIENCE
    while not begun.exists():
        assert time.monotonic() < end, "it never began"
        time.sleep(0.02)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    assert left(ids) == 4
    assert lines(batch_id, Action.PURGED) == 2
    db.session.rollback()
    result = place.test_cli_runner().invoke(args=["bin", "empty"])
    assert result.exit_code == 0, result.output
    db.session.rollback()
    assert (left(ids), lines(batch_id, Action.PURGED)) == (0, 6)
