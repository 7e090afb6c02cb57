"""The in-process bus: envelopes on their way to lanes, delivered in order of arrival, the same order every time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from heapq import heappop, heappush, merge

from launchwatch.messages.envelope import Envelope
from launchwatch.runtime.lane import Lane


def in_arrival_order(*sources: Iterable[Envelope]) -> Iterator[Envelope]:
    """Merge sources, each ordered by (received_ns, sequence), into one so ordered; ties go to the earlier source."""
    return merge(*sources, key=lambda envelope: (envelope.received_ns, envelope.sequence))


class Bus:
    """Holds what was posted until it arrives. Ties in arrival are broken by the order of posting."""

    def __init__(self) -> None:
        self._waiting: list[tuple[int, int, Lane, Envelope]] = []
        self._posted = 0

    def post(self, addressee: Lane, envelope: Envelope) -> None:
        """Send `envelope` to a lane, which receives it at the envelope's `received_ns`."""
        heappush(self._waiting, (envelope.received_ns, self._posted, addressee, envelope))
        self._posted += 1

    def next_arrival_ns(self) -> int | None:
        """Epoch of the next arrival, ns TAI; None when nothing is on its way."""
        return self._waiting[0][0] if self._waiting else None

    def deliver(self, now_ns: int) -> int:
        """Hand everything that has arrived by `now_ns` (ns TAI) to the doors of its lanes; the number of envelopes."""
        delivered = 0
        while self._waiting and self._waiting[0][0] <= now_ns:
            _, _, addressee, envelope = heappop(self._waiting)
            addressee.receive(envelope)
            delivered += 1
        return delivered
