"""Protocols between the rooms of the house: what each side promises, nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Protocol, TypeVar

from launchwatch.messages.envelope import Envelope
from launchwatch.messages.items import Item, Output

S = TypeVar("S")


class ObservationSource(Protocol):
    """Anything that delivers observations in order of arrival: the simulator, a file, a network feed."""

    def __iter__(self) -> Iterator[Envelope]:
        """Envelopes of topic `observations`, ordered by (received_ns, sequence)."""
        ...


class Stage(Protocol[S]):
    """A pure step of the chain: the same code live, fast, and in replay.

    Three more attributes are optional, and read by the lane where a stage has them:

    - `due(state) -> int | None`: epoch (ns TAI) of its next timer; without it the stage is stepped on every tick.
    - `transient = True`: it only passes on what the door has journaled, so its outputs are not journaled again.
    - `labelled = True`: its items carry whole envelopes, so that it can read purpose and origin (releases).
    """

    topic: str
    """Topic of its outputs, also the name of the stage."""

    consumes: tuple[type, ...]
    """Record types that it takes."""

    def start(self) -> S:
        """State of a chain that has seen nothing yet: a msgspec Struct, so that it has a codec from the start."""
        ...

    def step(self, state: S, inputs: Sequence[Item], now: int) -> tuple[S, list[Output]]:
        """Next state and outputs. `inputs` are ordered by (arrival, sequence); `now` is ns TAI. May be empty."""
        ...


class Clock(Protocol):
    """Time as a service."""

    def now(self) -> int:
        """Ns TAI."""
        ...


class Journal(Protocol):
    """Append-only, hash-chained record of one run."""

    def append(self, stream: str, role: str, envelopes: Iterable[Envelope]) -> None:
        """Add records of `role` ("input" or "output") to `stream`; durable when `commit` returns."""
        ...

    def commit(self) -> None:
        """Make everything appended so far durable."""
        ...

    def streams(self) -> list[str]:
        """Names of the streams, in order of first use."""
        ...

    def read(self, stream: str, role: str | None = None, topic: str | None = None) -> Iterator[Envelope]:
        """Records of a stream in order."""
        ...


class PartnerLink(Protocol):
    """A connection to one partner: what goes in at `sent_ns` comes out at the returned epoch."""

    def arrival_ns(self, sender: str, addressee: str, sent_ns: int) -> int:
        """Arrival of an item, ns TAI."""
        ...


AnyStage = Stage[Any]
