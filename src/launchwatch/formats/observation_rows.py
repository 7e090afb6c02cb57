"""Observation files block by block as rows of one table, for files of any length.

A row is what a processing chain takes of a line. Most lines are decoded and checked by the thousand; a line that is in
any way unusual is read by `launchwatch.formats.observations.record_of`, which alone says what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any, TypeAlias

import msgspec
import numpy as np
from numpy.typing import NDArray

from launchwatch.core.arrays import FloatArray, IntArray
from launchwatch.core.epochs import parse_utc_array
from launchwatch.formats import observations as lines
from launchwatch.formats.observations import Covariance, Field, Origin, Purpose, Site, Vector, record_of

INFRARED, RADAR, LOOK = 0, 1, 2
"""Kinds of rows."""

ORIGINS: tuple[Origin, ...] = ("live", "recorded", "simulated")
UNSTAMPED = np.iinfo(np.int64).min
"""Arrival of a line without one."""

ROW = np.dtype(
    [
        ("kind", np.int8),
        ("origin", np.int8),
        ("file", np.int32),
        ("sensor", np.int32),
        ("sequence", np.int64),
        ("time_ns", np.int64),
        ("received_ns", np.int64),
        ("until_ns", np.int64),
        ("line", np.int64),
        ("value", np.float64, (11,)),
    ]
)
"""One line: `sensor` and `origin` are numbers of names, `until_ns` is the end of a look and `time_ns` elsewhere.

