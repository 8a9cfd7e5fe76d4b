"""Points on the earth: how they are written, how far they are from one another."""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt

# Six decimals of a degree are a tenth of a metre.
DECIMALS = 6
_EARTH = 6371  # Kilometres.

Point = tuple[float, float]


def plain_degrees(degrees: float) -> str:
    """« 47.586092 »: six decimals at most, with a point."""
    near = round(degrees, DECIMALS) + 0.0  # Never « -0 ».
    return f"{near:.{DECIMALS}f}".rstrip("0").rstrip(".")


def plain_position(latitude: float, longitude: float) -> str:
    """« 47.586092, 1.335947 »: what the history keeps, and what other maps take."""
    return f"{plain_degrees(latitude)}, {plain_degrees(longitude)}"


def kilometres(here: Point, there: Point) -> float:
    """The distance between two points (latitude, longitude in degrees) on a sphere: haversine."""
    north, east = map(radians, here)
    to_north, to_east = map(radians, there)
    half = sin((to_north - north) / 2) ** 2
    half += cos(north) * cos(to_north) * sin((to_east - east) / 2) ** 2
    return 2 * _EARTH * asin(sqrt(min(1.0, half)))
