"""Aiming at orbits: direct ascent, and injection from a parking orbit."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from launchwatch.catalog.vehicles import Booster
from launchwatch.core.arrays import FloatArray
from launchwatch.core.geodesy import A
from launchwatch.physics.gravity import MU, OMEGA
from launchwatch.sim.truth.aim import AimError, LatLon
from launchwatch.sim.truth.flight import COARSE_BOUNDS, Ends, fly, fly_ends
from launchwatch.sim.truth.plan import FlightPlan, Restart

LOWEST_ORBIT_KM = 150.0
"""An orbit whose perigee is lower does not last."""

_HALVINGS = 40
_AFTER_APOGEE_S = 900.0


def aim_orbit(
    booster: Booster, launch: LatLon, inclination_deg: float, altitude_km: float, southward: bool = False
) -> FlightPlan:
    """Find the plan that reaches an orbit near an altitude by direct ascent.

    For each final pitch the cutoff gives the orbit its size; the pitch is the one that makes it roundest.

    Parameters
    ----------
    booster : Booster
    launch : (lat_deg, lon_deg)
    inclination_deg : float
        At least the launch point's latitude, at most 180 degrees less it.
    altitude_km : float
        Mean of perigee and apogee over the equatorial radius.
    southward : bool
        Toward the descending node; else toward the ascending one.

    Returns
    -------
    FlightPlan

    Raises
    ------
    AimError
        An inclination that the launch point does not see, or no orbit with a perigee above `LOWEST_ORBIT_KM`.
    """
    lat = math.radians(launch[0])
    ratio = math.cos(math.radians(inclination_deg)) / math.cos(lat)
    if abs(ratio) > 1.0:
        raise AimError(f"inclination {inclination_deg:g} deg cannot be reached from latitude {launch[0]:g} deg")
    size = A + altitude_km * 1e3
    speed = math.sqrt(MU / size)
    inertial = math.asin(ratio)
    north = -speed * math.cos(inertial) if southward else speed * math.cos(inertial)
    azimuth = math.degrees(math.atan2(speed * math.sin(inertial) - OMEGA * A * math.cos(lat), north))
    best: tuple[float, float, float] | None = None  # perigee m, pitch deg, cutoff
    pitches = np.arange(-40.0, 45.0, 2.5)
    for _ in range(3):
        for pitch, cutoff, perigee in _orbits(booster, launch, azimuth, pitches, size):
            if best is None or perigee > best[0]:
                best = (perigee, pitch, cutoff)
        if best is None:
            break
        step = pitches[1] - pitches[0]
        pitches = np.linspace(best[1] - step, best[1] + step, 11)
    if best is None or best[0] < A + LOWEST_ORBIT_KM * 1e3:
        reached = "no orbit of that size" if best is None else f"a perigee of {(best[0] - A) / 1e3:.0f} km"
        raise AimError(
            f"{booster.id} reaches {reached} at {altitude_km:g} km and {inclination_deg:g} deg; "
            f"it needs {LOWEST_ORBIT_KM:g} km"
        )
    return FlightPlan(
        lat_deg=launch[0], lon_deg=launch[1], azimuth_deg=azimuth % 360.0, final_pitch_deg=best[1], cutoff=best[2]
    )


def aim_injection(booster: Booster, parking: FlightPlan, apogee_km: float, coast_s: float | None = None) -> FlightPlan:
    """Find the plan that leaves a parking orbit for a higher apogee, by a second burn along the velocity.

    Parameters
    ----------
    booster : Booster
        Its last stage is lit again.
    parking : FlightPlan
        From `aim_orbit`.
    apogee_km : float
        Over the equatorial radius, of the orbit at the end of the second burn.
    coast_s : float, optional
        In the parking orbit; by default to its next node, where orbits for the geostationary belt are left.

    Returns
    -------
    FlightPlan

    Raises
    ------
    AimError
        An apogee beyond what is left of the last stage, or a parking flight that ends before a node.
    """
    waiting = fly(booster, parking)
    if waiting.impact_s is not None:
        raise AimError(f"{booster.id}: the parking orbit comes down; aim at a higher one")
    if coast_s is None:
        later = np.arange(waiting.burnout_s + 1.0, waiting.end_s, 1.0)
        z = waiting.at(later)[0][:, 2]
        crossings = np.flatnonzero(z[1:] * z[:-1] <= 0.0)
        if not len(crossings):
            raise AimError(f"{booster.id}: no node within {waiting.end_s:g} s; give the coast")
        coast_s = float(later[crossings[0]] - waiting.burnout_s)

    def reached(cutoff: float) -> tuple[float, FlightPlan]:
        until = waiting.burnout_s + coast_s + booster.stages[-1].burn_s
        plan = replace(parking, restarts=(Restart(coast_s, cutoff),), max_time_s=until)
        path = fly(booster, plan)
        position, velocity = path.at(path.burnout_s)
        axis, perigee = _orbit_sizes(position[None], velocity[None])
        return float(2.0 * axis[0] - perigee[0] - A) / 1e3, plan

    low, high = parking.cutoff + 1e-6, 1.0
    most = reached(high)[0]
    if most < apogee_km:
        raise AimError(f"{booster.id} reaches an apogee of at most {most:,.0f} km from there, not {apogee_km:,.0f} km")
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if reached(middle)[0] < apogee_km else (low, middle)
    size = 0.5 * (float(np.linalg.norm(waiting.position_m[-1])) + A + apogee_km * 1e3)
    to_apogee = math.pi * math.sqrt(size**3 / MU)
    return replace(reached(high)[1], max_time_s=waiting.burnout_s + coast_s + to_apogee + _AFTER_APOGEE_S)


def _orbits(
    booster: Booster, launch: LatLon, azimuth_deg: float, pitches: FloatArray, size_m: float
) -> list[tuple[float, float, float]]:
    """Pitch, cutoff and perigee (m from the centre) of the orbits of one semi-major axis."""
    low, high = np.zeros(len(pitches)), np.ones(len(pitches))
    lanes = np.ones((len(pitches), 7))
    lanes[:, 0], lanes[:, 1] = azimuth_deg, pitches
    axis, _ = _sizes(fly_ends(booster, *launch, 0.0, lanes, COARSE_BOUNDS, to_burnout=True))
    reaches = axis >= size_m
    perigee = np.zeros(len(pitches))
    for _ in range(24):
        lanes[:, 2] = 0.5 * (low + high)
        axis, perigee = _sizes(fly_ends(booster, *launch, 0.0, lanes, COARSE_BOUNDS, to_burnout=True))
        low, high = np.where(axis < size_m, lanes[:, 2], low), np.where(axis < size_m, high, lanes[:, 2])
    return [
        (float(p), float(c), float(q))
        for p, c, q in zip(pitches[reaches], high[reaches], perigee[reaches], strict=True)
    ]


def _sizes(ends: Ends) -> tuple[FloatArray, FloatArray]:
    """Semi-major axis (infinite where the flight escapes, 0 where it has hit the ground) and perigee, m, (n,) each."""
    axis, perigee = _orbit_sizes(ends.position_m, ends.velocity_m_s)
    return np.where(ends.landed, 0.0, axis), np.where(ends.landed, 0.0, perigee)


def _orbit_sizes(r: FloatArray, v: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Semi-major axis (infinite where it escapes) and perigee, m from the centre, of ITRF states (n, 3); (n,) each."""
    inertial = v + OMEGA * np.stack([-r[:, 1], r[:, 0], np.zeros(len(r))], axis=1)
    energy = 0.5 * np.sum(inertial**2, axis=1) - MU / np.linalg.norm(r, axis=1)
    momentum2 = np.sum(np.cross(r, inertial) ** 2, axis=1)
    eccentricity = np.sqrt(np.maximum(0.0, 1.0 + 2.0 * energy * momentum2 / MU**2))
    axis = np.where(energy < 0.0, -MU / (2.0 * np.where(energy < 0.0, energy, -1.0)), np.inf)
    return axis, momentum2 / (MU * (1.0 + eccentricity))
