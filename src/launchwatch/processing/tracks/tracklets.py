"""Tracklets: short single-sensor sequences of detections of one object, confirmed by three detections in five looks."""

from __future__ import annotations

import msgspec
import numpy as np

from launchwatch.core.arrays import FloatArray
from launchwatch.messages.detections import Detections
from launchwatch.messages.observations import InfraredLook, RadarLook
from launchwatch.processing.motion.measurements import (
    LinesOfSight,
    Plots,
    lines_of_sight,
    plot_positions,
    plots,
    row,
    stack,
)
from launchwatch.processing.tracks.association import Assignment, pairs

CONFIRM_HITS, CONFIRM_LOOKS = 3, 5
DROP_SIGHTS, DROP_PLOTS = 2, 5  # silent looks that end a tentative tracklet; echoes fluctuate, plumes do not
CLOSED_S, CLOSED_LOOKS = 25.0, 3.0
S = 1_000_000_000
GATE_SIGMA = 4.5
MAX_ACCELERATION = 120.0  # m/s^2
MAX_FIRST_SPEED = 4000.0  # m/s between the first two lines of sight: a plume is seen from the cloud break on
MAX_RADAR_SPEED = 9000.0  # m/s between the first two plots
SUBSURFACE_M = 6371e3
FIT_ROWS = 6  # detections that predict the next


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
        tried on tracks.
    track : the track it belongs to, or null; aside : whether it saw only something that the track's object let go.
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
    track: str | None
    aside: bool
    fresh: list[str]

    @property
    def hits(self) -> int:
        """Number of detections."""
        return len(self.rows.time_s)

    @property
    def span_s(self) -> float:
        """Time from the first detection to the last."""
        return float(self.rows.time_s[-1] - self.rows.time_s[0])

    @property
    def patience_s(self) -> float:
        """Silence after which it is not continued, s; less while no track holds lines of sight together.

        Where one fire has gone out of sight another may begin, and the two would make a motion.
        """
        looks_s = CLOSED_LOOKS * self.period_s
        return looks_s if self.track is None and isinstance(self.rows, LinesOfSight) else max(CLOSED_S, looks_s)

    @property
    def confirmed(self) -> bool:
        """Whether it has enough detections to be believed."""
        return self.hits >= CONFIRM_HITS


def extend(
    tracklets: list[Tracklet],
    record: str,
    detections: Detections,
    epoch_ns: int,
    serial: int,
    assignment: Assignment = pairs,
) -> tuple[list[Tracklet], int]:
    """Tracklets of all sensors after one delivered look: detections assigned, started, silent looks counted.

    Parameters
    ----------
    record : identifier of the record that brought the look.
    serial : serial of the next new tracklet.
    assignment : which detection each tracklet is given.

    Returns
    -------
    The tracklets that live on, and the next serial.
    """
    look = detections.look
    n = len(look.sequence)
    if not n and all(t.sensor != look.sensor for t in tracklets):
        return tracklets, serial
    own = [t for t in tracklets if t.sensor == look.sensor]
    others = [t for t in tracklets if t.sensor != look.sensor]
    if n:
        open_ = [t for t in own if not _closed(t, look)]
        used = np.zeros(n, bool)
        data = lines_of_sight(look, epoch_ns) if isinstance(look, InfraredLook) else plots(look, epoch_ns)
        position = plot_positions(data)[0] if isinstance(data, Plots) else np.empty((0, 3))
        for t, i in _assign(open_, data, position, assignment):
            _append(t, data, position, look, i, record)
            used[i] = True
        for i in np.flatnonzero(~used).tolist():
            own.append(_start(data, position, look, i, record, epoch_ns, serial))
            serial += 1
    kept = []
    for t in own:
        newest = epoch_ns + round(float(t.rows.time_s[-1]) * 1e9)
        if newest < look.look_from_ns - 0.5 * S * look.period_s or not _touched(t, record):
            t.silent_looks += look.looks
            # The look that should have seen it next: a period on, wherever a scanner's turn began.
            t.silent_ns = t.silent_ns or newest + round(t.period_s * S)
        t.looks += look.looks
        if t.confirmed or t.silent_looks < (DROP_SIGHTS if isinstance(t.rows, LinesOfSight) else DROP_PLOTS):
            kept.append(t)
    return others + kept, serial


