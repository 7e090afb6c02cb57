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
from launchwatch.physics.radar import decibels, ratio
from launchwatch.physics.swerling import detection_probability, received_power
from launchwatch.sim.scenes.objects import SeenObject
from launchwatch.sim.scenes.weather import Scene
from launchwatch.sim.sensors import Delivery, SensorRun, truth_of
from launchwatch.sim.sensors.ground.accuracy import Accuracy, Planner
from launchwatch.sim.sensors.ground.clutter import auroral_plots, false_plots
from launchwatch.sim.sensors.ground.cued import Arrived, Searches, sought_at
from launchwatch.sim.sensors.ground.plots import DRAWS, echoes, off_boresight_deg, place, sigmas, uncorrected
from launchwatch.sim.sensors.ground.time_budget import Budget, Schedule, budget_of, schedule
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
    """Looks at bodies within the field: what a look would give, and whether the looks after it would confirm that.

    The same of cued looks; where the bodies are, mean SNR, and angle off boresight.
    """

    rows: Rows
    fence: IntArray
    detected: NDArray[np.bool_]
    confirmed: NDArray[np.bool_]
    cued: NDArray[np.bool_]
    cued_confirmed: NDArray[np.bool_]
    target_m: FloatArray
    mean_snr: FloatArray
    range_m: FloatArray
    off_deg: FloatArray

    def ordered(self) -> _Seen:
        """Rows by look, and then by body."""
        order = np.lexsort((self.rows.source, self.rows.look))
        return _Seen(
            _chosen(self.rows, order),
            *(getattr(self, name)[order] for name in self.__dataclass_fields__ if name != "rows"),
        )


