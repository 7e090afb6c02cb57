"""GOSPA, the distance between a set of estimates and the set of true objects, and consistency of many estimates."""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import ArrayLike

from launchwatch.core.arrays import FloatArray, IntArray


class Gospa(msgspec.Struct, frozen=True, kw_only=True):
    """GOSPA and its parts.

    Attributes
    ----------
    distance : float
        (localisation + cutoff**order / 2 (missed + false))**(1 / order), m.
    localisation : float
        Sum of the distances of the assigned pairs, each to the power `order`, m**order.
    missed, false : int
        True objects without an estimate, estimates without a true object.
    estimate, truth : IntArray, shape (pairs,)
        The assigned pairs.
    """

    distance: float
    localisation: float
    missed: int
    false: int
    estimate: IntArray
    truth: IntArray


def match(estimates: ArrayLike, truth: ArrayLike, cutoff: float, order: float = 2.0) -> tuple[IntArray, IntArray]:
    """Pairs of estimate and true object with the least sum of min(distance, cutoff)**order, without those cut off.

    Parameters
    ----------
    estimates, truth : array_like, shapes (n, d) and (m, d)
        Points of one space and unit.
    cutoff : float
        Distance from which a pair is none.
    order : float

    Returns
    -------
    estimate, truth : IntArray, shape (pairs,)
        Indices, ordered by estimate.

    Raises
    ------
    ValueError
        Arrays of other shapes or with values that are not finite; a cutoff or an order that is not positive.
    """
    i, j, _ = _match(estimates, truth, cutoff, order)
    return i, j


def gospa(estimates: ArrayLike, truth: ArrayLike, cutoff: float, order: float = 2.0) -> Gospa:
    """GOSPA with alpha 2 (Rahmathullah, Garcia-Fernandez and Svensson, 2017).

    Parameters
    ----------
    estimates, truth : array_like, shapes (n, d) and (m, d)
        Positions in one frame, m; shape (0, d) where there are none.
    cutoff : float
        Distance, m, beyond which an estimate and a true object are one false and one missed.
    order : float
        p of the metric, at least 1.

    Returns
    -------
    Gospa

    Raises
    ------
    ValueError
        As of `match`.
    """
    i, j, costs = _match(estimates, truth, cutoff, order)
    missed, false = len(np.asarray(truth)) - len(j), len(np.asarray(estimates)) - len(i)
    localisation = float(costs.sum())
    distance = (localisation + 0.5 * cutoff**order * (missed + false)) ** (1.0 / order)
    return Gospa(distance=distance, localisation=localisation, missed=missed, false=false, estimate=i, truth=j)


def nees(errors: ArrayLike, covariances: ArrayLike) -> FloatArray:
    """Normalised estimation errors squared of many estimates.

    Parameters
    ----------
    errors : array_like, shape (n, d)
    covariances : array_like, shape (n, d, d)
        Positive definite, in the errors' units squared.

    Returns
    -------
    FloatArray, shape (n,)
        Its mean is d where the covariances are honest.
    """
    e = np.asarray(errors, dtype=np.float64)
    solved = np.linalg.solve(np.asarray(covariances, dtype=np.float64), e[..., None])[..., 0]
    return np.asarray(np.einsum("nd,nd->n", e, solved))


def _match(
    estimates: ArrayLike, truth: ArrayLike, cutoff: float, order: float
) -> tuple[IntArray, IntArray, FloatArray]:
    """The assigned pairs (k,), (k,) and their costs (k,)."""
    x, y = np.asarray(estimates, dtype=np.float64), np.asarray(truth, dtype=np.float64)
    if x.ndim != 2 or y.ndim != 2 or x.shape[1] != y.shape[1]:
        raise ValueError(f"estimates {x.shape} and truth {y.shape} must be (n, d) and (m, d)")
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise ValueError("estimates and truth must be finite")
    if not (cutoff > 0.0 and order >= 1.0):
        raise ValueError(f"cutoff {cutoff} must be positive and order {order} at least 1")
    from scipy.optimize import linear_sum_assignment

    limit = cutoff**order
    costs = np.minimum(np.linalg.norm(x[:, None] - y[None], axis=2) ** order, limit)
    i, j = linear_sum_assignment(costs)
    near = costs[i, j] < limit
    return i[near], j[near], costs[i, j][near]
