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
    the source stands while that velocity is no more than its own error, or where two fixed places, one after the other,
    explain as much: one fire goes out, or onto the sensor's map, and its neighbour is taken for it. A line that passes
    the Earth by shows a source in the air, which does not stand.

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
    if float(rate @ rate) / (1.0 / information + DRIFT_RAD_S**2) < MOVES_CHI2:
        return True
    spread = across - (weight @ across) / weight.sum()
    line = float(weight @ np.sum((spread - lever[:, None] * rate) ** 2, axis=1))
    return _two_places(spread, weight) < line


def _two_places(across: FloatArray, weight: FloatArray) -> float:
    """Chi-squared that is left of directions (n, 2) of weights (n,) by two places, changed at the best moment."""
    total = np.cumsum(weight)[:-1]
    first = np.cumsum(weight[:, None] * across, axis=0)
    last = first[-1] - first[:-1]
    explained = np.sum(first[:-1] ** 2, axis=1) / total + np.sum(last**2, axis=1) / (weight.sum() - total)
    return float(weight @ np.sum(across**2, axis=1) - explained.max())


def ground_distance(position: FloatArray, direction: FloatArray) -> FloatArray:
    """Distance (n,) m along lines from positions (n, 3) in directions (n, 3) to the ground; nan where they miss it."""
    start, step = position * _ROUND, direction * _ROUND
    a = np.einsum("ni,ni->n", step, step)
    b = np.einsum("ni,ni->n", start, step)
    c = np.einsum("ni,ni->n", start, start) - A**2
    inside = b**2 - a * c
    return np.asarray(np.where(inside >= 0.0, (-b - np.sqrt(np.maximum(inside, 0.0))) / a, np.nan))
