import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from launchwatch.core.geodesy import A, B, direct, geodetic_from_itrf, inverse, itrf_from_geodetic

LATITUDES = st.floats(-90.0, 90.0)
LONGITUDES = st.floats(-180.0, 180.0)


@given(LATITUDES, LONGITUDES, st.floats(-100.0, 4.0e7))
def test_round_trip(lat: float, lon: float, alt: float) -> None:
    r = itrf_from_geodetic(lat, lon, alt)
    back = itrf_from_geodetic(*geodetic_from_itrf(r))
    # 50 nm is the bar of the method; 40,000 km itself is only held to 7 nm by float64
    assert np.linalg.norm(back - r) < 5e-8


def test_ends_of_the_axes() -> None:
    np.testing.assert_allclose(itrf_from_geodetic([0.0, 90.0], [0.0, 0.0]), [[A, 0, 0], [0, 0, B]], atol=1e-9)
    lat, _, alt = geodetic_from_itrf([[0.0, 0.0, -B - 5.0], [A + 7.0, 0.0, 0.0]])
    np.testing.assert_allclose(lat, [-90.0, 0.0], atol=1e-12)
    np.testing.assert_allclose(alt, [5.0, 7.0], atol=5e-9)  # float64 at the Earth's radius


def test_shapes_broadcast() -> None:
    assert itrf_from_geodetic(np.zeros((4, 1)), np.zeros(5), 0.0).shape == (4, 5, 3)


@given(st.floats(-80.0, 80.0), LONGITUDES, st.floats(0.0, 359.9), st.floats(1e3, 1.5e7))
def test_inverse_undoes_direct(lat: float, lon: float, azimuth: float, distance: float) -> None:
    distance_m, azimuth1, _ = inverse(lat, lon, *direct(lat, lon, azimuth, distance))
    assert distance_m == pytest.approx(distance, abs=1e-5)  # Karney's routine promises nanometres; lon wraps cost some
    assert (azimuth1 - azimuth + 180.0) % 360.0 - 180.0 == pytest.approx(0.0, abs=1e-6)


def test_a_published_geodesic() -> None:
    # JFK to LHR, the worked example of the GeographicLib manual
    distance_m, azimuth1, azimuth2 = inverse(40.6, -73.8, 51.6, -0.5)
    assert distance_m == pytest.approx(5_551_759.400, abs=1e-3)  # to its last printed digit
    assert azimuth1 == pytest.approx(51.198_882_846, abs=1e-8)
    assert azimuth2 == pytest.approx(107.821_776_736, abs=1e-8)
