"""`python -m benchmarks.tracking`: raids through LaunchWatch and Stone Soup, each in processes of one thread.

Prints tables with ratios and verdicts and writes build/benchmarks/tracking.json (tracking_seedN.json with another
seed). Ten more seeds of each size stand beside stored figures of the peer, twenty seeds of the hard raid beside perfect
association. LAUNCHWATCH_BENCH names the benchmark folder.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.tracking.peer_seeds import stored
from benchmarks.tracking.peers import ONE_THREAD, VERSION, stone_soup
from benchmarks.tracking.raids import HARD_SEEDS, RAIDS, SEEDS, SIZES, Raid, write_raid
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parents[2]
SPEED_BAR = 100_000.0
REAL_TIME_BARS = {"raid_N1000": 30.0, "raid_N100_hard10km": 5.0}
HARD_RATIO, HARD_MEAN, HARD_LOST, HARD_NEES, HARD_MEDIAN, HARD_IDS, PEER_SD = 1.25, 1.20, 0.1, 10.0, 6.0, 103, 2.0
PACKAGES = ("numpy", "scipy", "numba")
NOTES = """\
GOSPA: cutoff 5000 m, order 2, mean from t = 10 s. NEES6: LaunchWatch pairs by position and velocity, Stone Soup's
script by position alone. perfect: LaunchWatch's filter when each target is tracked alone, without clutter. Velocity
prior and noise are the same for all; of a crowd LaunchWatch learns a prior of its own in a first pass. Of frames of one
time LaunchWatch takes the radar's first, the script last. published: confirmed tracks at t = 8 s. count: radar looks
after which the true number is within the bounds.
"""


def ours(files: list[Path], runs: int, perfect: bool = True) -> list[dict[str, Any]]:
    """LaunchWatch's figures on raid files, from a process of one thread."""
    path = os.pathsep.join([str(ROOT), str(ROOT / "src"), os.environ.get("PYTHONPATH", "")])
    options = ["--runs", str(runs), *(() if perfect else ("--no-perfect",))]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.tracking.ours", *map(str, files), *options],
        env={**os.environ, **ONE_THREAD, "PYTHONPATH": path},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def measure(raid: Raid, folder: Path, runs: int, peers: bool, seed: int | None) -> dict[str, Any]:
    """All trackers on one raid; the bar on GOSPA holds for the generator's own seed only."""
    data = write_raid(raid, folder, seed)
    (mine,) = ours([data], runs, raid.perfect)
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


def more_seeds(folder: Path) -> list[dict[str, Any]]:
    """Ten more seeds of each size, beside what is stored of the peer on the same seeds."""
    rows, sized, peers = [], {raid.name: raid for raid in RAIDS}, stored()
    for targets in SIZES:
        files = [write_raid(sized[f"raid_N{targets}"], folder, seed) for seed in SEEDS]
        mine = [entry["gospa_m"] for entry in ours(files, 1, perfect=False)]
        for associator in sorted({str(row["associator"]) for row in peers}):
            own = [row for row in peers if (row["associator"], row["targets"]) == (associator, targets)]
            told = {row["seed"]: row["gospa_m"] for row in own}
            if told:
                theirs = [float(told[seed]) for seed in SEEDS]
                spread = statistics.stdev(theirs)
                rows.append(
                    {
                        "targets": targets,
                        "associator": associator,
                        "seeds": len(SEEDS),
                        "gospa_m": mine,
                        "mean_m": statistics.mean(mine),
                        "peer_mean_m": statistics.mean(theirs),
                        "peer_sd_m": spread,
                        "worst_in_sd": max((a - b) / spread for a, b in zip(mine, theirs, strict=True)),
                    }
                )
    return rows


def hard_seeds(folder: Path) -> list[dict[str, Any]]:
    """Seeds of the hard raid beside perfect association on each."""
    (raid,) = (r for r in RAIDS if r.name == "raid_N100_hard10km")
    entries = ours([write_raid(raid, folder, seed) for seed in HARD_SEEDS], 1)
    return [
        {"seed": seed, **entry, "ratio": entry["gospa_m"] / entry["perfect_gospa_m"]}
        for seed, entry in zip(HARD_SEEDS, entries, strict=True)
    ]


def table(entries: list[dict[str, Any]]) -> Table:
    """The figures for a terminal."""
    shown = Table(title="Raids of ballistic targets: two geostationary infrared sensors and a radar, 60 s, one core")
    shown.add_column("raid, tracker")
    names = "measurements/s", "x real time", "GOSPA m", "perfect m", "NEES6", "missed", "false", "ids", "count", "ratio"
    for name in names:
        shown.add_column(name, justify="right")
    for entry in entries:
        mine = entry["launchwatch"]
        shown.add_row(
            f"{entry['raid']}, LaunchWatch",
            f"{mine['measurements_per_s']:,.0f}",
            f"{mine['times_real_time']:,.0f}",
            f"{mine['gospa_m']:.1f}",
            "" if mine["perfect_gospa_m"] is None else f"{mine['perfect_gospa_m']:.1f}",
            f"{mine['nees6']:.2f}",
            f"{mine['missed']:.2f}",
            f"{mine['false']:.2f}",
            f"{mine['distinct_ids']}",
            f"{mine['count']['inside']} of {mine['count']['looks']}",
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
                "",
                f"{peer['speed_ratio']:,.0f} x",
            )
    return shown


