"""Infrared signatures of what flies: the plume of a burning stage."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from launchwatch.catalog.vehicles import Booster
from launchwatch.core.arrays import FloatArray
from launchwatch.core.geodesy import geodetic_from_itrf
from launchwatch.physics.radiometry import band_share, plume_intensity
from launchwatch.sim.truth.flight import Trajectory


@dataclass(frozen=True, eq=False)
class Plume:
    """The plume of what burns along a trajectory, the same to all sides (`scenes.objects.Emission`)."""

    booster: Booster
    path: Trajectory

    @property
    def spans_s(self) -> tuple[tuple[float, float], ...]:
        """The burns."""
        return self.path.burns_s

    def intensity_w_sr(self, t_s: FloatArray, band_um: tuple[float, float]) -> FloatArray:
        """Radiant intensity (n,) W/sr at times (n,)."""
        thrust_n, exhaust_m_s = self.path.thrust_at(t_s)
        height = geodetic_from_itrf(self.path.at(t_s)[0])[2]
        intensity = plume_intensity(self.booster.plume_efficiency, thrust_n, exhaust_m_s, height)
        return np.asarray(intensity * band_share(band_um))