def observe_radar(
    sensor: RadarSensor,
    mode: ArrayMode,
    objects: Sequence[SeenObject],
    scene: Scene,
    seed: int,
    start_ns: int,
    stop_ns: int,
    crowd: Crowd | None = None,
    cues: Sequence[Arrived] = (),
    planner: Planner | None = None,
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
    cues : sequence of Arrived
        What it is cued to. No look before a cue arrives depends on it, and no draw of any look does.
    planner : Planner, optional
        Chooses among tracks when there are more than time; without it all wait alike.

    Returns
    -------
    SensorRun
        One delivery for each look of interest, one a minute for the others (`looks.deliveries`), with the use of time.
    """
    looks = looks_within(sensor.revisit_s, 0.0, False, start_ns, stop_ns)
    seen = _seen(sensor, mode, objects, scene, seed, looks, bool(cues)).ordered()
    rows, budget = seen.rows, budget_of(sensor, mode)
    done = schedule(
        budget, mode.drop_misses, looks.index, rows.look, rows.source, seen.fence, seen.detected, seen.confirmed,
        _searches(sensor, mode, budget, cues, looks, seen), _accuracy(sensor, budget, planner, seen),
    )  # fmt: skip
    parts = [_chosen(rows, done.tracked), *_nothing(sensor, mode, scene, seed, looks)]
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
    objects: Sequence[SeenObject],
    scene: Scene,
    seed: int,
    looks: Looks,
    cued: bool,
) -> _Seen:
    """Looks at all objects while they are in the field, tracked or not; rows of one object stand together."""
    look, source, target = _present(objects, looks)
    placed = place(sensor, mode, target)
    inside = placed.inside
    look, source, target, placed = look[inside], source[inside], target[inside], placed.rows(inside)
    site = itrf_from_geodetic(sensor.lat_deg, sensor.lon_deg, sensor.alt_m)
    count = mode.confirm.looks
    rcs, case = np.empty(len(look)), np.empty(len(look))
    u = np.empty((len(look), DRAWS + 3 * count))
    again = np.empty((len(look), 3 + 3 * count))  # numbers of cued looks: their own, so that they shift no other
    for i in np.unique(source).tolist():
        one, mine = objects[i], slice(*np.searchsorted(source, [i, i + 1]))
        assert one.echo is not None
        t_s = (looks.begin_ns[look[mine]] - one.epoch_ns) / NS
        rcs[mine] = one.echo.rcs_m2(t_s, site, sensor.frequency_mhz * 1e6)
        case[mine] = one.echo.swerling(t_s)
        u[mine] = uniforms_of(looks, look[mine], seed, sensor.id, one.id, u.shape[1])
        if cued:
            again[mine] = uniforms_of(looks, look[mine], seed, sensor.id, f"{one.id} cued", again.shape[1])
    bias = site_bias(sensor, seed) + uncorrected(sensor, scene, placed, target)
    found = echoes(sensor, mode, placed, rcs, case, u[:, :DRAWS], bias)
    tops = [np.inf if one.height_deg is None else sensor.elevation_min_deg + one.height_deg for one in mode.fences]
    fence = np.searchsorted(tops, placed.plot[:, 1])
    fence[fence == len(tops)] = -1
    detected_cued = confirmed_cued = np.zeros(len(look), bool)
    if cued:
        longer = mode.cued_dwells * found.mean_snr
        detected_cued = received_power(longer, case, again[:, :3]) >= ratio(sensor.threshold_snr_db)
        confirmed_cued = _confirmed(sensor, mode, longer, case, again[:, 3:])
    confirmed = _confirmed(sensor, mode, found.mean_snr, case, u[:, DRAWS:])
    return _Seen(
        Rows(look, found.plot, found.sigma, found.power, source), fence, found.detected, confirmed,
        detected_cued, confirmed_cued, target, found.mean_snr, placed.range_m, placed.off_deg,
    )  # fmt: skip


def _confirmed(
    sensor: RadarSensor, mode: ArrayMode, mean_snr: FloatArray, case: FloatArray, uniforms: FloatArray
) -> NDArray[np.bool_]:
    """Whether the looks after a detection agree (n,): in the seconds that they take only the fluctuation changes."""
    count = mode.confirm.looks
    power = received_power(np.repeat(mean_snr, count), np.repeat(case, count), uniforms.reshape(-1, 3))
    hits = np.sum(power.reshape(-1, count) >= ratio(sensor.threshold_snr_db), axis=1)
    return np.asarray(hits >= mode.confirm.hits)


def _searches(
    sensor: RadarSensor, mode: ArrayMode, budget: Budget, cues: Sequence[Arrived], looks: Looks, seen: _Seen
) -> Searches | None:
    """What the radar is cued to, where it is."""
    if not cues:
        return None
    sought = sought_at(sensor, cues, looks, seen.rows.look, seen.target_m)
    look_s = mode.cued_dwells * budget.beam_s
    return Searches(sought, seen.cued.tolist(), seen.cued_confirmed.tolist(), look_s, budget.confirm_looks * look_s)


def _accuracy(sensor: RadarSensor, budget: Budget, planner: Planner | None, seen: _Seen) -> Accuracy | None:
    """What the radar expects of looks at its tracks, where it chooses among them."""
    if planner is None:
        return None
    sigma = sigmas(sensor, np.zeros(len(seen.mean_snr)), seen.off_deg, 1.0 + seen.mean_snr)
    across = np.radians(sigma[:, 1]) * seen.range_m
    noise = np.column_stack([sigma[:, 2], across, across]) ** 2
    probability = detection_probability(seen.mean_snr, float(ratio(sensor.threshold_snr_db)))
    return Accuracy(planner, noise, probability, budget.beam_s, (1.0 - budget.search_share) * budget.revisit_s)


def _present(objects: Sequence[SeenObject], looks: Looks) -> tuple[IntArray, IntArray, FloatArray]:
    """Looks (n,), objects (n,) and positions (n, 3) of all that echoes, while it is there."""
    look, source, target = [np.empty(0, np.int64)], [np.empty(0, np.int64)], [np.empty((0, 3))]
    for i, one in enumerate(objects):
        if one.echo is not None:
            t_s = (looks.begin_ns - one.epoch_ns) / NS
            rows = np.flatnonzero((t_s >= one.begin_s) & (t_s <= one.end_s))
            look.append(rows)
            source.append(np.full(len(rows), i))
            target.append(one.motion(t_s[rows])[0])
    return np.concatenate(look), np.concatenate(source), np.concatenate(target)


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


def _chosen(rows: Rows, keep: IntArray | NDArray[np.bool_]) -> Rows:
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
    waiting = np.add.reduceat(done.waiting, first)
    return [
        TimeUse(search, confirm, track, fence_s, track_s, cues, late)
        for (search, confirm, track, cues), (fence_s, track_s), late in zip(
            use.tolist(), period_s.tolist(), waiting.tolist(), strict=True
        )
    ]
