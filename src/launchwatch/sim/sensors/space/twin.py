"""Detection level: each look at each object drawn from its law, without an image.

SNR follows from intensity, transmission, range, noise, and where on a pixel the spot falls, with one unit of Gaussian
noise upon it; then comes a direction. Nothing is seen below cloud or behind the Earth.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from launchwatch.catalog.schema import InfraredSensor, Payload
from launchwatch.core.arrays import FloatArray, IntArray
from launchwatch.core.draws import look_uniforms, normals
from launchwatch.core.epochs import NS
from launchwatch.core.geodesy import geodetic_from_itrf
from launchwatch.messages.truth import TrueObject
from launchwatch.physics.transmission import transmission
from launchwatch.physics.visibility import zenith_angle_deg
from launchwatch.sim.scenes.non_launches import Strokes
from launchwatch.sim.scenes.objects import Emission, SeenObject
from launchwatch.sim.scenes.weather import Scene
from launchwatch.sim.sensors import SensorRun, truth_of
from launchwatch.sim.sensors.looks import Looks, looks_within, thinned, uniforms_of
from launchwatch.sim.sensors.space.clutter import clutter
from launchwatch.sim.sensors.space.crowd import SteadySources, crowd_rows
from launchwatch.sim.sensors.space.geometry import OrbitPositions, crossing_ns
from launchwatch.sim.sensors.space.pixels import answers, shared_noise
from launchwatch.sim.sensors.space.pointing import pointed
from launchwatch.sim.sensors.space.pulses import pulse_rows
from launchwatch.sim.sensors.space.rows import Rows, in_order, records, saturated
from launchwatch.sim.sensors.space.view import Heavens, colour_floor, view


def observe_infrared(
    sensor: InfraredSensor,
    payload: Payload,
    orbit_positions: OrbitPositions,
    objects: Sequence[SeenObject],
    scene: Scene,
    seed: int,
    start_ns: int,
    stop_ns: int,
    crowd: SteadySources | None = None,
    strokes: Strokes | None = None,
) -> SensorRun:
    """What an infrared sensor delivers of objects between two epochs.

    A starer looks at instants on the grid of its period. A scanner spins about its axis to the Earth: a look is one
    turn, in which each source is crossed at the moment that its angle about the axis fixes. A step-scan stares at parts
    of its field in turn.

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
    crowd : SteadySources or None
        Sources that stand still and shine evenly, in any number (`crowd`).
    strokes : Strokes or None
        Pulses that are over within one look (`pulses`).

    Returns
    -------
    SensorRun
        One delivery for each look of interest, one a minute for the others (`looks.deliveries`).

    Raises
    ------
    ValueError
        A band that no transmission is tabulated for.
    """
    whole = payload.scan != "staring"
    phase = float(look_uniforms(seed, sensor.id, "phase", 0, 1, 1)[0, 0]) if whole else 0.0
    looks = looks_within(payload.period_s, phase, whole, start_ns, stop_ns)
    looks = thinned(looks, payload.duty, seed, sensor.id)
    heavens = Heavens.over(start_ns, stop_ns)
    shining = [
        _shining(sensor.id, payload, orbit_positions, one, one.emission, i, seed, looks)
        for i, one in enumerate(objects)
        if one.emission is not None
    ]
    parts = [_source_rows(sensor.id, payload, orbit_positions, shining, scene, heavens, seed)] if shining else []
    parts.append(clutter(sensor.id, payload, orbit_positions, scene, heavens, seed, looks))
    things: list[SeenObject | TrueObject] = [*objects]
    suppressed = 0
    if crowd is not None:
        rows, steady, suppressed = crowd_rows(
            sensor.id, payload, orbit_positions, crowd, scene, heavens, seed, looks, len(things)
        )
        parts.append(rows)
        things += steady
    if strokes is not None:
        rows, flashes = pulse_rows(
            sensor.id, payload, orbit_positions, strokes, scene, heavens, seed, looks, len(things)
        )
        parts.append(rows)
        things += flashes
    rows = in_order(parts)
    delivered = records(sensor.id, payload, orbit_positions, looks, rows)
    return SensorRun(delivered, truth_of(sensor.id, things, rows.source), suppressed)


class _Shining(NamedTuple):
    """Looks at one object while it shines, seen or not.

    Columns of length n: look, time ns, place (n, 3) ITRF m, intensity in both bands W/sr, uniform numbers (n, 8) - four
    of noise, two of direction, two of the place on a pixel, and a ninth of the second colour - and the object.
    """

    look: IntArray
    time_ns: IntArray
    target: FloatArray
    intensity: FloatArray
    second: FloatArray
    draws: FloatArray
    source: IntArray


def _shining(
    sensor: str,
    payload: Payload,
    orbit_positions: OrbitPositions,
    one: SeenObject,
    emission: Emission,
    source: int,
    seed: int,
    looks: Looks,
) -> _Shining:
    spans = np.array(emission.spans_s).reshape(-1, 2)
    begin_s, end_s = (looks.begin_ns - one.epoch_ns) / NS, (looks.end_ns - one.epoch_ns) / NS
    rows = np.flatnonzero(_any_overlap(begin_s, end_s, spans))
    time_ns = _crossing_ns(payload, orbit_positions, one, looks, rows)
    t_s = (time_ns - one.epoch_ns) / NS
    shines = _any_overlap(t_s, t_s, spans)
    rows, time_ns, t_s = rows[shines], time_ns[shines], t_s[shines]
    intensity = emission.intensity_w_sr(t_s, payload.band_um)
    second = payload.second_band_um
    # draws of all looks while it shines, seen or not: cheaper than to pick, and the same numbers
    draws = uniforms_of(looks, rows, seed, sensor, one.id, 8 if second is None else 9)
    return _Shining(
        look=rows,
        time_ns=time_ns,
        target=one.motion(t_s)[0],
        intensity=intensity,
        second=intensity if second is None else emission.intensity_w_sr(t_s, second),
        draws=draws,
        source=np.full(len(rows), source),
    )


def _source_rows(
    sensor: str,
    payload: Payload,
    orbit_positions: OrbitPositions,
    shining: Sequence[_Shining],
    scene: Scene,
    heavens: Heavens,
    seed: int,
) -> Rows:
    """Detections of objects while they shine."""
    all_of = _Shining(*(np.concatenate(column) for column in zip(*shining, strict=True)))
    here, velocity = orbit_positions(all_of.time_ns)
    seen = view(payload, scene, heavens, here, all_of.target, all_of.time_ns)
    z = normals(all_of.draws[:, :6])
    on_pixels = answers(payload.psf_pixels, all_of.draws[:, 6] - 0.5, all_of.draws[:, 7] - 0.5)
    mean_snr = all_of.intensity * seen.per_intensity / seen.noise
    filtered = mean_snr[:, None] * on_pixels + shared_noise(payload.psf_pixels, z[:, :4])
    snr = filtered.max(axis=1)
    found = np.flatnonzero(seen.free & (all_of.intensity > 0.0) & (snr >= payload.threshold_snr))
    irradiance = snr[found] / on_pixels[found, filtered[found].argmax(axis=1)] * seen.noise[found]
    if payload.second_band_um is not None:
        above = _above_sunlight(payload, all_of.second[found], all_of.target[found], here[found], scene, irradiance)
        keep = above + normals(all_of.draws[found, 8]) * (payload.second_noise_equivalent_irradiance_w_m2 or 0.0) >= 0.0
        found, irradiance = found[keep], irradiance[keep]
    read = saturated(payload, irradiance)
    direction = pointed(
        payload, seed, sensor, seen.direction[found], mean_snr[found], z[found, 4:6], here[found], velocity[found],
        all_of.time_ns[found],
    )  # fmt: skip
    return Rows(
        all_of.look[found], all_of.time_ns[found], here[found], direction, snr[found] * read / irradiance, read,
        all_of.source[found],
    )  # fmt: skip


def _above_sunlight(
    payload: Payload, intensity: FloatArray, target: FloatArray, here: FloatArray, scene: Scene, irradiance: FloatArray
) -> FloatArray:
    """How far sources are above what a payload of two colours takes for sunlight, W/m^2 in the second band."""
    second = payload.second_band_um
    assert second is not None
    clear = transmission(second, geodetic_from_itrf(target)[2], zenith_angle_deg(target, here), scene.atmosphere)
    other = intensity * clear / np.sum((target - here) ** 2, axis=1)
    slack = 2.0 * (payload.second_noise_equivalent_irradiance_w_m2 or 0.0)
    return np.asarray(other + slack - colour_floor(payload.band_um, second) * irradiance)


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
    return crossing_ns(payload, begin, one.motion(t_s)[0] - here, here, velocity)


def _any_overlap(begin_s: FloatArray, end_s: FloatArray, spans_s: FloatArray) -> NDArray[np.bool_]:
    """Whether times (n,) to (n,) overlap any of spans (m, 2); both ends count."""
    return np.asarray(((end_s[:, None] >= spans_s[:, 0]) & (begin_s[:, None] <= spans_s[:, 1])).any(axis=1))
