"""The events stage: which tracks, own and received from partners, are one launch, and which launches are one raid.

An identifier stays: of two events that turn out to be one launch the older goes on and bears the name of the younger as
an alias; a track that turns out to be another launch than the rest of its event leaves it for a new one. An event that
ended out of sight is not opened again: what is found of it later is a new one, with the name of the old as an alias.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import msgspec
import numpy as np
from numpy.typing import NDArray

from launchwatch.messages.events import BreakUp, Event, EventStatus, Raid
from launchwatch.messages.items import Item, Output
from launchwatch.messages.releases import Release
from launchwatch.messages.tracks import Track
from launchwatch.processing.events.breakup import among_debris, break_up_of
from launchwatch.processing.events.joining import fuse, kinship, same_launch, two_launches, two_plumes
from launchwatch.processing.events.near import Near, near_tracks
from launchwatch.processing.events.raids import Alike, Member, compare, counted, ended, raids_of

S = 1_000_000_000
SPLIT_MARGIN, SPLIT_VERSIONS = 1.5, 2  # a track leaves its event when so many versions of it lie so far outside


class EventRecord(msgspec.Struct):
    """One event: its tracks by name, own ones without and foreign ones with the partner's name before a colon.

    `doubts` counts, by track, the versions in a row that spoke of another launch than the event's first.
    """

    event: str
    version: int
    tracks: dict[str, Track]
    partners: list[str]
    closed: bool
    aliases: list[str]
    merged_into: str | None
    split_from: str | None
    doubts: dict[str, int]
    break_up: BreakUp | None


class EventsState(msgspec.Struct):
    """State of the stage; `alike` are, by name, the events of a raid that can be one launch with another."""

    serial: int
    events: list[EventRecord]
    raids: list[Raid]
    alike: Alike


class EventsStage:
    """Tracks in, events and raids out (a stage of `launchwatch.ports`).

    Parameters
    ----------
    node : names the events.
    trust : what released tracks may do: `open` an event, or only join one.
    first_serial : serial number of the first event.
    """

    topic = "events"
    consumes: tuple[type, ...] = (Track, Release)

    def __init__(self, node: str, trust: Sequence[str], first_serial: int = 1) -> None:
        self.node, self.trust, self.first_serial = node, tuple(trust), first_serial

    def start(self) -> EventsState:
        """A stage that has seen nothing."""
        return EventsState(self.first_serial, [], [], {})

    def due(self, state: EventsState) -> int | None:
        """It has no timers."""
        return None

    def step(self, state: EventsState, inputs: Sequence[Item], now: int) -> tuple[EventsState, list[Output]]:
        """Assign each track to its event; one output for each event that changed, and for each raid that did."""
        changed: dict[str, list[str]] = {}
        for item in inputs:
            if isinstance(item.payload, Release):
                release = item.payload
                if not isinstance(release.item, Track):
                    continue
                track, partner = release.item, release.sender
                name = f"{partner}:{track.track}"
            else:
                track, partner = item.payload, None
                name = track.track
            record = self._event_of(state, name, track, partner)
            if record is None or record.closed:
                continue
            record.tracks[name] = track
            if partner is not None and partner not in record.partners:
                record.partners.append(partner)
            changed.setdefault(record.event, []).append(item.id)
            split = self._split(state, record, name)
            if split is not None:
                changed.setdefault(split.event, []).append(item.id)
        if not changed:
            return state, []
        outputs = []
        near = _near(state)
        merging = _merging(state, changed, near)
        for older, younger in merging:
            changed.setdefault(older.event, []).extend(changed.get(younger.event, ()))
            lineage = tuple(dict.fromkeys(changed.pop(younger.event, changed[older.event])))
            outputs.append(_merge(older, younger, lineage))
        if merging:
            near = _near(state)
        for k, record in enumerate(state.events):
            if record.event in changed:
                _recall(state, record, near.of(k))
                outputs.append(_say(record, tuple(dict.fromkeys(changed[record.event]))))
        outputs += _raids(state, changed, now, near)
        return state, outputs

    def _event_of(self, state: EventsState, name: str, track: Track, partner: str | None) -> EventRecord | None:
        for record in state.events:
            if name in record.tracks and record.merged_into is None:
                return record
        others = [
            (k, other)
            for k, record in enumerate(state.events)
            if not record.closed
            for other in record.tracks.values()
        ]
        near = near_tracks(track, [other for _, other in others])
        tried = [one for one, kept in zip(others, near.tolist(), strict=True) if kept]
        aside = {k for k in {k for k, _ in tried} if two_plumes({name: track}, state.events[k].tracks)}
        found = [
            (kin, k)
            for k, other in tried
            if k not in aside
            for kin in (kinship(track, other),)
            if kin is not None
        ]
        if found:
            return state.events[min(found)[1]]
        if partner is not None and "open" not in self.trust:
            return None
        for record in state.events:
            if record.break_up is not None and record.merged_into is None and among_debris(track, record.break_up):
                return record
        return self._open(state, track, None)

    def _open(self, state: EventsState, track: Track, split_from: str | None) -> EventRecord:
        day = datetime.fromtimestamp(track.first_detection_ns // S, UTC)
        record = EventRecord(
            f"{self.node}-{day:%Y%m%d}-{state.serial:03d}", 0, {}, [], False, [], None, split_from, {}, None
        )
        state.serial += 1
        state.events.append(record)
        return record

    def _split(self, state: EventsState, record: EventRecord, name: str) -> EventRecord | None:
        """The event that a track and its like leave for, once it has spoken often enough of another launch."""
        track = record.tracks[name]
        first = next((t for t in record.tracks.values() if "infrared" in t.phenomenologies), track)
        if not two_launches(first, track, SPLIT_MARGIN):
            record.doubts.pop(name, None)
            return None
        record.doubts[name] = record.doubts.get(name, 0) + 1
        if record.doubts[name] < SPLIT_VERSIONS:
            return None
        leaving = [
            n for n, t in record.tracks.items() if n == name or (two_launches(first, t) and same_launch(track, t))
        ]
        split = self._open(state, track, record.event)
        for one in leaving:
            split.tracks[one] = record.tracks.pop(one)
            record.doubts.pop(one, None)
        senders = dict.fromkeys(one.partition(":")[0] for one in leaving if ":" in one)
        split.partners.extend(senders)
        kept = {one.partition(":")[0] for one in record.tracks if ":" in one}
        record.partners = [p for p in record.partners if p in kept]
        return split


def _near(state: EventsState) -> Near:
    """Which events may share a launch, by their tracks as they are now."""
    return Near([record.tracks for record in state.events])


def _merging(
    state: EventsState, changed: dict[str, list[str]], near: Near
) -> list[tuple[EventRecord, EventRecord]]:
    """Pairs (older, younger) of open events, one of which changed, that are one launch; each younger once.

    An event that could be part of two others is left alone: it does not make one launch of them.
    """
    open_ = np.flatnonzero([not record.closed for record in state.events])
    moved = [k for k in open_.tolist() if state.events[k].event in changed]
    tried = np.zeros((len(state.events), len(state.events)), bool)
    for k in moved:
        tried[k] = near.of(k)
    tried |= tried.T
    pairs: list[tuple[EventRecord, EventRecord]] = []
    for k in open_.tolist():
        younger = state.events[k]
        older = open_[tried[k, open_] & (open_ < k)].tolist()
        at = next((j for j in older if _one(state.events[j], younger, near.pairs(j, k))), None)
        if at is None or any(state.events[at] is taken for _, taken in pairs):
            continue
        others = [j for j in open_[near.of(k)[open_]].tolist() if j not in (at, k)]
        if not any(_one(state.events[j], younger, near.pairs(j, k)) for j in others):
            pairs.append((state.events[at], younger))
    return pairs


def _recall(state: EventsState, record: EventRecord, near: NDArray[np.bool_]) -> None:
    """Note which event that ended out of sight this one is, found again: the only one whose launch can be its own.

    `near` says of each event whether it may share a launch with this one.
    """
    ended = [
        one
        for one, kept in zip(state.events, near.tolist(), strict=True)
        if kept and one is not record and one.closed and one.merged_into is None
    ]
    if not ended or record.closed:
        return
    mine = [t for t in record.tracks.values() if t.status != "dropped"]
    found = [
        one
        for one in ended
        if any(same_launch(x, y) for x in mine for y in one.tracks.values())
        and not any(two_launches(x, y) for x in mine for y in one.tracks.values())
    ]
    if len(found) == 1 and found[0].event not in record.aliases:
        record.aliases.append(found[0].event)


def _one(a: EventRecord, b: EventRecord, tried: Sequence[tuple[Track, Track]]) -> bool:
    """Whether two events are one launch: some of their living tracks can be one, and none ever spoke against it.

    `tried` are pairs of their tracks that may be kin.
    """
    living = [pair for pair in tried if "dropped" not in (pair[0].status, pair[1].status)]
    if not living or two_plumes(a.tracks, b.tracks) or not any(same_launch(x, y) for x, y in living):
        return False
    return not any(two_launches(x, y) for x in a.tracks.values() for y in b.tracks.values())


def _merge(older: EventRecord, younger: EventRecord, lineage: tuple[str, ...]) -> Output:
    """Give all tracks of the younger event to the older; the younger's last version, which says so."""
    younger.merged_into = older.event
    output = _say(younger, lineage)
    older.tracks |= younger.tracks
    older.partners += [p for p in younger.partners if p not in older.partners]
    older.aliases += [younger.event, *younger.aliases]
    older.break_up = older.break_up or younger.break_up
    return output


