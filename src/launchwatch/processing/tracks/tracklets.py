"""Tracklets: short single-sensor sequences of detections of one object, confirmed by three detections in five looks.

Those that no track has taken are kept as arrays, for a sensor may see hundreds of fires at once; one that a track takes
becomes a record of its own, which grows with all that the track's fits read.
"""

from __future__ import annotations

import math

import msgspec
import numpy as np
from numpy.typing import NDArray

from launchwatch.core.arrays import FloatArray, IntArray
from launchwatch.messages.detections import Detections
from launchwatch.messages.observations import InfraredLook, RadarLook
from launchwatch.processing.motion.measurements import LinesOfSight, Plots, axis_across, stack
from launchwatch.processing.tracks._tracklet_kernels import (
    AXIS,
    COLUMNS,
    DIRECTION,
    FIT_ROWS,
    IRRADIANCE,
    PLACE,
    POSITION,
    SNR,
    TIME,
    misses,
    standing,
)
from launchwatch.processing.tracks.association import Assignment, pairs
from launchwatch.processing.tracks.sightings import plots_of, rows_of_look, sights_of, spread_of
from launchwatch.processing.tracks.still import DRIFT_RAD_S, MOVES_CHI2, RECENT_S

CONFIRM_HITS, CONFIRM_LOOKS = 3, 5
DROP_SIGHTS, DROP_PLOTS = 2, 5  # silent looks that end a tentative tracklet; echoes fluctuate, plumes do not
PLUME_CLOSED_S = 13.0  # by then the silence of a plume counts as burnout, and what lights up is looked at anew
CLOSED_S, CLOSED_LOOKS = 25.0, 3.0
KEPT_ROWS = 32  # newest detections kept of a tracklet without a track, at least; they span `RECENT_S` in any case
MAX_ACCELERATION, FIRST_ACCELERATION = 120.0, 40.0
"""Of a vehicle, m/s^2, and of one that has seemed to stand still yet: none turns or hurries more while it is that slow.
A fire that goes out is taken the less for the next one."""
LATE_NS, FORGOTTEN_NS = 30_000_000_000, 300_000_000_000
"""What a sensor's report may take to arrive, and the silence after which nothing is of use."""

S = 1_000_000_000


_COLUMNS_OF_EACH = (
    "slot", "held", "hits", "serial", "looks", "silent_looks", "silent_ns", "tried", "refused_s", "stands"
)  # fmt: skip


class Tracklet(msgspec.Struct):
    """One tracklet; `rows` are the detections as measurements with times in s after `epoch_ns`.

    Attributes
    ----------
    serial : counts within the node and chain; sensor : identifier of the sensor.
    rows : measurements; position : (n, 3) where a radar puts them, else empty.
    irradiance, snr : (n,) of an infrared sensor, else empty.
    looks : looks since the start; silent_looks, silent_ns : looks since the last detection, and the epoch of the first
        of them (0 when the last look saw it).
    tried : detections and silent looks that it had, and lessons that there had been (`TracksState`), when it was last
        tried on tracks; refused_s : time of the newest detection when no
        ascent went through those that there were, s; -inf before.
    track : the track it belongs to, or null; aside : whether it saw only something that the track's object let go.
    over : whether what it saw has burned out, so that what lights up there now is looked at anew.
    fresh : identifiers of the records of detections not yet named in a lineage.
    """

    serial: int
    sensor: str
    epoch_ns: int
    period_s: float
    rows: LinesOfSight | Plots
    position: FloatArray
    irradiance: FloatArray
    snr: FloatArray
    looks: int
    silent_looks: int
    silent_ns: int
    tried: tuple[int, int, int]
    refused_s: float
    track: str | None
    aside: bool
    fresh: list[str]
    over: bool = False

    @property
    def hits(self) -> int:
        """Number of detections."""
        return len(self.rows.time_s)

    @property
    def span_s(self) -> float:
        """Time from the first detection to the last."""
        return float(self.rows.time_s[-1] - self.rows.time_s[0])

    @property
    def newest_ns(self) -> int:
        """Epoch of the last detection."""
        return self.epoch_ns + round(float(self.rows.time_s[-1]) * S)


