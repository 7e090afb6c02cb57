"""Stone Soup in an environment of its own, benchmarks/.venv-peers, which is made on demand and never committed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.tracking.raids import bench_folder

VERSION = "1.9.1"
FOLDER = Path(__file__).resolve().parents[1] / ".venv-peers"
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}


def environment() -> Path:
    """The Python of the peers' environment, with Stone Soup in it."""
    python = FOLDER / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.is_file():
        print(f"making {FOLDER} for the peers ...", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", str(FOLDER)], check=True)
    has = "import importlib.metadata as m; print(m.version('stonesoup'))"
    found = subprocess.run([str(python), "-c", has], capture_output=True, text=True, check=False).stdout.strip()
    if found != VERSION:
        subprocess.run([str(python), "-m", "pip", "install", "-q", f"stonesoup=={VERSION}"], check=True)
    return python


def stone_soup(data: Path, associator: str) -> dict[str, Any]:
    """One run of Stone Soup's extended Kalman filter on a raid file; returns the line that its script prints."""
    script = bench_folder() / "bench_stonesoup.py"
    results = data.parent / "stone_soup.jsonl"
    command = [str(environment()), str(script), "--data", str(data), "--assoc", associator, "--out", str(results)]
    done = subprocess.run(
        command, cwd=data.parent, env={**os.environ, **ONE_THREAD}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stderr}")
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result
