"""The form « Ajouter une photo »: a file, and the part of it to keep."""

from __future__ import annotations

import math

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import HiddenField

from app.core.ids import is_id
from app.core.listing import BadQuery
from app.images.decoding import HEAVIEST, Window

# What a file chooser offers; phones then make a JPEG of their own formats.
ACCEPTED = "image/jpeg,image/png,image/webp,image/gif"
EDGES = ("left", "top", "right", "bottom")
# A window is never far beyond the picture: at most this many times its size.
FARTHEST = 1_000.0


class ImageForm(FlaskForm):
    """`seen` is the id of the picture that was shown; the edges are shares of the new one's size,
    blank without a script: its middle is kept then."""

    seen = HiddenField()
    left = HiddenField()
    top = HiddenField()
    right = HiddenField()
    bottom = HiddenField()
    file = FileField(_l("Image"))

    def seen_id(self) -> int | None:
        """The picture that was shown, None for none. Raises BadQuery."""
        text = self.seen.data or ""
        if text and not is_id(text):
            raise BadQuery(_l("Le formulaire est incomplet : rouvrez-le, puis recommencez."))
        return int(text) if text else None

    def window(self) -> Window | None:
        """The part to keep, None where it was not said. Raises BadQuery."""
        texts = [self[edge].data or "" for edge in EDGES]
        if not any(texts):
            return None
        try:
            left, top, right, bottom = map(float, texts)
        except ValueError:
            left = top = right = bottom = math.nan
        window = Window(left, top, right, bottom)
        # Comparisons with « not a number » are false.
        within = all(abs(edge) <= FARTHEST for edge in (left, top, right, bottom))
        if not (within and left < right and top < bottom):
            raise BadQuery(_l("Le cadrage n’est pas valable : choisissez à nouveau l’image."))
        return window

    def bytes(self) -> bytes:
        """What was sent, b"" for nothing; of what is too heavy, enough to be seen to be."""
        sent = self.file.data
        return bytes(sent.stream.read(HEAVIEST + 1)) if sent else b""
