"""Which events may share a launch: bounds on many pairs of tracks at once, which spare testing most of them.

In a raid nearly all pairs of events are far apart. A pair that is left out here fails the test of `joining.kinship`
too: the bounds are those of its gates, taken along one axis, or by the greatest spread, or with what a short path can
bend.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from launchwatch.core.arrays import FloatArray
from launchwatch.core.frames import OMEGA_EARTH, enu_axes
from launchwatch.core.geodesy import itrf_from_geodetic
from launchwatch.messages.tracks import Track, before_air
from launchwatch.physics.gravity import MU
from launchwatch.processing.events.joining import (
    FAR,
    GROWTH,
    LAUNCH_FLOOR_M,
    LAUNCH_FLOOR_RAD,
    LAUNCH_FLOOR_S,
    LAUNCH_GATE,
    LAUNCH_TOLD_M,
    POINT_FLOOR_M,
    POINT_KNOWN_M,
    SHORT_S,
    STATE_GATE,
    S,
)

SLACK = 1.01
"""Of gates: for rounding."""
CUBE_M_S3 = 0.01
"""A parabola misses a fall by at most this times the cube of the time, up to `SHORT_S`: a sixth of how fast gravity
turns at 8 km/s over the ground, with the Earth's own turning."""
LEVEL_M, LEVEL = (2000e3, 8000e3), (0.9, 0.5, 0.0)
"""Of the square of a chord up to these lengths at least so much lies level at its end; of a longer one perhaps none."""
POINT_M = float(np.sqrt(SLACK * LAUNCH_GATE * (POINT_KNOWN_M**2 + POINT_FLOOR_M**2)))
"""No arc that comes from further off than this was let go where a plume went out."""
FLOOR = np.diag([LAUNCH_FLOOR_M, LAUNCH_FLOOR_M, LAUNCH_FLOOR_S, LAUNCH_FLOOR_RAD]) ** 2


class _Rows(NamedTuple):
    """What the bounds need of tracks (n,): launches, where there are any, and states where they fly freely."""

    launched: NDArray[np.bool_]
    place: FloatArray
    axes: FloatArray
    time_s: FloatArray
    azimuth: FloatArray
    spread: FloatArray
    free: NDArray[np.bool_]
    infrared: NDArray[np.bool_]
    burnout_s: FloatArray
    epoch_s: FloatArray
    state: FloatArray
    pull: FloatArray
    position_m: FloatArray
    speed_m_s: FloatArray

    def of(self, which: slice) -> _Rows:
        """Some of them."""
        return _Rows._make(column[which] for column in self)


def _rows(tracks: Sequence[Track]) -> _Rows:
    flown = [before_air(track) for track in tracks]
    zero_ns = tracks[0].epoch_ns
    none = (0.0, 0.0, 0.0, 0.0)
    told = [track.launch for track in flown]
    said = np.array(
        [none if a is None else (a.lat_deg, a.lon_deg, (a.time_ns - zero_ns) / S, a.azimuth_deg) for a in told]
    )
    state = np.array([track.state for track in flown])
    variance = np.diagonal(np.array([track.covariance for track in flown]), axis1=1, axis2=2)
    with np.errstate(invalid="ignore"):
        deviation = np.sqrt([variance[:, :3].sum(axis=1), variance[:, 3:].sum(axis=1)])
    ends = [t.burnout_ns if "infrared" in t.phenomenologies else None for t in flown]
    return _Rows(
        launched=np.array([a is not None for a in told]),
        place=itrf_from_geodetic(said[:, 0], said[:, 1], np.zeros(len(said))),
        axes=enu_axes(said[:, 0], said[:, 1])[:, :2],
        time_s=said[:, 2],
        azimuth=np.radians(said[:, 3]),
        spread=np.array([np.zeros((4, 4)) if a is None else a.covariance for a in told]),
        free=np.array([track.phase == "ballistic" for track in flown]),
        infrared=np.array(["infrared" in track.phenomenologies for track in flown]),
        burnout_s=np.array([np.nan if end is None else (end - zero_ns) / S for end in ends]),
        epoch_s=np.array([(track.epoch_ns - zero_ns) / S for track in flown]),
        state=state,
        pull=_pull(state),
        position_m=deviation[0],
        speed_m_s=deviation[1],
    )


def _pull(state: FloatArray) -> FloatArray:
    """Acceleration (n, 3) of bodies in free flight over the turning Earth."""
    x, y, u, v = state[:, 0], state[:, 1], state[:, 3], state[:, 4]
    with np.errstate(invalid="ignore", divide="ignore"):
        pull = -MU * state[:, :3] / np.linalg.norm(state[:, :3], axis=1)[:, None] ** 3
    pull[:, 0] += OMEGA_EARTH * (2.0 * v + OMEGA_EARTH * x)
    pull[:, 1] += OMEGA_EARTH * (-2.0 * u + OMEGA_EARTH * y)
    return np.asarray(pull)


def _may_be_kin(one: _Rows, all_: _Rows) -> NDArray[np.bool_]:
    """Mask (m,) of tracks that `joining.kinship` is to be asked about with one, given as rows of one."""
    both_saw = one.infrared & all_.infrared
    by_launch = ~_launches_far(one, all_)
    by_state = ~_states_far(one, all_) | (~both_saw & (by_launch | _one_point(one, all_) | _one_point(all_, one)))
    return np.asarray(np.where(one.free & all_.free, by_state, by_launch))


