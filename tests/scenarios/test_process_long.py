"""Long files: memory does not grow with them."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

ROOT = Path(__file__).resolve().parents[2]
MOST_MB = 1000.0
DETECTIONS, ALL = 2, 5  # stages of the chain


@pytest.mark.slow
@pytest.mark.parametrize(("lines", "stages"), [(10_000_000, DETECTIONS), (200_000, ALL)])
def test_a_long_file_holds_below_a_gigabyte(
    lines: int, stages: int, tmp_path: Path, measured: Callable[[str], None]
) -> None:
    """Ten million lines up to the detections; through the whole chain fewer, for with all fires they take hours."""
    path = tmp_path / "made.ndjson"
    made = [sys.executable, "-m", "benchmarks.process.made", str(lines), str(path), str(path.with_suffix(".tle"))]
    subprocess.run(made, check=True, cwd=ROOT)
    words = [sys.executable, "-m", "benchmarks.process", "--file", str(path), "--measure", str(stages)]
    ran = subprocess.run(words, check=True, cwd=ROOT, capture_output=True)
    path.unlink()
    found = msgspec.json.decode(ran.stdout)
    measured(
        f"{lines:,} lines, {stages} stages: {found['lines'] / found['wall_s']:,.0f} lines/s, {found['peak_mb']:.0f} MB"
    )
    assert (found["lines"], found["lost"]) == (lines, 0)
    assert found["peak_mb"] < MOST_MB
