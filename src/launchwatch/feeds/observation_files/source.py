"""Observation files as a source of observations: envelopes in order of arrival, and what became of each line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from launchwatch.catalog.catalogue import Catalog
from launchwatch.core.arrays import FloatArray
from launchwatch.core.epochs import NS
from launchwatch.feeds.observation_files.figures import Figures, Kind, figures_of, kind_of
from launchwatch.feeds.observation_files.looks import Looks, whole_looks, without_repeats
from launchwatch.feeds.observation_files.order import FOREVER, batches
from launchwatch.formats import observations as lines
from launchwatch.formats import tdm
from launchwatch.formats.observation_rows import (
    INFRARED,
    ORIGINS,
    RADAR,
    UNSTAMPED,
    Block,
    Names,
    Rows,
    block_of_rows,
    read_blocks,
)
from launchwatch.formats.observations import ObservationError, Purpose
from launchwatch.messages.envelope import Envelope
from launchwatch.messages.observations import InfraredLook, Observation, RadarLook, Sector

ENDINGS = (*lines.ENDINGS, *tdm.ENDINGS)
"""Of files that are read."""

FEWEST_LINES = 50_000
"""Lines that are put in order at a time, or as many as wait."""

_UNIT = 1e-12  # a line of sight is made one again where it is farther from it: people write six decimals
_ZENITH_DEG = 89.9999  # at the zenith itself there is no azimuth
_TDM_ROWS = 4096


@dataclass(frozen=True)
class Tracking:
    """What Tracking Data Messages do not say.

    Attributes
    ----------
    sites : where stations stand that the catalogue does not know, by name.
    purpose : of the messages.
    round_trip : whether ranges of a path there and back are of the whole way.
    """

    sites: Mapping[str, lines.Site] = field(default_factory=dict)
    purpose: Purpose = "test"
    round_trip: bool = False


STATION = {"sigma_range_m": 50.0, "sigma_angle_deg": 0.1, "sigma_range_rate_m_s": 5.0, "snr_db": 15.0}
"""Assumptions on a station of a Tracking Data Message: a message says nothing of its errors."""


@dataclass
class Tally:
    """What became of the lines of all files.

    Attributes
    ----------
    lines, taken : read, and gone into looks, of each type.
    rejects, late, duplicates : refused; after the hold time; with the number of one that was there already.
    looks : made of the rest; `unannounced` of them no line of type look announced.
    late_looks : that arrived, by their own stamps, more than the hold time after they ended: no chain takes them.
    of_nobody : looks without a detection of sensors of which nothing told yet what they are.
    unknown_keys : that the format does not know.
    sensors : figures of each sensor, `detections` the lines of each.
    """

    lines: int = 0
    taken: Counter[str] = field(default_factory=Counter)
    rejects: int = 0
    late: int = 0
    duplicates: int = 0
    looks: int = 0
    unannounced: int = 0
    late_looks: int = 0
    of_nobody: int = 0
    unknown_keys: set[str] = field(default_factory=set)
    sensors: dict[str, Figures] = field(default_factory=dict)
    detections: Counter[str] = field(default_factory=Counter)
    origins: set[str] = field(default_factory=set)


Reject = Callable[[Path, int, str], None]


class ObservationFiles:
    """Files as a source of observations (`launchwatch.ports.ObservationSource`); it is gone through once.

    Parameters
    ----------
    paths : .ndjson, .parquet, .arrow or .tdm; lines of several files run beside one another.
    catalog : knows sensors.
    hold_time_s : by how much lines may be out of order in their file.
    tracking : what Tracking Data Messages do not say.
    reject : is told of every line that is refused or late: file, line, reason.

    Raises
    ------
    ObservationError
        While it is gone through: a file that cannot be used, or files of several purposes.
    """

    def __init__(
        self, paths: Sequence[Path], catalog: Catalog, hold_time_s: float, tracking: Tracking, reject: Reject
    ) -> None:
        self.paths, self.tally = tuple(paths), Tally()
        self.purpose: Purpose | None = None
        self._catalog, self._hold_ns, self._tracking, self._reject = catalog, round(hold_time_s * NS), tracking, reject
        self._names = Names()
        self._fields: list[dict[int, lines.Field]] = [{} for _ in paths]
        self._numbers: Counter[str] = Counter()
        self._purpose_at: tuple[Purpose, str] | None = None
        for path in paths:
            if path.suffix not in ENDINGS:
                raise ObservationError(f"{path}: is named like no observation file; use one of {', '.join(ENDINGS)}")

    def __iter__(self) -> Iterator[Envelope]:
        """Looks in order of arrival; of those that arrived at one time, by name of the sensor."""
        waiting: list[Rows] = []
        fresh, kept = 0, 0
        files = [self._rows(number, path) for number, path in enumerate(self.paths)]
        for batch in batches(files, self._hold_ns):
            self._refuse(batch.astray, "its time lies far from all other lines around it")
            self._tell(batch.late, "comes after the hold time")
            self.tally.late += len(batch.late)
            waiting.append(batch.rows)
            fresh += len(batch.rows)
            if batch.complete_ns < FOREVER and fresh < max(FEWEST_LINES, kept):
                continue
            looks, left = self._put_in_order(np.concatenate(waiting), batch.complete_ns)
            waiting, fresh, kept = [left], 0, len(left)
            yield from self._envelopes(looks)

    def _rows(self, number: int, path: Path) -> Iterator[Rows]:
        """Lines of one file, with its number."""
        for block in self._tdm_blocks(path) if path.suffix in tdm.ENDINGS else read_blocks(path, self._names):
            self.tally.lines += block.lines
            self.tally.rejects += len(block.rejects)
            self.tally.unknown_keys |= block.unknown
            for line, reason in block.rejects:
                self._reject(path, line, reason)
            for purpose, line in block.purposes.items():
                self._one_purpose(purpose, f"{path}:{line}")
            self._fields[number].update(block.fields)
            block.rows["file"] = number
            yield block.rows

    def _one_purpose(self, purpose: Purpose, place: str) -> None:
        if self._purpose_at is None:
            self._purpose_at, self.purpose = (purpose, place), purpose
        elif purpose != self._purpose_at[0]:
            one, there = self._purpose_at
            raise ObservationError(f"{place}: purpose {purpose}, {there} has {one}; one run has one purpose: split it")

    def _tdm_blocks(self, path: Path) -> Iterator[Block]:
        stations = _Stations(self._catalog, self._tracking.sites)
        rows: list[dict[str, Any]] = []
        numbers: list[int] = []
        rejects: list[tuple[int, str]] = []

        def block() -> Block:
            made = block_of_rows(rows, numbers, self._names)
            made.rejects.extend(rejects)
            return Block(
                made.rows, made.fields, made.rejects, made.purposes, made.unknown, made.lines + len(rejects)
            )

        for reading in tdm.read_tdm(path, stations, self._tracking.purpose, round_trip=self._tracking.round_trip):
            if reading.row is None:
                rejects.append((reading.line, reading.reason))
            else:
                rows.append(reading.row)
                numbers.append(reading.line)
            if len(rows) + len(rejects) == _TDM_ROWS:
                yield block()
                rows, numbers, rejects = [], [], []
        if rows or rejects:
            yield block()

    def _tell(self, rows: Rows, reason: str) -> None:
        for file, line in zip(rows["file"].tolist(), rows["line"].tolist(), strict=True):
            self._fields[file].pop(line, None)
            self._reject(self.paths[file], line, reason)

    def _put_in_order(self, rows: Rows, complete_ns: int) -> tuple[Looks, Rows]:
        """Looks that are whole, and the lines that wait."""
        arrived = np.where(rows["received_ns"] == UNSTAMPED, rows["time_ns"], rows["received_ns"]) < complete_ns
        rank = np.empty(len(self._names), np.int64)
        rank[[self._names[name] for name in sorted(self._names)]] = np.arange(len(self._names))
        here, repeats = without_repeats(rows[arrived], rank)
        self.tally.duplicates += repeats
        looks, left = whole_looks(here, rank, complete_ns, self._hold_ns)
        return looks, np.concatenate([left, rows[~arrived]])

    def _envelopes(self, looks: Looks) -> Iterator[Envelope]:
        rows, names = looks.rows, list(self._names)
        origins = rows["origin"]
        for begin, end, announced, arrival in zip(
            looks.begin.tolist(), looks.end.tolist(), looks.announced.tolist(), looks.arrival_ns.tolist(), strict=True
        ):
            first = begin if announced < 0 else announced
            name = names[int(rows["sensor"][first])]
            said = None
            if announced >= 0:
                said = self._fields[int(rows["file"][first])].pop(int(rows["line"][first]), None)
            figures = self._figures(name, rows[begin:end], said)
            own = rows[begin:end] if figures is None else self._of_sensor(name, figures, rows[begin:end])
            if figures is None or (not len(own) and announced < 0):
                self.tally.of_nobody += figures is None
                continue
            self._count(name, own, announced >= 0)
            look = _look(name, figures, own, rows[first] if announced >= 0 else None, said)
            # A chain steps on whole seconds.
            self.tally.late_looks += -(-arrival // NS) * NS - look.look_until_ns > self._hold_ns
            number = self._numbers[name] = self._numbers[name] + 1
            origin = tuple(ORIGINS[k] for k in np.unique(origins[min(first, begin) : end]))
            self.tally.origins.update(origin)
            yield Envelope(
                id=f"{name}/{number}",
                topic="observations",
                sequence=number,
                valid_ns=look.look_until_ns,
                observed_ns=look.look_until_ns,
                received_ns=arrival,
                emitted_ns=arrival,
                purpose=self.purpose or "test",
                origin=origin,
                lineage=(),
                payload=look,
            )

    def _figures(self, name: str, own: Rows, said: lines.Field | None) -> Figures | None:
        """Figures of a sensor; None for a look of one of which nothing tells what it is."""
        known = self.tally.sensors.get(name)
        if known is not None:
            return known
        kind: Kind | None
        if len(own):
            kind = "infrared" if own["kind"][0] == INFRARED else "radar"
        else:
            kind = kind_of(self._catalog, name, said or lines.Field())
        if kind is None:
            return None
        found = self.tally.sensors[name] = figures_of(self._catalog, name, kind)
        return found

    def _of_sensor(self, name: str, figures: Figures, own: Rows) -> Rows:
        """Lines that can be of a sensor: of its kind, and for a radar of one site; the others are refused."""
        kind = INFRARED if figures.kind == "infrared" else RADAR
        right = own["kind"] == kind
        if not right.all():
            self._refuse(own[~right], f"{name} is a sensor of kind {figures.kind}; give another its own name")
            own = own[right]
        if kind == RADAR and len(own):
            sites = own["value"][:, :3]
            if (sites != sites[0]).any():
                known: lines.Site | None = figures.values["site"]
                there = (np.nan,) * 3 if known is None else (known.lat_deg, known.lon_deg, known.alt_m)
                right = (sites == np.array(there)).all(axis=1)
                if not right.any():
                    _, which, count = np.unique(sites, axis=0, return_inverse=True, return_counts=True)
                    right = which.ravel() == int(np.argmax(count))
                self._refuse(own[~right], f"site is not where {name} stands by its other lines")
                own = own[right]
            figures.values["site"] = lines.Site(*own["value"][0, :3].tolist())
        return own

    def _refuse(self, rows: Rows, reason: str) -> None:
        self._tell(rows, reason)
        self.tally.rejects += len(rows)

    def _count(self, name: str, own: Rows, announced: bool) -> None:
        self.tally.looks += 1
        self.tally.unannounced += not announced
        self.tally.detections[name] += len(own)
        if announced:
            self.tally.taken["look"] += 1
        if len(own):
            self.tally.taken["infrared" if own["kind"][0] == INFRARED else "radar"] += len(own)


class _Stations(dict[str, tdm.Station]):
    """Stations by name: of the catalogue, or where the user says that they stand."""

    def __init__(self, catalog: Catalog, sites: Mapping[str, lines.Site]) -> None:
        super().__init__({name: tdm.Station(site, **STATION) for name, site in sites.items()})
        for name, radar in catalog.sensors_radar.items():
            if name not in self:
                site = lines.Site(radar.lat_deg, radar.lon_deg, radar.alt_m)
                self[name] = tdm.Station(site, **{**STATION, "sigma_range_m": radar.sigma_range_m})


def _look(name: str, figures: Figures, own: Rows, head: Any | None, said: lines.Field | None) -> Observation:
    """The record of a look: `own` are its detections, `head` the line that announced it."""
    if head is not None:
        begin_ns, until_ns = int(head["time_ns"]), int(head["until_ns"])
        values = figures.told(said or lines.Field())
        looks = 1 if said is None or said.looks is None else said.looks
    else:
        begin_ns = until_ns = int(own["time_ns"][0])
        looks = figures.solitary(begin_ns)
        values = figures.values
    v = own["value"]
    sequence, time_ns = own["sequence"].copy(), own["time_ns"].copy()
    if figures.kind == "infrared":
        position = v[:, :3].copy()
        if said is not None and said.position_m is not None:
            here = np.array(said.position_m)
        else:
            here = position[-1].copy() if len(own) else np.full(3, np.nan)
        band = said.band_um if said is not None else None
        return InfraredLook(
            sensor=name,
            look_from_ns=begin_ns,
            look_until_ns=until_ns,
            looks=looks,
            period_s=values["period_s"],
            position_m=here,
            band_um=band if band is not None else (float(v[0, 8]), float(v[0, 9])) if len(own) else (0.0, 0.0),
            bias_urad=values["bias_urad"],
            threshold_snr=values["threshold_snr"],
            false_alarms_per_look=values["false_alarms_per_look"],
            sequence=sequence,
            time_ns=time_ns,
            sensor_position_m=position,
            line_of_sight=_unit(v[:, 3:6].copy()),
            sigma_urad=v[:, 6].copy(),
            irradiance_w_m2=v[:, 7].copy(),
            snr=v[:, 10].copy(),
        )
    site = values["site"] or lines.Site(0.0, 0.0, 0.0)
    return RadarLook(
        sensor=name,
        look_from_ns=begin_ns,
        look_until_ns=until_ns,
        looks=looks,
        period_s=values["period_s"],
        site_deg_m=(site.lat_deg, site.lon_deg, site.alt_m),
        sectors=tuple(Sector(s.from_deg, s.to_deg) for s in values["sectors"]),
        elevation_limits_deg=values["elevation_limits_deg"],
        range_limits_m=values["range_limits_m"],
        bias_range_m=values["bias_range_m"],
        bias_angle_deg=values["bias_angle_deg"],
        threshold_snr_db=values["threshold_snr_db"],
        false_alarms_per_look=values["false_alarms_per_look"],
        sequence=sequence,
        time_ns=time_ns,
        range_m=v[:, 3].copy(),
        azimuth_deg=v[:, 4].copy(),
        elevation_deg=np.clip(v[:, 5], -_ZENITH_DEG, _ZENITH_DEG),
        sigma_range_m=v[:, 6].copy(),
        sigma_azimuth_deg=v[:, 7].copy(),
        sigma_elevation_deg=v[:, 8].copy(),
        snr_db=v[:, 9].copy(),
    )


def _unit(sight: FloatArray) -> FloatArray:
    length = np.sqrt(np.einsum("ni,ni->n", sight, sight))
    short = abs(length - 1.0) > _UNIT
    if short.any():
        sight[short] /= length[short, None]
    return sight
