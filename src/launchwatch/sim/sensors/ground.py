"""The ground-based component: phased-array radars.

Each look at a body within a radar's field gives a mean SNR by the radar equation and one draw of a Swerling 1 echo; its
errors follow from the echo. Refraction is corrected by the radar; what is left of it is in the bias. So is the delay in
the ionosphere, but for what the sky departs from the mean that the radar corrects for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from launchwatch.catalog.schema import RadarSensor
from launchwatch.core.arrays import FloatArray, IntArray
from launchwatch.core.draws import look_uniforms, normals
from launchwatch.core.epochs import NS
from launchwatch.core.frames import azimuth_elevation_range
from launchwatch.core.geodesy import geodetic_from_itrf, itrf_from_geodetic
from launchwatch.messages.observations import RadarLook, Sector
from launchwatch.messages.truth import ObservationTruth, TrueObject
from launchwatch.physics.radar import (
    angle_sigma,
    decibels,
    ionospheric_delay,
    range_sigma,
    ratio,
    received_power,
    snr_at,
)
from launchwatch.physics.visibility import in_sectors, lowest_height, sector_widths
from launchwatch.sim.scenes.objects import Echo, SeenObject
from launchwatch.sim.scenes.weather import MEAN_ELECTRON_CONTENT_M2, Scene
from launchwatch.sim.sensors import Delivery, SensorRun
from launchwatch.sim.sensors.looks import Looks, clutter_rows, deliveries, looks_within, uniforms_of

ROUNDING_M = 1.0  # a line that starts at a site on the ellipsoid may come out this little below it
_LEAST_COSINE = 0.05  # azimuth has no meaning near the zenith; its error is held at 20 beam errors


@dataclass(frozen=True)
class Rows:
    """Plots: look (n,), azimuth elevation range (n, 3) deg deg m, power (n,) over noise power, source (n,)."""

    look: IntArray
    plot: FloatArray
    power: FloatArray
    source: IntArray


@dataclass(frozen=True)
class Crowd:
    """Plots of many objects; `source` of the rows is an index into `objects`."""

    rows: Rows
    objects: Sequence[TrueObject]


def observe_radar(
    sensor: RadarSensor,
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
    objects : sequence of SeenObject
    scene : Scene
    seed : int
    start_ns, stop_ns : int
        Looks within these, ns TAI.
    crowd : Crowd, optional
        What it sees of satellites in the same window (`satellites.observe_satellites`).

    Returns
    -------
    SensorRun
        One delivery for each look of interest, one a minute for the others (`looks.deliveries`).

    Raises
    ------
    ValueError
        An over-the-horizon radar.
    """
    if sensor.technique != "phased-array":
        raise ValueError(f"sensor {sensor.id}: technique {sensor.technique} is not simulated; exclude it from the run")
    looks = looks_within(sensor.revisit_s, 0.0, False, start_ns, stop_ns)
    bias = site_bias(sensor, seed)
    parts = [
        _echo_rows(sensor, one, one.echo, i, scene, seed, looks, bias)
        for i, one in enumerate(objects)
        if one.echo is not None
    ]
    parts.append(_false_rows(sensor, seed, looks))
    names = [TrueObject(one.id, one.kind, one.launch) for one in objects]
    if crowd is not None:
        parts.append(replace(crowd.rows, source=crowd.rows.source + len(names)))
        names += crowd.objects
    look, plot, power, source = (
        np.concatenate([getattr(part, name) for part in parts]) for name in ("look", "plot", "power", "source")
    )
    order = np.lexsort((-power, look))
    rows = Rows(look[order], plot[order], power[order], source[order])
    truth = ObservationTruth(
        sensor=sensor.id, objects=tuple(names), sequence=np.arange(len(order)), source=rows.source
    )
    return SensorRun(_records(sensor, looks, rows), truth)


def site_bias(sensor: RadarSensor, seed: int) -> FloatArray:
    """Constant errors (3,) of a radar in a run: azimuth deg, elevation deg, range m."""
    bias_deg = np.degrees(sensor.bias_angle_mrad * 1e-3)
    drawn = normals(look_uniforms(seed, sensor.id, "bias", 0, 1, 3)[0])
    return np.asarray(drawn * [bias_deg, bias_deg, sensor.bias_range_m])


def _echo_rows(
    sensor: RadarSensor,
    one: SeenObject,
    echo: Echo,
    source: int,
    scene: Scene,
    seed: int,
    looks: Looks,
    bias: FloatArray,
) -> Rows:
    """Plots of one object."""
    t_s = (looks.begin_ns - one.epoch_ns) / NS
    rows = np.flatnonzero((t_s >= one.begin_s) & (t_s <= one.end_s))
    t_s = t_s[rows]
    target = one.motion(t_s)[0]
    site = itrf_from_geodetic(sensor.lat_deg, sensor.lon_deg, sensor.alt_m)
    plot = np.column_stack(azimuth_elevation_range(site, sensor.lat_deg, sensor.lon_deg, target))
    inside = (
        in_sectors(plot[:, 0], [(s.from_deg, s.to_deg) for s in sensor.sectors])
        & (plot[:, 1] >= sensor.elevation_min_deg)
        & (plot[:, 1] <= sensor.elevation_max_deg)
        & (plot[:, 2] >= sensor.range_min_km * 1e3)
        & (plot[:, 2] <= sensor.range_max_km * 1e3)
    )
    if sensor.elevation_min_deg < 0.0:
        inside &= lowest_height(site, target) >= -ROUNDING_M
    rows, t_s, target, plot = rows[inside], t_s[inside], target[inside], plot[inside]
    u = uniforms_of(looks, rows, seed, sensor.id, one.id, 4)
    rcs = echo.rcs_m2(t_s, site, sensor.frequency_mhz * 1e6)
    seen, plot, power = echoes(sensor, scene, target, plot, rcs, u, bias)
    return Rows(rows[seen], plot, power, np.full(len(plot), source))


