"""Who is looked at in one revisit period: beams against tasks, by value of information.

A task's value is what its look is expected to tell: by how much it shrinks the logarithm of the volume of the
uncertainty, times the probability of an echo and a weight. A plan never spends more time than a beam has, and gives a
task to one beam at most. What it leaves out, it says, with the reason.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from launchwatch.core.arrays import FloatArray, IntArray

Reason = Literal["time budget", "out of field", "nothing to learn"]
_ROUNDING = 1e-9  # a share of a budget, lost to rounding


class Plan(NamedTuple):
    """A revisit period.

    Attributes
    ----------
    beam : (n,) index of the beam that looks at each task; -1 where none does.
    value : float
        Sum over what is looked at, nats.
    bound : float
        No plan within the same budgets is worth more.
    spent_s : (beams,)
        Time that each beam spends.
    """

    beam: IntArray
    value: float
    bound: float
    spent_s: FloatArray


class NotLookedAt(NamedTuple):
    """A task that a plan left out, and why."""

    task: int
    reason: Reason


def value_of_look(
    predicted_m2: ArrayLike, noise_m2: ArrayLike, probability: ArrayLike = 1.0, weight: ArrayLike = 1.0
) -> FloatArray:
    """Expected loss of entropy by one look at each task, nats times weight.

    Parameters
    ----------
    predicted_m2 : array_like, shape (n, d, d)
        Covariance of what is measured, before the look.
    noise_m2 : array_like, shape (n, d, d)
        Covariance of the measurement's error, positive definite.
    probability : array_like, shape (n,) or ()
        Of an echo.
    weight : array_like, shape (n,) or ()
        Not negative; above 1 for what threatens a region.

    Returns
    -------
    FloatArray, shape (n,)
        Not negative: half the logarithm of det(P + R) / det R (Cover and Thomas, 2006, section 8.4).
    """
    noise = np.asarray(noise_m2, dtype=np.float64)
    both = np.linalg.slogdet(np.asarray(predicted_m2) + noise)[1]
    gain = 0.5 * np.maximum(both - np.linalg.slogdet(noise)[1], 0.0)
    return np.asarray(gain * np.asarray(probability) * np.asarray(weight))


def plan(value: ArrayLike, cost_s: ArrayLike, budget_s: ArrayLike, allowed: ArrayLike | None = None) -> Plan:
    """Assign tasks to beams.

    With looks of equal length the plan is the best there is: the most valuable for one beam, an assignment problem
    for several (Kuhn, 1955; `linear_sum_assignment`). Else by value for time, and for one beam at least half the best
    (Dantzig, 1957). `Plan.bound` says in each case what none can exceed.

    Parameters
    ----------
    value : array_like, shape (n,)
        Of a look at each task, not negative.
    cost_s : array_like, shape (n,)
        Time that it takes, s, positive.
    budget_s : array_like, shape (beams,)
        Time of each beam, s, not negative.
    allowed : array_like of bool, shape (beams, n), optional
        Which tasks stand in the field of each beam; all without it.

    Raises
    ------
    ValueError
        A negative value or budget, or a look that takes no time.
    """
    values, costs = np.asarray(value, dtype=np.float64), np.asarray(cost_s, dtype=np.float64)
    budgets = np.atleast_1d(np.asarray(budget_s, dtype=np.float64))
    fits = np.ones((len(budgets), len(values)), bool) if allowed is None else np.array(allowed, dtype=bool)
    if np.any(values < 0.0) or np.any(budgets < 0.0) or not np.all(costs > 0.0):
        raise ValueError("tasks: a value or a budget is negative, or a look takes no time; give times above 0 s")
    room = budgets * (1.0 + _ROUNDING)
    fits = fits & (values > 0.0)[None, :] & (costs[None, :] <= room[:, None])
    possible = np.flatnonzero(fits.any(axis=0))
    bound = _bound(values[possible], costs[possible], float(budgets.sum()))
    beam = np.full(len(values), -1)
    if len(possible) and np.ptp(costs[possible]) == 0.0:
        beam = _equal(values, fits, np.floor(room / costs[possible[0]]).astype(np.int64))
    elif len(possible):
        beam = _greedy(values, costs, fits, room)
    looked = beam >= 0
    spent = np.bincount(beam[looked], weights=costs[looked], minlength=len(budgets)).astype(np.float64)
    return Plan(beam, float(values[looked].sum()), bound, spent)


def not_looked_at(value: ArrayLike, made: Plan, allowed: ArrayLike | None = None) -> list[NotLookedAt]:
    """What a plan left out, in the order of the tasks; `value` and `allowed` are those that it was made from."""
    values = np.asarray(value, dtype=np.float64)
    seen = np.ones(len(values), bool)
    if allowed is not None:
        seen = np.any(np.asarray(allowed, dtype=bool), axis=0)
    out = []
    for task in np.flatnonzero(made.beam < 0).tolist():
        reason: Reason = "time budget"
        if not seen[task]:
            reason = "out of field"
        elif values[task] == 0.0:
            reason = "nothing to learn"
        out.append(NotLookedAt(task, reason))
    return out


def looks_at_tracks(
    predicted_m2: FloatArray, noise_m2: FloatArray, probability: FloatArray, cost_s: float, budget_s: float
) -> NDArray[np.bool_]:
    """Which of many tracks one radar looks at, looks of equal length: variances along three axes, (n, 3).

    The same plan as `plan` makes for one beam, for a radar that asks at every look.
    """
    gain = 0.5 * probability * np.sum(np.log1p(predicted_m2 / noise_m2), axis=1)
    return np.asarray(plan(gain, np.full(len(gain), cost_s), [budget_s]).beam >= 0)


def _bound(values: FloatArray, costs: FloatArray, budget: float) -> float:
    """What fractions of tasks would be worth if all beams were one (Dantzig, 1957)."""
    order = np.argsort(-values / costs, kind="stable")
    filled = np.cumsum(costs[order])
    whole = int(np.searchsorted(filled, budget, side="right"))
    total = float(values[order[:whole]].sum())
    if whole < len(order):
        left = budget - (float(filled[whole - 1]) if whole else 0.0)
        total += float(values[order[whole]] / costs[order[whole]]) * left
    return total * (1.0 + _ROUNDING)


def _equal(values: FloatArray, fits: NDArray[np.bool_], slots: IntArray) -> IntArray:
    """The best plan for looks of equal length; each beam has so many."""
    beam = np.full(len(values), -1)
    if len(slots) == 1:
        order = np.argsort(-values, kind="stable")
        order = order[fits[0, order]]
        beam[order[: slots[0]]] = 0
        return beam
    from scipy.optimize import linear_sum_assignment  # its import takes as long as a short run; one beam needs none

    of_slot = np.repeat(np.arange(len(slots)), np.minimum(slots, len(values)))
    worth = np.where(fits[of_slot], values, 0.0)
    rows, tasks = linear_sum_assignment(worth, maximize=True)
    real = worth[rows, tasks] > 0.0
    beam[tasks[real]] = of_slot[rows[real]]
    return beam


def _greedy(values: FloatArray, costs: FloatArray, fits: NDArray[np.bool_], room: FloatArray) -> IntArray:
    """By value for time, each to the beam with most time left; or the one most valuable task, if that is worth more."""
    beam = np.full(len(values), -1)
    left = room.copy()
    for task in np.argsort(-values / costs, kind="stable").tolist():
        beams = np.flatnonzero(fits[:, task] & (left >= costs[task]))
        if len(beams):
            chosen = int(beams[np.argmax(left[beams])])
            beam[task] = chosen
            left[chosen] -= costs[task]
    best = int(np.argmax(np.where(fits.any(axis=0), values, 0.0)))
    if values[best] > values[beam >= 0].sum():
        beam[:] = -1
        beam[best] = int(np.argmax(fits[:, best]))
    return beam
