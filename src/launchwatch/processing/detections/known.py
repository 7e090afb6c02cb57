"""Known objects: which plots are of what a catalogue has in orbit.

Every object is predicted at the time of each plot. A plot within the tight gate of an object, radar errors and the age
of the elements counted in, is taken out. A plot within the wide gate, for objects that have manoeuvred or that drag has
run off with, is only remembered. From then on the object must be where its own last plot says that it is: the offset
from the prediction stays the same within the radar's noise, which is a test of velocity that what passes an object by
does not meet.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from launchwatch.core.arrays import FloatArray, IntArray
from launchwatch.core.frames import enu_axes
from launchwatch.core.geodesy import itrf_from_geodetic
from launchwatch.messages.detections import KnownPlots
from launchwatch.messages.observations import Observation, RadarLook
from launchwatch.physics.element_errors import prediction_sigmas
from launchwatch.physics.satellites import NODE_NS, ElementSets, Ephemeris, end_ns, ephemeris
from launchwatch.processing.detections._kernels import fitting_pairs, plots_in_space, rows_near
from launchwatch.processing.detections.state import Stays

S = 1_000_000_000
TIGHT_GATE = 21.0  # chi-squared of three: one true plot in 10,000 of a Gaussian error falls outside
WIDENING = np.array([3.0, 10.0, 3.0])  # radial, along, across: what manoeuvres and drag do to one prediction in 100
LOOSE_M = 20e3  # error along the orbit from which a prediction is no point but a stretch of the orbit
AGREE_GATE = 25.0  # chi-squared of three
AGREE_M, AGREE_SHARE = 20.0, 0.02  # what an offset may change by besides noise: it turns with the orbit
STAY_S, STAY_LOOKS = 30.0, 4.0  # silence that ends a stay in the field
BLOCK_NODES = 10  # minutes predicted at a time, for all objects
MOST_BLOCKS = 150  # kept: a day, and some more
MOST_GAVE = 10_000  # looks that are kept for other chains: more than 40 sensors make in ten minutes, 0.3 GB
DAY_NS = 86_400 * S


@dataclass(frozen=True, eq=False)
class PlotSet:
    """Plots of one time, ordered by range.

    Attributes
    ----------
    index : (p,) row of the look.
    position : (p, 3) ITRF m.
    sight : (p, 3, 3) unit vectors along azimuth, elevation and range.
    noise, noise_and_bias : (p, 3) errors along these, m, without and with those that all plots of the site share.
    distance : (p,) m, ascending.
    """

    index: IntArray
    position: FloatArray
    sight: FloatArray
    noise: FloatArray
    noise_and_bias: FloatArray
    distance: FloatArray

    def covariance(self, rows: IntArray) -> FloatArray:
        """Covariance (k, 3, 3) of some plots without the errors of the site, ITRF."""
        sight = self.sight[rows]
        return np.asarray(np.einsum("pai,pa,paj->pij", sight, self.noise[rows] ** 2, sight))


class KnownObjects:
    """A catalogue of elements, predicted block by block; it keeps nothing but what it can compute again.

    Chains share it: blocks are kept, a day of 16,000 objects in 1.2 GB.

    Parameters
    ----------
    sets : the elements, one set of each object.
    shared : whether chains that hear the same looks take turns, so that what a look gave is kept for the next chain.
    """

    def __init__(self, sets: ElementSets, shared: bool = False) -> None:
        if len(np.unique(sets.norad_id)) != len(sets):
            raise ValueError("known objects: an object has two element sets; give the newest of each")
        self.sets = sets
        self.ends_ns = end_ns(sets)
        self._blocks: dict[int, tuple[Ephemeris, FloatArray]] = {}
        self._block = -1
        self._path: Ephemeris | None = None
        self._sigma = np.empty((0, 3))
        self._stretches = np.empty(0, np.int64)
        self._near: dict[str, tuple[int, IntArray]] = {}
        self.empty = no_stays()
        self._shared = shared
        self._gave: dict[tuple[int, ...], tuple[Any, ...]] = {}

    def recall(self, look: Observation, before: tuple[Any, ...]) -> Any:
        """What a look gave another chain that was in the very state `before`; null where none was."""
        kept = self._gave.get((id(look), *map(id, before)))
        return None if kept is None else kept[-1]

    def remember(self, look: Observation, before: tuple[Any, ...], said: Any) -> None:
        """Keep what a look gave, with what it was made from: while that lives, no other object has its identity."""
        if self._shared:
            if len(self._gave) >= MOST_GAVE:
                self.forget()
            self._gave[(id(look), *map(id, before))] = look, before, said

    def forget(self) -> None:
        """Drop what looks gave: the chains that share it have all seen them."""
        self._gave.clear()

    def path(self, time_ns: int) -> tuple[Ephemeris, FloatArray]:
        """Ephemeris that holds an epoch, and errors (n, 3) of the predictions radial, along and across, m."""
        block = time_ns // (BLOCK_NODES * NODE_NS)
        if block != self._block or self._path is None:
            if block not in self._blocks:
                while len(self._blocks) >= MOST_BLOCKS:
                    del self._blocks[next(iter(self._blocks))]
                start = block * BLOCK_NODES * NODE_NS
                path = ephemeris(self.sets, start, start + BLOCK_NODES * NODE_NS)
                self._blocks[block] = path, prediction_sigmas(self.sets, (start - self.sets.epoch_ns) / DAY_NS)
            self._path, self._sigma = self._blocks[block]
            self._stretches = np.flatnonzero(self._sigma[:, 1] >= LOOSE_M)
            self._block = block
            self._near.clear()
        return self._path, self._sigma

    def stretches(self, time_ns: int) -> IntArray:
        """Objects whose predictions at an epoch are no points but stretches of orbit."""
        self.path(time_ns)
        return self._stretches

    def near(self, look: RadarLook, node: int, site: FloatArray, up: FloatArray) -> IntArray:
        """Objects whose predictions are points and that may be in a radar's field in the minute after a node."""
        held = self._near.get(look.sensor)
        if held is None or held[0] != node:
            assert self._path is not None
            lowest = float(np.sin(np.radians(look.elevation_limits_deg[0])))
            rows = rows_near(self._path.position, node, site, up, lowest, look.range_limits_m[1])
            held = node, rows[self._sigma[rows, 1] < LOOSE_M]
            self._near[look.sensor] = held
        return held[1]


