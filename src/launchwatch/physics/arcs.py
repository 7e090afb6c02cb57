"""Free flight from ground to ground over a still, airless sphere, in closed form.

Range and elevation, or range and apogee, fix an arc (Wheelon, 1959; Bate, Mueller and White, 1971, chapter 6).
"""

from __future__ import annotations

import math
from typing import NamedTuple

from launchwatch.physics.gravity import MU

RADIUS_M = 6_371_000.0
"""Mean radius of the Earth, m: that of the sphere."""
HALF_ROUND_M = math.pi * RADIUS_M
"""Half the circumference of the sphere, m: no point lies farther."""


class Arc(NamedTuple):
    """An arc: range m, speed m/s and elevation rad where it leaves the ground, apogee m, time of flight s."""

    range_m: float
    speed_m_s: float
    elevation_rad: float
    apogee_m: float
    time_s: float


def arc_at_elevation(range_m: float, elevation_rad: float) -> Arc:
    """The arc of a range that leaves the ground at an elevation.

    Parameters
    ----------
    range_m : float
        Along the ground, m, above 0 and below the whole circumference.
    elevation_rad : float
        Above the horizon, rad; above 0, and below a right angle by more than a quarter of the range's angle.

    Returns
    -------
    Arc
    """
    half = 0.5 * range_m / RADIUS_M
    q = 2.0 * math.sin(half) / (math.sin(2.0 * elevation_rad + half) + math.sin(half))
    eccentricity = math.sqrt(1.0 + q * (q - 2.0) * math.cos(elevation_rad) ** 2)
    return _arc(range_m, eccentricity, RADIUS_M / (2.0 - q), elevation_rad)


def minimum_energy(range_m: float) -> Arc:
    """The arc of a range that leaves the ground at the least speed.

    Parameters
    ----------
    range_m : float
        Along the ground, m, above 0 and below half the circumference.

    Returns
    -------
    Arc
    """
    return arc_at_elevation(range_m, 0.25 * (math.pi - range_m / RADIUS_M))


def arc_through(apogee_m: float, range_m: float) -> Arc:
    """The arc of a range that rises to an apogee; there is one for every apogee above 0.

    Parameters
    ----------
    apogee_m : float
        Over the ground, m, above 0.
    range_m : float
        Along the ground, m, above 0 and below the whole circumference.

    Returns
    -------
    Arc
    """
    half = 0.5 * range_m / RADIUS_M
    top = RADIUS_M + apogee_m
    eccentricity = apogee_m / (top - RADIUS_M * math.cos(half))
    # tan of the elevation is e sin(v) / (1 + e cos(v)) at the true anomaly v = pi - half
    elevation = math.atan2(eccentricity * math.sin(half), 1.0 - eccentricity * math.cos(half))
    return _arc(range_m, eccentricity, top / (1.0 + eccentricity), elevation)


def longest_range(speed_m_s: float) -> float:
    """The longest range at a speed on the ground, over all elevations.

    Parameters
    ----------
    speed_m_s : float
        Where the arc leaves the ground, m/s.

    Returns
    -------
    float
        m; infinite from circular speed on, which no distance bounds.
    """
    q = speed_m_s**2 * RADIUS_M / MU
    return 2.0 * RADIUS_M * math.asin(q / (2.0 - q)) if q < 1.0 else math.inf


def _arc(range_m: float, eccentricity: float, semi_major_m: float, elevation_rad: float) -> Arc:
    anomaly = math.acos(max(-1.0, min(1.0, (1.0 - RADIUS_M / semi_major_m) / eccentricity)))
    time = 2.0 * math.sqrt(semi_major_m**3 / MU) * (math.pi - anomaly + eccentricity * math.sin(anomaly))
    speed = math.sqrt(MU * (2.0 / RADIUS_M - 1.0 / semi_major_m))
    return Arc(range_m, speed, elevation_rad, semi_major_m * (1.0 + eccentricity) - RADIUS_M, time)
