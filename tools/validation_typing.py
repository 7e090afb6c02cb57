"""Rows of the validation page on typing: every booster of the catalogue, seen by two satellites, told by its class."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import msgspec
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
from launchwatch.core.arrays import FloatArray
from launchwatch.core.epochs import NS
from launchwatch.core.geodesy import direct, geodetic_from_itrf, inverse
from launchwatch.messages.assessments import Assessment
from launchwatch.messages.events import Event
from launchwatch.messages.items import Item
from launchwatch.processing.assessments.stage import AssessmentsStage
from launchwatch.processing.assessments.typing import CLASSES
from launchwatch.sim.truth.aim import AimError, Mode, aim_impact
from launchwatch.sim.truth.aim_orbit import aim_orbit
from launchwatch.sim.truth.flight import COARSE_BOUNDS, Trajectory, fly, fly_ends
from launchwatch.sim.truth.plan import FlightError, FlightPlan

SENSORS = ("us-sbirs-geo-1", "us-sbirs-geo-5")
SEA, LAND_LON_DEG = ((-30.0, 15.0), (55.0, 95.0)), (45.0, 105.0)
"""Where submarines launch from, between latitudes and longitudes, and longitudes between which the others do."""
BEGIN = "2026-08-22T00:00:00Z"
BANDS = ("srbm", "mrbm", "irbm", "icbm")
AFTER_BURNOUT_S, AFTER_PULL_UP_S, LONG_AFTER_S = 30.0, 60.0, 120.0
FARTHEST_KM = 12_500.0
CONFIDENT = 0.9
TRIES = 12
FIRST_SEED, RUNS = 117, 50
"""The numbers of the method were chosen on seeds 1 to 8; the misses of 101 to 115 were looked at."""
NOTHING = "none"
TITLE = "Typing: every booster of the catalogue, two satellites"
MISS_HEADS = ("booster", "launched", "typed as", "runs", "greatest probability")
MISSES = f"Wrong with more than {CONFIDENT}, when it counts:"
UNLISTED = f"With the booster left out, wrong with more than {CONFIDENT}: neither its class nor `other`:"
FIGURE = """\
![Reliability of the probabilities; likeliest class by class launched](_static/typing.png)

