"""Each colour that a tag may have is read without effort, in light and in dark."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.tags.forms import COLOUR_NAMES
from app.tags.operations import COLOURS

CSS = Path(__file__).parents[2] / "app" / "static" / "css"
PAIR = re.compile(r"--tag-([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)")
TOKENS = {name: shades for name, *shades in PAIR.findall((CSS / "tokens.css").read_text("utf-8"))}
LEAST = 4.5  # WCAG 2.2, 1.4.3


def luminance(colour: str) -> float:
    """Relative luminance of « #rrggbb » (WCAG 2.2)."""
    shares = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("colour", COLOURS)
def test_a_colour_is_read_without_effort(colour: str, scheme: int) -> None:
    assert contrast(TOKENS[colour][scheme], TOKENS[f"{colour}-text"][scheme]) >= LEAST


def test_every_colour_has_a_name_and_a_style() -> None:
    style = (CSS / "components" / "tag.css").read_text("utf-8")
    assert [colour for colour, _name in COLOUR_NAMES] == list(COLOURS)
    assert [c for c in COLOURS if c != "blue" and f".tag--{c} {{" not in style] == []
