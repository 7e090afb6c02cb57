"""Events: one launch as the system believes it, and raids: events close in time."""

from __future__ import annotations

from typing import Literal

import msgspec

from launchwatch.core.arrays import FloatArray
from launchwatch.messages.tracks import Track

EventStatus = Literal["new", "update", "final", "cancel"]


class BreakUp(msgspec.Struct, frozen=True, kw_only=True):
    """That a vehicle broke up: pieces fly apart from where its plume went out.

    Attributes
    ----------
    epoch_ns : when, ns TAI.
    state : (6,) of the mean of its pieces then, position m and velocity m/s, ITRF.
    covariance : (6, 6) likewise.
    spread_m_s : standard deviation, per axis, of the velocities that the pieces were given.
    pieces : how many of them have tracks.
    """

    epoch_ns: int
    state: FloatArray
    covariance: FloatArray
    spread_m_s: float
    pieces: int


class Event(msgspec.Struct, frozen=True, tag="event", kw_only=True):
    """One version of an event.

    Attributes
    ----------
    event : stable identifier, `<node>-<YYYYMMDD>-<serial>`.
    aliases : identifiers under which it was known as well: of other nodes, of events that merged into it, and of an
        event that ended out of sight and was found again.
    version : counts from 1.
    tracks : identifiers of its tracks, own and foreign (`<node>:<track>`).
    preferred : the track that speaks for the event (the fused one where partners share tracks).
    partners : nodes whose products are part of it.
    merged_into : the older event that goes on for both; this version is the last.
    split_from : the event that its tracks were part of before.
    break_up : that the vehicle broke up, or null.
    """

    event: str
    aliases: tuple[str, ...]
    version: int
    status: EventStatus
    tracks: tuple[str, ...]
    preferred: Track
    partners: tuple[str, ...]
    merged_into: str | None = None
    split_from: str | None = None
    break_up: BreakUp | None = None


class Raid(msgspec.Struct, frozen=True, tag="raid", kw_only=True):
    """One version of a raid: events close in time, and how many launches they are.

    Attributes
    ----------
    raid : identifier, that of its first event and `/raid`.
    version : counts from 1.
    events : identifiers, in the order in which they were opened; none once it turned out to be no raid.
    from_ns, until_ns : first and last lift-off as estimated (of events that tell of none, the first detection), ns TAI.
    lowest, probable, highest : number of launches: those that cannot be one another, events, tracks that may be one.
    """

    raid: str
    version: int
    events: tuple[str, ...]
    from_ns: int
    until_ns: int
    lowest: int
    probable: int
    highest: int
