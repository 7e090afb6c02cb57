"""Kernels of flight through air without thrust: drag, and lift in two directions, each per dynamic pressure.

A state is (x, y, z, vx, vy, vz, log drag, lift up, lift right): ITRF, m and m/s; the logarithm of the drag area over
mass in m^2/kg, and lift areas over mass in m^2/kg, in the vertical plane of the path and to its right.
"""

from __future__ import annotations

import math

import numpy as np

from launchwatch.core.arrays import FloatArray
from launchwatch.core.jit import njit
from launchwatch.physics._kernels import air, gravity_j2, height

SIZE = 9
AIR_TOP_M = 130e3
HIGH_STEP_S, LOW_STEP_S, LOW_STEP_M = 10.0, 1.0, 2000.0  # the last is a third of a scale height
BEND = np.array([50.0, 50.0, 50.0, 0.5, 0.5, 0.5, 0.01, 1e-6, 1e-6])  # half the central differences


@njit(cache=True, error_model="numpy")
def rates(y: FloatArray, omega: float, table: FloatArray, edges: FloatArray, out: FloatArray) -> float:
    """Derivative (6,) of position and velocity of a state (9,) into `out`; returns its height above the ellipsoid."""
    x, yy, z = y[0], y[1], y[2]
    vx, vy, vz = y[3], y[4], y[5]
    gx, gy, gz = gravity_j2(x, yy, z)
    ax = gx + 2.0 * omega * vy + omega * omega * x
    ay = gy - 2.0 * omega * vx + omega * omega * yy
    az = gz
    h = height(x, yy, z)
    if h < AIR_TOP_M:
        rho, _, _ = air(max(h, 0.0), table, edges)
        speed = math.sqrt(vx * vx + vy * vy + vz * vz) + 1e-9
        r = math.sqrt(x * x + yy * yy + z * z)
        half = 0.5 * rho * speed
        d = -half * math.exp(min(y[6], 10.0))
        ax += d * vx
        ay += d * vy
        az += d * vz
        climb = (x * vx + yy * vy + z * vz) / (r * speed)
        nx, ny, nz = x / r - climb * vx / speed, yy / r - climb * vy / speed, z / r - climb * vz / speed
        norm = math.sqrt(nx * nx + ny * ny + nz * nz)
        if norm > 1e-6:
            up, right = half * speed * y[7] / norm, half * y[8] / norm
            ax += up * nx + right * (vy * nz - vz * ny)
            ay += up * ny + right * (vz * nx - vx * nz)
            az += up * nz + right * (vx * ny - vy * nx)
    out[0], out[1], out[2], out[3], out[4], out[5] = vx, vy, vz, ax, ay, az
    return h


@njit(cache=True, error_model="numpy")
def _step(
    y: FloatArray, h: float, omega: float, table: FloatArray, edges: FloatArray, work: FloatArray, end: FloatArray
) -> None:
    """One Runge-Kutta step of `h` seconds from `y`, whose rates are in `work[0]`, into `end`; `work` is (5, 9)."""
    for k in range(3):
        part = h if k == 2 else 0.5 * h
        work[4, 6:] = y[6:]
        for j in range(6):
            work[4, j] = y[j] + part * work[k, j]
        rates(work[4], omega, table, edges, work[k + 1])
    end[6:] = y[6:]
    for j in range(6):
        end[j] = y[j] + h / 6.0 * (work[0, j] + 2.0 * work[1, j] + 2.0 * work[2, j] + work[3, j])


@njit(cache=True, error_model="numpy")
def _reach(y: FloatArray, level: float) -> float:
    """Longest step from a state at a height, s."""
    if level > AIR_TOP_M + 100e3:
        return HIGH_STEP_S
    return min(LOW_STEP_S, LOW_STEP_M / (math.sqrt(y[3] * y[3] + y[4] * y[4] + y[5] * y[5]) + 1.0))


@njit(cache=True, error_model="numpy")
def advance(y0: FloatArray, dt: float, omega: float, table: FloatArray, edges: FloatArray) -> FloatArray:
    """State (9,) after `dt` seconds of either sign."""
    y, end, work = y0.copy(), np.empty(SIZE), np.zeros((5, SIZE))
    left = abs(dt)
    while left > 1e-9:
        level = rates(y, omega, table, edges, work[0])
        h = min(left, _reach(y, level))
        _step(y, math.copysign(h, dt), omega, table, edges, work, end)
        y[:] = end
        left -= h
    return y


