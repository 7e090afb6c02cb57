"""Compiled integration of point-mass flight in the rotating ITRF; what acts on it is in `_dynamics_kernels`.

DOP853 (`_dop853`) under an error bound per step. It stops at every kink of the right-hand side: phase ends, and layer
edges of the air, where the dense output gives the state. The drag curve and the laws of steering have none.
"""

from __future__ import annotations

import math

import numpy as np

from launchwatch.core.arrays import FloatArray
from launchwatch.core.jit import njit
from launchwatch.physics._kernels import Earth, Layer, height_over, layer_of, layer_row
from launchwatch.sim.truth._dynamics_kernels import COLUMNS, Phase, Steer, acceleration, phase_table

IMPACT, TIME_LIMIT, FAILED = 0.0, 1.0, 2.0
"""How a flight ended, in the last column of its result."""

_SHORTEST_STEP_S = 1e-7
_MOST_STEPS = 100_000
_ATMOSPHERE_M = 1e5  # a perigee above this is an orbit


@njit(cache=True, error_model="numpy")
def _phase(phases: FloatArray, i: int) -> Phase:
    """One row of the table of phases by value."""
    row = phases[i]
    return row[0], row[1], row[2], row[3], row[4], row[5], row[6], row[7], row[8]


@njit(cache=True, error_model="numpy")
def perigee_m(y: FloatArray, earth: Earth) -> float:
    """Perigee of the two-body orbit through an ITRF state, m from the Earth's centre."""
    mu, omega = earth[0], earth[2]
    u, v, w = y[3] - omega * y[1], y[4] + omega * y[0], y[5]
    r = math.sqrt(y[0] * y[0] + y[1] * y[1] + y[2] * y[2])
    energy = 0.5 * (u * u + v * v + w * w) - mu / r
    a, b, c = y[1] * w - y[2] * v, y[2] * u - y[0] * w, y[0] * v - y[1] * u
    momentum2 = a * a + b * b + c * c
    eccentricity = math.sqrt(max(0.0, 1.0 + 2.0 * energy * momentum2 / (mu * mu)))
    return float(momentum2 / (mu * (1.0 + eccentricity)))


@njit(cache=True, error_model="numpy")
def _time_to(edge: float, h: float, climb: float, lift: float) -> float:
    """Time until the edge ahead is reached at a vertical speed and acceleration; infinity where it is not."""
    root2 = climb * climb + 2.0 * lift * (edge - h)
    if root2 < 0.0:
        return math.inf
    root = math.sqrt(root2)
    return 2.0 * (edge - h) / (climb + (root if climb > 0.0 else -root))


@njit(cache=True, error_model="numpy")
def _slope(
    t: float, y: FloatArray, layer: Layer, phase: Phase, steer: Steer, earth: Earth, k: FloatArray, s: int
) -> None:
    """Time derivative (6,) of a state into ``k[s]``."""
    k[s, 0], k[s, 1], k[s, 2] = y[3], y[4], y[5]
    k[s, 3], k[s, 4], k[s, 5] = acceleration(t, y[0], y[1], y[2], y[3], y[4], y[5], layer, phase, steer, earth)


@njit(cache=True, error_model="numpy")
def _stages(
    first: int, last: int, t: float, dt: float, y: FloatArray, layer: Layer, phase: Phase, steer: Steer, earth: Earth,
    a: FloatArray, c: FloatArray, k: FloatArray, point: FloatArray,
) -> None:  # fmt: skip
    """Slopes of the stages from ``first`` to ``last`` of a step into ``k``; leaves the last state in ``point``."""
    for s in range(first, last + 1):
        p0, p1, p2, p3, p4, p5 = y[0], y[1], y[2], y[3], y[4], y[5]
        for i in range(s):
            weight = dt * a[s, i]
            p0 += weight * k[i, 0]
            p1 += weight * k[i, 1]
            p2 += weight * k[i, 2]
            p3 += weight * k[i, 3]
            p4 += weight * k[i, 4]
            p5 += weight * k[i, 5]
        k[s, 0], k[s, 1], k[s, 2] = p3, p4, p5
        k[s, 3], k[s, 4], k[s, 5] = acceleration(t + c[s] * dt, p0, p1, p2, p3, p4, p5, layer, phase, steer, earth)
        point[0], point[1], point[2], point[3], point[4], point[5] = p0, p1, p2, p3, p4, p5


@njit(cache=True, error_model="numpy")
def _error(k: FloatArray, dt: float, e: FloatArray, bound_m: float, bound_m_s: float) -> float:
    """Error of a step in units of its bounds (Hairer, Norsett and Wanner, 1993, section II.10)."""
    error5, error3 = 0.0, 0.0
    for j in range(6):
        scale = bound_m if j < 3 else bound_m_s
        e5, e3 = 0.0, 0.0
        for i in range(12):
            e5 += e[0, i] * k[i, j]
            e3 += e[1, i] * k[i, j]
        error5 += (e5 / scale) ** 2
        error3 += (e3 / scale) ** 2
    if error5 == 0.0:
        return 0.0
    return dt * error5 / math.sqrt(6.0 * (error5 + 0.01 * error3))