class Unplaced(msgspec.Struct):
    """The tracklets of one sensor that belong to no track; arrays (n,), in the order of their serials.

    Attributes
    ----------
    sensor, infrared, epoch_ns, period_s, bias_sigma, site_deg_m : of the sensor, as it said last.
    rows : (slots, capacity, columns) detections as of `_tracklet_kernels`, oldest first.
    slot, held : where each tracklet's are, and how many; free : slots without a tracklet.
    hits : detections ever; the oldest of many are let go.
    stands : whether it stood still when last it was looked at.
    serial, looks, silent_looks, silent_ns, tried, refused_s, fresh : as of `Tracklet`; tried is (n, 3).
    """

    sensor: str
    infrared: bool
    epoch_ns: int
    period_s: float
    bias_sigma: FloatArray
    site_deg_m: tuple[float, float, float]
    rows: FloatArray
    free: list[int]
    slot: IntArray
    held: IntArray
    hits: IntArray
    serial: IntArray
    looks: IntArray
    silent_looks: IntArray
    silent_ns: IntArray
    tried: IntArray
    refused_s: FloatArray
    stands: NDArray[np.bool_]
    fresh: list[list[str]]

    def __len__(self) -> int:
        """Number of tracklets."""
        return len(self.slot)

    @property
    def last(self) -> FloatArray:
        """The newest detection of each (n, columns)."""
        return self.rows[self.slot, self.held - 1]

    @property
    def newest_ns(self) -> IntArray:
        """Epoch of the last detection of each (n,)."""
        return np.asarray(self.epoch_ns + np.rint(self.rows[self.slot, self.held - 1, TIME] * S).astype(np.int64))

    def tracklet(self, k: int) -> Tracklet:
        """One of them as a record of its own."""
        rows = self.rows[self.slot[k], : self.held[k]]
        empty = np.empty(0)
        return Tracklet(
            serial=int(self.serial[k]),
            sensor=self.sensor,
            epoch_ns=self.epoch_ns,
            period_s=self.period_s,
            rows=_measurements(self, rows),
            position=np.empty((0, 3)) if self.infrared else rows[:, PLACE : PLACE + 3].copy(),
            irradiance=rows[:, IRRADIANCE].copy() if self.infrared else empty,
            snr=rows[:, SNR].copy() if self.infrared else empty,
            looks=int(self.looks[k]),
            silent_looks=int(self.silent_looks[k]),
            silent_ns=int(self.silent_ns[k]),
            tried=(int(self.tried[k, 0]), int(self.tried[k, 1]), int(self.tried[k, 2])),
            refused_s=float(self.refused_s[k]),
            track=None,
            aside=False,
            fresh=list(self.fresh[k]),
        )

    def waiting(self, lessons: int) -> IntArray:
        """Those to be tried on tracks: confirmed, and other than when they were tried last; now they have been."""
        found = np.flatnonzero(self.hits >= CONFIRM_HITS)
        if len(found):
            now = np.column_stack([self.hits[found], self.silent_looks[found], np.full(len(found), lessons)])
            other = (self.tried[found] != now).any(axis=1)
            found = found[other]
            self.tried[found] = now[other]
        return found

    def rising(self, which: IntArray) -> np.ndarray:
        """Mask of those among some (k,) that may be ascents.

        The newest look saw them, they do not stand still on the ground, and no fit to what they hold has been refused.
        """
        still = standing(self.rows, self.slot[which], self.held[which], RECENT_S, MOVES_CHI2, DRIFT_RAD_S)
        self.stands[which] = still
        untried = self.refused_s[which] != self.last[which, TIME]
        return np.asarray(~still & (self.silent_looks[which] == 0) & untried)

    def keep(self, mask: np.ndarray) -> None:
        """Let go of those outside a mask (n,)."""
        if mask.all():
            return
        self.free += self.slot[~mask].tolist()
        for name in _COLUMNS_OF_EACH:
            setattr(self, name, getattr(self, name)[mask])
        self.fresh = [names for names, kept in zip(self.fresh, mask.tolist(), strict=True) if kept]

    def forget(self, now: int) -> None:
        """Let go of those that have been silent for too long to go on."""
        if not len(self):
            return
        silence = now - self.newest_ns
        done = silence > FORGOTTEN_NS
        if self.infrared:
            done |= (self.hits >= CONFIRM_HITS) & (silence > patience_s(self.period_s, True, False) * S + LATE_NS)
        self.keep(~done)


