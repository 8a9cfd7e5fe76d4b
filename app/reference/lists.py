"""The reference lists as the files in data/ hold them, their labels made fit to be shown.

They change only with a release, so each list is read once per process. Communes are the
exception: 35,000 lines that only the synchronisation needs are not kept in memory.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

DATA = Path(__file__).parent / "data"

_NO_BREAK = "\u00a0"
_NARROW = "\u202f"
_UNACCENTED_CAPITAL = re.compile(r"\bE(?=tablissement|cole\b)")


class NafEntry(NamedTuple):
    """`section` and `division_label` are blank for NAF 2025: its hierarchy is not in the file."""

    nomenclature: str
    code: str
    label: str
    section: str
    division_label: str


class LegalFormEntry(NamedTuple):
    code: str
    label: str
    parent_label: str


class HeadcountEntry(NamedTuple):
    code: str
    label: str
    minimum: int | None
    maximum: int | None


class SectorEntry(NamedTuple):
    code: str
    label: str
    naf_divisions: tuple[str, ...]


class DepartmentEntry(NamedTuple):
    code: str
    name: str
    region: str


class CommuneEntry(NamedTuple):
    """`kind` is C (commune) or A (arrondissement of Paris, Lyon or Marseille)."""

    code_insee: str
    name: str
    kind: str
    postal_codes: tuple[str, ...]
    department: str
    population: int | None
    latitude: float | None
    longitude: float | None


class CountryEntry(NamedTuple):
    alpha2: str
    name: str


def _lines(name: str) -> Iterator[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def shown(label: str) -> str:
    """An official label in the typography of our pages; the words stay."""
    label = _UNACCENTED_CAPITAL.sub("É", " ".join(label.split()))
    label = label.replace("d' ", "d'").replace("'", "’")
    return label.replace(" ;", f"{_NARROW};").replace(" :", f"{_NO_BREAK}:")


@cache
def naf_entries() -> tuple[NafEntry, ...]:
    """Both nomenclatures, rév. 2 first, in the order of the codes."""
    old = [
        NafEntry("rev2", line["code"], shown(line["label"]), line["section"],
                 shown(line["division_label"]))
        for line in _lines("naf_rev2.csv")
    ]  # fmt: skip
    new = [
        NafEntry("2025", line["code"], shown(line["label"]), "", "")
        for line in _lines("naf_2025.csv")
    ]
    return (*old, *new)


@cache
def legal_forms() -> tuple[LegalFormEntry, ...]:
    """The forms of the third level, the only ones that a company has."""
    lines = list(_lines("legal_forms.csv"))
    labels = {line["code"]: shown(line["label"]) for line in lines}
    return tuple(
        LegalFormEntry(line["code"], labels[line["code"]], labels[line["parent"]])
        for line in lines
        if line["level"] == "3"
    )


@cache
def legal_form_words() -> dict[str, str]:
    """code → what people type for it (« SARL EURL »); the most usual forms come first."""
    return {line["code"]: line["words"] for line in _lines("legal_form_words.csv")}


def _thousands(number: int) -> str:
    return f"{number:,}".replace(",", _NARROW)


def _headcount_label(minimum: int | None, maximum: int | None) -> str:
    if minimum is None:
        return "Aucun salarié"
    if maximum is None:
        return f"{_thousands(minimum)}{_NO_BREAK}salariés et plus"
    if maximum == 0:
        # Insee's 00, unlike NN, had employees within the year.
        return f"0{_NO_BREAK}salarié au 31{_NO_BREAK}décembre"
    link = "ou" if maximum == minimum + 1 else "à"
    return f"{_thousands(minimum)} {link} {_thousands(maximum)}{_NO_BREAK}salariés"


def _integer(text: str) -> int | None:
    return int(text) if text else None


@cache
def headcount_bands() -> tuple[HeadcountEntry, ...]:
    """Insee's bands, the smallest first."""
    entries = []
    for line in _lines("headcount_bands.csv"):
        low, high = _integer(line["min"]), _integer(line["max"])
        label = _headcount_label(low, high)
        entries.append(HeadcountEntry(line["code"], label, low, high))
    return tuple(entries)


@cache
def sectors() -> tuple[SectorEntry, ...]:
    """The sectors that a new installation starts with; the school then edits its own."""
    return tuple(
        SectorEntry(line["code"], shown(line["label"]), tuple(line["naf_divisions"].split()))
        for line in _lines("sectors.csv")
    )


@cache
def departments() -> tuple[DepartmentEntry, ...]:
    regions = {line["code"]: shown(line["name"]) for line in _lines("regions.csv")}
    return tuple(
        DepartmentEntry(line["code"], shown(line["name"]), regions[line["region"]])
        for line in _lines("departments.csv")
    )


def communes() -> Iterator[CommuneEntry]:
    """All communes, names as La Poste and the registers write them (addresses are made of them)."""
    for line in _lines("communes_2026.csv"):
        yield CommuneEntry(
            code_insee=line["code_insee"],
            name=line["name"],
            kind=line["kind"],
            postal_codes=tuple(line["postal_codes"].split()),
            department=line["department"],
            population=_integer(line["population"]),
            latitude=float(line["lat"]) if line["lat"] else None,
            longitude=float(line["lon"]) if line["lon"] else None,
        )


@cache
def countries() -> tuple[CountryEntry, ...]:
    """CLDR's French names; Hong Kong and Macao without their « R.A.S. chinoise de »."""
    return tuple(
        CountryEntry(line["alpha2"], shown(line["name_fr"]).removeprefix("R.A.S. chinoise de "))
        for line in _lines("countries_fr.csv")
    )
