"""The fixed grid of the GOES-R imagers: scan angles, places on the Earth, lines of sight.

A scene is resampled to the view from an ideal place over the equator (GOES-R Product Definition and Users' Guide,
volume 3, section 5.1.2.8). The satellite itself stands some tenths of a degree beside it. For a source on the ellipsoid
that makes no difference; the line of sight to one above it is that of the real place.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from launchwatch.core.arrays import FloatArray
from launchwatch.core.geodesy import A, F, geodetic_from_itrf, itrf_from_geodetic


@dataclass(frozen=True)
class FixedGrid:
    """Fixed grid of one scene.

    Attributes
    ----------
    x0_rad, y0_rad : scan angles of the first pixel's middle; x grows eastward, y northward.
    step_x_rad, step_y_rad : to the next column and row.
    rows, columns : size of the scene.
    lon_deg : longitude below the ideal place.
    height_m : of the ideal place above the equator.
    semi_major_m, semi_minor_m : of the ellipsoid.
    """

    x0_rad: float
    y0_rad: float
    step_x_rad: float
    step_y_rad: float
    rows: int
    columns: int
    lon_deg: float
    height_m: float = 35_786_023.0
    semi_major_m: float = A
    semi_minor_m: float = A * (1.0 - F)

    @property
    def solid_angle_sr(self) -> float:
        """Of a pixel, as seen from the ideal place."""
        return abs(self.step_x_rad * self.step_y_rad)

    def angles(self, row: ArrayLike, column: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Scan angles x and y, rad, of places in the frame, px."""
        x = self.x0_rad + self.step_x_rad * np.asarray(column, dtype=np.float64)
        y = self.y0_rad + self.step_y_rad * np.asarray(row, dtype=np.float64)
        return np.asarray(x), np.asarray(y)

    def pixels(self, x_rad: ArrayLike, y_rad: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Rows and columns, px, of scan angles."""
        row = (np.asarray(y_rad, dtype=np.float64) - self.y0_rad) / self.step_y_rad
        column = (np.asarray(x_rad, dtype=np.float64) - self.x0_rad) / self.step_x_rad
        return np.asarray(row), np.asarray(column)

    def to_earth(self, x_rad: ArrayLike, y_rad: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Places on the ellipsoid.

        Parameters
        ----------
        x_rad, y_rad : array_like
            Scan angles; the mirror sweeps along x.

        Returns
        -------
        lat_deg, lon_deg : FloatArray
            Geodetic; not a number where the view passes the Earth by.
        """
        x, y = np.asarray(x_rad, dtype=np.float64), np.asarray(y_rad, dtype=np.float64)
        squash = (self.semi_major_m / self.semi_minor_m) ** 2
        far = self.height_m + self.semi_major_m
        a = np.sin(x) ** 2 + np.cos(x) ** 2 * (np.cos(y) ** 2 + squash * np.sin(y) ** 2)
        b = -2.0 * far * np.cos(x) * np.cos(y)
        c = far**2 - self.semi_major_m**2
        with np.errstate(invalid="ignore"):
            near = (-b - np.sqrt(b * b - 4.0 * a * c)) / (2.0 * a)
        down = near * np.cos(x) * np.cos(y)
        east = near * np.sin(x)
        north = near * np.cos(x) * np.sin(y)
        lat = np.degrees(np.arctan(squash * north / np.hypot(far - down, east)))
        lon = self.lon_deg + np.degrees(np.arctan2(east, far - down))
        return np.asarray(lat), np.asarray((lon + 180.0) % 360.0 - 180.0)

    def from_earth(self, lat_deg: ArrayLike, lon_deg: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Scan angles x and y, rad, of places on the ellipsoid; not a number for those behind the limb."""
        lat, lon = np.radians(lat_deg), np.radians(np.asarray(lon_deg) - self.lon_deg)
        squash = (self.semi_major_m / self.semi_minor_m) ** 2
        far = self.height_m + self.semi_major_m
        geocentric = np.arctan(np.tan(lat) / squash)
        e2 = 1.0 - 1.0 / squash
        radius = self.semi_minor_m / np.sqrt(1.0 - e2 * np.cos(geocentric) ** 2)
        down = far - radius * np.cos(geocentric) * np.cos(lon)
        east = radius * np.cos(geocentric) * np.sin(lon)
        north = radius * np.sin(geocentric)
        seen = far * (far - down) >= east**2 + squash * north**2 + (far - down) ** 2
        x = np.arcsin(east / np.sqrt(down**2 + east**2 + north**2))
        y = np.arctan2(north, down)
        return np.where(seen, x, np.nan), np.where(seen, y, np.nan)


def toward(lat_deg: ArrayLike, lon_deg: ArrayLike, satellite_m: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Line of sight from a satellite to places on the ellipsoid.

    Returns
    -------
    direction : FloatArray, shape (..., 3)
        Unit vectors, ITRF.
    range_m : FloatArray, shape (...)
        Distance.
    """
    way = itrf_from_geodetic(lat_deg, lon_deg) - np.asarray(satellite_m)
    distance = np.linalg.norm(way, axis=-1)
    return np.asarray(way / distance[..., None]), np.asarray(distance)


def at_height(
    lat_deg: ArrayLike, lon_deg: ArrayLike, satellite_m: ArrayLike, height_m: float
) -> tuple[FloatArray, FloatArray]:
    """Where a source really is that is seen over a place, if it burns at a height.

    It lies nearer to the satellite along the same line of sight: by tan(zenith angle) times height over the ground.

    Returns
    -------
    lat_deg, lon_deg : FloatArray
        Geodetic, below the source.
    """
    ground = itrf_from_geodetic(lat_deg, lon_deg)
    direction, _ = toward(lat_deg, lon_deg, satellite_m)
    way = np.zeros(direction.shape[:-1])
    for _ in range(8):  # each pass leaves a fraction of height over radius of the error
        point = ground - way[..., None] * direction
        _, _, alt = geodetic_from_itrf(point)
        up = point / np.linalg.norm(point, axis=-1)[..., None]
        rise = -np.sum(direction * up, axis=-1)
        way = way + (height_m - alt) / np.maximum(rise, 0.02)
    lat, lon, _ = geodetic_from_itrf(ground - way[..., None] * direction)
    return lat, lon
