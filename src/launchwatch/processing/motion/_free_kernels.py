"""Kernels of the filters' motion models: free flight, what it keeps, and the fall to the ground.

All states are (x, y, z, vx, vy, vz) in ITRF, m and m/s; times in s. Arrays in, arrays out.
"""

from __future__ import annotations

import math

import numpy as np

from launchwatch.core.arrays import FloatArray
from launchwatch.core.jit import njit
from launchwatch.physics._kernels import EARTH, air, gravity_j2, height

KEPT, KEPT_TURN, KEPT_TURN_S = 1e-4, 2e-3, 1000.0  # of a low orbit: no orbit is turned by more than 2e-3 in so long
SLOPES_STEP_S, PULL_M = 20.0, 100.0  # of a transition; good to 1e-7, as its twin has it


@njit(cache=True, error_model="numpy")
def _fall(y: FloatArray, drag: float, omega: float, table: FloatArray, edges: FloatArray, out: FloatArray) -> float:
    """Derivative of a falling body; returns its height above the ellipsoid (radial, good to 40 m at 100 km)."""
    x, yy, z = y[0], y[1], y[2]
    vx, vy, vz = y[3], y[4], y[5]
    gx, gy, gz = gravity_j2(x, yy, z)
    ax = gx + 2.0 * omega * vy + omega * omega * x
    ay = gy - 2.0 * omega * vx + omega * omega * yy
    az = gz
    h = height(x, yy, z)
    if drag > 0.0 and h < 130e3:
        rho, _, _ = air(max(h, 0.0), table, edges)
        d = -0.5 * rho * math.sqrt(vx * vx + vy * vy + vz * vz) * drag
        ax += d * vx
        ay += d * vy
        az += d * vz
    out[0], out[1], out[2], out[3], out[4], out[5] = vx, vy, vz, ax, ay, az
    return h


@njit(cache=True, error_model="numpy")
def _step(
    y: FloatArray,
    h: float,
    drag: float,
    omega: float,
    table: FloatArray,
    edges: FloatArray,
    work: FloatArray,
    end: FloatArray,
) -> None:
    """One Runge-Kutta step of `h` seconds from `y`, whose rates are in `work[0]`, into `end`."""
    for j in range(6):
        work[4, j] = y[j] + 0.5 * h * work[0, j]
    _fall(work[4], drag, omega, table, edges, work[1])
    for j in range(6):
        work[4, j] = y[j] + 0.5 * h * work[1, j]
    _fall(work[4], drag, omega, table, edges, work[2])
    for j in range(6):
        work[4, j] = y[j] + h * work[2, j]
    _fall(work[4], drag, omega, table, edges, work[3])
    for j in range(6):
        end[j] = y[j] + h / 6.0 * (work[0, j] + 2.0 * work[1, j] + 2.0 * work[2, j] + work[3, j])


@njit(cache=True, error_model="numpy")
def coast(state: FloatArray, dt: float, omega: float, table: FloatArray, edges: FloatArray) -> FloatArray:
    """Ballistic state after `dt` seconds (either sign) without air."""
    y, end, work = state.copy(), np.empty(6), np.empty((5, 6))
    steps = max(math.ceil(abs(dt) / 10.0), 1)
    for _ in range(steps):
        _fall(y, 0.0, omega, table, edges, work[0])
        _step(y, dt / steps, 0.0, omega, table, edges, work, end)
        y[:] = end
    return y


@njit(cache=True, error_model="numpy")
def _pull(y: FloatArray, omega: float, slope: FloatArray) -> None:
    """Slopes (3, 3) of the acceleration of a body in free flight by its position, by central differences."""
    probe = np.empty(3)
    for j in range(3):
        for i in range(3):
            probe[i] = y[i]
        probe[j] += PULL_M
        ax, ay, az = gravity_j2(probe[0], probe[1], probe[2])
        probe[j] -= 2.0 * PULL_M
        bx, by, bz = gravity_j2(probe[0], probe[1], probe[2])
        slope[0, j], slope[1, j], slope[2, j] = ax - bx, ay - by, az - bz
    slope /= 2.0 * PULL_M
    slope[0, 0] += omega * omega
    slope[1, 1] += omega * omega


@njit(cache=True, error_model="numpy")
def _turned(slope: FloatArray, omega: float, phi: FloatArray, rate: FloatArray) -> None:
    """Rate (6, 6) of a transition matrix, by the slopes of the acceleration where the body is."""
    for j in range(6):
        for i in range(3):
            rate[i, j] = phi[3 + i, j]
            rate[3 + i, j] = slope[i, 0] * phi[0, j] + slope[i, 1] * phi[1, j] + slope[i, 2] * phi[2, j]
        rate[3, j] += 2.0 * omega * phi[4, j]
        rate[4, j] -= 2.0 * omega * phi[3, j]


