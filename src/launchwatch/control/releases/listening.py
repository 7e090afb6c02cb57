"""The listening stage: what is heard on the node's own outgoing channel against what it has released.

An item that nobody released, one that was altered on its way, one that is not heard or not acknowledged in time, and
one that its addressee refuses is each a fault of the component `outgoing`. The channel is ready again when a release is
heard as it was made.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from launchwatch.messages.digests import digest_of
from launchwatch.messages.health import Health, HealthStatus
from launchwatch.messages.items import Item, Output
from launchwatch.messages.receipts import Echo, Receipt
from launchwatch.messages.releases import Release

S = 1_000_000_000
OUTGOING = "outgoing"
HEARD_S = 30.0
"""So long after it left a release may be unheard on the channel: as long as a heartbeat may."""


class Sent(msgspec.Struct):
    """What is awaited of a release.

    Attributes
    ----------
    addressee, digest : of the release as it was made.
    heard_by_ns, received_by_ns : by when it is to be heard, and acknowledged; null once it was, or its lack was told.
    altered : that it was altered has been told.
    """

    addressee: str
    digest: str
    heard_by_ns: int | None
    received_by_ns: int | None
    altered: bool = False


class ListeningState(msgspec.Struct):
    """State of the stage: status of the channel, when it was last heard well, releases by identifier, foreign items."""

    status: HealthStatus
    heard_ns: int | None
    sent: dict[str, Sent]
    foreign: list[str]


class ListeningStage:
    """Own releases, echoes and receipts in, changes of health out (a stage of `launchwatch.ports`).

    Parameters
    ----------
    node : whose channel it is. What the node tells itself is not on the channel, nor is what partners have released.
    receipt_s : so long after it left an addressee may take to acknowledge a release.
    heard_s : so long after it left a release may be unheard.
    """

    topic = OUTGOING
    consumes: tuple[type, ...] = (Release, Echo, Receipt)

    def __init__(self, node: str, receipt_s: float, heard_s: float = HEARD_S) -> None:
        self.node, self.receipt_ns, self.heard_ns = node, round(receipt_s * S), round(heard_s * S)

    def start(self) -> ListeningState:
        """A stage that awaits nothing."""
        return ListeningState("ready", None, {}, [])

    def due(self, state: ListeningState) -> int | None:
        """By when the next release is to be heard or acknowledged."""
        awaited = (at for sent in state.sent.values() for at in (sent.heard_by_ns, sent.received_by_ns))
        return min((at for at in awaited if at is not None), default=None)

    def step(self, state: ListeningState, inputs: Sequence[Item], now: int) -> tuple[ListeningState, list[Output]]:
        """Note what was released, compare with it what is heard, then see what has not been."""
        outputs = []
        for item in inputs:
            heard = item.payload
            if isinstance(heard, Release):
                if heard.sender == self.node != heard.addressee:
                    left_ns = heard.released_ns
                    state.sent[heard.release] = Sent(
                        heard.addressee, digest_of(heard), left_ns + self.heard_ns, left_ns + self.receipt_ns
                    )
                continue
            if isinstance(heard, Echo) and heard.sender != self.node:
                continue
            why = self._wrong(state, heard)
            if why is None:
                state.heard_ns = now
                if state.status != "ready":
                    told = self._told(state, "ready", f"{heard.release} heard as it was released", now)
                    outputs.append(Output(told, now, (item.id,)))
            elif why:
                outputs.append(Output(self._told(state, "degraded", why, now), now, (item.id,)))
        outputs += [Output(self._told(state, "degraded", why, now), now, ()) for why in _overdue(state, now)]
        return state, outputs

    def _wrong(self, state: ListeningState, heard: Echo | Receipt) -> str | None:
        """What is wrong with an item on the channel; None: nothing, empty: what was told already."""
        sent = state.sent.get(heard.release)
        if sent is None or sent.addressee != heard.addressee:
            name = f"{heard.release} to {heard.addressee}"
            if name in state.foreign:
                return ""
            state.foreign.append(name)
            return f"{name} was sent and never released"
        name = f"{heard.release} to {sent.addressee}"
        if isinstance(heard, Echo):
            sent.heard_by_ns = None
        else:
            sent.received_by_ns = None
            if not heard.accepted:
                return f"{name} was refused: {heard.reason}"
        if heard.digest == sent.digest or (isinstance(heard, Receipt) and not heard.digest):
            return None
        if sent.altered:
            return ""
        sent.altered = True
        return f"{name} was altered on its way"

    def _told(self, state: ListeningState, status: HealthStatus, reason: str, now: int) -> Health:
        before, state.status = state.status, status
        heard_ns = now if state.heard_ns is None else state.heard_ns
        return Health(component=OUTGOING, status=status, before=before, heard_ns=heard_ns, lost=0, reason=reason)


def _overdue(state: ListeningState, now: int) -> list[str]:
    """What was to be heard by now and was not; each is told once."""
    found = []
    for name, sent in state.sent.items():
        if sent.heard_by_ns is not None and sent.heard_by_ns <= now:
            sent.heard_by_ns = None
            found.append(f"{name} to {sent.addressee} was released and not heard")
        if sent.received_by_ns is not None and sent.received_by_ns <= now:
            sent.received_by_ns = None
            found.append(f"{name} to {sent.addressee} was not acknowledged")
    return found
