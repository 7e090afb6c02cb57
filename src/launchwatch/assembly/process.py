"""Observation files through the processing chain: tracks, events and assessments of what sensors saw.

`process_files` is the whole of ``launchwatch process``. In Python the same is `processing_stages`, a list of stages of
which any may be exchanged, and `played`, which gives what they say one after another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, get_args

import msgspec

from launchwatch.assembly.rundir import beside, event_of
from launchwatch.catalog.catalogue import Catalog
from launchwatch.catalog.land import land_mask
from launchwatch.core.epochs import NS, format_utc
from launchwatch.feeds.observation_files.source import STATION, ObservationFiles, Tally, Tracking
from launchwatch.formats.observations import ALTITUDE_M, ObservationError, Site
from launchwatch.messages.assessments import Assessment
from launchwatch.messages.envelope import Envelope, Purpose
from launchwatch.messages.tracks import Track
from launchwatch.ports import AnyStage
from launchwatch.processing.assessments.stage import AssessmentsStage
from launchwatch.processing.detections.stage import DetectionsStage
from launchwatch.processing.events.stage import EventsStage
from launchwatch.processing.observations.stage import ObservationsStage
from launchwatch.processing.tracks.stage import TracksStage
from launchwatch.runtime.lane import Lane

if TYPE_CHECKING:
    from launchwatch.processing.detections.known import KnownObjects

SCHEMA = "launchwatch/process/1"
NODE = "process"
"""Names the events, where nothing else is asked for."""

TICK_NS = NS
"""The chain steps on whole seconds at which something has arrived or is due, as in a run."""

POLICY = "default"
_TRACK_ROWS = 512


def processing_stages(
    catalog: Catalog, hold_time_s: float | None = None, known: KnownObjects | None = None, node: str = NODE
) -> list[AnyStage]:
    """Stages from observations to assessments; exchange any by one with the same topic.

    Parameters
    ----------
    hold_time_s : how late an observation may be; by default that of the default policy.
    known : what is in orbit; without it nothing is known.
    node : names the events.
    """
    policy = catalog.policies[POLICY]
    return [
        ObservationsStage(policy.hold_time_s if hold_time_s is None else hold_time_s),
        DetectionsStage(known),
        TracksStage(),
        EventsStage(node, policy.trust),
        AssessmentsStage(
            {}, policy.overflight.max_altitude_km * 1e3, land_mask(), list(catalog.boosters.values())
        ),
    ]


def known_objects(path: Path) -> KnownObjects:
    """What a file of element sets has in orbit, by the newest set of each object; ValueError where it is none."""
    from launchwatch.formats.tle import read_elements
    from launchwatch.physics.satellites import newest
    from launchwatch.processing.detections.known import KnownObjects

    sets = read_elements(path)
    return KnownObjects(newest(sets, int(sets.epoch_ns.max(initial=0))))


def tracking_of(sites: Iterable[str], purpose: str, round_trip: bool) -> Tracking:
    """What Tracking Data Messages do not say, from words such as ``NAME=LAT,LON,ALT_M``; ValueError for others."""
    asked = next((known for known in get_args(Purpose) if known == purpose), None)
    if asked is None:
        raise ObservationError(f"--purpose {purpose}: is unknown; use one of {', '.join(get_args(Purpose))}")
    found: dict[str, Site] = {}
    for word in sites:
        name, sign, place = word.rpartition("=")
        try:
            lat, lon, alt = (float(number) for number in place.split(","))
        except ValueError:
            sign = ""
        if not sign or not (abs(lat) <= 90.0 and abs(lon) <= 360.0 and ALTITUDE_M[0] <= alt <= ALTITUDE_M[1]):
            raise ObservationError(f"--site {word}: is no place; write NAME=LAT,LON,ALT_M")
        found[name] = Site(lat, lon, alt)
    return Tracking(found, asked, round_trip)


def swapped(stages: Iterable[AnyStage], *others: AnyStage) -> list[AnyStage]:
    """Stages with some replaced by others of the same topics.

    Raises
    ------
    ValueError
        No stage has such a topic.
    """
    by_topic = {stage.topic: stage for stage in others}
    made = [by_topic.pop(stage.topic, stage) for stage in stages]
    if by_topic:
        raise ValueError(f"no stage has the topic {', '.join(by_topic)}; exchange one that is there")
    return made


def played(lane: Lane, observations: Iterable[Envelope]) -> Iterator[Envelope]:
    """What a lane says of observations in order of arrival, message by message; it ends with the last of them.

    Nothing is said of the time after: what would have been seen then is not in the files.
    """
    now = None
    for envelope in observations:
        at = -(-envelope.received_ns // TICK_NS) * TICK_NS
        if now is not None and at > now:
            yield from lane.tick(now)
            yield from _due(lane, at)
        now = at if now is None else max(now, at)
        lane.receive(envelope)
    if now is not None:
        yield from lane.tick(now)


def _due(lane: Lane, before_ns: int) -> Iterator[Envelope]:
    """What timers make a lane say before an epoch."""
    while (due := lane.due_ns()) is not None:
        at = -(-due // TICK_NS) * TICK_NS
        if at >= before_ns:
            return
        yield from lane.tick(at)
        if lane.due_ns() == due:
            return


@dataclass
class Processed:
    """What a chain made of files.

    Attributes
    ----------
    events : every version of every event, oldest first, as in `events.json`.
    tracks : every version of every track in order, with the epoch at which it was said (`emitted_ns`), unless they went
        into a file.
    document : of ``process --json``.
    """

    document: dict[str, Any]
    events: list[dict[str, Any]] = field(default_factory=list)
    tracks: list[Envelope] = field(default_factory=list)


def process_files(
    paths: Sequence[Path],
    catalog: Catalog,
    out: Path | None = None,
    hold_time_s: float | None = None,
    tracking: Tracking | None = None,
    stages: Sequence[AnyStage] | None = None,
    known: KnownObjects | None = None,
    progress: Callable[[int], None] | None = None,
) -> Processed:
    """Run observation files through the processing chain.

    Parameters
    ----------
    paths : .ndjson, .parquet, .arrow or .tdm files of one purpose, that run beside one another.
    out : new folder for `events.json`, `tracks.parquet` and `rejects.ndjson`; whole or not at all.
    hold_time_s : by how much lines may be out of order; by default that of the default policy.
    tracking : what Tracking Data Messages do not say.
    stages : those of `processing_stages` by default, with `known`.
    progress : is called now and then with the number of lines read.

    Raises
    ------
    ValueError
        Files of several purposes, a file that cannot be used, or a folder that holds something.
    OSError
        A file that cannot be read.
    """
    hold_s = catalog.policies[POLICY].hold_time_s if hold_time_s is None else hold_time_s
    if not 0.0 <= hold_s <= 3600.0:
        raise ObservationError(f"--hold-time-s {hold_s:g}: it lies in 0 to 3600")
    if out is not None and out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ObservationError(f"--out {out}: holds something already; choose a new folder or empty it")
    stages = processing_stages(catalog, hold_s, known) if stages is None else stages
    told = Tracking() if tracking is None else tracking
    if out is None:
        return _run(paths, catalog, hold_s, told, stages, None, progress)
    with beside(out) as partial:
        return _run(paths, catalog, hold_s, told, stages, partial, progress)


def _run(
    paths: Sequence[Path],
    catalog: Catalog,
    hold_s: float,
    tracking: Tracking,
    stages: Sequence[AnyStage],
    folder: Path | None,
    progress: Callable[[int], None] | None,
) -> Processed:
    events: list[dict[str, Any]] = []
    tracks: list[Envelope] = []
    with _Rejects(folder) as rejects:
        source = ObservationFiles(paths, catalog, hold_s, tracking, rejects.add)
        observations = iter(source)
        first = next(observations, None)
        refusals: dict[str, int] = {}
        if first is not None:
            lane = lane_of(stages, first.purpose)
            with _TrackTable(folder) as table:
                for envelope in played(lane, _counted(first, observations, source.tally, progress)):
                    if isinstance(envelope.payload, Assessment):
                        events.append(event_of(envelope, NODE, lane.node, "alone"))
                    elif isinstance(envelope.payload, Track):
                        tracks.append(envelope) if folder is None else table.add(envelope)
            refusals = dict(lane.refusals)
        elif folder is not None:
            with _TrackTable(folder):
                pass
    if folder is not None:
        (folder / "events.json").write_bytes(msgspec.json.format(msgspec.json.encode(events), indent=2) + b"\n")
    return Processed(_document(source, hold_s, stages, events, refusals), events, tracks)


def _counted(
    first: Envelope, rest: Iterator[Envelope], tally: Tally, progress: Callable[[int], None] | None
) -> Iterator[Envelope]:
    yield first
    for envelope in rest:
        if progress is not None and tally.looks % 64 == 0:
            progress(tally.lines)
        yield envelope


def _document(
    source: ObservationFiles,
    hold_s: float,
    stages: Sequence[AnyStage],
    events: list[dict[str, Any]],
    refusals: dict[str, int],
) -> dict[str, Any]:
    tally = source.tally
    return {
        "schema": SCHEMA,
        "files": [str(path) for path in source.paths],
        "purpose": source.purpose,
        "origin": sorted(tally.origins),
        "hold_time_s": hold_s,
        "lines": tally.lines,
        "taken": dict(sorted(tally.taken.items())),
        "rejects": tally.rejects,
        "late": tally.late,
        "duplicates": tally.duplicates,
        "refused": refusals,
        "unknown_keys": sorted(tally.unknown_keys),
        "looks": tally.looks,
        "unannounced_looks": tally.unannounced,
        "late_looks": tally.late_looks,
        "looks_of_nobody": tally.of_nobody,
        "sensors": [_sensor(name, tally) for name in sorted(tally.sensors)],
        "stages": [f"{type(stage).__module__}.{type(stage).__qualname__}" for stage in stages],
        "assumptions": _assumptions(source),
        "events": _last_versions(events),
    }


def _sensor(name: str, tally: Tally) -> dict[str, Any]:
    figures = tally.sensors[name]
    return {
        "id": name,
        "kind": figures.kind,
        "detections": tally.detections[name],
        "figures": {
            key: {"value": msgspec.to_builtins(value), "basis": figures.basis[key]}
            for key, value in figures.values.items()
        },
    }


def _assumptions(source: ObservationFiles) -> list[str]:
    said = []
    unknown = sorted(n for n, f in source.tally.sensors.items() if "default" in f.basis.values())
    if unknown:
        said.append(f"Defaults stand in for figures that nothing states of {', '.join(unknown)}; see sensors.")
    if source.tally.unannounced:
        said.append(
            "Without lines of type look silence is no evidence: nothing shows that a sensor looked and saw nothing."
        )
    if any(path.suffix == ".tdm" for path in source.paths):
        figures = ", ".join(f"{key} {value:g}" for key, value in STATION.items())
        said.append(
            f"Tracking Data Messages state no errors; stations have {figures}, a known radar its own range noise."
        )
    return said


def _last_versions(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The newest version of each event, in the order of their first."""
    newest: dict[str, dict[str, Any]] = {}
    for event in events:
        newest[event["id"]] = event
    return list(newest.values())


