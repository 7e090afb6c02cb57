"""Rows of the validation page on typing: every booster of the catalogue, seen by two satellites, told by its class."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache

import numpy as np
from make_booster_table import LATITUDE_DEG, reach

from launchwatch.assembly.chain import make_lane
from launchwatch.assembly.observe import observe
from launchwatch.assembly.run import Driven
from launchwatch.catalog.catalogue import Catalog
from launchwatch.catalog.land import land_mask
from launchwatch.catalog.loader import load_catalog
from launchwatch.catalog.scenario import Launch, Point, SensorChoice, Signature
from launchwatch.catalog.scenario import Trajectory as Asked
from launchwatch.catalog.schema import Booster, Scenario
from launchwatch.core.epochs import NS
from launchwatch.core.geodesy import direct, geodetic_from_itrf
from launchwatch.messages.assessments import Assessment
from launchwatch.sim.truth.aim import AimError, Mode, aim_impact
from launchwatch.sim.truth.aim_orbit import aim_orbit
from launchwatch.sim.truth.flight import Trajectory, fly
from launchwatch.sim.truth.plan import FlightError, FlightPlan

SENSORS = ("us-sbirs-geo-1", "us-sbirs-geo-5")
SEA, LAND_LON_DEG = ((-30.0, 15.0), (55.0, 95.0)), (45.0, 105.0)
"""Where submarines launch from, between latitudes and longitudes, and longitudes between which the others do."""
BEGIN = "2026-08-22T00:00:00Z"
BANDS_KM = (1000.0, 3000.0, 5500.0)
BANDS = ("srbm", "mrbm", "irbm", "icbm")
AFTER_BURNOUT_S, AFTER_PULL_UP_S, LONG_AFTER_S = 30.0, 60.0, 120.0
FARTHEST_KM = 12_500.0
CONFIDENT = 0.9
TRIES = 12


@dataclass(frozen=True)
class Told:
    """What was said of one launch: true class, range km (NaN in orbit), probabilities when it counts and at the end.

    ``typing`` is of `AFTER_BURNOUT_S` after burnout, of a glide body `AFTER_PULL_UP_S` after it pulls up; empty where
    nothing was said. ``late`` is of `LONG_AFTER_S` after that.
    """

    booster: str
    booster_class: str
    seed: int
    range_km: float
    typing: dict[str, float]
    late: dict[str, float]


@cache
def _catalog() -> Catalog:
    return load_catalog()


@cache
def _reach_km(booster: str) -> float:
    return min(reach(_catalog().boosters[booster]).range_km, FARTHEST_KM)


def played(booster_id: str, seed: int) -> Told:
    """One launch of a booster: place, path and plume drawn, two satellites, the chain that hears them."""
    catalog = _catalog()
    booster = catalog.boosters[booster_id]
    rng = np.random.default_rng([seed, *booster_id.encode()])
    plan, whole = _flown(booster, rng)
    counts_s = whole.burnout_s + AFTER_BURNOUT_S
    if booster.booster_class == "hgv":
        counts_s = _pull_up_s(whole) + AFTER_PULL_UP_S
    path = fly(booster, plan, min(whole.end_s, counts_s + LONG_AFTER_S))
    launch = Launch(
        id="one",
        booster=booster_id,
        time=BEGIN,
        from_=Point(lat_deg=round(plan.lat_deg, 1), lon_deg=round(plan.lon_deg, 1)),
        trajectory=Asked(azimuth_deg=plan.azimuth_deg, range_km=1.0, apogee_km=1.0),
    )
    scenario = Scenario(
        id="typing",
        title="typing",
        sources=("drawn",),
        partners=("us",),
        launches=(launch,),
        purpose="test",
        signature=Signature(sampled=True),
        sensors=SensorChoice(only=SENSORS),
        duration_after_impact_s=0.0,
    )
    observed = observe(catalog, scenario, seed, [(launch, path)], None)
    lane = make_lane(catalog, scenario, "one", "us", "alone", None)
    driven = Driven(lane, observed.own["us"], observed.stop_ns)
    said = []
    for moment_s in (counts_s, counts_s + LONG_AFTER_S):
        driven.drive(launch.time_ns + round(moment_s * NS))
        said.append(_loudest(driven))
    range_km = float("nan") if whole.range_km is None else whole.range_km
    return Told(booster_id, booster.booster_class, seed, range_km, *said)


def _loudest(driven: Driven) -> dict[str, float]:
    """Typing of the event with the most detections."""
    last: dict[str, Assessment] = {}
    for envelope in driven.outputs:
        if isinstance(envelope.payload, Assessment):
            last[envelope.payload.event] = envelope.payload
    return dict(max(last.values(), key=lambda a: a.detections).typing) if last else {}


def _flown(booster: Booster, rng: np.random.Generator) -> tuple[FlightPlan, Trajectory]:
    for _ in range(TRIES):
        lat, lon = _place(booster, rng)
        azimuth = rng.uniform(0.0, 360.0)
        try:
            plan = _plan(booster, lat, lon, azimuth, rng)
            return plan, fly(booster, plan)
        except (AimError, FlightError):
            continue
    raise SystemExit(f"{booster.id}: no flight in {TRIES} draws")


def _plan(booster: Booster, lat: float, lon: float, azimuth: float, rng: np.random.Generator) -> FlightPlan:
    kind = booster.booster_class
    if kind == "slv":
        inclination = rng.uniform(min(abs(lat) + 1.0, 97.0), 98.0)
        return aim_orbit(booster, (lat, lon), inclination, rng.uniform(200.0, 500.0), bool(rng.integers(2)))
    if kind == "sounding-rocket":
        return FlightPlan(lat, lon, azimuth, rng.uniform(82.0, 88.0))
    if kind == "hgv":
        return FlightPlan(lat, lon, azimuth, rng.uniform(-6.0, 6.0))
    range_km = rng.uniform(0.75, 0.97) * _reach_km(booster.id)
    modes: tuple[Mode, ...] = ("minimum-energy", "lofted", "depressed")
    mode = modes[int(rng.choice(3, p=(0.8, 0.1, 0.1)))]
    return aim_impact(booster, (lat, lon), direct(lat, lon, azimuth, 1e3 * range_km), mode)


def _place(booster: Booster, rng: np.random.Generator) -> tuple[float, float]:
    """A place to launch from: a country's latitude on land, or at sea; away from coasts, which the map has coarse."""
    land = land_mask()
    at_sea = booster.booster_class == "slbm"
    while True:
        if at_sea:
            lat, lon = rng.uniform(*SEA[0]), rng.uniform(*SEA[1])
        else:
            lat = LATITUDE_DEG.get(booster.country or "", 45.0) + rng.uniform(-5.0, 5.0)
            lon = rng.uniform(*LAND_LON_DEG)
        row, column = int(lat + 90.0), int((lon + 180.0) % 360.0)
        around = land[row - 1 : row + 2, column - 1 : column + 2]
        if (not around.any()) if at_sea else bool(around.all()):
            return round(lat, 1), round(lon, 1)


