"""« Tout exporter » and Actions › Exporter: the pop-up, what is refused, what is remembered."""

import csv
import io
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.accounts.models import Account
from app.companies.models import Company
from app.companies.queries import COMPANIES
from app.companies.views import CompanyView
from app.core.listing import Listing
from app.extensions import db
from app.history.actions import LIST_NUMBERS, Action, Subject
from app.history.models import HistoryEntry
from app.listviews.models import ListChoice
from app.listviews.operations import create_view
from tests.factories import make_company, make_contact
from tests.pages import parse

ALL, SELECTION = "/crm/companies/export", "/crm/companies/bulk/export"
FRAGMENT = {"HX-Request": "true", "HX-Target": "dialog"}
COLUMN_COUNT = 41


@pytest.fixture
def three(app) -> list[Company]:
    found = [make_company(name=name, city=city) for name, city in (
        ("Alba", "Auch"), ("Brio", "Lyon"), ("Cora", "Lyon"))]  # fmt: skip
    db.session.commit()
    return found


@pytest.fixture
def editor_client(login_as) -> FlaskClient:
    return login_as("editor")


def table(answer) -> list[list[str]]:
    assert answer.status_code == 200, answer.text
    text = answer.get_data().decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))


def headings(client: FlaskClient, address: str = ALL, **form) -> list[str]:
    return table(client.post(address, data={"format": "csv", **form}))[0]


def checked(page: str, name: str) -> list[str]:
    return [
        box.attributes["value"]
        for box in parse(page).all("input", name=name)
        if "checked" in box.attributes
    ]


def entries() -> list[HistoryEntry]:
    found = select(HistoryEntry).where(HistoryEntry.action == Action.EXPORTED)
    return list(db.session.scalars(found))


def test_the_pop_up_offers_the_screen_s_columns_all_and_a_choice(editor_client, three):
    page = editor_client.get(ALL).text
    sets = [box.attributes["value"] for box in parse(page).all("input", name="set")]
    assert sets == ["screen", "all", "chosen"]
    assert checked(page, "set") == ["screen"]
    assert checked(page, "format") == ["xlsx"]
    boxes = parse(page).all("input", name="columns")
    assert len(boxes) == COLUMN_COUNT
    assert "3 fiches." in page


def test_the_screen_s_columns_come_in_the_screen_s_order(editor_client, three):
    assert headings(editor_client) == [
        "Raison sociale", "Ville", "Secteur d’activité", "Effectif", "Contacts",
        "Établissements ouverts", "Tags", "Complétude (%)", "Modifiée le",
    ]  # fmt: skip
    address = f"{ALL}?columns=name,siren,city"
    assert headings(editor_client, address) == ["Raison sociale", "SIREN", "Ville"]


def test_what_a_person_has_arranged_is_what_the_screen_shows(editor_client, three):
    editor_client.post("/crm/companies/columns", data={"columns": ["siret"], "keep": "1"})
    assert headings(editor_client) == ["Raison sociale", "SIRET du siège"]


def test_all_columns(editor_client, three):
    assert len(headings(editor_client, set="all")) == COLUMN_COUNT


def test_chosen_columns_come_in_the_file_s_order_and_are_remembered(editor_client, three):
    chosen = {"set": "chosen", "columns": ["city", "siren"]}
    assert headings(editor_client, **chosen) == ["SIREN", "Ville"]
    page = editor_client.get(ALL).text
    assert checked(page, "set") == ["chosen"]
    assert checked(page, "columns") == ["siren", "city"]
    assert checked(page, "format") == ["csv"]


def test_who_takes_a_whole_set_once_finds_their_own_choice_again(editor_client, three):
    headings(editor_client, set="chosen", columns=["city"])
    # The hidden boxes of the form are posted too.
    headings(editor_client, set="all", columns=["name", "siren"])
    page = editor_client.get(ALL).text
    assert checked(page, "set") == ["all"]
    assert checked(page, "columns") == ["city"]


def test_what_is_remembered_is_a_person_s_own(editor_client, login_as, three):
    headings(editor_client, set="chosen", columns=["city"])
    assert checked(login_as("manager").get(ALL).text, "set") == ["screen"]


