"""The releases stage: each warning to its addressee, after the machine time of the procedure.

It is the one stage that reads purpose and origin. In a lane for operations nothing that simulated data touched leaves.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from launchwatch.messages.envelope import Envelope
from launchwatch.messages.items import Item, Output
from launchwatch.messages.releases import Release
from launchwatch.messages.warnings import Warning

S = 1_000_000_000


class ReleasesState(msgspec.Struct):
    """State of the stage: releases made so far, and warnings held back because simulated data touched them."""

    number: int
    withheld: int


class ReleasesStage:
    """Warnings in, releases out (a stage of `launchwatch.ports`).

    Parameters
    ----------
    node : the sender.
    addressees : for each region, who is told of a threat to it: the own authority, or the partner.
    machine_s : time from a warning to its way out.
    """

    topic = "releases"
    consumes: tuple[type, ...] = (Warning,)
    labelled = True

    def __init__(self, node: str, addressees: dict[str, str], machine_s: float) -> None:
        self.node, self.addressees, self.machine_ns = node, addressees, round(machine_s * S)

    def start(self) -> ReleasesState:
        """A stage that has released nothing."""
        return ReleasesState(0, 0)

    def due(self, state: ReleasesState) -> int | None:
        """It has no timers."""
        return None

    def step(self, state: ReleasesState, inputs: Sequence[Item], now: int) -> tuple[ReleasesState, list[Output]]:
        """Release each warning to the addressee of its region."""
        outputs = []
        for item in inputs:
            envelope: Envelope = item.payload
            warning = envelope.payload
            assert isinstance(warning, Warning)
            if envelope.purpose == "operations" and "simulated" in envelope.origin:
                state.withheld += 1
                continue
            state.number += 1
            release = Release(
                release=f"{self.node}/warnings/{state.number}",
                sender=self.node,
                addressee=self.addressees[warning.region],
                level="warnings",
                released_ns=now + self.machine_ns,
                first_detection_ns=warning.assessment.first_detection_ns,
                item=warning,
            )
            outputs.append(Output(release, release.released_ns, (item.id,)))
        return state, outputs