*Left: all probabilities of all classes, in bins of a tenth, with 95 % intervals and their number. Right: likeliest
class when it counts, in per cent of the launches of a class; `none`: no event.*
"""
MISSING = "Not computed: `python tools/make_validation.py --typing` plays it, some 20 minutes on two cores.\n"
HGV_CUTOFF, HOP_KM, LEAST_GLIDE_KM = (0.75, 1.0), (45.0, 110.0), 1_000.0


@dataclass(frozen=True, eq=False)
class Heard:
    """One launch as the chain has it when it counts and later.

    Each is the event with the most detections, and when that was said, ns TAI; null for none.
    """

    booster: str
    booster_class: str
    seed: int
    range_km: float | None
    counts: tuple[int, Event] | None
    late: tuple[int, Event] | None


@dataclass(frozen=True)
class Told:
    """What is said of one launch: true class, range km (null in orbit), probabilities; none where there is no event.

    ``typing`` is of `AFTER_BURNOUT_S` after burnout, of a glide body `AFTER_PULL_UP_S` after it pulls up; ``late`` of
    `LONG_AFTER_S` after that; ``unlisted`` is ``typing`` with the booster left out of the catalogue.
    """

    booster: str
    booster_class: str
    seed: int
    range_km: float | None
    typing: dict[str, float]
    late: dict[str, float]
    unlisted: dict[str, float]


@cache
def catalog() -> Catalog:
    """The catalogue, read once in each process."""
    return load_catalog()


@cache
def _reach_km(booster: str) -> float:
    return min(reach(catalog().boosters[booster]).range_km, FARTHEST_KM)


@cache
def _stage(left_out: str | None) -> AssessmentsStage:
    boosters = [b for b in catalog().boosters.values() if b.id != left_out]
    return AssessmentsStage({}, 0.0, land_mask(), boosters)


def played(booster_id: str, seed: int) -> Told:
    """One launch of a booster, and what is said of it."""
    return told(heard(booster_id, seed))


def told(launch: Heard) -> Told:
    """What the chain says of a launch, with its booster in the catalogue and without."""
    return Told(
        launch.booster,
        launch.booster_class,
        launch.seed,
        launch.range_km,
        _typing(launch.counts, None),
        _typing(launch.late, None),
        _typing(launch.counts, launch.booster),
    )


def _typing(said_at: tuple[int, Event] | None, left_out: str | None) -> dict[str, float]:
    if said_at is None:
        return {}
    stage, (now, event) = _stage(left_out), said_at
    _, (output,) = stage.step(stage.start(), [Item(event.event, now, event)], now)
    assert isinstance(output.payload, Assessment)
    return output.payload.typing


def heard(booster_id: str, seed: int) -> Heard:
    """One launch of a booster: place, path and plume drawn, two satellites, the chain that hears them."""
    booster = catalog().boosters[booster_id]
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
    observed = observe(catalog(), scenario, seed, [(launch, path)], None)
    lane = make_lane(catalog(), scenario, "one", "us", "alone", None)
    driven = Driven(lane, observed.own["us"], observed.stop_ns)
    events = []
    for moment_s in (counts_s, counts_s + LONG_AFTER_S):
        driven.drive(launch.time_ns + round(moment_s * NS))
        events.append(_loudest(driven))
    return Heard(booster_id, booster.booster_class, seed, whole.range_km, *events)


def _loudest(driven: Driven) -> tuple[int, Event] | None:
    """The event with the most detections, and when it was said."""
    last = {e.payload.event: (e.emitted_ns, e.payload) for e in driven.outputs if isinstance(e.payload, Event)}
    return max(last.values(), key=lambda item: item[1].preferred.detections, default=None)


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
        return _gliding(booster, lat, lon, azimuth, rng)
    range_km = rng.uniform(0.75, 0.97) * _reach_km(booster.id)
    modes: tuple[Mode, ...] = ("minimum-energy", "lofted", "depressed")
    mode = modes[int(rng.choice(3, p=(0.8, 0.1, 0.1)))]
    return aim_impact(booster, (lat, lon), direct(lat, lon, azimuth, 1e3 * range_km), mode)


def _gliding(booster: Booster, lat: float, lon: float, azimuth: float, rng: np.random.Generator) -> FlightPlan:
    """A burn that ends in a low hop, from which the body pulls up and glides."""
    pitches = np.arange(-30.0, 31.0)
    lanes = np.ones((len(pitches), 7))
    lanes[:, 0], lanes[:, 1], lanes[:, 2] = azimuth, pitches, rng.uniform(*HGV_CUTOFF)
    ends = fly_ends(booster, lat, lon, 0.0, lanes, COARSE_BOUNDS)
    there = np.column_stack(geodetic_from_itrf(ends.position_m)[:2])
    ranges = np.array([inverse(lat, lon, float(a), float(b))[0] for a, b in there])
    low = (ends.apogee_m > 1e3 * HOP_KM[0]) & (ends.apogee_m < 1e3 * HOP_KM[1])
    fits = np.flatnonzero(ends.landed & low & (ranges > 1e3 * LEAST_GLIDE_KM) & (ranges < 1e3 * FARTHEST_KM))
    if not len(fits):
        raise AimError(f"{booster.id}: no low hop")
    return FlightPlan(lat, lon, azimuth, float(pitches[rng.choice(fits)]), cutoff=float(lanes[0, 2]))


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


def measure(runs: int, first_seed: int = FIRST_SEED, boosters: Sequence[str] | None = None) -> list[Told]:
    """All boosters, so many runs each, on all cores."""
    names = list(boosters or catalog().boosters)
    work = [(name, first_seed + k) for name in names for k in range(runs)]
    with ProcessPoolExecutor() as pool:
        return list(pool.map(played, *zip(*work, strict=True), chunksize=4))


def store(file: Path, runs: int) -> None:
    """Play all boosters and keep what was said."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(msgspec.json.encode(measure(runs)))


