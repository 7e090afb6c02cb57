"""Which events may share a launch: bounds on many pairs of tracks at once, which spare testing most of them.

In a raid nearly all pairs of events are hundreds of kilometres apart. A pair that is left out here fails the test of
`joining.kinship` too: the bounds are those of its gates, taken along one axis or by the greatest spread.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from launchwatch.core.arrays import FloatArray, IntArray
from launchwatch.core.geodesy import itrf_from_geodetic
from launchwatch.messages.tracks import Track, before_air
from launchwatch.processing.events.joining import (
    BEND,
    FAR,
    GROWTH,
    LAUNCH_FLOOR_M,
    LAUNCH_FLOOR_RAD,
    LAUNCH_FLOOR_S,
    LAUNCH_GATE,
    LAUNCH_TOLD_M,
    SHORT_S,
    STATE_GATE,
    S,
)

ROUNDING = 1.0 + 1e-6
LEVEL_M, LEVEL = (2000e3, 8000e3), (0.9, 0.5, 0.0)
"""Of the square of a chord up to these lengths at least so much lies level at its end; of a longer one perhaps none."""


class _Rows(NamedTuple):
    """What the bounds need of tracks (n,): launches, where there are any, and states where they fly freely."""

    launched: NDArray[np.bool_]
    place: FloatArray
    place_m2: FloatArray
    time_s: FloatArray
    time_s2: FloatArray
    azimuth: FloatArray
    azimuth2: FloatArray
    free: NDArray[np.bool_]
    infrared: NDArray[np.bool_]
    epoch_s: FloatArray
    state: FloatArray
    position_m: FloatArray
    speed_m_s: FloatArray

    def of(self, which: IntArray | slice) -> _Rows:
        """Some of them."""
        return _Rows(*(column[which] for column in self))


def _rows(tracks: Sequence[Track]) -> _Rows:
    flown = [before_air(track) for track in tracks]
    zero_ns = tracks[0].epoch_ns
    none = (0.0, 0.0, zero_ns, 0.0)
    told = [track.launch for track in flown]
    said = np.array(
        [none if a is None else (a.lat_deg, a.lon_deg, a.time_ns - zero_ns, a.azimuth_deg) for a in told], float
    )
    variance = np.array([np.zeros(4) if a is None else np.diagonal(a.covariance) for a in told])
    spread = np.diagonal(np.array([track.covariance for track in flown]), axis1=1, axis2=2)
    with np.errstate(invalid="ignore"):
        deviation = np.sqrt([spread[:, :3].sum(axis=1), spread[:, 3:].sum(axis=1)])
    return _Rows(
        launched=np.array([a is not None for a in told]),
        place=itrf_from_geodetic(said[:, 0], said[:, 1], np.zeros(len(said))),
        place_m2=variance[:, 0] + variance[:, 1],
        time_s=said[:, 2] / S,
        time_s2=variance[:, 2],
        azimuth=np.radians(said[:, 3]),
        azimuth2=variance[:, 3],
        free=np.array([track.phase == "ballistic" for track in flown]),
        infrared=np.array(["infrared" in track.phenomenologies for track in flown]),
        epoch_s=np.array([track.epoch_ns - zero_ns for track in flown]) / S,
        state=np.array([track.state for track in flown]),
        position_m=deviation[0],
        speed_m_s=deviation[1],
    )


def _may_be_one(a: _Rows, b: _Rows) -> NDArray[np.bool_]:
    """Mask (n, m) of pairs of tracks that `joining.kinship` is to be asked about."""
    one = _Rows(*(column[:, None] for column in a))
    free = one.free & b.free
    by_state = ~(_states_far(one, b) & one.infrared & b.infrared)
    by_launch = ~(one.launched & b.launched & _launches_far(one, b))
    return np.where(free, by_state, by_launch)


def _launches_far(a: _Rows, b: _Rows) -> NDArray[np.bool_]:
    """Pairs of launches outside each other's gate by place, time or azimuth alone, or that may be anywhere."""
    gate = LAUNCH_GATE * ROUNDING
    with np.errstate(invalid="ignore", over="ignore"):
        place_m2 = a.place_m2 + b.place_m2
        chord2 = np.sum((a.place - b.place) ** 2, axis=-1)
        level2 = chord2 * np.select([chord2 < limit**2 for limit in LEVEL_M], LEVEL[:2], LEVEL[2])
        turn = np.abs(np.mod(a.azimuth - b.azimuth + np.pi, 2.0 * np.pi) - np.pi)
        return np.asarray(
            (place_m2 >= LAUNCH_TOLD_M**2 * ROUNDING)
            | (level2 > gate * (place_m2 + 2.0 * LAUNCH_FLOOR_M**2))
            | ((a.time_s - b.time_s) ** 2 > gate * (a.time_s2 + b.time_s2 + LAUNCH_FLOOR_S**2))
            | (turn**2 > gate * (a.azimuth2 + b.azimuth2 + LAUNCH_FLOOR_RAD**2))
        )


def _states_far(a: _Rows, b: _Rows) -> NDArray[np.bool_]:
    """Pairs of states in free flight that a straight line shows to be far apart: the one known better is run ahead."""
    with np.errstate(invalid="ignore", over="ignore"):
        swapped = a.position_m < b.position_m
        dt = np.where(swapped, b.epoch_s - a.epoch_s, a.epoch_s - b.epoch_s)
        apart = a.state[..., :3] - b.state[..., :3]
        moved = np.where(swapped[..., None], -a.state[..., 3:], b.state[..., 3:]) * dt[..., None]
        speed_m_s = np.where(swapped, a.speed_m_s, b.speed_m_s)
        reach = a.position_m + b.position_m + GROWTH * np.abs(dt) * speed_m_s
        most = BEND * dt**2 + np.sqrt(STATE_GATE * FAR) * reach
        return np.asarray((np.abs(dt) < SHORT_S) & (np.linalg.norm(apart - moved, axis=-1) > most * ROUNDING))


def near_tracks(track: Track, others: Sequence[Track]) -> NDArray[np.bool_]:
    """Mask (n,) of other tracks that one track may be kin of."""
    if not others:
        return np.zeros(0, bool)
    rows = _rows([track, *others])
    return np.asarray(_may_be_one(rows.of(slice(0, 1)), rows.of(slice(1, None)))[0])


class Near:
    """Of events by their tracks, at one time: which may share a launch.

    Parameters
    ----------
    events : tracks of each event; none is without.
    """

    def __init__(self, events: Sequence[Sequence[Track]]) -> None:
        self._first = np.cumsum([0, *(len(tracks) for tracks in events)])
        self._rows = _rows([track for tracks in events for track in tracks])
        self._known: dict[int, NDArray[np.bool_]] = {}

    def of(self, k: int) -> NDArray[np.bool_]:
        """Mask (events,) of those that one event may share a launch with."""
        found = self._known.get(k)
        if found is None:
            own = self._rows.of(slice(self._first[k], self._first[k + 1]))
            pairs = _may_be_one(own, self._rows).any(axis=0)
            found = self._known[k] = np.logical_or.reduceat(pairs, self._first[:-1])
        return found

    def may(self, j: int, k: int) -> bool:
        """Whether two events may share a launch."""
        if k in self._known:
            j, k = k, j
        return bool(self.of(j)[k])
