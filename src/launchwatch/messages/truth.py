"""Truth: what really happened in the simulation. Only the simulator, the runtime and evaluation read it."""

from __future__ import annotations

from typing import Literal

import msgspec

from launchwatch.core.arrays import FloatArray, IntArray

ObjectKind = Literal[
    "payload", "spent-stage", "returning-stage", "deployed", "fragment",
    "satellite", "decaying", "fire", "fireball", "lightning", "glint", "fault", "moon",
]  # fmt: skip
"""What an object in the sky or on the ground is. The first five come from a launch."""


class FlightTruth(msgspec.Struct, frozen=True, tag="flight-truth", kw_only=True):
    """One true flight.

    Attributes
    ----------
    launch, booster, booster_class : identifiers.
    time_ns : lift-off, ns TAI.
    launch_deg, impact_deg : (lat_deg, lon_deg) of launch and impact; impact null when it does not fall back.
    impact_s, burnout_s, apogee_s : seconds after lift-off; impact null when it does not fall back.
    range_km : over ground from launch to impact; null when it does not fall back.
    t_s : (n,) seconds after lift-off; position_m, velocity_m_s : (n, 3) ITRF; thrust_n : (n,).
    """

    launch: str
    booster: str
    booster_class: str
    time_ns: int
    launch_deg: tuple[float, float]
    impact_deg: tuple[float, float] | None
    impact_s: float | None
    burnout_s: float
    apogee_s: float
    apogee_km: float
    range_km: float | None
    azimuth_deg: float
    staging_s: tuple[float, ...]
    t_s: FloatArray
    position_m: FloatArray
    velocity_m_s: FloatArray
    thrust_n: FloatArray


class TrueObject(msgspec.Struct, frozen=True):
    """An object that a sensor may have seen: its identifier, its kind, and its launch if it comes from one."""

    id: str
    kind: ObjectKind
    launch: str | None


class ObservationTruth(msgspec.Struct, frozen=True, tag="observation-truth", kw_only=True):
    """Which object each detection of one sensor really is.

    Attributes
    ----------
    sequence : (n,) sequence numbers of the sensor's detections.
    source : (n,) index into `objects`, -1 for clutter.
    """

    sensor: str
    objects: tuple[TrueObject, ...]
    sequence: IntArray
    source: IntArray
