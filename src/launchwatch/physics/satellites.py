"""Many satellites at once: sets of elements, SGP4 to ITRF on a grid of nodes, and what lies between the nodes."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

import numpy as np

from launchwatch.core.arrays import FloatArray, IntArray
from launchwatch.core.epochs import julian_date
from launchwatch.core.frames import itrf_from_teme
from launchwatch.core.geodesy import A
from launchwatch.physics.gravity import MU

NODE_NS = 60_000_000_000
"""Time between two nodes of an ephemeris: cubic Hermite between them errs by less than 1 m from 150 km height up."""

FAST_REV_DAY, LOW_M = 15.85, 230e3
"""Mean motion and height of the perigee of what is on its way down."""

_SCALE_HEIGHT_M = 35e3  # of the air at 200 km (US Standard Atmosphere 1976: 37 km)
_SGP4_DAY_0 = 2_433_281.5  # Julian date from which SGP4 counts the days of an epoch
_TURN = 2.0 * np.pi
_NOWHERE = (np.nan, np.nan, np.nan)
_DAY_S = 86_400.0


@dataclass(frozen=True, eq=False)
class ElementSets:
    """Mean elements for SGP4, one set a row; an object may have several.

    Attributes
    ----------
    norad_id : (n,) catalogue number.
    name : n names, may be empty.
    epoch_ns : (n,) ns TAI.
    inclination_deg, raan_deg, argument_of_perigee_deg, mean_anomaly_deg : (n,) TEME of the epoch.
    eccentricity : (n,)
    mean_motion_rev_day : (n,) of Kozai.
    mean_motion_rate_rev_day2 : (n,) half the measured rate of the mean motion, as element sets state it; SGP4 ignores
        it, but it shows decay.
    bstar : (n,) drag, per Earth radius.
    """

    norad_id: IntArray
    name: tuple[str, ...]
    epoch_ns: IntArray
    inclination_deg: FloatArray
    raan_deg: FloatArray
    eccentricity: FloatArray
    argument_of_perigee_deg: FloatArray
    mean_anomaly_deg: FloatArray
    mean_motion_rev_day: FloatArray
    mean_motion_rate_rev_day2: FloatArray
    bstar: FloatArray

    def __len__(self) -> int:
        return len(self.norad_id)

    def take(self, rows: IntArray) -> ElementSets:
        """Some of the sets, by index."""
        columns = {f.name: getattr(self, f.name)[rows] for f in fields(self) if f.name != "name"}
        return ElementSets(name=tuple(self.name[i] for i in rows.tolist()), **columns)

    @property
    def semi_major_m(self) -> FloatArray:
        """Semi-major axis (n,) of the two-body orbit of that mean motion, m (0.1 % from the Brouwer one)."""
        return np.asarray(np.cbrt(MU / (self.mean_motion_rev_day * _TURN / _DAY_S) ** 2))

    @property
    def perigee_m(self) -> FloatArray:
        """Height of the perigee (n,) over the equatorial radius, m."""
        return self.semi_major_m * (1.0 - self.eccentricity) - A

    @cached_property
    def satellites(self) -> list[Any]:
        """Each set as SGP4 takes it (`sgp4.api.Satrec`)."""
        from sgp4.api import WGS72, Satrec

        day, fraction = julian_date(self.epoch_ns)
        columns = (
            self.norad_id, day - _SGP4_DAY_0 + fraction, self.bstar, self.eccentricity,
            np.radians(self.argument_of_perigee_deg), np.radians(self.inclination_deg),
            np.radians(self.mean_anomaly_deg), self.mean_motion_rev_day * _TURN / 1440.0, np.radians(self.raan_deg),
        )  # fmt: skip
        made = []
        for number, epoch, bstar, e, argument, inclination, anomaly, motion, node in zip(
            *(column.tolist() for column in columns), strict=True
        ):
            satellite = Satrec()
            # the two derivatives of the mean motion are unused by SGP4
            satellite.sgp4init(
                WGS72, "i", number, epoch, bstar, 0.0, 0.0, e, argument, inclination, anomaly, motion, node
            )
            made.append(satellite)
        return made


def newest(sets: ElementSets, at_ns: int) -> ElementSets:
    """The set of each object that is the newest at an epoch; an object with none until then is left out.

    Parameters
    ----------
    sets : ElementSets
    at_ns : int
        ns TAI.
    """
    rows = np.flatnonzero(sets.epoch_ns <= at_ns)
    rows = rows[np.lexsort((sets.epoch_ns[rows], sets.norad_id[rows]))]
    number = sets.norad_id[rows]
    last = np.append(number[1:] != number[:-1], True) if len(rows) else np.empty(0, bool)
    return sets.take(rows[last])


def end_ns(sets: ElementSets) -> IntArray:
    """When objects come down, by their elements (n,), ns TAI; far off where they are not on their way down.

    A circular orbit shrinks ever faster; what is left is the time in which it would lose one scale height at the
    rate of its epoch (King-Hele, Satellite Orbits in an Atmosphere, 1987).
    """
    rate = 2.0 * np.maximum(sets.mean_motion_rate_rev_day2, 1e-9)
    shrinks_m_day = 2.0 / 3.0 * sets.semi_major_m / sets.mean_motion_rev_day * rate
    left_days = np.minimum(_SCALE_HEIGHT_M / shrinks_m_day, 3650.0)
    falling = (sets.mean_motion_rev_day > FAST_REV_DAY) & (sets.perigee_m < LOW_M)
    return np.asarray(sets.epoch_ns + np.where(falling, left_days, 3650.0) * _DAY_S * 1e9, np.int64)


def states_at(sets: ElementSets, epochs_ns: IntArray) -> tuple[FloatArray, FloatArray]:
    """Positions and velocities of all objects at all epochs (SGP4: Hoots and Roehrich, 1980; Vallado et al., 2006).

    Parameters
    ----------
    sets : ElementSets, n of them
    epochs_ns : int64, shape (t,)
        ns TAI.

    Returns
    -------
    position_m, velocity_m_s : FloatArray, shape (n, t, 3)
        ITRF; NaN where SGP4 gives no position, for most because the object has decayed.
    """
    n, t = len(sets), len(epochs_ns)
    if not n or not t:
        return np.empty((n, t, 3)), np.empty((n, t, 3))
    from sgp4.api import SatrecArray

    error, position_km, velocity_km_s = SatrecArray(sets.satellites).sgp4(*julian_date(epochs_ns))
    position, velocity = itrf_from_teme(1e3 * position_km, 1e3 * velocity_km_s, np.asarray(epochs_ns)[None, :])
    position[error != 0], velocity[error != 0] = np.nan, np.nan
    return position, velocity


def state_of_each(sets: ElementSets, rows: IntArray, epochs_ns: IntArray) -> tuple[FloatArray, FloatArray]:
    """Positions m and velocities m/s (m, 3) ITRF of set `rows[i]` at `epochs_ns[i]`; NaN as of `states_at`."""
    if not len(rows):
        return np.empty((0, 3)), np.empty((0, 3))
    day, fraction = julian_date(epochs_ns)
    said = [
        sets.satellites[row].sgp4(d, f)
        for row, d, f in zip(rows.tolist(), day.tolist(), fraction.tolist(), strict=True)
    ]
    km = np.array([[p, v] if not error else [_NOWHERE, _NOWHERE] for error, p, v in said])
    return itrf_from_teme(1e3 * km[:, 0], 1e3 * km[:, 1], epochs_ns)


def node_epochs(start_ns: int, stop_ns: int) -> IntArray:
    """Epochs of the nodes, at whole multiples of `NODE_NS`, that hold a span: at least two."""
    first = start_ns // NODE_NS
    last = max(-(-stop_ns // NODE_NS), first + 1)
    return np.arange(first, last + 1, dtype=np.int64) * NODE_NS


@dataclass(frozen=True, eq=False)
class Ephemeris:
    """States of many objects at nodes `NODE_NS` apart, and between them by cubic Hermite polynomials.

    Attributes
    ----------
    first_ns : epoch of the first node, ns TAI.
    position, velocity : (n, nodes, 3) ITRF m, m/s; NaN where there is none.
    """

    first_ns: int
    position: FloatArray
    velocity: FloatArray

    def at(self, rows: IntArray, epochs_ns: IntArray) -> tuple[FloatArray, FloatArray]:
        """Position and velocity (m, 3) of object `rows[i]` at `epochs_ns[i]`, which must lie within the nodes."""
        since = np.asarray(epochs_ns, np.int64) - self.first_ns
        node = np.clip(since // NODE_NS, 0, self.position.shape[1] - 2)
        u = ((since - node * NODE_NS) / NODE_NS)[:, None]
        return hermite(
            u, NODE_NS * 1e-9,
            self.position[rows, node], self.velocity[rows, node],
            self.position[rows, node + 1], self.velocity[rows, node + 1],
        )  # fmt: skip


def ephemeris(sets: ElementSets, start_ns: int, stop_ns: int) -> Ephemeris:
    """Ephemeris of all objects over a span; 48 bytes a state, so a day of 1,000 objects takes 69 MB.

    Parameters
    ----------
    sets : ElementSets
    start_ns, stop_ns : int
        The span, ns TAI; both ends count.
    """
    epochs = node_epochs(start_ns, stop_ns)
    return Ephemeris(int(epochs[0]), *states_at(sets, epochs))


def hermite(
    u: FloatArray, step_s: float, p0: FloatArray, v0: FloatArray, p1: FloatArray, v1: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Position and velocity between two states by the cubic through both.

    Parameters
    ----------
    u : FloatArray, shape (..., 1)
        Part of the way from the first state to the second, 0 to 1.
    step_s : float
        Time from one to the other.
    p0, v0, p1, v1 : FloatArray, shape (..., 3)
        Positions m and velocities m/s.
    """
    chord, d0, d1 = p1 - p0, step_s * v0, step_s * v1
    second, third = 3.0 * chord - 2.0 * d0 - d1, d0 + d1 - 2.0 * chord
    position = p0 + u * (d0 + u * (second + u * third))
    velocity = (d0 + u * (2.0 * second + 3.0 * u * third)) / step_s
    return position, velocity
