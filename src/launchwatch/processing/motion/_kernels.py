"""Kernels of the filters' motion models: the boost profile, and how lines of sight see it.

All states are (x, y, z, vx, vy, vz) in ITRF, m and m/s; times in s. Arrays in, arrays out.
"""

from __future__ import annotations

import math

import numpy as np

from launchwatch.core.arrays import FloatArray
from launchwatch.core.jit import njit
from launchwatch.physics._kernels import air, gravity_j2, height

# Layout of the boost parameters; the pitch knots follow, then (log acceleration at ignition, log exhaust speed, time of
# ignition, coast before it) for every stage, then the time of burnout. Times share the zero of the measurements, not
# lift-off: the light curve shows them as such, and a fit in which they hung on lift-off would creep along a narrow
# valley.
EAST, NORTH, LIFTOFF, AZIMUTH, LOG_DRAG, LEAN, FIRST_KNOT = 0, 1, 2, 3, 4, 5, 6
LOG_THRUST, LOG_EXHAUST, IGNITION, COAST, PER_STAGE = 0, 1, 2, 3, 4
VERTICAL_S, TIP_BEGIN_S = 4.0, 7.0  # end of the vertical rise in a programme and in a gravity turn
PROGRAMME, GRAVITY_TURN = 0, 1  # steering: by pitch at knots; along the velocity after a tip-over up to the one knot
BY_KNOTS, UPWARD, TIPPED, ALONG_PATH = 0, 1, 2, 3  # where thrust points within a step
BACK_PRESSURE = 0.12  # share of the vacuum thrust that sea-level pressure takes away, typical of first stages
SEA_LEVEL_PA = 101325.0
LAGS = (0.0, 0.5, 0.5, 1.0)  # where in a step the slopes of the classical Runge-Kutta method are taken
MAX_ACCELERATION = 400.0  # m/s^2; no stage burns its whole mass


@njit(cache=True, error_model="numpy")
def _pitch(t: float, parameters: FloatArray, knots_s: FloatArray) -> float:
    """Angle of the thrust from the vertical of the launch point, linear between the knots, zero in vertical rise."""
    if t <= VERTICAL_S:
        return 0.0
    n = knots_s.shape[0]
    if t <= knots_s[0]:
        return float(parameters[FIRST_KNOT]) * (t - VERTICAL_S) / (float(knots_s[0]) - VERTICAL_S)
    i = 1
    while i < n - 1 and t > knots_s[i]:
        i += 1
    if n == 1:
        return float(parameters[FIRST_KNOT])
    a, b = parameters[FIRST_KNOT + i - 1], parameters[FIRST_KNOT + i]
    pitch: float = a + (b - a) * (t - knots_s[i - 1]) / (knots_s[i] - knots_s[i - 1])
    return pitch


@njit(cache=True, error_model="numpy")
def _acceleration(
    t: float,
    y: FloatArray,
    thrust: float,
    exhaust: float,
    ignition: float,
    drag: float,
    parameters: FloatArray,
    knots_s: FloatArray,
    pointing: int,
    frame: FloatArray,
    omega: float,
    table: FloatArray,
    edges: FloatArray,
) -> tuple[float, float, float]:
    """Acceleration of a boosting body; `frame` holds up, downrange and cross-range unit vectors in its rows."""
    x, yy, z = y[0], y[1], y[2]
    vx, vy, vz = y[3], y[4], y[5]
    gx, gy, gz = gravity_j2(x, yy, z)
    ax = gx + 2.0 * omega * vy + omega * omega * x
    ay = gy - 2.0 * omega * vx + omega * omega * yy
    az = gz
    h = height(x, yy, z)
    rho, pressure = 0.0, 0.0
    if h < 86e3:
        rho, pressure, _ = air(max(h, 0.0), table, edges)
    if thrust > 0.0:
        a = thrust / max(1.0 - thrust * (t - ignition) / exhaust, thrust / MAX_ACCELERATION)
        a *= 1.0 - BACK_PRESSURE * pressure / SEA_LEVEL_PA
        if pointing == ALONG_PATH:
            a /= math.sqrt(vx * vx + vy * vy + vz * vz)
            ax += a * vx
            ay += a * vy
            az += a * vz
        else:
            theta = 0.0
            if pointing == BY_KNOTS:
                theta = _pitch(t, parameters, knots_s)
            elif pointing == TIPPED:
                theta = parameters[FIRST_KNOT]
            up, along = math.cos(theta), math.sin(theta)
            lean = parameters[LEAN] * along
            ax += a * (up * frame[0, 0] + along * frame[1, 0] + lean * frame[2, 0])
            ay += a * (up * frame[0, 1] + along * frame[1, 1] + lean * frame[2, 1])
            az += a * (up * frame[0, 2] + along * frame[1, 2] + lean * frame[2, 2])
    if rho > 0.0:
        d = -0.5 * rho * math.sqrt(vx * vx + vy * vy + vz * vz) * drag
        ax += d * vx
        ay += d * vy
        az += d * vz
    return ax, ay, az


