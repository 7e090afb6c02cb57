"""The flight of 28 November 2017 against its published figures: 4,475 km, 950 km, 53 minutes (KCNA)."""

from typing import Any

import pytest

from launchwatch.messages.releases import Release
from launchwatch.messages.warnings import Warning

NAME = "hwasong-15-2017"
APOGEE_KM, RANGE_KM, FLIGHT_S = 4475.0, 950.0, 3180.0
RADARS = "us-tpy2-shariki, us-tpy2-kyogamisaki, jp-fps5-sado, jp-fps5-ominato, jp-fps5-shimokoshiki, jp-fps5-yozadake"


def launch_of(run: Any) -> dict[str, Any]:
    (launch,) = run.summary["launches"]
    found: dict[str, Any] = launch
    return found


def errors_of(run: Any) -> dict[str, dict[str, Any]]:
    return {error["at"]: error for error in launch_of(run)["errors"]}


def first_infrared_s(run: Any) -> float:
    """Arrival at its owner's node of the first infrared detection of the launch, s after lift-off."""
    (case,) = run.cases
    sources = {truth.sensor: truth.sequence[truth.source >= 0] for truth in case.observed}
    times = []
    for partner in run.scenario.partners:
        for envelope in case.chains[partner, "alone"].inputs:
            look = envelope.payload
            if hasattr(look, "irradiance_w_m2") and set(look.sequence.tolist()) & set(sources[look.sensor].tolist()):
                times.append((envelope.received_ns - case.flights[0].time_ns) / 1e9)
    return min(times)


def test_truth_agrees_with_the_published_figures(played: Any) -> None:
    launch = launch_of(played(NAME))
    assert launch["apogee_km"] == pytest.approx(APOGEE_KM, rel=0.02)
    assert launch["range_km"] == pytest.approx(RANGE_KM, rel=0.03)
    # The published time is given to the minute; 3 % is a minute and a half.
    assert launch["impact_s"] == pytest.approx(FLIGHT_S, rel=0.03)


def test_staring_payload_sees_it_within_65_s_under_7_km_of_cloud(played: Any) -> None:
    assert first_infrared_s(played(NAME)) <= 65.0


def test_a_10_s_scanner_sees_it_within_85_s_under_12_km_of_cloud(played: Any) -> None:
    run = played(NAME, f"sensors.only=[us-dsp-21, {RADARS}]", "weather.cloud_top_km=12")
    assert first_infrared_s(run) <= 85.0


def test_launch_point_by_stereo_and_impact_of_the_integrated_chain(played: Any) -> None:
    errors = errors_of(played(NAME))
    assert errors["burnout_plus_60_s"]["launch_point_km"] < 3.0
    assert errors["burnout_plus_60_s"]["impact_point_km"] < 200.0
    assert errors["final"]["launch_point_km"] < 3.0
    assert errors["final"]["impact_point_km"] < 15.0


def test_launch_point_by_one_satellite(played: Any) -> None:
    run = played(NAME, f"sensors.only=[us-sbirs-geo-1, {RADARS}]")
    assert errors_of(run)["final"]["launch_point_km"] < 10.0


def test_japan_is_warned_and_both_ellipses_are_there(played: Any) -> None:
    run = played(NAME)
    assert launch_of(run)["partners"]["jp"]["integrated"]["warning_s"] is not None
    (case,) = run.cases
    warnings = [
        e.payload.item
        for e in case.chains["jp", "integrated"].outputs
        if isinstance(e.payload, Release) and isinstance(e.payload.item, Warning) and e.payload.addressee == "jp"
    ]
    assert warnings
    for point in (warnings[-1].assessment.launch_point, warnings[-1].assessment.impact):
        assert point is not None
        assert point.ellipse_95.semi_major_km >= point.ellipse_95.semi_minor_km > 0.0
