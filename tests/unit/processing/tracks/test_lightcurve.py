"""Staging and burnout from light curves."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from launchwatch.core.arrays import FloatArray
from launchwatch.processing.motion.vehicles import Staging
from launchwatch.processing.tracks.lightcurve import burnout_time, merge, stagings

PERIOD_S = 5.0
TIMES = np.arange(40.0, 240.0, PERIOD_S)


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
        said = stagings(TIMES, light, np.full(len(TIMES), 30.0), PERIOD_S)
        # A drop of 0.51 in the logarithm is some 12 sigma of two lines of five looks: next to none is missed.
        found += len(said) == 1 and abs(said[0].burnout[0] - drop_s) <= 2.5 + 1e-9
        assert all(s.burnout == s.ignition for s in said)  # no look was dark
        assert all(s.burnout[1] == pytest.approx(5.0 / np.sqrt(12.0)) for s in said)  # uniform between two looks
    assert found >= 29


def test_two_stagings_are_found_in_order() -> None:
    """Far enough apart both are found, ascending."""
    light = curve(50.0, np.random.default_rng(2), 90.0 - 1.0, 0.4, 0.0)
    light = np.where(TIMES > 171.0, light * 0.5, light)
    said = stagings(TIMES, light, np.full(len(TIMES), 50.0), PERIOD_S)
    np.testing.assert_allclose([s.burnout[0] for s in said], [87.5, 172.5])


@pytest.mark.parametrize(("end_s", "coast_s", "gain"), [(121.0, 8.0, 0.3), (122.4, 11.0, 0.9), (124.9, 20.0, 1.6)])
def test_a_dark_gap_is_a_coast(end_s: float, coast_s: float, gain: float) -> None:
    """Both ends lie within a look of the truth, whether the next plume is dimmer, as bright, or brighter."""
    begin_s = end_s + coast_s
    times = TIMES[(end_s > TIMES) | (begin_s <= TIMES)]
    light = 1e-9 * np.where(times > end_s, gain, 1.0)
    (said,) = stagings(times, light, np.full(len(times), 50.0), PERIOD_S)
    # Half a period either way: each end is uniform within one.
    assert abs(said.burnout[0] - end_s) <= 0.5 * PERIOD_S + 1e-9
    assert abs(said.ignition[0] - begin_s) <= 0.5 * PERIOD_S + 1e-9
    assert said.burnout[1] == said.ignition[1] == pytest.approx(PERIOD_S / np.sqrt(12.0))


def test_a_missed_look_is_no_staging() -> None:
    """One look missed, or several of a plume near the threshold, without a change of brightness."""
    bright, dim = np.full(len(TIMES) - 1, 50.0), np.full(len(TIMES) - 3, 6.0)
    assert stagings(np.delete(TIMES, 15), np.full(len(bright), 1e-9), bright, PERIOD_S) == []
    assert stagings(np.delete(TIMES, [15, 16, 17]), np.full(len(dim), 1e-9), dim, PERIOD_S) == []


@given(seed=st.integers(0, 2**32 - 1))
def test_a_smooth_fade_is_no_staging(seed: int) -> None:
    """Fades up to a factor of seven over the flight: below one false staging in twenty curves at 30 sigma."""
    rng = np.random.default_rng(seed)
    false = 0
    for _ in range(20):
        light = curve(30.0, rng, None, 0.0, float(rng.uniform(0.0, 0.01)))
        false += bool(stagings(TIMES, light, np.full(len(TIMES), 30.0), PERIOD_S))
    # A step must pass both 0.25 and 4 sigma (some 0.17 here): below 1e-6 a look; one in twenty leaves room for none.
    assert false == 0


def test_a_trough_is_no_staging() -> None:
    """The slow trough of afterburning, a factor of three down and up in 60 s, is no stage change."""
    light = 1e-9 * np.exp(-1.1 * np.exp(-(((TIMES - 120.0) / 30.0) ** 2)))
    assert stagings(TIMES, light, np.full(len(TIMES), 100.0), PERIOD_S) == []


def test_few_looks_say_nothing() -> None:
    """Three looks before and three after are the least."""
    light = np.array([1.0, 1.0, 1.0, 0.5, 0.5])
    assert stagings(TIMES[:5], light, np.full(5, 100.0), PERIOD_S) == []


def at_once(time_s: float, sigma_s: float) -> Staging:
    """A stage change without a dark gap."""
    return Staging((time_s, sigma_s), (time_s, sigma_s))


def test_near_stagings_become_the_most_exact_one() -> None:
    """Groups by the gap to the next, and the smallest sigma of each; a coast is placed by its middle."""
    times = [(100.0, 2.0), (200.0, 0.5), (206.0, 0.4), (106.5, 1.0)]
    coast = Staging((99.0, 0.7), (107.0, 0.7))
    merged = merge([coast, *(at_once(*t) for t in times)], 4.0)
    assert merged == [coast, at_once(200.0, 0.5), at_once(206.0, 0.4)]
    assert merge([], 4.0) == []


@given(
    times=st.lists(st.tuples(st.floats(0.0, 500.0), st.floats(0.1, 5.0), st.floats(0.0, 20.0)), max_size=12),
    window=st.floats(0.1, 50.0),
)
def test_merged_stagings_are_given_ones_in_order(times: list[tuple[float, float, float]], window: float) -> None:
    """Merging only chooses, keeps order, and does not hang on the order of the sensors."""
    seen = [Staging((t, s), (t + coast, s)) for t, s, coast in times]
    merged = merge(seen, window)
    assert all(staging in seen for staging in merged)
    middles = [s.burnout[0] + s.ignition[0] for s in merged]
    assert middles == sorted(middles)
    assert merge(seen[::-1], window) == merged
    if seen:
        assert min(s.burnout[1] for s in seen) in [s.burnout[1] for s in merged]


def test_burnout_lies_between_the_last_look_and_the_first_silent_one() -> None:
    """The narrowest bracket over all sensors, uniform within; never below a tenth of a second, nor inverted."""
    time_s, sigma = burnout_time(np.array([180.0, 186.0]), np.array([190.0, 192.0]))
    assert (time_s, sigma) == (188.0, pytest.approx(4.0 / np.sqrt(12.0)))
    assert burnout_time(np.array([186.0]), np.array([186.05])) == (pytest.approx(186.025), 0.1)
    # A dim sensor that loses the plume early does not end it while another still sees it.
    assert burnout_time(np.array([186.0, 150.0]), np.array([190.0, 160.0])) == (186.0, 0.1)
