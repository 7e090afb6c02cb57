"""Staging and burnout from light curves."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from launchwatch.core.arrays import FloatArray
from launchwatch.processing.tracks.lightcurve import burnout_time, merge_times, staging_times

TIMES = np.arange(40.0, 240.0, 5.0)


def curve(snr: float, rng: np.random.Generator, drop_s: float | None, drop: float, fade: float) -> FloatArray:
    """A light curve that fades at `fade` per second and loses the share `drop` at `drop_s`."""
    level = np.exp(-fade * (TIMES - TIMES[0]))
    if drop_s is not None:
        level = np.where(drop_s < TIMES, level * (1.0 - drop), level)
    return np.asarray(1e-9 * level * (1.0 + rng.normal(size=len(TIMES)) / snr))


@pytest.mark.parametrize("drop_s", [83.0, 127.5, 190.0])
def test_a_drop_of_two_fifths_is_a_staging(drop_s: float) -> None:
    """At a signal of 30 sigma one is found, between the looks on its two sides, in 29 of 30 draws and more."""
    found = 0
    for seed in range(30):
        light = curve(30.0, np.random.default_rng(seed), drop_s, 0.4, 0.002)
        said = staging_times(TIMES, light, np.full(len(TIMES), 30.0))
        # A drop of 0.51 in the logarithm is some 12 sigma of two lines of five looks: next to none is missed.
        found += len(said) == 1 and abs(said[0][0] - drop_s) <= 2.5 + 1e-9
        assert all(sigma == pytest.approx(5.0 / np.sqrt(12.0)) for _, sigma in said)  # uniform between two looks
    assert found >= 29


def test_two_stagings_are_found_in_order() -> None:
    """Far enough apart both are found, ascending."""
    light = curve(50.0, np.random.default_rng(2), 90.0 - 1.0, 0.4, 0.0)
    light = np.where(TIMES > 171.0, light * 0.5, light)
    said = staging_times(TIMES, light, np.full(len(TIMES), 50.0))
    np.testing.assert_allclose([t for t, _ in said], [87.5, 172.5])


@given(seed=st.integers(0, 2**32 - 1))
def test_a_smooth_fade_is_no_staging(seed: int) -> None:
    """Fades up to a factor of seven over the flight: below one false staging in twenty curves at 30 sigma."""
    rng = np.random.default_rng(seed)
    false = 0
    for _ in range(20):
        light = curve(30.0, rng, None, 0.0, float(rng.uniform(0.0, 0.01)))
        false += bool(staging_times(TIMES, light, np.full(len(TIMES), 30.0)))
    # A step must pass both 0.25 and 4 sigma (some 0.17 here): below 1e-6 a look; one in twenty leaves room for none.
    assert false == 0


def test_a_trough_is_no_staging() -> None:
    """The slow trough of afterburning, a factor of three down and up in 60 s, is no stage change."""
    light = 1e-9 * np.exp(-1.1 * np.exp(-(((TIMES - 120.0) / 30.0) ** 2)))
    assert staging_times(TIMES, light, np.full(len(TIMES), 100.0)) == []


def test_few_looks_say_nothing() -> None:
    """Three looks before and three after are the least."""
    light = np.array([1.0, 1.0, 1.0, 0.5, 0.5])
    assert staging_times(TIMES[:5], light, np.full(5, 100.0)) == []


def test_near_times_become_the_most_exact_one() -> None:
    """Groups by the gap to the next, and the smallest sigma of each."""
    times = [(100.0, 2.0), (200.0, 0.5), (103.0, 0.7), (206.0, 0.4), (106.5, 1.0)]
    assert merge_times(times, 4.0) == [(103.0, 0.7), (200.0, 0.5), (206.0, 0.4)]
    assert merge_times([], 4.0) == []


@given(
    times=st.lists(st.tuples(st.floats(0.0, 500.0), st.floats(0.1, 5.0)), max_size=12),
    window=st.floats(0.1, 50.0),
)
def test_merged_times_are_given_ones_in_order(times: list[tuple[float, float]], window: float) -> None:
    """Merging only chooses, keeps order, and does not hang on the order of the sensors."""
    merged = merge_times(times, window)
    assert set(merged) <= set(times)
    assert merged == sorted(merged)
    assert merge_times(times[::-1], window) == merged
    if times:
        assert min(times, key=lambda s: (s[1], s[0])) in merged


def test_burnout_lies_between_the_last_look_and_the_first_silent_one() -> None:
    """The narrowest bracket over all sensors, uniform within; never below a tenth of a second, nor inverted."""
    time_s, sigma = burnout_time(np.array([180.0, 186.0]), np.array([190.0, 192.0]))
    assert (time_s, sigma) == (188.0, pytest.approx(4.0 / np.sqrt(12.0)))
    assert burnout_time(np.array([186.0]), np.array([186.05])) == (pytest.approx(186.025), 0.1)
    # A dim sensor that loses the plume early does not end it while another still sees it.
    assert burnout_time(np.array([186.0, 150.0]), np.array([190.0, 160.0])) == (186.0, 0.1)
