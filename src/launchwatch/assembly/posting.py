"""Envelopes of what a play puts on its way: simulated, made at one time, and there at another."""

from __future__ import annotations

from launchwatch.messages.envelope import Envelope, Purpose, Record


def posted(
    name: str,
    topic: str,
    sequence: int,
    made_ns: int,
    purpose: Purpose,
    payload: Record,
    *,
    arrival_ns: int | None = None,
    observed_ns: int | None = None,
    lineage: tuple[str, ...] = (),
) -> Envelope:
    """A simulated message.

    Parameters
    ----------
    made_ns : when it is made, and what it says holds, ns TAI.
    arrival_ns, observed_ns : when it is there, and when its newest evidence was seen; by default when it is made.
    lineage : identifiers of what it answers.
    """
    return Envelope(
        id=name,
        topic=topic,
        sequence=sequence,
        valid_ns=made_ns,
        observed_ns=made_ns if observed_ns is None else observed_ns,
        received_ns=made_ns if arrival_ns is None else arrival_ns,
        emitted_ns=made_ns,
        purpose=purpose,
        origin=("simulated",),
        lineage=lineage,
        payload=payload,
    )
