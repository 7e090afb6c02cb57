"""Tracks under thrust: which tracklets are theirs, their profile, their burnout."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from launchwatch.core.gaussians import squared_distance
from launchwatch.messages.tracks import LaunchFit, Phenomenology
from launchwatch.processing.motion import ascents, boost
from launchwatch.processing.motion import ballistic as flight
from launchwatch.processing.motion.ascents import Profile
from launchwatch.processing.motion.measurements import LinesOfSight, Plots, combine, row
from launchwatch.processing.motion.vehicles import Staging, Timeline
from launchwatch.processing.tracks.flying import Arc, arc_of, height_of, loose
from launchwatch.processing.tracks.lightcurve import burnout_time, merge, stagings
from launchwatch.processing.tracks.passing import AFTER_S, FAR_M, MODEL_FLOOR_M, Passing
from launchwatch.processing.tracks.record import (
    GATE,
    REENTRY_M,
    WINDOW_S,
    S,
    TrackRecord,
    TracksState,
    count,
    interval_s,
    rows_of,
)
from launchwatch.processing.tracks.separated import sort_plots
from launchwatch.processing.tracks.still import RECENT_S, stands_still
from launchwatch.processing.tracks.tracklets import Tracklet

MISFIT = 1.5  # variance at burnout over what the profile says: no vehicle is of constant flow
MODEL_FLOOR_M_S = 300.0  # what its velocity may be off by
TOLD_DEGREES, NO_ASCENT_CHI2 = 40, 1000.0  # of a degree; a fit of a true launch that went astray once had 220
LAUNCH_FLOOR_M = 10.0  # height of the launch point and of the plume over the vehicle, as seen from the side
FIT_EVERY_S = ((40.0, 10.0), (120.0, 20.0), (1e9, 40.0))  # age of the track, interval
FAST_S, FAST_SILENT_S = 5.0, 20.0  # sensors of at most this period date the stages, where there are any that still see
SILENT_LOOKS, SILENT_S = 2, 12.0  # without the plume that mean burnout; coasts between stages are shorter
FREE_HITS, FREE_SPAN_S = 6, 24.0  # plots on an arc that end what was thrust before: a weak upper stage bends slowly
BESIDE_HITS = 2  # detections of one satellite, of two lights at once: one may be a stray of noise
REIGNITION_HITS = 4  # detections after burnout that mean thrust, not clutter
YOUNG_ROWS = 15  # below this every fit of new rows also looks for the best start anew
MAX_STAGINGS = 3
UNTRIED = (-1, -1, -1)
STANDS_AFTER_S, STANDS_HITS = 120.0, 5  # by then every vehicle has turned and crosses kilometres a second


def beside(tracklet: Tracklet, own: Iterable[Tracklet]) -> bool:
    """Whether a satellite saw the tracklet's light beside a track's own plume: then it is another one.

    `own` are the track's tracklets of that satellite.
    """
    begin, end = float(tracklet.rows.time_s[0]), float(tracklet.rows.time_s[-1])
    return any(
        not t.aside and int(((t.rows.time_s >= begin) & (t.rows.time_s <= end)).sum()) >= BESIDE_HITS
        for t in own
        if isinstance(t.rows, LinesOfSight)
    )


def explains(track: TrackRecord, tracklet: Tracklet, epoch_ns: int, passing: Passing) -> bool:
    """Whether the track's profile passes where the tracklet saw its object last."""
    rows = tracklet.rows
    if track.profile is None:
        return track.phase == "boost" and _explains_powered(track, tracklet, epoch_ns)
    if isinstance(rows, LinesOfSight):
        newest = row(rows, tracklet.hits - 1)
        assert isinstance(newest, LinesOfSight)
        return bool(may_explain(track, newest, passing)[0]) and _moves_along(track.profile, rows, passing)
    at = float(rows.time_s[-1])
    if track.timeline.burnout is not None and at > track.timeline.burnout[0] + AFTER_S:
        return False
    if float(np.linalg.norm(ascents.mean_at(track.profile, at)[:3] - tracklet.position[-1])) > FAR_M:
        return False
    state, covariance = ascents.state_at(track.profile, at)
    miss = state[:3] - tracklet.position[-1]
    noise = (float(np.hypot(rows.sigma[-1, :2], rows.bias_sigma[0, :2]).max()) * rows.measured[-1, 2]) ** 2
    return squared_distance(miss, covariance[:3, :3] + np.eye(3) * (noise + MODEL_FLOOR_M**2)) < GATE


