"""Health: a change in how a component of a node, or the link to a partner, is."""

from __future__ import annotations

from typing import Literal

import msgspec

HealthStatus = Literal["ready", "degraded", "stopping", "silent"]


class Health(msgspec.Struct, frozen=True, tag="health", kw_only=True):
    """One change. It has no field that could be read as a launch, nor as its absence.

    Attributes
    ----------
    component : sensor, partner at the other end of a link, or `outgoing`, the node's own outgoing channel.
    status : as it said last, or ``silent``: nothing was heard of it for three heartbeats.
    before : its status before this one.
    heard_ns : when its last heartbeat arrived, ns TAI; of `outgoing`, when a release was last heard as it was made.
    lost : heartbeats that are missing between the last two that arrived.
    reason : why, where the status alone does not say it.
    """

    component: str
    status: HealthStatus
    before: HealthStatus
    heard_ns: int
    lost: int
    reason: str = ""
