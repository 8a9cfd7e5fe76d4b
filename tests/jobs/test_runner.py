"""A job is done part by part: each is stored with how far the job is, or not at all."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy.exc import OperationalError

from app.accounts.models import Account
from app.companies.models import Company
from app.core.db import utcnow
from app.core.rules import Refused
from app.extensions import db
from app.history.actions import Subject
from app.history.operations import open_batch
from app.jobs.models import State
from app.jobs.operations import MOST_ATTEMPTS, STALE, NotOurs, ask, cancel, claim, keep
from app.jobs.report import Report
from app.jobs.runner import Worker
from app.jobs.work import BEAT_SECONDS, Work
from tests.conftest import account_named
from tests.factories import make_company
from tests.jobs.conftest import Counting, Register, asked, job_of

pytestmark = pytest.mark.usefixtures("app")


class Killed(BaseException):
    """As if the process had ended here."""


def test_a_job_is_done_in_parts_and_reports(kind: Register) -> None:
    run = Counting()
    kind(run)
    pk = asked([9, 3, 900_000, 1, 2, 7, 8])
    assert Worker().work() is True
    job = job_of(pk)
    assert run.parts == [[9, 3, 900_000], [1, 2, 7], [8]]
    assert (job.state, job.done, job.total) == (State.DONE, 7, 7)
    assert job.report == {"changed": 4, "unchanged": 3}
    assert job.started_at is not None
    assert job.ended_at is not None
    assert job.items is None  # They are not needed any more.


def test_without_a_job_there_is_nothing_to_do() -> None:
    assert Worker().work() is False


def test_the_first_that_was_asked_is_the_first_done(kind: Register) -> None:
    kind(Counting())
    first, second = asked(), asked()
    Worker().work()
    assert (job_of(first).state, job_of(second).state) == (State.DONE, State.WAITING)


# ---- a worker that is killed


def killed_in_its_second_part(work: Work) -> None:
    for number, ids in enumerate(work.parts(3)):
        if number == 1:
            raise Killed
        work.keep(len(ids), changed=len(ids))


def die(worker: Worker) -> None:
    with pytest.raises(Killed):
        worker.work()
    db.session.rollback()


def test_what_was_stored_before_a_kill_stays_and_the_rest_is_done_by_another(
    kind: Register,
) -> None:
    kind(killed_in_its_second_part)
    pk, worker = asked(), Worker()
    die(worker)
    job = job_of(pk)
    assert (job.state, job.done, job.report) == (State.RUNNING, 3, {"changed": 3})
    run = Counting()
    kind(run)
    assert Worker().work() is False  # Nobody knows yet that the worker is gone.
    with time_machine.travel(utcnow() + STALE + timedelta(seconds=1)):
        assert Worker().work() is True
    assert run.parts == [[4, 5, 6], [7]]
    job = job_of(pk)
    assert (job.state, job.done) == (State.DONE, 7)
    assert job.report == {"changed": 3 + 2 + 0, "unchanged": 2}


def test_a_process_of_this_machine_that_has_ended_is_known_at_once(kind: Register) -> None:
    kind(killed_in_its_second_part)
    pk, worker = asked(), Worker()
    machine, _process, word = worker.name.split("/")
    worker.name = f"{machine}/4194303/{word}"  # No process bears so high a number.
    die(worker)
    kind(Counting())
    assert Worker().work() is True
    assert job_of(pk).state == State.DONE


def test_a_worker_takes_up_again_what_it_could_not_give_back(kind: Register) -> None:
    kind(killed_in_its_second_part)
    pk, worker = asked(), Worker()
    die(worker)
    kind(Counting())
    assert worker.work() is True
    assert job_of(pk).state == State.DONE


def test_a_job_that_kills_each_worker_is_given_up(kind: Register) -> None:
    def kill(_work: Work) -> None:
        raise Killed

    stopped = []
    kind(kill, stopped=lambda job: stopped.append(job.id))
    pk, worker = asked(), Worker()
    for _ in range(MOST_ATTEMPTS):
        die(worker)
    assert worker.work() is True
    job = job_of(pk)
    assert (job.state, job.report) == (State.FAILED, {"why": "given_up"})
    assert stopped == [pk]


def test_a_worker_thought_dead_stores_nothing_any_more(kind: Register) -> None:
    kind(Counting())
    pk, late = asked(), Worker()
    assert claim(late.name) == pk
    db.session.commit()
    with time_machine.travel(utcnow() + STALE + timedelta(seconds=1)):
        assert claim("another/1/worker") == pk
    db.session.commit()
    with pytest.raises(NotOurs):
        keep(pk, late.name, done=3, report=Report(changed=3), memo={})
    db.session.rollback()
    assert job_of(pk).done == 0


def test_losing_the_job_in_the_middle_undoes_the_part(kind: Register, admin: Account) -> None:
    company_id = make_company(name="Avant").id

    def robbed(work: Work) -> None:
        for ids in work.parts(3):
            job_of(work.job_id).worker = "another/1/worker"
            db.session.commit()
            db.session.get_one(Company, company_id).name = "Après"
            db.session.flush()
            work.keep(len(ids), changed=1)

    kind(robbed)
    pk = asked()
    assert Worker().work() is True
    assert (job_of(pk).state, job_of(pk).done) == (State.RUNNING, 0)
    assert db.session.get_one(Company, company_id).name == "Avant"


# ---- a part that takes long


def long_part(work: Work) -> None:
    """Two records, between which time passes."""
    for ids in work.parts():
        for number, _identity in enumerate(ids):
            if number == 1:
                work._heard -= BEAT_SECONDS
            work.beat()
        work.keep(len(ids), changed=len(ids))


def test_a_long_part_says_that_its_worker_is_there(kind: Register) -> None:
    heard = []

    def run(work: Work) -> None:
        with time_machine.travel(utcnow() + STALE * 2):
            work.beat()  # Too early to say anything.
            heard.append(job_of(work.job_id).heartbeat_at)
            db.session.rollback()
            long_part(work)
            heard.append(job_of(work.job_id).heartbeat_at)

    kind(run)
    pk = asked([1, 2])
    Worker().work()
    assert heard[1] - heard[0] >= STALE
    assert (job_of(pk).state, job_of(pk).done) == (State.DONE, 2)


def test_a_part_that_is_beaten_for_is_not_thereby_one_that_went_well(kind: Register) -> None:
    def dies(work: Work) -> None:
        work._heard -= BEAT_SECONDS
        work.beat()
        raise Killed

    kind(dies)
    pk, worker = asked(), Worker()
    for _ in range(MOST_ATTEMPTS):
        die(worker)
    worker.work()
    assert (job_of(pk).state, job_of(pk).report) == (State.FAILED, {"why": "given_up"})


def test_a_long_part_is_left_where_the_job_is_stopped_or_lost(kind: Register) -> None:
    ends = {
        "cancelled": cancel,
        "lost": lambda job: setattr(job, "worker", "another/1/worker"),
    }
    for end, state in (("cancelled", State.CANCELLED), ("lost", State.RUNNING)):

        def run(work: Work, end: str = end) -> None:
            ends[end](job_of(work.job_id))
            db.session.commit()
            long_part(work)

        kind(run)
        pk = asked([1, 2])
        assert Worker().work() is True
        assert (job_of(pk).state, job_of(pk).done) == (state, 0)


# ---- other ends


def test_a_cancelled_job_ends_between_two_parts(kind: Register) -> None:
    def cancelled_meanwhile(work: Work) -> None:
        for ids in work.parts(3):
            cancel(job_of(work.job_id))
            work.keep(len(ids), changed=len(ids))

    kind(cancelled_meanwhile)
    pk = asked()
    Worker().work()
    job = job_of(pk)
    assert (job.state, job.done, job.report) == (State.CANCELLED, 3, {"changed": 3})


def test_a_job_that_waits_is_cancelled_at_once(kind: Register) -> None:
    run = Counting()
    kind(run)
    pk = asked()
    cancel(job_of(pk))
    db.session.commit()
    assert job_of(pk).state == State.CANCELLED
    assert Worker().work() is False
    assert run.parts == []
    with pytest.raises(Refused, match="job"):
        cancel(job_of(pk))


def test_a_rule_s_refusal_ends_the_job_and_is_told(kind: Register) -> None:
    def refused(work: Work) -> None:
        for number, ids in enumerate(work.parts(3)):
            if number:
                raise Refused("tag", "Ce tag n’est plus.")
            work.keep(len(ids), changed=3)

    kind(refused)
    pk = asked()
    Worker().work()
    told = {"changed": 3, "why": "refused", "message": "Ce tag n’est plus."}
    assert (job_of(pk).state, job_of(pk).report) == (State.FAILED, told)


def test_an_error_ends_the_job_and_tells_nothing_of_itself(
    kind: Register, caplog: pytest.LogCaptureFixture
) -> None:
    def wrong(_work: Work) -> None:
        raise ZeroDivisionError("secret")

    kind(wrong)
    pk = asked()
    Worker().work()
    assert (job_of(pk).state, job_of(pk).report) == (State.FAILED, {"why": "failed"})
    assert "secret" in caplog.text


def test_a_base_that_does_not_answer_is_asked_again(kind: Register) -> None:
    tries = []

    def busy(work: Work) -> None:
        tries.append(work.job_id)
        if len(tries) < 3:
            raise OperationalError("UPDATE", {}, Exception("database is locked"))

    kind(busy)
    pk, worker = asked(), Worker()
    for _ in range(3):
        assert worker.work() is True
    assert job_of(pk).state == State.DONE
    assert len(tries) == 3


def test_a_worker_that_is_told_to_stop_leaves_the_rest_to_the_next(kind: Register) -> None:
    run = Counting()
    kind(run)
    pk = asked()
    assert Worker(stopping=lambda: len(run.parts) == 2).work() is True
    job = job_of(pk)
    assert (job.state, job.done, job.worker, job.attempts) == (State.WAITING, 6, None, 0)
    Worker().work()
    assert run.parts == [[1, 2, 3], [4, 5, 6], [7]]
    assert job_of(pk).state == State.DONE


def test_an_unknown_kind_is_told() -> None:
    pk = ask("of another release", by=account_named("editor"), arguments={}).id
    db.session.commit()
    Worker().work()
    assert job_of(pk).report == {"why": "unknown"}


# ---- rights, looked at again when the job runs


def needs_verify(_job: object, may: object) -> bool:
    return bool(may("verify", "Company"))  # type: ignore[operator]


def test_a_right_that_was_lost_meanwhile_refuses_the_job(kind: Register) -> None:
    run = Counting()
    kind(run, needs_verify)
    editors, readers = asked(by="editor"), asked(by="reader")
    for _ in range(2):
        Worker().work()
    assert job_of(editors).state == State.DONE
    assert (job_of(readers).state, job_of(readers).report) == (State.FAILED, {"why": "forbidden"})


def test_an_account_that_was_closed_meanwhile_stops_the_job(kind: Register) -> None:
    def closes_itself(work: Work) -> None:
        for ids in work.parts(3):
            work.keep(len(ids), changed=3)
            work.by.active = False
            db.session.commit()

    kind(closes_itself, needs_verify)
    pk = asked()
    Worker().work()
    job = job_of(pk)
    assert (job.state, job.done) == (State.FAILED, 3)
    assert job.report == {"changed": 3, "why": "forbidden"}


def test_what_a_kind_keeps_between_parts_survives(kind: Register) -> None:
    def scanning(work: Work) -> None:
        last = work.memo.get("last", 0)
        work.memo["last"] = last + 10
        work.keep(10, changed=1)
        if last < 20:
            raise OperationalError("SELECT", {}, Exception("gone"))

    kind(scanning)
    pk = ask("test", by=account_named("editor"), arguments={}).id
    db.session.commit()
    worker = Worker()
    for _ in range(3):
        worker.work()
    job = job_of(pk)
    assert (job.state, job.memo, job.done, job.total) == (State.DONE, {"last": 30}, 30, None)


def test_a_job_keeps_its_batch(kind: Register, editor: Account) -> None:
    batch, seen = open_batch("verify", subject=Subject.COMPANY, by=editor), list[int]()
    batch_id = batch.id
    kind(lambda work: seen.append(work.batch.id))
    ask("test", by=editor, arguments={}, ids=[1], batch=batch)
    db.session.commit()
    Worker().work()
    assert seen == [batch_id]
