"""Kernels of hypotheses: likelihoods, belief propagation, growth, merging. Arrays in, arrays out.

Hypotheses are Gaussian components (mean (c, 6), covariance (c, 6, 6), weight (c,)), in blocks by track: `first`
(n + 1,) says where each track's begin. Pairs are candidates of a component and a detection, ordered by component; edges
are those of a track and a detection, ordered by track.
"""

from __future__ import annotations

import math

import numpy as np

from launchwatch.core.arrays import FloatArray, IntArray
from launchwatch.core.jit import njit
from launchwatch.processing.tracks._bank_kernels import _wrap


@njit(cache=True, error_model="numpy")
def likelihoods(
    predicted: FloatArray,
    spread: FloatArray,
    measured: FloatArray,
    variance: FloatArray,
    component: IntArray,
    detection: IntArray,
) -> FloatArray:
    """Density (k,) of each detection under each component of a pair, in the units of the measurement."""
    d = predicted.shape[1]
    density = np.empty(component.shape[0])
    s, w = np.empty((d, d)), np.empty(d)
    for p in range(component.shape[0]):
        i, j = component[p], detection[p]
        total, root = 0.0, 1.0
        for a in range(d):
            residual = measured[j, a] - predicted[i, a]
            w[a] = _wrap(residual) if a == 0 else residual
            for b in range(a + 1):
                value = spread[i, a, b]
                if a == b:
                    value += variance[j, a]
                for c in range(b):
                    value -= s[a, c] * s[b, c]
                s[a, b] = math.sqrt(value) if a == b else value / s[b, b]
            for b in range(a):
                w[a] -= s[a, b] * w[b]
            w[a] /= s[a, a]
            total += w[a] * w[a]
            root *= s[a, a]
        density[p] = math.exp(-0.5 * total) / (root * (2.0 * math.pi) ** (0.5 * d))
    return density


@njit(cache=True, error_model="numpy")
def gather(
    track: IntArray, detection: IntArray, value: FloatArray, detections: int
) -> tuple[IntArray, IntArray, FloatArray, IntArray]:
    """Sum pairs (k,) to edges: track, detection and summed value (e,), and the edge of each pair (k,)."""
    k = track.shape[0]
    edge_track, edge_detection, total = np.empty(k, np.int64), np.empty(k, np.int64), np.empty(k)
    edge = np.empty(k, np.int64)
    slot, owner = np.empty(detections, np.int64), np.full(detections, -1)
    count = 0
    for p in range(k):
        i, j = track[p], detection[p]
        if owner[j] != i:
            owner[j], slot[j] = i, count
            edge_track[count], edge_detection[count], total[count] = i, j, 0.0
            count += 1
        edge[p] = slot[j]
        total[slot[j]] += value[p]
    return edge_track[:count].copy(), edge_detection[:count].copy(), total[:count].copy(), edge


