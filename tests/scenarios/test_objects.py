"""All that a launch puts into the sky is seen: still one event, with the launch point of the vehicle."""

from __future__ import annotations

from typing import Any

import pytest

from launchwatch.assembly.run import Run, play
from launchwatch.assembly.stopwatch import Stopwatch
from launchwatch.catalog.catalogue import Catalog
from launchwatch.catalog.loader import load_catalog, load_scenario
from launchwatch.messages.events import Event
from launchwatch.messages.warnings import Warning


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


def played(catalog: Catalog, name: str, *settings: str) -> Run:
    scenario = load_scenario(name, catalog, ["objects=all", *settings])
    return play(catalog, scenario, scenario.seed, None, Stopwatch())


def last_of(run: Run, partner: str, record: type) -> dict[str, Any]:
    """The newest record of each event in a partner's integrated chain."""
    outputs = run.cases[0].chains[partner, "integrated"].outputs
    return {getattr(e.payload, "event", e.id): e.payload for e in outputs if isinstance(e.payload, record)}


def test_stages_of_a_missile_join_its_event(catalog: Catalog) -> None:
    run = played(catalog, "hwasong-15-2017")
    kinds = {one.kind for truth in run.cases[0].observed for one in truth.objects}
    assert kinds == {"payload", "spent-stage"}
    (event,) = last_of(run, "jp", Event).values()
    assert len(event.tracks) > 1
    errors = {error["at"]: error for error in run.summary["launches"][0]["errors"]}
    assert run.summary["false_events"] == 0
    # bars of the design, as for the payload alone: launch point 3 km, final impact 15 km
    assert errors["final"]["launch_point_km"] < 3.0
    assert errors["final"]["impact_point_km"] < 15.0
    assert all(error["inside_95"]["impact_point"] for error in errors.values())


def test_a_first_stage_that_flies_back_makes_no_warning(catalog: Catalog) -> None:
    run = played(catalog, "orbital-launch", "launches.0.booster=falcon-9-return", "partners=[us]")
    assert last_of(run, "us", Warning) == {}
    assert "returning-stage" in {one.kind for truth in run.cases[0].observed for one in truth.objects}
    launch = run.summary["launches"][0]
    assert launch["errors"][-1]["launch_point_km"] < 3.0
