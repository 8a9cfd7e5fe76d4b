"""The form that puts a site on the map by hand."""

from __future__ import annotations

import re
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import HiddenField

from app.core.errors import InvalidValue
from app.core.fields import ParsedField
from app.core.rules import Refused
from app.places.words import degrees_text

_NUMBER = re.compile(r"[+-]?\d{1,3}(?:[.,]\d{1,15})?")
# « 47.586092, 1.335947 », as other maps give it, pasted in the first field.
_PAIR = re.compile(r"\s*([+\-−]?\d{1,3}\.\d{1,15})\s*[,;\s]\s*([+\-−]?\d{1,3}\.\d{1,15})\s*")


def _degrees(most: int) -> Any:
    def parse(text: str) -> float:
        plain = text.replace("−", "-").removesuffix("°")
        if not _NUMBER.fullmatch(plain) or abs(value := float(plain.replace(",", "."))) > most:
            raise InvalidValue(
                _l("Saisissez un nombre de degrés entre −%(most)s et %(most)s.", most=most)
            )
        return value

    return parse


class PositionForm(FlaskForm):
    """Degrees, WGS 84. `seen` is what seen_of() said when the form was shown."""

    latitude = ParsedField(
        _l("Latitude"), parse=_degrees(90), show=degrees_text, required=True,
        description=_l("Du sud au nord, par exemple 47,586"),
    )  # fmt: skip
    longitude = ParsedField(
        _l("Longitude"), parse=_degrees(180), show=degrees_text, required=True,
        description=_l("D’ouest en est, par exemple 1,336"),
    )  # fmt: skip
    seen = HiddenField()

    @classmethod
    def sent(cls, posted: MultiDict[str, str]) -> PositionForm:
        """The form that was posted, with a pair of coordinates parted into both fields."""
        pair = _PAIR.fullmatch(posted.get("latitude", ""))
        if pair is None or posted.get("longitude", "").strip():
            return cls(formdata=posted)
        latitude, longitude = pair.groups()
        both = {"latitude": latitude, "longitude": longitude}
        return cls(formdata=MultiDict({**posted.to_dict(), **both}))

    def refuse(self, refusal: Refused) -> None:
        """Say a rule's refusal at its field, else above the form."""
        if refusal.field in self._fields:
            self[refusal.field].errors = [str(refusal.message)]
        else:
            self.form_errors.append(str(refusal.message))
