"""The grid of looks, the numbers of false detections, and which looks are delivered together."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chisquare
from scipy.stats import poisson as exact

from launchwatch.core.arrays import IntArray
from launchwatch.core.epochs import NS
from launchwatch.sim.sensors.looks import (
    GRID_ORIGIN_NS,
    Looks,
    clutter_rows,
    deliveries,
    looks_within,
    poisson,
    thinned,
    uniforms_of,
)

START_NS = 1_500_000_000 * NS


def sent(detections: list[int], period_s: float = 1.0, start_ns: int = START_NS) -> list[tuple[int, int, int]]:
    """(first look, last look, second at which it is sent) of each delivery."""
    looks = looks_within(period_s, 0.0, False, start_ns, start_ns + round((len(detections) - 1) * period_s * NS))
    first, last, at_ns = deliveries(looks, np.array(detections), period_s)
    return [(int(a), int(b), int(t - start_ns) // NS) for a, b, t in zip(first, last, at_ns, strict=True)]


def test_looks_stand_on_one_grid() -> None:
    looks = looks_within(10.0, 0.0, False, START_NS + 1, START_NS + 100 * NS)
    assert looks.begin_ns.tolist() == [START_NS + 10 * k * NS for k in range(1, 11)]
    assert np.array_equal(looks.begin_ns, GRID_ORIGIN_NS + looks.index * 10 * NS)
    assert np.array_equal(looks.begin_ns, looks.end_ns)


@given(phase=st.floats(0.0, 0.999), period_s=st.sampled_from([0.1, 1.0, 6.0, 10.0]), shift_s=st.floats(0.0, 50.0))
def test_scans_end_within_the_window_and_do_not_move_with_it(phase: float, period_s: float, shift_s: float) -> None:
    start, stop = START_NS + round(shift_s * NS), START_NS + 100 * NS
    wide, narrow = (looks_within(period_s, phase, True, s, stop) for s in (START_NS, start))
    assert np.all(narrow.begin_ns >= start)
    assert np.all(narrow.end_ns <= stop)
    assert np.all(narrow.end_ns - narrow.begin_ns == round(period_s * NS))
    common = np.isin(wide.index, narrow.index)
    assert common.sum() == len(narrow.index)
    assert np.array_equal(wide.begin_ns[common], narrow.begin_ns)


def test_draws_are_those_of_the_look() -> None:
    looks = looks_within(1.0, 0.0, False, START_NS, START_NS + 50 * NS)
    every = uniforms_of(looks, np.arange(51), 3, "eye", "launch", 4)
    some = np.array([2, 3, 40])
    assert np.array_equal(uniforms_of(looks, some, 3, "eye", "launch", 4), every[some])
    assert uniforms_of(looks, some[:0], 3, "eye", "launch", 4).shape == (0, 4)


def test_duty_thins_looks_evenly_and_by_look() -> None:
    looks = looks_within(1.0, 0.0, False, START_NS, START_NS + 9_999 * NS)
    taken = thinned(looks, 0.9, 3, "eye")
    # four standard errors of a binomial
    assert len(taken.index) == pytest.approx(9000, abs=4.0 * np.sqrt(10_000 * 0.9 * 0.1))
    later = thinned(Looks(looks.index[500:], looks.begin_ns[500:], looks.end_ns[500:]), 0.9, 3, "eye")
    assert np.array_equal(later.index, taken.index[taken.index >= looks.index[500]])
    assert thinned(looks, 1.0, 3, "eye") is looks


@pytest.mark.parametrize("mean", [0.01, 0.3, 2.0, 40.0])
def test_poisson_numbers_follow_their_distribution(mean: float) -> None:
    counts = poisson(mean, np.random.default_rng(7).random(20_000))
    least, most = int(exact.ppf(0.005, mean)), int(exact.ppf(0.995, mean))
    seen = np.bincount(np.clip(counts, least, most), minlength=most + 1)[least:]
    expected = exact.pmf(np.arange(least, most + 1), mean)
    expected[0], expected[-1] = exact.cdf(least, mean), exact.sf(most - 1, mean)
    # one false alarm of this test in 10,000
    assert chisquare(seen, expected * len(counts)).pvalue > 1e-4


def test_clutter_counts_are_poisson_and_belong_to_looks() -> None:
    looks = looks_within(1.0, 0.0, False, START_NS, START_NS + 19_999 * NS)
    rows, uniforms = clutter_rows(looks, 0.05, 3, "eye", 3)
    # four standard errors of a Poisson number of mean 1,000; so is the excess of its variance over its mean
    assert len(rows) == pytest.approx(1000, abs=4.0 * np.sqrt(1000.0))
    counts = np.bincount(rows, minlength=20_000)
    assert counts.var() == pytest.approx(counts.mean(), rel=4.0 * np.sqrt(2.0 / 20_000) + 0.05)
    later = Looks(looks.index[7_000:], looks.begin_ns[7_000:], looks.end_ns[7_000:])
    later_rows, later_uniforms = clutter_rows(later, 0.05, 3, "eye", 3)
    order, later_order = np.lexsort((uniforms[:, 0], rows)), np.lexsort((later_uniforms[:, 0], later_rows))
    keep = order[rows[order] >= 7_000]
    assert np.array_equal(rows[keep], later_rows[later_order] + 7_000)
    assert np.array_equal(uniforms[keep], later_uniforms[later_order])


def test_no_clutter_where_none_is_stated() -> None:
    looks = looks_within(1.0, 0.0, False, START_NS, START_NS + 100 * NS)
    assert len(clutter_rows(looks, 0.0, 3, "eye", 3)[0]) == 0


def test_silence_is_delivered_once_a_minute() -> None:
    # the start lies on a whole minute of the grid
    assert START_NS // NS % 60 == 0
    assert sent([0] * 150) == [(0, 59, 59), (60, 119, 119), (120, 149, 149)]


def test_a_pair_of_detections_opens_thirty_seconds_of_single_looks() -> None:
    detections = [0] * 10 + [1, 1] + [0] * 80
    got = sent(detections)
    assert got[0] == (0, 9, 10)  # cut short by the detection, and sent with it
    assert got[1:33] == [(k, k, k) for k in range(10, 42)]
    assert got[33] == (42, 59, 59)


def test_a_lone_detection_opens_nothing() -> None:
    detections = [0] * 10 + [1] + [0] * 40 + [1] + [0] * 20
    assert sent(detections) == [(0, 9, 10), (10, 10, 10), (11, 50, 51), (51, 51, 51), (52, 59, 59), (60, 71, 71)]


def test_two_detections_in_one_look_count_as_two() -> None:
    assert sent([0, 2, 0, 0])[1:] == [(1, 1, 1), (2, 2, 2), (3, 3, 3)]


def test_a_slow_scanner_delivers_three_single_looks_after_the_last_detection() -> None:
    detections = [0, 1, 1, 0, 0, 0, 0, 0]
    got = sent(detections, period_s=20.0)
    assert [(a, b) for a, b, _ in got if a == b and a >= 3][:3] == [(3, 3), (4, 4), (5, 5)]


@given(
    detections=st.lists(st.sampled_from([0, 0, 0, 0, 1, 2]), min_size=1, max_size=300),
    period_s=st.sampled_from([0.5, 1.0, 10.0, 45.0]),
    offset=st.integers(0, 100),
)
def test_every_look_is_delivered_once_in_order_and_none_before_its_end(
    detections: list[int], period_s: float, offset: int
) -> None:
    start = GRID_ORIGIN_NS + (23_000_000 + offset) * 90 * NS  # a look of every period
    looks = looks_within(period_s, 0.0, False, start, start + round((len(detections) - 1) * period_s * NS))
    first, last, at_ns = deliveries(looks, np.array(detections), period_s)
    covered = np.concatenate([np.arange(a, b + 1) for a, b in zip(first, last, strict=True)])
    assert np.array_equal(covered, np.arange(len(looks.index)))
    assert np.all(np.diff(at_ns) >= 0)
    assert np.all(at_ns >= looks.end_ns[last])
    assert np.all(at_ns - looks.end_ns[first] <= 60 * NS)
    several = first < last
    assert all(not any(detections[a : b + 1]) for a, b in zip(first[several], last[several], strict=True))


def test_an_empty_window_delivers_nothing() -> None:
    looks = looks_within(10.0, 0.0, True, START_NS, START_NS + NS)
    empty: IntArray = np.empty(0, np.int64)
    assert [len(a) for a in deliveries(looks, empty, 10.0)] == [0, 0, 0]
