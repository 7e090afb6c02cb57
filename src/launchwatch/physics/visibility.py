"""Who can see what: the Earth in the way, the limb behind, a radar's field."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from launchwatch.core.arrays import FloatArray
from launchwatch.core.geodesy import A, B

MEAN_RADIUS = 6_371_000.0
"""Mean radius of the Earth, m (IUGG)."""

_ROUND = np.array([1.0, 1.0, A / B])  # stretches the ellipsoid to a sphere, lines stay lines


def lowest_height(observer: ArrayLike, target: ArrayLike, *, beyond: bool = False) -> FloatArray:
    """Lowest height above the ellipsoid of a line of sight.

    Its sign is exact (the ellipsoid is stretched to a sphere and lines with it); its size to 0.4 %.

    Parameters
    ----------
    observer, target : array_like, shape (..., 3)
        Ends of the line, ITRF m.
    beyond : bool
        Whether the line goes on behind the target: what lies in the background, not what stands in the way.

    Returns
    -------
    FloatArray, shape (...)
        m; negative where the Earth is in the way (or, with `beyond`, in the background).
    """
    a = np.asarray(observer) * _ROUND
    step = np.asarray(target) * _ROUND - a
    # part of the way from observer to target at which the line passes nearest to the centre
    nearest = -np.sum(a * step, axis=-1) / np.sum(step * step, axis=-1)
    nearest = np.clip(nearest, 0.0, np.inf if beyond else 1.0)
    lowest = a + nearest[..., None] * step
    return np.asarray(np.linalg.norm(lowest, axis=-1) - A)


def zenith_angle_deg(point: ArrayLike, other: ArrayLike) -> FloatArray:
    """Angle at a point between the geodetic vertical and the direction to another point.

    Parameters
    ----------
    point, other : array_like, shape (..., 3)
        ITRF, m. The vertical is the gradient of the ellipsoid through the point, within 0.002 degrees up to 100 km.

    Returns
    -------
    FloatArray, shape (...)
        Degrees in [0, 180].
    """
    p = np.asarray(point)
    vertical = p * _ROUND**2
    step = np.asarray(other) - p
    dot = np.sum(vertical * step, axis=-1)
    cross = np.linalg.norm(np.cross(vertical, step), axis=-1)
    return np.asarray(np.degrees(np.arctan2(cross, dot)))


def horizon_height(range_m: ArrayLike, elevation_deg: ArrayLike, radius_m: float = MEAN_RADIUS) -> FloatArray:
    """Height, m, of a point at a slant range and elevation from a site at sea level: a sphere, no refraction."""
    r, sine = np.asarray(range_m), np.sin(np.radians(elevation_deg))
    return np.asarray(np.sqrt(radius_m**2 + r**2 + 2.0 * radius_m * r * sine) - radius_m)


def in_sectors(azimuth_deg: ArrayLike, sectors_deg: ArrayLike) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Whether azimuths lie in any of several sectors.

    Parameters
    ----------
    azimuth_deg : array_like, shape (n,)
        Clockwise from north.
    sectors_deg : array_like, shape (m, 2)
        From, to, clockwise; from above to crosses north; 0 to 360 is the full circle.

    Returns
    -------
    bool array, shape (n,)
    """
    start, width = sector_widths(sectors_deg)
    off = np.mod(np.asarray(azimuth_deg)[..., None] - start, 360.0)
    return np.asarray(np.any(off <= width, axis=-1))


def sector_widths(sectors_deg: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Start and width of sectors (m, 2), degrees: (m,) and (m,), the width in (0, 360]."""
    start, stop = np.asarray(sectors_deg, dtype=np.float64).reshape(-1, 2).T
    width = np.mod(stop - start, 360.0)
    return start, np.where(width == 0.0, 360.0, width)
