"""What shines and is no launch: fires on the ground, fireballs in the air, lightning at the tops of clouds.

Places, times and energies are those of real records; what the records do not hold is an assumption, named here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from launchwatch.core.arrays import FloatArray, IntArray
from launchwatch.core.draws import look_uniforms
from launchwatch.core.epochs import NS
from launchwatch.core.frames import enu_axes
from launchwatch.core.geodesy import itrf_from_geodetic
from launchwatch.physics.radiometry import black_body_radiance
from launchwatch.sim.scenes.objects import SeenObject

FIRE_K = 1000.0
"""Black-body temperature of a fire: flames and embers from 800 to 1,200 K (Kaufman et al., 1998); an assumption."""

ONE_FIRE_M = 2000.0
"""Hot pixels nearer to each other than this are one fire: the pixels of MODIS touch, and lie 1 km apart or more."""

BURNS_S = 6.0 * 3600.0
"""So long a fire burns besides the time between its first and last pass, about the time between two passes: an
assumption. How much of it lies before the first pass is drawn, each part as likely."""

FIREBALL_K = 6000.0
"""Black-body temperature by which the table's energies were derived (Tagliaferri et al., 1994)."""

AIR_SCALE_M = 7000.0
"""Height in which air thins to 1/e, 20 to 70 km up (US Standard 1976: 6.3 to 8.0 km)."""

TYPICAL_SPEED_M_S, TYPICAL_HEIGHT_M = 17e3, 35e3
"""Of fireballs whose row has none: the medians of the rows that have them. Their direction is drawn."""

FAINT = 0.01
"""A fireball begins where the air is so thin relative to its peak; it has 2 % of its peak light there."""

PUPIL_M2 = math.pi / 4.0 * 0.11**2
"""Aperture of the lightning mapper, m^2: 11 cm across (Goodman et al., 2013), from memory."""

LINE_SHARE = 0.05
"""Part of the light of lightning from 0.4 to 1.0 um that leaves in the line at 777.4 nm; an assumption."""

LIGHTNING_K = 20e3
"""Temperature of the channel, by which the infrared follows from the visible (Orville, 1968: to 30,000 K)."""

VISIBLE_UM = (0.4, 1.0)

CLOUD_TOP_M = 12e3
"""Height of the tops of thunderclouds; an assumption."""

_STEFAN_BOLTZMANN = 5.670374419e-8  # W / (m^2 K^4)


def band_fraction(band_um: tuple[float, float], temperature_k: float) -> float:
    """Part of the power of a black body that leaves in a band."""
    return float(np.pi * black_body_radiance(band_um, temperature_k)) / (_STEFAN_BOLTZMANN * temperature_k**4)


@dataclass(frozen=True)
class Fires:
    """Steady sources on the ground.

    Attributes
    ----------
    id : (n,) names, from the first hot pixel of each.
    lat_deg, lon_deg : (n,) middle of its pixels, weighted by power.
    begin_ns, end_ns : (n,) span in which it burns, ns TAI.
    power_w : (n,) fire radiative power: the mean of its passes, each the sum of its pixels.
    """

    id: tuple[str, ...]
    lat_deg: FloatArray
    lon_deg: FloatArray
    begin_ns: IntArray
    end_ns: IntArray
    power_w: FloatArray

    def intensity_w_sr(self, band_um: tuple[float, float]) -> FloatArray:
        """Radiant intensity (n,) W/sr in a band, before any air.

        A flat black body would shine so straight up and less to the side; flames shine to all sides alike, which is
        taken here and errs to the bright side.
        """
        return self.power_w * band_fraction(band_um, FIRE_K) / math.pi

    def beginning(self, start_ns: int, stop_ns: int) -> Fires:
        """Those that begin to burn between two epochs."""
        rows = np.flatnonzero((self.begin_ns >= start_ns) & (self.begin_ns <= stop_ns))
        return Fires(
            id=tuple(self.id[i] for i in rows.tolist()),
            lat_deg=self.lat_deg[rows],
            lon_deg=self.lon_deg[rows],
            begin_ns=self.begin_ns[rows],
            end_ns=self.end_ns[rows],
            power_w=self.power_w[rows],
        )


