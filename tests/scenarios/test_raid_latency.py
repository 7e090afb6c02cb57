"""A small raid through the benchmark: what steps take of their budget, and that each stage is told."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec

from launchwatch.assembly.stopwatch import BUDGET_MS

ROOT = Path(__file__).resolve().parents[2]
LAUNCHES = 20


def test_steps_of_a_small_raid_keep_within_their_budgets(tmp_path: Path, measured: Callable[[str], None]) -> None:
    """Judged by processor time, for other programs may share the machine."""
    out = tmp_path / "raid.json"
    words = [sys.executable, "-m", "benchmarks.raid", str(LAUNCHES), "--out", str(out)]
    subprocess.run(words, check=True, cwd=ROOT, capture_output=True)
    found = msgspec.json.decode(out.read_bytes())
    assert found["launches"] == LAUNCHES
    assert 0.9 * LAUNCHES <= found["events"] <= LAUNCHES
    assert set(found["processor"]) == set(found["wall"]) == set(BUDGET_MS)
    for stage, said in found["processor"].items():
        assert said["p50_ms"] <= said["p95_ms"] <= said["p99_ms"] <= said["longest_ms"]
        assert said["p99_ms"] < BUDGET_MS[stage], stage
    slips = {stage: said["slips"] for stage, said in found["processor"].items() if said["slips"]}
    tracks = found["processor"]["tracks"]
    measured(f"{LAUNCHES} launches: tracks p99 {tracks['p99_ms']} ms, slips {slips or 'none'}")
