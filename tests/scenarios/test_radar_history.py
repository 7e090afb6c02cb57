"""What radars could see of two flights that alarmed: Andoya 1995 and the Mediterranean 2013."""

from typing import Any

import numpy as np
import pytest

from launchwatch.assembly.flight.launch import flown
from launchwatch.catalog.loader import Catalog, load_scenario
from launchwatch.core.arrays import FloatArray
from launchwatch.core.epochs import NS
from launchwatch.core.geodesy import geodetic_from_itrf, itrf_from_geodetic
from launchwatch.sim.sensors.ground.plots import place


def arcs(catalog: Catalog, scenario: str, radar: str) -> tuple[list[tuple[float, float]], FloatArray, FloatArray]:
    """Spans within a radar's field, s after lift-off; times and heights of the flight."""
    (launch,) = load_scenario(scenario, catalog).launches
    path = flown(launch, catalog.boosters[launch.booster])
    t = np.arange(0.0, path.end_s, 1.0)
    position = path.at(t)[0]
    sensor = catalog.sensors_radar[radar]
    inside = place(sensor, catalog.radar_modes[sensor.mode], position).inside
    edges = np.flatnonzero(np.diff(np.concatenate([[0], inside.astype(int), [0]])))
    spans = [(float(t[a]), float(t[b - 1])) for a, b in edges.reshape(-1, 2)]
    return spans, t, geodetic_from_itrf(position)[2]


def plots_s(run: Any, radar: str) -> FloatArray:
    """Times of a radar's true plots of the payload, s after lift-off."""
    (case,) = run.cases
    truth = next(one for one in case.observed if one.sensor == radar)
    payload = [i for i, one in enumerate(truth.objects) if one.kind == "payload"]
    mine = set(truth.sequence[np.isin(truth.source, payload)].tolist())
    times = [
        t
        for envelope in case.chains["ru", "alone"].inputs
        if getattr(envelope.payload, "sensor", None) == radar
        for t, number in zip(envelope.payload.time_ns.tolist(), envelope.payload.sequence.tolist(), strict=True)
        if number in mine
    ]
    return (np.array(times) - case.flights[0].time_ns) / NS


def test_olenegorsk_sees_two_minutes_of_the_black_brant_and_then_nothing_for_long(
    catalog: Catalog, played: Any
) -> None:
    spans, t, _ = arcs(catalog, "andoya-1995", "ru-olenegorsk-d")
    assert len(spans) == 2
    (first, gone), (back, last) = spans
    # public accounts: an alert after about two minutes; azimuth and range of the flight are assumptions: half a minute
    assert 60.0 <= first <= 100.0
    assert 110.0 <= gone - first <= 170.0
    assert back - gone > 600.0
    assert back > 0.7 * t[-1]  # late in the flight
    seen = plots_s(played("andoya-1995"), "ru-olenegorsk-d")
    early, late = seen[seen < 0.5 * (gone + back)], seen[seen > 0.5 * (gone + back)]
    # within its arcs, but for the looks that find and confirm: two revisits of 5 s
    assert first <= early[0] <= first + 15.0
    assert gone - 10.0 <= early[-1] <= gone + 1.0
    assert back <= late[0] <= back + 15.0
    assert last - 10.0 <= late[-1] <= last + 1.0


def test_the_mediterranean_is_below_the_horizon_of_armavir_up_to_hundreds_of_kilometres(catalog: Catalog) -> None:
    sensor = catalog.sensors_radar["ru-armavir"]
    heights = np.arange(100e3, 700e3, 1e3)

    def least_km(lat_deg: float, lon_deg: float) -> float:
        placed = place(sensor, catalog.radar_modes[sensor.mode], itrf_from_geodetic(lat_deg, lon_deg, heights))
        return float(heights[placed.inside][0] / 1e3)

    # from the eastern to the central Mediterranean: 250 to 445 km; places are known to a degree, 20 km of height
    assert least_km(34.0, 30.0) == pytest.approx(250.0, abs=20.0)
    assert least_km(35.0, 20.0) == pytest.approx(445.0, abs=20.0)


def test_armavir_sees_the_target_only_high_up(catalog: Catalog, played: Any) -> None:
    ((first, last),), t, height = arcs(catalog, "mediterranean-2013", "ru-armavir")
    assert height[np.searchsorted(t, [first, last])].min() > 200e3
    assert first > 120.0  # no radar sees the first two minutes
    seen = plots_s(played("mediterranean-2013"), "ru-armavir")
    # the low fence comes by each 10 s, then a revisit of 5 s
    assert first <= seen[0] <= first + 25.0
    assert last - 15.0 <= seen[-1] <= last + 1.0
    run = played("mediterranean-2013")
    (launch,) = run.summary["launches"]
    assert launch["partners"]["ru"]["alone"]["warning_s"] is None  # it falls into the sea
    (case,) = run.cases
    truth = next(one for one in case.observed if one.sensor == "ru-armavir")
    kinds = {truth.objects[i].kind for i in set(truth.source[truth.source >= 0].tolist())}
    assert kinds == {"payload", "spent-stage"}  # two objects, as reported


def test_aurora_gives_plots_and_no_event(played: Any) -> None:
    run = played("andoya-1995", "weather.auroral_activity=6")
    (case,) = run.cases
    clutter = {one.sensor: int((one.source < 0).sum()) for one in case.observed}
    assert clutter["ru-pechora"] > 100
    assert clutter["ru-balkhash"] < 5  # far south of the oval
    assert run.summary["false_events"] == 0