@njit(cache=True, error_model="numpy")
def _dense_terms(k: FloatArray, dt: float, y: FloatArray, new: FloatArray, d: FloatArray, f: FloatArray) -> None:
    """Terms (7, 6) of the dense output into ``f``, from all sixteen slopes."""
    for j in range(6):
        f[0, j] = new[j] - y[j]
        f[1, j] = dt * k[0, j] - f[0, j]
        f[2, j] = 2.0 * f[0, j] - dt * (k[12, j] + k[0, j])
        for q in range(4):
            total = 0.0
            for i in range(16):
                total += d[q, i] * k[i, j]
            f[3 + q, j] = dt * total


@njit(cache=True, error_model="numpy")
def _dense(f: FloatArray, s: float, y: FloatArray, out: FloatArray) -> None:
    """State at the part s of a step into ``out``."""
    for j in range(6):
        p = f[6, j] * s
        p = (p + f[5, j]) * (1.0 - s)
        p = (p + f[4, j]) * s
        p = (p + f[3, j]) * (1.0 - s)
        p = (p + f[2, j]) * s
        p = (p + f[1, j]) * (1.0 - s)
        out[j] = y[j] + (p + f[0, j]) * s


@njit(cache=True, error_model="numpy")
def _crossing(
    f: FloatArray, y: FloatArray, edge: float, h: float, ahead: float, earth: Earth, point: FloatArray
) -> float:
    """The part of a step at which a height is crossed, by the Illinois rule; leaves the state in ``point``."""
    left, right, at_left, at_right = 0.0, 1.0, h - edge, ahead - edge
    upward = at_right > 0.0
    part = 1.0
    for _ in range(60):
        part = right - at_right * (right - left) / (at_right - at_left)
        if not left < part < right:
            part = 0.5 * (left + right)
        _dense(f, part, y, point)
        value = height_over(point[0], point[1], point[2], earth) - edge
        if abs(value) < 1e-7 or right - left < 1e-15:
            break
        if (value > 0.0) == upward:
            right, at_right, at_left = part, value, 0.5 * at_left
        else:
            left, at_left, at_right = part, value, 0.5 * at_right
    return part


@njit(cache=True, error_model="numpy")
def _top(f: FloatArray, y: FloatArray, point: FloatArray) -> float:
    """The part of a step at which the height culminates, by halving; leaves the state in ``point``."""
    left, right = 0.0, 1.0
    for _ in range(30):
        part = 0.5 * (left + right)
        _dense(f, part, y, point)
        if point[0] * point[3] + point[1] * point[4] + point[2] * point[5] > 0.0:
            left = part
        else:
            right = part
    return 0.5 * (left + right)


