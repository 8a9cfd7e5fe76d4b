"""From a search that found no contact to the form that adds it."""

from __future__ import annotations

from flask_babel import gettext as _

from app.core.errors import InvalidValue
from app.core.presets import Preset
from app.core.web import parse_email


def preset_of(q: str) -> Preset | None:
    """What the form « Ajouter un contact » takes from a search; None where nothing fits.

    Of several words the first is taken for the first name, as people write their name.
    """
    q = " ".join(q.split())
    if "@" in q:
        return _by_email(q)
    if not any(char.isalpha() for char in q):
        return None
    first, _space, rest = q.partition(" ")
    names = {"first_name": first, "last_name": rest} if rest else {"last_name": q}
    return Preset(_("Ajouter le contact « %(name)s »", name=q), names)


def _by_email(q: str) -> Preset | None:
    try:
        email = parse_email(q)
    except InvalidValue:
        return None
    return Preset(_("Ajouter le contact « %(name)s »", name=email), {"email": email})
