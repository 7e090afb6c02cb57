"""What a phased array does with cues: it searches the ellipse where each says that something is, with longer looks.

For this it takes only time that fences, confirmation and tracks leave, so that a search slows no fence. The beams go
from the middle of the ellipse outward, over as many looks as it takes, and then from the middle again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from launchwatch.catalog.radar import RadarSensor
from launchwatch.core.arrays import FloatArray, IntArray
from launchwatch.core.epochs import NS
from launchwatch.core.geodesy import itrf_from_geodetic
from launchwatch.messages.control import Cue
from launchwatch.physics.free_flight import free_flight, sigma_points
from launchwatch.physics.search import beams_of, patch_of, places_in
from launchwatch.sim.sensors.looks import Looks

ROUNDING = 1e-9


class Arrived(NamedTuple):
    """A cue, and when the radar has it, ns TAI."""

    received_ns: int
    cue: Cue


class Sought(NamedTuple):
    """What a radar is cued to at one look.

    Attributes
    ----------
    event : that the cue speaks of.
    weight : of the cue.
    beams : that cover its ellipse.
    rows : rows of bodies within the ellipse, and which beam comes upon each, from the middle outward.
    """

    event: str
    weight: float
    beams: int
    rows: tuple[tuple[int, int], ...]


def sought_at(
    sensor: RadarSensor, cues: Sequence[Arrived], looks: Looks, look: IntArray, target_m: FloatArray
) -> dict[int, list[Sought]]:
    """What a radar is cued to, by row of `looks`.

    Parameters
    ----------
    sensor : RadarSensor
    cues : sequence of Arrived
        Of one event the newest holds, that is: the one with the newest state among those that have arrived.
    looks : Looks
    look : IntArray, shape (n,)
        Row of `looks` of each look at a body in the field, ascending.
    target_m : FloatArray, shape (n, 3)
        Where the body is, ITRF.
    """
    site = itrf_from_geodetic(sensor.lat_deg, sensor.lon_deg, sensor.alt_m)
    of_event: dict[str, list[Arrived]] = {}
    for arrived in cues:
        of_event.setdefault(arrived.cue.event, []).append(arrived)
    found: dict[int, list[Sought]] = {}
    for event, several in of_event.items():
        newest = _newest(several, looks)
        flown: dict[int, tuple[int, FloatArray]] = {}  # by cue, its sigma points at the last look
        for row in np.flatnonzero(newest >= 0).tolist():
            which, at_ns = int(newest[row]), int(looks.begin_ns[row])
            cue = several[which].cue
            if not cue.from_ns <= at_ns <= cue.until_ns:
                continue
            if which not in flown:
                flown[which] = cue.epoch_ns, sigma_points(cue.state, cue.covariance)
            points = free_flight(flown[which][1], (at_ns - flown[which][0]) / NS)
            flown[which] = at_ns, points
            wider_m = 0.5 * cue.acceleration_m_s2 * ((at_ns - cue.epoch_ns) / NS) ** 2
            patch = patch_of(site, sensor.lat_deg, sensor.lon_deg, points, wider_m)
            beams = beams_of(patch, sensor.beamwidth_deg)
            first, last = np.searchsorted(look, [row, row + 1]).tolist()
            places = places_in(patch, site, target_m[first:last], beams, sensor.beamwidth_deg).tolist()
            rows = tuple((k, place) for k, place in enumerate(places, first) if place >= 0)
            found.setdefault(row, []).append(Sought(event, cue.weight, beams, rows))
    return found


def _newest(several: Sequence[Arrived], looks: Looks) -> IntArray:
    """Index of the cue that holds at each look, -1 before the first has arrived."""
    newest = np.full(len(looks.index), -1)
    for k in sorted(range(len(several)), key=lambda k: (several[k].cue.epoch_ns, several[k].received_ns)):
        newest[looks.begin_ns >= several[k].received_ns] = k
    return newest


class Searches:
    """How far cued searches have come.

    Parameters
    ----------
    sought : of `sought_at`.
    detected, confirmed : (n,) by row of bodies, whether a cued look gives an echo, and whether those after it agree.
    look_s, confirm_s : time of one cued beam, and of the looks that confirm.
    """

    def __init__(
        self,
        sought: Mapping[int, Sequence[Sought]],
        detected: Sequence[bool],
        confirmed: Sequence[bool],
        look_s: float,
        confirm_s: float,
    ) -> None:
        self._sought, self._detected, self._confirmed = sought, detected, confirmed
        self._look_s, self._confirm_s = look_s, confirm_s
        self._done: dict[str, int] = {}  # by event, beams of the pass that is under way
        self._passes: dict[str, int] = {}

    @property
    def looks(self) -> IntArray:
        """Rows of looks at which there is something to search."""
        return np.array(sorted(self._sought), np.int64)

    def step(self, row: int, free_s: float, held: Mapping[int, bool]) -> tuple[list[int], float, int]:
        """One look: the rows of bodies found, the time spent, and how many searches wait for more.

        Those come first that have been gone through least often for their weight; then the smallest.

        Parameters
        ----------
        row : of the look.
        free_s : time that is left in it.
        held : by row of the bodies of this look, whether it is tracked already.
        """
        found: list[int] = []
        spent_s, waiting = 0.0, 0
        for one in sorted(self._sought.get(row, ()), key=self._turn):
            if any(held[k] for k, _ in one.rows):
                self._done.pop(one.event, None)  # found already
                continue
            begin = self._done.get(one.event, 0)
            if begin >= one.beams:
                begin = 0
            # time to confirm what may be found is kept back
            left_s = max(free_s - spent_s - self._confirm_s, 0.0)
            count = min(one.beams - begin, int(left_s / self._look_s + ROUNDING))
            spent_s += count * self._look_s
            for k, place in one.rows:
                if begin <= place < begin + count and self._detected[k] and k not in found:
                    if spent_s + self._confirm_s > free_s * (1.0 + ROUNDING):
                        waiting += 1
                        continue
                    spent_s += self._confirm_s
                    if self._confirmed[k]:
                        found.append(k)
            self._done[one.event] = begin + count
            if begin + count < one.beams:
                waiting += 1
            else:
                self._passes[one.event] = self._passes.get(one.event, 0) + 1
        return found, spent_s, waiting

    def _turn(self, one: Sought) -> tuple[float, float, str]:
        """Whose turn it is: the lowest is first."""
        return self._passes.get(one.event, 0) / one.weight, one.beams / one.weight, one.event
