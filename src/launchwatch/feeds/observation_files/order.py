"""Lines of files into order of arrival, within a bounded time and in bounded memory.

A file needs no latency, so that a line may wait for those that belong before it: lines that are out of order by up to
the hold time are put back into order, and the same lines in another order are the same lines.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from launchwatch.core.arrays import IntArray
from launchwatch.core.epochs import NS
from launchwatch.formats.observation_rows import ROW, UNSTAMPED, Rows

AHEAD = 64
"""Lines after one that leaps ahead that are looked at to see whether time follows it."""

LONG_NS = 365 * 86_400 * NS
"""A first line that stands alone so long before all others has a wrong time."""

NEVER, FOREVER = np.iinfo(np.int64).min, np.iinfo(np.int64).max


@dataclass(frozen=True)
class Batch:
    """Lines that a file gave next.

    Attributes
    ----------
    rows : those that are in time, in no order.
    astray, late : those whose time leaps ahead of all that follow, and those that come after the hold time.
    complete_ns : no line that is in time arrives before this epoch any more, ns TAI.
    """

    rows: Rows
    astray: Rows
    late: Rows
    complete_ns: int


def arrival_ns(rows: Rows) -> IntArray:
    """When lines (n,) arrived, ns TAI: when they say so, else when their sensor looked."""
    received = rows["received_ns"]
    return np.where(received == UNSTAMPED, rows["time_ns"], received)


@dataclass
class _File:
    rows: Iterator[Rows]
    newest_ns: int = NEVER
    tail: list[Rows] = field(default_factory=list)
    ended: bool = False

    def complete_ns(self, hold_ns: int) -> int:
        return FOREVER if self.ended else NEVER if self.newest_ns == NEVER else self.newest_ns - hold_ns


def batches(files: Sequence[Iterator[Rows]], hold_ns: int) -> Iterator[Batch]:
    """Lines of files that run beside one another, read so that no file runs ahead of the others.

    What is late is told line by line by what came before it in its own file, so that neither the length of a block nor
    the other files have a say.
    """
    running = [_File(rows) for rows in files]
    while any(not file.ended for file in running):
        file = min((f for f in running if not f.ended), key=lambda f: f.complete_ns(hold_ns))
        taken = _next(file)
        kept, astray, late = _sorted_out(file, taken, hold_ns)
        yield Batch(taken[kept], taken[astray], taken[late], min(f.complete_ns(hold_ns) for f in running))


def _next(file: _File) -> Rows:
    """The next lines of a file to be judged; the last ones stay back while more may follow."""
    for rows in file.rows:
        file.tail.append(rows)
        if sum(map(len, file.tail)) > AHEAD:
            return np.concatenate(file.tail)
    file.ended = True
    return np.concatenate(file.tail) if file.tail else np.empty(0, ROW)


def _sorted_out(
    file: _File, rows: Rows, hold_ns: int
) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]:
    """Which lines are in time, astray or late; the last `AHEAD` of a file that goes on are none of these yet."""
    arrival = arrival_ns(rows)
    judged = len(rows) if file.ended else len(rows) - AHEAD
    file.tail = [] if file.ended else [rows[judged:]]
    astray = np.zeros(len(rows), np.bool_)
    before = _newest_before(file.newest_ns, arrival[:judged])
    if bool((arrival[:judged] > np.maximum(before, NEVER + hold_ns) + hold_ns).any()):
        before = _led(file, arrival, judged, hold_ns, astray)
    late = np.zeros(len(rows), np.bool_)
    late[:judged] = ~astray[:judged] & (arrival[:judged] < np.maximum(before, NEVER + hold_ns) - hold_ns)
    kept = ~astray & ~late
    kept[judged:] = False
    if kept.any():
        file.newest_ns = max(file.newest_ns, int(arrival[kept].max()))
    return kept, astray, late


def _newest_before(newest_ns: int, arrival: IntArray) -> IntArray:
    """Newest arrival before each of lines (n,)."""
    return np.maximum.accumulate(np.concatenate([[newest_ns], arrival]))[:-1]


def _led(file: _File, arrival: IntArray, judged: int, hold_ns: int, astray: NDArray[np.bool_]) -> IntArray:
    """Newest arrival before each line, without lines whose time nothing follows; these are marked."""
    newest = file.newest_ns
    before = np.empty(judged, np.int64)
    for k, now in enumerate(arrival[:judged].tolist()):
        before[k] = newest
        if now <= newest:
            continue
        if newest == NEVER or now > newest + hold_ns:
            following = arrival[k + 1 : k + 1 + AHEAD]
            if len(following) and float(np.median(following)) < now - hold_ns:
                astray[k] = True
                continue
            if k == 1 and file.newest_ns == NEVER and now - newest > LONG_NS:
                astray[0] = True
        newest = now
    return before
