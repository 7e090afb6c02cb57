"""Plain twin of the search: whole-frame sums, no running ones."""

import numpy as np
from scipy import ndimage

from launchwatch.physics.imaging import Detector, detection_threshold
from launchwatch.physics.imaging.detector import FEWEST_PART


def ratio_map(frame: np.ndarray, detector: Detector, valid: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Signal-to-noise ratio of every pixel, and the number of its references; -inf where a pixel is not judged."""
    good = (valid & np.isfinite(frame)).astype(float)
    pivot = float(np.median(frame[good > 0])) if good.any() else 0.0
    z = np.where(good > 0, frame - pivot, 0.0)

    def ring(values: np.ndarray) -> np.ndarray:
        return box(values, detector.window_px) - box(values, detector.guard_px)

    def box(values: np.ndarray, width: int) -> np.ndarray:
        return ndimage.correlate(values, np.ones((width, width)), mode="constant")

    def matched(values: np.ndarray, taps: np.ndarray) -> np.ndarray:
        down = ndimage.correlate1d(values, taps, axis=0, mode="constant")
        return ndimage.correlate1d(down, taps, axis=1, mode="constant")

    taps = detector.taps()
    n = np.round(ring(good)).astype(int)
    with np.errstate(all="ignore"):
        mean = ring(z) / n
        variance = np.maximum((ring(z * z) - n * mean**2) / (n - 1), 0.0)
        sigma = np.maximum(np.sqrt(variance), detector.noise_floor)
        power, weight = matched(good, taps**2), matched(good, taps)
        ratio = (matched(z, taps) - weight * mean) / (sigma * np.sqrt(power + weight**2 / n))
    judged = (good > 0) & (n >= max(2.0, FEWEST_PART * detector.references)) & (sigma > 1e-9)
    return np.where(judged, ratio, -np.inf), n


def passing(frame: np.ndarray, detector: Detector, valid: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Which pixels pass, and the distance of each from its threshold."""
    ratio, n = ratio_map(frame, detector, valid)
    off = ratio - detection_threshold(detector.false_alarm_probability, n)
    return off > 0.0, off
