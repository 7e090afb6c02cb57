"""From what is known of a flight to cues: which radars' fields it will enter, when, and what it takes to look there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from launchwatch.control.tasking.scheduler import value_of_look
from launchwatch.core.arrays import FloatArray
from launchwatch.core.frames import azimuth_elevation_range
from launchwatch.messages.control import Cue
from launchwatch.messages.tracks import Track
from launchwatch.physics.free_flight import free_flight
from launchwatch.physics.radar import REFERENCE_SNR_DB, angle_sigma, ratio
from launchwatch.physics.search import beams_of, predicted_patch
from launchwatch.physics.visibility import MEAN_RADIUS, in_sectors, lowest_height

S = 1_000_000_000
STEP_S = 10.0
LOWEST_M = MEAN_RADIUS - 20e3  # below the flattened Earth: come down
AHEAD_S = 3600.0
"""So far ahead a free flight is followed."""
THRUST_AHEAD_S = 40.0
"""So far ahead what still thrusts is followed: later it may be anywhere."""
THRUST_M_S2 = 30.0
"""Standard deviation of what is not known of an acceleration under thrust; stages end at 30 to 100 m/s^2."""


@dataclass(frozen=True)
class RadarField:
    """A radar as a tasking node knows it.

    Attributes
    ----------
    sensor : identifier in the catalogue.
    lat_deg, lon_deg : of its site; `site_m` : (3,) the same, ITRF.
    sectors_deg : (m, 2) azimuths from, to, clockwise.
    elevation_deg, range_m : lower and upper limits.
    beamwidth_deg, sigma_range_m : of one look.
    look_s : time of one beam of a cued search.
    spare : part of its time that its fences leave.
    """

    sensor: str
    lat_deg: float
    lon_deg: float
    site_m: FloatArray
    sectors_deg: tuple[tuple[float, float], ...]
    elevation_deg: tuple[float, float]
    range_m: tuple[float, float]
    beamwidth_deg: float
    sigma_range_m: float
    look_s: float
    spare: float


class Stay(NamedTuple):
    """When a flight stands in a field, as predicted, ns TAI."""

    from_ns: int
    until_ns: int


class Task(NamedTuple):
    """A cue that could be sent, what a look is worth, nats, and the time of a search of its ellipse, s."""

    cue: Cue
    value: float
    cost_s: float


def paths_of(tracks: Sequence[Track]) -> list[FloatArray]:
    """Positions (n, 3) ITRF of each flight every `STEP_S` seconds from its track's epoch, free until it comes down.

    Under thrust it goes on at its speed for a short while; what lies after that nobody knows.
    """
    steps = [round((THRUST_AHEAD_S if track.phase == "boost" else AHEAD_S) / STEP_S) for track in tracks]
    states = np.array([track.state for track in tracks])
    paths = [[state[:3]] for state in states]
    flying = np.arange(len(tracks))
    for step in range(1, max(steps) + 1):
        states[flying] = free_flight(states[flying], STEP_S)
        up = np.linalg.norm(states[flying, :3], axis=1) > LOWEST_M
        flying = flying[up & (step <= np.array(steps)[flying])]
        if not len(flying):
            break
        for i in flying.tolist():
            paths[i].append(states[i, :3].copy())
    return [np.array(path) for path in paths]


def stay_in(field: RadarField, epoch_ns: int, positions_m: FloatArray, now: int) -> Stay | None:
    """The first stay of a path in a radar's field that is not over at `now`; null where there is none.

    It begins one step before the first and ends one step after the last position within.

    Parameters
    ----------
    field : RadarField
    epoch_ns : of the first position.
    positions_m : (n, 3) of `paths_of`.
    now : ns TAI.
    """
    times_s = STEP_S * np.arange(len(positions_m))
    ahead = np.flatnonzero(epoch_ns + times_s * S >= now - STEP_S * S)
    azimuth, elevation, distance = azimuth_elevation_range(
        field.site_m, field.lat_deg, field.lon_deg, positions_m[ahead]
    )
    inside = (
        in_sectors(azimuth, field.sectors_deg)
        & (elevation >= field.elevation_deg[0])
        & (elevation <= field.elevation_deg[1])
        & (distance >= field.range_m[0])
        & (distance <= field.range_m[1])
    )
    if field.elevation_deg[0] < 0.0:
        inside &= lowest_height(field.site_m, positions_m[ahead]) >= 0.0
    within = np.flatnonzero(inside)
    if not len(within):
        return None
    gaps = np.flatnonzero(np.diff(within) > 1)
    last = within[gaps[0]] if len(gaps) else within[-1]
    first_s, last_s = times_s[ahead[within[0]]], times_s[ahead[last]]
    return Stay(epoch_ns + round((first_s - STEP_S) * S), epoch_ns + round((last_s + STEP_S) * S))


def task_of(field: RadarField, event: str, track: Track, stay: Stay, weight: float, now: int) -> Task:
    """The cue of one radar to one flight, from when it stands in the field; what a first look there tells."""
    thrust = THRUST_M_S2 if track.phase == "boost" else 0.0
    first_ns = max(stay.from_ns, now)
    dt_s = (first_ns - track.epoch_ns) / S
    patch = predicted_patch(field.site_m, field.lat_deg, field.lon_deg, track.state, track.covariance, dt_s, thrust)
    beams = beams_of(patch, field.beamwidth_deg)
    cue = Cue(
        sensor=field.sensor,
        event=event,
        epoch_ns=track.epoch_ns,
        state=track.state,
        covariance=track.covariance,
        from_ns=stay.from_ns,
        until_ns=stay.until_ns,
        acceleration_m_s2=thrust,
        weight=weight,
    )
    distance = float(np.linalg.norm(patch.position_m - field.site_m))
    across = distance * float(angle_sigma(np.radians(field.beamwidth_deg), ratio(REFERENCE_SNR_DB)))
    noise = np.diag([field.sigma_range_m**2, across**2, across**2])
    value = float(value_of_look(patch.covariance_m2[None], noise[None], 1.0, weight)[0])
    return Task(cue, value, beams * field.look_s)
