"""Measurements in any order within the lag give one estimate."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from launchwatch.core.frames import enu_axes
from launchwatch.core.geodesy import itrf_from_geodetic
from launchwatch.processing.motion import descent as air
from launchwatch.processing.motion.ballistic import Ballistic
from launchwatch.processing.motion.descent import Descent
from launchwatch.processing.motion.lag import ENTRY_M, Lag, Seen, after, ahead, before, expected, height_m, pruned, take
from unit.processing.motion.descending import EPOCH, S, plots

TIMES = np.arange(2.0, 31.0, 4.0)
SITES = {"one": np.array([[38.0, 131.0, 0.0]]), "two": np.array([[36.5, 127.0, 0.0]])}
SIGMA, BIAS = np.array([1e-3, 1e-3, 30.0]), np.array([3e-4, 3e-4, 20.0])
# Falls through 100 km in the middle of what is seen.
FALLING = np.concatenate(
    [itrf_from_geodetic(39.0, 128.0, 130e3), enu_axes(39.0, 128.0).T @ np.array([4500.0, 300.0, -1800.0])]
)
KNOWN = np.diag([500.0] * 3 + [10.0] * 3) ** 2


def start() -> Ballistic:
    return Ballistic(EPOCH, FALLING.copy(), KNOWN.copy(), [])


def measurements() -> list[Seen]:
    """Plots of two radars in turn, in order of time."""
    rng = np.random.default_rng(1)
    seen: list[Seen] = []
    for k, name in enumerate(SITES):
        times = TIMES + 1.5 * k
        start_of = np.concatenate([FALLING, [np.log(1e-4), 0.0, 0.0]])
        states = np.array([air.state_after(start_of, float(t)) for t in times])
        seen += plots(rng, times, states, SIGMA, BIAS, SITES[name], name)
    return sorted(seen, key=lambda s: s.epoch_ns)


SEEN = measurements()


def in_order() -> Lag:
    lag = Lag([start()], [], 0)
    for one in SEEN:
        lag = take(lag, one)
    return lag


@given(st.permutations(range(len(SEEN))))
@settings(max_examples=15)
def test_any_order_of_arrival_gives_the_same_estimate(order: list[int]) -> None:
    lag = Lag([start()], [], 0)
    for i in order:
        lag = take(lag, SEEN[i])
    said, wanted = lag.newest, in_order().newest
    assert isinstance(said, Descent)
    assert isinstance(wanted, Descent)
    assert [s.epoch_ns for s in lag.seen] == [s.epoch_ns for s in SEEN]
    # the same sums in the same order: equal to the last bit
    np.testing.assert_array_equal(said.means, wanted.means)
    np.testing.assert_array_equal(said.covariances, wanted.covariances)
    assert said.sensors == wanted.sensors


def test_what_is_older_than_the_lag_moves_into_its_start() -> None:
    whole = in_order()
    short = pruned(whole, EPOCH + 15 * S)
    assert short.newest is whole.newest
    assert len(short.estimates) == len(short.seen) + 1
    assert all(s.epoch_ns >= EPOCH + 15 * S for s in short.seen)
    # a late plot within what is left is taken as if it had come in time
    late = SEEN[-2]
    lag = Lag([start()], [], 0)
    for one in [s for s in SEEN if s is not late]:
        lag = take(lag, one)
    lag = take(pruned(lag, EPOCH + 15 * S), late)
    assert isinstance(lag.newest, Descent)
    assert isinstance(whole.newest, Descent)
    np.testing.assert_array_equal(lag.newest.means, whole.newest.means)
    # where the air is felt there is no way back from what is later
    assert before(pruned(whole, EPOCH + 28 * S), EPOCH + 5 * S) is None


def test_a_body_that_comes_down_below_the_air_is_in_it() -> None:
    high, low = ahead(start(), EPOCH + 2 * S), ahead(start(), EPOCH + 30 * S)
    assert isinstance(high, Ballistic)
    assert height_m(high.mean) > ENTRY_M
    assert isinstance(low, Descent)
    assert height_m(low.means[0]) < ENTRY_M
    rising = Ballistic(EPOCH, np.concatenate([itrf_from_geodetic(39.0, 128.0, 60e3), -FALLING[3:]]), KNOWN, [])
    assert isinstance(ahead(rising, EPOCH + S), Ballistic)  # after its burnout
    estimate = before(in_order(), SEEN[3].epoch_ns)
    assert estimate is not None
    assert estimate.epoch_ns == SEEN[3].epoch_ns
    assert after(start(), SEEN[0]).epoch_ns == SEEN[0].epoch_ns


@given(st.lists(st.floats(-5.0, 120.0), min_size=1, max_size=6))
@settings(max_examples=15)
def test_what_is_expected_does_not_hang_on_what_was_asked_before(asked_s: list[float]) -> None:
    lag = in_order()
    for seconds in (*asked_s, asked_s[0]):
        epoch_ns = lag.newest.epoch_ns + round(seconds * S)
        base, said = before(lag, epoch_ns), expected(lag, epoch_ns)
        assert base is not None
        alone = ahead(base, epoch_ns)
        assert isinstance(said, Descent) == isinstance(alone, Descent)
        if isinstance(said, Descent) and isinstance(alone, Descent):
            np.testing.assert_array_equal(said.means, alone.means)
            np.testing.assert_array_equal(said.covariances, alone.covariances)
