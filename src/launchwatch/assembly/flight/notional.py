"""Notional vehicles that fly what a report says, and how far they would reach instead.

The stages come from the catalogue's synthetic boosters of a class; their burns are stretched to a given sum. Payload
and final pitch are then solved for, so that the full burn through the air reaches the reported apogee and range.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import msgspec
import numpy as np

from launchwatch.catalog.schema import Booster
from launchwatch.core.arrays import FloatArray
from launchwatch.core.frames import enu_axes
from launchwatch.core.geodesy import A, itrf_from_geodetic
from launchwatch.physics._kernels import EARTH, Earth
from launchwatch.physics.arcs import HALF_ROUND_M, RADIUS_M
from launchwatch.physics.gravity import MU
from launchwatch.sim.truth.flight import COARSE_BOUNDS, Ends, fly_ends
from launchwatch.sim.truth.plan import FlightError

STILL_SPHERE: Earth = (MU, 0.0, 0.0, RADIUS_M, RADIUS_M)
"""The Earth where no launch point is given: round, without rotation; a launch point at any azimuth is then the same."""
TURNS = (0.10, 0.14, 0.20, 0.28)
"""Time constants of the pitch programme among which the longest range is looked for, as parts of the burn."""

_FLOWN_TURN = 0.20  # on a lofted flight any other gives the same payload to 0.1 %
_PITCHES_DEG = np.arange(-25.0, 61.0, 5.0)
_START_PITCHES_DEG = np.array([-30.0, -15.0, 0.0, 15.0, 25.0, 35.0, 45.0, 55.0, 65.0, 72.0, 78.0, 82.0, 86.0, 89.0])
_START_FACTORS = (0.1, 0.3, 0.6, 1.0, 1.7, 3.0, 5.0)
_ROUNDS = 20
_DIFFERENCES = np.array([1e-3, 1e-2, 1e-2])  # of log payload, pitch deg and azimuth deg
_FARTHEST = np.array([0.4, 6.0, 20.0])  # one step moves them no farther
_HIT = 1e-4  # of apogee and range together: below the rounding of any report


@dataclass(frozen=True)
class Ground:
    """Whence and whither over which Earth.

    Attributes
    ----------
    earth : as the kernels take it.
    lat_deg, lon_deg, alt_m : launch point over WGS-84.
    azimuth_deg : of the great circle from launch to impact, clockwise from north.
    """

    earth: Earth
    lat_deg: float
    lon_deg: float
    alt_m: float
    azimuth_deg: float

    def along_and_across(self, position_m: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Distance along the great circle from the launch point, up to a whole turn, and to its left, m, (n,) each."""
        east, north, _ = enu_axes(self.lat_deg, self.lon_deg)
        here = itrf_from_geodetic(self.lat_deg, self.lon_deg, self.alt_m)
        here = here / np.linalg.norm(here)
        azimuth = math.radians(self.azimuth_deg)
        left = np.cross(here, math.sin(azimuth) * east + math.cos(azimuth) * north)
        left /= np.linalg.norm(left)
        x, y, z = (
            np.array([here, np.cross(left, here), left])
            @ (position_m / np.linalg.norm(position_m, axis=1, keepdims=True)).T
        )
        along = np.arctan2(y, x)
        # what falls back behind the launch point by a little is short, not far
        return np.where(along < -0.5, along + 2.0 * np.pi, along) * RADIUS_M, np.arcsin(z) * RADIUS_M


def still_ground() -> Ground:
    """The ground of a report without launch point."""
    return Ground(STILL_SPHERE, 0.0, 0.0, RADIUS_M - A, 90.0)


def turning_ground(lat_deg: float, lon_deg: float, azimuth_deg: float) -> Ground:
    """The ground of a launch point on the turning Earth."""
    return Ground(EARTH, lat_deg, lon_deg, 0.0, azimuth_deg)


