"""Estimators against the Cramer-Rao bound and on flights of the catalogue: rows of the validation page."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from launchwatch.catalog.loader import load_catalog
from launchwatch.catalog.vehicles import Booster, Stage
from launchwatch.core.arrays import FloatArray
from launchwatch.core.frames import enu_axes
from launchwatch.core.gaussians import inside_95_2d, nees
from launchwatch.core.geodesy import direct, geodetic_from_itrf, inverse, itrf_from_geodetic
from launchwatch.evaluation import bounds
from launchwatch.physics._kernels import Earth
from launchwatch.physics.arcs import RADIUS_M
from launchwatch.physics.atmosphere import G0
from launchwatch.physics.gravity import MU
from launchwatch.processing.assessments.impact import free_landing
from launchwatch.processing.motion import ballistic as flight
from launchwatch.processing.motion import boost
from launchwatch.processing.motion.boost import Profile, Staging, Timeline
from launchwatch.processing.motion.measurements import LinesOfSight, combine, tangents_of
from launchwatch.sim.truth.aim import AimError, aim_impact
from launchwatch.sim.truth.flight import Trajectory, fly, fly_phases
from launchwatch.sim.truth.phases import phase_table
from launchwatch.sim.truth.plan import FlightError, FlightPlan

STILL_SPHERE: Earth = (MU, 0.0, 0.0, RADIUS_M, RADIUS_M)
LAUNCH_DEG = (40.0, 50.0)
AZIMUTH_DEG = 45.0
SATELLITES_DEG = (20.0, 80.0)
GEOSTATIONARY_M = 42_164e3
FIRST_SEEN_M = 10e3
START_KG = 10_000.0


class Generic(NamedTuple):
    """One-stage gravity turn: burn s, acceleration at lift-off m/s^2, part of the mass burnt, and the tip-over, deg.

    The tip-over is from the vertical, on a still sphere without air and, for about the same range, on ours.
    """

    burn_s: float
    acceleration_m_s2: float
    burnt: float
    still_kick_deg: float
    kick_deg: float


GENERIC = {
    "SRBM": Generic(65.0, 24.0, 0.70, 14.0, 14.0),
    "MRBM": Generic(100.0, 18.0, 0.82, 9.0, 9.0),
    "ICBM": Generic(180.0, 15.0, 0.935, 3.0, 1.0),
}

# Unknowns: north m, east m, lift-off s, azimuth deg, tip-over deg, factor on specific impulse: the published six; then
# factors on mass flow, drag and burn time, of a vehicle that no catalogue told. Steps, and what is known of the six.
AT = np.array([0.0, 0.0, 0.0, AZIMUTH_DEG, 0.0, 1.0, 1.0, 1.0, 1.0])
STEPS = np.array([10.0, 10.0, 0.01, 1e-3, 1e-3, 1e-5, 1e-5, 1e-3, 1e-5])
PUBLISHED = 6
TIP_SIGMA_DEG, AFTER_S = 5.0, 1.0
PRIOR = np.diag(np.array([500e3, 500e3, 100.0, 104.0, 5.0, 0.2]) ** -2.0)


def vehicle(generic: Generic, air: bool) -> Booster:
    """The booster of a generic gravity turn; in air a nozzle and a body of plain size."""
    burnt = generic.burnt * START_KG
    isp_s = generic.acceleration_m_s2 * generic.burn_s / (generic.burnt * G0)
    thrust = generic.acceleration_m_s2 * START_KG
    return Booster(
        id="generic",
        name="generic gravity turn",
        source="of a test",
        confidence="none",
        status="synthetic",
        booster_class="srbm",
        country=None,
        payload_kg=500.0,
        stages=(
            Stage(
                name="one",
                propellant_kg=burnt,
                inert_kg=START_KG - burnt - 500.0,
                isp_vac_s=isp_s,
                burn_s=generic.burn_s,
                exit_area_m2=0.12 * thrust / 101_325.0 if air else 0.0,
                diameter_m=0.9 if air else 1e-3,
                propellant="solid",
                steering="gravity-turn",
            ),
        ),
        reentry_ballistic_coefficient_kg_m2=8000.0 if air else 1e12,
        vertical_s=8.0,
        pitch_tau_s=6.0,
        thrust_termination=False,
        rcs_booster_m2=10.0,
        rcs_payload_m2=0.1,
    )


def flown(generic: Generic, theta: FloatArray, still: bool) -> Trajectory:
    """The flight of unknowns `theta`: on our Earth in its air, or on a still sphere without."""
    north, east, _, azimuth_deg, tip_deg, impulse, flow, drag, burn = theta.tolist()
    generic = generic._replace(burn_s=generic.burn_s * burn, burnt=generic.burnt * burn)
    lat = LAUNCH_DEG[0] + math.degrees(north / RADIUS_M)
    lon = LAUNCH_DEG[1] + math.degrees(east / (RADIUS_M * math.cos(math.radians(LAUNCH_DEG[0]))))
    booster = vehicle(generic, not still)
    kick_deg = tip_deg + (generic.still_kick_deg if still else generic.kick_deg)
    plan = FlightPlan(
        lat, lon, azimuth_deg, 90.0 - kick_deg, isp=impulse, thrust=flow, drag=0.0 if still else drag
    )
    if not still:
        return fly(booster, plan)
    # On a sphere the vertical is the radius: latitude counts as geocentric.
    axes = enu_axes(lat, lon)
    azimuth = math.radians(azimuth_deg)
    ahead = math.sin(azimuth) * axes[0] + math.cos(azimuth) * axes[1]
    steer = (*axes[2].tolist(), *ahead.tolist(), math.radians(plan.final_pitch_deg), booster.pitch_tau_s, 8.0)
    start = np.concatenate([RADIUS_M * axes[2], np.zeros(4)])
    return fly_phases(plan, phase_table(booster, plan), start, steer, booster.id, earth=STILL_SPHERE)


def satellites() -> list[FloatArray]:
    """The two geostationary sensors, ITRF m."""
    return [
        GEOSTATIONARY_M * np.array([math.cos(math.radians(lon)), math.sin(math.radians(lon)), 0.0])
        for lon in SATELLITES_DEG
    ]


def height_m(position: FloatArray, still: bool) -> FloatArray:
    """Heights (n,) over the ground flown over."""
    return np.linalg.norm(position, axis=1) - RADIUS_M if still else np.asarray(geodetic_from_itrf(position)[2])


def look_times(path: Trajectory, period_s: float, still: bool, until_s: float) -> FloatArray:
    """Looks (n,) s after lift-off, from the height on at which the plume is first seen."""
    fine = np.arange(0.0, until_s, 0.05)
    first = float(fine[np.argmax(height_m(path.at(fine)[0], still) > FIRST_SEEN_M)])
    return np.arange(first, until_s + 1e-9, period_s)


@dataclass(frozen=True)
class Bounds:
    """Bounds of a case: launch point (2, 2) north, east m; lift-off s; burnout (6, 6); impact (2, 2) east, north m."""

    range_km: float
    times_s: FloatArray
    launch: FloatArray
    liftoff_s: float
    azimuth_deg: float
    burnout: FloatArray
    impact: FloatArray


def bound(
    generic: Generic,
    still: bool = False,
    sigma: float = 20e-6,
    period_s: float = 1.0,
    bias: float = 0.0,
    part: float = 1.0,
    told: bool = True,
) -> Bounds:
    """Bound of a generic case seen by both satellites; times of looks are fixed, and the flight slides under them.

    The vehicle's flow, drag and burn time are `told`, or known no better than the fit knows them.
    """
    size, prior = (PUBLISHED, PRIOR) if told else (len(AT), untold(generic, period_s))
    path = flown(generic, AT, still)
    times = look_times(path, period_s, still, part * generic.burn_s)
    eyes = satellites()
    position = path.at(times)[0]
    tangents = [tangents_of((position - eye) / np.linalg.norm(position - eye, axis=1)[:, None]) for eye in eyes]

    def angles(theta: FloatArray) -> FloatArray:
        after = times - theta[2]
        # The published bars let the plume stand where it burnt out: a look at that instant then tells the time of it.
        states = flown(generic, theta, still).at(np.minimum(after, generic.burn_s) if still else after)[0]
        return np.concatenate(
            [
                (np.einsum("nci,ni->nc", t, states - eye) / np.linalg.norm(states - eye, axis=1)[:, None]).ravel()
                for eye, t in zip(eyes, tangents, strict=True)
            ]
        )

    def burnout(theta: FloatArray) -> FloatArray:
        # of its own thrust; or all at one time, when it is over in any case
        at = generic.burn_s if told else generic.burn_s + AFTER_S - theta[2]
        return np.concatenate(flown(generic, theta, still).at(at))

    end = path.position_m[-1]
    lat, lon, _ = geodetic_from_itrf(end)
    across = enu_axes(float(lat), float(lon))[:2]

    def impact(theta: FloatArray) -> FloatArray:
        return np.asarray(across @ (flown(generic, theta, still).position_m[-1] - end))

    shared = None
    if bias > 0.0:
        shared = np.kron(np.eye(2), np.tile(np.eye(2), (len(times), 1))) * bias
    def of(function: Callable[[FloatArray], FloatArray]) -> FloatArray:
        return bounds.slopes(function, AT, STEPS)[:, :size]

    rows = of(angles)
    covariance = bounds.crlb(rows, np.full(len(rows), sigma), prior, shared)
    return Bounds(
        range_km=range_of(path, still),
        times_s=times,
        launch=covariance[:2, :2],
        liftoff_s=float(np.sqrt(covariance[2, 2])),
        azimuth_deg=float(np.sqrt(covariance[3, 3])),
        burnout=bounds.carried(of(burnout), covariance),
        impact=bounds.carried(of(impact), covariance),
    )


def untold(generic: Generic, period_s: float) -> FloatArray:
    """What the fit knows beforehand of the nine unknowns; that the plume is gone tells it the time of burnout."""
    known = np.zeros((7, len(AT)))
    known[[0, 1, 2, 6], [5, 6, 7, 8]] = 1.0 / np.array(
        [prior[1] for prior in (boost.LOG_EXHAUST, boost.LOG_ACCELERATION, boost.LOG_DRAG_AREA, boost.LOG_BURNT)]
    )
    known[1, 5] = known[1, 6]  # acceleration is impulse times flow
    known[3, 2] = 1.0 / boost.LIFTOFF_SIGMA_S
    known[4, 4] = 1.0 / TIP_SIGMA_DEG
    known[5, [2, 6, 8]] = np.array([1.0, -generic.burn_s, generic.burn_s]) * math.sqrt(12.0) / period_s
    return known.T @ known


def range_of(path: Trajectory, still: bool) -> float:
    """Range of a flight, km."""
    if not still:
        assert path.range_km is not None
        return path.range_km
    a, b = path.position_m[0], path.position_m[-1]
    return RADIUS_M * math.acos(float(a @ b) / RADIUS_M**2) / 1e3


SIGMA, BIAS, PERIOD_S = 20e-6, 20e-6, 1.0
BOUND_TITLE, BOUND_HEADS = (
    "Boost fit: errors over the Cramer-Rao bound",
    ("case", "bias", "runs", "launch, km", "over bound", "burnout m/s", "over bound", "impact, km", "over bound"),
)
BOUND_NOTE = """\
Generic gravity turns on the turning Earth in air, seen at 1 Hz and 20 urad by satellites at 20 and 80 deg E.
Root mean squares. The bound knows the burn time and the mass flow over the mass; the fit does not, but sees when the
plume goes out. So a ratio may be below one, and that of the ICBM, whose last second pulls 23 g, is high.
"""
CLASS_TITLE, CLASS_HEADS = (
    "Boost fit: flights of the catalogue, by class",
    ("class", "sensors", "point", "runs", "inside 95 %", "mean NEES(2)", "median error, km", "area over scatter"),
)
CLASS_NOTE = """\
Flights of all boosters of a class to random ranges and azimuths with errors of thrust, impulse, pitch and drag, seen at
1 Hz with 20 urad of noise and 20 urad of bias from the cloud tops up; states at burnout.
"""
CLASSES = ("srbm", "mrbm", "irbm", "icbm", "slbm", "hgv", "slv")
FALL_M2_KG = 1.0 / 8000.0


def seen(path: Trajectory, times: FloatArray, eye: FloatArray, bias: float, rng: np.random.Generator) -> LinesOfSight:
    """Lines of sight of one satellite, with noise and one error that all share."""
    away = path.at(times)[0] - eye
    true = away / np.linalg.norm(away, axis=1)[:, None]
    off = rng.normal(size=(len(true), 2)) * SIGMA + rng.normal(size=2) * bias
    direction = true + np.einsum("nc,nci->ni", off, tangents_of(true))
    direction /= np.linalg.norm(direction, axis=1)[:, None]
    return LinesOfSight(
        time_s=times,
        sensor=np.zeros(len(times), np.int64),
        position=np.tile(eye, (len(times), 1)),
        direction=direction,
        tangents=tangents_of(direction),
        sigma=np.full(len(times), SIGMA),
        bias_sigma=np.array([max(bias, 1e-8)]),
    )


def launch_miss(profile: Profile, pad: FloatArray) -> tuple[FloatArray, FloatArray]:
    """East and north of the fitted launch point less the true one, m, and the covariance."""
    mean, covariance = boost.launch_of(profile)
    axes = enu_axes(profile.lat_deg, profile.lon_deg)
    return mean[:2] - axes[:2] @ (pad - itrf_from_geodetic(profile.lat_deg, profile.lon_deg, 0.0)), covariance[:2, :2]


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
    burnout = (float(times[-1]) + 0.5 * PERIOD_S, PERIOD_S / math.sqrt(12.0))
    profile = boost.fit(0, both, None, Timeline((), burnout))
    state, _ = boost.state_at(profile, generic.burn_s + AFTER_S)
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
                least = bound(generic, bias=bias)
                parts = list(pool.map(partial(one_matched, name=name, bias=bias), range(runs)))
                row = [name, f"{bias * 1e6:.0f} urad", str(runs)]
                for errors, limit, unit in zip(
                    (np.array([part[0] for part in parts]), np.array([part[1][3:] for part in parts]),
                     np.array([part[2] for part in parts])),
                    (least.launch, least.burnout[3:, 3:], least.impact),
                    (1e3, 1.0, 1e3),
                    strict=True,
                ):  # fmt: skip
                    rms = float(np.sqrt(np.mean(np.sum(errors**2, axis=1)))) / unit
                    row += [f"{rms:.2f}", f"{bounds.rms_ratio(errors, limit):.2f}"]
                rows.append(row)
    return rows


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


def one_of_class(seed: int, kind: str, eyes: int) -> list[tuple[str, FloatArray, FloatArray]]:
    """Point, error (2,) m and covariance of one run: launch, and impact of what falls freely."""
    path = drawn(kind, seed)
    rng = np.random.default_rng([seed, eyes])
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
    sights = combine([seen(path, times, eye, BIAS, rng) for eye in satellites()[:eyes]])
    burnout = (float(times[-1]) + 0.5 * PERIOD_S, PERIOD_S / math.sqrt(12.0))
    profile = boost.fit(0, sights, None, Timeline(tuple(stagings), burnout))
    found = [("launch", *launch_miss(profile, path.position_m[0]))]
    if kind in ("srbm", "mrbm", "irbm", "icbm", "slbm"):
        landing = free_landing(0, *boost.state_at(profile, end + 1.0))
        if landing is not None:
            found.append(("impact", ground_miss(landing.position, path.position_m[-1]), landing.covariance_m2))
    return found


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
