"""Rows of the validation page on days without a launch: a day takes most of an hour to play, so its rows are kept."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
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
explains. Hours are played in parts of four, each with chains that have seen nothing before; seconds are of the
processor, one core. A fire that burns in two parts counts in both.
"""
MISSING = "Not computed: `python tools/make_validation.py --quiet-day` plays it, with LAUNCHWATCH_DATA set.\n"
PART_H = 4
"""The day is played in parts of so many hours, each with chains that have seen nothing before; what is done is kept."""


def measure(store: Path) -> None:
    """Play the parts that are not in the store yet, and keep their accounts."""
    if "LAUNCHWATCH_DATA" not in os.environ:
        raise SystemExit("--quiet-day: LAUNCHWATCH_DATA names no folder of real data; set it")
    catalog = load_catalog()
    found: dict[str, Any] = json.loads(store.read_text()) if store.exists() else {}
    store.parent.mkdir(parents=True, exist_ok=True)
    for hour in range(0, 24, PART_H):
        if f"{hour:02d}" in found:
            continue
        ends = f"2026-08-22T{hour + PART_H:02d}:00:00Z" if hour + PART_H < 24 else "2026-08-23T00:00:00Z"
        window = (f"window.from=2026-08-22T{hour:02d}:00:00Z", f"window.until={ends}")
        begun = time.process_time()
        run = play(catalog, load_scenario("quiet-day", catalog, window), 1, None, Stopwatch())
        found[f"{hour:02d}"] = {"seconds": time.process_time() - begun, "account": run.summary["non_launches"]}
        store.write_text(json.dumps(found))


def rows(store: Path) -> list[list[str]]:
    """The table of all parts together, from what `measure` kept."""
    found = json.loads(store.read_text())
    accounts = [part["account"] for part in found.values()]
    seconds = sum(part["seconds"] for part in found.values())
    label = f"{PART_H * len(found)} h, {seconds:,.0f} s"
    partners = accounts[0]["chains"]
    return [[label, partner, *_cells(accounts, partner, kind)] for partner in partners for kind in KINDS]


def _cells(accounts: list[dict[str, Any]], partner: str, kind: str) -> list[str]:
    def total(of: Callable[[dict[str, Any]], int]) -> int:
        return sum(of(account) for account in accounts)

    def counted(chain: str, key: str) -> int:
        return total(lambda account: account["chains"][partner][chain]["kinds"][kind][key])

    def detected(by: str) -> int:
        return total(lambda account: account["detections"][partner][by].get(kind, {"detections": 0})["detections"])

    numbers = [account["played"].get(kind, 0) for account in accounts]
    played = max(numbers) if kind in ("satellite", "decaying") else sum(numbers)
    return [
        KINDS[kind],
        f"{played:,}" if played else "-",
        *(f"{detected(by):,}" for by in ("infrared", "radar")),
        *(f"{counted('alone', key)} / {counted('integrated', key)}" for key in ("tracks", "events", "warnings")),
    ]
