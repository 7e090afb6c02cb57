"""Health: a change in how a component of a node, or the link to a partner, is."""

from __future__ import annotations

from typing import Literal

import msgspec

HealthStatus = Literal["ready", "degraded", "stopping", "silent"]


class Health(msgspec.Struct, frozen=True, tag="health", kw_only=True):
    """One change. It has no field that could be read as a launch, nor as its absence.

    Attributes
    ----------
    component : sensor, or partner at the other end of a link.
    status : as it said last, or ``silent``: nothing was heard of it for three heartbeats.
    before : its status before this one.
    heard_ns : when its last heartbeat arrived, ns TAI.
    lost : heartbeats that are missing between the last two that arrived.
    """

    component: str
    status: HealthStatus
    before: HealthStatus
    heard_ns: int
    lost: int
