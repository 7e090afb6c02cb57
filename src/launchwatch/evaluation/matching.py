"""Which true launch an event, a track or a warning speaks of."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from launchwatch.core.arrays import FloatArray
from launchwatch.core.geodesy import inverse, itrf_from_geodetic
from launchwatch.messages.assessments import Assessment, GroundPoint
from launchwatch.messages.tracks import Track
from launchwatch.messages.truth import FlightTruth

S = 1_000_000_000
NEAR_M = 400e3
NEAR_S = 240.0
SIGMAS = 5.0


def true_state(flight: FlightTruth, epoch_ns: int) -> FloatArray | None:
    """True state (6,) ITRF at an epoch by linear interpolation, or None outside the flight."""
    t = (epoch_ns - flight.time_ns) / S
    if not flight.t_s[0] <= t <= flight.t_s[-1]:
        return None
    columns = (*flight.position_m.T, *flight.velocity_m_s.T)
    return np.array([np.interp(t, flight.t_s, column) for column in columns])


def launch_of_track(track: Track, flights: Sequence[FlightTruth]) -> FlightTruth | None:
    """The launch whose true position is nearest to the track at its epoch, if it is near at all."""
    best, nearest = None, np.inf
    for flight in flights:
        state = true_state(flight, track.epoch_ns)
        if state is None:
            continue
        away = float(np.linalg.norm(track.state[:3] - state[:3]))
        reach = NEAR_M + SIGMAS * float(np.sqrt(np.trace(track.covariance[:3, :3])))
        if away < reach and away < nearest:
            best, nearest = flight, away
    return best


def launch_of_assessment(assessment: Assessment, flights: Sequence[FlightTruth]) -> FlightTruth | None:
    """The launch that an assessment speaks of: by launch point and time, else by impact point and time."""
    best, nearest = None, np.inf
    for flight in flights:
        pairs = [(assessment.launch_point, flight.launch_deg, 0.0)]
        if flight.impact_deg is not None and flight.impact_s is not None:
            pairs.append((assessment.impact, flight.impact_deg, flight.impact_s))
        for point, place, seconds in pairs:
            if point is None:
                continue
            late = abs(point.time_ns - flight.time_ns - round(seconds * S)) / S
            reach = NEAR_M + 2e3 * point.ellipse_95.semi_major_km
            if late >= NEAR_S + SIGMAS * point.sigma_s or _chord(point, place) >= reach * min(1.0, nearest):
                continue  # the way along the ground is no shorter, and dear to compute
            distance, _, _ = inverse(point.lat_deg, point.lon_deg, *place)
            if distance < reach * min(1.0, nearest):
                best, nearest = flight, distance / reach
    return best


def _chord(point: GroundPoint, place: tuple[float, float]) -> float:
    """Distance through the Earth, m."""
    ends = itrf_from_geodetic(np.array([point.lat_deg, place[0]]), np.array([point.lon_deg, place[1]]), np.zeros(2))
    return float(np.linalg.norm(ends[1] - ends[0]))
