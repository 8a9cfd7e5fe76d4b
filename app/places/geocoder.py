"""The one client of the address service: what it is asked, how it answers, and how it may fail.

The service is the Géoplateforme's (BAN): `q` has 3 to 200 characters and begins with a letter or
a digit; it answers a GeoJSON FeatureCollection, the likeliest first, and 429 with `Retry-After`
beyond 50 questions a second from one address (adresse.data.gouv.fr, API adresse).
"""

from __future__ import annotations

import json
import logging
import re
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from http.client import HTTPException
from math import isfinite
from threading import Lock
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
    UnknownHandler,
)

from flask import current_app

log = logging.getLogger(__name__)

LONGEST_QUESTION = 200
SHORTEST_QUESTION = 3
MOST_HITS = 5
# Seconds: for each exchange with the service, and for the whole of its answer.
STEP, WHOLE = 3.0, 6.0
# Five hits weigh some 3 kB.
MOST_BYTES = 256 * 1024
# A tenth of a second between questions is a fifth of what the service allows.
PACE, LONGEST_WAIT = 0.1, 2.0
FAILURES, REST, LONGEST_REST = 3, 60.0, 300.0
KEPT, KEPT_FOR = 2_000, 24 * 3600.0

Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Hit:
    """A place that the service proposes. `kind` is its `type`: housenumber, street, locality,
    municipality; `score` is between 0 and 1; degrees are WGS 84."""

    label: str
    latitude: float
    longitude: float
    kind: str
    score: float
    postal_code: str
    commune_code: str
    city: str


class NoAnswer(Exception):
    """The service did not answer as it should; `rest` is how long it asks to be left, in seconds."""

    def __init__(self, why: str, rest: float = 0) -> None:
        super().__init__(why)
        self.rest = rest


class Geocoder:
    """Asks the service seldom, one question at a time, and not at all while it fails."""

    def __init__(self, url: str, clock: Clock = time.monotonic) -> None:
        self.url = url
        self._clock = clock
        self._lock = Lock()
        self._kept: OrderedDict[str, tuple[float, tuple[Hit, ...]]] = OrderedDict()
        self._next_at = self._rests_until = 0.0
        self._failures = 0

    def search(self, question: str) -> tuple[Hit, ...]:
        """The places that answer the question, the likeliest first; NoAnswer."""
        kept = self._remembered(question)
        if kept is not None:
            return kept
        self._take_turn()
        try:
            hits = read_hits(fetch(self._address(question), self._clock))
        except NoAnswer as failure:
            self._failed(failure)
            raise
        self._answered(question, hits)
        return hits

    def _address(self, question: str) -> str:
        asked = {"q": question, "index": "address", "limit": MOST_HITS, "autocomplete": 0}
        return f"{self.url}{'&' if '?' in self.url else '?'}{urlencode(asked)}"

    def _remembered(self, question: str) -> tuple[Hit, ...] | None:
        with self._lock:
            until, hits = self._kept.get(question, (0.0, ()))
            return hits if self._clock() < until else None

    def _take_turn(self) -> None:
        """Wait for one's turn; NoAnswer while the service rests, or where too many wait."""
        with self._lock:
            now = self._clock()
            if now < self._rests_until:
                raise NoAnswer("the service is left alone after it failed")
            turn = max(now, self._next_at)
            if turn - now > LONGEST_WAIT:
                raise NoAnswer("too many questions wait for the service")
            self._next_at = turn + PACE
        time.sleep(turn - now)

    def _failed(self, failure: NoAnswer) -> None:
        with self._lock:
            self._failures += 1
            rest = REST if self._failures >= FAILURES else 0.0
            rest = max(rest, min(failure.rest, LONGEST_REST))
            self._rests_until = self._clock() + rest
        # The question is an address, which the journal has no need to know.
        log.warning("the address service: %s", failure)

    def _answered(self, question: str, hits: tuple[Hit, ...]) -> None:
        with self._lock:
            self._failures = 0
            self._kept[question] = (self._clock() + KEPT_FOR, hits)
            self._kept.move_to_end(question)
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)


@cache
def _client(url: str) -> Geocoder:
    """One per service in the process: it remembers answers and failures."""
    return Geocoder(url)


def geocoder() -> Geocoder | None:
    """The client of the service that the settings name; None where they switch it off."""
    url = current_app.config["GEOCODER_URL"]
    return _client(url) if url else None


# ---- the exchange


def _opener() -> OpenerDirector:
    """Through the machine's proxy where it has one; no redirection and no other scheme."""
    opener = OpenerDirector()
    for handler in (
        ProxyHandler(), HTTPHandler(), HTTPSHandler(), UnknownHandler(), HTTPDefaultErrorHandler(),
        HTTPErrorProcessor(),
    ):  # fmt: skip
        opener.add_handler(handler)
    return opener


def fetch(address: str, clock: Clock = time.monotonic) -> bytes:
    """The body of the answer; NoAnswer where it fails, takes too long or is too big."""
    headers = {"User-Agent": "Passerelle", "Accept": "application/json"}
    request = Request(address, headers=headers)  # noqa: S310 — config.py lets http(s) through only
    deadline = clock() + WHOLE
    try:
        with _opener().open(request, timeout=STEP) as answer:
            return _body(answer, deadline, clock)
    except HTTPError as error:
        error.close()
        raise NoAnswer(f"status {error.code}", _rest_asked(error)) from error
    except (OSError, HTTPException, ValueError) as error:
        raise NoAnswer(type(error).__name__) from error


def _body(answer: Any, deadline: float, clock: Clock) -> bytes:
    pieces, size = [], 0
    while piece := answer.read1(64 * 1024):
        size += len(piece)
        if size > MOST_BYTES:
            raise NoAnswer("the answer is too big")
        if clock() > deadline:
            raise NoAnswer("the answer takes too long")
        pieces.append(piece)
    return b"".join(pieces)


def _rest_asked(error: HTTPError) -> float:
    """The seconds of `Retry-After`; a date there is taken as a minute."""
    asked = error.headers.get("Retry-After", "") if error.headers else ""
    if not asked:
        return 0.0
    return float(asked) if re.fullmatch(r"[0-9]{1,6}", asked) else REST


# ---- the answer


def read_hits(body: bytes) -> tuple[Hit, ...]:
    """The places of an answer; those that are badly made are left out. NoAnswer for what is none."""
    try:
        answer = json.loads(body)
        features = answer["features"]
    except (ValueError, RecursionError, TypeError, KeyError) as error:
        raise NoAnswer("the answer is not one of an address service") from error
    if not isinstance(features, list):
        raise NoAnswer("the answer is not one of an address service")
    hits = (_hit(feature) for feature in features[:MOST_HITS])
    return tuple(hit for hit in hits if hit is not None)


def _hit(feature: Any) -> Hit | None:
    try:
        told = feature["properties"]
        longitude, latitude = (_number(each) for each in feature["geometry"]["coordinates"][:2])
        hit = Hit(
            label=_text(told, "label"),
            latitude=latitude,
            longitude=longitude,
            kind=_text(told, "type"),
            score=_number(told["score"]),
            postal_code=_text(told, "postcode"),
            commune_code=_text(told, "citycode"),
            city=_text(told, "city"),
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        return None
    on_earth = abs(hit.latitude) <= 90 and abs(hit.longitude) <= 180
    return hit if on_earth and 0 <= hit.score <= 1 else None


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise ValueError("not a number")
    return float(value)


def _text(told: Any, name: str) -> str:
    value = told.get(name)
    return value[:LONGEST_QUESTION] if isinstance(value, str) else ""
