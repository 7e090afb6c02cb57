"""Raids: events close in time, and how many launches they may be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from launchwatch.messages.events import Raid
from launchwatch.messages.tracks import Track
from launchwatch.processing.events.joining import S, fell_behind, placed, preference, same_launch, two_plumes
from launchwatch.processing.events.near import Near

GAP_S = 600.0
"""Launches no further apart than this are one raid: mobile launchers of one order fire within minutes."""
SURE_DETECTIONS = 12


Compared = dict[str, dict[str, tuple[int, int, bool]]]
"""Of two events by name: which of their versions were compared, and whether these can be one launch."""


class Member(NamedTuple):
    """A version of an event as part of a raid.

    Its place among all events, its name, its tracks by name, and whether its vehicle broke up.
    """

    place: int
    event: str
    version: int
    tracks: Mapping[str, Track]
    broke_up: bool


def raids_of(members: Sequence[Member], compared: Compared, near: Near) -> list[Raid]:
    """Raids of two events or more, as their first versions; members in the order in which they were opened.

    `compared` keeps what has been found of pairs: most events are as they were when one of them changes. `near` tells
    which events may share a launch.
    """
    timed = sorted((_begin_ns(one), k) for k, one in enumerate(members))
    groups: list[list[tuple[int, int]]] = []
    for begin, k in timed:
        if groups and begin - groups[-1][-1][0] <= GAP_S * S:
            groups[-1].append((begin, k))
        else:
            groups.append([(begin, k)])
    found = []
    for group in groups:
        if len(group) < 2:
            continue
        raid = [members[k] for k in sorted(k for _, k in group)]
        probable = len(raid)
        found.append(
            Raid(
                raid=f"{raid[0].event}/raid",
                version=1,
                events=tuple(one.event for one in raid),
                from_ns=group[0][0],
                until_ns=group[-1][0],
                lowest=lowest(raid, compared, near),
                probable=probable,
                highest=max(sum(most(one) for one in raid), probable),
            )
        )
    return found


def ended(raid: Raid) -> Raid:
    """The raid as one that is none any more: its events merged, or became part of an earlier raid."""
    return msgspec.structs.replace(raid, events=(), lowest=0, probable=0, highest=0)


def counted(raid: Raid) -> tuple[tuple[str, ...], int, int, int]:
    """What a version of a raid says that is worth another: its events and its count."""
    return raid.events, raid.lowest, raid.probable, raid.highest


def lowest(raid: Sequence[Member], compared: Compared, near: Near) -> int:
    """Number of events that are well seen and of which no two can be one launch; at least one."""
    kept: list[Member] = []
    for one in sorted(raid, key=lambda m: -max(t.detections for t in m.tracks.values())):
        if any(_sure(t) for t in one.tracks.values()) and not any(_one_launch(k, one, compared, near) for k in kept):
            kept.append(one)
    return max(len(kept), 1)


def _sure(track: Track) -> bool:
    """Whether a track is well seen, and tells of a launch at a place where a satellite saw it rise."""
    if "infrared" in track.phenomenologies and not (track.launch is not None and placed(track.launch)):
        return False
    return len(track.sensors) > 1 or track.detections >= SURE_DETECTIONS


def most(one: Member) -> int:
    """Number of launches that an event may hide: tracks of one chain are different objects, pieces are one vehicle."""
    if one.broke_up:
        return 1
    chains: dict[str, int] = {}
    for name, track in one.tracks.items():
        if not fell_behind(track, one.tracks.values()):
            chain = name.rpartition(":")[0]
            chains[chain] = chains.get(chain, 0) + 1
    return max(chains.values(), default=1)


def _one_launch(a: Member, b: Member, compared: Compared, near: Near) -> bool:
    if a.event > b.event:
        a, b = b, a
    known = compared.setdefault(a.event, {})
    before = known.get(b.event)
    if before is not None and before[:2] == (a.version, b.version):
        return before[2]
    one = near.may(a.place, b.place)
    if one:
        pairs = [(x, y) for x in a.tracks.values() for y in b.tracks.values()]
        one = not two_plumes(a.tracks, b.tracks) and any(same_launch(x, y) for x, y in pairs)
    known[b.event] = a.version, b.version, one
    return one


def _begin_ns(one: Member) -> int:
    """Lift-off by the track that speaks best, else the first detection."""
    told = [t for t in one.tracks.values() if t.launch is not None]
    if not told:
        return min(t.first_detection_ns for t in one.tracks.values())
    launch = max(told, key=preference).launch
    assert launch is not None
    return launch.time_ns
