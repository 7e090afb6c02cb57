"""Lines a second of ``launchwatch process``, stage by stage, and its memory: ``python -m benchmarks.process [LINES]``.

A file is made (see `benchmarks.process.made`) and read with the first so many stages of the chain, each time in a
process of its own; the satellites' elements are known. The last row is end to end: lines of NDJSON to events.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.process.made import elements, lines

STAGES = ("source alone", "observations", "detections", "tracks", "events", "assessments")
ALL = len(STAGES) - 1


def measure(path: Path, known: Path, stages: int) -> dict[str, float]:
    """One run in this process: lines, seconds, and the most memory, MB."""
    import gc
    import resource
    import time

    from launchwatch.assembly.process import known_objects, process_files, processing_stages
    from launchwatch.catalog.loader import load_catalog

    gc.disable()  # as the command does
    catalog = load_catalog()
    chain = processing_stages(catalog, known=known_objects(known))[:stages]
    begun = time.perf_counter(), time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        done = process_files([path], catalog, Path(folder) / "out", stages=chain)
    return {
        "lines": done.document["lines"],
        "wall_s": time.perf_counter() - begun[0],
        "cpu_s": time.process_time() - begun[1],
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0,
        "events": len(done.document["events"]),
        "lost": done.document["rejects"] + done.document["late"],
    }


def main() -> None:
    """Entry point."""
    parser = argparse.ArgumentParser(description="Observation files through the processing chain")
    parser.add_argument("lines", type=int, nargs="?", default=100_000)
    parser.add_argument("--file", type=Path, help="one that is there already, with its elements beside it as .tle")
    parser.add_argument("--stages", type=int, nargs="*", default=[0, 1, 2, ALL], help="how many of the chain")
    parser.add_argument("--measure", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure is not None:
        print(json.dumps(measure(options.file, options.file.with_suffix(".tle"), options.measure)))
        return
    with tempfile.TemporaryDirectory() as folder:
        path = options.file or Path(folder) / "made.ndjson"
        if options.file is None:
            with path.open("wb") as stream:
                stream.writelines(lines(options.lines))
            path.with_suffix(".tle").write_bytes(elements())
        print("         up to       lines   lines/s  lines/CPU s  peak MB  events  lost")
        for stages in options.stages:
            words = [sys.executable, "-m", "benchmarks.process", "--file", str(path), "--measure", str(stages)]
            ran = subprocess.run(words, capture_output=True, text=True, check=True)
            r = json.loads(ran.stdout)
            print(
                f"{STAGES[stages]:>14} {r['lines']:>11,} {r['lines'] / r['wall_s']:>9,.0f} "
                f"{r['lines'] / r['cpu_s']:>12,.0f} {r['peak_mb']:>8.0f} {r['events']:>7} {r['lost']:>5}",
                flush=True,
            )


if __name__ == "__main__":
    main()
