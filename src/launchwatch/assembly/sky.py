"""What is in orbit: as it truly flies, for the sensors, and as a catalogue has it, for the chains."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from hashlib import blake2b
from pathlib import Path

import numpy as np

from launchwatch.core.arrays import IntArray
from launchwatch.core.epochs import NS
from launchwatch.formats.tle import parse_elements
from launchwatch.messages.truth import ObjectKind
from launchwatch.physics.satellites import ElementSets, newest
from launchwatch.processing.detections.known import KnownObjects
from launchwatch.sim.scenes.satellites import Satellites, satellites_of
from launchwatch.sim.truth.satellites import beside

_DAY_NS = 86_400 * NS
STALE_DAYS = 2.0
"""An object on its way down whose newest elements are older is taken as gone."""


@dataclass(frozen=True, eq=False)
class Sky:
    """Objects in orbit in a window.

    Attributes
    ----------
    satellites : as they truly fly.
    known : as the chains know them.
    elements_hash : digest of the files of elements, for the start record.
    """

    satellites: Satellites
    known: KnownObjects
    elements_hash: str


def sky_of(
    catalogue: Path, earlier: Path | None, decaying: Path | None, start_ns: int, stop_ns: int, seed: int
) -> Sky:
    """Objects of files of elements.

    The chains never predict with the elements that the truth flies with. Satellites fly beside their elements by errors
    drawn from measured ones. Decaying objects fly by the next set after those that the chains have, where there is one.

    Parameters
    ----------
    catalogue : one set of each object, of about the window.
    earlier : an older catalogue: what is not in it is too new for the chains to know. None: they know all.
    decaying : several sets of each of some objects on their way down, or None. Their dates are shifted by whole days,
        so that the last set of each is of the first day of the window.
    start_ns, stop_ns : the window, ns TAI.
    seed : of the errors and of the cross sections.

    Raises
    ------
    ElementsError
    OSError
    """
    digest = blake2b(digest_size=16)
    sets = newest(_read(catalogue, digest), np.iinfo(np.int64).max)
    listed = np.ones(len(sets), bool)
    if earlier is not None:
        listed = np.isin(sets.norad_id, _read(earlier, digest).norad_id)
    middle = (start_ns + stop_ns) // 2
    if decaying is None:
        satellites = satellites_of(beside(sets, middle, seed), _kinds(len(sets), 0), seed)
        return Sky(satellites, KnownObjects(sets.take(np.flatnonzero(listed)), shared=True), digest.hexdigest())
    history = _brought_to(_read(decaying, digest), start_ns)
    told = newest(history, start_ns)
    told = told.take(np.flatnonzero(start_ns - told.epoch_ns < STALE_DAYS * _DAY_NS))
    other = np.flatnonzero(~np.isin(sets.norad_id, told.norad_id))
    sets, listed = sets.take(other), listed[other]
    true = joined(beside(sets, middle, seed), _next_or_beside(history, told, middle, seed))
    known = KnownObjects(joined(sets.take(np.flatnonzero(listed)), told), shared=True)
    return Sky(satellites_of(true, _kinds(len(sets), len(told)), seed), known, digest.hexdigest())


def _kinds(satellites: int, decaying: int) -> tuple[ObjectKind, ...]:
    kinds: list[ObjectKind] = ["satellite"] * satellites
    kinds += ["decaying"] * decaying
    return tuple(kinds)


def _read(path: Path, digest: blake2b) -> ElementSets:
    data = path.read_bytes()
    digest.update(data)
    return parse_elements(data, path.name)


def _brought_to(history: ElementSets, start_ns: int) -> ElementSets:
    """Histories with dates shifted by whole days, so that the last set of each object is of the day from an epoch."""
    number, place = np.unique(history.norad_id, return_inverse=True)
    last = np.full(len(number), np.iinfo(np.int64).min)
    np.maximum.at(last, place, history.epoch_ns)
    shift = -((last - start_ns) // _DAY_NS) * _DAY_NS
    return replace(history, epoch_ns=history.epoch_ns + shift[place])


def _next_or_beside(history: ElementSets, told: ElementSets, middle_ns: int, seed: int) -> ElementSets:
    """The set after each of `told`, and for objects without one, the set itself with errors drawn."""
    order = np.lexsort((history.epoch_ns, history.norad_id))
    history = history.take(order)
    drawn = beside(told, middle_ns, seed)
    rows: list[int] = []
    both = joined(drawn, history)
    for i, (number, epoch) in enumerate(zip(told.norad_id.tolist(), told.epoch_ns.tolist(), strict=True)):
        later = np.flatnonzero((history.norad_id == number) & (history.epoch_ns > epoch))
        rows.append(len(told) + int(later[0]) if len(later) else i)
    return both.take(np.array(rows, np.int64))


def joined(a: ElementSets, b: ElementSets) -> ElementSets:
    """The sets of both."""
    columns: dict[str, IntArray] = {
        f.name: np.concatenate([getattr(a, f.name), getattr(b, f.name)]) for f in fields(a) if f.name != "name"
    }
    return ElementSets(name=a.name + b.name, **columns)  # type: ignore[arg-type]
