"""Searching where an estimate says that something is: its ellipse across the line of sight, beam by beam."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from launchwatch.core.arrays import FloatArray, IntArray
from launchwatch.core.frames import enu_axes
from launchwatch.physics.free_flight import free_flight, sigma_points

SIGMAS = 3.0
"""Half axes of the ellipse that is searched, in standard deviations: it holds 98.9 % of a plane Gaussian."""


class Patch(NamedTuple):
    """The part of the sky where something should be, as seen from a site.

    Attributes
    ----------
    position_m : (3,) its middle, ITRF.
    axes : (3, 3) rows: along the line of sight, to the right of it, and up across it, ITRF.
    covariance_m2 : (3, 3) along these axes.
    angles : (2, 2) covariance of the direction, rad^2, right and up.
    """

    position_m: FloatArray
    axes: FloatArray
    covariance_m2: FloatArray
    angles: FloatArray


def predicted_patch(
    site_m: FloatArray,
    lat_deg: float,
    lon_deg: float,
    state: ArrayLike,
    covariance: ArrayLike,
    dt_s: float,
    acceleration_m_s2: float = 0.0,
) -> Patch:
    """Where a state in free flight should be after a time.

    Parameters
    ----------
    site_m : (3,) site that looks, ITRF; `lat_deg`, `lon_deg` the same.
    state, covariance : array_like, shapes (6,) and (6, 6)
        ITRF, m and m/s.
    dt_s : float
        Of either sign.
    acceleration_m_s2 : float
        Standard deviation per axis of a constant acceleration that is not in the prediction.
    """
    points = free_flight(sigma_points(state, covariance), dt_s)
    return patch_of(site_m, lat_deg, lon_deg, points, 0.5 * acceleration_m_s2 * dt_s**2)


def patch_of(site_m: FloatArray, lat_deg: float, lon_deg: float, points: FloatArray, wider_m: float = 0.0) -> Patch:
    """Where something should be that sigma points (n, 6) stand for, give or take `wider_m` per axis more."""
    middle = points[:, :3].mean(axis=0)
    away = points[:, :3] - middle
    spread = away.T @ away / len(points) + wider_m**2 * np.eye(3)
    step = middle - site_m
    distance = float(np.linalg.norm(step))
    along = step / distance
    right = np.cross(along, enu_axes(lat_deg, lon_deg)[2])
    right /= max(float(np.linalg.norm(right)), 1e-9)
    axes = np.stack([along, right, np.cross(right, along)])
    turned = axes @ spread @ axes.T
    return Patch(middle, axes, turned, turned[1:, 1:] / distance**2)


def beams_of(patch: Patch, beamwidth_deg: float) -> int:
    """Beams that cover the ellipse, by area: it is widened by half a beam all round; one at least."""
    half = 0.5 * float(np.radians(beamwidth_deg))
    arms = SIGMAS * np.sqrt(np.maximum(np.linalg.eigvalsh(patch.angles), 0.0)) + half
    return max(round(float(np.prod(arms) / half**2)), 1)


def places_in(patch: Patch, site_m: FloatArray, position_m: ArrayLike, beams: int, beamwidth_deg: float) -> IntArray:
    """Which beam comes upon a body, counted from the middle of the ellipse outward.

    Parameters
    ----------
    position_m : array_like, shape (n, 3)
        Bodies, ITRF.
    beams : of `beams_of`.

    Returns
    -------
    IntArray, shape (n,)
        From 0; -1 outside of the ellipse.
    """
    step = (np.asarray(position_m, dtype=np.float64) - site_m) @ patch.axes.T
    off = step[:, 1:] / step[:, :1]
    half = 0.5 * np.radians(beamwidth_deg)
    values, vectors = np.linalg.eigh(patch.angles)
    arms = SIGMAS * np.sqrt(np.maximum(values, 0.0)) + half
    part = np.sum((off @ vectors / arms) ** 2, axis=1)  # of the area of the ellipse
    inside = (part <= 1.0) & (step[:, 0] > 0.0)
    return np.where(inside, np.minimum((part * beams).astype(np.int64), beams - 1), -1)