def _moves_along(profile: Profile, rows: LinesOfSight, passing: Passing) -> bool:
    """Whether lights of one sensor move as the profile does; a plume that rises below an old one stands by comparison.

    What all positions of the profile are off by goes out of the difference of two.
    """
    first, last = 0, len(rows.time_s) - 1
    dt = float(rows.time_s[last] - rows.time_s[first])
    states, covariances = passing.states_at(profile, rows.time_s[[first, last]])
    miss = [rows.tangents[i] @ (state[:3] - rows.position[i]) for i, state in zip((first, last), states, strict=True)]
    depth = float(rows.direction[last] @ (states[1, :3] - rows.position[last]))
    spread = dt**2 * rows.tangents[last] @ covariances[1, 3:, 3:] @ rows.tangents[last].T
    spread += ((depth * rows.sigma[[first, last]]) ** 2).sum() * np.eye(2) + (MODEL_FLOOR_M_S * dt) ** 2 * np.eye(2)
    return squared_distance(miss[1] - miss[0], spread) < GATE


def may_explain(track: TrackRecord, newest: LinesOfSight, passing: Passing) -> np.ndarray:
    """Mask (n,) of lines of sight of one sensor, the newest of n tracklets, that a track's profile passes through.

    A track without a profile may explain any while it is under thrust.
    """
    if track.profile is None:
        return np.full(len(newest.time_s), track.phase == "boost")
    found = np.ones(len(newest.time_s), bool)
    if track.timeline.burnout is not None:
        found = newest.time_s <= track.timeline.burnout[0] + AFTER_S
    if found.any():
        times, when = np.unique(newest.time_s[found], return_inverse=True)
        away = ascents.means_at(track.profile, times)[when, :3] - newest.position[found]
        across = np.einsum("nki,ni->nk", newest.tangents[found], away)
        found[found] = np.hypot(*across.T) <= FAR_M
    if found.any():
        times, when = np.unique(newest.time_s[found], return_inverse=True)
        states, covariances = ascents.states_at(track.profile, times)
        away, tangents = states[when, :3] - newest.position[found], newest.tangents[found]
        depth = np.einsum("ni,ni->n", away, newest.direction[found])
        miss = np.einsum("nki,ni->nk", tangents, away)
        spread = tangents @ covariances[when, :3, :3] @ tangents.transpose(0, 2, 1)
        noise2 = (depth * np.hypot(newest.sigma[found], newest.bias_sigma[0])) ** 2 + MODEL_FLOOR_M**2
        spread += noise2[:, None, None] * np.eye(2)
        found[found] = (depth > 0.0) & [squared_distance(m, p) < GATE for m, p in zip(miss, spread, strict=True)]
    return np.asarray(found)


def _explains_powered(track: TrackRecord, tracklet: Tracklet, epoch_ns: int) -> bool:
    """Whether a tracklet saw its object where a track on plots alone has it, in a straight line from its last state."""
    assert track.ballistic is not None
    rows = tracklet.rows
    dt = float(rows.time_s[-1]) - (track.ballistic.epoch_ns - epoch_ns) / S
    if abs(dt) > WINDOW_S:
        return False
    move = np.hstack([np.eye(3), dt * np.eye(3)])
    where = move @ track.ballistic.mean
    spread = move @ track.ballistic.covariance @ move.T + np.eye(3) * (MODEL_FLOOR_M + 20.0 * dt * dt) ** 2
    if isinstance(rows, LinesOfSight):
        tangents = rows.tangents[-1]
        miss = tangents @ (where - rows.position[-1])
        return squared_distance(miss, tangents @ spread @ tangents.T) < GATE
    miss = where - tracklet.position[-1]
    return squared_distance(miss, spread) < GATE


