"""Which launches there are: two stay two, fires add none, a break-up is lost, and ids stay where events merge."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from launchwatch.assembly.flight.launch import flown
from launchwatch.assembly.run import play
from launchwatch.assembly.rundir import view_of
from launchwatch.assembly.stopwatch import Stopwatch
from launchwatch.catalog.catalogue import Catalog
from launchwatch.catalog.loader import load_scenario
from launchwatch.core.frames import enu_axes
from launchwatch.core.gaussians import inside_95_2d
from launchwatch.core.geodesy import inverse, itrf_from_geodetic
from launchwatch.messages.assessments import Assessment, GroundPoint
from launchwatch.messages.events import Event, Raid
from launchwatch.report.html import render_html
from launchwatch.sim.scenes.launched import pieces

TWO_WEAK = """
id: two-weak
title: Two short-range missiles 345 km apart, half a minute apart
sources: ['A case of this test']
partners: [us, jp]
launches:
  - {id: north, booster: scud-b, time: '2026-08-20T20:00:00Z', case: both, from: {lat_deg: 40.0, lon_deg: 126.0},
     trajectory: {to: {lat_deg: 40.0, lon_deg: 129.0}}}
  - {id: south, booster: scud-b, time: '2026-08-20T20:00:30Z', case: both, from: {lat_deg: 36.9, lon_deg: 126.0},
     trajectory: {to: {lat_deg: 36.9, lon_deg: 129.0}}}
"""
BESIDE_FIRES = """
id: beside-fires
title: A launch among forest fires
sources: ['A case of this test']
partners: [us, jp]
window: {from: '2026-08-20T19:55:00Z', until: '2026-08-20T20:12:00Z'}
non_launches: {folder: FOLDER, fires: fires.csv}
weather: {cover: 0.0}
launches:
  - {id: missile, booster: hwasong-7, time: '2026-08-20T20:00:00Z', from: {lat_deg: 39.3, lon_deg: 126.0},
     trajectory: {to: {lat_deg: 40.5, lon_deg: 136.0}}}
"""
BREAK_UP = """
id: break-up
title: A missile on its way to a town breaks up two minutes after lift-off
sources: ['A case of this test']
partners: [us, jp]
objects: all
launches:
  - {id: broken, booster: hwasong-15, time: '2026-08-20T20:00:00Z', from: {lat_deg: 39.3, lon_deg: 126.0},
     trajectory: {to: {lat_deg: 21.3, lon_deg: -157.9}}, failure: {kind: break-up, time_s: 120.0}}
"""
SALVO = (
    """
