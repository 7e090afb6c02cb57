"""Boosters of the catalogue as templates: how well each explains when stages burned out, and how fast the flight got.

A plume tells times better than anything else: when a stage burns out, when the last one does. Each booster is a row of
burnout times and of the speed that it has by then; the likelihood of a flight under it stands beside that of a booster
of its class that the catalogue has not, and of one that is like none.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from launchwatch.catalog.schema import Booster
from launchwatch.core.arrays import FloatArray

G0 = 9.80665
CLASSES = ("srbm", "mrbm", "irbm", "icbm", "slbm", "hgv", "slv", "sounding-rocket")
BURN_SHARE = 0.03  # of a burn: what its length varies by with temperature and lot, and figures are rounded to
SEEN_S = 1.5  # error of a time that a light curve gives
LIFT_OFF_S, ASTRAY_S, ASTRAY = 4.0, 12.0, 0.1  # error of lift-off beyond that of the fit; of one in ten, whose ...
# how late profiles put lift-off, by thrust over weight: they take the flow as constant, and clouds hide the begin
LATE_S = (1.2, 1.45, 1.65, 1.95, 2.3, 2.75, 3.5), (11.0, 9.0, 2.0, -2.5, -5.5, -4.5, -3.0)
NODES_S = np.linspace(-36.0, 36.0, 21)  # ... first stage no satellite saw: nodes no farther apart than twice `SEEN_S`
MISSED, EARLY_MISSED, EARLY_S = 0.1, 0.9, 20.0  # probability that a change of stage leaves no mark; below the clouds
SPURIOUS = 0.05  # that a mark is none
READY_S = 10.0  # after its ignition a stage has been seen, if it can be
CUT, CUT_FIXED, CUT_BELOW = 0.5, 0.3, 0.05  # that a burn ends early: the last one, where it may not, one before
CUT_SHARE = 0.25  # part of the burn that is then left
FAINT, FAINT_MORE, FAINT_N = 0.05, 0.75, 60e3  # that a stage is not seen, or not to its end; more where thrust is small
LOSS = 74.0  # m/s over the root of the burn in s: gravity and air, of the speed by energy; within 15 % for all stages
LOSS_SHARE, SPEED_SHARE, SPEED_FLOOR_M_S = 0.15, 0.03, 60.0  # errors of the loss, of the speed without, of both
LIGHTER = 0.5  # part of its payload by which a space launcher may differ from the catalogue's flight
ANY_MARK, SHORTEST_S = 0.6, 20.0  # of what is like none: a mark in its light curve; its shortest burn
WIDE_SHARE, WIDE_S = 0.25, 15.0  # what a booster that is not in the catalogue differs by from those of its class
WIDE_SPEED, WIDE_SPEED_M_S = 0.15, 200.0


@dataclass(frozen=True, eq=False)
class Templates:
    """Boosters as arrays; n boosters, at most m stages; NaN where there is no such stage.

    Attributes
    ----------
    names, classes : (n,) identifier and class of each.
    ignition_s, burnout_s : (n, m) when each stage burns, s after lift-off.
    mass_kg, flow_kg_s, exhaust_m_s : (n, m) mass at ignition, mean mass flow, exhaust velocity in vacuum.
    spare_kg : (n,) by how much the payload may differ.
    stages : (n,) number of stages.
    stops : (n,) whether the last burn may end early.
    late_s : (n,) by how much a track puts its lift-off late, in the mean.
    member : (k, n) whether a booster is of a class, in the order of `CLASSES`.
    """

    names: tuple[str, ...]
    classes: tuple[str, ...]
    ignition_s: FloatArray
    burnout_s: FloatArray
    mass_kg: FloatArray
    flow_kg_s: FloatArray
    exhaust_m_s: FloatArray
    spare_kg: FloatArray
    stages: NDArray[np.int64]
    stops: NDArray[np.bool_]
    late_s: FloatArray
    member: FloatArray

    def without(self, *names: str) -> Templates:
        """All but some."""
        keep = np.array([name not in names for name in self.names], np.bool_)
        return Templates(
            tuple(name for name, kept in zip(self.names, keep, strict=True) if kept),
            tuple(name for name, kept in zip(self.classes, keep, strict=True) if kept),
            self.ignition_s[keep],
            self.burnout_s[keep],
            self.mass_kg[keep],
            self.flow_kg_s[keep],
            self.exhaust_m_s[keep],
            self.spare_kg[keep],
            self.stages[keep],
            self.stops[keep],
            self.late_s[keep],
            self.member[:, keep],
        )


@dataclass(frozen=True)
class Burns:
    """What a track says of the burns of a flight, s after its estimate of lift-off.

    Attributes
    ----------
    sigma_s : standard deviation of lift-off.
    staging_s : when stages were seen to burn out, ascending.
    burnout_s : when the last burn was seen to end, or null.
    until_s : while there is no burnout: to when the plume was seen.
    silent_s : how long nothing was seen since.
    """

    sigma_s: float
    staging_s: tuple[float, ...]
    burnout_s: float | None
    until_s: float
    silent_s: float


def templates(boosters: Sequence[Booster]) -> Templates:
    """Templates of boosters, in their order."""
    shape = len(boosters), max((len(booster.stages) for booster in boosters), default=1)
    ignition, burnout, mass, flow, exhaust = (np.full(shape, np.nan) for _ in range(5))
    for row, booster in enumerate(boosters):
        end = 0.0
        above = booster.payload_kg + sum(stage.inert_kg + stage.propellant_kg for stage in booster.stages)
        for k, stage in enumerate(booster.stages):
            ignition[row, k] = end + stage.ignition_delay_s
            end = burnout[row, k] = ignition[row, k] + stage.burn_s
            mass[row, k], flow[row, k] = above, stage.propellant_kg / stage.burn_s
            exhaust[row, k] = stage.isp_vac_s * G0
            above -= stage.inert_kg + stage.propellant_kg
    return Templates(
        tuple(booster.id for booster in boosters),
        tuple(booster.booster_class for booster in boosters),
        ignition,
        burnout,
        mass,
        flow,
        exhaust,
        np.array([LIGHTER * booster.payload_kg if booster.booster_class == "slv" else 0.0 for booster in boosters]),
        np.array([len(booster.stages) for booster in boosters], np.int64),
        np.array([booster.thrust_termination for booster in boosters], np.bool_),
        np.interp(flow[:, 0] * exhaust[:, 0] / mass[:, 0] / G0, *LATE_S),
        np.array([[float(b.booster_class == name) for b in boosters] for name in CLASSES]).reshape(len(CLASSES), -1),
    )


def speed_at(known: Templates, seconds: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Speed by energy at the surface (n, k) after so many seconds of flight (n, k), m/s, and what it is off by."""
    longest = (known.burnout_s - known.ignition_s)[:, None]
    burning = np.clip(seconds[:, :, None] - known.ignition_s[:, None], 0.0, longest)
    burned = known.flow_kg_s[:, None] * burning
    lighter = known.mass_kg - known.spare_kg[:, None]
    ideal, more = (
        np.nansum(known.exhaust_m_s[:, None] * -np.log1p(-burned / mass[:, None]), axis=2)
        for mass in (known.mass_kg, lighter)
    )
    loss = np.minimum(LOSS * np.sqrt(np.maximum(seconds, 0.0)), 0.5 * ideal)
    off = np.sqrt((LOSS_SHARE * loss) ** 2 + (SPEED_SHARE * ideal) ** 2 + (more - ideal) ** 2 + SPEED_FLOOR_M_S**2)
    return ideal - loss, off


