"""The events stage: which tracks, own and received from partners, are one launch.

Tracks of partners may rest on the same sensors as own ones. States are fused by inverse covariance intersection, which
stays consistent whatever part of their evidence they share (Noack and others 2017), but where the tracks name no common
sensor: there their information adds up.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import msgspec
import numpy as np

from launchwatch.core.arrays import FloatArray
from launchwatch.core.frames import OMEGA_EARTH, enu_axes
from launchwatch.core.gaussians import fuse_independent, intersect_inverse, squared_distance
from launchwatch.messages.events import Event, EventStatus
from launchwatch.messages.items import Item, Output
from launchwatch.messages.releases import Release
from launchwatch.messages.tracks import Phenomenology, Track
from launchwatch.physics.gravity import MU
from launchwatch.processing.motion import ballistic as flight
from launchwatch.processing.motion.launches import bounded, fuse_launches, launch_position

S = 1_000_000_000
STATE_GATE = 45.0  # chi-squared of six: one true pair in a few million falls outside
LAUNCH_GATE = 30.0
BEHIND_S = 10.0  # so much may a burnout be misjudged
SAME_PLANE_RAD, SAME_SIZE = 0.05, 0.03
LAUNCH_FLOOR_M, LAUNCH_FLOOR_S, LAUNCH_FLOOR_RAD = 5e3, 10.0, 0.1


class EventRecord(msgspec.Struct):
    """One event: its tracks by name, own ones without and foreign ones with the partner's name before a colon."""

    event: str
    version: int
    tracks: dict[str, Track]
    partners: list[str]
    closed: bool


class EventsState(msgspec.Struct):
    """State of the stage."""

    serial: int
    events: list[EventRecord]


