"""Boost profile: launch point, lift-off, steering and staging fitted to lines of sight and radar plots.

The profile is a staged vehicle of constant flow: within a stage the acceleration grows as c / (c / a0 - t). Its thrust
leans away from the vertical of the launch point by a pitch that is linear between knots. Beside it a gravity turn is
fitted, whose thrust follows the velocity after a tip-over; what the data leave open between the two is in the estimate
(Li and Jilkov 2010). Weak priors hold what the data do not show, so that one satellite is enough for an honest, if
long, ellipse; the sensors' own errors are estimated along (Danis 1993).
"""

from __future__ import annotations

from functools import lru_cache

import msgspec
import numpy as np

from launchwatch.core.arrays import FloatArray
from launchwatch.core.frames import OMEGA_EARTH, enu_axes
from launchwatch.core.geodesy import geodetic_from_itrf, itrf_from_geodetic
from launchwatch.physics.atmosphere import EDGES, TABLE
from launchwatch.processing.motion._kernels import (
    AZIMUTH,
    COAST,
    EAST,
    FIRST_KNOT,
    GRAVITY_TURN,
    IGNITION,
    LEAN,
    LIFTOFF,
    LOG_DRAG,
    LOG_THRUST,
    NORTH,
    PER_STAGE,
    PROGRAMME,
    TIP_BEGIN_S,
    VERTICAL_S,
    boost_jacobian,
    boost_states,
    launch_frame,
)
from launchwatch.processing.motion.guess import beyond_limb, ground_below
from launchwatch.processing.motion.measurements import (
    LinesOfSight,
    Plots,
    bias_sigmas,
    bias_slopes,
    plot_residuals,
    sight_residuals,
)

KNOTS_S = np.array([10.0, 18.0, 30.0, 45.0, 65.0, 90.0, 120.0, 155.0, 195.0, 240.0, 300.0, 370.0, 450.0, 540.0])
STEP_S = 3.0
UNSEEN_S = 5000.0  # burnout of a profile that still thrusts: later than any boost

# Priors, 1 sigma. Spread over the vehicles of the open literature, not tuned to a case.
LIFTOFF_BEFORE_FIRST_S, LIFTOFF_SIGMA_S = 45.0, 30.0
LATER_LIFTOFF_S = 20.0  # of every other start of a search: fast climbers are seen early
LAUNCH_SIGMA_M = 300e3
LOG_ACCELERATION = (np.log(24.0), 0.6)  # first stages lift off at 1.3 to 8 g
LOG_UPPER_ACCELERATION = (np.log(23.0), 0.65)
LOG_EXHAUST = (np.log(2650.0), 0.12)  # 2,100 to 3,300 m/s
LOG_UPPER_EXHAUST = (np.log(2950.0), 0.13)
LOG_BURNT = (np.log(0.69), 0.22)  # share of its mass that a vehicle burns in a stage
LOG_CUT_SIGMA = 1.5  # below that, of a last upper stage: thrust may have been ended
LOG_DRAG_AREA = (np.log(2.5e-5), 0.6)  # m^2/kg at lift-off
LEAN_SIGMA = 0.004
TIP_OVER, TIP_OVER_S = (np.radians(7.0), np.radians(5.5)), 6.0  # of a gravity turn: angle, and for how long it is held
TURN = (np.radians(55.0), np.radians(25.0))  # of a programme, in all
LOG_FADE_S, FADE_BY_ACCELERATION = (np.log(50.0), 0.4), -1.4  # in which its rate fades; what climbs fast turns fast
LOG_RISE_S, RISE_BY_ACCELERATION = (np.log(5.5), 0.3), -1.0  # vertical rise before it
TURN_OWN, TURN_FLOOR_RATE = 0.15, np.radians(0.03)  # what each stretch between knots turns otherwise
ANNEAL = (300.0, 50.0, 8.0)  # noise factors through which a fit without a start comes down to the data
MISFIT_CHI2 = 1.5
NO_ASCENT_CHI2 = 1e12
FARTHEST_LIFTOFF_S = 3600.0  # from the first sight
REFERENCE_M = 2e3  # from the launch to the point about which it is fitted
SAME_M = 10e3  # launches nearer than this, found twice, are one solution
SETTLED = 0.1  # decrease of the cost that ends a descent
RULED_OUT, YOUNG_DEGREES = 0.01, 60  # probability below which, and number of residuals from which, a steering is left
SHORTEST_BURN_S = 1.0
AT_ONCE_S = 1e-3  # coast of a change of stage without a dark gap


