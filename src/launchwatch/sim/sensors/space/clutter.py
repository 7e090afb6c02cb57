"""False detections: how many a look has depends on what lies in view.

The local noise of sunlit cloud raises the threshold there; what passes it all the same are the tails that no Gaussian
has: edges of cloud, glitter, ice that mirrors the Sun. So their density over the Earth follows the sunlight.
"""

from __future__ import annotations

import numpy as np

from launchwatch.catalog.schema import Payload
from launchwatch.core.arrays import FloatArray
from launchwatch.core.epochs import NS
from launchwatch.core.geodesy import A, B
from launchwatch.physics.background import slope_density
from launchwatch.sim.scenes.weather import Scene
from launchwatch.sim.sensors.looks import Looks, clutter_rows
from launchwatch.sim.sensors.space.geometry import OrbitPositions, axes, ground_under
from launchwatch.sim.sensors.space.rows import CLUTTER_SOURCE, Rows, saturated
from launchwatch.sim.sensors.space.view import Heavens, colour_floor, solar_ratio

NIGHT, DAY, GLINT = 0.3, 2.0, 6.0
"""Density of false detections over its mean: at night, more under a high Sun, and more where the Sun is mirrored. The
mean over the Earth and the day is near 1 (assumptions)."""
GLINT_WIND_M_S = 7.0
"""Mirrors lie as level as the slopes of a sea in this wind."""
TAIL, GLINT_TAIL = 0.25, 1.5
"""Mean excess of a false detection's SNR over the threshold, in thresholds; where the Sun is mirrored, the power by
which the number falls with brightness (assumptions)."""
LIMB_M = 100e3
"""False detections of a payload that looks past the limb lie within this height above its margin."""

_MOST = NIGHT + DAY + GLINT


def clutter(
    sensor: str,
    payload: Payload,
    orbit_positions: OrbitPositions,
    scene: Scene,
    heavens: Heavens,
    seed: int,
    looks: Looks,
) -> Rows:
    """False detections over the solid angle of the Earth, or of the air above its limb."""
    rows, u = clutter_rows(looks, payload.false_alarms_per_look * _MOST, seed, sensor, 6)
    time_ns = looks.begin_ns[rows]
    if payload.scan == "scanning":
        time_ns = time_ns + np.rint(u[:, 1] * payload.period_s * NS).astype(np.int64)
    elif payload.scan == "step-scan":
        step = np.floor(u[:, 5] * payload.steps)
        time_ns = time_ns + np.rint((step + 0.5) / payload.steps * payload.period_s * NS).astype(np.int64)
    here, velocity = orbit_positions(time_ns)
    distance = np.linalg.norm(here, axis=1)
    if payload.earth_limb_margin_km is None:
        inner, outer = np.ones(len(rows)), _cosine(B / distance)
    else:
        limb = A + payload.earth_limb_margin_km * 1e3
        inner, outer = _cosine(limb / distance), _cosine((limb + LIMB_M) / distance)
    cosine = outer + (inner - outer) * u[:, 0]
    sine, turn = np.sqrt(1.0 - cosine**2), 2.0 * np.pi * u[:, 1]
    along, across, nadir = axes(here, velocity)
    in_plane = np.cos(turn)[:, None] * along + np.sin(turn)[:, None] * across
    direction = cosine[:, None] * nadir + sine[:, None] * in_plane
    sun = heavens.sun_at(time_ns)
    density, mirrored = (
        _beyond_limb(here, direction, sun)
        if payload.earth_limb_margin_km is not None
        else _over_earth(scene, here, direction, sun)
    )
    glint = u[:, 3] * _MOST >= density - mirrored
    tail = np.where(glint, u[:, 2] ** (-1.0 / GLINT_TAIL), 1.0 - TAIL * np.log(u[:, 2]))
    snr = payload.threshold_snr * tail
    irradiance = snr * payload.noise_equivalent_irradiance_w_m2
    keep = u[:, 3] * _MOST < density
    second = payload.second_band_um
    if second is not None and payload.second_noise_equivalent_irradiance_w_m2 is not None:
        # edges and glitter are sunlight; what is left is noise of one colour, too faint for the other to tell
        ratio = np.where(density > NIGHT, solar_ratio(payload.band_um, second), 0.0)
        slack = 2.0 * payload.second_noise_equivalent_irradiance_w_m2
        keep &= ratio * irradiance + slack >= colour_floor(payload.band_um, second) * irradiance
    read = saturated(payload, irradiance)
    source = np.full(len(rows), CLUTTER_SOURCE)
    found = Rows(rows, time_ns, here, direction, snr * read / irradiance, read, source)
    return Rows(*(getattr(found, name)[keep] for name in found.__dataclass_fields__))


def _over_earth(
    scene: Scene, here: FloatArray, direction: FloatArray, sun: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Density (n,) over its mean along lines that meet the Earth, and the part of it that mirrors the Sun."""
    _, up = ground_under(here, direction, scene.highest_top_m)
    to_sun = sun / np.linalg.norm(sun, axis=1)[:, None]
    lit = np.nan_to_num(np.maximum(np.sum(up * to_sun, axis=1), 0.0))
    half = to_sun - direction
    tilt = np.nan_to_num(np.sum(half * up, axis=1) / np.linalg.norm(half, axis=1))
    slope = np.sqrt(np.maximum(1.0 / np.clip(tilt, 1e-3, 1.0) ** 2 - 1.0, 0.0))
    level = slope_density(slope, GLINT_WIND_M_S) / slope_density(0.0, GLINT_WIND_M_S)
    mirrored = GLINT * np.where(lit > 0.0, level, 0.0)
    return NIGHT + DAY * lit + mirrored, mirrored


def _beyond_limb(here: FloatArray, direction: FloatArray, sun: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The same along lines past the limb, by the Sun over their lowest point; nothing mirrors there."""
    lowest = here - np.sum(here * direction, axis=1)[:, None] * direction
    cosine = np.sum(lowest * sun, axis=1) / (np.linalg.norm(lowest, axis=1) * np.linalg.norm(sun, axis=1))
    return NIGHT + DAY * np.maximum(cosine, 0.0), np.zeros(len(here))


def _cosine(sine: FloatArray) -> FloatArray:
    return np.sqrt(1.0 - np.minimum(sine, 1.0) ** 2)
