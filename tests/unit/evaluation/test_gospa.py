"""GOSPA against a case by hand and against all assignments; NEES of many."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from launchwatch.evaluation.gospa import gospa, match, nees

CUTOFF = 5.0


def points(most: int = 4) -> st.SearchStrategy[np.ndarray]:
    coordinates = st.floats(-10.0, 10.0)
    return st.integers(0, most).flatmap(lambda n: arrays(np.float64, (n, 2), elements=coordinates))


def brute_force(x: np.ndarray, y: np.ndarray, order: float) -> float:
    """GOSPA over all partial assignments: pad the smaller set, and let each pair be cut off."""
    if len(x) > len(y):
        x, y = y, x
    limit = CUTOFF**order
    best = min(
        sum(min(np.linalg.norm(x[i] - y[j]) ** order, limit) for i, j in enumerate(p))
        for p in permutations(range(len(y)), len(x))
    )
    return float((best + 0.5 * limit * (len(y) - len(x))) ** (1.0 / order))


def test_by_hand() -> None:
    truth = np.array([[0.0, 0.0], [10.0, 0.0], [20.0, 0.0]])
    estimates = np.array([[10.0, 3.0], [1.0, 0.0], [40.0, 0.0], [50.0, 0.0]])
    found = gospa(estimates, truth, CUTOFF)
    # pairs cost 9 and 1; the third truth is missed and two estimates are false: 3 x 25 / 2
    assert found.localisation == pytest.approx(10.0, rel=1e-14)
    assert (found.missed, found.false) == (1, 2)
    assert found.distance == pytest.approx((10.0 + 37.5) ** 0.5, rel=1e-14)
    assert list(zip(found.estimate, found.truth, strict=True)) == [(0, 1), (1, 0)]


@given(points(), points(), st.sampled_from([1.0, 2.0, 3.0]))
def test_equals_brute_force(x: np.ndarray, y: np.ndarray, order: float) -> None:
    found = gospa(x, y, CUTOFF, order)
    # sums of at most four rounded terms, then a root of order up to three near zero
    assert found.distance == pytest.approx(brute_force(x, y, order), rel=1e-9, abs=1e-9)
    parts = found.localisation + 0.5 * CUTOFF**order * (found.missed + found.false)
    assert found.distance**order == pytest.approx(parts, rel=1e-12, abs=1e-300)
    assert len(found.estimate) + found.false == len(x)
    assert len(found.truth) + found.missed == len(y)


@given(points(), points(), points())
def test_is_a_metric(x: np.ndarray, y: np.ndarray, z: np.ndarray) -> None:
    assert gospa(x, x, CUTOFF).distance == 0.0
    # the same terms, summed in another order
    assert gospa(x, y, CUTOFF).distance == pytest.approx(gospa(y, x, CUTOFF).distance, rel=1e-12)
    # rounding of three distances of at most about 15
    assert gospa(x, z, CUTOFF).distance <= gospa(x, y, CUTOFF).distance + gospa(y, z, CUTOFF).distance + 1e-12


def test_empty_sets() -> None:
    none, three = np.empty((0, 3)), np.zeros((3, 3))
    assert gospa(none, none, CUTOFF).distance == 0.0
    # three halves of 25
    assert gospa(none, three, CUTOFF).distance == pytest.approx(37.5**0.5, rel=1e-14)
    assert gospa(three, none, CUTOFF).false == 3


def test_match_leaves_out_what_is_at_the_cutoff() -> None:
    i, j = match([[0.0], [100.0]], [[CUTOFF], [99.0]], CUTOFF)
    assert (i.tolist(), j.tolist()) == ([1], [1])


@pytest.mark.parametrize(
    ("estimates", "truth", "cutoff", "order", "reason"),
    [
        ([[0.0, 0.0]], [[0.0]], 1.0, 2.0, "must be"),
        ([0.0], [[0.0]], 1.0, 2.0, "must be"),
        ([[np.nan]], [[0.0]], 1.0, 2.0, "finite"),
        ([[0.0]], [[0.0]], 0.0, 2.0, "cutoff"),
        ([[0.0]], [[0.0]], 1.0, 0.5, "order"),
    ],
)
def test_refusals(estimates: list, truth: list, cutoff: float, order: float, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        gospa(estimates, truth, cutoff, order)


def test_nees_of_an_honest_filter_has_the_mean_of_its_dimension() -> None:
    rng = np.random.default_rng(1)
    root = np.tril(rng.normal(size=(6, 6))) + 3.0 * np.eye(6)
    cov = root @ root.T
    errors = rng.normal(size=(20_000, 6)) @ root.T
    values = nees(errors, np.tile(cov, (len(errors), 1, 1)))
    # the mean of 20,000 chi-squared values of 6 degrees has a standard deviation of 0.024
    assert values.mean() == pytest.approx(6.0, abs=0.1)
    # two solvers on a well-conditioned matrix
    assert values[0] == pytest.approx(errors[0] @ np.linalg.inv(cov) @ errors[0], rel=1e-9)
