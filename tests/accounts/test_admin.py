"""FAB's screens of users and roles: in French, and safe."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask, current_app
from flask.testing import FlaskClient
from flask_appbuilder.security.sqla.models import Role as RoleRow
from sqlalchemy import select

from app.accounts.models import Account
from app.accounts.queries import role_names
from app.extensions import db
from app.permissions import Role
from tests.accounts.conftest import GOOD_PASSWORD, MakeAccount, form_of
from tests.conftest import PASSWORD, account_named
from tests.security.pages import form_with

SignIn = Callable[[str], FlaskClient]

CLOSED_PAGES = (
    "/users/list/",
    "/users/add",
    "/users/show/1",
    "/users/edit/1",
    "/roles/list/",
    "/roles/add",
    "/roles/show/1",
    "/reference/sectors/list/",
    "/reference/naf/list/",
    "/resetpassword/form?pk=1",
)
CLOSED_FORMS = (
    "/users/add",
    "/users/edit/1",
    "/users/delete/1",
    "/users/action_post",
    "/users/action/resetpasswords/1",
    "/roles/delete/1",
    "/reference/sectors/add",
)

ENGLISH = re.compile(
    r">\s*(List|Show|Add|Edit|Delete|Save|Back|Search|Actions?|Record Count|User Name|Is Active\?|"
    r"Cancel|OK|No records found|Role|Roles|Name|Permissions|Security)\b[^<]*<"
)
TYPOGRAPHY = re.compile(r"(?<=\w) [:;!?](?=[ <])|\w'\w|\.\.\.")


def text_of(page: str) -> str:
    """What a page says: its main part without tags, scripts and styles."""
    main = page.partition("<main")[2].partition("</main>")[0]
    return re.sub(r"<(script|style)\b.*?</\1>", "", main, flags=re.DOTALL)


@pytest.mark.parametrize(
    "path",
    ["/users/list/", "/users/add", "/users/show/1", "/users/edit/1", "/roles/list/", "/roles/add", "/roles/show/1",
     "/reference/sectors/list/", "/reference/sectors/add", "/reference/sectors/show/1", "/reference/naf/list/",
     "/reference/countries/list/"],
)  # fmt: skip
def test_screen_is_french(login_as: SignIn, path: str) -> None:
    page = login_as("admin").get(path)
    assert page.status_code == 200
    said = text_of(page.text)
    assert not ENGLISH.search(said), ENGLISH.search(said)
    assert not TYPOGRAPHY.search(re.sub(r"<[^>]*>", "<>", said)), TYPOGRAPHY.search(said)
    assert said.count("<h1") == 1


def test_list_shows_accounts_with_their_category_and_roles(login_as: SignIn) -> None:
    page = login_as("admin").get("/users/list/?_flt_0_search_text=STUDENT")
    assert 'data-total="1"' in page.text
    for shown in ("student@ecole.example", "Étudiant", "Compte sans CRM", "Oui"):
        assert shown in page.text
    assert "pbkdf2" not in page.text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("_flt_0_search_text=exemple+rea", {"reader"}),
        ("_flt_0_search_text=%25", set()),
        ("_flt_0_category=student", {"student"}),
        ("_flt_0_active=n", set()),
        ("_flt_0_active=y&_flt_0_category=graduate", {"graduate"}),
    ],
)
def test_search_finds(login_as: SignIn, query: str, found: set[str]) -> None:
    page = login_as("admin").get(f"/users/list/?{query}").text
    shown = set(re.findall(r"<td>(\w+)@ecole\.example</td>", page))
    assert shown == found
    assert f'data-total="{len(found)}"' in page


def test_search_by_role_and_form_keeps_what_was_asked(login_as: SignIn) -> None:
    role = db.session.scalars(select(RoleRow).where(RoleRow.name == Role.ACCOUNT)).one()
    page = login_as("admin").get(f"/users/list/?_flt_0_roles={role.id}&_flt_0_search_text=exemple")
    assert set(re.findall(r"<td>(\w+)@ecole", page.text)) == {"student", "graduate"}
    sent = form_with(page.text, "_flt_0_search_text")
    assert sent["_flt_0_search_text"] == ["exemple"]
    assert sent["_flt_0_roles"] == [str(role.id)]


@pytest.mark.parametrize("value", ["abc", "-1", "9" * 20, "1 OR 1=1"])
def test_bad_filter_values_are_refused(login_as: SignIn, value: str) -> None:
    admin = login_as("admin")
    for column in ("roles", "active"):
        query = {f"_flt_0_{column}": value}
        assert admin.get("/users/list/", query_string=query).status_code == 400


def test_columns_sort_both_ways(login_as: SignIn) -> None:
    admin = login_as("admin")
    orders = []
    for way in ("asc", "desc"):
        page = admin.get(f"/users/list/?_oc_AccountAdmin=username&_od_AccountAdmin={way}").text
        assert f'aria-sort="{way}ending"' in page
        orders.append(re.findall(r"<td>(\w+)@ecole", page))
    assert orders[0] == sorted(orders[0]) == orders[1][::-1]


def test_list_costs_few_statements(login_as: SignIn) -> None:
    from tests.security.watch import statements

    admin = login_as("admin")
    with statements() as seen:
        admin.get("/users/list/")
    assert len(seen) <= 6, seen


def test_account_is_added_and_signs_in(app: Flask, login_as: SignIn) -> None:
    admin = login_as("admin")
    sent = form_with(
        admin.get("/users/add").text, "password",
        first_name="Zoé", last_name="d’Été", username="zoe", email="Zoe.Dete@Ecole.EXAMPLE",
        category="graduate", civility="mme", programme="Master", year="2024", roles=[Role.ACCOUNT],
        password=GOOD_PASSWORD, conf_password=GOOD_PASSWORD,
    )  # fmt: skip
    answer = admin.post("/users/add", data=sent)
    assert (answer.status_code, answer.location) == (303, "/users/list/")
    person = app.test_client()
    signed = person.post("/login/", data={"username": "zoe", "password": GOOD_PASSWORD})
    assert signed.status_code == 303
    profile = person.get("/profile/").text
    for shown in ("Zoé d’Été", "Diplômé", "Master", "2024"):
        assert shown in profile
    assert GOOD_PASSWORD not in admin.get("/users/list/").text


def test_refused_form_comes_back_with_its_errors_and_all_that_was_typed(login_as: SignIn) -> None:
    admin = login_as("admin")
    sent = form_with(
        admin.get("/users/add").text, "password",
        first_name="Zoé", last_name="", username="deux mots", email="pas une adresse", year="1820",
        roles=[Role.READER], password=GOOD_PASSWORD, conf_password="autre chose, bien longue",
    )  # fmt: skip
    answer = admin.post("/users/add", data=sent)
    assert answer.status_code == 422
    for name in ("last_name", "username", "email", "year", "conf_password"):
        assert f'id="{name}-error"' in answer.text
    back = form_with(answer.text, "password")
    assert (back["first_name"], back["username"], back["email"]) == (["Zoé"], ["deux mots"], ["pas une adresse"])  # fmt: skip
    assert back["roles"] == [Role.READER]
    assert GOOD_PASSWORD not in answer.text


def test_username_taken_is_said_at_its_field(login_as: SignIn) -> None:
    admin, reader = login_as("admin"), account_named("reader")
    answer = admin.post(f"/users/edit/{reader.id}", data=form_of(reader, admin, username="Editor"))
    assert answer.status_code == 422
    assert 'id="username-error"' in answer.text
    assert "déjà pris" in answer.text
    db.session.refresh(reader)
    assert reader.username == "reader"


def test_deletion_is_a_post_that_says_why_it_is_refused(
    login_as: SignIn, make_account: MakeAccount
) -> None:
    admin, gone = login_as("admin"), make_account("passage")
    assert admin.get(f"/users/delete/{gone.id}").status_code == 405
    assert admin.post(f"/users/delete/{gone.id}").location == "/users/list/"
    assert db.session.scalar(select(Account.id).where(Account.username == "passage")) is None
    me = account_named("admin").id
    answer = admin.post(f"/users/delete/{me}", follow_redirects=True)
    assert "Vous ne pouvez pas supprimer votre propre compte." in text_of(answer.text)
    assert admin.post("/users/delete/999999").status_code == 404


def test_new_password_for_somebody_else(app: Flask, login_as: SignIn) -> None:
    admin, reader = login_as("admin"), account_named("reader")
    assert f"/resetpassword/form?pk={reader.id}" in admin.get(f"/users/show/{reader.id}").text
    path = f"/resetpassword/form?pk={reader.id}"
    answer = admin.post(path, data={"password": GOOD_PASSWORD, "conf_password": GOOD_PASSWORD})
    assert answer.location == f"/users/show/{reader.id}"
    signed = app.test_client().post(
        "/login/", data={"username": "reader", "password": GOOD_PASSWORD}
    )
    assert signed.status_code == 303


@pytest.mark.parametrize(
    ("pk", "status"), [("", 400), ("abc", 400), ("9" * 20, 400), ("999999", 404)]
)
def test_new_password_for_nobody(login_as: SignIn, pk: str, status: int) -> None:
    assert login_as("admin").get(f"/resetpassword/form?pk={pk}").status_code == status


def test_ones_own_password_asks_for_the_present_one(login_as: SignIn) -> None:
    admin, me = login_as("admin"), account_named("admin")
    assert admin.get(f"/resetpassword/form?pk={me.id}").status_code == 403
    page = admin.get(f"/users/show/{me.id}").text
    assert "/resetmypassword/form" in page
    sent = {"current": "non", "password": GOOD_PASSWORD, "conf_password": GOOD_PASSWORD}
    answer = admin.post("/resetmypassword/form", data=sent)
    assert answer.status_code == 422
    assert "Ce n’est pas votre mot de passe actuel." in answer.text
    assert (
        admin.post("/resetmypassword/form", data={**sent, "current": PASSWORD}).status_code == 303
    )


@pytest.mark.parametrize("username", ["manager", "editor", "reader", "student"])
def test_others_see_none_of_it(login_as: SignIn, username: str) -> None:
    person = login_as(username)
    for path in CLOSED_PAGES:
        assert person.get(path).status_code == 403, path
    for path in CLOSED_FORMS:
        assert person.post(path).status_code == 403, path
    assert person.get("/users/userinfo/").location == "/profile/"


# ---- roles


def own_role(name: str = "Secrétariat") -> RoleRow:
    return current_app.appbuilder.sm.add_role(name)  # type: ignore[attr-defined,no-any-return]


def test_roles_of_the_product_are_shown_and_cannot_be_changed(login_as: SignIn) -> None:
    admin = login_as("admin")
    assert "Lecteur du CRM" in admin.get("/roles/list/").text
    for role in db.session.scalars(select(RoleRow)).all():
        page = admin.get(f"/roles/show/{role.id}").text
        assert "fixés par l’application" in page
        assert f"/roles/edit/{role.id}" not in page
        assert f"/roles/delete/{role.id}" not in page
        assert admin.get(f"/roles/edit/{role.id}").status_code == 403
        assert admin.post(f"/roles/edit/{role.id}", data={"name": "x"}).status_code == 403
        assert admin.post(f"/roles/delete/{role.id}").status_code == 403
    assert (
        admin.post("/roles/action_post", data={"action": "copyrole", "rowid": "1"}).status_code
        == 403
    )


def test_own_role_is_made_changed_used_and_deleted(login_as: SignIn) -> None:
    admin = login_as("admin")
    page = admin.get("/roles/add").text
    right = re.search(r'value="(\d+)">\s*<label[^>]*>Entreprises · voir la liste<', page)
    assert right
    assert admin.post("/roles/add", data=form_with(page, "name", name="Stages", permissions=[right[1]])).status_code == 303  # fmt: skip
    role = db.session.scalars(select(RoleRow).where(RoleRow.name == "Stages")).one()
    assert "Entreprises · voir la liste" in admin.get(f"/roles/show/{role.id}").text

    student = account_named("student")
    admin.post(
        f"/users/edit/{student.id}", data=form_of(student, admin, roles=[Role.ACCOUNT, "Stages"])
    )
    db.session.expire_all()
    assert role_names(student) == {Role.ACCOUNT, "Stages"}
    person = login_as("student")
    assert person.get("/crm/companies/").status_code == 200
    assert person.get("/crm/contacts/").status_code == 403

    answer = admin.post(f"/roles/delete/{role.id}", follow_redirects=True)
    assert "Des comptes ont ce rôle" in text_of(answer.text)
    page = admin.get(f"/roles/edit/{role.id}").text
    assert admin.post(f"/roles/edit/{role.id}", data=form_with(page, "seen", permissions=None)).status_code == 303  # fmt: skip
    assert person.get("/crm/companies/").status_code == 403
    admin.post(f"/users/edit/{student.id}", data=form_of(student, admin, roles=[Role.ACCOUNT]))
    assert admin.post(f"/roles/delete/{role.id}").location == "/roles/list/"
    assert db.session.scalar(select(RoleRow.id).where(RoleRow.name == "Stages")) is None


@pytest.mark.parametrize("name", ["", "Admin", "admin", "Secrétariat"])
def test_role_name_is_free_and_not_blank(login_as: SignIn, name: str) -> None:
    own_role()
    answer = login_as("admin").post("/roles/add", data={"name": name})
    assert answer.status_code == 422


def test_patterns_are_not_offered_as_rights(login_as: SignIn) -> None:
    assert "^" not in text_of(login_as("admin").get("/roles/add").text)
