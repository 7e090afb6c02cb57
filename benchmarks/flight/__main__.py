"""Runs BENCH-1: ``python -m benchmarks.flight [--peers FOLDER] [--out FILE]``.

``LAUNCHWATCH_BENCH`` names the folder of the benchmark problems. heyoka runs in a virtual environment of its own, made
on demand.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
MEASURE = Path(__file__).with_name("measure.py")
PEERS = ("heyoka-scalar", "heyoka-batch")
COUNTS = (1, 100, 10_000)


def peers_python(folder: Path) -> Path:
    """The interpreter of the peers' environment, with heyoka installed."""
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    if not python.exists():
        venv.create(folder, with_pip=True)
    present = subprocess.run([python, "-c", "import heyoka, numpy"], capture_output=True, check=False)
    if present.returncode != 0:
        subprocess.run([python, "-m", "pip", "install", "-q", "heyoka", "numpy"], check=True)
    return python


def run(python: Path, folder: Path, engine: str) -> dict[str, Any]:
    """Figures of one engine, from a process of its own with one thread."""
    threads = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL")}
    ran = subprocess.run(
        [python, MEASURE, folder, engine, ROOT],
        env=os.environ | threads,
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    row: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    return row


def table(rows: list[dict[str, Any]]) -> str:
    """The figures as text; the ratio is a peer's time of 10,000 flights over ours."""
    lines = ["engine          ms a flight: 1     100  10,000   miss m: median      max   ratio"]
    ours = rows[0]["ms_per_flight_10000"]
    for row in rows:
        times = "  ".join(f"{row[f'ms_per_flight_{count}']:6.3f}" for count in COUNTS)
        misses = f"{row['miss_median_m']:9.2g}  {row['miss_max_m']:9.2g}"
        lines.append(f"{row['engine']:15s}        {times}       {misses}  {row['ms_per_flight_10000'] / ours:6.2f}")
    return "\n".join(lines)


def main() -> None:
    """Measure all engines, print the table and write the JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.flight", description="BENCH-1 side by side with heyoka")
    parser.add_argument("--peers", type=Path, default=ROOT / "benchmarks" / ".venv-peers", help="environment of heyoka")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "benchmarks" / "flight.json")
    options = parser.parse_args()
    folder = Path(os.environ.get("LAUNCHWATCH_BENCH", "")) / "flight"
    if not (folder / "bench_common.py").is_file():
        sys.exit(f"LAUNCHWATCH_BENCH: no flight/bench_common.py below it ({folder}); set it to the benchmark folder")
    python = peers_python(options.peers)
    rows = [run(Path(sys.executable), folder, "launchwatch"), *(run(python, folder, peer) for peer in PEERS)]
    print(table(rows))
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps({"schema": "launchwatch/benchmark-flight/1", "engines": rows}, indent=1) + "\n")
    print(f"written to {options.out}")


if __name__ == "__main__":
    main()
