"""The tracks stage: tracklets of each sensor, joined into one track per object from boost to the ground."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from launchwatch.core.arrays import FloatArray
from launchwatch.core.geodesy import geodetic_from_itrf, itrf_from_geodetic
from launchwatch.core.frames import enu_axes
from launchwatch.messages.detections import Detections
from launchwatch.messages.items import Item, Output
from launchwatch.messages.observations import InfraredLook, RadarLook
from launchwatch.messages.tracks import LaunchFit, Phase, Phenomenology, Track, TrackStatus
from launchwatch.processing.motion import ballistic as flight
from launchwatch.processing.motion import boost
from launchwatch.processing.motion.ballistic import Ballistic
from launchwatch.processing.motion.boost import Profile, Timeline
from launchwatch.processing.motion.measurements import LinesOfSight, Plots, combine, plots, select
from launchwatch.processing.tracks.association import pairs
from launchwatch.processing.tracks.lightcurve import burnout_time, merge_times, staging_times
from launchwatch.processing.tracks.tracklets import Tracklet, extend

S = 1_000_000_000
GATE = 30.0  # chi-squared of three measurements: one true plot in 700,000 falls outside
MISFIT = 1.5  # variance at burnout over what the profile says: no vehicle is of constant flow
LOOSE_M = 12e3
SAME_GATE = 60.0  # chi-squared of six measurements; wide, for two tracks of one object do more harm than a late split
MODEL_FLOOR_M = 3e3  # what a young profile may be wrong by when a second sensor is compared with it
LAUNCH_FLOOR_M = 20.0  # height of the launch point and of the plume over the vehicle, as seen from the side
FIT_EVERY_S = ((40.0, 10.0), (120.0, 20.0), (1e9, 40.0))  # age of the track, interval
SAY_EVERY_S = ((60.0, 10.0), (300.0, 30.0), (1e9, 120.0))  # age of the ballistic estimate, interval
FAST_S = 5.0  # sensors of at most this period date the stages, where there are any
SILENT_LOOKS, SILENT_S = 2, 12.0  # without the plume that mean burnout; coasts between stages are shorter
WINDOW_S = 45.0  # plots that are tested for a ballistic arc
BALLISTIC_HITS, BALLISTIC_SPAN_S, BALLISTIC_CHI2 = 4, 14.0, 2.5
FREE_HITS, FREE_SPAN_S = 6, 24.0  # plots on an arc that end what was thrust before: a weak upper stage bends slowly
POWERED_HITS, POWERED_CHI2 = 6, 6.0  # plots that no ballistic arc explains by far
POWERED_AGE_S, POWERED_NEAR_M = 200.0, 60e3  # how far thrust may have bent the path until it is seen again
REENTRY_M = 90e3  # plots below are not used: drag is not in the filter
LOST_S = 900.0
REIGNITION_HITS = 4  # detections after burnout that mean thrust, not clutter
YOUNG_ROWS = 15  # below this every fit looks for the best start anew
MAX_STAGINGS = 3
DRAG = 1.0 / 8000.0  # m^2/kg, of an unknown payload

# A radar alone sees the middle of a flight: the powered part before it is known only as a class of vehicles.
BLIND_ALONG_M, BLIND_ACROSS_M, BLIND_EARLIER_S, BLIND_SIGMA_S = 130e3, 30e3, 70.0, 50.0


class TrackRecord(msgspec.Struct):
    """Everything kept of one track; times in ns TAI."""

    track: str
    version: int
    status: TrackStatus
    phase: Phase
    profile: Profile | None
    timeline: Timeline
    reignitions: list[tuple[float, float]]
    ballistic: Ballistic | None
    ballistic_since_ns: int
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


class TracksState(msgspec.Struct):
    """State of the stage."""

    epoch_ns: int
    serial: int
    named: int
    tracklets: list[Tracklet]
    tracks: list[TrackRecord]


def _interval_s(table: tuple[tuple[float, float], ...], age_s: float) -> float:
    return next(interval for limit, interval in table if age_s < limit)


class TracksStage:
    """Detections in, tracks out (a stage of `launchwatch.ports`)."""

    topic = "tracks"
    consumes: tuple[type, ...] = (Detections,)

    def start(self) -> TracksState:
        """A stage that has seen nothing."""
        return TracksState(0, 1, 1, [], [])

    def due(self, state: TracksState) -> int | None:
        """When the next track has something to say, or ends."""
        waiting = [min(t.next_say_ns, _end_ns(t)) for t in state.tracks if t.status != "dropped"]
        return min(waiting, default=None)

    def step(self, state: TracksState, inputs: Sequence[Item], now: int) -> tuple[TracksState, list[Output]]:
        """Detections of one tick into tracks."""
        touched: set[str] = set()
        for item in inputs:
            detections: Detections = item.payload
            if not state.epoch_ns:
                state.epoch_ns = detections.look.look_from_ns
            if isinstance(detections.look, RadarLook) and len(detections.look.sequence):
                detections = _to_ballistic_tracks(state, item.id, detections, touched)
            state.tracklets, state.serial = extend(
                state.tracklets, item.id, detections, state.epoch_ns, state.serial
            )
        for tracklet in list(state.tracklets):
            if tracklet.confirmed and tracklet.track is None:
                _place(state, tracklet, now, touched)
        for track in state.tracks:
            if track.status == "dropped":
                continue
            _follow_boost(state, track, now, touched)
        state.tracklets = [t for t in state.tracklets if not _over(state, t, now)]
        outputs = []
        for track in state.tracks:
            if track.status == "dropped":
                continue
            due = now >= track.next_say_ns
            if track.track in touched or _ended(track, now) or (due and (track.fresh or track.status == "confirmed")):
                outputs.append(_say(state, track, now))
            elif due:
                track.next_say_ns = _end_ns(track)  # out of sight: nothing new to say until it is seen again, or ends
        return state, outputs


def _over(state: TracksState, tracklet: Tracklet, now: int) -> bool:
    """Whether a tracklet has nothing more to give: long silent, or of a track that flies on without it."""
    newest = state.epoch_ns + round(float(tracklet.rows.time_s[-1]) * S)
    return now - newest > 300 * S


def _live(state: TracksState) -> list[TrackRecord]:
    return [t for t in state.tracks if t.ballistic is not None and t.phase == "ballistic" and t.status != "dropped"]


def _to_ballistic_tracks(state: TracksState, record: str, detections: Detections, touched: set[str]) -> Detections:
    """Give plots to the ballistic tracks that predict them; the others stay."""
    look = detections.look
    assert isinstance(look, RadarLook)
    tracks = [track for track in _live(state) if not _loose(track, look.look_until_ns)]
    if not tracks:
        return detections
    data = plots(look, state.epoch_ns)
    free = np.ones(len(look.sequence), bool)
    for time_ns in np.unique(look.time_ns):
        rows = np.flatnonzero(look.time_ns == time_ns)
        group = _rows(data, rows)
        cost = np.full((len(tracks), len(rows)), np.inf)
        said = []
        for k, track in enumerate(tracks):
            assert track.ballistic is not None
            predicted = flight.predict(track.ballistic, int(time_ns))
            said.append(flight.innovation(predicted, look.sensor, group))
            _, difference, _, covariance = said[-1]
            cost[k] = np.einsum("ni,ni->n", difference, np.linalg.solve(covariance, difference[..., None])[..., 0])
        for k, i in pairs(cost, GATE):
            track = tracks[k]
            free[rows[i]] = False
            predicted, difference, gradient, covariance = said[k]
            if _height(predicted.mean) < REENTRY_M:
                continue
            track.ballistic = flight.update(predicted, difference[i], gradient, covariance[i])
            _count(track, look.sensor, "radar", int(time_ns), 1)
            track.fresh.append(record)
            if track.status == "coasting":
                touched.add(track.track)
    if free.all():
        return detections
    kept = select(look, free)
    return Detections(look=kept, false_alarm_probability=detections.false_alarm_probability[free])


def _rows(data: Plots, rows: FloatArray) -> Plots:
    return Plots(
        data.time_s[rows], data.sensor[rows], data.site_deg_m[rows], data.measured[rows], data.sigma[rows], data.bias_sigma
    )


def _height(state: FloatArray) -> float:
    return float(geodetic_from_itrf(state[:3])[2])


def _count(track: TrackRecord, sensor: str, kind: Phenomenology, time_ns: int, plots_used: int) -> None:
    track.last_detection_ns = max(track.last_detection_ns, time_ns)
    track.plots += plots_used
    if sensor not in track.sensors:
        track.sensors.append(sensor)
    if kind not in track.phenomenologies:
        track.phenomenologies.append(kind)
        track.kind_sensors.append(sensor)


def _place(state: TracksState, tracklet: Tracklet, now: int, touched: set[str]) -> None:
    """Give a confirmed tracklet to the track that explains it, or open a track with it."""
    rows = tracklet.rows
    newest = float(rows.time_s[-1])
    infrared = isinstance(rows, LinesOfSight)
    for track in state.tracks:
        if track.status == "dropped" or (track.phase == "ballistic" and not infrared):
            continue
        if _explains(track, tracklet, state.epoch_ns):
            tracklet.track = track.track
            track.next_fit_ns = now
            _count(track, tracklet.sensor, "infrared" if infrared else "radar", state.epoch_ns + round(newest * S), 0)
            return
    if isinstance(rows, LinesOfSight):
        track = _open(state, tracklet, now)
        tracklet.track = track.track
        track.next_fit_ns = now
        state.tracks.append(track)
        return
    recent = np.flatnonzero(rows.time_s > newest - WINDOW_S)
    if len(recent) < BALLISTIC_HITS or newest - rows.time_s[recent[0]] < BALLISTIC_SPAN_S:
        return
    estimate, chi2, degrees = flight.initiate(tracklet.sensor, _rows(rows, recent), state.epoch_ns)
    if chi2 > BALLISTIC_CHI2 * degrees or _height(estimate.mean) < REENTRY_M:
        if len(recent) >= POWERED_HITS and chi2 > POWERED_CHI2 * degrees:
            _open_powered(state, tracklet, now)
        return
    for track in _live(state):
        if not _same_object(track, estimate):
            continue
        # Another radar's errors kept its first plots out of the gate; from here on they fall into it.
        if _loose(track, estimate.epoch_ns):
            track.ballistic, track.ballistic_since_ns = estimate, now
            track.fresh.extend(tracklet.fresh)
            _count(track, tracklet.sensor, "radar", estimate.epoch_ns, len(recent))
            touched.add(track.track)
        state.tracklets.remove(tracklet)
        return
    track = next((t for t in state.tracks if _powered_before(t, estimate)), None) or _open(state, tracklet, now)
    track.phase, track.ballistic, track.ballistic_since_ns = "ballistic", estimate, now
    track.plots = len(recent)
    track.chi2_per_degree = chi2 / degrees
    state.tracklets.remove(tracklet)
    if track not in state.tracks:
        state.tracks.append(track)
    _count(track, tracklet.sensor, "radar", estimate.epoch_ns, 0)
    track.fresh.extend(tracklet.fresh)
    touched.add(track.track)


def _open_powered(state: TracksState, tracklet: Tracklet, now: int) -> None:
    """Open a boosting track on plots alone: no ballistic arc goes through them."""
    assert isinstance(tracklet.rows, Plots)
    rising = flight.powered(tracklet.rows, state.epoch_ns)
    if rising.mean[:3] @ rising.mean[3:] < 0.0:
        return  # what bends the path of a falling body is air, not thrust
    track = _open(state, tracklet, now)
    track.ballistic = rising
    tracklet.track = track.track
    track.next_fit_ns = now
    state.tracks.append(track)


def _powered_before(track: TrackRecord, estimate: Ballistic) -> bool:
    """Whether a track that plots alone showed under thrust flew on as the arc of a few later plots."""
    if track.status == "dropped" or track.phase != "boost" or track.profile is not None or track.ballistic is None:
        return False
    seconds = (estimate.epoch_ns - track.ballistic.epoch_ns) / S
    if not 0.0 <= seconds <= POWERED_AGE_S:
        return False
    back = flight.predict(estimate, track.ballistic.epoch_ns)
    return float(np.linalg.norm(back.mean[:3] - track.ballistic.mean[:3])) < POWERED_NEAR_M


def _loose(track: TrackRecord, epoch_ns: int) -> bool:
    """Whether a track is known too badly at an epoch for plots to update it in one linear step.

    Then a few plots make an arc of their own, which takes its place: beside it the old estimate weighs next to nothing.
    """
    assert track.ballistic is not None
    spread = flight.predict(track.ballistic, epoch_ns).covariance
    return float(np.sqrt(np.trace(spread[:3, :3]))) > LOOSE_M


def _same_object(track: TrackRecord, estimate: Ballistic) -> bool:
    """Whether a track and the arc of a few plots are one object; a loose track may be wrong by twice what it says."""
    assert track.ballistic is not None
    predicted = flight.predict(track.ballistic, estimate.epoch_ns)
    away = estimate.mean[:6] - predicted.mean[:6]
    margin = 4.0 if _loose(track, estimate.epoch_ns) else 1.0
    spread = estimate.covariance[:6, :6] + margin * predicted.covariance[:6, :6]
    return float(away @ np.linalg.solve(spread, away)) < SAME_GATE


def _open(state: TracksState, tracklet: Tracklet, now: int) -> TrackRecord:
    first = state.epoch_ns + round(float(tracklet.rows.time_s[0]) * S)
    newest = state.epoch_ns + round(float(tracklet.rows.time_s[-1]) * S)
    infrared = isinstance(tracklet.rows, LinesOfSight)
    track = TrackRecord(
        track=f"T{state.named:04d}",
        version=0,
        status="confirmed",
        phase="boost",
        profile=None,
        timeline=Timeline(),
        reignitions=[],
        ballistic=None,
        ballistic_since_ns=0,
        launch=None,
        impact_ns=None,
        first_detection_ns=first,
        last_detection_ns=newest,
        plots=0,
        sensors=[tracklet.sensor],
        phenomenologies=["infrared" if infrared else "radar"],
        kind_sensors=[tracklet.sensor],
        chi2_per_degree=1.0,
        fitted_s=float(tracklet.rows.time_s[-1]),
        next_fit_ns=0,
        next_say_ns=now,
        fresh=[],
    )
    state.named += 1
    if infrared:
        assert isinstance(tracklet.rows, LinesOfSight)
        track.profile = boost.fit(state.epoch_ns, tracklet.rows, None, Timeline())
    return track


def _explains(track: TrackRecord, tracklet: Tracklet, epoch_ns: int) -> bool:
    """Whether the track's profile passes where the tracklet saw its object last."""
    rows = tracklet.rows
    at = float(rows.time_s[-1])
    if track.profile is None:
        return track.phase == "boost" and _explains_powered(track, tracklet, epoch_ns)
    if track.timeline.burnout is not None and at > track.timeline.burnout[0] + 30.0:
        return False
    state, covariance = boost.state_at(track.profile, at)
    floor = MODEL_FLOOR_M**2
    if isinstance(rows, LinesOfSight):
        depth = float((state[:3] - rows.position[-1]) @ rows.direction[-1])
        miss = rows.tangents[-1] @ (state[:3] - rows.position[-1])
        spread = rows.tangents[-1] @ covariance[:3, :3] @ rows.tangents[-1].T
        spread += np.eye(2) * ((depth * np.hypot(rows.sigma[-1], rows.bias_sigma[0])) ** 2 + floor)
        return depth > 0.0 and float(miss @ np.linalg.solve(spread, miss)) < GATE
    miss = state[:3] - tracklet.position[-1]
    noise = (float(np.hypot(rows.sigma[-1, :2], rows.bias_sigma[0, :2]).max()) * rows.measured[-1, 2]) ** 2
    return float(miss @ np.linalg.solve(covariance[:3, :3] + np.eye(3) * (noise + floor), miss)) < GATE


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
        return float(miss @ np.linalg.solve(tangents @ spread @ tangents.T, miss)) < GATE
    miss = where - tracklet.position[-1]
    return float(miss @ np.linalg.solve(spread, miss)) < GATE


