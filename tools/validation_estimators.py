"""Estimators against the Cramer-Rao bound and on flights of the catalogue: rows of the validation page."""

from __future__ import annotations

import json
import math
import statistics
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from itertools import pairwise
from pathlib import Path

import msgspec
import numpy as np
from generic_flights import AFTER_S, AT, GENERIC, bound, flown, look_times, satellites

from launchwatch.catalog.loader import load_catalog
from launchwatch.core.arrays import FloatArray
from launchwatch.core.gaussians import inside_95_2d, nees
from launchwatch.core.geodesy import direct, geodetic_from_itrf, inverse, itrf_from_geodetic
from launchwatch.evaluation import bounds
from launchwatch.processing.assessments.impact import free_landing
from launchwatch.processing.motion import ascents, boost, registration
from launchwatch.processing.motion import ballistic as flight
from launchwatch.processing.motion.ascents import Profile
from launchwatch.processing.motion.measurements import LinesOfSight, combine, tangents_of
from launchwatch.processing.motion.vehicles import Staging, Timeline
from launchwatch.sim.truth.aim import AimError, aim_impact
from launchwatch.sim.truth.flight import Trajectory, fly
from launchwatch.sim.truth.plan import FlightError, FlightPlan

SIGMA, BIAS, PERIOD_S = 20e-6, 20e-6, 1.0
BOUND_TITLE, BOUND_HEADS = (
    "Boost fit: errors over the Cramer-Rao bound",
    ("case", "bias", "runs", "launch, km", "over bound", "burnout, m/s", "over bound", "impact, km", "over bound",
     "launch over the bound of a told vehicle"),
)  # fmt: skip
BOUND_NOTE = """\
Generic gravity turns on the turning Earth in air, seen at 1 Hz and 20 urad by satellites at 20 and 80 deg E; root mean
squares. The bound is that of the fit's own question: place, time, azimuth, tip-over, impulse, flow, drag and burn time
unknown, known beforehand as the fit knows them. The last column holds the launch point against the bound of a vehicle
whose flow, drag and burn time are told, the published six unknowns. Bar: 1.5.
"""
CLASS_TITLE, CLASS_HEADS = (
    "Boost fit: flights of the catalogue, by class",
    ("class", "satellites", "point", "runs", "inside 95 %", "mean NEES(2)", "median error, km", "area over scatter"),
)
CLASS_NOTE = """\
Flights of all boosters of a class to random ranges and azimuths with errors of thrust, impulse, pitch and drag, seen at
1 Hz with 20 urad of noise and 20 urad of bias from the cloud tops up; impact points from the states at burnout, where
they are bounded. Bars: 90 to 98 % inside, NEES 1.5 to 2.6, area at most 4 times that of the scatter.
"""
REGISTERED_TITLE, REGISTERED_HEADS = (
    "Boost fit: launch points by registered satellites",
    ("case", "runs", "not registered, median km", "registered, median km", "registered, root mean square km",
     "inside 95 %"),
)  # fmt: skip
REGISTERED_NOTE = """\
Two satellites, each with an error of 20 urad in either angle that drifts by 2 urad in ten minutes, are registered on 60
looks at a source of known place in the ten minutes before lift-off, with 20 urad of noise. Bars: 0.5 km on generic
gravity turns, 1.5 km on flights of the catalogue.
"""
RUNS = 200
MISSING = "Not computed: `python tools/make_validation.py --estimators` fits them.\n"
CLASSES = ("srbm", "mrbm", "irbm", "icbm", "slbm", "hgv", "slv")
LAND_CLASSES = ("srbm", "mrbm", "irbm", "icbm", "slbm")
FALL_M2_KG = 1.0 / 8000.0
Table = tuple[str, str, Sequence[str], list[list[str]]]
REFERENCE_DEG, REFERENCE_LOOKS, REFERENCE_S, DRIFT = (30.0, 48.0), 60, 600.0, 2e-6


