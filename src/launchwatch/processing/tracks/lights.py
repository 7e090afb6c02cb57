"""Lights of what comes down: the glow of a re-entry and the skin of a glide body are no launches.

A light where a track in free flight is expected in the air updates that track. A track that is known well takes each
detection; one that is known badly takes a tracklet, whose motion has to be that of the track.
"""

from __future__ import annotations

import math

import numpy as np

from launchwatch.core.arrays import FloatArray
from launchwatch.core.geodesy import A
from launchwatch.messages.detections import Detections
from launchwatch.messages.observations import InfraredLook
from launchwatch.processing.motion import ballistic as flight
from launchwatch.processing.motion import descent as air
from launchwatch.processing.motion.ballistic import Ballistic
from launchwatch.processing.motion.lag import ENTRY_M, Estimate, Seen, ahead, before, expected
from launchwatch.processing.motion.measurements import LinesOfSight, epochs_of, lines_of_sight, row, select
from launchwatch.processing.tracks._tracklet_kernels import TIME
from launchwatch.processing.tracks.association import pairs
from launchwatch.processing.tracks.flying import LOOSE_M, flying, height_of
from launchwatch.processing.tracks.record import S, TrackRecord, TracksState, count, descent_of, lag_of, learn
from launchwatch.processing.tracks.sightings import off_line, rows_of_sights
from launchwatch.processing.tracks.tracklets import Tracklet

GATE = 24.0  # chi-squared of two angles: one true detection in 160,000 falls outside
MANY_SIGMAS = 6.0  # of the chi-squared of a tracklet above its mean
FASTEST_M_S, SURE_SIGMAS, NEAR_M = 8e3, 10.0, 100e3  # how far from a track no light of it is looked for
BEND = 6.0  # m/s^2: half of gravity, and what the Earth's turning adds
NEAR_ENTRY_M = 1e3  # by how much the height of a fall may be off without what is known of its covariance
BEFORE_S = 600.0  # before the impact of a fall: no body takes longer through the air but one that glides


def give_lights(state: TracksState, record: str, detections: Detections, touched: set[str]) -> Detections:
    """Give infrared detections to the tracks that are expected there in the air; the others stay."""
    look = detections.look
    assert isinstance(look, InfraredLook)
    tracks = coming_down(state, look.look_until_ns)
    if not tracks:
        return detections
    data = lines_of_sight(look, state.epoch_ns)
    free = np.ones(len(look.sequence), bool)
    for time_ns in epochs_of(look):
        rows = np.flatnonzero(look.time_ns == time_ns)
        cost = np.full((len(tracks), len(rows)), np.inf)
        said: list[air.Innovation | None] = []
        group = rows_of_sights(data, rows)
        for k, track in enumerate(tracks):
            there = _expected(track, time_ns)
            known = there is not None and _spread(there) < LOOSE_M
            one = air.innovation(there, look.sensor, group) if there is not None and known else None
            said.append(one)
            if one is not None:
                cost[k] = one.distance2
        for track, costs in zip(tracks, cost, strict=True):
            track.company += int((costs < GATE).sum() > 1)
        for k, i in pairs(cost, GATE):
            one = said[k]
            assert one is not None
            free[rows[i]] = False
            light = row(data, int(rows[i]))
            learn(tracks[k], Seen(int(time_ns), look.sensor, int(rows[i]), light), air.update(one, i))
            count(tracks[k], look.sensor, "infrared", int(time_ns), 1)
            tracks[k].fresh.append(record)
            if tracks[k].status == "coasting":
                touched.add(tracks[k].track)
    if free.all():
        return detections
    kept = select(look, free)
    return Detections(look=kept, false_alarm_probability=detections.false_alarm_probability[free])


