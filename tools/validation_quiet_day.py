"""Rows of the validation page on days without a launch: a day takes most of an hour to play, so its rows are kept."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

from launchwatch.assembly.run import Stopwatch, play
from launchwatch.catalog.loader import load_catalog, load_scenario
from launchwatch.report.quiet import KINDS

TITLE = "Non-launches: what a quiet day opens"
HEADS = (
    "played", "partner", "kind", "things", "infrared detections", "radar detections", "tracks, alone / integrated",
    "events", "warnings",
)  # fmt: skip
NOTE = """\
Scenario `quiet-day`, seed 1: MODIS fires of 2023-03-10, every CNEOS fireball with a place, one minute of GLM lightning,
all satellites of 2026-08-22 and decaying objects, through the sensors and chains of Russia and the United States.
Detections are those of own sensors. A track is of the object that most looks behind it saw; clutter is what no object
explains. Seconds are of the processor, one core.
"""
MISSING = "Not computed: `python tools/make_validation.py --quiet-day` plays it, with LAUNCHWATCH_DATA set.\n"
PARTS: dict[str, tuple[str, ...]] = {"24 h": ()}
"""What is played: settings by name."""


def measure(store: Path) -> None:
    """Play all parts and keep their accounts."""
    if "LAUNCHWATCH_DATA" not in os.environ:
        raise SystemExit("--quiet-day: LAUNCHWATCH_DATA names no folder of real data; set it")
    catalog = load_catalog()
    found = {}
    for name, settings in PARTS.items():
        begun = time.process_time()
        run = play(catalog, load_scenario("quiet-day", catalog, settings), 1, None, Stopwatch())
        found[name] = {"seconds": time.process_time() - begun, "account": run.summary["non_launches"]}
    store.parent.mkdir(parents=True, exist_ok=True)
    store.write_text(json.dumps(found))


def rows(store: Path) -> list[list[str]]:
    """The table, from what `measure` kept."""
    table = []
    for name, part in json.loads(store.read_text()).items():
        for partner in part["account"]["chains"]:
            label = f"{name}, {part['seconds']:,.0f} s"
            table += [[label, partner, *_cells(part["account"], partner, kind)] for kind in KINDS]
    return table


def _cells(account: dict[str, Any], partner: str, kind: str) -> list[str]:
    detections, chains = account["detections"][partner], account["chains"][partner]
    counts = [chains[chain]["kinds"][kind] for chain in ("alone", "integrated")]
    return [
        KINDS[kind],
        f"{account['played'][kind]:,}" if kind in account["played"] else "-",
        *(f"{detections[by].get(kind, {'detections': 0})['detections']:,}" for by in ("infrared", "radar")),
        *(f"{counts[0][key]} / {counts[1][key]}" for key in ("tracks", "events", "warnings")),
    ]
