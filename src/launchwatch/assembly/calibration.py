"""False-alarm calibrations: files of what non-launches alone made of events, each for one chain and no other."""

from __future__ import annotations

import io
from collections.abc import Sequence
from hashlib import blake2b
from importlib.resources import files
from typing import Any

import msgspec
import numpy as np

from launchwatch.assembly.sensors import sensors_of
from launchwatch.catalog.catalogue import Catalog
from launchwatch.catalog.schema import InfraredSensor, Scenario
from launchwatch.processing.assessments.far import Calibration

CHAIN_VERSION = 1
"""Raise it with every change of processing that changes which events non-launches make: it ends old calibrations."""
SCHEMA = "launchwatch/calibration/1"
_METADATA = b"launchwatch"


class CalibrationError(ValueError):
    """A file that is no calibration, or of another chain; one line says so."""


class CountedEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An event that a target-free day made.

    Attributes
    ----------
    ranking : the highest that any of its versions had.
    kind : of what most looks behind it saw; clutter where no object explains it.
    first_ns : its first version, ns TAI.
    infrared : whether infrared was part of it when it ranked highest.
    warned : whether a warning of any region came of it.
    detections, sensors : how many were behind it when it ranked highest.
    """

    ranking: float
    kind: str
    first_ns: int
    infrared: bool
    warned: bool
    detections: int
    sensors: int


class Day(msgspec.Struct, frozen=True, kw_only=True):
    """A target-free stretch of time, most often a day.

    Attributes
    ----------
    key : of the chain, as `key_of` gives it.
    sky, day, seed : what was drawn, and which of the ensemble's days it is.
    live_s : how long it lasted.
    played : how many things there were of each kind.
    """

    key: str
    sky: str
    day: int
    seed: int
    start_ns: int
    live_s: float
    played: dict[str, int]
    events: tuple[CountedEvent, ...]


def key_of(catalog: Catalog, scenario: Scenario, case: str, partner: str, chain: str) -> str:
    """Hex digest of what a calibration rests on: the version of the chain, its sensors, and the sharing level.

    Sensors are those that play, with their payloads and modes; of a chain that hears partners, theirs as well.
    """
    date_ns = _date_ns(scenario, case)
    integrated = chain == "integrated" and len(scenario.partners) > 1
    partners = [partner, *(sorted(set(scenario.partners) - {partner}) if integrated else ())]
    sensors: list[Any] = []
    for owner in partners:
        for sensor in sensors_of(catalog, scenario, owner, date_ns):
            works = (
                catalog.payloads[sensor.payload]
                if isinstance(sensor, InfraredSensor)
                else catalog.radar_modes[sensor.mode]
            )
            sensors.append([sensor, works])
    level = scenario.sharing.level if integrated else "alone"
    content = msgspec.json.encode([SCHEMA, CHAIN_VERSION, partner, level, sensors], order="deterministic")
    return blake2b(content, digest_size=8).hexdigest()


def _date_ns(scenario: Scenario, case: str) -> int:
    """The date by which sensors of a case are chosen, ns TAI."""
    if scenario.window is not None:
        return scenario.begin_ns
    return min(launch.time_ns for launch in scenario.cases[case])


def chain_digest() -> str:
    """Hex digest of the sources of processing: by it a calibration tells whether the chain has changed since."""
    digest = blake2b(digest_size=8)
    folders = [files("launchwatch.processing")]
    while folders:
        for one in sorted(folders.pop().iterdir(), key=lambda path: path.name):
            if one.is_dir():
                folders.append(one)
            elif one.name.endswith(".py"):
                digest.update(one.name.encode() + one.read_bytes())
    return digest.hexdigest()


def calibration_of(catalog: Catalog, scenario: Scenario, case: str, partner: str, chain: str) -> Calibration | None:
    """The calibration that a partner's policy names, where there is one of this very chain; else None.

    A chain that hears partners and has none of its own takes that of the partner alone, for events that own sensors
    alone saw: of non-launches it makes no more of these than the chain that hears nobody.

    Raises
    ------
    CalibrationError
        The file is none, or says that it is of another chain than its name.
    """
    policy = catalog.policies[catalog.partners[partner].policy]
    if policy.calibration is None or not catalog.calibrations:
        return None
    own = None
    key = key_of(catalog, scenario, case, partner, chain)
    if f"{policy.calibration}/{key}" not in catalog.calibrations and chain == "integrated":
        key = key_of(catalog, scenario, case, partner, "alone")
        own = frozenset(sensor.id for sensor in sensors_of(catalog, scenario, partner, _date_ns(scenario, case)))
    name = f"{policy.calibration}/{key}"
    content = catalog.calibrations.get(name)
    if content is None:
        return None
    told, events = read_calibration(content, name)
    if told["key"] != key:
        raise CalibrationError(f"calibrations/{name}.parquet: key: is {told['key']!r} inside; calibrate again")
    rankings = np.sort([e.ranking for e in events if e.infrared]).astype(np.float64)
    return Calibration(name, rankings, told["live_s"], own)


def write_calibration(days: Sequence[Day], chain: dict[str, Any]) -> bytes:
    """A calibration as Parquet: a row for each event, and in the metadata what it rests on.

    Parameters
    ----------
    days : of one sky and one chain.
    chain : what else is to be told of it (partner, sensors, ...).

    Raises
    ------
    CalibrationError
        There is no day, or they are of several skies or chains.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = {(day.key, day.sky) for day in days}
    if len(kinds) != 1:
        raise CalibrationError(f"calibration: {len(kinds)} chains or skies among {len(days)} days; give those of one")
    ((key, sky),) = kinds
    told = {
        "schema": SCHEMA, "key": key, "sky": sky, "days": len(days), "live_s": sum(day.live_s for day in days),
        "chain_version": CHAIN_VERSION, "chain_digest": chain_digest(), **chain,
    }  # fmt: skip
    rows = [{"day": day.day, "seed": day.seed, **msgspec.structs.asdict(event)} for day in days for event in day.events]
    schema = pa.schema(
        [
            ("day", pa.int32()), ("seed", pa.int64()), ("ranking", pa.float64()), ("kind", pa.string()),
            ("first_ns", pa.int64()), ("infrared", pa.bool_()), ("warned", pa.bool_()), ("detections", pa.int32()),
            ("sensors", pa.int32()),
        ],
        metadata={_METADATA: msgspec.json.encode(told)},
    )  # fmt: skip
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows, schema), sink, compression="zstd")
    return sink.getvalue()


def read_calibration(content: bytes, name: str) -> tuple[dict[str, Any], list[CountedEvent]]:
    """What a calibration tells of itself, and its events.

    Raises
    ------
    CalibrationError
        It is no calibration.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(io.BytesIO(content))
        told = msgspec.json.decode((table.schema.metadata or {})[_METADATA])
    except (pa.ArrowInvalid, KeyError, msgspec.DecodeError):
        told = {}
    if not isinstance(told, dict) or told.get("schema") != SCHEMA:
        raise CalibrationError(f"calibrations/{name}.parquet: is no calibration; make one with `launchwatch study`")
    names = CountedEvent.__struct_fields__
    return told, [CountedEvent(**{key: row[key] for key in names}) for row in table.to_pylist()]
