"""The outgoing channel of a node in a play: what is heard on it, what addressees acknowledge, and its faults."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from launchwatch.assembly.posting import posted
from launchwatch.catalog.catalogue import Catalog
from launchwatch.catalog.schema import Fault, Scenario
from launchwatch.core.epochs import NS
from launchwatch.messages.digests import digest, digest_of
from launchwatch.messages.envelope import Envelope, Record
from launchwatch.messages.receipts import Echo, Receipt
from launchwatch.messages.releases import Release, authority_of
from launchwatch.sharing.exchange import FixedDelay

ECHO_S = 1.0
"""A release is heard on the channel so long after it left."""


class Channel:
    """Links from one node to its deciding authority, to the public's alerting centre and to partners, and back.

    To the authority a link takes the transport time of the partner's procedure, to all others that of the scenario. An
    item that a fault alters says that it was released a second later; one that is foreign names a release that nobody
    made, to the authority.
    """

    def __init__(self, catalog: Catalog, scenario: Scenario, partner: str) -> None:
        self._node, self._purpose = partner, scenario.purpose
        self._others = FixedDelay(scenario.sharing.delay_s)
        self._authority = FixedDelay(catalog.partners[partner].procedure.transport_s)
        self._echo = FixedDelay(ECHO_S)
        self._faults = [fault for fault in scenario.faults if fault.component == partner]
        self._sequences = {"echoes": 0, "receipts": 0}

    def react(self, made: Iterable[Envelope]) -> list[Envelope]:
        """Echoes and receipts of what leaves the node, as they arrive there."""
        found = []
        for envelope in made:
            release = envelope.payload
            if not isinstance(release, Release) or release.addressee == self._node:
                continue
            failing = {f.kind for f in self._faults if f.from_ns <= release.released_ns < f.until_ns}
            if "silent" in failing:
                continue
            left = release
            if "altered" in failing:
                left = msgspec.structs.replace(release, released_ns=release.released_ns + NS)
            found += self._heard(release.release, release.addressee, digest_of(left), release.released_ns, envelope)
        return found

    def foreign(self) -> list[Envelope]:
        """What is heard on the channel, and acknowledged, and was never released."""
        return [
            one
            for number, fault in enumerate(self._faults)
            if fault.kind == "foreign"
            for one in self._foreign(number, fault)
        ]

    def _foreign(self, number: int, fault: Fault) -> list[Envelope]:
        name = f"{self._node}/foreign/{number}"
        return self._heard(name, authority_of(self._node), digest(name.encode()).decode(), fault.from_ns, None)

    def _heard(self, name: str, to: str, text: str, left_ns: int, behind: Envelope | None) -> list[Envelope]:
        link = self._authority if to == authority_of(self._node) else self._others
        there_ns = link.arrival_ns(self._node, to, left_ns)
        back_ns = link.arrival_ns(to, self._node, there_ns)
        echo_ns = self._echo.arrival_ns(self._node, self._node, left_ns)
        echo = Echo(release=name, sender=self._node, addressee=to, digest=text, heard_ns=echo_ns)
        receipt = Receipt(release=name, addressee=to, received_ns=there_ns, accepted=True, digest=text)
        return [
            self._envelope("echoes", f"{name}/echo", left_ns, echo_ns, echo, behind),
            self._envelope("receipts", f"{name}/receipt", there_ns, back_ns, receipt, behind),
        ]

    def _envelope(
        self, topic: str, name: str, made_ns: int, arrival_ns: int, record: Record, behind: Envelope | None
    ) -> Envelope:
        self._sequences[topic] += 1
        return posted(
            name,
            topic,
            self._sequences[topic],
            made_ns,
            self._purpose,
            record,
            arrival_ns=arrival_ns,
            observed_ns=None if behind is None else behind.observed_ns,
            lineage=() if behind is None else (behind.id,),
        )