class Profile(msgspec.Struct):
    """A fitted boost profile.

    Attributes
    ----------
    epoch_ns : zero of the profile's times, ns TAI.
    lat_deg, lon_deg : reference launch point, from which east and north are counted.
    stages : number of stages fitted.
    steering : PROGRAMME or GRAVITY_TURN of `_kernels`.
    knots_s : pitch knots, s after lift-off.
    parameters, covariance : see `_kernels.boost_states`.
    degrees, chi2 : number of residuals, and the sum of their squares.
    evidence : minus twice the logarithm of the probability of the data under this steering (Laplace, 1774), without a
        term that all share.
    others : other fits that the data do not rule out: of the other steering, or from beyond the limb.
    """

    epoch_ns: int
    lat_deg: float
    lon_deg: float
    stages: int
    steering: int
    knots_s: FloatArray
    parameters: FloatArray
    covariance: FloatArray
    degrees: int
    chi2: float
    evidence: float = 0.0
    others: tuple[Profile, ...] = ()

    @property
    def modes(self) -> list[tuple[float, Profile]]:
        """What the data leave open: probabilities and profiles, this one first."""
        # A misfit that all share makes a difference between them worth that much less.
        worth = max(self.chi2 / max(self.degrees, 1), 1.0)
        odds = [float(np.exp(-0.5 * min((o.evidence - self.evidence) / worth, 600.0))) for o in self.others]
        every = 1.0 + sum(odds)
        return [(odd / every, mode) for odd, mode in zip((1.0, *odds), (self, *self.others), strict=True)]

    @property
    def first_stage(self) -> int:
        """Index of the first stage parameter."""
        return FIRST_KNOT + len(self.knots_s)


class Staging(msgspec.Struct, frozen=True):
    """A change of stage: end of one burn and begin of the next, each as (s after the epoch, standard deviation).

    The two are one and the same where the light curve shows no dark gap between the burns.
    """

    burnout: tuple[float, float]
    ignition: tuple[float, float]

    @property
    def coast_s(self) -> float:
        """Time between the two burns."""
        return self.ignition[0] - self.burnout[0]


class Timeline(msgspec.Struct, frozen=True):
    """What the light curve says on staging and burnout: times in s after the epoch, with standard deviations.

    `burnout` is null while the vehicle thrusts.
    """

    staging: tuple[Staging, ...] = ()
    burnout: tuple[float, float] | None = None


