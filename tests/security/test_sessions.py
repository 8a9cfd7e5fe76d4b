"""Sessions and tokens end when they should (F6)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from app.accounts.models import Account
from app.accounts.operations import AccountValues, change_account
from app.core.db import utcnow
from app.extensions import db
from app.permissions import Role
from tests.conftest import PASSWORD, account_named

OTHER_PASSWORD = "girafe tampon violon"


def sign_in(app: Flask, username: str = "editor") -> FlaskClient:
    person = app.test_client()
    answer = person.post("/login/", data={"username": username, "password": PASSWORD})
    assert answer.status_code == 303
    return person


def tokens(app: Flask, username: str = "editor") -> dict[str, str]:
    sent = {"username": username, "password": PASSWORD, "provider": "db", "refresh": True}
    answer = app.test_client().post("/api/v1/security/login", json=sent)
    assert answer.status_code == 200
    return dict(answer.json or {})


def is_in(person: FlaskClient) -> bool:
    return person.get("/profile/").status_code == 200


def refreshes(app: Flask, token: str) -> bool:
    headers = {"Authorization": f"Bearer {token}"}
    answer = app.test_client().post("/api/v1/security/refresh", headers=headers)
    assert answer.status_code in {200, 401}
    return answer.status_code == 200


def opens(app: Flask, token: str) -> bool:
    """Whether an access token is let in, at the one address here that asks for one."""
    headers = {"Authorization": f"Bearer {token}"}
    with app.app_context(), app.test_request_context("/", headers=headers):
        from flask_jwt_extended import verify_jwt_in_request
        from flask_jwt_extended.exceptions import UserLookupError

        try:
            verify_jwt_in_request()
        except UserLookupError:
            return False
        return True


def values_of(account: Account, **changed: object) -> AccountValues:
    given = {
        "username": account.username,
        "email": account.email,
        "first_name": account.first_name,
        "last_name": account.last_name,
        "category": account.category,
        "active": True,
        "roles": [role.name for role in account.roles],  # type: ignore[attr-defined]
        **changed,
    }
    return AccountValues(**given)  # type: ignore[arg-type]


def changes_own_password(app: Flask) -> None:
    sent = {"current": PASSWORD, "password": OTHER_PASSWORD, "conf_password": OTHER_PASSWORD}
    assert sign_in(app).post("/resetmypassword/form", data=sent).location == "/profile/"


def password_is_reset(app: Flask) -> None:
    path = f"/resetpassword/form?pk={account_named('editor').id}"
    sent = {"password": OTHER_PASSWORD, "conf_password": OTHER_PASSWORD}
    assert sign_in(app, "admin").post(path, data=sent).status_code == 303


def is_deactivated(app: Flask) -> None:
    editor = account_named("editor")
    change_account(editor, values_of(editor, active=False), by=account_named("admin"))
    db.session.commit()


def is_deactivated_and_back(app: Flask) -> None:
    is_deactivated(app)
    editor = account_named("editor")
    change_account(editor, values_of(editor, active=True), by=account_named("admin"))
    db.session.commit()


def role_changes(app: Flask) -> None:
    editor = account_named("editor")
    change_account(editor, values_of(editor, roles=[Role.READER]), by=account_named("admin"))
    db.session.commit()


def signs_out_everywhere(app: Flask) -> None:
    answer = sign_in(app).post("/profile/sign-out-everywhere")
    assert answer.status_code == 303


EVENTS = [
    changes_own_password,
    password_is_reset,
    is_deactivated,
    is_deactivated_and_back,
    role_changes,
    signs_out_everywhere,
]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__)
def test_event_ends_every_session_and_token(app: Flask, event: Callable[[Flask], None]) -> None:
    stolen, given, other = sign_in(app), tokens(app), sign_in(app, "reader")
    assert is_in(stolen)
    assert opens(app, given["access_token"])
    assert refreshes(app, given["refresh_token"])
    event(app)
    assert not is_in(stolen)
    assert not opens(app, given["access_token"])
    assert not refreshes(app, given["refresh_token"])
    assert is_in(other)


def test_change_of_another_field_ends_nothing(app: Flask) -> None:
    person = sign_in(app)
    editor = account_named("editor")
    change_account(editor, values_of(editor, last_name="Autre"), by=account_named("admin"))
    db.session.commit()
    assert is_in(person)


def test_who_changes_their_password_stays_signed_in_here(app: Flask) -> None:
    here, there = sign_in(app), sign_in(app)
    sent = {"current": PASSWORD, "password": OTHER_PASSWORD, "conf_password": OTHER_PASSWORD}
    here.post("/resetmypassword/form", data=sent)
    assert is_in(here)
    assert not is_in(there)


def test_refreshed_token_holds_the_epoch_too(app: Flask) -> None:
    headers = {"Authorization": f"Bearer {tokens(app)['refresh_token']}"}
    fresh = app.test_client().post("/api/v1/security/refresh", headers=headers).json
    assert opens(app, (fresh or {})["access_token"])
    signs_out_everywhere(app)
    assert not opens(app, (fresh or {})["access_token"])


def test_access_token_does_not_refresh(app: Flask) -> None:
    headers = {"Authorization": f"Bearer {tokens(app)['access_token']}"}
    answer = app.test_client().post("/api/v1/security/refresh", headers=headers)
    assert answer.status_code == 422


def test_signing_out_asks_then_clears(app: Flask) -> None:
    person = sign_in(app)
    page = person.get("/logout/")
    assert page.status_code == 200
    assert is_in(person), "opening the address alone must not sign out"
    answer = person.post("/logout/")
    assert (answer.status_code, answer.location) == (303, "/login/")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert not is_in(person)
    assert "Vous êtes déconnecté." in person.get("/login/").text


def test_signing_in_starts_an_empty_session(app: Flask) -> None:
    """What somebody else put in the browser's session beforehand does not survive (fixation)."""
    person = app.test_client()
    with person.session_transaction() as session:
        session.update(locale="en", planted="by somebody else", csrf_token="known to them")
    person.post("/login/", data={"username": "editor", "password": PASSWORD})
    with person.session_transaction() as session:
        assert "planted" not in session
        assert session.get("csrf_token") != "known to them"
        assert session["locale"] == "en"
        assert session.permanent


def test_session_lasts_its_hours_however_much_it_is_used(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "PERMANENT_SESSION_LIFETIME", timedelta(hours=12))
    start = utcnow()
    with time_machine.travel(start, tick=False):
        person = sign_in(app)
    for hours in (4, 8, 11.9):
        with time_machine.travel(start + timedelta(hours=hours), tick=False):
            assert is_in(person)
    with time_machine.travel(start + timedelta(hours=12.1), tick=False):
        assert not is_in(person)


def test_session_without_epoch_is_nobody(app: Flask) -> None:
    person = app.test_client()
    with person.session_transaction() as session:
        session["_user_id"] = str(account_named("admin").id)
    assert not is_in(person)


@pytest.mark.parametrize("user_id", ["", "abc", "-1", "1e3", "9" * 30, "²"])
def test_strange_session_is_nobody(app: Flask, user_id: str) -> None:
    person = app.test_client()
    with person.session_transaction() as session:
        session.update({"_user_id": user_id, "epoch": 0})
    assert person.get("/profile/").status_code == 302
