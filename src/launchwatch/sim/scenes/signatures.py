"""Infrared signatures of what flies: burning stages, what glows on re-entry, the hot skin of a glide body."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from launchwatch.catalog.plumes import Bounded, Plume
from launchwatch.catalog.vehicles import Booster, Glide
from launchwatch.core.arrays import FloatArray
from launchwatch.core.draws import look_uniforms
from launchwatch.core.geodesy import geodetic_from_itrf
from launchwatch.physics.atmosphere import density
from launchwatch.physics.entry import radiative_equilibrium, stagnation_heating
from launchwatch.physics.radiometry import band_share, black_body_radiance, plume_height_factor, plume_intensity
from launchwatch.sim.scenes.objects import Emission, Motion
from launchwatch.sim.truth.flight import Trajectory

GLOW_TOP_M = 100e3
"""What re-enters is dark above this height."""
GLOW_AREA = (0.3, 1.0, 3.0)
"""Bounds of the glowing area of what re-enters, over that of its nominal front: wake and tumbling (assumption)."""
PAYLOAD_FRONT_M, PAYLOAD_NOSE_M, PAYLOAD_MOST_K = 0.5, 0.05, 3200.0
"""Diameter of a re-entering payload's front and radius of its nose, and the temperature at which its ablating shield
stays: assumptions."""
STAGE_MOST_K = 2600.0
"""Temperature at which a decaying stage stays, between the melting of aluminium and that of its oxide: assumption."""
SKIN_AREA = (0.5, 1.0, 2.0)
"""Bounds of a glide body's hot skin over the nominal one (assumption)."""
_SAMPLES = 2000  # of a flight, to find when it glows


@dataclass(frozen=True)
class Signatures:
    """What the light of flights is made from.

    Attributes
    ----------
    plumes : blocks of the catalogue by id.
    seed : of draws between the bounds, one set for each launch; None: nominal values.
    entry : whether what re-enters glows.
    """

    plumes: Mapping[str, Plume]
    seed: int | None = None
    entry: bool = False

    def draws(self, launch: str) -> FloatArray:
        """(7,) uniform numbers of a launch, one for each uncertain figure; the middle where none is drawn."""
        if self.seed is None:
            return np.full(7, np.nan)
        return np.asarray(look_uniforms(self.seed, "signature", launch, 0, 1, 7)[0])


def between(bounds: Bounded, uniform: float) -> float:
    """A value between bounds, evenly by its logarithm; the nominal one where the number is NaN."""
    low, nominal, high = bounds
    return nominal if np.isnan(uniform) else float(low * (high / low) ** uniform)


@dataclass(frozen=True, eq=False)
class BurningStages:
    """The plumes of what burns along a trajectory, the same to all sides (`scenes.objects.Emission`).

    Attributes
    ----------
    booster, path : what burns, and how it flies.
    signatures : the plumes.
    draws : (7,) of the launch (`Signatures.draws`).
    """

    booster: Booster
    path: Trajectory
    signatures: Signatures
    draws: FloatArray

    @property
    def spans_s(self) -> tuple[tuple[float, float], ...]:
        """The burns: nothing shines between stages, and a stage that flies back shines again."""
        return self.path.burns_s

    def intensity_w_sr(self, t_s: FloatArray, band_um: tuple[float, float]) -> FloatArray:
        """Radiant intensity (n,) W/sr at times (n,)."""
        thrust_n, exhaust_m_s = self.path.thrust_at(t_s)
        height = geodetic_from_itrf(self.path.at(t_s)[0])[2]
        number = self.path.stage_at(t_s)
        out = plume_intensity(1.0, thrust_n, exhaust_m_s)
        for one in np.unique(number):
            here = number == one
            out[here] *= self._factor(int(one), height[here], band_um)
        return out

    def _factor(self, number: int, height_m: FloatArray, band_um: tuple[float, float]) -> FloatArray:
        """Efficiency in the band at heights (n,), for a stage by its number from 1."""
        plume = self.signatures.plumes[self.booster.stages[max(number, 1) - 1].plume_of]
        efficiency = between(own_efficiency(self.booster) or plume.efficiency, self.draws[0])
        gain = between(plume.afterburning_gain, self.draws[1])
        trough, level = between(plume.trough, self.draws[2]), between(plume.high_level, self.draws[3])
        factors = (1.0, 1.0 / gain, trough, trough, level)
        share = float(band_share(band_um, between(plume.temperature_k, self.draws[4])))
        return efficiency * share * plume_height_factor(height_m, plume.heights_km, factors)


