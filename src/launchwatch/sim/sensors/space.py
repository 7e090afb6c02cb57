"""The space-based component: infrared payloads that see what shines from orbit.

Each look at a source gives an SNR from intensity, transmission, range and noise-equivalent irradiance, one unit of
Gaussian noise upon it, and a direction. Nothing is seen below cloud or behind the Earth.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from launchwatch.catalog.schema import InfraredSensor, Payload
from launchwatch.core.arrays import FloatArray, IntArray
from launchwatch.core.draws import look_uniforms, normals
from launchwatch.core.epochs import NS
from launchwatch.core.frames import OMEGA_EARTH
from launchwatch.core.geodesy import A, B, geodetic_from_itrf
from launchwatch.messages.observations import InfraredLook
from launchwatch.physics.radiometry import direction_sigma, irradiance, transmission
from launchwatch.physics.visibility import lowest_height, zenith_angle_deg
from launchwatch.sim.scenes.objects import Emission, SeenObject
from launchwatch.sim.scenes.weather import Scene
from launchwatch.sim.sensors import Delivery, SensorRun, truth_of
from launchwatch.sim.sensors.looks import Looks, clutter_rows, deliveries, looks_within, thinned, uniforms_of

OrbitPositions = Callable[[IntArray], tuple[FloatArray, FloatArray]]
"""Epochs (n,) ns TAI to position (n, 3) m and velocity (n, 3) m/s of a satellite, ITRF."""

CLUTTER_TAIL = 0.25
"""Mean excess of a false detection's SNR over the threshold, in thresholds: the tail of sunlit cloud, an assumption."""

CLUTTER_LIMB_M = 100e3
"""False detections of a payload that looks past the limb lie within this height above its margin."""

_ROUNDING_M = 1.0  # heights of a launcher on the ground come out at 0 give or take less than this


@dataclass(frozen=True)
class _Rows:
    """Detections: look (n,), time (n,) ns, sensor position (n, 3), direction (n, 3), snr (n,), source (n,)."""

    look: IntArray
    time_ns: IntArray
    position: FloatArray
    direction: FloatArray
    snr: FloatArray
    source: IntArray


def observe_infrared(
    sensor: InfraredSensor,
    payload: Payload,
    orbit_positions: OrbitPositions,
    objects: Sequence[SeenObject],
    scene: Scene,
    seed: int,
    start_ns: int,
    stop_ns: int,
) -> SensorRun:
    """What an infrared sensor delivers of objects between two epochs.

    A starer looks at instants on the grid of its period. A scanner spins about its axis to the Earth: a look is one
    turn, in which each source is crossed at the moment that its angle about the axis fixes.

    Parameters
    ----------
    sensor, payload : InfraredSensor, Payload
    orbit_positions : callable
        See `OrbitPositions`.
    objects : sequence of SeenObject
    scene : Scene
    seed : int
    start_ns, stop_ns : int
        Looks from begin to end within these, ns TAI.

    Returns
    -------
    SensorRun
        One delivery for each look of interest, one a minute for the others (`looks.deliveries`).

    Raises
    ------
    ValueError
        A band that no transmission is tabulated for.
    """
    scanning = payload.scan == "scanning"
    phase = float(look_uniforms(seed, sensor.id, "phase", 0, 1, 1)[0, 0]) if scanning else 0.0
    looks = looks_within(payload.period_s, phase, scanning, start_ns, stop_ns)
    looks = thinned(looks, payload.duty, seed, sensor.id)
    bias_rad = normals(look_uniforms(seed, sensor.id, "bias", 0, 1, 2)[0]) * payload.bias_urad * 1e-6
    parts = [
        _source_rows(sensor.id, payload, orbit_positions, one, one.emission, i, scene, seed, looks, bias_rad)
        for i, one in enumerate(objects)
        if one.emission is not None
    ]
    parts.append(_clutter_rows(sensor.id, payload, orbit_positions, seed, looks))
    rows = _in_order(parts)
    records = _records(sensor.id, payload, orbit_positions, looks, rows)
    return SensorRun(records, truth_of(sensor.id, objects, rows.source))


