"""Whether points lie in a warning region."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from launchwatch.catalog.schema import Region
from launchwatch.core.arrays import FloatArray


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


@lru_cache(maxsize=256)
def _edges(ring: tuple[tuple[float, float], ...]) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Edges of a ring but those along a parallel: first longitude, first and second latitude, longitude by latitude."""
    x0, y0 = np.array(ring).T
    x1, y1 = np.roll(x0, -1), np.roll(y0, -1)
    sloping = y0 != y1
    x0, y0, x1, y1 = x0[sloping], y0[sloping], x1[sloping], y1[sloping]
    return x0, y0, y1, (x1 - x0) / (y1 - y0)
