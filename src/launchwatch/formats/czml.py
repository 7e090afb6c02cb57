"""CZML: a run for Cesium and other globes.

Positions are in the FIXED frame, so that no Earth orientation data is needed; lines of sight are straight (arcType
NONE). Format: AnalyticalGraphicsInc/czml-writer wiki, "CZML Structure" and "Packet" (2011-2023).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np

from launchwatch.core.arrays import FloatArray, IntArray
from launchwatch.core.epochs import NS, format_utc
from launchwatch.core.geodesy import geodetic_from_itrf
from launchwatch.formats.ephemeris import Ephemeris

Span = tuple[int, int]
"""From and until, ns TAI."""

_SPEEDUP = 60
_STAYS_NS = 60 * NS  # the clock runs on so long after the last flight
_GOLD, _WHITE, _BLACK, _RED = [255, 194, 10, 255], [255, 255, 255, 255], [0, 0, 0, 255], [213, 94, 0, 255]
_BLUE, _GREEN = [86, 180, 233, 255], [0, 158, 115, 255]


class CzmlError(ValueError):
    """Something that no globe can show; the message names it."""


@dataclass(frozen=True)
class Flight:
    """A flight: `t_s` (n,) seconds after `time_ns` (ns TAI), `position_m` (n, 3) ITRF; groups fold together."""

    id: str
    name: str
    group: str
    time_ns: int
    t_s: FloatArray
    position_m: FloatArray


@dataclass(frozen=True)
class Site:
    """A sensor: where it stood, (n, 3) ITRF m, at `time_ns` (n,); one row for what does not move."""

    id: str
    name: str
    time_ns: IntArray
    position_m: FloatArray


@dataclass(frozen=True)
class Sight:
    """Spans in which a site had a flight in sight."""

    id: str
    site: str
    flight: str
    spans: Sequence[Span]


@dataclass(frozen=True)
class Mark:
    """A point during a span, with an ellipse on the ground (semi-axes m, azimuth of the major one deg) or none."""

    id: str
    name: str
    lat_deg: float
    lon_deg: float
    span: Span
    ellipse: tuple[float, float, float] | None
    height_m: float = 0.0


def czml_document(
    *, name: str, flights: Sequence[Flight], sites: Sequence[Site], sights: Sequence[Sight], marks: Sequence[Mark]
) -> bytes:
    """A CZML document.

    Parameters
    ----------
    name : title of the document; what simulated data touched says so here.
    flights, sites, sights, marks : what is shown; a sight names a site and a flight by their id.

    Returns
    -------
    bytes
        UTF-8 JSON, the same bytes for the same input.

    Raises
    ------
    CzmlError
        No flight, a position that is not finite, or a sight of something that is not there.
    """
    if not flights:
        raise CzmlError("a globe without a flight shows nothing; give at least one")
    clock = (
        min(flight.time_ns for flight in flights),
        max(flight.time_ns + round(float(flight.t_s[-1]) * NS) for flight in flights) + _STAYS_NS,
    )
    groups = sorted({flight.group for flight in flights})
    packets: list[dict[str, Any]] = [_head(name, clock)]
    packets += [{"id": f"group/{group}", "name": group, "availability": _interval(clock)} for group in groups]
    packets += [_flight(flight) for flight in flights]
    packets += [_site(site, clock) for site in sites]
    known = {f"site/{site.id}" for site in sites} | {f"flight/{flight.id}" for flight in flights}
    packets += [_sight(sight, known, clock) for sight in sights]
    packets += [packet for mark in marks if (packet := _mark(mark, clock)) is not None]
    return msgspec.json.format(msgspec.json.encode(packets), indent=0)


def czml_flights(name: str, objects: Sequence[Ephemeris]) -> bytes:
    """Flights alone as a CZML document: each with its path and its markers, which appear when they are reached.

    Parameters
    ----------
    name : title of the document; what simulated data touched says so here.
    objects : what flies; they fold together under the title.

    Returns
    -------
    bytes
        UTF-8 JSON, the same bytes for the same input.

    Raises
    ------
    CzmlError
        No object.
    """
    flights, marks = [], []
    for one in objects:
        times = one.shown_s()
        start_ns = one.time_ns + round(float(times[0]) * NS)
        flights.append(Flight(one.id, one.name, name, start_ns, times - times[0], one.at(times)[0]))
        end_ns = one.time_ns + round(float(times[-1]) * NS) + _STAYS_NS
        for number, marker in enumerate(one.markers, start=1):
            lat, lon, height = (float(x[0]) for x in geodetic_from_itrf(one.at([marker.t_s])[0]))
            span = (one.time_ns + round(marker.t_s * NS), end_ns)
            label = f"{marker.name} of {one.name}"
            marks.append(Mark(f"{one.id}/{number}", label, lat, lon, span, None, height))
    return czml_document(name=name, flights=flights, sites=(), sights=(), marks=marks)


def _head(name: str, clock: Span) -> dict[str, Any]:
    return {
        "id": "document",
        "name": name,
        "version": "1.0",
        "clock": {
            "interval": _interval(clock),
            "currentTime": format_utc(clock[0], 3),
            "multiplier": _SPEEDUP,
            "range": "CLAMPED",
            "step": "SYSTEM_CLOCK_MULTIPLIER",
        },
    }


def _flight(flight: Flight) -> dict[str, Any]:
    end_ns = flight.time_ns + round(float(flight.t_s[-1]) * NS)
    return {
        "id": f"flight/{flight.id}",
        "name": flight.name,
        "parent": f"group/{flight.group}",
        "availability": _interval((flight.time_ns, end_ns)),
        "position": _sampled(flight.id, flight.time_ns, flight.t_s, flight.position_m),
        "point": {"color": {"rgba": _GOLD}, "outlineColor": {"rgba": _BLACK}, "outlineWidth": 1, "pixelSize": 9},
        "label": _label(flight.name),
        "path": {
            "material": {"solidColor": {"color": {"rgba": _GOLD}}},
            "width": 2,
            "resolution": 10,
            "leadTime": 0,
            "trailTime": round(float(flight.t_s[-1]) + 60.0, 3),
        },
    }


def _site(site: Site, clock: Span) -> dict[str, Any]:
    if len(site.position_m) == 1:
        _check(site.id, site.position_m)
        position: dict[str, Any] = {"referenceFrame": "FIXED", "cartesian": _metres(site.position_m[0])}
    else:
        position = _sampled(site.id, int(site.time_ns[0]), (site.time_ns - site.time_ns[0]) / NS, site.position_m)
        position |= {"forwardExtrapolationType": "HOLD", "backwardExtrapolationType": "HOLD"}
    return {
        "id": f"site/{site.id}",
        "name": site.name,
        "availability": _interval(clock),
        "position": position,
        "point": {"color": {"rgba": _BLUE}, "outlineColor": {"rgba": _WHITE}, "outlineWidth": 1, "pixelSize": 7},
        "label": _label(site.name),
    }


def _sight(sight: Sight, known: set[str], clock: Span) -> dict[str, Any]:
    ends = [f"site/{sight.site}", f"flight/{sight.flight}"]
    for end in ends:
        if end not in known:
            raise CzmlError(f"line of sight {sight.id!r} joins {end!r}, which is not in the document")
    spans = [(max(start, clock[0]), min(end, clock[1])) for start, end in sight.spans if end > clock[0]]
    spans = [span for span in spans if span[1] > span[0]]
    show: list[dict[str, Any]] = [{"interval": _interval(clock), "boolean": False}]
    show += [{"interval": _interval(span), "boolean": True} for span in spans]
    return {
        "id": f"sight/{sight.id}",
        "name": f"{sight.site} sees {sight.flight}",
        "availability": _interval(clock),
        "polyline": {
            "show": show,
            "positions": {"references": [f"{end}#position" for end in ends]},
            "arcType": "NONE",
            "width": 1.5,
            "material": {"solidColor": {"color": {"rgba": _GREEN}}},
        },
    }


def _mark(mark: Mark, clock: Span) -> dict[str, Any] | None:
    span = (max(mark.span[0], clock[0]), min(mark.span[1], clock[1]))
    if span[1] <= span[0]:
        return None
    if not np.isfinite([mark.lat_deg, mark.lon_deg, mark.height_m, *(mark.ellipse or ())]).all():
        raise CzmlError(f"mark {mark.id!r} has a position or an ellipse that is not finite")
    packet: dict[str, Any] = {
        "id": f"mark/{mark.id}",
        "name": mark.name,
        "availability": _interval(span),
        "position": {"cartographicDegrees": [round(mark.lon_deg, 6), round(mark.lat_deg, 6), round(mark.height_m, 1)]},
    }
    if mark.ellipse is None:
        packet["point"] = {"color": {"rgba": _WHITE}, "outlineColor": {"rgba": _RED}, "outlineWidth": 2, "pixelSize": 8}
        return packet
    major, minor, azimuth_deg = mark.ellipse
    packet["ellipse"] = {
        "semiMajorAxis": round(max(major, minor), 1),
        "semiMinorAxis": round(min(major, minor), 1),
        # CZML turns the major axis counter-clockwise from north
        "rotation": round(float(-np.radians(azimuth_deg)), 6),
        "height": 0.0,
        "fill": False,
        "outline": True,
        "outlineColor": {"rgba": _RED},
    }
    return packet


def _sampled(what: str, start_ns: int, seconds: FloatArray, position_m: FloatArray) -> dict[str, Any]:
    _check(what, position_m)
    rows = np.column_stack([np.round(seconds, 3), np.round(position_m, 1)])
    return {
        "referenceFrame": "FIXED",
        "epoch": format_utc(start_ns, 3),
        "cartesian": rows.ravel().tolist(),
        "interpolationAlgorithm": "LAGRANGE",
        "interpolationDegree": min(3, len(rows) - 1),
    }


def _check(what: str, position_m: FloatArray) -> None:
    if len(position_m) == 0 or not np.isfinite(position_m).all():
        raise CzmlError(f"{what!r} has no position, or one that is not finite")


def _metres(position_m: FloatArray) -> list[float]:
    metres: list[float] = np.round(position_m, 1).tolist()
    return metres


def _label(text: str) -> dict[str, Any]:
    return {
        "text": text,
        "font": "13px sans-serif",
        "style": "FILL_AND_OUTLINE",
        "outlineWidth": 2,
        "horizontalOrigin": "LEFT",
        "pixelOffset": {"cartesian2": [10, 0]},
        "distanceDisplayCondition": {"distanceDisplayCondition": [0, 6e7]},
    }


def _interval(span: Span) -> str:
    return f"{format_utc(span[0], 3)}/{format_utc(span[1], 3)}"
