"""The run on a turning Earth: the data of the report's globe, and the same as CZML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from launchwatch.core.arrays import FloatArray
from launchwatch.core.epochs import NS
from launchwatch.core.geodesy import A, geodetic_from_itrf, itrf_from_geodetic
from launchwatch.formats.czml import Flight, Mark, Sight, Site, czml_document
from launchwatch.report.land import rings
from launchwatch.report.maps import ellipse_lon_lat, sector_outline
from launchwatch.report.run import Case, RunView, cases_of, scenario_of, watermark
from launchwatch.report.sightings import Sightings, merged, sightings_of

_SAMPLES = 180
_BRIDGE_S = 15.0  # detections closer together are one line of sight on the globe


def globe_data(view: RunView, cases: Sequence[Case], sensors: Sequence[Sequence[Sightings]]) -> dict[str, Any]:
    """What the globe of the report draws, as plain JSON: land, and of each case its flights, sensors, ellipses.

    Positions are in Earth radii, ITRF; times in seconds after the case's first lift-off.
    """
    return {
        "land": [_deltas(ring) for ring in rings("110")],
        "cases": [_case(view, case, seen) for case, seen in zip(cases, sensors, strict=True)],
    }


def globe_czml(view: RunView) -> bytes:
    """The run as a CZML document for Cesium and others (globe.czml)."""
    flights, sights, marks = [], [], []
    sites: dict[str, Site] = {}
    for case in cases_of(view):
        until_ns = case.start_ns + int((case.end_s + 60.0) * NS)
        for flight in case.flights:
            name = f"{flight.booster} ({flight.launch})"
            rows = _rows(flight.t_s)
            flights.append(
                Flight(flight.launch, name, case.name, flight.time_ns, flight.t_s[rows], flight.position_m[rows])
            )
            marks.append(Mark(f"{flight.launch}/launch", f"launch of {flight.launch}", *flight.launch_deg,
                              (case.start_ns, until_ns), None))  # fmt: skip
            if flight.impact_deg is not None:
                marks.append(Mark(f"{flight.launch}/impact", f"impact of {flight.launch}", *flight.impact_deg,
                                  (case.start_ns, until_ns), None))  # fmt: skip
        for one in sightings_of(case, view.sensors):
            for index, flight in enumerate(case.flights):
                spans = [(_ns(case, start), _ns(case, end)) for start, end in _bridged(one, index)]
                if spans:
                    sights.append(Sight(f"{case.name}/{one.sensor}/{flight.launch}", one.sensor, flight.launch, spans))
            site = _site(one)
            sites[one.sensor] = _joined(sites[one.sensor], site) if one.sensor in sites else site
        for at in _ellipses(case):
            ellipse = (at["major"], at["minor"], at["azimuth"])
            name, span = f"{at['what']}, version {at['version']}", (_ns(case, at["from"]), _ns(case, at["until"]))
            marks.append(Mark(f"{case.name}/{name}", name, at["lat"], at["lon"], span, ellipse))
    return czml_document(
        name=f"{watermark(view)}: {scenario_of(view)['title']}", flights=flights, sites=list(sites.values()),
        sights=sights, marks=marks,
    )  # fmt: skip


def _case(view: RunView, case: Case, sensors: Sequence[Sightings]) -> dict[str, Any]:
    known = {one["id"]: one for one in view.sensors}
    flights = []
    for flight in case.flights:
        rows = _rows(flight.t_s)
        height = geodetic_from_itrf(flight.position_m[rows])[2]
        flights.append({
            "id": flight.launch,
            "t": _rounded(flight.t_s[rows] + (flight.time_ns - case.start_ns) / NS, 1),
            "p": _rounded(flight.position_m[rows].ravel() / A, 4),
            "h": _rounded(height / 1e3, 0),
            "burnout": round(flight.burnout_s, 1),
            "falls": flight.impact_s is not None,
        })  # fmt: skip
    return {
        "name": case.name,
        "end": round(case.end_s, 1),
        "partner": case.partners[0],
        "flights": flights,
        "sensors": [_sensor(one, known.get(one.sensor, {}), len(case.flights)) for one in sensors],
        "ellipses": [
            {"what": at["what"], "from": round(at["from"], 1), "until": round(at["until"], 1), "ring": _ring(at)}
            for at in _ellipses(case)
        ],
    }


def _sensor(one: Sightings, known: Mapping[str, Any], flights: int) -> dict[str, Any]:
    outlines = []
    if one.kind == "radar" and "range_max_km" in known:
        for sector in known.get("sectors", ()):
            lon, lat = sector_outline(known, sector["from_deg"], sector["to_deg"])
            outlines.append(_rounded(itrf_from_geodetic(lat, lon).ravel() / A, 3))
    return {
        "n": one.number,
        "name": one.name,
        "kind": one.kind,
        "p": _rounded(one.position_m[len(one.position_m) // 2] / A, 4),
        "outlines": outlines,
        "seen": [_bridged(one, index).round(1).tolist() for index in range(flights)],
    }


def _ellipses(case: Case) -> list[dict[str, Any]]:
    """Ellipses of the first partner, integrated, each from when its version was made until the next one was."""
    versions: dict[tuple[str, str], list[tuple[float, Any]]] = {}
    for envelope in case.warnings.get((case.partners[0], "integrated"), ()):
        assessment = getattr(envelope.payload, "assessment", None)
        if assessment is None:
            continue
        for what, at in (("launch point", assessment.launch_point), ("impact point", assessment.impact)):
            if at is not None:
                versions.setdefault((assessment.event, what), []).append((case.seconds(envelope.emitted_ns), at))
    found = []
    for (event, what), series in versions.items():
        for number, (start, at) in enumerate(series, start=1):
            until = series[number][0] if number < len(series) else case.end_s + 60.0
            if until > start:
                found.append({
                    "what": f"{what} of {event}", "version": number, "from": start, "until": until, "lat": at.lat_deg,
                    "lon": at.lon_deg, "major": at.ellipse_95.semi_major_km * 1e3,
                    "minor": at.ellipse_95.semi_minor_km * 1e3, "azimuth": at.ellipse_95.azimuth_deg,
                })  # fmt: skip
    return found


def _ring(at: Mapping[str, Any]) -> list[float]:
    axes_km = {"semi_major_km": at["major"] / 1e3, "semi_minor_km": at["minor"] / 1e3, "azimuth_deg": at["azimuth"]}
    lon, lat = ellipse_lon_lat({"lat_deg": at["lat"], "lon_deg": at["lon"]}, axes_km, 33)
    return _rounded(itrf_from_geodetic(lat, lon).ravel() / A, 4)


def _bridged(one: Sightings, flight: int) -> FloatArray:
    times = one.time_s[one.flight == flight]
    return merged(np.stack([times, times + one.period_s], axis=1), max(2 * _BRIDGE_S, 4 * one.period_s))


def _site(one: Sightings) -> Site:
    """Where a sensor stood, a minute or more between two positions."""
    if len(one.position_m) == 1:
        rows = np.zeros(1, np.int64)
    else:
        _, rows = np.unique((one.position_ns - one.position_ns[0]) // (60 * NS), return_index=True)
    return Site(one.sensor, f"{one.name} ({one.owner})", one.position_ns[rows], one.position_m[rows])


def _joined(first: Site, second: Site) -> Site:
    """One site out of two cases' positions, in order of time."""
    if len(first.position_m) == 1:
        return first
    times = np.concatenate([first.time_ns, second.time_ns])
    _, rows = np.unique(times, return_index=True)
    return Site(first.id, first.name, times[rows], np.concatenate([first.position_m, second.position_m])[rows])


def _rows(t_s: FloatArray) -> Any:
    """Rows that are kept of a flight: closer together in boost and at the end, where it bends."""
    even = np.linspace(0, len(t_s) - 1, _SAMPLES)
    start = np.searchsorted(t_s, np.arange(0.0, min(600.0, float(t_s[-1])), 10.0))
    end = np.searchsorted(t_s, np.arange(max(float(t_s[-1]) - 120.0, 0.0), float(t_s[-1]), 5.0))
    return np.unique(np.concatenate([even, start, end]).astype(np.int64))


def _ns(case: Case, seconds: float) -> int:
    return case.start_ns + int(seconds * NS)


def _rounded(values: FloatArray, digits: int) -> list[float]:
    rounded = np.round(values, digits)
    return [int(value) for value in rounded] if digits == 0 else rounded.tolist()


def _deltas(ring: FloatArray) -> list[int]:
    """A ring as one list: first point, then steps, in hundredths of a degree."""
    points = np.round(ring * 100.0).astype(np.int64)
    steps: list[int] = np.concatenate([points[:1], np.diff(points, axis=0)]).ravel().tolist()
    return steps
