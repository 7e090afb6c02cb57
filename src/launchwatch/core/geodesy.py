"""The WGS-84 ellipsoid: geodetic coordinates, ITRF vectors, geodesics."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from launchwatch.core.arrays import FloatArray

A = 6_378_137.0
"""Equatorial radius, m (NIMA TR8350.2, 2000)."""
F = 1.0 / 298.257223563
"""Flattening."""
B = A * (1.0 - F)
"""Polar radius, m."""
E2 = F * (2.0 - F)
"""First eccentricity squared."""

_EP2 = E2 / (1.0 - E2)


def itrf_from_geodetic(lat_deg: ArrayLike, lon_deg: ArrayLike, alt_m: ArrayLike = 0.0) -> FloatArray:
    """Geodetic coordinates to ITRF.

    Parameters
    ----------
    lat_deg, lon_deg : array_like
        Geodetic latitude and longitude, degrees; broadcast together with the height.
    alt_m : array_like
        Height above the ellipsoid, m.

    Returns
    -------
    FloatArray, shape (..., 3)
        Position in ITRF, m.
    """
    lat, lon, alt = np.broadcast_arrays(np.radians(lat_deg), np.radians(lon_deg), np.asarray(alt_m, dtype=np.float64))
    sin_lat, cos_lat = np.sin(lat), np.cos(lat)
    normal = A / np.sqrt(1.0 - E2 * sin_lat**2)
    across = (normal + alt) * cos_lat
    place = np.empty((*lat.shape, 3))
    place[..., 0], place[..., 1] = across * np.cos(lon), across * np.sin(lon)
    place[..., 2] = (normal * (1.0 - E2) + alt) * sin_lat
    return place


def geodetic_from_itrf(r: ArrayLike) -> tuple[FloatArray, FloatArray, FloatArray]:
    """ITRF to geodetic coordinates by two passes of Bowring (1976), good to some nm up to 40,000 km.

    Parameters
    ----------
    r : array_like, shape (..., 3)
        Position in ITRF, m; not near the Earth's centre.

    Returns
    -------
    lat_deg, lon_deg, alt_m : FloatArray, shape (...)
        Geodetic latitude and longitude in degrees, height above the ellipsoid in m.
    """
    xyz = np.asarray(r, dtype=np.float64)
    x, y, z = xyz[..., 0], xyz[..., 1], xyz[..., 2]
    p = np.hypot(x, y)
    reduced = np.arctan2((1.0 - F) * z * (1.0 + _EP2 * B / np.hypot(p, z)), p)
    lat = reduced
    for _ in range(2):
        lat = np.arctan2(z + _EP2 * B * np.sin(reduced) ** 3, p - E2 * A * np.cos(reduced) ** 3)
        reduced = np.arctan2((1.0 - F) * np.sin(lat), np.cos(lat))
    sin_lat, cos_lat = np.sin(lat), np.cos(lat)
    alt = p * cos_lat + z * sin_lat - A * np.sqrt(1.0 - E2 * sin_lat**2)
    return np.asarray(np.degrees(lat)), np.asarray(np.degrees(np.arctan2(y, x))), np.asarray(alt)


def inverse(lat1_deg: float, lon1_deg: float, lat2_deg: float, lon2_deg: float) -> tuple[float, float, float]:
    """Geodesic between two points (Karney, 2013).

    Returns
    -------
    distance_m, azimuth1_deg, azimuth2_deg : float
        Length of the shortest path and its forward azimuths at both ends, clockwise from north in [0, 360).
    """
    from geographiclib.geodesic import Geodesic

    line = Geodesic.WGS84.Inverse(lat1_deg, lon1_deg, lat2_deg, lon2_deg)
    return line["s12"], line["azi1"] % 360.0, line["azi2"] % 360.0


def direct(lat_deg: float, lon_deg: float, azimuth_deg: float, distance_m: float) -> tuple[float, float]:
    """The point reached along a geodesic (Karney, 2013).

    Returns
    -------
    lat_deg, lon_deg : float
        Geodetic degrees; longitude in [-180, 180).
    """
    from geographiclib.geodesic import Geodesic

    line = Geodesic.WGS84.Direct(lat_deg, lon_deg, azimuth_deg, distance_m)
    return line["lat2"], (line["lon2"] + 180.0) % 360.0 - 180.0
