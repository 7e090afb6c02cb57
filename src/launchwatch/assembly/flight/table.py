"""A flight as a table: arrays with their units in the names of the columns."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from launchwatch.core.frames import enu_axes
from launchwatch.core.geodesy import geodetic_from_itrf
from launchwatch.sim.truth.flight import Trajectory

STEP_S = 1.0


def flight_table(path: Trajectory, step_s: float = STEP_S) -> dict[str, NDArray[Any]]:
    """A flight as columns.

    Parameters
    ----------
    path : the flight.
    step_s : between two rows; ignitions, burnouts, apogee and end are rows too.

    Returns
    -------
    dict of arrays, shape (n,) each
        ``t_s`` after lift-off; ``x_m y_m z_m vx_m_s vy_m_s vz_m_s ax_m_s2 ay_m_s2 az_m_s2`` in ITRF, as seen from the
        turning Earth; geodetic ``lat_deg lon_deg height_km``; ``speed_m_s``, ``flight_path_angle_deg`` over the local
        horizon and ``azimuth_deg`` of the velocity, NaN where nothing moves; ``thrust_n``; ``mass_kg``, NaN in free
        flight; ``stage`` that burns, 0 where none does. Where thrust or acceleration jumps, a row holds what is after.

    Raises
    ------
    ValueError
        A step that is not above 0.
    """
    if not step_s > 0.0:
        raise ValueError(f"step_s is {step_s:g}; it must be above 0")
    events = [t for t in (*path.kinks_s, path.apogee_s, path.end_s) if t <= path.end_s]
    t = np.unique(np.concatenate([np.arange(path.start_s, path.end_s, step_s), events]))
    position, velocity = path.at(t)
    acceleration = path.acceleration_at(t)
    lat, lon, height_m = geodetic_from_itrf(position)
    east, north, up = np.moveaxis(np.einsum("nij,nj->ni", enu_axes(lat, lon), velocity), -1, 0)
    moving = np.linalg.norm(velocity, axis=-1) > 0.0
    columns: dict[str, NDArray[Any]] = {"t_s": t}
    for vectors, name in ((position, "{}_m"), (velocity, "v{}_m_s"), (acceleration, "a{}_m_s2")):
        columns |= {name.format(axis): vectors[:, i].copy() for i, axis in enumerate("xyz")}
    return columns | {
        "lat_deg": lat,
        "lon_deg": lon,
        "height_km": height_m / 1e3,
        "speed_m_s": np.linalg.norm(velocity, axis=-1),
        "flight_path_angle_deg": np.where(moving, np.degrees(np.arctan2(up, np.hypot(east, north))), np.nan),
        "azimuth_deg": np.where(moving, np.mod(np.degrees(np.arctan2(east, north)), 360.0), np.nan),
        "thrust_n": path.thrust_at(t)[0],
        "mass_kg": path.mass_at(t),
        "stage": path.stage_at(t),
    }
