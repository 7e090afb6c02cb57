"""The health stage: heartbeats in, changes of health out; silence is a fault.

A component that says nothing for three heartbeats is silent, and that is said by a timer of the stage: nothing has to
arrive for it. A component that is awaited from the start is silent as well when it never begins.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from launchwatch.messages.control import Heartbeat
from launchwatch.messages.health import Health, HealthStatus
from launchwatch.messages.items import Item, Output

S = 1_000_000_000
SILENT_BEATS = 3


class Pulse(msgspec.Struct):
    """What is known of a component: its status, its last heartbeat, and when the silence after it is a fault."""

    status: HealthStatus
    sequence: int
    heard_ns: int
    interval_s: float


class HealthState(msgspec.Struct):
    """State of the stage: whether it has begun to wait, and the pulses by component."""

    begun: bool
    pulses: dict[str, Pulse]


class HealthStage:
    """Heartbeats in, changes of health out (a stage of `launchwatch.ports`).

    Parameters
    ----------
    awaited : components that have to be heard, and the interval of their heartbeats, s.
    """

    topic = "health"
    consumes: tuple[type, ...] = (Heartbeat,)

    def __init__(self, awaited: Mapping[str, float]) -> None:
        self.awaited = dict(awaited)

    def start(self) -> HealthState:
        """A stage that has heard nothing, and waits for nothing yet."""
        return HealthState(False, {})

    def due(self, state: HealthState) -> int | None:
        """When the next silence is a fault."""
        return min((_deadline(p) for p in state.pulses.values() if _awaits(p)), default=None)

    def step(self, state: HealthState, inputs: Sequence[Item], now: int) -> tuple[HealthState, list[Output]]:
        """Note heartbeats, then who has been silent for too long. The first step begins to wait for all."""
        if not state.begun:
            state.begun = True
            state.pulses = {name: Pulse("ready", 0, now, interval) for name, interval in self.awaited.items()}
        outputs = []
        for item in inputs:
            beat: Heartbeat = item.payload
            pulse = state.pulses.get(beat.component)
            if pulse is None:
                pulse = state.pulses[beat.component] = Pulse("ready", beat.sequence - 1, now, beat.interval_s)
            if beat.sequence <= pulse.sequence:
                continue  # late or repeated: a newer one has been heard
            lost = beat.sequence - pulse.sequence - 1
            if beat.status != pulse.status:
                said = Health(
                    component=beat.component, status=beat.status, before=pulse.status, heard_ns=now, lost=lost
                )
                outputs.append(Output(said, now, (item.id,)))
            state.pulses[beat.component] = Pulse(beat.status, beat.sequence, now, beat.interval_s)
        for name, pulse in state.pulses.items():
            if _awaits(pulse) and now >= _deadline(pulse):
                said = Health(component=name, status="silent", before=pulse.status, heard_ns=pulse.heard_ns, lost=0)
                outputs.append(Output(said, now, ()))
                pulse.status = "silent"
        return state, outputs


def _awaits(pulse: Pulse) -> bool:
    """Whether a component should be heard: not one that has said that it stops, nor one whose silence has been told."""
    return pulse.status not in ("silent", "stopping")


def _deadline(pulse: Pulse) -> int:
    return pulse.heard_ns + round(SILENT_BEATS * pulse.interval_s * S)
