"""Compiled gravity and air; their NumPy twins are in `gravity` and `atmosphere`."""

from __future__ import annotations

import math
from typing import TypeAlias

from launchwatch.core.arrays import FloatArray
from launchwatch.core.geodesy import A, B
from launchwatch.core.jit import njit
from launchwatch.physics.atmosphere import EARTH_RADIUS_76, GAMMA, GEOPOTENTIAL_LAYERS, R_AIR
from launchwatch.physics.gravity import J2, MU, OMEGA

Earth: TypeAlias = tuple[float, float, float, float, float]
Layer: TypeAlias = tuple[float, float, float, float, float, float, float, float]

EARTH: Earth = (MU, J2, OMEGA, A, B)
"""Gravitational parameter, J2, rate of rotation, equatorial and polar radius; a kernel takes another Earth as well."""


@njit(cache=True, error_model="numpy")
def gravity(x: float, y: float, z: float, earth: Earth) -> tuple[float, float, float]:
    """Gravitational acceleration (3,) m/s^2 at a position in ITRF, m."""
    mu, j2, _, a, _ = earth
    r2 = x * x + y * y + z * z
    central = -mu / (r2 * math.sqrt(r2))
    sin2 = z * z / r2
    bulge = 1.5 * j2 * a * a / r2
    across = central * (1.0 + bulge * (1.0 - 5.0 * sin2))
    return across * x, across * y, central * (1.0 + bulge * (3.0 - 5.0 * sin2)) * z


@njit(cache=True, error_model="numpy")
def gravity_j2(x: float, y: float, z: float) -> tuple[float, float, float]:
    """`gravity` of our Earth."""
    return gravity(x, y, z, EARTH)


@njit(cache=True, error_model="numpy")
def height_over(x: float, y: float, z: float, earth: Earth) -> float:
    """Height above an ellipsoid along the radius, m; zero where the geodetic height is."""
    a, b = earth[3], earth[4]
    r2 = x * x + y * y + z * z
    sin2 = z * z / r2
    return math.sqrt(r2) - a * b / math.sqrt(b * b * (1.0 - sin2) + a * a * sin2)


@njit(cache=True, error_model="numpy")
def height(x: float, y: float, z: float) -> float:
    """`height_over` our Earth."""
    return height_over(x, y, z, EARTH)


@njit(cache=True, error_model="numpy")
def layer_of(h: float, edges: FloatArray) -> int:
    """Row of the table of air that holds at a geometric height, m."""
    i = 0
    while i < edges.shape[0] and h >= edges[i]:
        i += 1
    return i


@njit(cache=True, error_model="numpy")
def layer_row(table: FloatArray, i: int) -> Layer:
    """One row of the table of air by value, and whether it is entered with geopotential height (1 or 0)."""
    row = table[i]
    geopotential = 1.0 if i < GEOPOTENTIAL_LAYERS else 0.0
    return row[0], row[1], row[2], row[3], row[4], row[5], row[7], geopotential


@njit(cache=True, error_model="numpy")
def air_in_layer(h: float, layer: Layer) -> tuple[float, float, float]:
    """Density kg/m^3, pressure Pa and temperature K by one layer's formulae, also a little beyond its ends."""
    base, base_temperature, lapse, base_pressure, base_density, n, k, geopotential = layer
    above = (EARTH_RADIUS_76 * h / (EARTH_RADIUS_76 + h) if geopotential > 0.0 else h) - base
    if lapse != 0.0:
        temperature = base_temperature + lapse * above
        pressure = base_pressure * math.exp(-n * math.log(temperature / base_temperature))
        return pressure / (R_AIR * temperature), pressure, temperature
    fall = math.exp(-k * above)
    return base_density * fall, base_pressure * fall, base_temperature


@njit(cache=True, error_model="numpy")
def air(h: float, table: FloatArray, edges: FloatArray) -> tuple[float, float, float]:
    """Density kg/m^3, pressure Pa and speed of sound m/s at a geometric height, m."""
    density, pressure, temperature = air_in_layer(h, layer_row(table, layer_of(h, edges)))
    return density, pressure, math.sqrt(GAMMA * R_AIR * temperature)
