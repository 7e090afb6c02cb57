"""A launch of purpose `test`: when each leg of a post's path was reached, or which is missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from launchwatch.messages.envelope import Envelope
from launchwatch.messages.procedures import Procedure
from launchwatch.messages.receipts import Receipt
from launchwatch.messages.releases import Release, authority_of
from launchwatch.messages.tracks import Track
from launchwatch.messages.warnings import Warning

S = 1_000_000_000
LEGS = ("tracked", "warned", "assessed", "agreed", "released", "received", "cancelled", "cancel_received")
"""In the order of the path: observations make a track; the machine warns; the threat is assessed; a person agrees; the
authority is told and acknowledges it; the cancel leaves and is acknowledged."""


def legs_of(inputs: Iterable[Envelope], outputs: Iterable[Envelope], node: str, start_ns: int) -> dict[str, Any]:
    """How far a test came.

    Parameters
    ----------
    inputs, outputs : of the lane of the test.
    node : whose post it is.
    start_ns : lift-off, ns TAI.

    Returns
    -------
    `ok`, `missing` (the first leg that was not reached, or None) and `legs`: s after lift-off by name, None for never.
    """
    legs: dict[str, float | None] = dict.fromkeys(LEGS)
    for leg, at_ns in _reached(inputs, outputs, authority_of(node)):
        known = legs[leg]
        after_s = round((at_ns - start_ns) / S, 3)
        legs[leg] = after_s if known is None else min(known, after_s)
    missing = next((leg for leg, at in legs.items() if at is None), None)
    return {"ok": missing is None, "missing": missing, "legs": legs}


def _reached(inputs: Iterable[Envelope], outputs: Iterable[Envelope], authority: str) -> Iterator[tuple[str, int]]:
    told: dict[str, str] = {}
    for envelope in outputs:
        made = envelope.payload
        if isinstance(made, Track):
            yield "tracked", envelope.emitted_ns
        elif isinstance(made, Warning) and made.kind == "new":
            yield "warned", envelope.emitted_ns
        elif isinstance(made, Procedure):
            if made.state == "threat-assessment":
                yield "assessed", envelope.emitted_ns
            if made.agreed:
                yield "agreed", envelope.emitted_ns
        elif isinstance(made, Release) and made.addressee == authority and isinstance(made.item, Warning):
            cancel = made.item.kind == "cancel"
            told[made.release] = "cancel_received" if cancel else "received"
            yield "cancelled" if cancel else "released", made.released_ns
    for envelope in inputs:
        heard = envelope.payload
        if isinstance(heard, Receipt) and heard.accepted and heard.addressee == authority and heard.release in told:
            yield told[heard.release], envelope.received_ns
