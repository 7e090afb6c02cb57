"""US Standard Atmosphere 1976 (NOAA, NASA and USAF, 1976), every layer in one form.

In a layer that begins at H_b, with x = H - H_b::

    T   = T_b + L_b x
    p   = p_b   (T / T_b)^-n       exp(-k x)      n = g0 / (R L_b), or 0 where the layer is isothermal
    rho = rho_b (T / T_b)^-(n + 1) exp(-k x)      k = g0 / (R T_b) there, else 0

H is the geopotential height up to 86 km and the geometric one above. There the densities of the standard at 86, 100,
120, 150, 200, 300 and 500 km are joined log-linearly and the last slope goes on; temperature, and with it the speed of
sound, stays at its value of 86 km, where neither matters to flight.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from launchwatch.core.arrays import FloatArray

R_AIR = 287.05287
"""Gas constant of dry air, J/(kg K)."""
GAMMA = 1.4
"""Ratio of specific heats."""
G0 = 9.80665
"""Standard gravity, m/s^2."""
EARTH_RADIUS_76 = 6_356_766.0
"""Radius that turns geometric into geopotential height, m."""
GEOPOTENTIAL_LAYERS = 7
"""Rows of `TABLE` that are entered with geopotential height."""

_BASES_M = (0.0, 11e3, 20e3, 32e3, 47e3, 51e3, 71e3, 84_852.0)
_LAPSES_K_M = (-6.5e-3, 0.0, 1e-3, 2.8e-3, 0.0, -2.8e-3, -2.0e-3)
_NODES_M = (86e3, 100e3, 120e3, 150e3, 200e3, 300e3, 500e3)
_NODE_DENSITIES_KG_M3 = (5.604e-7, 2.222e-8, 2.076e-9, 2.541e-10, 1.916e-11, 5.215e-13)  # from 100 km on


def _table() -> FloatArray:
    rows = []
    temperature, pressure = 288.15, 101_325.0
    for base, top, lapse in zip(_BASES_M, _BASES_M[1:], _LAPSES_K_M, strict=False):
        n = G0 / (R_AIR * lapse) if lapse else 0.0
        k = 0.0 if lapse else G0 / (R_AIR * temperature)
        density = pressure / (R_AIR * temperature)
        rows.append((base, temperature, lapse, pressure, density, n, n + 1.0 if lapse else 0.0, k))
        above = temperature + lapse * (top - base)
        pressure *= (above / temperature) ** -n * math.exp(-k * (top - base))
        temperature = above
    densities = (pressure / (R_AIR * temperature), *_NODE_DENSITIES_KG_M3)
    slopes = [
        math.log(low / high) / (top - base)
        for low, high, base, top in zip(densities, densities[1:], _NODES_M, _NODES_M[1:], strict=False)
    ]
    for node, density, k in zip(_NODES_M, densities, (*slopes, slopes[-1]), strict=True):
        rows.append((node, temperature, 0.0, density * R_AIR * temperature, density, 0.0, 0.0, k))
    return np.array(rows)


TABLE = _table()
"""(14, 8): H_b m, T_b K, L_b K/m, p_b Pa, rho_b kg/m^3, n, exponent of the density, k 1/m."""
EDGES = np.array(
    [EARTH_RADIUS_76 * h / (EARTH_RADIUS_76 - h) for h in _BASES_M[1:-1]] + list(_NODES_M),
)
"""(13,): geometric height at which each layer but the last ends, m."""
TABLE.flags.writeable = False
EDGES.flags.writeable = False


def _in_layers(height_m: ArrayLike) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Rows, height over the base, and temperature for geometric heights."""
    height = np.asarray(height_m, dtype=np.float64)
    index = np.searchsorted(EDGES, height, side="right")
    rows = np.moveaxis(TABLE[index], -1, 0)
    entry = np.where(index < GEOPOTENTIAL_LAYERS, EARTH_RADIUS_76 * height / (EARTH_RADIUS_76 + height), height)
    above = entry - rows[0]
    return rows, above, rows[1] + rows[2] * above


def density(height_m: ArrayLike) -> FloatArray:
    """Density of the air, kg/m^3, at geometric heights, m, any shape."""
    rows, above, temperature = _in_layers(height_m)
    return np.asarray(rows[4] * (temperature / rows[1]) ** -rows[6] * np.exp(-rows[7] * above))


def pressure(height_m: ArrayLike) -> FloatArray:
    """Pressure of the air, Pa, at geometric heights, m, any shape."""
    rows, above, temperature = _in_layers(height_m)
    return np.asarray(rows[3] * (temperature / rows[1]) ** -rows[5] * np.exp(-rows[7] * above))


def speed_of_sound(height_m: ArrayLike) -> FloatArray:
    """Speed of sound, m/s, at geometric heights, m, any shape; constant from 86 km up."""
    return np.asarray(np.sqrt(GAMMA * R_AIR * _in_layers(height_m)[2]))
