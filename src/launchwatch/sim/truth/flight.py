"""Flights of boosters: 3 degrees of freedom over the rotating WGS-84 Earth with J2 and the air of US-1976."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from launchwatch.catalog.vehicles import Booster
from launchwatch.core.arrays import FloatArray, IntArray
from launchwatch.core.frames import enu_axes
from launchwatch.core.geodesy import geodetic_from_itrf, inverse, itrf_from_geodetic
from launchwatch.physics._kernels import EARTH, Earth
from launchwatch.physics.atmosphere import EDGES, TABLE, pressure
from launchwatch.sim.truth import _dop853 as dop853
from launchwatch.sim.truth import _kernels as kernels
from launchwatch.sim.truth._dynamics_kernels import PROGRAMME, VERTICAL, Steer
from launchwatch.sim.truth.phases import free_row, phase_table, segment_table, stage_table
from launchwatch.sim.truth.plan import FlightError, FlightPlan

BOUNDS = (1e-4, 1e-7)
"""Error bounds per step, m and m/s: a 10,000 km flight then ends within 1 mm."""
COARSE_BOUNDS = (1.0, 1e-3)
"""Error bounds for searches: some metres at the end."""

_LONGEST_STEP_S = 60.0  # between two nodes of a trajectory; the interpolation then errs by less than 1 m
_LONGEST_FLIGHT_S = 86_400.0
_MOST_NODES = 4096


@dataclass(frozen=True, eq=False)
class Trajectory:
    """One flight of a body to its impact, or to the end of its time in orbit. Times are seconds after lift-off.

    Attributes
    ----------
    plan : what was flown.
    t_s : (n,) nodes, not evenly spaced.
    position_m, velocity_m_s : (n, 3) at the nodes, ITRF.
    acceleration_m_s2 : (n - 1, 2, 3) at the begin and the end of each step, as seen in ITRF.
    phases : (p, 10) of the kernel (`_dynamics_kernels`).
    apogee_s, apogee_km : highest point over the ellipsoid.
    impact_s, impact_deg, range_km : time, (lat_deg, lon_deg), and geodesic length from launch to impact; None where the
        flight does not come down.
    """

    plan: FlightPlan
    t_s: FloatArray
    position_m: FloatArray
    velocity_m_s: FloatArray
    acceleration_m_s2: FloatArray
    phases: FloatArray
    apogee_s: float
    apogee_km: float
    impact_s: float | None
    impact_deg: tuple[float, float] | None
    range_km: float | None

    @property
    def end_s(self) -> float:
        """End of the flight: impact, or the end of the time in orbit."""
        return float(self.t_s[-1])

    @property
    def start_s(self) -> float:
        """Begin of the flight: 0, or when the body was let go."""
        return float(self.t_s[0])

    @property
    def stage(self) -> IntArray:
        """Number (p,) of the stage that burns in each phase, from 1; 0 where none does."""
        return np.where(self.phases[:, 5] > 0.0, self.phases[:, 9], 0.0).astype(np.int64)

    @property
    def burns_s(self) -> tuple[tuple[float, float], ...]:
        """Ignition and cutoff of every burn; the last may end with the flight."""
        burns: list[tuple[float, float]] = []
        begin, stage_before = self.start_s, 0
        for end, stage in zip(self.phases[:, 0].tolist(), self.stage.tolist(), strict=True):
            if begin >= self.end_s:
                break
            if stage and stage == stage_before:
                burns[-1] = (burns[-1][0], min(end, self.end_s))
            elif stage:
                burns.append((begin, min(end, self.end_s)))
            begin, stage_before = end, stage
        return tuple(burns)

    @property
    def burnout_s(self) -> float:
        """End of the last burn; the begin of the flight of a body that has none."""
        burns = self.burns_s
        return burns[-1][1] if burns else self.start_s

    @property
    def staging_s(self) -> tuple[float, ...]:
        """Burnouts of all stages but the last."""
        stage = self.stage
        return tuple(float(self.phases[stage == i, 0][-1]) for i in range(1, int(stage.max())))

    @property
    def ignition_s(self) -> tuple[float, ...]:
        """First ignitions of all stages."""
        stage = self.stage
        return tuple(float(self.phases[stage == i, 2][0]) for i in range(1, int(stage.max()) + 1))

    @property
    def kinks_s(self) -> tuple[float, ...]:
        """Times at which the acceleration jumps: where phases meet, but for the begin of the pitch programme."""
        ends, before, after = self.phases[:-1, 0], self.phases[:-1, 1], self.phases[1:, 1]
        smooth = (before == VERTICAL) & (after == PROGRAMME)
        return tuple(ends[~smooth & (ends > self.start_s) & (ends < self.end_s)].tolist())

    @cached_property
    def burnout_speed_m_s(self) -> float:
        """Speed at burnout over the turning Earth."""
        return float(np.linalg.norm(self.at(self.burnout_s)[1]))

    @cached_property
    def burnout_altitude_km(self) -> float:
        """Height of burnout over the ellipsoid."""
        return float(geodetic_from_itrf(self.at(self.burnout_s)[0])[2]) / 1e3

    def at(self, t_s: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """State by quintic Hermite interpolation, good to 1 m.

        Parameters
        ----------
        t_s : array_like, shape (...)
            Seconds after lift-off, within the flight (`start_s` to `end_s`).

        Returns
        -------
        position_m, velocity_m_s : FloatArray, shape (..., 3)
            ITRF.

        Raises
        ------
        FlightError
            A time before the begin or after the end.
        """
        t = np.asarray(t_s, dtype=np.float64)
        if t.size and not (t.min() >= self.start_s and t.max() <= self.end_s):
            raise FlightError(
                f"t_s spans {t.min():g} to {t.max():g} s; the flight lasts from {self.start_s:g} to {self.end_s:.3f} s"
            )
        step, s, (c0, v0, a0, c3, c4, c5) = self._quintic(t)
        position = c0 + s * (v0 + s * (a0 + s * (c3 + s * (c4 + s * c5))))
        velocity = (v0 + s * (2.0 * a0 + s * (3.0 * c3 + s * (4.0 * c4 + s * 5.0 * c5)))) / step
        return position, velocity

    def acceleration_at(self, t_s: ArrayLike) -> FloatArray:
        """Acceleration as seen in ITRF, m/s^2, shape (..., 3), by the interpolation of `at`; where it jumps, after."""
        step, s, (_, _, a0, c3, c4, c5) = self._quintic(np.asarray(t_s, dtype=np.float64))
        return np.asarray((2.0 * a0 + s * (6.0 * c3 + s * (12.0 * c4 + s * 20.0 * c5))) / step**2)

    def _quintic(self, t: FloatArray) -> tuple[FloatArray, FloatArray, tuple[FloatArray, ...]]:
        """Length of the step around each time, the part of it that is gone, and the six coefficients in that part."""
        i = np.clip(np.searchsorted(self.t_s, t, side="right") - 1, 0, len(self.t_s) - 2)
        step = (self.t_s[i + 1] - self.t_s[i])[..., None]
        v0, v1 = step * self.velocity_m_s[i], step * self.velocity_m_s[i + 1]
        a0, a1 = (0.5 * step**2 * self.acceleration_m_s2[i, end] for end in (0, 1))
        # Taylor terms at the begin, and what of position, velocity and acceleration they miss at the end
        miss = self.position_m[i + 1] - self.position_m[i] - v0 - a0
        miss_v = v1 - v0 - 2.0 * a0
        miss_a = a1 - a0
        c3 = 10.0 * miss - 4.0 * miss_v + miss_a
        c4 = -15.0 * miss + 7.0 * miss_v - 2.0 * miss_a
        c5 = 6.0 * miss - 3.0 * miss_v + miss_a
        s = (t[..., None] - self.t_s[i][..., None]) / step
        return step, s, (self.position_m[i], v0, a0, c3, c4, c5)

    def thrust_at(self, t_s: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Thrust under the pressure outside, N, and exhaust speed in vacuum, m/s, shape (...); 0 outside the burns."""
        t = np.asarray(t_s, dtype=np.float64)
        phase = self._phase(t)
        flow, vacuum, area = self.phases[phase, 4], self.phases[phase, 5], self.phases[phase, 6]
        burning = (vacuum > 0.0) & (t >= self.start_s)
        alt = geodetic_from_itrf(self.at(np.clip(t, self.start_s, self.end_s))[0])[2]
        thrust = np.where(burning, vacuum - pressure(alt) * area, 0.0)
        return thrust, np.where(burning, vacuum / np.where(burning, flow, 1.0), 0.0)

    def mass_at(self, t_s: ArrayLike) -> FloatArray:
        """Mass under power and in coasts between burns, kg, shape (...); NaN in free flight after the last burn."""
        t = np.asarray(t_s, dtype=np.float64)
        row = self.phases[self._phase(t)]
        mass = row[..., 3] - row[..., 4] * (t - row[..., 2])
        return np.where(row[..., 3] > 0.0, mass, np.nan)

    def stage_at(self, t_s: ArrayLike) -> IntArray:
        """Number of the stage that burns, from 1, shape (...); 0 where none does."""
        return np.asarray(self.stage[self._phase(np.asarray(t_s, dtype=np.float64))])

    def _phase(self, t: FloatArray) -> IntArray:
        return np.searchsorted(self.phases[:-1, 0], t, side="right").astype(np.int64)


