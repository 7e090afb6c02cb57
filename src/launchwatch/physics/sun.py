"""Where the Sun and the Moon stand, whether the Earth shades a satellite, and where the sea mirrors the Sun.

Low-precision series of The Astronomical Almanac (pages C5 and D22): the Sun to 0.01 degrees between 1950 and 2050, the
Moon to 0.3 degrees. Axes are turned into ITRF by mean sidereal time, 0.005 degrees from the apparent one.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from launchwatch.core.arrays import FloatArray
from launchwatch.core.epochs import gmst_rad, julian_date
from launchwatch.core.geodesy import A
from launchwatch.physics.visibility import lowest_height

ASTRONOMICAL_UNIT = 149_597_870_700.0
"""m (IAU 2012)."""

_J2000 = 2_451_545.0


def sun_position(ns: ArrayLike) -> FloatArray:
    """Position of the Sun.

    Parameters
    ----------
    ns : array_like of int64, shape (...)
        Epochs, nanoseconds TAI since 1970 TAI.

    Returns
    -------
    FloatArray, shape (..., 3)
        ITRF, m; direction to 0.01 degrees, distance to 0.03 %.
    """
    day, fraction = julian_date(ns)
    n = day - _J2000 + fraction
    anomaly = np.radians(357.528 + 0.9856003 * n)
    longitude = np.radians(280.460 + 0.9856474 * n + 1.915 * np.sin(anomaly) + 0.020 * np.sin(2.0 * anomaly))
    distance = 1.00014 - 0.01671 * np.cos(anomaly) - 0.00014 * np.cos(2.0 * anomaly)
    return _itrf(longitude, np.zeros_like(longitude), distance * ASTRONOMICAL_UNIT, n, ns)


def sun_direction(ns: ArrayLike) -> FloatArray:
    """Unit vectors (..., 3) from the Earth's centre to the Sun, ITRF, at epochs (...) ns TAI."""
    position = sun_position(ns)
    return np.asarray(position / np.linalg.norm(position, axis=-1, keepdims=True))


def moon_position(ns: ArrayLike) -> FloatArray:
    """Position of the Moon.

    Parameters
    ----------
    ns : array_like of int64, shape (...)
        Epochs, nanoseconds TAI since 1970 TAI.

    Returns
    -------
    FloatArray, shape (..., 3)
        ITRF, m; direction to 0.3 degrees, distance to 0.5 %.
    """
    day, fraction = julian_date(ns)
    n = day - _J2000 + fraction
    t = n / 36_525.0

    def series(terms: tuple[tuple[float, float, float], ...], wave: np.ufunc) -> FloatArray:
        return np.asarray(sum(size * wave(np.radians(start + rate * t)) for size, start, rate in terms))

    longitude = 218.32 + 481_267.881 * t + series(_LONGITUDE, np.sin)
    parallax = np.radians(0.9508 + series(_PARALLAX, np.cos))
    return _itrf(np.radians(longitude), np.radians(series(_LATITUDE, np.sin)), A / np.sin(parallax), n, ns)


_LONGITUDE = (
    (6.29, 135.0, 477_198.87), (-1.27, 259.3, -413_335.36), (0.66, 235.7, 890_534.22), (0.21, 269.9, 954_397.74),
    (-0.19, 357.5, 35_999.05), (-0.11, 186.5, 966_404.03),
)  # fmt: skip
_LATITUDE = (
    (5.13, 93.3, 483_202.02), (0.28, 228.2, 960_400.89), (-0.28, 318.3, 6_003.15), (-0.17, 217.6, -407_332.21),
)  # fmt: skip
_PARALLAX = (
    (0.0518, 135.0, 477_198.87), (0.0095, 259.3, -413_335.36), (0.0078, 235.7, 890_534.22), (0.0028, 269.9, 954_397.74),
)  # fmt: skip


def _itrf(
    longitude: FloatArray, latitude: FloatArray, distance: FloatArray, n: FloatArray, ns: ArrayLike
) -> FloatArray:
    """From the mean ecliptic of date."""
    tilt = np.radians(23.439 - 4.0e-7 * n)
    flat = np.cos(latitude)
    x, up = flat * np.cos(longitude), np.sin(latitude)
    y = flat * np.sin(longitude) * np.cos(tilt) - up * np.sin(tilt)
    z = flat * np.sin(longitude) * np.sin(tilt) + up * np.cos(tilt)
    turn = gmst_rad(ns)
    c, s = np.cos(turn), np.sin(turn)
    return np.asarray(distance[..., None] * np.stack([c * x + s * y, c * y - s * x, z], axis=-1))


def in_shadow(position: ArrayLike, sun: ArrayLike) -> NDArray[np.bool_]:
    """Whether the middle of the Sun is behind the Earth: no sunlight strays into an instrument then.

    A geostationary satellite is in the shadow for up to 70 minutes a day within some three weeks of an equinox.

    Parameters
    ----------
    position : array_like, shape (..., 3)
        Of a satellite, ITRF m.
    sun : array_like, shape (..., 3)
        Position of the Sun, ITRF m.

    Returns
    -------
    bool array, shape (...)
    """
    return np.asarray(lowest_height(position, sun) < 0.0)


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
    return np.asarray(np.where(height > 0.0, np.degrees(np.arccos(cosine)), 180.0))
