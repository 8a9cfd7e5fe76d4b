"""The pages: which sheet, the two side by side, what is answered, and where old addresses lead."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.accounts.models import Account
from app.companies.models import Company
from app.extensions import db
from tests.conftest import account_named
from tests.factories import make_company, make_contact
from tests.merges.doing import merge

Login = Callable[[str], FlaskClient]


@pytest.fixture
def pair(admin: Account) -> tuple[Company, Company]:
    return (
        make_company(name="Forges de Loire", phone="+33254000001"),
        make_company(name="Les Forges de Loire", phone="+33254000002", email="a@forges.example"),
    )


def address(pair: tuple[Company, Company]) -> str:
    return f"/crm/companies/{pair[0].id}/merge/{pair[1].id}/"


def versions(pair: tuple[Company, Company]) -> str:
    return "-".join(f"{one.id}.{one.version}" for one in pair)


def test_the_two_stand_side_by_side(login_as: Login, pair: tuple[Company, Company]) -> None:
    text = login_as("manager").get(address(pair)).text
    for shown in ("02 54 00 00 01", "02 54 00 00 02", "a@forges.example", "à choisir"):
        assert shown in text.replace("\u00a0", " ").replace("\u202f", " ")


def test_the_choice_is_done_and_can_be_taken_back(
    login_as: Login, pair: tuple[Company, Company]
) -> None:
    kept, merged = pair
    manager = login_as("manager")
    form = {"versions": versions(pair), "siren": "kept", "phone": "merged", "name": "kept"}
    answer = manager.post(address(pair), data=form)
    assert answer.status_code == 303
    assert answer.location == f"/crm/companies/{kept.id}/"
    db.session.expire_all()
    assert (kept.phone, kept.email) == ("+33254000002", "a@forges.example")
    sheet = manager.get(answer.location).text
    assert "est fusionnée dans cette fiche" in sheet
    again = manager.post(address(pair), data=form)
    assert (again.status_code, again.location) == (303, f"/crm/companies/{kept.id}/")
    for tab in ("", "contacts", "history"):
        moved = manager.get(f"/crm/companies/{merged.id}/{tab}")
        assert (moved.status_code, moved.location) == (302, f"/crm/companies/{kept.id}/{tab}")
    assert (
        "a fusionné une autre fiche dans celle-ci"
        in manager.get(f"/crm/companies/{kept.id}/history").text
    )
    undone = manager.post(f"/crm/bin/{batch_of(kept)}/undo")
    assert undone.status_code == 303
    assert manager.get(f"/crm/companies/{merged.id}/").status_code == 200


def batch_of(kept: Company) -> int:
    from sqlalchemy import select

    from app.merges.models import SheetMerge

    found = db.session.scalar(select(SheetMerge.batch_id).where(SheetMerge.kept_id == kept.id))
    assert found is not None
    return found


def test_what_must_be_chosen_is_asked_at_the_field(
    login_as: Login, pair: tuple[Company, Company]
) -> None:
    form = {"versions": versions(pair), "phone": "merged"}
    answer = login_as("manager").post(address(pair), data=form)
    assert answer.status_code == 422
    assert "Choisissez ce qui est gardé" in answer.text
    assert 'value="merged" checked' in answer.text


def test_a_sheet_that_changed_meanwhile_is_shown_anew(
    login_as: Login, pair: tuple[Company, Company]
) -> None:
    form = {"versions": versions((pair[0], pair[0])), "siren": "kept"}
    answer = login_as("manager").post(address(pair), data=form)
    assert answer.status_code == 409
    assert "vient de changer" in answer.text


def test_itself_the_bin_and_nothing(login_as: Login, pair: tuple[Company, Company]) -> None:
    manager, kept = login_as("manager"), pair[0]
    for other in (kept.id, 99_999_999):
        assert manager.get(f"/crm/companies/{kept.id}/merge/{other}/").status_code == 404


def test_likely_doubles_come_first_then_words(
    login_as: Login, pair: tuple[Company, Company]
) -> None:
    manager = login_as("manager")
    make_company(name="Tout autre chose")
    pair[1].siren = None  # Two companies that have each their SIREN are seldom the same.
    db.session.commit()
    own = f"/crm/companies/{pair[0].id}/merge/"
    assert "Les Forges de Loire" in manager.get(own).text
    assert "Tout autre chose" in manager.get(f"{own}?q=autre+chose").text
    assert "Aucune autre fiche" in manager.get(f"{own}?q=zzzzzz").text


def test_contacts_too(login_as: Login, admin: Account) -> None:
    kept = make_contact(last_name="Martel", first_name="Zoé")
    other = make_contact(last_name="Martel", first_name="Zoe", email="z@forges.example")
    manager = login_as("manager")
    assert "z@forges.example" in manager.get(f"/crm/contacts/{kept.id}/merge/{other.id}/").text
    form = {"versions": f"{kept.id}.{kept.version}-{other.id}.{other.version}"}
    answer = manager.post(f"/crm/contacts/{kept.id}/merge/{other.id}/", data=form)
    assert answer.location == f"/crm/contacts/{kept.id}/"
    assert manager.get(f"/crm/contacts/{other.id}/relations").status_code == 302


def compared(person: FlaskClient, *ids: int, path: str = "companies") -> TestResponse:
    return person.post(f"/crm/{path}/compare?q=loire", data={"ids": ",".join(map(str, ids))})


def test_two_checked_rows_are_compared(login_as: Login, pair: tuple[Company, Company]) -> None:
    manager, ids = login_as("manager"), [one.id for one in pair]
    assert 'id="bulk-do-merge"' in manager.get("/crm/companies/").text
    assert compared(manager, *ids).location in {
        f"/crm/companies/{ids[0]}/merge/{ids[1]}/",
        f"/crm/companies/{ids[1]}/merge/{ids[0]}/",
    }
    people = make_contact().id, make_contact(last_name="Zola").id
    answer = compared(manager, *people, path="contacts")
    assert answer.location == f"/crm/contacts/{people[0]}/merge/{people[1]}/"
    for path in ("companies", "contacts"):
        assert 'id="bulk-do-merge"' not in login_as("editor").get(f"/crm/{path}/").text


def test_another_number_of_rows_than_two_is_said(
    login_as: Login, pair: tuple[Company, Company]
) -> None:
    manager, third = login_as("manager"), make_company().id
    for ids in ([third], [third, pair[0].id, pair[1].id]):
        answer = compared(manager, *ids)
        assert (answer.status_code, answer.location) == (303, "/crm/companies/?q=loire")
        said = manager.get(answer.location).text.replace("\u00a0", " ")
        assert f"cochez-en deux. Fiches cochées : {len(ids)}." in said
    assert compared(manager, third, 999_999).status_code == 409
    assert compared(manager).status_code == 400


def test_a_merged_sheet_is_in_no_row_no_file_and_no_picker(
    login_as: Login, pair: tuple[Company, Company]
) -> None:
    kept, merged = pair
    merge(kept, merged, account_named("admin"), siren="kept")
    manager = login_as("manager")
    assert f'href="/crm/companies/{merged.id}/' not in manager.get("/crm/companies/?q=forges").text
    assert [
        one["id"] for one in manager.get("/crm/companies/pick?q=forges").get_json()["results"]
    ] == [str(kept.id)]
    assert manager.post(f"/crm/companies/{merged.id}/print").status_code == 404
    assert manager.post(f"/crm/companies/{kept.id}/print").status_code == 200
    assert db.session.get_one(Company, merged.id).merged_into_id == kept.id


def test_a_program_is_told_where_a_merged_sheet_went(
    login_as: Login, pair: tuple[Company, Company]
) -> None:
    kept, merged = pair
    merge(kept, merged, account_named("admin"), siren="kept")
    wants = {"Accept": "application/json"}
    answer = login_as("reader").get(f"/crm/companies/{merged.id}/history", headers=wants)
    assert (answer.status_code, answer.mimetype) == (410, "application/problem+json")
    told = answer.get_json()
    assert told["merged_into"] == kept.id
    assert told["location"] == f"/crm/companies/{kept.id}/history"
    assert login_as("reader").get("/crm/companies/999999/", headers=wants).status_code == 404
