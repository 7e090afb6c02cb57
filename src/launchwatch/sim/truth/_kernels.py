"""Compiled point-mass flight in the rotating ITRF.

A flight is a table of phases, one row (`Phase`) each::

    0 end, s   1 pitched (0 or 1)   2 ignition, s   3 mass at ignition, kg   4 mass flow, kg/s   5 vacuum thrust, N
    6 exit area, m^2   7 reference area times the factor on the drag curve, m^2

The last row is free flight: mass 0, and the ballistic coefficient in kg/m^2 in column 7. ``steer`` (`Steer`) holds the
launch frame and the pitch programme::

    0-2 up   3-5 downrange   6 final pitch, rad   7 time constant, s   8 end of the vertical rise, s

Integration is DOP853 (`_dop853`) under an error bound per step; it stops at every kink of the right-hand side: phase
ends, and layer edges of the air, where the dense output gives the state.
"""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np

from launchwatch.core.arrays import FloatArray
from launchwatch.core.jit import njit
from launchwatch.physics._kernels import Earth, Layer, air_in_layer, gravity, height_over, layer_of, layer_row
from launchwatch.physics.atmosphere import G0, GAMMA, R_AIR

Phase: TypeAlias = tuple[float, float, float, float, float, float, float, float]
Steer: TypeAlias = tuple[float, float, float, float, float, float, float, float, float]

IMPACT, TIME_LIMIT, FAILED = 0.0, 1.0, 2.0
"""How a flight ended, in the last column of its result."""

_SHORTEST_STEP_S = 1e-7
_MOST_STEPS = 100_000
_ATMOSPHERE_M = 1e5  # a perigee above this is an orbit


@njit(cache=True, error_model="numpy")
def drag_coefficient(mach: float) -> float:
    """Drag curve of a slender body: subsonic level, transonic rise, supersonic fall (BENCH-1)."""
    rise = (mach - 1.15) / 0.45
    return 0.18 + 0.27 * math.exp(-rise * rise) + 0.06 / (1.0 + 0.1 * mach * mach)


@njit(cache=True, error_model="numpy")
def acceleration(
    t: float,
    x: float,
    y: float,
    z: float,
    vx: float,
    vy: float,
    vz: float,
    layer: Layer,
    phase: Phase,
    steer: Steer,
    earth: Earth,
) -> tuple[float, float, float]:
    """Acceleration (3,) m/s^2 as seen in ITRF, at a position m and velocity m/s there."""
    ax, ay, az = gravity(x, y, z, earth)
    omega = earth[2]
    ax += omega * (2.0 * vy + omega * x)
    ay += omega * (omega * y - 2.0 * vx)
    density, pressure, temperature = air_in_layer(height_over(x, y, z, earth), layer)
    speed = math.sqrt(vx * vx + vy * vy + vz * vz)
    if phase[3] == 0.0:
        drag = -0.5 * density * speed / phase[7]
    else:
        mass = phase[3] - phase[4] * (t - phase[2])
        mach = speed / math.sqrt(GAMMA * R_AIR * temperature)
        drag = -0.5 * density * speed * drag_coefficient(mach) * phase[7] / mass
        if phase[5] > 0.0:
            push = (phase[5] - pressure * phase[6]) / mass
            climb, ahead = 1.0, 0.0
            if phase[1] > 0.0:
                pitch = steer[6] + (0.5 * math.pi - steer[6]) * math.exp((steer[8] - t) / steer[7])
                climb, ahead = math.sin(pitch), math.cos(pitch)
            ax += push * (climb * steer[0] + ahead * steer[3])
            ay += push * (climb * steer[1] + ahead * steer[4])
            az += push * (climb * steer[2] + ahead * steer[5])
    return ax + drag * vx, ay + drag * vy, az + drag * vz


@njit(cache=True, error_model="numpy")
def phase_table(
    stages: FloatArray,
    vertical_s: float,
    beta: float,
    thrust: float,
    isp: float,
    drag: float,
    cutoff: float,
    out: FloatArray,
) -> int:
    """Write the phases of a flight, shape (>= 2 n + 2, 8); returns how many.

    ``stages`` (n, 7): start mass kg, propellant kg, specific impulse s, burn s, exit area m^2, reference area m^2,
    coast before ignition s. ``thrust`` speeds the burn up at the same impulse; ``cutoff`` is the part of the last burn
    that is flown; each whole 1 that it is lower leaves one stage more unused, so that -0.3 flies 0.7 of the last burn
    but one. The vertical rise must end within the first burn.
    """
    t, rows = 0.0, 0
    for i in range(stages.shape[0]):
        area = stages[i, 5] * drag
        part = min(1.0, cutoff + (stages.shape[0] - 1 - i))
        if part <= 0.0:
            break
        if stages[i, 6] > 0.0:
            t += stages[i, 6]
            out[rows, :] = (t, 1.0, t, stages[i, 0], 0.0, 0.0, 0.0, area)
            rows += 1
        burn = stages[i, 3] / thrust
        flow = stages[i, 1] / burn
        push = flow * stages[i, 2] * isp * G0
        ignition = t
        t += burn * part
        if i == 0 and vertical_s > 0.0:
            out[rows, :] = (vertical_s, 0.0, 0.0, stages[i, 0], flow, push, stages[i, 4], area)
            rows += 1
        out[rows, :] = (t, 1.0, ignition, stages[i, 0], flow, push, stages[i, 4], area)
        rows += 1
    out[rows, :] = (math.inf, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, beta)
    return rows + 1


@njit(cache=True, error_model="numpy")
def _phase(phases: FloatArray, i: int) -> Phase:
    """One row of the table of phases by value."""
    row = phases[i]
    return row[0], row[1], row[2], row[3], row[4], row[5], row[6], row[7]


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
    phases (p, 8), steer : see the module.
    start (6,) : position m and velocity m/s in ITRF.
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
    y = start.copy()
    new = np.empty(6)
    point = np.empty(6)
    t, step, h, rows = 0.0, 1.0, height_over(y[0], y[1], y[2], earth), 0
    ground = min(0.0, h)
    layer = layer_of(h, edges)
    air = layer_row(table, layer)
    ended = FAILED
    last_phase = phases.shape[0] - 1
    result[8], result[9] = h, 0.0
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
    vertical_s: float,
    tau_s: float,
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

    ``lanes`` (n, 7): azimuth rad, final pitch rad, cutoff, thrust factor, specific impulse factor, ballistic
    coefficient kg/m^2, drag factor. ``results`` (n, 10): as in `fly`. ``axes`` (3, 3): east, north, up
    of the launch point. The others: as in `fly` and `phase_table`.
    """
    phases = np.empty((2 * stages.shape[0] + 2, 8))
    nodes = np.empty((0, 14))
    for n in range(lanes.shape[0]):
        lane = lanes[n]
        sin_azimuth, cos_azimuth = math.sin(lane[0]), math.cos(lane[0])
        d0 = cos_azimuth * axes[1, 0] + sin_azimuth * axes[0, 0]
        d1 = cos_azimuth * axes[1, 1] + sin_azimuth * axes[0, 1]
        d2 = cos_azimuth * axes[1, 2] + sin_azimuth * axes[0, 2]
        steer = (axes[2, 0], axes[2, 1], axes[2, 2], d0, d1, d2, lane[1], tau_s, vertical_s)
        count = phase_table(stages, vertical_s, lane[5], lane[3], lane[4], lane[6], lane[2], phases)
        fly(phases[:count], start, steer, limits, earth, table, edges, a, c, e, d, results[n], nodes)
