"""Eight people at the same pair at once, and a server that is killed: one merge, or none."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app.companies.models import Company
from app.contacts.models import Contact
from app.extensions import db
from app.history.models import Batch
from app.merges.models import SheetMerge
from tests.factories import make_company, make_contact
from tests.test_concurrency import PEOPLE, at_once, crowd, looking, statuses

__all__ = ["crowd", "looking"]  # Fixtures.
pytestmark = pytest.mark.own_database


def merging(crowd: Flask, pairs: list[tuple[int, int]]) -> list[TestResponse]:
    """Person n merges the n-th pair: the second one into the first."""

    def prepare(_person: FlaskClient, number: int) -> Any:
        kept, merged = pairs[number % len(pairs)]
        versions = "-".join(f"{one}.{db_version(crowd, one)}" for one in (kept, merged))
        return f"/crm/companies/{kept}/merge/{merged}/", {"versions": versions, "siren": "kept"}

    def deed(person: FlaskClient, prepared: Any) -> TestResponse:
        path, form = prepared
        return person.post(path, data=form)

    return at_once(crowd, prepare, deed)


def db_version(crowd: Flask, pk: int) -> int:
    with crowd.app_context():
        return db.session.get_one(Company, pk).version


def merges_of(*ids: int) -> list[tuple[int, int]]:
    found = select(SheetMerge.kept_id, SheetMerge.merged_id).where(SheetMerge.kept_id.in_(ids))
    return [(row[0], row[1]) for row in db.session.execute(found)]


def test_the_same_pair_is_merged_once(crowd: Flask) -> None:
    kept, merged = make_company(), make_company()
    make_contact(company_id=merged.id)
    answers = merging(crowd, [(kept.id, merged.id)])
    assert statuses(answers) == {303: PEOPLE}
    assert {answer.location for answer in answers} == {f"/crm/companies/{kept.id}/"}
    assert merges_of(kept.id) == [(kept.id, merged.id)]
    assert db.session.get_one(Company, kept.id).contact_count == 1


def test_each_into_the_other_leaves_one(crowd: Flask) -> None:
    first, second = make_company(), make_company()
    answers = merging(crowd, [(first.id, second.id), (second.id, first.id)])
    assert statuses(answers) == {303: PEOPLE}
    assert len(merges_of(first.id, second.id)) == 1
    live = select(func.count()).where(
        Company.id.in_([first.id, second.id]), Company.trashed_at.is_(None)
    )
    assert db.session.scalar(live) == 1


def test_one_sheet_into_two_others_goes_into_one(crowd: Flask) -> None:
    shared, first, second = make_company(), make_company(), make_company()
    answers = merging(crowd, [(first.id, shared.id), (second.id, shared.id)])
    found = statuses(answers)
    assert set(found) <= {303, 409}
    assert found[303] >= PEOPLE // 2
    assert len(merges_of(first.id, second.id)) == 1


KILLED = """
import os, signal, sys
from app import create_app
from app.accounts.models import Account
from app.extensions import db
from app.history.actions import Subject
from app.merges.operations import hold, merge_sheets
from tests.conftest import settings
from pathlib import Path

url, folder, kept, merged = sys.argv[1:]
app = create_app(settings(url, Path(folder)))
with app.app_context():
    by = db.session.query(Account).filter_by(username="admin").one()
    pair = int(kept), int(merged)
    held = hold(Subject.COMPANY, pair)
    merge_sheets(Subject.COMPANY, held[pair[0]], held[pair[1]], {"siren": "kept"}, by=by)
    db.session.flush()
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_merge_that_is_killed_never_was(crowd: Flask) -> None:
    kept, merged = make_company(), make_company()
    contact = make_contact(company_id=merged.id)
    url = db.engine.url.render_as_string(hide_password=False)
    given = [url, str(crowd.config["DATA_FOLDER"]), str(kept.id), str(merged.id)]
    db.session.commit()  # What is open here would keep the other process waiting.
    run = subprocess.run(
        [sys.executable, "-c", KILLED, *given], check=False, capture_output=True,
        env={**os.environ, "PYTHONPATH": os.getcwd()},
    )  # fmt: skip
    assert run.returncode == -signal.SIGKILL, run.stderr.decode()
    db.session.expire_all()
    assert not db.session.get_one(Company, merged.id).is_trashed
    assert db.session.get_one(Contact, contact.id).company_id == merged.id
    assert merges_of(kept.id) == []
    kinds = select(func.count()).where(Batch.kind == "merge_company", Batch.label == str(kept))
    assert db.session.scalar(kinds) == 0