`value` holds of an infrared line sensor position (3), line of sight (3), sigma_urad, irradiance_w_m2, band_um (2), snr;
of a radar line site (3), range_m, azimuth_deg, elevation_deg, their standard deviations (3) and snr_db, NaN for what is
null; of a look false_alarm_density and detections.
"""

Rows: TypeAlias = NDArray[np.void]
_BLOCK = 1 << 22
_LONGEST_LINE = 1 << 20
_DAMAGE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, OverflowError)


@dataclass(frozen=True)
class Block:
    """A stretch of a file.

    Attributes
    ----------
    rows : of dtype `ROW`, in the order of the file; the file's number is not yet in them.
    fields : of looks that say something of their sensor, by line number.
    rejects : line number and reason of each refused line.
    purposes : purposes of the lines, each with the number of the first line that has it.
    unknown : keys that the format does not know.
    lines : how many there were, blank ones not counted.
    """

    rows: Rows
    fields: dict[int, Field]
    rejects: list[tuple[int, str]]
    purposes: dict[Purpose, int]
    unknown: set[str]
    lines: int


class Names(dict[str, int]):
    """Numbers of sensors, in the order in which each was first named."""

    def __missing__(self, name: str) -> int:
        """The next number."""
        number = self[name] = len(self)
        return number


class _Infrared(msgspec.Struct, tag_field="type", tag="infrared", kw_only=True, gc=False, forbid_unknown_fields=True):
    sensor: str
    sequence: int
    time: str
    purpose: Purpose
    origin: Origin
    received: str | None = None
    covariance: Covariance | None = None
    sensor_position_m: Vector
    line_of_sight: Vector
    sigma_urad: float | None = None
    irradiance_w_m2: float
    band_um: tuple[float, float]
    snr: float


class _Radar(msgspec.Struct, tag_field="type", tag="radar", kw_only=True, gc=False, forbid_unknown_fields=True):
    sensor: str
    sequence: int
    time: str
    purpose: Purpose
    origin: Origin
    received: str | None = None
    covariance: Covariance | None = None
    site: Site
    range_m: float
    azimuth_deg: float
    elevation_deg: float | None
    sigma_range_m: float | None = None
    sigma_azimuth_deg: float | None = None
    sigma_elevation_deg: float | None = None
    snr_db: float
    range_rate_m_s: float | None = None
    sigma_range_rate_m_s: float | None = None
    rcs_dbsm: float | None = None


class _Look(msgspec.Struct, tag_field="type", tag="look", kw_only=True, gc=False, forbid_unknown_fields=True):
    sensor: str
    sequence: int
    time: str
    purpose: Purpose
    origin: Origin
    received: str | None = None
    field: dict[str, Any]
    false_alarm_density: float
    detections: int


class _LooseInfrared(_Infrared, tag_field="type", tag="infrared", forbid_unknown_fields=False):
    pass


class _LooseRadar(_Radar, tag_field="type", tag="radar", forbid_unknown_fields=False):
    pass


class _LooseLook(_Look, tag_field="type", tag="look", forbid_unknown_fields=False):
    pass


_Wire: TypeAlias = _Infrared | _Radar | _Look
_Strict = _Infrared | _Radar | _Look
_Loose = _LooseInfrared | _LooseRadar | _LooseLook
_strict = msgspec.json.Decoder(_Strict)
_loose = msgspec.json.Decoder(_Loose)
_keys = msgspec.json.Decoder(dict[str, msgspec.Raw])
_KINDS = {_Infrared: INFRARED, _Radar: RADAR, _Look: LOOK, _LooseInfrared: INFRARED, _LooseRadar: RADAR}
_KINDS |= {_LooseLook: LOOK}
_KNOWN = {
    cls.__struct_config__.tag: {"type", *(f.name for f in msgspec.structs.fields(cls))}
    for cls in (_Infrared, _Radar, _Look)
}
_Raw: TypeAlias = bytes | Mapping[str, Any]


def read_blocks(path: Path, names: Names) -> Iterator[Block]:
    """The rows of an NDJSON, Parquet or Arrow file.

    Parameters
    ----------
    names : numbers of the sensors; new ones are added.

    Raises
    ------
    ObservationError
        Another ending, or no such file inside.
    OSError
        A file that cannot be read.
    """
    lines.check_ending(path)
    if path.suffix == ".ndjson":
        yield from _json_blocks(path, names)
    else:
        for batch in lines.table_batches(path):
            yield block_of_rows([row for _, row in batch], [number for number, _ in batch], names)


def _json_blocks(path: Path, names: Names) -> Iterator[Block]:
    number, carry, skipping = 1, b"", False
    with path.open("rb") as stream:
        while True:
            chunk = stream.read(_BLOCK)
            data = carry + chunk
            cut = data.rfind(b"\n") + 1 if chunk else len(data)
            body, carry = data[:cut], data[cut:]
            long: list[tuple[int, str]] = []
            if skipping and body:
                body = body[body.find(b"\n") + 1 :] if b"\n" in body else b""
                number, skipping = number + 1, False
            if len(carry) > _LONGEST_LINE:
                if not skipping:
                    here = number + body.count(b"\n")
                    long.append((here, f"is longer than {_LONGEST_LINE} bytes"))
                carry, skipping = b"", True
            if body or long:
                block = _block_of_json(body, number, names)
                yield replace(block, rejects=block.rejects + long, lines=block.lines + len(long))
            number += body.count(b"\n")
            if not chunk:
                return


def _block_of_json(body: bytes, first: int, names: Names) -> Block:
    raws: list[bytes] = body.split(b"\n")
    numbers = range(first, first + len(raws))
    if raws[-1] == b"":
        raws, numbers = raws[:-1], numbers[:-1]
    unknown: set[str] = set()
    for decoder in (_strict, _loose):
        try:
            found = decoder.decode_lines(body)
            if len(found) != len(raws):
                break
            if decoder is _loose:
                for raw, wire in zip(raws, found, strict=True):
                    unknown |= _keys.decode(raw).keys() - _KNOWN[wire.__struct_config__.tag]
        except _DAMAGE:
            unknown = set()
            continue
        return _block(found, raws, np.arange(first, first + len(raws)), [], unknown, names)
    kept = [(raw, number) for raw, number in zip(raws, numbers, strict=True) if raw.strip()]
    return _one_by_one([raw for raw, _ in kept], [number for _, number in kept], names)


def block_of_rows(raws: Sequence[Mapping[str, Any]], numbers: Sequence[int], names: Names) -> Block:
    """A block of mappings of the file's keys."""
    try:
        found = msgspec.convert(raws, list[_Strict])
    except _DAMAGE:
        return _one_by_one(raws, numbers, names)
    return _block(found, raws, np.asarray(numbers, np.int64), [], set(), names)


def _one_by_one(raws: Sequence[_Raw], numbers: Sequence[int], names: Names) -> Block:
    """A block in which some line is wrong or has a key of its own."""
    good: list[_Wire] = []
    good_raws: list[_Raw] = []
    good_numbers: list[int] = []
    rejects: list[tuple[int, str]] = []
    unknown: set[str] = set()
    for raw, number in zip(raws, numbers, strict=True):
        try:
            try:
                wire = _strict.decode(raw) if isinstance(raw, bytes) else msgspec.convert(raw, _Strict)
            except _DAMAGE:
                record = record_of(raw if isinstance(raw, bytes) else dict(raw))
                unknown |= record.extra.keys()
                wire = _loose.decode(raw) if isinstance(raw, bytes) else msgspec.convert(raw, _Loose)
        except ValueError as error:
            rejects.append((number, " ".join(str(error).split())))
            continue
        good.append(wire)
        good_raws.append(raw)
        good_numbers.append(number)
    return _block(good, good_raws, np.array(good_numbers, np.int64), rejects, unknown, names)