def _source_rows(
    sensor: str,
    payload: Payload,
    orbit_positions: OrbitPositions,
    one: SeenObject,
    emission: Emission,
    source: int,
    scene: Scene,
    seed: int,
    looks: Looks,
    bias_rad: FloatArray,
) -> _Rows:
    """Detections of one object while it shines."""
    spans = np.array(emission.spans_s).reshape(-1, 2)
    begin_s, end_s = (looks.begin_ns - one.epoch_ns) / NS, (looks.end_ns - one.epoch_ns) / NS
    rows = np.flatnonzero(_any_overlap(begin_s, end_s, spans))
    time_ns = _crossing_ns(payload, orbit_positions, one, looks, rows)
    t_s = (time_ns - one.epoch_ns) / NS
    shines = _any_overlap(t_s, t_s, spans)
    rows, time_ns, t_s = rows[shines], time_ns[shines], t_s[shines]
    target = one.motion(t_s)[0]
    intensity = emission.intensity_w_sr(t_s, payload.band_um)
    here, velocity = orbit_positions(time_ns)
    height = geodetic_from_itrf(target)[2]
    cloud_top = scene.cloud_top_m - _ROUNDING_M
    seen = (intensity > 0.0) & (height >= cloud_top) & (lowest_height(here, target) >= cloud_top)
    if payload.earth_limb_margin_km is not None:
        seen &= lowest_height(here, target, beyond=True) >= payload.earth_limb_margin_km * 1e3
    # draws of all looks while it shines, seen or not: cheaper than to pick, and the same numbers
    noise = normals(uniforms_of(looks, rows, seed, sensor, one.id, 3))
    line = target - here
    distance = np.linalg.norm(line, axis=1)
    clear = transmission(payload.band_um, height, zenith_angle_deg(target, here))
    signal = irradiance(intensity, distance, clear)
    mean_snr = signal / payload.noise_equivalent_irradiance_w_m2
    snr = mean_snr + noise[:, 0]
    seen &= snr >= payload.threshold_snr
    true_direction = line[seen] / distance[seen, None]
    sigma = direction_sigma(payload.sigma_urad * 1e-6, np.maximum(mean_snr[seen], 1.0))
    first, second = _across(true_direction, here[seen], velocity[seen])
    off = bias_rad + sigma[:, None] * noise[seen, 1:]
    direction = true_direction + off[:, :1] * first + off[:, 1:] * second
    direction /= np.linalg.norm(direction, axis=1)[:, None]
    return _Rows(rows[seen], time_ns[seen], here[seen], direction, snr[seen], np.full(len(direction), source))


def _crossing_ns(
    payload: Payload, orbit_positions: OrbitPositions, one: SeenObject, looks: Looks, rows: IntArray
) -> IntArray:
    """When each look passes over an object."""
    begin = looks.begin_ns[rows]
    if payload.scan == "staring" or not len(rows):
        return begin
    middle = (begin + looks.end_ns[rows]) // 2
    t_s = np.clip((middle - one.epoch_ns) / NS, one.begin_s, one.end_s)
    here, velocity = orbit_positions(middle)
    line = one.motion(t_s)[0] - here
    along, across, _ = _axes(here, velocity)
    turn = np.arctan2(np.sum(line * across, axis=1), np.sum(line * along, axis=1)) / (2.0 * np.pi)
    return np.asarray(begin + np.rint(np.mod(turn, 1.0) * payload.period_s * NS).astype(np.int64))


def _any_overlap(begin_s: FloatArray, end_s: FloatArray, spans_s: FloatArray) -> NDArray[np.bool_]:
    """Whether times (n,) to (n,) overlap any of spans (m, 2); both ends count."""
    return np.asarray(((end_s[:, None] >= spans_s[:, 0]) & (begin_s[:, None] <= spans_s[:, 1])).any(axis=1))


