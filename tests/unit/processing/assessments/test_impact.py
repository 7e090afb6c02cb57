"""Where a free fall comes down, against falls of drawn states."""

from __future__ import annotations

import numpy as np
import pytest

from launchwatch.core.arrays import FloatArray
from launchwatch.core.frames import enu_axes
from launchwatch.core.geodesy import geodetic_from_itrf, inverse, itrf_from_geodetic
from launchwatch.processing.assessments import impact
from launchwatch.processing.motion import ballistic as flight

EPOCH_NS = 1_700_000_000_000_000_000
COUNT = 2000


def burnout(speed_m_s: float, elevation_deg: float) -> FloatArray:
    """State (6,) 200 km over 40 N 50 E, going north-east."""
    east, north, up = enu_axes(40.0, 50.0)
    level = (east + north) / np.sqrt(2.0)
    angle = np.radians(elevation_deg)
    return np.concatenate(
        [itrf_from_geodetic(40.0, 50.0, 200e3), speed_m_s * (np.cos(angle) * level + np.sin(angle) * up)]
    )


def drawn(state: FloatArray, covariance: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Latitude and longitude, deg, and time of fall, s, of draws of state and drag (COUNT, 3)."""
    states = rng.multivariate_normal(state, covariance, COUNT)
    drags = impact.DRAG * np.exp(impact.LOG_DRAG_SIGMA * rng.normal(size=COUNT))
    falls = [flight.fall(s, d) for s, d in zip(states, drags, strict=True)]
    assert min(f.seconds for f in falls) > 0.0
    lat, lon, _ = geodetic_from_itrf(np.array([f.position for f in falls]))
    return np.column_stack([lat, lon, [f.seconds for f in falls]])


@pytest.mark.parametrize(
    ("speed_m_s", "sigma_m_s", "off", "late"),
    [
        # linear: what the draws leave open (2 % of a deviation in 2000) and the curvature over 20 km; the last seconds
        # of fall grow with drag by more than a straight line says
        (5000.0, 10.0, 0.05, 0.3),
        # cubature: of third degree, so the next term of the curve over a thousand kilometres shows
        (5000.0, 300.0, 0.1, 0.1),
        (6000.0, 300.0, 0.2, 0.2),
    ],
)
def test_the_ellipse_is_that_of_drawn_falls(speed_m_s: float, sigma_m_s: float, off: float, late: float) -> None:
    state = burnout(speed_m_s, 25.0)
    covariance = np.diag([1e3, 1e3, 1e3, sigma_m_s, sigma_m_s, sigma_m_s]) ** 2
    landing = impact.free_landing(EPOCH_NS, state, covariance)
    assert landing is not None
    lat, lon, _ = geodetic_from_itrf(landing.position)
    samples = drawn(state, covariance, np.random.default_rng(1))
    away = []
    for where in samples:
        distance, azimuth, _ = inverse(float(lat), float(lon), float(where[0]), float(where[1]))
        away.append(distance * np.array([np.sin(np.radians(azimuth)), np.cos(np.radians(azimuth))]))
    spread = np.cov(np.array(away).T)
    said = np.linalg.cholesky(landing.covariance_m2)
    whitened = np.linalg.solve(said, np.linalg.solve(said, spread).T)
    np.testing.assert_allclose(np.linalg.eigvalsh(whitened), 1.0, atol=2.0 * off + 0.1)  # variances; 3 sigma of draws
    assert np.linalg.norm(np.linalg.solve(said, np.mean(away, axis=0))) < off
    seconds = samples[:, 2]
    assert abs((landing.time_ns - EPOCH_NS) / 1e9 - seconds.mean()) < late * seconds.std()
    assert landing.sigma_s == pytest.approx(seconds.std(), rel=late + 0.05)


def test_what_may_stay_up_comes_down_nowhere() -> None:
    """Near orbital speed a tenth of it either way decides whether it comes down at all."""
    state = burnout(7600.0, 2.0)
    assert impact.free_landing(EPOCH_NS, state, np.diag([1e3, 1e3, 1e3, 500.0, 500.0, 500.0]) ** 2) is None


def test_what_stands_still_falls_where_it_is() -> None:
    """A profile before its lift-off has no velocity, and knows that for sure."""
    state = np.concatenate([itrf_from_geodetic(40.0, 50.0, 5e3), np.zeros(3)])
    covariance = np.diag([100e3, 80e3, 1e3, 0.0, 0.0, 0.0]) ** 2
    landing = impact.free_landing(EPOCH_NS, state, covariance)
    assert landing is not None
    lat, lon, _ = geodetic_from_itrf(landing.position)
    assert inverse(40.0, 50.0, float(lat), float(lon))[0] < 5e3  # the ellipse is bent by the Earth over 100 km
    # and its points lie 260 km out
    assert np.sqrt(np.linalg.eigvalsh(landing.covariance_m2)[-1]) == pytest.approx(100e3, rel=0.1)
