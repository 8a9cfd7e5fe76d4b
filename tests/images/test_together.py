"""Many people at once, in real threads on a database of their own."""

# ruff: noqa: F811 (fixtures of another file bear the names of arguments)

from __future__ import annotations

import io
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from werkzeug.test import TestResponse

from app.companies.models import Company
from app.core.db import utcnow
from app.extensions import db
from app.history.actions import Subject
from app.history.models import HistoryEntry
from app.images import store
from app.images.models import Image
from app.images.operations import KEPT_DAYS, forget_unused, remove_image, set_image
from tests.conftest import account_named
from tests.factories import make_company
from tests.images.conftest import borne, read
from tests.images.samples import picture
from tests.test_concurrency import PEOPLE, at_once, crowd, looking  # noqa: F401  # Fixtures.

pytestmark = pytest.mark.own_database


def sending(where: Callable[[int], int], data: Callable[[int], bytes]) -> Any:
    """Each person prepares a file for a company, to be sent when all are ready."""

    def prepare(_person: FlaskClient, number: int) -> tuple[str, bytes]:
        return f"/crm/companies/{where(number)}/image", data(number)

    def send(person: FlaskClient, prepared: tuple[str, bytes]) -> TestResponse:
        address, sent = prepared
        return person.post(address, data={"seen": "", "file": (io.BytesIO(sent), "a.png")})

    return prepare, send


def statuses(answers: list[TestResponse]) -> dict[int, int]:
    return dict(Counter(answer.status_code for answer in answers))


def test_of_several_people_who_add_a_logo_one_is_first_and_the_others_are_told(
    crowd: Flask,
) -> None:
    company = make_company().id
    deed = sending(lambda _n: company, lambda n: picture("PNG", (60 + n, 60)))
    assert statuses(at_once(crowd, *deed)) == {303: 1, 409: PEOPLE - 1}
    image_id = db.session.get_one(Company, company).logo_id
    assert store.missing(db.session.get_one(Image, image_id).sha256) == []
    lines = select(func.count()).where(
        HistoryEntry.subject_id == company, HistoryEntry.action == "logo_added"
    )
    assert db.session.scalar(lines) == 1


def test_a_double_click_of_everybody_sets_one_logo(crowd: Flask) -> None:
    company = make_company().id
    deed = sending(lambda _n: company, lambda _n: picture("PNG", (90, 70)))
    assert statuses(at_once(crowd, *deed)) == {303: PEOPLE}
    lines = select(func.count()).where(
        HistoryEntry.subject_id == company, HistoryEntry.action == "logo_added"
    )
    assert db.session.scalar(lines) == 1


def test_the_same_logo_for_several_companies_is_kept_once(crowd: Flask) -> None:
    companies = [make_company().id for _ in range(PEOPLE)]
    deed = sending(lambda n: companies[n], lambda _n: picture("PNG", (91, 71)))
    assert statuses(at_once(crowd, *deed)) == {303: PEOPLE}
    borne_ids = db.session.scalars(select(Company.logo_id).where(Company.id.in_(companies)))
    assert len(set(borne_ids)) == 1


def test_a_logo_that_is_taken_up_again_is_not_collected_meanwhile(crowd: Flask) -> None:
    """Somebody sends again what nobody bears; whoever collects comes before the commit."""
    found, company, admin = read(picture("PNG", (92, 72))), make_company(), account_named("admin")
    set_image(company, found, subject=Subject.COMPANY, seen=None, by=admin)
    company_id, image_id = company.id, borne(company)
    remove_image(company, subject=Subject.COMPANY, seen=image_id or 0, by=admin)
    old = utcnow() - timedelta(days=KEPT_DAYS + 1)
    db.session.execute(update(Image).where(Image.id == image_id).values(used_at=old))
    db.session.commit()
    written, collected = threading.Event(), threading.Event()

    def send() -> None:
        with crowd.app_context():
            record = db.session.get_one(Company, company_id)
            set_image(record, found, subject=Subject.COMPANY, seen=None, by=account_named("admin"))
            written.set()
            collected.wait(1)  # Whoever collects waits for this transaction, so no longer.
            db.session.commit()

    def collect() -> list[str]:
        written.wait(10)
        with crowd.app_context():
            gone = forget_unused()
            db.session.commit()
            collected.set()
            return gone

    with ThreadPoolExecutor(2) as pool:
        sender, collector = pool.submit(send), pool.submit(collect)
        sender.result(20)
        assert collector.result(20) == []
    assert db.session.get_one(Company, company_id).logo_id == image_id
