"""SIAP: how complete, unambiguous, continuous and accurate a picture of the air is.

Votruba, Nisley, Rothrock and Zombro (2001), Single Integrated Air Picture (SIAP) metrics implementation; the single
figures as Stone Soup's documentation writes them.
"""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import ArrayLike, NDArray

from launchwatch.core.arrays import FloatArray


class Siap(msgspec.Struct, frozen=True, kw_only=True):
    """SIAP of one picture; null where nothing was there to be counted.

    Attributes
    ----------
    completeness : float
        Part of the true objects, over the times, that have a track; 1 is best.
    ambiguity : float
        Tracks to each true object that has one; 1 is best.
    spuriousness : float
        Part of the tracks, over the times, that are of nothing; 0 is best.
    position_m, velocity_m_s : float
        Mean error of the tracks that are of something.
    track_changes_hz : float
        Changes from one track to another, at the least, over the time for which objects have one.
    longest_segment : float
        Part of the life of the objects that the longest track of each covers; 1 is best.
    """

    completeness: float | None
    ambiguity: float | None
    spuriousness: float | None
    position_m: float | None
    velocity_m_s: float | None
    track_changes_hz: float | None
    longest_segment: float | None


def siap(tracks: ArrayLike, truth: ArrayLike, step_s: float, gate_m: float) -> Siap:
    """SIAP of tracks on a grid of times; each track is of the nearest true object within a gate.

    Parameters
    ----------
    tracks, truth : array_like, shapes (n, times, 6) and (m, times, 6)
        Position m and velocity m/s in one frame; NaN where an object is not there.
    step_s : float
        Between two times.
    gate_m : float
        A track farther than this from every true object is of nothing.

    Returns
    -------
    Siap

    Raises
    ------
    ValueError
        Arrays of other shapes; a step or a gate that is not positive.
    """
    x, y = np.asarray(tracks, dtype=np.float64), np.asarray(truth, dtype=np.float64)
    if x.ndim != 3 or y.ndim != 3 or x.shape[1:] != y.shape[1:] or x.shape[2] != 6:
        raise ValueError(f"tracks {x.shape} and truth {y.shape} must be (n, times, 6) and (m, times, 6)")
    if not (step_s > 0.0 and gate_m > 0.0):
        raise ValueError(f"step_s {step_s} and gate_m {gate_m} must be positive")
    here, there = ~np.isnan(x[..., 0]), ~np.isnan(y[..., 0])
    away = np.linalg.norm(x[:, None, :, :3] - y[None, :, :, :3], axis=3)
    away = np.where(np.isnan(away) | (away > gate_m), np.inf, away)
    of = np.zeros(away.shape, bool)  # (tracks, objects, times)
    if len(y):
        nearest = away.argmin(axis=1)
        np.put_along_axis(of, nearest[:, None], np.isfinite(away.min(axis=1))[:, None], axis=1)
    has = of.any(axis=0)
    objects, followed, of_one, all_tracks = (float(a.sum()) for a in (there, has, of, here))
    speed = np.linalg.norm(x[:, None, :, 3:] - y[None, :, :, 3:], axis=3)
    changes = sum(_changes(of[:, k]) for k in range(len(y)))
    longest = sum(float(of[:, k].sum(axis=1).max(initial=0)) for k in range(len(y)))
    return Siap(
        completeness=_part(followed, objects),
        ambiguity=_part(of_one, followed),
        spuriousness=_part(all_tracks - of_one, all_tracks),
        position_m=_part(float(away[of].sum()), of_one),
        velocity_m_s=_part(float(speed[of].sum()), of_one),
        track_changes_hz=_part(float(changes), followed * step_s),
        longest_segment=_part(longest, objects),
    )


def _part(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _changes(of: NDArray[np.bool_]) -> int:
    """Changes of track, at the least, of one object with tracks (n, times); while it has none does not count."""
    covered = np.flatnonzero(of.any(axis=0))
    used, at = 0, 0
    while at < len(covered):
        # the track that goes on for longest from here
        rest = of[:, covered[at:]]
        lengths: FloatArray = np.where(rest.all(axis=1), rest.shape[1], rest.argmin(axis=1)).astype(np.float64)
        at += int(lengths.max())
        used += 1
    return max(used - 1, 0)