def test_a_column_that_is_gone_is_no_longer_remembered(editor_client, editor, three):
    db.session.add(
        ListChoice(account_id=editor.id, module="company", export="chosen;csv;gone,city")
    )
    db.session.commit()
    assert checked(editor_client.get(ALL).text, "columns") == ["city"]


@pytest.mark.parametrize("stored", ["chosen;csv;gone", "view-999;csv;", "x", ";;;;", "all;pdf;"])
def test_what_cannot_be_read_any_more_is_the_usual_choice(editor_client, editor, three, stored):
    db.session.add(ListChoice(account_id=editor.id, module="company", export=stored))
    db.session.commit()
    assert checked(editor_client.get(ALL).text, "set") == ["screen"]


def view_of(owner: Account, columns: list[str], name: str = "Forum") -> int:
    view = create_view(Listing(COMPANIES), columns, name, by=owner)
    db.session.commit()
    return view.id


def test_a_saved_view_s_columns(editor_client, editor, three):
    pk = view_of(editor, ["name", "email", "phone"])
    assert "Vue «\u00a0Forum\u00a0»" in editor_client.get(ALL).text
    expected = ["Raison sociale", "E-mail", "Téléphone"]
    assert headings(editor_client, set=f"view-{pk}") == expected


def test_a_view_that_is_not_shared_is_nobody_else_s(editor_client, manager, three):
    pk = view_of(manager, ["name", "email"])
    assert "Forum" not in editor_client.get(ALL).text
    answer = editor_client.post(ALL, data={"format": "csv", "set": f"view-{pk}"})
    assert answer.status_code == 400
    assert "rouvrez" in answer.text


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"format": "pdf"}, "XLSX ou CSV"),
        ({"format": "csv", "set": "nothing"}, "n’existent plus"),
        ({"format": "csv", "set": "chosen", "columns": ["name", "password"]}, "password"),
    ],
)
def test_what_there_is_not_is_refused_and_not_logged(editor_client, three, form, said):
    answer = editor_client.post(ALL, data=form)
    assert answer.status_code == 400
    assert said in answer.text
    assert entries() == []


def test_no_column_is_asked_for_again(editor_client, three):
    answer = editor_client.post(ALL, data={"format": "csv", "set": "chosen"})
    assert answer.status_code == 422
    assert "Cochez au moins une colonne." in answer.text
    assert checked(answer.text, "format") == ["csv"]
    assert entries() == []


def test_a_refused_selection_comes_back_with_the_form(editor_client, three):
    ids = ",".join(str(one.id) for one in three)
    form = {"format": "csv", "set": "chosen", "ids": ids}
    answer = editor_client.post(f"{SELECTION}?sort=name", data=form)
    assert answer.status_code == 422
    [kept] = parse(answer.text).all("input", name="ids")
    assert kept.attributes["value"] == ids
    assert 'action="/crm/companies/bulk/export?sort=name"' in answer.text


def names(answer) -> list[str]:
    return [cells[0] for cells in table(answer)[1:]]


def test_the_checked_rows_come_in_the_list_s_order(editor_client, three):
    ids = ",".join(str(one.id) for one in (three[1], three[0]))
    form = {"format": "csv", "ids": ids}
    assert names(editor_client.post(f"{SELECTION}?sort=-name", data=form)) == ["Brio", "Alba"]
    assert names(editor_client.post(f"{SELECTION}?sort=name", data=form)) == ["Alba", "Brio"]


def test_all_results_are_those_of_the_query_less_those_unchecked(editor_client, three):
    form = {"format": "csv", "all": "1", "count": "2"}
    address = f"{SELECTION}?city=Lyon&sort=-name"
    assert names(editor_client.post(address, data=form)) == ["Cora", "Brio"]
    less = {**form, "count": "1", "except": str(three[2].id)}
    assert names(editor_client.post(address, data=less)) == ["Brio"]


@pytest.mark.parametrize("headers", [{}, FRAGMENT])
def test_another_number_than_was_confirmed_is_refused(editor_client, three, headers):
    form = {"format": "csv", "all": "1", "count": "7"}
    answer = editor_client.post(SELECTION, data=form, headers=headers)
    assert answer.status_code == 409
    assert "3 fiches correspondent maintenant, au lieu de 7" in answer.text
    assert entries() == []


