"""Frames: east-north-up at a site, azimuth and elevation, TEME and ITRF."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from launchwatch.core.arrays import FloatArray
from launchwatch.core.epochs import gmst_rad

OMEGA_EARTH = 7.292115e-5
"""Rate of the Earth's rotation, rad/s (NIMA TR8350.2, 2000)."""


def enu_axes(lat_deg: ArrayLike, lon_deg: ArrayLike) -> FloatArray:
    """Axes of the local east-north-up frame.

    Parameters
    ----------
    lat_deg, lon_deg : array_like, shape (...)
        Geodetic latitude and longitude, degrees.

    Returns
    -------
    FloatArray, shape (..., 3, 3)
        Rows east, north, up in ITRF: ``enu_axes(...) @ v_itrf`` is v in ENU.
    """
    lat, lon = np.broadcast_arrays(np.radians(lat_deg), np.radians(lon_deg))
    sin_lat, cos_lat, sin_lon, cos_lon = np.sin(lat), np.cos(lat), np.sin(lon), np.cos(lon)
    # filled in place: stacking costs more than all the rest, and tracks ask for axes many thousand times a second
    axes = np.empty((*lat.shape, 3, 3))
    axes[..., 0, 0], axes[..., 0, 1], axes[..., 0, 2] = -sin_lon, cos_lon, 0.0
    axes[..., 1, 0], axes[..., 1, 1], axes[..., 1, 2] = -sin_lat * cos_lon, -sin_lat * sin_lon, cos_lat
    axes[..., 2, 0], axes[..., 2, 1], axes[..., 2, 2] = cos_lat * cos_lon, cos_lat * sin_lon, sin_lat
    return axes


def azimuth_elevation_range(
    site_itrf: ArrayLike, lat_deg: float, lon_deg: float, r: ArrayLike
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Where a point stands as seen from a site, geometric (no refraction).

    Parameters
    ----------
    site_itrf : array_like, shape (3,)
        Site in ITRF, m.
    lat_deg, lon_deg : float
        Geodetic position of the site, which fixes its horizon.
    r : array_like, shape (..., 3)
        Points in ITRF, m.

    Returns
    -------
    azimuth_deg, elevation_deg, range_m : FloatArray, shape (...)
        Azimuth clockwise from true north in [0, 360), elevation above the ellipsoid's horizon, distance.
    """
    east, north, up = np.moveaxis((np.asarray(r) - np.asarray(site_itrf)) @ enu_axes(lat_deg, lon_deg).T, -1, 0)
    level = np.hypot(east, north)
    azimuth = np.mod(np.degrees(np.arctan2(east, north)), 360.0)
    return azimuth, np.degrees(np.arctan2(up, level)), np.hypot(level, up)


def itrf_from_azimuth_elevation_range(
    site_itrf: ArrayLike, lat_deg: float, lon_deg: float, az_deg: ArrayLike, el_deg: ArrayLike, range_m: ArrayLike
) -> FloatArray:
    """The inverse of :func:`azimuth_elevation_range`.

    Returns
    -------
    FloatArray, shape (..., 3)
        Points in ITRF, m.
    """
    azimuth, elevation, distance = np.broadcast_arrays(np.radians(az_deg), np.radians(el_deg), np.asarray(range_m))
    level = distance * np.cos(elevation)
    enu = np.stack([level * np.sin(azimuth), level * np.cos(azimuth), distance * np.sin(elevation)], axis=-1)
    return np.asarray(np.asarray(site_itrf) + enu @ enu_axes(lat_deg, lon_deg))


def itrf_from_teme(r: ArrayLike, v: ArrayLike, ns: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """TEME to ITRF by a turn through GMST; polar motion is left out (Vallado et al., 2006).

    Parameters
    ----------
    r, v : array_like, shape (..., 3)
        Position and velocity in TEME, m and m/s.
    ns : array_like of int64, shape (...)
        Epochs, nanoseconds TAI since 1970 TAI.

    Returns
    -------
    r, v : FloatArray, shape (..., 3)
        In ITRF; the velocity is the one seen from the turning Earth.
    """
    angle = gmst_rad(ns)
    r_itrf, v_turned = _turn(r, angle), _turn(v, angle)
    return r_itrf, v_turned - _earth_rate_cross(r_itrf)


def teme_from_itrf(r: ArrayLike, v: ArrayLike, ns: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """ITRF to TEME, the inverse of :func:`itrf_from_teme`."""
    angle = gmst_rad(ns)
    return _turn(r, -angle), _turn(np.asarray(v) + _earth_rate_cross(np.asarray(r)), -angle)


def _turn(vector: ArrayLike, angle: FloatArray) -> FloatArray:
    """Components of a vector in axes turned about z by the angle."""
    xyz = np.asarray(vector, dtype=np.float64)
    c, s = np.cos(angle), np.sin(angle)
    x, y, z = xyz[..., 0], xyz[..., 1], xyz[..., 2]
    return np.stack([c * x + s * y, c * y - s * x, z + 0.0 * c], axis=-1)


def _earth_rate_cross(r: FloatArray) -> FloatArray:
    return OMEGA_EARTH * np.stack([-r[..., 1], r[..., 0], np.zeros_like(r[..., 2])], axis=-1)
