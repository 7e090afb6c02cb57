"""A lane: one purpose's own run of the chain in a node, with its own door, stage states and journal stream.

Stages are blind: they see neither purpose nor origin. The lane takes both off before a stage and joins them after it.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Any

import msgspec

from launchwatch.messages import codec
from launchwatch.messages.control import Tick
from launchwatch.messages.envelope import Envelope, Origin, Purpose
from launchwatch.messages.items import Item, Output
from launchwatch.ports import AnyStage, Journal

SNAPSHOT_SCHEMA = "launchwatch/snapshot/1"
REMEMBERED = 65_536
"""Identifiers whose stamps a lane keeps for the lineage of later outputs."""
REFUSALS_KEPT = 1_000
NEVER_NS = -(1 << 62)
"""Newest stamps of a lane that has heard nothing."""
_arrival = attrgetter("received_ns")


class Refusal(msgspec.Struct, frozen=True):
    """An envelope that was turned away at the door, and why."""

    id: str
    reason: str


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a lane is between two ticks.

    Attributes
    ----------
    stages : topics of its stages in order; `states` : the MessagePack bytes of their states.
    sequences : number of envelopes made so far by topic.
    origin : kinds of data that the lane ever heard.
    now_ns : epoch of its last tick, or null.
    observed_ns, received_ns : newest stamps of everything heard.
    stamps : identifier -> (observed_ns, received_ns), oldest first; `forgotten` says that some were dropped.
    pending : taken in and not yet heard.
    """

    lane: str
    purpose: Purpose
    stages: tuple[str, ...]
    states: tuple[bytes, ...]
    sequences: dict[str, int]
    origin: tuple[Origin, ...]
    now_ns: int | None
    observed_ns: int
    received_ns: int
    stamps: dict[str, tuple[int, int]]
    forgotten: bool
    pending: tuple[Envelope, ...]
    schema: str = SNAPSHOT_SCHEMA


