"""The images of the street map: whose they are, and the pages that may show them."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import current_app

from app.core.http import allow_images_of


@dataclass(frozen=True, slots=True)
class Tiles:
    """`url` has {z}, {x} and {y}; `attribution` is shown on the map, as its owner asks."""

    url: str
    attribution: str

    @property
    def origin(self) -> str:
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def host(self) -> str:
        return urlsplit(self.url).netloc


def tiles() -> Tiles | None:
    """None where the settings switch the street map off."""
    url = current_app.config["TILES_URL"]
    return Tiles(url, current_app.config["TILES_ATTRIBUTION"]) if url else None


def allow_tiles() -> str:
    """Let this page show the street map, once its reader asks; blank, for templates to write."""
    street_map = tiles()
    if street_map is not None:
        allow_images_of(street_map.origin)
    return ""
