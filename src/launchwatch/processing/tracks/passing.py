"""Which profiles may pass through a line of sight: bounds on all tracks at once, and states found once in a step.

In a raid a new light is of at most a few of the tracks. Those that are left out here fail the gate of
`boosting.may_explain` too: their position is interpolated, and how badly it is known is taken to be twice what it was
found to be around that time.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from launchwatch.core.arrays import FloatArray
from launchwatch.processing.motion import ascents
from launchwatch.processing.motion.ascents import Profile
from launchwatch.processing.motion.measurements import LinesOfSight
from launchwatch.processing.tracks.record import GATE, TrackRecord

AFTER_S = 30.0
"""So long after burnout is a tracklet still tried on a profile."""
FAR_M = 1000e3
"""Beyond which nothing is of a track, however badly it is known."""
MODEL_FLOOR_M = 3e3
"""What a young profile may be wrong by when a second sensor is compared with it."""
NODES_S = np.array([-10.0, 0.0, 10.0, 20.0, 30.0, 40.0])
"""Times about the first that is asked for at which a profile's way is kept."""
BETWEEN_M, WIDER = 5e3, 2.0
"""What a path may bend between two nodes; by how much more a position may be off than at the nodes."""
MODE_SIGMAS = 2.0
"""Of a mixture of profiles: its mean from that of the likeliest, over its deviation; there are four at most."""
SLACK = 1.1
FEW = 8
"""Of fewer profiles each is asked: that takes less time than the bounds."""


class Passing:
    """States of profiles at the times of one step, each found once."""

    def __init__(self) -> None:
        self._mixed: dict[tuple[int, float], tuple[Profile, FloatArray, FloatArray]] = {}
        self._means: dict[tuple[int, float], tuple[Profile, FloatArray]] = {}

    def states_at(self, profile: Profile, times_s: FloatArray) -> tuple[FloatArray, FloatArray]:
        """As `ascents.states_at`."""
        keys = [(id(profile), time) for time in times_s.tolist()]
        missing = np.array([key not in self._mixed for key in keys], bool)
        if missing.any():
            found = zip(*ascents.states_at(profile, times_s[missing]), strict=True)
            absent = [key for key, lacks in zip(keys, missing.tolist(), strict=True) if lacks]
            for key, (state, covariance) in zip(absent, found, strict=True):
                self._mixed[key] = profile, state, covariance
        return np.array([self._mixed[key][1] for key in keys]), np.array([self._mixed[key][2] for key in keys])

    def mean_at(self, profile: Profile, time_s: float) -> FloatArray:
        """As `ascents.mean_at`."""
        key = id(profile), time_s
        if key not in self._means:
            self._means[key] = profile, ascents.mean_at(profile, time_s)
        return self._means[key][1]


def near(tracks: Sequence[TrackRecord], newest: LinesOfSight) -> NDArray[np.bool_]:
    """Mask (tracks, n) of tracks and lines of sight of one sensor that `boosting.may_explain` is to be asked about."""
    found = np.ones((len(tracks), len(newest.time_s)), bool)
    known = [k for k, track in enumerate(tracks) if track.profile is not None]
    if len(known) < FEW:
        return found
    ends = np.array([np.inf if (b := tracks[k].timeline.burnout) is None else b[0] + AFTER_S for k in known])
    for time in np.unique(newest.time_s).tolist():
        column = np.flatnonzero(newest.time_s == time)
        burning = np.flatnonzero(ends >= time)
        mask = np.zeros((len(known), len(column)), bool)
        if len(burning):
            ways = np.array([_way(tracks[known[k]], time) for k in burning.tolist()])
            mask[burning] = _passes(ways, time, newest, column)
        found[np.array(known)[:, None], column] = mask
    return found


def _way(track: TrackRecord, time_s: float) -> FloatArray:
    """Times, states and covariances of position (nodes, 16) of a profile around a time; kept on the profile."""
    profile = track.profile
    assert profile is not None
    if profile.way is None or not profile.way[0, 0] <= time_s <= profile.way[-1, 0]:
        times = time_s + NODES_S
        states, covariances = ascents.states_at(profile, times)
        profile.way = np.column_stack([times, states, covariances[:, :3, :3].reshape(-1, 9)])
    return profile.way


def _passes(ways: FloatArray, time_s: float, sights: LinesOfSight, which: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Mask (k, n) of ways (k, nodes, 16) that may pass through some lines of sight of one time."""
    at = np.clip((ways[:, :, 0] <= time_s).sum(axis=1) - 1, 0, ways.shape[1] - 2)
    rows = np.arange(len(ways))
    before, after = ways[rows, at], ways[rows, at + 1]
    h = (after[:, 0] - before[:, 0])[:, None]
    s = (time_s - before[:, :1]) / h
    rise = s * s * (3.0 - 2.0 * s)
    bend = h * (s * (1.0 - s) ** 2 * before[:, 4:7] + s * s * (s - 1.0) * after[:, 4:7])
    place = before[:, 1:4] + rise * (after[:, 1:4] - before[:, 1:4]) + bend
    tangents = sights.tangents[which]
    seen_m2 = [  # how badly it is known across the line of sight: of a track of one satellite, far better than along it
        np.einsum("nci,kij,ncj->kn", tangents, node[:, 7:].reshape(-1, 3, 3), tangents) for node in (before, after)
    ]
    deviation = WIDER * np.sqrt(np.maximum(*seen_m2))
    away = place[:, None] - sights.position[which]
    depth = np.einsum("kni,ni->kn", away, sights.direction[which])
    miss = np.linalg.norm(np.einsum("kni,nci->knc", away, tangents), axis=2) - BETWEEN_M
    noise2 = (depth * np.hypot(sights.sigma[which], sights.bias_sigma[0])) ** 2 + MODEL_FLOOR_M**2
    reach = np.sqrt(GATE * (deviation**2 + SLACK * noise2))
    return np.asarray(~((miss > reach) | (miss > FAR_M + MODE_SIGMAS * deviation)))
