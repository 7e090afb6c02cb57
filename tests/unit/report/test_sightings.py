"""Looks and detections of a case."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from launchwatch.report.run import cases_of
from launchwatch.report.sightings import merged, sightings_of, truth_at

span_lists = st.lists(st.tuples(st.integers(0, 60), st.integers(1, 9)), min_size=1, max_size=15)


@given(span_lists)
def test_merged_spans_are_apart_and_cover_the_same(pairs):
    spans = np.array([[start, start + length] for start, length in pairs], float)
    joined = merged(spans, 0.0)
    assert (joined[1:, 0] > joined[:-1, 1]).all()
    inside = np.arange(0, 80) + 0.5
    covered = [any(a <= t <= b for a, b in spans) for t in inside]
    assert covered == [any(a <= t <= b for a, b in joined) for t in inside]


def test_gaps_shorter_than_half_a_period_are_bridged():
    spans = np.array([[0.0, 1.0], [1.4, 2.0], [3.0, 4.0]])
    assert merged(spans, 1.0).tolist() == [[0.0, 2.0], [3.0, 4.0]]


def test_detections_of_the_flight_are_told_from_clutter(lofted):
    case = cases_of(lofted)[0]
    deliveries = {(e.payload.sensor, e.payload.look_from_ns): e.payload for es in case.looks.values() for e in es}
    for one in sightings_of(case, lofted.sensors):
        rows = sum(len(look.time_ns) for (sensor, _), look in deliveries.items() if sensor == one.sensor)
        assert len(one.time_s) + len(one.other_s) == rows
        # the sample's clutter is the last row of its batch, far from the flight; it is about one batch in fifty
        assert len(one.other_s) <= 0.06 * len(one.looked) * case.end_s / 10 + 10
        assert (np.diff(one.looked[:, 0]) > 0).all()
        if one.kind == "infrared":
            assert (one.time_s <= case.flights[0].burnout_s).all()


def test_sensors_are_numbered_by_first_detection(joint):
    for case in cases_of(joint):
        found = sightings_of(case, joint.sensors)
        assert [one.number for one in found] == list(range(1, len(found) + 1))
        first = [one.time_s.min() if len(one.time_s) else np.inf for one in found]
        assert first == sorted(first)
    assert not any(len(one.time_s) for one in found), "nobody sees the last case"


def test_what_several_chains_received_counts_once(lofted):
    case = cases_of(lofted)[0]
    found = {one.sensor: one for one in sightings_of(case, lofted.sensors)}
    own = [e.payload for e in case.looks["jp", "alone"] if e.payload.sensor == "radar-noto"]
    noto = found["radar-noto"]
    assert len(noto.time_s) + len(noto.other_s) == sum(len(look.time_ns) for look in own)


def test_truth_outside_of_the_flight_is_nowhere(lofted):
    flight = next(iter(lofted.flights.values()))
    assert truth_at(flight, np.array([0.0]))[0] == pytest.approx(flight.position_m[0])
    assert np.isnan(truth_at(flight, np.array([-1.0, flight.t_s[-1] + 1]))).all()
