"""Registration against closed forms, and what it does to a line of sight."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chi2

from launchwatch.core.arrays import FloatArray
from launchwatch.core.geodesy import itrf_from_geodetic
from launchwatch.processing.motion import registration
from launchwatch.processing.motion.measurements import LinesOfSight, Plots, predict_plots, sight_residuals, tangents_of

EYE = itrf_from_geodetic(0.0, 20.0, 35_786e3)
PLACE = itrf_from_geodetic(40.0, 50.0, 0.0)
SIGMA, BIAS, COUNT = 20e-6, 20e-6, 16
NO_DRIFT = np.zeros(2)


def looks(error: FloatArray, rng: np.random.Generator, count: int = COUNT, sigma: float = SIGMA) -> LinesOfSight:
    """A standing source seen with a shared error and noise."""
    true = np.tile((PLACE - EYE) / np.linalg.norm(PLACE - EYE), (count, 1))
    off = error + rng.normal(size=(count, 2)) * sigma
    direction = true + np.einsum("nc,nci->ni", off, tangents_of(true))
    direction /= np.linalg.norm(direction, axis=1)[:, None]
    return LinesOfSight(
        time_s=np.arange(float(count)),
        sensor=np.zeros(count, np.int64),
        position=np.tile(EYE, (count, 1)),
        direction=direction,
        tangents=tangents_of(direction),
        sigma=np.full(count, SIGMA),
        bias_sigma=np.array([BIAS]),
    )


def test_a_constant_error_is_the_weighted_mean() -> None:
    data = looks(np.array([30e-6, -10e-6]), np.random.default_rng(1))
    got = registration.seen(registration.stated(0.0, np.full(2, BIAS), NO_DRIFT), data, np.tile(PLACE, (COUNT, 1)))
    variance = 1.0 / (1.0 / BIAS**2 + COUNT / SIGMA**2)
    np.testing.assert_allclose(got.covariance, variance * np.eye(2), rtol=1e-9, atol=1e-24)  # rounding


def test_errors_are_as_large_as_said() -> None:
    errors = []
    for seed in range(100):
        rng = np.random.default_rng(seed)
        error = rng.normal(size=2) * BIAS
        data = looks(error, rng)
        got = registration.seen(registration.stated(0.0, np.full(2, BIAS), NO_DRIFT), data, np.tile(PLACE, (COUNT, 1)))
        off = got.mean - error
        errors.append(float(off @ np.linalg.solve(got.covariance, off)))
    low, high = chi2.ppf([0.005, 0.995], 200)  # two-sided 99 %
    assert low < sum(errors) < high


def test_the_estimate_widens_with_drift() -> None:
    start = registration.stated(10.0, np.full(2, 1e-6), np.array([4e-12, 1e-12]))
    later = registration.at(start, 13.0)
    np.testing.assert_allclose(np.diag(later.covariance), [13e-12, 4e-12], rtol=1e-12)  # rounding


def test_registered_sights_point_at_the_source() -> None:
    error = np.array([30e-6, -10e-6])
    data = looks(error, np.random.default_rng(2), sigma=0.0)
    known = registration.Registration(0.0, error, np.diag([4e-12, 1e-12]), NO_DRIFT)
    got = registration.registered(data, known)
    true = (PLACE - EYE) / np.linalg.norm(PLACE - EYE)
    assert np.abs(got.direction - true).max() < 1e-8  # the square of the error, and the turn of its axes
    assert got.bias_sigma[0] == pytest.approx(2e-6)
    left, _ = sight_residuals(got, np.tile(PLACE, (COUNT, 1)), np.zeros((COUNT, 3, 0)))
    assert np.abs(left).max() < 1e-3  # of a sigma of 20 urad; before, an error and a half


def test_a_radar_is_registered_on_a_known_body() -> None:
    site = np.tile([35.0, 45.0, 100.0], (COUNT, 1))
    body = np.tile(itrf_from_geodetic(40.0, 50.0, 600e3), (COUNT, 1))
    error = np.array([1e-3, -5e-4, 80.0])
    data = Plots(
        time_s=np.arange(float(COUNT)),
        sensor=np.zeros(COUNT, np.int64),
        site_deg_m=site,
        measured=predict_plots(site, body)[0] + error,
        sigma=np.tile([1e-3, 1e-3, 50.0], (COUNT, 1)),
        bias_sigma=np.array([[2e-3, 2e-3, 100.0]]),
    )
    got = registration.seen(registration.stated(0.0, data.bias_sigma[0], np.zeros(3)), data, body)
    share = COUNT / (COUNT + np.array([0.5, 0.5, 0.5]) ** 2)  # of a weighted mean with the prior
    np.testing.assert_allclose(got.mean, error * share, rtol=1e-6)  # rounding of radians near 1e-3
