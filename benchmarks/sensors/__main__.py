"""Runs the sensors: ``python -m benchmarks.sensors [--out FILE]``.

A look is one look of one payload at one object, with its draws and the record of what it saw.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BAR = 200_000.0
"""Looks a second that the design asks for."""


def main() -> None:
    """Measure in a process with one thread, print the table and write the JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sensors", description="Looks of infrared payloads")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "benchmarks" / "sensors.json")
    options = parser.parse_args()
    threads = {f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL", "NUMBA")}
    measure = Path(__file__).with_name("measure.py")
    ran = subprocess.run(
        [sys.executable, measure], env=os.environ | threads, check=True, capture_output=True, text=True
    )
    rows = json.loads(ran.stdout.splitlines()[-1])
    print("case                                             looks/s   over the bar")
    for row in rows:
        print(f"{row['case']:44s} {row['looks_per_s']:11,.0f}   {row['looks_per_s'] / BAR:6.1f}")
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps({"schema": "launchwatch/benchmark-sensors/1", "rows": rows}, indent=1) + "\n")
    print(f"written to {options.out}")


if __name__ == "__main__":
    main()
