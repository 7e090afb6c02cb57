"""What confidence a centre has that its region is threatened by a missile: the rule of its policy."""

from __future__ import annotations

from launchwatch.catalog.schema import Policy
from launchwatch.core.epochs import NS
from launchwatch.messages.assessments import Assessment, Confidence, missile_probability
from launchwatch.messages.warnings import Match

LEVELS: tuple[Confidence, ...] = ("none", "low", "medium", "high")
GONE_BELOW = 0.25
"""Share of the policy's bar to warn below which a probability counts as gone."""


def impact_probability(assessment: Assessment, region: str) -> float | None:
    """Probability that the object falls inside a region; None while no impact point is known."""
    found = next((threat for threat in assessment.threats if threat.region == region), None)
    return None if found is None else found.impact_probability


def arc_s(assessment: Assessment) -> float | None:
    """From the first detection to the last, s; None where a record does not say."""
    if assessment.last_detection_ns is None:
        return None
    return (assessment.last_detection_ns - assessment.first_detection_ns) / NS


def confidence_of(assessment: Assessment, region: str, policy: Policy, match: Match) -> Confidence:
    """Confidence that a missile threatens a region.

    none: it is most likely no missile by the policy's bar, it was seen too few times, or it falls elsewhere but for a
    trace. Otherwise the least of what the following allow:

    - one kind of sensor: low while its arc is shorter than `short_arc_s`, or of one sensor alone; else medium;
    - two kinds: medium; high once the impact probability reaches `high_probability`;
    - no impact point: medium at most;
    - a possible match with a notice: medium at most; a full match: low.
    """
    warn, rule = policy.warn, policy.confidence_rule
    threat = impact_probability(assessment, region)
    if missile_probability(assessment.typing) < warn.missile_probability or assessment.detections < warn.min_detections:
        return "none"
    if threat is not None and threat < GONE_BELOW * warn.impact_probability:
        return "none"
    allowed: list[Confidence] = ["high"]
    if len(assessment.phenomenologies) < 2:
        arc = arc_s(assessment)
        alone = len(assessment.sensors) < 2 or arc is None or arc < rule.short_arc_s
        allowed.append("low" if alone else "medium")
    if threat is None or threat < rule.high_probability:
        allowed.append("medium")
    if match != "none":
        allowed.append("low" if match == "full" else "medium")
    return min(allowed, key=LEVELS.index)
