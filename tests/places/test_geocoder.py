"""The address service: what it is asked, what is read of its answers, and how it may fail."""

from __future__ import annotations

import itertools
import json
import threading
import time
from typing import Any

import pytest

from app.places import geocoder as module
from app.places.geocoder import Geocoder, Hit, NoAnswer, read_hits
from tests.places.outside import Outside, answer, feature, recorded

QUESTION = "3 quai des Écluses 41000 Blois"


class Clock:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PACE", 0)
    monkeypatch.setattr(module, "STEP", 1.5)
    monkeypatch.setattr(module, "WHOLE", 0.8)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def client(outside: Outside, clock: Clock) -> Geocoder:
    return Geocoder(outside.geocoder, clock)


# ---- what is asked, what is read


def test_it_is_asked_for_a_whole_address_and_nothing_more(
    client: Geocoder, outside: Outside
) -> None:
    client.search(QUESTION)
    assert outside.asked == [{"q": QUESTION, "index": "address", "limit": "5", "autocomplete": "0"}]


def test_a_setting_may_hold_parameters_of_its_own(outside: Outside) -> None:
    Geocoder(f"{outside.geocoder}?key=abc").search(QUESTION)
    assert outside.asked[0]["key"] == "abc"
    assert outside.asked[0]["q"] == QUESTION


@pytest.mark.parametrize(
    ("number", "kinds", "first"),
    [
        (0, ["street"], (43.277531, -0.356241, "64373", "Mazères-Lezons")),
        (1, ["municipality"], (45.872554, 6.717797, "74236", "Saint-Gervais-les-Bains")),
        (
            2,
            ["housenumber", "street", "locality", "municipality"],
            (46.091857, 6.497886, "74164", "Marignier"),
        ),
    ],
)
def test_answers_of_the_real_service_are_read(
    client: Geocoder, outside: Outside, number: int, kinds: list[str], first: tuple[Any, ...]
) -> None:
    outside.answers(recorded(number))
    hits = client.search(QUESTION)
    assert [hit.kind for hit in hits] == kinds
    found = hits[0]
    assert (found.latitude, found.longitude, found.commune_code, found.city) == first
    assert all(0 < hit.score < 1 for hit in hits)


def test_nothing_found_is_an_answer(client: Geocoder, outside: Outside) -> None:
    outside.answers(answer())
    assert client.search(QUESTION) == ()


@pytest.mark.parametrize(
    "bad",
    [
        None, 3, [], {}, {"properties": None, "geometry": None},
        feature(score="0.9"), feature(score=True), feature(score=2), feature(score=None),
        feature(coordinates=[1.3]), feature(coordinates=["a", "b"]), feature(coordinates=None),
        feature(coordinates=[1.3, 91]), feature(coordinates=[181, 47]),
        feature(coordinates=[float("nan"), 47]), feature(coordinates=[10**400, 47]),
        {"geometry": {"coordinates": [1, 47]}, "properties": "x"},
    ],
)  # fmt: skip
def test_a_place_that_is_badly_made_is_left_out(
    client: Geocoder, outside: Outside, bad: Any
) -> None:
    outside.answers(answer(bad, feature(label="bon")))
    assert [hit.label for hit in client.search(QUESTION)] == ["bon"]


def test_of_many_places_the_first_ones_are_read() -> None:
    many = answer(*(feature(label=str(number)) for number in range(1000)))
    assert [hit.label for hit in read_hits(json.dumps(many).encode())] == list("01234")


# ---- failures


@pytest.mark.parametrize(
    "body",
    [
        b"<!doctype html><title>Portail captif</title>", b"", b"\xff\xfe", b"[]", b"null", b"{}",
        b'{"features": {}}', b'{"features": 3}', b"[" * 100_000, b'{"code": 400, "detail": ["q"]}',
    ],
)  # fmt: skip
def test_what_is_no_answer_of_an_address_service(
    client: Geocoder, outside: Outside, body: bytes
) -> None:
    outside.answers(body)
    with pytest.raises(NoAnswer, match="not one of an address service"):
        client.search(QUESTION)


@pytest.mark.parametrize("status", [301, 302, 400, 404, 429, 500, 503])
def test_another_status_is_no_answer(client: Geocoder, outside: Outside, status: int) -> None:
    outside.answers(answer(feature()), status, Location=f"{outside.url}/elsewhere")
    with pytest.raises(NoAnswer, match=f"status {status}"):
        client.search(QUESTION)
    assert len(outside.asked) == 1  # It follows nobody elsewhere.


def test_a_huge_answer_is_given_up(client: Geocoder, outside: Outside) -> None:
    outside.answers(b'{"features": [' + b" " * 3_000_000 + b"]}")
    with pytest.raises(NoAnswer, match="too big"):
        client.search(QUESTION)


