"""The peer on more seeds: `python -m benchmarks.tracking.peer_seeds` remakes stone_soup_seeds.csv, in an hour or so.

Stone Soup is too slow to be run on ten seeds of three sizes whenever the benchmark is, so its figures are stored. Each
row is one run of its extended Kalman filter by the benchmark folder's own script, with the generator's seed in place of
its own; `gnnkd` is its nearest-neighbour association by a k-d tree, `gnn` that of all pairs, for 50 targets only.
"""

from __future__ import annotations

import csv
from pathlib import Path

from benchmarks.tracking.peers import stone_soup
from benchmarks.tracking.raids import RAIDS, SEEDS, SIZES, write_raid

ROOT = Path(__file__).resolve().parents[2]
TABLE = Path(__file__).with_name("stone_soup_seeds.csv")
COLUMNS = {
    "gospa_m": "gospa_mean_t10on",
    "nees6": "nees6_t10on",
    "missed": "missed_t10on",
    "false": "false_t10on",
    "distinct_ids": "distinct_tracks",
}


def stored() -> list[dict[str, float | str]]:
    """The rows of the table: associator, targets, seed and figures."""
    with TABLE.open(newline="") as file:
        return [
            {key: value if key == "associator" else float(value) for key, value in row.items()}
            for row in csv.DictReader(file)
        ]


def main() -> None:
    """Entry point."""
    folder = ROOT / "build" / "benchmarks" / "tracking"
    folder.mkdir(parents=True, exist_ok=True)
    sized = {raid.name: raid for raid in RAIDS}
    rows = []
    for associator, sizes in (("gnnkd", SIZES), ("gnn", SIZES[:1])):
        for targets in sizes:
            for seed in SEEDS:
                told = stone_soup(write_raid(sized[f"raid_N{targets}"], folder, seed), associator)
                rows.append([associator, targets, seed, *(told[key] for key in COLUMNS.values())])
    with TABLE.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["associator", "targets", "seed", *COLUMNS])
        writer.writerows(rows)


if __name__ == "__main__":
    main()