def _launches_far(one: _Rows, all_: _Rows) -> NDArray[np.bool_]:
    """Pairs of launches outside each other's gate, or that may be anywhere: by place, time or azimuth, then by all."""
    gate = LAUNCH_GATE * SLACK
    known = one.launched & all_.launched
    with np.errstate(invalid="ignore", over="ignore"):
        spread = one.spread + all_.spread + FLOOR
        place_m2 = spread[:, 0, 0] + spread[:, 1, 1]
        chord = all_.place - one.place
        chord2 = np.sum(chord**2, axis=1)
        level2 = chord2 * np.select([chord2 < limit**2 for limit in LEVEL_M], LEVEL[:2], LEVEL[2])
        turn = np.mod(all_.azimuth - one.azimuth + np.pi, 2.0 * np.pi) - np.pi
        later = all_.time_s - one.time_s
        far = (
            (place_m2 - 2.0 * LAUNCH_FLOOR_M**2 >= SLACK * LAUNCH_TOLD_M**2)
            | (level2 > gate * place_m2)
            | (later**2 > gate * spread[:, 2, 2])
            | (turn**2 > gate * spread[:, 3, 3])
        ) & known
        left = np.flatnonzero(known & ~far)
        if len(left):
            least = np.full(len(left), np.inf)
            for axes in (one.axes, all_.axes[left]):  # level is as seen from one of the two
                away = np.column_stack([(axes @ chord[left, :, None])[..., 0], later[left], turn[left]])
                least = np.minimum(least, _squared_distances(away, spread[left]))
            far[left] = least > gate
    return np.asarray(far)


def _squared_distances(away: FloatArray, spread: FloatArray) -> FloatArray:
    """Chi-squared (n,) of differences (n, d) with covariances (n, d, d); 0 for all where one of them is none."""
    try:
        found = np.einsum("ni,ni->n", away, np.linalg.solve(spread, away[..., None])[..., 0])
    except np.linalg.LinAlgError:
        return np.zeros(len(away))
    return np.where(np.isfinite(found), found, 0.0)


def _moved(rows: _Rows, dt: FloatArray) -> FloatArray:
    """Positions (n, 3) after times (n,) s along parabolas."""
    return rows.state[:, :3] + dt[:, None] * (rows.state[:, 3:] + 0.5 * dt[:, None] * rows.pull)


def _states_far(one: _Rows, all_: _Rows) -> NDArray[np.bool_]:
    """Pairs of states in free flight far outside each other's gate: the one known better is run to the other's time."""
    with np.errstate(invalid="ignore", over="ignore"):
        dt = all_.epoch_s - one.epoch_s
        mine = one.position_m < all_.position_m
        apart = np.where(mine[:, None], all_.state[:, :3] - _moved(one, dt), _moved(all_, -dt) - one.state[:, :3])
        speed_m_s = np.where(mine, one.speed_m_s, all_.speed_m_s)
        reach = one.position_m + all_.position_m + GROWTH * np.abs(dt) * speed_m_s
        most = CUBE_M_S3 * np.abs(dt) ** 3 + np.sqrt(STATE_GATE * FAR) * reach
        return np.asarray((np.abs(dt) < SHORT_S) & (np.linalg.norm(apart, axis=1) > most))


def _one_point(seen: _Rows, others: _Rows) -> NDArray[np.bool_]:
    """Whether tracks may have been where satellites saw the plumes of others go out, when they did."""
    with np.errstate(invalid="ignore", over="ignore"):
        back, there = seen.burnout_s - seen.epoch_s, seen.burnout_s - others.epoch_s
        apart = np.linalg.norm(_moved(seen, back) - _moved(others, there), axis=1)
        short = (np.abs(back) < SHORT_S) & (np.abs(there) < SHORT_S)
        far = short & (apart > POINT_M + CUBE_M_S3 * (np.abs(back) ** 3 + np.abs(there) ** 3))
    return np.asarray(np.isfinite(seen.burnout_s) & ~far)


def near_tracks(track: Track, others: Sequence[Track]) -> NDArray[np.bool_]:
    """Mask (n,) of other tracks that one track may be kin of."""
    if not others:
        return np.zeros(0, bool)
    rows = _rows([track, *others])
    return _may_be_kin(rows.of(slice(0, 1)), rows.of(slice(1, None)))


class Near:
    """Of events by their tracks, at one time: which may share a launch.

    Parameters
    ----------
    events : tracks of each event by name; none is without.
    """

    def __init__(self, events: Sequence[Mapping[str, Track]]) -> None:
        self._tracks = [list(tracks.values()) for tracks in events]
        self._first = np.cumsum([0, *(len(tracks) for tracks in events)])
        self._rows = _rows([track for tracks in self._tracks for track in tracks])
        self._known: dict[int, tuple[NDArray[np.bool_], NDArray[np.bool_]]] = {}

    def of(self, k: int) -> NDArray[np.bool_]:
        """Mask (events,) of those that one event may share a launch with."""
        return self._of(k)[1]

    def pairs(self, j: int, k: int) -> list[tuple[Track, Track]]:
        """Tracks of two events that may be kin, in order."""
        if j in self._known:
            tried = self._known[j][0][:, self._first[k] : self._first[k + 1]]
        else:
            tried = self._of(k)[0][:, self._first[j] : self._first[j + 1]].T
        return [(self._tracks[j][x], self._tracks[k][y]) for x, y in np.argwhere(tried).tolist()]

    def _of(self, k: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Masks of the tracks (own, all) and of the events (events,) that may be kin of an event's."""
        if k not in self._known:
            own = range(self._first[k], self._first[k + 1])
            pairs = np.array([_may_be_kin(self._rows.of(slice(i, i + 1)), self._rows) for i in own])
            self._known[k] = pairs, np.logical_or.reduceat(pairs.any(axis=0), self._first[:-1])
        return self._known[k]
