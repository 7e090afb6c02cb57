"""The outline of the land, and the equal-area map that it is drawn on.

The file is made by tools/land_outline.py from Natural Earth (public domain) as packed in world-atlas (ISC).
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from importlib.resources import files
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from launchwatch.core.arrays import FloatArray

Scale = Literal["110", "50"]
EARTH_RADIUS_KM = 6371.0
"""Radius of the sphere that maps are drawn on, km."""


@functools.cache
def rings(scale: Scale) -> tuple[FloatArray, ...]:
    """Rings of the land, each (n, 2) lon, lat in degrees; lakes are rings too, fill even-odd.

    Each runs counter-clockwise around its smaller side seen from outside the Earth, and is not closed by a repeated
    point. `scale` is the denominator of Natural Earth's scale in millions.
    """
    with (files(__package__) / "data" / "land.npz").open("rb") as file, np.load(file) as data:
        points, starts = data[f"points_{scale}"], data[f"starts_{scale}"]
    return tuple(np.split(points.astype(np.float64) / 100.0, starts[1:]))


@dataclass(frozen=True)
class Disc:
    """Lambert's azimuthal equal-area map of the cap around a centre (Snyder, 1987, chapter 24); north is up there.

    Attributes
    ----------
    lat_deg, lon_deg : centre.
    cap_deg : angle from the centre to the edge.
    """

    lat_deg: float
    lon_deg: float
    cap_deg: float

    @property
    def radius_km(self) -> float:
        """Radius of the edge on the map, km."""
        return float(2.0 * EARTH_RADIUS_KM * np.sin(np.radians(self.cap_deg) / 2.0))

    def polar(self, lon_deg: ArrayLike, lat_deg: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Angle from the centre, deg, and azimuth from it, rad clockwise from north."""
        lon, lat = np.radians(np.asarray(lon_deg) - self.lon_deg), np.radians(lat_deg)
        sin0, cos0 = np.sin(np.radians(self.lat_deg)), np.cos(np.radians(self.lat_deg))
        east = np.cos(lat) * np.sin(lon)
        north = cos0 * np.sin(lat) - sin0 * np.cos(lat) * np.cos(lon)
        up = sin0 * np.sin(lat) + cos0 * np.cos(lat) * np.cos(lon)
        return np.degrees(np.arctan2(np.hypot(east, north), up)), np.arctan2(east, north)

    def __call__(self, lon_deg: ArrayLike, lat_deg: ArrayLike) -> FloatArray:
        """Map coordinates (n, 2) in km, x to the right and y up; nan beyond the edge."""
        angle, azimuth = self.polar(lon_deg, lat_deg)
        return self._place(np.where(angle <= self.cap_deg, angle, np.nan), azimuth)

    def on_the_edge(self, lon_deg: float, lat_deg: float) -> FloatArray:
        """The point (2,) of the edge in the direction of a place beyond it, km."""
        return self._place(np.float64(self.cap_deg), self.polar(lon_deg, lat_deg)[1])

    def fill(self, lon_deg: ArrayLike, lat_deg: ArrayLike) -> list[FloatArray]:
        """Closed outlines (n, 2) in km whose filling is a ring's part of the map; the ring runs counter-clockwise.

        What lies beyond the edge is drawn in to the edge along its azimuth. That keeps the winding about every point of
        the map, unless the ring holds the point opposite the centre: then it turns around, and the whole disc is added.
        """
        angle, azimuth = self.polar(lon_deg, lat_deg)
        if (angle > self.cap_deg).all():
            return []
        angle, azimuth = np.append(angle, angle[0]), np.unwrap(np.append(azimuth, azimuth[0]))
        # A ring around the centre turns anticlockwise about it; one around the opposite point turns the other way.
        opposite = azimuth[-1] - azimuth[0] > np.pi
        if (angle > self.cap_deg).any():
            angle, azimuth = self._along_the_edge(np.minimum(angle, self.cap_deg), azimuth)
        outline = self._place(angle, azimuth)
        return [outline, self.edge()] if opposite else [outline]

    def edge(self) -> FloatArray:
        """The edge of the map, (n, 2) km, closed, counter-clockwise."""
        azimuth = np.linspace(2.0 * np.pi, 0.0, 181)
        return self._place(np.full_like(azimuth, self.cap_deg), azimuth)

    def _along_the_edge(self, angle: FloatArray, azimuth: FloatArray) -> tuple[FloatArray, FloatArray]:
        """The outline with points every 3 degrees where two neighbours both lie on the edge."""
        turn = np.where((angle[1:] >= self.cap_deg) & (angle[:-1] >= self.cap_deg), np.abs(np.diff(azimuth)), 0.0)
        counts = 1 + (turn / np.radians(3.0)).astype(np.int64)
        position = np.concatenate([[0.0], np.cumsum(np.ones(int(counts.sum())) / np.repeat(counts, counts))])
        index = np.arange(len(angle), dtype=np.float64)
        return np.interp(position, index, angle), np.interp(position, index, azimuth)

    @staticmethod
    def _place(angle_deg: ArrayLike, azimuth: FloatArray) -> FloatArray:
        radius = 2.0 * EARTH_RADIUS_KM * np.sin(np.radians(np.asarray(angle_deg)) / 2.0)
        return np.stack([radius * np.sin(azimuth), radius * np.cos(azimuth)], axis=-1)
