"""The observations stage: own and released observations in order of arrival, each detection once.

Late data is not waited for. What comes later than the hold time is counted and kept in the journal, not processed.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from launchwatch.core.arrays import IntArray
from launchwatch.messages.items import Item, Output
from launchwatch.messages.observations import Admitted, InfraredLook, Observation, RadarLook
from launchwatch.messages.releases import Release
from launchwatch.processing.motion.measurements import select

S = 1_000_000_000
REMEMBERED = 4096
"""Sequence numbers kept for each sensor, the highest."""


class ObservationsState(msgspec.Struct):
    """State of the stage: the newest sequence numbers of each sensor, ascending, and counts of what was left out."""

    seen: dict[str, IntArray]
    duplicates: int
    late: int


class ObservationsStage:
    """Observations and releases in, admitted observations out (a stage of `launchwatch.ports`)."""

    topic = "observations"
    consumes: tuple[type, ...] = (InfraredLook, RadarLook, Release)
    transient = True
    """The door has journaled what it passes on."""

    def __init__(self, hold_time_s: float) -> None:
        self.hold_ns = round(hold_time_s * S)

    def start(self) -> ObservationsState:
        """A stage that has seen nothing."""
        return ObservationsState({}, 0, 0)

    def due(self, state: ObservationsState) -> int | None:
        """It has no timers."""
        return None

    def step(
        self, state: ObservationsState, inputs: Sequence[Item], now: int
    ) -> tuple[ObservationsState, list[Output]]:
        """Admit what is new and in time."""
        outputs = []
        for item in inputs:
            look, sender = item.payload, None
            if isinstance(item.payload, Release):
                look, sender = item.payload.item, item.payload.sender
                if not isinstance(look, InfraredLook | RadarLook):
                    continue
            if now - look.look_until_ns > self.hold_ns:
                state.late += 1
                continue
            fresh = self._fresh(state, look)
            outputs.append(Output(Admitted(look=fresh, sender=sender), look.look_until_ns, (item.id,)))
        return state, outputs

    def _fresh(self, state: ObservationsState, look: Observation) -> Observation:
        """The look without the rows whose sequence number is known already."""
        if not len(look.sequence):
            return look
        known = state.seen.get(look.sensor, look.sequence[:0])
        if (not len(known) or look.sequence[0] > known[-1]) and bool((np.diff(look.sequence) > 0).all()):
            both = np.concatenate([known, look.sequence])  # the usual case, and ascending by itself
        else:
            keep = np.zeros(len(look.sequence), bool)
            keep[np.unique(look.sequence, return_index=True)[1]] = True
            keep &= ~np.isin(look.sequence, known)
            state.duplicates += int((~keep).sum())
            look = select(look, keep)
            both = np.union1d(known, look.sequence)
        state.seen[look.sensor] = both[-REMEMBERED:]
        return look
