"""One look of a phased array at many bodies: where they stand in its field, which are detected, what is measured.

Everything is rows of arrays, one for each look at a body, whichever body and look they belong to.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from launchwatch.catalog.radar import ArrayMode, RadarSensor
from launchwatch.core.arrays import FloatArray, IntArray
from launchwatch.core.draws import normals
from launchwatch.core.frames import azimuth_elevation_range
from launchwatch.core.geodesy import geodetic_from_itrf, itrf_from_geodetic
from launchwatch.physics.ionosphere import ionospheric_delay
from launchwatch.physics.radar import angle_sigma, folded_range, range_sigma, ratio, scan_loss, snr_at
from launchwatch.physics.refraction import MEAN_REFRACTIVITY, air, elevation_error_deg, range_error_m
from launchwatch.physics.swerling import received_power
from launchwatch.physics.visibility import in_sectors, lowest_height, sector_widths
from launchwatch.sim.scenes.weather import MEAN_ELECTRON_CONTENT_M2, Scene

DRAWS = 6
"""Uniform numbers of one look at a body: three of the echo, three of the errors."""

_WIDEST_FACE_DEG = 120.0
_ROUNDING_M = 1.0  # a line that starts at a site on the ellipsoid may come out this little below it
_LEAST_COSINE = 0.05  # azimuth has no meaning near the zenith; its error is held at 20 beam errors
_BROADEST = 0.4  # cosine off boresight at which a beam is taken as no broader


class Placed(NamedTuple):
    """Bodies as a radar has them, n rows.

    Attributes
    ----------
    plot : (n, 3) azimuth deg, elevation deg, range m; the range as it seems, folded where echoes are taken for near.
    range_m : (n,) true range.
    off_deg : (n,) angle off the boresight of the nearest face.
    inside : (n,) whether the body is in the field.
    """

    plot: FloatArray
    range_m: FloatArray
    off_deg: FloatArray
    inside: NDArray[np.bool_]

    def rows(self, keep: NDArray[np.bool_] | IntArray) -> Placed:
        """Some rows."""
        return Placed(self.plot[keep], self.range_m[keep], self.off_deg[keep], self.inside[keep])


class Echoes(NamedTuple):
    """What looks at bodies give, n rows; all but `mean_snr` and `detected` mean something only where detected.

    Attributes
    ----------
    mean_snr : (n,) by the radar equation, plain ratio; 0 outside the field.
    power : (n,) received power over mean noise power: the SNR as it is measured.
    detected : (n,) whether it reaches the threshold.
    plot : (n, 3) measured azimuth deg, elevation deg, range m.
    sigma : (n, 3) their standard deviations, without the constant error of the site.
    """

    mean_snr: FloatArray
    power: FloatArray
    detected: NDArray[np.bool_]
    plot: FloatArray
    sigma: FloatArray


def faces_of(sensor: RadarSensor) -> FloatArray:
    """Azimuths of the boresights (m,), degrees: one face in the middle of each sector, more where it is wider than 120.

    Returns
    -------
    FloatArray, shape (m,)
    """
    start, width = sector_widths([(s.from_deg, s.to_deg) for s in sensor.sectors])
    faces = []
    for low, wide in zip(start, width, strict=True):
        count = int(np.ceil(wide / _WIDEST_FACE_DEG - 1e-9))
        faces += [low + wide * (k + 0.5) / count for k in range(count)]
    return np.mod(faces, 360.0)


def place(sensor: RadarSensor, mode: ArrayMode, position_m: ArrayLike) -> Placed:
    """Where bodies stand in a radar's field.

    Parameters
    ----------
    sensor : RadarSensor
        A phased array.
    mode : ArrayMode
        Its mode.
    position_m : array_like, shape (n, 3)
        ITRF, m.
    """
    target = np.asarray(position_m)
    site = itrf_from_geodetic(sensor.lat_deg, sensor.lon_deg, sensor.alt_m)
    azimuth, elevation, distance = azimuth_elevation_range(site, sensor.lat_deg, sensor.lon_deg, target)
    seems = distance if mode.range_gate else folded_range(distance, mode.pulse_repetition_s)
    inside = (
        (elevation >= sensor.elevation_min_deg)
        & (elevation <= sensor.elevation_max_deg)
        & (seems >= sensor.range_min_km * 1e3)
        & (seems <= sensor.range_max_km * 1e3)
        & in_sectors(azimuth, [(s.from_deg, s.to_deg) for s in sensor.sectors])
    )
    if sensor.elevation_min_deg < 0.0:
        inside &= lowest_height(site, target) >= -_ROUNDING_M
    off_deg = off_boresight_deg(sensor, mode, azimuth, elevation)
    return Placed(np.column_stack([azimuth, elevation, seems]), distance, off_deg, inside)


def off_boresight_deg(
    sensor: RadarSensor, mode: ArrayMode, azimuth_deg: FloatArray, elevation_deg: FloatArray
) -> FloatArray:
    """Angle (n,) between directions (n,) and the boresight of the nearest face, degrees."""
    tilt, el = np.radians(mode.boresight_elevation_deg), np.radians(elevation_deg)
    away = np.radians(azimuth_deg[:, None] - faces_of(sensor))
    cosine = np.sin(el) * np.sin(tilt) + np.cos(el) * np.cos(tilt) * np.cos(away).max(axis=1)
    return np.asarray(np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))))


def echoes(
    sensor: RadarSensor,
    mode: ArrayMode,
    placed: Placed,
    rcs_m2: ArrayLike,
    swerling: ArrayLike,
    uniforms: ArrayLike,
    bias: ArrayLike = (0.0, 0.0, 0.0),
) -> Echoes:
    """Looks at bodies: mean SNR by the radar equation, a fluctuating echo, a threshold, errors that follow from it.

    Parameters
    ----------
    sensor, mode : RadarSensor, ArrayMode
    placed : Placed
        Bodies, n rows, from `place`.
    rcs_m2 : array_like, shape (n,) or ()
        Mean cross section towards the radar, m^2.
    swerling : array_like of int, shape (n,) or ()
        Swerling's case of its fluctuation.
    uniforms : array_like, shape (n, DRAWS)
        Numbers in (0, 1) of each look (`core.draws.look_uniforms`).
    bias : array_like, shape (3,) or (n, 3)
        Constant errors of azimuth deg, elevation deg, range m.

    Returns
    -------
    Echoes
        Errors: angles by monopulse with a beam that broadens off boresight, range, both from the measured SNR.
    """
    u, reference = np.asarray(uniforms), sensor.reference
    snr = snr_at(placed.range_m, rcs_m2, reference.range_km * 1e3, reference.rcs_m2, reference.snr_db)
    snr = np.where(placed.inside, snr * scan_loss(placed.off_deg, mode.scan_loss_exponent), 0.0)
    power = received_power(snr, swerling, u[:, :3])
    detected = placed.inside & (power >= ratio(sensor.threshold_snr_db))
    sigma = sigmas(sensor, placed.plot[:, 1], placed.off_deg, power)
    plot = placed.plot + np.asarray(bias) + normals(u[:, 3:]) * sigma
    plot[:, 0] %= 360.0
    return Echoes(snr, power, detected, plot, sigma)


def sigmas(sensor: RadarSensor, elevation_deg: FloatArray, off_deg: FloatArray, power: FloatArray) -> FloatArray:
    """Standard deviations (n, 3) of azimuth deg, elevation deg, range m, of looks with a measured SNR."""
    beam = sensor.beamwidth_deg / np.maximum(np.cos(np.radians(off_deg)), _BROADEST)
    angle = beam * angle_sigma(1.0, power)
    across = np.maximum(np.cos(np.radians(elevation_deg)), _LEAST_COSINE)
    return np.column_stack([angle / across, angle, range_sigma(sensor.sigma_range_m, power)])


def uncorrected(sensor: RadarSensor, scene: Scene, placed: Placed, position_m: FloatArray) -> FloatArray:
    """Errors (n, 3) that air and ionosphere leave: deg, deg, m.

    Radars correct for the mean atmosphere and the mean electron content; what is left is by how much the true ones
    differ.
    """
    left = np.zeros((len(position_m), 3))
    odd_content = scene.electron_content_m2 - MEAN_ELECTRON_CONTENT_M2
    odd_air = scene.surface_refractivity - MEAN_REFRACTIVITY
    if not len(position_m) or (odd_content == 0.0 and odd_air == 0.0):
        return left
    elevation, height = placed.plot[:, 1], geodetic_from_itrf(position_m)[2]
    left[:, 2] = ionospheric_delay(sensor.frequency_mhz * 1e6, odd_content, elevation, height)
    if odd_air != 0.0:
        true, mean = air(scene.surface_refractivity), air(MEAN_REFRACTIVITY)
        left[:, 1] = elevation_error_deg(elevation, height, true) - elevation_error_deg(elevation, height, mean)
        left[:, 2] += range_error_m(elevation, height, true) - range_error_m(elevation, height, mean)
    return np.nan_to_num(left)
