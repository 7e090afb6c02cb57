"""The same work with scipy.ndimage: background, noise, matched filter, threshold, groups."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from launchwatch.physics.imaging import Detector, detection_threshold


def search(frame: NDArray[np.float32], detector: Detector) -> NDArray[Any]:
    """(n, 2) brightest pixels of the sources of a frame whose pixels are all valid; sides are not judged.

    `uniform_filter` too keeps running sums, so that its time does not grow with the window. Single precision, as the
    kernel's rows; values near zero, so that squares keep their digits.
    """
    taps = detector.taps().astype(np.float32)
    power, weight = np.float32(np.sum(taps * taps) ** 2), np.float32(np.sum(taps) ** 2)
    wide, narrow = np.float32(detector.window_px**2), np.float32(detector.guard_px**2)
    n = np.float32(detector.references)

    def ring(values: NDArray[np.float32]) -> NDArray[np.float32]:
        window = ndimage.uniform_filter(values, detector.window_px, mode="constant")
        guard = ndimage.uniform_filter(values, detector.guard_px, mode="constant")
        return (wide * window - narrow * guard) / n

    mean = ring(frame)
    variance = (ring(frame * frame) - mean * mean) * (n / (n - 1))
    down = ndimage.correlate1d(frame, taps, axis=0, mode="constant")
    above = ndimage.correlate1d(down, taps, axis=1, mode="constant") - weight * mean
    limit = np.float32(float(detection_threshold(detector.false_alarm_probability, detector.references)) ** 2)
    squares = above * above / variance
    passed = (above > 0.0) & (squares > limit * (power + weight * weight / n))
    half = detector.window_px // 2
    passed[:half], passed[-half:], passed[:, :half], passed[:, -half:] = False, False, False, False
    labels, count = ndimage.label(passed, np.ones((3, 3)))
    return np.array(ndimage.maximum_position(squares, labels, range(1, count + 1))).reshape(-1, 2)
