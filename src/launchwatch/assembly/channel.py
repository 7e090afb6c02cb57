"""The outgoing channel of a node in a play: what addressees acknowledge of what it releases."""

from __future__ import annotations

from collections.abc import Iterable

from launchwatch.catalog.catalogue import Catalog
from launchwatch.catalog.schema import Scenario
from launchwatch.messages.envelope import Envelope
from launchwatch.messages.receipts import Receipt
from launchwatch.messages.releases import Release, authority_of
from launchwatch.sharing.exchange import FixedDelay


class Channel:
    """Links from one node to its deciding authority, to the public's alerting centre and to partners, and back.

    To the authority a link takes the transport time of the partner's procedure, to all others that of the scenario.
    """

    def __init__(self, catalog: Catalog, scenario: Scenario, partner: str) -> None:
        self._node, self._purpose = partner, scenario.purpose
        self._others = FixedDelay(scenario.sharing.delay_s)
        self._authority = FixedDelay(catalog.partners[partner].procedure.transport_s)
        self._receipts = 0

    def react(self, made: Iterable[Envelope]) -> list[Envelope]:
        """Receipts for what leaves the node, as they arrive there."""
        return [
            self._receipt(e, e.payload)
            for e in made
            if isinstance(e.payload, Release) and e.payload.addressee != self._node
        ]

    def _receipt(self, envelope: Envelope, release: Release) -> Envelope:
        to = release.addressee
        link = self._authority if to == authority_of(self._node) else self._others
        there_ns = link.arrival_ns(self._node, to, release.released_ns)
        back_ns = link.arrival_ns(to, self._node, there_ns)
        self._receipts += 1
        return Envelope(
            id=f"{release.release}/receipt",
            topic="receipts",
            sequence=self._receipts,
            valid_ns=there_ns,
            observed_ns=envelope.observed_ns,
            received_ns=back_ns,
            emitted_ns=there_ns,
            purpose=self._purpose,
            origin=("simulated",),
            lineage=(envelope.id,),
            payload=Receipt(release=release.release, addressee=to, received_ns=there_ns, accepted=True),
        )