@njit(cache=True, error_model="numpy")
def coast_with_slopes(
    state: FloatArray, dt: float, omega: float, table: FloatArray, edges: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Ballistic state after `dt` seconds and the transition matrix (6, 6), flown along in steps of its own."""
    y, end, middle, work = state.copy(), np.empty(6), np.empty(6), np.empty((5, 6))
    phi, trial = np.eye(6), np.empty((6, 6))
    slope, rate = np.empty((3, 3, 3)), np.empty((4, 6, 6))
    steps = max(math.ceil(abs(dt) / SLOPES_STEP_S), 1)
    h = dt / steps
    _pull(y, omega, slope[2])
    for _ in range(steps):
        _fall(y, 0.0, omega, table, edges, work[0])
        _step(y, h, 0.0, omega, table, edges, work, end)
        for i in range(3):  # the cubic through both ends
            middle[i] = 0.5 * (y[i] + end[i]) + 0.125 * h * (y[3 + i] - end[3 + i])
        slope[0] = slope[2]
        _pull(middle, omega, slope[1])
        _pull(end, omega, slope[2])
        for k in range(4):
            part = 0.0 if k == 0 else h if k == 3 else 0.5 * h
            for i in range(6):
                for j in range(6):
                    trial[i, j] = phi[i, j] + (part * rate[k - 1, i, j] if k else 0.0)
            _turned(slope[(k + 1) // 2], omega, trial, rate[k])
        for i in range(6):
            for j in range(6):
                more = rate[0, i, j] + 2.0 * rate[1, i, j] + 2.0 * rate[2, i, j] + rate[3, i, j]
                phi[i, j] += h / 6.0 * more
        y[:] = end
    return coast(state, dt, omega, table, edges), phi


@njit(cache=True, error_model="numpy")
def _kept(y: FloatArray, angle: float, omega: float, out: FloatArray) -> None:
    """What a body in free flight keeps (4,): energy, and angular momentum in axes turned by an angle; each near one."""
    x, yy, z = y[0], y[1], y[2]
    vx, vy, vz = y[3] - omega * yy, y[4] + omega * x, y[5]
    mu, j2, _, a, _ = EARTH
    r2 = x * x + yy * yy + z * z
    bulge = 0.5 * j2 * a * a / r2 * (1.0 - 3.0 * z * z / r2)
    energy = 0.5 * (vx * vx + vy * vy + vz * vz) - mu / math.sqrt(r2) * (1.0 + bulge)
    hx, hy = yy * vz - z * vy, z * vx - x * vz
    unit = math.sqrt(mu * a)
    out[0] = energy * a / mu
    out[1] = (hx * math.cos(angle) - hy * math.sin(angle)) / unit
    out[2] = (hx * math.sin(angle) + hy * math.cos(angle)) / unit
    out[3] = (x * vy - yy * vx) / unit


@njit(cache=True, error_model="numpy")
def _kept_spread(y: FloatArray, covariance: FloatArray, angle: float, omega: float, spread: FloatArray) -> None:
    """Add the covariance (4, 4) of what a body keeps."""
    probe, out, slopes = np.empty(6), np.empty(4), np.empty((4, 6))
    for j in range(6):
        d = 10.0 if j < 3 else 0.01
        probe[:] = y
        probe[j] += d
        _kept(probe, angle, omega, out)
        slopes[:, j] = out
        probe[j] -= 2.0 * d
        _kept(probe, angle, omega, out)
        for i in range(4):
            slopes[i, j] = (slopes[i, j] - out[i]) / (2.0 * d)
    for i in range(4):
        for k in range(6):
            across = 0.0
            for j in range(6):
                across += slopes[i, j] * covariance[j, k]
            for j in range(4):
                spread[i, j] += across * slopes[j, k]


@njit(cache=True, error_model="numpy")
def kept_apart(
    a: FloatArray, covariance_a: FloatArray, b: FloatArray, covariance_b: FloatArray, dt: float, omega: float
) -> float:
    """Squared distance between what two bodies in free flight keep, the second seen `dt` seconds before the first.

    To first order no more than that between their states at one epoch, at a fraction of the price.
    """
    here, there, spread = np.empty(4), np.empty(4), np.zeros((4, 4))
    _kept(a, 0.0, omega, here)
    _kept(b, -omega * dt, omega, there)
    _kept_spread(a, covariance_a, 0.0, omega, spread)
    _kept_spread(b, covariance_b, -omega * dt, omega, spread)
    turned = KEPT_TURN * (1.0 + abs(dt) / KEPT_TURN_S)  # the bulge turns the orbit's plane
    spread[0, 0] += KEPT**2
    spread[1, 1] += turned**2
    spread[2, 2] += turned**2
    spread[3, 3] += KEPT**2
    away = here - there
    return float(away @ np.linalg.solve(spread, away))


@njit(cache=True, error_model="numpy")
def to_ground(
    state: FloatArray, drag: float, omega: float, max_s: float, table: FloatArray, edges: FloatArray
) -> tuple[FloatArray, float, float, float]:
    """Fall to the ellipsoid.

    Returns
    -------
    state (6,) at the ground, seconds until then (-1 when not within `max_s`), apogee height m, seconds to the apogee.
    """
    y, end, work = state.copy(), np.empty(6), np.empty((5, 6))
    t, top, top_s = 0.0, -1e9, 0.0
    level = _fall(y, drag, omega, table, edges, work[0])
    while t < max_s:
        if level > top:
            top, top_s = level, t
        speed = math.sqrt(y[3] * y[3] + y[4] * y[4] + y[5] * y[5]) + 1.0
        h = 20.0 if level > 600e3 else 5.0
        if level < 130e3:
            # Near the ground the step covers at most a sixth of a scale height of air.
            h = min(max(1200.0 / speed, 0.05), 2.0)
        _step(y, h, drag, omega, table, edges, work, end)
        below = _fall(end, drag, omega, table, edges, work[0])
        if below <= 0.0 and level > 0.0:
            s = level / (level - below)
            _fall(y, drag, omega, table, edges, work[0])
            _step(y, h * s, drag, omega, table, edges, work, end)
            return end, t + h * s, top, top_s
        if below <= 0.0 and below < level:
            return end, t + h, top, top_s
        y[:] = end
        t += h
        level = below
    return y, -1.0, top, top_s
