"""One raid through one chain, its steps timed by the clock on the wall and by the processor's."""

from __future__ import annotations

import time
from dataclasses import dataclass

from benchmarks.raid.made import PARTNER

from launchwatch.assembly.chain import make_lane
from launchwatch.assembly.components import awaited, heartbeats
from launchwatch.assembly.flight.launch import flown
from launchwatch.assembly.observe import observe
from launchwatch.assembly.people import People
from launchwatch.assembly.run import Driven
from launchwatch.assembly.stopwatch import Stopwatch
from launchwatch.catalog.catalogue import Catalog
from launchwatch.catalog.schema import Scenario
from launchwatch.messages.envelope import Envelope
from launchwatch.ports import AnyStage

CHAIN = "alone"


class TwoClocks(Stopwatch):
    """A stopwatch of wall time with one of processor time within: what others on the machine take is in the first."""

    def __init__(self) -> None:
        super().__init__()
        self.processor = Stopwatch(clock=time.process_time)

    def timed(self, stage: AnyStage) -> AnyStage:
        """The stage, timed by both."""
        return super().timed(self.processor.timed(stage))


@dataclass(frozen=True)
class Played:
    """A raid as it was played: what came in, what was made of it, and how long each step took."""

    inputs: list[Envelope]
    outputs: list[Envelope]
    watch: TwoClocks


def play(catalog: Catalog, scenario: Scenario, seed: int) -> Played:
    """Fly the raid, let the sensors see it, and drive the partner's chain through it as a run does."""
    ((case, launches),) = scenario.cases.items()
    flights = [(launch, flown(launch, catalog.boosters[launch.booster])) for launch in launches]
    observed = observe(catalog, scenario, seed, flights, None, None)
    components = awaited(catalog, scenario, case, PARTNER, CHAIN)
    beats = heartbeats(scenario, components, observed.start_ns, observed.stop_ns)
    inputs = sorted([*observed.own[PARTNER], *beats], key=lambda e: e.received_ns)
    watch = TwoClocks()
    lane = make_lane(catalog, scenario, case, PARTNER, CHAIN, None, None, watch)
    driven = Driven(lane, inputs, observed.stop_ns, [People(catalog, PARTNER, scenario.purpose, seed)])
    driven.drive(observed.stop_ns)
    return Played(driven.inputs, driven.outputs, watch)
