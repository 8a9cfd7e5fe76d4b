"""A picture as a printed sheet holds it."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from app.extensions import db
from app.images import store
from app.images.decoding import Size, as_jpeg
from app.images.models import Image

# Points: the box that a picture is fitted into, about 42 by 25 millimetres.
WIDEST, HIGHEST = 120, 72


@dataclass(frozen=True)
class PrintedImage:
    """A picture inside the document itself (nothing is fetched), and its size in points."""

    source: str
    width: int
    height: int


def printed_image(image_id: int | None) -> PrintedImage | None:
    """The picture of a record for its printed sheet; None where there is none, or its file is gone."""
    image = db.session.get(Image, image_id) if image_id is not None else None
    data = store.read(image.sha256, Size.LARGE) if image is not None else None
    if image is None or data is None:
        return None
    scale = min(WIDEST / image.width, HIGHEST / image.height)
    code = base64.b64encode(as_jpeg(data)).decode("ascii")
    size = (max(1, round(side * scale)) for side in (image.width, image.height))
    return PrintedImage(f"data:image/jpeg;base64,{code}", *size)