def _follow_boost(state: TracksState, track: TrackRecord, now: int, touched: set[str]) -> None:
    """Refit a boosting track when it is due, and see its burnout, or its next ignition."""
    own = [t for t in state.tracklets if t.track == track.track]
    seen = [t for t in own if isinstance(t.rows, LinesOfSight)]
    if not seen:
        if own and track.phase == "boost":
            _follow_echoes(state, track, own, now, touched)
        return
    newest = max(float(t.rows.time_s[-1]) for t in seen)
    if track.phase == "ballistic":
        assert track.timeline.burnout is not None
        again = sum(int((t.rows.time_s > track.timeline.burnout[0] + 2.0).sum()) for t in seen)
        if again < REIGNITION_HITS:
            return
        # The plume is back: what looked like burnout was a coast between stages.
        track.reignitions.append(track.timeline.burnout)
        track.timeline = Timeline(track.timeline.staging, None)
        track.phase, track.ballistic = "boost", None
        track.next_fit_ns = now
    burnout = _burnout(seen)
    if burnout is None and now < track.next_fit_ns:
        return
    fast = [t for t in seen if t.period_s <= FAST_S] or seen
    curves = [staging_times(t.rows.time_s, t.irradiance, t.snr) for t in fast]
    staging = merge_times([s for curve in curves for s in curve], max(t.period_s for t in fast) + 4.0)
    staging = merge_times([*track.reignitions, *staging], 4.0)
    end = burnout[0] - 5.0 if burnout is not None else np.inf
    track.timeline = Timeline(tuple(s for s in staging if s[0] < end)[:MAX_STAGINGS], burnout)
    sights = combine([t.rows for t in seen if isinstance(t.rows, LinesOfSight)])
    echoes = [t.rows for t in own if isinstance(t.rows, Plots)]
    radar = None
    if echoes:
        both = combine(echoes)
        assert isinstance(both, Plots)
        # Later plots may be of free flight already, which only the silent looks to come will tell.
        both = _rows(both, np.flatnonzero(both.time_s <= newest))
        radar = both if len(both.time_s) else None
    assert isinstance(sights, LinesOfSight)
    young = len(sights.time_s) < YOUNG_ROWS or track.profile is None
    profile = boost.fit(state.epoch_ns, sights, radar, track.timeline, None if young else track.profile)
    if young and track.profile is not None:
        again = boost.fit(state.epoch_ns, sights, radar, track.timeline, track.profile)
        profile = min(profile, again, key=lambda p: p.chi2)
    track.profile, track.fitted_s = profile, newest
    track.chi2_per_degree = profile.chi2 / max(profile.degrees - len(profile.parameters), 1)
    track.launch = _launch(profile)
    track.plots = profile.degrees // 2
    for t in own:
        kind: Phenomenology = "infrared" if isinstance(t.rows, LinesOfSight) else "radar"
        _count(track, t.sensor, kind, state.epoch_ns + round(float(t.rows.time_s[-1]) * S), 0)
        track.fresh.extend(t.fresh)
        t.fresh.clear()
    age = (now - track.first_detection_ns) / S
    track.next_fit_ns = now + round(_interval_s(FIT_EVERY_S, age) * S)
    touched.add(track.track)
    if burnout is not None:
        _hand_over(state, track, own, burnout, now)