def kept(file: Path) -> list[Told]:
    """What `store` kept."""
    return msgspec.json.decode(file.read_bytes(), type=list[Told])


def said(typing: dict[str, float]) -> str:
    """The likeliest class; ``none`` where there was no event."""
    return max(typing, key=lambda name: typing[name]) if typing else NOTHING


def right(launches: Sequence[Told], classes: Sequence[str]) -> tuple[int, int]:
    """How many launches of some classes are typed right when it counts, and how many there are."""
    own = [one for one in launches if one.booster_class in classes]
    return sum(said(one.typing) == one.booster_class for one in own), len(own)


def confident_misses(launches: Sequence[Told], unlisted: bool = False) -> list[tuple[Told, str]]:
    """Launches typed as a class that they are not of with more than `CONFIDENT`, and as what."""
    found = []
    for one in launches:
        typing = one.unlisted if unlisted else one.typing
        name = said(typing)
        fair = (one.booster_class, "other") if unlisted else (one.booster_class,)
        if name != NOTHING and typing[name] > CONFIDENT and name not in fair:
            found.append((one, name))
    return found


def brier(launches: Sequence[Told]) -> float:
    """Brier score over all classes: 0 for a seer, 2 for one who is always sure and wrong (Brier 1950)."""
    p, true = _table(launches)
    return float(np.mean(np.sum((p - true) ** 2, axis=1)))


def reliability(launches: Sequence[Told]) -> list[tuple[float, float, int]]:
    """Of all probabilities said, in bins of a tenth: their mean, the part of them that came true, their number."""
    p, true = (array.ravel() for array in _table(launches))
    place = np.minimum((p * 10.0).astype(int), 9)
    return [
        (float(p[place == k].mean()), float(true[place == k].mean()), int(np.sum(place == k)))
        for k in range(10)
        if np.any(place == k)
    ]


def _table(launches: Sequence[Told]) -> tuple[FloatArray, FloatArray]:
    """Probabilities (n, classes) and truth, of launches that made an event."""
    heard_of = [one for one in launches if one.typing]
    p = np.array([[one.typing[name] for name in CLASSES] for one in heard_of])
    return p, np.array([[float(one.booster_class == name) for name in CLASSES] for one in heard_of])


def note(launches: Sequence[Told]) -> str:
    """What was played."""
    boosters = len({one.booster for one in launches})
    seeds = sorted({one.seed for one in launches})
    return f"""\
{boosters} boosters, {len(seeds)} launches each (seeds {seeds[0]} to {seeds[-1]}; the numbers of the method were chosen
on 1 to 8, with a look at 101 to 115): place, azimuth, range, path and plume drawn; two
satellites that scan and stare, `{SENSORS[0]}` and `{SENSORS[1]}`; the chain of a run. Missiles
fly for 75 to 97 % of their reach, four of five at least energy,
the others lofted or depressed; launchers to orbits of 200 to 500 km; sounding rockets nearly straight up; glide bodies
from hops of 45 to 110 km. Left out: the same launch typed with its booster taken out of the catalogue.
"""


def rows(launches: Sequence[Told]) -> list[tuple[str, str, str, str, str]]:
    """Rows of the validation page."""

    def part(classes: Sequence[str]) -> str:
        good, count = right(launches, classes)
        return f"{good / count:.3f} ({good} of {count})"

    wrong = confident_misses(launches, unlisted=True)
    unlisted = [one for one in launches if one.unlisted]
    fair = sum(said(one.unlisted) in (one.booster_class, "other") for one in unlisted)
    after = f"burnout + {AFTER_BURNOUT_S:.0f} s"
    return [
        (f"range band of missiles from land, {after}", ">= 0.9", part(BANDS), "", ""),
        (f"`icbm` against `slbm`, {after}", "", part(("icbm", "slbm")), "", "by launch area"),
        (f"`slv`, last burnout + {AFTER_BURNOUT_S:.0f} s", "", part(("slv",)), "", ""),
        (f"`hgv`, pull-up + {AFTER_PULL_UP_S:.0f} s", "", part(("hgv",)), "", ""),
        (f"`sounding-rocket`, {after}", "", part(("sounding-rocket",)), "", ""),
        ("Brier score", "", f"{brier(launches):.3f}", "", "0 to 2; always the prior: 0.85"),
        (f"wrong with more than {CONFIDENT}", "each looked at", str(len(confident_misses(launches))), "", ""),
        ("booster left out: its class, or `other`", "", f"{fair / len(unlisted):.3f}", "", ""),
        (f"booster left out: wrong with more than {CONFIDENT}", "", f"{len(wrong) / len(unlisted):.3f}", "", ""),
    ]


