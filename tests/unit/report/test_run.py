"""The cut of a run into cases."""

from dataclasses import replace

import msgspec
import pytest

from launchwatch.catalog.schema import Launch, Point, Scenario, Trajectory
from launchwatch.report.run import CHAINS, cases_of, histories, scenario_of, watermark


def test_every_launch_is_a_case_of_its_own_unless_it_names_one(joint):
    assert [case.name for case in cases_of(joint)] == [launch["id"] for launch in joint.summary["launches"]]
    together = {**joint.scenario, "launches": [{**one, "case": "raid"} for one in joint.scenario["launches"]]}
    cases = cases_of(replace(joint, scenario=together))
    assert [case.name for case in cases] == ["raid"]
    assert len(cases[0].flights) == 8


def test_a_scenario_may_be_a_record_or_a_mapping(lofted):
    launch = Launch(
        id="lofted", booster="b", time="2017-11-28T18:17:30Z", from_=Point(lat_deg=39.3, lon_deg=125.9),
        trajectory=Trajectory(to=Point(lat_deg=40.9, lon_deg=135.5)),
    )  # fmt: skip
    record = Scenario(id="s", title="T", sources=("a",), partners=("jp", "kr", "us"), launches=(launch,))
    view = replace(lofted, scenario=record)
    assert scenario_of(view) == msgspec.to_builtins(record)
    assert [case.name for case in cases_of(view)] == ["lofted"]
    assert watermark(view) == "EXERCISE - simulated data"
    assert watermark(replace(view, scenario=msgspec.structs.replace(record, purpose="test"))) == "TEST - simulated data"
    with pytest.raises(ValueError, match="scenario: a list is no scenario"):
        scenario_of(replace(view, scenario=[1]))


def test_events_without_a_case_are_matched_by_the_ends_of_their_flight(joint):
    """Two flights leave the same place at the same time: only where they go tells their events apart."""
    for case in cases_of(joint):
        serials = {event["id"].rsplit("-", 1)[1] for events in case.events.values() for event in events}
        number = [launch["id"] for launch in joint.summary["launches"]].index(case.name) + 1
        assert serials <= {str(number)}
    assert sum(len(e) for case in cases_of(joint) for e in case.events.values()) == len(joint.events)


def test_a_named_case_wins_over_the_match(joint):
    view = replace(joint, events=[{**event, "case": "southern"} for event in joint.events])
    sizes = {case.name: sum(map(len, case.events.values())) for case in cases_of(view)}
    assert sizes.pop("southern") == len(joint.events)
    assert set(sizes.values()) == {0}


def test_an_event_before_any_launch_belongs_to_no_case(joint):
    view = replace(joint, events=[{**event, "first_detection": "2026-02-28T00:00:00Z"} for event in joint.events])
    assert not any(case.events for case in cases_of(view))


def test_histories_hold_the_versions_of_each_event_best_fed_first(lofted):
    strays = [{**lofted.events[0], "id": "jp-stray", "detections": 1}]
    case = cases_of(replace(lofted, events=[*strays, *lofted.events]))[0]
    first, stray = histories(case, "jp", "alone", 0)
    assert [event["version"] for event in first] == list(range(1, len(first) + 1))
    assert stray[0]["id"] == "jp-stray"
    assert all(histories(case, partner, chain, 0) for partner in case.partners for chain in CHAINS)


def test_events_of_flights_of_one_case_go_to_the_flight_that_they_fit(joint):
    together = {**joint.scenario, "launches": [{**one, "case": "raid"} for one in joint.scenario["launches"]]}
    case = cases_of(replace(joint, scenario=together))[0]
    for index in range(len(case.flights)):
        for versions in histories(case, "cn", "integrated", index):
            assert versions[-1]["id"].endswith(f"-{index + 1}")


def test_a_case_ends_with_its_last_flight(joint):
    case = cases_of(joint)[0]
    assert case.end_s == case.flights[0].impact_s
    orbiting = msgspec.structs.replace(case.flights[0], impact_s=None, impact_deg=None)
    assert replace(case, flights=(orbiting,)).end_s == orbiting.t_s[-1]
