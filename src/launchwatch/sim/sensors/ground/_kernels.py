"""Kernel of satellites that cross a radar's field; its NumPy twin is in the tests."""

from __future__ import annotations

import math

import numpy as np

from launchwatch.core.arrays import FloatArray, IntArray
from launchwatch.core.jit import njit

NEAR_M = 320e3  # no object moves farther from the nearer of two nodes a minute apart
_DEG = 180.0 / math.pi


@njit(cache=True, error_model="numpy")
def crossings(
    position: FloatArray,
    velocity: FloatArray,
    node_s: float,
    first_look_s: float,
    period_s: float,
    looks: int,
    site: FloatArray,
    axes: FloatArray,
    start_deg: FloatArray,
    width_deg: FloatArray,
    elevation_deg: tuple[float, float],
    range_m: tuple[float, float],
) -> tuple[IntArray, IntArray, IntArray]:
    """Object, first and last look (k,) of each unbroken stay in a field, ordered by object and look.

    `position`, `velocity` (n, nodes, 3) ITRF every `node_s` seconds; look j is `first_look_s + j period_s` after the
    first node. `axes` (3, 3) are the rows east, north, up of the site (3,). An object whose states are NaN is nowhere.
    """
    capacity = 1024
    found = np.empty((capacity, 3), np.int64)
    count = 0
    lowest = math.sin(elevation_deg[0] / _DEG)
    highest = math.sin(elevation_deg[1] / _DEG)
    local = np.empty(3)
    for i in range(position.shape[0]):
        last = -2
        for node in range(position.shape[1] - 1):
            near = False
            for end in range(2):
                r2, up = 0.0, 0.0
                for c in range(3):
                    d = position[i, node + end, c] - site[c]
                    r2 += d * d
                    up += axes[2, c] * d
                r = math.sqrt(r2)
                if r <= range_m[1] + NEAR_M and up >= lowest * r - 2.0 * NEAR_M:
                    near = True
            if not near:
                continue
            begin = max(math.ceil((node * node_s - first_look_s) / period_s - 1e-9), 0)
            end_look = min(math.ceil(((node + 1) * node_s - first_look_s) / period_s - 1e-9), looks)
            for look in range(begin, end_look):
                u = (first_look_s + look * period_s) / node_s - node
                for c in range(3):
                    p0, d0 = position[i, node, c], node_s * velocity[i, node, c]
                    chord, d1 = position[i, node + 1, c] - p0, node_s * velocity[i, node + 1, c]
                    second, third = 3.0 * chord - 2.0 * d0 - d1, d0 + d1 - 2.0 * chord
                    local[c] = p0 + u * (d0 + u * (second + u * third)) - site[c]
                east, north, up = 0.0, 0.0, 0.0
                for c in range(3):
                    east += axes[0, c] * local[c]
                    north += axes[1, c] * local[c]
                    up += axes[2, c] * local[c]
                r = math.sqrt(east * east + north * north + up * up)
                if not (range_m[0] <= r <= range_m[1] and lowest * r <= up <= highest * r):
                    continue
                azimuth = math.atan2(east, north) * _DEG
                inside = False
                for s in range(start_deg.shape[0]):
                    turn = azimuth - start_deg[s]
                    if turn - 360.0 * math.floor(turn / 360.0) <= width_deg[s]:
                        inside = True
                if not inside:
                    continue
                if look != last + 1 or last < 0:
                    if count == capacity:
                        capacity *= 2
                        longer = np.empty((capacity, 3), np.int64)
                        longer[:count] = found
                        found = longer
                    found[count, 0], found[count, 1] = i, look
                    count += 1
                found[count - 1, 2] = look
                last = look
    return found[:count, 0].copy(), found[:count, 1].copy(), found[:count, 2].copy()
