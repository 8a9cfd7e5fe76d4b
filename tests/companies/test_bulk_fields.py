"""Fields of many companies at once: what changed has its line, what is kept beside follows, one
undo takes it back and leaves what was changed since."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.accounts.models import Account
from app.bin.operations import trash
from app.companies.models import Company
from app.core.db import utcnow
from app.core.submissions import new_key
from app.core.text import sort_key
from app.extensions import db
from app.history.actions import Action, Subject
from app.history.models import Batch, HistoryEntry
from app.reference.models import Sector
from tests.companies.bulking import BULK, company, do, last_batch, many, sectors, told, unsound
from tests.conftest import account_named
from tests.factories import make_company
from tests.pages import dialog_errors, parse

SignIn = Callable[[str], FlaskClient]


@pytest.fixture
def three(admin: Account) -> list[int]:
    return [make_company(name=name).id for name in ("Alba", "Brio", "Cléo")]


@pytest.fixture
def client(login_as: SignIn) -> FlaskClient:
    return login_as("editor")


def undo(client: FlaskClient, batch: Batch) -> str:
    client.post(f"/crm/bin/{batch.id}/undo")
    return parse(client.get("/crm/companies/").text).text


# action → what is sent, the column that it sets, what it then holds
def actions() -> dict[str, tuple[dict[str, Any], str, Any]]:
    parent = make_company(name="Groupe Écluses")
    first, _second = sectors()
    return {
        "set_sector": ({"sector_id": str(first)}, "sector_id", first),
        "set_headcount": (
            {"headcount_code": "11", "headcount_year": "2024"}, "headcount_code", "11",
        ),
        "set_legal_form": (
            {"legal_form_code": "5710", "legal_form_code_text": "SAS, société par actions simplifiée"},
            "legal_form_code", "5710",
        ),
        "set_naf": (
            {"naf_code": "62.01Z", "naf_code_text": "62.01Z · Programmation informatique",
             "naf_nomenclature": "rev2"}, "naf_code", "62.01Z",
        ),
        "set_parent": (
            {"parent_id": str(parent.id), "parent_id_text": "Groupe Écluses"}, "parent_id", parent.id,
        ),
    }  # fmt: skip


NAMES = ("set_sector", "set_headcount", "set_legal_form", "set_naf", "set_parent")


@pytest.mark.parametrize("name", NAMES)
def test_a_field_is_set_erased_and_taken_back(
    client: FlaskClient, three: list[int], name: str
) -> None:
    form, column, expected = actions()[name]
    before = {pk: (company(pk).version, company(pk).completeness) for pk in three}
    assert do(client, name, three[:1], **form).status_code == 303
    assert do(client, name, three, **form).status_code == 303
    changed = last_batch()
    assert set(told(changed)) == set(three[1:])  # The first had the value already.
    assert changed.item_count == 2
    assert [getattr(company(pk), column) for pk in three] == [expected] * 3
    assert {company(pk).version for pk in three} == {before[three[0]][0] + 1}
    assert company(three[1]).updated_by_id == account_named("editor").id
    assert unsound() == []
    assert do(client, name, three, clear="1").status_code == 303
    assert [getattr(company(pk), column) for pk in three] == [None] * 3
    assert unsound() == []
    assert "L’action a été annulée" in undo(client, last_batch())
    assert [getattr(company(pk), column) for pk in three] == [expected] * 3
    undo(client, changed)
    assert [getattr(company(pk), column) for pk in three] == [expected, None, None]
    assert company(three[2]).completeness == before[three[2]][1]
    assert unsound() == []


@pytest.mark.parametrize("name", NAMES)
def test_the_history_tells_the_value_before_and_after(
    client: FlaskClient, three: list[int], name: str
) -> None:
    form, _column, _expected = actions()[name]
    do(client, name, three[:1], **form)
    (values,) = told(last_batch()).values()
    assert all(before is None and after for before, after in values.values())
    page = client.get(f"/crm/companies/{three[0]}/history").text
    assert "Editor Exemple" in page
    undo(client, last_batch())
    line = db.session.scalars(select(HistoryEntry).order_by(HistoryEntry.id.desc()).limit(1)).one()
    assert {v.field: (v.new_value, v.old_value) for v in line.values} == values


def test_a_sector_s_label_gives_the_order_of_the_list(
    client: FlaskClient, three: list[int]
) -> None:
    first, second = sectors()
    do(client, "set_sector", three[:2], sector_id=str(first))
    do(client, "set_sector", three[2:], sector_id=str(second))
    for pk, sector in zip(three, (first, first, second), strict=True):
        assert company(pk).sector_sort == sort_key(db.session.get_one(Sector, sector).label)


def test_what_was_changed_since_is_left_by_an_undo(client: FlaskClient, three: list[int]) -> None:
    first, second = sectors()
    do(client, "set_sector", three, sector_id=str(first))
    batch = last_batch()
    do(client, "set_sector", three[:1], sector_id=str(second))
    said = undo(client, batch)
    assert "1 fiche modifiée depuis, laissée telle quelle." in said
    assert [company(pk).sector_id for pk in three] == [second, None, None]
    assert unsound() == []


def test_only_the_field_counts_for_an_undo(client: FlaskClient, three: list[int]) -> None:
    first, _second = sectors()
    do(client, "set_sector", three, sector_id=str(first))
    batch = last_batch()
    do(client, "set_headcount", three, headcount_code="11")
    assert "laissée" not in undo(client, batch)
    assert [company(pk).sector_id for pk in three] == [None] * 3
    assert [company(pk).headcount_code for pk in three] == ["11"] * 3


def test_an_undo_leaves_what_lies_in_the_bin(
    client: FlaskClient, three: list[int], admin: Account
) -> None:
    first, _second = sectors()
    do(client, "set_sector", three, sector_id=str(first))
    batch = last_batch()
    trash(Subject.COMPANY, three[:2], by=account_named("admin"))
    db.session.commit()
    assert "2 fiches modifiées depuis, laissées telles quelles." in undo(client, batch)
    assert [company(pk).sector_id for pk in three] == [first, first, None]


def test_a_value_that_is_no_more_is_not_given_back(
    client: FlaskClient, three: list[int], login_as: SignIn
) -> None:
    first, second = sectors()
    do(client, "set_sector", three, sector_id=str(first))
    do(client, "set_sector", three, sector_id=str(second))
    batch = last_batch()
    assert login_as("admin").post(f"/reference/sectors/delete/{first}").status_code == 303
    assert "3 fiches modifiées depuis" in undo(client, batch)
    assert [company(pk).sector_id for pk in three] == [second] * 3


def test_nothing_to_change_says_so_and_offers_no_undo(
    client: FlaskClient, three: list[int]
) -> None:
    assert do(client, "set_naf", three, clear="1").status_code == 303
    shown = parse(client.get("/crm/companies/").text).one(id="toasts")
    assert "Code NAF : Aucune fiche n’a changé." in shown.text
    assert not shown.all("form")
    assert last_batch().item_count == 0


@pytest.mark.parametrize(
    ("name", "form", "field", "said"),
    [
        ("set_sector", {}, "sector_id", "Choisissez une valeur, ou cochez"),
        ("set_sector", {"sector_id": "1", "clear": "1"}, "sector_id", "Choisissez : une valeur, ou"),
        ("set_sector", {"sector_id": "99999"}, "sector_id", "une valeur de la liste"),
        ("set_sector", {"sector_id": "x"}, "sector_id", "une valeur de la liste"),
        ("set_headcount", {"headcount_year": "2024"}, "headcount_code", "Choisissez une valeur"),
        ("set_headcount", {"headcount_code": "11", "headcount_year": "12"}, "headcount_year", "année"),
        ("set_legal_form", {"legal_form_code": "0001", "legal_form_code_text": "x"}, "legal_form_code", "parmi les propositions"),
        ("set_legal_form", {"legal_form_code_text": "Sarl"}, "legal_form_code", "n’a pas été choisi"),
        ("set_naf", {"naf_code_text": "conseil", "naf_nomenclature": "rev2"}, "naf_code", "NAF"),
        ("set_parent", {"parent_id": "999999", "parent_id_text": "Rien"}, "parent_id", "n’a pas été choisi"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_told_at_its_field_and_nothing_is_done(
    client: FlaskClient, three: list[int], name: str, form: dict[str, str], field: str, said: str
) -> None:
    answer = do(client, name, three, **form)
    assert answer.status_code == 422
    assert said in dialog_errors(answer.text)[field]
    assert db.session.scalar(select(func.count()).select_from(Batch)) == 0


# ---- parents


def test_no_company_comes_under_itself_or_what_is_below_it(
    client: FlaskClient, three: list[int]
) -> None:
    top, middle, bottom = three
    do(client, "set_parent", [middle], parent_id=str(top), parent_id_text="Alba")
    do(client, "set_parent", [bottom], parent_id=str(middle), parent_id_text="Brio")
    do(client, "set_parent", three, parent_id=str(bottom), parent_id_text="Cléo")
    said = parse(client.get("/crm/companies/").text).text
    assert "3 entreprises refusées : elles seraient leur propre société mère." in said
    assert [company(pk).parent_id for pk in three] == [None, top, middle]


def test_an_undo_makes_no_circle(client: FlaskClient, three: list[int]) -> None:
    first, second, third = three
    do(client, "set_parent", [first], parent_id=str(second), parent_id_text="Brio")
    do(client, "set_parent", [first], parent_id=str(third), parent_id_text="Cléo")
    batch = last_batch()
    do(client, "set_parent", [second], parent_id=str(first), parent_id_text="Alba")
    assert "serait la sienne" in undo(client, batch)
    assert [company(pk).parent_id for pk in three] == [third, first, None]
    assert not db.session.get_one(Batch, batch.id).is_undone


# ---- verification


def test_sheets_are_marked_as_verified_by_who_asks(
    client: FlaskClient, login_as: SignIn, three: list[int]
) -> None:
    day = datetime(2026, 11, 25, 9, tzinfo=UTC)
    with time_machine.travel(day, tick=False):
        assert do(login_as("editor"), "verify", three).status_code == 303
    assert {company(pk).verified_at for pk in three} == {day}
    assert {company(pk).verified_by_id for pk in three} == {account_named("editor").id}
    lines = select(func.count()).where(HistoryEntry.action == Action.VERIFIED)
    assert db.session.scalar(lines) == 3
    assert "vérifié la fiche" in client.get(f"/crm/companies/{three[0]}/history").text


def test_verifying_again_counts_once_a_day_and_person(login_as: SignIn, three: list[int]) -> None:
    editor, manager = login_as("editor"), login_as("manager")
    do(editor, "verify", three[:2])
    do(editor, "verify", three)
    assert last_batch().item_count == 1
    do(manager, "verify", three)
    assert last_batch().item_count == 3
    with time_machine.travel(utcnow() + timedelta(days=1)):
        do(login_as("manager"), "verify", three)
    assert last_batch().item_count == 3


def test_a_verification_is_taken_back_to_what_was_before(
    login_as: SignIn, three: list[int]
) -> None:
    do(login_as("manager"), "verify", three[:1])
    before = company(three[0]).verified_at
    with time_machine.travel(utcnow() + timedelta(days=3)):
        person = login_as("editor")
        do(person, "verify", three)
        undo(person, last_batch())
    assert company(three[0]).verified_at == before
    assert company(three[0]).verified_by_id == account_named("manager").id
    assert company(three[1]).verified_at is None
    do(login_as("editor"), "unverify", three)
    assert company(three[0]).verified_at is None
    assert last_batch().item_count == 1
    assert (
        "retiré la vérification"
        in login_as("editor").get(f"/crm/companies/{three[0]}/history").text
    )
    undo(login_as("editor"), last_batch())
    assert company(three[0]).verified_at == before
    assert unsound() == []


# ---- many, and those who may not


def test_hundreds_change_in_few_statements_and_come_back(client: FlaskClient) -> None:
    ids = many(500)
    first, _second = sectors()
    form = {"all": "1", "count": "500", "sector_id": str(first)}
    assert do(client, "set_sector", [], **form).status_code == 303
    batch = last_batch()
    assert batch.item_count == len(told(batch)) == 500
    assert unsound() == []
    assert "L’action a été annulée" in undo(client, batch)
    held = select(func.count()).where(Company.sector_id.is_not(None), Company.id.in_(ids[:100]))
    assert db.session.scalar(held) == 0
    assert unsound() == []


@pytest.mark.parametrize("name", [*NAMES, "verify", "unverify"])
@pytest.mark.parametrize("role", ["reader", "student"])
def test_who_may_not_change_nothing(
    login_as: SignIn, three: list[int], name: str, role: str
) -> None:
    person = login_as(role)
    for answer in (
        do(person, name, three, clear="1"),
        person.post(f"{BULK}{name}/preview", data={"ids": "1"}),
        person.get(f"{BULK}{name}", headers={"HX-Request": "true"}),
    ):
        assert answer.status_code == 403
    assert db.session.scalar(select(func.count()).select_from(Batch)) == 0


def test_a_stale_count_is_refused(client: FlaskClient, three: list[int]) -> None:
    answer = do(client, "verify", [], all="1", count="2")
    assert answer.status_code == 409
    assert company(three[0]).verified_at is None


def test_all_results_but_some(client: FlaskClient, three: list[int]) -> None:
    left_out = {"all": "1", "count": "2", "except": str(three[1])}
    assert do(client, "verify", [], **left_out).status_code == 303
    assert [company(pk).verified_at is None for pk in three] == [False, True, False]
    nobody = {"all": "1", "count": "0", "except": ",".join(map(str, three))}
    assert do(client, "verify", [], **nobody).status_code == 400


def test_a_double_click_acts_once(client: FlaskClient, three: list[int]) -> None:
    key = new_key()
    for _ in range(2):
        assert do(client, "verify", three, key=key).status_code == 303
    assert db.session.scalar(select(func.count()).select_from(Batch)) == 1
    assert do(client, "verify", three, key="short").status_code == 400


def test_the_pop_up_says_how_many_will_change(client: FlaskClient, three: list[int]) -> None:
    first, _second = sectors()
    do(client, "set_sector", three[:1], sector_id=str(first))

    def said(name: str, **form: str) -> str:
        return str(do(client, f"{name}/preview", three, **form).json["text"]).replace("\u202f", " ")

    assert (
        said("set_sector", sector_id=str(first)) == "2 fiches changeront ; 1 a déjà cette valeur."
    )
    assert said("set_sector", clear="1") == "1 fiche changera ; 2 ont déjà cette valeur."
    assert said("set_sector") == ""  # Nothing is chosen yet.
    assert said("verify") == "3 fiches seront marquées comme vérifiées."
    assert said("add_tag", tag_text="Neuf") == "Le tag sera créé, et ajouté à 3 fiches."
    assert said("remove_tag", tag_text="Neuf") == "Aucune fiche de la sélection ne porte ce tag."
    assert db.session.scalar(select(func.count()).select_from(Batch)) == 1  # Looking did nothing.
