"""The radar equation, the loss off boresight, range ambiguity, errors of a plot; detection is in `swerling`."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from launchwatch.core.arrays import FloatArray

BOLTZMANN = 1.380649e-23
"""J/K."""
SPEED_OF_LIGHT = 299_792_458.0
"""m/s."""

REFERENCE_SNR_DB = 13.0
"""SNR at which a catalogue states a radar's range noise, dB."""


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


def coherent_snr(pulse_snr: ArrayLike, pulses: int) -> FloatArray:
    """SNR of pulses added in phase, plain ratio: their number times that of one."""
    return np.asarray(pulses * np.asarray(pulse_snr))


def scan_loss(off_boresight_deg: ArrayLike, exponent: float) -> FloatArray:
    """Part of the broadside SNR that an array keeps at an angle off its boresight (Skolnik, 2001).

    Parameters
    ----------
    off_boresight_deg : array_like
    exponent : float
        Of the cosine, both ways: 2 for the projected area, some 3 with the pattern of real elements.

    Returns
    -------
    FloatArray
        Plain ratio in [0, 1]; 0 behind the face.
    """
    return np.asarray(np.maximum(np.cos(np.radians(off_boresight_deg)), 0.0) ** exponent)


def unambiguous_range(pulse_repetition_s: float) -> float:
    """Range, m, from which an echo returns just when the next pulse leaves."""
    return 0.5 * SPEED_OF_LIGHT * pulse_repetition_s


def folded_range(range_m: ArrayLike, pulse_repetition_s: float) -> FloatArray:
    """Range that an echo seems to have where it is taken for one of the last pulse, m: true for the near, else folded.

    Parameters
    ----------
    range_m : array_like
    pulse_repetition_s : float
    """
    return np.asarray(np.mod(np.asarray(range_m), unambiguous_range(pulse_repetition_s)))


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
