"""Aiming: the plan that makes a booster reach a point, by a given apogee or in a given time; orbits are in `aim_orbit`.

Three things are free: final pitch, cutoff and azimuth. The cutoff is varied also for boosters without thrust
termination, and into the burn before the last: it stands for energy management in general (burning off, blow-out ports,
a turn out of the plane, a stage left unused).

A search flies a coarse grid of pitch and cutoff. From there Newton steps go on side by side: in cutoff and azimuth for
each pitch, which gives the family of trajectories through the target and its member of least energy; or in all three
where an apogee or a flight time is asked for. A search flies at most `MOST_FLIGHTS` flights.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from launchwatch.catalog.schema import Booster
from launchwatch.core.arrays import FloatArray, IntArray
from launchwatch.core.geodesy import A, direct, inverse, itrf_from_geodetic
from launchwatch.sim.truth.flight import BOUNDS, COARSE_BOUNDS, Ends, fly_ends
from launchwatch.sim.truth.phases import least_cutoff
from launchwatch.sim.truth.plan import FlightPlan

Mode: TypeAlias = Literal["minimum-energy", "depressed", "lofted"]
LatLon: TypeAlias = tuple[float, float]
BoolArray: TypeAlias = NDArray[np.bool_]

MOST_FLIGHTS = 1_500
"""No search flies more."""
DEPRESSED_APOGEE, LOFTED_APOGEE = 0.4, 2.0
"""Apogee of "depressed" and "lofted" as a part of that of minimum energy, where the booster has the energy for it."""

_PITCHES_DEG = np.concatenate([np.arange(-45.0, 60.0, 5.0), np.arange(60.0, 90.0, 2.5), [88.75, 89.5]])
_KICKS_DEG = 90.0 - np.geomspace(45.0, 0.05, 20)
_CUTOFFS = np.concatenate([np.arange(-0.8, 0.0, 0.2), np.linspace(0.0, 1.0, 11)])
_ROOM = 0.02  # kept from the least cutoff
_STARTS = 8  # lanes of the grid that go on toward an apogee
_NEWTON = 10
_DIFFERENCES = (1e-4, 1e-3, 1e-3)  # of cutoff, azimuth deg and pitch deg: some 10 m to 1 km on the ground
_FARTHEST = (0.1, 10.0, 5.0)  # one step moves them no farther
_HIT_M = 1.0
_SHORTEST_KM = 20.0


class AimError(ValueError):
    """A target that cannot be reached; one line says how far the booster gets."""


@dataclass(frozen=True)
class _Target:
    """A point on the ellipsoid, as angles at the Earth's centre along and across the plane from the launch point."""

    booster: Booster
    launch: LatLon
    azimuth_deg: float
    axes: FloatArray  # rows: toward the launch point, downrange, across
    along: float

    def miss(self, ends: Ends) -> tuple[FloatArray, FloatArray]:
        """How far beyond the target and how far left of it lanes end, m, (n,) each; infinite where they do not land."""
        x, y, z = self.axes @ (ends.position_m / np.linalg.norm(ends.position_m, axis=1, keepdims=True)).T
        angle = np.arctan2(y, x)
        # up to a whole turn counts as range; what falls back behind the launch point by a little is short
        angle = np.where(angle < -0.5, angle + 2.0 * np.pi, angle)
        return np.where(ends.landed, (angle - self.along) * A, np.inf), np.where(ends.landed, np.arcsin(z) * A, 0.0)

    @property
    def least_cutoff(self) -> float:
        return least_cutoff(self.booster) + _ROOM

    @property
    def pitches_deg(self) -> FloatArray:
        """Of the grid: a gravity turn hangs on small angles of its tip-over."""
        return _KICKS_DEG if self.booster.stages[0].steering == "gravity-turn" else _PITCHES_DEG

    def fly(self, pitch_deg: FloatArray, cutoff: FloatArray, azimuth_deg: FloatArray, fine: bool) -> Ends:
        lanes = np.ones((len(pitch_deg), 7))
        lanes[:, 0], lanes[:, 1], lanes[:, 2] = azimuth_deg, pitch_deg, cutoff
        return fly_ends(self.booster, *self.launch, 0.0, lanes, BOUNDS if fine else COARSE_BOUNDS)


