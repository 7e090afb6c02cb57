"""Test launches: a post tries its whole path, from an observation to a receipt and a cancel, in a lane of its own.

The lane has purpose `test` and shares code with the other lanes of the node, and nothing else: own stage states, own
journal stream, own people, own channel. What is in it can reach no other lane, whose doors refuse its purpose.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from launchwatch.assembly.chain import make_lane
from launchwatch.assembly.channel import Channel
from launchwatch.assembly.flight.launch import flown
from launchwatch.assembly.observe import observe
from launchwatch.assembly.people import People
from launchwatch.assembly.run import Driven, arriving
from launchwatch.catalog.catalogue import Catalog
from launchwatch.catalog.schema import Scenario, Sharing, Tasking
from launchwatch.core.epochs import NS, format_utc
from launchwatch.evaluation.testlaunch import legs_of
from launchwatch.messages.control import Act
from launchwatch.messages.envelope import Envelope
from launchwatch.messages.receipts import Receipt
from launchwatch.messages.releases import Release, authority_of
from launchwatch.messages.warnings import Warning
from launchwatch.ports import Journal
from launchwatch.runtime.lane import Lane

PERSON = "test-conductor"


class Conductor:
    """People and channel of a test, and who ends it: once the authority has acknowledged, the test is cancelled.

    Parameters
    ----------
    partner : whose post is tried.
    seed : of how long people take.
    """

    def __init__(self, catalog: Catalog, scenario: Scenario, partner: str, seed: int) -> None:
        self._people = People(catalog, partner, scenario.purpose, seed)
        self._channel = Channel(catalog, scenario, partner)
        centre = catalog.partners[partner]
        self._cancel_ns = round(catalog.procedures[centre.procedure.conduct].cancel_s * NS)
        self._authority, self._ended = authority_of(partner), False

    def react(self, made: Sequence[Envelope]) -> list[Envelope]:
        """Acts, echoes and receipts, and the cancel that follows the first receipt of the authority."""
        heard = self._channel.react(made)
        told = [e.payload for e in made if isinstance(e.payload, Release)]
        events = {release.release: release.item.event for release in told if isinstance(release.item, Warning)}
        answers = [*self._people.react(made), *heard]
        for envelope in heard:
            receipt = envelope.payload
            if not isinstance(receipt, Receipt) or receipt.addressee != self._authority or self._ended:
                continue
            if receipt.accepted:
                self._ended = True
                answers.append(self._cancel(envelope, events[receipt.release]))
        return answers

    def _cancel(self, receipt: Envelope, event: str) -> Envelope:
        at_ns = receipt.received_ns + self._cancel_ns
        act = Act(person=PERSON, role="watch-officer", verb="cancel", subject=event)
        return msgspec.structs.replace(
            receipt, id=f"{PERSON}/1", topic="act", sequence=1, valid_ns=at_ns, received_ns=at_ns, emitted_ns=at_ns,
            lineage=(receipt.id,), payload=act,
        )  # fmt: skip


def try_post(catalog: Catalog, scenario: Scenario, seed: int, journal: Journal | None) -> list[dict[str, Any]]:
    """All test launches of a scenario, each with how far it came (`launchwatch.evaluation.testlaunch`)."""
    return [_account(catalog, one, seed, journal) for one in each_test(scenario)]


def each_test(scenario: Scenario) -> list[Scenario]:
    """Each test launch as a scenario of its own, of purpose `test`, for one partner and with one launch.

    Sensors, weather and faults are those of the scenario; what it brings in by hand, and its guards that are left out,
    are not.
    """
    tests = scenario.test_launches
    if tests is None or scenario.window is None:
        return []
    found = []
    every_ns = round(tests.every_s * NS)
    for number, at_ns in enumerate(range(tests.launch.time_ns, scenario.window.until_ns, every_ns), 1):
        name = f"test-launch-{number}"
        launch = msgspec.structs.replace(tests.launch, id=name, time=format_utc(at_ns, 3), case=None)
        found.append(
            Scenario(
                id=name,
                title=f"Test launch {number} of {scenario.title}",
                sources=scenario.sources,
                partners=(tests.partner or scenario.partners[0],),
                launches=(launch,),
                purpose="test",
                sharing=Sharing(delay_s=scenario.sharing.delay_s),
                tasking=Tasking(scheduler=scenario.tasking.scheduler),
                weather=scenario.weather,
                signature=scenario.signature,
                objects=scenario.objects,
                sensors=scenario.sensors,
                faults=scenario.faults,
                moon=scenario.moon,
                seed=scenario.seed,
                duration_after_impact_s=scenario.duration_after_impact_s,
            )
        )
    return found


def lane_of_test(catalog: Catalog, test: Scenario, journal: Journal | None) -> Lane:
    """The lane of one test launch."""
    (partner,) = test.partners
    return make_lane(catalog, test, test.id, partner, "alone", journal)


def drive(catalog: Catalog, test: Scenario, seed: int, journal: Journal | None) -> Driven:
    """One test launch through its lane."""
    (partner,), (launch,) = test.partners, test.launches
    flight = launch, flown(launch, catalog.boosters[launch.booster])
    observed = observe(catalog, test, seed, [flight], None)
    inputs = arriving(catalog, test, test.id, partner, "alone", observed, observed.own[partner])
    lane = lane_of_test(catalog, test, journal)
    driven = Driven(lane, inputs, observed.stop_ns, [Conductor(catalog, test, partner, seed)])
    driven.drive(observed.stop_ns)
    return driven


def _account(catalog: Catalog, test: Scenario, seed: int, journal: Journal | None) -> dict[str, Any]:
    (partner,), (launch,) = test.partners, test.launches
    driven = drive(catalog, test, seed, journal)
    found = legs_of(driven.inputs, driven.outputs, partner, launch.time_ns)
    return {"id": test.id, "partner": partner, "at": format_utc(launch.time_ns, 3), **found}
