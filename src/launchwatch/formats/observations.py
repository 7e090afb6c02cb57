"""Observation files: what sensors saw, one detection or look to a line (NDJSON) or row (Parquet, Arrow; the same keys).

The reader is strict by line: a line that is wrong is refused with its place and the reason, the others are kept. Keys
that the format does not know are kept with their line and named once for the file.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

import msgspec
import numpy as np

from launchwatch.core.epochs import NS, EpochError, format_utc, parse_utc

Purpose: TypeAlias = Literal["operations", "exercise", "test"]
Origin: TypeAlias = Literal["live", "recorded", "simulated"]
Vector: TypeAlias = tuple[float, float, float]
Covariance: TypeAlias = tuple[tuple[float, ...], ...]
Sigmas: TypeAlias = dict[str, tuple[float | None, tuple[float, float]]]

ENDINGS = (".ndjson", ".parquet", ".arrow")
"""Of observation files."""

# Limits of what sensors deliver
UNIT = 1e-6  # how far the length of a line of sight may be from one: seven decimals, as people write them
EARTH_M = (6.3e6, 1e9)  # distances from the Earth's centre at which a sensor in space or on the ground may be
EPOCHS_NS = (parse_utc("1950-01-01T00:00:00Z"), parse_utc("2100-01-01T00:00:00Z"))
SIGMA_URAD = (1e-3, 1e6)
SIGMA_RANGE_M = (1e-3, 1e7)
SIGMA_DEG = (1e-7, 180.0)
RANGE_M = (1.0, 1e9)
ALTITUDE_M = (-1e3, 1e5)
IRRADIANCE_W_M2, SNR, SNR_DB, RATE_M_S = 1e6, 1e9, 300.0, 3e8
LONGEST_LOOK_S = 1200.0
"""A look that lasts longer is refused: until its end all that comes after its begin has to be kept."""

_NS_DIGITS = 9
_INT64 = 2**63


class ObservationError(ValueError):
    """A file of observations that cannot be used as a whole: one line that names it and says what to do."""


class Line(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What all lines carry.

    Attributes
    ----------
    sensor : identifier.
    sequence : number, unique with the sensor.
    time_ns : when the sensor looked, ns TAI; `time` in the file, UTC.
    received_ns : when it arrived, ns TAI; `received` in the file, UTC; may be missing.
    extra : keys that the format does not know, with their values.
    """

    sensor: str
    sequence: int
    time_ns: int
    purpose: Purpose
    origin: Origin
    received_ns: int | None = None
    extra: dict[str, Any] = {}


class Infrared(Line, frozen=True, tag_field="type", tag="infrared", kw_only=True, omit_defaults=True):
    """One line of sight.

    Attributes
    ----------
    sensor_position_m : ITRF.
    line_of_sight : unit vector from the sensor, ITRF.
    sigma_urad : standard deviation per axis; or `covariance`, 2 by 2 over two axes across the line of sight, urad^2.
    irradiance_w_m2 : at the sensor, in `band_um`.
    snr : signal over noise.
    """

    sensor_position_m: Vector
    line_of_sight: Vector
    irradiance_w_m2: float
    band_um: tuple[float, float]
    snr: float
    sigma_urad: float | None = None
    covariance: Covariance | None = None


class Site(msgspec.Struct, frozen=True):
    """Place of a radar, geodetic."""

    lat_deg: float
    lon_deg: float
    alt_m: float


class Radar(Line, frozen=True, tag_field="type", tag="radar", kw_only=True, omit_defaults=True):
    """One plot.

    Attributes
    ----------
    range_m, azimuth_deg, elevation_deg : azimuth clockwise from true north, elevation above the WGS-84 horizon,
        corrected for refraction; null for an over-the-horizon radar.
    range_rate_m_s : of change of range; may be missing.
    sigma_range_m, sigma_azimuth_deg, sigma_elevation_deg, sigma_range_rate_m_s : standard deviations; or `covariance`
        in the order range, azimuth, elevation, range rate of what is there, units of the fields.
    snr_db, rcs_dbsm : signal over noise, radar cross section.
    """

    site: Site
    range_m: float
    azimuth_deg: float
    elevation_deg: float | None
    snr_db: float
    range_rate_m_s: float | None = None
    sigma_range_m: float | None = None
    sigma_azimuth_deg: float | None = None
    sigma_elevation_deg: float | None = None
    sigma_range_rate_m_s: float | None = None
    covariance: Covariance | None = None
    rcs_dbsm: float | None = None


