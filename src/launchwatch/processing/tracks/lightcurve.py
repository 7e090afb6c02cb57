"""Staging and burnout read from the light curve and from silent looks."""

from __future__ import annotations

import math

import numpy as np

from launchwatch.core.arrays import FloatArray, IntArray
from launchwatch.processing.motion.vehicles import Staging

DARK = 1.5  # periods between two looks that saw the plume: from here on at least one was dark
DARK_LOOKS, BRIGHT = 2.5, 20.0  # a gap that means a change of stage by itself, between looks of so high a ratio
SETTLED = 5  # looks on each side that define the level before and after a step
STEP = 0.25  # drop of the natural logarithm; a break too many only frees the profile, one too few bends it
MIN_STAGE_S = 20.0


def stagings(time_s: FloatArray, irradiance: FloatArray, snr: FloatArray, period_s: float) -> list[Staging]:
    """Stage changes in one sensor's light curve, ascending.

    A stage change is a sudden loss of brightness against the straight lines (in logarithm) through the looks before and
    after it, or a bright plume that goes out and comes back; a slow fade such as the trough of afterburning is none.
    Where looks between were dark, the burns lie apart.

    Parameters
    ----------
    time_s, irradiance, snr : (n,) ascending in time, of one sensor.
    period_s : time between two looks.
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
    gap = time_s[later] - time_s[later - 1]
    out = (gap > DARK_LOOKS * period_s) & (np.minimum(snr[later], snr[later - 1]) > BRIGHT)
    sudden = (drop > STEP) & (drop > 4.0 * np.hypot(a_sigma, b_sigma))
    chosen: list[tuple[float, float]] = []
    found = np.flatnonzero(out | sudden)
    for i in found[np.lexsort((-middle[found], -drop[found], ~out[found]))].tolist():
        if all(abs(middle[i] - t) > MIN_STAGE_S for t, _ in chosen):
            chosen.append((float(middle[i]), float(gap[i])))
    return [_between(t, width, period_s) for t, width in sorted(chosen)]


def _between(middle_s: float, gap_s: float, period_s: float) -> Staging:
    """The stage change between two looks: the burns end and begin within a look of them, or at once if none is dark."""
    dark = gap_s > DARK * period_s
    inner = 0.5 * (gap_s - period_s) if dark else 0.0
    sigma = max((period_s if dark else gap_s) / math.sqrt(12.0), 0.3)
    return Staging((middle_s - inner, sigma), (middle_s + inner, sigma))


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


def merge(seen: list[Staging], window_s: float) -> list[Staging]:
    """One stage change for each group of them closer than `window_s`: the most exact one of the group.

    Sensors that see the same stage change give it within their periods of each other.
    """
    groups: list[list[Staging]] = []
    for staging in sorted(seen, key=_middle):
        if groups and _middle(staging) - _middle(groups[-1][-1]) <= window_s:
            groups[-1].append(staging)
        else:
            groups.append([staging])
    return [min(group, key=lambda s: (s.burnout[1], _middle(s), s.coast_s)) for group in groups]


def _middle(staging: Staging) -> float:
    return 0.5 * (staging.burnout[0] + staging.ignition[0])


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
