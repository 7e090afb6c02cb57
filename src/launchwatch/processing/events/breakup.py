"""Break-ups: tracks in free flight that fly apart from where the plume of their launch went out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from launchwatch.core.arrays import FloatArray
from launchwatch.messages.events import BreakUp
from launchwatch.messages.tracks import Track
from launchwatch.processing.events.joining import S, fell_behind
from launchwatch.processing.motion import ballistic as flight
from launchwatch.processing.motion.launches import bounded

PUSH_M_S, MOST_M_S = 30.0, 500.0
"""Springs and retro-rockets push stages and payloads apart by 1 to 20 m/s, a break-up throws pieces faster, but not as
fast as a stage that burns on unseen leaves the one before."""
LEAST_THRUST_M_S2 = 8.0
"""What was left at the last staging is slower by at least this times the burn since: no piece if it may be that."""
SIGMAS, PLACE_FLOOR_M, PLACE_MOST_M, LATE_S = 3.0, 3e3, 12e3, 2.0  # what is known worse may have been anywhere
AIR_M, SLOWEST = 90e3, 3.0  # below this air brakes a piece; so many times a fall without air may it take
SPREAD_M_S, SPREAD_DEGREES = 100.0, 3
"""Velocity per axis that a break-up gives, and what that is worth beside the few pieces seen (assumption: stages that
exploded in orbit threw most pieces at some tens to 200 m/s)."""


def break_up_of(tracks: Sequence[Track]) -> BreakUp | None:
    """Whether the tracks of one launch are pieces of its vehicle; null where they are not, or do not show it.

    Each track is run back to where a satellite saw the plume go out. Pieces were there, and have left it faster than
    what is let go on purpose. What fell behind at a staging was elsewhere.
    """
    flying = [t for t in tracks if t.phase == "ballistic"]
    seen = [t for t in flying if t.burnout_ns is not None and "infrared" in t.phenomenologies]
    if not seen or len(flying) < 2:
        return None
    vehicle = max(seen, key=lambda t: t.detections)
    assert vehicle.burnout_ns is not None
    state, covariance = _at(vehicle, vehicle.burnout_ns)
    if not bounded(covariance):
        return None
    stagings = [at for t in tracks for at in t.staging_ns if at < vehicle.burnout_ns]
    burned_s = (vehicle.burnout_ns - max(stagings)) / S if stagings else np.inf
    most = min(MOST_M_S, LEAST_THRUST_M_S2 * burned_s)
    thrown = []
    for track in flying:
        if track is vehicle or fell_behind(track, [vehicle]):
            continue
        other, spread = _at(track, vehicle.burnout_ns)
        if not bounded(spread):
            continue
        apart, both = other - state, covariance + spread
        length, speed = float(np.linalg.norm(apart[:3])), float(np.linalg.norm(apart[3:]))
        blur = SIGMAS * float(np.sqrt(np.trace(both[:3, :3])))
        here = length < PLACE_FLOOR_M + LATE_S * speed + blur and blur < PLACE_MOST_M
        along = apart[3:] / speed if speed > 0.0 else np.zeros(3)
        doubt = SIGMAS * float(np.sqrt(along @ both[3:, 3:] @ along))
        if here and PUSH_M_S + doubt < speed < most:
            thrown.append(other)
    if not thrown:
        return None
    # What the vehicle's track follows since then is a piece like the others.
    pieces = np.array([state, *thrown])
    mean = pieces.mean(axis=0)
    squares = float(np.sum((pieces - mean)[:, 3:] ** 2))
    variance = (SPREAD_DEGREES * SPREAD_M_S**2 + squares) / (SPREAD_DEGREES + 3 * len(thrown))
    covariance = covariance + np.diag([0.0, 0.0, 0.0, 1.0, 1.0, 1.0]) * variance / len(pieces)
    return BreakUp(
        epoch_ns=vehicle.burnout_ns,
        state=mean,
        covariance=covariance,
        spread_m_s=float(np.sqrt(variance)),
        pieces=len(pieces),
    )


def among_debris(track: Track, broken: BreakUp) -> bool:
    """Whether a track that only radar has, and that tells of no launch, is where pieces of a break-up come down.

    Air that brakes a falling piece can look like thrust. Pieces fall between where the vehicle broke up and where it
    would have come down without air, and to the sides as fast as they were thrown; the light ones take longer.
    """
    if track.launch is not None or "infrared" in track.phenomenologies:
        return False
    end = flight.fall(broken.state, 0.0)
    seconds = (track.epoch_ns - broken.epoch_ns) / S
    if end.seconds < 0.0 or not 0.0 < seconds < SLOWEST * end.seconds:
        return False
    begin, place = broken.state[:3], track.state[:3]
    if np.linalg.norm(place) > np.linalg.norm(end.position) + AIR_M:
        return False
    across = np.cross(begin, end.position)
    across /= np.linalg.norm(across)
    blur = float(np.sqrt(np.trace(track.covariance[:3, :3])))
    reach = SIGMAS * (broken.spread_m_s * min(seconds, end.seconds) + blur)
    ahead = np.cross(across, begin) / np.linalg.norm(begin)
    along, length = float(ahead @ place), float(ahead @ end.position)
    return abs(float(across @ place)) < reach and -reach < along < length + reach


def _at(track: Track, epoch_ns: int) -> tuple[FloatArray, FloatArray]:
    """State and covariance of a track in free flight at another epoch."""
    seconds = (epoch_ns - track.epoch_ns) / S
    phi = flight.transition(track.state, seconds)
    return flight.state_after(track.state, seconds), phi @ track.covariance @ phi.T
