"""The raids of the tracking benchmark as stored: bars of Stone Soup's accuracy, and of the hard one's floor."""

import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def ours() -> ModuleType:
    """The benchmark's adapter from raid files to the bank of tracks."""
    spec = importlib.util.spec_from_file_location("ours", ROOT / "benchmarks" / "tracking" / "ours.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def load(folder: Path, name: str) -> dict[str, np.ndarray]:
    with np.load(folder / "tracking" / "data" / f"{name}.npz") as file:
        return {key: file[key] for key in file.files}


# what Stone Soup 1.9.1 with a k-d tree or all pairs reached on the same file
@pytest.mark.parametrize(("name", "bar_m"), [("raid_N10", 577.0), ("raid_N50", 1372.0), ("raid_N100", 1924.0)])
def test_raids_are_tracked_no_worse_than_by_the_peer(
    ours: ModuleType, bench_folder: Path, name: str, bar_m: float
) -> None:
    raid = load(bench_folder, name)
    told = ours.score(raid, ours.run(ours.frames(raid), ours.rules(raid)))
    assert told["gospa_m"] <= bar_m
    assert told["missed"] == told["false"] == 0.0
    assert told["distinct_ids"] == int(raid["N"])
    counted = ours.counts(raid)
    assert counted["inside"] == counted["looks"] == 60
    assert counted["likeliest_right_from_10_s"] == 50


def test_the_hard_raid_comes_near_perfect_association(ours: ModuleType, bench_folder: Path) -> None:
    raid = load(bench_folder, "raid_N100_hard10km")
    told = ours.score(raid, ours.run(ours.frames(raid), ours.rules(raid)))
    # the bars of the benchmark: 1.25 times 1837 m, which the same filter reaches with each target tracked alone
    assert told["gospa_m"] <= 1.25 * 1837.0
    assert told["missed"] + told["false"] <= 0.1
    assert told["nees6"] < 10.0
    assert told["distinct_ids"] <= 103
    # all but a few are published with the ninth look
    assert told["published_at_8_s"] >= 90
    counted = ours.counts(raid)
    assert counted["inside"] == counted["looks"]