def fires(time_ns: IntArray, lat_deg: FloatArray, lon_deg: FloatArray, power_w: FloatArray, seed: int) -> Fires:
    """Fires from hot pixels: those that touch are one, of one pass or of several.

    Parameters
    ----------
    time_ns : (n,) epoch of the pass, ns TAI.
    lat_deg, lon_deg : (n,) WGS-84.
    power_w : (n,) fire radiative power of each pixel, W; one without any is left out.
    seed : of the moments at which they begin.
    """
    from scipy.sparse.csgraph import connected_components  # slow to import, and no run without fires needs it
    from scipy.spatial import cKDTree

    burning = power_w > 0.0
    time_ns, lat_deg, lon_deg, power_w = time_ns[burning], lat_deg[burning], lon_deg[burning], power_w[burning]
    if not len(time_ns):
        empty = np.empty(0)
        return Fires((), empty, empty, time_ns, time_ns, empty)
    where = itrf_from_geodetic(lat_deg, lon_deg)
    near = cKDTree(where)
    count, fire = connected_components(near.sparse_distance_matrix(near, ONE_FIRE_M), directed=False)
    total = np.bincount(fire, power_w, count)
    middle = np.column_stack([np.bincount(fire, power_w * axis, count) for axis in where.T])
    east = np.degrees(np.arctan2(middle[:, 1], middle[:, 0]))
    first, last = np.full(count, np.iinfo(np.int64).max), np.zeros(count, np.int64)
    np.minimum.at(first, fire, time_ns)
    np.maximum.at(last, fire, time_ns)
    passes = np.bincount(np.unique(np.column_stack([fire, time_ns]), axis=0)[:, 0], minlength=count)
    before_ns = np.rint(look_uniforms(seed, "fires", "begin", 0, count, 1)[:, 0] * BURNS_S * NS).astype(np.int64)
    _, leader = np.unique(fire, return_index=True)
    return Fires(
        id=tuple(f"fire-{i}" for i in leader.tolist()),
        lat_deg=np.bincount(fire, power_w * lat_deg, count) / total,
        lon_deg=east,
        begin_ns=first - before_ns,
        end_ns=last + round(BURNS_S * NS) - before_ns,
        power_w=total / passes,
    )


@dataclass(frozen=True)
class FireballLight:
    """The light of one fireball (`scenes.objects.Emission`): a body that ablates and does not break.

    With the density of the air over that at the peak, x, its light is ``9/4 x (1 - x/3)^2`` of the peak (Levin, 1956;
    McKinley, 1961), and x grows by e in the time that it falls one scale height. It ends at x = 3; what glows on behind
    it is left out.
    """

    radiated_j: float
    e_fold_s: float

    @property
    def spans_s(self) -> tuple[tuple[float, float], ...]:
        """From `FAINT` to the end; time 0 is the peak."""
        return ((math.log(FAINT) * self.e_fold_s, math.log(3.0) * self.e_fold_s),)

    def power_w(self, t_s: FloatArray) -> FloatArray:
        """Light given off (n,) W at times (n,) s after the peak; its integral is `radiated_j`."""
        x = np.minimum(np.exp(np.asarray(t_s) / self.e_fold_s), 3.0)
        # over ln x the curve has the area 9/4
        return np.asarray(self.radiated_j / self.e_fold_s * x * (1.0 - x / 3.0) ** 2)

    def intensity_w_sr(self, t_s: FloatArray, band_um: tuple[float, float]) -> FloatArray:
        """Radiant intensity (n,) W/sr in a band, the same to all sides."""
        return self.power_w(t_s) * (band_fraction(band_um, FIREBALL_K) / (4.0 * math.pi))