def follow_boost(
    state: TracksState, track: TrackRecord, own: list[Tracklet], now: int, touched: set[str]
) -> list[tuple[Tracklet, Arc]]:
    """Refit a boosting track when it is due, and see its burnout, or its next ignition; `own` are its tracklets.

    Returns the tracklets of what fell behind at a staging, with their arcs (`separated.sort_plots`).
    """
    seen = [t for t in own if isinstance(t.rows, LinesOfSight)]
    if not seen:
        if own and track.phase == "boost":
            _follow_echoes(state, track, own, now, touched)
        return []
    newest = max(float(t.rows.time_s[-1]) for t in seen)
    if track.phase == "ballistic":
        assert track.timeline.burnout is not None
        again = [t.rows.time_s[t.rows.time_s > track.timeline.burnout[0] + 2.0] for t in seen]
        if sum(len(times) for times in again) < REIGNITION_HITS:
            return []
        # The plume is back: what looked like burnout was a coast between stages.
        first, period = min((float(times[0]), t.period_s) for times, t in zip(again, seen, strict=True) if len(times))
        ignition = (first - 0.5 * period, period / math.sqrt(12.0))
        track.reignitions.append(Staging(track.timeline.burnout, ignition))
        track.timeline = Timeline(track.timeline.staging, None)
        track.phase, track.ballistic, track.free_from_ns, track.arc = "boost", None, None, False
        track.next_fit_ns = now
    burnout = _burnout(seen)
    if burnout is None and now < track.next_fit_ns:
        return []
    if _stands(track, seen, newest, state.epoch_ns):
        track.no_launch = True
        touched.add(track.track)
        return []
    # one that has fallen silent while others see the plume dates no staging that came since
    fast = [t for t in seen if t.period_s <= FAST_S and newest - float(t.rows.time_s[-1]) < FAST_SILENT_S] or seen
    curves = [stagings(t.rows.time_s, t.irradiance, t.snr, t.period_s) for t in fast]
    staging = merge([s for curve in curves for s in curve], max(t.period_s for t in fast) + 4.0)
    staging = merge([*track.reignitions, *staging], 4.0)
    end = burnout[0] - 5.0 if burnout is not None else np.inf
    track.timeline = Timeline(tuple(s for s in staging if s.ignition[0] < end)[:MAX_STAGINGS], burnout)
    sights = combine([t.rows for t in seen if isinstance(t.rows, LinesOfSight)])
    first_staging = track.timeline.staging[0].burnout[0] if track.timeline.staging else None
    echoes = [t for t in own if isinstance(t.rows, Plots)]
    behind, mine = sort_plots(echoes, first_staging, newest, state.epoch_ns)
    own = [t for t in own if all(t is not fell for fell, _ in behind)]
    radar = combine(mine) if mine else None
    profile = boost.fit(state.epoch_ns, sights, radar, track.timeline, track.profile)
    if track.profile is not None and len(sights.time_s) < YOUNG_ROWS and profile.degrees > track.profile.degrees:
        anew = boost.fit(state.epoch_ns, sights, radar, track.timeline)
        if anew.chi2 <= profile.chi2:
            profile = anew
    track.profile, track.fitted_s = profile, newest
    track.chi2_per_degree = profile.chi2 / max(profile.degrees - len(profile.parameters), 1)
    if track.chi2_per_degree * min(profile.degrees / TOLD_DEGREES, 1.0) ** 2 > NO_ASCENT_CHI2:
        # Lights of several fires, joined one after another: no vehicle goes where they were.
        track.no_launch = True
        touched.add(track.track)
        return []
    track.launch = launch_of(profile)
    track.plots = profile.degrees // 2
    for t in own:
        kind: Phenomenology = "infrared" if isinstance(t.rows, LinesOfSight) else "radar"
        count(track, t.sensor, kind, state.epoch_ns + round(float(t.rows.time_s[-1]) * S), 0)
        track.fresh.extend(t.fresh)
        t.fresh.clear()
    age = (now - track.first_detection_ns) / S
    track.next_fit_ns = now + round(interval_s(FIT_EVERY_S, age) * S)
    touched.add(track.track)
    if burnout is not None:
        _hand_over(state, track, own, burnout, now)
    return behind


def _stands(track: TrackRecord, seen: list[Tracklet], newest: float, epoch_ns: int) -> bool:
    """Whether all that sees a light after a while sees it stand still: a fire that was joined with its neighbours."""
    if newest - (track.first_detection_ns - epoch_ns) / S < STANDS_AFTER_S:
        return False
    recent = [t.rows for t in seen if newest - float(t.rows.time_s[-1]) < RECENT_S and t.hits >= STANDS_HITS]
    return bool(recent) and all(isinstance(rows, LinesOfSight) and stands_still(rows) for rows in recent)