@pytest.mark.parametrize("form", [{}, {"ids": ""}, {"ids": "x"}, {"all": "1", "count": "x"}])
def test_a_selection_that_is_none_is_refused(editor_client, three, form):
    assert editor_client.post(SELECTION, data={"format": "csv", **form}).status_code == 400


def test_the_pop_up_of_a_selection_stands_over_the_list(editor_client, three):
    assert editor_client.get(f"{SELECTION}?q=alba").location == "/crm/companies/?q=alba"
    page = editor_client.get(SELECTION, headers=FRAGMENT).text
    assert "data-selection-count" in page
    assert "data-bulk-form" in page


def test_an_export_is_a_line_of_the_history(editor_client, editor, three):
    form = {
        "format": "xlsx",
        "set": "chosen",
        "columns": ["name", "city"],
        "all": "1",
        "count": "2",
    }
    editor_client.post(f"{SELECTION}?city=Lyon", data=form)
    [entry] = entries()
    assert (entry.subject_kind, entry.subject_id) == (Subject.LIST, LIST_NUMBERS["company"])
    assert entry.actor_id == editor.id
    assert {value.field: value.new_value for value in entry.values} == {
        "count": "2", "query": "city=Lyon", "format": "xlsx",
        "columns": "name,city",
    }  # fmt: skip


def test_it_is_logged_before_the_first_byte(editor_client, three, monkeypatch):
    """Whoever closes the download at once has exported all the same."""

    def stream(_export) -> Iterator[bytes]:
        assert len(entries()) == 1
        yield b"started"

    monkeypatch.setattr("app.core.export.answer._stream", stream)
    assert editor_client.post(ALL, data={"format": "csv"}).data == b"started"


def test_the_history_of_a_list_reads_in_french(login_as, editor_client, three):
    editor_client.post(ALL, data={"format": "csv", "set": "all"})
    form = {
        "format": "xlsx",
        "set": "chosen",
        "columns": ["name", "city"],
        "all": "1",
        "count": "2",
    }
    editor_client.post(f"{SELECTION}?city=Lyon&q=r", data=form)
    page = parse(login_as("manager").get("/crm/companies/history").text).text
    assert "Editor Exemple a exporté une liste" in page
    assert "Toutes les colonnes" in page
    assert "Raison sociale, Ville" in page
    assert "« r » ; Ville : Lyon" in page
    assert "XLSX" in page


def test_each_list_has_its_own_history(login_as, editor_client, three):
    editor_client.post(ALL, data={"format": "csv"})
    assert "a exporté" not in login_as("manager").get("/crm/contacts/history").text


def test_a_query_that_the_list_no_longer_knows_is_shown_as_it_is(
    login_as, editor_client, three, monkeypatch
):
    editor_client.post(f"{SELECTION}?city=Lyon", data={"format": "csv", "all": "1", "count": "2"})
    spec = replace(COMPANIES, facets=())
    monkeypatch.setattr(CompanyView, "spec", spec)
    page = parse(login_as("manager").get("/crm/companies/history").text).text
    assert "city=Lyon" in page


@pytest.mark.parametrize(("role", "status"), [("manager", 200), ("editor", 403), ("reader", 403)])
def test_who_may_read_who_exported(login_as, role, status):
    assert login_as(role).get("/crm/companies/history").status_code == status


@pytest.mark.parametrize(("role", "offered"), [("manager", True), ("editor", False)])
def test_the_pop_up_leads_to_the_history_for_those_who_may(login_as, role, offered):
    assert ("/crm/companies/history" in login_as(role).get(ALL).text) is offered


def test_the_pop_up_of_contacts_says_what_always_goes_along(editor_client):
    make_contact()
    db.session.commit()
    page = editor_client.get("/crm/contacts/export").text
    assert "accompagnent toujours les contacts" in page
    fixed = [
        box for box in parse(page).all("input", name="columns") if "disabled" in box.attributes
    ]
    assert [box.attributes["value"] for box in fixed] == ["consent", "do_not_contact"]
    assert headings(editor_client, "/crm/contacts/export", set="chosen", columns=["email"]) == [
        "E-mail", "Souhaite être contacté", "Ne pas contacter"
    ]  # fmt: skip
