"""Random draws that belong to looks.

A draw is a pure function of (seed, sensor, thing, look): any look can be drawn alone, and neither a cue, a partner nor
another thread shifts what another look sees. Counter-based Philox 4x64 (Salmon et al., 2011) under a BLAKE2b key.
"""

from __future__ import annotations

from hashlib import blake2b

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from launchwatch.core.arrays import FloatArray

_WORDS = 4  # 64-bit words per Philox counter


def look_uniforms(seed: int, sensor: str, thing: str, first_look: int, count: int, width: int) -> FloatArray:
    """Uniform numbers of consecutive looks.

    Parameters
    ----------
    seed : int
        Seed of the run.
    sensor, thing : str
        What looks, and what the numbers are for (an object's id, "false-alarms", ...).
    first_look, count : int
        Index of the first look, not negative, and how many looks follow on.
    width : int
        Numbers per look; another width is another sequence.

    Returns
    -------
    FloatArray, shape (count, width)
        In the open interval (0, 1).
    """
    if first_look < 0 or count < 0 or width < 1:
        raise ValueError(
            f"first_look={first_look}, count={count}, width={width}: looks are counted from 0 and width from 1"
        )
    digest = blake2b("\x1f".join((str(seed), sensor, thing, str(width))).encode(), digest_size=16).digest()
    blocks = -(-width // _WORDS)
    bits = np.random.Philox(key=int.from_bytes(digest, "little"), counter=first_look * blocks)
    raw = np.asarray(bits.random_raw(count * blocks * _WORDS)).reshape(count, blocks * _WORDS)[:, :width]
    return np.asarray(((raw >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52)  # both ends stay open


def normals(uniforms: ArrayLike) -> FloatArray:
    """Standard normal numbers from uniform ones, any shape, by the inverse distribution function."""
    return np.asarray(ndtri(np.asarray(uniforms)), dtype=np.float64)
