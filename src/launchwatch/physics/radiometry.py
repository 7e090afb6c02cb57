"""Infrared radiometry: plume intensity, transmission of the air, irradiance, detection in noise.

There is no public table of W/sr by missile. Intensity is a declared model with wide bounds, not a value: a small
fraction of the jet power leaves in the band, modulated by height.

Transmission is from our own runs of LOWTRAN7 (US Standard 1976, clear, no aerosol, 20 cm^-1, weighted by a black body
of 1800 K) from the plume to space. Note on hot lines: those of a gas plume coincide with the absorption lines of cold
water vapour, so the true transmission of a gas plume is lower than the table low in the air, and higher where hot lines
leak past the edges of the cold band. The plume of a solid, mostly a continuum, is closer to the table. Humid tropics
are worse than this atmosphere.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from launchwatch.core.arrays import FloatArray
from launchwatch.core.geodesy import A

HEIGHTS_KM = np.array([0.0, 1.0, 2.0, 3.0, 5.0, 7.0, 9.0, 10.0, 12.0, 15.0, 20.0, 25.0, 30.0, 40.0, 50.0])
"""(15,) plume heights of the transmission tables, km."""

ZENITHS_DEG = np.array([0.0, 60.0, 75.0])
"""(3,) zenith angles of the transmission tables, degrees, at the plume.

