"""« Imprimer la sélection »: the sheets of the checked rows in one PDF, by a job."""

from __future__ import annotations

import stat
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import func, select

from app.bin.operations import trash
from app.companies.models import Company
from app.companies.printing import company_pdf
from app.contacts.models import Contact
from app.contacts.printing import contact_pdf
from app.core.db import utcnow
from app.core.formats import in_paris
from app.extensions import db
from app.history.actions import Subject
from app.jobs.models import Job, State
from app.jobs.runner import Worker
from app.notes.models import Note
from app.sheets import printjobs
from tests.companies.bulking import many
from tests.conftest import account_named
from tests.factories import make_company, make_contact
from tests.pages import parse
from tests.sheets.conftest import (
    COMPANIES,
    CONTACTS,
    SignIn,
    ask,
    asked,
    body,
    download,
    entries,
    fetched,
    job_of,
    names,
    numbers,
    printed,
    texts,
    whole,
)

DIALOG = {"HX-Request": "true", "HX-Target": "dialog"}


def jobs() -> int:
    return db.session.scalar(select(func.count()).select_from(Job)) or 0


# ---- what is printed


def test_the_checked_sheets_come_in_one_file_in_the_order_of_the_list(
    login_as: SignIn, seven: list[int], own_folder: Path
) -> None:
    editor = login_as("editor")
    pk = printed(editor, [seven[4], *seven[:4], *seven[5:]])
    reader = fetched(editor, pk)
    pages = texts(reader)
    assert len(pages) == 7
    for number, text in enumerate(pages, start=1):
        assert body(text).startswith(f"Écluse {number} Informations")
        assert "par Editor Exemple" in text
    assert numbers(pages) == [f"{number} / 7" for number in range(1, 8)]
    assert names(reader) == [f"Écluse {number}" for number in range(1, 8)]
    assert reader.metadata is not None
    assert reader.metadata.title == "7 entreprises"
    # Nothing is left beside it, and nobody else on the machine reads it.
    files = list((own_folder / str(pk)).iterdir())
    assert [path.name for path in files] == ["whole.pdf"]
    assert all(not stat.S_IMODE(path.stat().st_mode) & 0o077 for path in [*files, files[0].parent])


def test_it_is_a_job_that_reports_and_offers_its_file(login_as: SignIn, seven: list[int]) -> None:
    editor = login_as("editor")
    pk = asked(editor, seven)
    assert job_of(pk).state == State.WAITING  # However few they are.
    assert download(editor, pk) == 404
    assert Worker().work() is True
    job = job_of(pk)
    assert (job.state, job.done, job.report) == (State.DONE, 7, {"changed": 7})
    (note,) = editor.get("/jobs/notices").json["notices"]  # type: ignore[index]
    assert (note["file_url"], note["file_text"]) == (f"/jobs/{pk}/file", "Télécharger le PDF")
    page = parse(editor.get(f"/jobs/{pk}/").text).one(id="job")
    assert "7 fiches imprimées." in page.text
    assert [a.text for a in page.all("a", href=f"/jobs/{pk}/file")] == ["Télécharger le PDF"]
    with editor.get(f"/jobs/{pk}/file") as answer:
        name = f"fiches-entreprises-{in_paris(utcnow()):%Y-%m-%d}.pdf"
        assert answer.headers["Content-Disposition"] == f"attachment; filename={name}"
        assert answer.headers["Cache-Control"] == "no-store"


def test_each_printed_sheet_says_so_in_its_history(login_as: SignIn, seven: list[int]) -> None:
    printed(login_as("editor"), seven)
    assert [entry.subject_id for entry in entries()] == seven
    assert {entry.actor_id for entry in entries()} == {account_named("editor").id}
    assert {entry.subject_kind for entry in entries()} == {Subject.COMPANY}


def test_long_sheets_go_on_and_the_next_begins_on_a_new_page(
    app: Flask, login_as: SignIn, reader: Any
) -> None:
    """The text of the whole is that of the sheets printed one by one, but for the numbers."""
    people = [make_contact(last_name=name) for name in ("Aubier", "Bazin", "Coste")]
    note = "Une ligne de cette longue note.\n" * 90
    db.session.add(Note(contact_id=people[1].id, text=note, author_id=reader.id))
    db.session.commit()
    ids = [one.id for one in people]
    pk = printed(login_as("reader"), ids, CONTACTS)
    pages = texts(whole(pk))
    db.session.rollback()
    with app.test_request_context():
        alone = [page for pk in ids for page in printed_alone(pk)]
    assert len(alone) > 3
    assert [body(page) for page in pages] == [body(page) for page in alone]
    assert numbers(pages) == [f"{page} / {len(alone)}" for page in range(1, len(alone) + 1)]


def printed_alone(pk: int) -> list[str]:
    contact = db.session.get_one(Contact, pk)
    return texts(PdfReader(BytesIO(contact_pdf(contact, account_named("reader")))))


def test_all_results_are_printed_once_their_number_is_confirmed(
    login_as: SignIn, seven: list[int]
) -> None:
    editor = login_as("editor")
    form = {"ids": "", "all": "1", "count": "7", "except": ""}
    address = f"{COMPANIES}bulk/print?q=ecluse&sort=-name"
    wrong = editor.post(address, data={**form, "count": "6", "key": "k" * 43})
    assert wrong.status_code == 409
    assert "La liste a changé" in wrong.text
    assert jobs() == 0
    answer = editor.post(address, data={**form, "key": "k" * 43})
    assert answer.status_code == 303
    Worker().work()
    pk = int(answer.headers["Location"].split("/")[2])
    assert names(whole(pk)) == [f"Écluse {number}" for number in range(7, 0, -1)]
    assert "q=ecluse" in editor.get(f"/jobs/{pk}/").text  # The way back.


