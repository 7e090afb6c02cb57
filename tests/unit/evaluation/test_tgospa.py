"""T-GOSPA by hand-made cases, by going through all assignments, and as the metric that it is."""

from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from launchwatch.core.arrays import FloatArray
from launchwatch.evaluation import tgospa as module
from launchwatch.evaluation.gospa import gospa
from launchwatch.evaluation.tgospa import tgospa

CUTOFF, SWITCH = 10.0, 3.0
NAN = np.nan


def line(*places: float) -> FloatArray:
    """One trajectory (times, 1)."""
    return np.array(places)[:, None]


def sets(most: int, times: int) -> st.SearchStrategy[FloatArray]:
    """Up to `most` trajectories (n, times, 2), some with gaps, spread so that some pairs are near and some are not."""
    place = st.floats(0.0, 25.0)
    return st.integers(0, most).flatmap(
        lambda n: st.tuples(
            arrays(np.float64, (n, times, 2), elements=place), arrays(np.bool_, (n, times), elements=st.booleans())
        ).map(lambda pair: np.where(pair[1][..., None], pair[0], np.nan))
    )


def by_all_assignments(x: FloatArray, y: FloatArray) -> float:
    """The definition: the least sum over every sequence of assignments (order 2)."""
    n, m, times = len(x), len(y), x.shape[1]
    ways = [w for w in product(range(-1, m), repeat=n) if len({j for j in w if j >= 0}) == sum(j >= 0 for j in w)]

    def cost(way: tuple[int, ...], k: int) -> float:
        total = 0.0
        for i, j in enumerate(way):
            here, there = not np.isnan(x[i, k, 0]), j >= 0 and not np.isnan(y[j, k, 0])
            if here and there:
                total += min(float(np.linalg.norm(x[i, k] - y[j, k])), CUTOFF) ** 2
            else:
                total += 0.5 * CUTOFF**2 * (here + there)
        free = set(range(m)) - set(way)
        return total + 0.5 * CUTOFF**2 * sum(not np.isnan(y[j, k, 0]) for j in free)

    def change(one: tuple[int, ...], two: tuple[int, ...]) -> float:
        moved = (0.0 if a == b else 0.5 if -1 in (a, b) else 1.0 for a, b in zip(one, two, strict=True))
        return SWITCH**2 * sum(moved)

    best = min(
        sum(cost(way, k) for k, way in enumerate(told)) + sum(change(a, b) for a, b in pairwise(told))
        for told in product(ways, repeat=times)
    )
    return float(np.sqrt(best))


def linear(x: FloatArray, y: FloatArray) -> module.TrajectoryGospa:
    """By the linear programme, whatever the number of objects."""
    most, module.MOST_MATCHINGS = module.MOST_MATCHINGS, 0
    try:
        return tgospa(x, y, CUTOFF, SWITCH)
    finally:
        module.MOST_MATCHINGS = most


@given(sets(2, 3), sets(2, 3))
def test_it_is_the_best_of_all_assignments(x: FloatArray, y: FloatArray) -> None:
    expected = by_all_assignments(x, y)
    # 1e-6: the root of a small difference of squares
    assert tgospa(x, y, CUTOFF, SWITCH).distance == pytest.approx(expected, abs=1e-6)
    # the programme's corners may be fractions, then it lies below; for two by two it hardly does
    assert linear(x, y).distance <= expected + 1e-5


@given(sets(3, 1), sets(3, 1))
def test_at_one_time_it_is_gospa(x: FloatArray, y: FloatArray) -> None:
    here, there = x[~np.isnan(x[:, 0, 0]), 0], y[~np.isnan(y[:, 0, 0]), 0]
    one, many = gospa(here, there, CUTOFF), tgospa(x, y, CUTOFF, SWITCH)
    assert many.distance == pytest.approx(one.distance, abs=1e-6)
    assert (many.missed, many.false) == (one.missed, one.false)


