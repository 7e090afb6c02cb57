"""Play a scenario: truth flies once; each partner's chain runs on its own sensors, then with what others release."""

from __future__ import annotations

import platform
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version as installed
from typing import TYPE_CHECKING, Any, Protocol

from launchwatch import __version__
from launchwatch.assembly.chain import make_lane
from launchwatch.assembly.channel import Channel
from launchwatch.assembly.components import as_faults_leave, awaited, heartbeats, notices
from launchwatch.assembly.flight.launch import flown, truth_of
from launchwatch.assembly.inquiries import Inquiries
from launchwatch.assembly.intrusions import Spoilt, brought
from launchwatch.assembly.observe import Observed, SentCue, observe
from launchwatch.assembly.people import People
from launchwatch.assembly.posting import posted
from launchwatch.assembly.stopwatch import Stopwatch
from launchwatch.assembly.tasking import cues_of, heard_cues
from launchwatch.catalog.catalogue import Catalog
from launchwatch.catalog.schema import Launch, Scenario
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

if TYPE_CHECKING:
    from launchwatch.assembly.non_launches import Scenery

TICK_NS = NS
"""Lanes step on whole seconds at which something has arrived or is due."""
BEFORE_ALL_NS = -(1 << 62)
"""Clocks of a play start here, before any epoch of the atomic age."""
SLICE_NS = 600 * NS
"""Chains that know what is in orbit take turns of so long."""
COMPUTING = ("numpy", "numba", "sgp4", "msgspec")


class RunError(ValueError):
    """A scenario that cannot be played; one line says why and what to do."""


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
    scenery = None
    if scenario.non_launches is not None:
        from launchwatch.assembly.non_launches import gather  # its readers are for runs that have such files

        with watch.part("non-launches"):
            scenery = gather(catalog, scenario, seed)
    if journal is not None:
        elements_hash = None if scenery is None else scenery.elements_hash
        journal.append("run", "input", [_start(catalog, scenario, seed, elements_hash)])
    cases = []
    for case, launches in scenario.cases.items():
        cases.append(_play_case(catalog, scenario, seed, case, launches, scenery, journal, watch))
    with watch.part("evaluation"):
        summary = summarise(scenario, seed, __version__, cases, catalog.partners, catalog.regions)
    if scenario.test_launches is not None:
        from launchwatch.assembly.testlaunch import try_post  # for runs that have such

        with watch.part("test launches"):
            summary["test_launches"] = try_post(catalog, scenario, seed, journal)
    return Run(scenario, seed, cases, summary)


def _start(catalog: Catalog, scenario: Scenario, seed: int, elements_hash: str | None) -> Envelope:
    versions = {name: installed(name) for name in COMPUTING}
    versions |= {"launchwatch": __version__, "python": platform.python_version(), "machine": sys.platform}
    record = Start(
        scenario=codec.to_json(scenario).decode(),
        seed=seed,
        versions=versions,
        catalog_hash=catalog.hash,
        elements_hash=elements_hash,
    )
    return _envelope("start", 1, "start/1", scenario.begin_ns, scenario, record)


def _envelope(topic: str, sequence: int, name: str, at_ns: int, scenario: Scenario, record: Record) -> Envelope:
    return posted(name, topic, sequence, at_ns, scenario.purpose, record)


def _play_case(
    catalog: Catalog,
    scenario: Scenario,
    seed: int,
    case: str,
    launches: Sequence[Launch],
    scenery: Scenery | None,
    journal: Journal | None,
    watch: Stopwatch,
) -> CaseRecord:
    with watch.part("truth"):
        flights = [(launch, flown(launch, catalog.boosters[launch.booster])) for launch in launches]
        truths = [truth_of(launch, catalog.boosters[launch.booster], path) for launch, path in flights]
    with watch.part("sensors"):
        asking = None
        if scenario.tasking.cues:
            asking = _asking(catalog, scenario, case, journal, watch)
        observed = observe(catalog, scenario, seed, flights, scenery, asking)
    if journal is not None:
        records: list[FlightTruth | ObservationTruth] = [*truths, *observed.truth]
        begin_ns = truths[0].time_ns if truths else scenario.begin_ns
        journal.append(
            f"{case}/truth",
            "input",
            [
                _envelope("truth", i, f"truth/{i}", begin_ns, scenario, record)
                for i, record in enumerate(records, 1)
            ],
        )
        if observed.cues:
            shared = [
                _envelope("truth", i, f"truth/{i}", begin_ns, scenario, record)
                for i, record in enumerate(observed.shared_truth, 1)
            ]
            journal.append(f"{case}/truth/integrated", "input", shared)

    def recording(other: Scenario, partner: str) -> list[Envelope]:
        tape = play(catalog, other, seed, None, Stopwatch())
        return [e for one in tape.cases for e in one.chains[partner, "alone"].outputs]

    foreign = {partner: brought(catalog, scenario, seed, partner, recording) for partner in scenario.partners}
    link = FixedDelay(scenario.sharing.delay_s)
    known = None if scenery is None else scenery.known
    alone: dict[str, Driven] = {}
    integrated: dict[str, Driven] = {}
    for until_ns in _slices(scenario, observed.stop_ns, known is not None):
        with watch.part("alone"):
            for partner in scenario.partners:
                if partner not in alone:
                    own = [*observed.own[partner], *foreign[partner][0], *heard_cues(observed.cues, partner, "alone")]
                    own = arriving(catalog, scenario, case, partner, "alone", observed, own)
                    lane = make_lane(catalog, scenario, case, partner, "alone", journal, known, watch)
                    people = People(catalog, partner, scenario.purpose, seed)
                    channel = Channel(catalog, scenario, partner)
                    alone[partner] = Driven(lane, own, observed.stop_ns, [people, channel])
                alone[partner].drive(until_ns)
        with watch.part("integrated"):
            for partner in scenario.partners:
                if partner not in integrated:
                    cues = heard_cues(observed.cues, partner, "integrated")
                    inputs = [*observed.shared[partner], *foreign[partner][0], *cues]
                    for other, chain in alone.items():
                        if other != partner:
                            looks = _released(scenario, observed, other) if observed.cues else chain.inputs
                            inputs += outgoing(scenario.sharing.level, other, looks, chain.outputs, partner, link)
                    inputs = arriving(catalog, scenario, case, partner, "integrated", observed, inputs)
                    lane = make_lane(catalog, scenario, case, partner, "integrated", journal, known, watch)
                    people = People(catalog, partner, scenario.purpose, seed)
                    channel = Channel(catalog, scenario, partner)
                    answering: list[Answering] = [people, channel, Inquiries(scenario, alone)]
                    integrated[partner] = Driven(lane, inputs, observed.stop_ns, answering)
                integrated[partner].drive(until_ns)
        if known is not None:
            known.forget()
    chains = {
        (partner, kind): ChainRecord(
            sorted(driven.inputs, key=lambda e: e.received_ns),
            driven.outputs,
            _refused(driven.lane, foreign[partner][1]),
            truth,
        )
        for kind, lanes, truth in (
            ("alone", alone, observed.truth), ("integrated", integrated, observed.shared_truth)
        )
        for partner, driven in lanes.items()
    }
    with watch.part("journal"):
        if journal is not None:
            journal.commit()
    played = {} if scenery is None else scenery.played
    return CaseRecord(case, truths, observed.truth, chains, played, observed.suppressed)


