"""Every scenario of the catalogue that has launches plays to its end."""

from typing import Any

import pytest

from launchwatch.catalog.loader import load_catalog

QUIET = {"quiet-day"}  # no launch, and real data: test_quiet_day
SCENARIOS = sorted(name for name in load_catalog().scenarios.keys() - QUIET if not name.startswith("history/"))
"""Cases of history are played by test_museum."""
LONG = {"allied-warning", "joint-warning", "northeast-asia"}  # several launches: minutes on a shared core


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] if name in LONG else []) for name in SCENARIOS]
)
def test_scenario_of_the_catalogue_plays_to_its_end(name: str, played: Any) -> None:
    run = played(name)
    asked = [launch.id for launch in run.scenario.launches]
    assert [launch["id"] for launch in run.summary["launches"]] == asked
    for launch in run.summary["launches"]:
        assert list(launch["partners"]) == list(run.scenario.partners)
        for partner in launch["partners"].values():
            alone, integrated = partner["alone"], partner["integrated"]
            if alone["first_detection_s"] is not None:
                assert integrated["first_detection_s"] <= alone["first_detection_s"]
            for line in (alone, integrated):
                times = [line[key] for key in ("first_detection_s", "first_track_s", "warning_s", "confirmed_s")]
                known = [t for t in times if t is not None]
                assert known == sorted(known)
