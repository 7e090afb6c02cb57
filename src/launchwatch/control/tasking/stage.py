"""The tasking stage: events and assessments in, cues to radars out, and a record of what no radar was cued to.

A radar is cued to a flight that it has not seen, once that should soon stand in its field; again when the flight is
known better. Where there are more flights than time, the plan of the period decides (`scheduler`).
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from launchwatch.control.tasking.cues import RadarField, Task, paths_of, stay_in, task_of
from launchwatch.control.tasking.scheduler import not_looked_at, plan
from launchwatch.messages.assessments import Assessment
from launchwatch.messages.control import Cue, NotLooked, Tasking
from launchwatch.messages.events import Event
from launchwatch.messages.items import Item, Output
from launchwatch.messages.tracks import Track

S = 1_000_000_000
LEAD_S = 60.0
"""A cue is sent so long before the flight should enter the field."""
RENEW_S = 10.0
"""The period of a plan: no flight is looked into again sooner."""
NO_MISSILE = 0.5  # probability of `not-a-missile` above which nothing is cued
THREAT_WEIGHT = 4.0
"""A flight that falls into a warning region for sure weighs so much more than one that does not; a choice."""


class Flight(msgspec.Struct):
    """One event as the stage knows it.

    Attributes
    ----------
    source : identifier of the newest record about it.
    weight : of a look at it.
    doubtful : whether it is likely no missile.
    cued : by sensor, epoch of the track that the last cue rests on, ns TAI.
    planned_ns : when it was last looked into; null before the first time.
    again_ns : when it is to be looked into again; null when only news can change anything.
    """

    track: Track
    source: str
    weight: float
    doubtful: bool
    cued: dict[str, int]
    planned_ns: int | None
    again_ns: int | None


class TaskingState(msgspec.Struct):
    """State of the stage: flights by event."""

    flights: dict[str, Flight]


class TaskingStage:
    """Events and assessments in, cues and taskings out (a stage of `launchwatch.ports`).

    Parameters
    ----------
    fields : radars that may be cued, of this node and of its partners; a cue goes to none but these.
    """

    topic = "cues"
    consumes: tuple[type, ...] = (Event, Assessment)

    def __init__(self, fields: Sequence[RadarField]) -> None:
        self.fields = tuple(fields)

    def start(self) -> TaskingState:
        """A stage that knows of no flight."""
        return TaskingState({})

    def due(self, state: TaskingState) -> int | None:
        """When the next flight comes near a field, or may be looked into again."""
        return min((f.again_ns for f in state.flights.values() if f.again_ns is not None), default=None)

    def step(self, state: TaskingState, inputs: Sequence[Item], now: int) -> tuple[TaskingState, list[Output]]:
        """Take in what is new, and plan the period of each radar for the flights that are due."""
        for item in inputs:
            if isinstance(item.payload, Event):
                self._take_event(state, item.payload, item.id, now)
            elif item.payload.event in state.flights:
                flight = state.flights[item.payload.event]
                threat = max((t.impact_probability for t in item.payload.threats), default=0.0)
                flight.weight = 1.0 + (THREAT_WEIGHT - 1.0) * threat
                flight.doubtful = item.payload.typing["not-a-missile"] > NO_MISSILE
                flight.source = item.id
        due = {name: f for name, f in state.flights.items() if f.again_ns is not None and f.again_ns <= now}
        if not due:
            return state, []
        tasks = self._tasks(due, now)
        outputs = []
        for field in self.fields:
            if tasks[field.sensor]:
                outputs += _planned(field, tasks[field.sensor], due, now)
        return state, outputs

    def _take_event(self, state: TaskingState, event: Event, source: str, now: int) -> None:
        if event.status in ("final", "cancel") or event.merged_into is not None:
            state.flights.pop(event.event, None)
            return
        flight = state.flights.get(event.event)
        if flight is None:
            flight = state.flights[event.event] = Flight(event.preferred, source, 1.0, False, {}, None, now)
        flight.track, flight.source = event.preferred, source
        soonest = now if flight.planned_ns is None else max(flight.planned_ns + round(RENEW_S * S), now)
        flight.again_ns = soonest if flight.again_ns is None else min(flight.again_ns, soonest)

    def _tasks(self, due: dict[str, Flight], now: int) -> dict[str, list[Task]]:
        """What each radar could be cued to now; when each flight is to be looked into again is noted on the way."""
        tasks: dict[str, list[Task]] = {field.sensor: [] for field in self.fields}
        paths = paths_of([flight.track for flight in due.values()])
        for (event, flight), path in zip(due.items(), paths, strict=True):
            flight.planned_ns, flight.again_ns = now, None
            track = flight.track
            if flight.doubtful:
                continue
            for field in self.fields:
                if field.sensor in track.sensors or flight.cued.get(field.sensor) == track.epoch_ns:
                    continue
                stay = stay_in(field, track.epoch_ns, path, now)
                if stay is None:
                    continue
                soon_ns = stay.from_ns - round(LEAD_S * S)
                if soon_ns > now:
                    flight.again_ns = soon_ns if flight.again_ns is None else min(flight.again_ns, soon_ns)
                else:
                    tasks[field.sensor].append(task_of(field, event, track, stay, flight.weight, now))
        return tasks


def _planned(field: RadarField, tasks: Sequence[Task], flights: dict[str, Flight], now: int) -> list[Output]:
    """The cues of one radar in a period, and the record of what it is not cued to."""
    values = np.array([task.value for task in tasks])
    budget_s = field.spare * RENEW_S
    made = plan(values, np.array([task.cost_s for task in tasks]), [budget_s])
    looked = [task.cue for task, beam in zip(tasks, made.beam.tolist(), strict=True) if beam >= 0]
    for cue in looked:
        flights[cue.event].cued[field.sensor] = cue.epoch_ns
    left = not_looked_at(values, made)
    for one in left:
        flight = flights[tasks[one.task].cue.event]
        soon_ns = now + round(RENEW_S * S)
        flight.again_ns = soon_ns if flight.again_ns is None else min(flight.again_ns, soon_ns)
    said = Tasking(
        sensor=field.sensor,
        from_ns=now,
        until_ns=now + round(RENEW_S * S),
        looked=tuple(cue.event for cue in looked),
        not_looked=tuple(NotLooked(tasks[one.task].cue.event, one.reason) for one in left),
        spent_s=float(made.spent_s[0]),
        budget_s=budget_s,
        value=made.value,
        bound=made.bound,
    )
    lineage = tuple(dict.fromkeys(flights[task.cue.event].source for task in tasks))
    return [*(_said(cue, flights) for cue in looked), Output(said, now, lineage)]


def _said(cue: Cue, flights: dict[str, Flight]) -> Output:
    return Output(cue, max(cue.from_ns, cue.epoch_ns), (flights[cue.event].source,))
