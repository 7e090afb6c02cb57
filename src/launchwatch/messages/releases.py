"""Releases: the authorised act of sending one warning version, track or observation batch to one addressee."""

from __future__ import annotations

from typing import Literal

import msgspec

from launchwatch.messages.alerts import Alert
from launchwatch.messages.observations import InfraredLook, RadarLook
from launchwatch.messages.tracks import Track
from launchwatch.messages.warnings import Warning

Level = Literal["warnings", "tracks", "observations"]


class Release(msgspec.Struct, frozen=True, tag="release", kw_only=True):
    """One released item.

    Attributes
    ----------
    release : identifier, `<sender>/<level>/<number>`; the same for every addressee.
    sender, addressee : nodes.
    level : sharing level of the item.
    released_ns : when it left the sender, ns TAI.
    first_detection_ns : epoch of the earliest detection behind the item (the detection itself for observations).
    item : what is released.
    """

    release: str
    sender: str
    addressee: str
    level: Level
    released_ns: int
    first_detection_ns: int
    item: InfraredLook | RadarLook | Track | Warning | Alert


def public_of(node: str) -> str:
    """Name of the public of a node's country, as an addressee."""
    return f"{node}-public"


def authority_of(node: str) -> str:
    """Name of the deciding authority of a node, as an addressee."""
    return f"{node}-authority"
