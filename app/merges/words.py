"""How the fields of two sheets read, side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from app.companies.forms import show_value as company_value
from app.contacts.forms import show_value as contact_value
from app.merges.fields import Group

_SHOWS: Mapping[str, Callable[[str, Any], str]] = {
    "company": company_value,
    "contact": contact_value,
}
_NAMED = {"parent_id": "parent", "account_id": "account"}


def shown(module: str, group: Group, record: Any) -> str:
    """A group of fields of a sheet as one reads it, a line a field."""
    lines = [_text(module, field, record) for field in group.fields]
    return "\n".join(line for line in lines if line)


def _text(module: str, field: str, record: Any) -> str:
    value = getattr(record, field)
    if value in (None, "", False):
        return ""
    if field in _NAMED:
        return str(getattr(record, _NAMED[field]) or "")
    return str(_SHOWS[module](field, value))
