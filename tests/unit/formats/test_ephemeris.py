from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from launchwatch.core.epochs import NS
from launchwatch.formats.ephemeris import EphemerisError, Marker, in_frame, sample_times
from unit.formats.arcs import END_S, KINK_S, START, arcs, state


def test_stretches_meet_at_the_break_and_leave_nothing_out() -> None:
    one = arcs()
    first, second = one.stretches()
    assert one.t_s[first].tolist() == [0.0, 7.5, 20.0, KINK_S]
    assert one.t_s[second][0] == KINK_S
    assert one.t_s[second][-1] == END_S
    assert arcs(breaks_s=()).stretches() == [slice(0, 7)]
    # a break at an end divides nothing
    assert arcs(breaks_s=(0.0, END_S)).stretches() == [slice(0, 7)]


def test_cubic_interpolation_is_exact_for_what_is_at_most_cubic() -> None:
    times = np.linspace(0.0, END_S, 1001)
    position, velocity = arcs().at(times)
    expected, speed = state(times)
    # float64 at the Earth's radius holds 1e-9 m; the division by the step turns some of these into 1e-9 m/s
    np.testing.assert_allclose(position, expected, atol=2e-8)
    np.testing.assert_allclose(velocity, speed, atol=1e-8)


def test_epochs_count_from_the_epoch() -> None:
    assert arcs().epochs_ns.tolist()[:2] == [START, START + 7_500_000_000]
    assert arcs().epochs_ns[-1] == START + 500 * NS


def wave(t: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A curve with a known fourth derivative: a circle of 7000 km, and a fast small one from 90 s on, off at a kink."""
    slow, fast = t * 1e-3, np.maximum(t - 90.0, 0.0) * 0.5
    zero = np.zeros_like(t)
    r = np.stack([7e6 * np.cos(slow), 7e6 * np.sin(slow), 50.0 * (1.0 - np.cos(fast))], axis=-1)
    v = np.stack([-7e3 * np.sin(slow), 7e3 * np.cos(slow), 25.0 * np.sin(fast) + zero], axis=-1)
    return r, v


@given(st.sampled_from([1.0, 0.1, 1e-2, 1e-3]), st.floats(100.0, 2000.0))
def test_samples_are_as_close_as_the_bound_needs_and_not_much_closer(bound_m: float, end_s: float) -> None:
    times = sample_times(wave, 0.0, end_s, (90.0,), bound_m)
    assert times[0] == 0.0
    assert times[-1] == end_s
    assert 90.0 in times
    assert np.diff(times).max() <= 60.0
    r, v = wave(times)
    one = arcs(t_s=times, position_m=r, velocity_m_s=v, breaks_s=(90.0,), markers=())
    dense = np.linspace(0.0, end_s, 4001)
    # 1e-8 m is float64 at 7000 km
    assert np.linalg.norm(one.at(dense)[0] - wave(dense)[0], axis=-1).max() <= bound_m + 1e-8
    # A cubic misses step^4 / 384 of the fourth derivative, 50 m * 0.5^4 and 7000 km * 1e-12; halving overshoots by 2.
    # On the slow circle alone the steps may not be shorter than half of what that allows.
    needed = (384.0 * bound_m / 7e-6) ** 0.25
    assert np.diff(times[times <= 90.0]).min() >= min(0.5 * needed, 22.0)


def test_breaks_that_nearly_meet_an_end_or_each_other_are_left_out() -> None:
    times = sample_times(state, 0.0, END_S, (1e-5, KINK_S, KINK_S + 1e-5, END_S - 1e-5))
    assert KINK_S in times
    assert np.diff(times).min() > 1e-3


def test_what_stands_still_moves_in_the_celestial_frames_only() -> None:
    one = arcs()
    at_rest = np.zeros_like(one.velocity_m_s)
    assert not in_frame(one.position_m, at_rest, one.epochs_ns, "itrf")[1].any()
    for frame in ("gcrf", "teme"):
        r, v = in_frame(one.position_m, at_rest, one.epochs_ns, frame)
        # the axes differ by precession only, 0.1 degree in 2017: speeds of rotation agree to 1e-3
        np.testing.assert_allclose(np.linalg.norm(v, axis=-1), 7.292115e-5 * np.hypot(r[:, 0], r[:, 1]), rtol=2e-3)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"id": "a b"}, "its id has other signs"),
        ({"t_s": np.array([0.0])}, r"t_s has shape \(1,\)"),
        ({"t_s": np.array([0.0, 1.0, 2.0, 40.0, 40.0, 50.0, 500.0])}, "does not grow"),
        ({"t_s": np.array([0.0, 1.0, 2.0, 40.0, np.nan, 50.0, 500.0])}, "t_s holds a value"),
        ({"position_m": np.zeros((6, 3))}, r"position_m has shape \(6, 3\)"),
        ({"velocity_m_s": np.full((7, 3), np.inf)}, "velocity_m_s holds a value"),
        ({"covariance": np.zeros((7, 3, 3))}, r"covariance has shape \(7, 3, 3\)"),
        ({"breaks_s": (41.0,)}, "the break at 41 s is no sample"),
        ({"markers": (Marker("late", 501.0),)}, "marker 'late' lies outside"),
    ],
)
def test_what_no_format_can_hold_is_refused(changes: dict[str, Any], named: str) -> None:
    with pytest.raises(EphemerisError, match=named):
        arcs(**changes)
