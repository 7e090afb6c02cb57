"""A quiet day: real non-launches through sensors and chains, counted by kind, and no warning."""

from typing import Any

import pytest

from launchwatch.assembly.run import play
from launchwatch.assembly.rundir import view_of
from launchwatch.assembly.stopwatch import Stopwatch
from launchwatch.catalog.catalogue import Catalog
from launchwatch.catalog.loader import load_scenario
from launchwatch.report.html import render_html

SHORT = (
    "sensors.only=[ru-eks-3, ru-mishelevka-v, us-sbirs-geo-2, us-sbirs-geo-5, us-cobradane]",
    "window.from=2026-08-22T04:20:00Z",
)
HALF_HOUR = (*SHORT, "window.until=2026-08-22T04:50:00Z", "non_launches.satellites=null", "non_launches.decaying=null")
MINUTES = (*SHORT, "window.until=2026-08-22T04:24:00Z")


def _played(catalog: Catalog, data_folder: Any, settings: tuple[str, ...]) -> Any:
    scenario = load_scenario("quiet-day", catalog, (*settings, f"non_launches.folder={data_folder}"))
    return play(catalog, scenario, 1, None, Stopwatch())


@pytest.fixture(scope="module")
def half_hour(catalog: Catalog, data_folder: Any) -> Any:
    return _played(catalog, data_folder, HALF_HOUR)


@pytest.fixture(scope="module")
def minutes(catalog: Catalog, data_folder: Any) -> Any:
    return _played(catalog, data_folder, MINUTES)


def _lines(account: Any) -> list[Any]:
    return [line for chains in account["chains"].values() for line in chains.values()]


def test_half_an_hour_of_fires_fireballs_and_lightning_warns_of_nothing(half_hour: Any) -> None:
    account = half_hour.summary["non_launches"]
    assert account["played"]["lightning"] == 853
    assert account["played"]["fire"] > 100
    found = account["detections"]["us"]["infrared"]
    assert found["fire"]["things"] > 50
    assert found["fireball"]["detections"] > 10
    for line in _lines(account):
        assert line["warnings"] == 0
        # a fire that opens an event is a fault of the chain; one in a hundred of those seen is let pass and counted
        assert line["kinds"]["fire"]["events"] <= found["fire"]["things"] // 100


def test_sensors_keep_back_what_stands_still(half_hour: Any) -> None:
    account = half_hour.summary["non_launches"]
    found = account["detections"]["us"]["infrared"]["fire"]
    # two starers report 20 sightings of each fire at most
    assert found["detections"] <= 2 * 20 * found["things"]
    assert account["suppressed"]["us"] > 100 * found["things"]


def test_satellites_are_matched_and_decaying_objects_told(minutes: Any) -> None:
    account = minutes.summary["non_launches"]
    assert account["played"]["satellite"] > 15_000
    assert account["played"]["decaying"] > 50
    for partner in ("ru", "us"):
        radar = account["detections"][partner]["radar"]
        plots = sum(one["detections"] for one in radar.values())
        alone = account["chains"][partner]["alone"]
        # what is left are objects that have manoeuvred since their elements: less than one plot in fifty
        assert alone["known_plots"] > 0.98 * plots
        assert alone["warnings"] == account["chains"][partner]["integrated"]["warnings"] == 0


def test_the_same_seed_gives_the_same_account(catalog: Catalog, data_folder: Any, minutes: Any) -> None:
    assert _played(catalog, data_folder, MINUTES).summary == minutes.summary


def test_the_report_counts_each_kind(catalog: Catalog, minutes: Any) -> None:
    html = render_html(view_of(minutes, catalog, []))
    assert "What became of everything that is no launch" in html
    assert "No warning by any partner" in html
    assert f"{minutes.summary['non_launches']['played']['satellite']:,}" in html
    assert "<script" not in html


@pytest.mark.slow
def test_the_whole_day_warns_of_nothing(catalog: Catalog, data_folder: Any) -> None:
    account = _played(catalog, data_folder, ()).summary["non_launches"]
    assert [line["warnings"] for line in _lines(account)] == [0, 0, 0, 0]
