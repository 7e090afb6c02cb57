"""T-GOSPA, the distance between two sets of trajectories: GOSPA at each time, and a price for changing partners."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
from numpy.typing import ArrayLike

from launchwatch.core.arrays import FloatArray, IntArray

MOST_MATCHINGS = 400
"""So many matchings are gone through one by one, which is exact; for more, the linear programme bounds from below."""


class TrajectoryGospa(msgspec.Struct, frozen=True, kw_only=True):
    """T-GOSPA and its parts, sums over all times.

    Attributes
    ----------
    distance : float
        (localisation + cutoff**order / 2 (missed + false) + switch**order switches)**(1 / order), m.
    localisation : float
        Sum of the distances of the assigned pairs, each to the power `order`, m**order.
    missed, false : float
        True objects without an estimate, estimates without a true object, summed over the times.
    switches : float
        Changes of partner; one to or from none counts half.
    """

    distance: float
    localisation: float
    missed: float
    false: float
    switches: float


def tgospa(
    estimates: ArrayLike, truth: ArrayLike, cutoff: float, switch: float, order: float = 2.0
) -> TrajectoryGospa:
    """T-GOSPA (Garcia-Fernandez, Rahmathullah and Svensson, 2020).

    Parameters
    ----------
    estimates, truth : array_like, shapes (n, times, d) and (m, times, d)
        Positions in one frame, m; NaN where an object is not there.
    cutoff : float
        Distance, m, beyond which an estimate and a true object are one false and one missed.
    switch : float
        What a change of partner costs, m.
    order : float
        p of the metric, at least 1.

    Returns
    -------
    TrajectoryGospa
        Where there are few objects over the best assignment of all times, else over the best of the linear programme,
        whose value may lie below it by a little and is a metric as well.

    Raises
    ------
    ValueError
        Arrays of other shapes; a cutoff, a price or an order out of range.
    """
    x, y = np.asarray(estimates, dtype=np.float64), np.asarray(truth, dtype=np.float64)
    if x.ndim != 3 or y.ndim != 3 or x.shape[1:] != y.shape[1:]:
        raise ValueError(f"estimates {x.shape} and truth {y.shape} must be (n, times, d) and (m, times, d)")
    if not (cutoff > 0.0 and switch > 0.0 and order >= 1.0):
        raise ValueError(f"cutoff {cutoff} and switch {switch} must be positive and order {order} at least 1")
    away = np.linalg.norm(x[:, None] - y[None], axis=3)
    near = away < cutoff  # NaN is not near
    i, j = np.nonzero(near.any(axis=2))  # a pair that never meets is never better than none
    here, there = ~np.isnan(x[..., 0]), ~np.isnan(y[..., 0])
    # what being a pair costs at each time, over what being none costs
    price = np.where(near, away, 0.0)[i, j] ** order - cutoff**order * near[i, j]
    listed = _matchings(i, j)
    dearness = switch**order
    weight = _linear(price, i, j, dearness) if listed is None else _exact(price, listed, dearness)
    paired = weight * near[i, j]
    localisation = float(np.sum(paired * np.where(near, away, 0.0)[i, j] ** order))
    missed, false = float(there.sum() - paired.sum()), float(here.sum() - paired.sum())
    switches = 0.5 * float(np.abs(np.diff(weight, axis=1)).sum())
    total = localisation + 0.5 * cutoff**order * (missed + false) + dearness * switches
    return TrajectoryGospa(
        distance=max(total, 0.0) ** (1.0 / order),
        localisation=localisation,
        missed=missed,
        false=false,
        switches=switches,
    )


def _matchings(i: IntArray, j: IntArray) -> FloatArray | None:
    """All sets of pairs (k, pairs) that share no member, as 0 and 1; null where there are too many."""
    found: list[tuple[int, ...]] = [()]
    for pair in range(len(i)):
        found += [(*one, pair) for one in found if all(i[q] != i[pair] and j[q] != j[pair] for q in one)]
        if len(found) > MOST_MATCHINGS:
            return None
    listed = np.zeros((len(found), len(i)))
    for k, one in enumerate(found):
        listed[k, list(one)] = 1.0
    return listed


def _exact(price: FloatArray, listed: FloatArray, dearness: float) -> FloatArray:
    """The cheapest sequence of matchings, as (pairs, times) of 0 and 1 (Viterbi)."""
    times = price.shape[1]
    change = 0.5 * dearness * np.abs(listed[:, None] - listed[None]).sum(axis=2)
    cost = listed @ price
    total, came = cost[:, 0], np.zeros((times, len(listed)), np.int64)
    for k in range(1, times):
        reached = total[:, None] + change
        came[k] = reached.argmin(axis=0)
        total = reached.min(axis=0) + cost[:, k]
    chosen = np.empty(times, np.int64)
    chosen[-1] = int(total.argmin())
    for k in range(times - 1, 0, -1):
        chosen[k - 1] = came[k, chosen[k]]
    return listed[chosen].T


def _linear(price: FloatArray, i: IntArray, j: IntArray, dearness: float) -> FloatArray:
    """Weights (pairs, times) in 0 to 1 of the linear programme: sums over each object at most 1, changes paid for."""
    from scipy.optimize import LinearConstraint, milp
    from scipy.sparse import block_array, csr_array, eye_array, kron

    pairs, times = price.shape
    member = np.concatenate([i, i.max() + 1 + j])
    sums = csr_array((np.ones(2 * pairs), (member, np.tile(np.arange(pairs), 2))), shape=(int(member.max()) + 1, pairs))
    once = kron(sums, eye_array(times), format="csr")
    step = kron(eye_array(pairs), eye_array(times - 1, times, k=1) - eye_array(times - 1, times), format="csr")
    paid = eye_array(pairs * (times - 1))
    rules: Any = block_array([[once, None], [step, -paid], [-step, -paid]], format="csr")
    most = np.concatenate([np.ones(once.shape[0]), np.zeros(2 * step.shape[0])])
    costs = np.concatenate([price.ravel(), np.full(step.shape[0], 0.5 * dearness)])
    # scaled, for the solver stops at absolute tolerances
    found = milp(costs / np.abs(costs).max(), constraints=LinearConstraint(rules, -np.inf, most))
    if found.x is None:
        raise ValueError(f"the linear programme of T-GOSPA has no solution: {found.message}")
    return np.asarray(found.x[: pairs * times].reshape(pairs, times))