def _follow_echoes(state: TracksState, track: TrackRecord, own: list[Tracklet], now: int, touched: set[str]) -> None:
    """Refit a boosting track that only radars see; it flies freely once its newest plots lie on a ballistic arc."""
    if now < track.next_fit_ns:
        return
    for t in own:
        assert isinstance(t.rows, Plots)
        recent = np.arange(max(0, t.hits - FREE_HITS), t.hits)
        if len(recent) < FREE_HITS or not FREE_SPAN_S <= t.rows.time_s[-1] - t.rows.time_s[recent[0]] <= 2.0 * WINDOW_S:
            continue
        arc = arc_of(t, recent, state.epoch_ns)
        if arc.free and height_of(arc.estimate.mean) > REENTRY_M:
            track.phase, track.ballistic, track.ballistic_since_ns = "ballistic", arc.estimate, now
            track.free_from_ns = arc.first_ns
            break
    echoes = combine([t.rows for t in own if isinstance(t.rows, Plots)])
    if track.phase == "boost":
        recent = np.flatnonzero(echoes.time_s > echoes.time_s[-1] - WINDOW_S / 1.5)
        track.ballistic = flight.powered(rows_of(echoes, recent), state.epoch_ns)
    track.plots = len(echoes.time_s)
    for t in own:
        count(track, t.sensor, "radar", state.epoch_ns + round(float(t.rows.time_s[-1]) * S), 0)
        track.fresh.extend(t.fresh)
        t.fresh.clear()
        if track.phase == "ballistic":
            state.tracklets.remove(t)
    track.next_fit_ns = now + 10 * S
    touched.add(track.track)


def _burnout(seen: list[Tracklet]) -> tuple[float, float] | None:
    """Burnout, s after the epoch, when a sensor that saw the plume to its end is silent and none has seen it since.

    Sensors of a short period decide first; a slow scanner need not be waited for.
    """
    end = max(float(t.rows.time_s[-1]) for t in seen)
    last = [t for t in seen if float(t.rows.time_s[-1]) >= end - 2.5 * t.period_s]
    silent = [t for t in last if t.silent_looks >= max(SILENT_LOOKS, SILENT_S / t.period_s)]
    if not silent:
        return None
    first_silent = np.array([(t.silent_ns - t.epoch_ns) / S for t in silent])
    if first_silent.min() < end - 0.5 * min(t.period_s for t in silent):
        return None
    return burnout_time(np.array([end]), first_silent)


def launch_of(profile: Profile) -> LaunchFit:
    """Launch point, lift-off and azimuth of a profile."""
    (east, north, liftoff_s, azimuth), covariance = ascents.launch_of(profile)
    lat, lon = ascents.launch_deg(profile, float(east), float(north))
    covariance[[0, 1], [0, 1]] += LAUNCH_FLOOR_M**2
    return LaunchFit(
        lat_deg=float(lat),
        lon_deg=float(lon),
        time_ns=profile.epoch_ns + round(float(liftoff_s) * S),
        azimuth_deg=float(np.degrees(azimuth)) % 360.0,
        covariance=covariance,
    )


def _hand_over(
    state: TracksState, track: TrackRecord, own: list[Tracklet], burnout: tuple[float, float], now: int
) -> None:
    """From the profile at burnout to ballistic flight; radar plots made since then follow at once."""
    assert track.profile is not None
    at = burnout[0] + max(3.0 * burnout[1], 1.0)
    mean, covariance = ascents.state_at(track.profile, at)
    track.phase = "ballistic"
    track.ballistic = flight.from_state(state.epoch_ns + round(at * S), mean, MISFIT * covariance)
    track.ballistic_since_ns = now
    track.free_from_ns = state.epoch_ns + round(burnout[0] * S)
    for t in own:
        if not isinstance(t.rows, Plots):
            t.over = True
            continue
        after = np.flatnonzero(t.rows.time_s > at)
        if len(after) and loose(track, state.epoch_ns + round(float(t.rows.time_s[after[0]]) * S)):
            # one linear step from so badly known a state leads anywhere: they make an arc of their own, and join then
            t.track, t.tried = None, UNTRIED
            continue
        for i in after:
            time_ns = state.epoch_ns + round(float(t.rows.time_s[i]) * S)
            predicted = flight.predict(track.ballistic, time_ns)
            predicted, difference, gradient, spread = flight.innovation(
                predicted, t.sensor, rows_of(t.rows, np.array([i]))
            )
            if squared_distance(difference[0], spread[0]) < GATE:
                track.ballistic = flight.update(predicted, difference[0], gradient, spread[0])
                track.plots += 1
        state.tracklets.remove(t)
