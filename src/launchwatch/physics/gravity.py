"""Gravity of the Earth: central term and J2, in ITRF."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from launchwatch.core.arrays import FloatArray
from launchwatch.core.frames import OMEGA_EARTH
from launchwatch.core.geodesy import A

MU = 3.986004418e14
"""Gravitational parameter of the Earth, m^3/s^2 (NIMA TR8350.2, 2000)."""
J2 = 1.08262982e-3
"""Second zonal harmonic of the WGS-84 ellipsoid."""
OMEGA = OMEGA_EARTH
"""Rate of the Earth's rotation, rad/s."""


def gravity_j2(r: ArrayLike) -> FloatArray:
    """Gravitational acceleration, without the centrifugal one.

    Parameters
    ----------
    r : array_like, shape (..., 3)
        Position in ITRF or any frame that shares its z axis, m.

    Returns
    -------
    FloatArray, shape (..., 3)
        Acceleration, m/s^2 (Bate, Mueller and White, 1971, section 9.7).
    """
    xyz = np.asarray(r, dtype=np.float64)
    r2 = np.sum(xyz**2, axis=-1, keepdims=True)
    sin2 = xyz[..., 2:] ** 2 / r2
    bulge = 1.5 * J2 * A * A / r2
    terms = 1.0 + bulge * (np.array([1.0, 1.0, 3.0]) - 5.0 * sin2)
    return np.asarray(-MU / (r2 * np.sqrt(r2)) * terms * xyz)