@njit(cache=True, error_model="numpy")
def fly(
    phases: FloatArray,
    start: FloatArray,
    steer: Steer,
    limits: FloatArray,
    earth: Earth,
    table: FloatArray,
    edges: FloatArray,
    a: FloatArray,
    c: FloatArray,
    e: FloatArray,
    d: FloatArray,
    result: FloatArray,
    nodes: FloatArray,
) -> int:
    """Fly one flight.

    Parameters
    ----------
    phases (p, 10), steer : see `_dynamics_kernels`; phases that end before the start are passed over.
    start (7,) : position m and velocity m/s in ITRF, and the time then, s.
    limits (5,) : error bounds per step m and m/s, longest step s, end of the flight s where it reaches an orbit, and
        end of any flight s.
    earth : what it flies over. table, edges : of its air. a, c, e, d : of DOP853.
    result (10,) : out, position, velocity and time at the end, how it ended, apogee m and its time.
    nodes (m, 14) : out, where m > 0, for each step: time at its begin s, state there (6), acceleration there (3) and at
        the step's end (3), and phase; one more row for the end of the flight.

    Returns
    -------
    int
        Rows of ``nodes`` written; more than m where they did not suffice.
    """
    k = np.empty((16, 6))
    f = np.empty((7, 6))
    y = start[:6].copy()
    new = np.empty(6)
    point = np.empty(6)
    t, step, h, rows = start[6], 1.0, height_over(y[0], y[1], y[2], earth), 0
    ground = min(0.0, h)
    layer = layer_of(h, edges)
    air = layer_row(table, layer)
    ended = FAILED
    last_phase = phases.shape[0] - 1
    result[8], result[9] = h, t
    for p in range(phases.shape[0]):
        phase = _phase(phases, p)
        end = phase[0]
        if p == last_phase:
            end = limits[4]
            if perigee_m(y, earth) > earth[3] + _ATMOSPHERE_M:
                end = min(end, limits[3])
            ended = TIME_LIMIT
        _slope(t, y, air, phase, steer, earth, k, 0)
        tries = 0
        while t < end:
            tries += 1
            if tries > _MOST_STEPS:
                ended = FAILED
                break
            # do not step far beyond the edge ahead: the layer's formulae end there
            r = math.sqrt(y[0] * y[0] + y[1] * y[1] + y[2] * y[2])
            climb = (y[0] * y[3] + y[1] * y[4] + y[2] * y[5]) / r
            speed2 = y[3] * y[3] + y[4] * y[4] + y[5] * y[5]
            lift = (y[0] * k[0, 3] + y[1] * k[0, 4] + y[2] * k[0, 5] + speed2 - climb * climb) / r
            low = edges[layer - 1] if layer > 0 else ground
            high = edges[layer] if layer < edges.shape[0] else math.inf
            dt = min(step, limits[2])
            reach = 1.02 * _time_to(high if climb > 0.0 else low, h, climb, lift) + 1e-3
            if reach < dt:
                dt = reach
            whole = t + dt >= end
            if whole:
                dt = end - t
            _stages(1, 12, t, dt, y, air, phase, steer, earth, a, c, k, new)
            error = _error(k, dt, e, limits[0], limits[1])
            if not error <= 1.0:  # also where it is no number
                step = dt * max(0.2, 0.9 * error**-0.125) if error > 1.0 and error < math.inf else 0.2 * dt
                if step < _SHORTEST_STEP_S:
                    ended = FAILED
                    break
                continue
            grown = dt * min(5.0, 0.9 * max(error, 1e-12) ** -0.125)
            step = grown if dt == step else max(step, grown)
            ahead = height_over(new[0], new[1], new[2], earth)
            crossed = 1 if ahead > high else -1 if ahead < low else 0
            culminated = climb > 0.0 and new[0] * new[3] + new[1] * new[4] + new[2] * new[5] <= 0.0
            if crossed != 0 or culminated:
                _stages(13, 15, t, dt, y, air, phase, steer, earth, a, c, k, point)
                _dense_terms(k, dt, y, new, d, f)
            if culminated:
                part = _top(f, y, point)
                top = height_over(point[0], point[1], point[2], earth)
                if top > result[8]:
                    result[8], result[9] = top, t + part * dt
            if crossed != 0:
                edge = high if crossed > 0 else low
                dt *= _crossing(f, y, edge, h, ahead, earth, point)
                new[:] = point
                ahead = edge
                whole = False
            if rows < nodes.shape[0]:
                nodes[rows, 0] = t
                nodes[rows, 1:7] = y
                nodes[rows, 7:10] = k[0, 3:]
                if crossed != 0:
                    _slope(t + dt, new, air, phase, steer, earth, k, 12)
                nodes[rows, 10:13] = k[12, 3:]
                nodes[rows, 13] = p
            rows += 1
            t = end if whole else t + dt
            y[:] = new
            h = ahead
            if crossed != 0:
                layer += crossed
                if layer < 0:
                    ended = IMPACT
                    break
                air = layer_row(table, layer)
                _slope(t, y, air, phase, steer, earth, k, 0)
            else:
                k[0, :] = k[12]
        if ended == IMPACT or t < end:
            break
    if rows < nodes.shape[0]:
        nodes[rows, 0] = t
        nodes[rows, 1:7] = y
        nodes[rows, 7:13] = 0.0
        nodes[rows, 13] = last_phase
    result[:6] = y
    result[6] = t
    result[7] = ended
    if h > result[8]:
        result[8], result[9] = h, t
    return rows + 1


@njit(cache=True, error_model="numpy")
def fly_lanes(
    stages: FloatArray,
    segments: FloatArray,
    vertical_s: float,
    turn_s: float,
    free: FloatArray,
    start: FloatArray,
    axes: FloatArray,
    lanes: FloatArray,
    limits: FloatArray,
    earth: Earth,
    table: FloatArray,
    edges: FloatArray,
    a: FloatArray,
    c: FloatArray,
    e: FloatArray,
    d: FloatArray,
    results: FloatArray,
) -> None:
    """Fly many dispersed flights of one booster from one place, ends only.

    ``lanes`` (n, 7): azimuth rad, final pitch rad, cutoff, thrust factor, specific impulse factor, factor on the
    ballistic coefficient, drag factor. ``results`` (n, 10): as in `fly`. ``axes`` (3, 3): east, north, up of the launch
    point. The others: as in `fly` and `phase_table`.
    """
    phases = np.empty((4 * segments.shape[0] + stages.shape[0] + 1, COLUMNS))
    nodes = np.empty((0, 14))
    for n in range(lanes.shape[0]):
        lane = lanes[n]
        sin_azimuth, cos_azimuth = math.sin(lane[0]), math.cos(lane[0])
        d0 = cos_azimuth * axes[1, 0] + sin_azimuth * axes[0, 0]
        d1 = cos_azimuth * axes[1, 1] + sin_azimuth * axes[0, 1]
        d2 = cos_azimuth * axes[1, 2] + sin_azimuth * axes[0, 2]
        steer = (axes[2, 0], axes[2, 1], axes[2, 2], d0, d1, d2, lane[1], turn_s, vertical_s)
        count = phase_table(
            stages, segments, vertical_s, turn_s, lane[1], lane[3], lane[4], lane[6], lane[2], free, lane[5], phases
        )
        fly(phases[:count], start, steer, limits, earth, table, edges, a, c, e, d, results[n], nodes)
