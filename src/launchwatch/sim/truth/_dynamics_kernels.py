"""Compiled forces on a point mass in the rotating ITRF, and the table of phases that they follow.

A flight is a table of phases, one row (`Phase`) each::

    0 end, s   1 steering   2 reference time, s   3 mass then, kg   4 mass flow, kg/s   5 vacuum thrust, N
    6 exit area, m^2   7 reference area times the factor on the drag curve, m^2   8 held pitch, rad   9 stage, from 1

A row of mass 0 is an unpowered body::

    2 lift over drag at its best   6 most lift over the lift there, 0: constant lift
    7 ballistic coefficient there, kg/m^2   8 bank, rad

Stage numbers (column 9) serve bookkeeping alone. ``steer`` (`Steer`) holds the launch frame and the pitch programme::

    0-2 up   3-5 downrange   6 final pitch, rad   7 time constant, s   8 end of the vertical rise, s
"""

from __future__ import annotations

import math
from typing import TypeAlias

from launchwatch.core.arrays import FloatArray
from launchwatch.core.jit import njit
from launchwatch.physics._kernels import Earth, Layer, air_in_layer, gravity, height_over
from launchwatch.physics.atmosphere import G0, GAMMA, R_AIR

Phase: TypeAlias = tuple[float, float, float, float, float, float, float, float, float]
Steer: TypeAlias = tuple[float, float, float, float, float, float, float, float, float]

COLUMNS = 10
"""Of a table of phases."""
VERTICAL, PROGRAMME, ALONG_AIR, PROGRADE, RETROGRADE, HELD = 0.0, 1.0, 2.0, 3.0, 4.0, 5.0
"""Where thrust points: up at the launch point; by the pitch programme; along the velocity through the air (a gravity
turn); along the inertial velocity; against the velocity through the air; at a held pitch in the launch frame."""

_AT_REST_M_S = 1.0  # retrograde thrust fades below this speed: a landing stage sinks, it does not shoot up again
_GLIDE_SCALE_M = 7.0e3  # scale height of the air where bodies glide, 30 to 60 km
_GLIDE_DAMPING = 0.7  # of the slow up and down about the equilibrium
_LEAST_EXCESS_M_S2 = 0.5  # of gravity over the centrifugal term, near orbital speed


@njit(cache=True, error_model="numpy")
def drag_coefficient(mach: float) -> float:
    """Drag curve of a slender body: subsonic level, transonic rise, supersonic fall (BENCH-1)."""
    rise = (mach - 1.15) / 0.45
    return 0.18 + 0.27 * math.exp(-rise * rise) + 0.06 / (1.0 + 0.1 * mach * mach)


@njit(cache=True, error_model="numpy")
def glide_lift(sin_path: float, speed: float, excess: float, best: float, most: float) -> float:
    """Lift over the lift of the best glide: what holds an equilibrium glide, at most ``most``, never below 0.

    ``sin_path``: sine of the flight-path angle. ``excess``: gravity less the centrifugal term, m/s^2. ``best``: lift
    over drag. In equilibrium the lift is that of the best glide and the path falls by 2 g H / (v^2 L/D); a departure
    from this angle is damped (Saenger and Bredt, 1944; linearised). Smooth, so that the integrator meets no kink.
    """
    wanted = -2.0 * G0 * _GLIDE_SCALE_M / (speed * speed * best)
    gain = 2.0 * _GLIDE_DAMPING * speed / math.sqrt(_GLIDE_SCALE_M * max(excess, _LEAST_EXCESS_M_S2))
    steepness = gain * most / (most - 1.0)
    return most / (1.0 + (most - 1.0) * math.exp(max(-steepness * (wanted - sin_path), -700.0)))


@njit(cache=True, error_model="numpy")
def _body_forces(
    x: float, y: float, z: float, vx: float, vy: float, vz: float, speed: float, density: float, phase: Phase,
    earth: Earth,
) -> tuple[float, float, float, float]:  # fmt: skip
    """Factor on the velocity that is drag, and lift (3,) m/s^2, of an unpowered body with a parabolic polar."""
    pressure = 0.5 * density * speed / phase[7]
    if phase[2] == 0.0 or speed < _AT_REST_M_S:
        return -pressure, 0.0, 0.0, 0.0
    r = math.sqrt(x * x + y * y + z * z)
    sin_path = (x * vx + y * vy + z * vz) / (r * speed)
    ratio = 1.0
    if phase[6] > 1.0:
        # the inertial speed carries the body; east of the axis the Earth's turn adds to it
        omega = earth[2]
        ux, uy = vx - omega * y, vy + omega * x
        inertial2 = ux * ux + uy * uy + vz * vz
        ratio = glide_lift(sin_path, speed, earth[0] / (r * r) - inertial2 / r, phase[2], phase[6])
    # up, square to the path, and from there to the right
    nx, ny, nz = x / r - sin_path * vx / speed, y / r - sin_path * vy / speed, z / r - sin_path * vz / speed
    norm = math.sqrt(nx * nx + ny * ny + nz * nz)
    if norm < 1e-6:
        return -pressure * 0.5 * (1.0 + ratio * ratio), 0.0, 0.0, 0.0
    nx, ny, nz = nx / norm, ny / norm, nz / norm
    bx, by, bz = (vy * nz - vz * ny) / speed, (vz * nx - vx * nz) / speed, (vx * ny - vy * nx) / speed
    lift = pressure * speed * phase[2] * ratio
    up, right = lift * math.cos(phase[8]), lift * math.sin(phase[8])
    drag = -pressure * 0.5 * (1.0 + ratio * ratio)
    return drag, up * nx + right * bx, up * ny + right * by, up * nz + right * bz


