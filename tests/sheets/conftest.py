"""Selections to print, asked for as the list does."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.core.submissions import new_key
from app.extensions import db
from app.history.actions import Action
from app.history.models import HistoryEntry
from app.jobs.models import Job
from app.jobs.runner import Worker
from app.sheets import printstore
from tests.factories import make_company

COMPANIES, CONTACTS = "/crm/companies/", "/crm/contacts/"
SignIn = Callable[[str], FlaskClient]


@pytest.fixture(autouse=True)
def own_folder(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What is printed here lies apart; the pictures of sheets stay where they are."""
    monkeypatch.setitem(app.config, "DATA_FOLDER", tmp_path)
    return tmp_path / "printed"


@pytest.fixture
def seven(app: Flask) -> list[int]:
    return [make_company(name=f"Écluse {number}").id for number in range(1, 8)]


def ask(
    client: FlaskClient, ids: Sequence[int], where: str = COMPANIES, **form: str
) -> TestResponse:
    """« Imprimer » in the pop-up."""
    sent = {"key": new_key(), "ids": ",".join(map(str, ids)), **form}
    return client.post(f"{where}bulk/print", data=sent)


def asked(client: FlaskClient, ids: Sequence[int], where: str = COMPANIES) -> int:
    """The number of the job that was asked for."""
    answer = ask(client, ids, where)
    assert answer.status_code == 303, answer.text
    return int(answer.headers["Location"].rstrip("/").rpartition("/")[2])


def printed(client: FlaskClient, ids: Sequence[int], where: str = COMPANIES) -> int:
    pk = asked(client, ids, where)
    assert Worker().work() is True
    return pk


def job_of(pk: int) -> Job:
    return db.session.get_one(Job, pk, populate_existing=True)


def download(client: FlaskClient, pk: int) -> int:
    """What the server says to who asks for a job's file."""
    with client.get(f"/jobs/{pk}/file") as answer:
        return answer.status_code


def fetched(client: FlaskClient, pk: int) -> PdfReader:
    with client.get(f"/jobs/{pk}/file") as answer:
        assert answer.status_code == 200
        assert answer.mimetype == "application/pdf"
        return PdfReader(io.BytesIO(answer.get_data()))


def whole(pk: int) -> PdfReader:
    return PdfReader(printstore.file_of(pk))


def texts(reader: PdfReader) -> list[str]:
    """The text of each page, on one line, with plain spaces."""
    return [
        " ".join(page.extract_text().replace("\u00a0", " ").replace("\u202f", " ").split())
        for page in reader.pages
    ]


def body(page: str) -> str:
    """A page's text without its foot."""
    return re.sub(r"Imprimé le .+? Exemple |Page \d+ / \d+", "", page).strip()


def numbers(pages: Sequence[str]) -> list[str]:
    """What each page says of its place."""
    found = [re.findall(r"Page (\d+ / \d+)", page) for page in pages]
    assert all(len(each) == 1 for each in found)
    return [each[0] for each in found]


def names(reader: PdfReader) -> list[str]:
    """The bookmarks: a sheet each."""
    return [str(item.title) for item in reader.outline if not isinstance(item, list)]


def entries() -> list[HistoryEntry]:
    found = select(HistoryEntry).where(HistoryEntry.action == Action.PRINTED)
    return list(db.session.scalars(found.order_by(HistoryEntry.id)))
