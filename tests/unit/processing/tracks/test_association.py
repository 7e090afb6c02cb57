"""Association against brute force: gate, clusters, assignment."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from launchwatch.processing.tracks import association
from launchwatch.processing.tracks.association import assign, clusters, gate, pairs

MISS = 4.0


def candidates(seed: int, tracks: int, detections: int, density: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    track, detection = np.nonzero(rng.random((tracks, detections)) < density)
    cost = rng.uniform(0.0, 1.25 * MISS, len(track))
    cost[rng.random(len(cost)) < 0.05] = np.inf
    return track, detection, cost


def least_total(track: np.ndarray, detection: np.ndarray, cost: np.ndarray, tracks: int, detections: int) -> float:
    gain = np.zeros((tracks, detections))
    gain[track, detection] = np.minimum(cost - MISS, 0.0)
    i, j = linear_sum_assignment(gain)
    return float(gain[i, j].sum())


@given(st.integers(0, 10_000), st.integers(0, 12), st.integers(0, 12), st.sampled_from([0.05, 0.2, 0.9]), st.booleans())
def test_assignment_has_the_least_total(
    seed: int, tracks: int, detections: int, density: float, by_sparse: bool
) -> None:
    track, detection, cost = candidates(seed, tracks, detections, density)
    with pytest.MonkeyPatch.context() as patch:
        if by_sparse:
            patch.setattr(association, "SPARSE_ABOVE", 0)
        i, j = assign(track, detection, cost, MISS, tracks, detections)
    known = {(a, b): c for a, b, c in zip(track.tolist(), detection.tolist(), cost.tolist(), strict=True)}
    chosen = list(zip(i.tolist(), j.tolist(), strict=True))
    assert i.tolist() == sorted(set(i.tolist()))
    assert len(set(j.tolist())) == len(j)
    assert all(known[pair] < MISS for pair in chosen)
    # sums of at most a dozen terms in another order
    expected = least_total(track, detection, cost, tracks, detections)
    assert sum(known[pair] - MISS for pair in chosen) == pytest.approx(expected, abs=1e-12)


@given(st.integers(0, 10_000), st.integers(0, 6), st.integers(0, 6))
def test_pairs_have_the_least_total(seed: int, tracks: int, detections: int) -> None:
    track, detection, cost = candidates(seed, tracks, detections, 0.7)
    full = np.full((tracks, detections), np.inf)
    full[track, detection] = cost
    chosen = pairs(full, MISS)
    assert chosen == sorted(chosen)
    assert len({j for _, j in chosen}) == len({i for i, _ in chosen}) == len(chosen)
    assert all(full[pair] < MISS for pair in chosen)
    # as above
    expected = least_total(track, detection, cost, tracks, detections)
    assert sum(full[pair] - MISS for pair in chosen) == pytest.approx(expected, abs=1e-12)


def test_large_contested_raid_by_either_solver() -> None:
    track, detection, cost = candidates(7, 600, 620, 0.01)
    i, j = assign(track, detection, cost, MISS, 600, 620)
    full = np.full((600, 620), np.inf)
    full[track, detection] = cost
    assert len(i) > association.SPARSE_ABOVE  # so the sparse solver had its turn
    # 600 terms in another order, shifted by up to 4 in the sparse solver
    assert (full[i, j] - MISS).sum() == pytest.approx(least_total(track, detection, cost, 600, 620), abs=1e-9)


def test_a_chain_of_tracks_gives_way() -> None:
    # each track is nearest to the detection that its neighbour needs; greedy choice would strand the last one
    cost = np.array([[1.0, 1.5, np.inf], [np.inf, 1.0, 1.5], [1.2, np.inf, np.inf]])
    assert pairs(cost, MISS) == [(0, 1), (1, 2), (2, 0)]


def test_nothing_to_assign() -> None:
    none = np.empty(0, np.int64)
    i, j = assign(none, none, np.empty(0), MISS, 3, 0)
    assert len(i) == len(j) == 0
    assert pairs(np.empty((0, 3)), MISS) == pairs(np.empty((3, 0)), MISS) == []
    assert pairs(np.full((2, 2), np.inf), MISS) == []


def test_a_cost_that_is_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match="not a number"):
        pairs(np.array([[1.0, np.nan]]), MISS)
    zero = np.zeros(1, np.int64)
    with pytest.raises(ValueError, match="not a number"):
        assign(zero, zero, np.array([np.nan]), MISS, 1, 1)


@given(st.integers(0, 10_000), st.integers(0, 15), st.integers(0, 15), st.sampled_from([0.02, 0.1, 0.4]))
def test_clusters_are_connected_components(seed: int, tracks: int, detections: int, density: float) -> None:
    track, detection, _ = candidates(seed, tracks, detections, density)
    of_track, of_detection = clusters(track, detection, tracks, detections)
    size = tracks + detections
    if size:
        graph = coo_array((np.ones(len(track)), (track, tracks + detection)), shape=(size, size))
        count, label = connected_components(graph, directed=False)
        ours = np.concatenate([of_track, of_detection])
        assert len(set(zip(ours.tolist(), label.tolist(), strict=True))) == count == len(set(ours.tolist()))


def plain_gate(predicted: np.ndarray, spread: np.ndarray, measured: np.ndarray, variance: np.ndarray) -> np.ndarray:
    """Twin of the gate: squared distances (n, m) of all pairs."""
    difference = measured[None] - predicted[:, None]
    difference[..., 0] = (difference[..., 0] + np.pi) % (2.0 * np.pi) - np.pi
    covariance = spread[:, None] + variance[None, :, :, None] * np.eye(measured.shape[1])
    return np.einsum("nmi,nmi->nm", difference, np.linalg.solve(covariance, difference[..., None])[..., 0])


@given(st.integers(0, 10_000), st.integers(0, 12), st.integers(0, 40), st.sampled_from([2, 3]))
def test_gate_holds_all_near_pairs(seed: int, n: int, m: int, d: int) -> None:
    rng = np.random.default_rng(seed)
    # a patch of sky across the jump of azimuth at pi
    centre, scale = np.array([np.pi, 0.3, 9e5])[:d], np.array([1e-3, 2e-3, 5e3])[:d]
    predicted = centre + rng.normal(size=(n, d)) * scale
    measured = centre + rng.normal(size=(m, d)) * scale
    for angles in (predicted, measured):
        angles[:, 0] = (angles[:, 0] + np.pi) % (2.0 * np.pi) - np.pi
    root = rng.normal(size=(n, d, d)) * 0.3 * scale[:, None]
    spread = root @ root.transpose(0, 2, 1)
    variance = (rng.uniform(0.05, 0.5, (m, d)) * scale) ** 2
    track, detection, distance2 = gate(predicted, spread, measured, variance, 4.0)
    expected = plain_gate(predicted, spread, measured, variance)
    assert set(zip(track.tolist(), detection.tolist(), strict=True)) == set(
        zip(*(x.tolist() for x in np.nonzero(expected < 16.0)), strict=True)
    )
    assert track.tolist() == sorted(track.tolist())
    # correlated 3 x 3 covariances: two solvers agree to some 1e-8
    np.testing.assert_allclose(distance2, expected[track, detection], rtol=1e-6)