def _closed(tracklet: Tracklet, look: InfraredLook | RadarLook) -> bool:
    """Whether a tracklet has been silent too long to be continued: what appears there now starts anew."""
    newest = tracklet.epoch_ns + round(float(tracklet.rows.time_s[-1]) * S)
    return look.look_from_ns - newest > tracklet.patience_s * S


def _touched(tracklet: Tracklet, record: str) -> bool:
    return bool(tracklet.fresh) and tracklet.fresh[-1] == record


def _assign(
    own: list[Tracklet], data: LinesOfSight | Plots, position: FloatArray, assignment: Assignment
) -> list[tuple[Tracklet, int]]:
    """Pairs of tracklet and detection within the gate."""
    if not own:
        return []
    cost = np.full((len(own), len(data.time_s)), 1e9)
    for k, t in enumerate(own):
        cost[k] = _distance(t, data, position)
    return [(own[k], i) for k, i in assignment(cost, 1.0)]


def _distance(t: Tracklet, data: LinesOfSight | Plots, position: FloatArray) -> FloatArray:
    """Miss distances over gate widths (n,)."""
    rows = t.rows
    dt = data.time_s - rows.time_s[-1]
    recent = slice(max(0, t.hits - FIT_ROWS), t.hits)
    if isinstance(rows, LinesOfSight) and isinstance(data, LinesOfSight):
        depth = max(float(np.linalg.norm(rows.position[-1])) - SUBSURFACE_M, 300e3)
        tangents = rows.tangents[-1]
        past = rows.direction[recent] @ tangents.T
        now = data.direction @ tangents.T
        sigma = data.sigma
        unit = 1.0 / depth
        speed = MAX_FIRST_SPEED
    else:
        past, now, speed, unit = t.position[recent], position, MAX_RADAR_SPEED, 1.0
        assert isinstance(data, Plots)
        sigma = np.linalg.norm(data.sigma[:, :2], axis=1) * data.measured[:, 2] + data.sigma[:, 2]
    if t.hits == 1:
        miss = np.linalg.norm(now - past[-1], axis=1)
        gate = GATE_SIGMA * 1.5 * sigma + speed * unit * np.abs(dt)
    else:
        tau = rows.time_s[recent] - rows.time_s[-1]
        middle = tau.mean()
        lever = tau - middle
        slope = (lever @ past) / (lever @ lever)
        start = past.mean(axis=0) - middle * slope
        miss = np.linalg.norm(now - (start + dt[:, None] * slope), axis=1)
        reach = np.abs(dt) / max(-tau[0], 1e-3)
        bend = 0.5 * MAX_ACCELERATION * unit * (np.abs(dt) - tau[0]) * np.abs(dt)
        gate = GATE_SIGMA * sigma * (1.5 + 1.5 * reach) + bend
    return np.where(dt > 1e-6, miss / gate, np.inf)


def _append(
    t: Tracklet, data: LinesOfSight | Plots, position: FloatArray, look: InfraredLook | RadarLook, i: int, record: str
) -> None:
    t.rows = stack([t.rows, row(data, i)])
    if len(position):
        t.position = np.concatenate([t.position, position[i : i + 1]])
    if isinstance(look, InfraredLook):
        t.irradiance = np.append(t.irradiance, look.irradiance_w_m2[i])
        t.snr = np.append(t.snr, look.snr[i])
    t.silent_looks, t.silent_ns = 0, 0
    t.fresh.append(record)


def _start(
    data: LinesOfSight | Plots,
    position: FloatArray,
    look: InfraredLook | RadarLook,
    i: int,
    record: str,
    epoch_ns: int,
    serial: int,
) -> Tracklet:
    empty = np.empty(0)
    return Tracklet(
        serial=serial,
        sensor=look.sensor,
        epoch_ns=epoch_ns,
        period_s=look.period_s,
        rows=row(data, i),
        position=position[i : i + 1],
        irradiance=look.irradiance_w_m2[i : i + 1] if isinstance(look, InfraredLook) else empty,
        snr=look.snr[i : i + 1] if isinstance(look, InfraredLook) else empty,
        looks=0,
        silent_looks=0,
        silent_ns=0,
        tried=(0, 0, 0),
        track=None,
        aside=False,
        fresh=[record],
    )
