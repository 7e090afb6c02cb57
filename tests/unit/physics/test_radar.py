"""The radar equation and its errors."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from launchwatch.physics.radar import (
    angle_sigma,
    coherent_snr,
    decibels,
    folded_range,
    range_sigma,
    ratio,
    scan_loss,
    search_range,
    snr_at,
    track_range,
    unambiguous_range,
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


def test_coherent_pulses_add_in_phase() -> None:
    # ten times the energy: 10 dB
    assert decibels(coherent_snr(2.0, 10)) == pytest.approx(decibels(2.0) + 10.0)


def test_scan_loss_is_none_at_broadside_and_nine_decibels_at_sixty_degrees() -> None:
    assert scan_loss(0.0, 3.0) == 1.0
    assert scan_loss(60.0, 3.0) == pytest.approx(0.125)
    assert scan_loss(120.0, 3.0) == 0.0


@given(range_m=st.floats(1e3, 4e8), repetition_s=st.floats(1e-3, 0.1))
def test_a_folded_range_is_a_whole_number_of_intervals_short(range_m: float, repetition_s: float) -> None:
    most = unambiguous_range(repetition_s)
    folded = float(folded_range(range_m, repetition_s))
    assert 0.0 <= folded <= most
    intervals = (range_m - folded) / most
    assert intervals == pytest.approx(round(intervals), abs=1e-6)  # up to 3e6 intervals in double precision
    if range_m < most:
        assert folded == range_m


def test_errors_shrink_with_snr_to_a_floor() -> None:
    assert angle_sigma(2.2, 20.0) == pytest.approx(2.2 / (1.6 * np.sqrt(40.0)))
    assert angle_sigma(2.2, 1e9) == pytest.approx(2.2 * 0.02)
    assert range_sigma(50.0, ratio(13.0)) == pytest.approx(50.0)
    assert range_sigma(50.0, 4.0 * ratio(13.0)) == pytest.approx(25.0)
    assert range_sigma(50.0, 1e9) == pytest.approx(10.0)