@dataclass(frozen=True)
class _Also:
    """One more condition on a flight to a point: an apogee, m, or a time to impact, s."""

    kind: Literal["apogee", "time"]
    value: float

    @property
    def scale_m(self) -> float:
        """Metres that count like one unit: a time is held within 1 ms."""
        return 1.0 if self.kind == "apogee" else 1e3

    def of(self, flown: Ends | _Lanes) -> FloatArray:
        if self.kind == "apogee":
            return flown.apogee_m
        return flown.t_s if isinstance(flown, Ends) else flown.time_s


@dataclass(frozen=True)
class _Lanes:
    """Flights side by side, arrays (n,)."""

    pitch_deg: FloatArray
    cutoff: FloatArray
    azimuth_deg: FloatArray
    apogee_m: FloatArray
    time_s: FloatArray
    beyond_m: FloatArray
    held: BoolArray

    def take(self, rows: IntArray | BoolArray) -> _Lanes:
        return _Lanes(*(getattr(self, field.name)[rows] for field in fields(self)))


def aim_impact(
    booster: Booster,
    launch: LatLon,
    impact: LatLon,
    mode: Mode = "minimum-energy",
    apogee_km: float | None = None,
    flight_time_s: float | None = None,
) -> FlightPlan:
    """Find the plan that hits a point.

    Parameters
    ----------
    booster : Booster
        With or without thrust termination (see the module).
    launch, impact : (lat_deg, lon_deg)
        Geodetic, at height 0.
    mode : "minimum-energy" | "depressed" | "lofted"
        The smallest cutoff that reaches; or `DEPRESSED_APOGEE` or `LOFTED_APOGEE` times the apogee of that, or as near
        to it as a full burn gets.
    apogee_km : float, optional
        The apogee itself, whatever the mode.
    flight_time_s : float, optional
        Or the time from lift-off to impact.

    Returns
    -------
    FlightPlan
        Hits within 1 m of the ellipsoid.

    Raises
    ------
    AimError
        A target beyond the reach or nearer than 20 km, or an apogee or a flight time out of reach.
    """
    target = _target(booster, launch, impact)
    grid = _grid(target)
    if apogee_km is not None and flight_time_s is not None:
        raise AimError("give an apogee or a flight time; each fixes the other")
    if apogee_km is not None:
        plan = _through(target, grid, _Also("apogee", apogee_km * 1e3))
        if plan is None:
            apogees = _family(target, grid).apogee_m / 1e3
            raise AimError(
                f"{booster.id} cannot reach this target with an apogee of {apogee_km:.0f} km; "
                f"apogees of about {apogees.min():.0f} to {apogees.max():.0f} km are possible"
            )
        return plan
    if flight_time_s is not None:
        plan = _through(target, grid, _Also("time", flight_time_s))
        if plan is None:
            times = _family(target, grid).time_s
            raise AimError(
                f"{booster.id} cannot reach this target in {flight_time_s:.0f} s; "
                f"flight times of about {times.min():.0f} to {times.max():.0f} s are possible"
            )
        return plan
    family = _family(target, grid)
    least = int(np.argmin(family.cutoff))
    pitch = _vertex(family.pitch_deg, family.cutoff, least)
    best = _newton(target, [pitch], family.cutoff[[least]], family.azimuth_deg[[least]], _NEWTON, fine=True)
    if mode != "minimum-energy":
        wanted = float(best.apogee_m[0]) * (DEPRESSED_APOGEE if mode == "depressed" else LOFTED_APOGEE)
        plan = _through(target, grid, _Also("apogee", wanted))
        if plan is not None:
            return plan
        edge = [int(np.argmin(family.apogee_m) if mode == "depressed" else np.argmax(family.apogee_m))]
        best = family.take(np.array(edge))
        best = _newton(target, best.pitch_deg, best.cutoff, best.azimuth_deg, _NEWTON, fine=True)
    if not best.held[0]:
        raise AimError(f"{booster.id}: no plan hits the target within {_HIT_M:g} m; ask for another apogee")
    return _plan(target, best, 0)


