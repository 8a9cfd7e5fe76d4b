"""An action on more records than a page waits for: asked in the list, watched, reported, taken back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.companies.models import Company
from app.core.submissions import new_key
from app.extensions import db
from app.jobs.models import Job, State
from app.jobs.runner import Worker
from app.jobs.work import Work
from tests.companies.bulking import last_batch, sectors
from tests.factories import make_company
from tests.pages import parse

SignIn = Callable[[str], FlaskClient]
LIST, REGION = "/crm/companies/", {"HX-Request": "true", "HX-Target": "job"}


@pytest.fixture
def five(app: Flask, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Five companies, in a product whose pages wait for three at most."""
    monkeypatch.setitem(app.config, "MOST_IN_REQUEST", 3)
    return [make_company(name=f"Écluse {number}").id for number in range(5)]


def ask(client: FlaskClient, ids: list[int], sector: int) -> str:
    """« Secteur » for all results; the address that the pop-up goes to."""
    form = {"all": "1", "count": str(len(ids)), "sector_id": str(sector), "key": new_key()}
    answer = client.post(f"{LIST}bulk/set_sector?q=ecluse", data=form)
    assert answer.status_code == 303
    return answer.headers["Location"]


def in_sector(sector: int) -> int:
    db.session.expire_all()
    found = select(func.count()).select_from(Company).where(Company.sector_id == sector)
    return db.session.scalar(found) or 0


def test_an_action_on_many_records_is_asked_watched_and_taken_back(
    login_as: SignIn, five: list[int]
) -> None:
    editor, (sector, _other) = login_as("editor"), sectors()
    address = ask(editor, five, sector)
    assert in_sector(sector) == 0  # Nothing was done while the page was waited for.
    waiting = parse(editor.get(address).text).one(id="job")
    assert waiting.attributes["data-job-state"] == "En attente"
    assert "0 sur 5" in waiting.text
    assert Worker().work() is True
    assert in_sector(sector) == 5
    ended = parse(editor.get(address, headers=REGION).text).one(id="job")
    assert ended.attributes["data-job-state"] == "Terminé"
    assert "5 sur 5" in ended.text
    assert "5 fiches" in ended.text
    assert "hx-get" not in ended.attributes  # The page asks no more.
    assert "q=ecluse" in next(a.attributes["href"] for a in ended.all("a"))
    assert editor.post(f"/crm/bin/{last_batch().id}/undo").status_code == 303
    assert Worker().work() is True  # Taking back is as long, and a job as well.
    assert in_sector(sector) == 0
    assert "Annuler cette action" not in editor.get(address).text


def test_a_job_that_is_being_done_shows_how_far_it_is(login_as: SignIn, five: list[int]) -> None:
    editor, (sector, _other) = login_as("editor"), sectors()
    address, seen = ask(editor, five, sector), []
    keep = Work.keep

    def look(work: Work, done: int, **counts: int) -> None:
        keep(work, done, **counts)
        seen.append(parse(editor.get(address, headers=REGION).text).one(id="job").text)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Work, "keep", look)
        patch.setattr("app.sheets.bulkjobs.Work.parts", _two_by_two(Work.parts))
        Worker().work()
    assert ["2 sur 5" in seen[0], "4 sur 5" in seen[1], "5 sur 5" in seen[2]] == [True] * 3
    assert all("En cours" in text for text in seen)


def _two_by_two(parts: Callable[..., object]) -> Callable[[Work], object]:
    return lambda work: parts(work, 2)


def test_asked_twice_by_a_double_click_it_is_one_job(login_as: SignIn, five: list[int]) -> None:
    editor, (sector, _other) = login_as("editor"), sectors()
    form = {"all": "1", "count": "5", "sector_id": str(sector), "key": new_key()}
    answers = [editor.post(f"{LIST}bulk/set_sector?q=ecluse", data=form) for _ in range(2)]
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert db.session.scalar(select(func.count()).select_from(Job)) == 1


def test_a_job_that_waits_is_stopped_by_its_button(login_as: SignIn, five: list[int]) -> None:
    editor, (sector, _other) = login_as("editor"), sectors()
    address = ask(editor, five, sector)
    assert editor.post(f"{address}cancel").status_code == 303
    page = editor.get(address).text
    assert parse(page).one(id="job").attributes["data-job-state"] == "Arrêté"
    assert (
        "Ce traitement est déjà terminé."
        in editor.post(f"{address}cancel", follow_redirects=True).text
    )
    assert Worker().work() is False
    assert (in_sector(sector), db.session.scalar(select(Job.state))) == (0, State.CANCELLED)


def test_a_job_is_nobody_else_s_business(login_as: SignIn, five: list[int]) -> None:
    address = ask(login_as("editor"), five, sectors()[0])
    for name, status in (("manager", 404), ("reader", 404), ("admin", 200)):
        assert login_as(name).get(address).status_code == status
    assert login_as("manager").post(f"{address}cancel").status_code == 404


def test_taking_back_that_is_stopped_before_it_began_can_be_asked_again(
    login_as: SignIn, five: list[int]
) -> None:
    editor, (sector, _other) = login_as("editor"), sectors()
    ask(editor, five, sector)
    Worker().work()
    answer = editor.post(f"/crm/bin/{last_batch().id}/undo")
    assert editor.post(f"{answer.headers['Location']}cancel").status_code == 303
    assert not last_batch().is_undone
    assert editor.post(f"/crm/bin/{last_batch().id}/undo").status_code == 303
    Worker().work()
    assert in_sector(sector) == 0
