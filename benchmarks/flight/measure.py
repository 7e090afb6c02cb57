"""Times one engine of BENCH-1 and prints a JSON line; runs in the environment that the engine needs.

usage: python measure.py FOLDER ENGINE ROOT, with FOLDER that of bench_common.py, ENGINE launchwatch, heyoka-scalar or
heyoka-batch, and ROOT the folder that holds benchmarks/.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

REPEATS = {1: 200, 100: 10, 10_000: 3}  # the best one counts: what else the machine does only ever adds


def engine(name: str) -> tuple[Callable[[Any], Any], str]:
    """The function (n, 6) -> (n, 4) of an engine, and what it is a version of."""
    if name == "launchwatch":
        from benchmarks.flight.ours import fly_lanes

        return fly_lanes, f"launchwatch {version('launchwatch')}, numba {version('numba')}"
    import bench_heyoka  # type: ignore[import-not-found]

    made = bench_heyoka.Scalar() if name == "heyoka-scalar" else bench_heyoka.Batch()
    return made, f"heyoka {version('heyoka')}, tolerance 1e-15"


def measure(folder: Path, name: str) -> dict[str, Any]:
    """Figures of one engine."""
    sys.dont_write_bytecode = True  # the benchmark folder is not ours to write to
    sys.path.insert(0, str(folder))
    import bench_common  # type: ignore[import-not-found]

    begin = time.perf_counter()
    fly, what = engine(name)
    fly(bench_common.dispersions(1))
    row: dict[str, Any] = {"engine": name, "version": what, "first_call_s": time.perf_counter() - begin}
    for count, repeats in REPEATS.items():
        lanes = bench_common.dispersions(count)
        spent = []
        for _ in range(repeats):
            begin = time.perf_counter()
            ends = fly(lanes)
            spent.append(time.perf_counter() - begin)
        row[f"ms_per_flight_{count}"] = 1e3 * min(spent) / count
        if count == 100:
            miss = np.linalg.norm(ends[:, :3] - np.load(folder / "reference_100.npy")[:, :3], axis=1)
            row["miss_median_m"], row["miss_max_m"] = float(np.median(miss)), float(miss.max())
    return row


if __name__ == "__main__":
    sys.path.insert(0, sys.argv[3])
    print(json.dumps(measure(Path(sys.argv[1]), sys.argv[2])))
