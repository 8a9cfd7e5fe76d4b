"""How positions read: in words on pages, and in the history."""

from __future__ import annotations

import re

from flask_babel import LazyString, get_locale
from flask_babel import lazy_gettext as _l

from app.companies.models import Precision
from app.core.geo import plain_degrees

PRECISIONS: dict[str, LazyString] = {
    Precision.EXACT: _l("Position exacte"),
    Precision.STREET: _l("Au niveau de la rue"),
    Precision.LOCALITY: _l("Au niveau du lieu-dit"),
    Precision.COMMUNE: _l("Centre de la commune"),
    Precision.HAND: _l("Placé à la main"),
}
_STORED = re.compile(r"-?\d+(?:\.\d+)?, -?\d+(?:\.\d+)?")


def precision_label(code: str) -> str:
    return str(PRECISIONS.get(code, code))


def format_position(stored: str) -> str:
    """« 47,586092° N ; 1,335947° E » of what plain_position() made, in the reader's language."""
    if not _STORED.fullmatch(stored):
        return stored
    latitude, longitude = (float(part) for part in stored.split(", "))
    return f"{_signed(latitude, 'N', 'S')}\u202f; {_signed(longitude, 'E', _west())}"


def _signed(degrees: float, positive: str, negative: str) -> str:
    shown = degrees_text(abs(degrees))
    return f"{shown}°\u00a0{positive if degrees >= 0 else negative}"


def degrees_text(degrees: float) -> str:
    """« 47,586092 » in French, « 47.586092 » in English, as the fields of a form show it."""
    plain = plain_degrees(degrees)
    return plain.replace(".", ",") if _is_french() else plain


def _is_french() -> bool:
    locale = get_locale()
    return locale is None or locale.language == "fr"


def _west() -> str:
    return "O" if _is_french() else "W"
