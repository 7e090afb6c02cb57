"""Infrared radiometry against the figures that were computed for it, and its invariants."""

from itertools import pairwise

import numpy as np
import pytest

from launchwatch.catalog.loader import load_catalog
from launchwatch.physics.radiometry import (
    STEFAN_BOLTZMANN,
    band_share,
    black_body_radiance,
    detection_probability,
    direction_sigma,
    irradiance,
    plume_height_factor,
    plume_intensity,
)

WIDE, NARROW = (2.65, 2.95), (2.65, 2.80)


def test_plume_intensity_of_a_meganewton() -> None:
    # 1 MN at 2,840 m/s and an efficiency of 1e-3 give 0.11 MW/sr; two digits are stated
    assert plume_intensity(1e-3, 1e6, 2840.0) == pytest.approx(0.113e6, rel=0.005)
    assert plume_intensity(1e-3, 0.13e6, 2840.0) == pytest.approx(15e3, rel=0.03)


@pytest.mark.parametrize("name", sorted(load_catalog().plumes))
def test_plumes_dim_in_the_trough_and_recover(name: str) -> None:
    plume = load_catalog().plumes[name]
    factors = (1.0, 1.0 / plume.afterburning_gain[1], plume.trough[1], plume.trough[1], plume.high_level[1])
    height_m = np.arange(0.0, 400e3, 1e3)
    factor = plume_height_factor(height_m, plume.heights_km, factors)
    # the prior: 1 to where afterburning dies between 20 and 60 km, 0.1 to 0.3 at 70 to 90 km, 0.3 to 0.5 from 120 km
    assert np.all(factor[height_m <= 40e3] == 1.0)
    assert 70e3 <= height_m[factor.argmin()] <= 90e3
    assert 0.1 <= factor.min() <= 0.3
    assert np.all((factor[height_m >= 120e3] >= 0.3) & (factor[height_m >= 120e3] <= 0.5))


def test_band_share() -> None:
    assert band_share(WIDE, 1800.0) == 1.0
    # the narrow band is half as wide, and the black body nearly flat over it
    assert band_share(NARROW, 1800.0) == pytest.approx(0.5, abs=0.05)


def test_black_body_radiance() -> None:
    # all but 1e-4 of 1800 K lies in 0.5-100 um; in steps of an octave, so that Simpson's rule holds
    edges = 0.5 * 1.25 ** np.arange(24)
    total = sum(float(black_body_radiance((a, b), 1800.0)) for a, b in pairwise(edges.tolist()))
    assert total == pytest.approx(STEFAN_BOLTZMANN * 1800.0**4 / np.pi, rel=3e-4)
    # Planck at its peak, 2.8978e-3 m K (CODATA 2018): 4.0957e-6 W/m^2/um/sr/K^5 times T^5
    peak = 2897.77 / 1000.0
    assert black_body_radiance((peak - 1e-3, peak + 1e-3), 1000.0) / 2e-3 == pytest.approx(4.0957e-12 * 1e15, rel=1e-4)


def test_irradiance_at_38000_km() -> None:
    # stated to two digits
    np.testing.assert_allclose(irradiance([1e4, 1e5, 1e6], 38_000e3), [6.9e-12, 6.9e-11, 6.9e-10], rtol=0.005)


def test_detection_probability_is_the_exceedance_of_gaussian_noise() -> None:
    n = 200_000
    draws = np.random.default_rng(5).standard_normal(n)
    for snr in (3.0, 4.5, 5.0, 6.0, 7.0):
        expected = float(detection_probability(snr, 5.0))
        counted = np.mean(snr + draws >= 5.0)
        # four standard errors of a binomial
        assert counted == pytest.approx(expected, abs=4.0 * np.sqrt(expected * (1.0 - expected) / n) + 1e-12)
    assert detection_probability(5.0, 5.0) == 0.5


def test_direction_sigma_grows_at_low_snr() -> None:
    assert direction_sigma(20.0, 10.0, 100.0 * np.sqrt(2.0)) == pytest.approx(20.0 * np.sqrt(2.0))
    assert direction_sigma(20.0, 1e6, 100.0) == pytest.approx(20.0)
    assert np.all(np.diff(direction_sigma(20.0, np.linspace(1.0, 100.0, 50), 30.0)) < 0.0)
