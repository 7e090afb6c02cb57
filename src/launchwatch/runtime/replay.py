"""Replay: a journal through the chain again, in order of arrival, compared to the bit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import zip_longest
from typing import Any

import msgspec
import numpy as np

from launchwatch.messages import codec
from launchwatch.messages.control import Tick
from launchwatch.messages.envelope import Envelope
from launchwatch.ports import Journal
from launchwatch.runtime.lane import Lane

_ABSENT = "nothing"


class Difference(msgspec.Struct, frozen=True):
    """The first field in which a replayed envelope differs from the recorded one; the text of both values."""

    id: str
    field: str
    recorded: str
    replayed: str

    def __str__(self) -> str:
        return f"{self.id}: {self.field}: recorded {self.recorded}, replayed {self.replayed}"


def replay_lane(journal: Journal, stream: str, make_lane: Callable[[], Lane]) -> list[Difference]:
    """Play the inputs and ticks of `stream` through a fresh lane, and compare every output with the recorded one.

    `make_lane` gives the lane as it was at the start of the stream, without a journal.
    """
    recorded = journal.read(stream, role="output")
    replayed = _play(journal, stream, make_lane())
    return [
        difference
        for before, after in zip_longest(recorded, replayed)
        if (difference := compare(before, after)) is not None
    ]


def compare(recorded: Envelope | None, replayed: Envelope | None) -> Difference | None:
    """The first difference between two envelopes, by the bytes that the journal keeps; None where there is none."""
    if recorded is None and replayed is None:
        return None
    if recorded is None or replayed is None:
        found = replayed if recorded is None else recorded
        texts = [_ABSENT if envelope is None else envelope.topic for envelope in (recorded, replayed)]
        return Difference(found.id if found is not None else _ABSENT, "envelope", *texts)
    if codec.pack(recorded) == codec.pack(replayed):
        return None
    return Difference(recorded.id, *_first_difference(recorded, replayed, ""))


def _play(journal: Journal, stream: str, lane: Lane) -> Iterator[Envelope]:
    for envelope in journal.read(stream, role="input"):
        if isinstance(envelope.payload, Tick):
            yield from lane.tick(envelope.payload.now_ns)
        else:
            lane.admit(envelope)


def _first_difference(a: Any, b: Any, path: str) -> tuple[str, str, str]:
    """Path and both texts of the first leaf in which two values differ, whose packed bytes differ."""
    for name, left, right in _pairs(a, b):
        if codec.pack(left) != codec.pack(right):
            return _first_difference(left, right, (path + name).removeprefix("."))
    return path, _text(a), _text(b)


def _pairs(a: Any, b: Any) -> list[tuple[str, Any, Any]]:
    """Corresponding parts of two values of one shape, by name; none for leaves and unlike shapes."""
    if isinstance(a, msgspec.Struct) and type(a) is type(b):
        return [(f".{name}", getattr(a, name), getattr(b, name)) for name in a.__struct_fields__]
    if isinstance(a, dict) and isinstance(b, dict) and list(a) == list(b):
        return [(f"[{key}]", a[key], b[key]) for key in a]
    if isinstance(a, np.ndarray) and isinstance(b, np.ndarray) and (a.shape, a.dtype) == (b.shape, b.dtype) and a.ndim:
        return [(f"[{index}]", left, right) for index, (left, right) in enumerate(zip(a, b, strict=True))]
    if isinstance(a, tuple | list) and isinstance(b, tuple | list) and len(a) == len(b):
        return [(f"[{index}]", left, right) for index, (left, right) in enumerate(zip(a, b, strict=True))]
    return []


def _text(value: Any) -> str:
    text = type(value).__name__ if isinstance(value, msgspec.Struct) else " ".join(repr(value).split())
    return text if len(text) <= 80 else text[:77] + "..."
