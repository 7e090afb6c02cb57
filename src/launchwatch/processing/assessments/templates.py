"""Boosters of the catalogue as templates: how well each explains when stages burned out, and how fast it got.

A plume tells times better than anything else: when a stage burns out, when the last one does. Each booster is a row of
burnout times and of the speed that it can give; the likelihood of a track under it stands beside that of a booster
that the catalogue has not, whose times may be any.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from launchwatch.catalog.schema import Booster
from launchwatch.core.arrays import FloatArray
from launchwatch.messages.tracks import Track

G0 = 9.80665
S = 1_000_000_000
BURN_SHARE = 0.04  # of a burn: what its length varies by with temperature and lot, and figures are rounded to
SEEN_S = 3.0  # error of a time that a light curve gives
MISSED = 0.15  # probability that a staging leaves no mark in the light curve
FAINT = 0.15  # that an upper stage is too faint to be seen, so that its ignition is taken for the last burnout
CUT_SHARE = 0.4  # part of the last burn that a missile which can stop may leave unused
UNKNOWN_S = 250.0  # spread of the times of boosters that the catalogue has not
UNKNOWN = 0.1  # prior share of those
LOSSES_M_S = (400.0, 2200.0)  # of gravity and air, from the shortest and steepest burns to the longest
SPEED_SHARE = 0.08  # blur of both ends


@dataclass(frozen=True, eq=False)
class Templates:
    """Boosters as arrays; n boosters, at most m stages.

    Attributes
    ----------
    classes : (n,) class of each.
    burnout_s : (n, m) when each stage burns out, s after lift-off; NaN where there is no such stage.
    stages : (n,) number of stages.
    stops : (n,) whether the last burn may end early.
    speed_m_s : (n,) ideal speed of all burns, without losses.
    """

    classes: tuple[str, ...]
    burnout_s: FloatArray
    stages: tuple[int, ...]
    stops: tuple[bool, ...]
    speed_m_s: FloatArray


def templates(boosters: Sequence[Booster]) -> Templates:
    """Templates of boosters, in their order."""
    most = max((len(booster.stages) for booster in boosters), default=1)
    burnout = np.full((len(boosters), most), np.nan)
    speed = np.zeros(len(boosters))
    for row, booster in enumerate(boosters):
        end = 0.0
        above = booster.payload_kg
        for k, stage in enumerate(booster.stages):
            end += stage.ignition_delay_s + stage.burn_s
            burnout[row, k] = end
        for stage in reversed(booster.stages):
            full = above + stage.inert_kg + stage.propellant_kg
            speed[row] += stage.isp_vac_s * G0 * math.log(full / (full - stage.propellant_kg))
            above = full
    return Templates(
        tuple(booster.booster_class for booster in boosters),
        burnout,
        tuple(len(booster.stages) for booster in boosters),
        tuple(booster.thrust_termination for booster in boosters),
        speed,
    )


def class_factors(known: Templates, track: Track, speed_m_s: float) -> dict[str, float]:
    """Likelihood of each class, over that of a booster of unknown times; 1 where the track tells no times.

    Parameters
    ----------
    speed_m_s : speed that the track would have at the surface, by energy.

    Returns
    -------
    dict of class to mean likelihood of its boosters, mixed with the unknown one; key "other": the unknown one alone.
    """
    names = set(known.classes) | {"other"}
    if track.launch is None or (track.phase == "boost" and not track.staging_ns):
        return dict.fromkeys(names, 1.0)
    lift_off = track.launch.time_ns
    sigma = math.hypot(SEEN_S, math.sqrt(float(track.launch.covariance[2, 2])))
    staging = [(t - lift_off) / S for t in track.staging_ns]
    burnout = None if track.burnout_ns is None else (track.burnout_ns - lift_off) / S
    if burnout is None and track.phase == "ballistic":
        return dict.fromkeys(names, 1.0)  # no sensor saw the burn end
    until = burnout if burnout is not None else (track.last_detection_ns - lift_off) / S
    times = [*staging, *([burnout] if burnout is not None else [])]
    unknown = (1.0 / UNKNOWN_S) ** len(times)
    found: dict[str, list[float]] = {name: [] for name in known.classes}
    for row, name in enumerate(known.classes):
        ends = known.burnout_s[row, : known.stages[row]].tolist()
        fits = _times(ends, known.stops[row], staging, burnout, until, sigma)
        found[name].append(fits * _speed(float(known.speed_m_s[row]), speed_m_s, burnout is not None) / unknown)
    mixed = {name: UNKNOWN + (1.0 - UNKNOWN) * sum(values) / len(values) for name, values in found.items()}
    return mixed | {"other": 1.0}


def _times(
    ends: list[float], stops: bool, staging: list[float], burnout: float | None, until: float, sigma: float
) -> float:
    """Density of seen stagings and burnout under a booster whose stages burn out at `ends`."""
    total = 0.0
    # the stage that burns last of what was seen; those behind it were too faint, or are still to come
    for last in range(len(staging), len(ends)):
        share = _stagings(ends[:last], staging, sigma)
        if share == 0.0:
            continue
        width = math.hypot(sigma, BURN_SHARE * ends[last])
        whole = last == len(ends) - 1
        if burnout is None:
            share *= _below(until - ends[last], width)
        elif whole and stops:
            begin = ends[last - 1] if last else 0.0
            cut = CUT_SHARE * (ends[last] - begin)
            inside = _below(burnout - ends[last], width) - _below(burnout - ends[last] + cut, width)
            share *= 0.5 * _density(burnout - ends[last], width) + 0.5 * max(inside, 0.0) / cut
        else:
            share *= _density(burnout - ends[last], width) * (1.0 if whole else FAINT)
        total += share
    return total


def _stagings(ends: list[float], staging: list[float], sigma: float) -> float:
    """Density of the stagings seen, in order, of those that there were; those not seen left no mark."""
    if len(staging) > len(ends):
        return 0.0
    # over all ways to match in order, by recursion from the first staging on
    if not ends:
        return 1.0
    seen = 0.0
    if staging:
        width = math.hypot(sigma, BURN_SHARE * ends[0])
        seen = (1.0 - MISSED) * _density(staging[0] - ends[0], width) * _stagings(ends[1:], staging[1:], sigma)
    return seen + MISSED * _stagings(ends[1:], staging, sigma)


def _speed(ideal_m_s: float, speed_m_s: float, burnt_out: bool) -> float:
    """Probability that a booster got so fast: less than its ideal speed by losses, or less by a burn that was cut."""
    low, high = (math.log(max(ideal_m_s - loss, 100.0)) for loss in reversed(LOSSES_M_S))
    seen = math.log(max(speed_m_s, 1.0))
    slow_enough = _below(seen - high, SPEED_SHARE)
    if not burnt_out:
        return slow_enough
    return slow_enough * (1.0 - _below(seen - low + 0.35, SPEED_SHARE))


def _density(away: float, sigma: float) -> float:
    return math.exp(-0.5 * (away / sigma) ** 2) / (sigma * math.sqrt(2.0 * math.pi))


def _below(away: float, sigma: float) -> float:
    """Probability that a normal number exceeds `away`."""
    return 0.5 * math.erfc(away / (sigma * math.sqrt(2.0)))
