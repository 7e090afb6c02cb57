"""A body met in the air that was known badly: all that is seen of it at once, until its place is known.

Where a position is uncertain by more than a scale height of air, the drag there is uncertain by factors, and no filter
that takes one step after another may linearise about it. So the first seconds are fitted as a whole (Gauss-Newton, with
the estimate from before as prior), for each kind of flight; the odds of the kinds are those of their fits (Laplace).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from launchwatch.core.arrays import FloatArray
from launchwatch.core.frames import OMEGA_EARTH
from launchwatch.physics.atmosphere import EDGES, TABLE
from launchwatch.processing.motion import ballistic as flight
from launchwatch.processing.motion._descent_kernels import SIZE, advance, descend
from launchwatch.processing.motion.ballistic import Ballistic
from launchwatch.processing.motion.descent import (
    LOG_DRAG,
    NOISE,
    Descent,
    against,
    collapsed,
    enter,
    weighed,
    with_sensor,
)
from launchwatch.processing.motion.lag import Estimate, Seen
from launchwatch.processing.motion.measurements import Plots

WIDE_M = 4e3
"""Deviation of position, over all axes, from which one step after another does not do: half a scale height."""
ITERATIONS, HALVINGS, SETTLED = 12, 6, 1e-4
MOST_LOG_DRAG = 1.0
"""Longest change of the logarithm of drag in one iteration."""


def wide(estimate: Estimate) -> bool:
    """Whether a position is known too badly for a filter in the air."""
    covariance = collapsed(estimate)[1] if isinstance(estimate, Descent) else estimate.covariance
    return not math.sqrt(float(np.trace(covariance[:3, :3]))) < WIDE_M


def settle(start: Estimate, history: Sequence[Seen]) -> Descent:
    """The estimate at the last of some measurements, which are in order and some seconds long.

    Parameters
    ----------
    start : estimate from before; what it is in is taken for a vacuum until the first measurement.
    """
    epoch_ns = history[0].epoch_ns
    if isinstance(start, Ballistic):
        start = enter(flight.predict(start, epoch_ns))
    for one in history:
        start, _ = with_sensor(start, one.sensor, one.data)
    end_ns = history[-1].epoch_ns
    means, covariances = np.empty_like(start.means), np.empty_like(start.covariances)
    scores = np.empty(len(means))
    dt = (end_ns - epoch_ns) * 1e-9
    for kind in range(len(means)):
        mean, covariance, scores[kind] = _fit(start, kind, history)
        means[kind], covariances[kind], _ = descend(mean, covariance, dt, NOISE[kind], OMEGA_EARTH, TABLE, EDGES)
    return Descent(end_ns, means, covariances, weighed(start.shares, scores), start.sensors)


def _fit(start: Descent, kind: int, history: Sequence[Seen]) -> tuple[FloatArray, FloatArray, float]:
    """Mean and covariance at the start, and the log evidence but for what all kinds share."""
    prior, spread = start.means[kind], start.covariances[kind]
    use = np.flatnonzero(np.diag(spread) > 0.0)
    scale = np.sqrt(np.diag(spread)[use])
    information = np.linalg.inv(spread[np.ix_(use, use)] / np.outer(scale, scale))
    move = np.zeros(len(use))  # in standard deviations of the prior

    def state(moved: FloatArray) -> FloatArray:
        mean: FloatArray = prior.copy()
        mean[use] += scale * moved
        return mean

    rows, residual = _rows(start, state(move), history, True)
    cost = float(residual @ residual)
    for _ in range(ITERATIONS):
        design = rows[:, use] * scale
        normal = design.T @ design + information
        step = np.linalg.solve(normal, design.T @ residual - information @ move)
        drag = np.flatnonzero(use == LOG_DRAG)
        step = step * min(1.0, MOST_LOG_DRAG / max(float(np.abs(step[drag] * scale[drag]).max()), 1e-9))
        for _ in range(HALVINGS):
            trial = move + step
            off = _rows(start, state(trial), history, False)[1]
            new = float(off @ off + trial @ information @ trial)
            if new < cost:
                break
            step = 0.5 * step
        else:
            break  # nothing nearby is better
        gained, cost, move = cost - new, new, trial
        rows, residual = _rows(start, state(move), history, True)
        if gained < SETTLED * max(cost, 1.0):
            break
    design = rows[:, use] * scale
    normal = design.T @ design + information
    covariance = np.zeros_like(spread)
    covariance[np.ix_(use, use)] = np.linalg.inv(normal) * np.outer(scale, scale)
    score = 0.5 * (np.linalg.slogdet(information)[1] - np.linalg.slogdet(normal)[1] - cost)
    return state(move), covariance, float(score)


def _rows(
    start: Descent, mean: FloatArray, history: Sequence[Seen], slopes: bool
) -> tuple[FloatArray, FloatArray]:
    """Whitened slopes (m, n), empty where not asked for, and residuals (m,) of measurements by the start's state."""
    there, epoch_ns, phi = mean[:SIZE], history[0].epoch_ns, np.eye(SIZE)
    nothing, still = np.zeros((SIZE, SIZE)), np.zeros(4)
    residuals, designs = [], []
    for one in history:
        dt = (one.epoch_ns - epoch_ns) * 1e-9
        if slopes:
            there, _, moved = descend(there, nothing, dt, still, OMEGA_EARTH, TABLE, EDGES)
            phi = moved @ phi
        else:
            there = advance(there, dt, OMEGA_EARTH, TABLE, EDGES)
        epoch_ns = one.epoch_ns
        difference, gradient = against(there[:3], one.data)
        width = difference.shape[1]
        slot = SIZE + 3 * start.sensors.index(one.sensor)
        sigma = one.data.sigma[0] if isinstance(one.data, Plots) else np.full(2, one.data.sigma[0])
        residuals.append((difference[0] - mean[slot : slot + width]) / sigma)
        if slopes:
            row = np.zeros((width, len(mean)))
            row[:, :SIZE] = gradient[0] @ phi[:3]
            row[range(width), slot + np.arange(width)] = 1.0
            designs.append(row / sigma[:, None])
    return np.concatenate(designs) if slopes else np.empty((0, len(mean))), np.concatenate(residuals)
