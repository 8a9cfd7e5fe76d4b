"""The pop-up « Ajouter une photo »: who may, what it takes, what it says."""

from __future__ import annotations

import io

import pytest
from sqlalchemy import func, select

from app.extensions import db
from app.history.actions import Subject
from app.history.models import HistoryEntry
from app.images import store
from app.images.decoding import HEAVIEST, Size
from app.images.models import Image
from tests.images.conftest import KINDS, LoginAs, Send, address, borne, image_of, make
from tests.images.samples import opened, picture
from tests.pages import dialog_errors, parse

DIALOG = {"HX-Request": "true", "HX-Target": "dialog"}
MAY = {"editor": 303, "manager": 303, "admin": 303, "reader": 403, "student": 403}


def entries(record) -> int:
    """Lines of the history about the record's picture."""
    of_picture = HistoryEntry.action.like("logo_%") | HistoryEntry.action.like("photo_%")
    statement = select(func.count()).where(HistoryEntry.subject_id == record.id, of_picture)
    return db.session.scalar(statement) or 0


@KINDS
@pytest.mark.parametrize(("username", "status"), MAY.items())
def test_who_may_set_and_remove(send: Send, login_as: LoginAs, subject, username, status):
    record = make(subject)
    assert send(record, picture(), by=username).status_code == status
    assert (borne(record) is not None) == (status == 303)
    if borne(record) is None:
        send(record, picture(), by="admin")
    gone = login_as(username).post(address(record, "image", borne(record), "remove"))
    assert gone.status_code == status
    assert (borne(record) is None) == (status == 303)


@KINDS
def test_the_sheet_offers_what_one_may(send: Send, login_as: LoginAs, subject):
    record = make(subject)
    pages = {name: login_as(name).get(address(record, "")).text for name in ("editor", "reader")}
    assert "Ajouter une photo" in pages["editor"]
    assert "Ajouter une photo" not in pages["reader"]
    send(record, picture())
    source = address(record, "image", borne(record), "large")
    for name in ("editor", "reader"):
        page = parse(login_as(name).get(address(record, "")).text)
        assert page.one("img", css="portrait").attributes["src"] == source
        tools = page.all(css="portrait-box__tools")
        assert bool(tools) == (name == "editor")


@KINDS
def test_the_pop_up_and_the_page_are_the_same_form(send: Send, login_as: LoginAs, subject):
    record, editor = make(subject), login_as("editor")
    send(record, picture())
    for headers in ({}, DIALOG):
        answer = editor.get(address(record, "image"), headers=headers)
        form = parse(answer.text).one("form", data_portrait_editor=None)
        assert form.attributes["enctype"] == "multipart/form-data"
        assert form.one("input", name="seen").attributes["value"] == str(borne(record))
        assert ("<html" in answer.text) == (not headers)


def test_a_photo_is_square_and_a_logo_keeps_its_shape(send: Send):
    for subject, size in ((Subject.COMPANY, (400, 300)), (Subject.CONTACT, (300, 300))):
        record = make(subject)
        assert send(record, picture()).status_code == 303
        assert (image_of(record).width, image_of(record).height) == size


def test_the_part_that_was_chosen_is_kept(send: Send):
    record = make(Subject.CONTACT)
    chosen = {"left": "0", "top": "0", "right": "0.25", "bottom": "0.333333"}
    send(record, picture(), **chosen)
    image = image_of(record)
    assert (image.width, image.height) == (100, 100)
    large = opened(store.read(image.sha256, Size.LARGE) or b"")
    assert large.getpixel((50, 50))[0] > 240  # type: ignore[index]  # Red, at the left.


@pytest.mark.parametrize(
    "edges",
    [
        ("x", "0", "1", "1"), ("0", "", "1", "1"), ("1", "0", "0", "1"), ("0", "0", "0", "0"),
        ("nan", "0", "1", "1"), ("-inf", "0", "inf", "1"), ("0", "0", "1e9", "1"),
    ],
)  # fmt: skip
def test_a_part_that_is_none_is_a_bad_request(send: Send, edges):
    record = make(Subject.COMPANY)
    fields = dict(zip(("left", "top", "right", "bottom"), edges, strict=True))
    assert send(record, picture(), **fields).status_code == 400
    assert send(record, picture(), seen="x").status_code == 400
    assert borne(record) is None


@KINDS
@pytest.mark.parametrize("headers", [{}, DIALOG], ids=["page", "pop-up"])
@pytest.mark.parametrize(
    ("data", "name", "status", "said"),
    [
        (None, "", 422, "Choisissez une image"),
        (b"", "empty.png", 422, "vide"),
        (b"text", "photo.jpg", 422, "n’est pas une image"),
        (b"<svg xmlns='x' onload='alert(1)'/>", "logo.svg", 422, "SVG"),
        (b"%PDF-1.4", "logo.pdf", 422, "PDF"),
        (b"\0" * (HEAVIEST + 1), "big.png", 413, "plus de 5 Mo"),
    ],
    ids=["nothing", "empty", "text", "svg", "pdf", "heavy"],
)
def test_a_refusal_stands_at_the_field(send: Send, subject, headers, data, name, status, said):
    record = make(subject)
    answer = send(record, data, name=name, headers=headers)
    assert answer.status_code == status
    assert said in dialog_errors(answer.text)["file"]
    assert parse(answer.text).one("form", data_portrait_editor=None)
    assert borne(record) is None


