"""What stands beside the form of a new record: the records that it may be a double of, for those
who may see them; to others only that there are some."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from app.companies.queries import company_name
from app.core.errors import InvalidValue
from app.core.identifiers import format_siren, parse_siret, parse_vat, siren_of_siret, siren_of_vat
from app.core.ids import is_id
from app.duplicates.facts import company_edited, company_of, contact_edited, contact_of
from app.duplicates.modules import MODULES
from app.duplicates.queries import (
    Likely,
    likely_companies,
    likely_contacts,
    live_rows,
    newly_likely,
)
from app.duplicates.rules import LIKELY, Code
from app.duplicates.words import said
from app.permissions import Permission, View
from app.sheets.addresses import sheet_url

# Rights, asked of the security manager: (permission, view) → whether the person has it.
May = Callable[[str, str], bool]
# What tells a record apart.
Details = Callable[[Any], list[str | None]]
# What the form says where the person may not see what was found.
UNSEEN = "unseen"
# The rule of the operation refuses these, with a link to the record that has the number.
REFUSED = frozenset((Code.SAME_SIREN, Code.SAME_SIRET))


@dataclass(frozen=True)
class Candidate:
    """A record that may be the same: its name, what tells it apart, and why it is shown."""

    id: int
    name: str
    url: str
    details: Sequence[str]
    reasons: Sequence[str]
    is_likely: bool


@dataclass(frozen=True)
class Panel:
    """The candidates of a form. `url` answers them anew while one types in the fields `watched`
    (both '' where nothing is to be asked anew);
    `unseen` counts those that the person may not see; `is_question` where saving waits. `step` is
    the step of the form (core/steps.py) that they are about, '' for the form itself."""

    url: str
    watched: str
    step: str = ""
    candidates: Sequence[Candidate] = ()
    unseen: bool = False
    is_question: bool = False

    @property
    def confirmed_name(self) -> str:
        return f"{self.step}-confirmed" if self.step else "confirmed"

    @property
    def confirmed(self) -> str:
        """The hidden field that says, when the form comes back, what was seen before."""
        return UNSEEN if self.unseen else ",".join(str(each.id) for each in self.candidates)

    @property
    def stands_beside(self) -> bool:
        """Whether it has something to show, or will while one types."""
        return bool(self.url or self.candidates or self.unseen)

    @property
    def title(self) -> str:
        count = len(self.candidates)
        if count < 2:
            return _("1 fiche ressemblante") if count else ""
        return _("%(count)s fiches ressemblantes", count=count)


def company_panel(form: Any = None, *, may: May, seen: str | None = None, step: str = "") -> Panel:
    """Beside the form of a new company. With `seen` (what the form came back with, '' for
    nothing) it asks where a likely candidate was not seen before."""
    names = "name acronym siren siret rna foreign_number website phone email city country"
    if step:
        names = " ".join(f"{step}-{name}" for name in names.split())
    panel = Panel(url_for("CompanyDuplicateView.live", step=step or None), names, step)
    if form is None:
        return panel
    likely = likely_companies(company_of(_company_values(form)))
    details = partial(_of_company, counts=may(Permission.LIST, View.CONTACT))
    return _filled(panel, "company", likely, details, may, seen)


def contact_panel(form: Any = None, *, may: May, seen: str | None = None) -> Panel:
    """Beside the form of a new contact; `seen` as for a company."""
    panel = Panel(
        url_for("ContactDuplicateView.live"),
        "first_name last_name civility email phone mobile company_id company_id_text",
    )
    if form is None:
        return panel
    likely = likely_contacts(contact_of(_values(form)))
    details = partial(_of_contact, companies=may(Permission.SHOW, View.COMPANY))
    return _filled(panel, "contact", likely, details, may, seen)


def company_edit_panel(form: Any, pk: int, *, may: May, seen: str) -> Panel | None:
    """The question about a company that its form makes a likely double of one that it was none of
    before; None where there is nothing to ask."""
    facts = company_edited(pk, _company_values(form))
    details = partial(_of_company, counts=may(Permission.LIST, View.CONTACT))
    return _asked("company", *facts, details, may, seen)


def contact_edit_panel(form: Any, pk: int, *, may: May, seen: str) -> Panel | None:
    """The same about a contact."""
    facts = contact_edited(pk, _values(form))
    details = partial(_of_contact, companies=may(Permission.SHOW, View.COMPANY))
    return _asked("contact", *facts, details, may, seen)


def _asked(
    module: str, before: Any, now: Any, details: Details, may: May, seen: str
) -> Panel | None:
    fresh = newly_likely(module, before, now)
    if not fresh:
        return None
    panel = _filled(Panel("", ""), module, fresh, details, may, seen)
    return panel if panel.is_question else None


def _filled(
    panel: Panel, module: str, likely: Sequence[Likely], details: Details, may: May,
    seen: str | None,
) -> Panel:  # fmt: skip
    """The panel with what was found, as far as the person may see it."""
    if not may(Permission.SHOW, MODULES[module].view):
        asks = seen is not None and seen != UNSEEN and any(map(_waits, likely))
        return replace(panel, unseen=bool(likely), is_question=asks)
    rows = live_rows(module, (one.id for one in likely))
    shown = [
        _candidate(one, rows[one.id], sheet_url(module, one.id), details(rows[one.id]))
        for one in likely
        if one.id in rows
    ]
    known = {int(each) for each in (seen or "").split(",") if is_id(each)}
    asks = seen is not None and any(_waits(one) for one in likely if one.id not in known)
    return replace(panel, candidates=shown, is_question=asks)


def _waits(one: Likely) -> bool:
    """Whether saving asks once more before a double is made."""
    codes = {reason.code for reason in one.likeness.reasons}
    return one.likeness.score >= LIKELY and not codes & REFUSED


def _candidate(one: Likely, row: Any, url: str, details: list[str | None]) -> Candidate:
    return Candidate(
        one.id, str(row), url, [each for each in details if each],
        [said(reason) for reason in one.likeness.reasons], one.likeness.score >= LIKELY,
    )  # fmt: skip


def _of_company(company: Any, counts: bool) -> list[str | None]:
    siren = f"SIREN\u00a0{format_siren(company.siren)}" if company.siren else None
    return [company.city, siren, _people(company.contact_count) if counts else None]


def _people(count: int) -> str:
    return (
        _("%(count)s contacts", count=count) if count > 1 else _("%(count)s contact", count=count)
    )


def _of_contact(contact: Any, companies: bool) -> list[str | None]:
    company = company_name(contact.company_id) if companies and contact.company_id else None
    return [company, contact.job_function or contact.job_title, contact.email]


# ---- what a form says, as far as it can be read


def _values(form: Any) -> dict[str, Any]:
    """The values that are readable: a field that is refused says nothing."""
    return {name: None if form[name].errors else form[name].data for name in form.names}


def _company_values(form: Any) -> Mapping[str, Any]:
    values = _values(form)
    if not values.get("siren"):
        values["siren"] = _siren_inside(form.siren.raw_data)
    return values


def _siren_inside(typed: Sequence[str] | None) -> str | None:
    """The SIREN of a SIRET or of a VAT number that was pasted where the SIREN goes."""
    text = typed[0] if typed else ""
    for parse, siren_of in ((parse_siret, siren_of_siret), (parse_vat, siren_of_vat)):
        try:
            return siren_of(parse(text))
        except InvalidValue:
            continue
    return None