class _Rejects:
    """The file of refused and late lines; opened with its folder, and nothing without one."""

    def __init__(self, folder: Path | None) -> None:
        self._file: IO[bytes] | None = None if folder is None else (folder / "rejects.ndjson").open("wb")

    def __enter__(self) -> _Rejects:
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    def add(self, path: Path, line: int, reason: str) -> None:
        """Note one line."""
        if self._file is not None:
            self._file.write(msgspec.json.encode({"file": str(path), "line": line, "reason": reason}) + b"\n")


class _TrackTable:
    """The table of track versions, written some hundreds at a time."""

    def __init__(self, folder: Path | None) -> None:
        self._path = None if folder is None else folder / "tracks.parquet"
        self._rows: list[dict[str, Any]] = []

    def __enter__(self) -> _TrackTable:
        if self._path is not None:
            import pyarrow.parquet as pq

            self._writer = pq.ParquetWriter(self._path, track_schema())
        return self

    def __exit__(self, *_: object) -> None:
        if self._path is not None:
            self._write()
            self._writer.close()

    def add(self, envelope: Envelope) -> None:
        """Note one version."""
        self._rows.append(track_row(envelope))
        if len(self._rows) >= _TRACK_ROWS:
            self._write()

    def _write(self) -> None:
        import pyarrow as pa

        if self._rows:
            self._writer.write_table(pa.Table.from_pylist(self._rows, track_schema()))
            self._rows.clear()


