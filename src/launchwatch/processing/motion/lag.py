"""Free flight from measurements in any order: a filter that starts again from the estimate before a late one.

The estimates of the last seconds are kept with what was seen. A measurement that comes late is put in its place, and
those after it are taken again, so that the order of arrival leaves no trace.
"""

from __future__ import annotations

from bisect import bisect_right

import msgspec
import numpy as np

from launchwatch.core.arrays import FloatArray
from launchwatch.core.geodesy import geodetic_from_itrf
from launchwatch.processing.motion import ballistic as flight
from launchwatch.processing.motion import descent as air
from launchwatch.processing.motion.ballistic import Ballistic
from launchwatch.processing.motion.descent import Descent
from launchwatch.processing.motion.measurements import LinesOfSight, Plots

ENTRY_M = 100e3
"""Height below which the air is felt: at 7 km/s 2 mm/s^2 at 8 t/m^2."""

STAGE_NS = 10_000_000_000  # of flight through the air with nothing seen

Estimate = Ballistic | Descent


class Seen(msgspec.Struct):
    """One measurement (a single row), of which sensor and when, ns TAI, and where it stands among those of one epoch.

    `order` is the row's place in the sensor's look, so that ties are broken the same way in whatever order they come.
    """

    epoch_ns: int
    sensor: str
    order: int
    data: Plots | LinesOfSight


class Lag(msgspec.Struct):
    """What was seen of one body within the lag, and the estimates.

    Attributes
    ----------
    estimates : one more than `seen`: the first is from before all of them, the others from after each.
    seen : in order of their epochs.
    since_ns : when the flight's estimate was begun anew, which tells one lag of a track from the next.
    settling : whether the first is known too badly for the air, so that the newest is a fit to all that was seen.
    unseen : the newest, run ahead through the air to where `expected` was asked for it last.
    """

    estimates: list[Estimate]
    seen: list[Seen]
    since_ns: int
    settling: bool = False
    unseen: Descent | None = None

    @property
    def newest(self) -> Estimate:
        """The estimate after all that was seen."""
        return self.estimates[-1]


def _key(seen: Seen) -> tuple[int, str, int]:
    return seen.epoch_ns, seen.sensor, seen.order


def before(lag: Lag, epoch_ns: int) -> Estimate | None:
    """The newest estimate from an epoch or before, ns TAI; None where all are later and the air is felt."""
    for estimate in reversed(lag.estimates):
        if estimate.epoch_ns <= epoch_ns:
            return estimate
    first = lag.estimates[0]
    return first if isinstance(first, Ballistic) else None


def ahead(estimate: Estimate, epoch_ns: int) -> Estimate:
    """The estimate at an epoch, ns TAI: of a body in the air once it is below `ENTRY_M` and comes down."""
    return _ahead(estimate, epoch_ns, None)[0]


def expected(lag: Lag, epoch_ns: int) -> Estimate | None:
    """The estimate at an epoch, ns TAI, with nothing seen since; None before all, where the air is felt.

    It is that of `ahead`, soon found where it was asked for a little earlier.
    """
    base = before(lag, epoch_ns)
    if base is None or base is not lag.newest:
        return base and ahead(base, epoch_ns)
    there, lag.unseen = _ahead(base, epoch_ns, lag.unseen)
    return there


def _ahead(estimate: Estimate, epoch_ns: int, stage: Descent | None) -> tuple[Estimate, Descent | None]:
    """The estimate at an epoch, and at the end of the last whole stage of flight in the air before.

    What is long out of sight is run ahead in stages of `STAGE_NS`; `stage` is where an earlier call left it.
    """
    if isinstance(estimate, Ballistic):
        moved = flight.predict(estimate, epoch_ns)
        if epoch_ns <= estimate.epoch_ns or height_m(moved.mean) > ENTRY_M or moved.mean[:3] @ moved.mean[3:6] > 0.0:
            return moved, stage
    last_ns = epoch_ns - (epoch_ns - estimate.epoch_ns) % STAGE_NS
    if stage is None or stage.epoch_ns > last_ns:
        stage = air.enter(estimate) if isinstance(estimate, Ballistic) else estimate
    while stage.epoch_ns < last_ns:
        stage = air.predict(stage, stage.epoch_ns + STAGE_NS)
    return air.predict(stage, epoch_ns), stage


def after(estimate: Estimate, seen: Seen) -> Estimate:
    """The estimate after a measurement."""
    there = ahead(estimate, seen.epoch_ns)
    if isinstance(there, Ballistic) and isinstance(seen.data, Plots):
        there, difference, rows, spread = flight.innovation(there, seen.sensor, seen.data)
        return flight.update(there, difference[0], rows, spread[0])
    if isinstance(there, Ballistic):
        there = air.enter(there)
    return air.update(air.innovation(there, seen.sensor, seen.data), 0)


def take(lag: Lag, seen: Seen, known: Estimate | None = None) -> Lag:
    """The lag after a measurement; `known` is the estimate after it, where it is the newest and that is known."""
    at = bisect_right(lag.seen, _key(seen), key=_key)
    if at == len(lag.seen) and known is not None:
        return Lag([*lag.estimates, known], [*lag.seen, seen], lag.since_ns, lag.settling)
    estimates, taken = lag.estimates[: at + 1], [*lag.seen[:at], seen, *lag.seen[at:]]
    for one in taken[at:]:
        estimates.append(after(estimates[-1], one))
    return Lag(estimates, taken, lag.since_ns, lag.settling)


def pruned(lag: Lag, until_ns: int) -> Lag:
    """The lag without what is older than an epoch, ns TAI: the estimate after the last of it is the first."""
    old = sum(s.epoch_ns < until_ns for s in lag.seen)
    return Lag(lag.estimates[old:], lag.seen[old:], lag.since_ns) if old else lag


def height_m(state: FloatArray) -> float:
    """Height of a state ITRF above the ellipsoid, m."""
    return float(geodetic_from_itrf(np.asarray(state[:3]))[2])
