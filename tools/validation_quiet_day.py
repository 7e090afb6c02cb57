"""Rows of the validation page on days without a launch: a day takes most of an hour to play, so its rows are kept."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from launchwatch.assembly.run import play
from launchwatch.assembly.stopwatch import Stopwatch
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
    """Play the parts that are not in the store yet, as many at once as there are cores, and keep their accounts."""
    if "LAUNCHWATCH_DATA" not in os.environ:
        raise SystemExit("--quiet-day: LAUNCHWATCH_DATA names no folder of real data; set it")
    found: dict[str, Any] = json.loads(store.read_text()) if store.exists() else {}
    store.parent.mkdir(parents=True, exist_ok=True)
    missing = [hour for hour in range(0, 24, PART_H) if f"{hour:02d}" not in found]
    with ProcessPoolExecutor() as pool:
        for hour, part in zip(missing, pool.map(_play, missing), strict=True):
            found[f"{hour:02d}"] = part
            store.write_text(json.dumps(found))


def _play(hour: int) -> dict[str, Any]:
    """A part of the day from an hour on: its account, and what it took, s."""
    catalog = load_catalog()
    begin = datetime(2026, 8, 22, hour, tzinfo=UTC)
    ends = {"from": begin, "until": begin + timedelta(hours=PART_H)}
    window = [f"window.{end}={at:%Y-%m-%dT%H:%M:%SZ}" for end, at in ends.items()]
    begun, wall = time.process_time(), time.perf_counter()
    run = play(catalog, load_scenario("quiet-day", catalog, window), 1, None, Stopwatch())
    return {
        "seconds": time.process_time() - begun,
        "wall_s": time.perf_counter() - wall,
        "account": run.summary["non_launches"],
    }


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