def track_schema() -> Any:
    """Columns of `tracks.parquet`."""
    import pyarrow as pa

    text, number, whole = pa.string(), pa.float64(), pa.int64()
    return pa.schema(
        [
            ("track", text), ("version", whole), ("emitted", text), ("status", text), ("phase", text), ("time", text),
            *((name, number) for name in ("x_m", "y_m", "z_m", "vx_m_s", "vy_m_s", "vz_m_s")),
            ("covariance", pa.list_(number, 36)), ("first_detection", text), ("last_detection", text),
            ("detections", whole), ("sensors", pa.list_(text)), ("phenomenologies", pa.list_(text)),
            ("launch_lat_deg", number), ("launch_lon_deg", number), ("launch_time", text),
            ("launch_azimuth_deg", number), ("burnout_time", text), ("staging_times", pa.list_(text)),
            ("chi2_per_degree", number),
        ]
    )  # fmt: skip


def track_row(envelope: Envelope) -> dict[str, Any]:
    """One row of `tracks.parquet`: state and covariance (row by row) in ITRF, m and m/s."""
    track = envelope.payload
    assert isinstance(track, Track)
    x, y, z, vx, vy, vz = track.state.tolist()
    launch = track.launch
    return {
        "track": track.track,
        "version": track.version,
        "emitted": _utc(envelope.emitted_ns),
        "status": track.status,
        "phase": track.phase,
        "time": _utc(track.epoch_ns),
        **{"x_m": x, "y_m": y, "z_m": z, "vx_m_s": vx, "vy_m_s": vy, "vz_m_s": vz},
        "covariance": track.covariance.ravel().tolist(),
        "first_detection": _utc(track.first_detection_ns),
        "last_detection": _utc(track.last_detection_ns),
        "detections": track.detections,
        "sensors": list(track.sensors),
        "phenomenologies": list(track.phenomenologies),
        "launch_lat_deg": None if launch is None else launch.lat_deg,
        "launch_lon_deg": None if launch is None else launch.lon_deg,
        "launch_time": None if launch is None else _utc(launch.time_ns),
        "launch_azimuth_deg": None if launch is None else launch.azimuth_deg,
        "burnout_time": None if track.burnout_ns is None else _utc(track.burnout_ns),
        "staging_times": [_utc(ns) for ns in track.staging_ns],
        "chi2_per_degree": track.chi2_per_degree,
    }


def _utc(ns: int) -> str:
    return format_utc(ns, 6)


def lane_of(stages: Sequence[AnyStage], purpose: Purpose, node: str = NODE) -> Lane:
    """A lane without a journal, for `played`."""
    return Lane(node, node, purpose, stages, None)
