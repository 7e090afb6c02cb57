"""When a sensor looks, how many false detections a look has, and which looks are delivered together."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from launchwatch.core.arrays import FloatArray, IntArray
from launchwatch.core.draws import look_uniforms
from launchwatch.core.epochs import NS

GRID_ORIGIN_NS = -631_152_000 * NS
"""Epoch that looks are counted from: 1950-01-01 TAI, before any flight of a scenario."""

STATUS_NS = 60 * NS
"""Silent looks are delivered together once in so long."""

ATTENTION_NS = 30 * NS
"""So long after a pair of detections each look is delivered by itself (three looks of a sensor slower than 10 s)."""

CLUTTER = "clutter"
"""Name of the draws of false detections; detections of a flight draw under the name of its launch."""


@dataclass(frozen=True)
class Looks:
    """The looks of a sensor within a time window.

    Attributes
    ----------
    index : (n,) number of each look on the sensor's grid, ascending.
    begin_ns, end_ns : (n,) its span, ns TAI; equal where a look is an instant.
    """

    index: IntArray
    begin_ns: IntArray
    end_ns: IntArray


def looks_within(period_s: float, phase: float, scanning: bool, start_ns: int, stop_ns: int) -> Looks:
    """Looks that lie within a window: at whole periods from the origin of the grid.

    Parameters
    ----------
    period_s : float
    phase : float
        Shift of the grid in periods, in [0, 1).
    scanning : bool
        Whether a look lasts the whole period; else it is an instant.
    start_ns, stop_ns : int
        The window, ns TAI; both ends count.
    """
    period = round(period_s * NS)
    origin = GRID_ORIGIN_NS + int(phase * period)
    span = period if scanning else 0
    first, last = -(-(start_ns - origin) // period), (stop_ns - span - origin) // period
    index = np.arange(first, last + 1, dtype=np.int64)
    begin = origin + index * period
    return Looks(index, begin, begin + span)


def thinned(looks: Looks, duty: float, seed: int, sensor: str) -> Looks:
    """The looks that are taken at all, each with probability `duty`."""
    if duty >= 1.0 or not len(looks.index):
        return looks
    taken = look_uniforms(seed, sensor, "duty", int(looks.index[0]), len(looks.index), 1)[:, 0] < duty
    return Looks(looks.index[taken], looks.begin_ns[taken], looks.end_ns[taken])


def uniforms_of(looks: Looks, rows: IntArray, seed: int, sensor: str, thing: str, width: int) -> FloatArray:
    """Uniform numbers (len(rows), width) of some looks, rows ascending."""
    if not len(rows):
        return np.empty((0, width))
    index = looks.index[rows]
    first = int(index[0])
    return look_uniforms(seed, sensor, thing, first, int(index[-1]) - first + 1, width)[index - first]


def clutter_rows(looks: Looks, mean: float, seed: int, sensor: str, width: int) -> tuple[IntArray, FloatArray]:
    """False detections: a Poisson number in each look, and the uniform numbers of each.

    Returns
    -------
    rows : (m,) index into `looks`.
    uniforms : (m, width)
    """
    n = len(looks.index)
    if mean <= 0.0 or not n:
        return np.empty(0, np.int64), np.empty((0, width))
    everywhere = np.arange(n)
    counts = poisson(mean, uniforms_of(looks, everywhere, seed, sensor, CLUTTER, 1)[:, 0])
    rows = [np.flatnonzero(counts > k) for k in range(int(counts.max()))]
    draws = [uniforms_of(looks, r, seed, sensor, f"{CLUTTER} {k}", width) for k, r in enumerate(rows)]
    return np.concatenate(rows or [everywhere[:0]]), np.concatenate(draws or [np.empty((0, width))])


def poisson(mean: float, uniform: FloatArray) -> IntArray:
    """Poisson numbers from uniform ones by the inverse distribution function."""
    most = math.ceil(mean + 12.0 * math.sqrt(mean) + 12.0)  # beyond it lies less than 2^-53
    terms = np.exp(-mean + np.arange(most) * math.log(mean) - np.cumsum(np.log(np.maximum(np.arange(most), 1))))
    return np.asarray(np.searchsorted(np.cumsum(terms), uniform), dtype=np.int64)


def deliveries(looks: Looks, detections: IntArray, period_s: float) -> tuple[IntArray, IntArray, IntArray]:
    """Which looks are delivered together, and when they are sent.

    A look with a detection goes by itself. So does every look within 30 s after a detection that was at least the
    second within 30 s: the silence after a flight's last detection is evidence, a lone false one opens nothing. All
    other looks go together, once in 60 s, and at the latest with the next detection.

    Parameters
    ----------
    looks : Looks
    detections : IntArray, shape (n,)
        Number of detections in each.
    period_s : float

    Returns
    -------
    first, last : (m,) rows of the looks of each delivery.
    sent_ns : (m,) ns TAI, ascending.
    """
    end = looks.end_ns
    n = len(end)
    attention = max(ATTENTION_NS, 3 * round(period_s * NS))
    total = np.concatenate([[0], np.cumsum(detections)])
    recent = total[1:] - total[np.searchsorted(end, end - attention)]
    seen = detections > 0
    pair = np.where(seen & (recent >= 2), np.arange(n), -1)
    opened = np.maximum.accumulate(pair) if n else pair
    alone = seen | ((opened >= 0) & (end - end[opened] <= attention))
    minute = end // STATUS_NS
    new = np.ones(n, bool)
    new[1:] = alone[1:] | alone[:-1] | (minute[1:] != minute[:-1])
    first = np.flatnonzero(new)
    last = np.append(first[1:] - 1, n - 1) if n else first
    # a status that a detection cuts short is sent with it: nobody knew before that there was one
    following = np.minimum(last + 1, n - 1)
    cut = ~alone[last] & alone[following] & (minute[following] == minute[last])
    return first, last, np.where(cut, end[following], end[last])
