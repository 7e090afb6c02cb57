"""One flight: a launch of a scenario, or of `launchwatch fly`, aimed and flown."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from launchwatch.catalog.schema import Booster, Launch
from launchwatch.core.arrays import FloatArray
from launchwatch.formats.ephemeris import sample_times
from launchwatch.messages.truth import FlightTruth
from launchwatch.sim.truth.aim import Mode, aim_apogee_range, aim_impact
from launchwatch.sim.truth.aim_orbit import aim_injection, aim_orbit
from launchwatch.sim.truth.flight import Trajectory, fly
from launchwatch.sim.truth.plan import Failure, FlightPlan

STEP_S = 5.0
"""Longest step of the sampled truth in the journal; in free fall a straight line between two samples is off by 30 m."""
TRUTH_BOUND_M = 1.0
"""What cubic Hermite interpolation of the sampled truth may miss, m; samples are closer in boost and re-entry."""


def aim(launch: Launch, booster: Booster) -> FlightPlan:
    """The plan that flies a launch of a scenario as it asks; aimed as if nothing failed."""
    start = (launch.from_.lat_deg, launch.from_.lon_deg)
    path = launch.trajectory
    if path.orbit is not None:
        plan = aim_orbit(booster, start, path.orbit.inclination_deg, path.orbit.altitude_km, path.orbit.southward)
        if path.orbit.injection_apogee_km is not None:
            plan = aim_injection(booster, plan, path.orbit.injection_apogee_km, path.orbit.coast_s)
    elif path.to is not None:
        target = (path.to.lat_deg, path.to.lon_deg)
        mode = mode_of(path.depressed, path.apogee_km)
        plan = aim_impact(booster, start, target, mode, path.apogee_km, path.flight_time_s)
    else:
        assert path.azimuth_deg is not None
        assert path.apogee_km is not None
        assert path.range_km is not None
        plan = aim_apogee_range(booster, start, path.azimuth_deg, path.apogee_km, path.range_km)
    if launch.failure is None:
        return plan
    return replace(plan, failure=Failure(launch.failure.kind, launch.failure.time_s))


def mode_of(depressed: bool, apogee_km: float | None) -> Mode:
    """How a flight to a point is flown."""
    return "depressed" if depressed else "lofted" if apogee_km is not None else "minimum-energy"


def flown(launch: Launch, booster: Booster) -> Trajectory:
    """A launch of a scenario, flown."""
    return fly(booster, aim(launch, booster))


def truth_of(launch: Launch, booster: Booster, path: Trajectory) -> FlightTruth:
    """The record of one true flight."""
    t = _sampled_s(path)
    position, velocity = path.at(t)
    return FlightTruth(
        launch=launch.id,
        booster=launch.booster,
        booster_class=booster.booster_class,
        time_ns=launch.time_ns,
        launch_deg=(path.plan.lat_deg, path.plan.lon_deg),
        impact_deg=path.impact_deg,
        impact_s=path.impact_s,
        burnout_s=path.burnout_s,
        apogee_s=path.apogee_s,
        apogee_km=path.apogee_km,
        range_km=path.range_km,
        azimuth_deg=path.plan.azimuth_deg,
        staging_s=path.staging_s,
        t_s=t,
        position_m=position,
        velocity_m_s=velocity,
        thrust_n=path.thrust_at(t)[0],
    )


def _sampled_s(path: Trajectory) -> FloatArray:
    """Times (n,) of the sampled truth: what its interpolation needs, and even steps, but where both nearly meet."""
    needed = sample_times(path.at, 0.0, path.end_s, path.kinks_s, TRUTH_BOUND_M)
    even = np.arange(0.0, path.end_s, STEP_S)
    apart = np.abs(even[:, None] - needed).min(axis=1) > 1e-3
    return np.union1d(even[apart], needed)


def figures(path: Trajectory) -> dict[str, Any]:
    """The document of `launchwatch fly --json`."""
    impact = None
    if path.impact_deg is not None:
        impact = {"lat_deg": round(path.impact_deg[0], 4), "lon_deg": round(path.impact_deg[1], 4)}
    return {
        "flight_time_s": None if path.impact_s is None else round(path.impact_s, 2),
        "burnout_s": round(path.burnout_s, 2),
        "burnout_speed_m_s": round(path.burnout_speed_m_s, 1),
        "burnout_altitude_km": round(path.burnout_altitude_km, 2),
        "apogee_km": round(path.apogee_km, 2),
        "range_km": None if path.range_km is None else round(path.range_km, 2),
        "impact": impact,
        "azimuth_deg": round(path.plan.azimuth_deg, 3),
        "final_pitch_deg": round(path.plan.final_pitch_deg, 4),
        "cutoff": round(path.plan.cutoff, 6),
    }
