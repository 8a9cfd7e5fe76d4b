"""The form of a note."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.core.crmform import CrmForm
from app.core.fields import LinesField


class NoteForm(CrmForm):
    names = ("text",)

    text = LinesField(_l("Note"), longest=10_000, rows=4, required=True)
