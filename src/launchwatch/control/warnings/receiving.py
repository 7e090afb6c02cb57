"""Versions of warnings as a receiver takes them: the newest stands, in whatever order and however often they arrive."""

from __future__ import annotations

from collections.abc import Iterable

from launchwatch.messages.releases import Release
from launchwatch.messages.warnings import Warning

Key = tuple[str, str, str]
"""Sender, event and region: what versions are versions of."""
Rank = tuple[int, bool, int, str]
"""What orders versions of one key."""


def newest(versions: Iterable[Release]) -> dict[Key, Release]:
    """Of each sender, event and region the version that stands.

    Neither the order nor the repetition of arrival matters, and what stands may be given again with what came later. A
    cancel that comes before the warning that it cancels stands when that comes.

    Parameters
    ----------
    versions : releases of one addressee; those that hold no warning are passed over.
    """
    found: dict[Key, Release] = {}
    for release in versions:
        if isinstance(release.item, Warning):
            key = key_of(release)
            if key not in found or rank(release) > rank(found[key]):
                found[key] = release
    return dict(sorted(found.items()))


def key_of(release: Release) -> Key:
    """What a released warning is a version of."""
    assert isinstance(release.item, Warning)
    return release.sender, release.item.event, release.item.region


def rank(release: Release) -> Rank:
    """Key by which the newest version is chosen: its number.

    A sender gives no number twice. Of two that bear the same one, that which warns stands before that which ends a
    warning, then the one that left later, then that of the greater identifier.
    """
    item = release.item
    assert isinstance(item, Warning)
    return item.number, item.kind in ("new", "update"), release.released_ns, release.release
