"""Reading what the database knows of pictures."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import select

from app.core.listing import ListSpec
from app.extensions import db
from app.history.actions import Subject
from app.images.models import Image
from app.images.operations import PLACES


class StoredImage(NamedTuple):
    """What it takes to serve a picture."""

    sha256: str
    mime: str


def image_borne(spec: ListSpec, subject: Subject, pk: int, image_id: int) -> StoredImage | None:
    """The picture of a record, in one statement: pages ask for many. None where the record is out
    of the scope of its list, or bears another picture."""
    bears = getattr(spec.model, PLACES[subject].column) == Image.id
    row = db.session.execute(
        select(Image.sha256, Image.mime)
        .join(spec.model, bears)
        .where(spec.model.id == pk, Image.id == image_id, *spec.scope())
    ).first()
    return StoredImage(*row) if row is not None else None