def echoes(
    sensor: RadarSensor,
    scene: Scene,
    target: FloatArray,
    plot: FloatArray,
    rcs_m2: FloatArray,
    u: FloatArray,
    bias: FloatArray,
) -> tuple[NDArray[np.bool_], FloatArray, FloatArray]:
    """Which looks at objects give a plot, and the plots: one row a look at an object, of any of them.

    Parameters
    ----------
    target : FloatArray, shape (n, 3)
        True position, ITRF m.
    plot : FloatArray, shape (n, 3)
        True azimuth deg, elevation deg, range m.
    rcs_m2 : FloatArray, shape (n,)
        Mean cross section.
    u : FloatArray, shape (n, 4)
        Uniform numbers: of the echo, and of the three errors.
    bias : FloatArray, shape (3,)
        See `site_bias`.

    Returns
    -------
    seen : (n,) which of the looks are above threshold, m of them.
    plot : (m, 3) as measured.
    power : (m,) over noise power.
    """
    reference = sensor.reference
    snr = snr_at(plot[:, 2], rcs_m2, reference.range_km * 1e3, reference.rcs_m2, reference.snr_db)
    power = received_power(snr, u[:, 0])
    seen = power >= ratio(sensor.threshold_snr_db)
    target, plot, power = target[seen], plot[seen], power[seen]
    error = bias + normals(u[seen, 1:]) * _sigmas(sensor, plot[:, 1], power)
    odd_content = scene.electron_content_m2 - MEAN_ELECTRON_CONTENT_M2
    height = geodetic_from_itrf(target)[2]
    error[:, 2] += ionospheric_delay(sensor.frequency_mhz * 1e6, odd_content, plot[:, 1], height)
    return seen, _wrapped(plot + error), power


def _sigmas(sensor: RadarSensor, elevation_deg: FloatArray, power: FloatArray) -> FloatArray:
    """Standard deviations (n, 3) of azimuth deg, elevation deg, range m."""
    angle = angle_sigma(sensor.beamwidth_deg, power)
    across = np.maximum(np.cos(np.radians(elevation_deg)), _LEAST_COSINE)
    return np.column_stack([angle / across, angle, range_sigma(sensor.sigma_range_m, power)])


def _wrapped(plot: FloatArray) -> FloatArray:
    plot[:, 0] %= 360.0
    return plot


def _false_rows(sensor: RadarSensor, seed: int, looks: Looks) -> Rows:
    """False plots: noise above the threshold, anywhere in the field."""
    rows, u = clutter_rows(looks, sensor.false_alarms_per_look, seed, sensor.id, 4)
    start, width = sector_widths([(s.from_deg, s.to_deg) for s in sensor.sectors])
    along = u[:, 0] * width.sum()
    before = np.cumsum(width) - width
    sector = np.searchsorted(before, along, side="right") - 1
    low, high = np.sin(np.radians([sensor.elevation_min_deg, sensor.elevation_max_deg]))
    near, far = sensor.range_min_km * 1e3, sensor.range_max_km * 1e3
    plot = np.column_stack(
        [
            start[sector] + along - before[sector],
            np.degrees(np.arcsin(low + (high - low) * u[:, 1])),
            near + (far - near) * u[:, 2],
        ]
    )
    power = ratio(sensor.threshold_snr_db) - np.log(u[:, 3])
    return Rows(rows, _wrapped(plot), power, np.full(len(rows), -1))


def _records(sensor: RadarSensor, looks: Looks, rows: Rows) -> list[Delivery]:
    counts = np.bincount(rows.look, minlength=len(looks.index))
    first, last, sent_ns = deliveries(looks, counts, sensor.revisit_s)
    delay_ns = round(sensor.report_delay_s * NS)
    sequence = np.arange(len(rows.look))
    time_ns = looks.begin_ns[rows.look]
    azimuth_deg, elevation_deg, range_m = np.ascontiguousarray(rows.plot.T)
    sigma_azimuth, sigma_elevation, sigma_range = np.ascontiguousarray(_sigmas(sensor, elevation_deg, rows.power).T)
    snr_db = decibels(rows.power)
    site = (sensor.lat_deg, sensor.lon_deg, sensor.alt_m)
    sectors = tuple(Sector(s.from_deg, s.to_deg) for s in sensor.sectors)
    elevation_limits = (sensor.elevation_min_deg, sensor.elevation_max_deg)
    range_limits = (sensor.range_min_km * 1e3, sensor.range_max_km * 1e3)
    bias_deg = float(np.degrees(sensor.bias_angle_mrad * 1e-3))
    begins, ends = np.searchsorted(rows.look, first), np.searchsorted(rows.look, last, side="right")
    spans = zip(
        looks.begin_ns[first].tolist(), looks.end_ns[last].tolist(), (last - first + 1).tolist(),
        begins.tolist(), ends.tolist(), (sent_ns + delay_ns).tolist(), strict=True,
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
        for from_ns, until_ns, count, a, b, received_ns in spans
    ]
