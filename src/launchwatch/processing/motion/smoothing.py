"""Smoothing for review: what all of a flight's measurements say of every moment of it.

Rauch, Tung and Striebel (AIAA Journal 3(8), 1965) over the filter of `descent`. Above the air, where drag does nothing,
that is the ballistic filter, so one pass covers a flight from burnout to the ground. Of the kinds of flight the one
that explains the whole of it best is smoothed.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from launchwatch.core.arrays import FloatArray
from launchwatch.core.frames import OMEGA_EARTH
from launchwatch.physics.atmosphere import EDGES, TABLE
from launchwatch.processing.motion._descent_kernels import SIZE, descend
from launchwatch.processing.motion.descent import (
    GLIDES,
    NOISE,
    RIGHT,
    UP,
    Descent,
    correct,
    enter,
    innovation,
    with_sensor,
)
from launchwatch.processing.motion.lag import Estimate, Seen


class Smoothed(msgspec.Struct):
    """A flight after review.

    Attributes
    ----------
    epoch_ns : (m,) epochs of the start and of each measurement, ns TAI, ascending.
    means, covariances : (m, n) and (m, n, n), as in `descent.Descent`: from all measurements.
    filtered, filtered_covariances : likewise, from those until then.
    glides : whether the flight is one with lift.
    sensors : identifiers, in the order of their errors.
    """

    epoch_ns: FloatArray
    means: FloatArray
    covariances: FloatArray
    filtered: FloatArray
    filtered_covariances: FloatArray
    glides: bool
    sensors: list[str]


class _Pass(msgspec.Struct):
    """One filter over all measurements: estimates after each, predictions before each, transitions, log likelihood."""

    means: list[FloatArray]
    covariances: list[FloatArray]
    predicted: list[FloatArray]
    predicted_covariances: list[FloatArray]
    transitions: list[FloatArray]
    score: float


def smooth(start: Estimate, history: Sequence[Seen], omega: float = OMEGA_EARTH) -> Smoothed:
    """Smooth a flight without thrust.

    Parameters
    ----------
    start : estimate before the measurements, at an epoch not later than theirs.
    history : measurements in any order.

    Returns
    -------
    Smoothed

    Raises
    ------
    ValueError
        A measurement is older than the start.
    """
    seen = sorted(history, key=lambda s: (s.epoch_ns, s.sensor, s.order))
    if seen and seen[0].epoch_ns < start.epoch_ns:
        raise ValueError("smooth: a measurement is older than the start; give the estimate from before all of them")
    first = start if isinstance(start, Descent) else enter(start)
    for one in seen:
        first, _ = with_sensor(first, one.sensor, one.data)
    passes = [_forward(first, seen, kind, omega) for kind in range(len(first.means))]
    kind = int(np.argmax(np.log(first.shares) + [one.score for one in passes]))
    chosen = passes[kind]
    means, covariances = _backward(chosen, kind)
    return Smoothed(
        epoch_ns=np.array([first.epoch_ns, *(s.epoch_ns for s in seen)]),
        means=means,
        covariances=covariances,
        filtered=np.array(chosen.means),
        filtered_covariances=np.array(chosen.covariances),
        glides=kind == GLIDES,
        sensors=first.sensors,
    )


def _forward(first: Descent, seen: Sequence[Seen], kind: int, omega: float) -> _Pass:
    """Filter of one kind of flight."""
    mean, covariance, epoch_ns = first.means[kind], first.covariances[kind], first.epoch_ns
    done = _Pass([mean], [covariance], [], [], [], 0.0)
    n = len(mean)
    for one in seen:
        dt = (one.epoch_ns - epoch_ns) * 1e-9
        mean, covariance, moved = descend(mean, covariance, dt, NOISE[kind], omega, TABLE, EDGES)
        phi = np.eye(n)
        phi[:SIZE, :SIZE] = moved
        done.predicted.append(mean)
        done.predicted_covariances.append(covariance)
        done.transitions.append(phi)
        alone = Descent(one.epoch_ns, mean[None], covariance[None], np.ones(1), first.sensors)
        said = innovation(alone, one.sensor, one.data)
        mean, covariance, score = correct(said, 0, 0)
        done.means.append(mean)
        done.covariances.append(covariance)
        done.score += score
        epoch_ns = one.epoch_ns
    return done


def _backward(done: _Pass, kind: int) -> tuple[FloatArray, FloatArray]:
    """Smoothed means (m, n) and covariances (m, n, n)."""
    means, covariances = np.array(done.means), np.array(done.covariances)
    lift = [] if kind == GLIDES else [UP, RIGHT]
    for k in range(len(means) - 2, -1, -1):
        ahead = done.predicted_covariances[k]
        scale = np.sqrt(np.diag(ahead))
        use = np.setdiff1d(np.flatnonzero(scale > 0.0), lift)
        at = np.ix_(use, use)
        # scaled to unit variances: metres stand beside microradians
        whole = ahead[at] / np.outer(scale[use], scale[use])
        cross = (covariances[k] @ done.transitions[k].T)[:, use] / scale[use]
        gain = np.linalg.solve(whole, cross.T).T / scale[use]
        means[k] += gain @ (means[k + 1] - done.predicted[k])[use]
        covariances[k] += gain @ (covariances[k + 1] - ahead)[at] @ gain.T
        covariances[k] = 0.5 * (covariances[k] + covariances[k].T)
    return means, covariances