def aim_apogee_range(
    booster: Booster, launch: LatLon, azimuth_deg: float, apogee_km: float, range_km: float
) -> FlightPlan:
    """Find the plan that rises to an apogee and comes down at a range along an azimuth.

    Parameters
    ----------
    booster : Booster
    launch : (lat_deg, lon_deg)
    azimuth_deg : float
        Of the geodesic from launch to impact; the plan's own azimuth leads it for the Earth's rotation.
    apogee_km, range_km : float
        Height over the ellipsoid, and length of the geodesic.

    Returns
    -------
    FlightPlan

    Raises
    ------
    AimError
        Apogee and range that the booster cannot reach together.
    """
    return aim_impact(booster, launch, direct(*launch, azimuth_deg, range_km * 1e3), "lofted", apogee_km)


def _target(booster: Booster, launch: LatLon, impact: LatLon) -> _Target:
    distance_m, azimuth_deg, _ = inverse(*launch, *impact)
    if distance_m < _SHORTEST_KM * 1e3:
        raise AimError(f"the target is {distance_m / 1e3:.1f} km away; aiming begins at {_SHORTEST_KM:g} km")
    here, there = itrf_from_geodetic(*launch), itrf_from_geodetic(*impact)
    here, there = here / np.linalg.norm(here), there / np.linalg.norm(there)
    across = np.cross(here, there)
    across /= np.linalg.norm(across)
    along = float(np.arccos(np.clip(here @ there, -1.0, 1.0)))
    return _Target(booster, launch, azimuth_deg, np.array([here, np.cross(across, here), across]), along)


def _grid(target: _Target) -> _Lanes:
    """The coarse grid of pitch and cutoff, pitch by pitch."""
    cutoffs = _CUTOFFS[target.least_cutoff < _CUTOFFS]
    pitch, cutoff = (values.ravel() for values in np.meshgrid(target.pitches_deg, cutoffs, indexing="ij"))
    azimuth = np.full(len(pitch), target.azimuth_deg)
    ends = target.fly(pitch, cutoff, azimuth, fine=False)
    held = np.zeros(len(pitch), dtype=np.bool_)
    return _Lanes(pitch, cutoff, azimuth, ends.apogee_m, ends.t_s, target.miss(ends)[0], held)


def _family(target: _Target, grid: _Lanes) -> _Lanes:
    """Trajectories through the target, one for each pitch of the grid that has one, good to 100 m.

    Raises
    ------
    AimError
        The target is out of reach.
    """
    beyond = grid.beyond_m.reshape(len(target.pitches_deg), -1)
    cutoffs = grid.cutoff[: beyond.shape[1]]
    passes = (beyond[:, :-1] < 0.0) & (beyond[:, 1:] >= 0.0)
    rows = np.flatnonzero(passes.any(axis=1))
    if (beyond < 0.0).all():
        wanted = target.along * A / 1e3
        most = wanted + float(np.max(beyond)) / 1e3
        raise AimError(
            f"{target.booster.id} cannot reach {wanted:.0f} km; it flies at most about {most:.0f} km that way"
        )
    column = np.argmax(passes[rows], axis=1)
    short, far = beyond[rows, column], beyond[rows, column + 1]
    lands = np.isfinite(far)
    part = np.where(lands, -short / (np.where(lands, far, 0.0) - short), 0.25)
    cutoff = cutoffs[column] + part * (cutoffs[column + 1] - cutoffs[column])
    lanes = _newton(target, target.pitches_deg[rows], cutoff, np.full(len(rows), target.azimuth_deg), 5, fine=False)
    if not lanes.held.any():
        raise AimError(f"{target.booster.id}: no trajectory through the target was found")
    return lanes.take(lanes.held)


def _through(target: _Target, grid: _Lanes, also: _Also) -> FlightPlan | None:
    """The plan through the target that meets one more condition, or None."""
    off = np.hypot(grid.beyond_m / (target.along * A), also.of(grid) / also.value - 1.0)
    start = grid.take(np.argsort(off)[:_STARTS])
    lanes = _newton(target, start.pitch_deg, start.cutoff, start.azimuth_deg, _NEWTON, fine=False, also=also)
    for i in np.flatnonzero(lanes.held):
        one = lanes.take(np.array([i]))
        one = _newton(target, one.pitch_deg, one.cutoff, one.azimuth_deg, 4, fine=True, also=also)
        if one.held[0]:
            return _plan(target, one, 0)
    return None