@njit(cache=True, error_model="numpy")
def propagate(
    track: IntArray,
    detection: IntArray,
    odds: FloatArray,
    miss: FloatArray,
    detections: int,
    tolerance: float,
    rounds: int,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Marginals of one-to-one association by loopy belief propagation (Williams and Lau, 2014).

    Parameters
    ----------
    track, detection : edges (e,), ordered by track.
    odds : weight (e,) of each edge against the detection being new or false.
    miss : weight (n,) of each track having no detection.
    tolerance : largest change of a message at which the rounds end.

    Returns
    -------
    Probabilities of each edge (e,), of no detection (n,), and of a detection belonging to no track (m,).
    """
    n, e = miss.shape[0], track.shape[0]
    up, down = np.empty(e), np.ones(e)
    total, taken = np.empty(n), np.empty(detections)
    for _ in range(rounds):
        total[:] = miss
        for q in range(e):
            total[track[q]] += odds[q] * down[q]
        taken[:] = 1.0
        for q in range(e):
            up[q] = odds[q] / max(total[track[q]] - odds[q] * down[q], 1e-300)
            taken[detection[q]] += up[q]
        change = 0.0
        for q in range(e):
            message = 1.0 / max(taken[detection[q]] - up[q], 1e-300)
            change = max(change, abs(message - down[q]))
            down[q] = message
        if change < tolerance:
            break
    total[:] = miss
    for q in range(e):
        total[track[q]] += odds[q] * down[q]
    taken[:] = 1.0
    for q in range(e):
        taken[detection[q]] += up[q]
    belief = np.empty(e)
    for q in range(e):
        belief[q] = odds[q] * down[q] / total[track[q]]
    return belief, miss / total, 1.0 / taken


@njit(cache=True, error_model="numpy")
def blend(
    mean: FloatArray,
    covariance: FloatArray,
    predicted: FloatArray,
    gradient: FloatArray,
    spread: FloatArray,
    component: IntArray,
    detection: IntArray,
    share: FloatArray,
    measured: FloatArray,
    variance: FloatArray,
) -> None:
    """Probabilistic data association, in place: each component becomes the Gaussian of its mixture over detections.

    `share` (k,) are the probabilities of each pair given the component; what they lack of one is no detection.
    """
    d, k = predicted.shape[1], component.shape[0]
    s, gain, turned, less = np.empty((d, d)), np.empty((6, d)), np.empty((6, d)), np.empty((6, 6))
    v, moved, centre, spent = np.empty(d), np.empty(6), np.empty(6), np.empty((6, 6))
    p = 0
    while p < k:
        i, begin = component[p], p
        centre[:] = 0.0
        spent[:] = 0.0
        while p < k and component[p] == i:
            j = detection[p]
            fresh = p == begin
            for a in range(d):
                fresh |= variance[j, a] != variance[detection[p - 1], a]
            if fresh:  # gain and what an update takes off the covariance, for detections of this variance
                for a in range(d):
                    for b in range(d):
                        s[a, b] = spread[i, a, b]
                    s[a, a] += variance[j, a]
                inverse = np.linalg.inv(s)
                for a in range(6):
                    for b in range(d):
                        turned[a, b] = 0.0
                        for c in range(3):
                            turned[a, b] += covariance[i, a, c] * gradient[i, b, c]
                for a in range(6):
                    for b in range(d):
                        gain[a, b] = 0.0
                        for c in range(d):
                            gain[a, b] += turned[a, c] * inverse[c, b]
                for a in range(6):
                    for b in range(6):
                        less[a, b] = 0.0
                        for c in range(d):
                            less[a, b] += gain[a, c] * turned[b, c]
            for a in range(d):
                v[a] = measured[j, a] - predicted[i, a]
            v[0] = _wrap(v[0])
            for a in range(6):
                moved[a] = 0.0
                for b in range(d):
                    moved[a] += gain[a, b] * v[b]
                centre[a] += share[p] * moved[a]
            for a in range(6):
                for b in range(a + 1):
                    spent[a, b] += share[p] * (moved[a] * moved[b] - less[a, b])
            p += 1
        for a in range(6):
            mean[i, a] += centre[a]
            for b in range(a + 1):
                covariance[i, a, b] += spent[a, b] - centre[a] * centre[b]
                covariance[i, b, a] = covariance[i, a, b]


@njit(cache=True, error_model="numpy")
def _mahalanobis2(x: FloatArray, mean: FloatArray, root: FloatArray) -> float:
    """Squared distance of a state (6,) from a mean (6,) under a covariance with lower Cholesky factor (6, 6)."""
    w = np.empty(6)
    total = 0.0
    for a in range(6):
        value = x[a] - mean[a]
        for b in range(a):
            value -= root[a, b] * w[b]
        w[a] = value / root[a, a]
        total += w[a] * w[a]
    return total


@njit(cache=True, error_model="numpy")
def condense(
    mean: FloatArray,
    covariance: FloatArray,
    weight: FloatArray,
    first: IntArray,
    near2: float,
    most: int,
) -> tuple[FloatArray, FloatArray, FloatArray, IntArray]:
    """Fewer components: near ones merged into the heaviest, at most so many kept of each track, weights summing to one.

    Components within a squared distance `near2` of the heaviest under its covariance are merged (Salmond, 1990).
    """
    n, c = first.shape[0] - 1, weight.shape[0]
    out_mean, out_covariance, out_weight = np.empty((c, 6)), np.empty((c, 6, 6)), np.empty(c)
    out_first = np.empty(n + 1, np.int64)
    out_first[0] = 0
    count = 0
    open_ = np.ones(c, np.bool_)
    for i in range(n):
        a0, a1 = first[i], first[i + 1]
        start = count
        if a1 == a0 + 1:
            out_mean[count], out_covariance[count], out_weight[count] = mean[a0], covariance[a0], 1.0
            count += 1
            out_first[i + 1] = count
            continue
        while count - start < most:
            heavy = -1
            for k in range(a0, a1):
                if open_[k] and (heavy < 0 or weight[k] > weight[heavy]):
                    heavy = k
            if heavy < 0:
                break
            root = np.linalg.cholesky(covariance[heavy])
            total = 0.0
            m = np.zeros(6)
            p = np.zeros((6, 6))
            for k in range(a0, a1):
                if open_[k] and (k == heavy or _mahalanobis2(mean[k], mean[heavy], root) < near2):
                    open_[k] = False
                    total += weight[k]
                    for a in range(6):
                        e = mean[k, a] - mean[heavy, a]
                        m[a] += weight[k] * e
                        for b in range(6):
                            p[a, b] += weight[k] * (covariance[k, a, b] + e * (mean[k, b] - mean[heavy, b]))
            for a in range(6):
                out_mean[count, a] = mean[heavy, a] + m[a] / total
                for b in range(6):
                    out_covariance[count, a, b] = p[a, b] / total - m[a] * m[b] / (total * total)
            out_weight[count] = total
            count += 1
        kept = 0.0
        for k in range(start, count):
            kept += out_weight[k]
        for k in range(start, count):
            out_weight[k] /= kept
        out_first[i + 1] = count
    return out_mean[:count].copy(), out_covariance[:count].copy(), out_weight[:count].copy(), out_first


@njit(cache=True, error_model="numpy")
def grow(
    first: IntArray,
    unseen: FloatArray,
    component: IntArray,
    detection: IntArray,
    share: FloatArray,
    floor: float,
) -> tuple[IntArray, IntArray, FloatArray, IntArray]:
    """Children of components: one without a detection, weighing `unseen` (c,), and one for each pair, weighing `share`.

    Children lighter than `floor` are left out, but never the heaviest of a track.

    Returns
    -------
    Parent and detection (-1 for none) of each child, its weight, and where each track's children begin (n + 1,).
    """
    n, c, k = first.shape[0] - 1, unseen.shape[0], component.shape[0]
    parent, given, weight = np.empty(c + k, np.int64), np.empty(c + k, np.int64), np.empty(c + k)
    begin = np.empty(n + 1, np.int64)
    begin[0] = 0
    count, p = 0, 0
    for i in range(n):
        best, best_parent, best_detection = -1.0, first[i], -1
        for a in range(first[i], first[i + 1]):
            if unseen[a] > best:
                best, best_parent, best_detection = unseen[a], a, -1
            if unseen[a] > floor:
                parent[count], given[count], weight[count] = a, -1, unseen[a]
                count += 1
            while p < k and component[p] == a:
                if share[p] > best:
                    best, best_parent, best_detection = share[p], a, detection[p]
                if share[p] > floor:
                    parent[count], given[count], weight[count] = a, detection[p], share[p]
                    count += 1
                p += 1
        if count == begin[i]:
            parent[count], given[count], weight[count] = best_parent, best_detection, 1.0
            count += 1
        begin[i + 1] = count
    return parent[:count].copy(), given[:count].copy(), weight[:count].copy(), begin


@njit(cache=True, error_model="numpy")
def moments(
    mean: FloatArray, covariance: FloatArray, weight: FloatArray, first: IntArray
) -> tuple[FloatArray, FloatArray]:
    """Mean (n, 6) and covariance (n, 6, 6) of each track's mixture."""
    n = first.shape[0] - 1
    centre, spread = np.zeros((n, 6)), np.zeros((n, 6, 6))
    for i in range(n):
        for k in range(first[i], first[i + 1]):
            for a in range(6):
                centre[i, a] += weight[k] * mean[k, a]
        for k in range(first[i], first[i + 1]):
            for a in range(6):
                e = mean[k, a] - centre[i, a]
                for b in range(6):
                    spread[i, a, b] += weight[k] * (covariance[k, a, b] + e * (mean[k, b] - centre[i, b]))
    return centre, spread