def likelihoods(
    known: Templates, burns: Burns | None, speed_m_s: float, sigma_m_s: float
) -> tuple[FloatArray, FloatArray]:
    """Likelihood of times and speed under each booster (n,), and under one much like it (n,) that is not it.

    Parameters
    ----------
    burns : null where no sensor saw any: then only the speed counts, of the whole burn or one that was cut.
    speed_m_s, sigma_m_s : speed by energy at the surface, over the ground.
    """
    if burns is None:
        last = np.arange(len(known.stages)), known.stages - 1
        speed, off = (array[:, 0] for array in speed_at(known, known.burnout_s[last][:, None]))
        spread, wide = _spreads(speed, off, sigma_m_s)
        cut = (_below(0.75 * speed - speed_m_s, spread) - _below(speed - speed_m_s, spread)) / (0.25 * speed)
        share = np.where(known.stops, CUT, CUT_FIXED)
        return (1.0 - share) * _density(speed_m_s - speed, spread) + share * cut, _density(speed_m_s - speed, wide)
    times, wide_times, speed, off = _burns(known, burns)
    spread, wide = _spreads(speed, off, sigma_m_s)
    return (
        np.nansum(times * _density(speed_m_s - speed, spread), axis=1),
        np.nansum(wide_times * _density(speed_m_s - speed, wide), axis=1),
    )