def no_stays() -> Stays:
    """A field without objects."""
    none, number = np.empty(0), np.empty(0, np.int64)
    return Stays(
        number, number, number, np.empty((0, 3)), np.empty((0, 3, 3)), none, number, np.empty(0, bool)
    )


@lru_cache
def site_of(site_deg_m: tuple[float, float, float]) -> tuple[FloatArray, FloatArray]:
    """A site ITRF m and its east, north, up (3, 3), not to be written to."""
    lat, lon, alt = site_deg_m
    return itrf_from_geodetic(lat, lon, alt), enu_axes(lat, lon)


def plot_sets(look: RadarLook) -> list[tuple[int, PlotSet]]:
    """The plots of a look by their times."""
    order = np.lexsort((look.range_m, look.time_ns))
    distance = look.range_m[order]
    along = (look.azimuth_deg, look.elevation_deg, look.sigma_azimuth_deg, look.sigma_elevation_deg)
    angles = np.radians(np.stack(along)[:, order])
    bias = np.array([np.radians(look.bias_angle_deg), np.radians(look.bias_angle_deg), look.bias_range_m])
    site, axes = site_of(look.site_deg_m)
    position, sight, noise, both = plots_in_space(angles, distance, look.sigma_range_m[order], bias, site, axes)
    time_ns = look.time_ns[order]
    ends = [*(np.flatnonzero(np.diff(time_ns)) + 1).tolist(), len(order)]
    found, begin = [], 0
    for end in ends:
        p = slice(begin, end)
        plots = PlotSet(order[p], position[p], sight[p], noise[p], both[p], distance[p])
        found.append((int(time_ns[begin]), plots))
        begin = end
    return found


