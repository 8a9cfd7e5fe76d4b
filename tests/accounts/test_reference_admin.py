"""The screens of the reference lists, for administrators."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.extensions import db
from app.reference.models import Sector
from app.reference.signals import sector_removed, sector_renamed
from tests.factories import make_company
from tests.security.pages import form_with

SignIn = Callable[[str], FlaskClient]
READ_ONLY = ["naf", "legal-forms", "headcounts", "departments", "countries"]


def sector_named(label: str) -> Sector | None:
    return db.session.scalars(select(Sector).where(Sector.label == label)).first()


def add(admin: FlaskClient, label: str) -> int:
    page = admin.get("/reference/sectors/add").text
    data = form_with(page, "label", label=label)
    return admin.post("/reference/sectors/add", data=data).status_code


def test_sector_is_added_with_its_place_in_the_alphabet(login_as: SignIn) -> None:
    admin = login_as("admin")
    assert add(admin, "  Économie   circulaire ") == 303
    sector = sector_named("Économie circulaire")
    assert sector is not None
    assert sector.code == "economie-circulaire"
    assert sector.sort_name == "economie circulaire"
    assert add(admin, "economie CIRCULAIRE") == 422
    assert add(admin, "") == 422
    assert add(admin, "x" * 101) == 422


def test_codes_of_sectors_do_not_clash(login_as: SignIn) -> None:
    admin = login_as("admin")
    assert add(admin, "Bois") == 303
    assert add(admin, "Bois !") in {303, 422}
    assert add(admin, "Bois d’œuvre") == 303
    codes = list(db.session.scalars(select(Sector.code)))
    assert len(codes) == len(set(codes))


def test_renaming_a_sector_moves_its_companies(login_as: SignIn) -> None:
    admin = login_as("admin")
    add(admin, "Ancien nom")
    sector = sector_named("Ancien nom")
    assert sector is not None
    company = make_company(sector_id=sector.id)
    heard: list[str] = []

    def hear(renamed: Sector) -> None:
        heard.append(renamed.label)

    with sector_renamed.connected_to(hear):
        page = admin.get(f"/reference/sectors/edit/{sector.id}").text
        data = form_with(page, "seen", label="Zéro carbone")
        assert admin.post(f"/reference/sectors/edit/{sector.id}", data=data).status_code == 303
    assert heard == ["Zéro carbone"]
    db.session.refresh(company)
    assert company.sector_sort == "zero carbone"


def test_deleting_a_sector_leaves_its_companies_without(login_as: SignIn) -> None:
    admin = login_as("admin")
    add(admin, "Éphémère")
    sector = sector_named("Éphémère")
    assert sector is not None
    company = make_company(sector_id=sector.id)
    heard: list[int] = []

    def hear(removed: Sector) -> None:
        heard.append(removed.id)

    with sector_removed.connected_to(hear):
        assert admin.post(f"/reference/sectors/delete/{sector.id}").status_code == 303
    assert heard == [sector.id]
    db.session.refresh(company)
    assert company.sector_id is None


@pytest.mark.parametrize("part", READ_ONLY)
def test_other_lists_are_only_read(login_as: SignIn, part: str) -> None:
    admin = login_as("admin")
    page = admin.get(f"/reference/{part}/list/")
    assert page.status_code == 200
    assert "data-total=" in page.text
    for verb in ("add", "edit/1", "delete/1", "action_post"):
        assert admin.post(f"/reference/{part}/{verb}").status_code == 404
    assert "Ajouter" not in page.text.partition("<main")[2]


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("naf/list/?_flt_0_search_text=programmation+62", "62.01Z"),
        ("legal-forms/list/?_flt_0_label=actions+simplifi", "5710"),
        ("departments/list/?_flt_0_code=2A", "Corse-du-Sud"),
        ("countries/list/?_flt_0_name=Belgique", "BE"),
        ("countries/show/BE", "Belgique"),
        ("headcounts/show/11", "10 à 19"),
    ],
)
def test_lists_are_searched_and_shown(login_as: SignIn, path: str, shown: str) -> None:
    page = login_as("admin").get(f"/reference/{path}")
    assert page.status_code == 200
    assert shown in page.text


@pytest.mark.parametrize("key", ["ZZ", "%00", "B" * 300, "..%2F..", "be'"])
def test_unknown_key_is_a_404(login_as: SignIn, key: str) -> None:
    assert login_as("admin").get(f"/reference/countries/show/{key}").status_code == 404