@njit(cache=True, error_model="numpy")
def _kinks(parameters: FloatArray, stages: int, first: int) -> FloatArray:
    """Ignition and burnout of each stage in turn, s after lift-off, and an end that never comes."""
    kinks = np.empty(2 * stages + 1)
    kinks[0] = 0.0
    for i in range(1, stages):
        at = first + PER_STAGE * i
        kinks[2 * i] = parameters[at + IGNITION] - parameters[LIFTOFF]
        kinks[2 * i - 1] = kinks[2 * i] - max(parameters[at + COAST], 0.0)
    kinks[2 * stages - 1] = parameters[first + PER_STAGE * stages] - parameters[LIFTOFF]
    kinks[2 * stages] = 1e9
    return kinks


@njit(cache=True, error_model="numpy")
def _onset(j: int, parameters: FloatArray, stages: int, knots_s: FloatArray) -> float:
    """Time after lift-off from which parameter `j` bends the path; the profile before it does not know it."""
    k = knots_s.shape[0]
    first = FIRST_KNOT + k
    if j < FIRST_KNOT:
        return 0.0
    if j < first:
        return VERTICAL_S if j == FIRST_KNOT else float(knots_s[j - FIRST_KNOT - 1])
    stage = (j - first) // PER_STAGE
    return 0.0 if stage == 0 else float(_kinks(parameters, stages, first)[2 * stage - 1])


