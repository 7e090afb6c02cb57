"""What a boosting vehicle leaves behind: spent stages, which fall freely while the plume burns on, or fly back."""

from __future__ import annotations

import numpy as np

from launchwatch.core.arrays import FloatArray, IntArray
from launchwatch.processing.motion import ballistic as flight
from launchwatch.processing.motion.measurements import LinesOfSight, Plots
from launchwatch.processing.tracks._tracklet_kernels import TIME
from launchwatch.processing.tracks.flying import Arc, arc_of, height_of
from launchwatch.processing.tracks.passing import Passing
from launchwatch.processing.tracks.record import (
    BALLISTIC_HITS,
    REENTRY_M,
    TrackRecord,
    rows_of,
)
from launchwatch.processing.tracks.sightings import off_line
from launchwatch.processing.tracks.tracklets import Tracklet

LEAST_THRUST_M_S2 = 8.0  # upper stages push harder but for the begin of their burn
CLEARLY = 4.0  # so many sigma must thrust have bent the path for its absence to be seen
LONGEST_S = 120.0

# A stage that flies back burns for 20 to 40 s at a time, within ten minutes; its burns turn it by up to 2.5 km/s.
RETURN_BURN_S, RETURN_WITHIN_S, RETURN_M_S, RETURN_MOST_M = 45.0, 600.0, 2500.0, 700e3
BEND = 6.0  # m/s^2: half of gravity, and what the Earth's turning adds


def sort_plots(
    own: list[Tracklet], staging_s: float | None, burning_s: float, epoch_ns: int
) -> tuple[list[tuple[Tracklet, Arc]], list[Plots]]:
    """Plots of a boosting vehicle, parted from those of what it left behind at its stagings.

    Before the first staging all are of the vehicle. After it those of a tracklet are, once they show thrust; a tracklet
    that shows free fall while the plume burns on is of something that fell behind; where noise hides which, they wait.

    Parameters
    ----------
    own : tracklets of plots given to the vehicle's track.
    staging_s, burning_s : first staging, or None, and when the plume was last seen, s after `epoch_ns`.

    Returns
    -------
    The tracklets of what fell behind, each with the arc of its plots, and the plots of the vehicle by tracklet.
    """
    behind, vehicle = [], []
    for t in own:
        assert isinstance(t.rows, Plots)
        # later plots may be of free flight already, which only the silent looks to come will tell
        last_s = burning_s
        if staging_s is not None and t.rows.time_s[-1] > staging_s:
            rows = _telling(t.rows, staging_s, burning_s)
            thrusts = False
            if rows is not None:
                arc = arc_of(t, rows, epoch_ns)
                if arc.free and height_of(arc.estimate.mean) > REENTRY_M:
                    behind.append((t, arc))
                    continue
                thrusts = not arc.free
            last_s = burning_s if thrusts else min(staging_s, burning_s)
        rows = np.flatnonzero(t.rows.time_s <= last_s)
        if len(rows):
            vehicle.append(rows_of(t.rows, rows))
    return behind, vehicle


def _telling(plots: Plots, from_s: float, until_s: float) -> IntArray | None:
    """The shortest run of newest plots between two times that thrust would bend clearly; None where noise hides it."""
    rows = np.flatnonzero((plots.time_s > from_s) & (plots.time_s <= until_s))
    if len(rows) < BALLISTIC_HITS:
        return None
    newest = rows[-1]
    noise = np.linalg.norm(plots.sigma[newest, :2]) * plots.measured[newest, 2] + plots.sigma[newest, 2]
    for first in rows[-BALLISTIC_HITS::-1]:
        span = float(plots.time_s[newest] - plots.time_s[first])
        if span > LONGEST_S:
            break
        # the middle of an arc of constant acceleration stands off its chord by a span^2 / 8
        if LEAST_THRUST_M_S2 * span**2 / 8.0 > CLEARLY * noise / np.sqrt((newest - first + 1) / 4.0):
            return np.arange(first, newest + 1)
    return None


def may_have_flown_back(track: TrackRecord, first: FloatArray, last: FloatArray, passing: Passing) -> np.ndarray:
    """Mask of infrared tracklets, by first and newest detections (n, columns), that `flew_back` is asked about."""
    found = np.zeros(len(first), bool)
    if track.profile is None:
        return found
    begin = first[:, TIME]
    short = last[:, TIME] - begin <= RETURN_BURN_S
    for staging in track.timeline.staging:
        after = begin - staging.burnout[0]
        due = short & (after > 0.0) & (after < RETURN_WITHIN_S)
        if due.any():
            state = passing.mean_at(track.profile, staging.burnout[0])
            straight = state[:3] + after[:, None] * state[3:]
            reach = np.minimum(RETURN_M_S * after, RETURN_MOST_M) + BEND * after**2
            found |= due & (off_line(first, straight) < reach)
    return found


def flew_back(track: TrackRecord, tracklet: Tracklet, passing: Passing) -> bool:
    """Whether an infrared tracklet may be a burn of a stage that a track's vehicle let go, as it flies back.

    It began after a staging, where the stage can have flown since. What burns for longer is a launch of its own.
    """
    rows = tracklet.rows
    if track.profile is None or not isinstance(rows, LinesOfSight) or tracklet.span_s > RETURN_BURN_S:
        return False
    begin = float(rows.time_s[0])
    for staging in track.timeline.staging:
        at = staging.burnout[0]
        if not 0.0 < begin - at < RETURN_WITHIN_S:
            continue
        centre = flight.state_after(passing.mean_at(track.profile, at), begin - at)[:3]
        miss = rows.tangents[0] @ (centre - rows.position[0])
        if np.linalg.norm(miss) < min(RETURN_M_S * (begin - at), RETURN_MOST_M):
            return True
    return False
