from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from launchwatch.catalog.catalogue import KINDS
from launchwatch.catalog.convert import FieldError, convert
from launchwatch.catalog.loader import Catalog, load_scenario
from launchwatch.catalog.schema import (
    AnyOrbit,
    Geostationary,
    InfraredSensor,
    Molniya,
    OrbitUse,
    Place,
    Scenario,
    Trajectory,
)

HEAD = {"id": "x", "name": "X", "source": "own", "confidence": "none", "status": "synthetic"}


@pytest.mark.parametrize("kind", KINDS)
def test_every_record_survives_a_round_trip(kind: str, catalog: Catalog) -> None:
    for block in catalog.blocks(kind).values():
        assert convert(msgspec.to_builtins(block), KINDS[kind]) == block
        assert msgspec.json.decode(msgspec.json.encode(block), type=KINDS[kind]) == block


def test_scenarios_survive_a_round_trip(catalog: Catalog) -> None:
    for name in catalog.scenarios:
        scenario = load_scenario(name, catalog)
        assert msgspec.json.decode(msgspec.json.encode(scenario), type=Scenario) == scenario


def test_orbits_are_told_apart_by_kind() -> None:
    orbit = convert({**HEAD, "kind": "geostationary", "longitude_deg": 10}, AnyOrbit)
    assert isinstance(orbit, Geostationary)
    assert orbit.kind == "geostationary"


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({}, "either"),
        ({"phase_deg": 0.0, "apogee_epoch": "2020-01-01T00:00:00Z"}, "either"),
        ({"apogee_epoch": "2020"}, "time"),
    ],
)
def test_a_molniya_orbit_has_one_phase(change: dict[str, Any], word: str) -> None:
    raw = {**HEAD, "kind": "molniya", "apogee_longitude_deg": 15, "inclination_deg": 63, "perigee_km": 600}
    with pytest.raises(FieldError, match=word):
        convert({**raw, **change}, AnyOrbit)
    assert isinstance(convert({**raw, "phase_deg": 0}, AnyOrbit), Molniya)


def test_service_includes_its_first_and_last_day() -> None:
    sensor = InfraredSensor(**HEAD, owner="us", payload="p", orbit="o", in_service=(date(2000, 1, 2), date(2000, 1, 4)))
    served = [day for day in range(1, 7) if sensor.serves_on(date(2000, 1, day))]
    assert served == [2, 3, 4]
    planned = msgspec.structs.replace(sensor, in_service=None)
    assert not planned.serves_on(date(2000, 1, 3))


def test_the_first_orbit_that_covers_the_day_counts() -> None:
    uses = (
        OrbitUse(orbit="narrow", from_=date(2026, 8, 1), to=date(2026, 8, 31)),
        OrbitUse(orbit="wide", from_=date(2020, 1, 1)),
    )
    sensor = InfraredSensor(**HEAD, owner="us", payload="p", orbits=uses, in_service=None)
    assert sensor.orbit_on(date(2026, 8, 15)) == "narrow"
    assert sensor.orbit_on(date(2026, 9, 1)) == "wide"
    assert sensor.orbit_on(date(2019, 12, 31)) is None


@given(st.integers(-900, 900), st.integers(-1800, 1800))
def test_sites_at_a_tenth_of_a_degree_pass(lat: int, lon: int) -> None:
    place = Place(**HEAD, lat_deg=lat / 10, lon_deg=lon / 10, kind="sea")
    assert not list(place.problems())


@given(st.floats(-89, 89).filter(lambda x: abs(x * 10 - round(x * 10)) > 1e-3))
def test_finer_sites_are_refused(lat: float) -> None:
    place = Place(**HEAD, lat_deg=lat, lon_deg=0.0, kind="sea")
    assert [path for path, _ in place.problems()] == [("lat_deg",)]


@pytest.mark.parametrize(
    ("raw", "form"),
    [
        ({"to": {"lat_deg": 1, "lon_deg": 2}}, "to"),
        ({"to": {"lat_deg": 1, "lon_deg": 2}, "depressed": True}, "to"),
        ({"to": {"lat_deg": 1, "lon_deg": 2}, "apogee_km": 2000}, "to"),
        ({"azimuth_deg": 76, "range_km": 950, "apogee_km": 4475}, "range"),
        ({"orbit": {"inclination_deg": 51.6, "altitude_km": 300}}, "orbit"),
    ],
)
def test_forms_of_a_trajectory(raw: dict[str, Any], form: str) -> None:
    assert convert(raw, Trajectory).form == form


@pytest.mark.parametrize(
    "raw",
    [
        {},
        {"azimuth_deg": 76, "range_km": 950},
        {"apogee_km": 300},
        {"to": {"lat_deg": 1, "lon_deg": 2}, "azimuth_deg": 76, "range_km": 950, "apogee_km": 4475},
        {"to": {"lat_deg": 1, "lon_deg": 2}, "depressed": True, "apogee_km": 300},
        {"orbit": {"inclination_deg": 51.6, "altitude_km": 300}, "apogee_km": 300},
        {"orbit": {"inclination_deg": 51.6, "altitude_km": 300}, "depressed": True},
    ],
)
def test_half_given_trajectories_are_refused(raw: dict[str, Any]) -> None:
    with pytest.raises(FieldError):
        convert(raw, Trajectory)


def test_launches_of_one_case_fly_together(catalog: Catalog) -> None:
    scenario = load_scenario("northeast-asia", catalog, ["launches.1.case=both", "launches.2.case=both"])
    assert {name: len(launches) for name, launches in scenario.cases.items()} == {"hwasong-12-over-japan": 1, "both": 2}