class Look(Line, frozen=True, tag_field="type", tag="look", kw_only=True, omit_defaults=True):
    """That a sensor looked, also when it saw nothing.

    Attributes
    ----------
    field : what it looked at, in terms of the sensor.
    false_alarm_density : expected false alarms of the look in one steradian (infrared) or in the field (radar).
    detections : how many lines of detections belong to the look.
    """

    field: dict[str, Any]
    false_alarm_density: float
    detections: int


class Sector(msgspec.Struct, frozen=True):
    """Azimuths looked at, clockwise from true north."""

    from_deg: float
    to_deg: float


class Field(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a processing chain understands of the `field` of a look; other keys are the sensor's own.

    Attributes
    ----------
    until : UTC, end of the look, which begins at the line's time; the detections between belong to it.
    looks, period_s : how many times the field was looked at in that span, and the time from one to the next.
    false_alarms_per_look : mean number, as the sensor states it.
    position_m, band_um, bias_urad, threshold_snr : of an infrared sensor; its position (ITRF) at the end of the look.
    site, sectors, elevation_limits_deg, range_limits_m, bias_range_m, bias_angle_deg, threshold_snr_db : of a radar.
    """

    until: str | None = None
    looks: int | None = None
    period_s: float | None = None
    false_alarms_per_look: float | None = None
    position_m: Vector | None = None
    band_um: tuple[float, float] | None = None
    bias_urad: float | None = None
    threshold_snr: float | None = None
    site: Site | None = None
    sectors: tuple[Sector, ...] | None = None
    elevation_limits_deg: tuple[float, float] | None = None
    range_limits_m: tuple[float, float] | None = None
    bias_range_m: float | None = None
    bias_angle_deg: float | None = None
    threshold_snr_db: float | None = None


Record: TypeAlias = Infrared | Radar | Look
_KINDS: dict[str, type[Record]] = {"infrared": Infrared, "radar": Radar, "look": Look}
_EPOCHS = {"time": "time_ns", "received": "received_ns"}
_KEYS = {
    kind: ({field.name for field in msgspec.structs.fields(cls)} - {"extra", *_EPOCHS.values()}) | {"type", *_EPOCHS}
    for kind, cls in _KINDS.items()
}


@dataclass(frozen=True)
class ObservationFile:
    """What a file holds.

    Attributes
    ----------
    records : in the order of the file.
    purpose : of all records; None in a file without any.
    rejects : one line for each refused one: file, line, what was wrong.
    unknown : keys that the format does not know, in the order of their first use.
    """

    records: tuple[Record, ...]
    purpose: Purpose | None
    rejects: tuple[str, ...]
    unknown: tuple[str, ...]


def write_observations(records: Sequence[Record], path: Path) -> None:
    """Write records to a file whose ending, .ndjson, .parquet or .arrow, says how.

    Raises
    ------
    ObservationError
        Another ending, records of several purposes, or a key whose values no column of a table can hold together.
    """
    check_ending(path)
    if len({record.purpose for record in records}) > 1:
        raise ObservationError(f"{path}: records of several purposes; one file has one purpose")
    rows = [row_of(record) for record in records]
    if path.suffix != ".ndjson":
        import pyarrow as pa
        import pyarrow.parquet as pq

        columns = list(dict.fromkeys(key for row in rows for key in row))
        filled = [{key: row.get(key) for key in columns} for row in rows]
        try:
            table = pa.Table.from_pylist(filled)
        except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError) as error:
            why = " ".join(str(error).split())[:120]
            raise ObservationError(f"{path}: a column holds values of several kinds ({why}); write .ndjson") from None
        if path.suffix == ".parquet":
            pq.write_table(table, path)
        else:
            with pa.ipc.new_file(path, table.schema) as writer:
                writer.write_table(table)
    else:
        path.write_bytes(b"".join(msgspec.json.encode(row) + b"\n" for row in rows))


def row_of(record: Record) -> dict[str, Any]:
    """A record as a mapping of the file's keys."""
    row: dict[str, Any] = msgspec.to_builtins(record)
    extra = row.pop("extra", {})
    for key, inside in _EPOCHS.items():
        if inside in row:
            row[key] = format_utc(row.pop(inside), _NS_DIGITS if getattr(record, inside) % 1000 else 6)
    order = ("type", "sensor", "sequence", "time", "received", "purpose", "origin")
    first = {key: row[key] for key in order if key in row}
    return {**first, **{key: value for key, value in row.items() if key not in first}, **extra}


def read_observations(path: Path) -> ObservationFile:
    """Read a file.

    Raises
    ------
    ObservationError
        Another ending, no Parquet or Arrow file inside, or records of several purposes.
    OSError
        A file that cannot be read.
    """
    check_ending(path)
    records: list[Record] = []
    rejects: list[str] = []
    unknown: dict[str, None] = {}
    first: dict[Purpose, str] = {}
    for number, raw in _json_rows(path) if path.suffix == ".ndjson" else _table_rows(path):
        place = f"{path}:{number}"
        try:
            record = record_of(raw)
        except ValueError as error:
            rejects.append(f"{place}: {' '.join(str(error).split())}")
            continue
        records.append(record)
        unknown.update(dict.fromkeys(record.extra))
        first.setdefault(record.purpose, place)
    if len(first) > 1:
        (one, there), (other, here) = list(first.items())[:2]
        raise ObservationError(f"{here}: purpose {other}, {there} has {one}; one file has one purpose: split it")
    return ObservationFile(tuple(records), next(iter(first), None), tuple(rejects), tuple(unknown))


def record_of(raw: bytes | dict[str, Any]) -> Record:
    """A record from a line of JSON or a mapping of the file's keys; ValueError says what is wrong with it."""
    try:
        row = msgspec.json.decode(raw, type=dict[str, Any]) if isinstance(raw, bytes) else dict(raw)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise ValueError(f"is no JSON object ({error})") from None
    kind = row.get("type")
    if not isinstance(kind, str) or kind not in _KINDS:
        raise ValueError(f"type is {str(kind)[:40]!r}; it is one of {', '.join(_KINDS)}")
    known = {key: value for key, value in row.items() if key in _KEYS[kind]}
    for key, inside in _EPOCHS.items():
        text = known.pop(key, None)
        if text is None and (key == "received" or key not in row):
            continue
        if not isinstance(text, str):
            raise ValueError(f"{key} is {str(text)[:40]!r}; write it like 2017-11-28T18:18:00Z")
        try:
            known[inside] = parse_utc(text)
        except EpochError as error:
            raise ValueError(f"{key}: {error}") from None
    if "time_ns" not in known:
        raise ValueError("time is missing; every line has one")
    known["extra"] = {key: value for key, value in row.items() if key not in _KEYS[kind]}
    try:
        record = msgspec.convert(known, _KINDS[kind])
    except (msgspec.ValidationError, OverflowError) as error:
        raise ValueError(str(error)) from None
    _check(record)
    return record


def field_of(look: Look) -> Field:
    """What a chain understands of the field of a look; ValueError says what is wrong with it."""
    try:
        field = msgspec.convert(look.field, Field)
    except (msgspec.ValidationError, OverflowError) as error:
        raise ValueError(f"field: {error}") from None
    if not all(math.isfinite(n) for n in _numbers(msgspec.structs.astuple(field))):
        raise ValueError("field: a number is not finite")
    if field.period_s is not None and not 0.0 < field.period_s <= LONGEST_LOOK_S:
        raise ValueError(f"field: period_s is {field.period_s}; it lies in 0 to {LONGEST_LOOK_S:g}")
    if field.looks is not None and not 0 <= field.looks <= 1_000_000:
        raise ValueError(f"field: looks is {field.looks}; it is a number from 0 to a million")
    if field.position_m is not None and not EARTH_M[0] < math.hypot(*field.position_m) < EARTH_M[1]:
        raise ValueError("field: position_m is inside the Earth or too far; it is ITRF in metres")
    if field.site is not None:
        _check_site(field.site)
    for name in ("bias_urad", "bias_range_m", "bias_angle_deg", "false_alarms_per_look"):
        value = getattr(field, name)
        if value is not None and not 0.0 <= value <= SIGMA_RANGE_M[1]:
            raise ValueError(f"field: {name} is {value}; it is not negative")
    end_of(look, field)
    return field


def end_of(look: Look, field: Field) -> int:
    """Epoch at which a look ends, ns TAI."""
    if field.until is None:
        return look.time_ns
    try:
        end_ns = parse_utc(field.until)
    except EpochError as error:
        raise ValueError(f"field: until: {error}") from None
    if not 0 <= end_ns - look.time_ns <= LONGEST_LOOK_S * NS:
        raise ValueError(f"field: until is {field.until}; it lies within {LONGEST_LOOK_S:g} s after time")
    return end_ns


def _check(record: Record) -> None:
    """Refuse values that no sensor delivers."""
    if not record.sensor:
        raise ValueError("sensor is empty; name it")
    if not -_INT64 <= record.sequence < _INT64:
        raise ValueError(f"sequence is {record.sequence}; it has at most 64 bits")
    for key, inside in _EPOCHS.items():
        ns = getattr(record, inside)
        if ns is not None and not EPOCHS_NS[0] <= ns < EPOCHS_NS[1]:
            raise ValueError(f"{key} lies outside 1950 to 2099")
    for name in record.__struct_fields__:
        if name not in ("extra", "field") and not all(math.isfinite(n) for n in _numbers(getattr(record, name))):
            raise ValueError(f"{name} is not finite")
    if isinstance(record, Infrared):
        _check_infrared(record)
    elif isinstance(record, Radar):
        _check_radar(record)
    else:
        if record.false_alarm_density < 0.0 or record.detections < 0:
            raise ValueError("false_alarm_density and detections are not negative")
        field_of(record)


def _check_infrared(record: Infrared) -> None:
    if abs(math.hypot(*record.line_of_sight) - 1.0) > UNIT:
        raise ValueError(f"line_of_sight has length {math.hypot(*record.line_of_sight):.6g}; it is a unit vector")
    if not EARTH_M[0] < math.hypot(*record.sensor_position_m) < EARTH_M[1]:
        raise ValueError("sensor_position_m is inside the Earth or too far; it is ITRF in metres")
    if not 0.0 < record.band_um[0] < record.band_um[1]:
        raise ValueError(f"band_um is {list(record.band_um)}; give its lower and upper limit")
    if record.irradiance_w_m2 < 0.0 or record.snr < 0.0:
        raise ValueError("irradiance_w_m2 and snr are not negative")
    if record.irradiance_w_m2 > IRRADIANCE_W_M2 or record.snr > SNR:
        raise ValueError(f"irradiance_w_m2 is above {IRRADIANCE_W_M2:g}, or snr above {SNR:g}")
    _check_spread(record.covariance, {"sigma_urad": (record.sigma_urad, SIGMA_URAD)}, (SIGMA_URAD, SIGMA_URAD))


def _check_radar(record: Radar) -> None:
    _check_site(record.site)
    if not RANGE_M[0] <= record.range_m <= RANGE_M[1]:
        raise ValueError(f"range_m is {record.range_m}; it lies in {RANGE_M[0]:g} to {RANGE_M[1]:g}")
    if abs(record.snr_db) > SNR_DB or abs(record.range_rate_m_s or 0.0) > RATE_M_S:
        raise ValueError(f"snr_db is beyond {SNR_DB:g}, or range_rate_m_s beyond the speed of light")
    if not -360.0 <= record.azimuth_deg <= 360.0 or abs(record.elevation_deg or 0.0) > 90.0:
        raise ValueError("azimuth_deg lies in -360 to 360, elevation_deg in -90 to 90")
    sigmas: Sigmas = {
        "sigma_range_m": (record.sigma_range_m, SIGMA_RANGE_M),
        "sigma_azimuth_deg": (record.sigma_azimuth_deg, SIGMA_DEG),
    }
    if record.elevation_deg is not None:
        sigmas["sigma_elevation_deg"] = record.sigma_elevation_deg, SIGMA_DEG
    if record.range_rate_m_s is not None:
        sigmas["sigma_range_rate_m_s"] = record.sigma_range_rate_m_s, (0.0, RATE_M_S)
    _check_spread(record.covariance, sigmas, tuple(limits for _, limits in sigmas.values()))


def _check_site(site: Site) -> None:
    if not (abs(site.lat_deg) <= 90.0 and abs(site.lon_deg) <= 360.0):
        raise ValueError("site is no place: lat_deg lies in -90 to 90, lon_deg in -360 to 360")
    if not ALTITUDE_M[0] <= site.alt_m <= ALTITUDE_M[1]:
        raise ValueError(f"site is no place: alt_m lies in {ALTITUDE_M[0]:g} to {ALTITUDE_M[1]:g}")


def _check_spread(covariance: Covariance | None, sigmas: Sigmas, limits: tuple[tuple[float, float], ...]) -> None:
    """There are standard deviations within their limits, or a covariance of such."""
    if covariance is None:
        for name, (sigma, (least, most)) in sigmas.items():
            if sigma is None or sigma <= 0.0:
                raise ValueError(f"{name} is {sigma}; give a positive one, or covariance instead")
            if not least <= sigma <= most:
                raise ValueError(f"{name} is {sigma}; it lies in {least:g} to {most:g}")
        return
    size = len(limits)
    if len(covariance) != size or any(len(row) != size for row in covariance):
        raise ValueError(f"covariance is not {size} by {size}")
    matrix = np.array(covariance)
    if not all(least**2 <= matrix[i, i] <= most**2 for i, (least, most) in enumerate(limits)):
        raise ValueError("covariance has a variance that no sensor has")
    if not np.allclose(matrix, matrix.T) or np.linalg.eigvalsh(matrix)[0] <= 0.0:
        raise ValueError("covariance is not symmetric and positive definite")


def _numbers(value: Any) -> Iterator[float]:
    if isinstance(value, float | int):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from _numbers(part)
    elif isinstance(value, msgspec.Struct):
        yield from msgspec.structs.astuple(value)


def check_ending(path: Path) -> None:
    """Refuse a file that is named like no observation file."""
    if path.suffix not in ENDINGS:
        raise ObservationError(f"{path}: is named like no observation file; use the ending {' or '.join(ENDINGS)}")


def _json_rows(path: Path) -> Iterator[tuple[int, bytes]]:
    with path.open("rb") as stream:
        for number, line in enumerate(stream, start=1):
            if line.strip():
                yield number, line.rstrip(b"\n")


def _table_rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    for batch in table_batches(path):
        yield from batch


def table_batches(path: Path, rows: int = 16_384) -> Iterator[list[tuple[int, dict[str, Any]]]]:
    """Numbered rows of a Parquet or Arrow file, batch by batch; what is null in all columns of its kind is left out.

    Raises
    ------
    ObservationError
        No such file inside.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    number = 1
    with path.open("rb") as stream:
        try:
            if path.suffix == ".parquet":
                batches = pq.ParquetFile(stream).iter_batches(batch_size=rows)
            else:
                reader = pa.ipc.open_file(stream)
                batches = (reader.get_batch(i) for i in range(reader.num_record_batches))
            for batch in batches:
                batch.validate(full=True)  # what is damaged may else read beyond its memory
                for start in range(0, batch.num_rows, rows):
                    found = batch.slice(start, rows).to_pylist()
                    yield [(number + k, _without_nulls(row)) for k, row in enumerate(found)]
                    number += len(found)
        except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
            why = " ".join(str(error).split())[:120]
            kind = "Parquet" if path.suffix == ".parquet" else "Arrow"
            raise ObservationError(f"{path}: is no {kind} file that can be read ({why}); write it again") from None


def _without_nulls(row: dict[str, Any]) -> dict[str, Any]:
    """A row without the columns that its kind does not have; only elevation_deg may be null in a row that has it."""
    kept = {key: value for key, value in row.items() if value is not None}
    return {"elevation_deg": None} | kept if row.get("type") == "radar" else kept
