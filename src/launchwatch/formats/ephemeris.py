"""An ephemeris: the sampled flight of one object, as every format of trajectories takes it.

Between two samples it is read by cubic Hermite interpolation of position and velocity, the least ambiguous method that
the standard formats can name: the two samples on either side decide, however unevenly samples lie.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from launchwatch.core.arrays import FloatArray, IntArray
from launchwatch.core.celestial import gcrf_from_itrf
from launchwatch.core.epochs import NS
from launchwatch.core.frames import teme_from_itrf

Frame: TypeAlias = Literal["itrf", "gcrf", "teme"]
"""Frames that a file may be written in."""

BOUND_M = 1e-3
"""Error of the interpolation between samples, m."""

_LONGEST_S = 60.0
_SHORTEST_S = 1e-3  # samples are no closer; formats write whole microseconds
_PROBES = (0.25, 0.4, 0.5, 0.6, 0.75)  # parts of an interval where it is tried: around the tops of the error
_MARGIN = 0.6  # of the bound at the points where an interval is tried, for what lies between them
_SHOWN_S = 10.0  # of what is drawn with straight lines: in free fall they then err by 120 m
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")

State: TypeAlias = Callable[[FloatArray], tuple[FloatArray, FloatArray]]
"""Position and velocity (n, 3), ITRF, at (n,) seconds."""


class EphemerisError(ValueError):
    """An ephemeris that no format can hold; the message names the object and the field."""


@dataclass(frozen=True)
class Marker:
    """A named moment of a flight, seconds after its lift-off."""

    name: str
    t_s: float


@dataclass(frozen=True, eq=False)
class Ephemeris:
    """The sampled flight of one object.

    Attributes
    ----------
    id : letters, digits, dash, dot and underline; name : for people.
    time_ns : epoch from which `t_s` counts, ns TAI.
    t_s : (n,) increasing, at least two; position_m, velocity_m_s : (n, 3) ITRF.
    breaks_s : samples at which the acceleration jumps (ignition, burnout, staging); nothing interpolates across them.
    markers : named moments within the flight.
    covariance : (n, 6, 6) of position and velocity at the samples, ITRF, m and m/s; or None.

    Raises
    ------
    EphemerisError
        A wrong shape, a value that is not finite, times out of order, a break that is no sample.
    """

    id: str
    name: str
    time_ns: int
    t_s: FloatArray
    position_m: FloatArray
    velocity_m_s: FloatArray
    breaks_s: tuple[float, ...] = ()
    markers: tuple[Marker, ...] = ()
    covariance: FloatArray | None = None

    def __post_init__(self) -> None:
        if _ID.fullmatch(self.id) is None:
            raise EphemerisError(f"object {self.id!r}: its id has other signs than letters, digits, dash, dot, _")
        if self.t_s.ndim != 1 or len(self.t_s) < 2:
            raise EphemerisError(f"object {self.id}: t_s has shape {self.t_s.shape}; give two samples or more")
        arrays = {
            "t_s": (self.t_s, ()),
            "position_m": (self.position_m, (3,)),
            "velocity_m_s": (self.velocity_m_s, (3,)),
        }
        if self.covariance is not None:
            arrays["covariance"] = (self.covariance, (6, 6))
        for field, (values, each) in arrays.items():
            if values.shape != (len(self.t_s), *each):
                raise EphemerisError(f"object {self.id}: {field} has shape {values.shape}; t_s, {self.t_s.shape}")
            if not np.isfinite(values).all():
                raise EphemerisError(f"object {self.id}: {field} holds a value that is not finite")
        if not (np.diff(self.t_s) > 1e-6).all():
            raise EphemerisError(f"object {self.id}: t_s does not grow by more than a microsecond at every sample")
        for at_s in self.breaks_s:
            if at_s not in self.t_s:
                raise EphemerisError(f"object {self.id}: the break at {at_s:g} s is no sample")
        for marker in self.markers:
            if not self.t_s[0] <= marker.t_s <= self.t_s[-1]:
                raise EphemerisError(f"object {self.id}: marker {marker.name!r} lies outside the flight")

    @property
    def epochs_ns(self) -> IntArray:
        """Epochs (n,) of the samples, ns TAI."""
        return np.asarray(self.time_ns + np.rint(self.t_s * NS).astype(np.int64))

    def stretches(self) -> list[slice]:
        """Rows of each stretch between two breaks, first to last; neighbours share the sample at the break."""
        inner = np.flatnonzero(np.isin(self.t_s, self.breaks_s))
        edges = np.unique(np.concatenate([[0], inner, [len(self.t_s) - 1]])).tolist()
        return [slice(first, last + 1) for first, last in pairwise(edges)]

    def at(self, t_s: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Position and velocity (n, 3), ITRF m and m/s, at (n,) seconds, interpolated; it goes on beyond the ends."""
        t = np.asarray(t_s, dtype=np.float64)
        i = np.clip(np.searchsorted(self.t_s, t, side="right") - 1, 0, len(self.t_s) - 2)
        ends = (self.position_m[i], self.velocity_m_s[i], self.position_m[i + 1], self.velocity_m_s[i + 1])
        return _hermite(self.t_s[i], self.t_s[i + 1], t, *ends)

    def shown_s(self) -> FloatArray:
        """Times (m,) for what joins points by straight lines: the samples, and at least one each 10 s; whole ms.

        The last may lie up to 0.5 ms after the last sample; `at` goes on there.
        """
        return np.unique(np.round(_divided(self.t_s, _SHOWN_S), 3))


