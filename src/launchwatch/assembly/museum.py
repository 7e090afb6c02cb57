"""The museum of false alarms: a case of history with all guards, and without those that decide it."""

from __future__ import annotations

from typing import Any

import msgspec

from launchwatch.assembly.run import Run, RunError, play
from launchwatch.assembly.stopwatch import Stopwatch
from launchwatch.catalog.catalogue import Catalog
from launchwatch.catalog.loader import load_scenario
from launchwatch.catalog.schema import Scenario
from launchwatch.evaluation.museum import outcome, went_wrong
from launchwatch.ports import Journal

MUSEUM = "history"
PREFIX = f"{MUSEUM}/"
SCHEMA = "launchwatch/museum/1"


def shown(catalog: Catalog, scenario: Scenario, seed: int, journal: Journal | None, watch: Stopwatch) -> Run:
    """Play a scenario; a case of history gets its row, as `museum` of the summary."""
    run = play(catalog, scenario, seed, journal, watch)
    if scenario.history is not None:
        with watch.part("without guards"):
            run.summary["museum"] = exhibit(run, catalog)
    return run


def exhibit(run: Run, catalog: Catalog) -> dict[str, Any]:
    """The row of a case that was played with all guards; without those that decide it, it is played here."""
    scenario = run.scenario
    history = scenario.history
    if history is None:
        raise RunError(f"{scenario.id}: is no case of history; it has no key history")
    region = catalog.regions[catalog.partners[scenario.partners[0]].region]
    row: dict[str, Any] = {
        "id": scenario.id,
        "title": scenario.title,
        "was": history.was,
        "partner": scenario.partners[0],
        "timeline": list(history.timeline),
        "guards": list(history.guards),
        "on": outcome(scenario, run.cases, region),
        "off": None,
    }
    if history.wrong is None:
        return row
    row["on"]["wrong"] = went_wrong(row["on"], history.wrong)
    bare = play(catalog, without(scenario, history.guards), run.seed, None, Stopwatch())
    row["off"] = outcome(scenario, bare.cases, region)
    row["off"]["wrong"] = went_wrong(row["off"], history.wrong)
    return row


def without(scenario: Scenario, guards: tuple[str, ...]) -> Scenario:
    """A scenario in which guards are left out."""
    changed: Scenario = msgspec.structs.replace(scenario, guards_off=(*scenario.guards_off, *guards))
    return changed


def matrix(catalog: Catalog) -> dict[str, Any]:
    """All cases of history, each with its row, in order of their dates."""
    rows = []
    for name in sorted(name for name in catalog.scenarios if name.startswith(PREFIX)):
        scenario = load_scenario(name, catalog)
        rows.append(shown(catalog, scenario, scenario.seed, None, Stopwatch()).summary["museum"])
    return {"schema": SCHEMA, "cases": rows}
