"""Which tracks can be one object or one launch, which of them speaks, and what they say together.

Tracks of partners may rest on the same sensors as own ones. States are fused by inverse covariance intersection, which
stays consistent whatever part of their evidence they share (Noack and others 2017), but where the tracks name no common
sensor: there their information adds up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec
import numpy as np

from launchwatch.core.arrays import FloatArray
from launchwatch.core.frames import OMEGA_EARTH, enu_axes
from launchwatch.core.gaussians import fuse_independent, intersect_inverse, squared_distance
from launchwatch.messages.tracks import LaunchFit, Phenomenology, Track, before_air
from launchwatch.physics.gravity import MU
from launchwatch.processing.motion import ballistic as flight
from launchwatch.processing.motion.launches import bounded, fuse_launches, launch_position

S = 1_000_000_000
STATE_GATE = 45.0  # chi-squared of six: one true pair in a few million falls outside
LAUNCH_GATE = 30.0
SHORT_S, BEND, GROWTH, FAR = 300.0, 6.0, 1.5, 9.0
"""A straight line of so many seconds misses a fall by at most `BEND` m/s^2 times their square (half of gravity, and
what the Earth's turning adds), and spreads by `GROWTH` times what it says; gates are widened up to `FAR` times."""
BEHIND_S = 10.0  # so much may a burnout be misjudged
SAME_PLANE_RAD, SAME_SIZE = 0.05, 0.03
# An arc, run back, misses where plots last showed thrust by what the rest of the burn bent the path; 15 km are 30 s.
THRUST_FLOOR_M, BACK_KNOWN_M = 15e3, 100e3
POINT_FLOOR_M, POINT_KNOWN_M = 2e3, 8e3  # where a plume went out, to a second; what is known worse may be anywhere
THRUST_AGE_S, SIDE_FLOOR_M, THRUST_M_S2 = 30.0, 3e3, 40.0
PLACED_M = 30e3
PLUMES_S = 3.0  # of two plumes at once: a plume that its own track lost for a moment is shorter
STATE_TOLD_M, LAUNCH_TOLD_M = 1000e3, 500e3  # what is known worse together agrees with anything
LAUNCH_FLOOR_M, LAUNCH_FLOOR_S, LAUNCH_FLOOR_RAD = 5e3, 10.0, 0.1


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
        track.phase != "boost",
        track.status == "confirmed",
        "radar" in track.phenomenologies,
        len(track.phenomenologies),
        track.detections,
    )


def same_launch(a: Track, b: Track) -> bool:
    """Whether two tracks can be one object or one launch."""
    return kinship(a, b) is not None


def kinship(a: Track, b: Track) -> tuple[int, float] | None:
    """How two tracks can be one object or one launch, nearest first; None where they cannot.

    By their states where both fly freely, else by their launches. A track that no satellite saw knows its launch only
    as a wide ellipse; where that holds the other's launch, the two are taken as one even if a young estimate of
    burnout, run ahead for many minutes, has drifted off. Thrust that only radars saw tells of no launch: it is of an
    arc that comes from there, or of what thrusts there. An arc that comes from where a plume was seen to go out was let
    go there.
    """
    a, b = before_air(a), before_air(b)
    if a.phase == b.phase == "ballistic":
        if (distance := state_distance(a, b)) < STATE_GATE:
            return 0, distance
        if _both_saw(a, b):
            return None
        if _from_one_point(a, b):
            return 1, 0.0
        if a.launch is None or b.launch is None:
            there = flight.state_after(b.state, (a.epoch_ns - b.epoch_ns) / S)
            return (1, 0.0) if _same_orbit(a.state, there) else None
    if a.launch is None or b.launch is None:
        return (2, distance) if (distance := _thrust_distance(a, b)) < LAUNCH_GATE else None
    return (2, distance) if (distance := launch_distance(a.launch, b.launch)) < LAUNCH_GATE else None


def two_plumes(a: Mapping[str, Track], b: Mapping[str, Track]) -> bool:
    """Whether tracks by name hold two plumes that burned side by side: one chain had both from one satellite at once.

    What a satellite alone saw tells which of a track's sensors are satellites; a radar has all objects of a launch.
    """
    return any(
        _chain(x) == _chain(y) and _side_by_side(one, other)
        for x, one in a.items()
        for y, other in b.items()
        if one is not other
    )


def _chain(name: str) -> str:
    """Whose track it is by its name: none before the colon for an own one."""
    return name.rpartition(":")[0]


def _side_by_side(a: Track, b: Track) -> bool:
    if not (_both_saw(a, b) and ("radar" not in a.phenomenologies or "radar" not in b.phenomenologies)):
        return False
    begin = max(a.first_detection_ns, b.first_detection_ns)
    end = min(t.burnout_ns or t.last_detection_ns for t in (a, b))
    return end - begin > PLUMES_S * S and not set(a.sensors).isdisjoint(b.sensors)


def launch_distance(a: LaunchFit, b: LaunchFit) -> float:
    """Chi-squared (4) between two launches: place, time and azimuth; infinite where they may be anywhere."""
    spread = a.covariance + b.covariance
    if not np.trace(spread[:2, :2]) < LAUNCH_TOLD_M**2:
        return np.inf
    axes = enu_axes(a.lat_deg, a.lon_deg)
    apart = axes[:2] @ (launch_position(b) - launch_position(a))
    turn = np.radians((b.azimuth_deg - a.azimuth_deg + 180.0) % 360.0 - 180.0)
    away = np.array([*apart, (b.time_ns - a.time_ns) / S, turn])
    floor = np.diag([LAUNCH_FLOOR_M, LAUNCH_FLOOR_M, LAUNCH_FLOOR_S, LAUNCH_FLOOR_RAD]) ** 2
    return squared_distance(away, spread + floor)


