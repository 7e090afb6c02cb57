"""Bending of radar beams: the air as an exponential atmosphere, the ionosphere as a Chapman layer.

The Earth is a sphere with air in shells, so Bouguer's rule holds along a ray: n r cos(elevation) stays the same. Angles
are exact for such an atmosphere; a 4/3 Earth is one for the lowest kilometres only.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from launchwatch.core.arrays import FloatArray
from launchwatch.physics.ionosphere import electron_density
from launchwatch.physics.visibility import MEAN_RADIUS

MEAN_REFRACTIVITY = 315.0
"""Surface refractivity of the mean atmosphere, (n - 1) 1e6 (ITU-R P.453)."""
SCALE_HEIGHT_M = 7350.0
"""Height over which the refractivity falls by e (ITU-R P.453)."""

Refractivity = Callable[[FloatArray], FloatArray]
"""Heights, m, to n - 1."""

_EDGES_M = np.array([0.0, 2e3, 10e3, 30e3, 80e3, 150e3, 250e3, 350e3, 500e3, 900e3, 2000e3, 5000e3, 1e9])
_MOST_RAD = 0.02  # no ray from the ground is bent by more: 1.1 degrees
_HALVINGS = 40


def air(surface_refractivity: float = MEAN_REFRACTIVITY) -> Refractivity:
    """The exponential atmosphere of a surface refractivity (Bean and Thayer, 1959)."""
    return lambda height_m: 1e-6 * surface_refractivity * np.exp(-height_m / SCALE_HEIGHT_M)


def plasma(frequency_hz: float, electron_content_m2: float) -> Refractivity:
    """The ionosphere for a frequency well above its own: ``-40.3 N / f^2`` (Appleton, 1932)."""
    return lambda height_m: -40.308 / frequency_hz**2 * electron_density(height_m, electron_content_m2)


def bent_elevation_deg(elevation_deg: ArrayLike, height_m: ArrayLike, refractivity: Refractivity) -> FloatArray:
    """Elevation at which a radar at sea level sees a target, before any correction.

    Parameters
    ----------
    elevation_deg : array_like
        Geometric elevation of the target.
    height_m : array_like
        Of the target, positive.
    refractivity : Refractivity

    Returns
    -------
    FloatArray, broadcast shape
        Degrees. NaN where the ray that leaves level, or lower, already passes above the target.
    """
    true, height = np.broadcast_arrays(
        np.radians(np.asarray(elevation_deg, float)), np.asarray(height_m, dtype=np.float64)
    )
    goal = _central_angle(true, height)
    low, high = np.maximum(true - _MOST_RAD, 0.0), np.maximum(true, 0.0) + _MOST_RAD
    missed = _central_angle_bent(low, height, refractivity) < goal
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        short = _central_angle_bent(middle, height, refractivity) < goal  # too steep: it comes up before the target
        low, high = np.where(short, low, middle), np.where(short, middle, high)
    return np.asarray(np.degrees(np.where(missed, np.nan, 0.5 * (low + high))))


def elevation_error_deg(elevation_deg: ArrayLike, height_m: ArrayLike, refractivity: Refractivity) -> FloatArray:
    """How much higher than it is a radar sees a target, degrees: the bias that it must correct."""
    return np.asarray(bent_elevation_deg(elevation_deg, height_m, refractivity) - np.asarray(elevation_deg))


def range_error_m(elevation_deg: ArrayLike, height_m: ArrayLike, refractivity: Refractivity) -> FloatArray:
    """Excess of a measured range by the delay in the air, m, along the straight line to the target.

    The bend of the ray adds less than a hundredth of it above 1 degree.
    """
    true, height = np.broadcast_arrays(np.radians(np.asarray(elevation_deg, float)), np.asarray(height_m, float))
    h, weight = _heights(height)
    r = MEAN_RADIUS + h
    sine = np.sqrt(np.maximum(1.0 - (MEAN_RADIUS * np.cos(true)[..., None] / r) ** 2, 1e-18))
    return np.asarray(np.sum(weight * refractivity(h) / sine, axis=-1))


@lru_cache(maxsize=1)
def _rule() -> tuple[FloatArray, FloatArray]:
    """Nodes and weights of Gauss and Legendre; their module is imported only when air has to be integrated."""
    nodes, weights = np.polynomial.legendre.leggauss(12)
    return nodes, weights


def _heights(height: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Nodes and weights (..., m) of integrals over height from the ground to `height`.

    Taken over the square root of the height: so that a ray that leaves level has no singular start.
    """
    edges = np.sqrt(np.minimum(_EDGES_M, height[..., None]))
    low, high = edges[..., :-1, None], edges[..., 1:, None]
    nodes, weights = _rule()
    x = 0.5 * (high + low) + 0.5 * (high - low) * nodes
    weight = (high - low) * weights * x  # 0.5 (high - low) from the interval, 2 x from h = x^2
    shape = (*height.shape, -1)
    return (x * x).reshape(shape), weight.reshape(shape)


def _central_angle(elevation: FloatArray, height: FloatArray) -> FloatArray:
    """Angle at the Earth's centre between radar and target on a straight line, rad."""
    return np.asarray(np.arccos(np.cos(elevation) * MEAN_RADIUS / (MEAN_RADIUS + height)) - elevation)


def _central_angle_bent(elevation: FloatArray, height: FloatArray, refractivity: Refractivity) -> FloatArray:
    """The same along the bent ray that leaves at an elevation: the straight one and what the air takes off it."""
    h, weight = _heights(height)
    ground = float(refractivity(np.zeros(1))[0])
    r = MEAN_RADIUS + h
    p0 = MEAN_RADIUS * np.cos(elevation)[..., None]
    straight = np.maximum(r * r - p0 * p0, 1e-6)
    p = (1.0 + ground) * p0
    n = 1.0 + refractivity(h)
    bent = np.maximum(n * n * r * r - p * p, 1e-6)
    difference = (p / np.sqrt(bent) - p0 / np.sqrt(straight)) / r
    return np.asarray(_central_angle(elevation, height) + np.sum(weight * difference, axis=-1))
