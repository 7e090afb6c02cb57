"""Tracks in free flight: which plots are theirs, and which arcs of plots they are."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from launchwatch.core.arrays import FloatArray, IntArray
from launchwatch.core.frames import OMEGA_EARTH, enu_axes
from launchwatch.core.gaussians import squared_distance
from launchwatch.core.geodesy import geodetic_from_itrf, itrf_from_geodetic
from launchwatch.messages.detections import Detections
from launchwatch.messages.observations import RadarLook
from launchwatch.physics.gravity import MU
from launchwatch.processing.motion import ballistic as flight
from launchwatch.processing.motion import descent as air
from launchwatch.processing.motion.ballistic import Ballistic
from launchwatch.processing.motion.lag import Seen, ahead, before
from launchwatch.processing.motion.measurements import Plots, epochs_of, plots, select
from launchwatch.processing.tracks.association import pairs
from launchwatch.processing.tracks.record import (
    BALLISTIC_CHI2,
    GATE,
    REENTRY_M,
    S,
    TrackRecord,
    TracksState,
    count,
    lag_of,
    learn,
    rows_of,
)
from launchwatch.processing.tracks.tracklets import Tracklet

LOOSE_M = 12e3
JOIN_GATE = 22.5  # chi-squared of six: one true pair in a thousand falls outside
BENT_M = 60e3  # over this the path bends by 300 m, as much as the noise of plots; a Gaussian that wide bends with it
FEW_TRACKS = 8  # so many are predicted for every look of every radar
SIGHT_M = 600e3  # several times what a track that is not loose, and a plot, may be off
SAME_GATE = 60.0  # chi-squared of six measurements; wide, for two tracks of one object do more harm than a late split
POWERED_AGE_S, POWERED_NEAR_M = 200.0, 60e3  # how far thrust may have bent the path until it is seen again


Said = tuple[Ballistic, FloatArray, FloatArray, FloatArray]


class Arc(NamedTuple):
    """A ballistic arc through plots of one radar, when the first of them was made, ns TAI, and how it fits."""

    estimate: Ballistic
    first_ns: int
    plots: int
    chi2: float
    degrees: int

    @property
    def free(self) -> bool:
        """Whether free flight explains the plots."""
        return self.chi2 < BALLISTIC_CHI2 * self.degrees


def arc_of(tracklet: Tracklet, rows: IntArray, epoch_ns: int) -> Arc:
    """The arc through some plots of a tracklet."""
    assert isinstance(tracklet.rows, Plots)
    estimate, chi2, degrees = flight.initiate(tracklet.sensor, rows_of(tracklet.rows, rows), epoch_ns)
    return Arc(estimate, epoch_ns + round(float(tracklet.rows.time_s[rows[0]]) * S), len(rows), chi2, degrees)


def flying(state: TracksState) -> list[TrackRecord]:
    """Tracks in free flight."""
    return [t for t in state.tracks if t.ballistic is not None and t.phase == "ballistic"]


def give_plots(state: TracksState, record: str, detections: Detections, touched: set[str]) -> Detections:
    """Give plots to the ballistic tracks that predict them; the others stay."""
    look = detections.look
    assert isinstance(look, RadarLook)
    tracks = flying(state)
    if len(tracks) > FEW_TRACKS:
        tracks = within_sight(tracks, look)
    tracks = [track for track in tracks if not loose(track, look.look_until_ns)]
    if not tracks:
        return detections
    data = plots(look, state.epoch_ns)
    free = np.ones(len(look.sequence), bool)
    for time_ns in epochs_of(look):
        rows = np.flatnonzero(look.time_ns == time_ns)
        group = rows_of(data, rows)
        cost = np.full((len(tracks), len(rows)), np.inf)
        said: list[Said | air.Innovation | None] = []
        for k, track in enumerate(tracks):
            base = before(lag_of(track), int(time_ns))
            said.append(None if base is None else _against(ahead(base, int(time_ns)), look.sensor, group))
            one = said[-1]
            if isinstance(one, air.Innovation):
                cost[k] = one.distance2
            elif one is not None:
                _, difference, _, covariance = one
                cost[k] = np.einsum("ni,ni->n", difference, np.linalg.solve(covariance, difference[..., None])[..., 0])
        for track, row in zip(tracks, cost, strict=True):
            track.company += int((row < GATE).sum() > 1)
        for k, i in pairs(cost, GATE):
            track = tracks[k]
            free[rows[i]] = False
            one = said[k]
            assert one is not None
            if isinstance(one, air.Innovation):
                known: Ballistic | air.Descent = air.update(one, i)
            else:
                predicted, difference, gradient, covariance = one
                if height_of(predicted.mean) < REENTRY_M:
                    continue
                known = flight.update(predicted, difference[i], gradient, covariance[i])
            learn(track, Seen(int(time_ns), look.sensor, int(rows[i]), rows_of(group, np.array([i]))), known)
            count(track, look.sensor, "radar", int(time_ns), 1)
            track.fresh.append(record)
            if track.status == "coasting":
                touched.add(track.track)
    if free.all():
        return detections
    kept = select(look, free)
    return Detections(look=kept, false_alarm_probability=detections.false_alarm_probability[free])


def _against(predicted: Ballistic | air.Descent, radar: str, group: Plots) -> Said | air.Innovation | None:
    """What plots of one epoch say against an estimate at that epoch; None where it may be anywhere, or has landed."""
    if isinstance(predicted, Ballistic):
        return flight.innovation(predicted, radar, group)
    return air.innovation(predicted, radar, group) if air.bounded(predicted) else None


def within_sight(tracks: list[TrackRecord], look: RadarLook) -> list[TrackRecord]:
    """The tracks that may be in a radar's field, by two-body motion and a wide margin: it spares predicting the others.

    Two-body motion errs by some tens of kilometres within a revolution, and the estimates of loose tracks are not used.
    """
    states = np.array([track.ballistic.mean[:6] for track in tracks if track.ballistic is not None])
    epochs = np.array([track.ballistic.epoch_ns for track in tracks if track.ballistic is not None])
    lat, lon, alt = look.site_deg_m
    away = two_body(states, (look.look_until_ns - epochs) / S) - itrf_from_geodetic(lat, lon, alt)
    distance = np.linalg.norm(away, axis=1)
    above = away @ enu_axes(lat, lon)[2]
    near = (distance < look.range_limits_m[1] + SIGHT_M) & (
        above > distance * np.sin(np.radians(look.elevation_limits_deg[0])) - SIGHT_M
    )
    return [track for track, kept in zip(tracks, (near | ~np.isfinite(distance)).tolist(), strict=True) if kept]


def two_body(states: FloatArray, dt_s: FloatArray) -> FloatArray:
    """Positions (n, 3) ITRF of states (n, 6) ITRF after `dt_s` (n,) s by Kepler's equation; NaN where unbound.

    Source: Bate, Mueller and White (1971), chapter 4, in eccentric anomaly.
    """
    position = states[:, :3]
    velocity = states[:, 3:] + OMEGA_EARTH * np.column_stack([-position[:, 1], position[:, 0], np.zeros(len(states))])
    radius = np.linalg.norm(position, axis=1)
    with np.errstate(invalid="ignore"):
        a = 1.0 / (2.0 / radius - np.einsum("ni,ni->n", velocity, velocity) / MU)
        mean = np.sqrt(MU / a**3) * dt_s
        e_sin = np.einsum("ni,ni->n", position, velocity) / np.sqrt(MU * a)
        e_cos = 1.0 - radius / a
        step = mean.copy()
        for _ in range(12):  # Newton; eight settle it for what has left the ground
            off = step - e_cos * np.sin(step) + e_sin * (1.0 - np.cos(step)) - mean
            step -= off / (1.0 - e_cos * np.cos(step) + e_sin * np.sin(step))
        f = 1.0 - a / radius * (1.0 - np.cos(step))
        g = dt_s - np.sqrt(a**3 / MU) * (step - np.sin(step))
    moved = f[:, None] * position + g[:, None] * velocity
    c, s = np.cos(OMEGA_EARTH * dt_s), np.sin(OMEGA_EARTH * dt_s)
    return np.column_stack([c * moved[:, 0] + s * moved[:, 1], c * moved[:, 1] - s * moved[:, 0], moved[:, 2]])


def height_of(state: FloatArray) -> float:
    """Height of a state (6,) ITRF above the ellipsoid, m."""
    return float(geodetic_from_itrf(state[:3])[2])


def thrust_before(track: TrackRecord, estimate: Ballistic) -> bool:
    """Whether a track that plots alone showed under thrust flew on as the arc of a few later plots."""
    if track.phase != "boost" or track.profile is not None or track.ballistic is None:
        return False
    seconds = (estimate.epoch_ns - track.ballistic.epoch_ns) / S
    if not 0.0 <= seconds <= POWERED_AGE_S:
        return False
    back = flight.predict(estimate, track.ballistic.epoch_ns)
    return float(np.linalg.norm(back.mean[:3] - track.ballistic.mean[:3])) < POWERED_NEAR_M


def loose(track: TrackRecord, epoch_ns: int) -> bool:
    """Whether a track is known too badly at an epoch for plots to update it in one linear step.

    Then a few plots make an arc of their own first, which is joined with it.
    """
    return _spread_m(track, epoch_ns) > LOOSE_M


def _spread_m(track: TrackRecord, epoch_ns: int) -> float:
    assert track.ballistic is not None
    return float(np.sqrt(np.trace(flight.predict(track.ballistic, epoch_ns).covariance[:3, :3])))


def with_arc(track: TrackRecord, arc: Arc, bias_sigma: FloatArray) -> Ballistic:
    """A loose track and the arc of later plots of one radar.

    The arc alone where the old estimate is no ellipsoid, or has less to do with the arc than two of one object have.
    """
    assert track.ballistic is not None
    if _spread_m(track, arc.estimate.epoch_ns) > BENT_M:
        return arc.estimate
    known = flight.predict(track.ballistic, arc.estimate.epoch_ns)
    away = arc.estimate.mean[:6] - known.mean[:6]
    if squared_distance(away, arc.estimate.covariance[:6, :6] + known.covariance[:6, :6]) > JOIN_GATE:
        return arc.estimate
    return flight.joined(track.ballistic, arc.estimate, bias_sigma)


def same_object(track: TrackRecord, estimate: Ballistic) -> bool:
    """Whether a track and the arc of a few plots are one object; a loose track may be wrong by twice what it says.

    A loose track stays at its own epoch and the arc is run back to it: half a revolution on, its covariance would be of
    thousands of kilometres, and no ellipsoid.
    """
    assert track.ballistic is not None
    margin = 1.0
    known, arc = track.ballistic, estimate
    if loose(track, estimate.epoch_ns):
        margin, arc = 4.0, flight.predict(estimate, known.epoch_ns)
    else:
        known = flight.predict(known, estimate.epoch_ns)
    away = arc.mean[:6] - known.mean[:6]
    spread = arc.covariance[:6, :6] + margin * known.covariance[:6, :6]
    return squared_distance(away, spread) < SAME_GATE
