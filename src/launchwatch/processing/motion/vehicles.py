"""What is known of vehicles at large, before any of them is seen: priors of a boost profile."""

from __future__ import annotations

from functools import lru_cache

import msgspec
import numpy as np

from launchwatch.core.arrays import FloatArray
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
)

KNOTS_S = np.array([10.0, 18.0, 30.0, 45.0, 65.0, 90.0, 120.0, 155.0, 195.0, 240.0, 300.0, 370.0, 450.0, 540.0])
UNSEEN_S = 5000.0  # burnout of a profile that still thrusts: later than any boost
AT_ONCE_S = 1e-3  # coast of a change of stage without a dark gap

# Priors, 1 sigma. Spread over the vehicles of the open literature, not tuned to a case.
LIFTOFF_BEFORE_FIRST_S, LIFTOFF_SIGMA_S = 45.0, 30.0
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


def prior(
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
