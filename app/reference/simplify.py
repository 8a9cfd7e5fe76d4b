"""Thinning the borders of a map so that neighbours keep sharing them: no gap, no overlap.

Each ring is cut where the set of its neighbours changes; the pieces (arcs) are thinned by
Douglas and Peucker's rule, each one in the same direction whichever side it is seen from.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from math import hypot

Point = tuple[float, float]
#: closed: the last point is the first
Ring = list[Point]


def simplified(
    areas: Mapping[str, list[Ring]], *, tolerance: float, smallest: float
) -> dict[str, list[Ring]]:
    """The same areas with fewer points, without the rings under `smallest` square units."""
    owners = _owners(areas)
    return {
        code: [_thinned(ring, owners, tolerance) for ring in _worth_drawing(rings, smallest)]
        for code, rings in areas.items()
    }


def _owners(areas: Mapping[str, list[Ring]]) -> dict[Point, frozenset[str]]:
    """point → the rings that pass through it."""
    found: dict[Point, set[str]] = {}
    for code, rings in areas.items():
        for number, ring in enumerate(rings):
            for point in ring:
                found.setdefault(point, set()).add(f"{code}/{number}")
    return {point: frozenset(names) for point, names in found.items()}


def _worth_drawing(rings: list[Ring], smallest: float) -> list[Ring]:
    largest = max(rings, key=area)
    return [ring for ring in rings if ring is largest or area(ring) >= smallest]


def area(ring: Ring) -> float:
    """By the shoelace formula, in square units."""
    return abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairwise(ring))) / 2


def _thinned(ring: Ring, owners: Mapping[Point, frozenset[str]], tolerance: float) -> Ring:
    result = ring[:1]
    arcs = _arcs(ring[:-1], owners)
    for number, arc in enumerate(arcs):
        kept = _one_way(arc, tolerance)
        result = kept if number == 0 else result + kept[1:]
    return result


def _arcs(points: Ring, owners: Mapping[Point, frozenset[str]]) -> list[Ring]:
    count = len(points)
    cuts = [
        place
        for place in range(count)
        if not owners[points[place - 1]]
        == owners[points[place]]
        == owners[points[(place + 1) % count]]
    ]
    if len(cuts) < 2:
        cuts = _far_ends(points)
    ends = [*cuts[1:], cuts[0] + count]
    doubled = points + points
    return [doubled[start : end + 1] for start, end in zip(cuts, ends, strict=True)]


def _far_ends(points: Ring) -> list[int]:
    """Two points to cut a ring at that has one neighbour or none: the same from both sides."""
    first = points.index(min(points))
    x, y = points[first]
    last = max(
        range(len(points)), key=lambda place: hypot(points[place][0] - x, points[place][1] - y)
    )
    return sorted((first, last))


def _one_way(arc: Ring, tolerance: float) -> Ring:
    if arc[0] <= arc[-1]:
        return _douglas_peucker(arc, tolerance)
    return _douglas_peucker(arc[::-1], tolerance)[::-1]


def _douglas_peucker(arc: Ring, tolerance: float) -> Ring:
    kept = {0, len(arc) - 1}
    pieces = [(0, len(arc) - 1)]
    while pieces:
        start, end = pieces.pop()
        if end - start < 2:
            continue
        away = [_distance(arc[place], arc[start], arc[end]) for place in range(start + 1, end)]
        if max(away) > tolerance:
            middle = start + 1 + away.index(max(away))
            kept.add(middle)
            pieces += [(start, middle), (middle, end)]
    return [arc[place] for place in sorted(kept)]


def _distance(point: Point, start: Point, end: Point) -> float:
    """From a point to the segment between two others."""
    (x, y), (x1, y1), (x2, y2) = point, start, end
    length = (x2 - x1) ** 2 + (y2 - y1) ** 2
    along = ((x - x1) * (x2 - x1) + (y - y1) * (y2 - y1)) / length if length else 0.0
    along = min(1.0, max(0.0, along))
    return hypot(x - x1 - along * (x2 - x1), y - y1 - along * (y2 - y1))
