"""How a phased array spends its time: fences, confirmation, tracks, cues; what gives way when there are too many."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from launchwatch.catalog.radar import ArrayMode, RadarSensor
from launchwatch.core.arrays import FloatArray, IntArray
from launchwatch.physics.visibility import sector_widths
from launchwatch.sim.sensors.ground.accuracy import Accuracy
from launchwatch.sim.sensors.ground.cued import Searches
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
    use : (looks, 4) parts of the time of each look for fences, confirmation, tracks and cues.
    period_s : (looks, 2) of the lowest fence and of tracks.
    waiting : (looks,) looks that were due and not taken, for want of time.
    """

    tracked: NDArray[np.bool_]
    use: FloatArray
    period_s: FloatArray
    waiting: IntArray


def budget_of(sensor: RadarSensor, mode: ArrayMode) -> Budget:
    """The time budget of a radar in its mode."""
    _, width = sector_widths([(s.from_deg, s.to_deg) for s in sensor.sectors])
    in_a_row = math.ceil(float(width.sum()) / sensor.beamwidth_deg)
    beam_s = mode.dwell_s / len(faces_of(sensor))
    use, below = 0.0, 0.0
    for fence in mode.fences:
        top = fence.height_deg or sensor.elevation_max_deg - sensor.elevation_min_deg
        # a fan over all elevations is one row; else there are rows of beams, one above the other
        rows = 1 if mode.fences[0].height_deg is None else max(1, round((top - below) / sensor.beamwidth_deg))
        use += in_a_row * rows * beam_s / (mode.beams_at_once * fence.period_s)
        below = top
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
    searches: Searches | None = None,
    accuracy: Accuracy | None = None,
) -> Schedule:
    """Fence, confirmation, tracks and cues over the looks of a window.

    A body that was tracked before is looked for, with the lowest fence, wherever in the field it should come back. When
    there are more tracks than time, all wait alike, or, with `accuracy`, those that have least to gain from a look.

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
    searches : Searches, optional
        What it is cued to; rows are the same.
    accuracy : Accuracy, optional
        What it knows of its tracks.
    """
    numbers = index.tolist()
    every = [max(1, round(period / budget.revisit_s)) for period in budget.fence_periods_s]
    tracked = np.zeros(len(look), bool)
    _, idle = budget.stretch(0)
    use = np.tile([min(budget.search_use / idle, 1.0), 0.0, 0.0, 0.0], (len(index), 1))
    period_s = np.tile([budget.fence_periods_s[0] * idle, budget.revisit_s], (len(index), 1))
    waiting = np.zeros(len(index), np.int64)
    held: dict[int, list[int]] = {}  # tracked bodies: serial of the track, looks without an echo
    known: set[int] = set()  # bodies that have been tracked: the radar knows where they come back
    serial, before = 0, -2
    bodies, where, echo, sure = body.tolist(), fence.tolist(), detected.tolist(), confirmed.tolist()
    per_look = budget.beam_s / budget.revisit_s
    most = int(budget.search_share / (budget.confirm_looks * per_look))  # confirmed at a look; others wait for the next
    at = np.unique(look if searches is None else np.concatenate([look, searches.looks]))
    begins, ends = np.searchsorted(look, at), np.searchsorted(look, at, side="right")
    for row, begin, end in zip(at.tolist(), begins.tolist(), ends.tolist(), strict=True):
        here = bodies[begin:end]
        held = _still_here(held, here) if row == before + 1 else {}
        before = row
        track, search = budget.stretch(len(held))
        number = numbers[row]
        now_s = number * budget.revisit_s
        chosen = None
        if accuracy is not None:
            rows = [i for i, one in enumerate(here, begin) if one in held]
            chosen = accuracy.chosen([bodies[i] for i in rows], rows, now_s)
        due = [number % (n * search) == 0 for n in every]
        looked = checked = late = 0
        fresh: list[int] = []
        for i, one in enumerate(here, begin):
            state = held.get(one)
            if state is None:
                searched = (where[i] >= 0 and due[where[i]]) or (one in known and due[0])
                if not searched or not echo[i]:
                    continue
                if checked == most:
                    late += 1
                    continue
                checked += 1
                if sure[i]:
                    fresh.append(i)
            elif one in chosen if chosen is not None else (number + state[0]) % track == 0:
                looked += 1
                if echo[i]:
                    tracked[i] = True
                    state[1] = 0
                    if accuracy is not None:
                        accuracy.seen(one, i, now_s)
                else:
                    state[1] += 1
                    if state[1] >= drop_misses:
                        del held[one]
            else:
                late += 1
        confirm_use, track_use = checked * budget.confirm_looks * per_look, looked * per_look
        search_use = min(budget.search_use / search, 1.0 - confirm_use - track_use)
        cued_use = 0.0
        if searches is not None:
            free_s = max(1.0 - search_use - confirm_use - track_use, 0.0) * budget.revisit_s
            have = {*held, *(bodies[i] for i in fresh)}
            found, spent_s, unfinished = searches.step(row, free_s, {i: bodies[i] in have for i in range(begin, end)})
            fresh += found
            late += unfinished
            cued_use = spent_s / budget.revisit_s
        for i in fresh:
            held[bodies[i]] = [serial, 0]
            known.add(bodies[i])
            serial += 1
            if accuracy is not None:
                accuracy.begin(bodies[i], i, now_s)
        use[row] = search_use, confirm_use, track_use, cued_use
        longest_s = budget.revisit_s * track if accuracy is None else max(accuracy.longest_s, budget.revisit_s)
        period_s[row] = budget.fence_periods_s[0] * search, longest_s
        waiting[row] = late
    return Schedule(tracked, use, period_s, waiting)


def _still_here(held: dict[int, list[int]], here: Sequence[int]) -> dict[int, list[int]]:
    """Tracks of the bodies that are still in the field."""
    return {one: held[one] for one in here if one in held}
