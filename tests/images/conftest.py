"""A company and a contact, and what is sent to them."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from app.companies.models import Company
from app.contacts.models import Contact
from app.extensions import db
from app.history.actions import Subject
from app.images.decoding import Picture, read_picture
from app.images.models import Image
from app.images.operations import PLACES
from tests.factories import make_company, make_contact

LoginAs = Callable[[str], FlaskClient]
Send = Callable[..., TestResponse]
FOLDERS = {Subject.COMPANY: "/crm/companies", Subject.CONTACT: "/crm/contacts"}
KINDS = pytest.mark.parametrize("subject", list(FOLDERS), ids=["company", "contact"])


def make(subject: Subject) -> Company | Contact:
    return make_company() if subject is Subject.COMPANY else make_contact()


def address(record: Any, *parts: object) -> str:
    """/crm/companies/12/image/3/small, of a company or a contact."""
    subject = Subject.COMPANY if isinstance(record, Company) else Subject.CONTACT
    return "/".join([FOLDERS[subject], str(record.id), *map(str, parts)])


def read(data: bytes, subject: Subject = Subject.COMPANY) -> Picture:
    return read_picture(data, is_photo=subject is Subject.CONTACT)


def borne(record: Any) -> int | None:
    """The id of the picture that a record bears now."""
    db.session.expire_all()
    subject = Subject.COMPANY if isinstance(record, Company) else Subject.CONTACT
    return getattr(record, PLACES[subject].column)


def image_of(record: Any) -> Image:
    return db.session.get_one(Image, borne(record))


@pytest.fixture
def send(app: Flask, login_as: LoginAs) -> Send:
    """send(record, data, by="editor", name="a.png", **fields): what the form sends."""

    def sent(
        record: Any, data: bytes | None, by: str = "editor", name: str = "a.png",
        headers: dict[str, str] | None = None, **fields: Any,
    ) -> TestResponse:  # fmt: skip
        form = {"seen": borne(record) or "", **fields}
        if data is not None:
            form["file"] = FileStorage(io.BytesIO(data), filename=name)
        # Written out here: the client would leave a large one in a file that nobody closes.
        boundary, body = encode_multipart(form)
        return login_as(by).post(
            address(record, "image"), data=body, headers=headers,
            content_type=f"multipart/form-data; boundary={boundary}",
        )  # fmt: skip

    return sent