class EventsStage:
    """Tracks in, events out (a stage of `launchwatch.ports`).

    Parameters
    ----------
    node : names the events.
    trust : what released tracks may do: `open` an event, or only join one.
    first_serial : serial number of the first event.
    """

    topic = "events"
    consumes: tuple[type, ...] = (Track, Release)

    def __init__(self, node: str, trust: Sequence[str], first_serial: int = 1) -> None:
        self.node, self.trust, self.first_serial = node, tuple(trust), first_serial

    def start(self) -> EventsState:
        """A stage that has seen nothing."""
        return EventsState(self.first_serial, [])

    def due(self, state: EventsState) -> int | None:
        """It has no timers."""
        return None

    def step(self, state: EventsState, inputs: Sequence[Item], now: int) -> tuple[EventsState, list[Output]]:
        """Assign each track to its event; one output for each event that changed."""
        changed: dict[str, list[str]] = {}
        for item in inputs:
            if isinstance(item.payload, Release):
                release = item.payload
                if not isinstance(release.item, Track):
                    continue
                track, partner = release.item, release.sender
                name = f"{partner}:{track.track}"
            else:
                track, partner = item.payload, None
                name = track.track
            record = self._event_of(state, name, track, partner)
            if record is None or record.closed:
                continue
            record.tracks[name] = track
            if partner is not None and partner not in record.partners:
                record.partners.append(partner)
            changed.setdefault(record.event, []).append(item.id)
        outputs = []
        for record in state.events:
            if record.event in changed:
                outputs.append(self._say(record, tuple(changed[record.event])))
        return state, outputs

    def _event_of(self, state: EventsState, name: str, track: Track, partner: str | None) -> EventRecord | None:
        for record in state.events:
            if name in record.tracks:
                return record
        for record in state.events:
            if not record.closed and any(same_launch(track, other) for other in record.tracks.values()):
                return record
        if partner is not None and "open" not in self.trust:
            return None
        day = datetime.fromtimestamp(track.first_detection_ns // S, UTC)
        record = EventRecord(f"{self.node}-{day:%Y%m%d}-{state.serial:03d}", 0, {}, [], False)
        state.serial += 1
        state.events.append(record)
        return record

    def _say(self, record: EventRecord, lineage: tuple[str, ...]) -> Output:
        record.version += 1
        record.closed = all(t.status == "dropped" for t in record.tracks.values())
        status: EventStatus = "final" if record.closed else "new" if record.version == 1 else "update"
        preferred = fuse(list(record.tracks.values()))
        event = Event(
            event=record.event,
            aliases=(),
            version=record.version,
            status=status,
            tracks=tuple(record.tracks),
            preferred=preferred,
            partners=tuple(record.partners),
        )
        return Output(event, preferred.epoch_ns, lineage)


def fell_behind(track: Track, others: Iterable[Track]) -> bool:
    """Whether a track of one launch is of a spent stage: it flew freely while satellites saw the plume burn on."""
    if track.free_from_ns is None:
        return False
    burning = [
        t.burnout_ns or t.last_detection_ns
        for t in others
        if "infrared" in t.phenomenologies and (t.burnout_ns is not None or t.phase == "boost")
    ]
    return track.free_from_ns + BEHIND_S * S < max(burning, default=0)


def preference(track: Track) -> tuple[bool, bool, bool, bool, int, int]:
    """Which of several tracks of one vehicle speaks for it: the largest key.

    Alive before dropped; in free flight before boosting, for it predicts; seen now before out of sight; seen by radar
    before not, for its state is the newer and the better known; then the one with more kinds of evidence; then the one
    with more detections.
    """
    return (
        track.status != "dropped",
        track.phase == "ballistic",
        track.status == "confirmed",
        "radar" in track.phenomenologies,
        len(track.phenomenologies),
        track.detections,
    )


def same_launch(a: Track, b: Track) -> bool:
    """Whether two tracks can be one object: by their states where both fly freely, else by their launches.

    A track that no satellite saw knows its launch only as a wide ellipse; where that holds the other's launch, the two
    are taken as one even if a young estimate of burnout, run ahead for many minutes, has drifted off.
    """
    if a.phase == b.phase == "ballistic":
        if _state_distance(a, b) < STATE_GATE:
            return True
        if "infrared" in a.phenomenologies and "infrared" in b.phenomenologies:
            return False
        if a.launch is None or b.launch is None:
            return _same_orbit(a.state, flight.state_after(b.state, (a.epoch_ns - b.epoch_ns) / S))
    if a.launch is None or b.launch is None:
        return False
    axes = enu_axes(a.launch.lat_deg, a.launch.lon_deg)
    apart = axes[:2] @ (launch_position(b.launch) - launch_position(a.launch))
    turn = np.radians((b.launch.azimuth_deg - a.launch.azimuth_deg + 180.0) % 360.0 - 180.0)
    away = np.array([*apart, (b.launch.time_ns - a.launch.time_ns) / S, turn])
    floor = np.diag([LAUNCH_FLOOR_M, LAUNCH_FLOOR_M, LAUNCH_FLOOR_S, LAUNCH_FLOOR_RAD]) ** 2
    spread = a.launch.covariance + b.launch.covariance + floor
    return squared_distance(away, spread) < LAUNCH_GATE


def _same_orbit(a: FloatArray, b: FloatArray) -> bool:
    """Whether two states in orbit share plane and size: an object seen again whose arc tells of no launch."""
    planes, sizes = [], []
    for state in (a, b):
        position = state[:3]
        velocity = state[3:] + OMEGA_EARTH * np.array([-position[1], position[0], 0.0])
        momentum = np.cross(position, velocity)
        planes.append(momentum / np.linalg.norm(momentum))
        sizes.append(1.0 / (2.0 / np.linalg.norm(position) - velocity @ velocity / MU))
    return bool(planes[0] @ planes[1] > np.cos(SAME_PLANE_RAD) and abs(sizes[0] / sizes[1] - 1.0) < SAME_SIZE)


def _state_distance(a: Track, b: Track) -> float:
    """Chi-squared (6) between two states in free flight, at the epoch of the one that is known worse.

    Infinite where one of them may be anywhere: it says nothing of the other.
    """
    if np.trace(a.covariance[:3, :3]) < np.trace(b.covariance[:3, :3]):
        a, b = b, a
    dt = (a.epoch_ns - b.epoch_ns) / S
    other, phi = flight.state_after(b.state, dt), flight.transition(b.state, dt)
    away, spread = a.state - other, a.covariance + phi @ b.covariance @ phi.T
    if not bounded(spread):
        return np.inf
    return squared_distance(away, spread)


def independent(a: Track, b: Track) -> bool:
    """Whether the errors of two tracks are independent: they name no common sensor, and not both saw the plume.

    Fits of a plume share a model of the ascent, and with it what the model does not hold.
    """
    both_saw = "infrared" in a.phenomenologies and "infrared" in b.phenomenologies
    return set(a.sensors).isdisjoint(b.sensors) and not both_saw


def fuse(tracks: list[Track]) -> Track:
    """One track of several of the same launch: states by what they share, launches by covariance intersection.

    States that contradict each other are not mixed: the preferred one stands.
    """
    ordered = sorted(tracks, key=lambda t: (not fell_behind(t, tracks), *preference(t)), reverse=True)
    best = ordered[0]
    state, covariance, launch = best.state, best.covariance, best.launch
    mixed = [best]
    for other in ordered[1:]:
        free = best.phase == other.phase == "ballistic" and other.status != "dropped"
        if free and _state_distance(best, other) < STATE_GATE:
            dt = (best.epoch_ns - other.epoch_ns) / S
            phi = flight.transition(other.state, dt)
            moved, spread = flight.state_after(other.state, dt), phi @ other.covariance @ phi.T
            if bounded(covariance) and bounded(spread):
                way = fuse_independent if all(independent(one, other) for one in mixed) else intersect_inverse
                state, covariance = way(state, covariance, moved, spread)
                mixed.append(other)
        launch = fuse_launches(launch, other.launch)
    kinds: dict[Phenomenology, str] = {}
    for t in sorted(ordered, key=lambda t: t.first_detection_ns):
        for kind, sensor in zip(t.phenomenologies, t.kind_sensors, strict=True):
            kinds.setdefault(kind, sensor)
    return msgspec.structs.replace(
        best,
        state=state,
        covariance=covariance,
        launch=launch,
        first_detection_ns=min(t.first_detection_ns for t in ordered),
        last_detection_ns=max(t.last_detection_ns for t in ordered),
        detections=sum(t.detections for t in ordered),
        sensors=tuple(dict.fromkeys(s for t in ordered for s in t.sensors)),
        phenomenologies=tuple(kinds),
        kind_sensors=tuple(kinds.values()),
        burnout_ns=best.burnout_ns or next((t.burnout_ns for t in ordered if t.burnout_ns), None),
        staging_ns=best.staging_ns or next((t.staging_ns for t in ordered if t.staging_ns), ()),
    )
