"""What every answer carries, whatever its status (F10)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app import create_app
from tests.conftest import settings

SignIn = Callable[[str], FlaskClient]
FIXED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
POLICY = {
    "default-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "form-action": "'self'",
    "style-src": "'self'",
}
STOCK = ["/users/list/", "/users/add", "/roles/list/", "/reference/sectors/list/"]
OURS = ["/", "/profile/", "/login/", "/logout/", "/resetmypassword/form", "/crm/companies/"]


def policy_of(answer: TestResponse) -> dict[str, str]:
    parts = answer.headers["Content-Security-Policy"].split(";")
    return dict(part.strip().partition(" ")[::2] for part in parts)


def check(answer: TestResponse) -> None:
    assert {name: answer.headers.get(name) for name in FIXED} == FIXED
    policy = policy_of(answer)
    assert {name: policy.get(name) for name in POLICY} == POLICY
    assert re.fullmatch(r"'self' 'nonce-[\w-]{20,}'", policy["script-src"])
    assert answer.headers["Cache-Control"].startswith("no-store")
    assert "Cookie" in answer.headers["Vary"]
    assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize("path", [*OURS, *STOCK])
def test_page_carries_every_header(login_as: SignIn, path: str) -> None:
    check(login_as("admin").get(path, headers={"Origin": "https://evil.example"}))


def test_only_stock_screens_allow_style_attributes(login_as: SignIn) -> None:
    admin = login_as("admin")
    for path in OURS:
        assert "style-src-attr" not in policy_of(admin.get(path)), path
    for path in STOCK:
        assert policy_of(admin.get(path))["style-src-attr"] == "'unsafe-inline'", path


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("get", "/nulle-part", 404),
        ("get", "/users/list/?_oc_AccountAdmin=password&_od_AccountAdmin=asc", 400),
        ("post", "/profile/", 405),
        ("get", "/users/delete/1", 405),
        ("post", "/api/v1/security/refresh", 401),
    ],
)
def test_refusal_carries_every_header(
    login_as: SignIn, method: str, path: str, status: int
) -> None:
    answer = getattr(login_as("admin"), method)(path)
    assert answer.status_code == status
    check(answer)


def test_forbidden_page_carries_every_header(login_as: SignIn) -> None:
    answer = login_as("student").get("/users/list/")
    assert answer.status_code == 403
    check(answer)


def test_too_many_tries_carries_every_header(client: FlaskClient) -> None:
    for _ in range(11):
        answer = client.post("/login/", data={"username": "reader", "password": "non"})
    assert answer.status_code == 429
    check(answer)


def test_failure_says_a_number_and_nothing_else(app: Flask, tmp_path: Any) -> None:
    """An unexpected error, on an application that is not told it is tested."""
    own = create_app(settings("sqlite:////nowhere/at/all.sqlite", tmp_path, TESTING=False))
    own.config["PROPAGATE_EXCEPTIONS"] = False

    def fail() -> str:
        raise RuntimeError("the secret of the innards")

    own.add_url_rule("/fail", view_func=fail)
    answer = own.test_client().get("/fail")
    assert answer.status_code == 500
    assert "innards" not in answer.text
    assert "Traceback" not in answer.text
    assert re.search(r"\b[0-9a-f]{8}\b", answer.text)
    check(answer)


def test_every_script_bears_the_nonce_of_its_answer(login_as: SignIn) -> None:
    admin = login_as("admin")
    for path in (*OURS, *STOCK):
        page = admin.get(path)
        nonce = policy_of(page)["script-src"].split("nonce-")[-1].rstrip("'")
        scripts = re.findall(r"<script\b[^>]*>", page.text)
        assert all(f'nonce="{nonce}"' in script for script in scripts), path
        assert not re.search(r"<[^>]+\son\w+=", page.text), f"inline handler in {path}"


def test_nonce_is_new_each_time(login_as: SignIn) -> None:
    admin = login_as("admin")
    assert policy_of(admin.get("/"))["script-src"] != policy_of(admin.get("/"))["script-src"]


def test_session_cookie_is_closed_to_scripts_and_other_sites(client: FlaskClient) -> None:
    cookie = client.get("/login/").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Domain" not in cookie


def test_https_adds_secure_cookie_and_hsts(tmp_path: Any) -> None:
    secure = {
        "HTTPS": True,
        "SESSION_COOKIE_SECURE": True,
        "SESSION_COOKIE_NAME": "__Host-passerelle",
    }
    own = create_app(settings("sqlite://", tmp_path, **secure))
    answer = own.test_client().get("/login/", base_url="https://localhost")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-passerelle=")
    assert "Secure" in cookie
    assert "Path=/" in cookie
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


def test_static_files_may_be_kept(client: FlaskClient) -> None:
    with client.get("/static/css/tokens.css") as answer:
        assert answer.status_code == 200
        assert "no-store" not in answer.headers["Cache-Control"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
