"""Kernels of association and of the bank: candidate pairs, clusters, batched extended Kalman filter.

States are (x, y, z, vx, vy, vz), m and m/s. Measurements are (azimuth, elevation) or (azimuth, elevation, range), rad
and m, by the rows of `axes`: azimuth from the second axis towards the first, elevation towards the third. Arrays in,
arrays out.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from launchwatch.core.arrays import FloatArray, IntArray
from launchwatch.core.jit import njit
from launchwatch.physics._kernels import gravity_j2
from launchwatch.physics.gravity import MU

LONGEST_STEP_S = 10.0  # a Runge-Kutta step of this length errs by millimetres in free flight


@njit(cache=True, error_model="numpy")
def _wrap(angle: float) -> float:
    """The angle within half a turn, rad."""
    return angle - 2.0 * math.pi * math.floor(angle / (2.0 * math.pi) + 0.5)


@njit(cache=True, error_model="numpy")
def _distance2(innovation: FloatArray, spread: FloatArray, variance: FloatArray) -> float:
    """Squared Mahalanobis distance of an innovation (2 or 3,), by Cholesky factors."""
    l00 = math.sqrt(spread[0, 0] + variance[0])
    l10 = spread[1, 0] / l00
    l11 = math.sqrt(spread[1, 1] + variance[1] - l10 * l10)
    w0 = innovation[0] / l00
    w1 = (innovation[1] - l10 * w0) / l11
    total: float = w0 * w0 + w1 * w1
    if innovation.shape[0] == 3:
        l20 = spread[2, 0] / l00
        l21 = (spread[2, 1] - l20 * l10) / l11
        l22 = math.sqrt(spread[2, 2] + variance[2] - l20 * l20 - l21 * l21)
        w2 = (innovation[2] - l20 * w0 - l21 * w1) / l22
        total += w2 * w2
    return total


@njit(cache=True, error_model="numpy")
def gate_pairs(
    predicted: FloatArray, spread: FloatArray, measured: FloatArray, variance: FloatArray, gate2: float
) -> tuple[IntArray, IntArray, FloatArray]:
    """Candidate pairs (k,), (k,) and their squared Mahalanobis distances (k,) below `gate2`; swept over elevation."""
    n, m, d = predicted.shape[0], measured.shape[0], predicted.shape[1]
    order = np.argsort(measured[:, 1])
    elevation = measured[order, 1]
    widest = np.zeros(d)
    for j in range(m):
        for k in range(d):
            widest[k] = max(widest[k], variance[j, k])
    capacity = 4 * n + 64
    track, detection, distance2 = np.empty(capacity, np.int64), np.empty(capacity, np.int64), np.empty(capacity)
    count = 0
    reach, innovation = np.empty(d), np.empty(d)
    for i in range(n):
        for k in range(d):
            reach[k] = math.sqrt(gate2 * (spread[i, k, k] + widest[k]))
        first = np.searchsorted(elevation, predicted[i, 1] - reach[1])
        for s in range(first, m):
            if elevation[s] > predicted[i, 1] + reach[1]:
                break
            j = order[s]
            innovation[0] = _wrap(measured[j, 0] - predicted[i, 0])
            if abs(innovation[0]) > reach[0]:
                continue
            innovation[1] = measured[j, 1] - predicted[i, 1]
            if d == 3:
                innovation[2] = measured[j, 2] - predicted[i, 2]
                if abs(innovation[2]) > reach[2]:
                    continue
            squared = _distance2(innovation, spread[i], variance[j])
            if squared < gate2:
                if count == capacity:
                    capacity *= 2
                    longer_track, longer_detection = np.empty(capacity, np.int64), np.empty(capacity, np.int64)
                    longer_distance2 = np.empty(capacity)
                    longer_track[:count], longer_detection[:count] = track, detection
                    longer_distance2[:count] = distance2
                    track, detection, distance2 = longer_track, longer_detection, longer_distance2
                track[count], detection[count], distance2[count] = i, j, squared
                count += 1
    return track[:count].copy(), detection[:count].copy(), distance2[:count].copy()


@njit(cache=True, error_model="numpy")
def _root(parent: IntArray, node: int) -> int:
    """Root of a node, with the path to it halved on the way."""
    while parent[node] != node:
        parent[node] = parent[parent[node]]
        node = parent[node]
    return node


@njit(cache=True, error_model="numpy")
def labels(track: IntArray, detection: IntArray, tracks: int, detections: int) -> IntArray:
    """Cluster (tracks + detections,) of each track, then of each detection, numbered in that order from zero."""
    parent = np.arange(tracks + detections)
    for p in range(track.shape[0]):
        a, b = _root(parent, track[p]), _root(parent, tracks + detection[p])
        parent[max(a, b)] = min(a, b)
    label = np.empty(tracks + detections, np.int64)
    count = 0
    for node in range(tracks + detections):
        if parent[node] == node:
            label[node] = count
            count += 1
        else:
            label[node] = label[_root(parent, node)]
    return label


@njit(cache=True, error_model="numpy")
def crowds(
    owner: IntArray,
    component: IntArray,
    detection: IntArray,
    member: NDArray[np.bool_],
    detections: int,
    limit: float,
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which tracks (n,) are in a crowd, and which of them in a dense one.

    A cluster is dense when it has more than `limit` candidate pairs for each component of its tracks. It is a crowd
    also when one of its tracks is a `member` (n,), or has more than one component. `owner` is each component's track.
    """
    tracks = member.shape[0]
    parent = np.arange(tracks + detections)
    for p in range(component.shape[0]):
        a, b = _root(parent, owner[component[p]]), _root(parent, tracks + detection[p])
        parent[max(a, b)] = min(a, b)
    excess, crowded = np.zeros(tracks + detections), np.zeros(tracks + detections, np.bool_)
    for p in range(component.shape[0]):
        excess[_root(parent, owner[component[p]])] += 1.0
    for c in range(owner.shape[0]):
        root = _root(parent, owner[c])
        excess[root] -= limit
        crowded[root] |= member[owner[c]] or (c > 0 and owner[c] == owner[c - 1])
    crowd, dense = np.empty(tracks, np.bool_), np.empty(tracks, np.bool_)
    for i in range(tracks):
        root = _root(parent, i)
        dense[i] = excess[root] > 0.0
        crowd[i] = crowded[root] or dense[i]
    return crowd, dense


