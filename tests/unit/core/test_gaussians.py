import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from launchwatch.core.arrays import FloatArray
from launchwatch.core.gaussians import (
    CHI2_95_2D,
    ellipse_95,
    fuse_independent,
    inside_95_2d,
    intersect_covariances,
    intersect_inverse,
    nees,
    squared_distance,
)


def covariances(n: int) -> st.SearchStrategy[FloatArray]:
    square = arrays(np.float64, (n, n), elements=st.floats(-3.0, 3.0))
    return square.map(lambda a: a @ a.T + 0.1 * np.eye(n))


def test_chi_squared_point() -> None:
    assert pytest.approx(-2.0 * math.log(0.05), rel=1e-15) == CHI2_95_2D


@pytest.mark.parametrize("azimuth", [0.0, 30.0, 90.0, 135.0, 179.0])
def test_ellipse_of_a_known_direction(azimuth: float) -> None:
    along = np.array([math.sin(math.radians(azimuth)), math.cos(math.radians(azimuth))])  # east, north
    cov = 9.0 * np.outer(along, along) + 4.0 * (np.eye(2) - np.outer(along, along))
    major, minor, direction = ellipse_95(cov)
    assert major == pytest.approx(3.0 * math.sqrt(CHI2_95_2D), rel=1e-14)
    assert minor == pytest.approx(2.0 * math.sqrt(CHI2_95_2D), rel=1e-14)
    assert (direction - azimuth + 90.0) % 180.0 == pytest.approx(90.0, abs=1e-12)


@given(covariances(2), st.floats(0.0, 2.0 * math.pi))
def test_the_ellipse_is_the_boundary_of_inside(cov: FloatArray, turn: float) -> None:
    major, minor, azimuth = ellipse_95(cov)
    a = math.radians(azimuth)
    axes = np.array([[math.sin(a), math.cos(a)], [math.cos(a), -math.sin(a)]])
    point = axes.T @ np.array([major * math.cos(turn), minor * math.sin(turn)])
    assert inside_95_2d(0.999 * point, cov)
    assert not inside_95_2d(1.001 * point, cov)


@pytest.mark.parametrize("cov", [[[1.0, 0.0], [0.0, -1.0]], [[math.nan, 0.0], [0.0, 1.0]], [[1.0]]])
def test_no_ellipse_of_what_is_no_covariance(cov: list[list[float]]) -> None:
    with pytest.raises(ValueError, match="covariance"):
        ellipse_95(cov)


def test_nees_of_a_unit_error() -> None:
    assert nees([3.0, 4.0], np.diag([9.0, 4.0])) == pytest.approx(5.0, rel=1e-15)


@given(covariances(3), covariances(3))
def test_intersection_has_the_least_trace(p1: FloatArray, p2: FloatArray) -> None:
    x1, x2 = np.array([1.0, 2.0, 3.0]), np.array([1.5, 1.0, 3.5])
    x, p = intersect_covariances(x1, p1, x2, p2)
    i1, i2 = np.linalg.inv(p1), np.linalg.inv(p2)
    traces = [np.trace(np.linalg.inv(w * i1 + (1.0 - w) * i2)) for w in np.linspace(0.0, 1.0, 101)]
    assert np.trace(p) <= min(traces) * (1.0 + 1e-9)  # rounding of the inverses
    assert np.trace(p) <= min(np.trace(p1), np.trace(p2)) * (1.0 + 1e-9)
    assert np.isfinite(x).all()


def test_intersection_of_equals_gains_nothing() -> None:
    cov = np.array([[2.0, 0.3], [0.3, 1.0]])
    x, p = intersect_covariances([1.0, 1.0], cov, [1.0, 1.0], cov)
    np.testing.assert_allclose(x, [1.0, 1.0], rtol=1e-14)
    np.testing.assert_allclose(p, cov, rtol=1e-14)


@given(covariances(2), covariances(2), st.floats(-0.99, 0.99))
def test_intersection_is_never_too_sure(p1: FloatArray, p2: FloatArray, correlation: float) -> None:
    """The stated covariance is no smaller than the true one, whatever the correlation of the inputs."""
    r1, r2 = np.linalg.cholesky(p1), np.linalg.cholesky(p2)
    cross = correlation * r1 @ r2.T
    gains = []
    for axis in np.eye(2):  # x is linear in both inputs: read its gains off unit inputs
        gains.append((intersect_covariances(axis, p1, [0, 0], p2)[0], intersect_covariances([0, 0], p1, axis, p2)[0]))
    k1, k2 = np.array([g[0] for g in gains]).T, np.array([g[1] for g in gains]).T
    true = k1 @ p1 @ k1.T + k2 @ p2 @ k2.T + k1 @ cross @ k2.T + k2 @ cross.T @ k1.T
    p = intersect_covariances([0, 0], p1, [0, 0], p2)[1]
    assert np.linalg.eigvalsh(p - true).min() > -1e-9 * np.trace(p)  # rounding


