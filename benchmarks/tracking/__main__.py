"""`python -m benchmarks.tracking`: raids through LaunchWatch and Stone Soup, each in processes of one thread.

Prints a table with ratios and writes build/benchmarks/tracking.json (tracking_seedN.json with another seed).
LAUNCHWATCH_BENCH names the benchmark folder.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.tracking.peers import ONE_THREAD, VERSION, stone_soup
from benchmarks.tracking.raids import RAIDS, Raid, write_raid
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parents[2]
SPEED_BAR = 100_000.0
PACKAGES = ("numpy", "scipy", "numba")
NOTES = """\
GOSPA: cutoff 5000 m, order 2, mean from t = 10 s. NEES6: LaunchWatch pairs by position and velocity, Stone Soup's
script by position alone. perfect: LaunchWatch's filter when each target is tracked alone, without clutter. Velocity
prior and noise are the same for all. Of frames of one time LaunchWatch takes the radar's first, the script last.
"""


def ours(data: Path, runs: int) -> dict[str, Any]:
    """LaunchWatch's figures on a raid file, from a process of one thread."""
    path = os.pathsep.join([str(ROOT), str(ROOT / "src"), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.tracking.ours", str(data), "--runs", str(runs)],
        env={**os.environ, **ONE_THREAD, "PYTHONPATH": path},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def measure(raid: Raid, folder: Path, runs: int, peers: bool, seed: int | None) -> dict[str, Any]:
    """All trackers on one raid; the bar on GOSPA holds for the generator's own seed only."""
    data = write_raid(raid, folder, seed)
    mine = ours(data, runs)
    entry: dict[str, Any] = {
        "raid": data.stem,
        "bar_gospa_m": raid.bar_m if seed is None else None,
        "launchwatch": mine,
        "stone_soup": {},
    }
    for associator in raid.peers if peers else ():
        peer = stone_soup(data, associator)
        entry["stone_soup"][associator] = {
            **peer,
            "speed_ratio": mine["measurements_per_s"] / peer["meas_per_s"],
            "gospa_ratio": mine["gospa_m"] / peer["gospa_mean_t10on"],
        }
    return entry


def table(entries: list[dict[str, Any]]) -> Table:
    """The figures for a terminal."""
    shown = Table(title="Raids of ballistic targets: two geostationary infrared sensors and a radar, 60 s, one core")
    shown.add_column("raid, tracker")
    for name in ("measurements/s", "x real time", "GOSPA m", "perfect m", "NEES6", "missed", "false", "ids", "ratio"):
        shown.add_column(name, justify="right")
    for entry in entries:
        mine = entry["launchwatch"]
        shown.add_row(
            f"{entry['raid']}, LaunchWatch",
            f"{mine['measurements_per_s']:,.0f}",
            f"{mine['times_real_time']:,.0f}",
            f"{mine['gospa_m']:.1f}",
            f"{mine['perfect_gospa_m']:.1f}",
            f"{mine['nees6']:.2f}",
            f"{mine['missed']:.2f}",
            f"{mine['false']:.2f}",
            f"{mine['distinct_ids']}",
            "",
        )
        for associator, peer in entry["stone_soup"].items():
            shown.add_row(
                f"  Stone Soup {VERSION} {associator}",
                f"{peer['meas_per_s']:,.0f}",
                f"{peer['realtime_factor']:.1f}",
                f"{peer['gospa_mean_t10on']:.1f}",
                "",
                f"{peer['nees6_t10on']:.2f}",
                f"{peer['missed_t10on']:.2f}",
                f"{peer['false_t10on']:.2f}",
                f"{peer['distinct_tracks']}",
                f"{peer['speed_ratio']:,.0f} x",
            )
    return shown


def verdicts(entry: dict[str, Any]) -> list[str]:
    """Which bars a raid meets, one line for each bar."""
    if entry["bar_gospa_m"] is None:
        return []
    mine, name = entry["launchwatch"], entry["raid"]
    speed, error, bar = mine["measurements_per_s"], mine["gospa_m"], entry["bar_gospa_m"]
    return [
        f"{name}: {speed:,.0f} measurements/s, bar {SPEED_BAR:,.0f}: {'met' if speed >= SPEED_BAR else 'MISSED'}",
        f"{name}: GOSPA {error:.1f} m, bar {bar:.0f} m: {'met' if error <= bar else 'MISSED'}",
    ]


def main() -> None:
    """Entry point."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.tracking", description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="timed runs of LaunchWatch, of which the median counts")
    parser.add_argument("--no-peers", action="store_true", help="leave Stone Soup out (it takes some minutes)")
    parser.add_argument("--raid", action="append", choices=[r.name for r in RAIDS], help="only this one; repeatable")
    parser.add_argument("--seed", type=int, help="of the generator, instead of its own")
    arguments = parser.parse_args()
    folder = ROOT / "build" / "benchmarks" / "tracking"
    folder.mkdir(parents=True, exist_ok=True)
    load_before = os.getloadavg()[0]
    chosen = [r for r in RAIDS if not arguments.raid or r.name in arguments.raid]
    entries = [measure(r, folder, arguments.runs, not arguments.no_peers, arguments.seed) for r in chosen]
    load_after = os.getloadavg()[0]
    machine = {
        "processor": platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        **{name: version(name) for name in PACKAGES},
        "load_before": load_before,
        "load_after": load_after,
    }
    document = {"schema": "launchwatch/benchmark-tracking/1", "machine": machine, "raids": entries}
    out = folder.parent / ("tracking.json" if arguments.seed is None else f"tracking_seed{arguments.seed}.json")
    out.write_text(json.dumps(document, indent=1) + "\n")
    console = Console(width=140)
    console.print(table(entries))
    console.print(NOTES, end="")
    console.print("\n".join(line for entry in entries for line in verdicts(entry)))
    busy = load_before > 0.5 or load_after > 1.5  # the benchmark itself adds one
    console.print(
        f"load average {load_before:.2f} before, {load_after:.2f} after, {os.cpu_count()} cores: "
        + ("the machine was loaded, speeds are low and ratios rough" if busy else "the machine was quiet")
    )
    console.print(str(out))


if __name__ == "__main__":
    main()
