"""One test for each row, F1 to F21, of an attack on a bare Flask-AppBuilder application."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_appbuilder import action
from flask_appbuilder.api import BaseApi, ModelRestApi
from flask_appbuilder.models.sqla.filters import FilterEqual
from flask_login import login_user
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import func, inspect, select
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException

from app.accounts.models import Account
from app.companies.models import Company
from app.core.admin import SafeInterface, SafeModelView
from app.extensions import db
from app.permissions import Role
from tests.conftest import PASSWORD, account_named
from tests.factories import make_company
from tests.security.pages import form_with
from tests.security.watch import UNSAFE, addresses, dump, give_rights, safe_views, views

SignIn = Callable[[str], FlaskClient]
SECRETS = re.compile(r"scrypt:|pbkdf2:|fail_login_count|session_epoch")


# ---- F1 to F5: doors that FAB leaves open


def test_f1_no_api_shows_columns_that_nobody_chose(app: Flask) -> None:
    six = ("list_columns", "show_columns", "add_columns", "edit_columns", "search_columns", "order_columns")  # fmt: skip
    for api in views(app):
        if isinstance(api, ModelRestApi):
            missing = [name for name in six if name not in vars(type(api))]
            assert not missing, f"{type(api).__name__} leaves {missing} to FAB"


def test_f1_no_page_holds_a_password_hash(app: Flask, login_as: SignIn) -> None:
    make_company()
    admin = login_as("admin")
    for path in addresses(app, {"GET"}):
        with admin.get(path) as page:
            assert page.status_code < 500, path
            if "/static/" not in path:
                assert not SECRETS.search(page.get_data(as_text=True)), path


def test_f2_forged_columns_are_not_stored(login_as: SignIn) -> None:
    admin, reader = login_as("admin"), account_named("reader")
    before = {name: getattr(reader, name) for name in Account.__table__.columns.keys()}  # noqa: SIM118
    forged = {
        "id": "999", "password": "x", "session_epoch": "-1", "login_count": "77",
        "fail_login_count": "77", "created_on": "2001-01-01", "created_by": "1", "created_by_fk": "1",
        "changed_by_fk": "1", "last_login": "2001-01-01", "search_text": "forged", "groups": "1",
    }  # fmt: skip
    page = admin.get(f"/users/edit/{reader.id}").text
    sent = form_with(page, "seen", programme="Grande École", **forged)
    assert admin.post(f"/users/edit/{reader.id}", data=sent).status_code == 303
    db.session.refresh(reader)
    after = {name: getattr(reader, name) for name in before}
    changed = {name for name, value in before.items() if after[name] != value}
    assert changed <= {"changed_on", "changed_by_fk"}
    assert reader.changed_by_fk == account_named("admin").id


class _ScopedAdmin(SafeModelView):
    """A list of which only some records may be seen, and an action on them."""

    datamodel = SafeInterface(Account)
    route_base = "/scoped"
    list_columns = ["username"]
    search_columns = ["username"]
    base_order = ("username", "asc")
    done: list[str] = []

    base_filters = [["username", FilterEqual, "reader"]]

    @action("mark", "Mark", multiple=True)
    def mark(self, items: Any) -> None:
        chosen = items if isinstance(items, list) else [items]
        self.done.extend(item.username for item in chosen)


def test_f3_actions_reach_nothing_outside_base_filters(app: Flask) -> None:
    view = _ScopedAdmin()
    view.appbuilder = app.appbuilder  # type: ignore[attr-defined]
    reader, admin = account_named("reader"), account_named("admin")
    view.done.clear()
    with app.test_request_context("/scoped/action_post", method="POST"):
        login_user(admin)
        for asked in ([admin.id], [reader.id, admin.id], [10**20], ["x"], []):
            with pytest.raises(HTTPException) as refusal:
                view._act("mark", [str(key) for key in asked], single=False)
            assert refusal.value.code in {400, 404}
            assert view.done == []
        with pytest.raises(HTTPException):
            view._act("nope", [str(reader.id)], single=False)
        view.endpoint = "AccountAdmin"
        view._act("mark", [str(reader.id)], single=False)
    assert view.done == ["reader"]


def test_f4_reading_changes_nothing(app: Flask, login_as: SignIn) -> None:
    make_company()
    admin = login_as("admin")
    before = dump()
    for path in addresses(app, {"GET"}):
        with admin.get(path):
            pass
    for path in ("/users/delete/2", "/users/action/resetpasswords/2", "/roles/delete/2"):
        assert admin.get(path).status_code == 405
    db.session.expire_all()
    assert dump() == before


CONTENT = ["application/json", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]  # fmt: skip


@pytest.mark.parametrize("kind", CONTENT)
def test_f5_nothing_changes_on_a_cookie_alone(
    app: Flask, login_as: SignIn, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    admin = login_as("admin")
    before = dump()
    for path in addresses(app, UNSAFE):
        body = "{}" if kind == "application/json" else ""
        answer = admin.post(path, data=body, headers={"Content-Type": kind})
        assert answer.status_code in {400, 401, 403}, (path, answer.status_code)
    db.session.expire_all()
    assert dump() == before


def test_f5_no_api_that_writes_takes_the_browsers_cookie(app: Flask) -> None:
    for api in views(app):
        if isinstance(api, BaseApi) and api.allow_browser_login:
            routes = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith(f"{api.endpoint}.")]  # fmt: skip
            assert not any(UNSAFE & (rule.methods or set()) for rule in routes)


# ---- F6 to F10: sessions, tries, redirects, headers (each has a file of its own beside)


def test_f6_stolen_cookie_does_not_outlive_a_new_password(app: Flask, login_as: SignIn) -> None:
    stolen = login_as("reader")
    assert stolen.get("/profile/").status_code == 200
    app.appbuilder.sm.reset_password(account_named("reader").id, "girafe tampon violon")  # type: ignore[attr-defined]
    assert stolen.get("/profile/").status_code == 302


@pytest.mark.parametrize("path", ["/login/", "/api/v1/security/login"], ids=["F7", "F8"])
def test_f7_f8_tries_are_counted(client: FlaskClient, path: str) -> None:
    wrong = {"username": "reader", "password": "non", "provider": "db"}
    sent = {"json": wrong} if "api" in path else {"data": wrong}
    statuses = [client.post(path, **sent).status_code for _ in range(11)]  # type: ignore[arg-type]
    assert 429 not in statuses[:10]
    assert statuses[10] == 429


def test_f9_forged_host_redirects_nowhere(client: FlaskClient) -> None:
    answer = client.post(
        "/login/?next=http://evil.example/x",
        data={"username": "reader", "password": PASSWORD},
        headers={"Host": "evil.example"},
    )
    assert answer.status_code == 400
    assert "evil" not in answer.headers.get("Location", "")


def test_f10_every_answer_has_the_security_headers(app: Flask, login_as: SignIn) -> None:
    admin = login_as("admin")
    for path in addresses(app, {"GET"}):
        with admin.get(path) as page:
            for name in ("Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy"):
                assert name in page.headers, (path, name)


# ---- F11 to F13: addresses


SILLY = ["", "abc", "-5", "1e3", "²", "1" + "0" * 20, "%", "((", "'", '" OR 1=1 --', "\x00", "__table__", "x" * 300]  # fmt: skip


def test_f11_silly_values_are_a_400_or_a_404(app: Flask, login_as: SignIn) -> None:
    admin = login_as("admin")
    for view in safe_views(app):
        base, name = view.route_base, type(view).__name__
        names = (f"_oc_{name}", f"_od_{name}", f"page_{name}", f"psize_{name}", "_flt_0_nope", "_flt_9_name", "nope")  # fmt: skip
        for parameter in names:
            for value in SILLY[1:]:
                answer = admin.get(f"{base}/list/", query_string={parameter: value})
                assert answer.status_code == 400, (base, parameter, value)
        for value in ("abc", "-5", "1" + "0" * 20, "%00", "'"):
            assert admin.get(f"{base}/show/{value}").status_code == 404


@hypothesis_settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_f11_no_query_string_breaks_a_page(
    app: Flask, login_as: SignIn, data: st.DataObject
) -> None:
    paths = [path for path in addresses(app, {"GET"}) if "/static/" not in path]
    path = data.draw(st.sampled_from(paths))
    known = [
        "q",
        "sort",
        "page",
        "size",
        "tag",
        "city",
        "next",
        "pk",
        "_l_",
        "_flt_0_search_text",
        "_flt_0_roles",
        "_flt_0_active",
        "_flt_0_label",
        "_oc_AccountAdmin",
        "_od_AccountAdmin",
        "page_AccountAdmin",
        "psize_AccountAdmin",
    ]
    value = st.one_of(st.sampled_from(SILLY), st.text(max_size=30), st.integers().map(str))
    args = data.draw(st.lists(st.tuples(st.sampled_from(known), value), max_size=4))
    sendable = [(name, text.encode("utf-8", "ignore").decode()) for name, text in args]
    answer = login_as("admin").get(path, query_string=MultiDict(sendable))
    assert answer.status_code < 500, (path, args)


def test_f12_page_size_has_a_ceiling(app: Flask, login_as: SignIn) -> None:
    admin = login_as("admin")
    for view in safe_views(app):
        for size in ("101", "1000000"):
            query = {f"psize_{type(view).__name__}": size}
            assert admin.get(f"{view.route_base}/list/", query_string=query).status_code == 400
    assert admin.get("/crm/companies/?size=1000000").status_code == 400
    page = admin.get("/reference/naf/list/?psize_NafCodeAdmin=100")
    assert page.text.count("data-id=") == 100


def test_f13_only_listed_columns_sort_and_filter(app: Flask, login_as: SignIn) -> None:
    admin = login_as("admin")
    for view in safe_views(app):
        name = type(view).__name__
        for column in inspect(view.datamodel.obj).attrs.keys():  # noqa: SIM118
            sort = {f"_oc_{name}": column, f"_od_{name}": "asc"}
            expected = 200 if column in view.order_columns else 400
            answer = admin.get(f"{view.route_base}/list/", query_string=sort)
            assert answer.status_code == expected, (name, column)
            if column not in view.search_columns:
                answer = admin.get(f"{view.route_base}/list/", query_string={f"_flt_0_{column}": "a"})  # fmt: skip
                assert answer.status_code == 400, (name, column)
        assert not {"password", "session_epoch"} & {*view.order_columns, *view.search_columns}


# ---- F14 to F17: rights, the last administrator, two people at once, twice the same


def test_f14_who_edits_accounts_does_not_become_administrator(login_as: SignIn) -> None:
    rights = [("can_edit", "UserDBModelView"), ("can_show", "UserDBModelView"), ("can_list", "UserDBModelView")]  # fmt: skip
    give_rights("reader", *rights)
    reader = account_named("reader")
    person = login_as("reader")
    page = person.get(f"/users/edit/{reader.id}").text
    sent = form_with(page, "seen", roles=[Role.ADMIN])
    answer = person.post(f"/users/edit/{reader.id}", data=sent)
    assert answer.status_code == 422
    student = account_named("student")
    page = person.get(f"/users/edit/{student.id}").text
    sent = form_with(page, "seen", roles=[Role.ADMIN])
    assert person.post(f"/users/edit/{student.id}", data=sent).status_code == 422
    for account in (reader, student):
        db.session.refresh(account)
        assert Role.ADMIN not in {role.name for role in account.roles}  # type: ignore[attr-defined]


def test_f15_the_last_administrator_stays(login_as: SignIn) -> None:
    admin, account = login_as("admin"), account_named("admin")
    admin.post(f"/users/delete/{account.id}")
    for changed in ({"active": None}, {"roles": [Role.READER]}):
        page = admin.get(f"/users/edit/{account.id}").text
        answer = admin.post(f"/users/edit/{account.id}", data=form_with(page, "seen", **changed))  # type: ignore[arg-type]
        assert answer.status_code == 422
    db.session.refresh(account)
    assert account.active
    assert [role.name for role in account.roles] == [Role.ADMIN]  # type: ignore[attr-defined]


def test_f16_stale_save_is_a_conflict(login_as: SignIn) -> None:
    company = make_company(phone="+33123456789")
    path = f"/crm/companies/{company.id}/edit"
    first, second = login_as("editor"), login_as("manager")
    mine, theirs = (form_with(person.get(path).text, "base") for person in (first, second))
    assert first.post(path, data={**mine, "name": "Nom du premier"}).status_code in {204, 303}
    answer = second.post(path, data={**theirs, "name": "Nom du second"})
    assert answer.status_code == 409
    assert "Nom du premier" in answer.text
    assert "Nom du second" in answer.text
    db.session.refresh(company)
    assert company.name == "Nom du premier"


def test_f16_stale_save_of_an_account_is_a_conflict(app: Flask, login_as: SignIn) -> None:
    reader, admin = account_named("reader"), login_as("admin")
    path = f"/users/edit/{reader.id}"
    mine, theirs = (form_with(admin.get(path).text, "seen") for _ in range(2))
    assert admin.post(path, data={**mine, "last_name": "Premier"}).status_code == 303
    answer = admin.post(path, data={**theirs, "last_name": "Second"})
    assert answer.status_code == 409
    assert 'value="Second"' in answer.text
    db.session.refresh(reader)
    assert reader.last_name == "Premier"


def test_f17_double_submit_makes_one_row(login_as: SignIn) -> None:
    editor = login_as("editor")
    page = editor.get("/crm/companies/new").text
    sent = form_with(page, "key", name="Une seule fois", no_siren_reason="being_created")
    answers = [editor.post("/crm/companies/new", data=sent) for _ in range(2)]
    assert all(answer.status_code in {204, 303} for answer in answers), [
        a.status_code for a in answers
    ]
    assert answers[0].headers.get("Location") == answers[1].headers.get("Location")
    count = select(func.count()).where(Company.name == "Une seule fois")
    assert db.session.scalar(count) == 1