def of_none(burns: Burns | None, longest_s: float) -> float:
    """Density of the times under a rocket that is like none in the catalogue: of any length, marks anywhere.

    The length is even in its logarithm, from `SHORTEST_S` to `longest_s`.
    """
    if burns is None:
        return 1.0
    end = max(burns.until_s if burns.burnout_s is None else burns.burnout_s, SHORTEST_S)
    room = math.log(longest_s / SHORTEST_S)
    left = max(math.log(longest_s / end), 1e-6) / room
    marks = (ANY_MARK / end) ** len(burns.staging_s)
    if burns.burnout_s is None:
        return float(marks * left)
    return float(marks / (end * room) * (1.0 if end < longest_s else 1e-6))


def _spreads(speed: FloatArray, off: FloatArray, sigma_m_s: float) -> tuple[FloatArray, FloatArray]:
    """Spread of speed under a booster, and under one like it."""
    return np.hypot(off, sigma_m_s), np.hypot(np.hypot(WIDE_SPEED * speed, WIDE_SPEED_M_S), sigma_m_s)


@lru_cache(maxsize=512)
def _burns(known: Templates, burns: Burns) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Density of the times (n, m) by the stage that burned last of those seen, under each booster and one like it.

    Then speed and its error (n, m) at the time that counts. A track says the same burns many times.
    """
    n, m = known.burnout_s.shape
    end = burns.until_s if burns.burnout_s is None else burns.burnout_s
    final = np.arange(m) == known.stages[:, None] - 1
    cut = np.where(final, np.where(known.stops, CUT, CUT_FIXED)[:, None], CUT_BELOW)
    faint = FAINT + FAINT_MORE / (1.0 + (known.flow_kg_s * known.exhaust_m_s / FAINT_N) ** 2)
    unseen = np.ones((n, m))
    if burns.burnout_s is not None:
        awaited = known.ignition_s[:, 1:] - known.burnout_s[:, :-1] > burns.silent_s - READY_S
        unseen[:, :-1] = np.where(final[:, :-1] | awaited, 1.0, faint[:, 1:])
    weights = (1.0 - ASTRAY) * _density(NODES_S, math.hypot(burns.sigma_s, LIFT_OFF_S))
    weights += ASTRAY * _density(NODES_S, math.hypot(burns.sigma_s, ASTRAY_S))
    weights /= weights.sum()
    loose = math.hypot(math.hypot(burns.sigma_s, LIFT_OFF_S), WIDE_S)
    clock = known.late_s[:, None]
    exact = _aligned(known.burnout_s, clock, cut, 0.5 * faint, burns, end, NODES_S, SEEN_S, BURN_SHARE) * weights
    # with times so loose the error of lift-off is one more among others
    wide = _aligned(known.burnout_s, clock, cut, 0.5 * faint, burns, end, np.zeros(1), loose, WIDE_SHARE)
    # the time that counts, by the lift-off that fits the stages best
    total = exact.sum(axis=2) + 1e-300
    away = exact @ NODES_S / total
    mean = end + clock + away
    spread = np.sqrt(np.maximum(exact @ NODES_S**2 / total - away**2, 0.0))
    speed, error = speed_at(known, np.minimum(mean, known.burnout_s))
    sooner, later = (speed_at(known, np.minimum(mean + step, known.burnout_s))[0] for step in (-spread, spread))
    error = np.hypot(error, 0.5 * (later - sooner))
    return unseen * exact.sum(axis=2), unseen * wide.sum(axis=2), speed, error


def _aligned(
    ends: FloatArray,
    late: FloatArray,
    cut: FloatArray,
    dim: FloatArray,
    burns: Burns,
    end: float,
    nodes_s: FloatArray,
    floor_s: float,
    share: float,
) -> FloatArray:
    """Density of the times (n, m, nodes) by the stage that burned last, at each node of lift-off.

    `late` (n, 1) is how late lift-off is taken for; `cut` and `dim` (n, m) are the probabilities that a burn ended
    early, and that it was lost from sight; seen and true times differ by `floor_s` and a `share`.
    """
    n, m = ends.shape
    width = np.hypot(floor_s, share * ends)[:, :, None]
    near = (ends - late)[:, :, None] - nodes_s  # ends as the track's clock would show them
    # seen changes of stage against those that there were, in order: each may have been missed, each mark may be none
    spurious = SPURIOUS / max(end, 1.0)
    missed = np.where(ends < EARLY_S, EARLY_MISSED, MISSED)[:, :, None]
    seen = burns.staging_s
    ways = np.empty((len(seen) + 1, m, n, len(nodes_s)))  # [i, k]: of the first i marks with the first k burnouts
    for i in range(len(seen) + 1):
        marked = _density(seen[i - 1] - near, width) if i else near
        for k in range(m):
            way = np.full((n, len(nodes_s)), float(i == k == 0))
            if k:
                way += missed[:, k - 1] * ways[i, k - 1]
            if i:
                way += spurious * ways[i - 1, k]
            if i and k:
                way += (1.0 - missed[:, k - 1]) * marked[:, k - 1] * ways[i - 1, k - 1]
            ways[i, k] = way
    before = np.moveaxis(ways[-1], 0, 1)
    if burns.burnout_s is None:
        # it burns still, or coasts to the next ignition; the stage before it is over
        begun = np.ones_like(near)
        begun[:, 1:] = _below(near[:, :-1] - end, width[:, :-1])
        return np.asarray(before * begun * _below(end - near, width))
    whole = _density(end - near, width)
    begin = np.concatenate([np.zeros((n, 1)), ends[:, :-1]], axis=1)
    burn = (ends - begin)[:, :, None]
    over = _below(end - near, width)
    early = (over - _below(end - near + CUT_SHARE * burn, width)) / (CUT_SHARE * burn)
    lost = (over - _below(end - near + burn, width)) / burn
    cut, dim = cut[:, :, None], dim[:, :, None]
    return np.asarray(before * ((1.0 - cut - dim) * whole + cut * early + dim * lost))


def _density(away: FloatArray, sigma: FloatArray | float) -> FloatArray:
    """Normal density."""
    return np.asarray(np.exp(-0.5 * (away / sigma) ** 2) / (sigma * math.sqrt(2.0 * math.pi)))


def _below(away: FloatArray, sigma: FloatArray | float) -> FloatArray:
    """Probability that a normal number exceeds `away`; logistic, within 0.01 of it."""
    return np.asarray(1.0 / (1.0 + np.exp(np.clip(1.702 * away / sigma, -60.0, 60.0))))