def _refused(lane: Lane, spoilt: Sequence[Spoilt]) -> dict[str, int]:
    """How many messages a post turned away at its door and on its lines, by reason."""
    reasons = Counter(lane.refusals)
    reasons.update(one.reason for one in spoilt)
    return dict(reasons)


def _asking(
    catalog: Catalog, scenario: Scenario, case: str, journal: Journal | None, watch: Stopwatch
) -> Callable[[Mapping[str, Sequence[Envelope]], int], list[SentCue]]:
    """How cues come from what satellites saw in a case."""

    def drive(lane: Lane, inputs: Sequence[Envelope], stop_ns: int) -> list[Envelope]:
        driven = Driven(lane, inputs, stop_ns)
        driven.drive(stop_ns)
        return driven.outputs

    return lambda seen, stop_ns: cues_of(catalog, scenario, case, seen, stop_ns, drive, journal, watch)


def _released(scenario: Scenario, observed: Observed, partner: str) -> list[Envelope]:
    """Looks that a partner passes on where its radars heed the cues of others."""
    looks = as_faults_leave(observed.shared[partner], scenario.faults)
    return [envelope for envelope in looks if envelope.received_ns <= observed.stop_ns]


def arriving(
    catalog: Catalog,
    scenario: Scenario,
    case: str,
    partner: str,
    chain: str,
    observed: Observed,
    sent: Sequence[Envelope],
) -> list[Envelope]:
    """What a chain hears in order of arrival: what was sent to it, heartbeats and notices, as faults leave them.

    What faults put on its own outgoing channel is heard as well.
    """
    components = awaited(catalog, scenario, case, partner, chain)
    beats = heartbeats(scenario, components, observed.start_ns, observed.stop_ns)
    filed = notices(catalog, scenario, partner, observed.start_ns)
    left = as_faults_leave([*filed, *sent, *beats], scenario.faults)
    return sorted([*left, *Channel(catalog, scenario, partner).foreign()], key=lambda e: e.received_ns)


def _slices(scenario: Scenario, stop_ns: int, known: bool) -> list[int]:
    """Epochs until which all chains are driven in turn, so that what one has matched serves the next.

    Where chains share more than looks, those that are alone play to the end first: the others hear what they made.
    """
    if not known or scenario.sharing.level != "observations":
        return [stop_ns]
    return [*range(scenario.begin_ns + SLICE_NS, stop_ns, SLICE_NS), stop_ns]


class Answering(Protocol):
    """Somebody outside of a lane who reacts to what it makes: its people, its addressees."""

    def react(self, made: Sequence[Envelope]) -> Sequence[Envelope]:
        """What comes to the lane for it, each with the epoch of its arrival."""
        ...


class Driven:
    """A lane with those who react to it, what is on its way to it and what it has made."""

    def __init__(
        self, lane: Lane, inputs: Sequence[Envelope], stop_ns: int, answering: Sequence[Answering] = ()
    ) -> None:
        self.lane, self._bus, self._clock, self._answering = lane, Bus(), SimulatedClock(BEFORE_ALL_NS), answering
        self._stop_ns = stop_ns
        for envelope in inputs:
            self._bus.post(lane, envelope)
        self.inputs = [e for e in inputs if e.received_ns <= stop_ns]
        self.outputs: list[Envelope] = []

    def drive(self, until_ns: int) -> None:
        """Give it its inputs in order of arrival, and step it at each whole second where it has something to do."""
        while True:
            times = [t for t in (self._bus.next_arrival_ns(), self.lane.due_ns()) if t is not None]
            now = -(-min(times) // TICK_NS) * TICK_NS if times else None
            if now is None or now > until_ns:
                break
            self._clock.advance_to(now)
            self._bus.deliver(self._clock.now())
            made = self.lane.tick(self._clock.now())
            self.outputs += made
            for answer in (answer for one in self._answering for answer in one.react(made)):
                self._bus.post(self.lane, answer)
                if answer.received_ns <= self._stop_ns:
                    self.inputs.append(answer)
