"""The files of a scenario's non-launches, read and laid into its window."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from launchwatch.assembly.sensors import sensors_of
from launchwatch.assembly.sky import Sky, sky_of
from launchwatch.catalog.catalogue import Catalog
from launchwatch.catalog.land import land_mask
from launchwatch.catalog.schema import InfraredSensor, NonLaunches, Scenario, Window
from launchwatch.catalog.skies import Sky as DrawnSky
from launchwatch.core.arrays import FloatArray, IntArray
from launchwatch.core.epochs import NS, format_utc, parse_utc
from launchwatch.core.geodesy import itrf_from_geodetic
from launchwatch.feeds.fireballs import read_fireballs
from launchwatch.feeds.fires import HotSpots, read_fires
from launchwatch.feeds.lightning import read_lightning
from launchwatch.feeds.tables import FeedError
from launchwatch.messages.truth import ObjectKind
from launchwatch.processing.detections.known import KnownObjects
from launchwatch.sim.scenes.drawn import drawn_fireballs, drawn_fires, drawn_strokes
from launchwatch.sim.scenes.non_launches import Fires, Strokes, fireballs, fires, joined, strokes
from launchwatch.sim.scenes.objects import SeenObject
from launchwatch.sim.scenes.own import faults, glints
from launchwatch.sim.truth.orbits import satellite_positions

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
    own : what one sensor alone sees, by sensor: glints and its own faults.
    """

    objects: tuple[SeenObject, ...]
    fires: Fires
    strokes: Strokes
    sky: Sky | None
    own: Mapping[str, tuple[SeenObject, ...]] = field(default_factory=dict)

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
        of_one = Counter(one.kind for own in self.own.values() for one in own)
        count |= {"glint": of_one["glint"], "fault": of_one["fault"]}
        kinds = () if self.sky is None else self.sky.satellites.kind
        return count | {"satellite": kinds.count("satellite"), "decaying": kinds.count("decaying")}


def gather(catalog: Catalog, scenario: Scenario, seed: int) -> Scenery:
    """Read a scenario's non-launches, and draw those of its sky.

    Raises
    ------
    FeedError
        The folder or a file is not there, or a file is refused.
    """
    assert scenario.window is not None
    assert scenario.non_launches is not None
    named, window = scenario.non_launches, scenario.window
    if not named.files:
        assert named.drawn is not None
        return _drawn(catalog, scenario, catalog.skies[named.drawn], seed, None)
    folder = _folder(named)
    for key, file in named.files:
        if not (folder / file).is_file():
            raise FeedError(f"non_launches.{key}: {folder / file} is no file; give a path below {folder}")
    read = Scenery(
        objects=() if named.fireballs is None else _fireballs(folder / named.fireballs, window, seed),
        fires=_fires(None if named.fires is None else folder / named.fires, window, seed),
        strokes=_strokes([folder / file for file in named.lightning], window),
        sky=_sky(named, folder, window, seed),
    )
    return read if named.drawn is None else _drawn(catalog, scenario, catalog.skies[named.drawn], seed, read)


def _drawn(catalog: Catalog, scenario: Scenario, sky: DrawnSky, seed: int, read: Scenery | None) -> Scenery:
    """What is drawn from a sky, but for kinds that files have given; glints and faults of every sensor that plays."""
    assert scenario.window is not None
    assert scenario.non_launches is not None
    span = scenario.window.from_ns, scenario.window.until_ns
    named = scenario.non_launches
    kept = read or Scenery((), _fires(None, scenario.window, seed), _strokes([], scenario.window), None)
    own: dict[str, tuple[SeenObject, ...]] = {}
    for partner in scenario.partners:
        for sensor in sensors_of(catalog, scenario, partner, span[0]):
            if isinstance(sensor, InfraredSensor):
                own[sensor.id] = tuple(_of_one(catalog, sensor, sky, span, seed))
    drawn = kept
    if sky.fires is not None and named.fires is None:
        drawn = replace(drawn, fires=drawn_fires(sky.fires, land_mask(), *span, seed))
    if sky.lightning is not None and not named.lightning:
        drawn = replace(drawn, strokes=drawn_strokes(sky.lightning, land_mask(), *span, seed))
    if sky.fireballs is not None and named.fireballs is None:
        drawn = replace(drawn, objects=drawn_fireballs(sky.fireballs, *span, seed))
    return replace(drawn, own=own)


def _of_one(
    catalog: Catalog, sensor: InfraredSensor, sky: DrawnSky, span: tuple[int, int], seed: int
) -> Iterator[SeenObject]:
    """Glints and faults of one sensor."""
    payload = catalog.payloads[sensor.payload]
    orbit = catalog.orbit_of(sensor, span[0])

    def positions(epochs_ns: IntArray) -> tuple[FloatArray, FloatArray]:
        return satellite_positions(orbit, epochs_ns, sensor.satellite)

    if sky.glints is not None and payload.earth_limb_margin_km is None:
        yield from glints(sky.glints, sensor.id, positions, *span, seed)
    if sky.faults is not None:
        noise = payload.noise_equivalent_irradiance_w_m2
        yield from faults(sky.faults, sensor.id, noise, payload.period_s, positions, *span, seed)


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
