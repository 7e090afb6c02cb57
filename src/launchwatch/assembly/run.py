"""Play a scenario: truth flies once; each partner's chain runs on its own sensors, then with what others release."""

from __future__ import annotations

import platform
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version as installed
from typing import Any

import numpy as np

from launchwatch import __version__
from launchwatch.assembly.chain import make_lane
from launchwatch.assembly.flight.launch import Flown, flown, truth_of
from launchwatch.catalog.catalogue import Catalog
from launchwatch.catalog.schema import InfraredSensor, Launch, RadarSensor, Scenario
from launchwatch.core.arrays import FloatArray, IntArray
from launchwatch.core.epochs import NS
from launchwatch.evaluation.summary import CaseRecord, ChainRecord, summarise
from launchwatch.messages import codec
from launchwatch.messages.control import Start
from launchwatch.messages.envelope import Envelope, Record
from launchwatch.messages.truth import FlightTruth, ObservationTruth
from launchwatch.ports import Journal
from launchwatch.runtime.bus import Bus
from launchwatch.runtime.clocks import SimulatedClock
from launchwatch.runtime.lane import Lane
from launchwatch.sharing.exchange import FixedDelay, outgoing
from launchwatch.sim.scenes.weather import Scene
from launchwatch.sim.sensors import SeenFlight, SensorRun
from launchwatch.sim.sensors.ground import observe_radar
from launchwatch.sim.sensors.space import observe_infrared
from launchwatch.sim.truth.orbits import satellite_positions

BEFORE_S = 30.0
"""Sensors are played from so long before the first lift-off."""
IN_ORBIT_S = 1800.0
"""A flight that does not come down is played so long after lift-off."""
TICK_NS = NS
"""Lanes step on whole seconds at which something has arrived or is due."""
COMPUTING = ("numpy", "numba", "sgp4", "msgspec")


class RunError(ValueError):
    """A scenario that cannot be played; one line says why and what to do."""


@dataclass
class Stopwatch:
    """Wall seconds by part of a run; the only thing in a run directory that differs between two runs of one seed."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Add the time of a block to a part."""
        begun = time.perf_counter()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - begun


@dataclass(frozen=True)
class Run:
    """A played scenario: its summary, and the records that it was made from."""

    scenario: Scenario
    seed: int
    cases: Sequence[CaseRecord]
    summary: dict[str, Any]


def play(catalog: Catalog, scenario: Scenario, seed: int, journal: Journal | None, watch: Stopwatch) -> Run:
    """Play all cases of a scenario.

    Parameters
    ----------
    seed : of all draws; each belongs to a sensor, an object and a look.
    journal : takes everything; None keeps no record.

    Raises
    ------
    RunError, AimError, CatalogError
        The scenario asks for what cannot be; nothing has been written then.
    """
    if journal is not None:
        journal.append("run", "input", [_start(catalog, scenario, seed)])
    cases = []
    for case, launches in scenario.cases.items():
        cases.append(_play_case(catalog, scenario, seed, case, launches, journal, watch))
    with watch.part("evaluation"):
        summary = summarise(scenario, seed, __version__, cases, catalog.partners, catalog.regions)
    return Run(scenario, seed, cases, summary)


def _start(catalog: Catalog, scenario: Scenario, seed: int) -> Envelope:
    versions = {name: installed(name) for name in COMPUTING}
    versions |= {"launchwatch": __version__, "python": platform.python_version(), "machine": sys.platform}
    record = Start(
        scenario=codec.to_json(scenario).decode(), seed=seed, versions=versions, catalog_hash=catalog.hash
    )
    first = min(launch.time_ns for launch in scenario.launches)
    return _envelope("start", 1, "start/1", first, scenario, record)


def _envelope(topic: str, sequence: int, name: str, at_ns: int, scenario: Scenario, record: Record) -> Envelope:
    return Envelope(
        id=name,
        topic=topic,
        sequence=sequence,
        valid_ns=at_ns,
        observed_ns=at_ns,
        received_ns=at_ns,
        emitted_ns=at_ns,
        purpose=scenario.purpose,
        origin=("simulated",),
        lineage=(),
        payload=record,
    )


def _play_case(
    catalog: Catalog,
    scenario: Scenario,
    seed: int,
    case: str,
    launches: Sequence[Launch],
    journal: Journal | None,
    watch: Stopwatch,
) -> CaseRecord:
    with watch.part("truth"):
        flights = [(launch, flown(launch, catalog.boosters[launch.booster])) for launch in launches]
        truths = [truth_of(launch, flight) for launch, flight in flights]
    with watch.part("sensors"):
        own, observed, stop_ns = _observe(catalog, scenario, seed, flights)
    if journal is not None:
        records: list[FlightTruth | ObservationTruth] = [*truths, *observed]
        journal.append(
            f"{case}/truth",
            "input",
            [
                _envelope("truth", i, f"truth/{i}", truths[0].time_ns, scenario, record)
                for i, record in enumerate(records, 1)
            ],
        )
    link = FixedDelay(scenario.sharing.delay_s)
    chains: dict[tuple[str, str], ChainRecord] = {}
    with watch.part("alone"):
        for partner in scenario.partners:
            lane = make_lane(catalog, scenario, case, partner, "alone", journal)
            chains[partner, "alone"] = _drive(lane, own[partner], stop_ns)
    with watch.part("integrated"):
        for partner in scenario.partners:
            inputs = list(own[partner])
            for other in scenario.partners:
                if other != partner:
                    alone = chains[other, "alone"]
                    inputs += outgoing(scenario.sharing.level, other, alone.inputs, alone.outputs, partner, link)
            inputs.sort(key=lambda e: e.received_ns)
            lane = make_lane(catalog, scenario, case, partner, "integrated", journal)
            chains[partner, "integrated"] = _drive(lane, inputs, stop_ns)
    with watch.part("journal"):
        if journal is not None:
            journal.commit()
    return CaseRecord(case, truths, observed, chains)


