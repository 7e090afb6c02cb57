"""A small real chain for the tests of the runtime: sums what it hears, and says so again when it hears nothing."""

from collections.abc import Sequence

import msgspec
import numpy as np

from launchwatch.core.arrays import FloatArray
from launchwatch.messages.control import Act, Heartbeat, Inject
from launchwatch.messages.envelope import Envelope, Origin, Purpose
from launchwatch.messages.items import Item, Output
from launchwatch.ports import Journal
from launchwatch.runtime.lane import Lane


class Sums(msgspec.Struct, frozen=True):
    total: FloatArray
    heard: tuple[str, ...]
    due_ns: int | None


class Summing:
    """Adds up the latencies of heartbeats; 10 ns after the last one it says the sum once more, by itself."""

    topic = "sums"
    consumes = (Heartbeat,)

    def start(self) -> Sums:
        return Sums(np.zeros(2), (), None)

    def due(self, state: Sums) -> int | None:
        return state.due_ns

    def step(self, state: Sums, inputs: Sequence[Item], now: int) -> tuple[Sums, list[Output]]:
        if inputs:
            total = state.total.copy()
            for item in inputs:
                total += (item.payload.latency_s, 1.0 / (1.0 + total[0] ** 2))
            heard = tuple(item.id for item in inputs)
            state = Sums(total, (*state.heard, *heard)[-3:], now + 10)
            return state, [Output(self._said(state), now - 1, heard)]
        if state.due_ns is not None and state.due_ns <= now:
            state = Sums(state.total, state.heard, None)
            return state, [Output(self._said(state), now, ())]
        return state, []

    def _said(self, state: Sums) -> Inject:
        return Inject(inject=" ".join(state.heard), addressee="all", text=repr(state.total.tolist()))


class Count(msgspec.Struct, frozen=True):
    count: int = 0


class Counting:
    """Numbers what the stage before it says, and the acts of persons; has no timers and says so by having no `due`."""

    topic = "counts"
    consumes = (Inject, Act)

    def start(self) -> Count:
        return Count()

    def step(self, state: Count, inputs: Sequence[Item], now: int) -> tuple[Count, list[Output]]:
        outputs = [
            Output(
                Inject(inject=item.id, addressee="log", text=f"{state.count + i} {item.received_ns}"), now, (item.id,)
            )
            for i, item in enumerate(inputs)
        ]
        return Count(state.count + len(inputs)), outputs


def heartbeat(
    sequence: int,
    received_ns: int,
    latency_s: float = 1.0,
    purpose: Purpose = "exercise",
    origin: tuple[Origin, ...] = ("simulated",),
) -> Envelope:
    """An input of the chain."""
    return Envelope(
        id=f"radar/{sequence}",
        topic="heartbeat",
        sequence=sequence,
        valid_ns=received_ns - 3,
        observed_ns=received_ns - 2,
        received_ns=received_ns,
        emitted_ns=received_ns - 1,
        purpose=purpose,
        origin=origin,
        lineage=(),
        payload=Heartbeat(component="radar", sequence=sequence, status="ready", latency_s=latency_s, interval_s=1.0),
    )


def make_lane(journal: Journal | None = None, purpose: Purpose = "exercise") -> Lane:
    """A fresh lane with both stages."""
    return Lane("ru/alone", "ru", purpose, [Summing(), Counting()], journal)