@njit(cache=True, error_model="numpy")
def settle(
    track: IntArray, detection: IntArray, cost: FloatArray, miss: float, tracks: int, detections: int
) -> tuple[IntArray, NDArray[np.bool_]]:
    """Each track's nearest detection (tracks,), -1 without, and whether its cluster is contested (tracks,).

    A cluster is contested when two of its tracks want the same detection; elsewhere the nearest ones are the optimum.
    """
    parent = np.arange(tracks + detections)
    choice, least = np.full(tracks, -1), np.full(tracks, miss)
    for p in range(track.shape[0]):
        if cost[p] < miss:
            a, b = _root(parent, track[p]), _root(parent, tracks + detection[p])
            parent[max(a, b)] = min(a, b)
            if cost[p] < least[track[p]]:
                least[track[p]], choice[track[p]] = cost[p], detection[p]
    taken = np.zeros(detections, np.bool_)
    disputed = np.zeros(tracks + detections, np.bool_)
    for i in range(tracks):
        if choice[i] >= 0:
            if taken[choice[i]]:
                disputed[_root(parent, i)] = True
            taken[choice[i]] = True
    contested = np.empty(tracks, np.bool_)
    for i in range(tracks):
        contested[i] = disputed[_root(parent, i)]
    return choice, contested


@njit(cache=True, error_model="numpy")
def _acceleration(state: FloatArray, omega: float, j2: bool, out: FloatArray) -> None:
    """Acceleration (3,) of free flight in a frame that turns at `omega` about z."""
    x, y, z = state[0], state[1], state[2]
    if j2:
        out[0], out[1], out[2] = gravity_j2(x, y, z)
    else:
        r2 = x * x + y * y + z * z
        central = -MU / (r2 * math.sqrt(r2))
        out[0], out[1], out[2] = central * x, central * y, central * z
    out[0] += 2.0 * omega * state[4] + omega * omega * x
    out[1] += -2.0 * omega * state[3] + omega * omega * y