class Vehicle(NamedTuple):
    """Stages of a class whose burns add up to a time; the payload is open."""

    booster: Booster
    burn_s: float

    def loaded(self, payload_kg: float, turn: float) -> Booster:
        """The booster with a payload, and a pitch programme whose time constant is a part of the burn."""
        stretch = self.burn_s / burn_of(self.booster)
        return msgspec.structs.replace(
            self.booster,
            stages=tuple(msgspec.structs.replace(s, burn_s=s.burn_s * stretch) for s in self.booster.stages),
            payload_kg=payload_kg,
            vertical_s=self.booster.vertical_s * stretch,
            pitch_tau_s=turn * self.burn_s,
        )


@dataclass(frozen=True)
class Member:
    """A vehicle that flies what a report says.

    Attributes
    ----------
    vehicle : its stages and burn.
    payload_kg, pitch_deg, azimuth_deg : solved for.
    time_s : lift-off to impact.
    burnout_speed_m_s, burnout_altitude_m : at the end of the last burn, over the Earth as it turns or stands.
    """

    vehicle: Vehicle
    payload_kg: float
    pitch_deg: float
    azimuth_deg: float
    time_s: float
    burnout_speed_m_s: float
    burnout_altitude_m: float


def burn_of(booster: Booster) -> float:
    """Sum of a booster's burns, s."""
    return sum(stage.burn_s for stage in booster.stages)


def member_through(
    vehicle: Vehicle, ground: Ground, apogee_m: float, range_m: float, start: Member | None = None
) -> Member | None:
    """Solve for payload, pitch and azimuth of the full burn through an apogee and a range.

    Parameters
    ----------
    vehicle : Vehicle
    ground : Ground
    apogee_m, range_m : float
        Over the ellipsoid and along the mean sphere, m.
    start : Member, optional
        A similar one, to begin from; a coarse grid of payloads and pitches without it.

    Returns
    -------
    Member or None
        None where no payload that the first stage lifts does it.
    """
    x = _start(vehicle, ground, apogee_m, range_m) if start is None else np.array(
        [math.log(start.payload_kg), start.pitch_deg, start.azimuth_deg]
    )  # fmt: skip
    if x is None:
        return None
    try:
        for _ in range(_ROUNDS):
            varied = np.repeat(x[None, :], 3, axis=0)
            varied[1:, 1:] += np.diag(_DIFFERENCES[1:])
            base = _misses(vehicle, ground, x[0], varied[:, 1], varied[:, 2], apogee_m, range_m)
            heavier = _misses(vehicle, ground, x[0] + _DIFFERENCES[0], x[None, 1], x[None, 2], apogee_m, range_m)
            if np.abs(base[0]).max() < _HIT:
                return _member(vehicle, ground, x)
            flown = np.stack([heavier[0], base[1], base[2]], axis=1)
            if not (np.isfinite(flown).all() and np.isfinite(base[0]).all()):
                return None
            jacobian = (flown - base[0][:, None]) / _DIFFERENCES
            if np.linalg.det(jacobian) == 0.0:
                return None
            move = np.linalg.solve(jacobian, -base[0])
            x = x + move / max(1.0, float(np.max(np.abs(move) / _FARTHEST)))
            x[1] = min(x[1], 90.0)
    except FlightError:
        return None
    return None


def longest_range(vehicle: Vehicle, ground: Ground, payload_kg: float) -> float:
    """The longest range of a full burn over final pitch and time constant of the pitch programme.

    Parameters
    ----------
    vehicle : Vehicle
    ground : Ground
        Its azimuth is that of the plan; the flight ends where the turning Earth has it.
    payload_kg : float

    Returns
    -------
    float
        m, to about 1 %; infinite where a flight reaches an orbit or half the circumference, and 0 where the first stage
        does not lift the payload.
    """
    best = 0.0
    for turn in TURNS:
        try:
            booster = vehicle.loaded(payload_kg, turn)
            reached = _ranges(
                _fly(booster, ground, _PITCHES_DEG, np.full(len(_PITCHES_DEG), ground.azimuth_deg)), ground
            )
        except FlightError:
            return 0.0
        i = int(np.argmax(reached))
        best = max(best, float(reached[i]))
        if 0 < i < len(reached) - 1 and best < HALF_ROUND_M:
            before, at, after = reached[i - 1 : i + 2]
            step = _PITCHES_DEG[1] - _PITCHES_DEG[0]
            vertex = _PITCHES_DEG[i] + 0.5 * step * (before - after) / (before - 2.0 * at + after)
            ends = _fly(booster, ground, np.array([vertex]), np.array([ground.azimuth_deg]))
            best = max(best, float(_ranges(ends, ground)[0]))
        if best >= HALF_ROUND_M:
            return math.inf
    return best


