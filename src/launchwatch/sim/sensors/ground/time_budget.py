"""How a phased array spends its time: fence, confirmation and tracks, and what gives way when there are too many."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from launchwatch.catalog.radar import ArrayMode, RadarSensor
from launchwatch.core.arrays import FloatArray, IntArray
from launchwatch.physics.visibility import sector_widths
from launchwatch.sim.sensors.ground.plots import faces_of


@dataclass(frozen=True)
class Budget:
    """Times of a radar, all faces at work at once.

    Attributes
    ----------
    revisit_s, fence_period_s : as they are meant to be.
    beam_s : time of one beam, shared by the faces.
    search_use : part of the time that the fence takes within its period; above 1 it cannot be kept.
    confirm_looks : after each detection in the fence.
    search_share : part of the time that tracks leave to the fence.
    """

    revisit_s: float
    fence_period_s: float
    beam_s: float
    search_use: float
    confirm_looks: int
    search_share: float

    def stretch(self, tracks: int) -> tuple[int, int]:
        """By how much the revisit of tracks, and the period of the fence, is longer than meant with so many tracks."""
        wanted = tracks * self.beam_s / self.revisit_s
        track = max(1, math.ceil(wanted / (1.0 - self.search_share) - 1e-9))
        left = 1.0 - wanted / track
        return track, max(1, math.ceil(self.search_use / left - 1e-9))


@dataclass(frozen=True)
class Schedule:
    """What a radar did.

    Attributes
    ----------
    tracked : (rows,) whether a row was a look at a tracked body that gave an echo.
    use : (looks, 3) parts of the time of each look for fence, confirmation and tracks.
    period_s : (looks, 2) of the fence and of tracks.
    """

    tracked: NDArray[np.bool_]
    use: FloatArray
    period_s: FloatArray


def budget_of(sensor: RadarSensor, mode: ArrayMode) -> Budget:
    """The time budget of a radar in its mode."""
    _, width = sector_widths([(s.from_deg, s.to_deg) for s in sensor.sectors])
    # a beam that spans all elevations is one row; else rows of beams, one above the other
    rows = 1 if mode.fence_height_deg is None else max(1, round(mode.fence_height_deg / sensor.beamwidth_deg))
    beams = math.ceil(float(width.sum()) / sensor.beamwidth_deg) * rows / mode.beams_at_once
    beam_s = mode.dwell_s / len(faces_of(sensor))
    return Budget(
        revisit_s=sensor.revisit_s,
        fence_period_s=mode.fence_period_s,
        beam_s=beam_s,
        search_use=beams * beam_s / mode.fence_period_s,
        confirm_looks=mode.confirm.looks,
        search_share=mode.search_share,
    )


def schedule(
    budget: Budget,
    drop_misses: int,
    index: IntArray,
    look: IntArray,
    body: IntArray,
    searched: NDArray[np.bool_],
    detected: NDArray[np.bool_],
    confirmed: NDArray[np.bool_],
) -> Schedule:
    """Fence, confirmation and tracks over the looks of a window.

    A body that was tracked before is looked for, with the fence, wherever in the field it should come back.

    Parameters
    ----------
    budget : Budget
    drop_misses : int
        Looks in a row without an echo that end a track.
    index : IntArray, shape (looks,)
        Number of each look on the radar's grid.
    look, body : IntArray, shape (rows,)
        Rows of bodies within the field: row of `index`, ascending, and which body.
    searched, detected, confirmed : bool arrays, shape (rows,)
        Whether a body stands in the fence; whether a look at it gives an echo; whether the looks after such an echo
        would confirm it.
    """
    numbers = index.tolist()
    every = max(1, round(budget.fence_period_s / budget.revisit_s))
    tracked = np.zeros(len(look), bool)
    _, idle = budget.stretch(0)
    use = np.tile([min(budget.search_use / idle, 1.0), 0.0, 0.0], (len(index), 1))
    period_s = np.tile([budget.fence_period_s * idle, budget.revisit_s], (len(index), 1))
    held: dict[int, list[int]] = {}  # tracked bodies: serial of the track, looks without an echo
    known: set[int] = set()  # bodies that have been tracked: the radar knows where they come back
    serial, before = 0, -2
    ends = np.flatnonzero(np.diff(look, append=-1)) + 1
    bodies, fence, echo, sure = body.tolist(), searched.tolist(), detected.tolist(), confirmed.tolist()
    begin = 0
    for end in ends.tolist():
        row = int(look[begin])
        here = bodies[begin:end]
        held = _still_here(held, here) if row == before + 1 else {}
        before = row
        track, search = budget.stretch(len(held))
        number = numbers[row]
        due = number % (every * search) == 0
        looked = checked = 0
        for i, one in enumerate(here, begin):
            state = held.get(one)
            if state is None:
                if due and echo[i] and (fence[i] or one in known):
                    checked += 1
                    if sure[i]:
                        held[one] = [serial, 0]
                        known.add(one)
                        serial += 1
            elif (number + state[0]) % track == 0:
                looked += 1
                if echo[i]:
                    tracked[i] = True
                    state[1] = 0
                else:
                    state[1] += 1
                    if state[1] >= drop_misses:
                        del held[one]
        per_look = budget.beam_s / budget.revisit_s
        use[row] = min(budget.search_use / search, 1.0), checked * budget.confirm_looks * per_look, looked * per_look
        period_s[row] = budget.fence_period_s * search, budget.revisit_s * track
        begin = end
    return Schedule(tracked, use, period_s)


def _still_here(held: dict[int, list[int]], here: Sequence[int]) -> dict[int, list[int]]:
    """Tracks of the bodies that are still in the field."""
    return {one: held[one] for one in here if one in held}
