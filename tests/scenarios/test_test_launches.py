"""Test launches: the whole path of a post is tried in a lane of its own, and a broken leg is found."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from launchwatch.assembly.again import replay_run
from launchwatch.assembly.run import Run, play
from launchwatch.assembly.rundir import run_to, view_of
from launchwatch.assembly.stopwatch import Stopwatch
from launchwatch.assembly.testlaunch import drive, each_test
from launchwatch.catalog.loader import Catalog, load_scenario
from launchwatch.catalog.records import CatalogError
from launchwatch.catalog.schema import Scenario
from launchwatch.evaluation.testlaunch import LEGS
from launchwatch.messages import codec
from launchwatch.messages.receipts import Receipt
from launchwatch.messages.releases import Release, authority_of
from launchwatch.report.html import render_html
from launchwatch.runtime.journal import SqliteJournal

FILE = """
id: tried-path
title: A quiet window in which a post tries its path
sources: [made for a test]
partners: [ru]
window: {from: 2026-08-20T20:00:00Z, until: 2026-08-20T22:00:00Z}
sensors: {only: [ru-eks-3, ru-eks-5, ru-eks-6]}
test_launches:
  every_s: 3600
  launch:
    id: tried
    booster: generic-icbm-solid
    time: 2026-08-20T20:30:00Z
    from: {lat_deg: 48.0, lon_deg: -101.0}
    trajectory: {to: {lat_deg: 56.0, lon_deg: 38.0}}
"""
SILENT = "{{component: ru-eks-{}, kind: silent, from: 2026-08-20T20:00:00Z, until: 2026-08-20T22:30:00Z}}"


def scenario_with(catalog: Catalog, folder: Path, *overrides: str, text: str = FILE) -> Scenario:
    file = folder / "tried-path.yaml"
    file.write_text(text)
    found: Scenario = load_scenario(file, catalog, overrides)
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tried")


@pytest.fixture(scope="module")
def tried(catalog: Catalog, folder: Path) -> Run:
    scenario = scenario_with(catalog, folder)
    return run_to(folder / "run", catalog, scenario, 1, False, Stopwatch())


def test_every_hour_a_test_goes_the_whole_path(tried: Run) -> None:
    first, second = tried.summary["test_launches"]
    assert (first["at"][:19], second["at"][:19]) == ("2026-08-20T20:30:00", "2026-08-20T21:30:00")
    for one in (first, second):
        assert one["ok"]
        assert one["missing"] is None
        legs = [one["legs"][leg] for leg in LEGS]
        assert legs == sorted(legs)
        assert legs[0] > 0.0


def test_it_touches_no_other_lane(catalog: Catalog, folder: Path, tried: Run) -> None:
    without = play(catalog, scenario_with(catalog, folder, "test_launches=null"), 1, None, Stopwatch())
    for key, record in tried.cases[0].chains.items():
        bare = without.cases[0].chains[key]
        assert [codec.pack(e) for e in record.outputs] == [codec.pack(e) for e in bare.outputs]
        assert [codec.pack(e) for e in record.inputs] == [codec.pack(e) for e in bare.inputs]
    assert {**tried.summary, "test_launches": None} == {**without.summary, "test_launches": None}
    with SqliteJournal.open(folder / "run" / "journal.sqlite") as journal:
        streams = journal.streams()
        apart = [name for name in streams if name.startswith("test-launch-")]
        assert len(apart) == 2
        for name in streams:
            purposes = {e.purpose for e in journal.read(name)}
            assert purposes == ({"test"} if name in apart else {"exercise"})
        receipts = [e for name in apart for e in journal.read(name) if isinstance(e.payload, Receipt)]
    assert receipts


def test_what_a_test_makes_is_refused_at_another_lanes_door(catalog: Catalog, folder: Path, tried: Run) -> None:
    from launchwatch.assembly.chain import make_lane

    test = each_test(tried.scenario)[0]
    made = drive(catalog, test, 1, None)
    lane = make_lane(catalog, tried.scenario, "tried-path", "ru", "alone", None)
    before = lane.snapshot()
    assert made.outputs
    assert not any(lane.receive(e) for e in (*made.inputs, *made.outputs))
    assert lane.snapshot() == before
    told = [e.payload for e in made.outputs if isinstance(e.payload, Release)]
    assert [one.item.kind for one in told if one.addressee == authority_of("ru")][-1] == "cancel"


def test_it_is_replayed_with_the_run(catalog: Catalog, folder: Path, tried: Run) -> None:
    found = replay_run(folder / "run", catalog)
    assert found["lanes"] == 4
    assert found["differences"] == []


@pytest.mark.parametrize(
    ("override", "missing"),
    [
        (f"faults=[{', '.join(SILENT.format(k) for k in (3, 5, 6))}]", "tracked"),
        ("test_launches.launch.trajectory={to: {lat_deg: 39.0, lon_deg: -77.0}}", "warned"),
    ],
)
def test_a_leg_that_is_missing_is_named(catalog: Catalog, folder: Path, override: str, missing: str) -> None:
    run = play(catalog, scenario_with(catalog, folder, override), 1, None, Stopwatch())
    for one in run.summary["test_launches"]:
        assert not one["ok"]
        assert one["missing"] == missing
        assert one["legs"]["released"] is None


def test_a_channel_that_swallows_what_leaves_is_found_by_a_test(catalog: Catalog, folder: Path) -> None:
    fault = "faults=[{component: ru, kind: silent, from: 2026-08-20T20:00:00Z, until: 2026-08-20T21:00:00Z}]"
    run = play(catalog, scenario_with(catalog, folder, fault), 1, None, Stopwatch())
    first, second = run.summary["test_launches"]
    assert (first["ok"], first["missing"]) == (False, "received")
    assert first["legs"]["released"] is not None
    assert second["ok"]


def test_the_report_shows_it(catalog: Catalog, tried: Run) -> None:
    html = render_html(view_of(tried, catalog, []))
    assert "Test launches" in html
    assert "receipt of the cancel" in html


@pytest.mark.parametrize(
    ("override", "wrong"),
    [
        ("test_launches.launch.time=2026-08-20T23:00:00Z", "lies outside of the window"),
        ("test_launches.partner=cn", "is no partner of the scenario"),
        ("test_launches.launch.booster=nothing", "nothing"),
        ("test_launches.launch.from=nowhere", "nowhere"),
    ],
)
def test_what_cannot_be_is_refused(catalog: Catalog, folder: Path, override: str, wrong: Any) -> None:
    with pytest.raises(CatalogError, match=wrong):
        scenario_with(catalog, folder, override)