def _pull_up_s(path: Trajectory) -> float:
    """When a glide body first stops to fall after its apogee; its end where it never does."""
    t = np.arange(path.apogee_s + 10.0, path.end_s, 1.0)
    height = geodetic_from_itrf(path.at(t)[0])[2]
    rises = np.flatnonzero(np.diff(height) > 0.0)
    return float(t[rises[0]]) if len(rises) else path.end_s


def measure(runs: int, first_seed: int = 1, boosters: Sequence[str] | None = None) -> list[Told]:
    """All boosters, so many runs each, on all cores."""
    names = list(boosters or _catalog().boosters)
    work = [(name, first_seed + k) for name in names for k in range(runs)]
    with ProcessPoolExecutor() as pool:
        return list(pool.map(played, *zip(*work, strict=True), chunksize=4))


TITLE = "Typing: every booster of the catalogue, seen by two satellites"
HEADS = ("class", "runs", "right", "told as", "sure and wrong", "Brier score")
NOTE = """\
Each booster of the catalogue flown from drawn places on drawn paths (four of five on minimum energy, to 75 to 97 % of
its range), its plume drawn between its bounds, seen by two staring satellites through 7 km of cloud. Told 30 s after
burnout, of glide bodies 60 s after they pull up. *Right*: the likeliest class is that of the catalogue. *Sure and
wrong*: another class above 0.9. Brier score: mean over runs of the squared misses of all probabilities, 0 to 2. A
launcher whose upper stages are too faint for the satellites looks like a missile until something sees them; a glide
body that nothing sees in the air does.
"""


def rows(told: Sequence[Told]) -> list[list[str]]:
    """The confusion matrix, a line a true class, and the score."""
    classes = list(dict.fromkeys(one.booster_class for one in told))
    return [_row(name, [one for one in told if one.booster_class == name]) for name in classes] + [
        _row("all", list(told))
    ]


def _row(name: str, told: Sequence[Told]) -> list[str]:
    likeliest = [max(one.typing, key=one.typing.__getitem__) if one.typing else "nothing" for one in told]
    right = sum(top == one.booster_class for top, one in zip(likeliest, told, strict=True))
    sure = sum(
        top not in (one.booster_class, "nothing") and one.typing[top] > CONFIDENT
        for top, one in zip(likeliest, told, strict=True)
    )
    counts = {top: likeliest.count(top) for top in dict.fromkeys(likeliest)}
    as_what = ", ".join(f"{top} {count}" for top, count in sorted(counts.items(), key=lambda x: -x[1]))
    brier = np.mean([_brier(one) for one in told])
    return [
        name, str(len(told)), f"{100.0 * right / len(told):.0f} %", "" if name == "all" else as_what, str(sure),
        f"{brier:.2f}",
    ]  # fmt: skip


def _brier(one: Told) -> float:
    """Squared misses of all probabilities; where nothing is said, those of certainty that nothing was launched."""
    typing = one.typing or {"not-a-missile": 1.0}
    names = {*typing, one.booster_class}
    return sum((typing.get(name, 0.0) - (name == one.booster_class)) ** 2 for name in names)