def _follow_echoes(
    state: TracksState, track: TrackRecord, own: list[Tracklet], now: int, touched: set[str]
) -> None:
    """Refit a boosting track that only radars see; it flies freely once its newest plots lie on a ballistic arc."""
    if now < track.next_fit_ns:
        return
    for t in own:
        assert isinstance(t.rows, Plots)
        recent = np.arange(max(0, t.hits - FREE_HITS), t.hits)
        if len(recent) < FREE_HITS or not FREE_SPAN_S <= t.rows.time_s[-1] - t.rows.time_s[recent[0]] <= 2.0 * WINDOW_S:
            continue
        estimate, chi2, degrees = flight.initiate(t.sensor, _rows(t.rows, recent), state.epoch_ns)
        if chi2 < BALLISTIC_CHI2 * degrees and _height(estimate.mean) > REENTRY_M:
            track.phase, track.ballistic, track.ballistic_since_ns = "ballistic", estimate, now
            break
    echoes = combine([t.rows for t in own if isinstance(t.rows, Plots)])
    assert isinstance(echoes, Plots)
    if track.phase == "boost":
        recent = np.flatnonzero(echoes.time_s > echoes.time_s[-1] - WINDOW_S / 1.5)
        track.ballistic = flight.powered(_rows(echoes, recent), state.epoch_ns)
    track.plots = len(echoes.time_s)
    for t in own:
        _count(track, t.sensor, "radar", state.epoch_ns + round(float(t.rows.time_s[-1]) * S), 0)
        track.fresh.extend(t.fresh)
        t.fresh.clear()
        if track.phase == "ballistic":
            state.tracklets.remove(t)
    track.next_fit_ns = now + 10 * S
    touched.add(track.track)


