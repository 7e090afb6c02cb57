"""What a node passes on to its partners at each sharing level.

A node passes on only its own products: everything here is taken from the chain that is fed by the node's own sensors
alone, so nothing that a partner released can come back to it as new evidence.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import msgspec

from launchwatch.messages.envelope import Envelope
from launchwatch.messages.observations import InfraredLook, RadarLook
from launchwatch.messages.releases import Level, Release
from launchwatch.messages.tracks import Track

S = 1_000_000_000


@dataclass(frozen=True)
class FixedDelay:
    """A link that delivers everything after the same time (a `launchwatch.ports.PartnerLink`)."""

    delay_s: float

    def arrival_ns(self, sender: str, addressee: str, sent_ns: int) -> int:
        """Arrival of an item sent at `sent_ns`, ns TAI."""
        return sent_ns + round(self.delay_s * S)


def released_observations(sender: str, own: Iterable[Envelope]) -> Iterator[tuple[Envelope, Release]]:
    """Own observations as releases, in order of arrival at the sender's node."""
    number = 0
    for envelope in own:
        look = envelope.payload
        if isinstance(look, InfraredLook | RadarLook):
            number += 1
            seen = int(look.time_ns[0]) if len(look.time_ns) else look.look_until_ns
            yield envelope, Release(
                release=f"{sender}/observations/{number}",
                sender=sender,
                addressee="",
                level="observations",
                released_ns=envelope.received_ns,
                first_detection_ns=seen,
                item=look,
            )


def released_tracks(sender: str, made: Iterable[Envelope]) -> Iterator[tuple[Envelope, Release]]:
    """Tracks of the sender's own chain as releases."""
    number = 0
    for envelope in made:
        track = envelope.payload
        if isinstance(track, Track):
            number += 1
            yield envelope, Release(
                release=f"{sender}/tracks/{number}",
                sender=sender,
                addressee="",
                level="tracks",
                released_ns=envelope.emitted_ns,
                first_detection_ns=track.first_detection_ns,
                item=track,
            )


def outgoing(
    level: Level, sender: str, own: Sequence[Envelope], made: Sequence[Envelope], addressee: str, link: FixedDelay
) -> list[Envelope]:
    """Everything that `sender` releases to `addressee` at a sharing level, as it arrives there.

    Parameters
    ----------
    own : observations of the sender's own sensors, as its node received them.
    made : outputs of the sender's own chain.

    Returns
    -------
    Envelopes of topic `releases` with the purpose and origin of what is released, ordered by arrival.
    """
    if level == "warnings":
        pairs: Iterable[tuple[Envelope, Release]] = (
            (e, e.payload) for e in made if isinstance(e.payload, Release) and e.payload.addressee == addressee
        )
    else:
        source = released_observations(sender, own) if level == "observations" else released_tracks(sender, made)
        pairs = ((e, msgspec.structs.replace(release, addressee=addressee)) for e, release in source)
    arriving: list[Envelope] = []
    for envelope, release in pairs:
        arrival = link.arrival_ns(sender, addressee, release.released_ns)
        arriving.append(
            Envelope(
                id=release.release,
                topic="releases",
                sequence=len(arriving) + 1,
                valid_ns=envelope.valid_ns,
                observed_ns=envelope.observed_ns,
                received_ns=arrival,
                emitted_ns=release.released_ns,
                purpose=envelope.purpose,
                origin=envelope.origin,
                lineage=(envelope.id,),
                payload=release,
            )
        )
    return sorted(arriving, key=lambda e: e.received_ns)
