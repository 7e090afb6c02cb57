"""The ground track of a flight of which launch, impact and apogee are known: where it is, how high, and when.

The flight is an arc of free fall (Bate, Mueller and White, 1971, chapter 6) in inertial space from the launch to where
the impact point will be by then, seen from the turning Earth. A great circle over the ground would lie off by
w sin(latitude) D T / 4 in the middle: 30 km at latitude 40 for 2,700 km in 16 minutes, 280 km at latitude 60 for 10,000
km in 30 minutes. What is left out, thrust and the flattening of the Earth, is `PATH_M` and `PATH_S`.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from launchwatch.core.arrays import FloatArray
from launchwatch.core.frames import OMEGA_EARTH, enu_axes
from launchwatch.core.geodesy import A, B, geodetic_from_itrf, itrf_from_geodetic
from launchwatch.messages.assessments import Assessment, GroundPoint
from launchwatch.physics.arcs import RADIUS_M, Arc, arc_through
from launchwatch.physics.gravity import MU

S = 1_000_000_000
POINTS = 241
PATH_M, PATH_S = 6e3, 60.0
"""By how much a simulated flight lies off the arc, and is early or late on it: at most 5.3 km, and 59 s while it burns
(39 s beyond 200 km), over 18 flights of 400 to 10,900 km with apogees of 210 to 4,475 km; a test flies five of them."""
LEAST_RAD = 1e-3
MOST_LAG = 0.2  # of the time of flight: a vehicle that burned longer than two fifths of it flew no such arc


class GroundTrack(NamedTuple):
    """Points of a flight.

    Attributes
    ----------
    seconds : (n,) after lift-off.
    position_m : (n, 3) ITRF, on the ellipsoid below the object.
    right : (n, 3) unit vectors across the track, to its right, ITRF.
    height_m : (n,) over the ground.
    across_m : (n,) standard deviation across the track, m: those of launch and impact point, in proportion, and
        `PATH_M`.
    """

    seconds: FloatArray
    position_m: FloatArray
    right: FloatArray
    height_m: FloatArray
    across_m: FloatArray


def ground_track(assessment: Assessment) -> GroundTrack | None:
    """The ground track of an assessed flight.

    Returns
    -------
    GroundTrack or None
        None where launch, impact or apogee is not known, or launch and impact point are one.
    """
    launch, impact, apogee = assessment.launch_point, assessment.impact, assessment.apogee_km
    if launch is None or impact is None or apogee is None or apogee.value <= 0.0:
        return None
    flight_s = (impact.time_ns - launch.time_ns) / S
    if flight_s <= 0.0:
        return None
    start, end = _unit(launch), _unit(impact)
    lag_s = 0.0
    for _ in range(2):  # the lag turns the Earth, which moves the ends of the arc, which has another time then
        free_s = flight_s - lag_s
        target = _turned(end, np.array([OMEGA_EARTH * free_s]))[0]
        angle = math.acos(max(-1.0, min(1.0, float(start @ target))))
        if not LEAST_RAD < angle < math.pi - LEAST_RAD:
            return None
        arc = arc_through(1e3 * apogee.value, angle * RADIUS_M)
        lag_s = min(max(flight_s - arc.time_s, 0.0), MOST_LAG * flight_s)
    along = np.linspace(0.0, angle, POINTS)
    share, height = _along(arc, along)
    free = free_s * share
    inertial = (np.sin(angle - along)[:, None] * start + np.sin(along)[:, None] * target) / math.sin(angle)
    ground = _turned(inertial, -OMEGA_EARTH * free)
    right = np.cross(np.gradient(ground, axis=0), ground)
    right /= np.linalg.norm(right, axis=1)[:, None]
    done = along / angle
    sigma = (1.0 - done) * _across(launch, right[0]) + done * _across(impact, right[-1])
    return GroundTrack(_delayed(free, flight_s - free_s), on_ellipsoid(ground), right, height, np.hypot(sigma, PATH_M))


def _along(arc: Arc, along: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Share of its time (n,), and height (n,), m, at angles (n,) from the begin of an arc to its end."""
    semi_major = 1.0 / (2.0 / RADIUS_M - arc.speed_m_s**2 / MU)
    eccentricity = (RADIUS_M + arc.apogee_m) / semi_major - 1.0
    anomaly = math.pi - 0.5 * along[-1] + along
    radius = semi_major * (1.0 - eccentricity**2) / (1.0 + eccentricity * np.cos(anomaly))
    root = math.sqrt((1.0 - eccentricity) / (1.0 + eccentricity))
    eccentric = 2.0 * np.arctan2(root * np.sin(0.5 * anomaly), np.cos(0.5 * anomaly))
    mean = eccentric - eccentricity * np.sin(eccentric)
    return (mean - mean[0]) / (mean[-1] - mean[0]), radius - RADIUS_M


def _delayed(free_s: FloatArray, lag_s: float) -> FloatArray:
    """Seconds after lift-off (n,) at seconds (n,) along the arc.

    A vehicle under thrust lags behind free flight: in the end by what the flight took longer than the arc, and before
    as at a constant acceleration, under which it burns for twice so long.
    """
    seconds = free_s + lag_s
    early = free_s < lag_s
    seconds[early] = 2.0 * np.sqrt(lag_s * free_s[early])
    return seconds


def on_ellipsoid(direction: FloatArray) -> FloatArray:
    """Where directions (n, 3) from the Earth's centre meet the ellipsoid, ITRF m."""
    across = direction[:, 0] ** 2 + direction[:, 1] ** 2
    scale: FloatArray = direction / np.sqrt(across / A**2 + direction[:, 2] ** 2 / B**2)[:, None]
    return scale


def lat_lon(position_m: FloatArray) -> FloatArray:
    """Latitude and longitude (n, 2) in degrees of positions (n, 3)."""
    lat, lon, _ = geodetic_from_itrf(position_m)
    return np.column_stack([lat, lon])


def _unit(point: GroundPoint) -> FloatArray:
    position = itrf_from_geodetic(point.lat_deg, point.lon_deg, 0.0)
    unit: FloatArray = position / np.linalg.norm(position)
    return unit


def _turned(vectors: FloatArray, angle: FloatArray) -> FloatArray:
    """Vectors (n, 3) or (3,) turned east about the axis by angles (n,), rad."""
    x, y, z = np.broadcast_to(vectors, (len(angle), 3)).T
    c, s = np.cos(angle), np.sin(angle)
    return np.column_stack([c * x - s * y, s * x + c * y, z])


def _across(point: GroundPoint, right: FloatArray) -> float:
    """Standard deviation of a ground point along a unit vector, m."""
    axis = enu_axes(point.lat_deg, point.lon_deg)[:2] @ right
    return math.sqrt(max(float(axis @ point.covariance_m2 @ axis), 0.0))
