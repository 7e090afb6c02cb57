"""Partners who answer queries in a play, from what their own chains had when the query reached them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from launchwatch.assembly.posting import posted
from launchwatch.catalog.schema import Scenario
from launchwatch.control.warnings.queries import answer_to
from launchwatch.messages.assessments import Assessment
from launchwatch.messages.envelope import Envelope
from launchwatch.messages.observations import InfraredLook, RadarLook
from launchwatch.messages.queries import Query
from launchwatch.sharing.exchange import FixedDelay


class Heard(Protocol):
    """A chain: what it has heard and made."""

    inputs: list[Envelope]
    outputs: list[Envelope]


class Inquiries:
    """The other partners of a node, as it asks them.

    A query takes the delay of the link, and so does the answer; while either node is silent neither comes. Chains that
    play in turns answer from what they had made by the end of the turn.

    Parameters
    ----------
    alone : the chains of all partners on their own sensors.
    """

    def __init__(self, scenario: Scenario, alone: Mapping[str, Heard]) -> None:
        self._scenario, self._alone = scenario, alone
        self._link = FixedDelay(scenario.sharing.delay_s)
        self._answers = 0

    def react(self, made: Iterable[Envelope]) -> list[Envelope]:
        """Answers to the queries among what a lane has made, as they arrive there."""
        found = [self._answered(e, e.payload) for e in made if isinstance(e.payload, Query)]
        return [envelope for envelope in found if envelope is not None]

    def _answered(self, envelope: Envelope, query: Query) -> Envelope | None:
        asked_ns = envelope.emitted_ns
        there_ns = self._link.arrival_ns(query.asker, query.addressee, asked_ns)
        if self._silent(query.asker, asked_ns) or self._silent(query.addressee, there_ns):
            return None
        chain = self._alone[query.addressee]
        looks = [
            e.payload
            for e in chain.inputs
            if isinstance(e.payload, InfraredLook | RadarLook) and e.received_ns <= there_ns
        ]
        told = [e.payload for e in chain.outputs if isinstance(e.payload, Assessment) and e.emitted_ns <= there_ns]
        self._answers += 1
        return posted(
            f"{query.query}/answer",
            "answers",
            self._answers,
            there_ns,
            self._scenario.purpose,
            answer_to(query, query.addressee, looks, told, there_ns),
            arrival_ns=self._link.arrival_ns(query.addressee, query.asker, there_ns),
            lineage=(envelope.id,),
        )

    def _silent(self, node: str, at_ns: int) -> bool:
        return any(
            fault.component == node and fault.kind == "silent" and fault.from_ns <= at_ns < fault.until_ns
            for fault in self._scenario.faults
        )
