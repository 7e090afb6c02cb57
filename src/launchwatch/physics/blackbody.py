"""Black bodies: how their light spreads over wavelengths."""

from __future__ import annotations

import numpy as np

SECOND_RADIATION_UM_K = 14387.769
"""hc/k, um K (CODATA 2018)."""

STEFAN_BOLTZMANN_W_M2_K4 = 5.670374419e-8
"""CODATA 2018."""

_TERMS = np.arange(1, 201)  # of the series; it converges as exp(-n x), and the last terms matter for x below 0.2 only


def band_fraction(band_um: tuple[float, float], temperature_k: float) -> float:
    """Part of the power of a black body that leaves in a band.

    Parameters
    ----------
    band_um : tuple of float
        Shorter and longer wavelength, um.
    temperature_k : float

    Returns
    -------
    float
        In [0, 1]; times ``sigma T^4`` it is the exitance in the band. By the series of the integral of Planck's law
        (Chang and Rhee, 1984), good to 1e-6 up to 70,000 um K.
    """
    short, long = (_below(edge * temperature_k) for edge in band_um)
    return long - short


def _below(wavelength_um_k: float) -> float:
    """Part of the power below a wavelength times temperature, um K."""
    x = SECOND_RADIATION_UM_K / wavelength_um_k
    n = _TERMS
    terms = np.exp(-n * x) * (x**3 / n + 3.0 * x**2 / n**2 + 6.0 * x / n**3 + 6.0 / n**4)
    return float(15.0 / np.pi**4 * terms.sum())
