"""Pages on the line."""

from __future__ import annotations

import gzip
from collections.abc import Callable

import pytest
from flask import Flask, Response, stream_with_context
from flask.testing import FlaskClient

from app.core.compressing import CHANCE, compress_page

GZIP = {"Accept-Encoding": "gzip, deflate, br"}
PAGE = "<p>Société générale</p>" * 100


def sent(app: Flask, response: Response, headers: dict[str, str] = GZIP) -> Response:
    with app.test_request_context(headers=headers):
        return compress_page(response)


def test_a_page_is_the_same_and_a_fraction_of_the_weight(
    login_as: Callable[[str], FlaskClient],
) -> None:
    client = login_as("reader")
    assert client.get("/crm/companies/").content_encoding is None
    packed = client.get("/crm/companies/", headers=GZIP)
    assert packed.content_encoding == "gzip"
    assert packed.content_length == len(packed.data)
    assert "Accept-Encoding" in packed.vary
    page = gzip.decompress(packed.data)
    assert b"<h1" in page
    assert len(packed.data) * 3 < len(page)


@pytest.mark.parametrize("accepted", ["", "br", "gzip;q=0", "identity"])
def test_who_takes_no_gzip_gets_none(app: Flask, accepted: str) -> None:
    answer = sent(app, Response(PAGE), {"Accept-Encoding": accepted})
    assert answer.content_encoding is None
    assert answer.get_data(as_text=True) == PAGE


@pytest.mark.parametrize(
    "response",
    [
        lambda: Response("short"),
        lambda: Response(PAGE, mimetype="application/pdf"),
        lambda: Response(gzip.compress(PAGE.encode()), headers={"Content-Encoding": "gzip"}),
        lambda: Response(status=304),
    ],
)
def test_what_gains_nothing_stays(app: Flask, response: Callable[[], Response]) -> None:
    assert sent(app, response()).get_data() == response().get_data()


def test_what_streams_goes_on_streaming(app: Flask) -> None:
    with app.test_request_context(headers=GZIP):
        pieces = stream_with_context(iter([PAGE, PAGE]))
        answer = compress_page(Response(pieces, mimetype="text/html"))
        assert answer.is_streamed
        assert answer.content_encoding is None


def test_the_weight_of_a_page_tells_nothing(app: Flask) -> None:
    weights = {len(sent(app, Response(PAGE)).get_data()) for _ in range(200)}
    assert len(weights) > CHANCE / 3
    assert max(weights) - min(weights) <= CHANCE + 1
