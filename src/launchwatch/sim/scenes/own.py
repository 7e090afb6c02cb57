"""What one sensor alone sees that is no launch: the Sun mirrored towards it, and its own faults."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from launchwatch.catalog.skies import DrawnFaults, DrawnGlints
from launchwatch.core.arrays import FloatArray
from launchwatch.core.epochs import NS
from launchwatch.physics.sun import sun_direction
from launchwatch.sim.scenes.drawn import generator, mirror_point, somewhere, spread, times_in
from launchwatch.sim.scenes.non_launches import Straight
from launchwatch.sim.scenes.objects import SeenObject

if TYPE_CHECKING:
    from launchwatch.sim.sensors.space import OrbitPositions

CENTRAL = 0.97
"""Faults lie where the sine of the angle at the Earth's centre from below the satellite is below this: well in view."""
FAULT_M = 30e3
"""Faults are played as lights at this height: above cloud and most of the air, so that what is drawn is read."""


@dataclass(frozen=True)
class EvenLight:
    """A light that shines evenly for a time (`scenes.objects.Emission`), the same in every band."""

    intensity: float
    lasts_s: float

    @property
    def spans_s(self) -> tuple[tuple[float, float], ...]:
        """From its begin."""
        return ((0.0, self.lasts_s),)

    def intensity_w_sr(self, t_s: FloatArray, band_um: tuple[float, float]) -> FloatArray:
        """Radiant intensity (n,) W/sr."""
        return np.full(len(t_s), self.intensity)


def glints(
    law: DrawnGlints, sensor: str, positions: OrbitPositions, start_ns: int, stop_ns: int, seed: int
) -> list[SeenObject]:
    """Glints that a sensor sees between two epochs, ns TAI: near the point where a sphere would mirror the Sun to it.

    Where the Earth mirrors nothing to it, the moment passes without one.
    """
    rng = generator(seed, f"glints {sensor}")
    times = times_in(rng, law.per_day, start_ns, stop_ns)
    lasts = spread(law.lasts_s, rng, len(times))
    strength = spread(law.intensity_w_sr, rng, len(times))
    found = []
    for i, at in enumerate(times.tolist()):
        ends = np.array([at, at + round(lasts[i] * NS)])
        here, suns = positions(ends)[0], sun_direction(ends)
        first, last = (mirror_point(here[k], suns[k]) for k in range(2))
        point = None if first is None else somewhere(rng, first, law.off_km, law.height_km * 1e3)
        wanders = rng.random() < law.moves
        if first is None or last is None or point is None:
            continue
        away = float(np.linalg.norm(point)) * (last - first) / lasts[i] if wanders else np.zeros(3)
        found.append(_light(f"glint-{sensor}-{i}", "glint", at, float(lasts[i]), float(strength[i]), point, away))
    return found


def faults(
    law: DrawnFaults,
    sensor: str,
    noise_w_m2: float,
    period_s: float,
    positions: OrbitPositions,
    start_ns: int,
    stop_ns: int,
    seed: int,
) -> list[SeenObject]:
    """False sightings that a sensor's own faults make.

    Parameters
    ----------
    noise_w_m2 : its noise-equivalent irradiance.
    period_s : of its looks; a flash of a burst is in one of them.
    """
    rng = generator(seed, f"faults {sensor}")
    found = []
    bursts = times_in(rng, law.bursts_per_day, start_ns, stop_ns)
    for i, (at, lasts) in enumerate(zip(bursts.tolist(), spread(law.burst_s, rng, len(bursts)), strict=True)):
        snr, when = spread(law.snr, rng, law.flashes), rng.random(law.flashes)
        for k in range(law.flashes):
            begin = at + round(float(when[k] * lasts) * NS)
            name = f"fault-{sensor}-burst-{i}-{k}"
            found.append(_false(rng, name, begin, period_s, float(snr[k]) * noise_w_m2, positions))
    hot = times_in(rng, law.hot_per_day, start_ns, stop_ns)
    lasts_s, snr = spread(law.hot_s, rng, len(hot)), spread(law.snr, rng, len(hot))
    for i, at in enumerate(hot.tolist()):
        name = f"fault-{sensor}-hot-{i}"
        found.append(_false(rng, name, at, float(lasts_s[i]), float(snr[i]) * noise_w_m2, positions))
    return found


def _false(
    rng: np.random.Generator, name: str, at: int, lasts_s: float, irradiance: float, positions: OrbitPositions
) -> SeenObject:
    """A fault as a light that gives an irradiance at the aperture."""
    here = positions(np.array([at]))[0][0]
    nadir = here / np.linalg.norm(here)
    reach = float(np.sqrt(1.0 - (6.371e6 / np.linalg.norm(here)) ** 2))
    sine = CENTRAL * reach * np.sqrt(rng.random())
    turn = 2.0 * np.pi * rng.random()
    east = np.cross([0.0, 0.0, 1.0], nadir)
    east /= np.linalg.norm(east)
    north = np.cross(nadir, east)
    up = np.sqrt(1.0 - sine**2) * nadir + sine * (np.cos(turn) * east + np.sin(turn) * north)
    point = somewhere(rng, up, 1e-3, FAULT_M)
    strength = irradiance * float(np.sum((here - point) ** 2))
    return _light(name, "fault", at, lasts_s, strength, point, np.zeros(3))


def _light(
    name: str,
    kind: Literal["glint", "fault"],
    at: int,
    lasts_s: float,
    strength: float,
    point: FloatArray,
    velocity: FloatArray,
) -> SeenObject:
    return SeenObject(
        id=name,
        kind=kind,
        launch=None,
        epoch_ns=at,
        begin_s=0.0,
        end_s=lasts_s,
        motion=Straight(point, velocity),
        emission=EvenLight(strength, lasts_s),
        echo=None,
    )
