"""Whether two records may be the same, how surely and why: the rules, in one place, for creation,
import, API and the scan of the whole base.

Each thing that two records have in common is evidence with a weight, the chance that it alone is
right; together they leave the chance that all are wrong. What sets them apart divides the score.
The weights were set on the labelled pairs of bench/duplicates.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from app.duplicates.facts import CompanyFacts, ContactFacts
from app.duplicates.names import closeness, family_alike, given_alike, name_words, weight

# From here on a record is shown as a candidate; from LIKELY on, saving asks once more.
SHOWN = 50
LIKELY = 80
SURE = 100


class Code(StrEnum):
    """A reason, as it is stored; words.py says it in French."""

    SAME_SIREN = "same_siren"
    SAME_SIRET = "same_siret"
    SAME_RNA = "same_rna"
    SAME_NUMBER = "same_number"
    SAME_NAME = "same_name"
    CLOSE_NAME = "close_name"
    SITE_NAME = "site_name"
    ACRONYM = "acronym"
    SAME_DOMAIN = "same_domain"
    SAME_EMAIL = "same_email"
    SAME_PHONE = "same_phone"
    SAME_MOBILE = "same_mobile"
    SAME_TOWN = "same_town"
    SAME_PERSON = "same_person"
    SWAPPED_NAMES = "swapped_names"
    SAME_COMPANY = "same_company"
    SAME_SITE = "same_site"
    SAME_ACCOUNT = "same_account"
    OTHER_SIREN = "other_siren"
    OTHER_TOWN = "other_town"
    OTHER_COMPANY = "other_company"
    OTHER_FIRST_NAME = "other_first_name"
    OTHER_NAME = "other_name"


AGAINST = frozenset(
    (Code.OTHER_SIREN, Code.OTHER_TOWN, Code.OTHER_COMPANY, Code.OTHER_FIRST_NAME, Code.OTHER_NAME)
)  # fmt: skip


@dataclass(frozen=True)
class Reason:
    """Why two records may be the same, or (AGAINST) may not."""

    code: Code
    values: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {"code": self.code.value, **self.values}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Reason:
        return cls(Code(stored["code"]), {k: v for k, v in stored.items() if k != "code"})


@dataclass(frozen=True)
class Likeness:
    """How surely two records are the same, 0 to 100, and the reasons, the weightiest first."""

    score: int
    reasons: tuple[Reason, ...]


class _Evidence:
    """What speaks for a pair, gathered."""

    def __init__(self) -> None:
        self.found: list[tuple[float, Reason]] = []
        self.factor = 1.0
        self.against: list[Reason] = []

    def add(self, chance: float, code: Code, **values: Any) -> None:
        self.found.append((chance, Reason(code, values)))

    def doubt(self, factor: float, code: Code | None = None) -> None:
        self.factor *= factor
        if code is not None:
            self.against.append(Reason(code))

    def likeness(self) -> Likeness | None:
        wrong = 1.0
        for chance, _reason in self.found:
            wrong *= 1 - chance
        score = round((1 - wrong) * self.factor * 100)
        if not self.found or score <= 0:
            return None
        told = sorted(self.found, key=lambda pair: -pair[0])
        return Likeness(min(score, SURE - 1), (*(reason for _c, reason in told), *self.against))


# ---- companies


def compare_companies(a: CompanyFacts, b: CompanyFacts) -> Likeness | None:
    """None where nothing speaks for it."""
    if certain := _same_number(a, b):
        return Likeness(SURE, certain)
    evidence = _Evidence()
    _compare_names(a, b, evidence)
    has_name = bool(evidence.found)
    if domains := a.domains & b.domains:
        evidence.add(0.6, Code.SAME_DOMAIN, domain=min(domains))
    elif a.emails & b.emails:
        evidence.add(0.6, Code.SAME_EMAIL)
    if a.phones & b.phones:
        evidence.add(0.5, Code.SAME_PHONE)
    has_point = len(evidence.found) > has_name
    _compare_towns(a, b, evidence, has_name=has_name, has_point=has_point)
    if a.siren and b.siren:
        # Two live companies with two SIRENs are seldom one: a group's, or namesakes.
        evidence.doubt(0.45, Code.OTHER_SIREN)
    if a.country != b.country:
        evidence.doubt(0.7)
    return evidence.likeness()


def _same_number(a: CompanyFacts, b: CompanyFacts) -> tuple[Reason, ...]:
    """Numbers that one company alone has."""
    if a.siren and a.siren == b.siren:
        return (Reason(Code.SAME_SIREN),)
    # A SIRET holds the SIREN: typed alone, it names the company too.
    if a.sirets & b.sirets:
        return (Reason(Code.SAME_SIRET),)
    if b.siren in _sirens(a) or a.siren in _sirens(b):
        return (Reason(Code.SAME_SIREN),)
    if a.rna and a.rna == b.rna:
        return (Reason(Code.SAME_RNA),)
    if a.foreign_number and (a.foreign_number, a.country) == (b.foreign_number, b.country):
        return (Reason(Code.SAME_NUMBER),)
    return ()


def _sirens(facts: CompanyFacts) -> set[str | None]:
    return {siret[:9] for siret in facts.sirets}


def _compare_names(a: CompanyFacts, b: CompanyFacts, evidence: _Evidence) -> None:
    alike = closeness(a.words, b.words)
    # Nothing but words that many share, « Conseil & Services », tells less.
    telling = 1.0 if any(weight(word) == 1 for word in a.words) else 0.85
    if alike == 1.0:
        evidence.add(0.8 * telling, Code.SAME_NAME)
        return
    if alike < 0.9 and (shorts := _short_for(a, b)):
        evidence.add(0.65, Code.ACRONYM, acronym=max(shorts, key=len).upper())
    elif alike >= 0.72:
        evidence.add(_chance(alike) * telling, Code.CLOSE_NAME, percent=round(alike * 100))
    elif (named := _by_site_names(a, b)) > 0.9:
        evidence.add(0.6 * named, Code.SITE_NAME)


def _short_for(a: CompanyFacts, b: CompanyFacts) -> set[str]:
    """What one company is called in short, where that is the other's whole name or the acronym
    of both: that two names have the same initials tells nothing."""
    common = a.shorts & b.shorts
    if not common:
        return set()
    own = {"".join(a.words), "".join(b.words)}
    if a.declared == b.declared:
        own.add(a.declared)
    return {short for short in common & own if len(short) > 2}


def _chance(alike: float) -> float:
    """From .42 at 72 % to .74 at 95 % and more."""
    return 0.42 + 0.32 * min(1.0, (alike - 0.72) / 0.23)


def _by_site_names(a: CompanyFacts, b: CompanyFacts) -> float:
    """How near one's name is to a trade name or sign of the other's sites."""
    pairs = [(a.words, other) for other in b.other_names]
    pairs += [(b.words, other) for other in a.other_names]
    return max((closeness(words, name_words(other)) for words, other in pairs), default=0.0)


def _compare_towns(
    a: CompanyFacts, b: CompanyFacts, evidence: _Evidence, *, has_name: bool, has_point: bool
) -> None:
    if not (a.city and b.city and evidence.found):
        return
    if a.city == b.city:
        if has_name:
            evidence.add(0.3, Code.SAME_TOWN)
    elif not has_point:
        evidence.doubt(0.8, Code.OTHER_TOWN)
    else:
        evidence.doubt(0.95, Code.OTHER_TOWN)


# ---- contacts


def compare_contacts(a: ContactFacts, b: ContactFacts) -> Likeness | None:
    """None where nothing speaks for it."""
    if a.account_id and a.account_id == b.account_id:
        return Likeness(SURE, (Reason(Code.SAME_ACCOUNT),))
    evidence = _Evidence()
    given, family, swapped = _names_alike(a, b)
    if family and given:
        _name_evidence(given, family, swapped, evidence)
    has_name = bool(evidence.found)
    if a.emails & b.emails:
        evidence.add(0.88, Code.SAME_EMAIL)
    if (a.mobiles & (b.mobiles | b.phones)) or (a.phones & b.mobiles):
        evidence.add(0.75, Code.SAME_MOBILE)
    elif a.phones & b.phones and (has_name or not (a.first and b.first)):
        # A switchboard is everybody's.
        evidence.add(0.3, Code.SAME_PHONE)
    if has_name:
        _compare_places(a, b, evidence)
    else:
        _doubt_names(a, b, given, family, evidence)
    if has_name and a.civility and b.civility and a.civility != b.civility:
        evidence.doubt(0.6)
    return evidence.likeness()


def _doubt_names(
    a: ContactFacts, b: ContactFacts, given: float, family: float, evidence: _Evidence
) -> None:
    """A mobile that two names share is a colleague's, a couple's, a team's: alone it shows nobody,
    unless part of the name is the same, as after a wedding. An address that one reads does."""
    if a.first and b.first and not given:
        evidence.doubt(0.6, Code.OTHER_FIRST_NAME)
    elif a.last and b.last and not family:
        evidence.doubt(0.85 if given else 0.6, Code.OTHER_NAME)


def _names_alike(a: ContactFacts, b: ContactFacts) -> tuple[float, float, bool]:
    """How alike first and last names are, and whether they stand the other way round."""
    straight = (given_alike(a.first, b.first), family_alike(a.last, b.last))
    crossed = (given_alike(a.first, b.last), family_alike(a.last, b.first))
    if min(crossed) > min(straight):
        return (*crossed, True)
    return (*straight, False)


def _name_evidence(given: float, family: float, swapped: bool, evidence: _Evidence) -> None:
    alike = given * family
    if alike == 1.0:
        evidence.add(0.62, Code.SWAPPED_NAMES if swapped else Code.SAME_PERSON)
    elif alike >= 0.6:
        evidence.add(0.3 + 0.3 * (alike - 0.6) / 0.4, Code.CLOSE_NAME, percent=round(alike * 100))


def _compare_places(a: ContactFacts, b: ContactFacts, evidence: _Evidence) -> None:
    has_point = len(evidence.found) > 1
    if a.company_id is None or b.company_id is None:
        return
    if a.company_id != b.company_id:
        if not has_point:
            evidence.doubt(0.82 if not _apart(a, b) else 0.6, Code.OTHER_COMPANY)
        return
    same_site = a.establishment_id is not None and a.establishment_id == b.establishment_id
    evidence.add(0.58 if same_site else 0.55, Code.SAME_SITE if same_site else Code.SAME_COMPANY)
    if not has_point and a.mobiles and b.mobiles:
        evidence.doubt(0.85)


def _apart(a: ContactFacts, b: ContactFacts) -> bool:
    """Whether both have an address or a mobile of their own, and they differ."""
    pairs: Sequence[tuple[frozenset[str], frozenset[str]]] = (
        (a.emails, b.emails), (a.mobiles, b.mobiles)
    )  # fmt: skip
    return any(mine and other and not mine & other for mine, other in pairs)
