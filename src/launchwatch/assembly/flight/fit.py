"""From a measured ascent to a booster profile: time, speed and altitude in, stages and steering out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from msgspec.structs import replace as altered
from scipy.optimize import least_squares

from launchwatch.catalog.vehicles import Booster
from launchwatch.core.arrays import FloatArray
from launchwatch.core.geodesy import A, geodetic_from_itrf
from launchwatch.physics.gravity import MU
from launchwatch.sim.truth.flight import Trajectory, fly
from launchwatch.sim.truth.plan import FlightError, FlightPlan

SPEED_PART, SPEED_FLOOR_M_S, ALTITUDE_M = 0.005, 1.0, 300.0
"""What a residual is counted in: a part of the speed and a floor; altitude."""

_FIRST_S = 5.0  # before, the displays show rounding
_EARLIEST_CUTOFF_S = 60.0
_SUSTAINED_S = 4.0  # a change of the engines lasts at least so long
_LEVEL_S = 15.0  # over which the level before a cutoff, or after an ignition, is taken
_LEAST_M_S2 = 3.0  # specific force of a burning upper stage
_MOST_EVALUATIONS = 200


class FitError(ValueError):
    """An ascent that cannot be fitted; one line names the field, what is wrong and what to do."""


@dataclass(frozen=True)
class EngineTimes:
    """Cutoffs and ignitions that an ascent shows, s after lift-off; None where it does not show them."""

    first_cutoff_s: float
    second_ignition_s: float | None
    second_cutoff_s: float | None


@dataclass(frozen=True, eq=False)
class AscentFit:
    """A booster and a plan that fly as an ascent was measured, up to the end of the first burn.

    Attributes
    ----------
    booster : with the first stage's burn, flow, specific impulse, throttle and drag as fitted, and the coast before the
        second burn as seen.
    plan : its steering.
    times : of the engines.
    trajectory : what they fly, to the first cutoff.
    t_s, speed_m_s, altitude_m : (n,) measured, within the fit.
    fitted_speed_m_s, fitted_altitude_m : (n,) of the trajectory at the same times.
    """

    booster: Booster
    plan: FlightPlan
    times: EngineTimes
    trajectory: Trajectory
    t_s: FloatArray
    speed_m_s: FloatArray
    altitude_m: FloatArray
    fitted_speed_m_s: FloatArray
    fitted_altitude_m: FloatArray


def specific_force(t_s: FloatArray, speed_m_s: FloatArray, altitude_m: FloatArray) -> FloatArray:
    """Acceleration along the path other than gravity, m/s^2, (n,), from speed and altitude alone."""
    climb = np.gradient(altitude_m, t_s)
    sine = np.clip(climb / np.maximum(speed_m_s, 1.0), -1.0, 1.0)
    return np.asarray(np.gradient(speed_m_s, t_s) + MU / (A + altitude_m) ** 2 * sine)


def engine_times(t_s: FloatArray, speed_m_s: FloatArray, altitude_m: FloatArray) -> EngineTimes:
    """When engines stop and start, by the half-way points of the jumps of the specific force.

    Parameters
    ----------
    t_s, speed_m_s, altitude_m : FloatArray, shape (n,)
        Of the vehicle over the turning Earth; about one sample a second.

    Raises
    ------
    FitError
        No cutoff in what was measured.
    """
    force = specific_force(t_s, speed_m_s, altitude_m)
    cutoff = _falls(t_s, force, _EARLIEST_CUTOFF_S)
    if cutoff is None:
        raise FitError(
            f"the ascent shows no cutoff between {_EARLIEST_CUTOFF_S:g} and {t_s[-1]:g} s; give a longer one"
        )
    ignition = _rises(t_s, force, cutoff)
    second = None if ignition is None else _falls(t_s, force, ignition + _LEVEL_S)
    return EngineTimes(cutoff, ignition, second)


def fit_ascent(
    booster: Booster,
    launch: tuple[float, float],
    azimuth_deg: float,
    t_s: FloatArray,
    speed_m_s: FloatArray,
    altitude_m: FloatArray,
) -> AscentFit:
    """Fit the first burn of a booster to a measured ascent.

    Lift-off mass stays: speed and altitude show accelerations, which do not change with the scale of masses. Free are
    flow, specific impulse, drag, a stretch of lower throttle around the highest dynamic pressure and one before the
    cutoff, and the pitch programme.

    Parameters
    ----------
    booster : Booster
        To start from, with two stages or more.
    launch : (lat_deg, lon_deg)
    azimuth_deg : float
    t_s, speed_m_s, altitude_m : FloatArray, shape (n,)
        Seconds after lift-off, speed over the turning Earth, height.

    Raises
    ------
    FitError
        Arrays that do not fit together, or an ascent without a cutoff.
    """
    if not (t_s.ndim == 1 and t_s.shape == speed_m_s.shape == altitude_m.shape and len(t_s) >= 30):
        raise FitError("t_s, speed_m_s and altitude_m are three arrays of one length, at least 30")
    if not all(np.isfinite(values).all() for values in (t_s, speed_m_s, altitude_m)) or (np.diff(t_s) <= 0.0).any():
        raise FitError("t_s, speed_m_s and altitude_m are finite numbers, and t_s grows")
    if len(booster.stages) < 2:
        raise FitError(f"booster {booster.id} has one stage; a fit starts from one with two or more")
    times = engine_times(t_s, speed_m_s, altitude_m)
    inside = (t_s >= _FIRST_S) & (t_s <= times.first_cutoff_s - 1.0)
    t, speed, altitude = t_s[inside], speed_m_s[inside], altitude_m[inside]
    problem = _Problem(booster, launch, azimuth_deg, times)

    def residuals(x: FloatArray) -> FloatArray:
        try:
            found_speed, found_altitude = problem.flown(x, t)
        except FlightError:
            return np.full(2 * len(t), 1e3)
        return np.concatenate(
            [
                (found_speed - speed) / (SPEED_FLOOR_M_S + SPEED_PART * speed),
                (found_altitude - altitude) / ALTITUDE_M,
            ]
        )

    low, high = problem.bounds
    solved = least_squares(
        residuals, problem.start, bounds=(low, high), x_scale=0.1 * (high - low), diff_step=np.full(11, 1e-5),
        max_nfev=_MOST_EVALUATIONS,
    )  # fmt: skip
    fitted, plan = problem.vehicle(solved.x)
    found_speed, found_altitude = problem.flown(solved.x, t)
    path = fly(fitted, plan, until_s=times.first_cutoff_s)
    return AscentFit(fitted, plan, times, path, t, speed, altitude, found_speed, found_altitude)


class _Problem:
    """What the parameters of a fit mean, and their bounds.

    Flow kg/s, specific impulse s, factor on drag; throttle down from s, to s, to a factor, again from a part of the
    burn, to a factor; vertical rise s, time constant s, final pitch deg.
    """

    def __init__(self, booster: Booster, launch: tuple[float, float], azimuth_deg: float, times: EngineTimes) -> None:
        self.booster, self.launch, self.azimuth_deg, self.times = booster, launch, azimuth_deg, times
        first = booster.stages[0]
        self.mass_kg = booster.payload_kg + sum(s.propellant_kg + s.inert_kg for s in booster.stages)
        flow = first.propellant_kg / first.burn_s
        self.start = np.array([flow, first.isp_vac_s, booster.cd_scale, 50.0, 66.0, 0.85, 0.85, 0.85, 12.0, 150.0, 5.0])
        self.bounds = (
            np.array([0.6 * flow, 0.8 * first.isp_vac_s, 0.2, 30.0, 60.0, 0.5, 0.62, 0.5, 4.0, 20.0, -80.0]),
            np.array([1.4 * flow, 1.2 * first.isp_vac_s, 4.0, 58.0, 95.0, 1.1, 0.98, 1.1, 50.0, 600.0, 60.0]),
        )

    def vehicle(self, x: FloatArray) -> tuple[Booster, FlightPlan]:
        flow, isp, drag, down_s, up_s, low, part, late, vertical_s, tau_s, pitch_deg = x.tolist()
        burn_s, first = self.times.first_cutoff_s, self.booster.stages[0]
        late_s = part * burn_s
        throttle = ((down_s, low), (up_s, 1.0), (late_s, late))
        full_s = down_s + low * (up_s - down_s) + (late_s - up_s) + late * (burn_s - late_s)
        propellant = flow * full_s
        above = self.mass_kg - first.propellant_kg - first.inert_kg
        inert = self.mass_kg - above - propellant
        if inert <= 0.0:
            raise FlightError("the first stage burns more than it holds")
        stage = altered(
            first,
            propellant_kg=propellant,
            inert_kg=inert,
            isp_vac_s=isp,
            burn_s=burn_s,
            throttle=throttle,
            flyback=None,
        )
        rest = list(self.booster.stages[1:])
        if self.times.second_ignition_s is not None:
            rest[0] = altered(rest[0], ignition_delay_s=self.times.second_ignition_s - burn_s)
            if self.times.second_cutoff_s is not None:
                rest[0] = altered(rest[0], burn_s=self.times.second_cutoff_s - self.times.second_ignition_s)
        made = altered(self.booster, stages=(stage, *rest), cd_scale=drag, vertical_s=vertical_s, pitch_tau_s=tau_s)
        return made, FlightPlan(*self.launch, self.azimuth_deg, pitch_deg, max_time_s=burn_s + 1.0)

    def flown(self, x: FloatArray, t_s: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Speed m/s and altitude m (n,) of a vehicle."""
        booster, plan = self.vehicle(x)
        path = fly(booster, plan, until_s=self.times.first_cutoff_s)
        position, velocity = path.at(t_s)
        return np.linalg.norm(velocity, axis=1), geodetic_from_itrf(position)[2]