def confusion(launches: Sequence[Told]) -> tuple[list[str], list[list[str]]]:
    """Heads and rows of the confusion matrix: launches of a class by the likeliest class when it counts."""
    columns = [*CLASSES, NOTHING]
    table = []
    for name in CLASSES[:-2]:
        told_of = [said(one.typing) for one in launches if one.booster_class == name]
        table.append([f"`{name}`", *(str(told_of.count(column) or "") for column in columns)])
    return ["launched", *columns], table


def miss_rows(launches: Sequence[Told], unlisted: bool) -> list[list[str]]:
    """Confident misses by booster and class said: how many, of how many runs, and their greatest probability."""
    groups: dict[tuple[str, str, str], list[float]] = {}
    for one, name in confident_misses(launches, unlisted):
        typing = one.unlisted if unlisted else one.typing
        groups.setdefault((one.booster, one.booster_class, name), []).append(typing[name])
    runs = {one.booster: sum(other.booster == one.booster for other in launches) for one in launches}
    return [
        [f"`{booster}`", f"`{true}`", f"`{name}`", f"{len(p)} of {runs[booster]}", f"{max(p):.3f}"]
        for (booster, true, name), p in sorted(groups.items(), key=lambda item: -len(item[1]))
    ]


def plot(launches: Sequence[Told], file: Path) -> None:
    """Reliability of the probabilities, and the confusion matrix."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11.0, 5.0), layout="constrained")
    left, right_axes = figure.subplots(1, 2, width_ratios=(1.0, 1.25))
    left.plot([0.0, 1.0], [0.0, 1.0], color="#999999", linewidth=1.0)
    for p, came, count in reliability(launches):
        spread = 1.96 * np.sqrt(max(came * (1.0 - came), 0.25 / count) / count)
        left.errorbar(p, came, yerr=spread, fmt="o", color="#20639b", markersize=4.5, capsize=3)
        left.annotate(f"{count:,}", (p, came), (7, -9), textcoords="offset points", fontsize=7.5, color="#555555")
    left.set_xlabel("probability said")
    left.set_ylabel("part that came true")
    left.set_title(f"reliability; Brier score {brier(launches):.3f}", fontsize=10)
    left.grid(alpha=0.3)
    true = [name for name in CLASSES[:-2] if any(one.booster_class == name for one in launches)]
    columns = [*CLASSES, NOTHING]
    parts = np.zeros((len(true), len(columns)))
    for i, name in enumerate(true):
        own = [said(one.typing) for one in launches if one.booster_class == name]
        parts[i] = [own.count(column) / len(own) for column in columns]
    right_axes.imshow(parts, cmap="Blues", vmin=0.0, vmax=1.0, aspect="auto")
    for (i, j), value in np.ndenumerate(parts):
        if value > 0.0:
            words = f"{100.0 * value:.0f}" if value >= 0.01 else f"{100.0 * value:.1f}"
            color = "white" if value > 0.5 else "black"
            right_axes.text(j, i, words, ha="center", va="center", fontsize=8, color=color)
    right_axes.set_xticks(range(len(columns)), columns, rotation=40, ha="right", fontsize=8)
    right_axes.set_yticks(range(len(true)), true, fontsize=8)
    right_axes.set_ylabel("launched")
    right_axes.set_title("likeliest class, % of launches", fontsize=10)
    figure.savefig(file, dpi=130, metadata={"Software": None})
