"""An outside of the tests' own, and a product that knows of no other."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.places.outside import Outside, answer, feature, running


@pytest.fixture
def outside() -> Iterator[Outside]:
    """The servers alone: they answer with 3 quai des Écluses, Blois."""
    with running() as servers:
        servers.answers(answer(feature()))
        yield servers


@pytest.fixture
def connected(app: Flask, outside: Outside, monkeypatch: pytest.MonkeyPatch) -> Outside:
    """The product with those servers for its outside services."""
    monkeypatch.setitem(app.config, "GEOCODER_URL", outside.geocoder)
    monkeypatch.setitem(app.config, "TILES_URL", outside.tiles_url)
    return outside
