"""Tracking Data Messages in key-value notation, as radar lines of an observation file.

CCSDS 503.0-B-2 (2020). Of a segment are taken RANGE, ANGLE_1 and ANGLE_2 of type AZEL and DOPPLER_INSTANTANEOUS; what
was measured at one epoch is one plot. A message says neither where its stations stand nor how well they measure:
`Station` does.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import blake2b
from pathlib import Path
from typing import Any

from launchwatch.core.epochs import EpochError, format_utc, parse_utc
from launchwatch.formats.observations import ObservationError, Origin, Purpose, Site

ENDINGS = (".tdm",)
"""Of Tracking Data Messages in key-value notation."""

SPEED_OF_LIGHT_KM_S = 299_792.458
_VERSIONS = ("1.0", "2.0")
_PAIR = re.compile(r"([A-Z][A-Z0-9_]*)\s*=\s*(\S.*)")
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]{1,3})?")
_DAY_OF_YEAR = re.compile(r"([0-9]{4})-([0-9]{3})(T.*)", re.ASCII)
_LONGEST = 4096
_TAKEN = {"RANGE": "range", "ANGLE_1": "azimuth", "ANGLE_2": "elevation", "DOPPLER_INSTANTANEOUS": "rate"}
_NEEDED = ("TIME_SYSTEM", "PARTICIPANT_1")


@dataclass(frozen=True)
class Station:
    """What a message does not say of a station: its place, standard deviations, and SNR of a plot."""

    site: Site
    sigma_range_m: float
    sigma_angle_deg: float
    sigma_range_rate_m_s: float
    snr_db: float


@dataclass
class _Segment:
    begin: int
    meta: dict[str, str] = field(default_factory=dict)
    data: dict[str, dict[str, tuple[float, int]]] = field(default_factory=dict)


@dataclass(frozen=True)
class Reading:
    """A row of an observation file with the number of its first line, or why there is none."""

    line: int
    row: dict[str, Any] | None
    reason: str = ""


def read_tdm(
    path: Path, stations: Mapping[str, Station], purpose: Purpose, origin: Origin = "recorded", round_trip: bool = False
) -> Iterator[Reading]:
    """Plots of a message, segment by segment, in order of their epochs within each.

    Parameters
    ----------
    stations : by name of the participant that measures, the first of `PATH`.
    purpose, origin : of all rows; a message states neither.
    round_trip : whether RANGE and DOPPLER_INSTANTANEOUS of a path there and back are of the whole way. The standard
        leaves this to the parties; without it they are of the distance.

    Raises
    ------
    ObservationError
        No message of a known version, a segment whose metadata cannot be used, or a station without a place.
    OSError
        A file that cannot be read.
    """
    segment: _Segment | None = None
    part, number = "header", 0
    with path.open("rb") as stream:
        for number, raw in enumerate(_lines(stream), start=1):
            text = raw.decode("ascii", "replace").strip() if len(raw) < _LONGEST else "?"
            if not text or text.startswith("COMMENT"):
                continue
            if part == "header":
                part = _header(text, path, number)
            elif text == "META_START" and part in ("between", "named"):
                part, segment = "meta", _Segment(number)
            elif text == "META_STOP" and part == "meta" and segment is not None:
                part = "described"
                _check_meta(segment.meta, path, segment.begin)
            elif text == "DATA_START" and part == "described":
                part = "data"
            elif text == "DATA_STOP" and part == "data" and segment is not None:
                yield from _plots(segment, path, stations, purpose, origin, round_trip)
                part, segment = "between", None
            elif part == "data" and segment is not None:
                reason = _take(segment, text, number)
                if reason:
                    yield Reading(number, None, reason)
            elif part == "meta" and segment is not None:
                match = _PAIR.fullmatch(text)
                if match is None:
                    raise ObservationError(f"{path}:{number}: is no line of metadata; write KEYWORD = value")
                segment.meta[match[1]] = match[2]
            elif part == "named" and _PAIR.fullmatch(text):
                continue
            else:
                raise ObservationError(f"{path}:{number}: {text[:40]!r} does not belong here")
    if part == "header":
        raise ObservationError(f"{path}: a message begins with CCSDS_TDM_VERS = 2.0")
    if segment is not None:
        if part == "data":
            yield from _plots(segment, path, stations, purpose, origin, round_trip)
        yield Reading(number, None, "the message ends within a segment")


def _lines(stream: Any) -> Iterator[bytes]:
    """Lines of bounded length; what is longer comes in parts, none of which can be used."""
    while line := stream.readline(1 << 16):
        yield line


def _header(text: str, path: Path, number: int) -> str:
    match = _PAIR.fullmatch(text)
    if match is None or match[1] != "CCSDS_TDM_VERS":
        raise ObservationError(f"{path}:{number}: a message begins with CCSDS_TDM_VERS = 2.0")
    if match[2] not in _VERSIONS:
        raise ObservationError(f"{path}:{number}: version {match[2][:20]!r} is not read; {' and '.join(_VERSIONS)} are")
    return "named"


def _check_meta(meta: Mapping[str, str], path: Path, line: int) -> None:
    where = f"{path}:{line}: segment"
    for key in _NEEDED:
        if key not in meta:
            raise ObservationError(f"{where} has no {key}; write it again with it")
    for key, right in (("TIME_SYSTEM", ("UTC",)), ("RANGE_UNITS", ("km", "s")), ("ANGLE_TYPE", ("AZEL",))):
        if key in meta and meta[key] not in right:
            raise ObservationError(f"{where} has {key} {meta[key][:20]}; only {' and '.join(right)} can be used")
    if meta.get("MODE", "SEQUENTIAL") != "SEQUENTIAL":
        raise ObservationError(f"{where} has MODE {meta['MODE'][:20]}; only SEQUENTIAL can be used")


def _take(segment: _Segment, text: str, number: int) -> str:
    """Note a line of data; why it cannot be used, or nothing."""
    match = _PAIR.fullmatch(text)
    words = match[2].split() if match else []
    if match is None or len(words) != 2:
        return "is no line of data; write KEYWORD = epoch value"
    kind = _TAKEN.get(match[1])
    if kind is None:
        return "" if match[1].isascii() else "is no keyword"
    if _NUMBER.fullmatch(words[1]) is None or not math.isfinite(float(words[1])):
        return f"{match[1]} is {words[1][:20]!r}; it is a number"
    plot = segment.data.setdefault(words[0], {})
    if kind in plot:
        return f"{match[1]} is given twice for {words[0][:40]}"
    plot[kind] = float(words[1]), number
    return ""


def _plots(
    segment: _Segment,
    path: Path,
    stations: Mapping[str, Station],
    purpose: Purpose,
    origin: Origin,
    round_trip: bool,
) -> list[Reading]:
    """Plots of a segment.

    A message numbers nothing: a plot's number is made of what it says, so that a message read twice is a duplicate.
    """
    name, both_ways = _observer(segment.meta, path, segment.begin)
    station = stations.get(name)
    if station is None:
        raise ObservationError(
            f"{path}:{segment.begin}: where {name[:60]} stands is not known; give --site '{name[:60]}=LAT,LON,ALT_M'"
        )
    unit_m = (SPEED_OF_LIGHT_KM_S if segment.meta.get("RANGE_UNITS") == "s" else 1.0) * 1e3
    share = 0.5 if both_ways and (round_trip or segment.meta.get("RANGE_UNITS") == "s") else 1.0
    share_rate = 0.5 if both_ways and round_trip else 1.0
    found: list[tuple[int, Reading]] = []
    for epoch, plot in segment.data.items():
        line = min(number for _, number in plot.values())
        try:
            time_ns = _epoch(epoch)
        except EpochError as error:
            found.append((0, Reading(line, None, str(error))))
            continue
        missing = [key for key, kind in _TAKEN.items() if kind not in plot and kind != "rate"]
        if missing:
            found.append((time_ns, Reading(line, None, f"has no {' and no '.join(missing)} at {epoch[:40]}")))
            continue
        row: dict[str, Any] = {
            "type": "radar",
            "sensor": name,
            "sequence": _number(f"{time_ns} {plot['range'][0]} {plot['azimuth'][0]} {plot['elevation'][0]}"),
            "time": format_utc(time_ns, 9),
            "purpose": purpose,
            "origin": origin,
            "site": {"lat_deg": station.site.lat_deg, "lon_deg": station.site.lon_deg, "alt_m": station.site.alt_m},
            "range_m": plot["range"][0] * unit_m * share,
            "azimuth_deg": plot["azimuth"][0],
            "elevation_deg": plot["elevation"][0],
            "sigma_range_m": station.sigma_range_m,
            "sigma_azimuth_deg": station.sigma_angle_deg,
            "sigma_elevation_deg": station.sigma_angle_deg,
            "snr_db": station.snr_db,
        }
        if "rate" in plot:
            row["range_rate_m_s"] = plot["rate"][0] * 1e3 * share_rate
            row["sigma_range_rate_m_s"] = station.sigma_range_rate_m_s
        found.append((time_ns, Reading(line, row)))
    return [reading for _, reading in sorted(found, key=lambda item: item[0])]


def _number(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=6).digest(), "little")


def _observer(meta: Mapping[str, str], path: Path, line: int) -> tuple[str, bool]:
    """Name of the participant that measures, and whether the signal goes there and back."""
    steps = [step.strip() for step in meta.get("PATH", "1,2,1").split(",")]
    name = meta.get(f"PARTICIPANT_{steps[-1]}")
    if name is None or len(steps) not in (2, 3) or (len(steps) == 3 and steps[0] != steps[2]):
        way = meta.get("PATH", "1,2,1")[:20]
        raise ObservationError(f"{path}:{line}: segment has PATH {way}; only a path to one of its stations can be used")
    return name, len(steps) == 3


def _epoch(text: str) -> int:
    """Epoch of a calendar date or a day of the year, with or without Z."""
    match = _DAY_OF_YEAR.fullmatch(text)
    if match is not None:
        year, day = int(match[1]), int(match[2])
        if not 1 <= year <= 9998 or not 1 <= day <= 366:
            raise EpochError(f"{text!r}: there is no such day")
        text = f"{date(year, 1, 1) + timedelta(days=day - 1):%Y-%m-%d}{match[3]}"
    return parse_utc(text if text.endswith("Z") else f"{text}Z")
