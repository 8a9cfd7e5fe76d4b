"""The demonstration's files, as data/SOURCES.md describes them."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

DATA = Path(__file__).parent / "data"


class CompanyLine(NamedTuple):
    """A company of the register; None where it does not say."""

    siren: str
    name: str
    acronym: str | None
    rna: str | None
    legal_form: str | None
    headcount: str | None
    headcount_year: int | None
    naf: str | None
    turnover: int | None
    share_capital: int | None
    website: str | None
    phone: str | None
    parent: str | None
    is_school: bool


class SiteLine(NamedTuple):
    """A site of a company; SIRET, address and town are None where the register's extract is silent."""

    siren: str
    siret: str | None
    is_head_office: bool
    trade_name: str | None
    sign: str | None
    address: str | None
    postal_code: str | None
    city: str | None
    commune_code: str | None
    latitude: float | None
    longitude: float | None
    opened_on: date | None
    closed_on: date | None


class FirstName(NamedTuple):
    name: str
    civility: str


def companies() -> list[CompanyLine]:
    """The companies in the order of their SIRENs."""
    return [
        CompanyLine(
            siren=line["siren"],
            name=line["name"],
            acronym=line["acronym"] or None,
            rna=line["rna"] or None,
            legal_form=line["legal_form"] or None,
            headcount=line["headcount"] or None,
            headcount_year=_integer(line["headcount_year"]),
            naf=line["naf"] or None,
            turnover=_integer(line["turnover"]),
            share_capital=_integer(line["share_capital"]),
            website=line["website"] or None,
            phone=line["phone"] or None,
            parent=line["parent"] or None,
            is_school=line["kind"] == "school",
        )
        for line in _lines("companies.csv")
    ]


def sites() -> list[SiteLine]:
    """The sites; each company has exactly one head office among them."""
    return [
        SiteLine(
            siren=line["siren"],
            siret=line["siret"] or None,
            is_head_office=line["head"] == "1",
            trade_name=line["trade_name"] or None,
            sign=line["sign"] or None,
            address=line["address"] or None,
            postal_code=line["postal_code"] or None,
            city=line["city"] or None,
            commune_code=line["commune_code"] or None,
            latitude=_degrees(line["latitude"]),
            longitude=_degrees(line["longitude"]),
            opened_on=_day(line["opened_on"]),
            closed_on=_day(line["closed_on"]),
        )
        for line in _lines("establishments.csv")
    ]


def first_names() -> list[FirstName]:
    return [FirstName(line["name"], line["civility"]) for line in _lines("first_names.csv")]


def surnames() -> list[str]:
    return [line["name"] for line in _lines("surnames.csv")]


def _lines(name: str) -> Iterator[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _integer(text: str) -> int | None:
    return int(text) if text else None


def _degrees(text: str) -> float | None:
    return float(text) if text else None


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