def _block(
    wires: Sequence[_Wire],
    raws: Sequence[_Raw],
    numbers: IntArray,
    rejects: list[tuple[int, str]],
    unknown: set[str],
    names: Names,
) -> Block:
    """Decoded lines as rows; those that look wrong are asked for one by one."""
    n = len(wires)
    total = n + len(rejects)
    rows = np.zeros(n, ROW)
    rows["kind"] = np.fromiter((_KINDS[type(wire)] for wire in wires), np.int8, n)
    doubtful = np.zeros(n, np.bool_)
    rows["line"] = numbers
    rows["sensor"] = np.fromiter((names[wire.sensor] for wire in wires), np.int32, n)
    doubtful |= rows["sensor"] == names.get("", -1)
    origin = {name: k for k, name in enumerate(ORIGINS)}
    rows["origin"] = np.fromiter((origin[wire.origin] for wire in wires), np.int8, n)
    try:
        rows["sequence"] = np.fromiter((wire.sequence for wire in wires), np.int64, n)
    except OverflowError:
        for k, wire in enumerate(wires):
            if -(2**63) <= wire.sequence < 2**63:
                rows["sequence"][k] = wire.sequence
            else:
                doubtful[k] = True
    rows["time_ns"], read_time = parse_utc_array([wire.time for wire in wires])
    rows["received_ns"] = UNSTAMPED
    stamped = np.flatnonzero(np.fromiter((wire.received is not None for wire in wires), np.bool_, n))
    stamps, read_stamp = parse_utc_array([wires[k].received or "" for k in stamped.tolist()])
    rows["received_ns"][stamped] = stamps
    doubtful |= ~read_time
    doubtful[stamped[~read_stamp]] = True
    rows["until_ns"] = rows["time_ns"]
    first_ns, last_ns = lines.EPOCHS_NS
    doubtful |= (rows["time_ns"] < first_ns) | (rows["time_ns"] >= last_ns)
    late = rows["received_ns"][stamped]
    doubtful[stamped[(late < first_ns) | (late >= last_ns)]] = True
    fields: dict[int, Field] = {}
    for kind, fill in ((INFRARED, _fill_infrared), (RADAR, _fill_radar)):
        index = np.flatnonzero(rows["kind"] == kind)
        if len(index):
            value, wrong = fill([wires[k] for k in index.tolist()])
            rows["value"][index] = value
            doubtful[index] |= wrong
    keep = np.ones(n, np.bool_)
    for k in np.flatnonzero(rows["kind"] == LOOK).tolist():
        raw = raws[k]
        try:
            look = record_of(raw if isinstance(raw, bytes) else dict(raw))
            assert isinstance(look, lines.Look)
            field = lines.field_of(look)
        except ValueError as error:
            rejects.append((int(numbers[k]), " ".join(str(error).split())))
            keep[k] = False
            continue
        doubtful[k] = False
        rows["time_ns"][k], rows["until_ns"][k] = look.time_ns, lines.end_of(look, field)
        rows["value"][k, :2] = look.false_alarm_density, look.detections
        fields[int(numbers[k])] = field
    for k in np.flatnonzero(doubtful).tolist():
        raw = raws[k]
        try:
            record = record_of(raw if isinstance(raw, bytes) else dict(raw))
        except ValueError as error:
            rejects.append((int(numbers[k]), " ".join(str(error).split())))
            keep[k] = False
            continue
        rows["time_ns"][k] = rows["until_ns"][k] = record.time_ns
        if record.received_ns is not None:
            rows["received_ns"][k] = record.received_ns
    purposes: dict[Purpose, int] = {}
    for wire, number in zip(wires, numbers.tolist(), strict=True):
        if wire.purpose not in purposes:
            purposes[wire.purpose] = number
    if not keep.all():
        rows = rows[keep]
    return Block(rows, fields, sorted(rejects), purposes, unknown, total)


def _floats(values: Sequence[float | None]) -> FloatArray:
    """Numbers (n,), NaN for null."""
    return np.array(values, np.float64)


def _there(values: Iterator[float | None]) -> NDArray[np.bool_]:
    """Which (n,) are not null."""
    return np.array([value is not None for value in values], np.bool_)


def _flat(values: Sequence[Sequence[float]], width: int) -> FloatArray:
    """Rows (n, width) of tuples."""
    return np.fromiter(chain.from_iterable(values), np.float64, width * len(values)).reshape(-1, width)


