"""Same seed, same bytes; the journal replays to the bit, and a flipped byte in it is found."""

import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from launchwatch.assembly.again import JOURNAL, replay_run
from launchwatch.catalog.loader import Catalog
from launchwatch.runtime.journal import verify

AGAIN = """
import sys
from pathlib import Path
import numpy as np
np.random.seed(int(sys.argv[3]))
from launchwatch.assembly.stopwatch import Stopwatch
from launchwatch.assembly.rundir import run_to
from launchwatch.catalog.loader import load_catalog, load_scenario
catalog = load_catalog()
run_to(Path(sys.argv[2]), catalog, load_scenario(sys.argv[1], catalog), 3, True, Stopwatch())
"""
FILES = {"summary.json", "events.json", "timing.json", "journal.sqlite", "report.html", "globe.czml"}


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "timing.json"}


def test_run_directory_holds_what_it_should(run_folder: Path) -> None:
    assert {path.name for path in run_folder.iterdir()} == FILES


def test_same_seed_same_bytes_in_another_process_with_another_global_seed(
    run_folder: Path, one_case: Path, tmp_path: Path
) -> None:
    again = tmp_path / "again"
    subprocess.run([sys.executable, "-c", AGAIN, str(one_case), str(again), "4711"], check=True)
    first, second = contents(run_folder), contents(again)
    assert first.keys() == second.keys()
    assert [name for name in first if first[name] != second[name]] == []


def test_replay_reports_no_difference(run_folder: Path, catalog: Catalog) -> None:
    result = replay_run(run_folder, catalog)
    assert result["differences"] == []
    assert result["lanes"] == 4
    assert result["messages"] > 0


def test_the_journal_of_a_run_is_whole(run_folder: Path) -> None:
    assert verify(run_folder / JOURNAL) == []


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_a_flipped_byte_is_found_with_its_sequence_number(share: float, run_folder: Path, tmp_path: Path) -> None:
    path = tmp_path / JOURNAL
    shutil.copy(run_folder / JOURNAL, path)
    with sqlite3.connect(path) as connection:
        (count,) = connection.execute("SELECT max(sequence) FROM records").fetchone()
        sequence = 1 + round(share * (count - 1))
        (payload,) = connection.execute("SELECT payload FROM records WHERE sequence = ?", (sequence,)).fetchone()
        flipped = bytearray(payload)
        flipped[len(flipped) // 2] ^= 1
        connection.execute("UPDATE records SET payload = ? WHERE sequence = ?", (bytes(flipped), sequence))
    connection.close()
    assert [fault.sequence for fault in verify(path)] == [sequence]
