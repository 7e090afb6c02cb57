"""Radar cross sections of what flies."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from launchwatch.core.arrays import FloatArray


@dataclass(frozen=True)
class SteppedEcho:
    """One cross section until a time, s after the object's epoch, and another after it (`scenes.objects.Echo`)."""

    until_s: float
    before_m2: float
    after_m2: float

    def rcs_m2(self, t_s: FloatArray, observer_m: FloatArray, frequency_hz: float) -> FloatArray:
        """Cross section (n,) m^2 at times (n,)."""
        return np.where(t_s <= self.until_s, self.before_m2, self.after_m2)
