"""Hypotheses: kernels against plain NumPy, marginals and weights against enumeration of all associations."""

from collections.abc import Iterator
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.stats import multivariate_normal, poisson_binom

from launchwatch.core.arrays import FloatArray, IntArray
from launchwatch.processing.tracks import hypotheses
from launchwatch.processing.tracks._bank_kernels import crowds, project, update
from launchwatch.processing.tracks._hypotheses_kernels import (
    blend,
    condense,
    gather,
    grow,
    likelihoods,
    moments,
    propagate,
)
from launchwatch.processing.tracks.association import gate
from launchwatch.processing.tracks.hypotheses import View, branch, mix, shares, velocity_prior
from launchwatch.processing.tracks.raid_count import count_quantile

SENSOR, AXES = np.array([6.4e6, 0.0, 0.0]), np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]])
CENTRE = np.array([6.7e6, 4e5, 3e5, 0.0, 3000.0, 2000.0])
SIGMA = np.array([5e-4, 5e-4, 30.0])


def components(rng: np.random.Generator, count: int) -> tuple[FloatArray, FloatArray]:
    """Means (count, 6) some hundred metres apart, and covariances (count, 6, 6)."""
    scale = np.repeat([300.0, 30.0], 3)
    root = rng.normal(size=(count, 6, 6)) * scale[:, None]
    return CENTRE + rng.normal(size=(count, 6)) * scale, root @ root.transpose(0, 2, 1) + np.diag(scale**2)


def blocks(rng: np.random.Generator, tracks: int) -> tuple[IntArray, IntArray]:
    """Where each of some tracks' one to three components begin, and the track of each component."""
    first = np.append(0, np.cumsum(rng.integers(1, 4, tracks)))
    return first, np.repeat(np.arange(tracks), np.diff(first))


def view_of(
    mean: FloatArray, covariance: FloatArray, measured: FloatArray, columns: int, sigmas: float = 1e3
) -> View:
    predicted, gradient, spread = project(mean, covariance, SENSOR, AXES, columns)
    variance = np.tile(SIGMA[:columns] ** 2, (len(measured), 1))
    component, detection, _ = gate(predicted, spread, measured, variance, sigmas)
    return View(
        predicted=predicted,
        gradient=gradient,
        spread=spread,
        measured=measured,
        variance=variance,
        component=component,
        detection=detection,
    )


def seen(rng: np.random.Generator, count: int, columns: int) -> FloatArray:
    """Detections (count, columns) about the centre."""
    mean, covariance = components(rng, count)
    return project(mean, covariance, SENSOR, AXES, columns)[0]


def density_of(measured: FloatArray, predicted: FloatArray, spread: FloatArray) -> float:
    """Gaussian density of a detection (d,) under a prediction, in units of the sensor's errors for SciPy's sake."""
    unit = SIGMA[: len(measured)]
    total = spread / np.outer(unit, unit) + np.eye(len(measured))
    return float(multivariate_normal(predicted / unit, total).pdf(measured / unit) / np.prod(unit))


