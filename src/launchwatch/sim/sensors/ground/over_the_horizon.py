"""A sky-wave radar: what the ionosphere lets it see beyond a blind zone, in coarse cells, late and without a height."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from launchwatch.catalog.radar import HorizonMode, RadarSensor
from launchwatch.core.arrays import FloatArray, IntArray
from launchwatch.core.draws import normals
from launchwatch.core.epochs import NS
from launchwatch.core.frames import azimuth_elevation_range
from launchwatch.core.geodesy import geodetic_from_itrf, itrf_from_geodetic
from launchwatch.messages.observations import RadarLook, Sector
from launchwatch.physics.ionosphere import usable_frequency_hz
from launchwatch.physics.radar import decibels, ratio, snr_at
from launchwatch.physics.sun import sun_position
from launchwatch.physics.swerling import received_power
from launchwatch.physics.visibility import MEAN_RADIUS, in_sectors, sector_widths
from launchwatch.sim.scenes.objects import Echo, SeenObject
from launchwatch.sim.scenes.weather import Scene
from launchwatch.sim.sensors import Delivery, SensorRun, truth_of
from launchwatch.sim.sensors.ground.fence import site_bias
from launchwatch.sim.sensors.ground.plots import DRAWS
from launchwatch.sim.sensors.looks import Looks, clutter_rows, deliveries, looks_within, uniforms_of

BEST_SHARE = 0.85
"""Share of the highest usable frequency that is worked at: it is there on 9 days out of 10 (ITU-R P.373)."""
NOISE_SLOPE_DB = 27.7
"""Man-made noise falls by so much for each decade of frequency (ITU-R P.372)."""
REFERENCE_HZ = 15e6
"""Frequency for which a catalogue states the reach of a sky-wave radar."""

_Rows = tuple[IntArray, FloatArray, FloatArray, IntArray]
"""Plots: look (n,), azimuth deg and range over ground m (n, 2), power (n,) over noise power, source (n,)."""


def observe_over_horizon(
    sensor: RadarSensor,
    mode: HorizonMode,
    objects: Sequence[SeenObject],
    scene: Scene,
    seed: int,
    start_ns: int,
    stop_ns: int,
) -> SensorRun:
    """What a sky-wave radar delivers of objects between two epochs: cells, once they have been seen often enough.

    Parameters
    ----------
    sensor : RadarSensor
    mode : HorizonMode
    objects : sequence of SeenObject
    scene : Scene
    seed : int
    start_ns, stop_ns : int
        Looks within these, ns TAI.

    Returns
    -------
    SensorRun
        Looks whose plots have a range over ground and an azimuth, and no elevation (NaN).
    """
    looks = looks_within(sensor.revisit_s, 0.0, False, start_ns, stop_ns)
    bias = site_bias(sensor, seed)[[0, 2]]
    parts = [
        _echo_rows(sensor, mode, one, one.echo, i, scene, seed, looks, bias)
        for i, one in enumerate(objects)
        if one.echo is not None
    ]
    parts.append(_false_rows(sensor, mode, seed, looks))
    look, plot, power, source = (np.concatenate([part[k] for part in parts]) for k in range(4))
    order = np.lexsort((-power, look))
    rows = (look[order], plot[order], power[order], source[order])
    return SensorRun(_records(sensor, mode, looks, rows), truth_of(sensor.id, objects, rows[3]))


def working_frequency_hz(
    mode: HorizonMode, site: ArrayLike, target: FloatArray, epochs_ns: IntArray, range_m: FloatArray, sunspots: float
) -> FloatArray:
    """Frequency (n,) that a radar works at to reach targets (n, 3), Hz; NaN where the layer returns none of its band.

    `BEST_SHARE` of the highest usable one, by the Sun's height over the middle of the way.
    """
    middle = np.asarray(site) / np.linalg.norm(site) + target / np.linalg.norm(target, axis=1)[:, None]
    middle /= np.linalg.norm(middle, axis=1)[:, None]
    sun = sun_position(epochs_ns)
    sine = np.sum(middle * sun, axis=1) / np.linalg.norm(sun, axis=1)
    highest = usable_frequency_hz(range_m, np.degrees(np.arcsin(sine)), sunspots)
    low, high = (1e6 * f for f in mode.band_mhz)
    return np.where(BEST_SHARE * highest >= low, np.minimum(BEST_SHARE * highest, high), np.nan)


def _echo_rows(
    sensor: RadarSensor,
    mode: HorizonMode,
    one: SeenObject,
    echo: Echo,
    source: int,
    scene: Scene,
    seed: int,
    looks: Looks,
    bias: FloatArray,
) -> _Rows:
    """Reported cells of one object."""
    t_s = (looks.begin_ns - one.epoch_ns) / NS
    rows = np.flatnonzero((t_s >= one.begin_s) & (t_s <= one.end_s))
    target = one.motion(t_s[rows])[0]
    site = itrf_from_geodetic(sensor.lat_deg, sensor.lon_deg, sensor.alt_m)
    azimuth = azimuth_elevation_range(site, sensor.lat_deg, sensor.lon_deg, target)[0]
    cosine = target @ site / (np.linalg.norm(target, axis=1) * np.linalg.norm(site))
    ground_m = MEAN_RADIUS * np.arccos(np.clip(cosine, -1.0, 1.0))
    inside = (
        in_sectors(azimuth, [(s.from_deg, s.to_deg) for s in sensor.sectors])
        & (ground_m >= sensor.range_min_km * 1e3)
        & (ground_m <= sensor.range_max_km * 1e3)
        & (geodetic_from_itrf(target)[2] <= mode.height_max_km * 1e3)
    )
    rows, target, plot = rows[inside], target[inside], np.column_stack([azimuth, ground_m])[inside]
    frequency = working_frequency_hz(mode, site, target, looks.begin_ns[rows], plot[:, 1], scene.sunspots)
    lit = np.isfinite(frequency)
    rows, plot, frequency = rows[lit], plot[lit], frequency[lit]
    rcs = echo.rcs_m2(t_s[rows], site, REFERENCE_HZ)
    reference = sensor.reference
    snr = snr_at(plot[:, 1], rcs, reference.range_km * 1e3, reference.rcs_m2, reference.snr_db)
    snr *= ratio(NOISE_SLOPE_DB * np.log10(frequency / REFERENCE_HZ))
    u = uniforms_of(looks, rows, seed, sensor.id, one.id, DRAWS)
    power = received_power(snr, echo.swerling(t_s[rows]), u[:, :3])
    detected = power >= ratio(sensor.threshold_snr_db)
    told = detected & (_recent(rows, detected, mode.confirm.looks) >= mode.confirm.hits)
    plot = plot + bias + normals(u[:, 3:5]) * [0.25 * mode.cell_azimuth_deg, sensor.sigma_range_m]
    return rows[told], _in_cells(mode, plot[told]), power[told], np.full(int(told.sum()), source)


def _recent(rows: IntArray, detected: NDArray[np.bool_], looks: int) -> IntArray:
    """Detections (n,) among the last `looks` looks at each row, itself counted."""
    total = np.concatenate([[0], np.cumsum(detected)])
    return np.asarray(total[1:] - total[np.searchsorted(rows, rows - looks, side="right")])


def _in_cells(mode: HorizonMode, plot: FloatArray) -> FloatArray:
    """Azimuths and ranges (n, 2) of the middles of their cells."""
    size = np.array([mode.cell_azimuth_deg, mode.cell_range_km * 1e3])
    middle = (np.floor(plot / size) + 0.5) * size
    middle[:, 0] %= 360.0
    return np.asarray(middle)


def _false_rows(sensor: RadarSensor, mode: HorizonMode, seed: int, looks: Looks) -> _Rows:
    """Cells reported of nothing, evenly over azimuth and range."""
    rows, u = clutter_rows(looks, sensor.false_alarms_per_look, seed, sensor.id, 3)
    start, width = sector_widths([(s.from_deg, s.to_deg) for s in sensor.sectors])
    along = u[:, 0] * width.sum()
    before = np.cumsum(width) - width
    sector = np.searchsorted(before, along, side="right") - 1
    near, far = sensor.range_min_km * 1e3, sensor.range_max_km * 1e3
    plot = np.column_stack([start[sector] + along - before[sector], near + (far - near) * u[:, 1]])
    power = ratio(sensor.threshold_snr_db) - np.log(u[:, 2])
    return rows, _in_cells(mode, plot), power, np.full(len(rows), -1)


def _records(sensor: RadarSensor, mode: HorizonMode, looks: Looks, rows: _Rows) -> list[Delivery]:
    look, plot, power, _ = rows
    first, last, sent_ns = deliveries(looks, np.bincount(look, minlength=len(looks.index)), sensor.revisit_s)
    delay_ns = round(sensor.report_delay_s * NS)
    sectors = tuple(Sector(s.from_deg, s.to_deg) for s in sensor.sectors)
    # an even spread over a cell, and the noise of the range
    sigma_range_m = float(np.hypot(mode.cell_range_km * 1e3 / np.sqrt(12.0), sensor.sigma_range_m))
    sigma_azimuth_deg = mode.cell_azimuth_deg * float(np.hypot(1.0 / np.sqrt(12.0), 0.25))
    delivered = []
    for a, b, sent in zip(first.tolist(), last.tolist(), sent_ns.tolist(), strict=True):
        here = np.flatnonzero((look >= a) & (look <= b))
        none = np.full(len(here), np.nan)
        record = RadarLook(
            sensor=sensor.id,
            look_from_ns=int(looks.begin_ns[a]),
            look_until_ns=int(looks.end_ns[b]),
            looks=b - a + 1,
            period_s=sensor.revisit_s,
            site_deg_m=(sensor.lat_deg, sensor.lon_deg, sensor.alt_m),
            sectors=sectors,
            elevation_limits_deg=(sensor.elevation_min_deg, sensor.elevation_max_deg),
            range_limits_m=(sensor.range_min_km * 1e3, sensor.range_max_km * 1e3),
            bias_range_m=sensor.bias_range_m,
            bias_angle_deg=float(np.degrees(sensor.bias_angle_mrad * 1e-3)),
            threshold_snr_db=sensor.threshold_snr_db,
            false_alarms_per_look=sensor.false_alarms_per_look,
            sequence=here,
            time_ns=looks.begin_ns[look[here]],
            range_m=plot[here, 1],
            azimuth_deg=plot[here, 0],
            elevation_deg=none,
            sigma_range_m=np.full(len(here), sigma_range_m),
            sigma_azimuth_deg=np.full(len(here), sigma_azimuth_deg),
            sigma_elevation_deg=none,
            snr_db=decibels(power[here]),
        )
        delivered.append(Delivery(sent + delay_ns, record))
    return delivered