def lit(state: TracksState, tracklet: Tracklet, touched: set[str]) -> bool:
    """Give a whole tracklet to the track that explains it as its light, if there is one."""
    assert isinstance(tracklet.rows, LinesOfSight)
    tracks = coming_down(state, state.epoch_ns + round(float(tracklet.rows.time_s[-1]) * S))
    if not tracks:
        return False
    first_ns = state.epoch_ns + round(float(tracklet.rows.time_s[0]) * S)
    seen: list[Seen] = []
    for track in tracks:
        there = _expected(track, first_ns)
        if there is None:
            continue
        seen = seen or [
            Seen(state.epoch_ns + round(float(t) * S), tracklet.sensor, 0, row(tracklet.rows, i))
            for i, t in enumerate(tracklet.rows.time_s)
        ]
        if not _explains(there, seen):
            continue
        for one in seen:
            learn(track, one)
        count(track, tracklet.sensor, "infrared", seen[-1].epoch_ns, len(seen))
        track.fresh.extend(tracklet.fresh)
        touched.add(track.track)
        state.tracklets.remove(tracklet)
        return True
    return False


def may_be_lit(state: TracksState, first: FloatArray, last: FloatArray) -> np.ndarray:
    """Mask of tracklets, by their first and newest detections (n, columns), that `lit` is asked about."""
    found = np.zeros(len(first), bool)
    begin, newest = float(first[:, TIME].min(initial=np.inf)), float(last[:, TIME].max(initial=-np.inf))
    if not newest >= begin:
        return found
    for track in coming_down(state, state.epoch_ns + round(newest * S)):
        there = _expected(track, state.epoch_ns + round(newest * S))
        if there is None:
            continue
        where = air.collapsed(there)[0][:3]
        reach = FASTEST_M_S * (newest - first[:, TIME]) + SURE_SIGMAS * _spread(there) + NEAR_M
        found |= off_line(first, where) < reach
    return found


def coming_down(state: TracksState, epoch_ns: int) -> list[TrackRecord]:
    """Tracks that may be in the air at an epoch."""
    return [
        t
        for t in flying(state)
        if descent_of(t) is not None or (t.impact_ns is not None and epoch_ns > t.impact_ns - BEFORE_S * S)
    ]


def _expected(track: TrackRecord, epoch_ns: int) -> air.Descent | None:
    """The estimate of a track at an epoch, where it is in the air then."""
    lag = lag_of(track)
    base = before(lag, epoch_ns)
    if isinstance(base, Ballistic) and (_far_above(base, epoch_ns) or _above(base, epoch_ns)):
        return None  # as at most looks; a state alone is sooner run ahead than a covariance
    there = expected(lag, epoch_ns)
    return there if isinstance(there, air.Descent) and air.bounded(there) else None


def _far_above(base: Ballistic, epoch_ns: int) -> bool:
    """Whether a body in free flight is above the air at an epoch for sure: a straight line tells, and spares the arc.

    No point of the ellipsoid is further out than the equator.
    """
    dt = (epoch_ns - base.epoch_ns) / S
    x, y, z, u, v, w = base.mean[:6].tolist()
    out = math.hypot(x + dt * u, y + dt * v, z + dt * w)
    return out - BEND * dt * dt - A > ENTRY_M + NEAR_ENTRY_M


def _above(base: Ballistic, epoch_ns: int) -> bool:
    """Whether a body in free flight is above the air at an epoch, or still rises."""
    there = flight.state_after(base.mean[:6], (epoch_ns - base.epoch_ns) / S)
    return height_of(there) > ENTRY_M + NEAR_ENTRY_M or float(there[:3] @ there[3:]) > 0.0


def _spread(there: air.Descent) -> float:
    """How badly a position is known, m."""
    return math.sqrt(float(np.trace(air.collapsed(there)[1][:3, :3])))


def _explains(first: air.Descent, seen: list[Seen]) -> bool:
    """Whether a tracklet is of a track: one detection after another falls where the track is then.

    `first` is the track's estimate at the first of them.
    """
    there: Estimate = first
    degrees = 2.0 * len(seen)
    total, most = 0.0, degrees + MANY_SIGMAS * math.sqrt(2.0 * degrees)
    for one in seen:
        moved = ahead(there, one.epoch_ns)
        if not isinstance(moved, air.Descent) or not air.bounded(moved):
            return False
        said = air.innovation(moved, one.sensor, one.data)
        total += float(said.distance2[0])
        if not total < most:
            return False
        there = air.update(said, 0)
    return True
