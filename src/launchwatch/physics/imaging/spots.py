"""Point sources found in a frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from launchwatch.core.arrays import FloatArray, IntArray
from launchwatch.physics.imaging import _fit_kernels as fit_kernels
from launchwatch.physics.imaging import _kernels as kernels
from launchwatch.physics.imaging.detector import FEWEST_PART, Detector, detection_threshold

_SAMPLED = 64  # along each axis, for a value in the middle of the frame's


@dataclass(frozen=True)
class Spots:
    """Point sources of one frame, in the order of rows and columns; every array has shape (n,).

    Attributes
    ----------
    row, column : position of the source, px; the middle of the first pixel is 0, 0.
    sigma_row, sigma_column : their standard deviations, px: the Cramer-Rao bound of Gaussian noise.
    flux, sigma_flux : sum over the point spread function, and its standard deviation, frame units.
    snr : matched filter at the brightest pixel over its standard deviation: what was held against `threshold_snr`.
    threshold_snr : by the number of valid reference pixels there.
    contrast_sigma : brightest pixel less `background`, over `noise`.
    peak : value of the brightest pixel, frame units.
    background, noise : mean and standard deviation of the reference pixels (at least the detector's floor).
    fit_snr : flux over its standard deviation when the noise is what the fit leaves of the guard's pixels.
    point_like : whether that ratio too passes the threshold of the false-alarm probability (Student's law with three
        degrees of freedom fewer than pixels). A gap between clouds, a warm lake, a ragged edge stand out of their ring,
        but no point spread function explains them.
    pixels : how many touching pixels passed the threshold.
    peak_row, peak_column : the pixel at which the matched filter is highest.
    """

    row: FloatArray
    column: FloatArray
    sigma_row: FloatArray
    sigma_column: FloatArray
    flux: FloatArray
    sigma_flux: FloatArray
    snr: FloatArray
    threshold_snr: FloatArray
    contrast_sigma: FloatArray
    peak: FloatArray
    background: FloatArray
    noise: FloatArray
    fit_snr: FloatArray
    point_like: NDArray[np.bool_]
    pixels: IntArray
    peak_row: IntArray
    peak_column: IntArray

    def __len__(self) -> int:
        return len(self.row)

    def take(self, which: NDArray[np.bool_] | IntArray) -> Spots:
        """Some of the spots, by a mask or by indices."""
        return Spots(**{name: values[which] for name, values in vars(self).items()})


def find_spots(
    frame: NDArray[np.float32] | NDArray[np.float64], detector: Detector, valid: NDArray[np.bool_] | None = None
) -> Spots:
    """Find point sources.

    Mean and variance of a pixel's surroundings come from the ring between guard and window. The matched filter over the
    pixel, less that mean, is held against the threshold of the stated false-alarm probability. Pixels that pass and
    touch are one source. Its position and flux come from a least-squares fit of the point spread function to the pixels
    of the guard around the one where the filter is highest.

    Parameters
    ----------
    frame : (rows, columns) values, any unit that grows with the light of a source in proportion; float32 or float64.
    detector : what to look for.
    valid : (rows, columns) which pixels count; all by default. What is not finite never counts.

    Returns
    -------
    Spots
        A source less than about two widths of the point spread function from a brighter one is part of it. Where less
        than a quarter of the ring is valid, or the ring has no spread at all, nothing is found.

    Raises
    ------
    ValueError
        A frame that is not two-dimensional, of another type, or a mask of another shape.
    """
    if frame.ndim != 2 or frame.dtype not in (np.float32, np.float64):
        raise ValueError(f"frame has shape {frame.shape} of {frame.dtype}; give (rows, columns) of float32 or float64")
    if valid is None:
        valid = np.ones(frame.shape, dtype=np.bool_)
    if valid.shape != frame.shape or valid.dtype != np.bool_:
        raise ValueError(f"valid has shape {valid.shape} of {valid.dtype}; give {frame.shape} of bool like the frame")
    pivot = _middle(frame, valid)
    if frame.dtype == np.float64:
        with np.errstate(invalid="ignore"):
            valid = valid & (np.abs(frame - pivot) < np.finfo(np.float32).max)  # the search holds rows as float32
    taps = detector.taps()
    halves = (detector.window_px // 2, detector.guard_px // 2)
    floor = detector.noise_floor
    thresholds = _thresholds(detector)
    rows, columns = kernels.search(frame, valid, pivot, taps, *halves, thresholds, floor)
    ratios = kernels.ratios(frame, valid, pivot, rows, columns, taps, *halves, floor)
    group = kernels.group(rows, columns, frame.shape[1])
    order = np.lexsort((-ratios[:, 0], group))
    groups, first = np.unique(group[order], return_index=True)
    top = order[first]
    pixels = np.bincount(group, minlength=len(groups)).astype(np.int64)
    rows, columns, ratios = rows[top], columns[top], ratios[top]
    fits = fit_kernels.fit_all(frame, valid, rows, columns, ratios, detector.psf_sigma_px, halves[1])
    peak = frame[rows, columns].astype(np.float64)
    with np.errstate(all="ignore"):  # a fit without pixels to spare has no residuals to speak of
        fit_snr = np.nan_to_num(fits[:, 2] * ratios[:, 2] / (fits[:, 5] * fits[:, 6]), nan=0.0)
    point_like = fit_snr > detection_threshold(detector.false_alarm_probability, fits[:, 7] - 2.0)
    return Spots(
        row=fits[:, 0],
        column=fits[:, 1],
        sigma_row=fits[:, 3],
        sigma_column=fits[:, 4],
        flux=fits[:, 2],
        sigma_flux=fits[:, 5],
        snr=ratios[:, 0],
        threshold_snr=thresholds[ratios[:, 3].astype(np.int64)],
        contrast_sigma=(peak - ratios[:, 1]) / ratios[:, 2],
        peak=peak,
        background=ratios[:, 1],
        noise=ratios[:, 2],
        fit_snr=fit_snr,
        point_like=point_like,
        pixels=pixels,
        peak_row=rows,
        peak_column=columns,
    )


def measure_at(
    frame: NDArray[np.float32] | NDArray[np.float64],
    detector: Detector,
    row: IntArray,
    column: IntArray,
    valid: NDArray[np.bool_],
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """What a frame shows at given pixels, found or not.

    Parameters
    ----------
    frame, detector, valid : as of `find_spots`.
    row, column : (n,) pixels inside the frame.

    Returns
    -------
    snr, background, noise : FloatArray, shape (n,)
        As of `Spots`; not a number where fewer than two pixels of the ring are valid.
    """
    halves = (detector.window_px // 2, detector.guard_px // 2)
    pivot = _middle(frame, valid)
    found = kernels.ratios(frame, valid, pivot, row, column, detector.taps(), *halves, detector.noise_floor)
    return found[:, 0], found[:, 1], found[:, 2]


def _thresholds(detector: Detector) -> FloatArray:
    """Threshold by number of valid reference pixels; infinite where these are too few."""
    n = np.arange(detector.references + 1)
    enough = n >= max(2.0, FEWEST_PART * detector.references)
    return np.where(enough, detection_threshold(detector.false_alarm_probability, n), np.inf)


def _middle(frame: NDArray[Any], valid: NDArray[np.bool_]) -> float:
    """Median of a sample of the valid pixels."""
    step = tuple(slice(None, None, max(1, size // _SAMPLED)) for size in frame.shape)
    sample = frame[step][valid[step]]
    sample = sample[np.isfinite(sample)]
    half = len(sample) // 2
    return float(np.partition(sample, half)[half]) if len(sample) else 0.0
