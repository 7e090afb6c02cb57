"""CZML documents."""

import json
from dataclasses import replace

import numpy as np
import pytest

from launchwatch.core.epochs import NS, parse_utc
from launchwatch.core.geodesy import itrf_from_geodetic
from launchwatch.formats.czml import CzmlError, Flight, Mark, Sight, Site, czml_document, czml_flights
from unit.formats.arcs import KINK_S, arcs, state

START = parse_utc("2017-11-28T18:17:00Z")
T = np.arange(0.0, 601.0, 60.0)
FLIGHT = Flight("one", "rocket", "case", START, T, itrf_from_geodetic(39 + T / 600, 126 + T / 100, 1e3 * T))
RADAR = Site("radar", "Radar", np.array([START]), itrf_from_geodetic([37.0], [137.0], [0.0]))
DRIFT = itrf_from_geodetic([0.0, 0.1, 0.2], [70.0] * 3, [3.6e7] * 3)
ORBIT = Site("sat", "Satellite", START + np.arange(3) * 60 * NS, DRIFT)
SIGHT = Sight("radar/one", "radar", "one", [(START + 60 * NS, START + 120 * NS), (START - 90 * NS, START - 60 * NS)])
MARKS = [
    Mark("launch", "launch", 39.0, 126.0, (START - 10**12, START + 10**13), None),
    Mark("impact", "impact", 40.0, 132.0, (START + 60 * NS, START + 90 * NS), (9e3, 3e3, 30.0)),
    Mark("over", "over before it begins", 40.0, 132.0, (START - 90 * NS, START - 60 * NS), None),
]


def document(**changes):
    parts = {"flights": [FLIGHT], "sites": [RADAR, ORBIT], "sights": [SIGHT], "marks": MARKS} | changes
    return czml_document(name="EXERCISE - simulated data: test", **parts)


def packets(**changes):
    def refuse(constant):
        raise AssertionError(f"{constant} in the document")

    return json.loads(document(**changes), parse_constant=refuse)


def interval(text):
    start, end = text.split("/")
    return parse_utc(start), parse_utc(end)


def test_the_first_packet_is_the_document_with_its_clock():
    head = packets()[0]
    assert head["id"] == "document"
    assert head["version"] == "1.0"
    assert head["name"].startswith("EXERCISE - simulated data")
    assert interval(head["clock"]["interval"]) == (START, START + 660 * NS)
    assert head["clock"]["currentTime"] == "2017-11-28T18:17:00.000Z"


def test_every_packet_has_an_id_of_its_own_and_lies_within_the_clock():
    found = packets()
    assert len({one["id"] for one in found}) == len(found) == 1 + 1 + 1 + 2 + 1 + 2
    start, end = interval(found[0]["clock"]["interval"])
    for one in found[1:]:
        begins, ends = interval(one["availability"])
        assert start <= begins < ends <= end
        assert one["name"]


def test_references_and_parents_are_in_the_document():
    found = packets()
    ids = {one["id"] for one in found}
    for one in found:
        assert one.get("parent", "document") in ids
        for reference in one.get("polyline", {}).get("positions", {}).get("references", []):
            assert reference.removesuffix("#position") in ids


def test_positions_are_fixed_to_the_earth_and_sampled_in_order():
    by_id = {one["id"]: one for one in packets()}
    position = by_id["flight/one"]["position"]
    assert position["referenceFrame"] == "FIXED"
    rows = np.array(position["cartesian"]).reshape(-1, 4)
    assert rows[:, 0].tolist() == T.tolist()
    # positions are rounded to 0.1 m
    assert np.abs(rows[:, 1:] - FLIGHT.position_m).max() <= 0.051
    assert by_id["site/radar"]["position"]["cartesian"] == pytest.approx(RADAR.position_m[0], abs=0.051)
    assert len(by_id["site/sat"]["position"]["cartesian"]) == 12
    assert by_id["site/sat"]["position"]["interpolationDegree"] == 2


def test_lines_of_sight_are_straight_and_shown_while_they_last():
    line = next(one for one in packets() if one["id"] == "sight/radar/one")["polyline"]
    assert line["arcType"] == "NONE"
    off, on = line["show"]
    assert not off["boolean"]
    assert on["boolean"]
    assert interval(on["interval"]) == (START + 60 * NS, START + 120 * NS)


def test_an_ellipse_turns_clockwise_from_north():
    ellipse = next(one for one in packets() if one["id"] == "mark/impact")["ellipse"]
    assert ellipse["semiMajorAxis"] >= ellipse["semiMinorAxis"]
    assert ellipse["rotation"] == pytest.approx(-np.radians(30.0), abs=1e-6)


def test_same_input_same_bytes():
    assert document() == document()


def test_what_cannot_be_shown_is_refused():
    with pytest.raises(CzmlError, match="without a flight"):
        document(flights=[])
    with pytest.raises(CzmlError, match="'one' has no position, or one that is not finite"):
        document(flights=[replace(FLIGHT, position_m=np.full((11, 3), np.nan))])
    with pytest.raises(CzmlError, match="'site/ghost', which is not in the document"):
        document(sights=[replace(SIGHT, site="ghost")])
    with pytest.raises(CzmlError, match="mark 'launch' has a position"):
        document(marks=[replace(MARKS[0], lat_deg=float("nan"))])


def test_flights_alone_with_their_markers():
    found = json.loads(czml_flights("EXERCISE - simulated data: arcs", [arcs(), arcs(id="other", markers=())]))
    by_id = {one["id"]: one for one in found}
    assert len(by_id) == len(found) == 1 + 1 + 2 + 3
    assert by_id["flight/rocket-1"]["parent"] == by_id["flight/other"]["parent"] in by_id
    burnout = by_id["mark/rocket-1/2"]
    assert burnout["name"] == "burnout of Rocket <1> & payload"
    assert interval(burnout["availability"])[0] == START + int(KINK_S) * NS
    lon, lat, height = burnout["position"]["cartographicDegrees"]
    # degrees are rounded to 0.5e-6, 6 cm, and heights to 5 cm
    np.testing.assert_allclose(itrf_from_geodetic(lat, lon, height), state(np.array([KINK_S]))[0][0], atol=0.1)


def test_flights_are_shown_where_they_are():
    found = json.loads(czml_flights("arcs", [arcs()]))
    position = next(one for one in found if one["id"] == "flight/rocket-1")["position"]
    assert parse_utc(position["epoch"]) == START
    rows = np.array(position["cartesian"]).reshape(-1, 4)
    # positions are rounded to 0.05 m along each axis
    assert np.abs(rows[:, 1:] - state(rows[:, 0])[0]).max() < 0.051
    assert np.diff(rows[:, 0]).max() <= 10.0
