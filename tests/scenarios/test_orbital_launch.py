"""A launch into orbit ends as a space launch, and nobody is warned of an attack."""

from typing import Any

from launchwatch.messages.assessments import Assessment
from launchwatch.messages.releases import Release
from launchwatch.messages.warnings import Warning


def test_the_event_ends_as_a_space_launch(played: Any) -> None:
    (case,) = played("orbital-launch").cases
    versions = [e.payload for e in case.chains["us", "integrated"].outputs if isinstance(e.payload, Assessment)]
    last = {assessment.event: assessment for assessment in versions}
    assert last
    for assessment in last.values():
        assert assessment.typing["slv"] > 0.9
        assert assessment.impact is None


def test_no_warning_is_released(played: Any) -> None:
    (case,) = played("orbital-launch").cases
    released = [
        (name, e.payload)
        for name, chain in case.chains.items()
        for e in chain.outputs
        if isinstance(e.payload, Release) and isinstance(e.payload.item, Warning)
    ]
    assert released == []


def test_a_flight_into_orbit_has_no_range_and_no_impact(played: Any) -> None:
    run = played("orbital-launch")
    (launch,) = run.summary["launches"]
    assert launch["range_km"] is None
    assert launch["impact"] is None
    assert run.cases[0].flights[0].range_km is None
