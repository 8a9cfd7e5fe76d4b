"""The traps of the database, of text and of passwords: F18 to F21 of the list."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from app import create_app
from app.core.text import clean_line
from app.extensions import db
from tests.conftest import PASSWORD, account_named, settings
from tests.security.pages import form_with

SignIn = Callable[[str], FlaskClient]


# ---- F18 to F20: the database, text, passwords


def test_f18_every_connection_keeps_foreign_keys_and_wal(app: Flask) -> None:
    if db.session.get_bind().dialect.name != "sqlite":
        pytest.skip("SQLite's own settings")
    own = create_app(settings(str(app.config["SQLALCHEMY_DATABASE_URI"]), Path()))
    expected = {"foreign_keys": 1, "recursive_triggers": 1, "journal_mode": "wal", "busy_timeout": 5000}  # fmt: skip
    with own.app_context():
        for _ in range(3):
            connection = db.engine.raw_connection()
            got = {name: connection.cursor().execute(f"PRAGMA {name}").fetchone()[0] for name in expected}  # fmt: skip
            connection.close()
            assert got == expected
        db.engine.dispose()


@hypothesis_settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(typed=st.text(min_size=1, max_size=60))
def test_f19_text_is_stored_as_it_is_shown(app: Flask, typed: str) -> None:
    stored = clean_line(typed)
    assert "\x00" not in stored
    reader = account_named("reader")
    reader.last_name = stored
    db.session.commit()
    db.session.refresh(reader)
    assert reader.last_name == stored


def test_f19_nul_and_direction_marks_do_not_enter(login_as: SignIn) -> None:
    reader, admin = account_named("reader"), login_as("admin")
    path = f"/users/edit/{reader.id}"
    sent = form_with(admin.get(path).text, "seen", last_name="Du\x00pont\u202e \u200bMartin")
    assert admin.post(path, data=sent).status_code == 303
    db.session.refresh(reader)
    assert reader.last_name == "Dupont Martin"


@pytest.mark.parametrize("password", ["a", "motdepasse123", "reader-reader-1", "azertyuiop12"])
def test_f20_weak_passwords_pass_no_form(login_as: SignIn, password: str) -> None:
    reader = account_named("reader")
    before = reader.password
    own = {"current": PASSWORD, "password": password, "conf_password": password}
    assert login_as("reader").post("/resetmypassword/form", data=own).status_code == 422
    given_ = {"password": password, "conf_password": password}
    path = f"/resetpassword/form?pk={reader.id}"
    assert login_as("admin").post(path, data=given_).status_code == 422
    db.session.refresh(reader)
    assert reader.password == before


def test_f21_names_are_escaped(app: Flask, login_as: SignIn) -> None:
    payload = '"><img src=x onerror=1>{{7*7}}'
    for username in ("admin", "reader"):
        account_named(username).last_name = payload
    db.session.commit()
    admin = login_as("admin")
    reader = account_named("reader").id
    for path in (
        "/profile/",
        f"/accounts/{reader}/",
        "/users/list/",
        f"/users/show/{reader}",
        f"/users/edit/{reader}",
        f"/resetpassword/form?pk={reader}",
    ):
        text = admin.get(path).text
        assert "<img src=x" not in text, path
        assert "{{7*7}}" in text, path