@dataclass(frozen=True, eq=False)
class Straight:
    """A straight path at constant speed through a point (3,) at time 0 (`scenes.objects.Motion`); ITRF."""

    point_m: FloatArray
    velocity_m_s: FloatArray

    def __call__(self, t_s: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Position and velocity (n, 3) at times (n,)."""
        moved = self.point_m + np.asarray(t_s)[:, None] * self.velocity_m_s
        return moved, np.broadcast_to(self.velocity_m_s, moved.shape)


def fireballs(
    time_ns: IntArray,
    lat_deg: FloatArray,
    lon_deg: FloatArray,
    altitude_m: FloatArray,
    velocity_m_s: FloatArray,
    radiated_j: FloatArray,
    seed: int,
) -> list[SeenObject]:
    """Fireballs as objects; those without a place are left out.

    Parameters
    ----------
    time_ns : (n,) peak of brightness, ns TAI.
    lat_deg, lon_deg, altitude_m : (n,) of the peak; nan where not known.
    velocity_m_s : (n, 3) ITRF; nan where not known.
    radiated_j : (n,) total light, J.
    seed : of the directions of those without a velocity.
    """
    found = []
    for i in np.flatnonzero(np.isfinite(lat_deg)).tolist():
        height = altitude_m[i] if math.isfinite(altitude_m[i]) else TYPICAL_HEIGHT_M
        up = enu_axes(lat_deg[i], lon_deg[i])
        velocity = velocity_m_s[i]
        if not np.isfinite(velocity).all() or up[2] @ velocity >= 0.0:
            velocity = _drawn_fall(seed, i) @ up
        fall_m_s = -float(up[2] @ velocity)
        light = FireballLight(float(radiated_j[i]), AIR_SCALE_M / fall_m_s)
        ((begin_s, end_s),) = light.spans_s
        found.append(
            SeenObject(
                id=f"fireball-{i}",
                kind="fireball",
                launch=None,
                epoch_ns=int(time_ns[i]),
                begin_s=begin_s,
                end_s=end_s,
                motion=Straight(itrf_from_geodetic(lat_deg[i], lon_deg[i], height), velocity),
                emission=light,
                echo=None,
            )
        )
    return found


def _drawn_fall(seed: int, index: int) -> FloatArray:
    """Velocity east, north, up (3,) of a fireball of which none is known.

    The azimuth is even and the angle to the vertical is that of bodies from all sides, ``sin^2 z`` even; none is
    flatter than 10 degrees.
    """
    u = look_uniforms(seed, "fireballs", "direction", index, 1, 2)[0]
    turn = 2.0 * math.pi * u[0]
    sine = math.sqrt(u[1]) * math.cos(math.radians(10.0))
    return TYPICAL_SPEED_M_S * np.array([sine * math.cos(turn), sine * math.sin(turn), -math.sqrt(1.0 - sine**2)])


@dataclass(frozen=True)
class Strokes:
    """Pulses of light that are over within one look.

    Attributes
    ----------
    id : (n,) name of the flash of each.
    time_ns : (n,) ns TAI.
    lat_deg, lon_deg : (n,)
    line_j_sr : (n,) light in the line at 777.4 nm toward the mapper, J/sr.
    """

    id: tuple[str, ...]
    time_ns: IntArray
    lat_deg: FloatArray
    lon_deg: FloatArray
    line_j_sr: FloatArray

    def energy_j_sr(self, band_um: tuple[float, float]) -> FloatArray:
        """Light (n,) J/sr in a band above the cloud.

        As if the cloud let the infrared through as it does the visible: ice absorbs it, so this errs to the bright
        side.
        """
        share = band_fraction(band_um, LIGHTNING_K) / band_fraction(VISIBLE_UM, LIGHTNING_K) / LINE_SHARE
        return self.line_j_sr * share


def strokes(
    name: str,
    time_ns: IntArray,
    lat_deg: FloatArray,
    lon_deg: FloatArray,
    energy_j: FloatArray,
    flash: IntArray,
    mapper_m: FloatArray,
) -> Strokes:
    """Strokes of lightning from what a mapper measured.

    Parameters
    ----------
    name : of the file, for the names of flashes.
    time_ns, lat_deg, lon_deg : (n,)
    energy_j : (n,) at the aperture, J.
    flash : (n,) number of the flash of each.
    mapper_m : (3,) ITRF.
    """
    away = np.linalg.norm(itrf_from_geodetic(lat_deg, lon_deg, CLOUD_TOP_M) - mapper_m, axis=1)
    ids = tuple(f"lightning-{name}-{k}" for k in flash.tolist())
    return Strokes(ids, time_ns, lat_deg, lon_deg, energy_j * away**2 / PUPIL_M2)


def joined(parts: Sequence[Strokes]) -> Strokes:
    """Strokes of several files as one, in order of time."""
    time_ns, lat, lon, line = (
        np.concatenate([np.empty(0, kind), *(getattr(part, name) for part in parts)])
        for name, kind in (("time_ns", np.int64), ("lat_deg", float), ("lon_deg", float), ("line_j_sr", float))
    )
    ids = [name for part in parts for name in part.id]
    order = np.argsort(time_ns, kind="stable")
    return Strokes(tuple(ids[i] for i in order.tolist()), time_ns[order], lat[order], lon[order], line[order])
