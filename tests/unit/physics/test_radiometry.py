"""Infrared radiometry against the figures that were computed for it, and its invariants."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from launchwatch.physics.radiometry import (
    TRANSMISSION,
    air_mass,
    band_share,
    detection_probability,
    direction_sigma,
    irradiance,
    plume_height_factor,
    plume_intensity,
    transmission,
)

WIDE, NARROW = (2.65, 2.95), (2.65, 2.80)


def test_plume_intensity_of_a_meganewton() -> None:
    # 1 MN at 2,840 m/s and an efficiency of 1e-3 give 0.11 MW/sr; two digits are stated
    assert plume_intensity(1e-3, 1e6, 2840.0, 10e3) == pytest.approx(0.113e6, rel=0.005)
    assert plume_intensity(1e-3, 0.13e6, 2840.0, 0.0) == pytest.approx(15e3, rel=0.03)


def test_plume_dims_in_the_trough_and_recovers() -> None:
    height_m = np.arange(0.0, 400e3, 1e3)
    factor = plume_height_factor(height_m)
    assert np.all(factor[height_m <= 45e3] == 1.0)
    assert 70e3 <= height_m[factor.argmin()] <= 90e3
    assert 0.1 <= factor.min() <= 0.3
    assert np.all((factor[height_m >= 120e3] >= 0.3) & (factor[height_m >= 120e3] <= 0.5))


@pytest.mark.parametrize(
    ("height_km", "narrow", "wide"),
    [
        (0, 0.000, 0.036), (5, 0.010, 0.244), (7, 0.090, 0.371), (10, 0.364, 0.596), (12, 0.504, 0.692),
        (15, 0.654, 0.789), (20, 0.820, 0.892), (30, 0.956, 0.974),
    ],
)  # fmt: skip
def test_vertical_transmission(height_km: float, narrow: float, wide: float) -> None:
    # the figures have three decimals
    assert transmission(NARROW, height_km * 1e3, 0.0) == pytest.approx(narrow, abs=6e-4)
    assert transmission(WIDE, height_km * 1e3, 0.0) == pytest.approx(wide, abs=6e-4)


def test_slant_transmission() -> None:
    # air mass at 60 degrees is 1.994, not 2, where the table says secant: less than 1e-3 apart
    assert transmission(NARROW, 7e3, 60.0) == pytest.approx(0.033, abs=1e-3)
    assert transmission(WIDE, 7e3, 60.0) == pytest.approx(0.297, abs=1e-3)


@given(
    band=st.sampled_from(sorted(TRANSMISSION)),
    height_m=st.floats(0.0, 400e3),
    zenith_deg=st.floats(0.0, 100.0),
    step_m=st.floats(1.0, 5e3),
    step_deg=st.floats(0.01, 5.0),
)
def test_transmission_grows_with_height_and_falls_with_slant(
    band: tuple[float, float], height_m: float, zenith_deg: float, step_m: float, step_deg: float
) -> None:
    here = float(transmission(band, height_m, zenith_deg))
    assert 0.0 <= here <= 1.0
    # 1e-12 of rounding; beyond the horizon height decides how deep the path dips, so higher is clearer there too
    assert float(transmission(band, height_m + step_m, zenith_deg)) >= here - 1e-12
    # Kasten and Young's air mass is least a little off the zenith
    assert float(transmission(band, height_m, zenith_deg + step_deg)) <= here + 1e-7


def test_transmission_is_continuous_at_the_horizon() -> None:
    height_m = np.array([7e3, 12e3, 30e3, 60e3])
    above, below = transmission(WIDE, height_m, 89.99), transmission(WIDE, height_m, 90.01)
    # air mass falls by 0.3 % in 0.02 degrees there, depth by less
    np.testing.assert_allclose(above, below, rtol=0.01)


def test_nothing_passes_through_the_ground() -> None:
    assert transmission(WIDE, 10e3, 120.0) == 0.0


def test_an_unknown_band_is_refused() -> None:
    with pytest.raises(ValueError, match=r"band_um \[4.2, 4.4\].*2.65-2.80, 2.65-2.95 um"):
        transmission((4.2, 4.4), 10e3, 0.0)


def test_band_share() -> None:
    assert band_share(WIDE) == 1.0
    # the narrow band is half as wide, and the black body nearly flat over it
    assert band_share(NARROW) == pytest.approx(0.5, abs=0.05)


def test_air_mass() -> None:
    assert air_mass(0.0) == pytest.approx(1.0, abs=1e-3)
    assert air_mass(60.0) == pytest.approx(2.0, rel=5e-3)  # curvature of the Earth
    assert air_mass(90.0) == pytest.approx(37.92, rel=1e-3)  # Kasten and Young (1989), table


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
    assert direction_sigma(20.0, 10.0) == pytest.approx(20.0 * np.sqrt(2.0))
    assert direction_sigma(20.0, 1e6) == pytest.approx(20.0)
    assert np.all(np.diff(direction_sigma(20.0, np.linspace(1.0, 100.0, 50))) < 0.0)
