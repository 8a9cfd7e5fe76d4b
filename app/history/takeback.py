"""A line of the history as values that an operation takes, so that a change can be put back."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from app.history.models import HistoryValue

Change = dict[str, tuple[Any, Any]]


def change_of(
    values: Sequence[HistoryValue],
    *,
    fields: Collection[str],
    related: Mapping[str, str],
    numbers: Collection[str] = (),
    switches: Collection[str] = (),
) -> Change:
    """The old and the new value of each field of a line, of the type that is stored.

    `related` names the field of the id of a related record, by its name in the history. {} where
    a value is not one of `fields`, or was erased: half a line is not put back.
    """
    change: Change = {}
    for value in values:
        name = related.get(value.field, value.field)
        if value.erased_at is not None or name not in fields:
            return {}
        if value.field in related:
            change[name] = (value.old_ref, value.new_ref)
        else:
            change[name] = _typed(value, name in numbers, name in switches)
    return change


def _typed(value: HistoryValue, is_number: bool, is_switch: bool) -> tuple[Any, Any]:
    old, new = value.old_value, value.new_value
    if is_number:
        return int(old) if old else None, int(new) if new else None
    return (old == "1", new == "1") if is_switch else (old, new)
