"""Gaussian estimates: ellipses, consistency, covariance intersection."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from launchwatch.core.arrays import FloatArray

CHI2_95_2D = 5.991464547107979
"""95 % point of the chi-squared distribution with two degrees of freedom, -2 ln 0.05."""

LEAST_RATIO = 1e-60
"""Of two variances along an axis: what is further apart says nothing, and its square still has digits."""


def ellipse_95(cov_en: ArrayLike) -> tuple[float, float, float]:
    """The ellipse that holds 95 % of a plane Gaussian.

    Parameters
    ----------
    cov_en : array_like, shape (2, 2)
        Covariance of (east, north), m^2, symmetric and positive semi-definite.

    Returns
    -------
    semi_major_m, semi_minor_m, azimuth_deg : float
        Half axes, and the direction of the major one clockwise from north in [0, 180).

    Raises
    ------
    ValueError
        A covariance that is not finite, or negative along an axis.
    """
    cov = np.asarray(cov_en, dtype=np.float64)
    if cov.shape != (2, 2) or not np.isfinite(cov).all():
        raise ValueError(f"covariance must be a finite (2, 2) array, not {cov.tolist()}")
    half_sum, half_difference = 0.5 * (cov[0, 0] + cov[1, 1]), 0.5 * (cov[1, 1] - cov[0, 0])
    cross = 0.5 * (cov[0, 1] + cov[1, 0])
    spread = math.hypot(half_difference, cross)
    if half_sum - spread < -1e-9 * abs(half_sum):
        raise ValueError(f"covariance is negative along an axis: {cov.tolist()}")
    azimuth = math.degrees(0.5 * math.atan2(cross, half_difference)) % 180.0
    minor = max(half_sum - spread, 0.0)
    return math.sqrt(CHI2_95_2D * (half_sum + spread)), math.sqrt(CHI2_95_2D * minor), azimuth


def nees(error: ArrayLike, cov: ArrayLike) -> float:
    """Normalised estimation error squared, error' cov^-1 error; its mean is the dimension when cov is honest.

    Parameters
    ----------
    error : array_like, shape (n,)
    cov : array_like, shape (n, n)
        Positive definite, in the error's units squared.
    """
    e = np.asarray(error, dtype=np.float64)
    return float(e @ np.linalg.solve(np.asarray(cov, dtype=np.float64), e))


def squared_distance(error: ArrayLike, cov: ArrayLike) -> float:
    """As `nees`; infinite where the covariance is none, so that nothing lies within a gate of it.

    An estimate that ran away may say that it is anywhere, or have lost its digits; a gate is not to let that in.
    """
    matrix = np.asarray(cov, dtype=np.float64)
    if not np.isfinite(matrix).all():
        return math.inf
    try:
        squared = nees(error, matrix)
    except np.linalg.LinAlgError:
        return math.inf
    return squared if squared >= 0.0 else math.inf


def inside_95_2d(error: ArrayLike, cov: ArrayLike) -> bool:
    """Whether a plane error, shape (2,), lies within the 95 % ellipse of its covariance, shape (2, 2)."""
    return nees(error, cov) <= CHI2_95_2D


def fuse_independent(x1: ArrayLike, p1: ArrayLike, x2: ArrayLike, p2: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Fuse two estimates whose errors are independent: their information adds up.

    Where they are not, the result is too sure: what both rest on is counted twice.

    Parameters
    ----------
    x1, x2 : array_like, shape (n,)
        Estimates of the same quantity in the same frame.
    p1, p2 : array_like, shape (n, n)
        Their covariances, positive definite.

    Returns
    -------
    x, p : FloatArray, shapes (n,) and (n, n)
    """
    axes, ratios = _common_axes(p1, p2)
    return _fused(x1, x2, axes, ratios / (1.0 + ratios), 1.0 / (1.0 + ratios))


