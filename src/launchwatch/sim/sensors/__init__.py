"""Simulated sensors: what a space-based or ground-based sensor delivers of true flights, and which of it is true.

Every random number belongs to (seed, sensor, thing, look), so that neither the time window nor another flight, sensor
or partner shifts what a look sees.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from launchwatch.catalog.schema import Booster
from launchwatch.core.arrays import FloatArray
from launchwatch.messages.observations import Observation
from launchwatch.messages.truth import ObservationTruth


class Trajectory(Protocol):
    """A true flight, from lift-off at 0 s to `last_s`."""

    @property
    def booster(self) -> Booster:
        """What flies."""
        ...

    @property
    def burnout_s(self) -> float:
        """End of the last stage's thrust, s."""
        ...

    @property
    def last_s(self) -> float:
        """Impact, or the end of what was computed, s."""
        ...

    def at(self, t_s: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Position (n, 3) m and velocity (n, 3) m/s, ITRF."""
        ...

    def thrust_at(self, t_s: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Thrust (n,) N, 0 when nothing burns, and effective exhaust speed (n,) m/s."""
        ...


@dataclass(frozen=True)
class SeenFlight:
    """A flight as it can be seen: its launch, its lift-off in ns TAI, its trajectory."""

    launch: str
    time_ns: int
    trajectory: Trajectory


@dataclass(frozen=True)
class Delivery:
    """One observation and the epoch, ns TAI, at which it is received on the ground."""

    received_ns: int
    observation: Observation


@dataclass(frozen=True)
class SensorRun:
    """Everything that one sensor delivers in a run, in order of reception, and the truth of its detections."""

    deliveries: list[Delivery]
    truth: ObservationTruth
