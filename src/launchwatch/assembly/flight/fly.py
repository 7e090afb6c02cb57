"""One flight by hand: what `launchwatch fly` does."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, get_args

from launchwatch.assembly.flight.launch import figures, mode_of
from launchwatch.catalog.catalogue import Catalog
from launchwatch.catalog.records import CatalogError, nearest
from launchwatch.catalog.vehicles import Booster
from launchwatch.core.geodesy import direct
from launchwatch.sim.truth.aim import AimError, LatLon, aim_apogee_range, aim_impact
from launchwatch.sim.truth.aim_orbit import aim_injection, aim_orbit
from launchwatch.sim.truth.bodies import Body, bodies
from launchwatch.sim.truth.flight import fly
from launchwatch.sim.truth.plan import Failure, FailureKind, FlightPlan

_FARTHEST_KM = 20_003.9  # half a meridian of WGS-84


@dataclass(frozen=True)
class Request:
    """What was asked for; texts as they were written.

    Attributes
    ----------
    booster : identifier. start, to : points LAT,LON in degrees.
    azimuth_deg, range_km, apogee_km, flight_time_s, depressed : of a flight that comes down.
    orbit_km, inclination_deg, southward, injection_apogee_km : of one that does not.
    fail : KIND@SECONDS.
    """

    booster: str
    start: str
    to: str | None = None
    azimuth_deg: float | None = None
    range_km: float | None = None
    apogee_km: float | None = None
    flight_time_s: float | None = None
    depressed: bool = False
    orbit_km: float | None = None
    inclination_deg: float | None = None
    southward: bool = False
    injection_apogee_km: float | None = None
    fail: str | None = None


def fly_once(catalog: Catalog, request: Request) -> tuple[tuple[Body, ...], dict[str, Any]]:
    """Aim and fly; what is in the sky, the payload first, and the figures.

    Raises
    ------
    CatalogError, AimError, FlightError
        Unknown booster, a point that is none, a combination that says too little or too much, or a target out of reach.
    """
    if request.booster not in catalog.boosters:
        raise CatalogError(f"--booster {request.booster}: unknown{nearest(request.booster, catalog.boosters)}")
    booster = catalog.boosters[request.booster]
    plan = _plan(booster, request)
    if request.fail is not None:
        plan = replace(plan, failure=_failure(request.fail))
    path = fly(booster, plan)
    flown = bodies(booster, path)
    return flown, figures(path) | {"bodies": [_figures_of(body) for body in flown[1:]]}


def point(text: str, name: str) -> LatLon:
    """A point written LAT,LON in degrees; `name` is the option that it came from."""
    try:
        lat, lon = (float(part) for part in text.split(","))
    except ValueError:
        raise AimError(f"{name} {text}: is no point; write LAT,LON in degrees, like 48.0,-101.0") from None
    if not (-90.0 <= lat <= 90.0 and -180.0 <= lon <= 180.0):
        raise AimError(f"{name} {text}: lies outside -90..90, -180..180 degrees")
    return lat, lon


def _plan(booster: Booster, request: Request) -> FlightPlan:
    """The plan of one of the three forms: into an orbit, to a point, along an azimuth."""
    _check(request)
    launch = point(request.start, "--from")
    if request.orbit_km is not None:
        assert request.inclination_deg is not None
        plan = aim_orbit(booster, launch, request.inclination_deg, request.orbit_km, request.southward)
        if request.injection_apogee_km is None:
            return plan
        return aim_injection(booster, plan, request.injection_apogee_km)
    if request.to is not None:
        mode = mode_of(request.depressed, request.apogee_km)
        target = point(request.to, "--to")
        return aim_impact(booster, launch, target, mode, request.apogee_km, request.flight_time_s)
    assert request.azimuth_deg is not None
    assert request.range_km is not None
    if request.apogee_km is not None:
        return aim_apogee_range(booster, launch, request.azimuth_deg, request.apogee_km, request.range_km)
    target = direct(*launch, request.azimuth_deg, request.range_km * 1e3)
    return aim_impact(booster, launch, target, flight_time_s=request.flight_time_s)


def _check(request: Request) -> None:
    """See that the request is of one form, and whole."""
    ranged = (request.azimuth_deg, request.range_km)
    forms = (request.to is not None) + (ranged != (None, None)) + (request.orbit_km is not None)
    if forms != 1 or (None in ranged) != (ranged == (None, None)):
        raise AimError(
            "give one of: --to LAT,LON; --azimuth DEG with --range-km R; --orbit-km H with --inclination-deg I"
        )
    for name, value in (
        ("--range-km", request.range_km),
        ("--apogee-km", request.apogee_km),
        ("--flight-time-s", request.flight_time_s),
        ("--orbit-km", request.orbit_km),
        ("--injection-apogee-km", request.injection_apogee_km),
    ):
        if value is not None and not 0.0 < value < 1e6:
            raise AimError(f"{name} {value:g}: give a number above 0 and below 1,000,000")
    if request.range_km is not None and request.range_km > _FARTHEST_KM:
        raise AimError(
            f"--range-km {request.range_km:g}: no two points of the Earth are farther apart than {_FARTHEST_KM:,.0f} km"
        )
    if request.azimuth_deg is not None and not 0.0 <= request.azimuth_deg <= 360.0:
        raise AimError(f"--azimuth {request.azimuth_deg:g}: give degrees clockwise from north, 0 to 360")
    if request.apogee_km is not None and request.flight_time_s is not None:
        raise AimError("give --apogee-km or --flight-time-s; each fixes the other")
    if request.depressed and (request.to is None or request.apogee_km is not None or request.flight_time_s is not None):
        raise AimError("--depressed goes with --to LAT,LON alone; else --apogee-km or --flight-time-s says how low")
    orbital = (request.inclination_deg, request.injection_apogee_km)
    if request.orbit_km is None:
        if orbital != (None, None) or request.southward:
            raise AimError("--inclination-deg, --southward and --injection-apogee-km go with --orbit-km H")
    elif request.inclination_deg is None:
        raise AimError("--orbit-km goes with --inclination-deg I")
    elif request.apogee_km is not None or request.flight_time_s is not None:
        raise AimError(
            "--apogee-km and --flight-time-s do not go with --orbit-km; a second burn has --injection-apogee-km"
        )


def _failure(text: str) -> Failure:
    """A failure written KIND@SECONDS."""
    kind, _, seconds = text.partition("@")
    kinds: dict[str, FailureKind] = {name: name for name in get_args(FailureKind)}
    try:
        return Failure(kinds[kind], float(seconds))
    except (KeyError, ValueError):
        raise AimError(f"--fail {text}: write KIND@SECONDS, with KIND one of {', '.join(kinds)}") from None


def _figures_of(body: Body) -> dict[str, Any]:
    """Where a body comes down, and when."""
    path = body.trajectory
    impact = None
    if path.impact_deg is not None:
        impact = {"lat_deg": round(path.impact_deg[0], 4), "lon_deg": round(path.impact_deg[1], 4)}
    return {
        "id": body.id,
        "name": body.name,
        "kind": body.kind,
        "start_s": round(path.start_s, 2),
        "impact_s": None if path.impact_s is None else round(path.impact_s, 2),
        "impact": impact,
        "range_km": None if path.range_km is None else round(path.range_km, 2),
        "burns_s": [[round(begin, 2), round(end, 2)] for begin, end in path.burns_s],
    }
