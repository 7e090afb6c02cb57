"""A raid against one radar, with its scheduler and without: ``python -m benchmarks.tasking [--out FILE]``.

Simulated bodies pass through the radar's time budget and the chain's tracks stage. A body counts as tracked when a
track lies within the bound for at least 80 % of its time in reach. Set OMP_NUM_THREADS=1.
"""

from __future__ import annotations

import argparse
import json
import statistics
from pathlib import Path

from benchmarks.tasking.raid import figures

from launchwatch.catalog.loader import load_catalog

ROOT = Path(__file__).resolve().parents[2]
BOUNDS_M = (2e3, 5e3, 10e3)
BOUND_M = 5e3
"""The bound that was settled before anything was measured; the other two stand beside it."""
STRONG, WEAK = (1.0, 10.0), (0.1, 1.0)
RAIDS = (
    (50, STRONG, False), (100, STRONG, False), (200, STRONG, False), (200, WEAK, False), (200, STRONG, True),
    (200, WEAK, True),
)  # fmt: skip
"""Bodies, cross sections, and whether each is cued."""
SEEDS = (1, 2, 3)
HEAD = (
    "bodies", "cross section, m2", "cues", "scheduler", "tracked within 2 / 5 / 10 km, %",
    "median time so near (5 km), %", "plots", "longest revisit, s", "looks that waited",
)  # fmt: skip


def main() -> None:
    """Measure, print a table in Markdown and write the JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.tasking", description="fraction of a raid tracked")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "benchmarks" / "tasking.json")
    parser.add_argument("--seeds", nargs="+", type=int, default=SEEDS)
    options = parser.parse_args()
    catalog = load_catalog()
    rows = []
    print("| " + " | ".join(HEAD) + " |")
    print("|" + "---|" * len(HEAD))
    for count, rcs_m2, cued in RAIDS:
        for scheduler in (False, True):
            found = [
                figures(catalog, count, rcs_m2, scheduler, seed, BOUNDS_M, cued) for seed in options.seeds
            ]
            rows += found
            tracked = [statistics.mean(100.0 * row["tracked"][f"{bound:g}"] for row in found) for bound in BOUNDS_M]
            part = statistics.mean(100.0 * row["median_part"][f"{BOUND_M:g}"] for row in found)
            cells = (
                str(count), f"{rcs_m2[0]:g} to {rcs_m2[1]:g}", "yes" if cued else "no", "on" if scheduler else "off",
                " / ".join(f"{share:.1f}" for share in tracked), f"{part:.0f}",
                f"{statistics.mean(row['plots'] for row in found):,.0f}",
                f"{max(row['longest_period_s'] for row in found):g}",
                f"{statistics.mean(row['waiting'] for row in found):,.0f}",
            )  # fmt: skip
            print("| " + " | ".join(cells) + " |", flush=True)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    document = {"schema": "launchwatch/benchmark-tasking/1", "bound_m": BOUND_M, "rows": rows}
    options.out.write_text(json.dumps(document, indent=1) + "\n")
    print(f"\nwritten to {options.out}")


if __name__ == "__main__":
    main()