@njit(cache=True, error_model="numpy")
def _fly(state: FloatArray, h: float, omega: float, j2: bool, work: FloatArray) -> None:
    """One Runge-Kutta step of `h` seconds, in place; `work` (5, 3) keeps four accelerations and the middle position."""
    probe = np.empty(6)
    _acceleration(state, omega, j2, work[0])
    for k in range(3):
        probe[k] = state[k] + 0.5 * h * state[3 + k]
        probe[3 + k] = state[3 + k] + 0.5 * h * work[0, k]
    _acceleration(probe, omega, j2, work[1])
    for k in range(3):
        probe[k] += 0.25 * h * h * work[0, k]
        work[4, k] = probe[k]
        probe[3 + k] = state[3 + k] + 0.5 * h * work[1, k]
    _acceleration(probe, omega, j2, work[2])
    for k in range(3):
        probe[k] = state[k] + h * state[3 + k] + 0.5 * h * h * work[1, k]
        probe[3 + k] = state[3 + k] + h * work[2, k]
    _acceleration(probe, omega, j2, work[3])
    for k in range(3):
        state[k] += h * state[3 + k] + h * h / 6.0 * (work[0, k] + work[1, k] + work[2, k])
        state[3 + k] += h / 6.0 * (work[0, k] + 2.0 * work[1, k] + 2.0 * work[2, k] + work[3, k])


@njit(cache=True, error_model="numpy")
def _transition(middle: FloatArray, h: float, omega: float, slope: FloatArray, phi: FloatArray) -> None:
    """Transition matrix (6, 6) of a step: series to third order at its middle, by the gradient of the central term."""
    x, y, z = middle[0], middle[1], middle[2]
    r2 = x * x + y * y + z * z
    m3 = MU / (r2 * math.sqrt(r2))
    m5 = 3.0 * m3 / r2
    for a in range(3):
        for b in range(3):
            slope[a, b] = m5 * middle[a] * middle[b]
            slope[a, 3 + b] = 0.0
        slope[a, a] -= m3
    slope[0, 0] += omega * omega
    slope[1, 1] += omega * omega
    slope[0, 4] = 2.0 * omega
    slope[1, 3] = -2.0 * omega
    series, turned = np.eye(6), np.empty((6, 6))
    for order in range(3, 0, -1):
        for b in range(6):
            for a in range(3):
                turned[a, b] = series[3 + a, b]
                total = 0.0
                for c in range(6):
                    total += slope[a, c] * series[c, b]
                turned[3 + a, b] = total
        for a in range(6):
            for b in range(6):
                series[a, b] = h / order * turned[a, b]
            series[a, a] += 1.0
    phi[:] = series


@njit(cache=True, error_model="numpy")
def predict(
    mean: FloatArray, covariance: FloatArray, dt: float, omega: float, j2: bool, noise: float
) -> tuple[FloatArray, FloatArray]:
    """States (n, 6) and covariances (n, 6, 6) after `dt` seconds of free flight under white acceleration.

    Parameters
    ----------
    omega : rate of the frame, rad/s; j2 : whether gravity has its J2 term.
    noise : spectral density of the acceleration on each axis, m^2/s^3.
    """
    n = mean.shape[0]
    new_mean, new_covariance = mean.copy(), covariance.copy()
    steps = math.ceil(dt / LONGEST_STEP_S)
    h = dt / max(steps, 1)
    phi, slope, work, turned = np.empty((6, 6)), np.empty((3, 6)), np.empty((5, 3)), np.empty((6, 6))
    for i in range(n):
        p = new_covariance[i]
        for _ in range(steps):
            _fly(new_mean[i], h, omega, j2, work)
            _transition(work[4], h, omega, slope, phi)
            for a in range(6):
                for b in range(6):
                    total = 0.0
                    for c in range(6):
                        total += phi[a, c] * p[c, b]
                    turned[a, b] = total
            for a in range(6):
                for b in range(a, 6):
                    total = 0.0
                    for c in range(6):
                        total += turned[a, c] * phi[b, c]
                    p[a, b] = total
                    p[b, a] = total
            for k in range(3):
                p[k, k] += noise * h * h * h / 3.0
                p[k, 3 + k] += noise * h * h / 2.0
                p[3 + k, k] += noise * h * h / 2.0
                p[3 + k, 3 + k] += noise * h
    return new_mean, new_covariance