def _say(record: EventRecord, lineage: tuple[str, ...]) -> Output:
    record.version += 1
    tracks = list(record.tracks.values())
    record.break_up = break_up_of(tracks) or record.break_up
    # braked pieces that radar takes for thrust have no end of their own
    ending = [t for t in tracks if t.launch is not None] if record.break_up is not None else tracks
    record.closed = record.merged_into is not None or all(t.status == "dropped" for t in ending)
    status: EventStatus = "final" if record.closed else "new" if record.version == 1 else "update"
    preferred = fuse(tracks)
    event = Event(
        event=record.event,
        aliases=tuple(record.aliases),
        version=record.version,
        status=status,
        tracks=tuple(record.tracks),
        preferred=preferred,
        partners=tuple(record.partners),
        merged_into=record.merged_into,
        split_from=record.split_from,
        break_up=record.break_up,
    )
    return Output(event, preferred.epoch_ns, lineage)


def _raids(state: EventsState, changed: Mapping[str, Sequence[str]], now: int, near: Near) -> list[Output]:
    """Raids that are new or other than said before, given the records behind each event that changed."""
    known = {alias for record in state.events for alias in record.aliases}
    members = [
        Member(k, record.event, record.version, record.tracks, record.break_up is not None)
        for k, record in enumerate(state.events)
        if record.event not in known
    ]
    compare(members, changed, state.alike, near)
    lineage = tuple(dict.fromkeys(name for names in changed.values() for name in names))
    found = {raid.raid: raid for raid in raids_of(members, state.alike)}
    said = {raid.raid: raid for raid in state.raids}
    over = {name: ended(raid) for name, raid in said.items() if name not in found}
    outputs = []
    for name, raid in (found | over).items():
        before = said.get(name)
        if before is None or counted(before) != counted(raid):
            said[name] = msgspec.structs.replace(raid, version=1 if before is None else before.version + 1)
            outputs.append(Output(said[name], now, lineage))
    state.raids = list(said.values())
    return outputs
