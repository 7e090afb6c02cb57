"""The radar equation, detection of a fluctuating target, errors of a plot, delay in the ionosphere."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from launchwatch.core.arrays import FloatArray

BOLTZMANN = 1.380649e-23
"""J/K."""
SPEED_OF_LIGHT = 299_792_458.0
"""m/s."""

REFERENCE_SNR_DB = 13.0
"""SNR at which a catalogue states a radar's range noise, dB."""

_SHELL_M = 450e3  # height of the thin shell that slant electron content is mapped through (IS-GPS-200 uses 350-450 km)
_PEAK_M = 350e3  # height of the densest layer
_SCALE_M = 60e3  # scale height of the neutral gas there
_EARTH_M = 6_371_000.0
_erfc = np.vectorize(math.erfc, otypes=[np.float64])  # for a few plots; the import of SciPy's costs more than a run's


def track_range(
    pulse_energy_j: float, gain: float, wavelength_m: float, rcs_m2: ArrayLike, noise_k: float, loss: float, snr: float
) -> FloatArray:
    """Range at which one coherent dwell on a target gives an SNR (Skolnik, Introduction to Radar Systems, 2001).

    Parameters
    ----------
    pulse_energy_j : float
        Peak power times pulse length times pulses integrated.
    gain, loss, snr : float
        Antenna gain, system loss (above 1) and SNR as plain ratios.
    wavelength_m, rcs_m2, noise_k : float, array_like, float
        m, m^2, system noise temperature K.

    Returns
    -------
    FloatArray
        m, shape of `rcs_m2`: ``R^4 = E G^2 lambda^2 sigma / ((4 pi)^3 k T L SNR)``.
    """
    top = pulse_energy_j * gain**2 * wavelength_m**2 * np.asarray(rcs_m2)
    return np.asarray((top / ((4.0 * np.pi) ** 3 * BOLTZMANN * noise_k * loss * snr)) ** 0.25)


def search_range(
    mean_power_w: float,
    aperture_m2: float,
    rcs_m2: ArrayLike,
    solid_angle_sr: float,
    scan_s: float,
    noise_k: float,
    loss: float,
    snr: float,
) -> FloatArray:
    """Range at which a fence of a solid angle, searched once in `scan_s`, gives an SNR (Skolnik, 2001).

    Returns
    -------
    FloatArray
        m, shape of `rcs_m2`: ``R^4 = P A sigma t / (4 pi Omega k T L SNR)``; gain and frequency drop out.
    """
    top = mean_power_w * aperture_m2 * np.asarray(rcs_m2) * scan_s
    return np.asarray((top / (4.0 * np.pi * solid_angle_sr * BOLTZMANN * noise_k * loss * snr)) ** 0.25)


def snr_at(
    range_m: ArrayLike, rcs_m2: ArrayLike, reference_range_m: float, reference_rcs_m2: float, reference_snr_db: float
) -> FloatArray:
    """Mean SNR of one look, as a plain ratio, from what the radar reaches at a reference: goes with rcs / range^4."""
    reach = (reference_range_m / np.asarray(range_m)) ** 4
    return np.asarray(ratio(reference_snr_db) * reach * (np.asarray(rcs_m2) / reference_rcs_m2))


def ratio(db: ArrayLike) -> FloatArray:
    """Plain ratio of powers from decibels."""
    return np.asarray(10.0 ** (np.asarray(db) / 10.0))


def decibels(power_ratio: ArrayLike) -> FloatArray:
    """Decibels from a positive ratio of powers."""
    return np.asarray(10.0 * np.log10(np.asarray(power_ratio)))


def false_alarm_probability(threshold: ArrayLike) -> FloatArray:
    """Probability that noise alone reaches a threshold, given as received power over mean noise power (plain ratio)."""
    return np.asarray(np.exp(-np.asarray(threshold)))


def detection_probability(snr: ArrayLike, threshold: float) -> FloatArray:
    """Probability to detect a Swerling 1 target in one look (Swerling, 1954).

    Target and noise together are exponential in power with mean 1 + snr, so ``Pd = Pfa^(1 / (1 + snr))``.

    Parameters
    ----------
    snr : array_like
        Mean SNR, plain ratio.
    threshold : float
        On received power over mean noise power, plain ratio.
    """
    return np.asarray(np.exp(-threshold / (1.0 + np.asarray(snr))))


def received_power(snr: ArrayLike, uniform: ArrayLike) -> FloatArray:
    """Received power over mean noise power of one look at a Swerling 1 target, from a uniform number in (0, 1)."""
    return np.asarray(-(1.0 + np.asarray(snr)) * np.log(np.asarray(uniform)))


def angle_sigma(beamwidth: float, snr: ArrayLike, floor: float = 0.02) -> FloatArray:
    """Standard deviation of an angle measured by monopulse (Barton, Modern Radar System Analysis, 1988).

    Parameters
    ----------
    beamwidth : float
        Between half-power points, any unit of angle.
    snr : array_like
        Plain ratio, positive.
    floor : float
        Least error as a fraction of the beamwidth, from receiver and array imbalance; an assumption.

    Returns
    -------
    FloatArray
        ``beamwidth / (1.6 sqrt(2 snr))``, not below the floor, in the unit of the beamwidth.
    """
    return np.asarray(beamwidth * np.maximum(1.0 / (1.6 * np.sqrt(2.0 * np.asarray(snr))), floor))


def range_sigma(sigma_at_13_db: float, snr: ArrayLike, floor: float = 0.2) -> FloatArray:
    """Standard deviation of a range, m: goes with 1 / sqrt(snr) from its value at 13 dB, down to `floor` times that."""
    return np.asarray(sigma_at_13_db * np.maximum(np.sqrt(ratio(REFERENCE_SNR_DB) / np.asarray(snr)), floor))


def ionospheric_delay(
    frequency_hz: float, electron_content_m2: float, elevation_deg: ArrayLike, height_m: ArrayLike
) -> FloatArray:
    """Excess of a measured one-way range by group delay in the ionosphere.

    Vertical electron content is mapped to the slant path through a thin shell, and reduced to the part below the target
    by a Chapman layer (Chapman, 1931). Straight up through 22 to 100 TECU it comes to 0.4-1.8 km at 150 MHz.

    Parameters
    ----------
    frequency_hz : float
        Carrier.
    electron_content_m2 : float
        Vertical electron content, electrons / m^2 (1 TECU = 1e16).
    elevation_deg, height_m : array_like
        Of the target.

    Returns
    -------
    FloatArray
        ``40.3 content / frequency^2``, m, broadcast shape.
    """
    cosine = _EARTH_M / (_EARTH_M + _SHELL_M) * np.cos(np.radians(elevation_deg))
    below = _erfc(np.exp((_PEAK_M - np.asarray(height_m)) / (2.0 * _SCALE_M)) / np.sqrt(2.0))
    vertical = 40.308 * electron_content_m2 / frequency_hz**2
    return np.asarray(vertical * below / np.sqrt(1.0 - cosine**2))
