"""Radar cross sections of what flies, by frequency and by the side that a radar sees."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from launchwatch.catalog.radar import CrossSection
from launchwatch.core.arrays import FloatArray
from launchwatch.physics.radar import ratio
from launchwatch.sim.scenes.objects import Motion

_BANDS_HZ = {"hf": 15e6, "vhf": 160e6, "uhf": 430e6, "l": 1.3e9, "s": 3.0e9, "x": 9.5e9}
_ASPECTS_DEG = [0.0, 90.0, 180.0]


def pattern_db(section: CrossSection, frequency_hz: float, aspect_deg: FloatArray) -> FloatArray:
    """Cross section over its level, dB, linear in the aspect and in the logarithm of the frequency between bands.

    Parameters
    ----------
    section : CrossSection
    frequency_hz : float
    aspect_deg : FloatArray, shape (n,)
        Angle between the nose and the direction to the radar, 0 to 180.
    """
    bands = [getattr(section, name) for name in _BANDS_HZ]
    sides = [[one.nose_db, one.side_db, one.tail_db] for one in bands]
    known = np.log(list(_BANDS_HZ.values()))
    row = [np.interp(np.log(frequency_hz), known, column) for column in np.transpose(sides)]
    return np.asarray(np.interp(aspect_deg, _ASPECTS_DEG, row))


@dataclass(frozen=True, eq=False)
class BodyEcho:
    """The echo of a body that points along its velocity (`scenes.objects.Echo`).

    Attributes
    ----------
    section : by frequency and aspect.
    level_m2 : what its decibels are over.
    motion : of the body, for its aspect.
    """

    section: CrossSection
    level_m2: float
    motion: Motion

    def swerling(self, t_s: FloatArray) -> FloatArray:
        """Swerling's case (n,) at times (n,)."""
        return np.full(len(t_s), float(self.section.swerling))

    def rcs_m2(self, t_s: FloatArray, observer_m: FloatArray, frequency_hz: float) -> FloatArray:
        """Mean cross section (n,) m^2 at times (n,)."""
        position, velocity = self.motion(t_s)
        line = observer_m - position
        along = np.einsum("ni,ni->n", line, velocity)
        scale = np.linalg.norm(line, axis=1) * np.linalg.norm(velocity, axis=1)
        aspect = np.degrees(np.arccos(np.clip(along / np.maximum(scale, 1e-9), -1.0, 1.0)))
        return np.asarray(self.level_m2 * ratio(pattern_db(self.section, frequency_hz, aspect)))


@dataclass(frozen=True, eq=False)
class StagedEcho:
    """The echo of what carries a payload until a time, s after the object's epoch, and of the payload after it."""

    until_s: float
    before: BodyEcho
    after: BodyEcho

    def swerling(self, t_s: FloatArray) -> FloatArray:
        """Swerling's case (n,) at times (n,)."""
        return np.where(t_s <= self.until_s, self.before.swerling(t_s), self.after.swerling(t_s))

    def rcs_m2(self, t_s: FloatArray, observer_m: FloatArray, frequency_hz: float) -> FloatArray:
        """Mean cross section (n,) m^2 at times (n,)."""
        before, after = (one.rcs_m2(t_s, observer_m, frequency_hz) for one in (self.before, self.after))
        return np.where(t_s <= self.until_s, before, after)
