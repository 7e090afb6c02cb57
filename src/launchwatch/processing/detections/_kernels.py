"""Kernels of known objects: where plots are, which objects may be in a radar's field, which of them fit a plot.

Twins are in the tests.
"""

from __future__ import annotations

import math

import numpy as np

from launchwatch.core.arrays import FloatArray, IntArray
from launchwatch.core.frames import OMEGA_EARTH
from launchwatch.core.jit import njit

NEAR_M = 320e3  # no object moves farther from the nearer of two nodes a minute apart


@njit(cache=True, error_model="numpy")
def plots_in_space(
    angles: FloatArray, distance: FloatArray, sigma: FloatArray, bias: FloatArray, site: FloatArray, axes: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Positions (p, 3) ITRF m, unit vectors (p, 3, 3), noise (p, 3) and noise with bias (p, 3) m of plots.

    Unit vectors and errors are along azimuth, elevation and range. `angles` (4, p) are azimuth, elevation and their
    errors, rad, `distance` and its error `sigma` (p,) m, `bias` (3,) the errors of the site, rad, rad and m; the site
    is at `site` (3,) ITRF m with east, north, up in the rows of `axes`.
    """
    n = distance.shape[0]
    position, sight = np.empty((n, 3)), np.empty((n, 3, 3))
    noise, both = np.empty((n, 3)), np.empty((n, 3))
    local, arm = np.empty((3, 3)), np.empty(3)
    for p in range(n):
        sin_az, cos_az = math.sin(angles[0, p]), math.cos(angles[0, p])
        sin_el, cos_el = math.sin(angles[1, p]), math.cos(angles[1, p])
        local[0, 0], local[0, 1], local[0, 2] = cos_az, -sin_az, 0.0
        local[1, 0], local[1, 1], local[1, 2] = -sin_az * sin_el, -cos_az * sin_el, cos_el
        local[2, 0], local[2, 1], local[2, 2] = sin_az * cos_el, cos_az * cos_el, sin_el
        arm[0], arm[1], arm[2] = distance[p] * cos_el, distance[p], 1.0
        for a in range(3):
            for c in range(3):
                sight[p, a, c] = local[a, 0] * axes[0, c] + local[a, 1] * axes[1, c] + local[a, 2] * axes[2, c]
            noise[p, a] = arm[a] * (angles[2 + a, p] if a < 2 else sigma[p])
            both[p, a] = math.hypot(noise[p, a], arm[a] * bias[a])
        for c in range(3):
            position[p, c] = site[c] + distance[p] * sight[p, 2, c]
    return position, sight, noise, both


@njit(cache=True, error_model="numpy")
def rows_near(
    position: FloatArray, node: int, site: FloatArray, up: FloatArray, lowest: float, most: float
) -> IntArray:
    """Objects (k,) that are within a range `most` and above the sine `lowest` of an elevation between two nodes."""
    found = np.empty(position.shape[0], np.int64)
    count = 0
    for i in range(position.shape[0]):
        near = False
        for end in range(2):
            r2, height = 0.0, 0.0
            for c in range(3):
                d = position[i, node + end, c] - site[c]
                r2 += d * d
                height += up[c] * d
            r = math.sqrt(r2)
            if r <= most + NEAR_M and height >= lowest * r - 2.0 * NEAR_M:
                near = True
        if near:
            found[count] = i
            count += 1
    return found[:count].copy()


@njit(cache=True, error_model="numpy")
def fitting_pairs(
    position: FloatArray,
    velocity: FloatArray,
    node: int,
    u: float,
    node_s: float,
    rows: IntArray,
    sigma: FloatArray,
    site: FloatArray,
    plot: FloatArray,
    distance: FloatArray,
    sight: FloatArray,
    noise: FloatArray,
    widening: FloatArray,
    gate2: float,
) -> tuple[IntArray, IntArray, FloatArray, FloatArray]:
    """Plot, row of the object, squared distances (k, 2) and difference ITRF m (k, 3) of each pair in a wide gate.

    Objects `rows` (m,) are at part `u` of the way between two nodes; `sigma` (m, 3) are the errors of their
    predictions, radial, along and across, m. The first distance is by these `widening` (3,) times, which the gate is
    for, the second by these as they are. Plots are ordered by `distance` (p,) from the site: `plot` (p, 3) ITRF,
    `sight` (p, 3, 3) unit vectors along azimuth, elevation and range, `noise` (p, 3) the errors along these, m.
    """
    capacity = 4 * plot.shape[0] + 16
    pair, squared, off = np.empty((capacity, 2), np.int64), np.empty((capacity, 2)), np.empty((capacity, 3))
    count = 0
    widest = 0.0
    for p in range(plot.shape[0]):
        widest = max(widest, noise[p, 2])
    where, speed, d = np.empty(3), np.empty(3), np.empty(3)
    axes, spread, unit = np.empty((3, 3)), np.empty((3, 3)), np.ones(3)
    for k in range(rows.shape[0]):
        i = rows[k]
        r2 = 0.0
        for c in range(3):
            p0, d0 = position[i, node, c], node_s * velocity[i, node, c]
            chord, d1 = position[i, node + 1, c] - p0, node_s * velocity[i, node + 1, c]
            second, third = 3.0 * chord - 2.0 * d0 - d1, d0 + d1 - 2.0 * chord
            where[c] = p0 + u * (d0 + u * (second + u * third))
            speed[c] = (d0 + u * (2.0 * second + 3.0 * u * third)) / node_s
            r2 += (where[c] - site[c]) ** 2
        r = math.sqrt(r2)
        square = 0.0
        for c in range(3):
            square += (widening[c] * sigma[k, c]) ** 2
        reach = math.sqrt(gate2 * (widest * widest + square))
        first = np.searchsorted(distance, r - reach)
        if first == plot.shape[0] or not distance[first] <= r + reach:
            continue
        speed[0] -= OMEGA_EARTH * where[1]
        speed[1] += OMEGA_EARTH * where[0]
        _orbit_axes(where, speed, axes)
        for p in range(first, plot.shape[0]):
            if distance[p] > r + reach:
                break
            far = False
            for a in range(3):
                d[a] = 0.0
                for c in range(3):
                    d[a] += sight[p, a, c] * (plot[p, c] - where[c])
                far = far or d[a] * d[a] > (reach / math.sqrt(gate2) + noise[p, a]) ** 2 * gate2
            if far:
                continue
            _spread(sigma[k], widening, axes, sight[p], noise[p], spread)
            value = _distance2(d, spread)
            if not value < gate2:
                continue
            _spread(sigma[k], unit, axes, sight[p], noise[p], spread)
            if count == capacity:
                capacity *= 2
                longer_pair, longer_squared = np.empty((capacity, 2), np.int64), np.empty((capacity, 2))
                longer_off = np.empty((capacity, 3))
                longer_pair[:count], longer_squared[:count], longer_off[:count] = pair, squared, off
                pair, squared, off = longer_pair, longer_squared, longer_off
            pair[count, 0], pair[count, 1] = p, i
            squared[count, 0], squared[count, 1] = value, _distance2(d, spread)
            for c in range(3):
                off[count, c] = plot[p, c] - where[c]
            count += 1
    return pair[:count, 0].copy(), pair[:count, 1].copy(), squared[:count].copy(), off[:count].copy()


@njit(cache=True, error_model="numpy")
def _spread(
    sigma: FloatArray, times: FloatArray, axes: FloatArray, sight: FloatArray, noise: FloatArray, out: FloatArray
) -> None:
    """Covariance (3, 3) along azimuth, elevation, range: of a plot and `times` the errors of a prediction, in place."""
    for a in range(3):
        for b in range(3):
            out[a, b] = noise[a] ** 2 if a == b else 0.0
    for e in range(3):
        variance = (times[e] * sigma[e]) ** 2
        for a in range(3):
            la = axes[e, 0] * sight[a, 0] + axes[e, 1] * sight[a, 1] + axes[e, 2] * sight[a, 2]
            for b in range(3):
                lb = axes[e, 0] * sight[b, 0] + axes[e, 1] * sight[b, 1] + axes[e, 2] * sight[b, 2]
                out[a, b] += variance * la * lb


@njit(cache=True, error_model="numpy")
def _orbit_axes(position: FloatArray, velocity: FloatArray, axes: FloatArray) -> None:
    """Rows radial, along the inertial motion and across it, in place."""
    r = math.sqrt(position[0] ** 2 + position[1] ** 2 + position[2] ** 2)
    for c in range(3):
        axes[0, c] = position[c] / r
    axes[2, 0] = position[1] * velocity[2] - position[2] * velocity[1]
    axes[2, 1] = position[2] * velocity[0] - position[0] * velocity[2]
    axes[2, 2] = position[0] * velocity[1] - position[1] * velocity[0]
    size = math.sqrt(axes[2, 0] ** 2 + axes[2, 1] ** 2 + axes[2, 2] ** 2)
    for c in range(3):
        axes[2, c] /= size
    axes[1, 0] = axes[2, 1] * axes[0, 2] - axes[2, 2] * axes[0, 1]
    axes[1, 1] = axes[2, 2] * axes[0, 0] - axes[2, 0] * axes[0, 2]
    axes[1, 2] = axes[2, 0] * axes[0, 1] - axes[2, 1] * axes[0, 0]


@njit(cache=True, error_model="numpy")
def _distance2(d: FloatArray, spread: FloatArray) -> float:
    """Squared Mahalanobis distance (3) by Cholesky factors."""
    l00 = math.sqrt(spread[0, 0])
    l10, l20 = spread[1, 0] / l00, spread[2, 0] / l00
    l11 = math.sqrt(spread[1, 1] - l10 * l10)
    l21 = (spread[2, 1] - l20 * l10) / l11
    l22 = math.sqrt(spread[2, 2] - l20 * l20 - l21 * l21)
    w0 = d[0] / l00
    w1 = (d[1] - l10 * w0) / l11
    w2 = (d[2] - l20 * w0 - l21 * w1) / l22
    return float(w0 * w0 + w1 * w1 + w2 * w2)
