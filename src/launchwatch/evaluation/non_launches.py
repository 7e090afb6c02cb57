"""What became of everything that is no launch: detections, tracks, events and warnings of each kind, chain by chain.

A track is of the object that most of the looks behind it saw; an event is of the kind of most looks of its tracks. What
no object explains is clutter.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from launchwatch.core.arrays import IntArray
from launchwatch.messages.detections import Detections, Reentry
from launchwatch.messages.envelope import Envelope
from launchwatch.messages.events import Event
from launchwatch.messages.observations import InfraredLook, RadarLook
from launchwatch.messages.releases import Release
from launchwatch.messages.tracks import Track
from launchwatch.messages.truth import ObjectKind, ObservationTruth, TrueObject
from launchwatch.messages.warnings import Warning

CLUTTER = "clutter"
KINDS: tuple[ObjectKind, ...] = ("fire", "fireball", "lightning", "glint", "fault", "satellite", "decaying")
LAUNCHED: tuple[ObjectKind, ...] = ("payload", "spent-stage", "returning-stage", "deployed", "fragment")


class Chain(Protocol):
    """What one chain heard and made."""

    @property
    def inputs(self) -> Sequence[Envelope]: ...  # noqa: D102
    @property
    def outputs(self) -> Sequence[Envelope]: ...  # noqa: D102


def account(
    played: Mapping[ObjectKind, int],
    observed: Sequence[ObservationTruth],
    suppressed: Mapping[str, int],
    chains: Mapping[tuple[str, str], Chain],
    regions: Mapping[str, str],
) -> dict[str, Any]:
    """The part `non_launches` of summary.json.

    Parameters
    ----------
    played : how many things there were of each kind.
    observed : whose the detections of each sensor are.
    suppressed : sightings of sources that stand still which each sensor kept back.
    chains : by (partner, chain).
    regions : the warning region of each partner.
    """
    truth = {one.sensor: one for one in observed}
    sensors = {partner: _sensors(chain.inputs) for (partner, name), chain in chains.items() if name == "alone"}
    votes = {key: _votes(chain, truth) for key, chain in chains.items()}
    return {
        "played": {kind: played.get(kind, 0) for kind in KINDS},
        "detections": {
            partner: {
                phenomenology: _detections([truth[s] for s in names if s in truth])
                for phenomenology, names in found.items()
            }
            for partner, found in sensors.items()
        },
        "suppressed": {
            partner: sum(suppressed.get(s, 0) for names in found.values() for s in names)
            for partner, found in sensors.items()
        },
        "chains": {
            partner: {
                name: _chain(chains[partner, name], votes, partner, name, regions[partner])
                for name in ("alone", "integrated")
            }
            for partner in sensors
        },
    }


def _sensors(inputs: Iterable[Envelope]) -> dict[str, tuple[str, ...]]:
    """Names of a partner's own sensors by phenomenology."""
    found: dict[str, dict[str, None]] = {"infrared": {}, "radar": {}}
    for envelope in inputs:
        if isinstance(envelope.payload, InfraredLook | RadarLook):
            kind = "infrared" if isinstance(envelope.payload, InfraredLook) else "radar"
            found[kind][envelope.payload.sensor] = None
    return {kind: tuple(names) for kind, names in found.items()}


def _detections(truths: Sequence[ObservationTruth]) -> dict[str, dict[str, int]]:
    """Delivered detections of each kind, and how many different things they are of."""
    count: Counter[str] = Counter()
    things: dict[str, set[str]] = {}
    for truth in truths:
        rows = np.bincount(truth.source + 1, minlength=len(truth.objects) + 1).tolist()
        count[CLUTTER] += rows[0]
        for one, n in zip(truth.objects, rows[1:], strict=True):
            if n:
                count[one.kind] += n
                things.setdefault(one.kind, set()).add(one.id)
    return {
        kind: {"detections": count[kind], "things": len(things[kind]) if kind != CLUTTER else count[CLUTTER]}
        for kind in (*KINDS, CLUTTER)
        if count[kind]
    }


