"""Staging and burnout read from the light curve and from silent looks."""

from __future__ import annotations

import numpy as np

from launchwatch.core.arrays import FloatArray, IntArray

SETTLED = 5  # looks on each side that define the level before and after a step
STEP = 0.25  # drop of the natural logarithm; a break too many only frees the profile, one too few bends it
MIN_STAGE_S = 20.0


def staging_times(time_s: FloatArray, irradiance: FloatArray, snr: FloatArray) -> list[tuple[float, float]]:
    """Times of stage changes in one sensor's light curve.

    A stage change is a sudden loss of brightness against the straight lines (in logarithm) through the looks before and
    after it; a slow fade such as the trough of afterburning is none.

    Parameters
    ----------
    time_s, irradiance, snr : (n,) ascending in time, of one sensor.

    Returns
    -------
    (time s, standard deviation s) of each, ascending.
    """
    n = len(time_s)
    level = np.log(np.maximum(irradiance, 1e-30))
    noise = 1.0 / np.maximum(snr, 1.0)
    later = np.arange(3, n - 2)
    middle = 0.5 * (time_s[later - 1] + time_s[later])
    reach = np.arange(SETTLED)
    a, a_sigma = _extrapolated(time_s, level, noise, later[:, None] - 1 - reach, middle)
    b, b_sigma = _extrapolated(time_s, level, noise, later[:, None] + reach, middle)
    drop = a - b
    sudden = (drop > STEP) & (drop > 4.0 * np.hypot(a_sigma, b_sigma))
    sigma = (time_s[later] - time_s[later - 1]) / np.sqrt(12.0)
    found = list(zip(drop[sudden].tolist(), middle[sudden].tolist(), sigma[sudden].tolist(), strict=True))
    chosen: list[tuple[float, float, float]] = []
    for candidate in sorted(found, reverse=True):
        if all(abs(candidate[1] - c[1]) > MIN_STAGE_S for c in chosen):
            chosen.append(candidate)
    return sorted((t, max(s, 0.3)) for _, t, s in chosen)


def _extrapolated(
    time_s: FloatArray, level: FloatArray, noise: FloatArray, looks: IntArray, at: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Levels (k,) at the times `at` (k,) of weighted lines through a few looks each, and their standard deviations.

    `looks` (k, m) may reach over the ends of the curve: there is nothing there. The slope is held by a prior of 0.1 per
    second, so that two looks do not make a wild line.
    """
    near = np.clip(looks, 0, len(time_s) - 1)
    weight = np.where(looks == near, noise[near] ** -2.0, 0.0)
    tau = time_s[near] - at[:, None]
    a00, a01, a11 = weight.sum(1), (weight * tau).sum(1), (weight * tau * tau).sum(1) + 100.0
    b0, b1 = (weight * level[near]).sum(1), (weight * tau * level[near]).sum(1)
    determinant = a00 * a11 - a01 * a01
    return (a11 * b0 - a01 * b1) / determinant, np.sqrt(a11 / determinant)


def merge_times(times: list[tuple[float, float]], window_s: float) -> list[tuple[float, float]]:
    """One time for each group of times (s, sigma) closer than `window_s`: the most exact one of the group.

    Sensors that see the same stage change give it within their periods of each other.
    """
    groups: list[list[tuple[float, float]]] = []
    for seen in sorted(times):
        if groups and seen[0] - groups[-1][-1][0] <= window_s:
            groups[-1].append(seen)
        else:
            groups.append([seen])
    return [min(group, key=lambda s: (s[1], s[0])) for group in groups]


def burnout_time(last_seen_s: FloatArray, first_silent_s: FloatArray) -> tuple[float, float]:
    """Burnout between the last look that saw the plume and the first that did not, over all sensors.

    Parameters
    ----------
    last_seen_s, first_silent_s : (sensors,) s.

    Returns
    -------
    time and standard deviation, s.
    """
    after, before = float(last_seen_s.max()), float(first_silent_s.min())
    before = max(before, after)
    return 0.5 * (after + before), max((before - after) / np.sqrt(12.0), 0.1)
