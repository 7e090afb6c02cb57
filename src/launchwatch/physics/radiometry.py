"""Infrared radiometry: plume intensity, grey bodies, irradiance, detection in noise."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from launchwatch.core.arrays import FloatArray

PLUME_BAND_UM = (2.65, 2.95)
"""Band that plume efficiency is stated for."""

STEFAN_BOLTZMANN = 5.670374419e-8
"""W/m^2/K^4."""

_FIRST_RADIATION = 1.191042972e8  # 2 h c^2, W um^4 / m^2 / sr
_SECOND_RADIATION_UM_K = 14387.769  # hc/k


def plume_height_factor(height_m: ArrayLike, heights_km: ArrayLike, factors: ArrayLike) -> FloatArray:
    """Factor on plume intensity by height: its logarithm is linear between knots, and level beyond them.

    Parameters
    ----------
    height_m : array_like
        Height above the ellipsoid, m.
    heights_km, factors : array_like, shape (k,)
        The knots, ascending in height; factors above 0.

    Returns
    -------
    FloatArray
        Same shape as `height_m`.
    """
    return np.asarray(np.exp(np.interp(np.asarray(height_m) * 1e-3, np.asarray(heights_km), np.log(factors))))


def plume_intensity(efficiency: ArrayLike, thrust_n: ArrayLike, exhaust_speed_m_s: ArrayLike) -> FloatArray:
    """Radiant intensity of a plume in 2.65-2.95 um low in the air, the same to all sides.

    Parameters
    ----------
    efficiency : array_like
        Fraction of the jet power that leaves in the band.
    thrust_n, exhaust_speed_m_s : array_like
        Thrust N, effective exhaust speed m/s.

    Returns
    -------
    FloatArray
        W/sr: ``efficiency * F * v_e / 2 / (4 pi)``.
    """
    return np.asarray(0.5 * np.asarray(efficiency) * np.asarray(thrust_n) * exhaust_speed_m_s / (4.0 * np.pi))


def black_body_radiance(band_um: tuple[float, float], temperature_k: ArrayLike) -> FloatArray:
    """Radiance of a black body in a band, W/m^2/sr (Planck).

    Simpson's rule over 33 wavelengths: good to 1e-6 for bands of less than an octave at 200 K and above.
    """
    t = np.asarray(temperature_k, dtype=np.float64)[..., None]
    um = np.linspace(*band_um, 33)
    weight = np.ones(33)
    weight[1:-1:2], weight[2:-1:2] = 4.0, 2.0
    spectral = _FIRST_RADIATION * um**-5 / np.expm1(_SECOND_RADIATION_UM_K / (um * t))
    return np.asarray(spectral @ weight * (band_um[1] - band_um[0]) / 96.0)


def band_share(band_um: tuple[float, float], temperature_k: ArrayLike) -> FloatArray:
    """Power of a black body in a band over that in 2.65-2.95 um, to which plume efficiency refers."""
    ours = black_body_radiance(band_um, temperature_k)
    return np.asarray(ours / black_body_radiance(PLUME_BAND_UM, temperature_k))


def irradiance(intensity_w_sr: ArrayLike, range_m: ArrayLike, path_transmission: ArrayLike = 1.0) -> FloatArray:
    """Irradiance of a point source at an aperture, W/m^2: ``intensity * transmission / range^2``."""
    return np.asarray(np.asarray(intensity_w_sr) * np.asarray(path_transmission) / np.asarray(range_m) ** 2)


def detection_probability(snr: ArrayLike, threshold_snr: float) -> FloatArray:
    """Probability that a signal in unit Gaussian noise reaches a threshold; `snr` is signal over noise amplitude."""
    from scipy.special import ndtr  # slow to import, and no run needs it

    return np.asarray(ndtr(np.asarray(snr) - threshold_snr), dtype=np.float64)


def direction_sigma(sigma_floor: float, snr: ArrayLike, spread: float) -> FloatArray:
    """Standard deviation of a measured direction: a floor of jitter and registration, and centroiding in noise.

    Parameters
    ----------
    sigma_floor : float
        Per axis at high SNR, any unit of angle.
    snr : array_like
        Signal over noise amplitude, positive.
    spread : float
        Standard deviation of the Gaussian point spread on the pixels, same unit.

    Returns
    -------
    FloatArray
        ``sqrt(sigma_floor^2 + 2 (spread / snr)^2)``: the second term is the bound for a Gaussian spot in white noise
        whose SNR is that of the matched filter (Winick, 1986).
    """
    return np.asarray(np.sqrt(sigma_floor**2 + 2.0 * (spread / np.asarray(snr)) ** 2))
