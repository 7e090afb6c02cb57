"""The tracks stage: tracklets of each sensor, joined into one track per object from boost to the ground."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from launchwatch.core.arrays import FloatArray, IntArray
from launchwatch.core.frames import OMEGA_EARTH, enu_axes
from launchwatch.core.geodesy import geodetic_from_itrf
from launchwatch.messages.detections import Detections
from launchwatch.messages.items import Item, Output
from launchwatch.messages.observations import RadarLook
from launchwatch.messages.tracks import Air, LaunchFit, Phase, Track
from launchwatch.processing.motion import ascents, boost
from launchwatch.processing.motion import ballistic as flight
from launchwatch.processing.motion.descent import (
    LOG_DRAG,
    RIGHT,
    UP,
    Descent,
    as_ballistic,
    collapsed,
    landing,
    likely,
    log_normal,
)
from launchwatch.processing.motion.lag import ENTRY_M
from launchwatch.processing.motion.launches import fuse_launches
from launchwatch.processing.motion.measurements import LinesOfSight, Plots
from launchwatch.processing.motion.vehicles import Timeline
from launchwatch.processing.tracks.association import Assignment, pairs
from launchwatch.processing.tracks.boosting import beside, explains, follow_boost, launch_of, may_explain
from launchwatch.processing.tracks.cells import give_cells, of_cells
from launchwatch.processing.tracks.flying import (
    Arc,
    arc_of,
    flying,
    give_plots,
    height_of,
    loose,
    same_object,
    thrust_before,
    with_arc,
)
from launchwatch.processing.tracks.lights import give_lights, lit, may_be_lit
from launchwatch.processing.tracks.passing import Passing, near
from launchwatch.processing.tracks.record import (
    BALLISTIC_HITS,
    BALLISTIC_SPAN_S,
    REENTRY_M,
    WINDOW_S,
    S,
    TrackRecord,
    TracksState,
    count,
    descent_of,
    interval_s,
)
from launchwatch.processing.tracks.separated import RETURN_BURN_S, flew_back, may_have_flown_back
from launchwatch.processing.tracks.sightings import rows_of_sights, sights_of
from launchwatch.processing.tracks.still import stands_still
from launchwatch.processing.tracks.tracklets import FORGOTTEN_NS, Tracklet, Unplaced, extend

SAY_EVERY_S = ((60.0, 10.0), (300.0, 30.0), (1e9, 120.0))  # age of the ballistic estimate, interval
POWERED_HITS, POWERED_CHI2 = 6, 6.0  # plots that no ballistic arc explains by far
UNEXPLAINED_CHI2 = 10.0  # of a degree of freedom; young tracks of true launches stay below 4
RISING_SIGMAS = 3.0
LOST_S = 900.0
ENDED_S = 12.0  # silence after which a burn has ended
# A spent last stage is pushed off the payload by springs or small retro-rockets, 1 to 10 m/s.
SEPARATION_M_S, COMPANY_LOOKS = 3.0, 3
LONGEST_BOOST_S = 1800.0  # what shines on for longer is no ascent
ORBIT_S = 6000.0  # what is in orbit comes round once in this time
DRAG = 1.0 / 8000.0  # m^2/kg, of an unknown payload
STAGE_DRAG = 1.0 / 1500.0  # m^2/kg; what has more is no payload, nor a glide body at its most lift
# A radar alone sees the middle of a flight: the powered part before it is known only as a class of vehicles.
BLIND_ALONG_M, BLIND_ACROSS_M, BLIND_EARLIER_S, BLIND_SIGMA_S = 130e3, 30e3, 70.0, 50.0
BLIND_SIGMA_RAD = np.radians(3.0)
BACK_STEPS = np.array([20.0, 20.0, 20.0, 0.02, 0.02, 0.02])


class TracksStage:
    """Detections in, tracks out (a stage of `launchwatch.ports`).

    Parameters
    ----------
    assignment : which detection each tracklet is given.
    """

    topic = "tracks"
    consumes: tuple[type, ...] = (Detections,)

    def __init__(self, assignment: Assignment = pairs) -> None:
        self.assignment = assignment

    def start(self) -> TracksState:
        """A stage that has seen nothing."""
        return TracksState(0, 1, 1, [], {}, [])

    def due(self, state: TracksState) -> int | None:
        """When the next track has something to say, or ends."""
        waiting = [min(t.next_say_ns, _end_ns(t)) for t in state.tracks]
        return min(waiting, default=None)

    def step(self, state: TracksState, inputs: Sequence[Item], now: int) -> tuple[TracksState, list[Output]]:
        """Detections of one tick into tracks."""
        touched: set[str] = set()
        passing = Passing()
        for item in inputs:
            detections: Detections = item.payload
            if not state.epoch_ns:
                state.epoch_ns = detections.look.look_from_ns
            if of_cells(detections):
                give_cells(state, item.id, detections, touched)
                continue
            if len(detections.look.sequence):
                give = give_plots if isinstance(detections.look, RadarLook) else give_lights
                detections = give(state, item.id, detections, touched)
            state.serial = extend(
                state.tracklets, state.unplaced, item.id, detections, state.epoch_ns, state.serial, self.assignment
            )
        for tracklet in list(state.tracklets):
            if tracklet.aside and tracklet.span_s > RETURN_BURN_S:
                tracklet.track, tracklet.aside = None, False
            if tracklet.track is None and tracklet.tried != _lessons(state, tracklet):
                tracklet.tried = _lessons(state, tracklet)
                _place(state, tracklet, now, touched, passing)
        for pool in state.unplaced.values():
            if len(pool):
                _place_some(state, pool, now, touched, passing)
        fitted: set[str] = set()
        own: dict[str | None, list[Tracklet]] = {}
        for tracklet in state.tracklets:
            if not tracklet.aside:
                own.setdefault(tracklet.track, []).append(tracklet)
        for track in list(state.tracks):
            for tracklet, arc in follow_boost(state, track, own.get(track.track, []), now, fitted):
                _fly(state, tracklet, arc, now, touched)
        state.lessons += bool(fitted)
        touched |= fitted
        state.tracklets = [t for t in state.tracklets if now - t.newest_ns <= FORGOTTEN_NS]
        for pool in state.unplaced.values():
            pool.forget(now)
        outputs = []
        for track in state.tracks:
            due = now >= track.next_say_ns
            if track.track in touched or _ended(track, now) or (due and (track.fresh or track.status == "confirmed")):
                outputs.append(_say(state, track, now))
            elif due:
                track.next_say_ns = _end_ns(track)  # out of sight: nothing new to say until it is seen again, or ends
        state.tracks = [track for track in state.tracks if track.status != "dropped"]
        return state, outputs


def _lessons(state: TracksState, tracklet: Tracklet) -> tuple[int, int, int]:
    """What decides whether a tracklet fits a track: it is tried again once it or what is known of burns has changed."""
    return tracklet.hits, tracklet.silent_looks, state.lessons


def _place_some(state: TracksState, pool: Unplaced, now: int, touched: set[str], passing: Passing) -> None:
    """Try the tracklets of a sensor on tracks, where anything can come of it."""
    waiting = pool.waiting(state.lessons)
    if not len(waiting):
        return
    kept = np.ones(len(pool), bool)
    while len(waiting):
        known = len(state.tracks)
        for k in waiting[_promising(state, pool, waiting, passing)].tolist():
            tracklet = pool.tracklet(k)
            state.tracklets.append(tracklet)
            _place(state, tracklet, now, touched, passing)
            kept[k] = tracklet.track is None and state.tracklets[-1:] == [tracklet]
            if kept[k]:
                pool.refused_s[k] = state.tracklets.pop().refused_s
            if len(state.tracks) > known:  # those that are left are tried on the new track too
                waiting = waiting[waiting > k]
                break
        else:
            break
    pool.keep(kept)


def _promising(state: TracksState, pool: Unplaced, which: IntArray, passing: Passing) -> np.ndarray:
    """Mask of tracklets (k,) that can open a track, or lie near enough to one to be tried on it.

    A sensor sees hundreds of fires: this spares trying each.
    """
    if not pool.infrared:
        return np.ones(len(which), bool)
    first, last = pool.rows[pool.slot[which], 0], pool.last[which]
    newest = sights_of(last, pool.bias_sigma)
    found = pool.rising(which) | may_be_lit(state, first, last)
    for track, passed in zip(state.tracks, near(state.tracks, newest), strict=True):
        tried = np.flatnonzero(passed & ~found)
        if len(tried):
            found[tried] = may_explain(track, rows_of_sights(newest, tried), passing)
        if not found.all():
            found |= may_have_flown_back(track, first, last, passing)
    return np.asarray(found)


def _place(state: TracksState, tracklet: Tracklet, now: int, touched: set[str], passing: Passing) -> None:
    """Give a confirmed tracklet to the track that explains it, or open a track with it."""
    rows = tracklet.rows
    newest = float(rows.time_s[-1])
    infrared = isinstance(rows, LinesOfSight)
    if infrared and lit(state, tracklet, touched):
        return
    tried, plumes = state.tracks, dict[str, list[Tracklet]]()
    if isinstance(rows, LinesOfSight):
        for other in state.tracklets:
            if other.track is not None and other.sensor == tracklet.sensor:
                plumes.setdefault(other.track, []).append(other)
        passed = near(tried, rows_of_sights(rows, np.array([tracklet.hits - 1])))[:, 0].tolist()
        tried = [track for track, kept in zip(tried, passed, strict=True) if kept]
    for track in tried:
        if track.phase == "ballistic" and not infrared:
            continue
        if infrared and beside(tracklet, plumes.get(track.track, ())):
            continue
        if explains(track, tracklet, state.epoch_ns, passing):
            tracklet.track = track.track
            track.next_fit_ns = now
            count(track, tracklet.sensor, "infrared" if infrared else "radar", state.epoch_ns + round(newest * S), 0)
            return
    if isinstance(rows, LinesOfSight):
        parent = next((t for t in state.tracks if flew_back(t, tracklet, passing)), None)
        if parent is not None:
            if tracklet.silent_looks * tracklet.period_s > ENDED_S:
                tracklet.track, tracklet.aside = parent.track, True
            return  # until it ends, or has burned for too long
        if tracklet.silent_looks or tracklet.refused_s == newest or stands_still(rows):
            return
        profile = boost.fit(state.epoch_ns, rows, None, Timeline())
        if profile.chi2 > UNEXPLAINED_CHI2 * max(profile.degrees - len(profile.parameters), 1):
            tracklet.refused_s = newest
            return  # no ascent from the ground goes through it: a fireball
        track = _open(state, tracklet, now)
        track.profile = profile
        tracklet.track = track.track
        track.next_fit_ns = now
        state.tracks.append(track)
        return
    recent = np.flatnonzero(rows.time_s > newest - WINDOW_S)
    if len(recent) < BALLISTIC_HITS or newest - rows.time_s[recent[0]] < BALLISTIC_SPAN_S:
        return
    arc = arc_of(tracklet, recent, state.epoch_ns)
    if not arc.free or height_of(arc.estimate.mean) < REENTRY_M:
        if len(recent) >= POWERED_HITS and arc.chi2 > POWERED_CHI2 * arc.degrees:
            _open_powered(state, tracklet, now)
        return
    _fly(state, tracklet, arc, now, touched)


def _fly(state: TracksState, tracklet: Tracklet, arc: Arc, now: int, touched: set[str]) -> None:
    """Give an arc of plots to the track that it is of, or open a track with it."""
    state.tracklets.remove(tracklet)
    for track in flying(state):
        if not same_object(track, arc.estimate):
            continue
        # Another radar's errors kept its first plots out of the gate; from here on they fall into it.
        if loose(track, arc.estimate.epoch_ns):
            assert isinstance(tracklet.rows, Plots)
            track.ballistic = with_arc(track, arc, tracklet.rows.bias_sigma[0])
            track.ballistic_since_ns, track.arc = now, True
            track.fresh.extend(tracklet.fresh)
            count(track, tracklet.sensor, "radar", arc.estimate.epoch_ns, arc.plots)
            touched.add(track.track)
        return
    track = next((t for t in state.tracks if thrust_before(t, arc.estimate)), None) or _open(state, tracklet, now)
    track.phase, track.ballistic, track.ballistic_since_ns = "ballistic", arc.estimate, now
    track.free_from_ns = track.free_from_ns or arc.first_ns
    track.plots = arc.plots
    track.chi2_per_degree = arc.chi2 / arc.degrees
    if track not in state.tracks:
        state.tracks.append(track)
    count(track, tracklet.sensor, "radar", arc.estimate.epoch_ns, 0)
    track.fresh.extend(tracklet.fresh)
    touched.add(track.track)


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
        free_from_ns=None,
        arc=False,
        company=0,
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
    return track


def _open_powered(state: TracksState, tracklet: Tracklet, now: int) -> None:
    """Open a boosting track on plots alone: no ballistic arc goes through them."""
    assert isinstance(tracklet.rows, Plots)
    rising = flight.powered(tracklet.rows, state.epoch_ns)
    up = rising.mean[:3] / np.linalg.norm(rising.mean[:3])
    fast = up @ rising.mean[3:] > RISING_SIGMAS * np.sqrt(up @ rising.covariance[3:, 3:] @ up)
    # A fall that air brakes within the plots can seem to end in a climb; it has not come higher.
    if not fast or up @ (tracklet.position[-1] - tracklet.position[0]) < 0.0:
        return  # what bends the path of a falling body is air, not thrust
    track = _open(state, tracklet, now)
    track.ballistic = rising
    tracklet.track = track.track
    track.next_fit_ns = now
    state.tracks.append(track)


def _blind_launch(state: FloatArray, covariance: FloatArray, epoch_ns: int) -> LaunchFit | None:
    """Launch as far as a ballistic arc shows it: the arc run back to the ground, and a class of powered ascents."""
    risen = _risen(state)
    if risen is None:
        return None
    moved = [_risen(state + step) for step in np.diag(BACK_STEPS)]
    if any(m is None for m in moved):
        return None
    lat, lon, _ = geodetic_from_itrf(risen.position)
    axes = enu_axes(lat, lon)

    def seen(fall: flight.Fall) -> FloatArray:
        """East and north of where the arc leaves the ground, m, when, s, and its azimuth, rad."""
        heading = axes @ -fall.velocity
        return np.array([*(axes[:2] @ (fall.position - risen.position)), -fall.seconds, np.arctan2(*heading[:2])])

    centre = seen(risen)
    slopes = np.column_stack([(seen(m) - centre) / s for m, s in zip(moved, BACK_STEPS, strict=True) if m is not None])
    azimuth = float(centre[3])
    along = np.array([np.sin(azimuth), np.cos(azimuth)])
    across = np.array([along[1], -along[0]])
    spread = slopes @ covariance @ slopes.T
    spread[:2, :2] += BLIND_ALONG_M**2 * np.outer(along, along) + BLIND_ACROSS_M**2 * np.outer(across, across)
    spread[[2, 3], [2, 3]] += BLIND_SIGMA_S**2, BLIND_SIGMA_RAD**2
    return LaunchFit(
        lat_deg=float(lat),
        lon_deg=float(lon),
        time_ns=epoch_ns - round((risen.seconds + BLIND_EARLIER_S) * S),
        azimuth_deg=float(np.degrees(azimuth)) % 360.0,
        covariance=spread,
    )


def _risen(state: FloatArray) -> flight.Fall | None:
    """Where the arc of a state came from, as a fall backwards in time; null when it came from no ground."""
    # Backwards in time the Earth turns the other way.
    fall = flight.fall(np.concatenate([state[:3], -state[3:]]), 0.0, 3600.0, -OMEGA_EARTH)
    return fall if fall.seconds >= 0.0 else None


def _separation(track: TrackRecord, epoch_ns: int, mean: FloatArray, in_air: bool) -> FloatArray:
    """Covariance (6, 6) of the payload about a track that others fly beside: which of them it follows is not known."""
    assert track.free_from_ns is not None
    dt = (epoch_ns - track.free_from_ns) / S
    if in_air:  # a path that air has bent leads back to no separation: the straight line stands for it
        return np.diag([(SEPARATION_M_S * dt) ** 2] * 3 + [SEPARATION_M_S**2] * 3)
    moved = flight.transition(flight.state_after(mean, -dt), dt)[:, 3:]
    return np.asarray(SEPARATION_M_S**2 * moved @ moved.T)


def _air(track: TrackRecord, descent: Descent) -> tuple[Air, Phase, float]:
    """What is said of a body in the air, its phase, and the longest that it stays there, s."""
    assert track.entry is not None
    mean, covariance = log_normal(*collapsed(likely(descent)))
    glides = descent.glide > 0.5
    air = Air(
        drag_m2_kg=float(np.exp(mean[LOG_DRAG])),
        lift_m2_kg=(float(mean[UP]), float(mean[RIGHT])),
        covariance=covariance,
        glide=descent.glide,
        entry_ns=track.entry.epoch_ns,
        entry_state=track.entry.mean[:6],
        entry_covariance=track.entry.covariance[:6, :6],
    )
    phase: Phase = "ballistic" if height_of(mean) > ENTRY_M else "glide" if glides else "reentry"
    state = mean.copy()
    state[UP], state[RIGHT] = float(np.hypot(state[UP], state[RIGHT])) if glides else 0.0, 0.0
    return air, phase, landing(state)[1]


def _end_ns(track: TrackRecord) -> int:
    """When the track ends if nothing more is seen of it, ns TAI; at once where it turns out to be none."""
    if track.no_launch:
        return track.last_detection_ns
    if track.impact_ns is not None:
        return track.impact_ns + 5 * S
    if track.phase == "ballistic":
        return track.last_detection_ns + round(ORBIT_S * S)
    lit_ns = track.first_detection_ns
    if track.reignitions and track.profile is not None:
        lit_ns = track.profile.epoch_ns + round(track.reignitions[-1].ignition[0] * S)
    return min(track.last_detection_ns + round(LOST_S * S), lit_ns + round(LONGEST_BOOST_S * S))


def _ended(track: TrackRecord, now: int) -> bool:
    return now >= _end_ns(track)


def _say(state: TracksState, track: TrackRecord, now: int) -> Output:
    """The next version of a track."""
    air, phase = None, track.phase
    if track.phase == "ballistic":
        assert track.ballistic is not None
        estimate, in_air = track.ballistic, descent_of(track)
        if in_air is not None and track.entry is not None:
            estimate = as_ballistic(likely(in_air))
            if collapsed(in_air)[0][LOG_DRAG] > np.log(STAGE_DRAG):
                # A spent stage: the payload that it let go may fly on unseen, and is told as both entered the air.
                estimate, in_air = track.entry, None
        epoch_ns, mean, covariance = estimate.epoch_ns, estimate.mean[:6], estimate.covariance[:6, :6]
        if track.company >= COMPANY_LOOKS:
            covariance = covariance + _separation(track, epoch_ns, mean, in_air is not None)
        if in_air is not None:
            air, phase, seconds = _air(track, in_air)
        else:
            seconds = flight.fall(mean, DRAG).seconds
        track.impact_ns = epoch_ns + round(seconds * S) if seconds >= 0.0 else None
        if in_air is None and (track.profile is None or track.arc):
            seen = launch_of(track.profile) if track.profile is not None else None
            track.launch = fuse_launches(seen, _blind_launch(mean, covariance, epoch_ns))
        age = (now - track.ballistic_since_ns) / S
        track.next_say_ns = now + round(interval_s(SAY_EVERY_S, age) * S)
        if track.impact_ns is not None and now < track.impact_ns - 60 * S:
            track.next_say_ns = min(track.next_say_ns, track.impact_ns - 60 * S)
    elif track.profile is None:
        assert track.ballistic is not None
        epoch_ns, mean, covariance = track.ballistic.epoch_ns, track.ballistic.mean, track.ballistic.covariance
        track.next_say_ns = now + 60 * S
    else:
        at = track.fitted_s
        epoch_ns = state.epoch_ns + round(at * S)
        mean, covariance = ascents.state_at(track.profile, at)
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
        phase=phase,
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
        free_from_ns=track.free_from_ns,
        staging_ns=tuple(state.epoch_ns + round(s.burnout[0] * S) for s in track.timeline.staging),
        chi2_per_degree=track.chi2_per_degree,
        air=air,
    )
    lineage = tuple(dict.fromkeys(track.fresh))
    track.fresh.clear()
    return Output(message, epoch_ns, lineage)
