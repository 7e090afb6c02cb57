"""Generic gravity turns seen by two geostationary satellites, and the Cramer-Rao bound on what can be known of them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from launchwatch.catalog.vehicles import Booster, Stage
from launchwatch.core.arrays import FloatArray
from launchwatch.core.frames import enu_axes
from launchwatch.core.geodesy import geodetic_from_itrf
from launchwatch.evaluation import bounds
from launchwatch.physics._kernels import Earth
from launchwatch.physics.arcs import RADIUS_M
from launchwatch.physics.atmosphere import G0
from launchwatch.physics.gravity import MU
from launchwatch.processing.motion.measurements import tangents_of
from launchwatch.processing.motion.vehicles import (
    LIFTOFF_SIGMA_S,
    LOG_ACCELERATION,
    LOG_BURNT,
    LOG_DRAG_AREA,
    LOG_EXHAUST,
)
from launchwatch.sim.truth.flight import Trajectory, fly, fly_phases
from launchwatch.sim.truth.phases import phase_table
from launchwatch.sim.truth.plan import FlightPlan

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
        [prior[1] for prior in (LOG_EXHAUST, LOG_ACCELERATION, LOG_DRAG_AREA, LOG_BURNT)]
    )
    known[1, 5] = known[1, 6]  # acceleration is impulse times flow
    known[3, 2] = 1.0 / LIFTOFF_SIGMA_S
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
