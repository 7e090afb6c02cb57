"""The watch log of a chain: what its people did about each event, and how far it went."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from launchwatch.core.epochs import format_utc
from launchwatch.messages.envelope import Envelope
from launchwatch.messages.procedures import STATES, Procedure

CLOSED = ("quiet", "cancelled")


def watch_log(outputs: Iterable[Envelope]) -> list[dict[str, Any]]:
    """Of each event that people conferred about: the highest state, when it was reached, when all was quiet again.

    Returns
    -------
    Dictionaries with `event`, `highest`, `opened`, `reached`, `released`, `settled` (UTC or None), `entries`.
    """
    by_event: dict[str, list[tuple[int, Procedure]]] = {}
    for envelope in outputs:
        if isinstance(envelope.payload, Procedure):
            by_event.setdefault(envelope.payload.event, []).append((envelope.emitted_ns, envelope.payload))
    return [{"event": event, **_account(entries)} for event, entries in by_event.items()]


def _account(entries: list[tuple[int, Procedure]]) -> dict[str, Any]:
    ranks = [STATES.index(entry.state) if entry.state in STATES else 0 for _, entry in entries]
    top = ranks.index(max(ranks))
    last_ns, last = entries[-1]
    closing = next((at for at, entry in reversed(entries) if entry.state != entry.before), last_ns)
    released = next((at for at, entry in entries if entry.state == "warning"), None)
    return {
        "highest": STATES[ranks[top]],
        "opened": format_utc(entries[0][0], 3),
        "reached": format_utc(entries[top][0], 3),
        "released": None if released is None else format_utc(released, 3),
        "settled": format_utc(closing, 3) if last.state in CLOSED else None,
        "entries": [
            {
                "at": format_utc(at, 3),
                "state": entry.state,
                "reason": entry.reason,
                "calls": [f"{call.role}: {call.verb}" for call in entry.calls],
                "agreed": list(entry.agreed),
                "confirmed": entry.confirmed,
            }
            for at, entry in entries
        ],
    }