def two_launches(a: Track, b: Track, margin: float = 1.0) -> bool:
    """Whether two tracks cannot be one launch: satellites saw both plumes, and their launches lie apart.

    `margin` widens the gates. A launch that is known to no place tells nothing: such a fit may be wrong by more than it
    says.
    """
    a, b = before_air(a), before_air(b)
    if a.launch is None or b.launch is None or not (_both_saw(a, b) and placed(a.launch) and placed(b.launch)):
        return False
    if a.phase == b.phase == "ballistic" and state_distance(a, b) < margin * STATE_GATE:
        return False
    return launch_distance(a.launch, b.launch) > margin * LAUNCH_GATE


def _from_one_point(a: Track, b: Track) -> bool:
    """Whether a track in free flight was where a satellite saw the plume of the other go out, when it did."""
    for one, other in ((a, b), (b, a)):
        if one.burnout_ns is None or "infrared" not in one.phenomenologies:
            continue
        (where, spread), (there, more) = (_back_at(track, one.burnout_ns) for track in (one, other))
        spread = spread + more
        if np.isfinite(spread).all() and np.trace(spread) < POINT_KNOWN_M**2:
            return squared_distance(where - there, spread + POINT_FLOOR_M**2 * np.eye(3)) < LAUNCH_GATE
    return False


def _back_at(track: Track, epoch_ns: int) -> tuple[FloatArray, FloatArray]:
    """Position (3,) of a track in free flight at another epoch, and its covariance (3, 3)."""
    dt = (epoch_ns - track.epoch_ns) / S
    phi = flight.transition(track.state, dt)[:3]
    return flight.state_after(track.state, dt)[:3], phi @ track.covariance @ phi.T


def _thrust_distance(a: Track, b: Track) -> float:
    """Chi-squared (3) between a track under thrust that tells of no launch and another; infinite for other tracks."""
    for one, thrust in ((a, b), (b, a)):
        if thrust.phase == "boost" and thrust.launch is None:
            return _back_distance(one, thrust) if one.phase == "ballistic" else _side_distance(one, thrust)
    return np.inf


def _back_distance(arc: Track, thrust: Track) -> float:
    """Chi-squared (3) between an arc run back and where an earlier track under thrust was last; else infinite."""
    if thrust.epoch_ns > arc.epoch_ns:
        return np.inf
    where, back = _back_at(arc, thrust.epoch_ns)
    if not np.isfinite(back).all() or np.trace(back) > BACK_KNOWN_M**2:
        return np.inf
    return squared_distance(
        where - thrust.state[:3], back + thrust.covariance[:3, :3] + THRUST_FLOOR_M**2 * np.eye(3)
    )


def _side_distance(one: Track, other: Track) -> float:
    """Chi-squared (3) between two tracks under thrust, each run straight on for half a minute at most."""
    dt = (other.epoch_ns - one.epoch_ns) / S
    if abs(dt) > THRUST_AGE_S:
        return np.inf
    move = np.hstack([np.eye(3), dt * np.eye(3)])
    floor = SIDE_FLOOR_M + 0.5 * THRUST_M_S2 * dt**2
    spread = move @ one.covariance @ move.T + other.covariance[:3, :3] + floor**2 * np.eye(3)
    if np.trace(spread) > BACK_KNOWN_M**2:
        return np.inf
    return squared_distance(move @ one.state - other.state[:3], spread)


def placed(launch: LaunchFit) -> bool:
    """Whether a launch point is known well enough to tell launches apart."""
    return bool(np.trace(launch.covariance[:2, :2]) < PLACED_M**2)


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


def state_distance(a: Track, b: Track) -> float:
    """Chi-squared (6) between two states in free flight, at the epoch of the one that is known worse.

    Infinite where one of them may be anywhere: it says nothing of the other.
    """
    if np.trace(a.covariance[:3, :3]) < np.trace(b.covariance[:3, :3]):
        a, b = b, a
    dt = (a.epoch_ns - b.epoch_ns) / S
    if abs(dt) < SHORT_S and _far_apart(a, b, dt):
        return np.inf
    if flight.far_apart(a.state, a.covariance, b.state, b.covariance, dt, STATE_GATE * FAR):
        return np.inf
    other, phi = flight.state_after(b.state, dt), flight.transition(b.state, dt)
    away, spread = a.state - other, a.covariance + phi @ b.covariance @ phi.T
    if not (bounded(spread) and np.trace(spread[:3, :3]) < STATE_TOLD_M**2):
        return np.inf
    return squared_distance(away, spread)


def independent(a: Track, b: Track) -> bool:
    """Whether the errors of two tracks are independent: they name no common sensor, and not both saw the plume.

    Fits of a plume share a model of the ascent, and with it what the model does not hold.
    """
    return set(a.sensors).isdisjoint(b.sensors) and not _both_saw(a, b)


def _both_saw(a: Track, b: Track) -> bool:
    return "infrared" in a.phenomenologies and "infrared" in b.phenomenologies


def _far_apart(a: Track, b: Track, dt: float) -> bool:
    """Whether two states lie outside each other's gate by far; a straight line tells, and spares most the rest."""
    straight = b.state[:3] + dt * b.state[3:]
    deviation = np.sqrt([np.trace(p) for p in (a.covariance[:3, :3], b.covariance[:3, :3], b.covariance[3:, 3:])])
    reach = deviation[0] + deviation[1] + GROWTH * abs(dt) * deviation[2]
    return bool(np.linalg.norm(a.state[:3] - straight) > BEND * dt * dt + np.sqrt(STATE_GATE * FAR) * reach)


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
        if free and state_distance(best, other) < STATE_GATE:
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
