"""Compiled fit of a point source to the pixels around it."""

from __future__ import annotations

import math

import numpy as np

from launchwatch.core.arrays import FloatArray, IntArray
from launchwatch.core.jit import njit
from launchwatch.physics.imaging._kernels import Frame, Mask

_ROOT_HALF, _ROOT_TWO_PI = math.sqrt(0.5), math.sqrt(2.0 * math.pi)


@njit(cache=True, error_model="numpy")
def _share(index: int, position: float, sigma: float) -> tuple[float, float]:
    """Share of a source's flux in a pixel along one axis, and how it changes with the source's position."""
    low, high = (index - 0.5 - position) / sigma, (index + 0.5 - position) / sigma
    share = 0.5 * (math.erf(high * _ROOT_HALF) - math.erf(low * _ROOT_HALF))
    slope = (math.exp(-0.5 * low * low) - math.exp(-0.5 * high * high)) / (sigma * _ROOT_TWO_PI)
    return share, slope


@njit(cache=True, error_model="numpy")
def _solve(m: FloatArray, b: FloatArray) -> FloatArray:
    """Solution of three equations by cofactors; not a number where the matrix is singular."""
    inverse = np.empty((3, 3))
    for i in range(3):
        for j in range(3):
            a, d = (j + 1) % 3, (j + 2) % 3
            e, f = (i + 1) % 3, (i + 2) % 3
            inverse[i, j] = m[a, e] * m[d, f] - m[a, f] * m[d, e]
    det = m[0, 0] * inverse[0, 0] + m[0, 1] * inverse[1, 0] + m[0, 2] * inverse[2, 0]
    out = np.empty(3)
    for i in range(3):
        out[i] = (inverse[i, 0] * b[0] + inverse[i, 1] * b[1] + inverse[i, 2] * b[2]) / det
    return out


@njit(cache=True, error_model="numpy")
def fit(
    frame: Frame,
    valid: Mask,
    row: int,
    column: int,
    mean: float,
    noise: float,
    references: float,
    sigma_px: float,
    reach: int,
) -> FloatArray:
    """Point source fitted to the pixels around its brightest one by least squares.

    Gauss and Newton's steps, damped after Levenberg (1944), held to one pixel around the brightest.

    Returns
    -------
    (8,) row, column, flux, their standard deviations, standard deviation of the residuals, and the number of pixels.
        The deviations are those of Gaussian noise (the Cramer-Rao bound) with the error of the mean on top. That of the
        residuals is not a number where there are no more than three pixels.
    """
    rows, columns = frame.shape
    p = np.array([0.0, 0.0, 0.0])
    share, _ = _share(0, 0.0, sigma_px)
    p[2] = (frame[row, column] - mean) / (share * share)
    trial = p.copy()
    m, b, ones = np.zeros((3, 3)), np.zeros(3), np.zeros(3)
    best_m, best_ones = np.zeros((3, 3)), np.zeros(3)
    best_b = np.zeros(3)
    cost, best, count = 0.0, np.inf, 0
    damping = 1e-3
    j = np.empty(3)
    for _ in range(60):
        m[:, :] = 0.0
        b[:] = 0.0
        ones[:] = 0.0
        cost = 0.0
        count = 0
        for r in range(max(row - reach, 0), min(row + reach + 1, rows)):
            across, across_slope = _share(r - row, trial[0], sigma_px)
            for c in range(max(column - reach, 0), min(column + reach + 1, columns)):
                if valid[r, c] and math.isfinite(frame[r, c]):
                    along, along_slope = _share(c - column, trial[1], sigma_px)
                    j[0] = trial[2] * across_slope * along
                    j[1] = trial[2] * across * along_slope
                    j[2] = across * along
                    off = frame[r, c] - mean - trial[2] * j[2]
                    cost += off * off
                    count += 1
                    for a in range(3):
                        b[a] += j[a] * off
                        ones[a] += j[a]
                        for d in range(3):
                            m[a, d] += j[a] * j[d]
        if cost < best:
            gain = best - cost
            best = cost
            p[:], best_m[:, :], best_b[:], best_ones[:] = trial, m, b, ones
            damping *= 0.2
            if gain <= 1e-10 * best:
                break
        else:
            damping *= 8.0
            if damping > 1e8:
                break
        damped = best_m.copy()
        for a in range(3):
            damped[a, a] *= 1.0 + damping
        step = _solve(damped, best_b)
        if not math.isfinite(step[0] + step[1] + step[2]):
            break
        for a in range(3):
            trial[a] = p[a] + step[a]
        for a in range(2):
            trial[a] = min(max(trial[a], -1.0), 1.0)
    out = np.empty(8)
    out[0], out[1], out[2] = row + p[0], column + p[1], p[2]
    lever = _solve(best_m, best_ones)
    unit = np.zeros(3)
    for a in range(3):
        unit[:] = 0.0
        unit[a] = 1.0
        out[3 + a] = noise * math.sqrt(abs(_solve(best_m, unit)[a]) + lever[a] ** 2 / references)
    out[6] = math.sqrt(best / (count - 3)) if count > 3 else math.nan
    out[7] = count
    return out


@njit(cache=True, error_model="numpy")
def fit_all(
    frame: Frame,
    valid: Mask,
    rows: IntArray,
    columns: IntArray,
    surroundings: FloatArray,
    sigma_px: float,
    reach: int,
) -> FloatArray:
    """(n, 8) `fit` of pixels; `surroundings` (n, 4) as `ratios` gives them."""
    out = np.empty((rows.shape[0], 8))
    for k in range(rows.shape[0]):
        out[k] = fit(
            frame,
            valid,
            rows[k],
            columns[k],
            surroundings[k, 1],
            surroundings[k, 2],
            surroundings[k, 3],
            sigma_px,
            reach,
        )
    return out
