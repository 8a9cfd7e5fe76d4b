"""Forms of the pop-ups: a one-time key, what was shown when they opened, and the way back
from a clash of two people."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField

from app.core.listing import BadQuery
from app.core.merge import Clash
from app.core.rules import Refused
from app.core.submissions import new_key

Show = Callable[[str, Any], str]


def _is_plain(value: Any) -> bool:
    return value is None or isinstance(value, str | int)


class CrmForm(FlaskForm):
    """A form of stored values. `names` are the fields that go to the operation."""

    key = HiddenField()
    base = HiddenField()
    seen = HiddenField()

    names: tuple[str, ...] = ()

    def prepare(self, stored: Mapping[str, Any] | None = None) -> None:
        """Before it is first shown: a fresh key, and the stored values as its base."""
        self.key.data = new_key()
        self.base.data = json.dumps(dict(stored or {}))

    def values(self) -> dict[str, Any]:
        return {name: self[name].data for name in self.names}

    def base_values(self) -> dict[str, Any]:
        """The values that the form showed when it was opened."""
        return self._read(self.base)

    def _read(self, field: HiddenField) -> dict[str, Any]:
        try:
            values = json.loads(field.data or "{}")
        except (ValueError, RecursionError):
            values = None
        if not isinstance(values, dict) or not all(map(_is_plain, values.values())):
            raise BadQuery(_l("Le formulaire est incomplet : rouvrez la fiche, puis recommencez."))
        return values

    def settle(self, choices: Mapping[str, str]) -> None:
        """Follow the answers to a clash; a field without an answer will clash again.

        Whoever chose has seen the other's value: it becomes the base that theirs is compared to.
        """
        base = self.base_values()
        for name, shown in self._read(self.seen).items():
            answer = choices.get(f"keep-{name}")
            if name not in self.names or answer not in {"mine", "theirs"}:
                continue
            base[name] = shown
            if answer == "theirs":
                self._put(name, shown)
        self._put("base", json.dumps(base))
        self.follow()

    def follow(self) -> None:
        """Bring choices that depend on a field into line, once the field was filled anew."""

    def _put(self, name: str, value: Any) -> None:
        """Put a stored value in a field, as if nothing had been typed there."""
        self[name].process(None, value)
        self[name].raw_data = None

    def clash(self, clashes: list[Clash], theirs: Mapping[str, Any], show: Show) -> list[Any]:
        """Show the form again with the three values of each field that two people changed.

        What I typed stays, and what they alone changed comes in, so that saving again keeps
        it. A clashing field keeps its old base, and clashes again until it is answered.
        """
        base = self.base_values()
        clashing = {clash.field for clash in clashes}
        for name in self.names:
            if name not in clashing and self[name].data == base.get(name):
                self._put(name, theirs.get(name))
        kept = {name: base.get(name) for name in clashing}
        self._put("base", json.dumps({**theirs, **kept}))
        self._put("seen", json.dumps({name: theirs.get(name) for name in clashing}))
        self.follow()
        return [
            (
                self[clash.field].label.text,
                show(clash.field, clash.before),
                show(clash.field, clash.mine),
                show(clash.field, clash.theirs),
                clash.field,
            )
            for clash in clashes
        ]

    def refuse(self, refusal: Refused) -> None:
        """Say a rule's refusal at its field, else above the form."""
        field = self._named(refusal.field)
        if field is not None:
            field.errors = [*field.errors, str(refusal.message)]
        else:
            self.form_errors.append(str(refusal.message))

    def _named(self, name: str) -> Any:
        """A field of the form, or of a step of it (« company-siren »); None where it has none."""
        step, dash, inner = name.partition("-")
        if not dash:
            return self._fields.get(name)
        return self._fields[step].form._fields.get(inner) if step in self._fields else None
