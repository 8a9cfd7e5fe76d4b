"""Reading the reference data: labels of codes, choices of forms, answers of pickers.

Labels come from the files, which are in memory: a list of 200 companies costs no query for
them. Communes are too many for that, and sectors are edited: both are read from the database.
"""

from __future__ import annotations

from functools import cache

from sqlalchemy import ColumnElement, String, case, func, literal, select, union_all

from app.core.picks import Pick
from app.core.text import sort_key
from app.extensions import db
from app.reference import lists
from app.reference.models import (
    Commune,
    CommunePostalCode,
    HeadcountBand,
    LegalForm,
    NafCode,
    Sector,
)
from app.reference.ranking import Candidate, bare_code, best, candidate, words_of

NOMENCLATURES = {"rev2": "NAF rév.\u00a02", "2025": "NAF\u00a02025"}
#: (value, label) pairs of a form's field
Choices = tuple[tuple[str, str], ...]
_SAINTS = {"st": "saint", "ste": "sainte"}


# Labels. A blank code has a blank label; a code that no list knows stands for itself.


def naf_label(nomenclature: str | None, code: str | None) -> str:
    """The activity in words; blank where the nomenclature does not have this code."""
    if not nomenclature or not code:
        return ""
    return _labels(nomenclature).get(code) or retired_labels().get((nomenclature, code), "")


def legal_form_label(code: str | None) -> str:
    return _label("legal_form", code)


def headcount_label(code: str | None) -> str:
    return _label("headcount_band", code)


def department_label(code: str | None) -> str:
    """« 31 · Haute-Garonne »"""
    name = _labels("department").get(code) if code else None
    return f"{code} · {name}" if name else code or ""


def country_name(code: str | None) -> str:
    return _labels("country").get(code, code) if code else ""


def _label(kind: str, code: str | None) -> str:
    if not code:
        return ""
    return _labels(kind).get(code) or retired_labels().get((kind, code), code)


@cache
def _labels(kind: str) -> dict[str, str]:
    if kind in NOMENCLATURES:
        return {each.code: each.label for each in lists.naf_entries() if each.nomenclature == kind}
    return {
        "legal_form": lambda: {each.code: each.label for each in lists.legal_forms()},
        "headcount_band": lambda: {each.code: each.label for each in lists.headcount_bands()},
        "department": lambda: {each.code: each.name for each in lists.departments()},
        "country": lambda: {each.alpha2: each.name for each in lists.countries()},
    }[kind]()


@cache
def retired_labels() -> dict[tuple[str, str], str]:
    """(list, code) → label of what the tables keep although the files no longer have it.

    One query per process, at the first code that the files do not know; only a release changes it.
    """
    kept = union_all(
        select(NafCode.nomenclature, NafCode.code, NafCode.label),
        select(literal("legal_form", String), LegalForm.code, LegalForm.label),
        select(literal("headcount_band", String), HeadcountBand.code, HeadcountBand.label),
    )
    rows = db.session.execute(kept).all()
    return {(kind, code): label for kind, code, label in rows if code not in _labels(kind)}


# Choices of forms, in the order to show them in.


@cache
def legal_form_choices() -> Choices:
    pairs = ((each.code, each.label) for each in lists.legal_forms())
    return tuple(sorted(pairs, key=lambda pair: sort_key(pair[1])))


@cache
def headcount_choices() -> Choices:
    return tuple((each.code, each.label) for each in lists.headcount_bands())


@cache
def country_choices() -> Choices:
    """France first, where nine addresses in ten are; then the alphabet."""
    pairs = ((each.alpha2, each.name) for each in lists.countries())
    return tuple(sorted(pairs, key=lambda pair: (pair[0] != "FR", sort_key(pair[1]))))


def headcount_place(code: str) -> int:
    """Where a band stands among them, from none to the largest; those that no list knows last."""
    codes = [code for code, _label in headcount_choices()]
    return codes.index(code) if code in codes else len(codes)


def sector_choices() -> tuple[tuple[int, str], ...]:
    rows = db.session.execute(select(Sector.id, Sector.label).order_by(Sector.sort_name, Sector.id))
    return tuple((row.id, row.label) for row in rows)


def sector_of_naf(code: str | None) -> Sector | None:
    """The sector to propose for a NAF code (rév. 2 or 2025); none if the school removed it."""
    sector = _sectors_of_divisions().get(code[:2]) if code else None
    return db.session.scalar(select(Sector).where(Sector.code == sector)) if sector else None


@cache
def _sectors_of_divisions() -> dict[str, str]:
    return {division: each.code for each in lists.sectors() for division in each.naf_divisions}


# Pickers.


def pick_naf(q: str, limit: int = 20, *, nomenclature: str | None = None) -> list[Pick]:
    """By code (« 62.01Z », « 6201 ») or words. `id` is « rev2:62.01Z »: a code needs its list."""
    if not words_of(q):
        return []
    pool = (each for kind, each in _naf_candidates() if nomenclature in (None, kind))
    return best(pool, q, limit)


