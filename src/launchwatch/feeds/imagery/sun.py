"""Where the Sun stands: whether a scene is lit, and where the sea would mirror it."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from launchwatch.core.arrays import FloatArray
from launchwatch.core.epochs import gmst_rad, julian_date


def sun_direction(ns: ArrayLike) -> FloatArray:
    """Direction to the Sun from the Earth's centre, good to 0.01 degrees (Astronomical Almanac, low-precision series).

    Parameters
    ----------
    ns : array_like of int64, any shape
        Epochs, nanoseconds TAI since 1970 TAI.

    Returns
    -------
    FloatArray, shape (..., 3)
        Unit vectors, ITRF.
    """
    day, part = julian_date(ns)
    n = day - 2_451_545.0 + part
    anomaly = np.radians(357.528 + 0.9856003 * n)
    longitude = np.radians(280.460 + 0.9856474 * n + 1.915 * np.sin(anomaly) + 0.020 * np.sin(2.0 * anomaly))
    tilt = np.radians(23.439 - 4e-7 * n)
    x, y, z = np.cos(longitude), np.cos(tilt) * np.sin(longitude), np.sin(tilt) * np.sin(longitude)
    turn = gmst_rad(ns)
    return np.stack([np.cos(turn) * x + np.sin(turn) * y, np.cos(turn) * y - np.sin(turn) * x, z], axis=-1)


def glint_angle_deg(vertical: ArrayLike, to_sun: ArrayLike, to_satellite: ArrayLike) -> FloatArray:
    """Angle between the view and the ray that a level mirror would send from the Sun.

    Parameters
    ----------
    vertical, to_sun, to_satellite : array_like, shape (..., 3)
        Unit vectors at the place.

    Returns
    -------
    FloatArray, shape (...)
        Degrees in [0, 180]; 180 at night.
    """
    up, sun = np.asarray(vertical), np.asarray(to_sun)
    height = np.sum(up * sun, axis=-1)
    mirrored = 2.0 * height[..., None] * up - sun
    cosine = np.clip(np.sum(mirrored * np.asarray(to_satellite), axis=-1), -1.0, 1.0)
    return np.where(height > 0.0, np.degrees(np.arccos(cosine)), 180.0)
