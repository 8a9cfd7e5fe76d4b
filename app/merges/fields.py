"""What of two sheets is chosen between, field by field: as data, in one place for each module.

A field that only one of the two has is taken without asking; fields that make sense together
(a SIREN and why there is none, an address) are chosen together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from app.history.actions import FIELDS

# What a choice says.
KEPT, MERGED, BOTH = "kept", "merged", "both"
LONGEST_TEXT = 10_000
PLACE = ("company_id", "establishment_id", "job_title", "job_function", "department")


@dataclass(frozen=True)
class Group:
    """Fields that are chosen together. `must` asks the person where both sheets have one, instead
    of taking that of the sheet that is kept; `both` may join the two texts."""

    fields: tuple[str, ...]
    label: LazyString
    must: bool = False
    both: bool = False

    @property
    def name(self) -> str:
        return self.fields[0]

    def values(self, record: Any) -> tuple[Any, ...]:
        return tuple(getattr(record, field) for field in self.fields)

    def has(self, record: Any) -> bool:
        """Whether a sheet says something here. Of fields one of which must be chosen, the first
        counts: why there is no SIREN is nothing against a SIREN."""
        values = self.values(record)[: 1 if self.must else None]
        return any(value not in (None, "", False) for value in values)


def _group(*fields: str, **how: Any) -> Group:
    return Group(fields, FIELDS[fields[0].removesuffix("_id")], **how)


COMPANY_GROUPS = (
    _group("name"),
    _group("acronym"),
    _group("siren", "no_siren_reason", must=True),
    _group("country", "foreign_number"),
    _group("rna"),
    _group("legal_form_code"),
    _group("headcount_code", "headcount_year"),
    _group("sector_id"),
    _group("naf_code", "naf_nomenclature"),
    _group("turnover"),
    _group("share_capital"),
    _group("website"),
    _group("phone"),
    _group("email"),
    _group("parent_id"),
    _group("logo_id"),
    _group("description", both=True),
)
CONTACT_GROUPS = (
    _group("civility"),
    _group("first_name"),
    _group("last_name"),
    _group("email"),
    _group("phone"),
    _group("mobile"),
    Group(PLACE, _l("Entreprise et fonction")),
    _group("signs_agreements"),
    _group("account_id", must=True),
    _group("personal_email"),
    _group("personal_phone"),
    _group("personal_address", "personal_postal_code", "personal_city", "personal_country"),
    _group("photo_id"),
    _group("description", both=True),
)
GROUPS: Mapping[str, tuple[Group, ...]] = {"company": COMPANY_GROUPS, "contact": CONTACT_GROUPS}


def is_open(group: Group, kept: Any, merged: Any) -> bool:
    """Whether the two sheets say different things, so that somebody has to choose."""
    return group.has(kept) and group.has(merged) and group.values(kept) != group.values(merged)


def chosen(group: Group, kept: Any, merged: Any, choice: str) -> dict[str, Any]:
    """The values that the sheet which is kept has afterwards."""
    if group.both and choice == BOTH and is_open(group, kept, merged):
        text = f"{getattr(kept, group.name)}\n\n{getattr(merged, group.name)}"
        return {group.name: text[:LONGEST_TEXT]}
    takes = not group.has(kept) or (choice == MERGED and is_open(group, kept, merged))
    source = merged if takes and group.has(merged) else kept
    return dict(zip(group.fields, group.values(source), strict=True))
