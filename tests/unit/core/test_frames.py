import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from launchwatch.core.epochs import parse_utc
from launchwatch.core.frames import (
    OMEGA_EARTH,
    azimuth_elevation_range,
    enu_axes,
    itrf_from_azimuth_elevation_range,
    itrf_from_teme,
    teme_from_itrf,
)
from launchwatch.core.geodesy import itrf_from_geodetic

LATITUDES, LONGITUDES = st.floats(-89.0, 89.0), st.floats(-180.0, 180.0)


@given(LATITUDES, LONGITUDES)
def test_local_axes_are_orthonormal_and_right_handed(lat: float, lon: float) -> None:
    axes = enu_axes(lat, lon)
    np.testing.assert_allclose(axes @ axes.T, np.eye(3), atol=1e-15)
    assert np.linalg.det(axes) == pytest.approx(1.0, abs=1e-15)


def test_axes_point_where_they_say() -> None:
    east, north, up = enu_axes(45.0, 10.0)
    step = 1e-4  # degrees, some 10 m
    here = itrf_from_geodetic(45.0, 10.0)
    for axis, there in [(east, (45.0, 10.0 + step, 0.0)), (north, (45.0 + step, 10.0, 0.0)), (up, (45.0, 10.0, 9.0))]:
        chord = itrf_from_geodetic(*there) - here
        # the Earth curves away by step^2 / 2, about 1e-6 of the chord
        np.testing.assert_allclose(chord / np.linalg.norm(chord), axis, atol=3e-6)


@given(LATITUDES, LONGITUDES, st.floats(0.0, 359.9), st.floats(-80.0, 89.0), st.floats(1e3, 4e7))
def test_azimuth_elevation_range_round_trip(lat: float, lon: float, az: float, el: float, distance: float) -> None:
    site = itrf_from_geodetic(lat, lon, 300.0)
    point = itrf_from_azimuth_elevation_range(site, lat, lon, [az], [el], [distance])
    assert point.shape == (1, 3)
    azimuth, elevation, range_m = azimuth_elevation_range(site, lat, lon, point)
    # float64 holds the site to 1e-9 m, which 1 km of range turns into 1e-10 deg; near the zenith 50 times that
    assert (azimuth[0] - az + 180.0) % 360.0 - 180.0 == pytest.approx(0.0, abs=1e-8)
    assert elevation[0] == pytest.approx(el, abs=1e-9)
    assert range_m[0] == pytest.approx(distance, rel=1e-11)


@given(st.integers(parse_utc("1990-01-01T00:00:00Z"), parse_utc("2030-01-01T00:00:00Z")))
def test_teme_round_trip(ns: int) -> None:
    r, v = np.array([[4.2e7, -1e6, 3e5]]), np.array([[10.0, 3070.0, -50.0]])
    back_r, back_v = teme_from_itrf(*itrf_from_teme(r, v, np.array([ns])), np.array([ns]))
    np.testing.assert_allclose(back_r, r, atol=5e-8)  # float64 at 42,000 km
    np.testing.assert_allclose(back_v, v, atol=1e-11)


def test_what_stands_still_over_the_ground_turns_in_teme() -> None:
    r, v = teme_from_itrf([4.2164e7, 0.0, 0.0], [0.0, 0.0, 0.0], parse_utc("2017-11-28T18:18:00Z"))
    assert np.linalg.norm(v) == pytest.approx(4.2164e7 * OMEGA_EARTH, rel=1e-14)
    assert r @ v == pytest.approx(0.0, abs=1e-4)
