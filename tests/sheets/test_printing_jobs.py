"""The job of « Imprimer la sélection »: killed, stopped or late, it loses nothing, tells whole or
nothing, and shows its file to nobody else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask_appbuilder.security.sqla.models import Role as RoleRow

from app.core.db import utcnow
from app.extensions import db
from app.jobs.daily import ask_due
from app.jobs.models import State
from app.jobs.runner import Worker
from app.jobs.work import Work
from app.permissions import Permission, View
from app.sheets import printjobs, printstore
from tests.conftest import account_named
from tests.sheets.conftest import (
    COMPANIES,
    SignIn,
    ask,
    asked,
    body,
    download,
    entries,
    job_of,
    numbers,
    printed,
    texts,
    whole,
)

# ---- a worker that stops in the middle


class Killed(BaseException):
    """As if the process had ended here."""


def complete(pk: int, ids: list[int]) -> None:
    """Every sheet is there once, on its numbered page, and told once."""
    pages = texts(whole(pk))
    assert [body(page).partition(" Informations")[0] for page in pages] == [
        f"Écluse {number}" for number in range(1, len(ids) + 1)
    ]
    assert numbers(pages) == [f"{number} / {len(ids)}" for number in range(1, len(ids) + 1)]
    assert [entry.subject_id for entry in entries()] == ids
    assert (job_of(pk).state, job_of(pk).report) == (State.DONE, {"changed": len(ids)})


def test_a_worker_that_is_told_to_stop_leaves_the_rest_to_the_next(
    login_as: SignIn, seven: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printjobs, "PART", 2)
    pk = asked(login_as("editor"), seven)
    Worker(stopping=lambda: job_of(pk).done >= 4).work()
    assert (job_of(pk).state, job_of(pk).done) == (State.WAITING, 4)
    Worker().work()
    complete(pk, seven)


@pytest.mark.parametrize("step", ["keep", "bind_parts", "drop_parts", "finish"])
def test_a_kill_at_any_step_loses_no_sheet_and_prints_none_twice(
    login_as: SignIn, seven: list[int], monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    monkeypatch.setattr(printjobs, "PART", 2)
    places: dict[str, Any] = {
        "keep": Work, "bind_parts": printjobs, "drop_parts": printstore,
        "finish": __import__("app.jobs.runner", fromlist=["finish"]),
    }  # fmt: skip

    def die(*_args: Any, **_options: Any) -> None:
        raise Killed

    pk, worker = asked(login_as("editor"), seven), Worker()
    with monkeypatch.context() as patch:
        patch.setattr(places[step], step, die)
        with pytest.raises(Killed):
            worker.work()
    db.session.rollback()
    assert job_of(pk).state == State.RUNNING
    assert worker.work() is True
    complete(pk, seven)
    assert [path.name for path in printstore.folder_of(pk).iterdir()] == ["whole.pdf"]


def test_what_an_older_job_of_the_same_number_left_is_not_taken_for_this_one(
    login_as: SignIn, seven: list[int]
) -> None:
    pk = asked(login_as("editor"), seven)
    printstore.folder_of(pk)
    printstore.file_of(pk).write_bytes(b"of another")
    Worker().work()
    complete(pk, seven)


def test_a_part_that_is_lost_ends_the_job_and_leaves_nothing(
    login_as: SignIn, seven: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Better no file than one without some of its sheets."""
    editor, pk = login_as("editor"), 0
    pk = asked(editor, seven)
    keep = Work.keep

    def losing(work: Work, done: int, **counts: Any) -> None:
        keep(work, done, **counts)
        printstore.part_of(pk, 0).unlink(missing_ok=True)

    monkeypatch.setattr(Work, "keep", losing)
    Worker().work()
    assert job_of(pk).state == State.FAILED
    assert download(editor, pk) == 404
    assert printstore.job_ids() == []


def test_a_job_that_is_stopped_leaves_nothing(
    login_as: SignIn, seven: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printjobs, "PART", 2)
    editor = login_as("editor")
    pk = asked(editor, seven)
    keep = Work.keep

    def stopping(work: Work, done: int, **counts: Any) -> None:
        assert editor.post(f"/jobs/{pk}/cancel").status_code == 303
        keep(work, done, **counts)

    with monkeypatch.context() as patch:
        patch.setattr(Work, "keep", stopping)
        Worker().work()
    assert (job_of(pk).state, job_of(pk).report) == (State.CANCELLED, {"changed": 2})
    assert download(editor, pk) == 404
    assert printstore.job_ids() == []


