"""Sunlight off the tops of high clouds, which a satellite that grazes the limb took for plumes in 1983."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from launchwatch.core.arrays import FloatArray
from launchwatch.core.epochs import NS
from launchwatch.core.geodesy import itrf_from_geodetic
from launchwatch.physics.radiometry import black_body_radiance
from launchwatch.sim.scenes.objects import SeenObject

SUN_K = 5772.0
"""Effective temperature of the Sun (IAU 2015), by whose colour the light of a glint follows from that in one band."""


@dataclass(frozen=True)
class Mirrored:
    """Light of one patch of cloud while the geometry lasts: it swells and fades.

    Attributes
    ----------
    intensity : W/sr at its peak in `band_um`.
    lasts_s : from first to last light.
    """

    intensity: float
    band_um: tuple[float, float]
    lasts_s: float

    @property
    def spans_s(self) -> tuple[tuple[float, float], ...]:
        """All of its time."""
        return ((0.0, self.lasts_s),)

    def intensity_w_sr(self, t_s: FloatArray, band_um: tuple[float, float]) -> FloatArray:
        """Radiant intensity (n,) W/sr in a band towards the satellite."""
        colour = float(black_body_radiance(band_um, SUN_K)) / float(black_body_radiance(self.band_um, SUN_K))
        phase = np.clip(np.asarray(t_s) / self.lasts_s, 0.0, 1.0)
        return np.asarray(self.intensity * colour * np.sin(np.pi * phase))


def glint(
    name: str,
    lat_deg: float,
    lon_deg: float,
    height_m: float,
    start_ns: int,
    stop_ns: int,
    intensity_w_sr: float,
    band_um: tuple[float, float],
) -> SeenObject:
    """A glint that stands on a cloud's top between two epochs, ns TAI; no radar sees it.

    Parameters
    ----------
    intensity_w_sr : at its peak, in `band_um`, towards the satellites of the play.
    """
    place = itrf_from_geodetic(lat_deg, lon_deg, height_m)

    def motion(t_s: FloatArray) -> tuple[FloatArray, FloatArray]:
        count = len(t_s)
        return np.broadcast_to(place, (count, 3)).copy(), np.zeros((count, 3))

    lasts_s = (stop_ns - start_ns) / NS
    return SeenObject(
        id=name,
        kind="glint",
        launch=None,
        epoch_ns=start_ns,
        begin_s=0.0,
        end_s=lasts_s,
        motion=motion,
        emission=Mirrored(intensity_w_sr, band_um, lasts_s),
        echo=None,
    )
