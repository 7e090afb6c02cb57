"""Pulses of light that are over within one look: lightning.

A starer integrates from one look to the next and sees the sum of a flash's pulses in that time, spread over it. What
turns or steps passes a place for a moment only: it sees a pulse whole, if it looks there just then.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

import numpy as np

from launchwatch.catalog.schema import Payload
from launchwatch.core.arrays import FloatArray, IntArray
from launchwatch.core.draws import cell_uniforms, normals
from launchwatch.core.epochs import NS
from launchwatch.core.geodesy import itrf_from_geodetic
from launchwatch.messages.truth import TrueObject
from launchwatch.sim.scenes.non_launches import CLOUD_TOP_M, Strokes
from launchwatch.sim.scenes.weather import Scene
from launchwatch.sim.sensors.looks import Looks
from launchwatch.sim.sensors.space.geometry import OrbitPositions, axes, crossing_ns
from launchwatch.sim.sensors.space.pixels import answers, shared_noise
from launchwatch.sim.sensors.space.pointing import pointed
from launchwatch.sim.sensors.space.rows import Rows, saturated
from launchwatch.sim.sensors.space.view import Heavens, view


def pulse_rows(
    sensor: str,
    payload: Payload,
    orbit_positions: OrbitPositions,
    strokes: Strokes,
    scene: Scene,
    heavens: Heavens,
    seed: int,
    looks: Looks,
    first_source: int,
) -> tuple[Rows, Sequence[TrueObject]]:
    """Detections of strokes of lightning.

    Parameters
    ----------
    sensor, payload, orbit_positions, scene, heavens, seed, looks :
        As the sensor's own.
    strokes : Strokes
    first_source : int
        What the sources of the rows are counted from.

    Returns
    -------
    rows : Rows
    seen : sequence of TrueObject
        The flashes that were reported, in the order of the rows' sources.
    """
    names, flash = np.unique(np.array(strokes.id, dtype=str), return_inverse=True)
    target = itrf_from_geodetic(strokes.lat_deg, strokes.lon_deg, CLOUD_TOP_M)
    energy = strokes.energy_j_sr(payload.band_um)
    stroke, look, time_ns, exposure_s = _exposures(payload, orbit_positions, looks, target, strokes.time_ns)
    # the light of one flash in one look is one source, where its brightest stroke is
    order = np.lexsort((-energy[stroke], look, flash[stroke]))
    stroke, look, time_ns, exposure_s = stroke[order], look[order], time_ns[order], exposure_s[order]
    first = np.ones(len(stroke), bool)
    first[1:] = (np.diff(flash[stroke]) != 0) | (np.diff(look) != 0)
    group = np.cumsum(first) - 1
    intensity = np.bincount(group, energy[stroke] / exposure_s, int(first.sum()))
    stroke, look, time_ns = stroke[first], look[first], time_ns[first]
    here, velocity = orbit_positions(time_ns)
    seen = view(payload, scene, heavens, here, target[stroke], time_ns)
    mean = intensity * seen.per_intensity / seen.noise
    keys = np.array([int.from_bytes(blake2b(n.encode(), digest_size=8).digest(), "little", signed=True) for n in names])
    cells = keys[flash[stroke]], looks.index[look]
    u = np.stack([cell_uniforms(seed, f"{sensor} pulse {k}", *cells) for k in range(8)], axis=1)
    z = normals(u[:, :6])
    on_pixels = answers(payload.psf_pixels, u[:, 6] - 0.5, u[:, 7] - 0.5)
    filtered = mean[:, None] * on_pixels + shared_noise(payload.psf_pixels, z[:, :4])
    snr = filtered.max(axis=1)
    found = np.flatnonzero(seen.free & (snr >= payload.threshold_snr))
    irradiance = snr[found] / on_pixels[found, filtered[found].argmax(axis=1)] * seen.noise[found]
    read = saturated(payload, irradiance)
    direction = pointed(
        payload, seed, sensor, seen.direction[found], mean[found], z[found, 4:], here[found], velocity[found],
        time_ns[found],
    )  # fmt: skip
    reported, source = np.unique(flash[stroke[found]], return_inverse=True)
    rows = Rows(
        look[found], time_ns[found], here[found], direction, snr[found] * read / irradiance, read,
        first_source + source.astype(np.int64),
    )  # fmt: skip
    return rows, [TrueObject(str(names[i]), "lightning", None) for i in reported.tolist()]


def _exposures(
    payload: Payload, orbit_positions: OrbitPositions, looks: Looks, target: FloatArray, pulse_ns: IntArray
) -> tuple[IntArray, IntArray, IntArray, FloatArray]:
    """Pulses (k,) that fall into a look, its row, the time at which it sees them, and for how long it integrates, s."""
    if payload.scan == "staring":
        look = np.searchsorted(looks.begin_ns, pulse_ns)
        inside = np.flatnonzero(look < len(looks.begin_ns))
        inside = inside[looks.begin_ns[look[inside]] - pulse_ns[inside] < payload.period_s * NS]
        look = look[inside]
        return inside, look, looks.begin_ns[look], np.full(len(look), payload.period_s)
    look = np.searchsorted(looks.begin_ns, pulse_ns, side="right") - 1
    inside = np.flatnonzero(look >= 0)
    inside = inside[pulse_ns[inside] < looks.end_ns[look[inside]]]
    look = look[inside]
    here, velocity = orbit_positions(pulse_ns[inside])
    line = target[inside] - here
    time_ns = crossing_ns(payload, looks.begin_ns[look], line, here, velocity)
    dwell_s = _dwell(payload, line, here, velocity)
    hit = np.abs(time_ns - pulse_ns[inside]) <= 0.5 * dwell_s * NS
    return inside[hit], look[hit], time_ns[hit], dwell_s[hit]


def _dwell(payload: Payload, line: FloatArray, here: FloatArray, velocity: FloatArray) -> FloatArray:
    """How long (n,) s a pixel stays on a place in one look."""
    if payload.scan == "step-scan":
        return np.full(len(line), payload.period_s / payload.steps)
    nadir = axes(here, velocity)[2]
    cosine = np.sum(line * nadir, axis=1) / np.linalg.norm(line, axis=1)
    sine = np.sqrt(np.maximum(1.0 - cosine**2, (payload.pixel_urad * 1e-6) ** 2))
    return np.asarray(payload.period_s * np.minimum(payload.pixel_urad * 1e-6 / (2.0 * np.pi * sine), 1.0))