def _drive(lane: Lane, inputs: Sequence[Envelope], stop_ns: int) -> ChainRecord:
    """Give a lane its inputs in order of arrival, and step it at each whole second where it has something to do."""
    bus, clock = Bus(), SimulatedClock(0)
    for envelope in inputs:
        bus.post(lane, envelope)
    outputs: list[Envelope] = []
    while True:
        times = [t for t in (bus.next_arrival_ns(), lane.due_ns()) if t is not None]
        now = -(-min(times) // TICK_NS) * TICK_NS if times else None
        if now is None or now > stop_ns:
            break
        clock.advance_to(now)
        bus.deliver(clock.now())
        outputs += lane.tick(clock.now())
    return ChainRecord([e for e in inputs if e.received_ns <= stop_ns], outputs)


def _observe(
    catalog: Catalog, scenario: Scenario, seed: int, flights: Sequence[tuple[Launch, Flown]]
) -> tuple[dict[str, list[Envelope]], list[ObservationTruth], int]:
    """What each partner's own sensors deliver, whose detections are whose, and when the case ends (ns TAI)."""
    seen = [SeenFlight(launch.id, launch.time_ns, flight) for launch, flight in flights]
    first = min(f.time_ns for f in seen)
    ends = [
        launch.time_ns
        + round((min(flight.last_s, IN_ORBIT_S) if flight.trajectory.impact_s is None else flight.last_s) * NS)
        for launch, flight in flights
    ]
    stop_ns = max(ends) + round(scenario.duration_after_impact_s * NS)
    start_ns = first - round(BEFORE_S * NS)
    scene = Scene(cloud_top_m=scenario.weather.cloud_top_km * 1e3)
    own: dict[str, list[Envelope]] = {}
    observed = []
    for partner in scenario.partners:
        envelopes: list[Envelope] = []
        for sensor in sensors_of(catalog, scenario, partner, first):
            run = _observed_by(catalog, sensor, seen, scene, seed, start_ns, stop_ns)
            observed.append(run.truth)
            for k, delivery in enumerate(run.deliveries, 1):
                look = delivery.observation
                envelopes.append(
                    Envelope(
                        id=f"{sensor.id}/{k}",
                        topic="observations",
                        sequence=k,
                        valid_ns=look.look_until_ns,
                        observed_ns=look.look_until_ns,
                        received_ns=delivery.received_ns,
                        emitted_ns=delivery.received_ns,
                        purpose=scenario.purpose,
                        origin=("simulated",),
                        lineage=(),
                        payload=look,
                    )
                )
        own[partner] = sorted(envelopes, key=lambda e: e.received_ns)
    return own, observed, stop_ns


def sensors_of(
    catalog: Catalog, scenario: Scenario, partner: str, date_ns: int
) -> list[InfraredSensor | RadarSensor]:
    """The partner's sensors that play: in service on the date, chosen by the scenario, of a kind that is simulated."""
    choice = scenario.sensors
    return [
        sensor
        for name, sensor in catalog.sensors_in_service(date_ns, partner).items()
        if (choice.only is None or name in choice.only)
        and name not in choice.exclude
        and not (isinstance(sensor, RadarSensor) and sensor.technique == "over-the-horizon")
    ]


def _observed_by(
    catalog: Catalog,
    sensor: InfraredSensor | RadarSensor,
    seen: Sequence[SeenFlight],
    scene: Scene,
    seed: int,
    start_ns: int,
    stop_ns: int,
) -> SensorRun:
    if isinstance(sensor, RadarSensor):
        return observe_radar(sensor, seen, scene, seed, start_ns, stop_ns)
    orbit = catalog.orbit_of(sensor, start_ns)

    def positions(epochs_ns: IntArray) -> tuple[FloatArray, FloatArray]:
        return satellite_positions(orbit, epochs_ns)

    return observe_infrared(
        sensor, catalog.payloads[sensor.payload], positions, seen, scene, seed, start_ns, stop_ns
    )


def sub_points(catalog: Catalog, sensor: InfraredSensor, epoch_ns: int) -> tuple[float, float]:
    """Latitude and longitude below a satellite at an epoch, degrees."""
    from launchwatch.core.geodesy import geodetic_from_itrf

    position, _ = satellite_positions(catalog.orbit_of(sensor, epoch_ns), np.array([epoch_ns]))
    lat, lon, _ = geodetic_from_itrf(position[0])
    return float(lat), float(lon)
