"""Matching of events to pre-launch notices on file: time, place, class, direction, impact area.

Each criterion that a notice states gives odds: how much more likely what is seen is of a launch as announced, equally
likely anywhere in what is announced, than of another one, equally likely anywhere in a stated wider range. What lies
outside of the announced by more than a stated number of standard deviations contradicts the notice, and then there is
no match, whatever the other criteria say.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

import numpy as np

from launchwatch.catalog.schema import NoticeMatching
from launchwatch.core.arrays import FloatArray
from launchwatch.core.epochs import NS
from launchwatch.core.gaussians import normal_cdf, normal_points, scattered
from launchwatch.core.geodesy import inverse
from launchwatch.messages.assessments import Assessment, GroundPoint
from launchwatch.messages.control import Notice, NoticeArea
from launchwatch.messages.warnings import Criterion, Match

Name = Literal["time", "place", "class", "direction", "impact"]
POINTS = normal_points(400)
KINDS = 10  # of a typing: eight classes, "other" and "not-a-missile"
LEAST = 1e-9  # a probability below counts as this: odds stay finite


class Matched(NamedTuple):
    """An event beside one notice: the match, its log odds, and the comparisons that it rests on."""

    notice: str
    match: Match
    log_odds: float
    criteria: tuple[Criterion, ...]

    @property
    def key(self) -> tuple[int, float, str]:
        """What makes one of several notices the nearest: the match, then the odds, then the name."""
        return ("none", "possible", "full").index(self.match), self.log_odds, self.notice


def compare(assessment: Assessment, notice: Notice, rule: NoticeMatching) -> Matched:
    """An event beside one notice.

    full: every criterion that the notice states is known, none is contradicted, and the odds reach `full_odds`;
    possible: none is contradicted, time and place are known, and the odds of those known reach `possible_odds`.
    """
    found = [
        _time(assessment, notice, rule),
        _place("place", assessment.launch_point, notice.launch_area, rule),
        _class(assessment, notice, rule),
        _direction(assessment, notice, rule),
        _place("impact", assessment.impact, notice.impact_area, rule),
    ]
    criteria = tuple(one for one in found if one is not None)
    log_odds = sum(one.log_odds for one in criteria)
    match: Match = "none"
    # time and place are what a notice is about: a class and a direction alone are those of many launches
    bound = {"time", "place"} <= {one.name for one in criteria if one.fits}
    if bound and all(one.fits is not False for one in criteria):
        if all(one.fits for one in criteria) and log_odds >= math.log(rule.full_odds):
            match = "full"
        elif log_odds >= math.log(rule.possible_odds):
            match = "possible"
    return Matched(notice.notice, match, log_odds, criteria)


def nearest(
    assessment: Assessment, notices: Sequence[Notice], answered: Mapping[str, Sequence[str]], rule: NoticeMatching
) -> Matched | None:
    """The notice that an event comes nearest to, or None where none matches.

    Parameters
    ----------
    answered : by notice, the events that it answers for already. A notice answers for no more launches than it
        announces: it matches no other event then.
    """
    found = []
    for notice in notices:
        others = [event for event in answered.get(notice.notice, ()) if event != assessment.event]
        if len(others) < (notice.launches or 1):
            found.append(compare(assessment, notice, rule))
    found = [one for one in found if one.match != "none"]
    return max(found, key=lambda one: one.key, default=None)


def on_file(notices: Sequence[Notice], notice: Notice) -> list[Notice]:
    """The notices on file after one more: what it supersedes, and an earlier copy of it, are taken out.

    Only the sender of a notice can correct or cancel it.
    """
    gone = {notice.notice, notice.supersedes}
    left = [one for one in notices if one.sender != notice.sender or one.notice not in gone]
    return left if notice.cancelled else [*left, notice]


def _time(assessment: Assessment, notice: Notice, rule: NoticeMatching) -> Criterion | None:
    if notice.window_from_ns is None or notice.window_until_ns is None:
        return None
    length_s = (notice.window_until_ns - notice.window_from_ns) / NS
    chance = min(length_s / (86_400.0 * rule.other_days), 1.0)
    if assessment.launch_point is None:
        return _unknown("time", "no launch time yet")
    at_s = (assessment.launch_point.time_ns - notice.window_from_ns) / NS
    sigma_s = max(assessment.launch_point.sigma_s, 1e-3)
    share = normal_cdf((length_s - at_s) / sigma_s) - normal_cdf(-at_s / sigma_s)
    beyond = max(-at_s, at_s - length_s, 0.0) / sigma_s
    if beyond > rule.contradicted_sigma:
        return _criterion("time", False, "launched outside of the window", share, chance)
    return _criterion("time", True, "launched within the window", share, chance)


def _place(
    name: Literal["place", "impact"], point: GroundPoint | None, area: NoticeArea | None, rule: NoticeMatching
) -> Criterion | None:
    if area is None:
        return None
    place = "launched" if name == "place" else "falls"
    if point is None:
        return _unknown(name, "no launch point yet" if name == "place" else "no impact point yet")
    distance_m, azimuth, _ = inverse(point.lat_deg, point.lon_deg, area.lat_deg, area.lon_deg)
    away = distance_m * np.array([math.sin(math.radians(azimuth)), math.cos(math.radians(azimuth))])
    radius_m = 1e3 * area.radius_km
    share = _share_inside(away, point.covariance_m2, radius_m)
    chance = min((area.radius_km / rule.other_radius_km) ** 2, 1.0)
    outside_km = max(distance_m - radius_m, 0.0) / 1e3
    where = f"{outside_km:.0f} km outside of the area" if outside_km else "in the area"
    beyond = _sigmas_outside(away, point.covariance_m2, radius_m)
    return _criterion(name, beyond <= rule.contradicted_sigma, f"{place} {where}", share, chance)


def _class(assessment: Assessment, notice: Notice, rule: NoticeMatching) -> Criterion:
    share = sum(assessment.typing.get(name, 0.0) for name in notice.classes)
    told, chance = f"{', '.join(notice.classes)} with {share:.2f}", min(len(notice.classes) / KINDS, 1.0)
    return _criterion("class", share >= rule.least_class_probability, told, share, chance)


def _direction(assessment: Assessment, notice: Notice, rule: NoticeMatching) -> Criterion | None:
    if notice.azimuths_deg is None:
        return None
    if assessment.azimuth_deg is None:
        return _unknown("direction", "no azimuth yet")
    first, second = notice.azimuths_deg
    # as wide as an azimuth is stated: one azimuth stands for the degree about it
    wide = 360.0 if abs(second - first) == 360.0 else (second - first) % 360.0
    width, middle = max(wide, 1.0), first + 0.5 * wide
    off = abs((assessment.azimuth_deg.value - middle + 180.0) % 360.0 - 180.0)
    sigma = max(assessment.azimuth_deg.sigma, 0.1)
    share = sum(
        normal_cdf((0.5 * width - off + turn) / sigma) - normal_cdf((-0.5 * width - off + turn) / sigma)
        for turn in (-720.0, -360.0, 0.0, 360.0, 720.0)
    )
    beyond = max(off - 0.5 * width, 0.0) / sigma
    told = f"azimuth {assessment.azimuth_deg.value:.0f} degrees, announced {first:.0f} to {second:.0f}"
    return _criterion("direction", beyond <= rule.contradicted_sigma, told, min(share, 1.0), min(width / 360.0, 1.0))


def _criterion(name: Name, fits: bool, reason: str, share: float, chance: float) -> Criterion:
    log_odds = math.log(max(share, LEAST) / max(chance, LEAST))
    return Criterion(name=name, fits=fits, reason=reason, log_odds=log_odds)


def _unknown(name: Name, reason: str) -> Criterion:
    return Criterion(name=name, fits=None, reason=reason, log_odds=0.0)


def _share_inside(away: FloatArray, cov: FloatArray, radius_m: float) -> float:
    """Probability that a point lies in a circle whose centre is `away` (2,) east and north of its mean, m."""
    largest = math.sqrt(max(float(np.linalg.eigvalsh(cov)[1]), 1.0))
    if radius_m < 0.5 * largest:
        # a circle small beside the ellipse: the density at its centre times its area, which points would miss
        inverse_cov = np.linalg.inv(cov + 0.25 * radius_m**2 * np.eye(2))
        density = math.sqrt(max(float(np.linalg.det(inverse_cov)), 0.0)) / (2.0 * math.pi)
        return min(density * math.exp(-0.5 * float(away @ inverse_cov @ away)) * math.pi * radius_m**2, 1.0)
    return float(np.mean(np.linalg.norm(scattered(POINTS, cov) - away, axis=1) <= radius_m))


def _sigmas_outside(away: FloatArray, cov: FloatArray, radius_m: float) -> float:
    """By how many standard deviations the nearest point of a circle lies off a point's mean; 0 inside."""
    distance = float(np.linalg.norm(away))
    if distance <= radius_m:
        return 0.0
    angles = np.linspace(0.0, 2.0 * math.pi, 73)[:-1]
    rim = away + radius_m * np.column_stack([np.sin(angles), np.cos(angles)])
    rim = np.vstack([rim, away * (1.0 - radius_m / distance)])
    squared = np.einsum("ij,jk,ik->i", rim, np.linalg.inv(cov + np.eye(2)), rim)
    return math.sqrt(max(float(squared.min()), 0.0))