def patience_s(period_s: float, infrared: bool, placed: bool) -> float:
    """Silence after which a tracklet is not continued, s; less while no track holds lines of sight together.

    Where one fire has gone out of sight another may begin, and the two would make a motion.
    """
    looks_s = CLOSED_LOOKS * period_s
    return looks_s if infrared and not placed else max(PLUME_CLOSED_S if infrared else CLOSED_S, looks_s)


def extend(
    placed: list[Tracklet],
    unplaced: dict[str, Unplaced],
    record: str,
    detections: Detections,
    epoch_ns: int,
    serial: int,
    assignment: Assignment = pairs,
) -> int:
    """Tracklets after one delivered look: detections assigned, started, silent looks counted.

    Parameters
    ----------
    placed : tracklets that a track has, or had.
    unplaced : the others, by sensor.
    record : identifier of the record that brought the look.
    serial : serial of the next new tracklet.
    assignment : which detection each tracklet is given.

    Returns
    -------
    The next serial.
    """
    look = detections.look
    own = [t for t in placed if t.sensor == look.sensor]
    pool = unplaced.get(look.sensor)
    n = len(look.sequence)
    if pool is None:
        if not n:
            _pass(own, look, record)
            return serial
        pool = unplaced[look.sensor] = _none(look, epoch_ns)
    seen = np.zeros(len(pool), bool)
    if n:
        rows = rows_of_look(look, epoch_ns)
        pool.period_s = look.period_s
        open_own = [t for t in own if not _closed(t, look)]
        patience = patience_s(look.period_s, pool.infrared, False) * S
        open_ = np.flatnonzero(look.look_from_ns - pool.newest_ns <= patience)
        used = np.zeros(n, bool)
        given, detected = [], []
        for k, i in assignment(_costs(open_own, pool, open_, rows), 1.0):
            used[i] = True
            if k < len(open_own):
                _append(open_own[k], pool, rows[i : i + 1], record)
            else:
                given.append(int(open_[k - len(open_own)]))
                detected.append(i)
        if given:
            _give(pool, np.array(given), rows[detected], record)
            seen[given] = True
        serial = _start(pool, rows[~used], record, serial)
        seen = np.append(seen, np.ones(len(pool) - len(seen), bool))
    _pass(own, look, record)
    if len(pool):
        newest = pool.newest_ns
        silent = ~seen | (newest < look.look_from_ns - 0.5 * S * look.period_s)
        pool.silent_looks[silent] += look.looks
        # The look that should have seen it next: a period on, wherever a scanner's turn began.
        first = silent & (pool.silent_ns == 0)
        pool.silent_ns[first] = newest[first] + round(pool.period_s * S)
        pool.looks += look.looks
        most = DROP_SIGHTS if pool.infrared else DROP_PLOTS
        pool.keep((pool.hits >= CONFIRM_HITS) | (pool.silent_looks < most))
    return serial


def _none(look: InfraredLook | RadarLook, epoch_ns: int) -> Unplaced:
    """No tracklets of a sensor yet."""
    infrared = isinstance(look, InfraredLook)
    kept = max(KEPT_ROWS, math.ceil(RECENT_S / look.period_s) + 4)
    if isinstance(look, InfraredLook):
        bias, site = np.array([look.bias_urad * 1e-6]), (0.0, 0.0, 0.0)
    else:
        angle = math.radians(look.bias_angle_deg)
        bias, site = np.array([[angle, angle, look.bias_range_m]]), look.site_deg_m
    none = np.empty(0, np.int64)
    return Unplaced(
        sensor=look.sensor,
        infrared=infrared,
        epoch_ns=epoch_ns,
        period_s=look.period_s,
        bias_sigma=bias,
        site_deg_m=site,
        rows=np.empty((0, 2 * kept, COLUMNS)),
        free=[],
        slot=none,
        held=none,
        hits=none,
        serial=none,
        looks=none,
        silent_looks=none,
        silent_ns=none,
        tried=np.empty((0, 3), np.int64),
        refused_s=np.empty(0),
        stands=np.empty(0, bool),
        fresh=[],
    )


def _measurements(pool: Unplaced, rows: FloatArray) -> LinesOfSight | Plots:
    return sights_of(rows, pool.bias_sigma) if pool.infrared else plots_of(rows, pool.site_deg_m, pool.bias_sigma)


def _closed(tracklet: Tracklet, look: InfraredLook | RadarLook) -> bool:
    """Whether a tracklet has been silent too long to be continued: what appears there now starts anew."""
    if tracklet.over:
        return True
    patience = patience_s(tracklet.period_s, isinstance(tracklet.rows, LinesOfSight), tracklet.track is not None)
    return look.look_from_ns - tracklet.newest_ns > patience * S


