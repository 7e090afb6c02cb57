"""Random draws that belong to looks.

A draw is a pure function of (seed, sensor, thing, look): any look can be drawn alone, and neither a cue, a partner nor
another thread shifts what another look sees. Counter-based Philox 4x64 (Salmon et al., 2011) under a BLAKE2b key.
"""

from __future__ import annotations

from hashlib import blake2b

import numpy as np
from numpy.typing import ArrayLike, NDArray

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


def cell_uniforms(seed: int, thing: str, *cells: ArrayLike) -> FloatArray:
    """Uniform numbers of the cells of a lattice, each a pure function of seed, thing and cell.

    For fields that are asked for at scattered places; the finaliser of SplitMix64 (Steele et al., 2014) over the
    coordinates in turn, under a BLAKE2b key.

    Parameters
    ----------
    seed : int
    thing : str
        What the numbers are for.
    *cells : array_like of int64
        Coordinates of the cells, broadcast together.

    Returns
    -------
    FloatArray
        In the open interval (0, 1), broadcast shape.
    """
    digest = blake2b("\x1f".join((str(seed), thing)).encode(), digest_size=8).digest()
    state = np.full((1,), int.from_bytes(digest, "little"), dtype=np.uint64)
    for cell in cells:
        state = _mixed(state + np.asarray(cell, dtype=np.int64).astype(np.uint64) * _GOLDEN)
    out = (_mixed(state + _GOLDEN) >> np.uint64(12)).astype(np.float64)
    shape = np.broadcast_shapes(*(np.shape(cell) for cell in cells))
    return np.asarray(((out + 0.5) * 2.0**-52).reshape(shape))


_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def _mixed(x: NDArray[np.uint64]) -> NDArray[np.uint64]:
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


def normals(uniforms: ArrayLike) -> FloatArray:
    """Standard normal numbers from uniform ones, any shape, by the inverse distribution function.

    Good to 1 part in 1e15 (Wichura 1988, algorithm AS 241); `scipy.special.ndtri` says the same, but its import alone
    costs a tenth of a short run.
    """
    u = np.asarray(uniforms, dtype=np.float64)
    q = u - 0.5
    out = np.empty_like(u)
    central = np.abs(q) <= 0.425
    r = 0.180625 - q[central] ** 2
    out[central] = q[central] * np.polyval(_CENTRE[0], r) / np.polyval(_CENTRE[1], r)
    tail = ~central
    if tail.any():
        r = np.sqrt(-np.log(np.minimum(u[tail], 1.0 - u[tail])))
        near = np.polyval(_NEAR[0], r - 1.6) / np.polyval(_NEAR[1], r - 1.6)
        far = np.polyval(_FAR[0], r - 5.0) / np.polyval(_FAR[1], r - 5.0)
        out[tail] = np.copysign(np.where(r <= 5.0, near, far), q[tail])
    return out


# Numerator and denominator of each stretch, highest power first.
_CENTRE = (
    (2.5090809287301226727e3, 3.3430575583588128105e4, 6.7265770927008700853e4, 4.5921953931549871457e4,
     1.3731693765509461125e4, 1.9715909503065514427e3, 1.3314166789178437745e2, 3.3871328727963666080e0),
    (5.2264952788528545610e3, 2.8729085735721942674e4, 3.9307895800092710610e4, 2.1213794301586595867e4,
     5.3941960214247511077e3, 6.8718700749205790830e2, 4.2313330701600911252e1, 1.0),
)  # fmt: skip
_NEAR = (
    (7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1, 1.27045825245236838258e0,
     3.64784832476320460504e0, 5.76949722146069140550e0, 4.63033784615654529590e0, 1.42343711074968357734e0),
    (1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2, 1.48103976427480074590e-1,
     6.89767334985100004550e-1, 1.67638483018380384940e0, 2.05319162663775882187e0, 1.0),
)  # fmt: skip
_FAR = (
    (2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3, 2.65321895265761230930e-2,
     2.96560571828504891230e-1, 1.78482653991729133580e0, 5.46378491116411436990e0, 6.65790464350110377720e0),
    (2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5, 7.86869131145613259100e-4,
     1.48753612908506148525e-2, 1.36929880922735805310e-1, 5.99832206555887937690e-1, 1.0),
)  # fmt: skip
