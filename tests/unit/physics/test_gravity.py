import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from launchwatch.core.geodesy import A, B, itrf_from_geodetic
from launchwatch.physics import _kernels
from launchwatch.physics.gravity import J2, MU, OMEGA, gravity_j2

LATITUDES, LONGITUDES, HEIGHTS = st.floats(-90.0, 90.0), st.floats(-180.0, 180.0), st.floats(0.0, 4e7)


def potential(r: np.ndarray) -> float:
    radius = np.linalg.norm(r)
    return float(MU / radius * (1.0 - J2 * (A / radius) ** 2 * (1.5 * (r[2] / radius) ** 2 - 0.5)))


@given(LATITUDES, LONGITUDES, HEIGHTS)
def test_gravity_is_the_gradient_of_its_potential(lat: float, lon: float, alt: float) -> None:
    r = itrf_from_geodetic(lat, lon, alt)
    step = 100.0  # m; central differences then err by 1e-9 and round by 1e-8 of g
    gradient = [(potential(r + step * e) - potential(r - step * e)) / (2.0 * step) for e in np.eye(3)]
    np.testing.assert_allclose(gravity_j2(r), gradient, atol=3e-8 * MU / A**2)


@pytest.mark.parametrize(("lat", "normal"), [(0.0, 9.7803253359), (45.0, 9.8061977694), (90.0, 9.8321849379)])
def test_normal_gravity(lat: float, normal: float) -> None:
    r = itrf_from_geodetic(lat, 30.0)
    felt = gravity_j2(r) + OMEGA**2 * r * [1.0, 1.0, 0.0]
    # J4 = -2.4e-6 of the level ellipsoid, which this model leaves out, adds five times itself at the poles
    assert np.linalg.norm(felt) == pytest.approx(normal, rel=1.5e-5)


@given(LATITUDES, LONGITUDES, HEIGHTS)
def test_kernel_agrees(lat: float, lon: float, alt: float) -> None:
    r = itrf_from_geodetic(lat, lon, alt)
    np.testing.assert_allclose(_kernels.gravity_j2(*r), gravity_j2(r), rtol=1e-14, atol=1e-18)  # order of operations


@given(LATITUDES, LONGITUDES)
def test_height_is_zero_on_the_ellipsoid(lat: float, lon: float) -> None:
    assert _kernels.height(*itrf_from_geodetic(lat, lon)) == pytest.approx(0.0, abs=4e-9)  # float64 at the radius


def test_height_above_the_poles_and_the_equator() -> None:
    assert _kernels.height(A + 1000.0, 0.0, 0.0) == pytest.approx(1000.0, abs=4e-9)
    assert _kernels.height(0.0, 0.0, -B - 1000.0) == pytest.approx(1000.0, abs=4e-9)