def _newton(
    target: _Target,
    pitch_deg: ArrayLike,
    cutoff: FloatArray,
    azimuth_deg: FloatArray,
    rounds: int,
    fine: bool,
    also: _Also | None = None,
) -> _Lanes:
    """Newton steps with one-sided differences, all lanes side by side.

    Unknown are cutoff and azimuth, and the pitch too where one more condition is to be met. A lane is held within
    100 m, or `_HIT_M` where ``fine``, of the target and the condition, with a cutoff of at most 1.
    """
    unknowns = 2 if also is None else 3
    steps, farthest = np.array(_DIFFERENCES[:unknowns]), np.array(_FARTHEST[:unknowns])
    x = np.stack([cutoff, azimuth_deg, np.asarray(pitch_deg, dtype=np.float64)])
    for _ in range(rounds):
        varied = np.repeat(x[:, None, :], unknowns + 1, axis=1)
        for i in range(unknowns):
            varied[i, i + 1] += steps[i]
        cutoffs, azimuths, pitches = varied.reshape(3, -1)
        ends = target.fly(pitches, cutoffs, azimuths, fine)
        errors = _errors(target, ends, also).reshape(unknowns, unknowns + 1, -1)
        jacobian = np.moveaxis((errors[:, 1:] - errors[:, :1]) / steps[None, :, None], -1, 0)
        usable = np.isfinite(jacobian).all(axis=(1, 2)) & np.isfinite(errors[:, 0]).all(axis=0)
        usable[usable] &= np.abs(np.linalg.det(jacobian[usable])) > 0.0
        move = np.zeros((x.shape[1], unknowns))
        move[usable] = np.linalg.solve(jacobian[usable], -errors[:, 0].T[usable][..., None])[..., 0]
        move /= np.maximum(np.max(np.abs(move) / farthest, axis=1, keepdims=True), 1.0)
        x[:unknowns] += move.T
        x[0] = np.where(usable, np.clip(x[0], target.least_cutoff, 1.02), np.maximum(x[0] - 0.02, target.least_cutoff))
        x[2] = np.minimum(x[2], 90.0)
    ends = target.fly(x[2], x[0], x[1], fine)
    errors = _errors(target, ends, also)
    held = (np.abs(errors) < (_HIT_M if fine else 100.0)).all(axis=0) & (x[0] <= 1.0)
    return _Lanes(x[2], x[0], x[1], ends.apogee_m, ends.t_s, errors[0], held)


def _errors(target: _Target, ends: Ends, also: _Also | None) -> FloatArray:
    """What is to vanish, m: beyond and left of the target, and off the condition; (2 or 3, n)."""
    beyond, left = target.miss(ends)
    if also is None:
        return np.stack([beyond, left])
    return np.stack([beyond, left, also.scale_m * (also.of(ends) - also.value)])


def _plan(target: _Target, lanes: _Lanes, i: int) -> FlightPlan:
    return FlightPlan(
        lat_deg=target.launch[0],
        lon_deg=target.launch[1],
        azimuth_deg=float(lanes.azimuth_deg[i]) % 360.0,
        final_pitch_deg=float(lanes.pitch_deg[i]),
        cutoff=float(lanes.cutoff[i]),
    )


def _vertex(x: FloatArray, y: FloatArray, least: int) -> float:
    """Where the parabola through the least of y and its neighbours is lowest, within them."""
    if not 0 < least < len(x) - 1:
        return float(x[least])
    (x0, x1, x2), (y0, y1, y2) = x[least - 1 : least + 2], y[least - 1 : least + 2]
    left, right = (y1 - y0) / (x1 - x0), (y2 - y1) / (x2 - x1)
    bend = (right - left) / (x2 - x0)
    return float(x1) if bend <= 0.0 else float(np.clip(0.5 * (x0 + x1 - left / bend), x0, x2))
