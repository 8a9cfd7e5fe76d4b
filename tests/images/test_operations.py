"""Setting, replacing, removing and taking back the picture of a record."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app.accounts.models import Account
from app.bin.operations import restore, trash, undo
from app.companies.models import Company
from app.core.rules import Refused
from app.extensions import db
from app.history.actions import SENTENCES, Action, Subject
from app.history.models import HistoryEntry, HistoryValue
from app.images import store
from app.images.decoding import Size
from app.images.models import Image
from app.images.operations import ImageChanged, image_id_of, remove_image, set_image
from tests.factories import make_company
from tests.images.conftest import KINDS, borne, image_of, make, read
from tests.images.samples import picture, transparent

FIRST, SECOND = picture(), picture("JPEG", (90, 60))


def put(record, data, by, subject, seen=None):
    """Set a picture as the form does, and store it."""
    batch = set_image(record, read(data, subject), subject=subject, seen=seen, by=by)
    db.session.commit()
    return batch


def lines(record, subject: Subject) -> list[str]:
    """The actions on a record's picture, oldest first."""
    statement = select(HistoryEntry.action).where(
        HistoryEntry.subject_kind == subject, HistoryEntry.subject_id == record.id
    )
    found = db.session.scalars(statement.order_by(HistoryEntry.id))
    return [action for action in found if action.startswith(("logo_", "photo_"))]


@KINDS
def test_a_picture_is_set_replaced_and_removed_each_with_its_line(editor: Account, subject):
    record = make(subject)
    put(record, FIRST, editor, subject)
    first = borne(record)
    put(record, SECOND, editor, subject, seen=first)
    second = borne(record)
    assert first != second
    remove_image(record, subject=subject, seen=second, by=editor)
    db.session.commit()
    assert borne(record) is None
    kind = "logo" if subject is Subject.COMPANY else "photo"
    assert lines(record, subject) == [f"{kind}_added", f"{kind}_replaced", f"{kind}_removed"]
    values = db.session.execute(
        select(HistoryValue.old_value, HistoryValue.new_value, HistoryValue.old_ref, HistoryValue.new_ref)
        .where(HistoryValue.field == kind)
        .order_by(HistoryValue.id)
    ).all()  # fmt: skip
    assert values == [
        (None, "image", None, first),
        ("image", "image", first, second),
        ("image", None, second, None),
    ]


def test_each_action_has_its_sentence():
    of_pictures = [action for action in Action if action.startswith(("logo_", "photo_"))]
    assert len(of_pictures) == 6
    assert len({str(SENTENCES[action]) for action in of_pictures}) == 6


def test_the_record_says_who_changed_it_and_its_version_moves(editor: Account):
    company = make_company()
    before, version = company.updated_at, company.version
    put(company, FIRST, editor, Subject.COMPANY)
    assert company.updated_by_id == editor.id
    assert company.updated_at > before
    assert company.version > version


def test_the_row_says_what_was_kept(editor: Account):
    company = make_company()
    put(company, transparent((300, 100)), editor, Subject.COMPANY)
    image = image_of(company)
    assert (image.width, image.height, image.mime) == (300, 100, "image/webp")
    assert image.byte_count == store.path_of(image.sha256, Size.LARGE).stat().st_size
    assert image.created_by_id == editor.id
    assert store.missing(image.sha256) == []


def test_an_offer_counts_the_logo(editor: Account):
    company = make_company()
    before = company.completeness
    put(company, FIRST, editor, Subject.COMPANY)
    with_logo = db.session.get_one(Company, company.id).completeness
    assert with_logo > before
    remove_image(company, subject=Subject.COMPANY, seen=borne(company), by=editor)
    db.session.commit()
    assert db.session.get_one(Company, company.id).completeness == before


@KINDS
def test_the_same_picture_again_changes_nothing(editor: Account, subject):
    record = make(subject)
    put(record, FIRST, editor, subject)
    assert put(record, FIRST, editor, subject, seen=None) is None
    assert len(lines(record, subject)) == 1


def test_two_records_with_the_same_picture_share_it(editor: Account):
    one, other = make_company(), make_company()
    put(one, FIRST, editor, Subject.COMPANY)
    put(other, FIRST, editor, Subject.COMPANY)
    assert borne(one) == borne(other)
    assert db.session.scalar(select(func.count()).select_from(Image)) == 1


@KINDS
def test_a_picture_that_another_person_changed_is_not_overwritten(
    editor: Account, manager, subject
):
    record = make(subject)
    put(record, FIRST, manager, subject)
    theirs = borne(record)
    with pytest.raises(ImageChanged) as changed:
        put(record, SECOND, editor, subject, seen=None)
    assert changed.value.current == theirs
    with pytest.raises(ImageChanged):
        remove_image(record, subject=subject, seen=theirs + 1000, by=editor)
    assert borne(record) == theirs


@KINDS
def test_removing_twice_removes_once(editor: Account, subject):
    record = make(subject)
    put(record, FIRST, editor, subject)
    seen = borne(record)
    assert remove_image(record, subject=subject, seen=seen, by=editor) is not None
    assert remove_image(record, subject=subject, seen=seen, by=editor) is None


# ---- taking back


@KINDS
def test_each_change_is_taken_back(editor: Account, subject):
    record = make(subject)
    added = put(record, FIRST, editor, subject)
    first = borne(record)
    replaced = put(record, SECOND, editor, subject, seen=first)
    second = borne(record)
    undo(replaced, by=editor)
    assert image_id_of(record, subject) == first
    put(record, SECOND, editor, subject, seen=first)
    removed = remove_image(record, subject=subject, seen=second, by=editor)
    undo(removed, by=editor)
    assert image_id_of(record, subject) == second
    with pytest.raises(Refused):  # It was replaced since.
        undo(added, by=editor)
    alone = make(subject)
    undo(put(alone, FIRST, editor, subject), by=editor)
    assert borne(alone) is None


def test_taking_back_is_refused_once_the_picture_or_the_record_is_gone(editor: Account):
    company = make_company()
    put(company, FIRST, editor, Subject.COMPANY)
    removed = remove_image(company, subject=Subject.COMPANY, seen=borne(company), by=editor)
    db.session.delete(db.session.scalars(select(Image)).one())
    db.session.commit()
    with pytest.raises(Refused, match="batch"):
        undo(removed, by=editor)
    set_again = put(company, SECOND, editor, Subject.COMPANY)
    trash(Subject.COMPANY, [company.id], by=editor)
    db.session.commit()
    with pytest.raises(Refused, match="batch"):
        undo(set_again, by=editor)


@KINDS
def test_a_record_comes_back_from_the_bin_with_its_picture(manager: Account, subject):
    record = make(subject)
    put(record, FIRST, manager, subject)
    image_id = borne(record)
    batch = trash(subject, [record.id], by=manager)
    db.session.commit()
    restore(batch, by=manager)
    db.session.commit()
    assert borne(record) == image_id
    assert store.missing(image_of(record).sha256) == []