@given(covariances(3), covariances(3))
def test_inverse_intersection_has_the_least_trace_of_its_kind(p1: FloatArray, p2: FloatArray) -> None:
    p = intersect_inverse([1.0, 2.0, 3.0], p1, [1.5, 1.0, 3.5], p2)[1]
    both = np.linalg.inv(p1) + np.linalg.inv(p2)
    shares = (np.linalg.inv(w * p1 + (1.0 - w) * p2) for w in np.linspace(0.0, 1.0, 101))
    traces = [np.trace(np.linalg.inv(both - shared)) for shared in shares]
    assert np.trace(p) <= min(traces) * (1.0 + 1e-9)  # rounding of the inverses
    # Noack and others (2017), theorem 3: at least as tight as covariance intersection
    assert np.trace(p) <= np.trace(intersect_covariances(np.zeros(3), p1, np.zeros(3), p2)[1]) * (1.0 + 1e-9)


@given(covariances(2), covariances(2), covariances(2), st.floats(0.0, 1.0))
def test_inverse_intersection_is_never_too_sure_of_what_is_shared(
    own1: FloatArray, own2: FloatArray, common: FloatArray, part: float
) -> None:
    """Two estimates of own information and a shared one: the stated covariance is no smaller than the true one."""
    shared = part * common
    p1, p2 = np.linalg.inv(own1 + shared), np.linalg.inv(own2 + shared)
    cross = p1 @ shared @ p2
    k1 = np.array([intersect_inverse(axis, p1, [0, 0], p2)[0] for axis in np.eye(2)]).T
    k2 = np.array([intersect_inverse([0, 0], p1, axis, p2)[0] for axis in np.eye(2)]).T
    np.testing.assert_allclose(k1 + k2, np.eye(2), atol=1e-9)  # unbiased, to rounding
    true = k1 @ p1 @ k1.T + k2 @ p2 @ k2.T + k1 @ cross @ k2.T + k2 @ cross.T @ k1.T
    p = intersect_inverse([0, 0], p1, [0, 0], p2)[1]
    assert np.linalg.eigvalsh(p - true).min() > -1e-9 * np.trace(p)  # rounding


def test_what_rests_wholly_on_the_other_adds_nothing() -> None:
    p1 = np.array([[2.0, 0.3], [0.3, 1.0]])
    p2 = np.linalg.inv(np.linalg.inv(p1) - 0.3 * np.eye(2))
    for x2, cov in (([1.0, 1.0], p1), ([7.0, -3.0], p2)):
        x, p = intersect_inverse([1.0, 1.0], p1, x2, cov)
        np.testing.assert_allclose(x, [1.0, 1.0], rtol=1e-9)  # rounding of the inverses
        np.testing.assert_allclose(p, p1, rtol=1e-9)


@given(covariances(3), covariances(3))
def test_information_of_independent_estimates_adds_up(p1: FloatArray, p2: FloatArray) -> None:
    x1, x2 = np.array([1.0, 2.0, 3.0]), np.array([1.5, 1.0, 3.5])
    x, p = fuse_independent(x1, p1, x2, p2)
    information = np.linalg.inv(p1) + np.linalg.inv(p2)
    np.testing.assert_allclose(p @ information, np.eye(3), atol=1e-8)  # condition of the inputs below 1e3, squared
    np.testing.assert_allclose(information @ x, np.linalg.solve(p1, x1) + np.linalg.solve(p2, x2), rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize(
    "cov",
    [[[np.nan, 0.0], [0.0, 1.0]], [[np.inf, 0.0], [0.0, 1.0]], [[1.0, 1.0], [1.0, 1.0]], [[-1.0, 0.0], [0.0, 1.0]]]
)
def test_nothing_is_near_what_is_no_covariance(cov: list[list[float]]) -> None:
    assert squared_distance([1.0, 0.0], cov) == np.inf


def test_squared_distance_is_that_of_nees() -> None:
    assert squared_distance([2.0, 1.0], [[4.0, 0.0], [0.0, 1.0]]) == pytest.approx(2.0)


@given(seed=st.integers(0, 2**32 - 1), decades=st.floats(0.0, 12.0))
def test_fused_covariances_stay_covariances(seed: int, decades: float) -> None:
    """However ill the two match in size, nothing negative comes out along any axis."""
    rng = np.random.default_rng(seed)
    scale = 10.0 ** rng.uniform(-decades / 2.0, decades / 2.0, (2, 6))
    root1, root2 = (rng.normal(size=(6, 6)) + 3.0 * np.eye(6) for _ in range(2))
    p1, p2 = (root * s for root, s in zip((root1, root2), scale, strict=True))
    p1, p2 = p1 @ p1.T, p2 @ p2.T
    assume(all(np.linalg.eigvalsh(p)[0] > 1e-14 * np.linalg.eigvalsh(p)[-1] for p in (p1, p2)))
    for fuse in (fuse_independent, intersect_covariances, intersect_inverse):
        _, p = fuse(np.zeros(6), p1, np.ones(6), p2)
        sizes = np.sqrt(np.diag(p))
        assert np.isfinite(sizes).all()
        assert np.linalg.eigvalsh(p / np.outer(sizes, sizes))[0] > -1e-9  # rounding of products of 6 by 6