def _burnout(seen: list[Tracklet]) -> tuple[float, float] | None:
    """Burnout, s after the epoch, when a sensor that saw the plume to its end has gone silent and none has seen it since.

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


def _launch(profile: Profile) -> LaunchFit:
    """Launch point, lift-off and azimuth of a profile."""
    origin = itrf_from_geodetic(profile.lat_deg, profile.lon_deg, 0.0)
    axes = enu_axes(profile.lat_deg, profile.lon_deg)
    p = profile.parameters
    lat, lon, _ = geodetic_from_itrf(origin + p[boost.EAST] * axes[0] + p[boost.NORTH] * axes[1])
    keep = [boost.EAST, boost.NORTH, boost.LIFTOFF, boost.AZIMUTH]
    covariance = profile.covariance[np.ix_(keep, keep)].copy()
    covariance[[0, 1], [0, 1]] += LAUNCH_FLOOR_M**2
    return LaunchFit(
        lat_deg=float(lat),
        lon_deg=float(lon),
        time_ns=profile.epoch_ns + round(float(p[boost.LIFTOFF]) * S),
        azimuth_deg=float(np.degrees(p[boost.AZIMUTH])) % 360.0,
        covariance=covariance,
    )


def _hand_over(
    state: TracksState, track: TrackRecord, own: list[Tracklet], burnout: tuple[float, float], now: int
) -> None:
    """From the profile at burnout to ballistic flight; radar plots made since then follow at once."""
    assert track.profile is not None
    at = burnout[0] + max(3.0 * burnout[1], 1.0)
    mean, covariance = boost.state_at(track.profile, at)
    track.phase = "ballistic"
    track.ballistic = flight.from_state(state.epoch_ns + round(at * S), mean, MISFIT * covariance)
    track.ballistic_since_ns = now
    for t in own:
        if not isinstance(t.rows, Plots):
            continue
        for i in np.flatnonzero(t.rows.time_s > at):
            time_ns = state.epoch_ns + round(float(t.rows.time_s[i]) * S)
            predicted = flight.predict(track.ballistic, time_ns)
            predicted, difference, gradient, spread = flight.innovation(predicted, t.sensor, _rows(t.rows, np.array([i])))
            if float(difference[0] @ np.linalg.solve(spread[0], difference[0])) < GATE:
                track.ballistic = flight.update(predicted, difference[0], gradient, spread[0])
                track.plots += 1
        state.tracklets.remove(t)


def _blind_launch(state: FloatArray, epoch_ns: int) -> LaunchFit | None:
    """Launch as far as a ballistic arc shows it: the arc run back to the ground, and a class of powered ascents."""
    back = state.copy()
    back[3:] *= -1.0
    # Backwards in time the Earth turns the other way.
    fall = flight.fall(back, 0.0, 3600.0, -boost.OMEGA_EARTH)
    if fall.seconds < 0.0:
        return None
    lat, lon, _ = geodetic_from_itrf(fall.position)
    heading = enu_axes(lat, lon) @ -fall.velocity
    azimuth = float(np.arctan2(heading[0], heading[1]))
    along = np.array([np.sin(azimuth), np.cos(azimuth)])
    across = np.array([along[1], -along[0]])
    covariance = np.zeros((4, 4))
    covariance[:2, :2] = BLIND_ALONG_M**2 * np.outer(along, along) + BLIND_ACROSS_M**2 * np.outer(across, across)
    covariance[2, 2], covariance[3, 3] = BLIND_SIGMA_S**2, np.radians(3.0) ** 2
    return LaunchFit(
        lat_deg=float(lat),
        lon_deg=float(lon),
        time_ns=epoch_ns - round((fall.seconds + BLIND_EARLIER_S) * S),
        azimuth_deg=float(np.degrees(azimuth)) % 360.0,
        covariance=covariance,
    )


def _end_ns(track: TrackRecord) -> int:
    """When the track ends if nothing more is seen of it, ns TAI."""
    if track.impact_ns is not None:
        return track.impact_ns + 5 * S
    return track.last_detection_ns + round(LOST_S * S)


def _ended(track: TrackRecord, now: int) -> bool:
    return now >= _end_ns(track)


def _say(state: TracksState, track: TrackRecord, now: int) -> Output:
    """The next version of a track."""
    if track.phase == "ballistic":
        assert track.ballistic is not None
        estimate = track.ballistic
        epoch_ns, mean, covariance = estimate.epoch_ns, estimate.mean[:6], estimate.covariance[:6, :6]
        fall = flight.fall(mean, DRAG)
        track.impact_ns = epoch_ns + round(fall.seconds * S) if fall.seconds >= 0.0 else None
        if track.profile is None:
            track.launch = _blind_launch(mean, epoch_ns)
        age = (now - track.ballistic_since_ns) / S
        track.next_say_ns = now + round(_interval_s(SAY_EVERY_S, age) * S)
        if track.impact_ns is not None and now < track.impact_ns - 60 * S:
            track.next_say_ns = min(track.next_say_ns, track.impact_ns - 60 * S)
    elif track.profile is None:
        assert track.ballistic is not None
        epoch_ns, mean, covariance = track.ballistic.epoch_ns, track.ballistic.mean, track.ballistic.covariance
        track.next_say_ns = now + 60 * S
    else:
        at = track.fitted_s
        epoch_ns = state.epoch_ns + round(at * S)
        mean, covariance = boost.state_at(track.profile, at)
        track.next_say_ns = now + 60 * S
    if _ended(track, now):
        track.status = "dropped"
    elif now - track.last_detection_ns > 60 * S:
        track.status = "coasting"
    else:
        track.status = "confirmed"
    track.version += 1
    burnout = track.timeline.burnout
    message = Track(
        track=track.track,
        version=track.version,
        status=track.status,
        phase=track.phase,
        epoch_ns=epoch_ns,
        state=mean,
        covariance=covariance,
        first_detection_ns=track.first_detection_ns,
        last_detection_ns=track.last_detection_ns,
        detections=track.plots,
        sensors=tuple(track.sensors),
        phenomenologies=tuple(track.phenomenologies),
        kind_sensors=tuple(track.kind_sensors),
        launch=track.launch,
        burnout_ns=state.epoch_ns + round(burnout[0] * S) if burnout is not None else None,
        burnout_sigma_s=burnout[1] if burnout is not None else 0.0,
        staging_ns=tuple(state.epoch_ns + round(t * S) for t, _ in track.timeline.staging),
        chi2_per_degree=track.chi2_per_degree,
    )
    lineage = tuple(dict.fromkeys(track.fresh))
    track.fresh.clear()
    return Output(message, epoch_ns, lineage)
