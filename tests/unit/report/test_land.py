"""The outline of the land and its map."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from launchwatch.report.land import EARTH_RADIUS_KM, Disc, rings

LAND_KM2 = 149e6  # Encyclopaedia Britannica


def area(outline):
    x, y = outline.T
    return float(0.5 * np.sum(x[:-1] * y[1:] - x[1:] * y[:-1]))


def land_area(disc, scale):
    """Area of the land on a map; lakes lie within land, so their area counts against it."""
    total = 0.0
    for ring in rings(scale):
        part = sum(area(outline) for outline in disc.fill(*ring.T))
        inner = np.array([50.0, 42.0])  # in the Caspian Sea, the one lake of the outline at 1:110 million
        lake = scale == "110" and np.hypot(*(ring.mean(axis=0) - inner)) < 5.0
        total += -part if lake else part
    return total


@pytest.mark.parametrize("scale", ["110", "50"])
def test_rings_are_whole(scale):
    found = rings(scale)
    assert len(found) > 100
    for ring in found:
        assert len(ring) > 2
        assert np.abs(ring[:, 0]).max() <= 180
        assert np.abs(ring[:, 1]).max() <= 90


@settings(max_examples=25)
@given(st.floats(-90, 90), st.floats(-180, 180))
def test_two_hemispheres_hold_all_land_wherever_they_are_cut(lat, lon):
    """The map is equal-area, and what lies beyond its edge is cut off rightly, whatever ring holds the antipode."""
    here, there = Disc(lat, lon, 90.0), Disc(-lat, lon + 180.0, 90.0)
    # 3 %: the outline at 1:110 million leaves out small islands, and long sides are straight on the map
    assert land_area(here, "110") + land_area(there, "110") == pytest.approx(LAND_KM2, rel=0.03)


@given(st.floats(-90, 90), st.floats(-180, 180), st.floats(-89, 89), st.floats(-180, 180))
def test_distance_from_the_centre(lat0, lon0, lat, lon):
    disc = Disc(lat0, lon0, 180.0)
    radius = np.hypot(*disc(lon, lat)) / (2 * EARTH_RADIUS_KM)
    a, b = (
        np.array([np.cos(f) * np.cos(k), np.cos(f) * np.sin(k), np.sin(f)])
        for f, k in (np.radians([lat0, lon0]), np.radians([lat, lon]))
    )
    # the chord between two points of the unit sphere is twice the sine of half the angle; 1e-9: rounding
    assert radius == pytest.approx(np.linalg.norm(a - b) / 2, abs=1e-9)


def test_north_is_up_and_east_is_right():
    disc = Disc(10.0, 20.0, 60.0)
    assert disc(20.0, 11.0)[1] > 0 == pytest.approx(disc(20.0, 11.0)[0])
    assert disc(21.0, 10.0)[0] > 0


def test_what_lies_beyond_the_edge_is_not_on_the_map():
    disc = Disc(0.0, 0.0, 30.0)
    assert np.isnan(disc(40.0, 0.0)).all()
    assert np.hypot(*disc.on_the_edge(40.0, 0.0)) == pytest.approx(disc.radius_km)
    assert disc.fill(np.array([100.0, 110.0, 105.0]), np.array([0.0, 0.0, 10.0])) == []
