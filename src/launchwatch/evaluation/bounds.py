"""Cramer-Rao bound: the least covariance that an unbiased estimate can have, from the slopes of what sensors would see.

The flights come in as a function from parameters to numbers, so that any simulator can be asked; errors that all looks
of a sensor share are parameters of their own (Van Trees, 1968; Danis, 1993).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from launchwatch.core.arrays import FloatArray


def slopes(of: Callable[[FloatArray], FloatArray], at: FloatArray, steps: FloatArray) -> FloatArray:
    """Central differences of a function, shape (m, p).

    Parameters
    ----------
    of : from parameters (p,) to numbers (m,).
    at : (p,) where; steps : (p,) half widths, in the units of the parameters.

    Raises
    ------
    ValueError
        Slopes that are not finite: the function leaves the range of numbers within a step.
    """
    columns = []
    for i, step in enumerate(steps):
        ahead, behind = at.copy(), at.copy()
        ahead[i] += step
        behind[i] -= step
        columns.append((of(ahead) - of(behind)) / (2.0 * step))
    result = np.stack(columns, axis=1)
    if not np.isfinite(result).all():
        raise ValueError("slopes are not finite; take smaller steps")
    return result


def crlb(rows: FloatArray, sigma: FloatArray, prior: FloatArray, shared: FloatArray | None = None) -> FloatArray:
    """Bound on the covariance (p, p) of parameters, with what is known of them beforehand.

    Parameters
    ----------
    rows : (n, p) slopes of measurements; sigma : (n,) their noise.
    prior : (p, p) information matrix of what is known before.
    shared : (n, b) slopes by errors that measurements share, in units of their standard deviations; estimated along.
    """
    p = rows.shape[1]
    both = rows if shared is None else np.hstack([rows, shared])
    whitened = both / sigma[:, None]
    information = whitened.T @ whitened
    information[:p, :p] += prior
    information[range(p, len(information)), range(p, len(information))] += 1.0
    scale = 1.0 / np.sqrt(np.diag(information))
    inverse = np.linalg.inv(information * np.outer(scale, scale)) * np.outer(scale, scale)
    return np.asarray(inverse[:p, :p], np.float64)


def carried(by: FloatArray, covariance: FloatArray) -> FloatArray:
    """Bound (m, m) on functions of the parameters: `by` (m, p) are their slopes."""
    return np.asarray(by @ covariance @ by.T, np.float64)


def rms_ratio(errors: FloatArray, bound: FloatArray) -> float:
    """Root mean square length of errors (runs, d) over the root of the bound's trace (d, d); 1 for an efficient one."""
    return float(np.sqrt(np.mean(np.sum(errors**2, axis=1)) / np.trace(bound)))