def looked(
    place: FloatArray, times: FloatArray, eye: FloatArray, bias: FloatArray, rng: np.random.Generator
) -> LinesOfSight:
    """Lines of sight of one satellite to places (n, 3), with noise and an error (2,) or (n, 2) of its axes."""
    true = (place - eye) / np.linalg.norm(place - eye, axis=1)[:, None]
    noise = np.einsum("nc,nci->ni", rng.normal(size=(len(true), 2)) * SIGMA, tangents_of(true))
    direction = true + noise + bias @ tangents_of(-eye[None] / np.linalg.norm(eye))[0]
    direction /= np.linalg.norm(direction, axis=1)[:, None]
    return LinesOfSight(
        time_s=times,
        sensor=np.zeros(len(times), np.int64),
        position=np.tile(eye, (len(times), 1)),
        direction=direction,
        tangents=tangents_of(direction),
        sigma=np.full(len(times), SIGMA),
        bias_sigma=np.array([BIAS]),
    )


def seen(path: Trajectory, times: FloatArray, eye: FloatArray, bias: float, rng: np.random.Generator) -> LinesOfSight:
    """Lines of sight of one satellite, with noise and one error that all share."""
    data = looked(path.at(times)[0], times, eye, rng.normal(size=2) * bias, rng)
    return msgspec.structs.replace(data, bias_sigma=np.array([max(bias, 1e-8)]))


def known(source: LinesOfSight, place: FloatArray) -> registration.Registration:
    """A satellite registered on its looks at a source."""
    start = registration.stated(-REFERENCE_S, np.full(2, BIAS), np.full(2, DRIFT**2 / REFERENCE_S))
    return registration.seen(start, source, place)


def registered_pair(
    path: Trajectory, times: FloatArray, rng: np.random.Generator
) -> tuple[LinesOfSight, LinesOfSight]:
    """Lines of sight of both satellites, as measured with the bias that is stated, and registered."""
    measured, registered = [], []
    place = np.tile(itrf_from_geodetic(*REFERENCE_DEG, 0.0), (REFERENCE_LOOKS, 1))
    before = np.linspace(-REFERENCE_S, 0.0, REFERENCE_LOOKS)
    for eye in satellites():
        bias = rng.normal(size=2) * BIAS
        walk = np.cumsum(rng.normal(size=(REFERENCE_LOOKS, 2)) * DRIFT / math.sqrt(REFERENCE_LOOKS), axis=0)
        source = looked(place, before, eye, bias - walk[-1] + walk, rng)
        measured.append(looked(path.at(times)[0], times, eye, bias, rng))
        now = registration.at(known(source, place), float(times[0]))
        registered.append(registration.registered(measured[-1], now))
    return combine(measured), combine(registered)


def launch_miss(profile: Profile, pad: FloatArray) -> tuple[FloatArray, FloatArray]:
    """East and north of the fitted launch point less the true one, m, and the covariance."""
    mean, covariance = ascents.launch_of(profile)
    said = itrf_from_geodetic(*ascents.launch_deg(profile, float(mean[0]), float(mean[1])), 0.0)
    return ground_miss(said, pad), covariance[:2, :2]


def ground_miss(said: FloatArray, true: FloatArray) -> FloatArray:
    """East and north from a true point on the ground to one that was said, m, along the ground."""
    (lat, lon, _), (true_lat, true_lon, _) = geodetic_from_itrf(said), geodetic_from_itrf(true)
    distance, azimuth, _ = inverse(float(lat), float(lon), float(true_lat), float(true_lon))
    return -distance * np.array([math.sin(math.radians(azimuth)), math.cos(math.radians(azimuth))])