def test_a_slow_answer_is_given_up(
    client: Geocoder, outside: Outside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "STEP", 0.3)
    outside.slow = 10
    began = time.monotonic()
    with pytest.raises(NoAnswer):
        client.search(QUESTION)
    assert time.monotonic() - began < 5


def test_an_answer_that_comes_drop_by_drop_is_given_up(outside: Outside) -> None:
    outside.drip = 0.05
    began = time.monotonic()
    with pytest.raises(NoAnswer, match="too long"):
        Geocoder(outside.geocoder).search(QUESTION)
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/search", "http://127.0.0.1:1/x"])
def test_a_service_that_is_not_there(url: str) -> None:
    with pytest.raises(NoAnswer, match="URLError"):
        Geocoder(url).search(QUESTION)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://127.0.0.1/x"])
def test_no_other_scheme_is_followed(url: str) -> None:
    with pytest.raises(NoAnswer):
        Geocoder(url).search(QUESTION)


# ---- seldom, and not at all while it fails


def test_the_same_question_is_asked_once_a_day(
    client: Geocoder, outside: Outside, clock: Clock
) -> None:
    first = client.search(QUESTION)
    assert client.search(QUESTION) == first
    assert len(outside.asked) == 1
    clock.now += 24 * 3600 + 1
    client.search(QUESTION)
    assert len(outside.asked) == 2


def test_a_failure_is_not_remembered_as_an_answer(client: Geocoder, outside: Outside) -> None:
    outside.answers(b"", 500)
    with pytest.raises(NoAnswer):
        client.search(QUESTION)
    outside.answers(answer(feature()))
    assert len(client.search(QUESTION)) == 1


def test_memory_is_bounded(
    client: Geocoder, outside: Outside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "KEPT", 3)
    for number in range(5):
        client.search(f"{number} rue X")
    client.search("4 rue X")
    client.search("0 rue X")
    assert [each["q"][0] for each in outside.asked] == list("012340")


def test_after_three_failures_it_is_left_alone_for_a_minute(
    client: Geocoder, outside: Outside, clock: Clock
) -> None:
    outside.answers(b"", 500)
    for _ in range(5):
        with pytest.raises(NoAnswer):
            client.search(QUESTION)
    assert len(outside.asked) == 3
    outside.answers(answer(feature()))
    clock.now += 61
    assert len(client.search(QUESTION)) == 1


def test_one_failure_after_the_rest_is_enough_to_leave_it_again(
    client: Geocoder, outside: Outside, clock: Clock
) -> None:
    outside.answers(b"", 500)
    for _ in range(3):
        with pytest.raises(NoAnswer):
            client.search(QUESTION)
    clock.now += 61
    for _ in range(2):
        with pytest.raises(NoAnswer):
            client.search(QUESTION)
    assert len(outside.asked) == 4


@pytest.mark.parametrize(
    ("asked", "rest"), [("5", 5), ("9999", 300), ("Wed, 25 Nov 2026 10:00:00 GMT", 60)]
)
def test_it_is_left_alone_as_long_as_it_asks(
    client: Geocoder, outside: Outside, clock: Clock, asked: str, rest: float
) -> None:
    outside.answers(b"", 429, Retry_After=asked)
    with pytest.raises(NoAnswer):
        client.search(QUESTION)
    outside.answers(answer(feature()))
    clock.now += rest - 1
    with pytest.raises(NoAnswer, match="left alone"):
        client.search(QUESTION)
    clock.now += 2
    assert isinstance(client.search(QUESTION)[0], Hit)
    assert len(outside.asked) == 2


def test_questions_of_many_people_go_out_one_after_the_other(
    outside: Outside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PACE", 0.05)
    client = Geocoder(outside.geocoder)
    times: list[float] = []

    def ask(number: int) -> None:
        client.search(f"{number} rue X")
        times.append(time.monotonic())

    began = time.monotonic()
    people = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert max(times) - began >= 7 * 0.05
    assert len(outside.asked) == 8


def test_who_would_wait_too_long_is_told_at_once(
    client: Geocoder, outside: Outside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PACE", 5)
    monkeypatch.setattr(module, "LONGEST_WAIT", 1)
    client.search("0 rue X")
    with pytest.raises(NoAnswer, match="too many"):
        client.search("1 rue X")
    assert len(outside.asked) == 1


def test_the_journal_never_holds_an_address(
    client: Geocoder, outside: Outside, caplog: pytest.LogCaptureFixture
) -> None:
    for body, status in itertools.product([b"", b"<html>"], [200, 500]):
        outside.answers(body, status)
        with pytest.raises(NoAnswer):
            client.search(QUESTION)
    assert "address service" in caplog.text
    assert "cluses" not in caplog.text
