"""The rule of confidence, case by case."""

from __future__ import annotations

from typing import Any

import pytest

from launchwatch.control.warnings.findings.confidence import LEVELS, confidence_of
from launchwatch.core.epochs import NS
from launchwatch.messages.warnings import Match
from unit.control.made import DUAL, T0, assessment, policy

LONG = {"last_detection_ns": T0 + 121 * NS}
SHORT = {"last_detection_ns": T0 + 119 * NS}
TWO = {"sensors": ("us-sbirs-geo-1", "us-sbirs-geo-2")}
ROCKET = {"icbm": 0.1, "slv": 0.0, "sounding-rocket": 0.9, "other": 0.0, "not-a-missile": 0.0}


@pytest.mark.parametrize(
    ("changes", "match", "confidence"),
    [
        # one kind of sensor
        ({**SHORT}, "none", "low"),
        ({**LONG}, "none", "low"),
        ({**SHORT, **TWO}, "none", "low"),
        ({**TWO}, "none", "low"),  # a record that does not say how long
        ({**LONG, **TWO}, "none", "medium"),
        # two kinds
        ({**DUAL}, "none", "high"),
        ({**DUAL, "threat": 0.9}, "none", "high"),
        ({**DUAL, "threat": 0.89}, "none", "medium"),
        ({**DUAL, "impact": None, "threats": ()}, "none", "medium"),
        # a notice
        ({**DUAL}, "possible", "medium"),
        ({**DUAL}, "full", "low"),
        ({**SHORT}, "possible", "low"),
        ({**LONG, **TWO}, "full", "low"),
        # no missile, too little, elsewhere
        ({**DUAL, "typing": ROCKET}, "none", "none"),
        ({**DUAL, "detections": 3}, "none", "none"),
        ({**DUAL, "threat": 0.049}, "none", "none"),
        ({**DUAL, "threat": 0.05}, "none", "medium"),
    ],
)
def test_table(changes: dict[str, Any], match: Match, confidence: str) -> None:
    assert confidence_of(assessment(**changes), "jp", policy(), match) == confidence


@pytest.mark.parametrize("changes", [{}, LONG, {**LONG, **TWO}, DUAL, {**DUAL, "impact": None, "threats": ()}])
def test_a_match_never_raises_confidence(changes: dict[str, Any]) -> None:
    matches: tuple[Match, ...] = ("none", "possible", "full")
    levels = [LEVELS.index(confidence_of(assessment(**changes), "jp", policy(), match)) for match in matches]
    assert levels == sorted(levels, reverse=True)
    assert levels[2] <= LEVELS.index("low")


def test_confidence_is_that_of_a_threat_to_the_region_asked_about() -> None:
    assert confidence_of(assessment(**DUAL), "kr", policy(), "none") == "medium"  # it says nothing of that region
