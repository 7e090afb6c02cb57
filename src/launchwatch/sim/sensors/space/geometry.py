"""Where a payload looks and when: axes of a satellite, the moment at which a look passes over a place."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from launchwatch.catalog.schema import Payload
from launchwatch.core.arrays import FloatArray, IntArray
from launchwatch.core.epochs import NS
from launchwatch.core.frames import OMEGA_EARTH
from launchwatch.core.geodesy import A, B

OrbitPositions: TypeAlias = Callable[[IntArray], tuple[FloatArray, FloatArray]]
"""Epochs (n,) ns TAI to position (n, 3) m and velocity (n, 3) m/s of a satellite, ITRF."""

_ROUND = np.array([1.0, 1.0, A / B])  # stretches the ellipsoid to a sphere, lines stay lines


def axes(position: FloatArray, velocity: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Unit vectors (n, 3) along the inertial motion, across it, and to the Earth's centre, ITRF."""
    nadir = -position / np.linalg.norm(position, axis=1)[:, None]
    inertial = velocity + OMEGA_EARTH * np.column_stack([-position[:, 1], position[:, 0], np.zeros(len(position))])
    across = np.cross(nadir, inertial)
    across /= np.linalg.norm(across, axis=1)[:, None]
    return np.cross(across, nadir), across, nadir


def across_line(direction: FloatArray, position: FloatArray, velocity: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Two unit vectors (n, 3) across each direction, the first nearest to the satellite's motion."""
    along = axes(position, velocity)[0]
    first = along - np.sum(along * direction, axis=1)[:, None] * direction
    first /= np.linalg.norm(first, axis=1)[:, None]
    return first, np.cross(direction, first)


def crossing_ns(
    payload: Payload, begin_ns: IntArray, line: FloatArray, here: FloatArray, velocity: FloatArray
) -> IntArray:
    """When looks of a payload pass over what lies along some lines.

    A scanner spins about its axis to the Earth and crosses a place at the moment that its angle about the axis fixes. A
    step-scan stares at parts of its field in turn, from behind to ahead along the motion. A starer looks at once.

    Parameters
    ----------
    payload : Payload
    begin_ns : IntArray, shape (n,)
        Begin of the looks, ns TAI.
    line, here, velocity : FloatArray, shape (n, 3)
        From the satellite to the places, ITRF m, and where it is then.
    """
    if payload.scan == "staring" or not len(begin_ns):
        return begin_ns
    along, across, _ = axes(here, velocity)
    ahead = np.sum(line * along, axis=1)
    if payload.scan == "scanning":
        part = np.mod(np.arctan2(np.sum(line * across, axis=1), ahead) / (2.0 * np.pi), 1.0)
    else:
        edge = np.linalg.norm(line, axis=1) * A / np.linalg.norm(here, axis=1)  # of the Earth's disc
        step = np.floor((ahead / edge + 1.0) * 0.5 * payload.steps)
        part = (np.clip(step, 0, payload.steps - 1) + 0.5) / payload.steps
    return np.asarray(begin_ns + np.rint(part * payload.period_s * NS).astype(np.int64))


def ground_under(here: FloatArray, direction: FloatArray, height_m: float) -> tuple[FloatArray, FloatArray]:
    """Where lines of sight first meet a height over the ellipsoid, and the vertical there.

    Returns
    -------
    point : FloatArray, shape (n, 3)
        ITRF m, NaN where a line passes above.
    vertical : FloatArray, shape (n, 3)
        Unit vectors; of the ellipsoid through the point.
    """
    a, u = here * _ROUND, direction * _ROUND
    uu, au = np.sum(u * u, axis=1), np.sum(a * u, axis=1)
    inside = au**2 - uu * (np.sum(a * a, axis=1) - (A + height_m) ** 2)
    meets = (inside >= 0.0) & (au < 0.0)
    step = np.where(meets, (-au - np.sqrt(np.maximum(inside, 0.0))) / uu, np.nan)
    point = here + step[:, None] * direction
    vertical = point * _ROUND**2
    return point, vertical / np.linalg.norm(vertical, axis=1)[:, None]