def test_a_text_in_the_place_of_a_file_is_no_file(login_as: LoginAs):
    record = make(Subject.COMPANY)
    answer = login_as("editor").post(address(record, "image"), data={"file": "C:\\fakepath"})
    assert answer.status_code == 422
    assert "Choisissez une image" in dialog_errors(answer.text)["file"]


def test_the_name_of_a_file_is_never_shown(send: Send):
    record = make(Subject.COMPANY)
    answer = send(record, b"no picture", name='"><img src=x onerror=alert(1)>.png')
    assert answer.status_code == 422
    assert "onerror" not in answer.text


def test_a_body_that_is_far_too_heavy_has_its_page(send: Send):
    record = make(Subject.COMPANY)
    answer = send(record, b"\0" * (17 * 1024 * 1024))
    assert answer.status_code == 413
    assert "trop lourd" in answer.text


def test_a_double_click_sets_one_picture(send: Send):
    record = make(Subject.COMPANY)
    for _click in range(2):
        assert send(record, picture(), seen="").status_code == 303
    assert entries(record) == 1


@KINDS
def test_two_people_who_replace_at_once_lose_nothing(send: Send, subject):
    record = make(subject)
    send(record, picture())
    seen = borne(record)
    assert send(record, picture("PNG", (90, 90)), by="manager", seen=seen).status_code == 303
    theirs = borne(record)
    late = send(record, picture("PNG", (80, 80)), by="editor", seen=seen, headers=DIALOG)
    assert late.status_code == 409
    assert borne(record) == theirs
    page = parse(late.text)
    assert "Une autre personne" in page.one(css="notice").text
    assert page.one("img", css="portrait").attributes["src"] == address(
        record, "image", theirs, "large"
    )
    # Having seen theirs, one may replace it.
    shown = page.one("input", name="seen").attributes["value"]
    assert send(record, picture("PNG", (80, 80)), seen=shown).status_code == 303
    assert borne(record) not in {seen, theirs}


def test_removing_a_picture_that_one_has_not_seen_is_refused(send: Send, login_as: LoginAs):
    record = make(Subject.COMPANY)
    send(record, picture())
    seen = borne(record)
    send(record, picture("PNG", (90, 90)))
    editor = login_as("editor")
    assert editor.post(address(record, "image", seen, "remove")).status_code == 409
    now = borne(record)
    assert now is not None
    for _click in range(2):
        assert editor.post(address(record, "image", now, "remove")).status_code == 303
    assert borne(record) is None


@KINDS
def test_what_was_done_is_said_and_can_be_taken_back(send: Send, login_as: LoginAs, subject):
    record, editor = make(subject), login_as("editor")
    word = "Logo" if subject is Subject.COMPANY else "Photo"
    sent = {"seen": "", "file": (io.BytesIO(picture()), "a.png")}
    page = editor.post(address(record, "image"), data=sent, follow_redirects=True)
    assert f"{word} ajouté" in page.text
    kept = borne(record)
    page = editor.post(address(record, "image", kept, "remove"), follow_redirects=True)
    assert f"{word} retiré" in page.text
    forms = parse(page.text).one(css="toasts").all("form")
    back = editor.post(forms[0].attributes["action"])
    assert back.status_code == 303
    assert borne(record) == kept
    history = login_as("reader").get(address(record, "history")).text
    for sentence in ("a ajouté l", "a retiré l"):
        assert sentence in history
    assert image_of(record).sha256[:16] not in history


def test_another_person_does_not_take_back_ones_change(send: Send, login_as: LoginAs):
    record = make(Subject.COMPANY)
    send(record, picture(), by="manager")
    from app.history.models import Batch

    batch = db.session.scalars(select(Batch).where(Batch.kind == "image_set")).one()
    where = f"/crm/bin/{batch.id}/undo"
    assert login_as("editor").post(where).status_code == 403
    assert login_as("reader").post(where).status_code == 403
    assert login_as("manager").post(where).status_code == 303
    assert borne(record) is None


@KINDS
def test_a_record_that_is_not_there_has_no_form(login_as: LoginAs, subject):
    where = address(make(subject), "image").replace("/image", "9999/image")
    editor = login_as("editor")
    assert editor.get(where).status_code == 404
    assert editor.post(where, data={"file": (io.BytesIO(picture()), "a.png")}).status_code == 404
    assert editor.post(where + "/1/remove").status_code == 404


def test_a_full_disk_is_said_and_leaves_all_as_it_was(send: Send, monkeypatch: pytest.MonkeyPatch):
    def fail(_picture: object) -> None:
        raise OSError(28, "No space left on device")

    record = make(Subject.COMPANY)
    monkeypatch.setattr(store, "keep", fail)
    answer = send(record, picture(), headers=DIALOG)
    assert answer.status_code == 507
    assert "n’a pas pu être enregistrée" in dialog_errors(answer.text)["file"]
    assert borne(record) is None
    assert db.session.scalars(select(Image)).all() == []
