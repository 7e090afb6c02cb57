"""The hypothesis of a high-altitude burst is open until the path ahead excludes it."""

from __future__ import annotations

import pytest

from launchwatch.catalog.schema import BurstBand
from launchwatch.control.warnings.findings.burst import burst_of
from launchwatch.core.epochs import NS
from launchwatch.messages.assessments import Assessment, RegionThreat
from unit.control.made import T0, assessment

BAND = BurstBand()


def flown(probability: float | None, distance_km: float | None = None, impact: float = 0.0) -> Assessment:
    return assessment(
        threats=(
            RegionThreat(
                region="jp",
                impact_probability=impact,
                overflight_probability=0.0,
                burst_probability=probability,
                burst_distance_km=distance_km,
            ),
        )
    )


@pytest.mark.parametrize(
    ("found", "state", "reason"),
    [
        (assessment(impact=None, threats=()), "open", "no fall is known"),
        (flown(None), "open", "no fall is known"),
        (flown(1.0, 0.0), "open", "may pass over the region at 30 to 500 km"),
        (flown(0.02, 500.0), "open", "may pass near the region"),
        (flown(0.01, 500.0), "open", "may pass near the region"),
        (flown(0.0, 508.0), "excluded", "at 30 to 500 km the path ahead keeps 508 km off the region"),
        (flown(0.0, None), "excluded", "the path ahead is nowhere at 30 to 500 km"),
        # the impact point does not answer it, neither way
        (flown(1.0, 0.0, impact=0.0), "open", "over the region"),
        (flown(0.0, 700.0, impact=1.0), "excluded", "700 km off"),
    ],
)
def test_states_and_reasons(found: Assessment, state: str, reason: str) -> None:
    burst = burst_of(found, "jp", BAND, None, T0)
    assert (burst.state, burst.since_ns) == (state, T0)
    assert reason in burst.reason


def test_it_keeps_since_when_it_is_as_it_is_and_opens_again() -> None:
    first = burst_of(assessment(impact=None, threats=()), "jp", BAND, None, T0)
    still = burst_of(flown(0.5, 0.0), "jp", BAND, first, T0 + 10 * NS)
    gone = burst_of(flown(0.0, 600.0), "jp", BAND, still, T0 + 20 * NS)
    stays = burst_of(flown(0.0, 650.0), "jp", BAND, gone, T0 + 30 * NS)
    again = burst_of(assessment(impact=None, threats=()), "jp", BAND, stays, T0 + 40 * NS)
    assert [one.state for one in (first, still, gone, stays, again)] == ["open", "open", "excluded", "excluded", "open"]
    assert [(one.since_ns - T0) // NS for one in (first, still, gone, stays, again)] == [0, 0, 20, 20, 40]
