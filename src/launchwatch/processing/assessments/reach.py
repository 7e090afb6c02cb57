"""Where a body that has come down into the air may land: the impact of what falls, the footprint of what glides.

The footprint is what the body can reach with the drag and the lift that it showed, and a deviation more of lift:
straight on with all lift up, in turns to either side, or down at once. It says nothing of where in it the body will go.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from launchwatch.core.arrays import FloatArray
from launchwatch.core.frames import enu_axes
from launchwatch.core.geodesy import geodetic_from_itrf, inverse, itrf_from_geodetic
from launchwatch.messages.tracks import Air, Track
from launchwatch.physics.entry import MEAN_RADIUS_M
from launchwatch.processing.motion import descent as flight

S = 1_000_000_000
STEPS = np.array([20.0, 20.0, 20.0, 0.02, 0.02, 0.02, 0.05])
BANKS_RAD = np.radians([0.0, -25.0, 25.0, -50.0, 50.0, -75.0, 75.0])
LIKELY = 2.4477  # semi-axis of the 95 % ellipse of a normal distribution in two dimensions, over its deviation
LEAST_SIGMA_M = 5e3  # no footprint is known better


class Landing(NamedTuple):
    """Centre of what is reached (3,) ITRF m, ns TAI of landing, deviation s, covariance (2, 2) of east and north."""

    position: FloatArray
    time_ns: int
    sigma_s: float
    covariance_m2: FloatArray


def state_of(track: Track, air: Air) -> FloatArray:
    """State (9,) of a track in the air, as `motion.descent` has it: with the lift of what glides."""
    lift = air.lift_m2_kg if air.glide > 0.5 else (0.0, 0.0)
    return np.concatenate([track.state, [math.log(air.drag_m2_kg), *lift]])


def landing_of(track: Track, air: Air, floor_m: float) -> Landing | None:
    """Where a track in the air lands, or None where it does not come down.

    Parameters
    ----------
    floor_m : deviation that no impact point is known better than.
    """
    mean = state_of(track, air)
    if air.glide > 0.5:
        return _footprint(track, air, mean)
    there, seconds = flight.landing(mean)
    moved = [flight.landing(mean + step) for step in np.eye(9)[:7] * STEPS[:, None]]
    if seconds < 0.0 or any(s < 0.0 for _, s in moved):
        return None
    axes = enu_axes(*(float(x) for x in geodetic_from_itrf(there[:3])[:2]))[:2]
    slope = np.array([axes @ (y[:3] - there[:3]) / s for (y, _), s in zip(moved, STEPS, strict=True)]).T
    time_slope = np.array([(t - seconds) / s for (_, t), s in zip(moved, STEPS, strict=True)])
    spread = air.covariance[:7, :7].copy()
    spread[:6, :6] = track.covariance
    covariance = slope @ spread @ slope.T + floor_m**2 * np.eye(2)
    sigma_s = math.sqrt(float(time_slope @ spread @ time_slope))
    return Landing(there[:3], track.epoch_ns + round(seconds * S), sigma_s, covariance)


def _footprint(track: Track, air: Air, mean: FloatArray) -> Landing | None:
    """The ellipse, as that of 95 %, about what a glide body reaches."""
    lift = math.hypot(*air.lift_m2_kg)
    # what the lift may be more is room as well: a standard deviation of it, in the mean of all directions
    lift += math.sqrt(0.5 * float(air.covariance[7, 7] + air.covariance[8, 8]))
    ends, times = [], []
    for factor, bank in ((0.0, 0.0), *((1.0, bank) for bank in BANKS_RAD)):
        state = mean.copy()
        state[7], state[8] = factor * lift * math.cos(bank), factor * lift * math.sin(bank)
        there, seconds = flight.landing(state)
        if seconds < 0.0:
            return None
        ends.append(there[:3])
        times.append(seconds)
    middle = ends[0] + ends[1]  # from the centre of the Earth through the middle of the stretch straight on
    lat, lon = (float(x) for x in geodetic_from_itrf(middle * (MEAN_RADIUS_M / np.linalg.norm(middle)))[:2])
    reached = np.array([_from(lat, lon, end) for end in ends])
    along = reached[1] - reached[0]
    length = math.hypot(*along)
    ahead = along / length if length > 0.0 else np.array([1.0, 0.0])
    turned = np.stack([ahead, [ahead[1], -ahead[0]]])  # rows: ahead, and to the right
    apart = reached @ turned.T
    # the smallest ellipse that holds all ends, of the half widths stretched evenly
    half = np.maximum(np.abs(apart).max(axis=0), LEAST_SIGMA_M)
    stretch = math.sqrt(float(np.sum((apart / half) ** 2, axis=1).max()))
    axes = enu_axes(lat, lon)[:2]
    covariance = turned.T @ np.diag((half * stretch / LIKELY) ** 2) @ turned
    covariance = covariance + axes @ track.covariance[:3, :3] @ axes.T
    first, last = min(times), max(times)
    time_ns = track.epoch_ns + round(0.5 * (first + last) * S)
    return Landing(itrf_from_geodetic(lat, lon, 0.0), time_ns, (last - first) / (2.0 * 1.96), covariance)


def _from(lat_deg: float, lon_deg: float, position: FloatArray) -> tuple[float, float]:
    """East and north m of a position (3,), by its distance over the ground from a point and its azimuth there."""
    lat, lon, _ = (float(x) for x in geodetic_from_itrf(position))
    distance, azimuth_deg, _ = inverse(lat_deg, lon_deg, lat, lon)
    return float(distance * np.sin(np.radians(azimuth_deg))), float(distance * np.cos(np.radians(azimuth_deg)))
