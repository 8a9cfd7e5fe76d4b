"""The file of a picture: for those who see the sheet, as a picture and nothing else."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from app.accounts.models import Account
from app.bin.operations import trash
from app.extensions import db
from app.history.actions import Subject
from app.images import store
from app.images.decoding import Size
from app.images.models import Image
from app.images.operations import set_image
from tests.images.conftest import (
    FOLDERS,
    KINDS,
    LoginAs,
    Send,
    address,
    borne,
    image_of,
    make,
    read,
)
from tests.images.samples import opened, picture

SEE, NOT = 200, 403
ROLES = {
    "reader": SEE,
    "editor": SEE,
    "manager": SEE,
    "admin": SEE,
    "student": NOT,
    "graduate": NOT,
}


def with_picture(subject: Subject, by: Account):
    record = make(subject)
    set_image(record, read(picture(), subject), subject=subject, seen=None, by=by)
    db.session.commit()
    return record


@KINDS
@pytest.mark.parametrize(("username", "status"), ROLES.items())
def test_who_sees_the_sheet_sees_its_picture(admin, login_as: LoginAs, subject, username, status):
    record = with_picture(subject, admin)
    for size in Size:
        answer = login_as(username).get(address(record, "image", borne(record), size))
        assert answer.status_code == status
        if status == SEE:
            assert answer.data == store.read(image_of(record).sha256, size)
            assert opened(answer.data).format == "WEBP"


@KINDS
def test_a_stranger_is_sent_to_sign_in(admin, app: Flask, subject):
    record = with_picture(subject, admin)
    answer = app.test_client().get(address(record, "image", borne(record), "large"))
    assert answer.status_code == 302
    assert "/login" in answer.location


@KINDS
def test_only_the_picture_that_the_record_bears_is_served(admin, login_as: LoginAs, subject):
    record, bare = with_picture(subject, admin), make(subject)
    image_id, reader = borne(record), login_as("reader")
    wrong = [
        address(bare, "image", image_id, "large"),
        address(record, "image", image_id + 1000, "large"),
        address(record, "image", image_id, "huge"),
        f"{FOLDERS[subject]}/999999/image/{image_id}/large",
        f"{FOLDERS[subject]}/{10**20}/image/{image_id}/large",
        address(record, "image", "..", "large"),
    ]
    assert [reader.get(where).status_code for where in wrong] == [404] * len(wrong)


@KINDS
def test_a_record_in_the_bin_shows_nothing(admin, login_as: LoginAs, subject):
    record = with_picture(subject, admin)
    where = address(record, "image", borne(record), "large")
    trash(subject, [record.id], by=admin)
    db.session.commit()
    assert login_as("admin").get(where).status_code == 404


def test_the_answer_is_a_picture_and_can_do_nothing_else(admin, login_as: LoginAs):
    record = with_picture(Subject.COMPANY, admin)
    answer = login_as("reader").get(address(record, "image", borne(record), "small"))
    assert answer.mimetype == "image/webp"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Content-Disposition"] == "inline"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_a_browser_keeps_it_and_asks_each_time_whether_it_may(admin, login_as: LoginAs):
    record = with_picture(Subject.COMPANY, admin)
    where, reader = address(record, "image", borne(record), "small"), login_as("reader")
    first = reader.get(where)
    assert first.headers["Cache-Control"] == "private, no-cache"
    known = {"If-None-Match": first.headers["ETag"]}
    again = reader.get(where, headers=known)
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["Cache-Control"] == "private, no-cache"
    assert reader.get(where, headers={"If-None-Match": '"other"'}).status_code == 200
    large = reader.get(where.replace("small", "large"), headers=known)
    assert large.status_code == 200
    # Signed out, or without the right, the browser's copy is worth nothing.
    reader.post("/logout/")
    assert reader.get(where, headers=known).status_code == 302
    assert login_as("student").get(where, headers=known).status_code == 403


def test_the_answer_leaves_the_session_as_it_is(admin, login_as: LoginAs):
    """It may come after the answer that signs out: it must not sign in again."""
    record = with_picture(Subject.COMPANY, admin)
    answer = login_as("reader").get(address(record, "image", borne(record), "small"))
    assert "Set-Cookie" not in answer.headers


def test_a_missing_file_is_not_there(admin, login_as: LoginAs):
    record = with_picture(Subject.COMPANY, admin)
    path = store.path_of(image_of(record).sha256, Size.LARGE)
    data = path.read_bytes()
    path.unlink()
    where = address(record, "image", borne(record), "large")
    assert login_as("reader").get(where).status_code == 404
    path.write_bytes(data)
    assert login_as("reader").get(where).status_code == 200


ODD_NAMES = (
    "../../../etc/passwd", "C:\\x.png", 'a"><img src=x onerror=1>.png', "x\0.png", ".htaccess",
    "é" * 300 + ".png", "photo.svg", "x",
)  # fmt: skip


def test_what_was_sent_is_served_under_no_name_of_its_own(send: Send, login_as: LoginAs):
    record = make(Subject.COMPANY)
    for name in ODD_NAMES:
        side = 60 + len(name)
        answer = send(record, picture("PNG", (side, side)), name=name)
        assert answer.status_code == 303, name
    names = {path.name for path in store.folder().rglob("*") if path.is_file()} - {".lock"}
    known = set(db.session.scalars(select(Image.sha256)))
    assert names >= {f"{sha256}-large.webp" for sha256 in known}
    assert all(len(name.partition("-")[0]) == 64 for name in names)
