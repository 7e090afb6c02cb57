"""The ionosphere above a radar: electrons, the delay they cause, the aurora that echoes, the layer that reflects."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from launchwatch.core.arrays import FloatArray
from launchwatch.core.geodesy import geodetic_from_itrf, itrf_from_geodetic
from launchwatch.physics.visibility import MEAN_RADIUS

_SHELL_M = 450e3  # height of the thin shell that slant electron content is mapped through (IS-GPS-200 uses 350-450 km)
_PEAK_M = 350e3  # height of the densest layer
_SCALE_M = 60e3  # scale height of the neutral gas there
_DIPOLE_DEG = (80.0, -72.0)  # geomagnetic dipole pole of 2000, within a degree for 1980-2025 (IGRF)
_erfc = np.vectorize(math.erfc, otypes=[np.float64])  # for a few plots; the import of SciPy's costs more than a run's

AURORA_HEIGHT_M = 110e3
"""Height of the irregularities in the E layer that echo at VHF (90 to 130 km)."""


def electron_density(height_m: ArrayLike, electron_content_m2: float) -> FloatArray:
    """Electrons / m^3 of a Chapman layer with a vertical content (Chapman, 1931)."""
    z = (np.asarray(height_m) - _PEAK_M) / _SCALE_M
    layer = np.exp(0.5 * (1.0 - z - np.exp(-np.maximum(z, -50.0))))  # below -50 scale heights it is 0
    return np.asarray(electron_content_m2 / (_SCALE_M * math.sqrt(2.0 * math.pi * math.e)) * layer)


def ionospheric_delay(
    frequency_hz: float, electron_content_m2: float, elevation_deg: ArrayLike, height_m: ArrayLike
) -> FloatArray:
    """Excess of a measured one-way range by group delay in the ionosphere.

    Vertical electron content is mapped to the slant path through a thin shell, and reduced to the part below the target
    by a Chapman layer (Chapman, 1931). Straight up through 22 to 100 TECU it comes to 0.4-1.8 km at 150 MHz.

    Parameters
    ----------
    frequency_hz : float
        Carrier.
    electron_content_m2 : float
        Vertical electron content, electrons / m^2 (1 TECU = 1e16).
    elevation_deg, height_m : array_like
        Of the target.

    Returns
    -------
    FloatArray
        ``40.3 content / frequency^2``, m, broadcast shape.
    """
    cosine = MEAN_RADIUS / (MEAN_RADIUS + _SHELL_M) * np.cos(np.radians(elevation_deg))
    below = _erfc(np.exp((_PEAK_M - np.asarray(height_m)) / (2.0 * _SCALE_M)) / np.sqrt(2.0))
    vertical = 40.308 * electron_content_m2 / frequency_hz**2
    return np.asarray(vertical * below / np.sqrt(1.0 - cosine**2))


def magnetic_latitude_deg(lat_deg: ArrayLike, lon_deg: ArrayLike) -> FloatArray:
    """Latitude from the dipole's equator, degrees; the dipole of 2000 (IGRF), good to a degree for 1980 to 2025."""
    pole = np.radians(_DIPOLE_DEG)
    lat, away = np.radians(lat_deg), np.radians(lon_deg) - pole[1]
    return np.asarray(
        np.degrees(np.arcsin(np.sin(lat) * np.sin(pole[0]) + np.cos(lat) * np.cos(pole[0]) * np.cos(away)))
    )


def auroral_oval_deg(activity: float) -> tuple[float, float]:
    """Magnetic latitudes, degrees, between which aurora is likely around midnight.

    Parameters
    ----------
    activity : float
        Planetary index Kp, 0 to 9.

    Returns
    -------
    tuple of float
        Equatorward edge, ``67.2 - 2.05 Kp`` (after Gussenhoven, Hardy and Heinemann, 1983, rounded), and poleward edge,
        10 degrees further (assumption).
    """
    low = 67.2 - 2.05 * activity
    return low, low + 10.0


def auroral_echo(site: ArrayLike, point: ArrayLike, activity: float) -> FloatArray:
    """Relative strength of auroral backscatter from points at `AURORA_HEIGHT_M`.

    Irregularities lie along the magnetic field, so that only lines of sight across it return: an echo falls by 10 dB
    for each degree off the perpendicular (Unwin and Knox, 1971). None outside the oval.

    Parameters
    ----------
    site : array_like, shape (3,)
    point : array_like, shape (n, 3)
        ITRF, m.
    activity : float
        Kp.

    Returns
    -------
    FloatArray, shape (n,)
        1 where the line of sight is perpendicular to the field within the oval, 0 outside of it.
    """
    target = np.asarray(point)
    lat, lon, _ = geodetic_from_itrf(target)
    low, high = auroral_oval_deg(activity)
    magnetic = magnetic_latitude_deg(lat, lon)
    axis = itrf_from_geodetic(_DIPOLE_DEG[0], _DIPOLE_DEG[1], 0.0)
    axis = axis / np.linalg.norm(axis)
    up = target / np.linalg.norm(target, axis=-1)[..., None]
    field = 3.0 * (up @ axis)[..., None] * up - axis
    line = target - np.asarray(site)
    sine = np.sum(field * line, axis=-1) / (np.linalg.norm(field, axis=-1) * np.linalg.norm(line, axis=-1))
    off_deg = np.degrees(np.abs(np.arcsin(sine)))
    return np.asarray(np.where((magnetic >= low) & (magnetic <= high), 10.0**-off_deg, 0.0))


def auroral_strength(frequency_hz: float) -> float:
    """Strength of auroral backscatter at a frequency over that at 150 MHz: ``(150 MHz / f)^4`` (assumption).

    Measured indices lie between 3 and 9 from 50 to 1300 MHz (Leadabrand et al., 1965).
    """
    return (150e6 / frequency_hz) ** 4


def usable_frequency_hz(range_m: ArrayLike, sun_elevation_deg: ArrayLike, sunspots: float) -> FloatArray:
    """Highest frequency that one hop by the F layer returns from a distance, Hz.

    The critical frequency goes from 3 MHz at night to 6 to 11 MHz by day with the number of sunspots; round figures of
    the mid latitudes (Davies, Ionospheric Radio, 1990), between which it follows the Sun's height: an assumption, no
    forecast. One hop by a mirror at 300 km multiplies it by the secant of the angle at the layer, 3.4 at most.

    Parameters
    ----------
    range_m : array_like
        Over ground.
    sun_elevation_deg : array_like
        Where the hop touches the layer.
    sunspots : float
        Smoothed number, 0 to 200.
    """
    day = np.clip((np.asarray(sun_elevation_deg) + 12.0) / 42.0, 0.0, 1.0)  # dark below -12 degrees, full from 30 on
    night_hz = 3.0e6 + 0.01e6 * sunspots
    day_hz = 6.0e6 + 0.025e6 * sunspots
    half = np.asarray(range_m) / (2.0 * MEAN_RADIUS)
    away = (MEAN_RADIUS + 300e3) - MEAN_RADIUS * np.cos(half)
    secant = np.hypot(away, MEAN_RADIUS * np.sin(half)) / away
    return np.asarray((night_hz + (day_hz - night_hz) * day) * np.minimum(secant, 3.4))
