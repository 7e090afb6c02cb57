"""What a payload gets of a source at a time: whether the way is free, how much arrives, and in how much noise."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from launchwatch.catalog.land import land_mask
from launchwatch.catalog.schema import Payload
from launchwatch.core.arrays import FloatArray, IntArray
from launchwatch.core.epochs import NS
from launchwatch.core.geodesy import geodetic_from_itrf
from launchwatch.physics.background import (
    ALBEDO,
    STRUCTURE,
    air_temperature,
    glint_radiance,
    sunlit_radiance,
    thermal_radiance,
)
from launchwatch.physics.radiometry import band_share, black_body_radiance
from launchwatch.physics.sun import in_shadow, moon_position, sun_position
from launchwatch.physics.transmission import transmission
from launchwatch.physics.visibility import lowest_height, zenith_angle_deg
from launchwatch.sim.scenes.weather import Scene
from launchwatch.sim.sensors.space.geometry import ground_under

GLITTER = 0.3
"""Structure of glint on the sea, as `physics.background.STRUCTURE` is of other things: an assumption."""
THERMAL_STRUCTURE = 0.02
"""The same of what shines by its own warmth: about 1 K from one resolution element to the next (assumption)."""
GROUND_K = 288.0
"""Temperature of ground and sea."""
HOT_K = 1800.0
"""A plume, to a payload that compares two colours."""

_GRID_NS = 600 * NS  # Sun and Moon are straight between such points to 0.02 degrees
_ROUNDING_M = 1.0  # heights of a launcher on the ground come out at 0 give or take less than this
_PATH = np.array([0.25, 0.5, 1.0])  # of the rise to the highest cloud, where a slant line is held against the field


@dataclass(frozen=True)
class Heavens:
    """Where Sun and Moon stand over a window: positions (k, 3), ITRF m, at the points of a grid of ten minutes."""

    start_ns: int
    offset_ns: FloatArray
    sun: FloatArray
    moon: FloatArray

    @classmethod
    def over(cls, start_ns: int, stop_ns: int) -> Heavens:
        """For epochs from start to stop, ns TAI."""
        offset = _GRID_NS * np.arange(-(-(stop_ns - start_ns) // _GRID_NS) + 1)
        grid = start_ns + offset
        return cls(start_ns, offset.astype(np.float64), sun_position(grid), moon_position(grid))

    def sun_at(self, ns: IntArray) -> FloatArray:
        """Positions of the Sun (n, 3) at epochs (n,)."""
        return self._at(self.sun, ns)

    def moon_at(self, ns: IntArray) -> FloatArray:
        """Positions of the Moon (n, 3) at epochs (n,)."""
        return self._at(self.moon, ns)

    def _at(self, track: FloatArray, ns: IntArray) -> FloatArray:
        since = (ns - self.start_ns).astype(np.float64)
        return np.stack([np.interp(since, self.offset_ns, track[:, k]) for k in range(3)], axis=1)


class View(NamedTuple):
    """Sources as seen at epochs (n,).

    Attributes
    ----------
    free : whether nothing is in the way and no Sun or Moon blinds the payload.
    direction, distance : (n, 3) unit vectors from the sensor, ITRF, and (n,) m.
    per_intensity : irradiance at the aperture for each W/sr in the band, W/m^2.
    noise : noise-equivalent irradiance there, W/m^2: the payload's own and that of the background's structure.
    """

    free: NDArray[np.bool_]
    direction: FloatArray
    distance: FloatArray
    per_intensity: FloatArray
    noise: FloatArray


def view(
    payload: Payload, scene: Scene, heavens: Heavens, here: FloatArray, target: FloatArray, ns: IntArray
) -> View:
    """What a payload gets of sources.

    Parameters
    ----------
    payload, scene, heavens : Payload, Scene, Heavens
    here, target : FloatArray, shape (n, 3)
        The sensor and the sources, ITRF m.
    ns : IntArray, shape (n,)
        Epochs, ns TAI.
    """
    line = target - here
    distance = np.sqrt(np.einsum("ij,ij->i", line, line))
    direction = line / distance[:, None]
    lat, lon, height = geodetic_from_itrf(target)
    free = _unclouded(scene, here, target, lat, lon, height, ns)
    if payload.earth_limb_margin_km is not None:
        free &= lowest_height(here, target, beyond=True) >= payload.earth_limb_margin_km * 1e3
    sun = heavens.sun_at(ns)
    if payload.sun_exclusion_deg > 0.0:
        free &= ~_blinded(direction, here, sun, payload.sun_exclusion_deg)
    if payload.moon_exclusion_deg > 0.0:
        free &= ~_blinded(direction, here, heavens.moon_at(ns), payload.moon_exclusion_deg)
    clear = transmission(payload.band_um, height, zenith_angle_deg(target, here), scene.atmosphere)
    noise = np.hypot(
        payload.noise_equivalent_irradiance_w_m2, background_noise(payload, scene, here, direction, sun, ns)
    )
    return View(free, direction, distance, clear / distance**2, noise)


def _unclouded(
    scene: Scene,
    here: FloatArray,
    target: FloatArray,
    lat: FloatArray,
    lon: FloatArray,
    height: FloatArray,
    ns: IntArray,
) -> NDArray[np.bool_]:
    """Whether the line to a source meets neither cloud nor the Earth."""
    top = scene.highest_top_m
    lowest = lowest_height(here, target)
    if scene.closed:
        return np.asarray((height >= top - _ROUNDING_M) & (lowest >= top - _ROUNDING_M))
    free = lowest >= -_ROUNDING_M
    among = np.flatnonzero(free & (height < top))
    if len(among):
        low, up = height[among], target[among] / np.linalg.norm(target[among], axis=1)[:, None]
        free[among] &= low >= scene.cloud_tops_m(lat[among], lon[among], ns[among]) - _ROUNDING_M
        rise = here[among] - target[among]
        rise /= np.sum(rise * up, axis=1)[:, None]  # along the line, for each metre up
        for part in _PATH:
            at = target[among] + part * (top - low)[:, None] * rise
            lat_there, lon_there, height_there = geodetic_from_itrf(at)
            free[among] &= height_there >= scene.cloud_tops_m(lat_there, lon_there, ns[among]) - _ROUNDING_M
    return np.asarray(free)


def _blinded(direction: FloatArray, here: FloatArray, body: FloatArray, exclusion_deg: float) -> NDArray[np.bool_]:
    """Whether a body stands within an angle of the lines of sight, and not behind the Earth."""
    toward = body - here
    cosine = np.einsum("ij,ij->i", direction, toward) / np.sqrt(np.einsum("ij,ij->i", toward, toward))
    near = cosine > math.cos(math.radians(exclusion_deg))
    near[near] = ~in_shadow(here[near], body[near])
    return np.asarray(near)


def background_noise(
    payload: Payload, scene: Scene, here: FloatArray, direction: FloatArray, sun: FloatArray, ns: IntArray
) -> FloatArray:
    """Irradiance (n,), W/m^2, that the structure of the background leaves in a look along lines of sight.

    Standard deviation of the radiance behind the source from one resolution element to the next, through one pixel,
    times what the payload's comparison of frames leaves of it.
    """
    per_radiance = payload.background_suppression * (payload.pixel_urad * 1e-6) ** 2
    noise = np.zeros(len(here))
    warm = THERMAL_STRUCTURE * float(black_body_radiance(payload.band_um, GROUND_K)) * per_radiance
    warms = warm > 0.01 * payload.noise_equivalent_irradiance_w_m2
    point, vertical = ground_under(here, direction, scene.highest_top_m)
    cos_sun = np.einsum("ij,ij->i", vertical, sun) / np.linalg.norm(sun[0]) if len(sun) else noise
    lit = np.flatnonzero((cos_sun > 0.0) | (warms & np.isfinite(cos_sun)))
    if not len(lit):
        return noise
    noise[lit] = per_radiance * _structure(
        payload, scene, point[lit], vertical[lit], cos_sun[lit], -direction[lit], sun[lit], ns[lit], warms
    )
    return noise


def _structure(
    payload: Payload,
    scene: Scene,
    point: FloatArray,
    up: FloatArray,
    cos_sun: FloatArray,
    toward: FloatArray,
    sun: FloatArray,
    ns: IntArray,
    warms: bool,
) -> FloatArray:
    """Standard deviation of radiance, W/m^2/sr, of what lies at points (n, 3), towards the sensor."""
    band, air = payload.band_um, scene.atmosphere
    kinds, height = _surfaces(scene, point, ns)
    sun_zenith = np.degrees(np.arccos(np.clip(cos_sun, -1.0, 1.0)))
    view_zenith = np.degrees(np.arccos(np.clip(np.einsum("ij,ij->i", up, toward), 0.0, 1.0)))
    albedo, structure = (np.array([table[k] for k in SURFACES])[kinds] for table in (ALBEDO, STRUCTURE))
    radiance = structure * sunlit_radiance(band, albedo, height, sun_zenith, view_zenith, atmosphere=air)
    sea = np.flatnonzero((kinds == SURFACES.index("sea")) & (sun_zenith < 90.0))
    if len(sea):
        to_sun = sun[sea] / np.linalg.norm(sun[sea], axis=1)[:, None]
        glint = glint_radiance(band, to_sun, toward[sea], up[sea], atmosphere=air)
        radiance[sea] = np.hypot(radiance[sea], GLITTER * glint)
    if warms:
        kelvin = np.where(height > 0.0, air_temperature(height), GROUND_K)
        radiance = np.hypot(radiance, THERMAL_STRUCTURE * thermal_radiance(band, kelvin, height, view_zenith, air))
    return radiance


SURFACES = ("cloud", "land", "sea")
"""What may lie behind a source; `_surfaces` counts in this order."""


def _surfaces(scene: Scene, point: FloatArray, ns: IntArray) -> tuple[IntArray, FloatArray]:
    """Which of `SURFACES` lies at points (n, 3), and its height, m."""
    if scene.closed and scene.highest_top_m > 0.0:
        return np.zeros(len(point), np.int64), np.full(len(point), scene.highest_top_m)
    lat, lon, _ = geodetic_from_itrf(point)
    tops = scene.cloud_tops_m(lat, lon, ns)
    row = np.clip((lat + 90.0).astype(np.int64), 0, 179)
    land = land_mask()[row, np.mod((lon + 180.0).astype(np.int64), 360)]
    return np.where(tops > 0.0, 0, np.where(land, 1, 2)), tops


@cache
def colour_floor(band_um: tuple[float, float], second_band_um: tuple[float, float]) -> float:
    """Least ratio of irradiance in the second band to the first that passes for something hot; 0 where none tells.

    Half way, by logarithms, between the lowest of a plume from 5 km up and the highest of sunlit cloud with tops at 5
    to 15 km: sunlight is bluer, and passes the air twice.
    """
    plume, cloud = np.array([5e3, 7e3, 1e4, 1.5e4, 2e4, 3e4, 5e4]), np.array([5e3, 7e3, 1e4, 1.2e4, 1.5e4])
    one, two = (transmission(band, plume, 45.0) for band in (band_um, second_band_um))
    share = float(band_share(second_band_um, HOT_K) / band_share(band_um, HOT_K))
    hot = share * two / one
    one, two = (sunlit_radiance(band, 0.3, cloud, 45.0, 45.0) for band in (band_um, second_band_um))
    sunny = two / one
    return math.sqrt(float(hot.min() * sunny.max())) if hot.min() > sunny.max() else 0.0


def solar_ratio(band_um: tuple[float, float], second_band_um: tuple[float, float]) -> float:
    """Ratio of radiance in the second band to the first of sunlit cloud with tops at 10 km."""
    one, two = (float(sunlit_radiance(band, 0.3, 1e4, 45.0, 45.0)) for band in (band_um, second_band_um))
    return two / one
