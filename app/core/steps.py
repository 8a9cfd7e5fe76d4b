"""A form inside a form: what is made on the way, such as the company of a new contact.

A box of the form says whether it is made; while it is not ticked, its fields are neither asked
nor checked, and what stands in them stays there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wtforms import Form, FormField


class Step(Form):
    """The fields of a record made on the way, all of which go to its operation."""

    def values(self) -> dict[str, Any]:
        return {name: field.data for name, field in self._fields.items()}


class StepField(FormField):
    """A Step within a form; its fields bear its name before theirs: « company-siren ».

    `switch` is the name of the box that says whether the record is made.
    """

    drawn_as = "step"

    def __init__(self, step: type[Step], *, switch: str, **kwargs: Any) -> None:
        super().__init__(step, **kwargs)
        self.switch = switch

    def validate(self, form: Any, extra_validators: Sequence[Any] = ()) -> bool:
        if not form[self.switch].data:
            return True
        return bool(super().validate(form, extra_validators))