def highest_apogee(vehicle: Vehicle, ground: Ground) -> float:
    """How high a vehicle throws next to nothing, m."""
    booster = vehicle.loaded(1.0, _FLOWN_TURN)
    return float(_fly(booster, ground, np.array([89.5]), np.array([ground.azimuth_deg])).apogee_m[0])


def _fly(
    booster: Booster, ground: Ground, pitch_deg: FloatArray, azimuth_deg: FloatArray, burnout: bool = False
) -> Ends:
    lanes = np.ones((len(pitch_deg), 7))
    lanes[:, 0], lanes[:, 1] = azimuth_deg, pitch_deg
    place = (ground.lat_deg, ground.lon_deg, ground.alt_m)
    return fly_ends(booster, *place, lanes, COARSE_BOUNDS, burnout, ground.earth)


def _ranges(ends: Ends, ground: Ground) -> FloatArray:
    """Ranges m, (n,): what the great circle to the impact measures, infinite in orbit."""
    along, across = ground.along_and_across(ends.position_m)
    angle = np.arccos(np.cos(along / RADIUS_M) * np.cos(across / RADIUS_M)) * RADIUS_M
    return np.where(ends.landed & (along < HALF_ROUND_M), np.where(along < 0.0, 0.0, angle), np.inf)


def _misses(
    vehicle: Vehicle,
    ground: Ground,
    log_payload: float,
    pitch_deg: FloatArray,
    azimuth_deg: FloatArray,
    apogee_m: float,
    range_m: float,
) -> FloatArray:
    """Relative errors of apogee, range and direction, (n, 3); infinite where a flight does not land."""
    ends = _fly(vehicle.loaded(math.exp(log_payload), _FLOWN_TURN), ground, pitch_deg, azimuth_deg)
    along, across = ground.along_and_across(ends.position_m)
    size = apogee_m + range_m
    errors = np.stack([ends.apogee_m / apogee_m - 1.0, (along - range_m) / size, across / size], axis=1)
    return np.where(ends.landed[:, None], errors, np.inf)


def _start(vehicle: Vehicle, ground: Ground, apogee_m: float, range_m: float) -> FloatArray | None:
    """The best of a coarse grid: log payload, pitch and azimuth."""
    best, least = None, math.inf
    azimuths = np.full(len(_START_PITCHES_DEG), ground.azimuth_deg)
    for factor in _START_FACTORS:
        log_payload = math.log(factor * vehicle.booster.payload_kg)
        try:
            errors = _misses(vehicle, ground, log_payload, _START_PITCHES_DEG, azimuths, apogee_m, range_m)
        except FlightError:
            break  # heavier ones do not lift off either
        size = np.hypot(errors[:, 0], errors[:, 1])
        i = int(np.argmin(size))
        if size[i] < least:
            best, least = np.array([log_payload, _START_PITCHES_DEG[i], ground.azimuth_deg]), float(size[i])
    return best


def _member(vehicle: Vehicle, ground: Ground, x: FloatArray) -> Member:
    booster = vehicle.loaded(math.exp(x[0]), _FLOWN_TURN)
    whole = _fly(booster, ground, x[None, 1], x[None, 2])
    burnout = _fly(booster, ground, x[None, 1], x[None, 2], burnout=True)
    return Member(
        vehicle=vehicle,
        payload_kg=math.exp(x[0]),
        pitch_deg=float(x[1]),
        azimuth_deg=float(x[2]),
        time_s=float(whole.t_s[0]),
        burnout_speed_m_s=float(np.linalg.norm(burnout.velocity_m_s[0])),
        burnout_altitude_m=float(np.linalg.norm(burnout.position_m[0])) - RADIUS_M,
    )