The column of 75 degrees follows the growth of optical depth with air mass from 60 to 75 degrees of the coarser run.
"""

TRANSMISSION = {
    (2.65, 2.80): np.array(
        [
            [0.0000, 0.0000, 0.0000],  # 0 km
            [0.0000, 0.0000, 0.0000],  # 1 km
            [0.0000, 0.0000, 0.0000],  # 2 km
            [0.0001, 0.0000, 0.0000],  # 3 km
            [0.0098, 0.0012, 0.0001],  # 5 km
            [0.0904, 0.0334, 0.0094],  # 7 km
            [0.2755, 0.1663, 0.0902],  # 9 km
            [0.3641, 0.2437, 0.1542],  # 10 km
            [0.5038, 0.3774, 0.2675],  # 12 km
            [0.6540, 0.5381, 0.4205],  # 15 km
            [0.8197, 0.7429, 0.6503],  # 20 km
            [0.9108, 0.8684, 0.8134],  # 25 km
            [0.9564, 0.9346, 0.9048],  # 30 km
            [0.9889, 0.9831, 0.9750],  # 40 km
            [0.9972, 0.9957, 0.9936],  # 50 km
        ]
    ),
    (2.65, 2.95): np.array(
        [
            [0.0361, 0.0138, 0.0035],  # 0 km
            [0.0627, 0.0305, 0.0109],  # 1 km
            [0.0988, 0.0576, 0.0270],  # 2 km
            [0.1429, 0.0947, 0.0539],  # 3 km
            [0.2438, 0.1872, 0.1369],  # 5 km
            [0.3713, 0.2974, 0.2305],  # 7 km
            [0.5314, 0.4429, 0.3660],  # 9 km
            [0.5964, 0.5071, 0.4290],  # 10 km
            [0.6924, 0.6068, 0.5263],  # 12 km
            [0.7893, 0.7156, 0.6376],  # 15 km
            [0.8917, 0.8448, 0.7875],  # 20 km
            [0.9468, 0.9213, 0.8884],  # 25 km
            [0.9741, 0.9610, 0.9432],  # 30 km
            [0.9934, 0.9900, 0.9852],  # 40 km
            [0.9983, 0.9974, 0.9961],  # 50 km
        ]
    ),
}  # fmt: skip
"""(15, 3) transmission from the plume to space by band (um): rows heights, columns zenith angles."""

_OPAQUE = 1.0e-5  # what a zero of the tables stands for: they carry four decimals

# Factor on plume intensity by height: afterburning dies out towards 60 km, the trough lies at 70-90 km, and the thin,
# wide plume brightens again above 120 km (Forden, SBIRS signal and background; factors are our own, within its bounds).
_PLUME_HEIGHT_KM = np.array([0.0, 45.0, 55.0, 65.0, 75.0, 85.0, 100.0, 120.0])
_PLUME_LOG = np.log([1.0, 1.0, 0.8, 0.35, 0.18, 0.18, 0.28, 0.40])

_PLUME_BAND_UM = (2.65, 2.95)  # band that plume efficiency is stated for
_PLUME_K = 1800.0
_SECOND_RADIATION_UM_K = 14387.769  # hc/k


def plume_height_factor(height_m: ArrayLike) -> FloatArray:
    """Factor on plume intensity by height: 1 to 45 km, 0.18 in the trough at 75-85 km, 0.4 from 120 km on.

    Parameters
    ----------
    height_m : array_like
        Height above the ellipsoid, m.

    Returns
    -------
    FloatArray
        Same shape. Source: Forden, "SBIRS - Signal and Background" for the shape; the factors are assumptions.
    """
    return np.asarray(np.exp(np.interp(np.asarray(height_m) * 1e-3, _PLUME_HEIGHT_KM, _PLUME_LOG)))


def plume_intensity(
    efficiency: float, thrust_n: ArrayLike, exhaust_speed_m_s: ArrayLike, height_m: ArrayLike
) -> FloatArray:
    """Radiant intensity of a plume in 2.65-2.95 um, the same to all sides.

    Parameters
    ----------
    efficiency : float
        Fraction of the jet power that leaves in the band; 3e-4 to 3e-3.
    thrust_n, exhaust_speed_m_s, height_m : array_like
        Thrust N, effective exhaust speed m/s, height above the ellipsoid m.

    Returns
    -------
    FloatArray
        W/sr: ``efficiency * F * v_e / 2 / (4 pi) * plume_height_factor``.
    """
    jet_w = 0.5 * np.asarray(thrust_n) * np.asarray(exhaust_speed_m_s)
    return np.asarray(efficiency * jet_w / (4.0 * np.pi) * plume_height_factor(height_m))


def band_share(band_um: tuple[float, float]) -> float:
    """Power of a black body of 1800 K in a band over that in 2.65-2.95 um, to which plume efficiency refers."""
    return _black_body(band_um) / _black_body(_PLUME_BAND_UM)


def _black_body(band_um: tuple[float, float]) -> float:
    um = np.linspace(*band_um, 301)
    spectral = um**-5 / np.expm1(_SECOND_RADIATION_UM_K / (um * _PLUME_K))
    return float(spectral.mean() * (band_um[1] - band_um[0]))


def air_mass(zenith_deg: ArrayLike) -> FloatArray:
    """Path through the air over the vertical one; 38 at the horizon (Kasten and Young, 1989). Zenith angle 0 to 90."""
    z = np.asarray(zenith_deg, dtype=np.float64)
    return np.asarray(1.0 / (np.cos(np.radians(z)) + 0.50572 * (96.07995 - z) ** -1.6364))


def transmission(band_um: tuple[float, float], height_m: ArrayLike, zenith_deg: ArrayLike) -> FloatArray:
    """Transmission of clear air in a band from a plume to space.

    The logarithm of optical depth is interpolated linearly in height and in the logarithm of air mass, and goes on with
    its last slopes above 50 km and beyond 75 degrees. Beyond 90 degrees the path dips to its lowest point and rises
    again: twice the level path from there, less the part behind the plume.

    Parameters
    ----------
    band_um : tuple of float
        One of the bands of `TRANSMISSION`, um.
    height_m : array_like
        Height of the plume above the ellipsoid, m; below 0 counts as 0.
    zenith_deg : array_like
        Angle at the plume between the vertical and the direction to the sensor, degrees.

    Returns
    -------
    FloatArray
        In [0, 1], broadcast shape; 0 where the path dips below the ground.

    Raises
    ------
    ValueError
        A band that is not tabulated.
    """
    table = TRANSMISSION.get((float(band_um[0]), float(band_um[1])))
    if table is None:
        known = ", ".join(f"{lo:.2f}-{hi:.2f}" for lo, hi in TRANSMISSION)
        raise ValueError(f"band_um {list(band_um)}: no transmission is tabulated for it; choose one of {known} um")
    height, zenith = np.broadcast_arrays(np.maximum(height_m, 0.0), np.asarray(zenith_deg, dtype=np.float64))
    log_depth = np.log(-np.log(np.maximum(table, _OPAQUE)))
    depth = _depth(log_depth, height, np.minimum(zenith, 180.0 - zenith))
    dips = zenith > 90.0
    if np.any(dips):
        lowest = (A + height[dips]) * np.sin(np.radians(zenith[dips])) - A
        level = _depth(log_depth, np.maximum(lowest, 0.0), np.full(lowest.shape, 90.0))
        depth[dips] = np.where(lowest < 0.0, np.inf, np.maximum(2.0 * level - depth[dips], 0.0))
    return np.asarray(np.exp(-depth))


def _depth(log_depth: FloatArray, height_m: FloatArray, zenith_deg: FloatArray) -> FloatArray:
    """Optical depth to space of a path that only rises."""
    km = height_m * 1e-3
    i = np.clip(np.searchsorted(HEIGHTS_KM, km, side="right") - 1, 0, len(HEIGHTS_KM) - 2)
    part = (km - HEIGHTS_KM[i]) / (HEIGHTS_KM[i + 1] - HEIGHTS_KM[i])
    at = log_depth.T[:, i] * (1.0 - part) + log_depth.T[:, i + 1] * part
    mass, knots = np.log(air_mass(zenith_deg)), np.log(air_mass(ZENITHS_DEG))
    steep = mass < knots[1]
    low, high = np.where(steep, at[0], at[1]), np.where(steep, at[1], at[2])
    from_mass, to_mass = np.where(steep, knots[0], knots[1]), np.where(steep, knots[1], knots[2])
    return np.asarray(np.exp(low + (high - low) * (mass - from_mass) / (to_mass - from_mass)))


def irradiance(intensity_w_sr: ArrayLike, range_m: ArrayLike, path_transmission: ArrayLike = 1.0) -> FloatArray:
    """Irradiance of a point source at an aperture, W/m^2: ``intensity * transmission / range^2``."""
    return np.asarray(np.asarray(intensity_w_sr) * np.asarray(path_transmission) / np.asarray(range_m) ** 2)


def detection_probability(snr: ArrayLike, threshold_snr: float) -> FloatArray:
    """Probability that a signal in unit Gaussian noise reaches a threshold; `snr` is signal over noise amplitude."""
    from scipy.special import ndtr  # slow to import, and no run needs it

    return np.asarray(ndtr(np.asarray(snr) - threshold_snr), dtype=np.float64)


def direction_sigma(sigma_floor: float, snr: ArrayLike, knee_snr: float = 10.0) -> FloatArray:
    """Standard deviation of a measured direction: a floor of jitter and registration, and centroiding in noise.

    Parameters
    ----------
    sigma_floor : float
        Per axis at high SNR, any unit of angle.
    snr : array_like
        Signal over noise amplitude, positive.
    knee_snr : float
        SNR at which noise has grown by the square root of 2; an assumption.

    Returns
    -------
    FloatArray
        ``sigma_floor * sqrt(1 + (knee_snr / snr)^2)``, in the unit of the floor.
    """
    return np.asarray(sigma_floor * np.sqrt(1.0 + (knee_snr / np.asarray(snr)) ** 2))
