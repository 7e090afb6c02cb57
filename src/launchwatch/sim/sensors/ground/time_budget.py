"""How a phased array spends its time: fences, confirmation and tracks, and what gives way when there are too many."""

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
    revisit_s : of tracks, as it is meant to be.
    fence_periods_s : of the fences, likewise.
    beam_s : time of one beam, shared by the faces.
    search_use : part of the time that the fences take within their periods; above 1 these cannot be kept.
    confirm_looks : after each detection in a fence.
    search_share : part of the time that tracks leave to the fences.
    """

    revisit_s: float
    fence_periods_s: tuple[float, ...]
    beam_s: float
    search_use: float
    confirm_looks: int
    search_share: float

    def stretch(self, tracks: int) -> tuple[int, int]:
        """By how much the revisit of tracks, and the periods of fences, are longer than meant with so many tracks."""
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
    use : (looks, 3) parts of the time of each look for fences, confirmation and tracks.
    period_s : (looks, 2) of the lowest fence and of tracks.
    """

    tracked: NDArray[np.bool_]
    use: FloatArray
    period_s: FloatArray


def budget_of(sensor: RadarSensor, mode: ArrayMode) -> Budget:
    """The time budget of a radar in its mode."""
    _, width = sector_widths([(s.from_deg, s.to_deg) for s in sensor.sectors])
    in_a_row = math.ceil(float(width.sum()) / sensor.beamwidth_deg)
    beam_s = mode.dwell_s / len(faces_of(sensor))
    use, below = 0.0, 0.0
    for fence in mode.fences:
        # beams that span all elevations make one row; else there are rows of beams, one above the other
        rows = 1 if fence.height_deg is None else max(1, round((fence.height_deg - below) / sensor.beamwidth_deg))
        use += in_a_row * rows * beam_s / (mode.beams_at_once * fence.period_s)
        below = fence.height_deg or 90.0
    return Budget(
        revisit_s=sensor.revisit_s,
        fence_periods_s=tuple(fence.period_s for fence in mode.fences),
        beam_s=beam_s,
        search_use=use,
        confirm_looks=mode.confirm.looks,
        search_share=mode.search_share,
    )


def schedule(
    budget: Budget,
    drop_misses: int,
    index: IntArray,
    look: IntArray,
    body: IntArray,
    fence: IntArray,
    detected: NDArray[np.bool_],
    confirmed: NDArray[np.bool_],
) -> Schedule:
    """Fence, confirmation and tracks over the looks of a window.

    A body that was tracked before is looked for, with the lowest fence, wherever in the field it should come back.

    Parameters
    ----------
    budget : Budget
    drop_misses : int
        Looks in a row without an echo that end a track.
    index : IntArray, shape (looks,)
        Number of each look on the radar's grid.
    look, body : IntArray, shape (rows,)
        Rows of bodies within the field: row of `index`, ascending, and which body.
    fence : IntArray, shape (rows,)
        Which fence a body stands in, -1 for none.
    detected, confirmed : bool arrays, shape (rows,)
        Whether a look at it gives an echo; whether the looks after such an echo would confirm it.
    """
    numbers = index.tolist()
    every = [max(1, round(period / budget.revisit_s)) for period in budget.fence_periods_s]
    tracked = np.zeros(len(look), bool)
    _, idle = budget.stretch(0)
    use = np.tile([min(budget.search_use / idle, 1.0), 0.0, 0.0], (len(index), 1))
    period_s = np.tile([budget.fence_periods_s[0] * idle, budget.revisit_s], (len(index), 1))
    held: dict[int, list[int]] = {}  # tracked bodies: serial of the track, looks without an echo
    known: set[int] = set()  # bodies that have been tracked: the radar knows where they come back
    serial, before = 0, -2
    ends = np.flatnonzero(np.diff(look, append=-1)) + 1
    bodies, where, echo, sure = body.tolist(), fence.tolist(), detected.tolist(), confirmed.tolist()
    begin = 0
    for end in ends.tolist():
        row = int(look[begin])
        here = bodies[begin:end]
        held = _still_here(held, here) if row == before + 1 else {}
        before = row
        track, search = budget.stretch(len(held))
        number = numbers[row]
        due = [number % (n * search) == 0 for n in every]
        looked = checked = 0
        for i, one in enumerate(here, begin):
            state = held.get(one)
            if state is None:
                searched = (where[i] >= 0 and due[where[i]]) or (one in known and due[0])
                if searched and echo[i]:
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
        period_s[row] = budget.fence_periods_s[0] * search, budget.revisit_s * track
        begin = end
    return Schedule(tracked, use, period_s)


def _still_here(held: dict[int, list[int]], here: Sequence[int]) -> dict[int, list[int]]:
    """Tracks of the bodies that are still in the field."""
    return {one: held[one] for one in here if one in held}
