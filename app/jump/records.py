"""The records that « Aller à… » finds, each kind through its own scoped query."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from app.companies import matches as company_matches
from app.companies.queries import pick_companies
from app.companies.queries import picks_of as companies_of
from app.contacts import matches as contact_matches
from app.contacts.queries import pick_contacts
from app.contacts.queries import picks_of as contacts_of
from app.core.picks import Pick
from app.core.reasons import Reason
from app.core.text import search_words
from app.permissions import View
from app.tags.models import Module
from app.tags.offers import pick_tags

MOST = 6
MOST_TAGS = 4

Reasons = Callable[[Sequence[int], Sequence[str], Collection[str]], dict[int, list[Reason]]]


@dataclass(frozen=True)
class Kind:
    """A kind of record that has sheets."""

    key: str
    view: View
    icon: str
    pick: Callable[..., list[Pick]]
    named: Callable[[Sequence[int]], list[Pick]]
    reasons: Reasons
    # The columns that say what a line of the palette shows.
    shown: frozenset[str]


COMPANIES = Kind(
    "company", View.COMPANY, "building", pick_companies, companies_of, company_matches.reasons,
    frozenset({"name", "city", "siren"}),
)  # fmt: skip
CONTACTS = Kind(
    "contact", View.CONTACT, "user", pick_contacts, contacts_of, contact_matches.reasons,
    frozenset({"last_name", "first_name", "company"}),
)  # fmt: skip
KINDS = {kind.key: kind for kind in (COMPANIES, CONTACTS)}


def found(kind: Kind, q: str) -> list[Pick]:
    """The likeliest records, each with where the words were found when its line does not show it."""
    picks = kind.pick(q, limit=MOST)
    why = kind.reasons([int(pick.id) for pick in picks], search_words(q), kind.shown)
    return [_with_reasons(pick, why.get(int(pick.id), [])) for pick in picks]


def _with_reasons(pick: Pick, reasons: Sequence[Reason]) -> Pick:
    told = [f"{one.label} : {one.value}" if one.value else one.label for one in reasons]
    return replace(pick, detail=" · ".join(part for part in (pick.detail, *told) if part))


def found_tags(module: Module, q: str) -> list[Pick]:
    return pick_tags(module, q, limit=MOST_TAGS) if search_words(q) else []


def recent(asked: Sequence[tuple[str, int]], kinds: Collection[str]) -> list[tuple[Kind, Pick]]:
    """The live records among those asked, as (kind, id), of the kinds given; in that order."""
    picks = {
        (key, int(pick.id)): pick
        for key in kinds
        for pick in KINDS[key].named([identity for kind, identity in asked if kind == key])
    }
    return [(KINDS[one[0]], picks[one]) for one in asked if one in picks]
