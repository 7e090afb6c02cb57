from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from launchwatch.catalog.loader import Catalog, load_catalog
from launchwatch.catalog.regions import region_contains
from launchwatch.catalog.schema import Region

REGIONS = sorted(load_catalog().regions)


def region(*rings: list[tuple[float, float]]) -> Region:
    head = {"id": "x", "name": "X", "source": "own", "confidence": "none", "status": "synthetic"}
    return Region(**head, polygons=tuple(tuple(ring) for ring in rings))


@given(
    centre=st.tuples(st.floats(-150, 150), st.floats(-60, 60)),
    radii=st.lists(st.floats(0.5, 20), min_size=3, max_size=40),
    k=st.integers(0, 39),
    fraction=st.floats(0.0, 0.98),
)
def test_a_star_contains_its_own_interior(
    centre: tuple[float, float], radii: list[float], k: int, fraction: float
) -> None:
    angles = 2 * np.pi * np.arange(len(radii)) / len(radii)
    x, y = centre[0] + radii * np.cos(angles), centre[1] + radii * np.sin(angles)
    star = region(list(zip(x.tolist(), y.tolist(), strict=True)))
    k %= len(radii)
    lat, lon = centre[1] + fraction * (y[k] - centre[1]), centre[0] + fraction * (x[k] - centre[0])
    assert region_contains(star, lat, lon)
    outside = centre[1] + 1.02 * (y[k] - centre[1]), centre[0] + 1.02 * (x[k] - centre[0])
    assert not region_contains(star, *outside)


@pytest.mark.parametrize("name", REGIONS)
def test_rings_contain_points_beside_their_edges(name: str, catalog: Catalog) -> None:
    """One side of every edge is inside its ring, the other outside."""
    for ring in catalog.regions[name].polygons:
        alone = region(list(ring))
        p = np.array(ring)
        q = np.roll(p, -1, axis=0)
        middle, across = (p + q) / 2, np.column_stack((q[:, 1] - p[:, 1], p[:, 0] - q[:, 0]))
        step = 1e-6 * across / np.linalg.norm(across, axis=1, keepdims=True)
        left, right = (region_contains(alone, *(middle + s * step).T[::-1]) for s in (-1, 1))
        # a ring that ends at longitude 180 wraps there: the far side of that edge is the other end of the map
        inland = np.abs(middle[:, 0]) < 180
        assert (left ^ right)[inland].all()


def test_adjoining_rings_leave_no_gap() -> None:
    both = region([(0, 0), (10, 0), (10, 10), (0, 10)], [(10, 0), (20, 0), (20, 10), (10, 10)])
    west, east = (region(list(ring)) for ring in both.polygons)
    lat = np.linspace(0.5, 9.5, 19)
    on_edge = np.full(19, 10.0)
    assert (region_contains(west, lat, on_edge) ^ region_contains(east, lat, on_edge)).all()
    assert region_contains(both, lat, on_edge).all()


def test_longitude_wraps() -> None:
    split = region([(170, -5), (180, -5), (180, 5), (170, 5)], [(-180, -5), (-170, -5), (-170, 5), (-180, 5)])
    lon = np.array([175.0, 180.0, -180.0, -175.0, 185.0, 535.0, 165.0])
    assert region_contains(split, np.zeros(7), lon).tolist() == [True] * 6 + [False]


def test_shapes() -> None:
    square = region([(0, 0), (10, 0), (10, 10), (0, 10)])
    assert region_contains(square, 5.0, 5.0).shape == ()
    assert region_contains(square, np.ones((2, 3)), np.ones((2, 3))).shape == (2, 3)
    assert region_contains(square, [], []).shape == (0,)


def test_cities_lie_in_the_region_of_their_country_and_no_other(catalog: Catalog) -> None:
    for place in catalog.places.values():
        if place.kind == "city":
            inside = {n for n, r in catalog.regions.items() if region_contains(r, place.lat_deg, place.lon_deg)}
            assert inside == {place.country} & set(catalog.regions), place.id


@pytest.mark.parametrize(
    ("lat", "lon", "expected"),
    [
        (40.8, 136.9, {"jp"}),  # fall of 28 November 2017, in the exclusive economic zone of Japan
        (42.0, 157.6, set()),  # fall of 28 August 2017, in the open Pacific
        (54.7, 20.5, {"ru"}),
        (66.1, -170.5, {"ru"}),  # east of longitude 180
        (65.8, -168.2, {"us"}),
        (52.9, 173.0, {"us"}),  # west of longitude 180
        (39.0, 125.8, set()),
        (0.0, 0.0, set()),
    ],
)
def test_known_points(catalog: Catalog, lat: float, lon: float, expected: set[str]) -> None:
    assert {name for name, r in catalog.regions.items() if region_contains(r, lat, lon)} == expected


def test_regions_hardly_overlap(catalog: Catalog) -> None:
    rng = np.random.default_rng(1)
    lat, lon = np.degrees(np.arcsin(rng.uniform(-1, 1, 100_000))), rng.uniform(-180, 180, 100_000)
    count = np.sum([region_contains(r, lat, lon) for r in catalog.regions.values()], axis=0)
    # simplified outlines of neighbours cross each other by up to 0.4 degree: one point in a thousand, not more
    assert np.mean(count[count > 0] > 1) < 1e-3


@pytest.mark.parametrize("name", REGIONS)
def test_outlines_are_coarse(name: str, catalog: Catalog) -> None:
    for ring in catalog.regions[name].polygons:
        assert len(ring) <= 60
        assert np.allclose(np.array(ring) * 10, np.round(np.array(ring) * 10))
