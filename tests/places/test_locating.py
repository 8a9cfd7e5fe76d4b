"""« flask places locate »: an administrator has the addresses of many sites asked about, aside."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from app.accounts.models import Account
from app.companies.models import Establishment
from app.extensions import db
from app.jobs.models import Job
from app.jobs.runner import Worker
from app.places import geocoder as module
from app.places.locating import ask_locating
from app.places.queries import sites_to_locate
from tests.factories import make_company
from tests.places.outside import Outside, answer, feature

BLOIS = {"postal_code": "41000", "city": "Blois", "commune_code": "41018"}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PACE", 0)
    monkeypatch.setattr("app.jobs.work.PAUSE", 0)


def site_at(address: str | None, **values: Any) -> Establishment:
    head = make_company(address=address, **{**BLOIS, **values}).head_office
    assert head is not None
    return head


def run(app: Flask, *arguments: str) -> Any:
    return app.test_cli_runner().invoke(args=["places", "locate", *arguments])


def work() -> Job:
    assert Worker().work()
    job: Job = db.session.query(Job).order_by(Job.id.desc()).first()
    return job


def where(pk: int) -> tuple[Any, ...]:
    site = db.session.get_one(Establishment, pk, populate_existing=True)
    return site.latitude, site.longitude, site.position_precision


def test_the_command_asks_and_the_job_finds(app: Flask, connected: Outside, admin: Account) -> None:
    ids = [site_at(f"{number} quai des Écluses").id for number in range(1, 8)]
    said = run(app, "admin")
    assert said.exit_code == 0, said.output
    assert "7 adresses" in said.output
    assert connected.asked == []  # The command itself asks nobody.
    job = work()
    assert (job.state, job.done, job.asked_by_id) == ("done", 7, admin.id)
    assert job.report["changed"] == 7
    assert len(connected.asked) == 7
    assert {where(pk) for pk in ids} == {(47.586092, 1.335947, "exact")}
    assert "Aucune adresse" in run(app, "admin").output


@pytest.mark.parametrize("username", ["editor", "manager", "student", "nobody"])
def test_only_an_administrator_is_one_who_asks(
    app: Flask, connected: Outside, username: str
) -> None:
    site_at("3 quai des Écluses")
    said = run(app, username)
    assert said.exit_code == 1
    assert "administrateur" in said.output
    assert db.session.query(Job).count() == 0


def test_without_a_service_nothing_is_asked(app: Flask) -> None:
    site_at("3 quai des Écluses")
    said = run(app, "admin")
    assert said.exit_code == 1
    assert "Aucun service d’adresses" in said.output


@pytest.mark.usefixtures("app")
def test_which_sites_are_worth_a_question() -> None:
    wanted, rough = site_at("1 rue X"), site_at("2 rue X")
    rough.latitude, rough.longitude, rough.position_precision = 47.58, 1.33, "commune"
    for precision in ("exact", "street", "locality", "hand"):
        known = site_at("3 rue X")
        known.latitude, known.longitude, known.position_precision = 47.58, 1.33, precision
    site_at(None)
    site_at("4 rue X", city=None, postal_code=None, commune_code=None)
    closed, gone = site_at("5 rue X"), site_at("6 rue X")
    closed.closed_on = closed.created_at.date()
    gone.company.trashed_at = gone.created_at
    db.session.commit()
    assert sites_to_locate() == [wanted.id, rough.id]


def test_what_somebody_changed_meanwhile_is_left_alone(
    app: Flask, connected: Outside, admin: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = site_at("3 quai des Écluses")
    pk = site.id

    def search(_self: Any, _question: str) -> Any:
        meanwhile = db.session.get_one(Establishment, pk)
        meanwhile.latitude, meanwhile.longitude = 47.6, 1.3
        meanwhile.position_precision = "hand"
        db.session.commit()
        return module.read_hits(connected.body)

    monkeypatch.setattr(module.Geocoder, "search", search)
    ask_locating([pk], by=admin)
    db.session.commit()
    job = work()
    assert (job.state, job.report.get("changed", 0)) == ("done", 0)
    assert where(pk) == (47.6, 1.3, "hand")


def test_a_service_that_fails_ends_the_job_and_keeps_what_was_found(
    app: Flask, connected: Outside, admin: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [site_at(f"{number} quai des Écluses").id for number in range(1, 8)]
    search = module.Geocoder.search

    def failing(self: module.Geocoder, question: str) -> Any:
        if question.startswith("6 "):
            connected.answers(b"", 503)
        return search(self, question)

    monkeypatch.setattr(module.Geocoder, "search", failing)
    ask_locating(ids, by=admin)
    db.session.commit()
    job = work()
    assert (job.state, job.done) == ("failed", 5)
    assert "ne répond pas" in job.report["message"]
    assert [where(pk)[2] for pk in ids] == ["exact"] * 5 + [None] * 2


def test_an_address_that_is_not_found_is_at_its_commune(
    app: Flask, connected: Outside, admin: Account
) -> None:
    connected.answers(answer(feature(postcode="26100", citycode="26281", city="Romans")))
    site = site_at("3 quai des Écluses")
    pk = site.id
    ask_locating([pk], by=admin)
    db.session.commit()
    work()
    assert where(pk)[2] == "commune"