def _fill_infrared(wires: Sequence[Any]) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Values (n, 11) of infrared lines, and which of them may be wrong."""
    value = np.empty((len(wires), 11))
    value[:, :3] = position = _flat([wire.sensor_position_m for wire in wires], 3)
    value[:, 3:6] = sight = _flat([wire.line_of_sight for wire in wires], 3)
    value[:, 6] = sigma = _floats([wire.sigma_urad for wire in wires])
    value[:, 7] = irradiance = _floats([wire.irradiance_w_m2 for wire in wires])
    value[:, 8:10] = band = _flat([wire.band_um for wire in wires], 2)
    value[:, 10] = snr = _floats([wire.snr for wire in wires])
    distance = np.sqrt(np.einsum("ni,ni->n", position, position))
    length = np.sqrt(np.einsum("ni,ni->n", sight, sight))
    right = (abs(length - 1.0) < 0.9 * lines.UNIT) & (distance > lines.EARTH_M[0]) & (distance < lines.EARTH_M[1])
    right &= (irradiance >= 0.0) & (irradiance <= lines.IRRADIANCE_W_M2) & (snr >= 0.0) & (snr <= lines.SNR)
    right &= (band[:, 0] > 0.0) & (band[:, 1] > band[:, 0]) & (band[:, 1] < np.inf)
    right &= (sigma >= lines.SIGMA_URAD[0]) & (sigma <= lines.SIGMA_URAD[1])
    for k, wire in enumerate(wires):
        if wire.covariance is not None:
            right[k] = False
            value[k, 6] = _sigmas(wire.covariance, 2, mean=True)[0]
    return value, ~right


def _fill_radar(wires: Sequence[Any]) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Values (n, 11) of radar lines, and which of them may be wrong."""
    value = np.zeros((len(wires), 11))
    value[:, :3] = site = _flat([(wire.site.lat_deg, wire.site.lon_deg, wire.site.alt_m) for wire in wires], 3)
    value[:, 3] = distance = _floats([wire.range_m for wire in wires])
    value[:, 4] = azimuth = _floats([wire.azimuth_deg for wire in wires])
    value[:, 5] = elevation = _floats([wire.elevation_deg for wire in wires])
    value[:, 6] = sigma_range = _floats([wire.sigma_range_m for wire in wires])
    value[:, 7] = sigma_azimuth = _floats([wire.sigma_azimuth_deg for wire in wires])
    value[:, 8] = sigma_elevation = _floats([wire.sigma_elevation_deg for wire in wires])
    value[:, 9] = snr = _floats([wire.snr_db for wire in wires])
    high, moving = _there(w.elevation_deg for w in wires), _there(w.range_rate_m_s for w in wires)
    rate, sigma_rate = _floats([w.range_rate_m_s for w in wires]), _floats([w.sigma_range_rate_m_s for w in wires])
    least, most = lines.SIGMA_DEG
    right = (abs(site[:, 0]) <= 90.0) & (abs(site[:, 1]) <= 360.0)
    right &= (site[:, 2] >= lines.ALTITUDE_M[0]) & (site[:, 2] <= lines.ALTITUDE_M[1])
    right &= (distance >= lines.RANGE_M[0]) & (distance <= lines.RANGE_M[1])
    right &= (abs(azimuth) <= 360.0) & (abs(snr) <= lines.SNR_DB)
    right &= (sigma_range >= lines.SIGMA_RANGE_M[0]) & (sigma_range <= lines.SIGMA_RANGE_M[1])
    right &= (sigma_azimuth >= least) & (sigma_azimuth <= most)
    right &= ~high | ((abs(elevation) <= 90.0) & (sigma_elevation >= least) & (sigma_elevation <= most))
    right &= ~moving | ((abs(rate) <= lines.RATE_M_S) & (sigma_rate > 0.0) & (sigma_rate <= lines.RATE_M_S))
    right &= ~_there(w.rcs_dbsm for w in wires) | np.isfinite(_floats([w.rcs_dbsm for w in wires]))
    value[~high, 8] = np.nan
    for k, wire in enumerate(wires):
        if wire.covariance is not None:
            right[k] = False
            found = _sigmas(wire.covariance, 3 if high[k] else 2, mean=False)
            value[k, 6 : 6 + len(found)] = found
    return value, ~right


def _sigmas(covariance: Covariance, size: int, *, mean: bool) -> FloatArray:
    """Standard deviations of a covariance, or their root mean square; NaN where it is none, which is told elsewhere."""
    if len(covariance) < size or any(len(row) < size for row in covariance):
        return np.full(size, np.nan)
    variance = np.maximum([covariance[k][k] for k in range(size)], 0.0)
    return np.sqrt(np.full(size, variance.mean()) if mean else variance)