def _axes(position: FloatArray, velocity: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Unit vectors (n, 3) along the inertial motion, across it, and to the Earth's centre, ITRF."""
    nadir = -position / np.linalg.norm(position, axis=1)[:, None]
    inertial = velocity + OMEGA_EARTH * np.column_stack([-position[:, 1], position[:, 0], np.zeros(len(position))])
    across = np.cross(nadir, inertial)
    across /= np.linalg.norm(across, axis=1)[:, None]
    return np.cross(across, nadir), across, nadir


def _across(direction: FloatArray, position: FloatArray, velocity: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Two unit vectors (n, 3) across each direction, the first nearest to the satellite's motion."""
    along = _axes(position, velocity)[0]
    first = along - np.sum(along * direction, axis=1)[:, None] * direction
    first /= np.linalg.norm(first, axis=1)[:, None]
    return first, np.cross(direction, first)


def _clutter_rows(sensor: str, payload: Payload, orbit_positions: OrbitPositions, seed: int, looks: Looks) -> _Rows:
    """False detections, spread evenly over the solid angle of the Earth, or of the air above its limb."""
    rows, u = clutter_rows(looks, payload.false_alarms_per_look, seed, sensor, 3)
    time_ns = looks.begin_ns[rows]
    if payload.scan == "scanning":
        time_ns = time_ns + np.rint(u[:, 1] * payload.period_s * NS).astype(np.int64)
    here, velocity = orbit_positions(time_ns)
    distance = np.linalg.norm(here, axis=1)
    if payload.earth_limb_margin_km is None:
        inner, outer = np.ones(len(rows)), _cosine(B / distance)
    else:
        limb = A + payload.earth_limb_margin_km * 1e3
        inner, outer = _cosine(limb / distance), _cosine((limb + CLUTTER_LIMB_M) / distance)
    cosine = outer + (inner - outer) * u[:, 0]
    sine, turn = np.sqrt(1.0 - cosine**2), 2.0 * np.pi * u[:, 1]
    along, across, nadir = _axes(here, velocity)
    in_plane = np.cos(turn)[:, None] * along + np.sin(turn)[:, None] * across
    direction = cosine[:, None] * nadir + sine[:, None] * in_plane
    snr = payload.threshold_snr * (1.0 - CLUTTER_TAIL * np.log(u[:, 2]))
    return _Rows(rows, time_ns, here, direction, snr, np.full(len(rows), -1))


def _cosine(sine: FloatArray) -> FloatArray:
    return np.sqrt(1.0 - np.minimum(sine, 1.0) ** 2)


def _in_order(parts: Sequence[_Rows]) -> _Rows:
    """All detections by look, then time, then brightness."""
    look, time_ns, position, direction, snr, source = (
        np.concatenate([getattr(part, name) for part in parts])
        for name in ("look", "time_ns", "position", "direction", "snr", "source")
    )
    order = np.lexsort((-snr, time_ns, look))
    return _Rows(look[order], time_ns[order], position[order], direction[order], snr[order], source[order])


def _records(
    sensor: str, payload: Payload, orbit_positions: OrbitPositions, looks: Looks, rows: _Rows
) -> list[Delivery]:
    counts = np.bincount(rows.look, minlength=len(looks.index))
    first, last, sent_ns = deliveries(looks, counts, payload.period_s)
    here = orbit_positions(looks.end_ns[last])[0]
    delay_ns = round(payload.report_delay_s * NS)
    sequence = np.arange(len(rows.look))
    sigma_urad = direction_sigma(payload.sigma_urad, rows.snr)
    irradiance_w_m2 = rows.snr * payload.noise_equivalent_irradiance_w_m2
    begins, ends = np.searchsorted(rows.look, first), np.searchsorted(rows.look, last, side="right")
    spans = zip(
        looks.begin_ns[first].tolist(), looks.end_ns[last].tolist(), (last - first + 1).tolist(),
        begins.tolist(), ends.tolist(), (sent_ns + delay_ns).tolist(), here, strict=True,
    )  # fmt: skip
    return [
        Delivery(
            received_ns,
            InfraredLook(
                sensor=sensor,
                look_from_ns=from_ns,
                look_until_ns=until_ns,
                looks=count,
                period_s=payload.period_s,
                position_m=position,
                band_um=payload.band_um,
                bias_urad=payload.bias_urad,
                threshold_snr=payload.threshold_snr,
                false_alarms_per_look=payload.false_alarms_per_look,
                sequence=sequence[a:b],
                time_ns=rows.time_ns[a:b],
                sensor_position_m=rows.position[a:b],
                line_of_sight=rows.direction[a:b],
                sigma_urad=sigma_urad[a:b],
                irradiance_w_m2=irradiance_w_m2[a:b],
                snr=rows.snr[a:b],
            ),
        )
        for from_ns, until_ns, count, a, b, received_ns, position in spans
    ]
