"""The radar equation and its errors."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from launchwatch.physics.radar import (
    angle_sigma,
    decibels,
    detection_probability,
    false_alarm_probability,
    ionospheric_delay,
    range_sigma,
    ratio,
    received_power,
    search_range,
    snr_at,
    track_range,
)


def test_snr_meets_its_reference_and_falls_with_the_fourth_power() -> None:
    assert decibels(snr_at(2000e3, 0.1, 2000e3, 0.1, 13.0)) == pytest.approx(13.0)
    assert decibels(snr_at(4000e3, 0.1, 2000e3, 0.1, 13.0)) == pytest.approx(13.0 - 40.0 * np.log10(2.0))
    assert decibels(snr_at(2000e3, 1.0, 2000e3, 0.1, 13.0)) == pytest.approx(23.0)


@given(rcs=st.floats(1e-3, 100.0), factor=st.floats(1.1, 10.0))
def test_ranges_go_with_the_fourth_root_of_rcs(rcs: float, factor: float) -> None:
    def track(s: float) -> float:
        return float(track_range(9.3e3, 7244.0, 0.69, s, 450.0, 4.0, 20.0))

    def search(s: float) -> float:
        return float(search_range(146e3, 384.0, s, 0.11, 2.0, 450.0, 6.3, 20.0))

    assert track(rcs * factor) / track(rcs) == pytest.approx(factor**0.25)
    assert search(rcs * factor) / search(rcs) == pytest.approx(factor**0.25)


def test_detection_probability_against_drawn_echoes() -> None:
    n = 200_000
    uniform = np.random.default_rng(6).random(n)
    threshold = float(ratio(10.0))
    for snr_db in (0.0, 5.0, 10.0, 13.0, 20.0):
        snr = float(ratio(snr_db))
        expected = float(detection_probability(snr, threshold))
        counted = np.mean(received_power(snr, uniform) >= threshold)
        # four standard errors of a binomial
        assert counted == pytest.approx(expected, abs=4.0 * np.sqrt(expected * (1.0 - expected) / n))


@given(snr_db=st.floats(-10.0, 40.0), threshold_db=st.floats(5.0, 15.0))
def test_swerling_1_closed_form(snr_db: float, threshold_db: float) -> None:
    snr, threshold = float(ratio(snr_db)), float(ratio(threshold_db))
    closed = float(false_alarm_probability(threshold)) ** (1.0 / (1.0 + snr))
    assert float(detection_probability(snr, threshold)) == pytest.approx(closed, rel=1e-9)


def test_errors_shrink_with_snr_to_a_floor() -> None:
    assert angle_sigma(2.2, 20.0) == pytest.approx(2.2 / (1.6 * np.sqrt(40.0)))
    assert angle_sigma(2.2, 1e9) == pytest.approx(2.2 * 0.02)
    assert range_sigma(50.0, ratio(13.0)) == pytest.approx(50.0)
    assert range_sigma(50.0, 4.0 * ratio(13.0)) == pytest.approx(25.0)
    assert range_sigma(50.0, 1e9) == pytest.approx(10.0)


def test_ionospheric_delay_at_150_mhz() -> None:
    # 0.4 to 1.8 km is what a quiet and an active ionosphere give straight up; two digits
    assert ionospheric_delay(150e6, 22e16, 90.0, 2000e3) == pytest.approx(400.0, rel=0.02)
    assert ionospheric_delay(150e6, 100e16, 90.0, 2000e3) == pytest.approx(1800.0, rel=0.02)


def test_ionospheric_delay_by_frequency_elevation_and_height() -> None:
    low, high = ionospheric_delay(150e6, 3e17, 20.0, 1000e3), ionospheric_delay(450e6, 3e17, 20.0, 1000e3)
    assert low / high == pytest.approx(9.0)
    by_height = ionospheric_delay(150e6, 3e17, 30.0, np.array([0.0, 80e3, 200e3, 350e3, 600e3, 2000e3]))
    assert np.all(np.diff(by_height) > 0.0)
    assert by_height[1] < 1e-3  # m: no electrons below 80 km
    slant = ionospheric_delay(150e6, 3e17, np.array([0.0, 3.0, 30.0, 90.0]), 2000e3)
    assert np.all(np.diff(slant) < 0.0)
    assert slant[0] / slant[-1] == pytest.approx(2.8, abs=0.1)  # thin shell at 450 km: 1 / sqrt(1 - (6371/6821)^2)