def mixture(mean: FloatArray, covariance: FloatArray, weight: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Twin of `moments` for one track."""
    centre = weight @ mean
    off = mean - centre
    return centre, np.einsum("k,kab->ab", weight, covariance + off[:, :, None] * off[:, None])


# ---- kernels and their plain twins


@given(st.integers(0, 10_000), st.sampled_from([2, 3]))
def test_likelihoods_are_gaussian_densities(seed: int, columns: int) -> None:
    rng = np.random.default_rng(seed)
    mean, covariance = components(rng, 3)
    view = view_of(mean, covariance, seen(rng, 4, columns), columns)
    density = likelihoods(
        view.predicted, view.spread, view.measured, view.variance, view.component, view.detection
    )
    for value, i, j in zip(density, view.component, view.detection, strict=True):
        # exponents of some tens from angles of 1e-16
        assert value == pytest.approx(density_of(view.measured[j], view.predicted[i], view.spread[i]), rel=1e-6)


@given(st.integers(0, 10_000))
def test_pairs_are_summed_to_edges(seed: int) -> None:
    rng = np.random.default_rng(seed)
    first, owner = blocks(rng, 4)
    component, detection = np.nonzero(rng.random((first[-1], 5)) < 0.5)
    value = rng.random(len(component))
    track, among, total, edge = gather(owner[component], detection, value, 5)
    expected: dict[tuple[int, int], float] = {}
    for i, j, v in zip(owner[component].tolist(), detection.tolist(), value.tolist(), strict=True):
        expected[i, j] = expected.get((i, j), 0.0) + v
    assert dict(zip(zip(track.tolist(), among.tolist(), strict=True), total.tolist(), strict=True)) == expected
    assert (track[edge] == owner[component]).all()
    assert (among[edge] == detection).all()
    assert (np.diff(track) >= 0).all()


@given(st.integers(0, 10_000), st.booleans())
def test_blending_is_probabilistic_data_association(seed: int, uneven: bool) -> None:
    rng = np.random.default_rng(seed)
    mean, covariance = components(rng, 2)
    view = view_of(mean, covariance, seen(rng, 3, 2), 2)
    if uneven:
        view.variance[1:] *= 4.0
    share = rng.dirichlet(np.ones(4), 2)[:, :3].ravel()
    blended, spread = mean.copy(), covariance.copy()
    blend(
        blended,
        spread,
        view.predicted,
        view.gradient,
        view.spread,
        view.component,
        view.detection,
        share,
        view.measured,
        view.variance,
    )
    for i in range(2):
        # each detection's own update, and none, mixed by their probabilities
        each, own = np.repeat(mean[i : i + 1], 4, 0), np.repeat(covariance[i : i + 1], 4, 0)
        gradient = np.repeat(view.gradient[i : i + 1], 4, 0)
        rows = np.arange(3)
        predicted = np.repeat(view.predicted[i : i + 1], 4, 0)
        update(each, own, predicted, gradient, rows, rows, view.measured, view.variance)
        weight = share[view.component == i][np.argsort(view.detection[view.component == i])]
        centre, total = mixture(each, own, np.append(weight, 1.0 - weight.sum()))
        scale = np.sqrt(np.diag(covariance[i]))
        # rounding of earth radii, and of covariances over decades
        np.testing.assert_allclose(blended[i], centre, atol=1e-5)
        assert np.abs((spread[i] - total) / np.outer(scale, scale)).max() < 1e-6


@given(st.integers(0, 10_000), st.sampled_from([0.0, 0.1]))
def test_growth_keeps_what_weighs_enough(seed: int, floor: float) -> None:
    rng = np.random.default_rng(seed)
    first, owner = blocks(rng, 3)
    component, detection = np.nonzero(rng.random((first[-1], 4)) < 0.5)
    unseen, share = rng.random(first[-1]) * 0.3, rng.random(len(component)) * 0.3
    parent, given_, weight, begin = grow(first, unseen, component, detection, share, floor)
    children = [(i, -1, unseen[i]) for i in range(first[-1])]
    children += list(zip(component.tolist(), detection.tolist(), share.tolist(), strict=True))
    for i in range(3):
        own = [c for c in children if owner[c[0]] == i]
        kept = {c for c in own if c[2] > floor}
        rows = range(begin[i], begin[i + 1])
        told = {(int(parent[r]), int(given_[r]), float(weight[r])) for r in rows}
        best = max(own, key=lambda c: c[2])
        assert told == (kept or {(best[0], best[1], 1.0)})


@given(st.integers(0, 10_000), st.sampled_from([0.0, 2.0, 1e9]))
def test_condensing_keeps_the_moments_while_it_merges_only(seed: int, near2: float) -> None:
    rng = np.random.default_rng(seed)
    first, owner = blocks(rng, 3)
    mean, covariance = components(rng, len(owner))
    weight = rng.random(len(owner)) + 0.01
    weight /= np.bincount(owner, weight)[owner]
    fewer, spread, mass, begin = condense(mean, covariance, weight, first, near2, 3)
    before, after = moments(mean, covariance, weight, first), moments(fewer, spread, mass, begin)
    scale = np.repeat([300.0, 30.0], 3)
    # earth radii, and sums of covariances
    np.testing.assert_allclose(after[0], before[0], atol=1e-5)
    assert np.abs((after[1] - before[1]) / np.outer(scale, scale)).max() < 1e-6
    for i in range(3):
        centre, total = mixture(*(x[owner == i] for x in (mean, covariance, weight)))
        np.testing.assert_allclose(before[0][i], centre, atol=1e-5)
        assert np.abs((before[1][i] - total) / np.outer(scale, scale)).max() < 1e-6
    if near2 == 0.0:
        assert (np.diff(begin) == np.diff(first)).all()
    if near2 == 1e9:
        assert (np.diff(begin) == 1).all()


@given(st.integers(0, 10_000), st.integers(1, 3))
def test_condensing_keeps_the_heaviest(seed: int, most: int) -> None:
    rng = np.random.default_rng(seed)
    mean, covariance = components(rng, 6)
    weight = rng.dirichlet(np.ones(6))
    fewer, _, mass, begin = condense(mean, covariance, weight, np.array([0, 6]), 0.0, most)
    heaviest = np.argsort(-weight)[:most]
    np.testing.assert_array_equal(fewer, mean[heaviest])
    # sums to one by division
    np.testing.assert_allclose(mass, weight[heaviest] / weight[heaviest].sum(), rtol=1e-12)
    assert begin.tolist() == [0, most]


# limits whose multiples are exact: pairs at the limit itself are drawn too
@given(st.integers(0, 10_000), st.sampled_from([0.5, 1.25, 3.0]))
def test_crowds_are_dense_clusters_and_those_of_members(seed: int, limit: float) -> None:
    rng = np.random.default_rng(seed)
    tracks, detections = 6, 8
    first, owner = blocks(rng, tracks)
    component, detection = np.nonzero(rng.random((first[-1], detections)) < 0.15)
    member = rng.random(tracks) < 0.2
    crowd, dense = crowds(owner, component, detection, member, detections, limit)
    ends = (owner[component], tracks + detection)
    graph = coo_array((np.ones(len(component)), ends), shape=(tracks + detections,) * 2)
    _, label = connected_components(graph, directed=False)
    several = np.diff(first) > 1
    for i in range(tracks):
        cluster = label[:tracks] == label[i]
        pairs = (label[owner[component]] == label[i]).sum()
        assert dense[i] == (pairs > limit * np.diff(first)[cluster].sum())
        assert crowd[i] == (dense[i] or (member | several)[cluster].any())


# ---- marginals against enumeration


def associations(tracks: int, detections: int) -> Iterator[tuple[int, ...]]:
    """All ways to give each track one detection or none (-1), no detection twice."""
    for choice in product(range(-1, detections), repeat=tracks):
        taken = [j for j in choice if j >= 0]
        if len(set(taken)) == len(taken):
            yield choice


def exact(odds: FloatArray, miss: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Marginals of tracks having detections (n, m) or none (n,), and of detections being free (m,)."""
    n, m = odds.shape
    belief, none, free, total = np.zeros((n, m)), np.zeros(n), np.zeros(m), 0.0
    for choice in associations(n, m):
        weight = np.prod([miss[i] if j < 0 else odds[i, j] for i, j in enumerate(choice)])
        total += weight
        for i, j in enumerate(choice):
            if j < 0:
                none[i] += weight
            else:
                belief[i, j] += weight
        for j in set(range(m)) - set(choice):
            free[j] += weight
    return belief / total, none / total, free / total


def marginals(odds: FloatArray, miss: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    track, detection = np.nonzero(odds)
    told = np.zeros(odds.shape)
    told[track, detection], none, new = propagate(
        track, detection, odds[track, detection], miss, odds.shape[1], 1e-12, 10_000
    )
    return told, none, new


@given(st.integers(0, 10_000))
def test_marginals_are_exact_without_loops(seed: int) -> None:
    rng = np.random.default_rng(seed)
    odds = np.zeros((4, 5))  # a tree: each track but the first shares one detection with one before
    for i in range(4):
        odds[i, i + 1] = rng.lognormal(0.0, 2.0)
        odds[i, rng.integers(0, i + 1)] = rng.lognormal(0.0, 2.0)
    miss = rng.uniform(0.01, 1.0, 4)
    # messages settle to 1e-12
    for ours, theirs in zip(marginals(odds, miss), exact(odds, miss), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-9)


@given(st.integers(0, 10_000), st.integers(1, 4), st.integers(1, 5))
def test_marginals_are_near_with_loops_and_always_consistent(seed: int, tracks: int, detections: int) -> None:
    rng = np.random.default_rng(seed)
    odds = rng.lognormal(0.0, 1.5, (tracks, detections)) * (rng.random((tracks, detections)) < 0.7)
    miss = rng.uniform(0.05, 1.0, tracks)
    belief, none, new = marginals(odds, miss)
    assert (belief >= 0.0).all()
    # by division, and at the fixed point
    np.testing.assert_allclose(belief.sum(axis=1) + none, 1.0, atol=1e-12)
    np.testing.assert_allclose(belief.sum(axis=0) + new, 1.0, atol=1e-8)
    expected, _, _ = exact(odds, miss)
    # Williams and Lau (2014) report errors of a few hundredths on dense problems; the worst seen here is 0.15
    assert np.abs(belief - expected).max() < 0.2
    assert np.abs(belief - expected).mean() < 0.05


# ---- sharing, branching, blending


@given(st.integers(0, 10_000), st.booleans())
def test_shares_are_probabilities_and_the_order_of_detections_is_nothing(seed: int, radar: bool) -> None:
    rng = np.random.default_rng(seed)
    columns = 3 if radar else 2
    _, owner = blocks(rng, 4)
    mean, covariance = components(rng, len(owner))
    weight = rng.random(len(owner)) + 0.1
    weight /= np.bincount(owner, weight)[owner]
    existence = rng.uniform(0.1, 1.0, 4)
    measured = seen(rng, 5, columns)
    crowd = np.ones(4, np.bool_)
    order = rng.permutation(5)
    views = [view_of(mean, covariance, z, columns) for z in (measured, measured[order])]
    told, again = (shares(v, owner, weight, existence, crowd, 0.9, 10.0, radar) for v in views)
    for view, shared in zip(views, (told, again), strict=True):
        component, detection = view.component[shared.pair], view.detection[shared.pair]
        by_track = np.bincount(owner[component], shared.share, minlength=4)
        assert (shared.share >= 0.0).all()
        # by division
        np.testing.assert_allclose(by_track + shared.unseen, shared.existence, atol=1e-9)
        assert (shared.existence <= 1.0 + 1e-9).all()
        # the rounds end at changes of 1e-4
        np.testing.assert_allclose(np.bincount(detection, shared.share, minlength=5) + shared.new, 1.0, atol=1e-2)
        has = shared.best[shared.best >= 0]
        assert len(set(has.tolist())) == len(has)
    # sums in another order
    np.testing.assert_allclose(again.existence, told.existence, atol=1e-9)
    np.testing.assert_allclose(again.new, told.new[order], atol=1e-9)
    np.testing.assert_array_equal(np.append(order, -1)[again.best], told.best)


@given(st.integers(0, 1000))
def test_weights_of_one_track_are_those_of_all_its_histories(seed: int) -> None:
    rng = np.random.default_rng(seed)
    detected, clutter, looks = 0.8, 5.0, 3
    start, spread = CENTRE[None].copy(), np.diag(np.repeat([300.0, 30.0], 3) ** 2)[None]
    frames = [seen(rng, 2, 3) for _ in range(looks)]
    histories = [(1.0, start, spread)]
    mean, covariance, weight, first, existence = start, spread, np.ones(1), np.array([0, 1]), np.ones(1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hypotheses, "FLOOR", 0.0)
        patch.setattr(hypotheses, "ALIKE", 0.0)
        for measured in frames:
            longer = []
            for mass, m, p in histories:
                view = view_of(m, p, measured, 3)
                longer.append((mass * (1.0 - detected), m, p))
                for j in range(2):
                    density = density_of(measured[j], view.predicted[0], view.spread[0])
                    own, tight, zero = m.copy(), p.copy(), np.zeros(1, np.int64)
                    update(own, tight, view.predicted, view.gradient, zero, zero + j, measured, view.variance)
                    longer.append((mass * detected * density / clutter * (1.0 - hypotheses.NEW), own, tight))
            histories = longer
            view = view_of(mean, covariance, measured, 3)
            shared = shares(
                view, np.zeros(len(weight), np.int64), weight, existence, np.ones(1, np.bool_), detected, clutter, True
            )
            settled = np.array([hypotheses.IN_CROWD])
            mean, covariance, weight, first = branch(view, shared, mean, covariance, weight, first, settled, 1000)
    expected = np.array([mass for mass, _, _ in histories])
    expected /= expected.sum()
    order = np.argsort(-expected)
    positive = expected[order] > 1e-12
    # densities over six decades of units, three times
    np.testing.assert_allclose(np.sort(weight)[::-1][: positive.sum()], expected[order][positive], rtol=1e-5)
    centre, _ = moments(mean, covariance, weight, first)
    told = sum(w * m[0] for w, (_, m, _) in zip(expected, histories, strict=True))
    # metres of earth radii
    np.testing.assert_allclose(centre[0], told, atol=1e-3)


def test_a_track_in_no_crowd_is_updated_with_its_detection_alone() -> None:
    rng = np.random.default_rng(3)
    mean, covariance = components(rng, 2)
    measured = seen(rng, 2, 3)
    view = view_of(mean, covariance, measured, 3)
    crowd = np.array([True, False])
    shared = shares(view, np.arange(2), np.ones(2), np.full(2, 0.9), crowd, 0.9, 5.0, True)
    assert (view.component[shared.pair] == 0).all()
    assert shared.existence[1] == 0.9
    after, spread, weight, first = branch(
        view, shared, mean, covariance, np.ones(2), np.arange(3), np.array([hypotheses.IN_CROWD, 1]), 8
    )
    own, tight = mean.copy(), covariance.copy()
    update(own, tight, view.predicted, view.gradient, np.array([1]), np.array([1]), measured, view.variance)
    np.testing.assert_array_equal(after[first[1] :], own[1:])
    np.testing.assert_array_equal(spread[first[1] :], tight[1:])
    # one by division
    assert weight[: first[1]].sum() == pytest.approx(1.0, abs=1e-12)
    assert weight[first[1] :].tolist() == [1.0]


@given(st.integers(0, 1000))
def test_lines_of_sight_reweigh_components(seed: int) -> None:
    rng = np.random.default_rng(seed)
    first, owner = blocks(rng, 3)
    mean, covariance = components(rng, len(owner))
    weight = rng.random(len(owner)) + 0.1
    weight /= np.bincount(owner, weight)[owner]
    view = view_of(mean, covariance, seen(rng, 4, 2), 2)
    crowd = np.array([True, True, False])
    shared = shares(view, owner, weight, np.full(3, 0.9), crowd, 0.9, 1e4, False)
    before = mean.copy()
    after = mix(view, shared, mean, covariance, weight, owner, crowd)
    # one by division
    np.testing.assert_allclose(np.bincount(owner, after), 1.0, atol=1e-12)
    np.testing.assert_allclose(after[first[2] :], weight[first[2] :], rtol=1e-12)
    np.testing.assert_array_equal(mean[first[2] :], before[first[2] :])
    assert (np.linalg.eigvalsh(covariance) > 0.0).all()


# ---- what a raid tells


def test_the_velocity_of_a_raid_is_learned_without_strays() -> None:
    rng = np.random.default_rng(5)
    spread = np.array([[9e4, 2e4, 0.0], [2e4, 4e4, 1e4], [0.0, 1e4, 6e4]])
    velocity = rng.multivariate_normal([100.0, -3000.0, 2000.0], spread, 400)
    velocity[:20] += 5000.0
    centre, told = velocity_prior(velocity)
    # 380 draws: standard errors of the mean below 16 m/s, of a variance 7 %; what 1 % of cut tails takes away is 5 %
    np.testing.assert_allclose(centre, [100.0, -3000.0, 2000.0], atol=50.0)
    np.testing.assert_allclose(np.diag(told), np.diag(spread), rtol=0.25)
    _, still = velocity_prior(np.tile([1.0, 2.0, 3.0], (12, 1)))
    np.testing.assert_array_equal(still, np.eye(3))


@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=12), st.sampled_from([0.025, 0.5, 0.975]))
def test_quantiles_of_a_count(probability: list[float], level: float) -> None:
    told = count_quantile(np.array(probability), 0.0, level)
    cumulative = poisson_binom.cdf(np.arange(13), probability)
    # rounding may tell a quantile that lies on a step either way
    assert cumulative[told] >= level - 1e-9
    assert told == 0 or cumulative[told - 1] < level + 1e-9


def test_a_count_adds_what_was_never_detected() -> None:
    assert count_quantile(np.ones(10), 4.0, 0.5) == 14
    assert count_quantile(np.empty(0), 0.0, 0.975) == 0
    # a Poisson number of mean 2500 has standard deviation 50
    assert abs(count_quantile(np.empty(0), 2500.0, 0.975) - 2598) <= 2


