"""Signing in: limits on every door, and answers that tell nothing (F7, F8)."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_appbuilder.security import manager as fab_manager
from werkzeug.security import generate_password_hash
from werkzeug.test import TestResponse

from app import create_app
from app.accounts.security import PER_ACCOUNT, PER_ADDRESS
from app.extensions import db
from tests.conftest import PASSWORD, account_named, settings

WRONG = "certainement pas celui-ci"
INCORRECT = "Identifiant ou mot de passe incorrect"


def by_form(client: FlaskClient, username: str, password: str, **more: Any) -> TestResponse:
    return client.post("/login/", data={"username": username, "password": password}, **more)


def by_api(client: FlaskClient, username: str, password: str, **more: Any) -> TestResponse:
    sent = {"username": username, "password": password, "provider": "db", "refresh": True}
    return client.post("/api/v1/security/login", json=sent, **more)


DOORS = pytest.mark.parametrize("door", [by_form, by_api], ids=["form", "api"])


@pytest.fixture(autouse=True)
def without_the_limit_per_minute(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """FAB's own limit on the form (20 a minute per address) has its test below."""
    # What FAB checks for an unknown name, as cheap here as the cast's own passwords.
    cheap = generate_password_hash("password", method="pbkdf2:sha256:1")
    monkeypatch.setitem(app.config, "AUTH_DB_FAKE_PASSWORD_HASH_CHECK", cheap)
    manager = app.appbuilder.sm  # type: ignore[attr-defined]
    for limits in manager.limiter.limit_manager._blueprint_limits.values():
        for limit in limits:
            if hasattr(limit, "limit_provider"):
                monkeypatch.setattr(limit, "limit_provider", "10000 per minute")


def test_form_signs_in_and_goes_where_it_was_asked(client: FlaskClient) -> None:
    answer = client.post(
        "/login/?next=/profile/", data={"username": "reader", "password": PASSWORD}
    )
    assert (answer.status_code, answer.location) == (303, "/profile/")
    assert client.get("/profile/").status_code == 200


@pytest.mark.parametrize("typed", ["READER", "  reader ", "reader@ecole.example", "Reader@Ecole.Example"])  # fmt: skip
def test_name_is_taken_as_people_type_it(client: FlaskClient, typed: str) -> None:
    assert by_form(client, typed, PASSWORD).status_code == 303


def test_api_gives_tokens(client: FlaskClient) -> None:
    answer = by_api(client, "reader", PASSWORD)
    assert answer.status_code == 200
    assert set(answer.json or {}) == {"access_token", "refresh_token"}


@DOORS
def test_account_is_closed_after_ten_failures_even_to_the_right_password(
    client: FlaskClient, door: Any
) -> None:
    for _ in range(PER_ACCOUNT.amount):
        assert door(client, "reader", WRONG).status_code in {401, 422}
    for password in (WRONG, PASSWORD):
        answer = door(client, "reader", password)
        assert answer.status_code == 429
        assert 0 < int(answer.headers["Retry-After"]) <= 15 * 60
    assert "Trop d’essais en peu de temps" in door(client, "reader", WRONG).get_data(True) or (
        "Trop d" in str(door(client, "reader", WRONG).json)
    )


@DOORS
def test_other_account_behind_the_same_address_still_comes_in(
    client: FlaskClient, door: Any
) -> None:
    for _ in range(PER_ACCOUNT.amount + 1):
        door(client, "reader", WRONG)
    assert door(client, "editor", PASSWORD).status_code in {200, 303}


