"""Plots that come from where the Moon stands: its echo is strong enough to be taken for something near."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from launchwatch.core.arrays import FloatArray
from launchwatch.core.frames import enu_axes
from launchwatch.core.geodesy import itrf_from_geodetic
from launchwatch.messages.observations import RadarLook
from launchwatch.physics.sun import moon_position

MARGIN_DEG = 1.0
"""Half the disc of the Moon, a beam's shoulder and what refraction leaves; with three standard deviations of the plot
it costs less than one in a thousand of the directions of a radar's field."""
SIGMAS = 3.0
GRID_NS, SLACK = 10_000_000_000, 1.5


@lru_cache(maxsize=4096)
def _direction(step: int, lat_deg: float, lon_deg: float, alt_m: float) -> tuple[FloatArray, float]:
    """Unit vector (3,) from a site to the Moon at a point of the grid, east, north and up, and its elevation, deg."""
    away = moon_position(np.array([step * GRID_NS]))[0] - itrf_from_geodetic(lat_deg, lon_deg, alt_m)
    unit: FloatArray = enu_axes(lat_deg, lon_deg) @ (away / np.linalg.norm(away))
    return unit, math.degrees(math.asin(unit[2]))


def from_the_moon(look: RadarLook) -> NDArray[np.bool_]:
    """Mask (n,) of plots whose direction is that of the Moon; none of a radar that gives no elevation.

    Parameters
    ----------
    look : plots of one radar; the Moon is taken where it stands in the middle of the look, to 0.3 degrees
        (`physics.sun`), on a grid of ten seconds, in which it moves by 0.04.
    """
    step = (look.look_from_ns + look.look_until_ns) // 2 // GRID_NS
    toward, height_deg = _direction(step, *look.site_deg_m)
    reach = MARGIN_DEG + SIGMAS * np.maximum(look.sigma_azimuth_deg, look.sigma_elevation_deg)
    found = np.abs(look.elevation_deg - height_deg) < reach * SLACK
    if found.any():  # seldom: most plots are far above or below it
        azimuth, elevation = np.radians(look.azimuth_deg), np.radians(look.elevation_deg)
        flat = np.cos(elevation)
        plots = np.stack([flat * np.sin(azimuth), flat * np.cos(azimuth), np.sin(elevation)], axis=-1)
        off_deg = np.degrees(np.arccos(np.clip(plots @ toward, -1.0, 1.0)))
        sigma = np.hypot(look.sigma_azimuth_deg * np.abs(flat), look.sigma_elevation_deg)
        found = off_deg < MARGIN_DEG + SIGMAS * sigma
    return np.asarray(found)
