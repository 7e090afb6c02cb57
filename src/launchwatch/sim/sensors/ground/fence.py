"""A phased array over a time window: what rises through its fence, is confirmed and tracked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from launchwatch.catalog.radar import ArrayMode, RadarSensor
from launchwatch.core.arrays import FloatArray, IntArray
from launchwatch.core.draws import look_uniforms, normals
from launchwatch.core.epochs import NS
from launchwatch.core.geodesy import itrf_from_geodetic
from launchwatch.messages.observations import RadarLook, Sector, TimeUse
from launchwatch.messages.truth import TrueObject
from launchwatch.physics.radar import decibels
from launchwatch.sim.scenes.objects import Echo, SeenObject
from launchwatch.sim.scenes.weather import Scene
from launchwatch.sim.sensors import Delivery, SensorRun, truth_of
from launchwatch.sim.sensors.ground.clutter import auroral_plots, false_plots
from launchwatch.sim.sensors.ground.plots import DRAWS, echoes, off_boresight_deg, place, sigmas, uncorrected
from launchwatch.sim.sensors.ground.time_budget import Schedule, budget_of, schedule
from launchwatch.sim.sensors.looks import Looks, deliveries, looks_within, uniforms_of


@dataclass(frozen=True)
class Rows:
    """Plots: look (n,), azimuth elevation range (n, 3) deg deg m, sigma (n, 3), power (n,) over noise, source (n,)."""

    look: IntArray
    plot: FloatArray
    sigma: FloatArray
    power: FloatArray
    source: IntArray


@dataclass(frozen=True)
class Crowd:
    """Plots of many objects; `source` of the rows is an index into `objects`."""

    rows: Rows
    objects: Sequence[TrueObject]


@dataclass(frozen=True)
class _Seen:
    """Looks at bodies within the field: what a look would give, and whether the looks after it would confirm that."""

    rows: Rows
    fence: IntArray
    detected: NDArray[np.bool_]
    confirmed: NDArray[np.bool_]


def observe_radar(
    sensor: RadarSensor,
    mode: ArrayMode,
    objects: Sequence[SeenObject],
    scene: Scene,
    seed: int,
    start_ns: int,
    stop_ns: int,
    crowd: Crowd | None = None,
) -> SensorRun:
    """What a phased-array radar delivers of objects between two epochs.

    Parameters
    ----------
    sensor : RadarSensor
    mode : ArrayMode
        How it spends its time.
    objects : sequence of SeenObject
    scene : Scene
    seed : int
    start_ns, stop_ns : int
        Looks within these, ns TAI. Nothing is tracked at the first.
    crowd : Crowd, optional
        What it sees of satellites in the same window (`satellites.observe_satellites`), beside its time budget.

    Returns
    -------
    SensorRun
        One delivery for each look of interest, one a minute for the others (`looks.deliveries`), with the use of time.
    """
    looks = looks_within(sensor.revisit_s, 0.0, False, start_ns, stop_ns)
    bias = site_bias(sensor, seed)
    seen = [
        _seen(sensor, mode, one, one.echo, i, scene, seed, looks, bias)
        for i, one in enumerate(objects)
        if one.echo is not None
    ]
    fence = np.concatenate([np.empty(0, np.int64), *(one.fence for one in seen)])
    detected, confirmed = (
        np.concatenate([np.empty(0, bool), *(getattr(one, name) for one in seen)]) for name in ("detected", "confirmed")
    )
    rows = stacked([one.rows for one in seen])
    order = np.lexsort((rows.source, rows.look))
    done = schedule(
        budget_of(sensor, mode), mode.drop_misses, looks.index, rows.look[order], rows.source[order],
        fence[order], detected[order], confirmed[order],
    )  # fmt: skip
    parts = [_chosen(rows, order[done.tracked]), *_nothing(sensor, mode, scene, seed, looks)]
    names: list[SeenObject | TrueObject] = [*objects]
    if crowd is not None:
        parts.append(replace(crowd.rows, source=crowd.rows.source + len(names)))
        names += crowd.objects
    rows = stacked(parts)
    rows = _chosen(rows, np.lexsort((-rows.power, rows.look)))
    return SensorRun(_records(sensor, looks, rows, done), truth_of(sensor.id, names, rows.source))


def site_bias(sensor: RadarSensor, seed: int) -> FloatArray:
    """Constant errors (3,) of a radar in a run: azimuth deg, elevation deg, range m."""
    bias_deg = np.degrees(sensor.bias_angle_mrad * 1e-3)
    drawn = normals(look_uniforms(seed, sensor.id, "bias", 0, 1, 3)[0])
    return np.asarray(drawn * [bias_deg, bias_deg, sensor.bias_range_m])


def _seen(
    sensor: RadarSensor,
    mode: ArrayMode,
    one: SeenObject,
    echo: Echo,
    source: int,
    scene: Scene,
    seed: int,
    looks: Looks,
    bias: FloatArray,
) -> _Seen:
    """Looks at one object while it is in the field, tracked or not."""
    t_s = (looks.begin_ns - one.epoch_ns) / NS
    rows = np.flatnonzero((t_s >= one.begin_s) & (t_s <= one.end_s))
    target = one.motion(t_s[rows])[0]
    placed = place(sensor, mode, target)
    inside = placed.inside
    rows, target, placed = rows[inside], target[inside], placed.rows(inside)
    frequency_hz = sensor.frequency_mhz * 1e6
    site = itrf_from_geodetic(sensor.lat_deg, sensor.lon_deg, sensor.alt_m)
    rcs = echo.rcs_m2(t_s[rows], site, frequency_hz)
    u = uniforms_of(looks, rows, seed, sensor.id, one.id, DRAWS)
    found = echoes(
        sensor, mode, placed, rcs, echo.swerling(t_s[rows]), u, bias + uncorrected(sensor, scene, placed, target)
    )
    tops = [np.inf if one.height_deg is None else sensor.elevation_min_deg + one.height_deg for one in mode.fences]
    fence = np.searchsorted(tops, placed.plot[:, 1])
    fence[fence == len(tops)] = -1
    confirmed = np.zeros(len(rows), bool)
    begun = np.flatnonzero(found.detected)
    hits = np.zeros(len(begun), np.int64)
    for k in range(1, mode.confirm.looks + 1):
        later = np.minimum(t_s[rows[begun]] + k * (mode.confirm.interval_s or 0.0), one.end_s)
        again = place(sensor, mode, one.motion(later)[0])
        draws = uniforms_of(looks, rows[begun], seed, sensor.id, f"{one.id} confirm {k}", DRAWS)
        rcs = echo.rcs_m2(later, site, frequency_hz)
        hits += echoes(sensor, mode, again, rcs, echo.swerling(later), draws).detected
    confirmed[begun] = hits >= mode.confirm.hits
    whole = Rows(rows, found.plot, found.sigma, found.power, np.full(len(rows), source))
    return _Seen(whole, fence, found.detected, confirmed)


def _nothing(sensor: RadarSensor, mode: ArrayMode, scene: Scene, seed: int, looks: Looks) -> list[Rows]:
    """Plots of noise and of the aurora."""
    parts = []
    for false in (false_plots(sensor, seed, looks), auroral_plots(sensor, scene, seed, looks)):
        off_deg = off_boresight_deg(sensor, mode, false.plot[:, 0], false.plot[:, 1])
        sigma = sigmas(sensor, false.plot[:, 1], off_deg, false.power)
        parts.append(Rows(false.look, false.plot, sigma, false.power, np.full(len(false.look), -1)))
    return parts


def stacked(parts: Sequence[Rows]) -> Rows:
    """Plots one after the other."""
    none = Rows(np.empty(0, np.int64), np.empty((0, 3)), np.empty((0, 3)), np.empty(0), np.empty(0, np.int64))
    return Rows(
        *(np.concatenate([getattr(part, name) for part in (none, *parts)]) for name in Rows.__dataclass_fields__)
    )


def _chosen(rows: Rows, keep: IntArray) -> Rows:
    return Rows(rows.look[keep], rows.plot[keep], rows.sigma[keep], rows.power[keep], rows.source[keep])


def _records(sensor: RadarSensor, looks: Looks, rows: Rows, done: Schedule) -> list[Delivery]:
    counts = np.bincount(rows.look, minlength=len(looks.index))
    first, last, sent_ns = deliveries(looks, counts, sensor.revisit_s)
    delay_ns = round(sensor.report_delay_s * NS)
    sequence = np.arange(len(rows.look))
    time_ns = looks.begin_ns[rows.look]
    azimuth_deg, elevation_deg, range_m = np.ascontiguousarray(rows.plot.T)
    sigma_azimuth, sigma_elevation, sigma_range = np.ascontiguousarray(rows.sigma.T)
    snr_db = decibels(rows.power)
    site = (sensor.lat_deg, sensor.lon_deg, sensor.alt_m)
    sectors = tuple(Sector(s.from_deg, s.to_deg) for s in sensor.sectors)
    elevation_limits = (sensor.elevation_min_deg, sensor.elevation_max_deg)
    range_limits = (sensor.range_min_km * 1e3, sensor.range_max_km * 1e3)
    bias_deg = float(np.degrees(sensor.bias_angle_mrad * 1e-3))
    begins, ends = np.searchsorted(rows.look, first), np.searchsorted(rows.look, last, side="right")
    spans = zip(
        looks.begin_ns[first].tolist(), looks.end_ns[last].tolist(), (last - first + 1).tolist(),
        begins.tolist(), ends.tolist(), (sent_ns + delay_ns).tolist(), _time_uses(done, first, last), strict=True,
    )  # fmt: skip
    return [
        Delivery(
            received_ns,
            RadarLook(
                sensor=sensor.id,
                look_from_ns=from_ns,
                look_until_ns=until_ns,
                looks=count,
                period_s=sensor.revisit_s,
                site_deg_m=site,
                sectors=sectors,
                elevation_limits_deg=elevation_limits,
                range_limits_m=range_limits,
                bias_range_m=sensor.bias_range_m,
                bias_angle_deg=bias_deg,
                threshold_snr_db=sensor.threshold_snr_db,
                false_alarms_per_look=sensor.false_alarms_per_look,
                time_use=use,
                sequence=sequence[a:b],
                time_ns=time_ns[a:b],
                range_m=range_m[a:b],
                azimuth_deg=azimuth_deg[a:b],
                elevation_deg=elevation_deg[a:b],
                sigma_range_m=sigma_range[a:b],
                sigma_azimuth_deg=sigma_azimuth[a:b],
                sigma_elevation_deg=sigma_elevation[a:b],
                snr_db=snr_db[a:b],
            ),
        )
        for from_ns, until_ns, count, a, b, received_ns, use in spans
    ]


def _time_uses(done: Schedule, first: IntArray, last: IntArray) -> list[TimeUse]:
    """Mean use of time over the looks of each delivery, and the longest periods."""
    if not len(first):
        return []
    count = (last - first + 1)[:, None]
    use = np.add.reduceat(done.use, first) / count
    period_s = np.maximum.reduceat(done.period_s, first)
    return [TimeUse(*row) for row in np.hstack([use, period_s]).tolist()]