def test_doors_share_their_count(client: FlaskClient) -> None:
    for door in (by_form, by_api) * (PER_ACCOUNT.amount // 2):
        door(client, "Reader", WRONG)
    assert by_form(client, "reader", PASSWORD).status_code == 429
    assert by_api(client, "READER", PASSWORD).status_code == 429


def test_new_browser_does_not_start_anew(app: Flask) -> None:
    for _ in range(PER_ACCOUNT.amount):
        by_form(app.test_client(), "reader", WRONG)
    assert by_form(app.test_client(), "reader", PASSWORD).status_code == 429


def test_signing_in_forgets_the_failures(app: Flask) -> None:
    for _ in range(PER_ACCOUNT.amount - 1):
        by_form(app.test_client(), "reader", WRONG)
    assert by_form(app.test_client(), "reader", PASSWORD).status_code == 303
    assert by_form(app.test_client(), "reader", WRONG).status_code == 422


@DOORS
def test_address_is_closed_after_fifty_failures_whoever_is_tried(
    client: FlaskClient, door: Any
) -> None:
    for number in range(PER_ADDRESS.amount):
        door(client, f"inconnu{number}", WRONG)
    assert door(client, "editor", PASSWORD).status_code == 429
    elsewhere = {"REMOTE_ADDR": "192.0.2.7"}
    assert door(client, "editor", PASSWORD, environ_base=elsewhere).status_code in {200, 303}


@DOORS
def test_forged_address_changes_nothing(client: FlaskClient, door: Any) -> None:
    for number in range(PER_ADDRESS.amount):
        forged = {"X-Forwarded-For": f"192.0.2.{number}", "Forwarded": f"for=192.0.2.{number}"}
        door(client, f"inconnu{number}", WRONG, headers=forged)
    answer = door(client, "editor", PASSWORD, headers={"X-Forwarded-For": "192.0.2.99"})
    assert answer.status_code == 429


@DOORS
def test_unknown_and_known_names_get_the_same_answer(client: FlaskClient, door: Any) -> None:
    known, unknown = (door(client, name, WRONG) for name in ("reader", "personne"))
    assert known.status_code == unknown.status_code
    assert _plain(known, "reader") == _plain(unknown, "personne")


def _plain(answer: TestResponse, name: str) -> str:
    """An answer's text without what differs each time: the name typed, tokens, nonces."""
    import re

    text = answer.get_data(as_text=True).replace(name, "…")
    text = re.sub(r'nonce="[^"]*"', "", text)
    return re.sub(r'(name="csrf[-_]token"[^>]*(?:value|content)=)"[^"]*"', r"\1", text)


def test_a_known_and_an_unknown_name_cost_the_same_work(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []
    check = fab_manager.check_password_hash

    def counted(stored: str, typed: str) -> bool:
        checked.append(stored.split("$", maxsplit=1)[0])
        return check(stored, typed)

    monkeypatch.setattr(fab_manager, "check_password_hash", counted)
    dear = generate_password_hash(PASSWORD)  # As costly as in earnest.
    monkeypatch.setitem(app.config, "AUTH_DB_FAKE_PASSWORD_HASH_CHECK", dear)
    reader = account_named("reader")
    reader.password = dear
    db.session.commit()
    for name in ("reader", "personne"):
        by_api(app.test_client(), name, WRONG)
    assert checked == [dear.split("$")[0]] * 2


def test_refused_form_keeps_the_name_and_not_the_password(client: FlaskClient) -> None:
    page = by_form(client, "reader", WRONG)
    assert page.status_code == 422
    assert INCORRECT in page.text
    assert 'value="reader"' in page.text
    assert WRONG not in page.text


@pytest.mark.parametrize(
    "sent",
    [
        {"username": "reader"},
        {"username": "", "password": PASSWORD, "provider": "db"},
        {"username": "reader", "password": "", "provider": "db"},
        {"username": "reader", "password": "\x00", "provider": "db"},
        {"username": ["reader"], "password": PASSWORD, "provider": "db"},
        {"username": "reader", "password": PASSWORD, "provider": "ldap"},
        [],
        "reader",
    ],
)
def test_strange_request_for_a_token_is_a_400(client: FlaskClient, sent: Any) -> None:
    assert client.post("/api/v1/security/login", json=sent).status_code == 400


@pytest.mark.parametrize("text", ["\ud800", "\x00", "a\x00b", "x" * 5000, "%", "'; --"])
def test_strange_text_in_a_name_or_password_is_only_wrong(client: FlaskClient, text: str) -> None:
    assert by_api(client, text, PASSWORD).status_code == 401
    assert by_api(client, "reader", f"{text}{WRONG}").status_code in {400, 401}


def test_inactive_account_does_not_come_in(client: FlaskClient) -> None:
    account_named("reader").active = False
    db.session.commit()
    assert by_form(client, "reader", PASSWORD).status_code == 422
    assert by_api(client, "reader", PASSWORD).status_code == 401


def test_form_is_limited_per_minute_too(app: Flask, tmp_path: Any) -> None:
    """FAB's own limit, AUTH_RATE_LIMIT, on an application where it is left as set."""
    own = create_app(settings("sqlite://", tmp_path, AUTH_RATE_LIMIT="3 per minute"))
    client = own.test_client()
    statuses = [client.post("/login/", data={}).status_code for _ in range(4)]
    assert statuses == [422, 422, 422, 429]
    assert client.post("/logout/").status_code == 302  # Signing out is never refused.


def test_failures_and_sign_ins_are_counted(app: Flask, client: FlaskClient) -> None:
    by_form(client, "reader", WRONG)
    reader = account_named("reader")
    db.session.refresh(reader)
    assert reader.fail_login_count == 1
    by_form(client, "reader", PASSWORD)
    db.session.refresh(reader)
    assert (reader.fail_login_count, reader.login_count) == (0, 1)
    assert reader.last_login is not None
