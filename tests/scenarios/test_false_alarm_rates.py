"""False-alarm rates in a chain that a packaged calibration is of: stated, held to the bars, and no launch the worse."""

from typing import Any

import msgspec
import pytest

from launchwatch.assembly.calibration import calibration_of
from launchwatch.assembly.chain import make_lane
from launchwatch.assembly.non_launches import gather
from launchwatch.assembly.observe import observe
from launchwatch.assembly.run import Driven, play
from launchwatch.assembly.stopwatch import Stopwatch
from launchwatch.assembly.target_free import target_free
from launchwatch.catalog.catalogue import Catalog
from launchwatch.catalog.loader import load_scenario
from launchwatch.messages.assessments import Assessment
from launchwatch.messages.warnings import Warning
from launchwatch.study.calibrate import calibrations_of

DAY_S = 86_400.0
WEEKLY_HZ = 1.65e-6
"""A strict bar of once a week, which no packaged policy has."""


def _payloads(outputs: Any, kind: type) -> list[Any]:
    return [envelope.payload for envelope in outputs if isinstance(envelope.payload, kind)]


@pytest.fixture(scope="module")
def two_launches(catalog: Catalog) -> Any:
    """The first two launches of joint-warning at one partner alone, with its policy's calibration and without."""
    scenario = load_scenario("joint-warning", catalog, ("partners=[cn]",))
    scenario = msgspec.structs.replace(scenario, launches=scenario.launches[:2])
    policies = {
        name: msgspec.structs.replace(policy, calibration=None) for name, policy in catalog.policies.items()
    }
    return [
        play(one, scenario, 1, None, Stopwatch())
        for one in (catalog, msgspec.structs.replace(catalog, policies=policies))
    ]


def test_the_packaged_calibration_is_of_the_chain_in_play_and_bears_out_the_bars(catalog: Catalog) -> None:
    scenario = load_scenario("joint-warning", catalog)
    found = calibration_of(catalog, scenario, next(iter(scenario.cases)), "cn", "alone")
    assert found is not None, "sensors of the chain have changed: `launchwatch study calibrate --partner cn`"
    assert found.live_s >= 15 * DAY_S
    policy = catalog.policies[catalog.partners["cn"].policy]
    assert policy.open.far_hz is not None
    # a strict bar lies above the least rate that is ever stated, or nothing within the range would be warned of
    assert 2.0 / found.live_s <= WEEKLY_HZ < policy.open.far_hz
    (told,) = [one for one in calibrations_of(catalog) if one["id"] == found.id]
    assert told["partner"] == "cn"
    assert told["sky"] == "calibration"


def test_a_launch_is_warned_of_at_the_same_moment_with_the_bars_and_without(two_launches: Any) -> None:
    barred, free = two_launches
    for one, other in zip(barred.summary["launches"], free.summary["launches"], strict=True):
        assert one["partners"]["cn"]["alone"]["warning_s"] == other["partners"]["cn"]["alone"]["warning_s"]
    assert any(one["partners"]["cn"]["alone"]["warning_s"] is not None for one in barred.summary["launches"])


def test_rates_fall_as_a_flight_is_seen_and_end_beyond_the_range(two_launches: Any) -> None:
    barred, free = two_launches
    for case in barred.cases:
        made = _payloads(case.chains["cn", "alone"].outputs, Assessment)
        of_infrared = [one for one in made if "infrared" in one.phenomenologies]
        stated = [one for one in of_infrared if one.far_hz is not None]
        assert all("drawn-skies/" in one.far_basis for one in of_infrared)
        assert all(one.far_hz <= 2.8e-4 for one in stated)
        pairs = sorted((one.ranking, one.far_hz) for one in stated)
        assert [far for _, far in pairs] == sorted((far for _, far in pairs), reverse=True)
        assert max(of_infrared, key=lambda one: one.ranking).far_basis.startswith("beyond the calibrated range")
    for case in free.cases:
        made = _payloads(case.chains["cn", "alone"].outputs, Assessment)
        assert {one.far_basis for one in made} == {"not calibrated"}


def test_a_partner_without_a_calibration_of_its_own_says_not_calibrated(catalog: Catalog) -> None:
    scenario = load_scenario("joint-warning", catalog)
    case = next(iter(scenario.cases))
    assert calibration_of(catalog, scenario, case, "ru", "alone") is None
    assert calibration_of(catalog, scenario, case, "ru", "integrated") is None
    # of what its own sensors alone saw, a chain that hears partners takes the rate of the chain that hears nobody
    shared = calibration_of(catalog, scenario, case, "cn", "integrated")
    assert shared is not None
    assert shared.sensors is not None


def test_fires_that_the_chain_would_warn_of_are_held_back_by_a_bar_of_once_a_week(catalog: Catalog) -> None:
    name = catalog.partners["cn"].policy
    policy = catalog.policies[name]
    strict = msgspec.structs.replace(policy, warn=msgspec.structs.replace(policy.warn, far_hz=WEEKLY_HZ))
    catalog = msgspec.structs.replace(catalog, policies={**catalog.policies, name: strict})
    scenario = target_free("cn", "counting", 1, 2.0)
    scenery = gather(catalog, scenario, scenario.seed)
    observed = observe(catalog, scenario, scenario.seed, [], scenery)
    warned = {}
    for calibrated in (False, True):
        lane = make_lane(catalog, scenario, scenario.id, "cn", "alone", None, calibrated=calibrated)
        driven = Driven(lane, observed.own["cn"], observed.stop_ns)
        driven.drive(observed.stop_ns)
        warned[calibrated] = {one.event for one in _payloads(driven.outputs, Warning)}
        if calibrated:
            assessed = _payloads(driven.outputs, Assessment)
    assert len(warned[False]) >= 1
    assert warned[True] == set()
    held = [one for one in assessed if one.event in warned[False]]
    assert held
    assert all(one.far_hz > WEEKLY_HZ for one in held)


def test_a_drawn_sky_plays_as_a_scenario_and_is_counted_by_kind(catalog: Catalog) -> None:
    scenario = target_free("cn", "counting", 1, 0.5)
    run = play(catalog, scenario, scenario.seed, None, Stopwatch())
    account = run.summary["non_launches"]
    assert account["played"]["fire"] > 40
    assert account["detections"]["cn"]["infrared"]["fire"]["detections"] > 100
    assert account["chains"]["cn"]["alone"] == account["chains"]["cn"]["integrated"]
