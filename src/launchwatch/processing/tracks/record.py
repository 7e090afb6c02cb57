"""What is kept of a track between two ticks."""

from __future__ import annotations

import msgspec

from launchwatch.core.arrays import IntArray
from launchwatch.messages.tracks import LaunchFit, Phase, Phenomenology, TrackStatus
from launchwatch.processing.motion import ballistic as flight
from launchwatch.processing.motion.ascents import Profile
from launchwatch.processing.motion.ballistic import Ballistic
from launchwatch.processing.motion.descent import Descent, as_ballistic
from launchwatch.processing.motion.lag import Lag, Seen, ahead, pruned, take
from launchwatch.processing.motion.measurements import Plots
from launchwatch.processing.motion.settling import settle, wide
from launchwatch.processing.motion.vehicles import Staging, Timeline
from launchwatch.processing.tracks.tracklets import Tracklet, Unplaced

S = 1_000_000_000
GATE = 30.0  # chi-squared of three measurements: one true plot in 700,000 falls outside
WINDOW_S = 45.0  # plots that are tested for a ballistic arc
BALLISTIC_HITS, BALLISTIC_SPAN_S, BALLISTIC_CHI2 = 4, 14.0, 2.5
REENTRY_M = 90e3  # below, no arc without drag goes through plots
HOLD_NS = 30 * S  # how late data may be: the longest hold time of the policies


class TrackRecord(msgspec.Struct):
    """Everything kept of one track; times in ns TAI.

    `company` counts the looks in which more than one plot could be the track's.
    `free_from_ns` is the epoch from which it is known to fly freely, null while it thrusts; `arc` says that an arc of
    plots took the place of what the profile predicted. `no_launch` says that its light has turned out to stand still,
    or to be where no ascent goes.
    `lag` holds what was seen last and the estimates, of which `ballistic` is the newest without its drag and lift;
    `entry` is the last one before the air.
    """

    track: str
    version: int
    status: TrackStatus
    phase: Phase
    profile: Profile | None
    timeline: Timeline
    reignitions: list[Staging]
    ballistic: Ballistic | None
    ballistic_since_ns: int
    free_from_ns: int | None
    arc: bool
    company: int
    launch: LaunchFit | None
    impact_ns: int | None
    first_detection_ns: int
    last_detection_ns: int
    plots: int
    sensors: list[str]
    phenomenologies: list[Phenomenology]
    kind_sensors: list[str]
    chi2_per_degree: float
    fitted_s: float
    next_fit_ns: int
    next_say_ns: int
    fresh: list[str]
    lag: Lag | None = None
    entry: Ballistic | None = None
    no_launch: bool = False


class TracksState(msgspec.Struct):
    """State of the stage.

    `tracklets` are those that a track has, or had; `unplaced` the others, by sensor. `unplaced_cells` counts cells of
    radars over the horizon that no track passes through, `lessons` the steps in which a burn was fitted: what fitted
    none is tried again then.
    """

    epoch_ns: int
    serial: int
    named: int
    tracklets: list[Tracklet]
    unplaced: dict[str, Unplaced]
    tracks: list[TrackRecord]
    unplaced_cells: int = 0
    lessons: int = 0


def lag_of(track: TrackRecord) -> Lag:
    """What was seen last of a track in free flight; nothing yet where its estimate was begun anew."""
    if track.lag is None or track.lag.since_ns != track.ballistic_since_ns:
        assert track.ballistic is not None
        track.lag, track.entry = Lag([track.ballistic], [], track.ballistic_since_ns), None
    return track.lag


def descent_of(track: TrackRecord) -> Descent | None:
    """The estimate of a track that has come down into the air."""
    newest = lag_of(track).newest if track.phase == "ballistic" and track.ballistic is not None else None
    return newest if isinstance(newest, Descent) else None


def learn(track: TrackRecord, seen: Seen, known: Ballistic | Descent | None = None) -> None:
    """Give a measurement to a track in free flight; `known` is the estimate after it where it is the newest."""
    lag = lag_of(track)
    there = known if known is not None else ahead(lag.newest, seen.epoch_ns)
    if isinstance(lag.newest, Ballistic) and isinstance(there, Descent):
        track.entry = flight.predict(lag.newest, seen.epoch_ns)
        if wide(track.entry):
            lag = Lag([track.entry], [], lag.since_ns, settling=True)
    lag = take(lag, seen, known)
    if lag.settling:
        settled = settle(lag.estimates[0], lag.seen)
        if wide(settled) and lag.seen[-1].epoch_ns - lag.seen[0].epoch_ns < HOLD_NS:
            lag.estimates[-1] = settled
        else:
            lag = Lag([settled], [], lag.since_ns)
    else:
        if isinstance(lag.newest, Descent) and track.entry is None:
            track.entry = track.ballistic
        lag = pruned(lag, lag.seen[-1].epoch_ns - HOLD_NS)
    track.lag = lag
    track.ballistic = as_ballistic(lag.newest) if isinstance(lag.newest, Descent) else lag.newest


def count(track: TrackRecord, sensor: str, kind: Phenomenology, time_ns: int, plots_used: int) -> None:
    """Note that a sensor contributed to a track."""
    track.last_detection_ns = max(track.last_detection_ns, time_ns)
    track.plots += plots_used
    if sensor not in track.sensors:
        track.sensors.append(sensor)
    if kind not in track.phenomenologies:
        track.phenomenologies.append(kind)
        track.kind_sensors.append(sensor)


def rows_of(data: Plots, rows: IntArray) -> Plots:
    """Some rows of plots."""
    return Plots(
        time_s=data.time_s[rows],
        sensor=data.sensor[rows],
        site_deg_m=data.site_deg_m[rows],
        measured=data.measured[rows],
        sigma=data.sigma[rows],
        bias_sigma=data.bias_sigma,
    )


def interval_s(table: tuple[tuple[float, float], ...], age_s: float) -> float:
    """Interval for an age, from a table of (age limit, interval), s."""
    return next(interval for limit, interval in table if age_s < limit)