def test_the_language_is_that_of_who_asked(login_as: SignIn, seven: list[int]) -> None:
    editor = login_as("editor")
    editor.get("/lang/en")
    pk = printed(editor, seven[:1])
    (text,) = texts(whole(pk))
    assert "Printed on" in text
    assert "Imprimé le" not in text
    assert whole(pk).trailer["/Root"]["/Lang"] == "en"


# ---- what is refused


def test_more_than_200_sheets_are_refused(login_as: SignIn) -> None:
    editor, ids = login_as("editor"), many(201)
    said = "On imprime 200 fiches au plus à la fois, et la sélection en compte 201."
    sent = {"key": "k" * 43, "all": "1", "count": "201"}
    for headers in (DIALOG, {}):
        answer = editor.post(f"{COMPANIES}bulk/print", data=sent, headers=headers)
        assert answer.status_code == 422
        assert said in parse(answer.text).text
    assert jobs() == 0
    assert entries() == []
    # The same form, once there are fewer.
    assert ask(editor, ids[:200], key="k" * 43).status_code == 303
    assert db.session.scalar(select(Job.total)) == 200


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"ids": ""}, 400),
        ({"ids": "x"}, 400),
        ({"ids": "999999"}, 409),
        ({"ids": "", "all": "1", "count": "-1"}, 400),
        ({"key": ""}, 400),
        ({"key": "trop court"}, 400),
    ],
)
def test_what_no_list_sends_is_refused(
    login_as: SignIn, seven: list[int], form: dict[str, str], status: int
) -> None:
    assert ask(login_as("editor"), **({"ids": seven[:1]} | form)).status_code == status  # type: ignore[arg-type]
    assert jobs() == 0


def test_a_double_click_makes_one_job(login_as: SignIn, seven: list[int]) -> None:
    editor = login_as("editor")
    answers = [ask(editor, seven, key="k" * 43) for _ in range(2)]
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert jobs() == 1


# ---- what changed meanwhile


def test_sheets_that_went_to_the_bin_meanwhile_are_told_and_not_printed(
    login_as: SignIn, seven: list[int], admin: Any
) -> None:
    editor = login_as("editor")
    pk = asked(editor, seven)
    trash(Subject.COMPANY, seven[1:3], by=admin)
    db.session.commit()
    Worker().work()
    assert names(whole(pk)) == [f"Écluse {number}" for number in (1, 4, 5, 6, 7)]
    assert job_of(pk).report == {"changed": 5, "refused": {"gone": 2}}
    assert "2 fiches supprimées entre-temps." in editor.get(f"/jobs/{pk}/").text
    assert [entry.subject_id for entry in entries()] == [seven[0], *seven[3:]]


def test_where_all_are_gone_there_is_no_file(
    login_as: SignIn, seven: list[int], admin: Any
) -> None:
    editor = login_as("editor")
    pk = asked(editor, seven)
    trash(Subject.COMPANY, seven, by=admin)
    db.session.commit()
    Worker().work()
    assert job_of(pk).state == State.DONE
    page = editor.get(f"/jobs/{pk}/").text
    assert "Aucune fiche imprimée." in page
    assert "Télécharger" not in page
    assert download(editor, pk) == 404


def test_one_sheet_that_cannot_be_laid_out_does_not_stop_the_others(
    login_as: SignIn, seven: list[int], monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    def failing(company: Company, *args: Any, **options: Any) -> bytes:
        if company.id == seven[2]:
            raise RuntimeError(f"{company.name} cannot be rendered")
        return company_pdf(company, *args, **options)

    declared = printjobs.DECLARED[Subject.COMPANY]
    monkeypatch.setitem(printjobs.DECLARED, Subject.COMPANY, replace(declared, pdf=failing))
    editor = login_as("editor")
    pk = printed(editor, seven)
    assert len(whole(pk).pages) == 6
    assert "1 fiche n’a pas pu être mise en page." in editor.get(f"/jobs/{pk}/").text
    assert f"Company {seven[2]} cannot be printed" in caplog.text
    assert "Écluse" not in caplog.text
    assert seven[2] not in {entry.subject_id for entry in entries()}


# ---- the pop-up


def test_the_pop_up_says_what_will_be_done(login_as: SignIn, seven: list[int]) -> None:
    client: FlaskClient = login_as("reader")
    page = client.get(f"{COMPANIES}bulk/print", headers=DIALOG)
    form = parse(page.text).one("form")
    assert form.attributes["action"] == f"{COMPANIES}bulk/print"
    assert "7 jours pour le télécharger" in form.text
    assert form.all(data_bulk_aside="200")
    # Without the list there is nothing to print.
    assert client.get(f"{COMPANIES}bulk/print").headers["Location"] == COMPANIES


def test_a_company_is_named_as_it_is_when_it_is_printed(
    login_as: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    company = make_company(name="Ancien nom")
    pk = asked(login_as("editor"), [company.id])
    company.name = "Nouveau nom"
    db.session.commit()
    Worker().work()
    assert names(whole(pk)) == ["Nouveau nom"]