@njit(cache=True, error_model="numpy")
def _aim(
    t: float, x: float, y: float, vx: float, vy: float, vz: float, speed: float, phase: Phase, steer: Steer,
    omega: float,
) -> tuple[float, float, float]:  # fmt: skip
    """Direction (3,) of the thrust."""
    steering = phase[1]
    if steering == VERTICAL:
        return steer[0], steer[1], steer[2]
    if steering in (PROGRAMME, HELD):
        pitch = phase[8]
        if steering == PROGRAMME:
            pitch = steer[6] + (0.5 * math.pi - steer[6]) * math.exp((steer[8] - t) / steer[7])
        climb, ahead = math.sin(pitch), math.cos(pitch)
        return (
            climb * steer[0] + ahead * steer[3],
            climb * steer[1] + ahead * steer[4],
            climb * steer[2] + ahead * steer[5],
        )
    if steering == ALONG_AIR:
        return vx / speed, vy / speed, vz / speed
    if steering == RETROGRADE:
        faded = -1.0 / math.sqrt(speed * speed + _AT_REST_M_S * _AT_REST_M_S)
        return faded * vx, faded * vy, faded * vz
    ux, uy = vx - omega * y, vy + omega * x
    inertial = math.sqrt(ux * ux + uy * uy + vz * vz)
    return ux / inertial, uy / inertial, vz / inertial


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
        drag, lx, ly, lz = _body_forces(x, y, z, vx, vy, vz, speed, density, phase, earth)
        ax, ay, az = ax + lx, ay + ly, az + lz
    else:
        mass = phase[3] - phase[4] * (t - phase[2])
        mach = speed / math.sqrt(GAMMA * R_AIR * temperature)
        drag = -0.5 * density * speed * drag_coefficient(mach) * phase[7] / mass
        if phase[5] > 0.0:
            push = (phase[5] - pressure * phase[6]) / mass
            dx, dy, dz = _aim(t, x, y, vx, vy, vz, speed, phase, steer, omega)
            ax += push * dx
            ay += push * dy
            az += push * dz
    return ax + drag * vx, ay + drag * vy, az + drag * vz


@njit(cache=True, error_model="numpy")
def phase_table(
    stages: FloatArray,
    segments: FloatArray,
    vertical_s: float,
    turn_s: float,
    pitch: float,
    thrust: float,
    isp: float,
    drag: float,
    cutoff: float,
    free: FloatArray,
    beta: float,
    out: FloatArray,
) -> int:
    """Write the phases of a flight, shape (>= 4 segments + stages + 1, 10); returns how many.

    ``stages`` (n, 8): start mass kg, propellant kg, specific impulse s, burn s, exit area m^2, reference area m^2,
    coast before ignition s, steering. ``segments`` (s, 4), stretches of constant flow, stage by stage: stage from 0,
    end as a part of the burn, flow over its mean, part of the propellant used before. ``thrust`` speeds the burn up at
    the same impulse; ``cutoff`` is the part of the last burn that is flown; each whole 1 that it is lower leaves one
    stage more unused, so that -0.3 flies 0.7 of the last burn but one. A first stage that turns with gravity is tipped
    to ``pitch`` for ``turn_s`` after the vertical rise. ``free`` (10,) is the row of the flight after the last burn,
    with a factor ``beta`` on its ballistic coefficient.
    """
    t, rows, s = 0.0, 0, 0
    for i in range(stages.shape[0]):
        area = stages[i, 5] * drag
        part = min(1.0, cutoff + (stages.shape[0] - 1 - i))
        if part <= 0.0:
            break
        if stages[i, 6] > 0.0:
            t += stages[i, 6]
            out[rows, :] = (t, PROGRAMME, t, stages[i, 0], 0.0, 0.0, 0.0, area, 0.0, 0.0)
            rows += 1
        burn = stages[i, 3] / thrust
        ignition, begin = t, 0.0
        while s < segments.shape[0] and segments[s, 0] == i:
            flow = stages[i, 1] / burn * segments[s, 2]
            push = flow * stages[i, 2] * isp * G0
            mass = stages[i, 0] - stages[i, 1] * segments[s, 3]
            since, stop = ignition + begin * burn, ignition + min(part, segments[s, 1]) * burn
            while t < stop:
                steering, held, until = stages[i, 7], 0.0, stop
                if t < vertical_s:
                    steering, until = VERTICAL, min(stop, vertical_s)
                elif i == 0 and steering == ALONG_AIR and t < vertical_s + turn_s:
                    steering, held, until = HELD, pitch, min(stop, vertical_s + turn_s)
                out[rows, :] = (until, steering, since, mass, flow, push, stages[i, 4], area, held, i + 1.0)
                t = until
                rows += 1
            begin = segments[s, 1]
            s += 1
    out[rows, :] = free
    out[rows, 7] *= beta
    return rows + 1