class Ends(NamedTuple):
    """Ends of many flights: shapes (n, 3), (n, 3) ITRF, (n,) s, (n,) whether it came down, (n,) m and s of apogee."""

    position_m: FloatArray
    velocity_m_s: FloatArray
    t_s: FloatArray
    landed: NDArray[np.bool_]
    apogee_m: FloatArray
    apogee_s: FloatArray


def fly(booster: Booster, plan: FlightPlan, until_s: float = math.inf) -> Trajectory:
    """Fly one booster.

    Parameters
    ----------
    booster : Booster
    plan : FlightPlan
    until_s : float
        Burns that end later are left out, and the flight ends here.

    Returns
    -------
    Trajectory
        The payload's flight; what else there is in the sky is in `bodies`.

    Raises
    ------
    FlightError
        A booster or plan that cannot fly, or a flight that neither lands nor orbits within a day.
    """
    phases = phase_table(booster, plan)
    if until_s < phases[-2, 0]:
        phases = phases[np.append(phases[:-1, 0] <= until_s, True)]
    start, axes = _launch(plan.lat_deg, plan.lon_deg, plan.alt_m)
    azimuth = math.radians(plan.azimuth_deg + plan.azimuth_offset_deg)
    ahead = math.sin(azimuth) * axes[0] + math.cos(azimuth) * axes[1]
    pitch = math.radians(plan.final_pitch_deg + plan.pitch_offset_deg)
    steer = (*axes[2].tolist(), *ahead.tolist(), pitch, booster.pitch_tau_s, booster.vertical_s)
    path = fly_phases(plan, phases, start, steer, booster.id, until_s)
    if path.impact_s is not None and path.impact_s < phases[path.stage > 0, 0].max(initial=0.0):
        raise FlightError(f"booster {booster.id}: it flies into the ground under power; raise final_pitch_deg")
    return path