@given(sets(2, 4), sets(2, 4), sets(2, 4))
def test_it_is_a_metric(x: FloatArray, y: FloatArray, z: FloatArray) -> None:
    xy, yx, xz, zy = (tgospa(*pair, CUTOFF, SWITCH).distance for pair in ((x, y), (y, x), (x, z), (z, y)))
    assert xy == pytest.approx(yx, abs=1e-6)
    assert xy <= xz + zy + 1e-6
    assert tgospa(x, x, CUTOFF, SWITCH).distance < 1e-6


def test_a_track_that_changes_over_costs_a_switch() -> None:
    """Two objects far apart; each track follows the one, and after five times the other."""
    truth = np.array([line(*[0.0] * 10), line(*[1000.0] * 10)])
    crossed = np.array([line(*[0.0] * 5, *[1000.0] * 5), line(*[1000.0] * 5, *[0.0] * 5)])
    found = tgospa(crossed, truth, CUTOFF, SWITCH)
    assert (found.localisation, found.missed, found.false, found.switches) == (0.0, 0.0, 0.0, 2.0)
    assert found.distance == pytest.approx(np.sqrt(2.0) * SWITCH, rel=1e-12)
    # dearer than half of all being missed and false: five times two of each
    dear = tgospa(crossed, truth, CUTOFF, 30.0)
    assert (dear.missed, dear.false, dear.switches) == (10.0, 10.0, 0.0)
    assert dear.distance == pytest.approx(np.sqrt(0.5 * CUTOFF**2 * 20.0), rel=1e-12)


def test_a_track_that_breaks_costs_one_switch_and_what_is_missed_between() -> None:
    truth = line(*range(8))[None]
    broken = np.array([line(0.0, 1.0, 2.0, *[NAN] * 5), line(*[NAN] * 5, 5.0, 6.0, 8.0)])
    found = tgospa(broken, truth, CUTOFF, SWITCH)
    assert (found.localisation, found.missed, found.false, found.switches) == (1.0, 2.0, 0.0, 1.0)


def test_nothing_beside_nothing_is_no_distance() -> None:
    empty, one = np.empty((0, 3, 2)), np.zeros((1, 3, 2))
    assert tgospa(empty, empty, CUTOFF, SWITCH).distance == 0.0
    assert tgospa(empty, one, CUTOFF, SWITCH).missed == 3.0
    assert tgospa(one, empty, CUTOFF, SWITCH).false == 3.0


def test_many_objects_go_through_the_linear_programme() -> None:
    rng = np.random.default_rng(1)
    truth = np.cumsum(rng.normal(0.0, 1.0, (12, 20, 2)), axis=1) + rng.uniform(0.0, 40.0, (12, 1, 2))
    found = tgospa(truth + rng.normal(0.0, 0.1, truth.shape), truth, CUTOFF, SWITCH)
    assert found.missed == pytest.approx(0.0, abs=1e-6)
    assert found.switches == pytest.approx(0.0, abs=1e-6)
    # mean of a chi-squared of two, 240 times over, times 0.01; four standard errors
    assert found.localisation == pytest.approx(4.8, abs=4.0 * 0.02 * np.sqrt(240))


@pytest.mark.parametrize(
    ("shapes", "cutoff", "switch", "order"),
    [(((1, 3, 2), (1, 4, 2)), 1.0, 1.0, 2.0), (((1, 3, 2),) * 2, 0.0, 1.0, 2.0), (((1, 3, 2),) * 2, 1.0, 1.0, 0.5)],
)
def test_what_cannot_be_measured_is_refused(
    shapes: tuple[tuple[int, ...], tuple[int, ...]], cutoff: float, switch: float, order: float
) -> None:
    with pytest.raises(ValueError, match="must be"):
        tgospa(np.zeros(shapes[0]), np.zeros(shapes[1]), cutoff, switch, order)