def _prior(
    first_s: float, last_s: float, timeline: Timeline, liftoff_s: float | None, steering: int = PROGRAMME
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Mean (p,), information matrix (p, p), finite-difference steps (p,) and knots of a profile."""
    liftoff = first_s - LIFTOFF_BEFORE_FIRST_S if liftoff_s is None else liftoff_s
    knots = KNOTS_S[: max(1, int(np.searchsorted(KNOTS_S, last_s - liftoff)) + 1)]
    if steering == GRAVITY_TURN:
        knots = np.array([TIP_BEGIN_S + TIP_OVER_S])
    k, stages = len(knots), 1 + len(timeline.staging)
    p = FIRST_KNOT + k + PER_STAGE * stages + 1
    mean, steps = np.zeros(p), np.zeros(p)
    information = np.zeros((p, p))
    for i, sigma, step in (
        (EAST, LAUNCH_SIGMA_M, 30.0),
        (NORTH, LAUNCH_SIGMA_M, 30.0),
        (LIFTOFF, LIFTOFF_SIGMA_S, 0.05),
        (AZIMUTH, 3.0, 1e-3),
        (LOG_DRAG, LOG_DRAG_AREA[1], 0.02),
        (LEAN, LEAN_SIGMA, 1e-3),
    ):
        information[i, i], steps[i] = sigma**-2, step
    mean[LIFTOFF] = first_s - LIFTOFF_BEFORE_FIRST_S
    mean[LOG_DRAG] = LOG_DRAG_AREA[0]

    first = FIRST_KNOT + k
    for i in range(stages):
        at = first + PER_STAGE * i
        acceleration = LOG_ACCELERATION if i == 0 else LOG_UPPER_ACCELERATION
        exhaust = LOG_EXHAUST if i == 0 else LOG_UPPER_EXHAUST
        mean[at : at + 2] = acceleration[0], exhaust[0]
        information[at, at], information[at + 1, at + 1] = acceleration[1] ** -2, exhaust[1] ** -2
        steps[at : at + PER_STAGE] = 1e-3, 1e-3, 0.02, 0.02
        ignition, coast = at + IGNITION, at + COAST
        seen = timeline.staging[i - 1] if i > 0 else Staging((liftoff, 1e-3), (liftoff, 1e-3))
        mean[ignition], mean[coast] = seen.ignition[0], seen.coast_s
        information[ignition, ignition] = seen.ignition[1] ** -2
        if seen.burnout == seen.ignition:
            information[coast, coast] = AT_ONCE_S**-2
        else:
            # What is seen of the burnout is the ignition less the coast.
            both = np.ix_([ignition, coast], [ignition, coast])
            information[both] += np.array([[1.0, -1.0], [-1.0, 1.0]]) * seen.burnout[1] ** -2
    if steering == GRAVITY_TURN:
        mean[FIRST_KNOT], information[FIRST_KNOT, FIRST_KNOT], steps[FIRST_KNOT] = TIP_OVER[0], TIP_OVER[1] ** -2, 1e-4
    else:
        pitch = [*range(FIRST_KNOT, first), first + LOG_THRUST]
        mean[pitch], spread = _pitches(k)
        information[np.ix_(pitch, pitch)], steps[FIRST_KNOT:first] = np.linalg.inv(spread), 1e-3
    end = (UNSEEN_S + last_s, 1e-3) if timeline.burnout is None else timeline.burnout
    mean[-1], information[-1, -1], steps[-1] = end[0], end[1] ** -2, 0.02
    return mean, information, steps, knots


@lru_cache(maxsize=32)
def _pitches(k: int) -> tuple[FloatArray, FloatArray]:
    """Mean (k + 1,) and covariance (k + 1, k + 1) of pitch at the first knots and log acceleration at lift-off.

    Over programmes whose rate fades: acceleration, the turn in all, the time in which it fades and the end of the
    vertical rise are drawn in Gauss-Hermite nodes.
    """
    nodes, weights = np.polynomial.hermite_e.hermegauss(5)
    pull, total, fade, rise = (axis.ravel() for axis in np.meshgrid(nodes, nodes, nodes, nodes, indexing="ij"))
    weight = np.einsum("i,j,k,l->ijkl", weights, weights, weights, weights).ravel() / weights.sum() ** 4
    faster = LOG_ACCELERATION[1] * pull
    total = TURN[0] + TURN[1] * total
    fade = np.exp(LOG_FADE_S[0] + FADE_BY_ACCELERATION * faster + LOG_FADE_S[1] * fade)
    rise = np.exp(LOG_RISE_S[0] + RISE_BY_ACCELERATION * faster + LOG_RISE_S[1] * rise)
    after = np.maximum(KNOTS_S[:k] - rise[:, None], 0.0)
    drawn = np.column_stack([total[:, None] * (1.0 - np.exp(-after / fade[:, None])), LOG_ACCELERATION[0] + faster])
    mean = weight @ drawn
    away = drawn - mean
    own = np.diff(mean[:k], prepend=0.0) * TURN_OWN + TURN_FLOOR_RATE * np.diff(KNOTS_S[:k], prepend=VERTICAL_S)
    spread = np.einsum("n,ni,nj->ij", weight, away, away)
    to_knots = np.tri(k)
    spread[:k, :k] += to_knots @ np.diag(own**2) @ to_knots.T
    return mean, spread


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
    if start is not None and not _sound(start.parameters, float(times.min())):
        start = None
    def fitted(steering: int, begin: Profile | None, point: tuple[float, float]) -> Profile:
        return _fit(epoch_ns, point, sights, radar, timeline, steering, begin, omega)

    if start is None:
        beyond = beyond_limb(sights) if radar is None else None
        found = [fitted(PROGRAMME, None, point) for point in (ground_below(sights, radar), beyond) if point is not None]
        found += [fitted(GRAVITY_TURN, mode, (mode.lat_deg, mode.lon_deg)) for mode in found]
    else:
        begins = [_about(mode, launch_deg(mode)) if _off(mode) > REFERENCE_M else mode for _, mode in start.modes]
        found = [fitted(mode.steering, mode, (mode.lat_deg, mode.lon_deg)) for mode in begins]
    if len(found) == 1 and found[0].chi2 > MISFIT_CHI2 * found[0].degrees:
        # The steering that was followed alone does not explain what came since: back to the other.
        (one,) = found
        found.append(fitted(PROGRAMME + GRAVITY_TURN - one.steering, one, (one.lat_deg, one.lon_deg)))
    best = _mixed_of(found)
    if start is None and _off(best) > REFERENCE_M:
        # Ellipsoid and vertical are exact only near the point about which it was fitted.
        return fit(epoch_ns, sights, radar, timeline, best, omega)
    return best


def _mixed_of(found: list[Profile]) -> Profile:
    """The most probable profile with those others that are not ruled out, each solution once."""
    best, *rest = sorted(found, key=lambda mode: mode.evidence)
    for mode in rest:
        if not any(m.steering == mode.steering and _apart(m, mode) < SAME_M for m in (best, *best.others)):
            best.others = (*best.others, mode)
    if best.degrees > YOUNG_DEGREES:
        best.others = tuple(mode for weight, mode in best.modes[1:] if weight >= RULED_OUT)
    return best


def _apart(a: Profile, b: Profile) -> float:
    """Distance between two launches, m."""
    return float(np.linalg.norm(_frame(a)[0] - _frame(b)[0]))


def _off(profile: Profile) -> float:
    """Distance of the launch from the reference point, m."""
    return float(np.hypot(profile.parameters[EAST], profile.parameters[NORTH]))


def launch_deg(profile: Profile, east: float | None = None, north: float | None = None) -> tuple[float, float]:
    """Geodetic latitude and longitude of the launch, or of a point so far east and north of the reference point, m."""
    lat, lon, _ = geodetic_from_itrf(_frame(profile, east, north)[0])
    return float(lat), float(lon)


def _frame(profile: Profile, east: float | None = None, north: float | None = None) -> FloatArray:
    """Launch point and its carried axes (4, 3)."""
    at = profile.parameters
    return launch_frame(
        float(at[EAST]) if east is None else east,
        float(at[NORTH]) if north is None else north,
        itrf_from_geodetic(profile.lat_deg, profile.lon_deg, 0.0),
        enu_axes(profile.lat_deg, profile.lon_deg),
    )


def _about(profile: Profile, point: tuple[float, float]) -> Profile:
    """The same launch and azimuth, told from another reference point."""
    if point == (profile.lat_deg, profile.lon_deg):
        return profile
    frame = _frame(profile)
    origin, axes = itrf_from_geodetic(*point, 0.0), enu_axes(*point)
    radius = float(np.linalg.norm(origin))
    there = itrf_from_geodetic(*launch_deg(profile), 0.0) - origin + radius * axes[2]
    level = axes[:2] @ there
    angle = float(np.arctan2(np.hypot(*level), axes[2] @ there))
    parameters = profile.parameters.copy()
    parameters[[EAST, NORTH]] = level * (radius * angle / max(float(np.hypot(*level)), 1e-9))
    carried = launch_frame(float(parameters[EAST]), float(parameters[NORTH]), origin, axes)
    heading = np.array([np.sin(parameters[AZIMUTH]), np.cos(parameters[AZIMUTH])]) @ frame[1:3]
    azimuth = np.arctan2(heading @ carried[1], heading @ carried[2])
    parameters[AZIMUTH] += np.remainder(azimuth - parameters[AZIMUTH] + np.pi, 2.0 * np.pi) - np.pi
    return msgspec.structs.replace(profile, lat_deg=point[0], lon_deg=point[1], parameters=parameters)


def _fit(
    epoch_ns: int,
    point: tuple[float, float],
    sights: LinesOfSight | None,
    radar: Plots | None,
    timeline: Timeline,
    steering: int,
    start: Profile | None,
    omega: float,
) -> Profile:
    """The most probable profile of one steering, about a reference point."""
    times = np.concatenate([m.time_s for m in (sights, radar) if m is not None])
    known = float(start.parameters[LIFTOFF]) if start is not None else None
    mean, information, steps, knots = _prior(float(times.min()), float(times.max()), timeline, known, steering)
    problem = _Problem(*point, sights, radar, mean, information, steps, knots, timeline, steering, omega)
    if start is None:
        best = problem.search()
    else:
        best = _continue(start, mean, len(knots), steering)
        if start.steering != steering:
            best = problem.anneal(best)
    parameters, evidence, covariance, chi2, degrees = problem.finish(best)
    if chi2 > MISFIT_CHI2 * degrees:
        # No profile of this form explains the data: what it says is worth that much less.
        covariance = covariance * (chi2 / degrees)
    return Profile(epoch_ns, *point, problem.stages, steering, knots, parameters, covariance, degrees, chi2, evidence)


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


def _sound(parameters: FloatArray, first_s: float) -> bool:
    """Whether parameters are numbers, with a lift-off within an hour of the first sight: others would fly for ever."""
    return bool(np.isfinite(parameters).all()) and abs(parameters[LIFTOFF] - first_s) < FARTHEST_LIFTOFF_S


class _Problem:
    """Residuals, slopes and descent of one fit."""

    def __init__(
        self,
        lat_deg: float,
        lon_deg: float,
        sights: LinesOfSight | None,
        radar: Plots | None,
        mean: FloatArray,
        information: FloatArray,
        steps: FloatArray,
        knots: FloatArray,
        timeline: Timeline,
        steering: int,
        omega: float,
    ) -> None:
        self.launch = itrf_from_geodetic(lat_deg, lon_deg, 0.0)
        self.axes = enu_axes(lat_deg, lon_deg)
        self.data = [data for data in (sights, radar) if data is not None]
        self.mean, self.steps, self.knots, self.omega = mean, steps, knots, omega
        self.stages, self.steering = 1 + len(timeline.staging), steering
        self.spent = self.stages - (timeline.burnout is None)
        self.motion = len(mean)
        bias = np.concatenate([bias_sigmas(data) for data in self.data])
        blocks = [bias_slopes(data) for data in self.data]
        self.by_bias = np.zeros((sum(len(block) for block in blocks), len(bias)))
        row, column = 0, 0
        for block in blocks:
            rows, columns = block.shape
            self.by_bias[row : row + rows, column : column + columns] = block
            row, column = row + rows, column + columns
        self.size = self.motion + len(bias)
        self.information = np.zeros((self.size, self.size))
        self.information[: self.motion, : self.motion] = information
        self.information[range(self.motion, self.size), range(self.motion, self.size)] = bias**-2.0
        times = np.concatenate([data.time_s for data in self.data])
        order = np.argsort(times, kind="stable")
        place = np.empty(len(times), np.int64)
        place[order] = np.arange(len(times))
        self.times = times[order]
        self.rows = np.split(place, np.cumsum([len(data.time_s) for data in self.data[:-1]]).astype(np.int64))
        self.full_mean = np.concatenate([mean, np.zeros(len(bias))])

    def states(self, parameters: FloatArray, times_s: FloatArray) -> FloatArray:
        return boost_states(
            parameters,
            self.stages,
            self.steering,
            self.knots,
            self.launch,
            self.axes,
            self.omega,
            times_s,
            STEP_S,
            TABLE,
            EDGES,
        )

    def residuals(self, full: FloatArray, noise: float = 1.0) -> tuple[FloatArray, FloatArray]:
        """Whitened residuals and slopes by all parameters, with the measurement noise times `noise`."""
        states, by = boost_jacobian(
            full[: self.motion],
            self.steps,
            self.stages,
            self.steering,
            self.knots,
            self.launch,
            self.axes,
            self.omega,
            self.times,
            STEP_S,
            TABLE,
            EDGES,
        )
        residual, slopes = self._whitened(full, states, np.ascontiguousarray(by[:, :3]))
        return residual / noise, np.hstack([slopes, self.by_bias]) / noise

    def differences(self, full: FloatArray, noise: float) -> FloatArray:
        """Whitened residuals alone, at a fraction of the price."""
        states = self.states(full[: self.motion], self.times)
        return self._whitened(full, states, np.zeros((len(states), 3, 0)))[0] / noise

    def _whitened(self, full: FloatArray, states: FloatArray, gradient: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Residuals of all measurements at states (n, 6), and slopes (rows, p) by the motion of gradients (n, 3, p)."""
        residual, slopes = [], []
        for data, rows in zip(self.data, self.rows, strict=True):
            position = np.ascontiguousarray(states[rows, :3])
            if isinstance(data, LinesOfSight):
                r, j = sight_residuals(data, position, gradient[rows])
            else:
                r, j = plot_residuals(data, position, gradient[rows])
            residual.append(r)
            slopes.append(j)
        return np.concatenate(residual) - self.by_bias @ full[self.motion :], np.concatenate(slopes)

    def cost(self, full: FloatArray, residual: FloatArray) -> float:
        away, (burnt, _) = full - self.full_mean, self._burnt(full)
        return float(residual @ residual + away @ self.information @ away + burnt @ burnt)

    def _burnt(self, full: FloatArray) -> tuple[FloatArray, FloatArray]:
        """What the stages that are out burnt of the mass, over what vehicles do (k,), and slopes (k, p)."""
        first = FIRST_KNOT + len(self.knots)
        off, by = np.zeros(self.spent), np.zeros((self.spent, self.size))
        for i in range(self.spent):
            at = first + PER_STAGE * i
            again = at + PER_STAGE
            lit, out = LIFTOFF if i == 0 else at + IGNITION, self.motion - 1
            end = full[out]
            if i + 1 < self.stages:
                out = again + IGNITION
                end = full[out] - full[again + COAST]
                by[i, again + COAST] = -1.0
            seconds = max(end - full[lit], SHORTEST_BURN_S)
            off[i] = full[at] - full[at + 1] + np.log(seconds) - LOG_BURNT[0]
            by[i, [out, lit]] = 1.0, -1.0
            by[i] /= seconds
            by[i, at : at + 2] = 1.0, -1.0  # log acceleration, log exhaust speed
            sigma = LOG_CUT_SIGMA if 0 < i == self.stages - 1 and off[i] < 0.0 else LOG_BURNT[1]
            off[i], by[i] = off[i] / sigma, by[i] / sigma
        return off, by

    def cost_at(self, full: FloatArray, noise: float) -> float:
        """Cost of parameters; infinite for those that no ascent has, or that leave the range of numbers."""
        if not _sound(full, float(self.times[0])):
            return np.inf
        with np.errstate(over="ignore", invalid="ignore"):
            cost = self.cost(full, self.differences(full, noise))
        return cost if np.isfinite(cost) else np.inf

    def descend(self, guess: FloatArray, iterations: int, noise: float = 1.0) -> tuple[FloatArray, float]:
        """Levenberg-Marquardt from `guess` (motion or all parameters), with the measurement noise times `noise`."""
        full = guess if len(guess) == self.size else np.concatenate([guess, np.zeros(self.size - self.motion)])
        residual, slopes = self.residuals(full, noise)
        cost, damping = self.cost(full, residual), 1.0
        # Damped in units of the prior, the scale on which the profile bends; a damping by the data's own curvature
        # would forbid the very moves along the valley that the data leave open.
        scale = np.diag(np.diag(self.information))
        for _ in range(iterations):
            burnt, by = self._burnt(full)
            normal = slopes.T @ slopes + self.information + by.T @ by
            down = slopes.T @ residual - self.information @ (full - self.full_mean) - by.T @ burnt
            while True:
                move = np.linalg.solve(normal + damping * scale, down)
                trial = full + move
                new_cost = self.cost_at(trial, noise)
                if new_cost < cost or damping > 1e12:
                    break
                damping = max(damping * 8.0, 1e-3)
            gain = cost - new_cost
            if not gain > 0.0:
                break
            full, cost = trial, new_cost
            if gain < SETTLED and float(move @ down) < 10.0 * SETTLED:
                break
            residual, slopes = self.residuals(full, noise)
            damping *= 0.2
        return full, cost

    def search(self) -> FloatArray:
        """Start of a fit without an earlier one: the best of several azimuths, from blunt data to sharp."""
        starts = []
        for i in range(6):
            guess = self.mean.copy()
            guess[AZIMUTH] = i * np.pi / 3
            guess[LIFTOFF] += LATER_LIFTOFF_S * (i % 2)
            starts.append(self.descend(guess, 6, ANNEAL[0]))
        for noise in (*ANNEAL[1:], 1.0):
            starts = sorted((self.descend(s[0], 8, noise) for s in starts), key=lambda s: s[1])[
                : 3 if noise > 10.0 else 2
            ]
        return starts[0][0]

    def anneal(self, guess: FloatArray) -> FloatArray:
        """Start of a fit from one of the other steering."""
        for noise in (*ANNEAL, 1.0):
            guess, _ = self.descend(guess, 8, noise)
        return guess

    def finish(self, guess: FloatArray) -> tuple[FloatArray, float, FloatArray, float, int]:
        """Descend to the end; motion parameters, evidence, covariance, chi-squared and number of residuals."""
        full, cost = self.descend(guess, 20)
        residual, slopes = self.residuals(full)
        _, by = self._burnt(full)
        normal, chi2 = slopes.T @ slopes + self.information + by.T @ by, float(residual @ residual)
        inverse = _inverse(normal) if np.isfinite(normal).all() and np.isfinite(chi2) else None
        if inverse is None:
            # no ascent was found: what was known before, and a misfit that says so
            full, chi2, cost, normal = self.full_mean, NO_ASCENT_CHI2, NO_ASCENT_CHI2, self.information
            inverse = np.asarray(np.linalg.inv(self.information))
        evidence = cost + np.linalg.slogdet(normal)[1] - np.linalg.slogdet(self.information)[1]
        return full[: self.motion], float(evidence), inverse[: self.motion, : self.motion], chi2, len(residual)


def _inverse(normal: FloatArray) -> FloatArray | None:
    """The covariance of a normal matrix; None where its digits are lost, for the fit ran away."""
    scale = np.sqrt(np.diag(normal))
    try:
        root = np.linalg.inv(np.linalg.cholesky(normal / np.outer(scale, scale))) / scale
    except np.linalg.LinAlgError:
        return None
    return np.asarray(root.T @ root)


def mean_at(profile: Profile, time_s: float) -> FloatArray:
    """State (6,) of the likelier steering, ITRF, at `time_s` after the profile's epoch."""
    return np.asarray(means_at(profile, np.array([time_s]))[0])


def means_at(profile: Profile, times_s: FloatArray, omega: float = OMEGA_EARTH) -> FloatArray:
    """States (n, 6) of the likelier steering, ITRF, at `times_s` (n,) after the profile's epoch, ascending."""
    return np.asarray(
        boost_states(
            profile.parameters,
            profile.stages,
            profile.steering,
            profile.knots_s,
            itrf_from_geodetic(profile.lat_deg, profile.lon_deg, 0.0),
            enu_axes(profile.lat_deg, profile.lon_deg),
            omega,
            times_s,
            STEP_S,
            TABLE,
            EDGES,
        )
    )


def state_at(profile: Profile, time_s: float) -> tuple[FloatArray, FloatArray]:
    """State (6,) and covariance (6, 6), ITRF, at `time_s` after the profile's epoch, over all steering left open."""
    states, covariances = states_at(profile, np.array([time_s]))
    return states[0], covariances[0]


def states_at(
    profile: Profile, times_s: FloatArray, omega: float = OMEGA_EARTH
) -> tuple[FloatArray, FloatArray]:
    """States (n, 6) and covariances (n, 6, 6), ITRF, at `times_s` (n,) after the profile's epoch, ascending."""
    return _mixed([(weight, *_states_of(mode, times_s, omega)) for weight, mode in profile.modes])


def launch_of(profile: Profile) -> tuple[FloatArray, FloatArray]:
    """East m, north m of the reference point, lift-off s after the epoch, azimuth rad, and their covariance."""
    keep = [EAST, NORTH, LIFTOFF, AZIMUTH]
    found = []
    for weight, mode in profile.modes:
        launch = _about(mode, (profile.lat_deg, profile.lon_deg)).parameters[keep]
        # both azimuths on one turn of the circle
        launch[3] -= 2.0 * np.pi * np.round((launch[3] - profile.parameters[AZIMUTH]) / (2.0 * np.pi))
        found.append((weight, launch, mode.covariance[np.ix_(keep, keep)]))
    return _mixed(found)


def _mixed(modes: list[tuple[float, FloatArray, FloatArray]]) -> tuple[FloatArray, FloatArray]:
    """Means (..., d) and covariances (..., d, d) of mixtures of Gaussians."""
    mean = np.sum([weight * m for weight, m, _ in modes], axis=0)
    apart = [m - mean for _, m, _ in modes]
    spreads = [w * (c + a[..., :, None] * a[..., None, :]) for (w, _, c), a in zip(modes, apart, strict=True)]
    return mean, np.sum(spreads, axis=0)


def _states_of(profile: Profile, times_s: FloatArray, omega: float) -> tuple[FloatArray, FloatArray]:
    problem_steps = np.full(len(profile.parameters), 1e-3)
    problem_steps[[EAST, NORTH]] = 30.0
    problem_steps[[LIFTOFF, -1]] = 0.02
    problem_steps[profile.first_stage + IGNITION : -1 : PER_STAGE] = 0.02
    problem_steps[profile.first_stage + COAST : -1 : PER_STAGE] = 0.02
    problem_steps[LOG_DRAG] = 0.02
    states, slopes = boost_jacobian(
        profile.parameters,
        problem_steps,
        profile.stages,
        profile.steering,
        profile.knots_s,
        itrf_from_geodetic(profile.lat_deg, profile.lon_deg, 0.0),
        enu_axes(profile.lat_deg, profile.lon_deg),
        omega,
        times_s,
        STEP_S,
        TABLE,
        EDGES,
    )
    return states, slopes @ profile.covariance @ slopes.transpose(0, 2, 1)
