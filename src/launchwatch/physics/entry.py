"""Entry and glide: heating, loads, and the closed forms that flights are held against."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from launchwatch.core.arrays import FloatArray
from launchwatch.physics.gravity import MU
from launchwatch.physics.radiometry import STEFAN_BOLTZMANN

SUTTON_GRAVES = 1.7415e-4
"""Stagnation heating of air: W/m^2 for kg/m^3, m and m/s (Sutton and Graves, NASA TR R-376, 1971)."""
MEAN_RADIUS_M = 6_371_000.0
"""Of the sphere of the closed forms."""


def stagnation_heating(density: ArrayLike, speed: ArrayLike, nose_radius_m: float) -> FloatArray:
    """Convective heating of a cold nose (Sutton and Graves, 1971).

    Parameters
    ----------
    density : array_like
        Of the air, kg/m^3.
    speed : array_like, same shape
        Through it, m/s.
    nose_radius_m : float

    Returns
    -------
    FloatArray
        W/m^2.
    """
    rho, v = np.asarray(density, dtype=np.float64), np.asarray(speed, dtype=np.float64)
    return np.asarray(SUTTON_GRAVES * np.sqrt(rho / nose_radius_m) * v**3)


def radiative_equilibrium(heating: ArrayLike, emissivity: float) -> FloatArray:
    """Temperature, K, of a grey surface that radiates all that it is heated with, W/m^2."""
    return np.asarray((np.asarray(heating, dtype=np.float64) / (emissivity * STEFAN_BOLTZMANN)) ** 0.25)


def dynamic_pressure(density: ArrayLike, speed: ArrayLike) -> FloatArray:
    """Half density times speed squared, Pa."""
    return np.asarray(0.5 * np.asarray(density, dtype=np.float64) * np.square(np.asarray(speed, dtype=np.float64)))


def peak_deceleration(
    speed_m_s: float, path_deg: float, ballistic_coefficient_kg_m2: float, scale_height_m: float, ground_density: float
) -> tuple[float, float, float]:
    """Ballistic entry along a straight line into exponential air (Allen and Eggers, NACA 1381, 1958).

    Parameters
    ----------
    speed_m_s, path_deg : float
        At entry; the angle below the horizontal.
    ballistic_coefficient_kg_m2 : float
        Mass over drag coefficient times area.
    scale_height_m, ground_density : float
        Of the air, kg/m^3 at height 0.

    Returns
    -------
    deceleration_m_s2, speed_m_s, height_m : float
        At the peak of deceleration, which does not depend on the ballistic coefficient.
    """
    sine = math.sin(math.radians(path_deg))
    peak = speed_m_s**2 * sine / (2.0 * math.e * scale_height_m)
    height = scale_height_m * math.log(scale_height_m * ground_density / (ballistic_coefficient_kg_m2 * sine))
    return peak, speed_m_s * math.exp(-0.5), height


def glide_range(lift_to_drag: float, speed_m_s: float, radius_m: float = MEAN_RADIUS_M, mu: float = MU) -> float:
    """Range of an equilibrium glide to rest, m along a sphere of that radius (Saenger; Eggers et al., NACA 1382, 1958).

    Parameters
    ----------
    lift_to_drag : float
    speed_m_s : float
        Below circular speed at the radius.
    radius_m, mu : float
        Of the sphere, and its gravitational parameter, m^3/s^2.
    """
    return 0.5 * radius_m * lift_to_drag * math.log(1.0 / (1.0 - speed_m_s**2 * radius_m / mu))


def glide_range_from_height(
    lift_to_drag: float, speed_m_s: float, height_m: float, end_speed_m_s: float, end_height_m: float
) -> float:
    """`glide_range` between two states, with what the closed form leaves out, m over ground.

    The path lies at the mean height, not on the ground; it ends at a speed above 0; and the height lost is energy as
    well, which carries the body lift-over-drag times as far.
    """
    radius = MEAN_RADIUS_M + 0.5 * (height_m + end_height_m)
    along = glide_range(lift_to_drag, speed_m_s, radius) - glide_range(lift_to_drag, end_speed_m_s, radius)
    v2 = 0.5 * (speed_m_s**2 + end_speed_m_s**2)
    lost = lift_to_drag * (height_m - end_height_m) / (1.0 - v2 * radius / MU)
    return (along + lost) * MEAN_RADIUS_M / radius
