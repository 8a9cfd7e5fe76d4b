"""The scan of the whole base: what it finds, keeps, leaves; stopped, killed, asked twice."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from app.bin.operations import trash
from app.companies.models import Company
from app.companies.operations import create_company, update_company
from app.core.rules import Refused
from app.duplicates import blocking, scan
from app.duplicates.facts import CompanyFacts
from app.duplicates.models import DuplicatePair
from app.duplicates.operations import set_apart, take_up
from app.duplicates.rules import SHOWN, compare_companies
from app.extensions import db
from app.history.actions import Subject
from app.jobs.models import Job, State
from app.jobs.runner import Worker
from app.jobs.words import report_lines
from app.jobs.work import Work
from tests.conftest import account_named
from tests.factories import make_company, make_contact

NAMES = ("Menuiserie Alphonse", "Librairie Barnabé", "Fonderie Cunégonde")
pytestmark = pytest.mark.usefixtures("app")


def scanned(module: str = "company") -> Job:
    job = scan.ask_scan(module, by=account_named("manager"))
    db.session.commit()
    number = job.id
    assert Worker().work() is True
    return db.session.get_one(Job, number, populate_existing=True)


def found(module: str = "company") -> dict[tuple[int, int], int]:
    rows = db.session.scalars(select(DuplicatePair).where(DuplicatePair.module == module))
    return {(row.first_id, row.second_id): row.score for row in rows}


def nameless_double(name: str) -> tuple[int, int]:
    """Two companies of nearly one name in one town, the second without SIREN."""
    first = make_company(name=name, city="Blois", postal_code="41000")
    given = {
        "name": f"{name} SARL",
        "city": "Blois",
        "postal_code": "41000",
        "country": "FR",
        "no_siren_reason": "being_created",
    }
    second = create_company(given, by=account_named("admin"))
    db.session.commit()
    return first.id, second.id


def test_planted_pairs_are_found_with_their_reasons_and_scanning_again_adds_none() -> None:
    pair = nameless_double("Menuiserie Quatrepoint")
    make_company(name="Tout autre chose")
    job = scanned()
    assert (job.state, job.done) == (State.DONE, job.total)
    assert found()[pair] >= SHOWN
    lines = report_lines(job)
    assert lines[0].endswith("1 est nouvelle.")
    kept = db.session.scalars(select(DuplicatePair)).one()
    assert {"same_name", "same_town"} <= {reason["code"] for reason in kept.reasons}
    again = scanned()
    assert report_lines(again)[0] == "1 paire de fiches ressemblantes. Aucune n’est nouvelle."
    assert set(found()) == {pair}


def test_contacts_are_found_by_address_and_among_colleagues() -> None:
    company = make_company()
    one = make_contact(first_name="Zoé", last_name="Quatrepoint", email="zoe.q@ex.example")
    two = make_contact(first_name="Z.", last_name="Quatre-Point", email="zoe.q@ex.example")
    three = make_contact(first_name="Ugo", last_name="Delabranche", company_id=company.id)
    four = make_contact(first_name="Ugo", last_name="Delabanche", company_id=company.id)
    pairs = {(one.id, two.id), (three.id, four.id)}
    scanned("contact")
    assert pairs <= set(found("contact"))


def test_a_pair_that_is_no_more_alike_or_is_in_the_bin_goes() -> None:
    changed, gone = nameless_double("Menuiserie Quatrepoint"), nameless_double("Fonderie Huitpoint")
    scanned()
    assert {changed, gone} <= set(found())
    first = db.session.get_one(Company, changed[0])
    update_company(
        first, {"name": "Librairie Neuve"}, base={"name": first.name}, by=account_named("admin")
    )
    trash(Subject.COMPANY, [gone[1]], by=account_named("admin"))
    db.session.commit()
    scanned()
    assert not {changed, gone} & set(found())


def test_pairs_found_different_are_counted_no_more_until_taken_up_again() -> None:
    pair = nameless_double("Menuiserie Quatrepoint")
    set_apart("company", pair, by=account_named("editor"))
    db.session.commit()
    assert report_lines(scanned())[0].startswith("Aucune paire")
    with pytest.raises(Refused):
        set_apart("company", (pair[1], pair[0]), by=account_named("manager"))
    assert take_up("company", pair)
    assert not take_up("company", pair)
    assert report_lines(scanned())[0].startswith("1 paire")


def test_one_scan_of_a_module_at_a_time() -> None:
    manager = account_named("manager")
    scan.ask_scan("company", by=manager)
    scan.ask_scan("contact", by=manager)
    with pytest.raises(Refused):
        scan.ask_scan("company", by=None)


def test_a_scan_stopped_in_the_middle_goes_on_where_it_was(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    pairs = [nameless_double(name) for name in NAMES]
    monkeypatch.setattr(scan, "PART", 1)
    job = scan.ask_scan("company", by=account_named("manager"))
    db.session.commit()
    number, parts = job.id, 0
    stopping = Worker(stopping=lambda: parts > 1)
    keep = Work.keep

    def counting(work: Work, done: int, **counts: int) -> None:
        nonlocal parts
        parts += 1
        keep(work, done, **counts)

    monkeypatch.setattr(Work, "keep", counting)
    stopping.work()
    waiting = db.session.get_one(Job, number, populate_existing=True)
    assert waiting.state == State.WAITING
    assert len(found()) == 2
    assert 0 < waiting.done < (waiting.total or 0)
    monkeypatch.setattr(Work, "keep", keep)
    db.session.commit()
    Worker().work()
    ended = db.session.get_one(Job, number, populate_existing=True)
    assert (ended.state, ended.done) == (State.DONE, ended.total)
    assert set(found()) >= set(pairs)
    assert ended.report == {"changed": 3}
    assert ended.memo["pairs"] == 3


def test_a_scan_is_cancelled_between_two_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        nameless_double(name)
    monkeypatch.setattr(scan, "PART", 1)
    keep = Work.keep

    def cancelling(work: Work, done: int, **counts: int) -> None:
        keep(work, done, **counts)
        work._cancelled = True

    monkeypatch.setattr(Work, "keep", cancelling)
    job = scanned()
    assert job.state == State.CANCELLED
    assert len(found()) == 1
    assert scan.running("company") is None


def test_two_companies_with_two_sirens_are_never_shown_whatever_else_they_share() -> None:
    """What blocking.py takes for granted when it pairs no two numbered records."""
    one = CompanyFacts(
        name="Menuiserie Quatrepoint", siren="732829320", domains=frozenset({"q.example"}),
        phones=frozenset({"+33254000000"}), emails=frozenset({"a@q.example"}), city="blois",
    )  # fmt: skip
    likeness = compare_companies(one, replace(one, siren="552100554"))
    assert likeness is not None
    assert likeness.score < SHOWN


def test_common_keys_are_left_out_and_the_work_stays_in_proportion() -> None:
    common = [(number, "0000000a", False) for number in range(1, 400)]
    rare = [(number, "0000000b 0000000a", False) for number in range(400, 403)]
    result = blocking.candidates([*common, *rare])
    couples = [(int(pair) >> 32, int(pair) & 0xFFFFFFFF) for pair in result.pairs]
    assert couples == [(400, 401), (400, 402), (401, 402)]
    assert result.left_out == 1
    assert len(blocking.candidates([]).pairs) == 0
    numbered = [(1, "0000000b", True), (2, "0000000b", True), (3, "0000000b", False)]
    pairs = blocking.candidates(numbered).pairs
    assert [(int(pair) >> 32, int(pair) & 0xFFFFFFFF) for pair in pairs] == [(1, 3), (2, 3)]
