"""What each stage takes of its budget in a raid: ``python -m benchmarks.raid [LAUNCHES] [--out FILE]``.

One partner's chain on its own sensors, from the first plume to the last impact. Steps are judged by processor time, for
other programs may share the machine; wall time stands beside it. Kernels are compiled by a smaller raid first. Set
OMP_NUM_THREADS=1.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import platform
import tempfile
from pathlib import Path

from benchmarks.raid.made import raid
from benchmarks.raid.measure import Played, play

from launchwatch.catalog.loader import load_catalog
from launchwatch.messages.events import Event

ROOT = Path(__file__).resolve().parents[2]
WARM = 20
CPU = Path("/proc/cpuinfo")
HEAD = (
    "stage", "steps", "budget, ms", "p50", "p95", "p99", "longest, ms", "slips", "wall p50", "p95", "p99",
    "longest, ms", "slips",
)  # fmt: skip
FIGURES = ("p50_ms", "p95_ms", "p99_ms", "longest_ms")


def machine() -> str:
    """What it ran on."""
    models = [line.partition(":")[2].strip() for line in CPU.read_text().splitlines() if line.startswith("model name")]
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    return f"{models[0]}, {os.cpu_count()} processors, load {load}, Python {platform.python_version()}"


def rows(played: Played) -> list[list[str]]:
    """A line for each stage: processor time, then wall time."""
    found = []
    walls = played.watch.latencies()
    for stage, mine in played.watch.processor.latencies().items():
        cells = [stage, f"{mine['steps']}", f"{mine['budget_ms']:g}"]
        for said in (mine, walls[stage]):
            cells += [*(f"{said[name]:.1f}" for name in FIGURES), f"{said['slips']}"]
        found.append(cells)
    return found


def main() -> None:
    """Measure, print a table in Markdown and write the JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.raid", description="latency of the chain in a raid")
    parser.add_argument("launches", type=int, nargs="?", default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "benchmarks" / "raid.json")
    options = parser.parse_args()
    gc.disable()  # as the command does
    catalog = load_catalog()
    with tempfile.TemporaryDirectory() as folder:
        play(catalog, raid(catalog, WARM, Path(folder)), options.seed)
        played = play(catalog, raid(catalog, options.launches, Path(folder)), options.seed)
    told = {e.payload.event: e.payload for e in played.outputs if isinstance(e.payload, Event)}
    events = sum(event.merged_into is None for event in told.values())
    print(f"{options.launches} launches, {events} events at the end; {machine()}\n")
    print(f"| {' | '.join(HEAD)} |\n|{'---|' * len(HEAD)}")
    for cells in rows(played):
        print(f"| {' | '.join(cells)} |")
    options.out.parent.mkdir(parents=True, exist_ok=True)
    document = {
        "schema": "launchwatch/benchmark-raid/1",
        "launches": options.launches,
        "events": events,
        "machine": machine(),
        "processor": played.watch.processor.latencies(),
        "wall": played.watch.latencies(),
    }
    options.out.write_text(json.dumps(document, indent=1) + "\n")
    print(f"\nwritten to {options.out}")


if __name__ == "__main__":
    main()
