"""Simulated sensors: what a space-based or ground-based sensor delivers of what there is, and which of it is true.

Every random number belongs to (seed, sensor, thing, look), so that neither the time window nor another object, sensor
or partner shifts what a look sees.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from launchwatch.core.arrays import IntArray
from launchwatch.messages.observations import Observation
from launchwatch.messages.truth import ObservationTruth, TrueObject
from launchwatch.sim.scenes.objects import SeenObject


@dataclass(frozen=True)
class Delivery:
    """One observation and the epoch, ns TAI, at which it is received on the ground."""

    received_ns: int
    observation: Observation


@dataclass(frozen=True)
class SensorRun:
    """Everything that one sensor delivers in a run, in order of reception, and the truth of its detections.

    ``suppressed``: sightings that the sensor kept back because its own map knew the source.
    """

    deliveries: list[Delivery]
    truth: ObservationTruth
    suppressed: int = 0


def truth_of(sensor: str, objects: Sequence[SeenObject | TrueObject], source: IntArray) -> ObservationTruth:
    """The truth of a sensor's detections: `source` (n,) is an index into `objects`, -1 for clutter."""
    names = tuple(TrueObject(one.id, one.kind, one.launch) for one in objects)
    return ObservationTruth(sensor=sensor, objects=names, sequence=np.arange(len(source)), source=source)
