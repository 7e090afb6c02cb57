"""The document of `launchwatch coverage`: fractions of whole days, kinds of evidence and times by cell of 5 degrees."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from launchwatch.assembly.coverage._kernels import DECLARED
from launchwatch.assembly.coverage.flights import BOOST_STEP_S, FLIGHT_STEP_S, ClassFlight, class_flight
from launchwatch.assembly.coverage.rows import CELL_DEG, area_rows, cell_rows, earth_row, even_cells
from launchwatch.assembly.coverage.watch import KINDS, SKY_WAVE_TOP_M, Cells, Seen, infrared_watch, radar_watch
from launchwatch.catalog.catalogue import Catalog, utc_day
from launchwatch.catalog.records import CatalogError, nearest
from launchwatch.catalog.schema import AnyOrbit, Geostationary, InfraredSensor, RadarSensor
from launchwatch.core.arrays import FloatArray, IntArray
from launchwatch.core.epochs import NS, format_utc, parse_utc
from launchwatch.sim.truth.orbits import OrbitError, satellite_positions

STEP_S = 600.0
"""Between two times of the day."""
AZIMUTHS = 8
"""Azimuths flown from each cell, evenly; nothing is told by azimuth."""
HOURS = (24.0, 48.0, 72.0)
"""Whole days only: from a shorter window the times of passes could be read, which the design rules out."""


@dataclass(frozen=True)
class Request:
    """What was asked for.

    Attributes
    ----------
    partner, sensor : identifier, one of the two.
    at : UTC; the window begins with its day.
    hours : one of `HOURS`.
    booster_class : of the launches.
    without : kinds that are switched off; single sensors cannot be.
    cloud_top_km : of a closed deck everywhere, 0 for clear sky.
    """

    partner: str | None = None
    sensor: str | None = None
    at: str = "2026-08-19T00:00:00Z"
    hours: float = 24.0
    booster_class: str = "icbm"
    without: tuple[str, ...] = ()
    cloud_top_km: float = 7.0


@dataclass(frozen=True)
class _Satellite:
    sensor: InfraredSensor
    orbit: AnyOrbit
    position_m: FloatArray  # (k, 3) at the times, (1, 3) where it stands still


def coverage(catalog: Catalog, request: Request) -> dict[str, Any]:
    """Where, from which height, after which time and by how many sensors a launch would be seen.

    Raises
    ------
    CatalogError
        An unknown partner, sensor, class or kind, a value out of bounds, or no sensor that is left.
    """
    start_ns = _checked(request)
    times = round(request.hours * 3600.0 / STEP_S)
    epochs = start_ns + ((np.arange(times) + 0.5) * STEP_S * NS).astype(np.int64)
    flight = class_flight(catalog, request.booster_class)
    satellites, radars, left_out = _sensors(catalog, request, start_ns, epochs)
    cells = even_cells(AZIMUTHS, request.cloud_top_km * 1e3)
    seen, shares = _watched(catalog, cells, flight, satellites, radars, times)
    rows = cell_rows(cells, seen)
    return {
        "schema": "launchwatch/coverage/1",
        "partner": request.partner,
        "sensor": request.sensor,
        "at": format_utc(start_ns, 0),
        "hours": request.hours,
        "booster_class": request.booster_class,
        "cloud_top_km": request.cloud_top_km,
        "without": list(request.without),
        "flight": _flight(flight),
        "sampling": _sampling(cells, seen, times),
        "sensors": [
            *(_satellite(one, shares) for one in satellites),
            *(_radar(one, shares) for one in radars),
        ],
        "left_out": left_out,
        "earth": earth_row(cells, rows),
        "regions": area_rows(catalog, rows),
        "cells": rows,
        "assumptions": _assumptions(request, flight),
    }


def _checked(request: Request) -> int:
    """The begin of the window, ns TAI."""
    if (request.partner is None) == (request.sensor is None):
        raise CatalogError("give one of --partner P and --sensor S")
    if request.hours not in HOURS:
        raise CatalogError(
            f"--hours {request.hours:g}: give 24, 48 or 72; coverage is told as a fraction of whole days, never as the "
            "times of passes"
        )
    if not 0.0 <= request.cloud_top_km <= 20.0:
        raise CatalogError(f"--cloud-top-km {request.cloud_top_km:g}: give a height of cloud tops, 0 to 20 km")
    for kind in request.without:
        if kind not in KINDS:
            raise CatalogError(
                f"--without {kind}: is no kind of sensor; write one of {', '.join(KINDS)} (single sensors are not "
                "switched off)"
            )
    return parse_utc(f"{utc_day(parse_utc(request.at)).isoformat()}T00:00:00Z")


def _sensors(
    catalog: Catalog, request: Request, start_ns: int, epochs: IntArray
) -> tuple[list[_Satellite], list[RadarSensor], list[dict[str, str]]]:
    """Satellites and radars that watch, and those left out, each with the reason."""
    chosen = _chosen(catalog, request, start_ns)
    satellites, left_out = [], []
    for sensor in chosen.values():
        if isinstance(sensor, InfraredSensor):
            try:
                orbit = catalog.orbit_of(sensor, start_ns)
                at = epochs[:1] if isinstance(orbit, Geostationary) else epochs
                satellites.append(_Satellite(sensor, orbit, satellite_positions(orbit, at)[0]))
            except (CatalogError, OrbitError) as error:
                left_out.append({"id": sensor.id, "why": str(error)})
    radars = [sensor for sensor in chosen.values() if isinstance(sensor, RadarSensor)]
    if not (satellites or radars):
        reasons = "".join(f"; {one['why']}" for one in left_out)
        without = f" without {', '.join(request.without)}" if request.without else ""
        who = request.partner or request.sensor
        raise CatalogError(f"{who}: no sensor is in service on {utc_day(start_ns)}{without}{reasons}")
    return satellites, radars, left_out


def _chosen(catalog: Catalog, request: Request, start_ns: int) -> dict[str, InfraredSensor | RadarSensor]:
    if request.partner is not None:
        if request.partner not in catalog.partners:
            raise CatalogError(f"--partner {request.partner}: unknown{nearest(request.partner, catalog.partners)}")
        chosen = catalog.sensors_in_service(start_ns, request.partner)
    else:
        assert request.sensor is not None
        known = {*catalog.sensors_infrared, *catalog.sensors_radar}
        if request.sensor not in known:
            raise CatalogError(f"--sensor {request.sensor}: unknown{nearest(request.sensor, known)}")
        serving = catalog.sensors_in_service(start_ns)
        chosen = {name: serving[name] for name in (request.sensor,) if name in serving}
    return {name: sensor for name, sensor in chosen.items() if kind_of(sensor) not in request.without}


def kind_of(sensor: InfraredSensor | RadarSensor) -> str:
    """Which of `KINDS` a sensor is of."""
    if isinstance(sensor, InfraredSensor):
        return "infrared"
    return "over-the-horizon" if sensor.technique == "over-the-horizon" else "radar"


def _watched(
    catalog: Catalog,
    cells: Cells,
    flight: ClassFlight,
    satellites: list[_Satellite],
    radars: list[RadarSensor],
    times: int,
) -> tuple[dict[str, Seen], dict[str, float]]:
    """What each kind sees, and the share of each sensor."""
    shares: dict[str, float] = {}
    parts = []
    for count in (1, times):
        some = [one for one in satellites if len(one.position_m) == count]
        watched = [(catalog.payloads[one.sensor.payload], one.position_m) for one in some]
        part, found = infrared_watch(cells, flight, watched, count)
        parts.append(part)
        shares |= {one.sensor.id: share for one, share in zip(some, found, strict=True)}
    still, moving = parts
    seen = {"infrared": still.over(times).with_(moving)}
    for kind in KINDS[1:]:
        of_kind = [one for one in radars if kind_of(one) == kind]
        seen[kind], found = radar_watch(cells, flight, of_kind)
        shares |= {one.id: share for one, share in zip(of_kind, found, strict=True)}
    return seen, shares


def _flight(flight: ClassFlight) -> dict[str, Any]:
    """What was flown."""
    path = flight.path
    return {
        "booster": flight.booster.id,
        "range_km": None if path.range_km is None else round(path.range_km, 1),
        "apogee_km": None if path.range_km is None else round(path.apogee_km, 1),
        "burnout_s": round(path.burnout_s, 1),
        "burnout_altitude_km": round(path.burnout_altitude_km, 1),
        "counted_until_s": round(float(flight.whole.t_s[-1]), 1),
        "plumes": [stage.plume_of for stage in flight.booster.stages],
        "rcs_booster_m2": flight.booster.rcs_booster_m2,
        "rcs_payload_m2": flight.booster.rcs_payload_m2,
    }


def _sampling(cells: Cells, seen: Mapping[str, Seen], times: int) -> dict[str, Any]:
    """How finely was computed, and the errors of the fractions that follow.

    Between two times (or two azimuths) where a cell turns seen or unseen the moment of the change is even over the
    step: each change adds a variance of step^2 / 12.
    """
    infrared, radar = seen["infrared"].count > 0, seen["radar"].count[..., 0] > 0
    in_time = (infrared[..., 1:] != infrared[..., :-1]).sum(axis=3).mean(axis=2)
    around = (radar != np.roll(radar, 1, axis=2)).sum(axis=2)
    sigma = np.sqrt(in_time / 12.0) / times
    radar_sigma = np.sqrt(around / 12.0) / len(cells.azimuth_deg)
    return {
        "cell_deg": CELL_DEG,
        "azimuths_deg": [float(azimuth) for azimuth in cells.azimuth_deg],
        "times": times,
        "step_s": STEP_S,
        "boost_step_s": BOOST_STEP_S,
        "flight_step_s": FLIGHT_STEP_S,
        "looks_of_a_track": DECLARED,
        "infrared_fraction_sigma": _over_the_earth(cells, sigma),
        "radar_fraction_sigma": _over_the_earth(cells, radar_sigma),
    }


def _over_the_earth(cells: Cells, sigma: FloatArray) -> dict[str, float]:
    return {
        "mean": round(float(cells.weight @ sigma.sum(axis=1)), 4),
        "most": round(float(sigma.max()), 4),
    }


def _satellite(one: _Satellite, shares: Mapping[str, float]) -> dict[str, Any]:
    sensor = one.sensor
    return _named(sensor, shares) | {
        "moving": len(one.position_m) > 1,
        "orbit": one.orbit.id,
        "orbit_status": one.orbit.status,
    }


def _radar(sensor: RadarSensor, shares: Mapping[str, float]) -> dict[str, Any]:
    return _named(sensor, shares) | {"moving": False, "lat_deg": sensor.lat_deg, "lon_deg": sensor.lon_deg}


def _named(sensor: InfraredSensor | RadarSensor, shares: Mapping[str, float]) -> dict[str, Any]:
    return {
        "id": sensor.id,
        "name": sensor.name,
        "owner": sensor.owner,
        "kind": kind_of(sensor),
        "status": sensor.status,
        "confidence": sensor.confidence,
        "earth_day_fraction": round(shares[sensor.id], 4),
    }


def _assumptions(request: Request, flight: ClassFlight) -> list[str]:
    name = flight.booster.id
    end = "to its last burnout" if flight.path.impact_s is None else "to its impact"
    return [
        f"One flight of {name} stands for the class: flown once northward from the equator, then laid over each cell "
        f"along {AZIMUTHS} even azimuths without the Earth's rotation, and followed {end}.",
        "Seen means that the mean signal-to-noise ratio of a look meets the sensor's threshold, which is about an even "
        "chance for infrared and less for a fluctuating radar echo; nothing is drawn.",
        "The first look falls half a period of the sensor after the launch becomes visible, the mean of all phases; a "
        "track is declared at the third look of one sensor. No delay of reports or crews is in these times.",
        f"A closed deck of cloud with tops at {request.cloud_top_km:g} km lies everywhere; infrared sees nothing below."
        if request.cloud_top_km > 0.0
        else "The sky is clear everywhere; infrared sees to the ground through the air alone.",
        "Infrared sees burning stages; radar sees the booster until burnout and the payload after it, so that a launch "
        "counts as seen by radar also where it comes over the horizon only late in its flight. Dual: infrared and a "
        "phased-array radar.",
        f"Over-the-horizon radar is geometry alone: a burning stage below {SKY_WAVE_TOP_M / 1e3:.0f} km within its "
        "sectors and ranges along the ground, whatever the ionosphere does.",
        "Fractions are means over azimuths and whole days. Geostationary slots stand still; radars do not depend on "
        "the time of day. Sensor noise, sites to 0.1 degree, synthetic orbits and days of service are as in the "
        "catalogue, with their status.",
    ]
