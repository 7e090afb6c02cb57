"""Assessments: typing, launch point, impact point, false-alarm rate and confidence of one event at one time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from launchwatch.core.arrays import FloatArray
from launchwatch.messages.events import EventStatus
from launchwatch.messages.tracks import Phenomenology

Basis = Literal["predicted", "observed", "lost"]
Confidence = Literal["none", "low", "medium", "high"]


class Ellipse(msgspec.Struct, frozen=True, kw_only=True):
    """95 % ellipse on the ground; `azimuth_deg` is that of the major axis, clockwise from true north."""

    semi_major_km: float
    semi_minor_km: float
    azimuth_deg: float


class Estimate(msgspec.Struct, frozen=True, kw_only=True):
    """A scalar with its standard deviation."""

    value: float
    sigma: float


class GroundPoint(msgspec.Struct, frozen=True, kw_only=True):
    """A point on the ground at a time.

    Attributes
    ----------
    lat_deg, lon_deg : WGS-84.
    time_ns, sigma_s : epoch and its standard deviation.
    covariance_m2 : (2, 2) of (east, north).
    ellipse_95 : the same as a 95 % ellipse.
    """

    lat_deg: float
    lon_deg: float
    time_ns: int
    sigma_s: float
    covariance_m2: FloatArray
    ellipse_95: Ellipse


class RegionThreat(msgspec.Struct, frozen=True, kw_only=True):
    """What an object may do to a warning region.

    Attributes
    ----------
    impact_probability : that it falls inside; overflight_probability : that its ground track passes over it.
    burst_probability : that, on the path ahead, it passes over or near the region at heights of a high-altitude burst;
        null where not computed.
    burst_distance_km : how near the mean path ahead comes to the region at such heights; null where it never is at
        such a height, or where not computed.
    """

    region: str
    impact_probability: float
    overflight_probability: float
    burst_probability: float | None = None
    burst_distance_km: float | None = None


def missile_probability(typing: Mapping[str, float]) -> float:
    """Probability that an object is a missile: neither a space launcher, nor a sounding rocket, nor nothing."""
    return 1.0 - typing["slv"] - typing["sounding-rocket"] - typing["not-a-missile"]


class Assessment(msgspec.Struct, frozen=True, tag="assessment", kw_only=True):
    """What one event version means.

    Attributes
    ----------
    basis : what the statement about the flight rests on now.
    typing : probability of each class, "other" and "not-a-missile" among them; sums to 1.
    boosters : probability of each booster of the catalogue that is likely enough to name; a part of `typing`.
    launch_point : where and when it was launched, or null.
    impact : where and when it will fall, or null (thrusting, or in orbit); of a vehicle that broke up, its debris.
    apogee_km, range_km, azimuth_deg : of the flight; null where not known.
    far_hz : rate at which non-launches alone make an event ranked at least so high; null where not calibrated.
    far_basis : the calibration behind it, or why there is none.
    ranking : how little it looks like a non-launch, in log-odds; what `far_hz` is a rate of. Null in old journals.
    confidence : by the kinds of evidence alone; what a centre makes of it is on its warnings and findings.
    aliases : other identifiers of the event.
    reason : what became of it, where that is known: `re-entry of <object>`, `broke up in flight`.
    merged_into : the older event that goes on for both; this version is the last.
    split_from : the event that it was part of before.
    last_detection_ns : epoch of the last detection used, ns TAI; null in journals of before.
    """

    event: str
    version: int
    status: EventStatus
    basis: Basis
    first_detection_ns: int
    typing: dict[str, float]
    boosters: dict[str, float]
    launch_point: GroundPoint | None
    azimuth_deg: Estimate | None
    burnout_ns: int | None
    staging_ns: tuple[int, ...]
    apogee_km: Estimate | None
    range_km: Estimate | None
    impact: GroundPoint | None
    threats: tuple[RegionThreat, ...]
    far_hz: float | None
    far_basis: str
    confidence: Confidence
    phenomenologies: tuple[Phenomenology, ...]
    kind_sensors: tuple[str, ...]
    sensors: tuple[str, ...]
    detections: int
    aliases: tuple[str, ...]
    partners: tuple[str, ...]
    reason: str = ""
    merged_into: str | None = None
    split_from: str | None = None
    ranking: float | None = None
    last_detection_ns: int | None = None