def fly_phases(
    plan: FlightPlan,
    phases: FloatArray,
    start: FloatArray,
    steer: Steer,
    name: str,
    until_s: float = math.inf,
    earth: Earth = EARTH,
) -> Trajectory:
    """Fly any table of phases.

    Parameters
    ----------
    plan : FlightPlan
        Kept with the result; its launch point is where ranges count from, its `max_time_s` ends a flight in orbit.
    phases : FloatArray, shape (p, 10)
        See `_dynamics_kernels`.
    start : FloatArray, shape (7,)
        Position m and velocity m/s in ITRF, and the time then, s after lift-off.
    steer : nine floats
        See `_dynamics_kernels`.
    name : str
        For the error.
    until_s : float
        End of the flight, if it is free by then.
    earth : Earth
        What it flies over; where it comes down, and its range, are told on WGS-84 all the same.

    Returns
    -------
    Trajectory

    Raises
    ------
    FlightError
        A flight that neither lands nor orbits within a day.
    """
    limits = np.array([*BOUNDS, _LONGEST_STEP_S, plan.max_time_s, min(until_s, _LONGEST_FLIGHT_S)])
    result, nodes = np.empty(10), np.empty((_MOST_NODES, 14))
    rows = kernels.fly(phases, start, steer, limits, earth, *_WORLD[1:], result, nodes)
    landed = result[7] == kernels.IMPACT
    orbits = result[7] == kernels.TIME_LIMIT and result[6] < _LONGEST_FLIGHT_S
    if not (landed or orbits) or rows > _MOST_NODES:
        raise FlightError(f"{name}: the flight neither lands nor orbits; change final_pitch_deg or cutoff")
    nodes = nodes[:rows]
    impact_deg, range_km = None, None
    if landed:
        lat, lon, _ = geodetic_from_itrf(result[:3])
        impact_deg = (float(lat), float(lon))
        range_km = inverse(plan.lat_deg, plan.lon_deg, *impact_deg)[0] / 1e3
    return Trajectory(
        plan=plan,
        t_s=nodes[:, 0].copy(),
        position_m=nodes[:, 1:4].copy(),
        velocity_m_s=nodes[:, 4:7].copy(),
        acceleration_m_s2=nodes[:-1, 7:13].reshape(-1, 2, 3).copy(),
        phases=phases,
        apogee_s=float(result[9]),
        apogee_km=float(result[8]) / 1e3,
        impact_s=float(result[6]) if landed else None,
        impact_deg=impact_deg,
        range_km=range_km,
    )