def sample_times(
    state: State, start_s: float, end_s: float, breaks_s: Sequence[float], bound_m: float = BOUND_M
) -> FloatArray:
    """Times at which a flight has to be sampled, chosen by halving.

    Parameters
    ----------
    state : the flight, from `start_s` to `end_s`.
    breaks_s : where its acceleration jumps; they become samples. Those within 1 ms of the one before are left out.
    bound_m : what the cubic Hermite interpolation may miss between any two samples.

    Returns
    -------
    FloatArray, shape (n,)
        From `start_s` to `end_s`, at most 60 s apart.
    """
    knots = [start_s]
    for at_s in sorted(breaks_s):
        if knots[-1] + _SHORTEST_S < at_s < end_s - _SHORTEST_S:
            knots.append(at_s)
    knots.append(end_s)
    edges = _divided(knots, _LONGEST_S)
    left, right = edges[:-1], edges[1:]
    kept = [np.array([end_s])]
    while left.size:
        (p0, v0), (p1, v1) = state(left), state(right)
        missed = np.zeros(len(left))
        for part in _PROBES:
            t = left + part * (right - left)
            found = _hermite(left, right, t, p0, v0, p1, v1)[0]
            missed = np.maximum(missed, np.linalg.norm(found - state(t)[0], axis=-1))
        wide = (missed > _MARGIN * bound_m) & (right - left > 2.0 * _SHORTEST_S)
        kept.append(left[~wide])
        middle = 0.5 * (left[wide] + right[wide])
        left, right = np.concatenate([left[wide], middle]), np.concatenate([middle, right[wide]])
    return np.sort(np.concatenate(kept))


def in_frame(
    position_m: FloatArray, velocity_m_s: FloatArray, epochs_ns: IntArray, frame: Frame
) -> tuple[FloatArray, FloatArray]:
    """Position and velocity (n, 3) of ITRF in another frame, at (n,) epochs ns TAI.

    UT1 is taken as UTC, so that at a leap second the Earth jumps by one second of its turn in GCRF and TEME.
    """
    if frame == "gcrf":
        return gcrf_from_itrf(position_m, velocity_m_s, epochs_ns)
    if frame == "teme":
        return teme_from_itrf(position_m, velocity_m_s, epochs_ns)
    return position_m, velocity_m_s


def _divided(times: Iterable[float], longest: float) -> FloatArray:
    """Times (m,) with more of them, evenly between two that lie farther apart than the longest step."""
    times = list(times)
    steps = [np.linspace(a, b, math.ceil((b - a) / longest), endpoint=False) for a, b in pairwise(times)]
    return np.concatenate([*steps, times[-1:]])


def _hermite(
    t0: FloatArray, t1: FloatArray, t: FloatArray, p0: FloatArray, v0: FloatArray, p1: FloatArray, v1: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Cubic through the states at t0 and t1: position and velocity (n, 3) at t."""
    step = (t1 - t0)[..., None]
    s = (t - t0)[..., None] / step
    gain = p1 - p0
    c2 = 3.0 * gain - step * (2.0 * v0 + v1)
    c3 = step * (v0 + v1) - 2.0 * gain
    return p0 + s * (step * v0 + s * (c2 + s * c3)), v0 + s * (2.0 * c2 + s * 3.0 * c3) / step
