"""Lines of sight past the Earth, and the fields of radars."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from launchwatch.core.arrays import FloatArray
from launchwatch.core.frames import azimuth_elevation_range
from launchwatch.core.geodesy import A, geodetic_from_itrf, itrf_from_geodetic
from launchwatch.physics.visibility import horizon_height, in_sectors, lowest_height, zenith_angle_deg

LATITUDE, LONGITUDE = st.floats(-90.0, 90.0), st.floats(-180.0, 180.0)


def brute_lowest(a: FloatArray, b: FloatArray, reach: float) -> float:
    part = np.linspace(0.0, reach, 20_001)[:, None]
    return float(geodetic_from_itrf(a + part * (b - a))[2].min())


@pytest.mark.parametrize("beyond", [False, True])
def test_lowest_height_against_sampling(beyond: bool) -> None:
    observer = itrf_from_geodetic(0.0, 75.0, 35_786e3)
    targets = itrf_from_geodetic([60.0, 79.0, 81.0, -50.0, 5.0], [60.0, 75.0, 80.0, 130.0, 160.0], 150e3)
    for target, lowest in zip(targets, lowest_height(observer, targets, beyond=beyond), strict=True):
        sampled = brute_lowest(observer, target, 1.3 if beyond else 1.0)
        if sampled < 0.0:
            assert lowest < 0.0
        else:
            # the stretch of the ellipsoid to a sphere lengthens heights by up to 0.34 %; 100 m of sampling
            assert lowest == pytest.approx(sampled, rel=0.004, abs=100.0)


def test_geostationary_horizon_lies_at_81_degrees() -> None:
    observer = itrf_from_geodetic(0.0, 0.0, 35_786e3)
    on_ground = itrf_from_geodetic(0.0, [81.2, 81.4], 0.0)
    # arccos(A / (A + 35,786 km)) = 81.30 degrees
    hidden = lowest_height(observer, on_ground) < -1.0
    assert hidden.tolist() == [False, True]


@given(lat=LATITUDE, lon=LONGITUDE, height_m=st.floats(1.0, 1e6))
def test_nothing_is_hidden_from_its_zenith(lat: float, lon: float, height_m: float) -> None:
    low, high = itrf_from_geodetic(lat, lon, [height_m, height_m + 30_000e3])
    # 0.34 % of stretch, 1 um of rounding
    assert float(lowest_height(high, low)) == pytest.approx(height_m, rel=0.0035, abs=1e-6)
    assert float(zenith_angle_deg(low, high)) < 0.1  # vertical of the ellipsoid through the point, not below it


@given(lat=LATITUDE, lon=LONGITUDE, lat2=LATITUDE, lon2=LONGITUDE, height_m=st.floats(0.0, 100e3))
def test_zenith_angle_is_the_complement_of_elevation(
    lat: float, lon: float, lat2: float, lon2: float, height_m: float
) -> None:
    point, other = itrf_from_geodetic(lat, lon, height_m), itrf_from_geodetic(lat2, lon2, 20_000e3)
    elevation = azimuth_elevation_range(point, lat, lon, other)[1]
    # the gradient of the ellipsoid through the point departs from the vertical at its foot by up to 0.003 degrees
    assert float(zenith_angle_deg(point, other)) == pytest.approx(90.0 - float(elevation), abs=0.004)


def test_horizon_height_grows_with_range_and_elevation() -> None:
    assert horizon_height(0.0, 3.0) == 0.0
    assert horizon_height(1000e3, 90.0) == pytest.approx(1000e3)
    assert horizon_height(3000e3, 0.0, A) == pytest.approx(np.hypot(A, 3000e3) - A)


def test_a_sector_may_cross_north() -> None:
    azimuth = np.array([300.0, 309.9, 310.0, 350.0, 0.0, 49.9, 50.1, 180.0])
    assert in_sectors(azimuth, [(310.0, 50.0)]).tolist() == [False, False, True, True, True, True, False, False]


def test_several_sectors_and_the_full_circle() -> None:
    assert in_sectors(np.array([10.0, 100.0, 200.0]), [(0.0, 20.0), (190.0, 210.0)]).tolist() == [True, False, True]
    assert in_sectors(np.arange(0.0, 360.0, 7.0), [(0.0, 360.0)]).all()


@given(azimuth=st.floats(0.0, 359.999), start=st.floats(0.0, 359.0), width=st.floats(1.0, 359.0))
def test_a_sector_and_its_complement_cover_the_circle(azimuth: float, start: float, width: float) -> None:
    stop = (start + width) % 360.0
    inside, outside = in_sectors(azimuth, [(start, stop)]), in_sectors(azimuth, [(stop, start)])
    assert bool(inside) or bool(outside)
