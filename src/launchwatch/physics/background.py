"""What lies behind a source in the infrared: sea, land and cloud in sunlight, glint, their own warmth, the limb.

Sunlit cloud sets the daytime threshold of a sensor in the water bands: the higher its top, the less vapour lies above
it. The transmission both ways is taken as the product of the two ways; in a band of lines the true one is higher (see
`physics.transmission`), so cloud is brighter by a quarter at 10 km and less above.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from launchwatch.core.arrays import FloatArray
from launchwatch.physics.atmosphere import density, pressure
from launchwatch.physics.radiometry import black_body_radiance
from launchwatch.physics.sun import ASTRONOMICAL_UNIT
from launchwatch.physics.transmission import Atmosphere, transmission

SUN_K = 5772.0
"""Effective temperature of the Sun (IAU 2015); its spectrum is taken as that of a black body."""
SUN_RADIUS_M = 6.957e8
"""Nominal radius of the Sun (IAU 2015)."""
ALBEDO = {"cloud": 0.3, "land": 0.2, "sea": 0.02}
"""Lambert albedo in the short-wave infrared: assumptions. Ice cloud absorbs near 2.9 um and is darker there."""
STRUCTURE = {"cloud": 0.1, "land": 0.05, "sea": 0.02}
"""Standard deviation of radiance from one resolution element to the next over its mean: assumptions."""


def solar_irradiance(band_um: tuple[float, float]) -> float:
    """Sunlight in a band outside the air at one astronomical unit, W/m^2."""
    return float(np.pi * black_body_radiance(band_um, SUN_K) * (SUN_RADIUS_M / ASTRONOMICAL_UNIT) ** 2)


def sunlit_radiance(
    band_um: tuple[float, float],
    albedo: ArrayLike,
    height_m: ArrayLike,
    sun_zenith_deg: ArrayLike,
    view_zenith_deg: ArrayLike,
    solar_w_m2: float | None = None,
    atmosphere: Atmosphere = "us-standard",
) -> FloatArray:
    """Radiance at a sensor in space of a surface in sunlight that scatters the same to all sides (Lambert).

    Parameters
    ----------
    band_um : tuple of float
        A band of `physics.transmission`.
    albedo, height_m : array_like
        Of the surface; height above the ellipsoid, m.
    sun_zenith_deg, view_zenith_deg : array_like
        Angles at the surface between the vertical and the Sun, and the sensor.
    solar_w_m2 : float or None
        Sunlight in the band; None: `solar_irradiance`.
    atmosphere : str

    Returns
    -------
    FloatArray
        W/m^2/sr; times a square metre the apparent W/sr of each square metre that faces the sensor. 0 at night.
    """
    sun = np.asarray(sun_zenith_deg, dtype=np.float64)
    light = solar_irradiance(band_um) if solar_w_m2 is None else solar_w_m2
    down = transmission(band_um, height_m, np.minimum(sun, 90.0), atmosphere)
    up = transmission(band_um, height_m, view_zenith_deg, atmosphere)
    return np.asarray(np.asarray(albedo) / np.pi * light * np.maximum(np.cos(np.radians(sun)), 0.0) * down * up)


def thermal_radiance(
    band_um: tuple[float, float],
    temperature_k: ArrayLike,
    height_m: ArrayLike,
    view_zenith_deg: ArrayLike,
    atmosphere: Atmosphere = "us-standard",
) -> FloatArray:
    """Radiance, W/m^2/sr, at a sensor in space of a black surface by its own warmth."""
    up = transmission(band_um, height_m, view_zenith_deg, atmosphere)
    return np.asarray(black_body_radiance(band_um, temperature_k) * up)


def limb_radiance(band_um: tuple[float, float], tangent_m: ArrayLike) -> FloatArray:
    """Radiance, W/m^2/sr, of the air along a level line that passes at a height: an even slab of that temperature.

    Local thermal equilibrium; above some 60 km the bands of carbon dioxide and water leave it, and shine more by day.
    """
    height = np.asarray(tangent_m, dtype=np.float64)
    one_way = transmission(band_um, height, np.full(height.shape, 90.0))
    return np.asarray(black_body_radiance(band_um, air_temperature(height)) * (1.0 - one_way**2))


def air_temperature(height_m: ArrayLike) -> FloatArray:
    """Temperature of US Standard 1976 at a height, K, by the ideal gas of sea-level composition; to 86 km."""
    h = np.clip(np.asarray(height_m, dtype=np.float64), 0.0, 86e3)
    return np.asarray(pressure(h) / (density(h) * 287.053))


def glint_radiance(
    band_um: tuple[float, float],
    sun: ArrayLike,
    view: ArrayLike,
    vertical: ArrayLike,
    wind_m_s: float = 7.0,
    height_m: ArrayLike = 0.0,
    atmosphere: Atmosphere = "us-standard",
) -> FloatArray:
    """Radiance at a sensor in space of the Sun's image in a rough sea (Cox and Munk, 1954).

    Parameters
    ----------
    band_um : tuple of float
    sun, view, vertical : array_like, shape (..., 3)
        Unit vectors at the surface: to the Sun, to the sensor, up.
    wind_m_s : float
        12.5 m above the sea; mean square slope 0.003 + 0.00512 for each m/s.
    height_m : array_like
        Of the mirror: 0 for the sea.
    atmosphere : str

    Returns
    -------
    FloatArray
        W/m^2/sr: ``rho E P / (4 cos(view) cos(tilt)^4)`` through the air both ways; rho after Fresnel for water.
    """
    sun, view, up = (np.asarray(x, dtype=np.float64) for x in (sun, view, vertical))
    cos_sun, cos_view = np.sum(sun * up, axis=-1), np.sum(view * up, axis=-1)
    half = sun + view
    length = np.linalg.norm(half, axis=-1)
    cos_half = 0.5 * length  # of the angle at which a facet that mirrors is struck
    cos_tilt = np.sum(half * up, axis=-1) / np.maximum(length, 1e-12)
    lit = (cos_sun > 0.0) & (cos_view > 0.0) & (cos_tilt > 0.0)
    cos_sun, cos_view, cos_tilt = (np.where(lit, c, 1.0) for c in (cos_sun, cos_view, cos_tilt))
    slopes = slope_density(np.sqrt(1.0 / cos_tilt**2 - 1.0), wind_m_s)
    light = np.full(cos_sun.shape, solar_irradiance(band_um))
    for cosine in (cos_sun, cos_view):
        zenith = np.degrees(np.arccos(np.clip(cosine, 0.0, 1.0)))
        light = light * transmission(band_um, height_m, zenith, atmosphere)
    return np.where(lit, fresnel(cos_half) * light * slopes / (4.0 * cos_view * cos_tilt**4), 0.0)


def slope_density(slope: ArrayLike, wind_m_s: float) -> FloatArray:
    """Density of the slopes (tangent of tilt) of a sea over both axes, the same to all sides (Cox and Munk, 1954)."""
    square = 0.003 + 0.00512 * wind_m_s
    return np.asarray(np.exp(-np.square(slope) / square) / (np.pi * square))


def fresnel(cosine: ArrayLike, index: float = 1.33) -> FloatArray:
    """Part of unpolarised light that a surface of some refractive index mirrors, by the cosine of its angle."""
    c = np.asarray(cosine, dtype=np.float64)
    inner = np.sqrt(1.0 - (1.0 - c * c) / index**2)
    across, along = (c - index * inner) / (c + index * inner), (index * c - inner) / (index * c + inner)
    return np.asarray(0.5 * (across**2 + along**2))
