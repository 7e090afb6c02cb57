"""Sources that stand still on the ground: fires, furnaces, volcanoes. They open no track until they move."""

from __future__ import annotations

import numpy as np

from launchwatch.core.arrays import FloatArray
from launchwatch.core.geodesy import A, B
from launchwatch.processing.motion.measurements import LinesOfSight

MOVES_CHI2 = 30.0
"""Chi-squared of two degrees that means motion: a source that stands exceeds it once in three million tests."""

RECENT_S = 60.0
"""Detections that are tested: what has stood for long may yet begin to move."""

DRIFT_RAD_S = 0.05e-6
"""Rate at which a sensor's pointing may creep by itself, a standard deviation per axis; an assumption."""

_ROUND = np.array([1.0, 1.0, A / B])  # stretches the ellipsoid to a sphere, lines stay lines


def stands_still(rows: LinesOfSight) -> bool:
    """Whether detections of one sensor can be those of a source that is fixed to the ground.

    Each line is followed to the ground, and a constant velocity over the ground is estimated by weighted least squares;
    the source stands while that velocity is no more than its own error. A line that passes the Earth by shows a source
    in the air, which does not stand.

    Parameters
    ----------
    rows : lines of sight of one sensor, ordered by time.
    """
    recent = rows.time_s > rows.time_s[-1] - RECENT_S
    time_s, sigma = rows.time_s[recent], rows.sigma[recent]
    depth_m = ground_distance(rows.position[recent], rows.direction[recent])
    if not np.isfinite(depth_m).all():
        return False
    ground = rows.position[recent] + depth_m[:, None] * rows.direction[recent]
    across = (ground - ground[-1]) @ rows.tangents[-1].T / depth_m[:, None]
    weight = sigma**-2
    lever = time_s - (weight @ time_s) / weight.sum()
    information = float(weight @ lever**2)
    if information <= 0.0:
        return True
    rate = (weight * lever) @ across / information
    return float(rate @ rate) / (1.0 / information + DRIFT_RAD_S**2) < MOVES_CHI2


def ground_distance(position: FloatArray, direction: FloatArray) -> FloatArray:
    """Distance (n,) m along lines from positions (n, 3) in directions (n, 3) to the ground; nan where they miss it."""
    start, step = position * _ROUND, direction * _ROUND
    a = np.einsum("ni,ni->n", step, step)
    b = np.einsum("ni,ni->n", start, step)
    c = np.einsum("ni,ni->n", start, start) - A**2
    inside = b**2 - a * c
    return np.asarray(np.where(inside >= 0.0, (-b - np.sqrt(np.maximum(inside, 0.0))) / a, np.nan))
