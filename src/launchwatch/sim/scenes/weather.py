"""Weather: cloud and air for the infrared, air and ionosphere for radar."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from launchwatch.core.arrays import FloatArray, IntArray
from launchwatch.core.draws import cell_uniforms, normals
from launchwatch.core.epochs import NS
from launchwatch.physics.refraction import MEAN_REFRACTIVITY
from launchwatch.physics.transmission import Atmosphere
from launchwatch.physics.visibility import MEAN_RADIUS

MEAN_ELECTRON_CONTENT_M2 = 3.0e17
"""Vertical electron content that radars correct their ranges for, electrons / m^2 (30 TECU; 5 to 100 occur)."""
MEAN_SUNSPOTS = 80.0
"""Smoothed number of sunspots halfway through a cycle (0 to 200 occur)."""

CLOUD_SCALES = ((300e3, 6 * 3600.0, 0.8), (40e3, 3600.0, 0.6))
"""Size m and life s of the cells of cloud fields, and their weights, whose squares sum to 1: assumptions."""

# Zonal means: latitude, cover, part of the cloud that is high and that is middle, top of the high cloud km. After the
# satellite climatologies (Rossow and Schiffer, 1999, ISCCP; King et al., 2013, MODIS), carried over from memory and
# rounded: assumptions. Middle cloud tops out at 5 km, low cloud at 1.5 km.
CLIMATOLOGY = np.array(
    [
        [-90.0, 0.55, 0.20, 0.35, 7.0],
        [-60.0, 0.88, 0.25, 0.30, 8.5],
        [-40.0, 0.75, 0.25, 0.25, 10.5],
        [-20.0, 0.55, 0.30, 0.15, 13.0],
        [0.0, 0.65, 0.45, 0.15, 15.0],
        [10.0, 0.68, 0.45, 0.15, 15.0],
        [25.0, 0.50, 0.30, 0.15, 13.0],
        [40.0, 0.62, 0.30, 0.25, 11.0],
        [60.0, 0.72, 0.25, 0.30, 9.0],
        [90.0, 0.65, 0.20, 0.35, 7.5],
    ]
)
"""(10, 5) usual cloud by latitude."""
_MIDDLE_M, _LOW_M = 5.0e3, 1.5e3


@dataclass(frozen=True)
class Scene:
    """The state of sky and air.

    Attributes
    ----------
    cloud_top_m : height of cloud tops; infrared sees nothing below, nor through them. 0: clear.
    electron_content_m2 : true vertical electron content of the ionosphere, electrons / m^2.
    cover : part of the sky that is under cloud: 1 is a closed deck, the same everywhere.
    climatology : cover and tops as usual at the latitude (`CLIMATOLOGY`), in place of the two above.
    atmosphere : clear air above the cloud.
    seed : of the cloud field, where it has gaps.
    surface_refractivity : of the air, (n - 1) 1e6; 250 in cold and dry air to 400 in the tropics.
    auroral_activity : planetary index Kp, 0 (no aurora that echoes) to 9.
    sunspots : smoothed number.
    """

    cloud_top_m: float
    electron_content_m2: float = MEAN_ELECTRON_CONTENT_M2
    cover: float = 1.0
    climatology: bool = False
    atmosphere: Atmosphere = "us-standard"
    seed: int = 0
    surface_refractivity: float = MEAN_REFRACTIVITY
    auroral_activity: float = 0.0
    sunspots: float = MEAN_SUNSPOTS

    def __post_init__(self) -> None:
        names = ("electron_content_m2", "cover", "surface_refractivity", "auroral_activity", "sunspots")
        for name in ("cloud_top_m", *names):
            value = getattr(self, name)
            if not (math.isfinite(value) and value >= 0.0):
                raise ValueError(f"{name} is {value}; it must be a number not below 0")
        if self.cover > 1.0:
            raise ValueError(f"cover is {self.cover}; it is a part of the sky, at most 1")

    @property
    def closed(self) -> bool:
        """Whether cloud, or none, is the same everywhere."""
        return not self.climatology and (self.cover in (0.0, 1.0) or self.cloud_top_m == 0.0)

    @property
    def highest_top_m(self) -> float:
        """No cloud tops out above this."""
        if self.climatology:
            return float(CLIMATOLOGY[:, 4].max()) * 1e3
        return self.cloud_top_m if self.cover > 0.0 else 0.0

    def cloud_tops_m(self, lat_deg: FloatArray, lon_deg: FloatArray, ns: IntArray) -> FloatArray:
        """Tops of the cloud over places (n,) at epochs (n,), m; 0 where there is none."""
        if self.closed:
            return np.full(len(lat_deg), self.highest_top_m)
        field = cloud_field(self.seed, "cloud", lat_deg, lon_deg, ns)
        if not self.climatology:
            return np.where(field < normals(self.cover), self.cloud_top_m, 0.0)
        cover, high, middle, top_km = (np.interp(lat_deg, CLIMATOLOGY[:, 0], CLIMATOLOGY[:, k]) for k in (1, 2, 3, 4))
        kind = cloud_field(self.seed, "cloud height", lat_deg, lon_deg, ns)
        tops = np.where(kind < normals(high), top_km * 1e3, np.where(kind < normals(high + middle), _MIDDLE_M, _LOW_M))
        return np.where(field < normals(cover), tops, 0.0)


def cloud_field(seed: int, thing: str, lat_deg: FloatArray, lon_deg: FloatArray, ns: IntArray) -> FloatArray:
    """A Gaussian field of variance 1 over the Earth and time, correlated over tens of kilometres and about an hour.

    Normal numbers at the corners of cells (`CLOUD_SCALES`) of equal size at all latitudes, blended between corners so
    that the variance is 1 at every place.

    Parameters
    ----------
    seed, thing : name the field.
    lat_deg, lon_deg : FloatArray, shape (n,)
    ns : IntArray, shape (n,)
        Epochs, ns TAI.
    """
    total = np.zeros(len(lat_deg))
    for size_m, life_s, weight in CLOUD_SCALES:
        rows = max(round(math.pi * MEAN_RADIUS / size_m), 1)
        life_ns = round(life_s * NS)
        row, down = np.divmod((np.asarray(lat_deg) + 90.0) / 180.0 * rows, 1.0)
        age, gone = np.divmod(ns, life_ns)
        upper, late = _blend(down), _blend(gone / life_ns)
        value, power = np.zeros(len(total)), np.zeros(len(total))
        for j, side in ((0, 1.0 - upper), (1, upper)):
            circle = np.cos(np.radians((row + j) * 180.0 / rows - 90.0))
            count = np.maximum(np.rint(2.0 * rows * np.maximum(circle, 0.0)), 1.0)
            column, along = np.divmod((np.asarray(lon_deg) + 180.0) / 360.0 * count, 1.0)
            east = _blend(along)
            for i, part in ((0, 1.0 - east), (1, east)):
                cell = np.mod(column + i, count).astype(np.int64)
                for k, when in ((0, 1.0 - late), (1, late)):
                    share = side * part * when
                    at = (row + j).astype(np.int64), cell, age + k
                    corner = normals(cell_uniforms(seed, f"{thing} {size_m:g}", *at))
                    value += share * corner
                    power += share * share
        total += weight * value / np.sqrt(power)
    return total


def _blend(part: FloatArray) -> FloatArray:
    """From 0 to 1 without a corner at the ends."""
    return np.asarray(part * part * (3.0 - 2.0 * part))
