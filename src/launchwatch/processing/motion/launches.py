"""What two estimates of one launch say together."""

from __future__ import annotations

import numpy as np

from launchwatch.core.arrays import FloatArray
from launchwatch.core.frames import enu_axes
from launchwatch.core.gaussians import intersect_covariances
from launchwatch.core.geodesy import geodetic_from_itrf, itrf_from_geodetic
from launchwatch.messages.tracks import LaunchFit

S = 1_000_000_000
ANYWHERE_M = 20e6  # a position worse known than this is on either side of the Earth
LEAST_EIGENVALUE = 1e-15  # of a correlation matrix; below it rounding has eaten the matrix


def bounded(covariance: FloatArray) -> bool:
    """Whether a covariance, position first and in m, is one, and says more than `somewhere on Earth`."""
    variance = np.diag(covariance)
    if not (np.isfinite(covariance).all() and variance.min() > 0.0 and variance[:2].sum() < ANYWHERE_M**2):
        return False
    scale = np.sqrt(variance)
    return float(np.linalg.eigvalsh(covariance / np.outer(scale, scale))[0]) > LEAST_EIGENVALUE


def launch_position(launch: LaunchFit) -> FloatArray:
    """Launch point (3,) on the ellipsoid, ITRF m."""
    return itrf_from_geodetic(launch.lat_deg, launch.lon_deg, 0.0)


def fuse_launches(a: LaunchFit | None, b: LaunchFit | None) -> LaunchFit | None:
    """One launch of two that may rest on the same looks, by covariance intersection; null where both are.

    One whose covariance has lost its meaning, for its fit ran away, says nothing of the other.
    """
    if a is None or b is None:
        return a or b
    if not (bounded(a.covariance) and bounded(b.covariance)):
        return a if bounded(a.covariance) else b
    axes = enu_axes(a.lat_deg, a.lon_deg)
    apart = axes[:2] @ (launch_position(b) - launch_position(a))
    turn = (b.azimuth_deg - a.azimuth_deg + 180.0) % 360.0 - 180.0
    away = np.array([*apart, (b.time_ns - a.time_ns) / S, np.radians(turn)])
    mean, covariance = intersect_covariances(np.zeros(4), a.covariance, away, b.covariance)
    lat, lon, _ = geodetic_from_itrf(launch_position(a) + mean[0] * axes[0] + mean[1] * axes[1])
    return LaunchFit(
        lat_deg=float(lat),
        lon_deg=float(lon),
        time_ns=a.time_ns + round(mean[2] * S),
        azimuth_deg=(a.azimuth_deg + float(np.degrees(mean[3]))) % 360.0,
        covariance=covariance,
    )
