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

PIECES = 2
"""So many tracks beside the vehicle's: one may be a spent stage, or what a payload let go."""
PUSH_M_S = 15.0
"""Springs and small retro-rockets push stages and payloads apart by up to 10 m/s; a break-up throws pieces faster."""
SIGMAS, PLACE_FLOOR_M, LATE_S = 3.0, 5e3, 10.0
LEAST_SPREAD_M_S = 20.0  # what the few pieces seen show is a small sample


def break_up_of(tracks: Sequence[Track]) -> BreakUp | None:
    """Whether the tracks of one launch are pieces of its vehicle; null where they are not, or do not show it.

    Each track is run back to where a satellite saw the plume go out. Pieces were there, and have left it faster than
    what is let go on purpose. What fell behind at a staging was elsewhere.
    """
    seen = [t for t in tracks if t.burnout_ns is not None and t.phase == "ballistic" and "infrared" in t.phenomenologies]
    if not seen or len(tracks) <= PIECES:
        return None
    vehicle = max(seen, key=lambda t: t.detections)
    assert vehicle.burnout_ns is not None
    state, covariance = _at(vehicle, vehicle.burnout_ns)
    if not bounded(covariance):
        return None
    thrown = []
    for track in tracks:
        if track is vehicle or track.phase != "ballistic" or fell_behind(track, [vehicle]):
            continue
        other, spread = _at(track, vehicle.burnout_ns)
        if not bounded(spread):
            continue
        apart, both = other - state, covariance + spread
        length, speed = float(np.linalg.norm(apart[:3])), float(np.linalg.norm(apart[3:]))
        reach = PLACE_FLOOR_M + LATE_S * speed + SIGMAS * float(np.sqrt(np.trace(both[:3, :3])))
        along = apart[3:] / speed if speed > 0.0 else np.zeros(3)
        if length < reach and speed > PUSH_M_S + SIGMAS * float(np.sqrt(along @ both[3:, 3:] @ along)):
            thrown.append(speed)
    if len(thrown) < PIECES:
        return None
    spread_m_s = max(float(np.sqrt(np.mean(np.square(thrown)) / 3.0)), LEAST_SPREAD_M_S)
    return BreakUp(
        epoch_ns=vehicle.burnout_ns,
        state=state,
        covariance=covariance,
        spread_m_s=spread_m_s,
        pieces=len(thrown) + 1,
    )


def _at(track: Track, epoch_ns: int) -> tuple[FloatArray, FloatArray]:
    """State and covariance of a track in free flight at another epoch."""
    seconds = (epoch_ns - track.epoch_ns) / S
    phi = flight.transition(track.state, seconds)
    return flight.state_after(track.state, seconds), phi @ track.covariance @ phi.T