@njit(cache=True, error_model="numpy")
def descend(
    mean: FloatArray,
    covariance: FloatArray,
    dt: float,
    noise: FloatArray,
    omega: float,
    table: FloatArray,
    edges: FloatArray,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Mean (n,) and covariance (n, n) after `dt` seconds, of which the first 9 move, and the transition (9, 9).

    Parameters
    ----------
    noise : (4,) spectral densities of acceleration m^2/s^3, log drag 1/s, lift up and right (m^2/kg)^2/s.

    The transition of a step is that of its middle, to third order; random walks of drag and lift push velocity and
    position through the accelerations they cause there.
    """
    n = mean.shape[0]
    out_mean, p = mean.copy(), covariance.copy()
    y, end, work = mean[:SIZE].copy(), np.empty(SIZE), np.zeros((5, SIZE))
    probe, ahead, behind = np.empty(SIZE), np.empty(SIZE), np.empty(SIZE)
    a, total = np.zeros((SIZE, SIZE)), np.eye(SIZE)
    left = abs(dt)
    while left > 1e-9:
        level = rates(y, omega, table, edges, work[0])
        s = min(left, _reach(y, level))
        h = math.copysign(s, dt)
        _step(y, h, omega, table, edges, work, end)
        for j in range(SIZE):
            for i in range(SIZE):
                probe[i] = 0.5 * (y[i] + end[i])
            probe[j] += BEND[j]
            rates(probe, omega, table, edges, ahead)
            probe[j] -= 2.0 * BEND[j]
            rates(probe, omega, table, edges, behind)
            for i in range(6):
                a[i, j] = (ahead[i] - behind[i]) / (2.0 * BEND[j])
        ah = a * h
        ah2 = ah @ ah
        phi = np.eye(SIZE) + ah + 0.5 * ah2 + (ah2 @ ah) / 6.0
        top = phi @ p[:SIZE]
        p[:SIZE] = top
        p[:, :SIZE] = p[:, :SIZE].copy() @ phi.T
        total = phi @ total
        for i in range(3):
            p[i, i] += noise[0] * s**3 / 3.0
            p[3 + i, 3 + i] += noise[0] * s
            p[i, 3 + i] += noise[0] * s * h / 2.0
            p[3 + i, i] += noise[0] * s * h / 2.0
        for c in range(3):
            q = noise[1 + c]
            k = 6 + c
            p[k, k] += q * s
            for i in range(3):
                gi = a[3 + i, k]
                p[3 + i, k] += q * gi * s * h / 2.0
                p[k, 3 + i] += q * gi * s * h / 2.0
                p[i, k] += q * gi * s**3 / 6.0
                p[k, i] += q * gi * s**3 / 6.0
                for j in range(3):
                    gg = q * gi * a[3 + j, k]
                    p[3 + i, 3 + j] += gg * s**3 / 3.0
                    p[i, 3 + j] += gg * s**3 * h / 8.0
                    p[3 + j, i] += gg * s**3 * h / 8.0
                    p[i, j] += gg * s**5 / 20.0
        y[:] = end
        left -= s
    out_mean[:SIZE] = y
    for i in range(n):
        for j in range(i):
            p[i, j] = p[j, i] = 0.5 * (p[i, j] + p[j, i])
    return out_mean, p, total


@njit(cache=True, error_model="numpy")
def land(
    y0: FloatArray, omega: float, max_s: float, table: FloatArray, edges: FloatArray
) -> tuple[FloatArray, float]:
    """State (9,) at the ground with drag and lift as they are, and the seconds until then; -1 where beyond `max_s`."""
    y, end, work = y0.copy(), np.empty(SIZE), np.zeros((5, SIZE))
    t = 0.0
    level = rates(y, omega, table, edges, work[0])
    while t < max_s:
        h = _reach(y, level)
        _step(y, h, omega, table, edges, work, end)
        below = rates(end, omega, table, edges, work[1])
        if below <= 0.0:
            if below < level:
                s = min(max(level / (level - below), 0.0), 1.0)
                _step(y, h * s, omega, table, edges, work, end)
                return end, t + h * s
            return end, t + h
        y[:] = end
        work[0] = work[1]
        t += h
        level = below
    return y, -1.0