def intersect_covariances(x1: ArrayLike, p1: ArrayLike, x2: ArrayLike, p2: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Fuse two estimates whose correlation is not known (Julier and Uhlmann, 1997), with the least trace.

    Parameters
    ----------
    x1, x2 : array_like, shape (n,)
        Estimates of the same quantity in the same frame.
    p1, p2 : array_like, shape (n, n)
        Their covariances, positive definite. Scale mixed units first: the trace adds them up.

    Returns
    -------
    x, p : FloatArray, shapes (n,) and (n, n)
        The fused estimate; p is never smaller than the true covariance, whatever the correlation.
    """
    axes, ratios = _common_axes(p1, p2)
    weights = np.sum(axes**2, axis=0)

    def slope(omega: float) -> float:
        return float(np.sum(weights * (ratios - 1.0) / (omega + (1.0 - omega) * ratios) ** 2))

    omega = _lowest(slope)
    variance = 1.0 / (omega + (1.0 - omega) * ratios)
    return _fused(x1, x2, axes, (1.0 - omega) * ratios * variance, variance)


def intersect_inverse(x1: ArrayLike, p1: ArrayLike, x2: ArrayLike, p2: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Fuse two estimates that share some information, how much is not known, with the least trace.

    Inverse covariance intersection (Noack, Sijs, Reinhardt and Hanebeck, 2017): the information of both, less the most
    that they can have in common. It needs what they share to be common measurements or a common prior, the rest being
    independent; errors that are correlated otherwise, above all with opposite sign, are for `intersect_covariances`.

    Parameters
    ----------
    x1, x2 : array_like, shape (n,)
        Estimates of the same quantity in the same frame.
    p1, p2 : array_like, shape (n, n)
        Their covariances, positive definite. Scale mixed units first: the trace adds them up.

    Returns
    -------
    x, p : FloatArray, shapes (n,) and (n, n)
        The fused estimate; p is no larger than that of `intersect_covariances`, and no smaller than the true one
        whatever part of the information is shared.
    """
    axes, ratios = _common_axes(p1, p2)
    weights = np.sum(axes**2, axis=0)

    # Along an axis the fused information is 1 + r - 1 / (w + (1 - w) / r) = (1 - w + w r^2) / (1 - w + w r).
    def slope(omega: float) -> float:
        return float(np.sum(weights * ratios * (1.0 - ratios) / (1.0 - omega + omega * ratios**2) ** 2))

    omega = _lowest(slope)
    whole = 1.0 - omega + omega * ratios**2
    return _fused(x1, x2, axes, omega * ratios**2 / whole, (1.0 - omega + omega * ratios) / whole)


def _common_axes(p1: ArrayLike, p2: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Axes (n, n), as columns, in which the first covariance is 1 and the second diagonal, and its inverse (n,)."""
    root, other = (np.linalg.cholesky(np.asarray(p, dtype=np.float64)) for p in (p1, p2))
    # Singular values of the roots stay positive where rounding makes eigenvalues of the matrices negative.
    _, singular, vectors = np.linalg.svd(np.linalg.solve(other, root))
    return root @ vectors.T, np.maximum(singular**2, LEAST_RATIO)


def _lowest(slope: Callable[[float], float]) -> float:
    """Where in [0, 1] a convex function has its minimum, by bisection of its slope."""
    low, high = 0.0, 1.0
    if slope(0.0) >= 0.0:
        high = 0.0
    elif slope(1.0) <= 0.0:
        low = 1.0
    while high - low > 1e-12:
        middle = 0.5 * (low + high)
        low, high = (low, middle) if slope(middle) > 0.0 else (middle, high)
    return 0.5 * (low + high)


def _fused(
    x1: ArrayLike, x2: ArrayLike, axes: FloatArray, gain: FloatArray, variance: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """The first estimate moved toward the second by `gain` (n,) along the common axes; `variance` (n,) is in these."""
    first = np.asarray(x1, dtype=np.float64)
    away = np.linalg.solve(axes, np.asarray(x2, dtype=np.float64) - first)
    p = (axes * variance) @ axes.T
    return first + axes @ (gain * away), 0.5 * (p + p.T)


def normal_points(count: int) -> FloatArray:
    """Points (count, 2) that stand for a standard normal: equal shares of probability, turned by the golden angle."""
    index = np.arange(count) + 0.5
    radius = np.sqrt(-2.0 * np.log1p(-index / count))
    angle = np.pi * (3.0 - np.sqrt(5.0)) * index
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])


def scattered(points: FloatArray, cov: FloatArray) -> FloatArray:
    """Points (n, 2) of a standard normal as points of a plane Gaussian with covariance `cov` (2, 2), mean 0."""
    values, vectors = np.linalg.eigh(cov)
    spread: FloatArray = points * np.sqrt(np.maximum(values, 0.0)) @ vectors.T
    return spread


def normal_cdf(x: float) -> float:
    """Standard normal distribution function."""
    return 0.5 * math.erfc(-x / math.sqrt(2.0))
