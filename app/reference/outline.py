"""The outline of France as SVG paths, and where a point falls on it: a map without network.

Mainland and Corsica are drawn as on French maps (Lambert's conic with the parallels of
Lambert-93, on a sphere, which is within a pixel of it here); the five overseas departments are
insets, each at its own scale. Units are those of the 600 × 600 view box, y downwards.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from math import cos, isfinite, log, pi, radians, sin, tan
from typing import Any

from app.reference.lists import DATA, shown
from app.reference.simplify import Point, Ring, simplified

VIEW_BOX = "0 0 600 600"
SIZE = 600
_MARGIN = 6
# How far, in the view box's units, a line may be from the real border.
_TOLERANCE = 0.5
_SMALLEST_ISLAND = 0.6

# Parallels, centre: Lambert-93 (IGN, NTG_71). For the insets, scale alone matters.
_PARALLEL_SOUTH, _PARALLEL_NORTH = radians(44), radians(49)
_CENTRE_LONGITUDE = 3.0
_INSET_SIZE, _INSET_GAP, _INSET_TOP = 62, 6, 330
# In the bay of Biscay, which the outline leaves free: (code, column, row).
_INSET_PLACES = (("971", 0, 0), ("972", 1, 0), ("973", 0, 1), ("974", 0, 2), ("976", 0, 3))

Plane = Callable[[float, float], Point]


@dataclass(frozen=True, slots=True)
class Shape:
    """A department: `path` is the `d` attribute of an SVG path, to fill with rule evenodd."""

    code: str
    name: str
    path: str


@dataclass(frozen=True, slots=True)
class Frame:
    """A map of its own within the view box: the mainland, or an inset round a department."""

    code: str
    left: float
    top: float
    width: float
    height: float
    plane: Plane
    scale: float
    west: float
    north: float

    def place(self, longitude: float, latitude: float) -> Point:
        x, y = self.plane(longitude, latitude)
        return self.left + (x - self.west) * self.scale, self.top + (y - self.north) * self.scale

    def holds(self, point: Point) -> bool:
        x, y = point
        right, bottom = self.left + self.width, self.top + self.height
        return self.left <= x <= right and self.top <= y <= bottom


def _tan_half(latitude: float) -> float:
    return tan(pi / 4 + latitude / 2)


# Snyder, Map Projections: A Working Manual, formulas 15-2 and 15-3.
_CONE = log(cos(_PARALLEL_SOUTH) / cos(_PARALLEL_NORTH)) / log(
    _tan_half(_PARALLEL_NORTH) / _tan_half(_PARALLEL_SOUTH)
)
_FACTOR = cos(_PARALLEL_SOUTH) * _tan_half(_PARALLEL_SOUTH) ** _CONE / _CONE


def _conic(longitude: float, latitude: float) -> Point:
    """Lambert's conformal conic on a sphere of radius 1 (Snyder, 15-1 and 14-4), y southwards."""
    radius = _FACTOR / _tan_half(radians(latitude)) ** _CONE
    angle = _CONE * radians(longitude - _CENTRE_LONGITUDE)
    return radius * sin(angle), radius * cos(angle)


def _flat_at(middle: float) -> Plane:
    """Equirectangular, true at one latitude: enough for an island."""
    squeeze = cos(radians(middle))
    return lambda longitude, latitude: (radians(longitude) * squeeze, -radians(latitude))


@cache
def _features() -> dict[str, tuple[str, list[Ring]]]:
    """code → (name, rings as (longitude, latitude), holes among them)."""
    text = (DATA / "departments_outline.geojson").read_text(encoding="utf-8")
    return {
        feature["properties"]["code"]: (
            shown(feature["properties"]["name"]),
            _rings(feature["geometry"]),
        )
        for feature in json.loads(text)["features"]
    }


def _rings(geometry: dict[str, Any]) -> list[Ring]:
    polygons = geometry["coordinates"]
    if geometry["type"] == "Polygon":
        polygons = [polygons]
    return [[(x, y) for x, y in ring] for polygon in polygons for ring in polygon]


def _is_overseas(code: str) -> bool:
    return code.startswith("97")


@cache
def _mainland() -> Frame:
    rings = [
        ring for code, (_, rings) in _features().items() if not _is_overseas(code) for ring in rings
    ]
    return _fitted("metro", (0, 0, SIZE), _conic, rings)


@cache
def insets() -> tuple[Frame, ...]:
    """The frames of the overseas departments, to draw a border round."""
    return tuple(_inset(*place) for place in _INSET_PLACES)


def _inset(code: str, column: int, row: int) -> Frame:
    rings = _features()[code][1]
    latitudes = [latitude for ring in rings for _, latitude in ring]
    step = _INSET_SIZE + _INSET_GAP
    square = (_MARGIN + column * step, _INSET_TOP + row * step, _INSET_SIZE)
    return _fitted(code, square, _flat_at((min(latitudes) + max(latitudes)) / 2), rings)


def _fitted(
    code: str, square: tuple[float, float, float], plane: Plane, rings: Iterable[Ring]
) -> Frame:
    """The frame that shows all of these rings in the middle of a square, within a margin."""
    left, top, size = square
    xs, ys = zip(*(plane(*point) for ring in rings for point in ring), strict=True)
    width, height = max(xs) - min(xs), max(ys) - min(ys)
    scale = (size - 2 * _MARGIN) / max(width, height)
    west = (min(xs) + max(xs)) / 2 - size / scale / 2
    north = (min(ys) + max(ys)) / 2 - size / scale / 2
    return Frame(code, left, top, size, size, plane, scale, west, north)


@cache
def shapes() -> tuple[Shape, ...]:
    """The departments to draw, in the order of their codes; made once per process."""
    features = _features()
    placed = {code: _placed(_frame_of(code), rings) for code, (_, rings) in features.items()}
    thinned = simplified(placed, tolerance=_TOLERANCE, smallest=_SMALLEST_ISLAND)
    return tuple(Shape(code, features[code][0], _path(thinned[code])) for code in sorted(features))


def _frame_of(code: str) -> Frame:
    return next((frame for frame in insets() if frame.code == code), _mainland())


def _placed(frame: Frame, rings: list[Ring]) -> list[Ring]:
    return [[frame.place(*point) for point in ring] for ring in rings]


def _path(rings: Iterable[Ring]) -> str:
    return "".join(_subpath(ring) for ring in rings)


def _subpath(ring: Ring) -> str:
    """Relative steps in tenths of a unit: a third of the size of absolute points."""
    tenths = [(round(x * 10), round(y * 10)) for x, y in ring[:-1]]
    (x, y), *others = tenths
    steps = [f"M{_tenth(x)} {_tenth(y)}l"]
    for next_x, next_y in others:
        if (next_x, next_y) != (x, y):
            steps.append(f"{_tenth(next_x - x)} {_tenth(next_y - y)} ")
        x, y = next_x, next_y
    return "".join(steps).rstrip() + "z"


def _tenth(number: int) -> str:
    return f"{number / 10:g}"


def project(latitude: float | None, longitude: float | None) -> Point | None:
    """Where a point (degrees, WGS 84) falls in the view box; none outside the drawn frames."""
    if latitude is None or longitude is None or not (isfinite(latitude) and isfinite(longitude)):
        return None
    if abs(latitude) > 89 or abs(longitude) > 180:
        return None
    for frame in insets():
        point = frame.place(longitude, latitude)
        if frame.holds(point):
            return point
    point = _mainland().place(longitude, latitude)
    on_an_inset = any(frame.holds(point) for frame in insets())
    return point if _mainland().holds(point) and not on_an_inset else None