class Lane:
    """One run of the chain.

    A stage may carry three more attributes than `ports.Stage` asks for:

    - `due(state) -> int | None`: epoch (ns TAI) of its next timer. Such a stage is left alone while it has no input and
      nothing is due; a stage without it is stepped on every tick.
    - `transient = True`: it only passes on what the door has journaled; its outputs are not journaled again.
    - `labelled = True`: its items carry whole envelopes instead of records, so that it can read purpose and origin
      (releases).

    Parameters
    ----------
    name : name of the lane, also of its journal stream.
    node : the node whose lane it is.
    purpose : the one purpose that its door lets in.
    stages : in order of the flow; a stage sees the outputs of earlier ones in the same tick.
    journal : takes every input before it is processed, and every output; None keeps no record.
    """

    def __init__(
        self, name: str, node: str, purpose: Purpose, stages: Sequence[AnyStage], journal: Journal | None
    ) -> None:
        self.name = name
        self.node = node
        self.purpose: Purpose = purpose
        self.refused: deque[Refusal] = deque(maxlen=REFUSALS_KEPT)
        self.refusals: Counter[str] = Counter()
        self._stages = tuple(stages)
        self._topics = tuple(stage.topic for stage in self._stages)
        if len(set(self._topics)) != len(self._topics):
            raise ValueError(f"lane {name}: two stages share a topic in {', '.join(self._topics)}; rename one")
        self._journal = journal
        self._states: list[Any] = [stage.start() for stage in self._stages]
        self._due = [getattr(stage, "due", None) for stage in self._stages]
        self._timers = [self._timer(index) for index in range(len(self._stages))]
        self._transient = {stage.topic for stage in self._stages if getattr(stage, "transient", False)}
        self._labelled = [getattr(stage, "labelled", False) for stage in self._stages]
        self._sequences: dict[str, int] = dict.fromkeys((*self._topics, "tick"), 0)
        self._origin: tuple[Origin, ...] = ()
        self._now_ns: int | None = None
        self._observed_ns = self._received_ns = NEVER_NS
        self._stamps: dict[str, tuple[int, int]] = {}
        self._forgotten = False
        self._pending: list[Envelope] = []
        self._behind: dict[str, tuple[str, ...]] = {}

    @property
    def origin(self) -> tuple[Origin, ...]:
        """Kinds of data that the lane ever heard; every output carries them all."""
        return self._origin

    def receive(self, envelope: Envelope) -> bool:
        """The door: admit `envelope`, or refuse it, count it and keep the reason."""
        if envelope.purpose != self.purpose:
            reason = f"purpose {envelope.purpose} at a lane for {self.purpose}"
        elif self.purpose == "operations" and "simulated" in envelope.origin:
            reason = "declared simulated at a lane for operations"
        else:
            self.admit(envelope)
            return True
        self.refusals[reason] += 1
        self.refused.append(Refusal(envelope.id, reason))
        return False

    def admit(self, envelope: Envelope) -> None:
        """What is behind the door: journal `envelope` and queue it for the first tick at or after its arrival."""
        if self._journal is not None:
            self._journal.append(self.name, "input", (envelope,))
        self._pending.append(envelope)

    def tick(self, now: int) -> list[Envelope]:
        """Run the stages once over what has arrived by `now` (ns TAI); their outputs in order.

        A tick at which nothing has arrived and nothing is due leaves no trace. Raises ValueError when `now` lies before
        the last tick.
        """
        if self._now_ns is not None and now < self._now_ns:
            raise ValueError(f"lane {self.name}: tick at {now} ns TAI after one at {self._now_ns}; time only advances")
        awake = [
            due is None or (timer is not None and timer <= now)
            for due, timer in zip(self._due, self._timers, strict=True)
        ]
        heard = self._hear(now)
        if not heard and not any(awake):
            return []
        self._now_ns = now
        if self._journal is not None:
            self._journal.append(self.name, "input", (self._tick_record(now),))
        made: list[Envelope] = []
        self._behind.clear()
        by_kind: dict[type, list[Envelope]] = {}
        for envelope in heard:
            by_kind.setdefault(type(envelope.payload), []).append(envelope)
        for index, stage in enumerate(self._stages):
            taken = [e for kind in stage.consumes for e in by_kind.get(kind, ())]
            if not taken and not awake[index]:
                continue
            if len(taken) > 1:
                # A stable sort over the order of the door and of the flow.
                taken.sort(key=_arrival)
            labelled = self._labelled[index]
            items = [Item(e.id, e.received_ns, e if labelled else e.payload) for e in taken]
            self._states[index], outputs = stage.step(self._states[index], items, now)
            self._timers[index] = self._timer(index)
            envelopes = [self._envelope(stage.topic, output, now) for output in outputs]
            for envelope in envelopes:
                by_kind.setdefault(type(envelope.payload), []).append(envelope)
            made.extend(envelopes)
        kept = [envelope for envelope in made if envelope.topic not in self._transient]
        if self._journal is not None and kept:
            self._journal.append(self.name, "output", kept)
        return kept

    def due_ns(self) -> int | None:
        """Epoch of the next timer of any stage that has one, ns TAI; None while none is set."""
        return min((timer for timer in self._timers if timer is not None), default=None)

    def snapshot(self) -> bytes:
        """The lane as MessagePack; `restore` gives a lane that goes on as this one would."""
        return codec.pack(
            Snapshot(
                lane=self.name,
                purpose=self.purpose,
                stages=self._topics,
                states=tuple(codec.pack(state) for state in self._states),
                sequences=self._sequences,
                origin=self._origin,
                now_ns=self._now_ns,
                observed_ns=self._observed_ns,
                received_ns=self._received_ns,
                stamps=self._stamps,
                forgotten=self._forgotten,
                pending=tuple(self._pending),
            )
        )

    def restore(self, data: bytes) -> None:
        """Become the lane of `data`; raises ValueError, and changes nothing, where it is of another lane or schema."""
        snapshot = codec.unpack(data, Snapshot)
        for field, found, own in (
            ("schema", snapshot.schema, SNAPSHOT_SCHEMA),
            ("lane", snapshot.lane, self.name),
            ("purpose", snapshot.purpose, self.purpose),
            ("stages", snapshot.stages, self._topics),
        ):
            if found != own:
                raise ValueError(
                    f"snapshot: {field} is {found}, that of lane {self.name} is {own}; use its own snapshot"
                )
        kinds = [type(stage.start()) for stage in self._stages]
        self._states = [codec.unpack(state, kind) for state, kind in zip(snapshot.states, kinds, strict=True)]
        self._timers = [self._timer(index) for index in range(len(self._stages))]
        self._sequences = snapshot.sequences
        self._origin = snapshot.origin
        self._now_ns = snapshot.now_ns
        self._observed_ns = snapshot.observed_ns
        self._received_ns = snapshot.received_ns
        self._stamps = snapshot.stamps
        self._forgotten = snapshot.forgotten
        self._pending = list(snapshot.pending)

    def _timer(self, index: int) -> int | None:
        """Next timer of a stage; only a step moves it."""
        due = self._due[index]
        return None if due is None else due(self._states[index])

    def _hear(self, now: int) -> list[Envelope]:
        """Take what has arrived by `now` from the queue, in order of arrival, and with it its taint and its stamps."""
        if not self._pending:
            return []
        # A stable sort: what arrived at the same instant stays in the order of the door.
        heard = sorted((envelope for envelope in self._pending if envelope.received_ns <= now), key=_arrival)
        self._pending = [envelope for envelope in self._pending if envelope.received_ns > now]
        for envelope in heard:
            if envelope.origin != self._origin and not set(self._origin).issuperset(envelope.origin):
                self._origin = tuple(sorted({*self._origin, *envelope.origin}))
            self._observed_ns = max(self._observed_ns, envelope.observed_ns)
            self._received_ns = max(self._received_ns, envelope.received_ns)
            self._remember(envelope)
        return heard

    def _tick_record(self, now: int) -> Envelope:
        sequence = self._sequences["tick"] = self._sequences["tick"] + 1
        return Envelope(
            id=f"tick/{sequence}",
            topic="tick",
            sequence=sequence,
            valid_ns=now,
            observed_ns=now,
            received_ns=now,
            emitted_ns=now,
            purpose=self.purpose,
            origin=(),
            lineage=(),
            payload=Tick(now_ns=now),
        )

    def _envelope(self, topic: str, output: Output, now: int) -> Envelope:
        sequence = self._sequences[topic] = self._sequences[topic] + 1
        observed_ns, received_ns = self._newest(topic, output.lineage)
        lineage = output.lineage
        if self._behind:
            # What a transient stage made is in no journal: what it was made from stands in its place.
            lineage = tuple(dict.fromkeys(name for id_ in lineage for name in self._behind.get(id_, (id_,))))
        envelope = Envelope(
            id=f"{topic}/{sequence}",
            topic=topic,
            sequence=sequence,
            valid_ns=output.valid_ns,
            observed_ns=observed_ns,
            received_ns=received_ns,
            emitted_ns=now,
            purpose=self.purpose,
            origin=self._origin,
            lineage=lineage,
            payload=output.payload,
        )
        if topic in self._transient:
            self._behind[envelope.id] = envelope.lineage
        self._remember(envelope)
        return envelope

    def _newest(self, topic: str, lineage: Iterable[str]) -> tuple[int, int]:
        """Newest stamps of a lineage; a statement without one (a timer's) rests on everything heard so far."""
        newest: tuple[int, int] | None = None
        for identifier in lineage:
            stamp = self._stamps.get(identifier)
            if stamp is None:
                if not self._forgotten:
                    raise ValueError(
                        f"lane {self.name}: {topic} names {identifier} in a lineage; the lane never heard it"
                    )
            elif newest is None:
                newest = stamp
            else:
                newest = max(newest[0], stamp[0]), max(newest[1], stamp[1])
        return newest or (self._observed_ns, self._received_ns)

    def _remember(self, envelope: Envelope) -> None:
        self._stamps[envelope.id] = (envelope.observed_ns, envelope.received_ns)
        if len(self._stamps) > REMEMBERED:
            del self._stamps[next(iter(self._stamps))]
            self._forgotten = True
