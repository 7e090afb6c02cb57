"""Raids: events close in time, and how many launches they may be."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from typing import NamedTuple

import msgspec

from launchwatch.messages.events import Raid
from launchwatch.messages.tracks import Track
from launchwatch.processing.events.joining import S, fell_behind, placed, preference, same_launch, two_plumes
from launchwatch.processing.events.near import Near

GAP_S = 600.0
"""Launches no further apart than this are one raid: mobile launchers of one order fire within minutes."""
SURE_DETECTIONS = 12


Alike = dict[str, list[str]]
"""By the name of an event: those that can be one launch with it."""


class Member(NamedTuple):
    """A version of an event as part of a raid.

    Its place among all events, its name, its tracks by name, and whether its vehicle broke up.
    """

    place: int
    event: str
    version: int
    tracks: Mapping[str, Track]
    broke_up: bool


def raids_of(members: Sequence[Member], alike: Alike) -> list[Raid]:
    """Raids of two events or more, as their first versions; members in the order in which they were opened.

    `alike` is as of `compare`.
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
                lowest=lowest(raid, alike),
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


def lowest(raid: Sequence[Member], alike: Alike) -> int:
    """Number of events that are well seen and of which no two can be one launch; at least one."""
    kept: set[str] = set()
    for one in sorted(raid, key=lambda m: -max(t.detections for t in m.tracks.values())):
        if any(_sure(t) for t in one.tracks.values()) and kept.isdisjoint(alike.get(one.event, ())):
            kept.add(one.event)
    return max(len(kept), 1)


def compare(members: Sequence[Member], changed: Container[str], alike: Alike, near: Near) -> None:
    """Compare events that changed with all others: most are as they were when one of them changes."""
    moved = [one for one in members if one.event in changed]
    gone = {one.event for one in moved}
    for name in [*alike]:
        alike[name] = [] if name in gone else [other for other in alike[name] if other not in gone]
        if not alike[name]:
            del alike[name]
    for one in moved:
        may = near.of(one.place)
        for other in members:
            if not may[other.place] or other is one or (other.event in gone and other.place < one.place):
                continue
            first, second = sorted((one, other), key=lambda m: m.event)
            if _one_launch(first, second, near):
                alike.setdefault(one.event, []).append(other.event)
                alike.setdefault(other.event, []).append(one.event)


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


def _one_launch(a: Member, b: Member, near: Near) -> bool:
    tried = near.pairs(a.place, b.place)
    return bool(tried) and not two_plumes(a.tracks, b.tracks) and any(same_launch(x, y) for x, y in tried)


def _begin_ns(one: Member) -> int:
    """Lift-off by the track that speaks best, else the first detection."""
    told = [t for t in one.tracks.values() if t.launch is not None]
    if not told:
        return min(t.first_detection_ns for t in one.tracks.values())
    launch = max(told, key=preference).launch
    assert launch is not None
    return launch.time_ns
