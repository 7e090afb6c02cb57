"""Wall time of a run by its parts, and of each step of each stage against the latency budget."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from launchwatch.messages.items import Item, Output
from launchwatch.ports import AnyStage

BUDGET_MS = {
    "observations": 5.0,
    "detections": 25.0,
    "tracks": 100.0,
    "events": 25.0,
    "assessments": 65.0,
    "warnings": 5.0,
    "queries": 1.0,
    "procedures": 2.0,
    "attacks": 10.0,
    "alerts": 10.0,
    "releases": 2.0,
    "outgoing": 5.0,
    "health": 1.0,
    "findings": 10.0,
}
"""What one step of a stage may take; those from observations to releases are the 250 ms to a warning."""


@dataclass
class Stopwatch:
    """Wall seconds by part of a run, and of steps by stage: the only thing that differs between runs of one seed.

    `clock` gives seconds; another than that on the wall may be put in its place.
    """

    seconds: dict[str, float] = field(default_factory=dict)
    steps: dict[str, list[float]] = field(default_factory=dict)
    clock: Callable[[], float] = time.perf_counter

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Add the time of a block to a part."""
        begun = self.clock()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + self.clock() - begun

    def timed(self, stage: AnyStage) -> AnyStage:
        """The stage, with the time of each of its steps noted here."""
        return _Timed(stage, self.steps.setdefault(stage.topic, []), self.clock)

    def latencies(self) -> dict[str, dict[str, float]]:
        """By stage: number of steps, percentiles and the longest, ms, the budget, and how many slipped over it."""
        return {topic: _latency(seconds, BUDGET_MS.get(topic)) for topic, seconds in self.steps.items() if seconds}

    def document(self) -> dict[str, Any]:
        """The document `timing.json`."""
        return {name: round(s, 4) for name, s in self.seconds.items()} | {"steps": self.latencies()}


class _Timed:
    """A stage whose steps are timed; all else is the stage's own."""

    def __init__(self, stage: AnyStage, seconds: list[float], clock: Callable[[], float]) -> None:
        self._stage, self._seconds, self._clock = stage, seconds, clock

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stage, name)

    def step(self, state: Any, inputs: Sequence[Item], now: int) -> tuple[Any, list[Output]]:
        """The stage's own step."""
        begun = self._clock()
        stepped = self._stage.step(state, inputs, now)
        self._seconds.append(self._clock() - begun)
        return stepped


def _latency(seconds: list[float], budget_ms: float | None) -> dict[str, float]:
    ordered = sorted(seconds)

    def at(share: float) -> float:
        return round(1e3 * ordered[min(int(share * len(ordered)), len(ordered) - 1)], 3)

    said = {"steps": len(ordered), "p50_ms": at(0.5), "p95_ms": at(0.95), "p99_ms": at(0.99), "longest_ms": at(1.0)}
    if budget_ms is None:
        return said
    return said | {"budget_ms": budget_ms, "slips": sum(1e3 * s > budget_ms for s in ordered)}
