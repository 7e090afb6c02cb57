"""Minimum-energy arcs on a still, airless sphere (Wheelon, 1959; Bate, Mueller and White, 1971, chapter 6)."""

import math

import numpy as np
import pytest

from launchwatch.physics.arcs import RADIUS_M, arc_at_elevation, minimum_energy
from launchwatch.physics.atmosphere import EDGES, TABLE
from launchwatch.physics.gravity import MU
from launchwatch.sim.truth import _dop853 as dop853
from launchwatch.sim.truth import _kernels as kernels

STILL_SPHERE = (MU, 0.0, 0.0, RADIUS_M, RADIUS_M)
RTOL = 1e-4  # the digits of the table

# range km, speed m/s, elevation deg, apogee km, minutes
TABLE_OF_ARCS = [
    (1_000.0, 3_016.1, 42.75, 239.9, 7.91),
    (1_850.0, 3_976.9, 40.84, 427.4, 11.18),
    (3_000.0, 4_865.0, 38.26, 655.2, 14.92),
    (5_500.0, 6_075.2, 32.63, 1_040.5, 21.93),
    (10_000.0, 7_198.1, 22.52, 1_319.5, 32.18),
    (12_000.0, 7_479.6, 18.02, 1_264.5, 35.72),
]


def arc(speed_m_s: float, elevation_rad: float) -> tuple[float, float, float]:
    """Range km, apogee km and minutes of a flight of the kernel in vacuum."""
    vacuum = TABLE.copy()
    vacuum[:, 3:5] = 0.0
    velocity = [speed_m_s * math.sin(elevation_rad), speed_m_s * math.cos(elevation_rad), 0.0]
    start = np.array([RADIUS_M, 0.0, 0.0, *velocity, 0.0])
    phases = np.array([[math.inf, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1e4, 0.0, 0.0]])
    result = np.empty(10)
    limits = np.array([1e-4, 1e-7, 1e9, 0.0, 1e5])
    tables = (STILL_SPHERE, vacuum, EDGES, dop853.A, dop853.C, dop853.E, dop853.D)
    kernels.fly(phases, start, (0.0,) * 9, limits, *tables, result, np.empty((0, 14)))
    assert result[7] == kernels.IMPACT
    return RADIUS_M * math.atan2(result[1], result[0]) / 1e3, result[8] / 1e3, result[6] / 60.0


@pytest.mark.parametrize(("range_km", "speed", "elevation_deg", "apogee_km", "minutes"), TABLE_OF_ARCS)
def test_arc(range_km: float, speed: float, elevation_deg: float, apogee_km: float, minutes: float) -> None:
    ideal = minimum_energy(range_km * 1e3)
    assert ideal.speed_m_s == pytest.approx(speed, rel=RTOL)
    assert math.degrees(ideal.elevation_rad) == pytest.approx(elevation_deg, abs=0.005)
    assert ideal.apogee_m / 1e3 == pytest.approx(apogee_km, rel=RTOL, abs=0.05)  # printed to 0.1 km
    assert ideal.time_s / 60.0 == pytest.approx(minutes, rel=RTOL, abs=0.005)  # printed to 0.01 min
    flown_range, flown_apogee, flown_minutes = arc(ideal.speed_m_s, ideal.elevation_rad)
    assert flown_range == pytest.approx(range_km, rel=1e-8)  # 1 mm and a step's bound over thousands of kilometres
    assert flown_apogee == pytest.approx(apogee_km, rel=RTOL, abs=0.05)  # printed to 0.1 km
    assert flown_minutes == pytest.approx(minutes, rel=RTOL, abs=0.005)  # printed to 0.01 min


@pytest.mark.parametrize(
    ("range_km", "elevation_deg", "minutes", "apogee_km"),
    [
        (10_000.0, 15.0, 27.73, 795.0),
        (10_000.0, 30.0, 38.08, 2_000.0),
        (10_000.0, 40.0, 50.59, 3_390.0),
        (1_850.0, 7.0, 5.35, 57.0),
        (1_850.0, 15.0, 6.74, 127.0),
    ],
)
def test_other_elevations(range_km: float, elevation_deg: float, minutes: float, apogee_km: float) -> None:
    ideal = arc_at_elevation(range_km * 1e3, math.radians(elevation_deg))
    flown_range, flown_apogee, flown_minutes = arc(ideal.speed_m_s, ideal.elevation_rad)
    assert ideal.time_s == pytest.approx(60.0 * flown_minutes, rel=1e-8)  # the kernel's bound per step
    assert ideal.apogee_m == pytest.approx(1e3 * flown_apogee, rel=1e-7)
    assert flown_range == pytest.approx(range_km, rel=1e-8)
    assert flown_minutes == pytest.approx(minutes, rel=1e-3)
    assert flown_apogee == pytest.approx(apogee_km, rel=1e-3, abs=0.5)  # printed to 1 km