def own_efficiency(booster: Booster) -> Bounded | None:
    """Bounds and value of a booster's own plume efficiency, or None where it is that of its stages' plumes."""
    low, nominal, high = booster.plume_efficiency_low, booster.plume_efficiency, booster.plume_efficiency_high
    return None if low is None or nominal is None or high is None else (low, nominal, high)


@dataclass(frozen=True, eq=False)
class ReentryGlow:
    """What falls into the air glows by the heat at its front (`scenes.objects.Emission`).

    The front is a black body at the temperature at which it radiates what the air heats it with (Sutton and Graves,
    1971), and no hotter than its material stays. Shock layer and wake are left to the bounds of the area.

    Attributes
    ----------
    motion : the fall.
    spans_s : when it is in the air (`in_air_s`).
    nose_radius_m, front_m : radius of the nose, diameter of the front.
    most_k : temperature that its material stays at.
    area : glowing area over that of the front.
    """

    motion: Motion
    spans_s: tuple[tuple[float, float], ...]
    nose_radius_m: float
    front_m: float
    most_k: float
    area: float

    def intensity_w_sr(self, t_s: FloatArray, band_um: tuple[float, float]) -> FloatArray:
        """Radiant intensity (n,) W/sr at times (n,)."""
        position, velocity = self.motion(t_s)
        air = density(geodetic_from_itrf(position)[2])
        heating = stagnation_heating(air, np.linalg.norm(velocity, axis=-1), self.nose_radius_m)
        temperature = np.clip(radiative_equilibrium(heating, 1.0), 200.0, self.most_k)
        front = 0.25 * np.pi * self.front_m**2 * self.area
        return np.asarray(front * black_body_radiance(band_um, temperature))


@dataclass(frozen=True, eq=False)
class GlideSkin:
    """The skin of a body that glides, as hot as it must be to radiate its heating (`scenes.objects.Emission`).

    Attributes
    ----------
    motion, glide : how it flies, and its skin.
    spans_s : when it is in the air.
    area : of the skin over the nominal one.
    """

    motion: Motion
    spans_s: tuple[tuple[float, float], ...]
    glide: Glide
    area: float

    def intensity_w_sr(self, t_s: FloatArray, band_um: tuple[float, float]) -> FloatArray:
        """Radiant intensity (n,) W/sr at times (n,)."""
        position, velocity = self.motion(t_s)
        air = density(geodetic_from_itrf(position)[2])
        heating = stagnation_heating(air, np.linalg.norm(velocity, axis=-1), self.glide.nose_radius_m)
        emissivity = self.glide.skin_emissivity
        temperature = np.maximum(radiative_equilibrium(self.glide.skin_heating * heating, emissivity), 200.0)
        return np.asarray(emissivity * self.area * self.glide.skin_area_m2 * black_body_radiance(band_um, temperature))


@dataclass(frozen=True, eq=False)
class InTurn:
    """Several lights of one object, each in spans of its own (`scenes.objects.Emission`)."""

    parts: Sequence[Emission]

    @property
    def spans_s(self) -> tuple[tuple[float, float], ...]:
        """Those of all, in order."""
        spans = sorted(span for part in self.parts for span in part.spans_s)
        merged: list[tuple[float, float]] = []
        for begin, end in spans:
            if merged and begin <= merged[-1][1]:
                merged[-1] = merged[-1][0], max(merged[-1][1], end)
            else:
                merged.append((begin, end))
        return tuple(merged)

    def intensity_w_sr(self, t_s: FloatArray, band_um: tuple[float, float]) -> FloatArray:
        """Sum of those that shine at times (n,), W/sr."""
        total = np.zeros(len(t_s))
        for part in self.parts:
            for begin, end in part.spans_s:
                here = (t_s >= begin) & (t_s <= end)
                total[here] += part.intensity_w_sr(t_s[here], band_um)
        return total


def in_air_s(path: Trajectory) -> tuple[tuple[float, float], ...]:
    """When a flight that comes down is below `GLOW_TOP_M` for good; none where it ends above, or never was."""
    t = np.linspace(path.start_s, path.end_s, _SAMPLES)
    above = geodetic_from_itrf(path.at(t)[0])[2] > GLOW_TOP_M
    if above[-1] or not above.any():
        return ()
    return ((float(t[np.flatnonzero(above)[-1] + 1]), path.end_s),)