@njit(cache=True, error_model="numpy")
def project(
    mean: FloatArray, covariance: FloatArray, sensor: FloatArray, axes: FloatArray, d: int
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Predicted measurements (n, d), their gradients (n, d, 3) by position, and their covariances (n, d, d)."""
    n = mean.shape[0]
    predicted, gradient, spread = np.empty((n, d)), np.empty((n, d, 3)), np.empty((n, d, d))
    local, rows = np.empty(3), np.empty((3, 3))
    for i in range(n):
        for a in range(3):
            local[a] = 0.0
            for b in range(3):
                local[a] += axes[a, b] * (mean[i, b] - sensor[b])
        east, north, up = local[0], local[1], local[2]
        flat2 = east * east + north * north
        flat = math.sqrt(flat2)
        range2 = flat2 + up * up
        distance = math.sqrt(range2)
        predicted[i, 0] = math.atan2(east, north)
        predicted[i, 1] = math.atan2(up, flat)
        rows[0, 0], rows[0, 1], rows[0, 2] = north / flat2, -east / flat2, 0.0
        rows[1, 0], rows[1, 1], rows[1, 2] = -east * up / (flat * range2), -north * up / (flat * range2), flat / range2
        if d == 3:
            predicted[i, 2] = distance
            rows[2, 0], rows[2, 1], rows[2, 2] = east / distance, north / distance, up / distance
        for k in range(d):
            for b in range(3):
                gradient[i, k, b] = rows[k, 0] * axes[0, b] + rows[k, 1] * axes[1, b] + rows[k, 2] * axes[2, b]
        for k in range(d):
            for b in range(3):
                local[b] = 0.0
                for a in range(3):
                    local[b] += gradient[i, k, a] * covariance[i, a, b]
            for q in range(k, d):
                total = local[0] * gradient[i, q, 0] + local[1] * gradient[i, q, 1] + local[2] * gradient[i, q, 2]
                spread[i, k, q] = total
                spread[i, q, k] = total
    return predicted, gradient, spread


@njit(cache=True, error_model="numpy")
def update(
    mean: FloatArray,
    covariance: FloatArray,
    predicted: FloatArray,
    gradient: FloatArray,
    track: IntArray,
    detection: IntArray,
    measured: FloatArray,
    variance: FloatArray,
) -> None:
    """Extended Kalman update, in place, of the tracks in pairs (k,), (k,) with their detections.

    The errors of one detection are independent, so its components enter one after the other as scalars.
    """
    d = predicted.shape[1]
    moved, towards = np.empty(6), np.empty(6)
    for pair in range(track.shape[0]):
        i, j = track[pair], detection[pair]
        p = covariance[i]
        moved[:] = 0.0
        for k in range(d):
            g0, g1, g2 = gradient[i, k, 0], gradient[i, k, 1], gradient[i, k, 2]
            residual = measured[j, k] - predicted[i, k]
            if k == 0:
                residual = _wrap(residual)
            residual -= g0 * moved[0] + g1 * moved[1] + g2 * moved[2]
            for a in range(6):
                towards[a] = p[a, 0] * g0 + p[a, 1] * g1 + p[a, 2] * g2
            scale = 1.0 / (g0 * towards[0] + g1 * towards[1] + g2 * towards[2] + variance[j, k])
            for a in range(6):
                moved[a] += scale * towards[a] * residual
                for b in range(a, 6):
                    p[a, b] -= scale * towards[a] * towards[b]
                    p[b, a] = p[a, b]
        for a in range(6):
            mean[i, a] += moved[a]


@njit(cache=True, error_model="numpy")
def place(
    measured: FloatArray, variance: FloatArray, sensor: FloatArray, axes: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Positions (m, 3) of plots (m, 3), and their covariances (m, 3, 3)."""
    m = measured.shape[0]
    position, spread = np.empty((m, 3)), np.empty((m, 3, 3))
    across, upward, outward = np.empty(3), np.empty(3), np.empty(3)
    for j in range(m):
        sa, ca = math.sin(measured[j, 0]), math.cos(measured[j, 0])
        se, ce = math.sin(measured[j, 1]), math.cos(measured[j, 1])
        distance = measured[j, 2]
        for b in range(3):
            across[b] = ca * axes[0, b] - sa * axes[1, b]
            upward[b] = -se * (sa * axes[0, b] + ca * axes[1, b]) + ce * axes[2, b]
            outward[b] = ce * (sa * axes[0, b] + ca * axes[1, b]) + se * axes[2, b]
            position[j, b] = sensor[b] + distance * outward[b]
        wide, high, deep = variance[j, 0] * (distance * ce) ** 2, variance[j, 1] * distance * distance, variance[j, 2]
        for a in range(3):
            for b in range(3):
                spread[j, a, b] = (
                    wide * across[a] * across[b] + high * upward[a] * upward[b] + deep * outward[a] * outward[b]
                )
    return position, spread