def _votes(chain: Chain, truth: Mapping[str, ObservationTruth]) -> dict[str, Counter[TrueObject | None]]:
    """How many looks behind each track saw each object; None stands for clutter."""
    looks = {envelope.id: envelope for envelope in chain.inputs}
    declared = {e.id: e.lineage for e in chain.outputs if isinstance(e.payload, Detections)}
    seen: dict[str, dict[str, None]] = {}
    for envelope in chain.outputs:
        if isinstance(envelope.payload, Track):
            names = (look for name in envelope.lineage for look in declared.get(name, (name,)))
            seen.setdefault(envelope.payload.track, {}).update(dict.fromkeys(names))
    return {
        track: Counter(one for name in names if name in looks for one in _in_look(looks[name], truth))
        for track, names in seen.items()
    }


def _in_look(envelope: Envelope, truth: Mapping[str, ObservationTruth]) -> set[TrueObject | None]:
    item = envelope.payload.item if isinstance(envelope.payload, Release) else envelope.payload
    if not isinstance(item, InfraredLook | RadarLook) or item.sensor not in truth:
        return set()
    whose = truth[item.sensor]
    return {whose.objects[i] if i >= 0 else None for i in _sources(whose, item.sequence)}


def _sources(truth: ObservationTruth, sequence: IntArray) -> list[int]:
    rows: list[int] = truth.source[np.searchsorted(truth.sequence, sequence)].tolist()
    return rows


def _object(votes: Counter[TrueObject | None]) -> TrueObject | None:
    """The object that most looks saw; none where no object was in half as many as clutter."""
    objects = {one: n for one, n in votes.items() if one is not None}
    best = max(objects, key=lambda one: (objects[one], one.id), default=None)
    return best if best is not None and 2 * objects[best] >= votes[None] else None


def _chain(
    chain: Chain,
    votes: Mapping[tuple[str, str], Mapping[str, Counter[TrueObject | None]]],
    partner: str,
    name: str,
    region: str,
) -> dict[str, Any]:
    """Known plots, tracks, events and warnings of one chain by kind, and re-entries told; of launches nothing."""
    own = votes[partner, name]
    alone = {sender: found for (sender, which), found in votes.items() if which == "alone"}
    kind_of = {track: _kind(_object(count)) for track, count in own.items()}
    events: dict[str, str] = {}
    warned: set[str] = set()
    known, told = 0, set()
    for envelope in chain.outputs:
        record = envelope.payload
        if isinstance(record, Event):
            events[record.event] = _kind_of(record, own, alone)
        elif isinstance(record, Warning) and record.region == region:
            warned.add(record.event)
        elif isinstance(record, Detections) and record.known is not None:
            known += len(record.known.sequence)
        elif isinstance(record, Reentry):
            told.add(record.object)
    counts = [
        Counter(kind for kind in kinds if kind not in LAUNCHED)
        for kinds in (kind_of.values(), events.values(), (events.get(event, CLUTTER) for event in warned))
    ]
    tracks, opened, warnings = counts
    return {
        "known_plots": known,
        "reentries_told": len(told),
        "kinds": {
            kind: {"tracks": tracks[kind], "events": opened[kind], "warnings": warnings[kind]}
            for kind in (*KINDS, CLUTTER)
        },
        "tracks": tracks.total(),
        "events": opened.total(),
        "warnings": warnings.total(),
    }


def event_kinds(chain: Chain, observed: Sequence[ObservationTruth]) -> dict[str, str]:
    """Kind of what each event of a chain alone is of; clutter where no object explains it.

    Parameters
    ----------
    observed : whose the detections of each sensor are.
    """
    votes = _votes(chain, {one.sensor: one for one in observed})
    found: dict[str, str] = {}
    for envelope in chain.outputs:
        if isinstance(envelope.payload, Event):
            found[envelope.payload.event] = _kind_of(envelope.payload, votes, {})
    return found


def _kind_of(
    event: Event,
    own: Mapping[str, Counter[TrueObject | None]],
    foreign: Mapping[str, Mapping[str, Counter[TrueObject | None]]],
) -> str:
    """The kind of most looks behind an event's tracks; `foreign` are those of partners, by sender."""
    total: Counter[str] = Counter()
    for track in event.tracks:
        sender, _, name = track.rpartition(":")
        looks = (foreign.get(sender, {}) if sender else own).get(name)
        if looks:
            total[_kind(_object(looks))] += sum(looks.values())
    return max(total, key=lambda kind: total[kind], default=CLUTTER)


def _kind(one: TrueObject | None) -> str:
    return CLUTTER if one is None else one.kind
