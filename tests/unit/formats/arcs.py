"""An ephemeris that tests of the formats share: two arcs of constant acceleration that meet in a kink."""

from typing import Any

import numpy as np

from launchwatch.core.arrays import FloatArray
from launchwatch.core.epochs import parse_utc
from launchwatch.core.geodesy import itrf_from_geodetic
from launchwatch.formats.ephemeris import Ephemeris, Marker

START = parse_utc("2017-11-28T18:17:00Z")
KINK_S, END_S = 40.0, 500.0
PAD = itrf_from_geodetic(39.0, 126.0)
THRUST = np.array([-20.0, 25.0, 30.0])
GRAVITY = np.array([4.0, -5.0, -6.0])


def state(t_s: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Position and velocity (n, 3) of the two arcs."""
    t = np.asarray(t_s)[..., None]
    up, after = np.minimum(t, KINK_S), np.maximum(t - KINK_S, 0.0)
    velocity = THRUST * up + GRAVITY * after
    return PAD + 0.5 * THRUST * up**2 + THRUST * KINK_S * after + 0.5 * GRAVITY * after**2, velocity


def arcs(**changes: Any) -> Ephemeris:
    """The two arcs, sampled unevenly."""
    t = np.array([0.0, 7.5, 20.0, KINK_S, 100.25, 333.333333, END_S])
    position, velocity = state(t)
    given: dict[str, Any] = {
        "id": "rocket-1",
        "name": "Rocket <1> & payload",
        "time_ns": START,
        "t_s": t,
        "position_m": position,
        "velocity_m_s": velocity,
        "breaks_s": (KINK_S,),
        "markers": (Marker("launch", 0.0), Marker("burnout", KINK_S), Marker("end", END_S)),
    }
    return Ephemeris(**given | changes)
