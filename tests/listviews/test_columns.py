"""The columns of a list: chosen in the address, in the pop-up, and remembered for the person."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict

from app.accounts.models import Account
from app.companies.columns import COLUMNS as COMPANY_COLUMNS
from app.companies.export import COMPANY_EXPORT
from app.companies.models import Company
from app.companies.queries import COMPANIES
from app.contacts.columns import COLUMNS as CONTACT_COLUMNS
from app.contacts.export import CONTACT_EXPORT
from app.contacts.models import Contact
from app.core.db import utcnow
from app.core.export.columns import ExportSpec
from app.core.listcolumns import MOST_COLUMNS, Column, default_keys
from app.core.listing import BadQuery, Listing
from app.extensions import db
from app.listviews.queries import choice_of
from app.listviews.views import moved
from tests.each import for_each
from tests.filled import Filled, fill
from tests.listviews.asking import LIST, headings, make_view
from tests.pages import parse, rows

SignIn = Callable[[str], FlaskClient]
COLUMNS: list[tuple[str, Column]] = [
    *(("companies", column) for column in COMPANY_COLUMNS),
    *(("contacts", column) for column in CONTACT_COLUMNS),
]
ROWS = {"HX-Request": "true", "HX-Target": "list"}


def columns_form(client: FlaskClient, query: str = "") -> tuple[str, list[tuple[str, str]]]:
    """The address of the pop-up « Colonnes », and what it would post as it stands."""
    address = f"{LIST}columns?{query}"
    form = parse(client.get(address).text).one("form", data_columns=None)
    fields = [
        (box.attributes["name"], box.attributes["value"])
        for box in form.all("input")
        if "name" in box.attributes
        and (box.attributes.get("type") == "hidden" or "checked" in box.attributes)
    ]
    return address, fields


def post(client: FlaskClient, query: str, keys: list[str], **more: str) -> Any:
    address, fields = columns_form(client, query)
    kept = [pair for pair in fields if pair[0] not in {"columns", "keep"}]
    body = [*kept, *(("columns", key) for key in keys), *more.items()]
    return client.post(address, data=MultiDict(body))


# ---- the address


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("", ()),
        ("name,city,tags", ("name", "city", "tags")),
        ("city,tags", ("name", "city", "tags")),
        ("tags,name,city", ("name", "tags", "city")),
        ("name", ("name",)),
    ],
)
def test_the_name_is_always_there_and_first(value: str, expected: tuple[str, ...]) -> None:
    assert Listing.parse(MultiDict({"columns": value}), COMPANIES).columns == expected


@pytest.mark.parametrize("value", ["password", "name,name", "city,city", "name,,city", ",", "Name", "a" * 9000])  # fmt: skip
@pytest.mark.parametrize("headers", [{}, ROWS])
def test_columns_that_the_list_lacks_are_refused_in_words(
    login_as: SignIn, value: str, headers: dict[str, str]
) -> None:
    answer = login_as("reader").get(f"{LIST}?columns={value}", headers=headers)
    assert answer.status_code == 400
    assert "colonne" in answer.text


def test_a_list_with_columns_of_its_own_knows_no_choice(login_as: SignIn) -> None:
    assert login_as("reader").get("/crm/tags/?columns=label").status_code == 400


def test_the_columns_of_the_address_show_in_its_order(login_as: SignIn) -> None:
    fill()
    page = login_as("reader").get(f"{LIST}?columns=siren,name,city").text
    assert headings(page) == ["Nom", "SIREN", "Ville"]
    cells = parse(page).one("tbody").all("tr")[0].all(role="cell")
    assert [cell.attributes.get("data-label") for cell in cells][-2:] == ["SIREN", "Ville"]


def test_links_of_the_page_keep_the_columns(login_as: SignIn) -> None:
    fill()
    page = parse(login_as("reader").get(f"{LIST}?columns=name,city&size=25").text)
    sort = page.one("a", id="sort-city")
    assert sort.attributes["href"] == f"{LIST}?sort=city&columns=name,city"
    sheet = page.all("a", css="who__name")[0].attributes["href"]
    assert "columns%3Dname,city" in sheet


@pytest.fixture
def filled() -> Filled:
    """One company and one contact whose every column has something to show."""
    made = fill()
    db.session.get_one(Company, made.company).rna = "W751000000"
    db.session.get_one(Contact, made.contact).do_not_contact_at = utcnow()
    db.session.commit()
    return made


@for_each(COLUMNS, named=lambda each: f"{each[0]}, {each[1].key}")
def test_every_column_can_be_shown_alone(
    each: tuple[str, Column], filled: Filled, login_as: SignIn
) -> None:
    """Its cell reads nothing but what it says that it reads: anything else is not loaded."""
    kind, column = each
    page = login_as("admin").get(f"/crm/{kind}/?columns={column.key}")
    assert page.status_code == 200
    assert headings(page.text)[-1] == str(column.label)
    known = filled.company if kind == "companies" else filled.contact
    assert known in rows(page.text)
    cell = parse(page.text).one("tr", data_id=str(known)).all(data_label=str(column.label))[-1]
    assert cell.text, "the filled sheet shows a value in every column"


@pytest.mark.parametrize(
    ("columns", "exported"),
    [(COMPANY_COLUMNS, COMPANY_EXPORT), (CONTACT_COLUMNS, CONTACT_EXPORT)],
    ids=["companies", "contacts"],
)
def test_keys_are_those_of_the_export_where_they_mean_the_same(
    columns: tuple[Column, ...], exported: ExportSpec
) -> None:
    keys = {column.key for column in exported.columns}
    assert {column.key for column in columns} <= keys | set(exported.stand_for)


def test_nothing_that_is_personal_is_a_column() -> None:
    assert not [column.key for column in CONTACT_COLUMNS if "personal" in "".join(column.reads)]


# ---- the pop-up


def test_the_pop_up_shows_all_columns_those_that_show_checked(login_as: SignIn) -> None:
    reader = login_as("reader")
    _address, fields = columns_form(reader, "columns=name,siren,city")
    order = [value for name, value in fields if name == "order"]
    assert order[:3] == ["name", "siren", "city"]
    assert sorted(order) == sorted(column.key for column in COMPANY_COLUMNS)
    assert [value for name, value in fields if name == "columns"] == ["siren", "city"]


def test_columns_are_applied_to_the_address_and_remembered(
    login_as: SignIn, reader: Account
) -> None:
    client = login_as("reader")
    answer = post(client, "city=Blois&sort=-city", ["siren", "city"], keep="1")
    assert (answer.status_code, answer.location) == (
        303, f"{LIST}?city=Blois&sort=-city&columns=name,siren,city",
    )  # fmt: skip
    fill()
    assert headings(client.get(LIST).text) == ["Nom", "SIREN", "Ville"]
    assert headings(login_as("editor").get(LIST).text)[1] == "Ville"
    assert headings(client.get("/crm/contacts/").text)[1] == "Prénom"


def test_columns_can_be_applied_this_once(login_as: SignIn, reader: Account) -> None:
    answer = post(login_as("reader"), "", ["siren"])
    assert answer.location == f"{LIST}?columns=name,siren"
    assert choice_of("company", reader) is None


def test_going_back_to_the_original_columns(login_as: SignIn, reader: Account) -> None:
    client = login_as("reader")
    post(client, "", ["siren"], keep="1")
    answer = post(client, "q=bois&columns=name,siren", ["siren"], reset="1")
    assert answer.location == f"{LIST}?q=bois"
    db.session.expire_all()
    chosen = choice_of("company", reader)
    assert chosen is not None
    assert chosen.columns == ""


def test_a_view_keeps_its_columns_when_the_person_chooses_others(
    login_as: SignIn, reader: Account
) -> None:
    fill()
    view = make_view("Sirens", reader, columns=("name", "siren"))
    client = login_as("reader")
    post(client, "", ["city"], keep="1")
    assert headings(client.get(f"{LIST}?view={view.id}").text) == ["Nom", "SIREN"]
    answer = post(client, f"view={view.id}", ["siren"], reset="1")
    assert (
        answer.location
        == f"{LIST}?columns={','.join(default_keys(COMPANY_COLUMNS))}&view={view.id}"
    )


@pytest.mark.parametrize("keys", [["password"], ["city", "city"], ["name"], [""]])
def test_what_is_no_choice_of_columns_is_refused(login_as: SignIn, keys: list[str]) -> None:
    assert post(login_as("reader"), "", keys, keep="1").status_code == 400


def test_without_a_script_a_button_moves_a_column(login_as: SignIn, reader: Account) -> None:
    client = login_as("reader")
    address, fields = columns_form(client, "columns=name,siren,city")
    fields = [pair for pair in fields if pair != ("columns", "siren")]
    page = client.post(address, data=MultiDict([*fields, ("move", "city:up")]))
    assert page.status_code == 200
    form = parse(page.text)
    assert [item.attributes["data-column"] for item in form.all("li", data_column=None)][:3] == [
        "name", "city", "siren",
    ]  # fmt: skip
    boxes = {box.attributes["value"]: "checked" in box.attributes for box in form.all("input", name="columns")}  # fmt: skip
    assert (boxes["city"], boxes["siren"]) == (True, False)
    assert choice_of("company", reader) is None


@pytest.mark.parametrize("step", ["", "city", "city:left", "password:up", "city:up:up"])
def test_a_step_that_is_none_is_refused(login_as: SignIn, step: str) -> None:
    client = login_as("reader")
    address, fields = columns_form(client)
    assert client.post(address, data=MultiDict([*fields, ("move", step)])).status_code == 400


def test_columns_move_one_place_and_the_first_stays() -> None:
    order = ["name", "city", "siren"]
    assert moved(order, "siren:up") == ["name", "siren", "city"]
    assert moved(order, "city:down") == ["name", "siren", "city"]
    for step in ("city:up", "siren:down"):
        assert moved(order, step) == order
    with pytest.raises(BadQuery):
        moved([], "name:up")


def test_a_column_that_is_no_more_is_left_out_of_what_was_kept(
    login_as: SignIn, reader: Account
) -> None:
    fill()
    client = login_as("reader")
    post(client, "", ["siren"], keep="1")
    chosen = choice_of("company", reader)
    assert chosen is not None
    original = [str(column.label) for column in COMPANY_COLUMNS if column.default]
    for stored, expected in (("former,siren,siren", ["Nom", "SIREN"]), ("x" * 500, original)):
        chosen.columns = stored
        db.session.commit()
        assert headings(client.get(LIST).text) == expected


def test_a_list_shows_so_many_columns_and_no_more(login_as: SignIn, reader: Account) -> None:
    client = login_as("reader")
    keys = [column.key for column in COMPANY_COLUMNS if column.key != "name"]
    enough = post(client, "", keys[: MOST_COLUMNS - 1])
    assert enough.location == f"{LIST}?columns=name,{','.join(keys[: MOST_COLUMNS - 1])}"
    refused = post(client, "", keys[:MOST_COLUMNS], keep="1")
    assert refused.status_code == 422
    assert "18 colonnes au plus : décochez-en 1." in refused.text.replace("\xa0", " ")
    boxes = parse(refused.text).all("input", name="columns", checked=None)
    assert {box.attributes["value"] for box in boxes} == {*keys[:MOST_COLUMNS]}
    assert client.get(f"{LIST}?columns={','.join(keys)}").status_code == 400
    assert choice_of("company", reader) is None
