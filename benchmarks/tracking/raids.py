"""The raids: made by the generator that LAUNCHWATCH_BENCH points to, the same file for every tracker.

Beside the raids that the generator is known by stand more seeds: ten of each size, on which the peer's figures are
stored, and twenty of the hard raid, 100 targets in a box of 10 km.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np


class Raid(NamedTuple):
    """One raid: its options for the generator, the peers that run on it, and what GOSPA these are known to reach.

    `perfect` says whether the floor of perfect association is worth its minutes.
    """

    name: str
    options: dict[str, Any]
    peers: tuple[str, ...] = ("gnnkd",)
    bar_m: float | None = None
    perfect: bool = True


HARD = {"N": 100, "spread_km": 10.0, "zhalf_km": 5.0, "lam": 20.0, "pd": 0.9}
RAIDS = (
    Raid("raid_N50", {"N": 50}, ("gnnkd", "gnn"), 1372.0),
    Raid("raid_N100", {"N": 100}, bar_m=1924.0),
    Raid("raid_N200", {"N": 200}, bar_m=2654.0),
    Raid("raid_N1000", {"N": 1000, "spread_km": 700.0}, (), perfect=False),
    Raid("raid_N100_hard10km", HARD),
)
HARD_SEEDS = (None, *range(1, 20))
"""None is the generator's own seed."""
SEEDS, SIZES = tuple(range(1, 11)), (50, 100, 200)


def bench_folder() -> Path:
    """The folder of the tracking benchmark's generator and peer scripts.

    Raises
    ------
    SystemExit
        LAUNCHWATCH_BENCH does not lead to it.
    """
    folder = Path(os.environ.get("LAUNCHWATCH_BENCH", "")) / "tracking"
    if not (folder / "gen_scenario.py").is_file():
        sys.exit(f"LAUNCHWATCH_BENCH: no tracking/gen_scenario.py below it ({folder}); set it to the benchmark folder")
    return folder


def write_raid(raid: Raid, folder: Path, seed: int | None = None) -> Path:
    """Generate a raid into a folder, with the generator's own seed unless another is given."""
    sys.dont_write_bytecode = True  # the benchmark folder is not ours to write to
    spec = importlib.util.spec_from_file_location("gen_scenario", bench_folder() / "gen_scenario.py")
    assert spec is not None
    assert spec.loader is not None
    generator = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generator)
    path = folder / (f"{raid.name}.npz" if seed is None else f"{raid.name}_seed{seed}.npz")
    np.savez_compressed(path, **generator.make(**raid.options, **({} if seed is None else {"seed": seed})))
    return path
