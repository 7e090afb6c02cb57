"""Regions that a flight endangers, and when: by falling there, or by passing over.

A place is in danger where the object may fall within `REACH_M` of it: so far its debris scatters, and so much country a
place stands for. The danger area is the 95 % ellipse of the impact point with its half axes lengthened by that; of a
flight over regions it is a corridor along the ground track, to both sides by that and 1.96 standard deviations.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import msgspec
import numpy as np

from launchwatch.catalog.alert_regions import PlaceTable
from launchwatch.control.warnings.alerts.ground_track import PATH_S, GroundTrack, ground_track, lat_lon, on_ellipsoid
from launchwatch.control.warnings.alerts.outlines import split_outline
from launchwatch.core.arrays import FloatArray, IntArray
from launchwatch.core.frames import enu_axes
from launchwatch.core.gaussians import CHI2_95_2D, normal_cdf
from launchwatch.core.geodesy import itrf_from_geodetic
from launchwatch.messages.alerts import DangerKind, Outline, RegionAtRisk
from launchwatch.messages.assessments import Assessment, GroundPoint
from launchwatch.physics.arcs import RADIUS_M

S = 1_000_000_000
DEBRIS_M, PLACE_M = 20e3, 20e3
"""How far from where it falls debris of an object may lie, and how far round a place the country belongs to it
(assumptions: a body that breaks up below 20 km strews its heavy pieces over some 10 km; places stand 25 km apart)."""
REACH_M = DEBRIS_M + PLACE_M
DEBRIS_LATE_S = 120.0
"""Pieces fall slower than the object (assumption)."""
SIGMAS = 1.96
SAMPLES = 512
ELLIPSE_POINTS, CORRIDOR_POINTS = 48, 12


class Footprint(msgspec.Struct, frozen=True):
    """Regions in danger, the earliest first and of those the likeliest, and the danger area on the ground."""

    regions: tuple[RegionAtRisk, ...]
    outlines: tuple[Outline, ...]


def footprint(assessment: Assessment, places: PlaceTable, overflight_below_m: float | None) -> Footprint:
    """Regions that an assessed flight may fall in or pass over.

    Parameters
    ----------
    assessment : with a covariance of its impact point; without an impact point nothing is in danger.
    places : of the regions that may be named.
    overflight_below_m : height below which a flight over a region is warned of, m; None: it is not.

    Returns
    -------
    Footprint
        A region that it may fall in is not named again for being passed over. Probabilities are those of place alone:
        whether it is a missile is another question.
    """
    impact = assessment.impact
    if impact is None or not places.ids:
        return Footprint((), ())
    falls = _impact_regions(impact, places)
    outlines = split_outline("impact", _ellipse(impact))
    track = ground_track(assessment) if overflight_below_m is not None else None
    passes: list[RegionAtRisk] = []
    if track is not None and overflight_below_m is not None:
        named = {entry.region for entry in falls}
        passes, corridor = _overflown(track, assessment, places, overflight_below_m, named)
        outlines += split_outline("overflight", corridor)
    return Footprint(in_order([*falls, *passes]), tuple(outlines))


def in_order(regions: Iterable[RegionAtRisk]) -> tuple[RegionAtRisk, ...]:
    """The earliest first, of those the likeliest, to the nearest percent."""
    return tuple(sorted(regions, key=lambda entry: (entry.earliest_ns, -round(entry.probability, 2), entry.region)))


def _samples(count: int) -> FloatArray:
    """Points (count, 2) that stand for a standard normal: equal shares of probability, turned by the golden angle."""
    index = np.arange(count) + 0.5
    radius = np.sqrt(-2.0 * np.log1p(-index / count))
    angle = np.pi * (3.0 - np.sqrt(5.0)) * index
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])


NORMAL = _samples(SAMPLES)


def _impact_regions(impact: GroundPoint, places: PlaceTable) -> list[RegionAtRisk]:
    """Regions with a place in the danger area, and the probability that it falls within reach of one."""
    away = _offsets(impact, places.position_m)
    values, vectors = np.linalg.eigh(impact.covariance_m2)
    sigma = np.sqrt(np.maximum(values, 0.0))
    half_axes = math.sqrt(CHI2_95_2D) * sigma + REACH_M
    inside = np.sum((away @ vectors / half_axes) ** 2, axis=1) <= 1.0
    cloud = NORMAL * sigma @ vectors.T
    earliest, latest = _impact_times(impact)
    found = []
    for region in np.unique(places.region[inside]):
        members = away[places.region == region]
        near = np.sum((cloud[:, None] - members) ** 2, axis=2) <= REACH_M**2
        found.append(_entry(places, int(region), "impact", float(np.mean(near.any(axis=1))), earliest, latest))
    return found


def _impact_times(impact: GroundPoint) -> tuple[int, int]:
    spread = round(SIGMAS * impact.sigma_s * S)
    return impact.time_ns - spread, impact.time_ns + spread + round(DEBRIS_LATE_S * S)


def _overflown(
    track: GroundTrack, assessment: Assessment, places: PlaceTable, below_m: float, named: set[str]
) -> tuple[list[RegionAtRisk], FloatArray]:
    """Regions that the track passes over below a height, but for those named already; and the corridor over them."""
    launch, impact = assessment.launch_point, assessment.impact
    assert launch is not None
    assert impact is not None
    low = np.flatnonzero(track.height_m < below_m)
    chord = np.linalg.norm(places.position_m[:, None] - track.position_m[None, low], axis=2)
    distance = 2.0 * RADIUS_M * np.arcsin(np.clip(0.5 * chord / RADIUS_M, 0.0, 1.0))
    half_width = REACH_M + SIGMAS * track.across_m[low]
    near = distance <= half_width
    slack_ns = round((PATH_S + SIGMAS * max(launch.sigma_s, impact.sigma_s)) * S)
    found, over = [], np.zeros(len(low), dtype=bool)
    for region in np.unique(places.region[near.any(axis=1)]):
        if places.ids[region] in named:
            continue
        members = places.region == region
        passing = near[members].any(axis=0)
        over |= passing
        closest = np.argmin(distance[members], axis=1)
        gap = distance[members][np.arange(len(closest)), closest]
        sigma = track.across_m[low][closest]
        chance = max(map(_within_reach, gap.tolist(), sigma.tolist()))
        times = launch.time_ns + np.round(track.seconds[low][passing] * S).astype(np.int64)
        first, last = int(times.min()) - slack_ns, int(times.max()) + slack_ns
        found.append(_entry(places, int(region), "overflight", chance, first, last))
    return found, _corridor(track, low[over], half_width[over])


def _within_reach(gap_m: float, sigma_m: float) -> float:
    """Probability that a normal distance from `gap_m` is within reach."""
    return normal_cdf((REACH_M - gap_m) / sigma_m) - normal_cdf((-REACH_M - gap_m) / sigma_m)


def _entry(
    places: PlaceTable, region: int, kind: DangerKind, probability: float, earliest: int, latest: int
) -> RegionAtRisk:
    return RegionAtRisk(
        region=places.ids[region],
        name=places.names[region],
        kind=kind,
        probability=min(max(probability, 0.0), 1.0),
        earliest_ns=earliest,
        latest_ns=latest,
    )


def _offsets(centre: GroundPoint, position_m: FloatArray) -> FloatArray:
    """East and north (n, 2) of positions along the ground from a centre, m: as far and in the direction they lie."""
    to = (position_m - itrf_from_geodetic(centre.lat_deg, centre.lon_deg, 0.0)) @ enu_axes(
        centre.lat_deg, centre.lon_deg
    ).T
    chord = np.linalg.norm(to, axis=1)
    along = 2.0 * RADIUS_M * np.arcsin(np.clip(0.5 * chord / RADIUS_M, 0.0, 1.0))
    level = np.maximum(np.linalg.norm(to[:, :2], axis=1), 1e-9)
    offsets: FloatArray = to[:, :2] * (along / level)[:, None]
    return offsets


def _ellipse(impact: GroundPoint) -> FloatArray:
    """Points (n, 2), degrees, of the danger area of an impact point, counter-clockwise and closed."""
    values, vectors = np.linalg.eigh(impact.covariance_m2)
    half_axes = math.sqrt(CHI2_95_2D) * np.sqrt(np.maximum(values, 0.0)) + REACH_M
    turn = np.linspace(0.0, 2.0 * np.pi, ELLIPSE_POINTS + 1)
    if np.linalg.det(vectors) < 0.0:
        turn = turn[::-1]
    level = np.column_stack([np.cos(turn), np.sin(turn)]) * half_axes @ vectors.T
    angle = np.minimum(np.linalg.norm(level, axis=1), 0.5 * np.pi * RADIUS_M) / RADIUS_M
    axes = enu_axes(impact.lat_deg, impact.lon_deg)
    centre = itrf_from_geodetic(impact.lat_deg, impact.lon_deg, 0.0)
    direction = level / np.linalg.norm(level, axis=1)[:, None] @ axes[:2]
    up = centre / np.linalg.norm(centre)
    points = lat_lon(on_ellipsoid(np.cos(angle)[:, None] * up + np.sin(angle)[:, None] * direction))
    points[-1] = points[0]
    return points


def _corridor(track: GroundTrack, indices: IntArray, half_width_m: FloatArray) -> FloatArray:
    """Points (n, 2), degrees, round the part of a track from the first to the last of its points given; closed."""
    if len(indices) < 2:
        return np.empty((0, 2))
    kept = np.unique(np.linspace(0, len(indices) - 1, CORRIDOR_POINTS).astype(np.int64))
    position = track.position_m[indices[kept]]
    up = position / np.linalg.norm(position, axis=1)[:, None]
    angle = (half_width_m[kept] / RADIUS_M)[:, None]
    side = track.right[indices[kept]] * np.sin(angle)
    right, left = on_ellipsoid(up * np.cos(angle) + side), on_ellipsoid(up * np.cos(angle) - side)
    return lat_lon(np.concatenate([right, left[::-1], right[:1]]))
