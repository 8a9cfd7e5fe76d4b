"""From the address of a site to a question for the address service, and from its answers to a
position: what may be asked, what may be believed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from app.companies.models import Establishment, Precision
from app.core.departments import department_of
from app.places.geocoder import LONGEST_QUESTION, SHORTEST_QUESTION, Hit
from app.places.queries import commune_of, department_of_site, is_cedex, town_key, town_of
from app.reference.queries import communes_of_postal_code

# France and the overseas departments, which some sources hold for countries.
DRAWN = frozenset({"FR", "GF", "GP", "MQ", "RE", "YT"})

# « [ND] », « [NON-DIFFUSIBLE] »: the register keeps the address of a person to itself.
_WITHHELD = re.compile(r"\[(?:ND|NON[- ]DIFFUSIBLE)\]", re.IGNORECASE)
# Boxes and special deliveries name no place on the ground.
_BOX = re.compile(r"\b(?:B\.?P\.?|C\.?S\.?|T\.?S\.?A\.?|CIDEX)\s*(?:n[°o]\s*)?\d+\b", re.IGNORECASE)
_NUMBERED = re.compile(r"\d+\s*(?:bis|ter|quater|[A-Z])?\b[\s,]+\D", re.IGNORECASE)
_WAY = re.compile(
    r"\b(?:rue|av(?:enue)?|b(?:oulevar)?d|pl(?:ace)?|all[ée]es?|ch(?:e(?:min)?)?|imp(?:asse)?|"
    r"r(?:ou)?te|quai|cours|sq(?:uare)?|voie|pass(?:age)?|esplanade|f(?:au)?bo?u?r?g|z(?:one|a|i|ac)|"
    r"parc|rond[- ]point|mont[ée]e|cit[ée]|lot(?:issement)?|lieu[- ]dit|r[ée]sidence|hameau|villa|"
    r"promenade|traverse|sentier|ruelle|mail|venelle|domaine)\b",
    re.IGNORECASE,
)
# Where inside a building; and who receives the letter, which nobody else needs to know.
_INSIDE = re.compile(
    r"\b(?:[ée]tage|escalier|b[âa]t(?:iment)?|porte|app(?:artemen)?t|hall)\b", re.I
)
_PERSON = re.compile(r"\b(?:chez|c/o|attn?\b|[àa] l.attention)", re.IGNORECASE)
# Between the parts of a line, but not after the number of « 12, rue ».
_COMMA = re.compile(r"(?<!\d)(?<!\d[A-Z])(?<!\d [A-Z])(?<!bis)(?<!ter)\s*,\s*", re.IGNORECASE)
# « 12 B rue » is « 12 bis rue » in letters; the service scores the whole word better.
_SUFFIX = re.compile(r"^(\d+)\s*([BTQ])\b(?=[\s,]+\D)", re.IGNORECASE)
_SUFFIXES = {"B": "bis", "T": "ter", "Q": "quater"}

# The service says how alike question and answer are, from 0 to 1.
SURE, LIKELY, TOWN_ENOUGH = 0.8, 0.6, 0.5
_PRECISION_OF = {
    "housenumber": Precision.EXACT,
    "street": Precision.STREET,
    "locality": Precision.LOCALITY,
    "municipality": Precision.COMMUNE,
}


@dataclass(frozen=True, slots=True)
class Found:
    """A position for an address, in degrees (WGS 84), and what it is the position of."""

    latitude: float
    longitude: float
    precision: Precision
    label: str


def question_of(site: Establishment) -> str | None:
    """What the service is asked: street, postal code and town, never a name. None where the
    address is abroad, withheld, or says too little."""
    if site.country not in DRAWN or _WITHHELD.search(f"{site.address or ''} {site.city or ''}"):
        return None
    if not town_of(site.city):
        return None
    parts = (_street(site.address or ""), _postal_code(site), town_of(site.city))
    # The service wants a letter or a digit first.
    question = re.sub(r"^[\W_]+", "", " ".join(part for part in parts if part))
    return question[:LONGEST_QUESTION] if len(question) >= SHORTEST_QUESTION else None


def _street(address: str) -> str:
    """The part that names a way, with its number if there is one; else the last one."""
    parts = [_BOX.sub("", part) for line in address.splitlines() for part in _COMMA.split(line)]
    parts = [" ".join(part.split()).strip(" ,-") for part in parts]
    parts = [part for part in parts if part and not is_cedex(part) and not _PERSON.search(part)]
    best = max(reversed(parts), key=_is_way, default="")
    return _SUFFIX.sub(lambda found: f"{found[1]} {_SUFFIXES[found[2].upper()]}", best)


def _is_way(part: str) -> int:
    named = 2 * bool(_NUMBERED.match(part)) + bool(_WAY.search(part))
    return named - 2 * bool(_INSIDE.search(part))


def _postal_code(site: Establishment) -> str:
    """Blank for a code that serves no commune: the service would look for it elsewhere."""
    if not site.postal_code or is_cedex(site.city):
        return ""
    return site.postal_code if communes_of_postal_code(site.postal_code) else ""


# ---- what may be believed


def believable(site: Establishment, hits: Iterable[Hit]) -> Found | None:
    """The first hit that is sure enough and where the address says; else the commune's centre."""
    home = department_of_site(site)
    commune = commune_of(site)
    key = town_key(commune.name) if commune is not None else None
    for hit in hits:
        precision = _precision(hit)
        if precision and _is_home(hit, home, key, site):
            return Found(hit.latitude, hit.longitude, precision, hit.label)
    if commune is None or commune.latitude is None or commune.longitude is None:
        return None
    return Found(commune.latitude, commune.longitude, Precision.COMMUNE, commune.name)


def _precision(hit: Hit) -> Precision | None:
    """None for what is too unlike the question; a number that is only likely is worth its street."""
    precision = _PRECISION_OF.get(hit.kind)
    if precision is Precision.COMMUNE:
        return precision if hit.score >= TOWN_ENOUGH else None
    if hit.score < LIKELY:
        return None
    if precision is Precision.EXACT and hit.score < SURE:
        return Precision.STREET
    return precision


def _is_home(hit: Hit, department: str | None, town: str | None, site: Establishment) -> bool:
    """In the address's department; and in its town, where that is one that is known."""
    found = department_of(hit.commune_code, hit.postal_code, hit.city)
    if department is None or found != department:
        return False
    codes = {hit.postal_code, hit.commune_code} - {""}
    same_code = bool(codes & {site.postal_code, site.commune_code})
    return town is None or same_code or town_key(hit.city) == town
