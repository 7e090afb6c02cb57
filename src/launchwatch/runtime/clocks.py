"""Clocks: time as a service. Below the runtime nothing asks what time it is."""

from __future__ import annotations


class SimulatedClock:
    """A clock that stands still until it is told to advance.

    Parameters
    ----------
    now_ns : epoch at which it starts, ns TAI.
    """

    def __init__(self, now_ns: int) -> None:
        self._now_ns = now_ns

    def now(self) -> int:
        """Ns TAI."""
        return self._now_ns

    def advance_to(self, now_ns: int) -> None:
        """Move to `now_ns`, ns TAI; raises ValueError when that lies in the past."""
        if now_ns < self._now_ns:
            raise ValueError(f"clock: {now_ns} ns TAI lies {self._now_ns - now_ns} ns back; time only advances")
        self._now_ns = now_ns
