"""Cues of a case: what satellites saw goes through each partner's chain alone, and that cues radars.

No infrared look depends on a cue, so that this can be played before the radars are: cues then arrive at them in time
(`docs/adr/0024-cues-in-two-passes.md`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import msgspec

from launchwatch.assembly.chain import CUEING, make_lane
from launchwatch.assembly.components import as_faults_leave
from launchwatch.assembly.observe import SentCue
from launchwatch.assembly.stopwatch import Stopwatch
from launchwatch.catalog.catalogue import Catalog
from launchwatch.catalog.schema import Scenario
from launchwatch.core.epochs import NS
from launchwatch.messages.control import Cue
from launchwatch.messages.envelope import Envelope
from launchwatch.ports import Journal
from launchwatch.runtime.lane import Lane

Drive = Callable[[Lane, Sequence[Envelope], int], Sequence[Envelope]]
"""A lane, its inputs and when to stop to its outputs."""


def cues_of(
    catalog: Catalog,
    scenario: Scenario,
    case: str,
    seen: Mapping[str, Sequence[Envelope]],
    stop_ns: int,
    drive: Drive,
    journal: Journal | None,
    watch: Stopwatch,
) -> list[SentCue]:
    """Cues that arrive at radars within a case, in order of arrival.

    A cue takes the machine time of the sender's procedure, and to a partner's radar the delay of the link.

    Parameters
    ----------
    seen : what the satellites of each partner delivered.
    stop_ns : end of the case, ns TAI.
    """
    found = []
    for partner, looks in seen.items():
        lane = make_lane(catalog, scenario, case, partner, CUEING, journal, None, watch)
        inputs = sorted(as_faults_leave(looks, scenario.faults), key=lambda e: e.received_ns)
        machine_s = catalog.partners[partner].procedure.machine_s
        for envelope in drive(lane, inputs, stop_ns):
            cue = envelope.payload
            if not isinstance(cue, Cue):
                continue
            owner = catalog.sensors_radar[cue.sensor].owner
            late_s = machine_s + (scenario.sharing.delay_s if owner != partner else 0.0)
            arrival_ns = envelope.emitted_ns + round(late_s * NS)
            if arrival_ns <= stop_ns:
                sent = msgspec.structs.replace(
                    envelope, id=f"{partner}/{envelope.id}", topic="cue", received_ns=arrival_ns
                )
                found.append(SentCue(partner, owner, sent))
    return sorted(found, key=lambda one: one.envelope.received_ns)


def heard_cues(cues: Sequence[SentCue], partner: str, chain: str) -> list[Envelope]:
    """Cues to a partner's radars that its chain hears of: all when integrated, else its own."""
    return [one.envelope for one in cues if one.owner == partner and (chain == "integrated" or one.sender == partner)]
