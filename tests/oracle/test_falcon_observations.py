"""Measured ascents of Falcon 9 as observation files through the chain (shahar603/Telemetry-Data, public domain)."""

from pathlib import Path

import numpy as np
import pytest
from falcon_ascents import Flight, flights
from falcon_observations import RELIT_S, SURE, Heard, cut_off, heard, second_stage


@pytest.fixture(scope="module")
def said(data_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Flight, Heard]]:
    path = tmp_path_factory.mktemp("falcon") / "seen.ndjson"
    return [(flight, heard(flight, 1, path)) for flight in flights(data_folder / "falcon_telemetry")]


def test_the_first_burnout_is_that_of_the_webcast(said: list[tuple[Flight, Heard]], measured) -> None:
    errors = np.array([one.burnout_s - flight.events_s["meco"] for flight, one in said])
    measured(f"first burnout of {len(said)} flights within {np.abs(errors).max():.1f} s")
    assert len(said) == 31
    assert np.abs(errors).max() <= 3.0  # the bar; looks and events are of a second


def test_flights_seen_to_the_end_are_space_launches(said: list[tuple[Flight, Heard]], measured) -> None:
    ended = [one for _, one in said if one.whole]
    least = min(ended, key=lambda one: one.launcher)
    measured(f"{sum(one.launcher > SURE for one in ended)} of {len(ended)} above {SURE}; least {least}")
    assert len(ended) == 9
    assert least.launcher > SURE


def test_flights_cut_off_under_thrust_are_space_launches_too(said: list[tuple[Flight, Heard]], measured) -> None:
    under_way = [one for flight, one in said if cut_off(flight)]
    least = min(under_way, key=lambda one: one.launcher)
    measured(f"of {len(under_way)} whose record ends under thrust the least is {least.launcher:.3f} ({least.name})")
    assert len(under_way) == 16
    assert least.launcher > SURE
    # One burnout to a third of the speed of an orbit may be a missile's as well: a launcher is not ruled out, no more.
    assert all(one.launcher > 0.25 for _, one in said)


def test_no_impact_on_land_outlives_the_coast(said: list[tuple[Flight, Heard]]) -> None:
    assert all(one.events == 1 for _, one in said)
    for flight, one in said:
        if second_stage(flight):
            assert not one.land_s > flight.events_s["ses1"] + RELIT_S, one
