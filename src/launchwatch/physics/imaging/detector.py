"""What a detector of point sources is: its point spread function, its windows and its false-alarm probability."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from launchwatch.core.arrays import FloatArray

FEWEST_PART = 0.25
"""Part of a full ring's pixels that must be valid; the ring of a corner pixel of a frame has a little more."""

_REACH_SIGMAS = 3.0  # the filter ends there: 0.3 % of an axis' flux lies beyond


@dataclass(frozen=True)
class Detector:
    """How point sources are told from their surroundings.

    Attributes
    ----------
    psf_sigma_px : standard deviation per axis of the Gaussian point spread function before the pixel integrates it.
    window_px : full width of the square window of reference pixels; odd.
    guard_px : full width of the square left out in its middle; odd, holds the point spread function.
    false_alarm_probability : of a pixel of pure Gaussian noise; above 0, below 0.5.
    noise_floor : least standard deviation of a pixel, frame units: what the instrument adds where a scene is even.

    Raises
    ------
    ValueError
        A field out of its bounds.
    """

    psf_sigma_px: float
    window_px: int
    guard_px: int
    false_alarm_probability: float
    noise_floor: float = 0.0

    def __post_init__(self) -> None:
        if not 0.1 <= self.psf_sigma_px <= 10.0:
            raise ValueError(f"psf_sigma_px is {self.psf_sigma_px}; it must lie in 0.1 to 10")
        for name in ("window_px", "guard_px"):
            if getattr(self, name) < 1 or getattr(self, name) % 2 == 0:
                raise ValueError(f"{name} is {getattr(self, name)}; a width is odd and positive, to have a middle")
        if self.guard_px < (least := 2 * self.reach_px + 1):
            raise ValueError(f"guard_px is {self.guard_px}; a source of this size needs {least} or more")
        if self.window_px <= self.guard_px:
            raise ValueError(f"window_px is {self.window_px}; it must be wider than guard_px, {self.guard_px}")
        if not 0.0 < self.false_alarm_probability < 0.5:
            raise ValueError(f"false_alarm_probability is {self.false_alarm_probability}; it lies between 0 and 0.5")
        if not 0.0 <= self.noise_floor < math.inf:
            raise ValueError(f"noise_floor is {self.noise_floor}; it is finite and not negative")

    @property
    def reach_px(self) -> int:
        """Pixels from the middle of the filter to its end."""
        return max(1, math.ceil(_REACH_SIGMAS * self.psf_sigma_px - 0.5))

    @property
    def references(self) -> int:
        """Pixels of a full ring."""
        return self.window_px**2 - self.guard_px**2

    def taps(self) -> FloatArray:
        """(2 reach_px + 1,) share of a source's flux by distance along one axis, source in the middle of a pixel."""
        return pixel_shares(np.arange(-self.reach_px, self.reach_px + 1), 0.0, self.psf_sigma_px)


def pixel_shares(index: ArrayLike, position: ArrayLike, sigma_px: float) -> FloatArray:
    """Share of the flux of a Gaussian that falls into a pixel, along one axis.

    Parameters
    ----------
    index : array_like
        Of the pixels; pixel i reaches from i - 0.5 to i + 0.5.
    position : array_like
        Of the source, px; broadcast with the index.
    sigma_px : float
        Standard deviation of the Gaussian.

    Returns
    -------
    FloatArray
        In [0, 1].
    """
    from scipy.special import ndtr  # slow to import

    off = np.asarray(index, dtype=np.float64) - np.asarray(position, dtype=np.float64)
    return np.asarray(ndtr((off + 0.5) / sigma_px) - ndtr((off - 0.5) / sigma_px), dtype=np.float64)


def detection_threshold(false_alarm_probability: float, references: ArrayLike) -> FloatArray:
    """Threshold on the signal-to-noise ratio that pure Gaussian noise passes with a given probability.

    Mean and variance come from n reference pixels that are independent of the tested ones, so the ratio follows
    Student's law with n - 1 degrees of freedom (Student, 1908), not the Gaussian one: 7.2 for 25 pixels and 1e-7, where
    many pixels need 5.2.

    Parameters
    ----------
    false_alarm_probability : float
        Of one pixel, above 0, below 0.5.
    references : array_like of int
        Number of reference pixels; fewer than 2 give infinity.

    Returns
    -------
    FloatArray
        Same shape as `references`.
    """
    from scipy.special import stdtrit  # slow to import

    n = np.asarray(references, dtype=np.float64)
    return np.where(n < 2.0, np.inf, -stdtrit(np.maximum(n - 1.0, 1.0), false_alarm_probability))