def match_points(
    known: KnownObjects, stays: Stays, look: RadarLook, time_ns: int, plots: PlotSet
) -> tuple[Stays, IntArray, IntArray, FloatArray]:
    """Plots of one time against objects whose predictions are points.

    Returns
    -------
    stays : the objects in the field now.
    taken, row, distance2 : (k,) the plots (rows of `plots`) that are of known objects, the objects, how far off.
    """
    path, sigma = known.path(time_ns)
    node = int((time_ns - path.first_ns) // NODE_NS)
    u = (time_ns - path.first_ns - node * NODE_NS) / NODE_NS
    site, axes = site_of(look.site_deg_m)
    rows = known.near(look, node, site, axes[2])
    plot, row, squared, off = fitting_pairs(
        path.position, path.velocity, node, u, NODE_NS / S, rows, sigma[rows], site, plots.position, plots.distance,
        plots.sight, plots.noise_and_bias, WIDENING, TIGHT_GATE,
    )  # fmt: skip
    place, there = find(stays.row, row)
    noise = plots.covariance(plot)
    agreement = np.full(len(plot), np.inf)
    agreement[there] = agreement_of(stays, place[there], off[there], noise[there])
    agrees = agreement < AGREE_GATE
    held, firm = np.zeros(len(plot), bool), np.zeros(len(plot), bool)
    held[there] = stays.plots[place[there]] > 1
    firm[there] = held[there] | stays.tight[place[there]]
    tight = squared[:, 1] < TIGHT_GATE
    # first what goes on as before, then what begins within the tight gate, then what is only remembered
    rank = np.where(agrees, 0, np.where(tight & ~firm, 1, 2))
    order = np.lexsort((np.where(agrees, agreement, squared[:, 0]), rank))
    chosen = order[one_to_one(plot[order], row[order], len(plots.index))]
    taken = chosen[rank[chosen] < 2]
    # an object that agreed with itself is not given up for one plot that contradicts it
    kept = chosen[(rank[chosen] < 2) | ~held[chosen]]
    new = begun(row[kept], time_ns, off[kept], noise[kept], np.zeros(len(kept)), tight[kept])
    stays = noted(stays, new, agrees[kept])
    return stays, plot[taken], row[taken], squared[taken, 1]


def agreement_of(stays: Stays, place: IntArray, off: FloatArray, noise: FloatArray) -> FloatArray:
    """Squared distance (k,) of offsets from those that the last plots of the same objects had."""
    turn = AGREE_M + AGREE_SHARE * np.linalg.norm(off, axis=1)
    spread = stays.noise[place] + noise + (turn**2)[:, None, None] * np.eye(3)
    change = off - stays.off[place]
    return np.asarray(np.einsum("ki,ki->k", change, np.linalg.solve(spread, change[..., None])[..., 0]))


def pruned(stays: Stays, look: RadarLook) -> Stays:
    """The stays that a look can still continue."""
    alive = look.look_from_ns - stays.time_ns <= max(STAY_S, STAY_LOOKS * look.period_s) * S
    return stays if alive.all() else _some(stays, np.flatnonzero(alive))


def _some(stays: Stays, rows: IntArray) -> Stays:
    return Stays(**{name: getattr(stays, name)[rows] for name in stays.__struct_fields__})


def find(held: IntArray, wanted: IntArray) -> tuple[IntArray, NDArray[np.bool_]]:
    """Place (k,) of each wanted number among ascending ones, and whether it is there."""
    place = np.searchsorted(held, wanted)
    there = np.zeros(len(wanted), bool)
    inside = place < len(held)
    there[inside] = held[place[inside]] == wanted[inside]
    return place, there


def one_to_one(plot: IntArray, row: IntArray, plots: int) -> IntArray:
    """Pairs (k,) in the order given, each plot and each object at most once."""
    free = [True] * plots
    used: set[int] = set()
    chosen = []
    for k, (p, r) in enumerate(zip(plot.tolist(), row.tolist(), strict=True)):
        if free[p] and r not in used:
            free[p] = False
            used.add(r)
            chosen.append(k)
    return np.array(chosen, np.int64)


def begun(
    row: IntArray, time_ns: int, off: FloatArray, noise: FloatArray, late_s: FloatArray, tight: NDArray[np.bool_]
) -> Stays:
    """Stays that begin with one plot each."""
    time = np.full(len(row), time_ns, np.int64)
    return Stays(row, time, time, off, noise, late_s, np.ones(len(row), np.int64), tight)


def noted(stays: Stays, new: Stays, agrees: NDArray[np.bool_]) -> Stays:
    """The stays with newer ones: gone on with where these agree with what was there, begun anew where not."""
    if not len(new.row):
        return stays
    place, there = find(stays.row, new.row)
    on = there & agrees
    first_ns, plots, tight = new.first_ns.copy(), new.plots.copy(), new.tight.copy()
    first_ns[on], tight[on] = stays.first_ns[place[on]], stays.tight[place[on]]
    plots[on] += stays.plots[place[on]]
    new = msgspec.structs.replace(new, first_ns=first_ns, plots=plots, tight=tight)
    if there.all():
        gone_on = {name: getattr(stays, name).copy() for name in stays.__struct_fields__}
        for name, column in gone_on.items():
            column[place] = getattr(new, name)
        return Stays(**gone_on)
    left = np.ones(len(stays.row), bool)
    left[place[there]] = False
    both = Stays(**{n: np.concatenate([getattr(stays, n)[left], getattr(new, n)]) for n in stays.__struct_fields__})
    return _some(both, np.argsort(both.row, kind="stable"))


def known_plots(
    look: RadarLook, sets: ElementSets, taken: IntArray, row: IntArray, distance2: FloatArray
) -> KnownPlots:
    """The record of what was taken out of a look: plots by index, objects by row."""
    order = np.argsort(taken, kind="stable")
    return KnownPlots(
        sequence=look.sequence[taken[order]], object=sets.norad_id[row[order]], distance2=distance2[order]
    )
