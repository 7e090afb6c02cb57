"""Events: one launch as the system believes it."""

from __future__ import annotations

from typing import Literal

import msgspec

from launchwatch.messages.tracks import Track

EventStatus = Literal["new", "update", "final", "cancel"]


class Event(msgspec.Struct, frozen=True, tag="event", kw_only=True):
    """One version of an event.

    Attributes
    ----------
    event : stable identifier, `<node>-<YYYYMMDD>-<serial>`.
    aliases : identifiers under which other nodes know it.
    version : counts from 1.
    tracks : identifiers of its tracks, own and foreign (`<node>:<track>`).
    preferred : the track that speaks for the event (the fused one where partners share tracks).
    partners : nodes whose products are part of it.
    """

    event: str
    aliases: tuple[str, ...]
    version: int
    status: EventStatus
    tracks: tuple[str, ...]
    preferred: Track
    partners: tuple[str, ...]
