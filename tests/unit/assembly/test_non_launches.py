"""Files of non-launches: times of day are kept, and what is not there is said in one line."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from launchwatch.assembly.non_launches import VARIABLE, gather, laid_into
from launchwatch.catalog.loader import load_catalog, load_scenario
from launchwatch.catalog.records import CatalogError
from launchwatch.catalog.schema import Window
from launchwatch.core.epochs import NS, format_utc, parse_utc
from launchwatch.feeds.tables import FeedError

DAY = Window(from_="2026-08-22T00:00:00Z", until="2026-08-23T00:00:00Z")


@given(st.integers(parse_utc("1972-01-01T00:00:00Z") // NS, parse_utc("2030-01-01T00:00:00Z") // NS))
def test_the_time_of_day_is_kept(second):
    before = second * NS
    (after,) = laid_into(np.array([before]), DAY).tolist()
    assert DAY.from_ns <= after < DAY.until_ns
    told = format_utc(before, 0)[11:]
    # a leap second has no time of day on another date: it becomes the first second of the day
    assert format_utc(after, 0)[11:] == ("00:00:00Z" if told == "23:59:60Z" else told)


def test_a_window_within_a_day_takes_each_time_at_its_next_return():
    noon = Window(from_="2026-08-22T12:00:00Z", until="2026-08-22T13:00:00Z")
    times = np.array([parse_utc("2013-02-15T11:00:00Z"), parse_utc("2013-02-15T12:30:00Z")])
    assert [format_utc(t, 0) for t in laid_into(times, noon).tolist()] == [
        "2026-08-23T11:00:00Z",
        "2026-08-22T12:30:00Z",
    ]


@pytest.mark.parametrize(
    ("settings", "variable", "message"),
    [
        ((), None, f"non_launches.folder: no folder of data is named; set {VARIABLE}, or --set"),
        ((), "/nowhere", f"{VARIABLE}: /nowhere is no folder; name the one that holds the data"),
        (("non_launches.folder=/nowhere",), None, "non_launches.folder: /nowhere is no folder; name the one"),
    ],
)
def test_a_folder_that_is_not_there_is_named(monkeypatch, settings, variable, message):
    if variable is None:
        monkeypatch.delenv(VARIABLE, raising=False)
    else:
        monkeypatch.setenv(VARIABLE, variable)
    with pytest.raises(FeedError) as caught:
        gather(load_catalog(), load_scenario("quiet-day", load_catalog(), settings), 1)
    assert str(caught.value).startswith(message)


def test_a_file_that_is_not_there_is_named(tmp_path):
    scenario = load_scenario("quiet-day", load_catalog(), (f"non_launches.folder={tmp_path}",))
    with pytest.raises(FeedError, match=r"non_launches.fires: .* is no file; give a path below"):
        gather(load_catalog(), scenario, 1)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("window=null", "--set window=null: window: missing; non_launches are played in a window"),
        ("window.until=2026-08-21T00:00:00Z", "--set window.until=2026-08-21T00:00:00Z: window.until: is not after"),
        ("non_launches.satellites=null", "scenarios/quiet-day.yaml:1: non_launches.decaying: goes with satellites"),
    ],
)
def test_wrong_windows_are_refused(setting, message):
    with pytest.raises(CatalogError) as caught:
        load_scenario("quiet-day", load_catalog(), (setting,))
    assert str(caught.value).startswith(message)


LAUNCHES = """
launches:
  - {id: a, booster: scud-b, time: '2026-08-22T04:10:00Z', CASE from: {lat_deg: 40.0, lon_deg: 126.0},
     trajectory: {to: {lat_deg: 40.0, lon_deg: 129.0}}}
  - {id: b, booster: scud-b, time: 'TIME', CASE from: {lat_deg: 36.9, lon_deg: 126.0},
     trajectory: {to: {lat_deg: 36.9, lon_deg: 129.0}}}
"""
WINDOW = """
id: both
title: Launches in a window
sources: ['A case of this test']
partners: [us]
window: {from: '2026-08-22T04:00:00Z', until: '2026-08-22T04:30:00Z'}
non_launches: {fires: fires.csv}
"""


def _written(folder, text):
    file = folder / "both.yaml"
    file.write_text(text)
    return file


def test_launches_may_share_a_window_as_one_case(tmp_path):
    text = (WINDOW + LAUNCHES).replace("TIME", "2026-08-22T04:11:00Z").replace("CASE", "case: together,")
    scenario = load_scenario(_written(tmp_path, text), load_catalog())
    assert {name: len(launches) for name, launches in scenario.cases.items()} == {"together": 2}


@pytest.mark.parametrize(
    ("time", "case", "message"),
    [
        ("2026-08-22T04:11:00Z", "", "fly in one window; give them all the same case"),
        ("2026-08-22T04:31:00Z", "case: together,", "lies outside of the window"),
    ],
)
def test_launches_that_do_not_fit_their_window_are_refused(tmp_path, time, case, message):
    text = (WINDOW + LAUNCHES).replace("TIME", time).replace("CASE", case)
    with pytest.raises(CatalogError, match=message):
        load_scenario(_written(tmp_path, text), load_catalog())
