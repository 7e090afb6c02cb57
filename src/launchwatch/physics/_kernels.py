"""Compiled gravity and air; their NumPy twins are in `gravity` and `atmosphere`."""

from __future__ import annotations

import math

from launchwatch.core.arrays import FloatArray
from launchwatch.core.geodesy import A, B
from launchwatch.core.jit import njit
from launchwatch.physics.atmosphere import EARTH_RADIUS_76, GAMMA, GEOPOTENTIAL_LAYERS, R_AIR
from launchwatch.physics.gravity import J2, MU


@njit(cache=True, error_model="numpy")
def gravity_j2(x: float, y: float, z: float) -> tuple[float, float, float]:
    """Gravitational acceleration (3,) m/s^2 at an ITRF position, m."""
    r2 = x * x + y * y + z * z
    central = -MU / (r2 * math.sqrt(r2))
    sin2 = z * z / r2
    bulge = 1.5 * J2 * A * A / r2
    across = central * (1.0 + bulge * (1.0 - 5.0 * sin2))
    return across * x, across * y, central * (1.0 + bulge * (3.0 - 5.0 * sin2)) * z


@njit(cache=True, error_model="numpy")
def height(x: float, y: float, z: float) -> float:
    """Height above the WGS-84 ellipsoid along the radius, m; zero where the geodetic height is."""
    r2 = x * x + y * y + z * z
    sin2 = z * z / r2
    return math.sqrt(r2) - A * B / math.sqrt(B * B * (1.0 - sin2) + A * A * sin2)


@njit(cache=True, error_model="numpy")
def layer_of(h: float, edges: FloatArray) -> int:
    """Row of the table of air that holds at a geometric height, m."""
    i = 0
    while i < edges.shape[0] and h >= edges[i]:
        i += 1
    return i


@njit(cache=True, error_model="numpy")
def air_in_layer(h: float, table: FloatArray, i: int) -> tuple[float, float, float]:
    """Density kg/m^3, pressure Pa and temperature K by one row of the table, also a little beyond its ends."""
    above = (EARTH_RADIUS_76 * h / (EARTH_RADIUS_76 + h) if i < GEOPOTENTIAL_LAYERS else h) - table[i, 0]
    lapse = table[i, 2]
    if lapse != 0.0:
        temperature = table[i, 1] + lapse * above
        pressure = table[i, 3] * math.exp(-table[i, 5] * math.log(temperature / table[i, 1]))
        return pressure / (R_AIR * temperature), pressure, temperature
    fall = math.exp(-table[i, 7] * above)
    return table[i, 4] * fall, table[i, 3] * fall, table[i, 1]


@njit(cache=True, error_model="numpy")
def air(h: float, table: FloatArray, edges: FloatArray) -> tuple[float, float, float]:
    """Density kg/m^3, pressure Pa and speed of sound m/s at a geometric height, m."""
    density, pressure, temperature = air_in_layer(h, table, layer_of(h, edges))
    return density, pressure, math.sqrt(GAMMA * R_AIR * temperature)
