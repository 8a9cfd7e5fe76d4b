"""The outline of France and the places on it."""

import math
import re

import pytest

from app.reference import outline
from app.reference.simplify import area, simplified


def test_every_department_is_drawn_and_the_drawing_is_light():
    shapes = outline.shapes()
    assert len({shape.code for shape in shapes}) == 101
    assert sum(len(shape.path) for shape in shapes) < 100_000
    assert {shape.code: shape.name for shape in shapes}["21"] == "Côte-d’Or"


def test_paths_are_closed_and_within_the_view_box():
    for shape in outline.shapes():
        assert re.fullmatch(r"(M[\d.]+ [\d.]+l[-\d. ]+z)+", shape.path), shape.code
        for x, y in points_of(shape.path):
            assert 0 <= x <= outline.SIZE, shape.code
            assert 0 <= y <= outline.SIZE, shape.code


def points_of(path):
    """The absolute points of a path made of « Mx yldx dy dx dy…z »."""
    for subpath in path.split("z")[:-1]:
        start, steps = subpath[1:].split("l")
        x, y = map(float, start.split())
        yield x, y
        numbers = iter(map(float, steps.split()))
        for dx, dy in zip(numbers, numbers, strict=True):
            x, y = x + dx, y + dy
            yield x, y


def test_the_outline_is_made_once():
    assert outline.shapes() is outline.shapes()


@pytest.mark.parametrize(
    ("city", "latitude", "longitude", "department"),
    [
        ("Paris", 48.8566, 2.3428, "75"),
        ("Toulouse", 43.6007, 1.4328, "31"),
        ("Ajaccio", 41.9347, 8.7096, "2A"),
        ("Cayenne", 4.9270, -52.3136, "973"),
        ("Le Tampon", -21.2317, 55.5106, "974"),
    ],
)
def test_a_city_falls_in_its_department(city, latitude, longitude, department):
    point = outline.project(latitude, longitude)
    assert point is not None, city
    path = next(shape.path for shape in outline.shapes() if shape.code == department)
    assert is_inside(point, list(points_of(path.split("z")[0] + "z")))


def is_inside(point, ring):
    """Even-odd rule: a ray to the right crosses the ring an odd number of times."""
    x, y = point
    inside = False
    for (x1, y1), (x2, y2) in zip(ring, ring[1:] + ring[:1], strict=True):
        if (y1 > y) != (y2 > y) and x < x1 + (y - y1) * (x2 - x1) / (y2 - y1):
            inside = not inside
    return inside


def test_north_is_up_and_distances_are_true_within_a_hundredth():
    lille, perpignan = outline.project(50.6366, 3.0635), outline.project(42.6986, 2.8956)
    strasbourg, brest = outline.project(48.5691, 7.7621), outline.project(48.4084, -4.4996)
    assert lille[1] < perpignan[1]
    assert strasbourg[0] > brest[0]
    ratio = math.dist(lille, perpignan) / math.dist(strasbourg, brest)
    assert ratio == pytest.approx(882.8 / 902.0, rel=0.01)  # Great circles, in kilometres.


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [
        (None, 2.0),
        (48.0, None),
        (40.7128, -74.0060),  # New York
        (-22.2758, 166.4580),  # Nouméa: New Caledonia is not drawn.
        (43.2630, -2.9350),  # Bilbao would fall on the insets.
        (90.0, 0.0),
        (-90.0, 0.0),
        (0.0, 0.0),
        (float("nan"), 2.0),
        (48.0, float("inf")),
    ],
)
def test_a_point_outside_the_drawn_frames_is_nowhere(latitude, longitude):
    assert outline.project(latitude, longitude) is None


def test_insets_overlap_neither_each_other_nor_the_mainland():
    insets = outline.insets()
    assert {inset.code for inset in insets} == {"971", "972", "973", "974", "976"}
    for inset in insets:
        others = [shape for shape in outline.shapes() if shape.code != inset.code]
        crossing = [
            s.code for s in others if any(inset.holds(point) for point in points_of(s.path))
        ]
        assert crossing == [], inset.code


def test_neighbours_keep_the_very_same_border():
    border = [(1.0, 0.0), (1.02, 0.3), (0.98, 0.5), (1.4, 0.7), (1.0, 1.0)]
    west = [(0.0, 0.0), *border, (0.0, 1.0), (0.0, 0.0)]
    east = [(2.0, 1.0), *border[::-1], (2.0, 0.0), (2.0, 1.0)]

    thinned = simplified({"west": [west], "east": [east]}, tolerance=0.1, smallest=0.0)

    shared = {point for point in thinned["west"][0] if point in border}
    assert shared == {point for point in thinned["east"][0] if point in border}
    assert (1.02, 0.3) not in shared
    assert {(1.0, 0.0), (1.4, 0.7), (1.0, 1.0)} <= shared
    assert thinned["west"][0][0] == thinned["west"][0][-1]


def test_small_islands_go_but_the_largest_ring_stays():
    def square(size):
        return [(0.0, 0.0), (size, 0.0), (size, size), (0.0, size), (0.0, 0.0)]

    thinned = simplified({"isles": [square(0.5), square(0.1)]}, tolerance=0.01, smallest=1.0)
    assert [area(ring) for ring in thinned["isles"]] == [0.25]
