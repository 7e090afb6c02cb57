"""The files of a scenario's non-launches, read and laid into its window."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from launchwatch.assembly.sky import Sky, sky_of
from launchwatch.catalog.schema import NonLaunches, Scenario, Window
from launchwatch.core.arrays import IntArray
from launchwatch.core.epochs import NS, format_utc, parse_utc
from launchwatch.core.geodesy import itrf_from_geodetic
from launchwatch.feeds.fireballs import read_fireballs
from launchwatch.feeds.fires import HotSpots, read_fires
from launchwatch.feeds.lightning import read_lightning
from launchwatch.feeds.tables import FeedError
from launchwatch.messages.truth import ObjectKind
from launchwatch.processing.detections.known import KnownObjects
from launchwatch.sim.scenes.non_launches import Fires, Strokes, fireballs, fires, joined, strokes
from launchwatch.sim.scenes.objects import SeenObject

VARIABLE = "LAUNCHWATCH_DATA"
DAY_NS = 86_400 * NS


@dataclass(frozen=True)
class Scenery:
    """What a window holds besides launches.

    Attributes
    ----------
    objects : fireballs.
    fires : steady sources on the ground.
    strokes : lightning.
    sky : satellites, or None.
    """

    objects: tuple[SeenObject, ...]
    fires: Fires
    strokes: Strokes
    sky: Sky | None

    @property
    def known(self) -> KnownObjects | None:
        """What the chains know to be in orbit."""
        return None if self.sky is None else self.sky.known

    @property
    def elements_hash(self) -> str | None:
        """Digest of the files of elements."""
        return None if self.sky is None else self.sky.elements_hash

    @property
    def played(self) -> dict[ObjectKind, int]:
        """How many there are of each kind; of lightning, flashes."""
        count: dict[ObjectKind, int] = {
            "fire": len(self.fires.id),
            "fireball": len(self.objects),
            "lightning": len(set(self.strokes.id)),
        }
        kinds = () if self.sky is None else self.sky.satellites.kind
        return count | {"satellite": kinds.count("satellite"), "decaying": kinds.count("decaying")}


def gather(scenario: Scenario, seed: int) -> Scenery:
    """Read a scenario's non-launches.

    Raises
    ------
    FeedError
        The folder or a file is not there, or a file is refused.
    """
    assert scenario.window is not None
    assert scenario.non_launches is not None
    named, window = scenario.non_launches, scenario.window
    folder = _folder(named)
    for key, file in named.files:
        if not (folder / file).is_file():
            raise FeedError(f"non_launches.{key}: {folder / file} is no file; give a path below {folder}")
    return Scenery(
        objects=() if named.fireballs is None else _fireballs(folder / named.fireballs, window, seed),
        fires=_fires(None if named.fires is None else folder / named.fires, window, seed),
        strokes=_strokes([folder / file for file in named.lightning], window),
        sky=_sky(named, folder, window, seed),
    )


def _sky(named: NonLaunches, folder: Path, window: Window, seed: int) -> Sky | None:
    if named.satellites is None:
        return None
    earlier, decaying = (None if path is None else folder / path for path in (named.earlier, named.decaying))
    return sky_of(folder / named.satellites, earlier, decaying, window.from_ns, window.until_ns, seed)


def _folder(named: NonLaunches) -> Path:
    given = named.folder or os.environ.get(VARIABLE)
    if not given:
        raise FeedError(
            f"non_launches.folder: no folder of data is named; set {VARIABLE}, or --set non_launches.folder=FOLDER"
        )
    folder = Path(given)
    if not folder.is_dir():
        what = "non_launches.folder" if named.folder else VARIABLE
        raise FeedError(f"{what}: {folder} is no folder; name the one that holds the data")
    return folder


def laid_into(time_ns: IntArray, window: Window) -> IntArray:
    """Epochs (n,) ns TAI with their time of day (UTC) kept, each moved to its first return within the window or after.

    A second more or less between TAI and UTC on the old date than on the new one is taken off.
    """
    if not len(time_ns):
        return time_ns
    midnights = {int(day): _midnight(int(day)) for day in np.unique(time_ns // DAY_NS)}
    # a day of TAI begins some tens of seconds before that of UTC; modulo a day it does not matter which is taken
    of_day = time_ns - np.array([midnights[int(day)] for day in time_ns // DAY_NS])
    start = window.from_ns - parse_utc(format_utc(window.from_ns, 9)[:10] + "T00:00:00Z")
    return np.asarray(window.from_ns + np.mod(of_day - start, DAY_NS))


def _midnight(day: int) -> int:
    """Epoch, ns TAI, of 0 h UTC on the day of UTC that holds noon of a day of TAI."""
    return parse_utc(format_utc(day * DAY_NS + DAY_NS // 2, 9)[:10] + "T00:00:00Z")


def _fires(path: Path | None, window: Window, seed: int) -> Fires:
    """The fires of the first day (UTC) of a file that holds 24 hours or more, those that begin within the window.

    What burned before it is on the sensors' maps of sources that stand still.
    """
    empty = np.empty(0)
    seen = HotSpots(np.empty(0, np.int64), empty, empty, empty, empty) if path is None else read_fires(path)
    if not len(seen.time_ns):
        return fires(seen.time_ns, seen.lat_deg, seen.lon_deg, seen.power_w, seed)
    one_day = seen.time_ns < _midnight(int(seen.time_ns.min()) // DAY_NS) + DAY_NS
    time_ns = laid_into(seen.time_ns[one_day], window)
    burning = fires(time_ns, seen.lat_deg[one_day], seen.lon_deg[one_day], seen.power_w[one_day], seed)
    return burning.beginning(window.from_ns, window.until_ns)


def _fireballs(path: Path, window: Window, seed: int) -> tuple[SeenObject, ...]:
    seen = read_fireballs(path)
    time_ns = laid_into(seen.time_ns, window)
    balls = fireballs(
        time_ns, seen.lat_deg, seen.lon_deg, seen.altitude_m, seen.velocity_m_s, seen.radiated_j, seed
    )
    return tuple(one for one in balls if one.epoch_ns < window.until_ns)


def _strokes(paths: list[Path], window: Window) -> Strokes:
    parts = []
    for path in paths:
        seen = read_lightning(path)
        mapper = itrf_from_geodetic(0.0, seen.satellite_lon_deg, seen.satellite_height_m)
        time_ns = laid_into(seen.time_ns, window)
        inside = time_ns < window.until_ns
        name = path.name.split("_s")[-1][:14]
        lat, lon, energy = (part[inside] for part in (seen.lat_deg, seen.lon_deg, seen.energy_j))
        parts.append(strokes(name, time_ns[inside], lat, lon, energy, seen.flash[inside], mapper))
    return joined(parts)
