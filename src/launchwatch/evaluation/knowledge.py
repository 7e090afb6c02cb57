"""When a chain knew what of a launch: from when on what it said was right, and stayed so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from launchwatch.core.geodesy import inverse
from launchwatch.messages.assessments import Assessment
from launchwatch.messages.truth import FlightTruth

Version: TypeAlias = tuple[int, Assessment]
"""When a version was made, ns TAI, and what it says."""

FAR_M, NEAR_M = 200e3, 20e3


def known_from(versions: Sequence[Version], right: Callable[[Assessment], bool]) -> int | None:
    """When the first version was made from which on all were right, ns TAI; null where the last is not."""
    since = None
    for at, assessment in versions:
        if not right(assessment):
            since = None
        elif since is None:
            since = at
    return since


def class_right(assessment: Assessment, flight: FlightTruth) -> bool:
    """Whether the true class is the most probable one."""
    return max(assessment.typing, key=lambda name: assessment.typing[name]) == flight.booster_class


def impact_within(assessment: Assessment, flight: FlightTruth, distance_m: float) -> bool:
    """Whether the impact point lies within a distance of the true one; into orbit, whether there is none."""
    if flight.impact_deg is None:
        return assessment.impact is None and assessment.burnout_ns is not None
    if assessment.impact is None:
        return False
    apart, _, _ = inverse(assessment.impact.lat_deg, assessment.impact.lon_deg, *flight.impact_deg)
    return apart < distance_m


def knowledge(versions: Sequence[Version], flight: FlightTruth) -> dict[str, float | None]:
    """Seconds after lift-off from which on the class was right, and the impact point within 200 km and within 20 km.

    Parameters
    ----------
    versions : assessments of the launch, oldest first.
    """
    rules: dict[str, Callable[[Assessment], bool]] = {
        "class_right_s": lambda a: class_right(a, flight),
        "impact_within_200_km_s": lambda a: impact_within(a, flight, FAR_M),
        "impact_within_20_km_s": lambda a: impact_within(a, flight, NEAR_M),
    }
    found = {name: known_from(versions, rule) for name, rule in rules.items()}
    return {name: None if at is None else round((at - flight.time_ns) / 1e9, 3) for name, at in found.items()}
