"""A company in the bin shows through no door; the picker shows the others."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from app.accounts.models import Account
from app.bin.operations import trash
from app.companies.models import Company
from app.companies.queries import pick_companies
from app.core.identifiers import format_siren
from app.extensions import db
from app.history.actions import Subject
from app.tags.operations import add_to
from tests.factories import make_company, make_tag, new_siren, siret_of
from tests.pages import choices, rows, total

SignIn = Callable[[str], FlaskClient]
FACETS = {"HX-Request": "true", "HX-Target": "facets"}
SIREN = "552100554"


@pytest.fixture
def gone(admin: Account) -> Company:
    company = make_company(
        name="Disparue", siren=SIREN, siret=siret_of(SIREN), city="Nulle-Part", postal_code="41000"
    )
    add_to(make_tag("Fantôme"), [company.id], by=admin)
    make_company(name="Restée", city="Blois")
    trash(Subject.COMPANY, [company.id], by=admin)
    db.session.commit()
    return company


def test_a_company_in_the_bin_is_in_no_list(gone: Company, login_as: SignIn) -> None:
    reader = login_as("reader")
    page = reader.get("/crm/companies/").text
    assert total(page) == 1
    assert gone.id not in rows(page)
    for q in ("disparue", SIREN, siret_of(SIREN), "nulle-part"):
        assert total(reader.get(f"/crm/companies/?q={q}").text) == 0
    assert total(reader.get("/crm/companies/?city=Nulle-Part").text) == 0


def test_a_company_in_the_bin_is_in_no_block(gone: Company, login_as: SignIn) -> None:
    page = login_as("reader").get("/crm/companies/", headers=FACETS).text
    assert choices(page, "city") == {"Blois": 1}
    assert choices(page, "tag") == {"Sans tag": 1}
    assert choices(page, "contacts") == {"Avec contact": 0, "Sans contact": 1}


def test_a_company_in_the_bin_is_not_picked(gone: Company, login_as: SignIn) -> None:
    reader = login_as("reader")
    for q in ("disparue", SIREN, siret_of(SIREN)):
        assert reader.get(f"/crm/companies/pick?q={q}").json == {"results": []}


@pytest.mark.parametrize(
    "path", ["", "contacts", "establishments", "history", "map", "edit", "tags"]
)
def test_a_company_in_the_bin_has_no_sheet(gone: Company, login_as: SignIn, path: str) -> None:
    assert login_as("editor").get(f"/crm/companies/{gone.id}/{path}").status_code == 404


def test_a_company_in_the_bin_is_neither_printed_nor_exported(
    gone: Company, login_as: SignIn
) -> None:
    editor = login_as("editor")
    assert editor.post(f"/crm/companies/{gone.id}/print").status_code == 404
    file = editor.post("/crm/companies/export", data={"format": "csv"}).text
    assert "Restée" in file
    assert "Disparue" not in file


def test_a_parent_in_the_bin_is_not_named(gone: Company, login_as: SignIn) -> None:
    child = make_company(name="Filiale")
    child.parent_id = gone.id
    db.session.commit()
    editor = login_as("editor")
    for path in ("", "edit"):
        assert "Disparue" not in editor.get(f"/crm/companies/{child.id}/{path}").text


# ---- the picker


def test_the_picker_tells_namesakes_apart(login_as: SignIn) -> None:
    siren = new_siren()
    company = make_company(name="Dupont", city="Blois", siren=siren)
    (pick,) = login_as("reader").get("/crm/companies/pick?q=dupont").json["results"]
    assert pick == {
        "id": str(company.id), "label": "Dupont", "detail": f"Blois · {format_siren(siren)}"
    }  # fmt: skip


@pytest.mark.parametrize("q", ["", " ", "😀", "%00", "'", '"', "%25", "_", "a" * 5000])
def test_the_picker_bears_anything(login_as: SignIn, q: str) -> None:
    make_company(name="Dupont")
    assert login_as("reader").get(f"/crm/companies/pick?q={q}").json == {"results": []}


def test_the_picker_offers_twenty_at_most(admin: Account) -> None:
    for number in range(25):
        make_company(name=f"Dupont {number}")
    picks = pick_companies("dupont")
    assert len({pick.id for pick in picks}) == 20