def _falls(t_s: FloatArray, force: FloatArray, after_s: float) -> float | None:
    """First time at which the specific force falls below half its level and stays there."""
    for i in np.flatnonzero(t_s > after_s):
        level = float(force[(t_s >= t_s[i] - _LEVEL_S) & (t_s < t_s[i])].max(initial=0.0))
        later = force[(t_s >= t_s[i]) & (t_s <= t_s[i] + _SUSTAINED_S)]
        if level > _LEAST_M_S2 and t_s[i] + _SUSTAINED_S <= t_s[-1] and later.max() < 0.5 * level:
            return _half(t_s, force, int(i), 0.5 * level)
    return None


def _rises(t_s: FloatArray, force: FloatArray, after_s: float) -> float | None:
    """First time at which the specific force rises above half of the level that follows and stays there."""
    for i in np.flatnonzero(t_s > after_s + 1.0):
        after = force[(t_s >= t_s[i]) & (t_s <= t_s[i] + _LEVEL_S)]
        level = float(np.median(after))
        later = force[(t_s >= t_s[i]) & (t_s <= t_s[i] + _SUSTAINED_S)]
        if level > _LEAST_M_S2 and t_s[i] + _LEVEL_S <= t_s[-1] and later.min() > 0.5 * level:
            return _half(t_s, force, int(i), 0.5 * level)
    return None


def _half(t_s: FloatArray, force: FloatArray, i: int, level: float) -> float:
    """Where the force crosses a level between two samples."""
    before, after = float(force[i - 1]), float(force[i])
    if before == after:
        return float(t_s[i])
    part = float(np.clip((level - before) / (after - before), 0.0, 1.0))
    return float(t_s[i - 1] + part * (t_s[i] - t_s[i - 1]))
