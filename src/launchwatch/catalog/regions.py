"""Whether points lie in a warning region."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from launchwatch.catalog.schema import Region
from launchwatch.core.arrays import FloatArray

EARTH_M = 6371e3


def region_contains(region: Region, lat_deg: ArrayLike, lon_deg: ArrayLike) -> NDArray[np.bool_]:
    """Whether points lie in one of the rings of a region; edges are straight in latitude and longitude.

    Counts crossings of a ray to the east (even-odd rule; Shimrat, 1962). A point on an edge belongs to one of the two
    sides, so that adjoining rings leave no gap.

    Parameters
    ----------
    region : Region
    lat_deg, lon_deg : array_like, (n,) or scalar
        Geodetic coordinates, degrees; any longitude.

    Returns
    -------
    NDArray[np.bool_], shape of the input
    """
    lat, lon = np.broadcast_arrays(np.asarray(lat_deg, float), (np.asarray(lon_deg, float) + 180.0) % 360.0 - 180.0)
    inside = np.zeros(lat.shape, dtype=bool)
    for ring in region.polygons:
        x0, y0, y1, slope = _edges(ring)
        between = (y0 > lat[..., None]) != (y1 > lat[..., None])
        crossing = x0 + (lat[..., None] - y0) * slope
        inside |= np.count_nonzero(between & (lon[..., None] < crossing), axis=-1) % 2 == 1
    return inside


def region_distance_m(region: Region, lat_deg: ArrayLike, lon_deg: ArrayLike) -> FloatArray:
    """Distance over the ground from points to a region, m; 0 inside it.

    To the nearest place of an edge, in the plane of latitude and of longitude shortened at the middle latitude of the
    two, on a sphere: good to a few per cent up to some 1,000 km, and an upper bound of nothing; it says how near a path
    comes, not how far apart continents are.

    Parameters
    ----------
    region : Region
    lat_deg, lon_deg : array_like, (n,) or scalar
        Geodetic coordinates, degrees; any longitude.

    Returns
    -------
    FloatArray, shape of the input
    """
    lat, lon = np.broadcast_arrays(np.asarray(lat_deg, float), np.asarray(lon_deg, float))
    nearest = np.full(lat.shape, np.inf)
    for gap, (x0, y0, x1, y1) in sorted(
        ((_gap(corners, lat, lon), corners) for corners in map(_corners, region.polygons)), key=lambda pair: pair[0]
    ):
        if gap > nearest.max(initial=0.0):
            break
        turn = (x0 - lon[..., None] + 180.0) % 360.0 - 180.0
        short = np.cos(np.radians(np.clip(0.5 * (lat[..., None] + 0.5 * (y0 + y1)), -89.0, 89.0)))
        ax, ay = turn * short, y0 - lat[..., None]
        bx, by = (x1 - x0) * short, np.broadcast_to(y1 - y0, ax.shape)
        along = np.clip(-(ax * bx + ay * by) / np.maximum(bx * bx + by * by, 1e-18), 0.0, 1.0)
        nearest = np.minimum(nearest, np.hypot(ax + along * bx, ay + along * by).min(axis=-1))
    outside: FloatArray = np.where(region_contains(region, lat, lon), 0.0, np.radians(nearest) * EARTH_M)
    return outside


@lru_cache(maxsize=256)
def _corners(ring: tuple[tuple[float, float], ...]) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Edges of a ring: first longitude and latitude, second longitude and latitude, degrees."""
    x, y = np.array(ring).T
    return x, y, np.roll(x, -1), np.roll(y, -1)


def _gap(corners: tuple[FloatArray, ...], lat: FloatArray, lon: FloatArray) -> float:
    """Degrees by which no point is nearer to a ring, as `region_distance_m` measures, from the boxes about both."""
    x, y = corners[:2]
    if not lat.size:
        return 0.0
    apart = max(float(y.min() - lat.max()), float(lat.min() - y.max()), 0.0)
    middle = 0.5 * float(x.min() + x.max())
    turn = np.abs((lon - middle + 180.0) % 360.0 - 180.0)
    aside = max(float(turn.min()) - 0.5 * float(x.max() - x.min()), 0.0)
    steepest = min(max(float(np.abs(lat).max()), float(np.abs(y).max())), 89.0)
    return max(apart, aside * float(np.cos(np.radians(steepest))))


@lru_cache(maxsize=256)
def _edges(ring: tuple[tuple[float, float], ...]) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Edges of a ring but those along a parallel: first longitude, first and second latitude, longitude by latitude."""
    x0, y0 = np.array(ring).T
    x1, y1 = np.roll(x0, -1), np.roll(y0, -1)
    sloping = y0 != y1
    x0, y0, x1, y1 = x0[sloping], y0[sloping], x1[sloping], y1[sloping]
    return x0, y0, y1, (x1 - x0) / (y1 - y0)