def seeds_table(rows: list[dict[str, Any]]) -> Table:
    """Ten more seeds of each size."""
    shown = Table(title=f"Ten more seeds of each size: GOSPA, m, beside Stone Soup {VERSION} as stored")
    for name in ("targets", "associator", "LaunchWatch, mean", "Stone Soup, mean", "its sd", "worst seed, in its sd"):
        shown.add_column(name, justify="right")
    for row in rows:
        figures = (row["mean_m"], row["peer_mean_m"], row["peer_sd_m"])
        shown.add_row(
            str(row["targets"]), row["associator"], *(f"{x:.1f}" for x in figures), f"{row['worst_in_sd']:+.2f}"
        )
    return shown


def hard_table(rows: list[dict[str, Any]]) -> Table:
    """Seeds of the hard raid."""
    shown = Table(title="Seeds of the hard raid: 100 targets in a box of 10 km, P_D 0.9, 20 false detections a frame")
    for name in ("seed", "GOSPA m", "perfect m", "ratio", "missed + false", "NEES6", "ids", "published", "count"):
        shown.add_column(name, justify="right")
    shown.add_column("x real time", justify="right")
    for row in rows:
        shown.add_row(
            "its own" if row["seed"] is None else str(row["seed"]),
            f"{row['gospa_m']:.0f}",
            f"{row['perfect_gospa_m']:.0f}",
            f"{row['ratio']:.3f}",
            f"{row['missed'] + row['false']:.2f}",
            f"{row['nees6']:.2f}",
            str(row["distinct_ids"]),
            str(row["published_at_8_s"]),
            f"{row['count']['inside']} of {row['count']['looks']}",
            f"{row['times_real_time']:.0f}",
        )
    return shown


def _inside(rows: list[dict[str, Any]]) -> float:
    """Share of looks after which the true number is within the bounds."""
    return sum(r["count"]["inside"] for r in rows) / sum(r["count"]["looks"] for r in rows)


def verdict(what: str, value: float, bar: float, digits: int, least: bool = False) -> str:
    """One line on one bar."""
    met = value >= bar if least else value <= bar
    return f"{what} {value:,.{digits}f}, bar {bar:,.{digits}f}: {'met' if met else 'MISSED'}"


def verdicts(entry: dict[str, Any]) -> list[str]:
    """Which bars a raid meets, one line for each bar."""
    mine, name = entry["launchwatch"], entry["raid"]
    lines = []
    if entry["bar_gospa_m"] is not None:
        lines += [
            verdict(f"{name}: measurements/s", mine["measurements_per_s"], SPEED_BAR, 0, least=True),
            verdict(f"{name}: GOSPA, m", mine["gospa_m"], entry["bar_gospa_m"], 1),
        ]
    if name in REAL_TIME_BARS:
        bar = REAL_TIME_BARS[name]
        lines.append(verdict(f"{name}: times real time", mine["times_real_time"], bar, 0, least=True))
    return lines


def seed_verdicts(seeds: list[dict[str, Any]], hard: list[dict[str, Any]]) -> list[str]:
    """Which bars the many seeds meet."""
    what = "hard raid, {} seeds: {}".format
    ratio, error, n = [h["ratio"] for h in hard], [h["nees6"] for h in hard], len(hard)
    return [
        *(
            verdict(f"{r['targets']} targets, worst seed over {r['associator']}, sd", r["worst_in_sd"], PEER_SD, 2)
            for r in seeds
        ),
        verdict(what(n, "worst ratio to perfect association"), max(ratio), HARD_RATIO, 3),
        verdict(what(n, "mean ratio"), statistics.mean(ratio), HARD_MEAN, 3),
        verdict(what(n, "worst missed + false"), max(h["missed"] + h["false"] for h in hard), HARD_LOST, 2),
        verdict(what(n, "worst NEES(6)"), max(error), HARD_NEES, 2),
        verdict(what(n, "median NEES(6)"), statistics.median(error), HARD_MEDIAN, 2),
        verdict(what(n, "most ids"), max(h["distinct_ids"] for h in hard), HARD_IDS, 0),
        verdict(what(n, "share of looks with the count in bounds"), _inside(hard), 0.95, 3, least=True),
        verdict(
            what(n, "least times real time"),
            min(h["times_real_time"] for h in hard),
            REAL_TIME_BARS["raid_N100_hard10km"],
            0,
            least=True,
        ),
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
    whole = arguments.seed is None and not arguments.raid
    seeds, hard = (more_seeds(folder), hard_seeds(folder)) if whole else ([], [])
    load_after = os.getloadavg()[0]
    machine = {
        "processor": platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        **{name: version(name) for name in PACKAGES},
        "load_before": load_before,
        "load_after": load_after,
    }
    document = {"schema": "launchwatch/benchmark-tracking/2", "machine": machine, "raids": entries}
    document |= {"seeds": seeds, "hard": hard} if whole else {}
    out = folder.parent / ("tracking.json" if arguments.seed is None else f"tracking_seed{arguments.seed}.json")
    out.write_text(json.dumps(document, indent=1) + "\n")
    console = Console(width=140)
    console.print(table(entries))
    if whole:
        console.print(seeds_table(seeds))
        console.print(hard_table(hard))
    console.print(NOTES, end="")
    lines = [line for entry in entries for line in verdicts(entry)]
    console.print("\n".join(lines + (seed_verdicts(seeds, hard) if whole else [])))
    busy = load_before > 0.5 or load_after > 1.5  # the benchmark itself adds one
    console.print(
        f"load average {load_before:.2f} before, {load_after:.2f} after, {os.cpu_count()} cores: "
        + ("the machine was loaded, speeds are low and ratios rough" if busy else "the machine was quiet")
    )
    console.print(str(out))


if __name__ == "__main__":
    main()
