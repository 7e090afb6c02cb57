"""A spot on pixels: what a matched filter at whole pixels makes of it, wherever it falls, and how well it is placed.

The filter is strongest at the pixel that holds the spot, but off its middle the next one along each axis and the one on
the diagonal come near, with noise that is partly the same. A spot is found if any of the four passes.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np

from launchwatch.catalog.schema import Payload
from launchwatch.core.arrays import FloatArray

NEIGHBOURS = 4
"""Pixels that a spot may be found at: its own, the next along each axis, the one on the diagonal."""


def answers(psf_pixels: float, off_x: FloatArray, off_y: FloatArray) -> FloatArray:
    """SNR (n, 4) that the filter gives at the four pixels over that of a spot on the middle of one.

    Parameters
    ----------
    psf_pixels : float
        Standard deviation of the Gaussian point spread.
    off_x, off_y : FloatArray, shape (n,)
        Of the spot from the middle of its pixel, pixels, -0.5 to 0.5.
    """
    off, loss = _filter(psf_pixels)
    x, y = np.abs(off_x), np.abs(off_y)
    own_x, next_x = np.interp(x, off, loss), np.interp(1.0 - x, off, loss)
    own_y, next_y = np.interp(y, off, loss), np.interp(1.0 - y, off, loss)
    return np.stack([own_x * own_y, next_x * own_y, own_x * next_y, next_x * next_y], axis=1)


def shared_noise(psf_pixels: float, z: FloatArray) -> FloatArray:
    """Noise (n, 4) of the filter at the four pixels from standard normal numbers (n, 4); the first keeps its own."""
    c = _overlap(psf_pixels)
    s = math.sqrt(1.0 - c * c)
    along = c * z[:, 0] + s * z[:, 1]
    return np.stack([z[:, 0], along, c * z[:, 0] + s * z[:, 2], c * along + s * (c * z[:, 2] + s * z[:, 3])], axis=1)


def spread_rad(payload: Payload) -> float:
    """Spread that the position of a spot in noise follows from (`physics.radiometry.direction_sigma`), rad."""
    return _spread_pixels(payload.psf_pixels) * payload.pixel_urad * 1e-6


def _shares(off: float, psf_pixels: float) -> tuple[FloatArray, FloatArray]:
    """Share of a spot in each pixel along one axis, and its slope with the offset."""
    reach = math.ceil(4.0 * psf_pixels + 0.5)
    edge = (np.arange(-reach, reach + 2) - 0.5 - off) / psf_pixels
    upto = np.array([0.5 * math.erf(e / math.sqrt(2.0)) for e in edge])
    bell = np.exp(-0.5 * edge**2) / (math.sqrt(2.0 * math.pi) * psf_pixels)
    return np.diff(upto), -np.diff(bell)


@cache
def _filter(psf_pixels: float) -> tuple[FloatArray, FloatArray]:
    """Offsets (41,), 0 to 1 pixel, and the filter's answer along one axis over that in the middle."""
    off = np.linspace(0.0, 1.0, 41)
    taps = _taps(psf_pixels)
    reach = len(taps) // 2
    loss = []
    for one in off.tolist():
        share = _shares(one, psf_pixels)[0]
        middle = len(share) // 2
        loss.append(float(taps @ share[middle - reach : middle + reach + 1]))
    return off, np.array(loss) / float(taps @ taps)


def _taps(psf_pixels: float) -> FloatArray:
    """Of the filter along one axis: three standard deviations of the spread, as `physics.imaging` takes it."""
    share = _shares(0.0, psf_pixels)[0]
    middle, reach = len(share) // 2, max(1, math.ceil(3.0 * psf_pixels - 0.5))
    return share[middle - reach : middle + reach + 1]


@cache
def _overlap(psf_pixels: float) -> float:
    """Correlation of the filter's noise between neighbours along an axis."""
    taps = _taps(psf_pixels)
    return float(taps[1:] @ taps[:-1] / (taps @ taps))


@cache
def _spread_pixels(psf_pixels: float) -> float:
    """SNR times the Cramer-Rao bound of a position, over the root of 2: the root mean square over places on a pixel.

    Position along both axes and flux are free; the noise is the same in all pixels.
    """
    noise = float(_taps(psf_pixels) @ _taps(psf_pixels))  # of a pixel, where a spot on the middle of one has SNR 1
    variances = []
    places = ((np.arange(10) + 0.5) / 20.0).tolist()
    for x in places:
        a, da = _shares(x, psf_pixels)
        for y in places:
            b, db = _shares(y, psf_pixels)
            slopes = np.stack([np.outer(b, da).ravel(), np.outer(db, a).ravel(), np.outer(b, a).ravel()])
            variances.append(float(np.linalg.inv(slopes @ slopes.T)[0, 0]))
    return noise * math.sqrt(0.5 * float(np.mean(variances)))