def one_matched(seed: int, name: str, bias: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Errors of one run: launch (2,) m, burnout (6,), impact (3,) m."""
    generic = GENERIC[name]
    path = flown(generic, AT, False)
    times = look_times(path, PERIOD_S, False, generic.burn_s)
    rng = np.random.default_rng(seed)
    both = combine([seen(path, times, eye, bias, rng) for eye in satellites()])
    profile = boost.fit(0, both, None, Timeline((), _gone(times)))
    state, _ = ascents.state_at(profile, generic.burn_s + AFTER_S)
    launch, _ = launch_miss(profile, path.position_m[0])
    return (
        launch,
        state - np.concatenate(path.at(generic.burn_s + AFTER_S)),
        flight.fall(state, FALL_M2_KG).position - path.position_m[-1],
    )


def bound_rows(runs: int, workers: int = 2) -> list[list[str]]:
    """Errors over the bound, a row for each case with and without bias."""
    rows = []
    with ProcessPoolExecutor(workers) as pool:
        for bias in (0.0, BIAS):
            for name, generic in GENERIC.items():
                least, told = bound(generic, bias=bias, told=False), bound(generic, bias=bias)
                parts = list(pool.map(partial(one_matched, name=name, bias=bias), range(runs)))
                launch, burnout, impact = (np.array(part) for part in zip(*parts, strict=True))
                row = [name, f"{bias * 1e6:.0f} urad", str(runs)]
                for errors, limit, unit in (
                    (launch, least.launch, 1e3), (burnout[:, 3:], least.burnout[3:, 3:], 1.0),
                    (impact, least.impact, 1e3),
                ):  # fmt: skip
                    row += [f"{_rms(errors) / unit:.2f}", f"{bounds.rms_ratio(errors, limit):.2f}"]
                rows.append([*row, f"{bounds.rms_ratio(launch, told.launch):.2f}"])
    return rows


def _rms(errors: FloatArray) -> float:
    return float(np.sqrt(np.mean(np.sum(errors**2, axis=1))))


def drawn(kind: str, seed: int) -> Trajectory:
    """One flight of a booster of a class."""
    boosters = [b for b in load_catalog().boosters.values() if b.booster_class == kind]
    rng = np.random.default_rng([CLASSES.index(kind), seed])
    while True:
        booster = boosters[int(rng.integers(len(boosters)))]
        lat, lon, azimuth = float(rng.uniform(30, 50)), float(rng.uniform(35, 65)), float(rng.uniform(0, 360))
        off = rng.normal(size=4) * [0.03, 0.01, 0.5, 0.1]
        share, pitch = float(rng.uniform(0.5, 0.95)), float(rng.uniform(0, 25))
        try:
            if kind == "slv":
                plan = FlightPlan(lat, lon, azimuth, pitch)
            else:
                low = booster.published_range_km[0] if booster.published_range_km else 300.0
                to = direct(lat, lon, azimuth, share * low * 1e3)
                plan = aim_impact(booster, (lat, lon), (float(to[0]), float(to[1])))
            return fly(
                booster,
                replace(plan, thrust=1 + off[0], isp=1 + off[1], pitch_offset_deg=off[2], drag=1 + off[3]),
            )
        except (AimError, FlightError):
            continue


def class_case(
    seed: int, kind: str, rng: np.random.Generator
) -> tuple[Trajectory, FloatArray, Timeline, float]:
    """A flight of a booster of a class, the looks at it, s, what the light curve shows, and its burnout, s."""
    path = drawn(kind, seed)
    burns = path.burns_s[:2] if kind == "slv" else path.burns_s
    end = burns[-1][1]
    fine = np.arange(0.0, end, 0.1)
    first = float(fine[np.argmax(geodetic_from_itrf(path.at(fine)[0])[2] > rng.uniform(7e3, 11e3))])
    times = np.arange(first + rng.uniform(0.0, PERIOD_S), end, PERIOD_S)
    times = times[np.any([(times >= a) & (times <= b) for a, b in burns], axis=0)]
    stagings = []
    for (_, out), (again, _) in pairwise(burns):
        if not (times <= out).any() or not (times >= again).any():
            continue
        last, back = float(times[times <= out][-1]), float(times[times >= again][0])
        dark = 0.5 * (back - last - PERIOD_S) if back - last > 1.5 * PERIOD_S else 0.0
        middle = 0.5 * (last + back)
        stagings.append(Staging((middle - dark, 0.3), (middle + dark, 0.3)))
    return path, times, Timeline(tuple(stagings), _gone(times)), end


def _gone(times: FloatArray) -> tuple[float, float]:
    """Burnout as the last look tells it: middle and deviation, s."""
    return float(times[-1]) + 0.5 * PERIOD_S, PERIOD_S / math.sqrt(12.0)


def one_of_class(seed: int, kind: str, eyes: int) -> list[tuple[str, FloatArray, FloatArray]]:
    """Point, error (2,) m and covariance of one run: launch, and impact of what falls freely."""
    rng = np.random.default_rng([seed, eyes])
    path, times, timeline, end = class_case(seed, kind, rng)
    sights = combine([seen(path, times, eye, BIAS, rng) for eye in satellites()[:eyes]])
    profile = boost.fit(0, sights, None, timeline)
    found = [("launch", *launch_miss(profile, path.position_m[0]))]
    if kind in LAND_CLASSES:
        landing = free_landing(0, *ascents.state_at(profile, end + AFTER_S))
        if landing is not None:
            found.append(("impact", ground_miss(landing.position, path.position_m[-1]), landing.covariance_m2))
    return found


def one_registered(seed: int, name: str) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Launch errors (2,) m of one run, not registered and registered, and the covariance of the latter."""
    rng = np.random.default_rng([seed, 3])
    if name in GENERIC:
        path = flown(GENERIC[name], AT, False)
        times = look_times(path, PERIOD_S, False, GENERIC[name].burn_s)
        timeline = Timeline((), _gone(times))
    else:
        path, times, timeline, _ = class_case(seed, name, rng)
    measured, registered = registered_pair(path, times, rng)
    plain, _ = launch_miss(boost.fit(0, measured, None, timeline), path.position_m[0])
    return plain, *launch_miss(boost.fit(0, registered, None, timeline), path.position_m[0])


def registered_rows(runs: int, workers: int = 2) -> list[list[str]]:
    """Launch points by satellites before and after registration."""
    rows = []
    with ProcessPoolExecutor(workers) as pool:
        for name in (*GENERIC, *CLASSES):
            parts = list(pool.map(partial(one_registered, name=name), range(runs)))
            plain, registered = (np.array([part[i] for part in parts]) for i in range(2))
            inside = np.mean([inside_95_2d(error, covariance) for _, error, covariance in parts])
            medians = [f"{np.median(np.linalg.norm(errors, axis=1)) / 1e3:.2f}" for errors in (plain, registered)]
            rows.append([name, str(runs), *medians, f"{_rms(registered) / 1e3:.2f}", f"{100 * inside:.0f} %"])
    return rows


def class_rows(runs: int, workers: int = 2) -> list[list[str]]:
    """Consistency and size of the ellipses, for both satellites and for one."""
    rows = []
    with ProcessPoolExecutor(workers) as pool:
        for eyes in (2, 1):
            for kind in CLASSES:
                work = partial(one_of_class, kind=kind, eyes=eyes)
                told = [one for run in pool.map(work, range(runs)) for one in run]
                for point in ("launch", "impact"):
                    part = [(error, covariance) for name, error, covariance in told if name == point]
                    if part:
                        rows.append([kind, str(eyes), point, *consistency(part)])
    return rows


def consistency(part: Sequence[tuple[FloatArray, FloatArray]]) -> list[str]:
    """Runs, containment, NEES, median error, and median area over that of the scatter."""
    errors = np.array([error for error, _ in part])
    scatter = math.sqrt(float(np.linalg.det(errors.T @ errors / len(errors))))
    area = statistics.median(math.sqrt(float(np.linalg.det(covariance))) for _, covariance in part)
    return [
        str(len(part)),
        f"{100 * np.mean([inside_95_2d(e, c) for e, c in part]):.0f} %",
        f"{np.mean([nees(e, c) for e, c in part]):.2f}",
        f"{np.median(np.linalg.norm(errors, axis=1)) / 1e3:.2f}",
        f"{area / scatter:.2f}",
    ]


def store(file: Path, runs: int) -> None:
    """Fit so many flights of each case anew, and keep the rows."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps([bound_rows(runs), class_rows(runs), registered_rows(runs // 2)]))


def tables(file: Path) -> list[Table]:
    """Title, note, heads and rows of what `store` kept."""
    made = json.loads(file.read_text())
    return [
        (BOUND_TITLE, BOUND_NOTE, BOUND_HEADS, made[0]),
        (CLASS_TITLE, CLASS_NOTE, CLASS_HEADS, made[1]),
        (REGISTERED_TITLE, REGISTERED_NOTE, REGISTERED_HEADS, made[2]),
    ]
