"""A form that opens with values that the address gives: what a search found nothing for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.core.errors import InvalidValue


@dataclass(frozen=True)
class Preset:
    """What a link that adds a record says, and the fields that it fills in."""

    label: str
    values: Mapping[str, Any] = field(default_factory=dict)


def preset(form: Any, names: Iterable[str], args: Mapping[str, str]) -> None:
    """Put what the address holds for these fields into a form that nobody has filled in yet.

    A value that the field cannot take is left out: the person types it.
    """
    for name in names:
        try:
            line = form[name].clean(args.get(name, ""))
            form[name].data = form[name].parse(line) if line else form[name].data
        except InvalidValue:
            continue
