"""What reaches a node in a play beside looks: heartbeats of components, less what faults take, and notices."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec
import numpy as np

from launchwatch.assembly.posting import posted
from launchwatch.assembly.sensors import sensors_of
from launchwatch.catalog.catalogue import Catalog
from launchwatch.catalog.notices import message_of
from launchwatch.catalog.schema import Fault, Scenario
from launchwatch.core.epochs import NS
from launchwatch.messages.control import Heartbeat
from launchwatch.messages.envelope import Envelope
from launchwatch.messages.observations import InfraredLook, RadarLook
from launchwatch.messages.releases import Release
from launchwatch.processing.motion.measurements import select

BEAT_S = 30.0
"""Interval of heartbeats; a play of half an hour holds sixty of each component."""
BEAT_LATENCY_S = 1.0


def awaited(catalog: Catalog, scenario: Scenario, case: str, partner: str, chain: str) -> dict[str, float]:
    """Components that a chain has to hear, by name: own sensors, and partners where it hears them; intervals in s."""
    launches = scenario.cases[case]
    date_ns = scenario.begin_ns if scenario.window is not None else min(launch.time_ns for launch in launches)
    names = [sensor.id for sensor in sensors_of(catalog, scenario, partner, date_ns)]
    if chain == "integrated":
        names += [other for other in scenario.partners if other != partner]
    return dict.fromkeys(names, BEAT_S)


def heartbeats(scenario: Scenario, components: Iterable[str], start_ns: int, stop_ns: int) -> list[Envelope]:
    """Heartbeats of components from start to stop, as they arrive; those of partners after the delay of the link."""
    found = []
    for component in components:
        late_s = scenario.sharing.delay_s if component in scenario.partners else BEAT_LATENCY_S
        for k, sent_ns in enumerate(range(start_ns, stop_ns, round(BEAT_S * NS)), 1):
            arrival_ns = sent_ns + round(late_s * NS)
            found.append(
                posted(
                    f"{component}/heartbeat/{k}",
                    "heartbeat",
                    k,
                    sent_ns,
                    scenario.purpose,
                    Heartbeat(component=component, sequence=k, status="ready", latency_s=late_s, interval_s=BEAT_S),
                    arrival_ns=arrival_ns,
                )
            )
    return found


def notices(catalog: Catalog, scenario: Scenario, partner: str, start_ns: int) -> list[Envelope]:
    """Pre-launch notices that reach the warning post of a partner; earlier ones are on file at `start_ns`."""
    found = []
    for k, notice in enumerate(scenario.notices, 1):
        delivered_ns = notice.delivered_ns(partner)
        if delivered_ns is not None:
            found.append(
                posted(
                    f"{notice.sender}/notice/{notice.id}",
                    "notice",
                    k,
                    delivered_ns,
                    scenario.purpose,
                    message_of(notice, catalog.notice_forms[notice.agreement]),
                    arrival_ns=max(delivered_ns, start_ns),
                )
            )
    return found


def as_faults_leave(envelopes: Sequence[Envelope], faults: Sequence[Fault]) -> list[Envelope]:
    """What arrives of looks, heartbeats and releases when components fail."""
    left = list(envelopes)
    for fault in faults:
        left = [one for envelope in left if (one := _through(envelope, fault)) is not None]
    return left


def _through(envelope: Envelope, fault: Fault) -> Envelope | None:
    payload = envelope.payload
    if isinstance(payload, InfraredLook | RadarLook):
        source, sent_ns = payload.sensor, payload.look_until_ns
    elif isinstance(payload, Heartbeat):
        source, sent_ns = payload.component, envelope.emitted_ns
    elif isinstance(payload, Release):
        source, sent_ns = payload.sender, payload.released_ns
    else:
        return envelope
    if source != fault.component or not fault.from_ns <= sent_ns < fault.until_ns:
        return envelope
    if fault.kind == "silent":
        return None
    if isinstance(payload, InfraredLook | RadarLook):
        return msgspec.structs.replace(envelope, payload=select(payload, np.zeros(len(payload.sequence), bool)))
    return envelope