def fly_ends(
    booster: Booster,
    lat_deg: float,
    lon_deg: float,
    alt_m: float,
    lanes: FloatArray,
    bounds: tuple[float, float] = BOUNDS,
    to_burnout: bool = False,
    earth: Earth = EARTH,
) -> Ends:
    """Fly many dispersed flights of one booster from one place and keep only their ends.

    Parameters
    ----------
    booster : Booster
    lat_deg, lon_deg, alt_m : float
        Launch point, geodetic.
    lanes : FloatArray, shape (n, 7)
        Azimuth deg, final pitch deg, cutoff, and factors on thrust, specific impulse, ballistic coefficient and drag.
    bounds : (float, float)
        Error bounds per step, m and m/s.
    to_burnout : bool
        Stop at the end of the last burn.
    earth : Earth
        What it flies over; the launch point is over WGS-84 all the same, so that ``alt_m`` sets it on another's ground.

    Returns
    -------
    Ends
        Impact, or the state at burnout; a lane that reaches an orbit ends at burnout, not landed.
    """
    inside = lanes.copy()
    inside[:, :2] = np.radians(lanes[:, :2])
    start, axes = _launch(lat_deg, lon_deg, alt_m)
    limits = np.array([*bounds, math.inf, 0.0, 0.0 if to_burnout else _LONGEST_FLIGHT_S])
    results = np.empty((len(lanes), 10))
    kernels.fly_lanes(
        stage_table(booster),
        segment_table(booster),
        booster.vertical_s,
        booster.pitch_tau_s,
        free_row(booster),
        start,
        axes,
        inside,
        limits,
        earth,
        *_WORLD[1:],
        results,
    )
    return Ends(
        results[:, :3], results[:, 3:6], results[:, 6], results[:, 7] == kernels.IMPACT, results[:, 8], results[:, 9]
    )


_WORLD = (EARTH, TABLE, EDGES, dop853.A, dop853.C, dop853.E, dop853.D)


def _launch(lat_deg: float, lon_deg: float, alt_m: float) -> tuple[FloatArray, FloatArray]:
    """State at rest on the ground at time 0, (7,), and the axes east, north, up, (3, 3)."""
    return np.concatenate([itrf_from_geodetic(lat_deg, lon_deg, alt_m), np.zeros(4)]), enu_axes(lat_deg, lon_deg)
