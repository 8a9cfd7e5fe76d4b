"""What another program reads in our files is what is stored: LibreOffice, in French.

It is stricter than Excel with a CSV: whatever looks like a number, a date or an hour becomes one.
Skipped where LibreOffice is not installed; .ci/run installs it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask import Flask

from app.companies.export import COMPANY_EXPORT
from app.companies.models import Company
from app.companies.queries import COMPANIES
from app.core.db import utcnow
from app.core.export.answer import Export, file_response
from app.core.formats import in_paris
from app.core.listing import Listing
from app.extensions import db
from app.tags.operations import add_to
from tests.exports import read_back
from tests.factories import make_company, make_tag, new_siren, siret_of

SOFFICE = shutil.which("soffice") or shutil.which("libreoffice")
REQUIRED = bool(os.environ.get("PASSERELLE_REQUIRE_LIBREOFFICE"))
SECONDS = 60
# Semicolons, quotes, UTF-8, from the first line on, French; quoted fields are not taken as texts,
# and numbers, dates and hours are looked for in all of them.
FRENCH_CSV = "Text - txt - csv (StarCalc):59,34,76,1,,1036,false,true"
# Names that a spreadsheet may turn into something else, or run.
NAMES = [
    "=1+1", "+33 1", " -2", "@x", "=HYPERLINK(\"http://x.example\")", "3/4", "12:30", "1E5", "VRAI",
    "Mai 68", "10 %", "1 000", "1,5", "25.11.2026", "L’été à l’œuvre « vrai »", "🚀 日本 Ünal",
    "dit \"oui\"; non", "a & b <c>", "_x0041_", "'=1", "'abc",
]  # fmt: skip
LONG = ("Une longue description. " * 1_300).strip()

pytestmark = pytest.mark.skipif(SOFFICE is None and not REQUIRED, reason="no LibreOffice here")


@pytest.fixture
def companies(app: Flask, editor: Any) -> list[Company]:
    found = [_company(name, place) for place, name in enumerate(NAMES)]
    found[0].description = LONG
    found[1].description = "Deux\nlignes"
    add_to(make_tag("Mars 2026"), [found[0].id], by=editor)
    db.session.commit()
    return found


def _company(name: str, place: int) -> Company:
    siren = new_siren()
    return make_company(
        name=name, siren=siren, siret=siret_of(siren), postal_code="01000", city="Bourg-en-Bresse",
        phone="+33561000000", turnover=-1_500 + place, address="8 mai 1945",
    )  # fmt: skip


def converted(app: Flask, companies: list[Company], fmt: str, folder: Path) -> list[dict[str, Any]]:
    """The records as LibreOffice finds them in an export, and writes them to a workbook."""
    assert SOFFICE is not None, "LibreOffice is required here, and missing"
    source = folder / f"export.{fmt}"
    with app.test_request_context("/crm/companies/export", method="POST"):
        ids = [company.id for company in companies]
        asked = Export(
            COMPANY_EXPORT, COMPANY_EXPORT.columns, fmt, Listing(COMPANIES), len(ids), ids
        )
        source.write_bytes(file_response(asked).get_data())
    command = [
        SOFFICE, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless",
        "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(folder / "read"),
        *([f"--infilter={FRENCH_CSV}"] if fmt == "csv" else []), str(source),
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=SECONDS)
    heads, *rows = openpyxl.load_workbook(folder / "read" / "export.xlsx").active.values
    return [dict(zip(heads, row, strict=True)) for row in rows]


def test_libreoffice_reads_in_a_csv_what_is_stored(
    app: Flask, companies: list[Company], tmp_path: Path
) -> None:
    rows = converted(app, companies, "csv", tmp_path)
    assert [read_back(row["Raison sociale"]) for row in rows] == [one.name for one in companies]
    for row, company in zip(rows, companies, strict=True):
        assert read_back(row["SIRET du siège"]) == company.head_office.siret
        assert read_back(row["Code postal"]) == "01000"
        assert row["Téléphone"] == "05 61 00 00 00"
        assert read_back(row["Adresse du siège"]) == "8 mai 1945"
        assert row["Chiffre d’affaires"] == company.turnover
        assert row["Créée le"].date() == in_paris(utcnow()).date()
    assert rows[0]["Description"] == LONG
    assert rows[1]["Description"] == "Deux\nlignes"
    assert read_back(rows[0]["Tags"]) == "Mars 2026"


def test_libreoffice_reads_in_a_workbook_what_is_stored(
    app: Flask, companies: list[Company], tmp_path: Path
) -> None:
    rows = converted(app, companies, "xlsx", tmp_path)
    assert [row["Raison sociale"] for row in rows] == [one.name for one in companies]
    for row, company in zip(rows, companies, strict=True):
        assert row["SIREN"] == company.siren
        assert row["SIRET du siège"] == company.head_office.siret
        assert (row["Code postal"], row["Adresse du siège"]) == ("01000", "8 mai 1945")
        assert row["Chiffre d’affaires"] == company.turnover
        assert isinstance(row["Créée le"], datetime)
    assert rows[0]["Description"] == LONG
    assert rows[1]["Description"] == "Deux\nlignes"
    assert rows[0]["Tags"] == "Mars 2026"
