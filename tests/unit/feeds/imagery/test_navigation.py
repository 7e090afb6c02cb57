"""The fixed grid against the users' guide, parallax against its formula, the Sun against the almanac."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from launchwatch.core.epochs import parse_utc
from launchwatch.core.geodesy import inverse, itrf_from_geodetic
from launchwatch.feeds.imagery.navigation import FixedGrid, at_height, toward
from launchwatch.physics.sun import glint_angle_deg, sun_direction
from launchwatch.physics.visibility import zenith_angle_deg

GRID = FixedGrid(-0.101332, 0.128212, 56e-6, -56e-6, 1500, 2500, -75.0)
SATELLITE = itrf_from_geodetic(0.0, -75.2, 35_786_023.0)


def test_worked_example_of_the_users_guide() -> None:
    # GOES-R Product Definition and Users' Guide, volume 3, 5.1.2.8: given to 1e-6 degrees and 1e-6 rad
    lat, lon = GRID.to_earth(-0.024052, 0.095340)
    assert (float(lat), float(lon)) == pytest.approx((33.846162, -84.690932), abs=1e-6)
    x, y = GRID.from_earth(33.846162, -84.690932)
    assert (float(x), float(y)) == pytest.approx((-0.024052, 0.095340), abs=5e-7)


@given(st.floats(-0.1, 0.1), st.floats(-0.1, 0.1), st.sampled_from([-137.0, -75.0, 140.7, 179.9]))
def test_grid_and_earth_there_and_back(x: float, y: float, lon_deg: float) -> None:
    grid = FixedGrid(0.0, 0.0, 56e-6, -56e-6, 10, 10, lon_deg)
    lat, lon = grid.to_earth(x, y)
    assert -180.0 <= lon < 180.0
    back = grid.from_earth(lat, lon)
    # a thousandth of a pixel would be 6e-8 rad; round-off of a distance of 4e7 m leaves 1e-12
    assert (float(back[0]), float(back[1])) == pytest.approx((x, y), abs=1e-11)


@given(st.floats(-80.0, 80.0), st.floats(-160.0, 10.0))
def test_from_earth_agrees_with_vectors_and_the_limb(lat: float, lon: float) -> None:
    ideal = itrf_from_geodetic(0.0, -75.0, 35_786_023.0)
    ground = itrf_from_geodetic(lat, lon)
    zenith = float(zenith_angle_deg(ground, ideal))
    x, y = GRID.from_earth(lat, lon)
    if abs(zenith - 90.0) < 0.01:  # at the limb the two definitions of level differ in their last digits
        return
    assert bool(np.isfinite(x)) == (zenith < 90.0)
    if zenith < 90.0:
        way = ground - ideal
        east = np.array([-np.sin(np.radians(-75.0)), np.cos(np.radians(-75.0)), 0.0])
        # east, north and down components give the two angles of a sweep along x; GRS80 and WGS-84 differ by 0.1 mm
        assert float(np.sin(x)) == pytest.approx(way @ east / np.linalg.norm(way), abs=1e-11)
        down = -way @ (ideal / np.linalg.norm(ideal))
        assert float(np.tan(y)) == pytest.approx(way[2] / down, abs=1e-11)


def test_views_past_the_earth_have_no_place() -> None:
    lat, lon = GRID.to_earth([0.2, 0.0], [0.0, 0.16])
    assert np.isnan(lat).all()
    assert np.isnan(lon).all()


@given(st.floats(-60.0, 60.0), st.floats(-125.0, -25.0), st.floats(0.5, 100.0))
def test_a_source_at_a_height_lies_on_the_same_line_of_sight(lat: float, lon: float, height_km: float) -> None:
    high_lat, high_lon = at_height(lat, lon, SATELLITE, 1e3 * height_km)
    direction, _ = toward(lat, lon, SATELLITE)
    way = itrf_from_geodetic(high_lat, high_lon, 1e3 * height_km) - SATELLITE
    off_m = np.linalg.norm(np.cross(way, direction))
    assert off_m < 0.01  # round-off of 4e7 m is 1e-8; the passes converge to below a centimetre


@pytest.mark.parametrize("height_m", [1e3, 10e3])
def test_parallax_is_height_times_the_tangent_of_the_zenith_angle(height_m: float) -> None:
    lat, lon = 40.0, -95.0
    high = at_height(lat, lon, SATELLITE, height_m)
    moved, azimuth, _ = inverse(lat, lon, float(high[0]), float(high[1]))
    zenith = float(zenith_angle_deg(itrf_from_geodetic(lat, lon), SATELLITE))
    # flat-ground formula: the Earth's curvature changes it by height over radius, 0.2 % for 10 km
    assert moved == pytest.approx(height_m * np.tan(np.radians(zenith)), rel=4e-3)
    assert 100.0 < azimuth < 170.0  # toward the satellite, to the south-east


@pytest.mark.parametrize(
    ("utc", "declination_deg"),
    [
        ("2020-03-20T03:50:00Z", 0.0),
        ("2020-06-20T21:44:00Z", 23.437),
        ("2020-09-22T13:31:00Z", 0.0),
        ("2020-12-21T10:02:00Z", -23.437),
    ],
)
def test_declination_at_equinoxes_and_solstices(utc: str, declination_deg: float) -> None:
    # times of the Astronomical Almanac 2020; the series is good to 0.01 degrees
    assert np.degrees(np.arcsin(sun_direction(parse_utc(utc))[2])) == pytest.approx(declination_deg, abs=0.012)


@pytest.mark.parametrize(("day", "minutes"), [("2020-02-11", -14.24), ("2020-05-14", 3.65), ("2020-11-03", 16.45)])
def test_equation_of_time(day: str, minutes: float) -> None:
    # its extremes (Astronomical Almanac): at 12 UTC the Sun stands over minus a quarter of a degree for each minute;
    # 0.01 degrees of the series are 0.04 minutes, and the figures are rounded
    sun = sun_direction(parse_utc(f"{day}T12:00:00Z"))
    assert -np.degrees(np.arctan2(sun[1], sun[0])) * 4.0 == pytest.approx(minutes, abs=0.1)


def test_glint() -> None:
    up = np.array([1.0, 0.0, 0.0])
    tilted = np.array([np.cos(0.3), np.sin(0.3), 0.0])
    mirror = np.array([np.cos(0.3), -np.sin(0.3), 0.0])
    angles = glint_angle_deg(np.stack([up, up, up]), np.stack([tilted, tilted, -tilted]), np.stack([mirror, up, up]))
    assert angles == pytest.approx([0.0, np.degrees(0.3), 180.0], abs=1e-5)  # arccos near 1 keeps half the digits
