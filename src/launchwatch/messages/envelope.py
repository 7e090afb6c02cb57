"""The envelope in which every record travels and is journaled."""

from __future__ import annotations

from typing import Literal

import msgspec

from launchwatch.messages.alerts import Alert
from launchwatch.messages.assessments import Assessment
from launchwatch.messages.attacks import AttackAssessment
from launchwatch.messages.control import Act, Cue, Heartbeat, Inject, Notice, Start, Tasking, Tick
from launchwatch.messages.detections import Detections, Reentry
from launchwatch.messages.events import Event, Raid
from launchwatch.messages.health import Health
from launchwatch.messages.observations import Admitted, InfraredLook, RadarLook
from launchwatch.messages.procedures import Procedure
from launchwatch.messages.queries import Answer, Query
from launchwatch.messages.receipts import Echo, Receipt
from launchwatch.messages.releases import Release
from launchwatch.messages.tracks import Track
from launchwatch.messages.truth import FlightTruth, ObservationTruth
from launchwatch.messages.warnings import Finding, Warning

SCHEMA = "launchwatch/envelope/1"
Purpose = Literal["operations", "exercise", "test"]
Origin = Literal["live", "recorded", "simulated"]
Record = (
    InfraredLook
    | RadarLook
    | Admitted
    | Detections
    | Reentry
    | Track
    | Event
    | Raid
    | Assessment
    | Warning
    | Procedure
    | Alert
    | AttackAssessment
    | Finding
    | Release
    | Receipt
    | Echo
    | Query
    | Answer
    | Cue
    | Tasking
    | Notice
    | Heartbeat
    | Health
    | Act
    | Inject
    | Tick
    | Start
    | FlightTruth
    | ObservationTruth
)


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """One message.

    Attributes
    ----------
    id : `<topic>/<sequence>` within its lane, or the sender's identifier for a received item.
    topic : one of the design's nouns or control records.
    sequence : counts from 1 within lane and topic.
    valid_ns, observed_ns, received_ns, emitted_ns : the four stamps, ns TAI: when the statement holds, when its newest
        evidence was seen, when that arrived, when the message was made.
    purpose : what it is for; there is no default.
    origin : kinds of data that had a part in it; `simulated` never gets lost.
    lineage : identifiers of the records it was made from.
    """

    id: str
    topic: str
    sequence: int
    valid_ns: int
    observed_ns: int
    received_ns: int
    emitted_ns: int
    purpose: Purpose
    origin: tuple[Origin, ...]
    lineage: tuple[str, ...]
    payload: Record
    schema: str = SCHEMA