@cache
def _naf_candidates() -> list[tuple[str, Candidate]]:
    return [(entry.nomenclature, _naf_candidate(entry)) for entry in lists.naf_entries()]


def _naf_candidate(entry: lists.NafEntry) -> Candidate:
    pick = Pick(
        id=f"{entry.nomenclature}:{entry.code}",
        label=f"{entry.code} · {entry.label}",
        detail=NOMENCLATURES[entry.nomenclature],
    )
    return candidate(pick, entry.code, entry.label, entry.division_label)


def pick_legal_form(q: str, limit: int = 20) -> list[Pick]:
    """By code, words or usual abbreviation (« SARL »); with nothing typed, the usual forms."""
    return best(_legal_form_candidates(), q, limit)


@cache
def _legal_form_candidates() -> tuple[Candidate, ...]:
    usual = lists.legal_form_words()
    place = {code: number for number, code in enumerate(usual)}
    entries = sorted(lists.legal_forms(), key=lambda each: place.get(each.code, len(place)))
    return tuple(
        candidate(
            Pick(id=each.code, label=each.label, detail=f"{each.code} · {each.parent_label}"),
            each.code,
            f"{each.label} {usual.get(each.code, '')}",
            each.parent_label,
        )
        for each in entries
    )


def pick_commune(q: str, postal_code: str | None = None, limit: int = 20) -> list[Pick]:
    """By name, postal code or INSEE code (`id`), the biggest first; within a postal code if given.

    Paris, Lyon and Marseille answer as one city; their arrondissements (« Paris 15 ») only when
    nothing else does, since an address names the city.
    """
    words = [_SAINTS.get(word, word) for word in words_of(q)]
    if not words and not postal_code:
        return []
    communes = _find_communes(words, postal_code, "C", limit)
    communes = communes or _find_communes(words, postal_code, "A", limit)
    codes = _postal_codes([commune.code_insee for commune in communes])
    return [_commune_pick(each, codes[each.code_insee], postal_code) for each in communes]


def _find_communes(
    words: list[str], postal_code: str | None, kind: str, limit: int
) -> list[Commune]:
    statement = select(Commune).where(Commune.kind == kind, *map(_has_word, words))
    # A commune without postal code has been merged into another, or nobody lives there.
    codes = CommunePostalCode.postal_code
    served = codes == postal_code if postal_code else codes.is_not(None)
    statement = statement.where(Commune.postal_codes.any(served))
    order = (_nearness(" ".join(words)), Commune.population.desc().nulls_last(), Commune.code_insee)
    return list(db.session.scalars(statement.order_by(*order).limit(limit)))


def _has_word(word: str) -> ColumnElement[bool]:
    return (literal(" ") + Commune.search_text).contains(" " + word, autoescape=True)


def _nearness(typed: str) -> ColumnElement[int]:
    """0 for the very name or postal code, 1 for a name that begins so, 2 for the rest.

    An INSEE code comes after: 31500 is one commune's INSEE code and a postal code of Toulouse,
    and it is postal codes that people know.
    """
    served = Commune.postal_codes.any(CommunePostalCode.postal_code == typed)
    begun = Commune.search_text.startswith(typed, autoescape=True)
    # The key has no hyphen, and people type a space or nothing in its place.
    named = func.replace(Commune.sort_name, " ", "") == sort_key(typed).replace(" ", "")
    return case((named | served, 0), (begun, 1), else_=2)


def _postal_codes(communes: list[str]) -> dict[str, list[str]]:
    link = CommunePostalCode
    rows = db.session.execute(
        select(link.code_insee, link.postal_code)
        .where(link.code_insee.in_(communes))
        .order_by(link.postal_code)
    )
    codes: dict[str, list[str]] = {commune: [] for commune in communes}
    for commune, code in rows:
        codes[commune].append(code)
    return codes


def _commune_pick(commune: Commune, codes: list[str], asked: str | None) -> Pick:
    shown = asked or (codes[0] if len(codes) == 1 else f"{codes[0]} à {codes[-1]}")
    department = _labels("department").get(commune.department, commune.department)
    return Pick(id=commune.code_insee, label=commune.name, detail=f"{shown} · {department}")


def communes_of_postal_code(code: str) -> list[Commune]:
    """The communes that a postal code serves, by name; Paris for 75015, not its arrondissement."""
    return list(
        db.session.scalars(
            select(Commune)
            .join(CommunePostalCode)
            .where(CommunePostalCode.postal_code == bare_code(code), Commune.kind == "C")
            .order_by(Commune.sort_name, Commune.code_insee)
        )
    )


def postal_codes_of_commune(code_insee: str) -> list[str]:
    """The postal codes of a commune, in order; empty for a code that is unknown."""
    return _postal_codes([code_insee])[code_insee]