def _costs(own: list[Tracklet], pool: Unplaced, open_: IntArray, rows: FloatArray) -> FloatArray:
    """Miss distances over gate widths (tracklets, n), of the records first and then of the arrays."""
    sigma = spread_of(rows, pool.infrared)
    most = np.where(pool.stands[open_], FIRST_ACCELERATION, MAX_ACCELERATION)
    costs = misses(pool.rows, pool.slot[open_], pool.held[open_], most, pool.infrared, rows, sigma)
    if not own:
        return costs
    held = np.array([min(t.hits, FIT_ROWS) for t in own])
    recent = np.zeros((len(own), FIT_ROWS, COLUMNS))
    for t, n, kept in zip(own, held.tolist(), recent, strict=True):
        kept[:n, TIME] = t.rows.time_s[-n:]
        if isinstance(t.rows, LinesOfSight):
            kept[:n, POSITION : POSITION + 3] = t.rows.position[-n:]
            kept[:n, DIRECTION : DIRECTION + 3] = t.rows.direction[-n:]
            kept[:n, AXIS] = axis_across(t.rows.direction[-1:])
        else:
            kept[:n, PLACE : PLACE + 3] = t.position[-n:]
    most = np.full(len(own), MAX_ACCELERATION)
    return np.concatenate([misses(recent, np.arange(len(own)), held, most, pool.infrared, rows, sigma), costs])


def _append(t: Tracklet, pool: Unplaced, row: FloatArray, record: str) -> None:
    """One more detection for a record."""
    t.rows = stack([t.rows, _measurements(pool, row)])
    if pool.infrared:
        t.irradiance = np.append(t.irradiance, row[:, IRRADIANCE])
        t.snr = np.append(t.snr, row[:, SNR])
    else:
        t.position = np.concatenate([t.position, row[:, PLACE : PLACE + 3]])
    t.silent_looks, t.silent_ns = 0, 0
    t.fresh.append(record)


def _give(pool: Unplaced, which: IntArray, rows: FloatArray, record: str) -> None:
    """One more detection for each of some tracklets (k,); of one that is full the older half goes."""
    capacity = pool.rows.shape[1]
    for k in which[pool.held[which] == capacity].tolist():
        own = pool.rows[pool.slot[k]]
        own[: capacity // 2] = own[capacity // 2 :]
        pool.held[k] = capacity // 2
        del pool.fresh[k][: -capacity // 2]
    pool.rows[pool.slot[which], pool.held[which]] = rows
    pool.held[which] += 1
    pool.hits[which] += 1
    pool.silent_looks[which], pool.silent_ns[which] = 0, 0
    for k in which.tolist():
        pool.fresh[k].append(record)


def _start(pool: Unplaced, rows: FloatArray, record: str, serial: int) -> int:
    """A tracklet for each detection (n, columns); the next serial."""
    n = len(rows)
    if not n:
        return serial
    missing = n - len(pool.free)
    if missing > 0:
        slots, capacity, columns = pool.rows.shape
        more = max(missing, slots // 2)
        pool.rows = np.concatenate([pool.rows, np.zeros((more, capacity, columns))])
        pool.free += range(slots, slots + more)
    slot = np.array(pool.free[:n])
    del pool.free[:n]
    pool.rows[slot, 0] = rows
    zero, one = np.zeros(n, np.int64), np.ones(n, np.int64)
    begun = (
        slot, one, one, np.arange(serial, serial + n), zero, zero, zero, np.zeros((n, 3), np.int64),
        np.full(n, -np.inf), np.zeros(n, bool),
    )  # fmt: skip
    for name, value in zip(_COLUMNS_OF_EACH, begun, strict=True):
        setattr(pool, name, np.concatenate([getattr(pool, name), value]))
    pool.fresh += [[record] for _ in range(n)]
    return serial + n


def _pass(own: list[Tracklet], look: InfraredLook | RadarLook, record: str) -> None:
    """Count a look for the records of its sensor, and its silence."""
    for t in own:
        newest = t.newest_ns
        if newest < look.look_from_ns - 0.5 * S * look.period_s or not (t.fresh and t.fresh[-1] == record):
            t.silent_looks += look.looks
            t.silent_ns = t.silent_ns or newest + round(t.period_s * S)
        t.looks += look.looks
