"""Boost profile: launch point, lift-off, steering and staging fitted to lines of sight and radar plots.

The profile is a staged vehicle of constant flow: within a stage the acceleration grows as c / (c / a0 - t). Its thrust
leans away from the vertical of the launch point by a pitch that is linear between knots. Beside it a gravity turn is
fitted, whose thrust follows the velocity after a tip-over; what the data leave open between the two is in the estimate
(Li and Jilkov 2010). Weak priors hold what the data do not show, so that one satellite is enough for an honest, if
long, ellipse; the sensors' own errors are estimated along (Danis 1993).
"""

from __future__ import annotations

import numpy as np

from launchwatch.core.arrays import FloatArray
from launchwatch.core.frames import OMEGA_EARTH
from launchwatch.processing.motion._kernels import (
    AZIMUTH,
    FIRST_KNOT,
    GRAVITY_TURN,
    IGNITION,
    LIFTOFF,
    PER_STAGE,
    PROGRAMME,
)
from launchwatch.processing.motion.ascents import Profile, about, apart, launch_deg, off
from launchwatch.processing.motion.guess import beyond_limb, ground_below
from launchwatch.processing.motion.measurements import LinesOfSight, Plots
from launchwatch.processing.motion.problem import Problem, sound
from launchwatch.processing.motion.vehicles import Timeline, prior

MISFIT_CHI2 = 1.5
REFERENCE_M = 2e3  # from the launch to the point about which it is fitted
SAME_M = 10e3  # launches nearer than this, found twice, are one solution
RULED_OUT, YOUNG_DEGREES = 0.01, 60  # probability below which, and number of residuals from which, a steering is left


def fit(
    epoch_ns: int,
    sights: LinesOfSight | None,
    radar: Plots | None,
    timeline: Timeline,
    start: Profile | None = None,
    omega: float = OMEGA_EARTH,
) -> Profile:
    """Most probable boost profile given the measurements (Levenberg-Marquardt on residuals and prior).

    Parameters
    ----------
    sights, radar : measurements with times in s after `epoch_ns`; either may be null.
    timeline : staging and burnout as the light curve shows them.
    start : an earlier fit of the same launch; without one, several azimuths and climb rates are tried.
    """
    times = np.concatenate([m.time_s for m in (sights, radar) if m is not None])
    if start is not None and not sound(start.parameters, float(times.min())):
        start = None

    def fitted(steering: int, begin: Profile | None, point: tuple[float, float]) -> list[Profile]:
        return _fits(epoch_ns, point, sights, radar, timeline, steering, begin, omega)

    if start is None:
        beyond = beyond_limb(sights) if radar is None else None
        points = [point for point in (ground_below(sights, radar), beyond) if point is not None]
        found = [mode for point in points for mode in fitted(PROGRAMME, None, point)]
        found += [turn for mode in found for turn in fitted(GRAVITY_TURN, mode, (mode.lat_deg, mode.lon_deg))]
    else:
        begins = [about(mode, launch_deg(mode)) if off(mode) > REFERENCE_M else mode for _, mode in start.modes]
        found = [one for mode in begins for one in fitted(mode.steering, mode, (mode.lat_deg, mode.lon_deg))]
    if len(found) == 1 and found[0].chi2 > MISFIT_CHI2 * found[0].degrees:
        # The steering that was followed alone does not explain what came since: back to the other.
        (one,) = found
        found += fitted(PROGRAMME + GRAVITY_TURN - one.steering, one, (one.lat_deg, one.lon_deg))
    best = _mixed_of(found)
    if start is None and off(best) > REFERENCE_M:
        # Ellipsoid and vertical are exact only near the point about which it was fitted.
        return fit(epoch_ns, sights, radar, timeline, best, omega)
    return best


def _mixed_of(found: list[Profile]) -> Profile:
    """The most probable profile with those others that are not ruled out, each solution once."""
    best, *rest = sorted(found, key=lambda mode: mode.evidence)
    for mode in rest:
        if not any(_alike(mode, other) for other in (best, *best.others)):
            best.others = (*best.others, mode)
    if best.degrees > YOUNG_DEGREES:
        best.others = tuple(mode for weight, mode in best.modes[1:] if weight >= RULED_OUT)
    return best


def _alike(a: Profile, b: Profile) -> bool:
    """Whether two profiles are one solution, found twice: the same steering, from the same place the same way."""
    same_way = np.cos(a.parameters[AZIMUTH] - b.parameters[AZIMUTH]) > 0.0
    return bool(a.steering == b.steering and same_way and apart(a, b) < SAME_M)


def _fits(
    epoch_ns: int,
    point: tuple[float, float],
    sights: LinesOfSight | None,
    radar: Plots | None,
    timeline: Timeline,
    steering: int,
    start: Profile | None,
    omega: float,
) -> list[Profile]:
    """The most probable profiles of one steering, about a reference point: two where a satellite may see either."""
    times = np.concatenate([m.time_s for m in (sights, radar) if m is not None])
    known = float(start.parameters[LIFTOFF]) if start is not None else None
    mean, information, steps, knots = prior(float(times.min()), float(times.max()), timeline, known, steering)
    problem = Problem(*point, sights, radar, mean, information, steps, knots, timeline, steering, omega)
    if start is None:
        begins = problem.search()
    else:
        begins = [_continue(start, mean, len(knots), steering)]
        if start.steering != steering:
            begins = [problem.anneal(begin)[0] for begin in begins]
    found = []
    for begin in begins:
        parameters, evidence, covariance, chi2, degrees = problem.finish(begin)
        if chi2 > MISFIT_CHI2 * degrees:
            # No profile of this form explains the data: what it says is worth that much less.
            covariance = covariance * (chi2 / degrees)
        found.append(
            Profile(epoch_ns, *point, problem.stages, steering, knots, parameters, covariance, degrees, chi2, evidence)
        )
    return found


def _continue(start: Profile, mean: FloatArray, knots: int, steering: int) -> FloatArray:
    """Start of a fit from an earlier one with other knots or stages, or of the other steering."""
    guess = mean.copy()
    guess[:FIRST_KNOT] = start.parameters[:FIRST_KNOT]
    shared = min(knots, len(start.knots_s)) if steering == start.steering else 0
    guess[FIRST_KNOT : FIRST_KNOT + shared] = start.parameters[FIRST_KNOT : FIRST_KNOT + shared]
    if knots > shared > 0:
        offset = guess[FIRST_KNOT + shared - 1] - mean[FIRST_KNOT + shared - 1]
        guess[FIRST_KNOT + shared : FIRST_KNOT + knots] += offset
    old, new = start.first_stage, FIRST_KNOT + knots
    for at in range(0, PER_STAGE * min(start.stages, (len(mean) - 1 - new) // PER_STAGE), PER_STAGE):
        guess[new + at : new + at + IGNITION] = start.parameters[old + at : old + at + IGNITION]
    return guess