id: salvo
title: Ten missiles from ten places 45 km apart, one each quarter of a minute, some over others that still climb
sources: ['A case of this test']
partners: [us]
weather: {cloud_top_km: 7.0}
launches:
"""
    + "".join(
        f"""  - {{id: m{k}, booster: generic-mrbm-liquid, time: '2026-08-20T22:{30 + 15 * k // 60}:{15 * k % 60:02d}Z',
     case: raid, from: {{lat_deg: {39.0 + 0.4 * (k % 5):.1f}, lon_deg: {125.5 + 0.5 * (k // 5):.1f}}},
     trajectory: {{azimuth_deg: {80 + 7 * k % 20}, range_km: {900 + 13 * k}, apogee_km: 260.0}}}}
"""
        for k in range(10)
    )
)
LEFT_BEHIND = """
id: left-behind
title: Radar follows the stage that a short last burn left behind
sources: ['A case of joint-warning']
partners: [ru, cn]
objects: all
launches:
  - {id: three-stages, booster: trident-d5, time: '2026-08-20T20:00:00Z', from: {lat_deg: 15.0, lon_deg: 140.0},
     trajectory: {to: {lat_deg: 52.0, lon_deg: 104.0}}}
"""
FIRES_HEAD = "latitude,longitude,scan,track,acq_date,acq_time,satellite,confidence,frp"
CHAIN = ("us", "integrated")


@pytest.fixture
def made(catalog: Catalog, tmp_path: Path) -> Callable[..., Any]:
    """Plays a scenario written here."""

    def run(text: str, seed: int = 1) -> Any:
        file = tmp_path / "made.yaml"
        file.write_text(text.replace("FOLDER", str(tmp_path)))
        return play(catalog, load_scenario(file, catalog), seed, None, Stopwatch())

    return run


def records(run: Any, kind: type, chain: tuple[str, str] = CHAIN) -> list[Any]:
    (case,) = run.cases
    return [e.payload for e in case.chains[chain].outputs if isinstance(e.payload, kind)]


def last_of_each(run: Any, chain: tuple[str, str] = CHAIN) -> dict[str, Assessment]:
    """Last version of each event that goes on by itself."""
    last = {a.event: a for a in records(run, Assessment, chain)}
    return {name: a for name, a in last.items() if a.merged_into is None}


def holds(point: GroundPoint, place: tuple[float, float]) -> bool:
    axes = enu_axes(point.lat_deg, point.lon_deg)[:2]
    away = axes @ (itrf_from_geodetic(*place, 0.0) - itrf_from_geodetic(point.lat_deg, point.lon_deg, 0.0))
    return inside_95_2d(away, point.covariance_m2)


def test_a_salvo_is_as_many_launches(made: Callable[..., Any], measured: Callable[[str], None]) -> None:
    """Plumes rise below others in the sight of some satellites; each stays its own, and the count holds the truth."""
    run = made(SALVO, 1)
    (case,) = run.cases
    chain = ("us", "alone")
    found = last_of_each(run, chain)
    spoken = [case.launch_of(assessment) for assessment in found.values()]
    raid = records(run, Raid, chain)[-1]
    missed = [flight.launch for flight in case.flights if not any(one is flight for one in spoken)]
    measured(f"10 launches: {len(found)} events, {raid.lowest} to {raid.highest} counted, missed {missed}")
    assert len(found) == 10
    assert not missed
    assert raid.lowest <= 10 <= raid.highest
    assert raid.probable == 10


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_two_weak_launches_in_one_minute_stay_two(made: Callable[..., Any], seed: int) -> None:
    run = made(TWO_WEAK, seed)
    assert run.summary["false_events"] == 0
    for chain in (("us", "alone"), CHAIN, ("jp", "integrated")):
        found = last_of_each(run, chain)
        assert len(found) == 2
        assert not any(a.aliases for a in found.values())
        # each is one of the two, and nearer to it than a tenth of the way to the other
        nearest = []
        for assessment in found.values():
            point = assessment.launch_point
            assert point is not None
            away = [inverse(point.lat_deg, point.lon_deg, *f.launch_deg)[0] for f in run.cases[0].flights]
            assert min(away) < 35e3
            nearest.append(int(np.argmin(away)))
        assert sorted(nearest) == [0, 1]
    raid = records(run, Raid)[-1]
    assert (raid.lowest, raid.probable, raid.highest) == (2, 2, 2)
    (told,) = run.summary["raids"]
    assert told["count"] == {"lowest": 2, "probable": 2, "highest": 2}


def test_fires_beside_a_launch_leave_it_one_launch(
    made: Callable[..., Any], catalog: Catalog, tmp_path: Path
) -> None:
    """Large fires, 3 km apart around the launch point, seen over a day; those play that begin meanwhile."""
    lines = [FIRES_HEAD]
    for k in range(576):
        hours, minutes = divmod(k * 605 % 1440, 60)  # spread over the day
        lat, lon = 39.3 + 0.03 * (k // 24 - 12), 126.0 + 0.03 * (k % 24 - 12)
        lines.append(f"{lat:.5f},{lon:.5f},1.0,1.0,2026-08-20,{hours:02d}{minutes:02d},T,90,2000.0")
    (tmp_path / "fires.csv").write_text("\n".join(lines) + "\n")
    run = made(BESIDE_FIRES)
    account = run.summary["non_launches"]
    assert account["detections"]["us"]["infrared"]["fire"]["things"] >= 5
    for partner, chains in account["chains"].items():
        for name, line in chains.items():
            assert line["kinds"]["fire"]["events"] == 0, (partner, name)
    (event,) = last_of_each(run).values()
    assert event.impact is not None
    (launch,) = run.summary["launches"]
    assert launch["errors"][-1]["launch_point_km"] < 5.0  # without fires it is known to about 2 km
    assert run.summary["false_events"] == 0
    assert "What became of everything that is no launch" in render_html(view_of(run, catalog, []))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_break_up_ends_as_lost_with_the_ellipse_of_its_debris(
    made: Callable[..., Any], catalog: Catalog, seed: int, measured: Callable[[str], None]
) -> None:
    run = made(BREAK_UP, seed)
    (case,) = run.cases
    (flight,) = case.flights
    assert flight.burnout_s == pytest.approx(120.0)
    assert flight.impact_deg is not None
    (launch,) = run.scenario.launches
    path = flown(launch, catalog.boosters[launch.booster])
    debris = [one.trajectory.impact_deg for one in pieces(launch.id, path)]
    for chain in (CHAIN, ("jp", "integrated")):  # one radar alone may follow no second piece
        (event,) = last_of_each(run, chain).values()
        assert (event.basis, event.reason) == ("lost", "broke up in flight")
        assert event.impact is not None
        assert holds(event.impact, flight.impact_deg)
        within = sum(holds(event.impact, place) for place in debris if place is not None)
        assert within >= 9  # of twelve pieces; fewer of 95 % has a chance of 1 in 4000
        target = launch.trajectory.to
        assert target is not None
        away, _, _ = inverse(event.impact.lat_deg, event.impact.lon_deg, target.lat_deg, target.lon_deg)
        assert away > 5000e3
        broke = next(e for e in records(run, Event, chain) if e.break_up is not None)
        assert broke.break_up is not None
        assert abs(broke.break_up.epoch_ns / 1e9 - flight.time_ns / 1e9 - 120.0) < 1.5  # looks of one second
        measured(
            f"{'/'.join(chain)}: debris ellipse {event.impact.ellipse_95.semi_major_km:.0f} x "
            f"{event.impact.ellipse_95.semi_minor_km:.0f} km holds {within} of {len(debris)} pieces"
        )
    assert run.summary["false_events"] == 0


def test_spent_stages_are_no_break_up(made: Callable[..., Any]) -> None:
    run = made(LEFT_BEHIND)
    (case,) = run.cases
    for chain in case.chains:
        told = records(run, Event, chain)
        assert any(len(event.tracks) > 1 for event in told) or "alone" in chain
        assert not any(event.break_up for event in told), chain


def test_an_event_that_radar_opened_on_a_piece_merges_into_the_older(made: Callable[..., Any]) -> None:
    run = made(BREAK_UP)
    versions = records(run, Event)
    younger = next(e for e in versions if e.merged_into is not None)
    assert younger.status == "final"
    assert all(e.version <= younger.version for e in versions if e.event == younger.event)
    (older,) = last_of_each(run).values()
    assert younger.merged_into == older.event < younger.event
    assert older.aliases == (younger.event,)
    last = next(e for e in reversed(versions) if e.event == older.event)
    assert set(younger.tracks) <= set(last.tracks)
    assert run.summary["raids"] == []
    assert records(run, Raid)[-1].probable == 0


@pytest.mark.parametrize(
    ("scenario", "settings"),
    [("northeast-asia", ("sharing.level=tracks", "objects=all")), ("joint-warning", ("sharing.level=tracks",))],
)
def test_partners_that_share_tracks_end_with_one_event_a_launch(played: Any, scenario: str, settings: Any) -> None:
    """Whatever pieces and second tracks opened has merged by the end; nothing was split, no single launch is a raid."""
    for case in played(scenario, *settings).cases:
        for (partner, chain), record in case.chains.items():
            if chain != "integrated":
                continue
            last = {e.payload.event: e.payload for e in record.outputs if isinstance(e.payload, Event)}
            assert sum(event.merged_into is None for event in last.values()) == len(case.flights), (case.case, partner)
            assert not any(event.split_from for event in last.values()), (case.case, partner)
            raids = {e.payload.raid: e.payload for e in record.outputs if isinstance(e.payload, Raid)}
            assert not any(raid.events for raid in raids.values()), (case.case, partner)