def test_one_that_is_stopped_between_two_workers_leaves_nothing(
    login_as: SignIn, seven: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printjobs, "PART", 2)
    editor = login_as("editor")
    pk = asked(editor, seven)
    Worker(stopping=lambda: job_of(pk).done >= 4).work()
    assert printstore.job_ids() == [pk]
    assert editor.post(f"/jobs/{pk}/cancel").status_code == 303
    assert job_of(pk).state == State.CANCELLED
    assert printstore.job_ids() == []


# ---- rights


def test_the_file_is_nobody_else_s(login_as: SignIn, seven: list[int]) -> None:
    pk = printed(login_as("reader"), seven[:1])
    for name, status in (("reader", 200), ("editor", 404), ("admin", 404), ("student", 403)):
        assert download(login_as(name), pk) == status
    # Administrators see what the job did, without its file.
    page = login_as("admin").get(f"/jobs/{pk}/").text
    assert "1 fiche imprimée." in page
    assert "/file" not in page


def lose_the_right(username: str) -> None:
    """A role that reads and follows its jobs, and prints nothing."""
    from flask import current_app

    security: Any = current_app.appbuilder.sm  # type: ignore[attr-defined]
    role = RoleRow(name="Sans impression")
    db.session.add(role)
    db.session.flush()
    for view in (View.COMPANY, View.JOB):
        for right in (Permission.LIST, Permission.SHOW):
            security.add_permission_role(role, security.add_permission_view_menu(right, view))
    account_named(username).roles = [role]
    db.session.commit()


def test_who_may_print_no_more_gets_neither_the_job_nor_its_file(
    login_as: SignIn, seven: list[int]
) -> None:
    reader = login_as("reader")
    done, waiting = printed(reader, seven[:1]), asked(reader, seven)
    lose_the_right("reader")
    assert download(reader, done) == 403
    page = reader.get(f"/jobs/{done}/")
    assert page.status_code == 200
    assert "/file" not in page.text
    assert ask(reader, seven).status_code == 403
    assert 'id="bulk-do-print"' not in reader.get(COMPANIES).text
    Worker().work()
    assert (job_of(waiting).state, job_of(waiting).report) == (State.FAILED, {"why": "forbidden"})
    assert printstore.job_ids() == [done]


# ---- it is kept for some days


def later(days: float) -> Any:
    return time_machine.travel(utcnow() + timedelta(days=days))


def test_the_file_goes_after_seven_days(login_as: SignIn, seven: list[int]) -> None:
    first = printed(login_as("editor"), seven[:1])
    with later(4):
        second = printed(login_as("editor"), seven[:2])
        assert ask_due() == []
    with later(7.1):
        editor = login_as("editor")
        # Late, but not before its time, whether it was removed or not.
        answer = editor.get(f"/jobs/{first}/file")
        assert answer.status_code == 410
        assert "Ce fichier n’est plus là" in answer.text
        assert "Le fichier n’est plus là" in editor.get(f"/jobs/{first}/").text
        (clearing,) = [job.id for job in ask_due()]
        db.session.commit()
        assert Worker().work() is True
        assert (job_of(clearing).state, job_of(clearing).report) == (State.DONE, {"changed": 1})
        assert printstore.job_ids() == [second]
        assert download(editor, first) == 410
        assert download(editor, second) == 200
        assert "1 PDF supprimé." in login_as("admin").get(f"/jobs/{clearing}/").text


def test_what_belongs_to_no_job_goes_and_what_is_being_printed_stays(
    login_as: SignIn, seven: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printjobs, "PART", 2)
    pk = asked(login_as("editor"), seven)
    Worker(stopping=lambda: job_of(pk).done >= 2).work()
    printstore.folder_of(987_654)
    (printstore.folder() / "notes").mkdir()  # Not ours.
    assert printjobs.over() == [987_654]
    with later(30):
        assert printjobs.over() == [987_654]
        Worker().work()
    complete(pk, seven)
