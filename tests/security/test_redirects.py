"""Signing in never sends a person elsewhere (F9)."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

import pytest
from flask.testing import FlaskClient

from tests.conftest import PASSWORD

PAYLOADS = [
    "http://evil.example/x",
    "https://evil.example",
    "//evil.example/x",
    "///evil.example/x",
    "////evil.example/x",
    "/\\evil.example/x",
    "\\\\evil.example/x",
    "https:evil.example",
    "https:/evil.example",
    "javascript:alert(1)",
    "\thttps://evil.example",
    "http://localhost@evil.example/",
    "http://localhost.evil.example/",
    "/\t/evil.example",
    "data:text/html,<script>1</script>",
]
HERE = "http://localhost/login/"


@pytest.mark.parametrize("target", PAYLOADS)
@pytest.mark.parametrize("signed_in", [False, True])
def test_next_stays_on_this_site(client: FlaskClient, target: str, signed_in: bool) -> None:
    sent = {"username": "reader", "password": PASSWORD}
    if signed_in:
        client.post("/login/", data=sent)
    answer = client.post("/login/", query_string={"next": target}, data=sent)
    assert answer.status_code in {302, 303}
    # As a browser reads it: backslashes are slashes, tabs and line ends are nothing.
    location = (
        answer.headers["Location"].replace("\\", "/").translate({9: None, 10: None, 13: None})
    )
    arrived = urlsplit(urljoin(HERE, location))
    assert (arrived.scheme, arrived.netloc) == ("http", "localhost")


@pytest.mark.parametrize("target", PAYLOADS)
@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "localhost:80@evil.example"])  # fmt: skip
def test_forged_host_is_refused(client: FlaskClient, target: str, host: str) -> None:
    answer = client.post(
        "/login/",
        query_string={"next": target},
        data={"username": "reader", "password": PASSWORD},
        headers={"Host": host},
    )
    assert answer.status_code == 400
    assert "Location" not in answer.headers
    assert "Set-Cookie" not in answer.headers


def test_next_within_the_site_is_followed(client: FlaskClient) -> None:
    answer = client.post(
        "/login/?next=/crm/companies/%3Fq%3Dacme",
        data={"username": "reader", "password": PASSWORD},
    )
    assert answer.location == "/crm/companies/?q=acme"


def test_closed_page_brings_back_after_the_sign_in(client: FlaskClient) -> None:
    asked = client.get("/profile/")
    assert asked.status_code == 302
    path = urlsplit(asked.location)
    assert path.path == "/login/"
    answer = client.post(asked.location, data={"username": "reader", "password": PASSWORD})
    assert urlsplit(answer.location).path == "/profile/"
