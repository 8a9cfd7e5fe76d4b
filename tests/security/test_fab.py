"""What FAB's classes do when they are used as they come, and must not do here."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from flask_appbuilder import AppBuilder, Model, ModelView
from flask_appbuilder.fields import QuerySelectField
from flask_appbuilder.security.sqla.models import User
from flask_login import login_user
from sqlalchemy import inspect

import app as package
from app import create_app
from app.accounts.models import Account
from app.companies.models import Company
from app.core.admin import SafeInterface, SafeModelView
from app.core.crmview import CrmInterface, CrmModelView
from app.extensions import db
from app.permissions import ROLES, Role
from tests.conftest import account_named, settings
from tests.security.watch import safe_views, statements, views

SignIn = Callable[[str], FlaskClient]
SOURCES = Path(package.__file__).parent


def test_filters_are_not_shared_between_requests(app: Flask) -> None:
    view = next(view for view in safe_views(app) if type(view).__name__ == "AccountAdmin")
    with app.test_request_context("/users/list/?_flt_0_search_text=marie"):
        view._filters.add_filter_index("search_text", 0, ["marie"])
        with app.test_request_context("/users/list/"):
            assert view._filters.get_filters_values() == []
            view._filters.add_filter_index("search_text", 0, ["paul"])
        assert [value for _filter, value in view._filters.get_filters_values()] == [["marie"]]
    assert view._filters.get_filters_values() == []


def test_no_screen_loads_a_whole_table() -> None:
    with pytest.raises(RuntimeError):
        SafeInterface(Account).query()
    with pytest.raises(RuntimeError):
        CrmInterface(Company).query()


def test_no_form_of_ours_offers_a_whole_relation(app: Flask) -> None:
    with app.test_request_context("/"):
        for view in safe_views(app):
            for form in (view.search_form, view.add_form, view.edit_form):
                fields = form() if view.edit_form or form is view.search_form else ()
                assert not any(isinstance(field, QuerySelectField) for field in fields)


def test_every_stock_list_is_a_safe_one(app: Flask) -> None:
    for view in views(app):
        if isinstance(view, ModelView) and not isinstance(view, SafeModelView):
            assert isinstance(view, CrmModelView), type(view)


def test_no_file_of_the_server_is_served_by_name(app: Flask) -> None:
    assert not any("download" in str(rule) for rule in app.url_map.iter_rules())


def test_groups_registration_charts_and_raw_rights_have_no_page(app: Flask) -> None:
    kept_out = ("/groups", "/register", "/permissions", "/viewmenus", "/permissionviews", "/userstatschart", "/swagger")  # fmt: skip
    assert not [str(rule) for rule in app.url_map.iter_rules() if str(rule).startswith(kept_out)]


def test_start_reads_and_writes_nothing(tmp_path: Path) -> None:
    """An application starts on an empty database: the migrations and sync-security fill it."""
    own = create_app(settings(f"sqlite:///{tmp_path / 'empty.sqlite'}", tmp_path))
    with own.app_context():
        assert inspect(db.engine).get_table_names() == []
        db.engine.dispose()


def test_applications_do_not_share_a_builder(app: Flask, tmp_path: Path) -> None:
    own = create_app(settings("sqlite://", tmp_path))
    assert own.appbuilder is not app.appbuilder  # type: ignore[attr-defined]
    assert not [name for name in vars(package) if isinstance(getattr(package, name), AppBuilder)]


def test_fab_has_the_only_babel_and_limiter(app: Flask) -> None:
    assert len(app.extensions["limiter"]) == 1
    found = _grep(r"\b(Babel|Limiter)\(")
    assert found == []


def test_rights_are_anchored_and_fit_their_columns() -> None:
    for role, pairs in ROLES.items():
        for view, permission in pairs:
            for pattern, longest in ((view, 250), (permission, 100)):
                assert pattern.startswith("^"), (role, pattern)
                assert pattern.endswith("$"), (role, pattern)
                assert len(pattern) <= longest


def test_right_on_a_longer_name_is_not_given(app: Flask) -> None:
    sm = app.appbuilder.sm  # type: ignore[attr-defined]
    reader = account_named("reader")
    assert sm._has_view_access(reader, "can_list", "Company")
    assert not sm._has_view_access(reader, "can_list", "CompanyAdminSecret")
    assert not sm._has_view_access(reader, "can_list_everything", "Company")
    assert not sm._has_view_access(reader, "can_list", "MyCompany")


def test_our_relations_name_our_own_account(app: Flask) -> None:
    """FAB's User has no category, and is another object for the same row."""
    for mapper in Model.registry.mappers:
        if mapper.class_.__module__.startswith("app."):
            for relation in mapper.relationships:
                inherited = relation.parent.class_ is not mapper.class_ or mapper.class_ is Account
                assert inherited or relation.mapper.class_ is not User, relation


def test_rights_cost_two_statements_at_most(login_as: SignIn) -> None:
    person = login_as("editor")
    db.session.commit()
    with statements() as seen:
        person.get("/crm/companies/")
    about_rights = [sql for sql in seen if "ab_user" in sql or "ab_role" in sql or "ab_perm" in sql]
    assert 1 <= len(about_rights) <= 2, about_rights


def test_memo_of_rights_ends_with_the_request(app: Flask) -> None:
    sm = app.appbuilder.sm  # type: ignore[attr-defined]
    with app.app_context(), app.test_request_context("/"):
        login_user(account_named("reader"))
        assert not sm.has_access("can_list", "UserDBModelView")
        assert request.environ["passerelle.rights"]
        login_user(account_named("admin"))
        assert sm.has_access("can_list", "UserDBModelView")
    with app.app_context(), app.test_request_context("/"):
        assert "passerelle.rights" not in request.environ
        assert not sm.has_access("can_list", "UserDBModelView")


def test_nothing_is_public(app: Flask, client: FlaskClient) -> None:
    sm = app.appbuilder.sm  # type: ignore[attr-defined]
    right = sm.add_permission_view_menu("can_list", "Company")
    sm.add_permission_role(sm.find_role(Role.PUBLIC), right)
    assert client.get("/crm/companies/").status_code == 302


def test_wtforms_is_held_where_blank_choices_read_well() -> None:
    import wtforms

    assert wtforms.__version__.startswith("3.2.")


def _grep(pattern: str, *suffixes: str) -> list[str]:
    found = []
    for path in SOURCES.rglob("*"):
        if path.suffix in (suffixes or (".py",)) and "vendor" not in path.parts:
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                if re.search(pattern, line):
                    found.append(f"{path.relative_to(SOURCES)}:{number}: {line.strip()}")
    return found


# Statements that make or drop an index name it; no parameter can, and nobody types the name.
DDL = ("doctor/", "companies/models.py")


@pytest.mark.parametrize(
    ("pattern", "suffix"),
    [
        (r"\|\s*safe\b", ".html"),
        (r"\bMarkup\(f", ".py"),
        (r"\btext\(f[\"']", ".py"),
        (r"\bImageColumn\b|\bImageManager\b|\bFileColumn\b", ".py"),
        (r"\.query\([^)]*\)\.get\(|\.query\.get\(", ".py"),
        (r"\ballow_browser_login\s*=\s*True", ".py"),
        (r"FAB_ALLOW_GET_UNSAFE_MUTATIONS|csrf\.exempt", ".py"),
        (r"\bautoescape false|style=[\"']|\son(click|load|submit|change)=", ".html"),
    ],
)
def test_source_holds_none_of(pattern: str, suffix: str) -> None:
    found = [line for line in _grep(pattern, suffix) if not line.startswith(DDL)]
    assert found == []
