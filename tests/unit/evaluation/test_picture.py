"""The picture of a chain on a grid of times, and when it knew what."""

from typing import Any

import msgspec
import numpy as np
import pytest

from launchwatch.core.arrays import FloatArray
from launchwatch.core.epochs import NS
from launchwatch.evaluation.knowledge import class_right, impact_within, knowledge, known_from
from launchwatch.evaluation.picture import CUTOFF_M, coast, grid_of, picture, told_paths, true_paths
from launchwatch.messages.envelope import Envelope
from launchwatch.messages.events import Event
from launchwatch.messages.truth import FlightTruth
from launchwatch.processing.motion import ballistic
from unit.control.made import assessment, ground_point
from unit.processing.made import T0, state_above, track

START = state_above(40.0, 128.0, 150e3, 3500.0, 0.0, 2500.0)
T = np.arange(0.0, 101.0, 5.0)


def flight(**changes: Any) -> FlightTruth:
    """A flight of a hundred seconds from T0."""
    path = np.array([ballistic.state_after(START, float(t)) for t in T])
    base = FlightTruth(
        launch="a", booster="b", booster_class="mrbm", time_ns=T0, launch_deg=(40.0, 126.0), impact_deg=(40.0, 136.0),
        impact_s=100.0, burnout_s=0.0, apogee_s=50.0, apogee_km=300.0, range_km=800.0, azimuth_deg=90.0, staging_s=(),
        t_s=T, position_m=path[:, :3], velocity_m_s=path[:, 3:], thrust_n=np.zeros(len(T)),
    )  # fmt: skip
    return msgspec.structs.replace(base, **changes)


def said(event: str, at_s: float, state: FloatArray, status: Any = "update") -> Envelope:
    """One version of an event, made when its state holds."""
    now = T0 + round(at_s * NS)
    payload = Event(
        event=event, aliases=(), version=1, status=status, tracks=("T0001",),
        preferred=track(epoch_ns=now, state=state), partners=(),
    )  # fmt: skip
    return Envelope(
        id="events/1", topic="events", sequence=1, valid_ns=now, observed_ns=now, received_ns=now, emitted_ns=now,
        purpose="test", origin=("simulated",), lineage=(), payload=payload,
    )  # fmt: skip


def test_coasting_is_that_of_the_filter() -> None:
    seconds = np.array([-250.0, 0.0, 40.0, 600.0])
    moved = coast(np.tile(START, (4, 1)), seconds)
    for state, t in zip(moved, seconds, strict=True):
        np.testing.assert_allclose(state[:3], ballistic.state_after(START, float(t))[:3], atol=10.0)  # steps of 30 s
    assert np.isnan(coast(np.full((1, 6), np.nan), np.array([5.0]))).all()


def test_a_perfect_track_leaves_only_what_it_came_late_for() -> None:
    one = flight()
    times = grid_of([one])
    assert len(times) == 11
    truth = true_paths([one], times)
    outputs = [said("jp-1", 20.0, ballistic.state_after(START, 20.0)), said("jp-1", 95.0, START, "final")]
    found = picture(outputs, truth, times)
    # at 0, 10 and 100 s of eleven times it is not there
    assert found["missed"] == pytest.approx(3 / 11, abs=1e-4)
    assert found["false"] == found["switches"] == 0.0
    assert found["localisation_km"] < 0.05  # truth between its samples is a straight line
    assert found["t_gospa_km"] == pytest.approx(np.sqrt(0.5 * CUTOFF_M**2 * 3 / 11) / 1e3, rel=1e-3)  # the same
    assert found["siap"]["completeness"] == pytest.approx(8 / 11, abs=1e-4)
    assert found["siap"]["spuriousness"] == 0.0


def test_a_second_event_of_the_same_launch_is_false_and_ambiguous() -> None:
    one = flight()
    times = grid_of([one])
    outputs = [said(f"jp-{k}", 0.0, START) for k in (1, 2)]
    found = picture(outputs, true_paths([one], times), times)
    assert (found["missed"], found["false"]) == (0.0, 1.0)
    assert found["siap"]["ambiguity"] == 2.0


def test_an_event_is_told_by_its_newest_version_until_its_last() -> None:
    times = T0 + np.arange(0, 50, 10) * NS
    away = START + np.array([1e3, 0.0, 0.0, 0.0, 0.0, 0.0])
    outputs = [said("jp-1", 10.0, START), said("jp-1", 20.0, away), said("jp-1", 40.0, START, "final")]
    (told,) = told_paths(outputs, times)
    assert np.isnan(told[[0, 4]]).all()
    np.testing.assert_array_equal(told[1], START)
    np.testing.assert_array_equal(told[2], away)
    np.testing.assert_allclose(told[3, :3], ballistic.state_after(away, 10.0)[:3], atol=1.0)


def test_known_is_what_was_never_wrong_again() -> None:
    ends = [ground_point(40.0, lon, T0) for lon in (130.0, 135.5, 131.0, 135.0, 135.95)]
    versions = [(T0 + k * 10 * NS, assessment(impact=end)) for k, end in enumerate(ends, 1)]
    found = knowledge(versions, flight())
    # 0.5 and 1 degree along the parallel of 40 degrees are 43 and 85 km, 0.05 is 4 km
    assert found == {"class_right_s": None, "impact_within_200_km_s": 40.0, "impact_within_20_km_s": 50.0}
    assert known_from(versions, lambda one: one.impact is ends[0]) is None
    assert known_from([], lambda one: True) is None


def test_the_class_is_right_where_it_is_the_most_probable() -> None:
    assert class_right(assessment(typing={"mrbm": 0.5, "srbm": 0.4, "other": 0.1}), flight())
    assert not class_right(assessment(typing={"mrbm": 0.4, "srbm": 0.5, "other": 0.1}), flight())


def test_of_a_flight_into_orbit_it_is_right_that_nothing_falls() -> None:
    orbit = flight(impact_deg=None, impact_s=None)
    assert impact_within(assessment(impact=None), orbit, 1.0)
    assert not impact_within(assessment(), orbit, 1e9)
    assert not impact_within(assessment(impact=None, burnout_ns=None), orbit, 1e9)  # it thrusts: nothing is known yet
    assert not impact_within(assessment(impact=None), flight(), 1e9)
