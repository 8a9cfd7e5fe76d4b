"""Style sheets and scripts: kept by browsers, and renewed with a release."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask, url_for
from flask.testing import FlaskClient

from app.core.assets import fingerprint


def test_the_fingerprint_follows_names_and_contents(tmp_path: Path) -> None:
    (tmp_path / "css").mkdir()
    (tmp_path / "css" / "a.css").write_text("a {}")
    first = fingerprint(tmp_path)
    assert re.fullmatch("[0-9a-f]{12}", first)
    assert fingerprint(tmp_path) == first
    (tmp_path / "css" / "a.css").write_text("b {}")
    changed = fingerprint(tmp_path)
    (tmp_path / "css" / "a.css").rename(tmp_path / "css" / "b.css")
    assert len({first, changed, fingerprint(tmp_path)}) == 3


def test_what_a_page_links_to_is_kept_for_a_year(app: Flask, client: FlaskClient) -> None:
    with app.test_request_context():
        address = url_for("static", filename="css/base.css")
    assert re.fullmatch(r"/static/v\.[0-9a-f]{12}/css/base\.css", address)
    with client.get(address) as answer:
        assert answer.status_code == 200
        assert answer.cache_control.max_age == 31_536_000


@pytest.mark.parametrize("folder", ["", "v.000000000000/"])
def test_another_version_is_never_kept(client: FlaskClient, folder: str) -> None:
    with client.get(f"/static/{folder}css/base.css") as answer:
        assert answer.status_code == 200
        assert answer.cache_control.no_cache
        assert answer.cache_control.max_age is None


@pytest.mark.parametrize(
    "name",
    ["v.000000000000/../app.css", "v.000000000000/none.css", "appbuilder/../../permissions.py"],
)
@pytest.mark.parametrize("accepted", ["identity", "gzip"])
def test_nothing_else_is_found_that_way(client: FlaskClient, name: str, accepted: str) -> None:
    answer = client.get(f"/static/{name}", headers={"Accept-Encoding": accepted})
    assert answer.status_code == 404


@pytest.mark.parametrize("address", ["/static/css/tokens.css", "/static/appbuilder/js/ab.js"])
def test_texts_travel_compressed(client: FlaskClient, address: str) -> None:
    plain = client.get(address)
    zipped = client.get(address, headers={"Accept-Encoding": "gzip, br"})
    assert plain.content_encoding is None
    assert zipped.content_encoding == "gzip"
    assert "Accept-Encoding" in zipped.vary
    assert gzip.decompress(zipped.data) == plain.data
    again = {"Accept-Encoding": "gzip", "If-None-Match": zipped.headers["ETag"]}
    assert client.get(address, headers=again).status_code == 304
    plain.close()


def test_a_file_is_the_same_for_everybody(login_as: Callable[[str], FlaskClient]) -> None:
    for address in ("/static/css/tokens.css", "/static/appbuilder/js/ab.js"):
        with login_as("admin").get(address) as answer:
            assert answer.status_code == 200
            assert "Cookie" not in answer.vary
            assert "Set-Cookie" not in answer.headers
