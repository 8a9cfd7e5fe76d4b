"""What can be done with the logo of a company and the photo of a contact. Operations flush and
write the history; the caller commits, and holds the record's lock meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.exc import IntegrityError

from app.accounts.models import Account
from app.core.db import utcnow
from app.core.ids import parts
from app.core.rules import Refused
from app.extensions import db
from app.history.actions import Action, Subject
from app.history.models import Batch, HistoryEntry, HistoryValue
from app.history.operations import Named, open_batch, record
from app.images import store
from app.images.decoding import MIME, Picture, Size
from app.images.models import Image
from app.images.signals import image_changed

# Days that a picture which no record bears any more can be taken back: as long as the bin's.
KEPT_DAYS = 30
SET, REMOVED = "image_set", "image_removed"
# The history tells that there was a picture, never its name; the word is the same in English.
_LABEL = "image"


@dataclass(frozen=True)
class Place:
    """Where a kind of record bears its picture, and how its history tells of it."""

    field: str
    added: Action
    replaced: Action
    removed: Action

    @property
    def column(self) -> str:
        return f"{self.field}_id"

    def action(self, before: int | None, after: int | None) -> Action:
        if after is None:
            return self.removed
        return self.added if before is None else self.replaced


PLACES: dict[Subject, Place] = {
    Subject.COMPANY: Place("logo", Action.LOGO_ADDED, Action.LOGO_REPLACED, Action.LOGO_REMOVED),
    Subject.CONTACT: Place(
        "photo", Action.PHOTO_ADDED, Action.PHOTO_REPLACED, Action.PHOTO_REMOVED
    ),
}


class ImageChanged(Exception):
    """Another person changed the picture since the form was opened; `current` is its id now."""

    def __init__(self, current: int | None) -> None:
        super().__init__(current)
        self.current = current


def image_id_of(record_: Any, subject: Subject) -> int | None:
    """The id of the picture that a record bears."""
    image_id: int | None = getattr(record_, PLACES[subject].column)
    return image_id


def set_image(
    record_: Any, picture: Picture, *, subject: Subject, seen: int | None, by: Account
) -> Batch | None:
    """Give a record its picture; None where it bears the same one already (a double click).

    `seen` is the id of the picture that the form showed: ImageChanged where it is another one
    now. Raises OSError where the files cannot be written; then nothing is stored.
    """
    current = image_id_of(record_, subject)
    if current is not None and db.session.get_one(Image, current).sha256 == picture.sha256:
        return None
    if current != seen:
        raise ImageChanged(current)
    return _change(record_, keep_image(picture, by=by).id, subject=subject, by=by)


def remove_image(record_: Any, *, subject: Subject, seen: int, by: Account) -> Batch | None:
    """Take a record's picture away; None where it bears none any more.

    Raises ImageChanged where it bears another one than `seen`.
    """
    current = image_id_of(record_, subject)
    if current is None:
        return None
    if current != seen:
        raise ImageChanged(current)
    return _change(record_, None, subject=subject, by=by)


def keep_image(picture: Picture, *, by: Account | None) -> Image:
    """The row of a picture, the files first: a row never names a file that is not there."""
    store.keep(picture)
    return _known(picture.sha256) or _new(picture, by)


def _known(sha256: str) -> Image | None:
    """The row of a picture that is there already. Its use is noted, which keeps it from those
    who collect until this transaction ends."""
    statement = update(Image).where(Image.sha256 == sha256).values(used_at=utcnow())
    return db.session.scalars(statement.returning(Image)).first()


def _new(picture: Picture, by: Account | None) -> Image:
    image = Image(
        sha256=picture.sha256, mime=MIME, width=picture.width, height=picture.height,
        byte_count=len(picture.files[Size.LARGE]), created_by_id=by.id if by else None,
    )  # fmt: skip
    try:
        with db.session.begin_nested():
            db.session.add(image)
    except IntegrityError:  # Somebody sent the same picture at the same moment.
        known = _known(picture.sha256)
        if known is None:
            raise
        return known
    return image


def _change(
    record_: Any, image_id: int | None, *, subject: Subject, by: Account, undone: Batch | None = None
) -> Batch:  # fmt: skip
    """Bear another picture, or none: one line of history, in a batch that one undo takes back."""
    place, before = PLACES[subject], image_id_of(record_, subject)
    batch = undone or open_batch(
        REMOVED if image_id is None else SET, subject=subject, by=by, label=str(record_)[:200]
    )
    batch.item_count = 1
    setattr(record_, place.column, image_id)
    record_.updated_at, record_.updated_by_id = utcnow(), by.id
    if before is not None:
        db.session.execute(update(Image).where(Image.id == before).values(used_at=utcnow()))
    db.session.flush()
    record(
        place.action(before, image_id), subject=subject, subject_id=record_.id, by=by, batch=batch,
        changes={place.field: (_named(before), _named(image_id))},
    )  # fmt: skip
    image_changed.send(record_)
    return batch


def _named(image_id: int | None) -> Named | None:
    return Named(image_id, _LABEL) if image_id is not None else None


def record_of(batch: Batch) -> int:
    """The id of the record whose picture a batch changed."""
    return db.session.scalars(
        select(HistoryEntry.subject_id).where(HistoryEntry.batch_id == batch.id)
    ).first() or 0  # fmt: skip


def undo_image(batch: Batch, record_: Any, *, by: Account) -> None:
    """Give a record the picture back that it bore before a batch; Refused where it has yet
    another one since, or where that picture is gone."""
    subject = Subject(batch.subject_kind)
    before, after = db.session.execute(
        select(HistoryValue.old_ref, HistoryValue.new_ref)
        .join(HistoryEntry, HistoryEntry.id == HistoryValue.entry_id)
        .where(HistoryEntry.batch_id == batch.id)
        .order_by(HistoryValue.id)
    ).first() or (None, None)  # fmt: skip
    if image_id_of(record_, subject) != after:
        raise Refused("batch", _l("L’image a été changée entre-temps : rien n’a été annulé."))
    if before is not None and _held(before) is None:
        raise Refused("batch", _l("L’image retirée n’est plus conservée : ajoutez-la à nouveau."))
    _change(record_, before, subject=subject, by=by, undone=batch)


def _held(image_id: int) -> Image | None:
    statement = select(Image).where(Image.id == image_id)
    return db.session.scalars(statement.with_for_update(key_share=True)).first()


# ---- collecting


def forget_unused() -> list[str]:
    """Delete the rows of the pictures that nobody bears any more; return their SHA-256.

    Their files go after the commit: see store.strays(). Pictures of records in the bin are
    borne, those removed lately can be taken back.
    """
    gone: list[str] = []
    for ids in parts(_unused_ids()):
        # Locked first, then looked at again: nobody can take one of them up in between.
        held = select(Image.id).where(Image.id.in_(ids)).order_by(Image.id).with_for_update()
        locked = db.session.scalars(held).all()
        statement = delete(Image).where(Image.id.in_(locked), *_unused()).returning(Image.sha256)
        gone += db.session.scalars(statement.execution_options(synchronize_session=False))
    return gone


def has_unused() -> bool:
    """Whether forget_unused() would find a picture."""
    return db.session.scalar(select(Image.id).where(*_unused()).limit(1)) is not None


def _unused_ids() -> list[int]:
    return list(db.session.scalars(select(Image.id).where(*_unused()).order_by(Image.id)))


def _unused() -> Iterator[ColumnElement[bool]]:
    """Whatever table bears pictures is asked, so that none can be forgotten here."""
    yield Image.used_at < utcnow() - timedelta(days=KEPT_DAYS)
    identity = db.metadata.tables[Image.__tablename__].c.id
    for table in db.metadata.sorted_tables:
        for key in table.foreign_keys:
            if key.column is identity:
                yield ~select(table.c.id).where(key.parent == identity).exists()
