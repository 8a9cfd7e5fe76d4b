"""Refusals of the domain's rules: what an operation raises, and a form shows at the field."""

from __future__ import annotations

from typing import Any

from flask_babel import LazyString


class Refused(Exception):
    """A rule forbids the deed. `field` is where the form says so; `existing`, where there is
    one, the record that stands in the way, for the page to link to or to restore."""

    def __init__(self, field: str, message: LazyString | str, existing: Any = None) -> None:
        super().__init__(str(field))
        self.field = field
        self.message = message
        self.existing = existing