@njit(cache=True, error_model="numpy")
def _ascend(
    start: FloatArray,
    parameters: FloatArray,
    stages: int,
    steering: int,
    knots_s: FloatArray,
    axes: FloatArray,
    omega: float,
    times_s: FloatArray,
    step_s: float,
    table: FloatArray,
    edges: FloatArray,
    out: FloatArray,
    trail: FloatArray,
) -> int:
    """Fly from `start` (7,), a time after lift-off and a state, and write the states at all later `times_s` into `out`.

    `trail` takes the start of each step, as many as it has rows; returns the number of steps.
    """
    first = FIRST_KNOT + knots_s.shape[0]
    n = times_s.shape[0]
    sa, ca = math.sin(parameters[AZIMUTH]), math.cos(parameters[AZIMUTH])
    frame = np.empty((3, 3))
    for j in range(3):
        frame[0, j] = axes[2, j]
        frame[1, j] = sa * axes[0, j] + ca * axes[1, j]
        frame[2, j] = ca * axes[0, j] - sa * axes[1, j]
    kinks = _kinks(parameters, stages, first)
    slope, probe, end = np.zeros((5, 6)), np.empty(6), np.empty(6)
    t = start[0]
    y = start[1:].copy()
    i = 0
    while i < n and times_s[i] - parameters[LIFTOFF] <= t:
        i += 1
    drag = math.exp(parameters[LOG_DRAG])
    passed, step = 1, 0  # kinks behind: of an odd number the last was an ignition
    while i < n:
        if step < trail.shape[0]:
            trail[step, 0] = t
            trail[step, 1:] = y
        step += 1
        while t >= kinks[passed] - 1e-9:
            passed += 1
        thrust, exhaust, ignition = 0.0, 1.0, 0.0
        if passed % 2 == 1:
            at = first + PER_STAGE * (passed // 2)
            thrust, exhaust = math.exp(parameters[at + LOG_THRUST]), math.exp(parameters[at + LOG_EXHAUST])
            ignition = kinks[passed - 1]
        h = min(step_s, kinks[passed] - t)
        pointing = BY_KNOTS
        if steering == GRAVITY_TURN:
            # Thrust swings round at both ends of the tip-over: no step goes over one.
            pointing = ALONG_PATH
            if t < TIP_BEGIN_S - 1e-9:
                pointing, h = UPWARD, min(h, TIP_BEGIN_S - t)
            elif t < knots_s[0] - 1e-9:
                pointing, h = TIPPED, min(h, knots_s[0] - t)
        for q in range(4):
            lag = h * LAGS[q]
            for j in range(6):
                probe[j] = y[j] + lag * slope[q, j]
            for j in range(3):
                slope[q + 1, j] = probe[3 + j]
            slope[q + 1, 3], slope[q + 1, 4], slope[q + 1, 5] = _acceleration(
                t + lag,
                probe,
                thrust,
                exhaust,
                ignition,
                drag,
                parameters,
                knots_s,
                pointing,
                frame,
                omega,
                table,
                edges,
            )
        for j in range(6):
            end[j] = y[j] + h / 6.0 * (slope[1, j] + 2.0 * slope[2, j] + 2.0 * slope[3, j] + slope[4, j])
        while i < n and times_s[i] - parameters[LIFTOFF] <= t + h:
            s = (times_s[i] - parameters[LIFTOFF] - t) / h
            b, c, d = s * s * (3.0 - 2.0 * s), s * (1.0 - s) * (1.0 - s), s * s * (s - 1.0)
            for j in range(3):
                out[i, j] = y[j] + (end[j] - y[j]) * b + h * (c * y[3 + j] + d * end[3 + j])
                out[i, 3 + j] = y[3 + j] + (end[3 + j] - y[3 + j]) * s
            i += 1
        for j in range(6):
            y[j] = end[j]
        t += h
    return step


@njit(cache=True, error_model="numpy")
def launch_frame(east: float, north: float, launch: FloatArray, axes: FloatArray) -> FloatArray:
    """Launch point and its east, north and up (4, 3), so far along the ground from the reference point.

    The ground is a sphere about the point below the reference; the axes are carried along the great circle.
    """
    radius = math.sqrt(launch[0] ** 2 + launch[1] ** 2 + launch[2] ** 2)
    angle = math.sqrt(east * east + north * north) / radius
    per_m, bend = 1.0 / radius, 0.5 / radius**2  # sin(angle) and 1 - cos(angle), over the distance and its square
    if angle > 1e-6:
        per_m, bend = math.sin(angle) / (angle * radius), (1.0 - math.cos(angle)) / (angle * radius) ** 2
    fall = bend * (east * east + north * north)
    frame = np.empty((4, 3))
    for j in range(3):
        away = east * axes[0, j] + north * axes[1, j]
        frame[0, j] = launch[j] + radius * (per_m * away - fall * axes[2, j])
        back = per_m * axes[2, j] + bend * away
        frame[1, j] = axes[0, j] - east * back
        frame[2, j] = axes[1, j] - north * back
        frame[3, j] = axes[2, j] * (1.0 - fall) + per_m * away
    return frame


@njit(cache=True, error_model="numpy")
def _flown(
    parameters: FloatArray,
    stages: int,
    steering: int,
    knots_s: FloatArray,
    launch: FloatArray,
    axes: FloatArray,
    omega: float,
    times_s: FloatArray,
    step_s: float,
    table: FloatArray,
    edges: FloatArray,
    trail: FloatArray,
) -> tuple[FloatArray, int]:
    """States (n, 6) of a whole profile, and the number of steps; `trail` as of `_ascend`."""
    frame = launch_frame(parameters[EAST], parameters[NORTH], launch, axes)
    start, out = np.zeros(7), np.zeros((times_s.shape[0], 6))
    start[1:4] = frame[0]
    for i in range(times_s.shape[0]):
        out[i, :3] = frame[0]
    steps = _ascend(
        start, parameters, stages, steering, knots_s, frame[1:], omega, times_s, step_s, table, edges, out, trail
    )
    return out, steps


@njit(cache=True, error_model="numpy")
def boost_states(
    parameters: FloatArray,
    stages: int,
    steering: int,
    knots_s: FloatArray,
    launch: FloatArray,
    axes: FloatArray,
    omega: float,
    times_s: FloatArray,
    step_s: float,
    table: FloatArray,
    edges: FloatArray,
) -> FloatArray:
    """States of the boost profile at `times_s` (ascending, same zero as the lift-off parameter).

    Parameters
    ----------
    parameters : (6 + knots + 4 stages + 1,) east m, north m along the ground, lift-off s, azimuth rad from the north
        that is carried along from the reference point, log drag area over mass,
        lean rad, pitch at the knots rad (in a gravity turn one: the tip-over), per stage log acceleration at ignition,
        log exhaust speed, ignition s and the coast before it s (both not read for the first stage, which ignites at
        lift-off); burnout s.
    launch : (3,) reference launch point, ITRF m; axes : (3, 3) its east, north, up in rows.
    """
    none = np.empty((0, 7))
    return _flown(parameters, stages, steering, knots_s, launch, axes, omega, times_s, step_s, table, edges, none)[0]


@njit(cache=True, error_model="numpy")
def boost_jacobian(
    parameters: FloatArray,
    steps: FloatArray,
    stages: int,
    steering: int,
    knots_s: FloatArray,
    launch: FloatArray,
    axes: FloatArray,
    omega: float,
    times_s: FloatArray,
    step_s: float,
    table: FloatArray,
    edges: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """States (n, 6) of the profile and their forward differences (n, 6, parameters).

    A flight with a parameter moved begins where that parameter first matters, not at lift-off.
    """
    n, p = times_s.shape[0], parameters.shape[0]
    longest = max(times_s[n - 1] - parameters[LIFTOFF], 0.0)
    trail = np.empty((int(longest / step_s) + 2 * stages + 5, 7))
    base, flown = _flown(
        parameters, stages, steering, knots_s, launch, axes, omega, times_s, step_s, table, edges, trail
    )
    carried = launch_frame(parameters[EAST], parameters[NORTH], launch, axes)[1:]
    slopes = np.empty((n, 6, p))
    for j in range(p):
        moved = parameters.copy()
        moved[j] += steps[j]
        onset = min(_onset(j, parameters, stages, knots_s), _onset(j, moved, stages, knots_s))
        if onset <= 0.0:
            states, _ = _flown(
                moved, stages, steering, knots_s, launch, axes, omega, times_s, step_s, table, edges, trail[:0]
            )
        else:
            states = base.copy()
            # The last step that begins before: it is the one that a moved kink cuts elsewhere.
            at = np.searchsorted(trail[:flown, 0], onset - 1e-9) - 1
            if at >= 0:
                begin, none = trail[at], trail[:0]
                _ascend(
                    begin, moved, stages, steering, knots_s, carried, omega, times_s, step_s, table, edges, states,
                    none,
                )  # fmt: skip
        for i in range(n):
            for c in range(6):
                slopes[i, c, j] = (states[i, c] - base[i, c]) / steps[j]
    return base, slopes


@njit(cache=True, error_model="numpy")
def line_of_sight_rows(
    position: FloatArray,
    slopes: FloatArray,
    sensor: FloatArray,
    tangents: FloatArray,
    los: FloatArray,
    sigma: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Whitened residuals (2n,) of lines of sight and their slopes (2n, p).

    Parameters
    ----------
    position : (n, 3) predicted positions; slopes : (n, 3, p) their derivatives.
    sensor : (n, 3); tangents : (n, 2, 3) unit vectors across the measured line of sight; los : (n, 3).
    sigma : (n,) rad.
    """
    n, p = position.shape[0], slopes.shape[2]
    residual, jacobian = np.empty(2 * n), np.empty((2 * n, p))
    for i in range(n):
        depth = 0.0
        for j in range(3):
            depth += (position[i, j] - sensor[i, j]) * los[i, j]
        for c in range(2):
            across = 0.0
            for j in range(3):
                across += (position[i, j] - sensor[i, j]) * tangents[i, c, j]
            residual[2 * i + c] = -across / depth / sigma[i]
            for q in range(p):
                slope = 0.0
                for j in range(3):
                    slope += slopes[i, j, q] * (tangents[i, c, j] - los[i, j] * across / depth)
                jacobian[2 * i + c, q] = slope / depth / sigma[i]
    return residual, jacobian
